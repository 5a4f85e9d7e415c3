/* big_endian.c - the runtime on a big-endian machine without a C library (see ../arm64.sh): a sound blob is told to be
 * of the other byte order, and everything else about it is still right. Ends with 0, or the number of the first fault.
 */
#include "fovea.h"

#include <string.h>

extern const unsigned char blob[], blob_end[];

void *memcpy(void *to, const void *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ((unsigned char *)to)[i] = ((const unsigned char *)from)[i];
    return to;
}

int memcmp(const void *a, const void *b, size_t count)
{
    const unsigned char *x = a, *y = b;
    for (; count && *x == *y; count--)
        x++, y++;
    return count ? *x - *y : 0;
}

static int first_fault(void)
{
    const uint16_t one = 1;
    unsigned char first;
    const void *selftest;
    size_t bytes = (size_t)(blob_end - blob), selftest_bytes;
    memcpy(&first, &one, 1);
    if (first != 0)
        return 1; /* this machine is little-endian */
    if (fovea_weights_check(blob, bytes, ARCHITECTURE, 0) != FOVEA_WRONG_BYTE_ORDER)
        return 2;
    if (fovea_weights_verify(blob, bytes) != FOVEA_OK)
        return 3;
    if (fovea_weights_verify(blob, bytes - 1) != FOVEA_BAD_WEIGHTS)
        return 4;
    if (fovea_weights_selftest(blob, bytes, &selftest, &selftest_bytes) != FOVEA_OK || selftest_bytes != 3200)
        return 5;
    return 0;
}

void _start(void)
{
    register long x0 __asm__("x0") = first_fault();
    register long x8 __asm__("x8") = 93; /* exit */
    __asm__ volatile("svc 0" : : "r"(x0), "r"(x8));
    for (;;) {
    }
}
