/* picture.h - any file as a picture: it is refused, or every pixel of it is there and it can be fitted to any shape. */
#ifndef FOVEA_TESTS_FUZZ_PICTURE_H
#define FOVEA_TESTS_FUZZ_PICTURE_H

#include "program/picture.h"

typedef bool fuzz_picture_reader(fovea_picture *picture, const unsigned char *bytes, size_t size, const char *path,
                                 fovea_fault *fault);

void fuzz_picture(fuzz_picture_reader *read, const uint8_t *bytes, size_t size);

#endif
