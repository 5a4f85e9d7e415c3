/* idx.c - any file as an IDX file, plain or in a .gz: it is refused, or what its header says is there. */
#include "program/idx.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/input.h"

int fuzz_one(const uint8_t *bytes, size_t size)
{
    fovea_fault fault = {""};
    fovea_idx idx;
    fovea_bytes file = {.at = malloc(size + !size), .size = size};
    FUZZ_CHECK(file.at, "no memory");
    memcpy(file.at, bytes, size);
    bool fine = (!fovea_is_gzip(file.at, file.size) || fovea_idx_unpack(&file, "file", &fault)) &&
                fovea_idx_parse(&idx, file.at, file.size, "file", &fault);
    fuzz_check_fault(fine, &fault);
    unsigned sum = 0;
    for (int64_t i = 0; fine && i < idx.count * idx.height * idx.width; i++)
        sum += idx.data[i];
    FUZZ_CHECK(fine || sum == 0, "a sum of nothing");
    fovea_bytes_free(&file);
    fuzz_inputs(bytes, size);
    return 0;
}
