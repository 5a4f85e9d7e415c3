/* maps.c - picture-shaped outputs as PNG files (fovea_maps_write in answer.h). */
#include "answer.h"
#include "input.h"
#include "picture.h"

#include <math.h>
#include <stdlib.h>

/* How values become grey: black + white * value, in 0..255. */
typedef struct Shade {
    double zero, scale;
} Shade;

static Shade shade_of(const float *values, int64_t count, bool *has_negative)
{
    double most = 0;
    *has_negative = false;
    for (int64_t i = 0; i < count; i++) {
        most = fmax(most, fabs((double)values[i]));
        *has_negative |= values[i] < 0;
    }
    if (!isfinite(most))
        most = 1;
    if (*has_negative)
        return (Shade){128, 127 / most};
    return (Shade){0, 255 / fmax(most, 1)};
}

static unsigned char shade_apply(Shade shade, float value)
{
    double grey = shade.zero + shade.scale * (double)value + 0.5;
    return isnan(grey) || grey < 0 ? 0 : grey > 255 ? 255 : (unsigned char)grey;
}

/* Channels first .. first + picture->channels - 1 as one picture. */
static bool write_channels(const char *path, fovea_picture *picture, const float *values, Shade shade,
                           fovea_fault *fault)
{
    int64_t plane = picture->width * picture->height;
    for (int c = 0; c < picture->channels; c++)
        for (int64_t i = 0; i < plane; i++)
            picture->at[i * picture->channels + c] = shade_apply(shade, values[c * plane + i]);
    if (!fovea_picture_write(path, picture, fault))
        return false;
    printf("  wrote %s\n", path);
    return true;
}

bool fovea_maps_write(const char *folder, const char *stem, const fovea_port *port, const float *values,
                      fovea_fault *fault)
{
    int64_t channels = port->dims[0], plane = port->dims[1] * port->dims[2];
    bool has_negative;
    Shade shade = shade_of(values, channels * plane, &has_negative);
    bool colour = channels == 3 && !has_negative;
    fovea_picture picture;
    if (!fovea_picture_new(&picture, port->dims[2], port->dims[1], colour ? 3 : 1, stem, fault))
        return false;
    bool fine = true;
    int64_t files = colour ? 1 : channels;
    for (int64_t c = 0; fine && c < files; c++) {
        const char *slash = folder ? "/" : "", *in = folder ? folder : "",
                   *end = fovea_picture_ending(picture.channels);
        char *path = files == 1 ? fovea_text("%s%s%s%s", in, slash, stem, end)
                                : fovea_text("%s%s%s-%lld%s", in, slash, stem, (long long)c, end);
        fine = path ? write_channels(path, &picture, values + c * plane, shade, fault) : fovea_fail_memory(fault, 1);
        free(path);
    }
    fovea_picture_free(&picture);
    return fine;
}
