/* hash.h - FNV-1a, 64 bits: start with FNV_START, feed piece after piece. */
#ifndef FOVEA_SUPPORT_HASH_H
#define FOVEA_SUPPORT_HASH_H

#include <stddef.h>
#include <stdint.h>

#define FNV_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t fnv1a64(uint64_t hash, const void *bytes, size_t count)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
    return hash;
}

#endif
