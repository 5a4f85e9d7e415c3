/* targets.h - one test a target: those that this CPU cannot run skip themselves, and say so. */
#ifndef FOVEA_TESTS_SUPPORT_TARGETS_H
#define FOVEA_TESTS_SUPPORT_TARGETS_H

#include <criterion/criterion.h>

#include "tests/support/emitted.h"

/* SUITE::WHAT_c, SUITE::WHAT_avx2 and so on, each of which calls check(target's name). ops::every_target_is_checked
 * holds the list to that of the compiler. Of target auto, the kernels for AVX-512 are those of avx512: the others are
 * tested. Of target opencl, both plans are, each by itself. */
#define TEST_EACH_TARGET(suite, what, check)                                                                           \
    Test(suite, what##_c)                                                                                              \
    {                                                                                                                  \
        check("c");                                                                                                    \
    }                                                                                                                  \
    Test(suite, what##_avx2)                                                                                           \
    {                                                                                                                  \
        check("avx2");                                                                                                 \
    }                                                                                                                  \
    Test(suite, what##_avx512)                                                                                         \
    {                                                                                                                  \
        check("avx512");                                                                                               \
    }                                                                                                                  \
    Test(suite, what##_auto_avx2)                                                                                      \
    {                                                                                                                  \
        check(AUTO_AVX2);                                                                                              \
    }                                                                                                                  \
    Test(suite, what##_auto_portable)                                                                                  \
    {                                                                                                                  \
        check(AUTO_PORTABLE);                                                                                          \
    }                                                                                                                  \
    Test(suite, what##_opencl_cpu)                                                                                     \
    {                                                                                                                  \
        check(OPENCL_CPU);                                                                                             \
    }                                                                                                                  \
    Test(suite, what##_opencl_gpu)                                                                                     \
    {                                                                                                                  \
        check(OPENCL_GPU);                                                                                             \
    }

static const char *const targets_tested[] = {"c", "avx2", "avx512", "auto", "opencl"};

#endif
