/* targets.h - one test a target: those that this CPU cannot run skip themselves, and say so. */
#ifndef FOVEA_TESTS_SUPPORT_TARGETS_H
#define FOVEA_TESTS_SUPPORT_TARGETS_H

#include <criterion/criterion.h>

/* SUITE::WHAT_c, SUITE::WHAT_avx2 and so on, each of which calls check(target's name). ops::every_target_is_checked
 * holds the list to that of the compiler. */
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
    }

static const char *const targets_tested[] = {"c", "avx2", "avx512"};

#endif
