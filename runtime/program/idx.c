/* idx.c - IDX files, plain or in a .gz (see idx.h). */
#include "idx.h"

#include <stdlib.h>
#include <string.h>
#ifndef FOVEA_NO_ZLIB
#include <zlib.h>
#endif

enum { UNSIGNED_BYTES = 8 };

bool fovea_is_idx(const unsigned char *bytes, size_t size)
{
    return size >= 8 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] == UNSIGNED_BYTES &&
           (bytes[3] == 1 || bytes[3] == 3) && size >= 4 + 4 * (size_t)bytes[3];
}

bool fovea_is_gzip(const unsigned char *bytes, size_t size)
{
    return size >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8; /* the one method there is */
}

static int64_t big_endian(const unsigned char *bytes)
{
    return (int64_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

/* The size of the whole file by its header; SIZE_MAX when that is beyond anything that is read. */
static size_t claimed_size(const unsigned char *bytes)
{
    int rank = bytes[3];
    size_t size = 1;
    for (int d = 0; d < rank; d++) {
        size_t dim = (size_t)big_endian(bytes + 4 + 4 * d);
        if (dim && size > (SIZE_MAX / 4) / dim)
            return SIZE_MAX;
        size *= dim;
    }
    return size + 4 + 4 * (size_t)rank;
}

bool fovea_idx_parse(fovea_idx *idx, const unsigned char *bytes, size_t size, const char *path, fovea_fault *fault)
{
    if (!fovea_is_idx(bytes, size))
        return fovea_fail(fault, "%s is not an IDX file of labels or pictures", path);
    *idx = (fovea_idx){.rank = bytes[3], .count = big_endian(bytes + 4), .height = 1, .width = 1};
    if (idx->rank == 3) {
        idx->height = big_endian(bytes + 8);
        idx->width = big_endian(bytes + 12);
    }
    idx->data = bytes + 4 + 4 * idx->rank;
    if (idx->count < 1 || idx->height < 1 || idx->width < 1)
        return fovea_fail(fault, "%s holds nothing: its header says %lld of %lldx%lld", path, (long long)idx->count,
                          (long long)idx->height, (long long)idx->width);
    if (claimed_size(bytes) != size)
        return fovea_fail(fault, "%s has %zu bytes, its header says %zu", path, size, claimed_size(bytes));
    return true;
}

#ifdef FOVEA_NO_ZLIB

bool fovea_idx_unpack(fovea_bytes *bytes, const char *path, fovea_fault *fault)
{
    (void)bytes;
    return fovea_fail(fault, "%s is compressed, and this program is built without zlib", path);
}

#else

#define MOST_BYTES ((size_t)1 << 31) /* unpacked: a small .gz can claim, and even hold, any amount */

enum { LONGEST_HEADER = 4 + 3 * 4 };

/* Unpacks until `wanted` bytes are there or the stream ends; result->size says how many. */
static bool inflate_some(z_stream *stream, fovea_bytes *result, size_t wanted, const char *path, fovea_fault *fault)
{
    size_t capacity = result->size;
    while (result->size < wanted) {
        if (result->size == capacity) {
            capacity = capacity ? 2 * capacity : 64 * 1024;
            capacity = capacity < wanted ? capacity : wanted;
            unsigned char *at = realloc(result->at, capacity);
            if (!at)
                return fovea_fail_memory(fault, capacity);
            result->at = at;
        }
        size_t room = capacity - result->size;
        uInt step = room < (1U << 30) ? (uInt)room : 1U << 30;
        stream->next_out = result->at + result->size;
        stream->avail_out = step;
        int status = inflate(stream, Z_NO_FLUSH);
        result->size += step - stream->avail_out;
        if (status == Z_STREAM_END)
            return true;
        if (status != Z_OK)
            return fovea_fail(fault, "%s is a broken .gz: %s", path, stream->msg ? stream->msg : "it ends early");
    }
    return true;
}

static bool unpack(z_stream *stream, fovea_bytes *result, const char *path, fovea_fault *fault)
{
    if (!inflate_some(stream, result, LONGEST_HEADER, path, fault))
        return false;
    if (!fovea_is_idx(result->at, result->size))
        return fovea_fail(fault, "%s is compressed, but there is no IDX file in it", path);
    size_t wanted = claimed_size(result->at);
    /* One byte more than the header says, so that a file with too much in it is noticed. */
    return wanted > MOST_BYTES ? fovea_fail(fault, "%s says that it is over %zu bytes", path, MOST_BYTES)
                               : inflate_some(stream, result, wanted + 1, path, fault);
}

bool fovea_idx_unpack(fovea_bytes *bytes, const char *path, fovea_fault *fault)
{
    z_stream stream = {.next_in = bytes->at, .avail_in = (uInt)bytes->size};
    if (bytes->size > UINT32_MAX)
        return fovea_fail(fault, "%s is over 4 GiB", path);
    if (inflateInit2(&stream, 15 + 16) != Z_OK)
        return fovea_fail(fault, "zlib cannot be started for %s", path);
    fovea_bytes result = {0};
    bool fine = unpack(&stream, &result, path, fault);
    inflateEnd(&stream);
    fovea_bytes_free(fine ? bytes : &result);
    if (fine)
        *bytes = result;
    return fine;
}

#endif
