/* jpeg.c - any file as a JPEG (see support/picture.h). */
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/picture.h"

int fuzz_one(const uint8_t *bytes, size_t size)
{
    fuzz_picture(fovea_jpeg_read, bytes, size);
    return 0;
}
