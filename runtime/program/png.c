/* png.c - PNG files through libpng: any colour type and depth in, 8-bit grey or RGB out (see picture.h).
 *
 * libpng leaves by longjmp when a file is broken. Everything that must be freed then hangs on a struct of the caller's,
 * and the functions that call setjmp change no local variable.
 */
#include "picture.h"

#ifdef FOVEA_NO_PNG

bool fovea_png_read(fovea_picture *picture, const unsigned char *bytes, size_t size, const char *path,
                    fovea_fault *fault)
{
    (void)picture, (void)bytes, (void)size;
    return fovea_fail(fault, "%s is a PNG, and this program is built without libpng", path);
}

#else

#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

typedef struct PngReader {
    png_structp png;
    png_infop info;
    const unsigned char *bytes;
    size_t left;
    fovea_picture raw; /* with alpha where there is one: `channels` may be 2 or 4 here */
    png_bytep *rows;
    const char *path;
    fovea_fault *fault;
} PngReader;

static void on_read_error(png_structp png, png_const_charp message)
{
    PngReader *reader = png_get_error_ptr(png);
    fovea_fail(reader->fault, "%s is a broken PNG: %s", reader->path, message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void give_bytes(png_structp png, png_bytep into, size_t count)
{
    PngReader *reader = png_get_io_ptr(png);
    if (count > reader->left)
        png_error(png, "it ends early");
    memcpy(into, reader->bytes, count);
    reader->bytes += count;
    reader->left -= count;
}

static bool read_header(PngReader *reader)
{
    if (setjmp(png_jmpbuf(reader->png)))
        return false;
    png_set_read_fn(reader->png, reader, give_bytes);
    png_read_info(reader->png, reader->info);
    png_set_expand(reader->png);
    png_set_scale_16(reader->png);
    png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    return true;
}

static bool read_rows(PngReader *reader)
{
    if (setjmp(png_jmpbuf(reader->png)))
        return false;
    png_read_image(reader->png, reader->rows);
    png_read_end(reader->png, NULL);
    return true;
}

static bool decode(PngReader *reader)
{
    if (!read_header(reader))
        return false;
    int64_t width = png_get_image_width(reader->png, reader->info);
    int64_t height = png_get_image_height(reader->png, reader->info);
    int channels = png_get_channels(reader->png, reader->info);
    if (!fovea_picture_new(&reader->raw, width, height, channels, reader->path, reader->fault))
        return false;
    reader->rows = malloc(fovea_size(height, sizeof *reader->rows));
    if (!reader->rows)
        return fovea_fail_memory(reader->fault, fovea_size(height, sizeof *reader->rows));
    for (int64_t y = 0; y < height; y++)
        reader->rows[y] = reader->raw.at + y * width * channels;
    return read_rows(reader);
}

/* Puts transparent pixels on black and drops the alpha channel, in place. */
static void drop_alpha(fovea_picture *picture)
{
    int channels = picture->channels, colours = channels - 1;
    const unsigned char *from = picture->at;
    unsigned char *to = picture->at;
    for (int64_t pixels = picture->width * picture->height; pixels; pixels--, from += channels) {
        int alpha = from[colours];
        for (int c = 0; c < colours; c++)
            *to++ = (unsigned char)((from[c] * alpha + 127) / 255);
    }
    picture->channels = colours;
}

bool fovea_png_read(fovea_picture *picture, const unsigned char *bytes, size_t size, const char *path,
                    fovea_fault *fault)
{
    PngReader reader = {.bytes = bytes, .left = size, .path = path, .fault = fault};
    reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, on_read_error, on_warning);
    reader.info = reader.png ? png_create_info_struct(reader.png) : NULL;
    bool fine = reader.info ? decode(&reader) : fovea_fail(fault, "libpng cannot be started for %s", path);
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    free(reader.rows);
    if (!fine) {
        fovea_picture_free(&reader.raw);
        return false;
    }
    if (reader.raw.channels % 2 == 0)
        drop_alpha(&reader.raw);
    *picture = reader.raw;
    return true;
}

typedef struct PngWriter {
    png_structp png;
    png_infop info;
    const fovea_picture *picture;
    FILE *stream;
    const char *path;
    fovea_fault *fault;
} PngWriter;

static void on_write_error(png_structp png, png_const_charp message)
{
    PngWriter *writer = png_get_error_ptr(png);
    fovea_fail(writer->fault, "cannot write %s: %s", writer->path, errno ? strerror(errno) : message);
    png_longjmp(png, 1);
}

static bool encode(PngWriter *writer)
{
    const fovea_picture *picture = writer->picture;
    if (setjmp(png_jmpbuf(writer->png)))
        return false;
    errno = 0; /* libpng does not say why a write failed */
    png_init_io(writer->png, writer->stream);
    png_set_IHDR(writer->png, writer->info, (png_uint_32)picture->width, (png_uint_32)picture->height, 8,
                 picture->channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(writer->png, writer->info);
    for (int64_t y = 0; y < picture->height; y++)
        png_write_row(writer->png, picture->at + y * picture->width * picture->channels);
    png_write_end(writer->png, NULL);
    return true;
}

bool fovea_png_write(const char *path, const fovea_picture *picture, fovea_fault *fault)
{
    fovea_output output;
    if (!fovea_output_open(&output, path, fault))
        return false;
    PngWriter writer = {.picture = picture, .stream = output.stream, .path = path, .fault = fault};
    writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer, on_write_error, on_warning);
    writer.info = writer.png ? png_create_info_struct(writer.png) : NULL;
    bool fine = writer.info ? encode(&writer) : fovea_fail(fault, "libpng cannot be started for %s", path);
    png_destroy_write_struct(&writer.png, &writer.info);
    if (!fine) {
        fovea_output_cancel(&output);
        return false;
    }
    return fovea_output_commit(&output, fault);
}

#endif
