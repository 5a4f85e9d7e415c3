/* input.c - files that go into a net (see input.h).
 *
 * A .npy file may have any number of leading axes before the input's own shape: they count examples. Leading axes of 1
 * in the input's shape may be absent, so that an array of 28x28 fits an input of 1x28x28.
 */
#include "input.h"
#include "picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_FILE_BYTES ((size_t)1 << 31)

int64_t fovea_port_count(const fovea_port *port)
{
    int64_t count = 1;
    for (int d = 0; d < port->rank; d++)
        count *= port->dims[d];
    return count;
}

size_t fovea_port_bytes(const fovea_port *port)
{
    return (size_t)fovea_port_count(port) * (port->is_u8 ? 1 : sizeof(float));
}

static void shape_text(int rank, const int64_t *dims, char *text, size_t size)
{
    size_t length = 0;
    snprintf(text, size, "a number");
    for (int d = 0; d < rank && length < size; d++)
        length += (size_t)snprintf(text + length, size - length, "%s%lld", d ? "x" : "", (long long)dims[d]);
}

void fovea_port_shape(const fovea_port *port, char *text, size_t size)
{
    shape_text(port->rank, port->dims, text, size);
}

/* How many examples an array holds for the port, by its shape; 0 when it does not fit. */
static int64_t npy_examples(const fovea_npy *npy, const fovea_port *port)
{
    int skip = 0;
    while (skip < port->rank && port->dims[skip] == 1)
        skip++;
    int own = port->rank - skip, leading = npy->rank - own;
    if (leading < 0)
        return 0;
    for (int d = 0; d < own; d++)
        if (npy->dims[leading + d] != port->dims[skip + d])
            return 0;
    int64_t count = 1;
    for (int d = 0; d < leading; d++)
        count *= npy->dims[d];
    return count;
}

static bool open_npy(fovea_input *input, fovea_fault *fault)
{
    if (!fovea_npy_parse(&input->npy, input->file.at, input->file.size, input->path, fault))
        return false;
    input->count = npy_examples(&input->npy, input->port);
    if (input->count > 0)
        return true;
    char has[256], wants[256];
    shape_text(input->npy.rank, input->npy.dims, has, sizeof has);
    fovea_port_shape(input->port, wants, sizeof wants);
    return fovea_fail(fault, "%s is %s, input '%s' takes %s", input->path, has, input->port->name, wants);
}

static bool open_idx(fovea_input *input, fovea_fault *fault)
{
    if (!fovea_idx_parse(&input->idx, input->file.at, input->file.size, input->path, fault))
        return false;
    if (input->idx.rank != 3)
        return fovea_fail(fault, "%s holds labels, not pictures; give it with --labels", input->path);
    input->count = input->idx.count;
    return true;
}

/* Pictures fit inputs of rank 3 with 1 or 3 channels, and nothing else. */
static bool takes_pictures(const fovea_input *input, fovea_fault *fault)
{
    const fovea_port *port = input->port;
    if (port->is_no_picture)
        return fovea_fail(fault,
                          "%s is a picture, and nothing says what its pixels mean to input '%s': --scale, --mean and "
                          "--std of fovea do",
                          input->path, port->name);
    if (port->rank == 3 && (port->dims[0] == 1 || port->dims[0] == 3))
        return true;
    char wants[256];
    fovea_port_shape(port, wants, sizeof wants);
    return fovea_fail(fault, "%s is a picture, input '%s' takes %s; give it a .npy file", input->path, port->name,
                      wants);
}

static bool open_raw(fovea_input *input, fovea_fault *fault)
{
    size_t bytes = fovea_port_bytes(input->port);
    input->kind = FOVEA_INPUT_RAW;
    return input->file.size == bytes ||
           fovea_fail(fault, "%s is not a PNG, JPEG, PNM, .npy or IDX file, nor the %zu bytes of input '%s'",
                      input->path, bytes, input->port->name);
}

static bool recognise(fovea_input *input, fovea_fault *fault)
{
    const unsigned char *bytes = input->file.at;
    size_t size = input->file.size;
    input->count = 1;
    if (fovea_is_npy(bytes, size)) {
        input->kind = FOVEA_INPUT_NPY;
        return open_npy(input, fault);
    }
    if (fovea_is_png(bytes, size))
        input->kind = FOVEA_INPUT_PNG;
    else if (fovea_is_jpeg(bytes, size))
        input->kind = FOVEA_INPUT_JPEG;
    else if (fovea_is_pnm(bytes, size))
        input->kind = FOVEA_INPUT_PNM;
    else if (fovea_is_idx(bytes, size))
        input->kind = FOVEA_INPUT_IDX;
    else
        return open_raw(input, fault);
    if (!takes_pictures(input, fault))
        return false;
    return input->kind != FOVEA_INPUT_IDX || open_idx(input, fault);
}

bool fovea_input_open(fovea_input *input, const char *path, const fovea_port *port, fovea_fault *fault)
{
    *input = (fovea_input){.path = path, .port = port};
    if (!fovea_bytes_read(&input->file, path, MOST_FILE_BYTES, fault))
        return false;
    bool fine = !fovea_is_gzip(input->file.at, input->file.size) || fovea_idx_unpack(&input->file, path, fault);
    if (fine && recognise(input, fault))
        return true;
    fovea_input_close(input);
    return false;
}

/* Interleaved bytes into the input's form: bytes in its channel order, or planes of floats. */
static void place_pixels(const fovea_port *port, const unsigned char *pixels, void *into)
{
    int64_t channels = port->dims[0], plane = port->dims[1] * port->dims[2];
    for (int64_t c = 0; c < channels; c++) {
        int64_t from = port->bgr ? channels - 1 - c : c;
        for (int64_t i = 0; i < plane; i++)
            if (port->is_u8)
                ((unsigned char *)into)[i * channels + c] = pixels[i * channels + from];
            else
                ((float *)into)[c * plane + i] = (float)pixels[i * channels + from] / 255.0F;
    }
}

static bool place_picture(const fovea_input *input, const fovea_picture *picture, void *into, fovea_fault *fault)
{
    const fovea_port *port = input->port;
    size_t bytes = (size_t)fovea_port_count(port);
    unsigned char *pixels = malloc(bytes);
    bool fine = pixels ? fovea_picture_fit(picture, (int)port->dims[0], port->dims[1], port->dims[2], port->resize,
                                           pixels, fault)
                       : fovea_fail_memory(fault, bytes);
    if (fine)
        place_pixels(port, pixels, into);
    free(pixels);
    return fine;
}

static bool get_npy(const fovea_input *input, int64_t index, void *into, fovea_fault *fault)
{
    const fovea_port *port = input->port;
    int64_t count = fovea_port_count(port), first = index * count;
    if (!port->is_u8) {
        for (int64_t i = 0; i < count; i++)
            ((float *)into)[i] = (float)fovea_npy_at(&input->npy, first + i);
        return true;
    }
    int64_t channels = port->rank == 3 ? port->dims[0] : 1, plane = count / channels;
    for (int64_t i = 0; i < count; i++) {
        double value = fovea_npy_at(&input->npy, first + i);
        if (!(value >= 0 && value <= 255) || value != (double)(int)value)
            return fovea_fail(fault, "%s holds %g, input '%s' takes whole numbers from 0 to 255", input->path,
                              isnan(value) ? fabs(value) : value, port->name);
        ((unsigned char *)into)[i % plane * channels + i / plane] = (unsigned char)value;
    }
    return true;
}

bool fovea_input_get(const fovea_input *input, int64_t index, void *into, fovea_fault *fault)
{
    fovea_picture picture = {0};
    const unsigned char *bytes = input->file.at;
    bool fine;
    switch (input->kind) {
    case FOVEA_INPUT_NPY:
        return get_npy(input, index, into, fault);
    case FOVEA_INPUT_RAW:
        memcpy(into, bytes, input->file.size);
        return true;
    case FOVEA_INPUT_IDX:
        picture = (fovea_picture){.width = input->idx.width, .height = input->idx.height, .channels = 1};
        fine = fovea_picture_new(&picture, picture.width, picture.height, 1, input->path, fault);
        if (fine)
            memcpy(picture.at, input->idx.data + index * picture.width * picture.height,
                   (size_t)(picture.width * picture.height));
        break;
    case FOVEA_INPUT_PNG:
        fine = fovea_png_read(&picture, bytes, input->file.size, input->path, fault);
        break;
    case FOVEA_INPUT_PNM:
        fine = fovea_pnm_read(&picture, bytes, input->file.size, input->path, fault);
        break;
    default:
        fine = fovea_jpeg_read(&picture, bytes, input->file.size, input->path, fault);
        break;
    }
    fine = fine && place_picture(input, &picture, into, fault);
    fovea_picture_free(&picture);
    return fine;
}

void fovea_input_close(fovea_input *input)
{
    fovea_bytes_free(&input->file);
}
