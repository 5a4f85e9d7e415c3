/* picture.c - kinds of pictures, memory for them, and fitting one of any size to an input (see picture.h).
 *
 * The filter is a triangle as wide as a source pixel or a result pixel, whichever is larger: bilinear when enlarging,
 * a weighted mean of all pixels covered when shrinking. Only the rows and columns that the crop needs are computed, so
 * that a picture of extreme proportions costs no more than its own pixels.
 */
#include "picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* For each result pixel along one axis: which source pixels it takes, and how much of each. */
typedef struct Axis {
    int64_t *first;
    float *weights; /* `reach` of them a pixel; those beyond the last are 0 */
    int64_t reach, count;
} Axis;

bool fovea_is_png(const unsigned char *bytes, size_t size)
{
    static const unsigned char magic[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    return size >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

bool fovea_is_jpeg(const unsigned char *bytes, size_t size)
{
    return size >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff;
}

bool fovea_picture_write(const char *path, const fovea_picture *picture, fovea_fault *fault)
{
#ifdef FOVEA_NO_PNG
    return fovea_pnm_write(path, picture, fault);
#else
    return fovea_png_write(path, picture, fault);
#endif
}

const char *fovea_picture_ending(int channels)
{
#ifdef FOVEA_NO_PNG
    return channels == 3 ? ".ppm" : ".pgm";
#else
    (void)channels;
    return ".png";
#endif
}

void fovea_picture_free(fovea_picture *picture)
{
    free(picture->at);
    *picture = (fovea_picture){0};
}

bool fovea_picture_new(fovea_picture *picture, int64_t width, int64_t height, int channels, const char *path,
                       fovea_fault *fault)
{
    if (width < 1 || height < 1 || width > FOVEA_MOST_PIXELS / height)
        return fovea_fail(fault, "%s is %lldx%lld; at least one and at most %lld pixels are read", path,
                          (long long)width, (long long)height, (long long)FOVEA_MOST_PIXELS);
    size_t bytes = fovea_size(width * height, (size_t)channels);
    *picture = (fovea_picture){.width = width, .height = height, .channels = channels, .at = malloc(bytes)};
    return picture->at || fovea_fail_memory(fault, bytes);
}

/* `size` source pixels become `scaled`; the `count` in the middle of those are wanted. */
static bool axis_make(Axis *axis, int64_t size, int64_t scaled, int64_t count, fovea_fault *fault)
{
    double scale = (double)size / (double)scaled, support = scale > 1 ? scale : 1;
    int64_t start = (scaled - count) / 2;
    axis->count = count;
    axis->reach = (int64_t)ceil(support) * 2 + 1;
    if (axis->reach > size)
        axis->reach = size;
    axis->first = calloc((size_t)count, sizeof *axis->first);
    axis->weights = calloc(fovea_size(count, (size_t)axis->reach), sizeof *axis->weights);
    if (!axis->first || !axis->weights)
        return fovea_fail_memory(fault, fovea_size(count, (size_t)axis->reach * sizeof *axis->weights));
    for (int64_t i = 0; i < count; i++) {
        double centre = ((double)(start + i) + 0.5) * scale;
        int64_t first = (int64_t)floor(centre - support + 0.5);
        if (first > size - axis->reach)
            first = size - axis->reach;
        axis->first[i] = first < 0 ? 0 : first;
        float *weights = axis->weights + i * axis->reach;
        double sum = 0;
        for (int64_t k = 0; k < axis->reach; k++) {
            double away = fabs((double)(axis->first[i] + k) + 0.5 - centre) / support;
            double weight = away < 1 ? 1 - away : 0;
            weights[k] = (float)weight;
            sum += weight;
        }
        for (int64_t k = 0; k < axis->reach; k++)
            weights[k] = (float)(weights[k] / sum);
    }
    return true;
}

static void axis_free(Axis *axis)
{
    free(axis->first);
    free(axis->weights);
}

/* One source row, narrowed to the result's columns. */
static void narrow_row(const unsigned char *row, int channels, const Axis *columns, float *result)
{
    for (int64_t x = 0; x < columns->count; x++, result += channels) {
        const unsigned char *pixel = row + columns->first[x] * channels;
        const float *weights = columns->weights + x * columns->reach;
        for (int c = 0; c < channels; c++)
            result[c] = 0;
        for (int64_t k = 0; k < columns->reach; k++, pixel += channels)
            for (int c = 0; c < channels; c++)
                result[c] += weights[k] * (float)pixel[c];
    }
}

static unsigned char to_byte(float value)
{
    return value <= 0 ? 0 : value >= 255 ? 255 : (unsigned char)(value + 0.5F);
}

/* A row of `from` channels as bytes of `to` channels. */
static void convert_row(const float *row, int from, int to, int64_t width, unsigned char *result)
{
    for (int64_t x = 0; x < width; x++, row += from, result += to) {
        if (from == 3 && to == 1)
            *result = to_byte(0.299F * row[0] + 0.587F * row[1] + 0.114F * row[2]);
        else
            for (int c = 0; c < to; c++)
                result[c] = to_byte(row[from == 3 ? c : 0]);
    }
}

/* Narrows every source row that is needed, then mixes rows. */
static bool resample(const fovea_picture *picture, int channels, const Axis *rows, const Axis *columns,
                     unsigned char *result, fovea_fault *fault)
{
    int from = picture->channels;
    int64_t top = rows->first[0], bottom = rows->first[rows->count - 1] + rows->reach;
    int64_t pitch = columns->count * from;
    float *narrowed = malloc(fovea_size(bottom - top, (size_t)pitch * sizeof(float)));
    float *mixed = malloc(fovea_size(pitch, sizeof(float)));
    bool fine = narrowed && mixed;
    for (int64_t y = top; fine && y < bottom; y++)
        narrow_row(picture->at + y * picture->width * from, from, columns, narrowed + (y - top) * pitch);
    for (int64_t y = 0; fine && y < rows->count; y++) {
        memset(mixed, 0, (size_t)pitch * sizeof *mixed);
        for (int64_t k = 0; k < rows->reach; k++) {
            float weight = rows->weights[y * rows->reach + k];
            const float *row = narrowed + (rows->first[y] - top + k) * pitch;
            for (int64_t i = 0; weight != 0 && i < pitch; i++)
                mixed[i] += weight * row[i];
        }
        convert_row(mixed, from, channels, columns->count, result + y * columns->count * channels);
    }
    free(narrowed);
    free(mixed);
    return fine || fovea_fail_memory(fault, fovea_size(bottom - top, (size_t)pitch * sizeof(float)));
}

bool fovea_picture_fit(const fovea_picture *picture, int channels, int64_t height, int64_t width, int64_t resize,
                       unsigned char *result, fovea_fault *fault)
{
    double w = (double)picture->width, h = (double)picture->height;
    double cover = fmax((double)width / w, (double)height / h);
    double scale = resize > 0 ? fmax(cover, (double)resize / fmin(w, h)) : cover;
    int64_t scaled_width = (int64_t)fmax((double)width, floor(w * scale + 0.5));
    int64_t scaled_height = (int64_t)fmax((double)height, floor(h * scale + 0.5));
    Axis columns = {0}, rows = {0};
    bool fine = axis_make(&columns, picture->width, scaled_width, width, fault) &&
                axis_make(&rows, picture->height, scaled_height, height, fault) &&
                resample(picture, channels, &rows, &columns, result, fault);
    axis_free(&columns);
    axis_free(&rows);
    return fine;
}
