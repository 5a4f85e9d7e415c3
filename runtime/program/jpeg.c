/* jpeg.c - JPEG files through libjpeg: baseline and progressive, grey, colour and CMYK in, 8-bit grey or RGB out.
 *
 * libjpeg would end the program when a file is broken and pad what is missing with grey; here both are errors, by
 * longjmp. The number of scans is limited, as a few kilobytes can otherwise keep a decoder busy for minutes.
 */
#include "picture.h"

#ifdef FOVEA_NO_JPEG

bool fovea_jpeg_read(fovea_picture *picture, const unsigned char *bytes, size_t size, const char *path,
                     fovea_fault *fault)
{
    (void)picture, (void)bytes, (void)size;
    return fovea_fail(fault, "%s is a JPEG, and this program is built without libjpeg", path);
}

#else

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

enum { MOST_SCANS = 200 };

typedef struct JpegReader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf broken;
    fovea_picture picture;
    unsigned char *cmyk; /* one row, for CMYK files */
    const char *path;
    fovea_fault *fault;
} JpegReader;

static void on_error(j_common_ptr common)
{
    JpegReader *reader = common->client_data;
    char message[JMSG_LENGTH_MAX];
    common->err->format_message(common, message);
    fovea_fail(reader->fault, "%s is a broken JPEG: %s", reader->path, message);
    longjmp(reader->broken, 1);
}

/* Level -1 is corrupt data: missing pixels are an error, oddities that lose none are not. */
static void on_message(j_common_ptr common, int level)
{
    if (level < 0 && (common->err->msg_code == JWRN_JPEG_EOF || common->err->msg_code == JWRN_HIT_MARKER))
        on_error(common);
}

static void on_progress(j_common_ptr common)
{
    JpegReader *reader = common->client_data;
    if (reader->jpeg.input_scan_number > MOST_SCANS) {
        fovea_fail(reader->fault, "%s is a JPEG of over %d scans", reader->path, MOST_SCANS);
        longjmp(reader->broken, 1);
    }
}

/* Adobe's CMYK files store ink inverted: 255 is no ink. */
static void cmyk_to_rgb(const unsigned char *cmyk, unsigned char *rgb, int64_t pixels, bool inverted)
{
    for (; pixels; pixels--, cmyk += 4, rgb += 3) {
        int black = inverted ? cmyk[3] : 255 - cmyk[3];
        for (int c = 0; c < 3; c++)
            rgb[c] = (unsigned char)(((inverted ? cmyk[c] : 255 - cmyk[c]) * black + 127) / 255);
    }
}

static void read_row(JpegReader *reader, unsigned char *row)
{
    if (reader->cmyk) {
        jpeg_read_scanlines(&reader->jpeg, &reader->cmyk, 1);
        cmyk_to_rgb(reader->cmyk, row, reader->picture.width, reader->jpeg.saw_Adobe_marker);
    } else {
        jpeg_read_scanlines(&reader->jpeg, &row, 1);
    }
}

static bool decode(JpegReader *reader, const unsigned char *bytes, size_t size)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    if (setjmp(reader->broken))
        return false;
    jpeg_create_decompress(jpeg);
    jpeg->client_data = reader;
    jpeg->progress = &reader->progress;
    jpeg_mem_src(jpeg, bytes, (unsigned long)size);
    jpeg_read_header(jpeg, TRUE);
    if (jpeg->num_components == 4)
        jpeg->out_color_space = JCS_CMYK;
    else
        jpeg->out_color_space = jpeg->jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
    int channels = jpeg->out_color_space == JCS_GRAYSCALE ? 1 : 3;
    if (!fovea_picture_new(&reader->picture, jpeg->image_width, jpeg->image_height, channels, reader->path,
                           reader->fault))
        return false;
    jpeg_start_decompress(jpeg);
    if (jpeg->out_color_space == JCS_CMYK) {
        reader->cmyk = malloc(fovea_size(jpeg->output_width, 4));
        if (!reader->cmyk)
            return fovea_fail_memory(reader->fault, fovea_size(jpeg->output_width, 4));
    }
    while (jpeg->output_scanline < jpeg->output_height)
        read_row(reader, reader->picture.at + (int64_t)jpeg->output_scanline * reader->picture.width * channels);
    jpeg_finish_decompress(jpeg);
    return true;
}

bool fovea_jpeg_read(fovea_picture *picture, const unsigned char *bytes, size_t size, const char *path,
                     fovea_fault *fault)
{
    JpegReader reader;
    memset(&reader, 0, sizeof reader);
    reader.path = path;
    reader.fault = fault;
    reader.jpeg.err = jpeg_std_error(&reader.errors);
    reader.jpeg.client_data = &reader;
    reader.errors.error_exit = on_error;
    reader.errors.emit_message = on_message;
    reader.progress.progress_monitor = on_progress;
    bool fine = decode(&reader, bytes, size);
    jpeg_destroy_decompress(&reader.jpeg);
    free(reader.cmyk);
    if (fine)
        *picture = reader.picture;
    else
        fovea_picture_free(&reader.picture);
    return fine;
}

#endif
