/* picture.c - any file as a picture (see picture.h). */
#include "tests/fuzz/support/picture.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/input.h"

static const struct {
    int channels;
    int64_t height, width, resize;
} shapes[] = {{1, 4, 4, 0}, {3, 9, 5, 12}, {3, 1, 1, 0}, {1, 1, 30, 0}};

static void fit(const fovea_picture *picture)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        fovea_fault fault = {""};
        unsigned char *result = malloc((size_t)(shapes[i].channels * shapes[i].height * shapes[i].width));
        FUZZ_CHECK(result, "no memory");
        fuzz_check_fault(fovea_picture_fit(picture, shapes[i].channels, shapes[i].height, shapes[i].width,
                                           shapes[i].resize, result, &fault),
                         &fault);
        free(result);
    }
}

/* Reads every byte. */
static size_t byte_sum(const unsigned char *bytes, size_t count)
{
    size_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += bytes[i];
    return sum;
}

void fuzz_picture(fuzz_picture_reader *read, const uint8_t *bytes, size_t size)
{
    fovea_fault fault = {""};
    fovea_picture picture = {0};
    unsigned char *copy = malloc(size + !size); /* of exactly this size */
    FUZZ_CHECK(copy, "no memory");
    memcpy(copy, bytes, size);
    bool fine = read(&picture, copy, size, "file", &fault);
    free(copy);
    fuzz_check_fault(fine, &fault);
    if (fine) {
        FUZZ_CHECK(picture.width > 0 && picture.height > 0 && (picture.channels == 1 || picture.channels == 3),
                   "%lldx%lld, %d channels", (long long)picture.width, (long long)picture.height, picture.channels);
        size_t count = (size_t)(picture.width * picture.height * picture.channels);
        FUZZ_CHECK(byte_sum(picture.at, count) <= 255 * count, "a sum of %zu bytes", count);
        fit(&picture);
    }
    fovea_picture_free(&picture);
    fuzz_inputs(bytes, size);
}
