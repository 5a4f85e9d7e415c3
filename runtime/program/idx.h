/* idx.h - the IDX files of MNIST and its relatives: unsigned bytes, plain or compressed by gzip.
 *
 * Two zero bytes, 8 for unsigned bytes, the number of axes, each axis as a big-endian 32-bit number, the bytes.
 * Pictures have three axes (count, height, width), labels one.
 */
#ifndef FOVEA_PROGRAM_IDX_H
#define FOVEA_PROGRAM_IDX_H

#include "common.h"

typedef struct fovea_idx {
    int rank; /* 1: labels, 3: pictures */
    int64_t count, height, width;
    const unsigned char *data; /* inside the bytes that were parsed */
} fovea_idx;

bool fovea_is_idx(const unsigned char *bytes, size_t size);
bool fovea_is_gzip(const unsigned char *bytes, size_t size);
bool fovea_idx_parse(fovea_idx *idx, const unsigned char *bytes, size_t size, const char *path, fovea_fault *fault);
/* Unpacks a .gz in place, as far as the IDX header in it says; anything else in a .gz is refused, and with
 * FOVEA_NO_ZLIB every .gz is. */
bool fovea_idx_unpack(fovea_bytes *bytes, const char *path, fovea_fault *fault);

#endif
