/* npy.c - any file as a .npy array: it is refused, or every element of it can be read. */
#include "program/npy.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/input.h"

int fuzz_one(const uint8_t *bytes, size_t size)
{
    fovea_fault fault = {""};
    fovea_npy npy;
    unsigned char *copy = malloc(size + !size); /* of exactly this size */
    FUZZ_CHECK(copy, "no memory");
    memcpy(copy, bytes, size);
    bool fine = fovea_npy_parse(&npy, copy, size, "file", &fault);
    fuzz_check_fault(fine, &fault);
    FUZZ_CHECK(!fine || fovea_is_npy(copy, size), "accepted, and not recognised");
    double sum = 0;
    for (int64_t i = 0; fine && i < npy.count; i++)
        sum += fovea_npy_at(&npy, i);
    FUZZ_CHECK(fine || sum == 0, "a sum of nothing");
    free(copy);
    fuzz_inputs(bytes, size);
    return 0;
}
