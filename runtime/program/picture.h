/* picture.h - decoded pictures: PNG, JPEG, PGM and PPM in, resizing, PNG out.
 *
 * A picture is 8-bit, grey or red-green-blue, interleaved, rows from the top without padding. 16-bit samples are
 * rounded to 8, palettes looked up, transparent pixels put on black, CMYK converted; colour profiles, gamma and EXIF
 * orientation are ignored.
 *
 * FOVEA_NO_PNG and FOVEA_NO_JPEG leave out libpng and libjpeg: such files are then refused, and what is written is PGM
 * or PPM.
 */
#ifndef FOVEA_PROGRAM_PICTURE_H
#define FOVEA_PROGRAM_PICTURE_H

#include "common.h"

/* No more pixels than this are decoded: a file of a few bytes can claim any size. */
#define FOVEA_MOST_PIXELS INT64_C(200000000)

typedef struct fovea_picture {
    int64_t width, height;
    int channels; /* 1 or 3 */
    unsigned char *at;
} fovea_picture;

bool fovea_is_png(const unsigned char *bytes, size_t size);
bool fovea_is_jpeg(const unsigned char *bytes, size_t size);
bool fovea_is_pnm(const unsigned char *bytes, size_t size);
bool fovea_png_read(fovea_picture *picture, const unsigned char *bytes, size_t size, const char *path,
                    fovea_fault *fault);
bool fovea_jpeg_read(fovea_picture *picture, const unsigned char *bytes, size_t size, const char *path,
                     fovea_fault *fault);
bool fovea_pnm_read(fovea_picture *picture, const unsigned char *bytes, size_t size, const char *path,
                    fovea_fault *fault);
void fovea_picture_free(fovea_picture *picture);

/* Allocates the pixels, after checking the size; `path` is for the message. */
bool fovea_picture_new(fovea_picture *picture, int64_t width, int64_t height, int channels, const char *path,
                       fovea_fault *fault);

/* Resizes (antialiased bilinear) so that the short side becomes `resize`, or larger where the crop needs it (0: just
 * covers the crop), cuts height x width out of the middle and converts to 1 or 3 channels, interleaved. A picture that
 * has the right size already keeps its bytes. Grey is 0.299 red + 0.587 green + 0.114 blue. */
bool fovea_picture_fit(const fovea_picture *picture, int channels, int64_t height, int64_t width, int64_t resize,
                       unsigned char *result, fovea_fault *fault);

bool fovea_png_write(const char *path, const fovea_picture *picture, fovea_fault *fault);
bool fovea_pnm_write(const char *path, const fovea_picture *picture, fovea_fault *fault);
/* As a PNG, or without libpng as PGM or PPM; the ending says which: ".png". */
bool fovea_picture_write(const char *path, const fovea_picture *picture, fovea_fault *fault);
const char *fovea_picture_ending(int channels);

#endif
