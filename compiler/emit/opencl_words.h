/* opencl_words.h - the words of texts for OpenCL devices: names of C, and vectors of `n` floats (internal to emit/). */
#ifndef FOVEA_EMIT_OPENCL_WORDS_H
#define FOVEA_EMIT_OPENCL_WORDS_H

#define OPENCL_NAMES                                                                                                   \
    "/* Names of C. */\n"                                                                                              \
    "typedef uchar uint8_t;\n"                                                                                         \
    "typedef ushort uint16_t;\n"                                                                                       \
    "typedef int int32_t;\n"                                                                                           \
    "typedef uint uint32_t;\n"                                                                                         \
    "#define acosf(x)             acos(x)\n"                                                                           \
    "#define acoshf(x)            acosh(x)\n"                                                                          \
    "#define asinf(x)             asin(x)\n"                                                                           \
    "#define asinhf(x)            asinh(x)\n"                                                                          \
    "#define atanf(x)             atan(x)\n"                                                                           \
    "#define atanhf(x)            atanh(x)\n"                                                                          \
    "#define ceilf(x)             ceil(x)\n"                                                                           \
    "#define cosf(x)              cos(x)\n"                                                                            \
    "#define coshf(x)             cosh(x)\n"                                                                           \
    "#define erfcf(x)             erfc(x)\n"                                                                           \
    "#define erff(x)              erf(x)\n"                                                                            \
    "#define expf(x)              exp(x)\n"                                                                            \
    "#define expm1f(x)            expm1(x)\n"                                                                          \
    "#define fabsf(x)             fabs(x)\n"                                                                           \
    "#define floorf(x)            floor(x)\n"                                                                          \
    "#define fmodf(x, y)          fmod(x, y)\n"                                                                        \
    "#define log1pf(x)            log1p(x)\n"                                                                          \
    "#define logf(x)              log(x)\n"                                                                            \
    "#define powf(x, y)           pow(x, y)\n"                                                                         \
    "#define rintf(x)             rint(x)\n"                                                                           \
    "#define sinf(x)              sin(x)\n"                                                                            \
    "#define sinhf(x)             sinh(x)\n"                                                                           \
    "#define sqrtf(x)             sqrt(x)\n"                                                                           \
    "#define tanf(x)              tan(x)\n"                                                                            \
    "#define tanhf(x)             tanh(x)\n"                                                                           \
    "#define truncf(x)            trunc(x)\n"                                                                          \
    "#define FOVEA_ALIGNED(bytes) __attribute__((aligned(bytes)))\n"                                                   \
    "#define FOVEA_WORD           static inline __attribute__((unused))\n"

/* memset and memcpy of floats: `first` and `step` of the loop over them. */
#define OPENCL_MOVES(first, step)                                                                                      \
    "FOVEA_WORD void set_zeros(global float *to, size_t count)\n"                                                      \
    "{\n"                                                                                                              \
    "    for (size_t i = " first "; i < count; " step ")\n"                                                            \
    "        to[i] = 0.0f;\n"                                                                                          \
    "}\n"                                                                                                              \
    "FOVEA_WORD void copy_floats(global float *restrict to, global const float *restrict from, size_t count)\n"        \
    "{\n"                                                                                                              \
    "    for (size_t i = " first "; i < count; " step ")\n"                                                            \
    "        to[i] = from[i];\n"                                                                                       \
    "}\n"                                                                                                              \
    "#define memset(to, a, bytes) set_zeros(to, (bytes) / sizeof(float))\n"                                            \
    "#define memcpy(to, x, bytes) copy_floats(to, x, (bytes) / sizeof(float))\n"

/* `load`, `store`: of a vector at p; `places`: "0, 1, 2, 3". */
#define OPENCL_VECTORS(n, load, store, places)                                                                         \
    "\n/* Words for " n " floats at a time. max and min are `a > b ? a : b` and `a < b ? a : b`; comparisons are "     \
    "masks. */\n"                                                                                                      \
    "typedef float" n " v" n ";\n"                                                                                     \
    "FOVEA_WORD v" n " v" n "_max(v" n " a, v" n " b)\n"                                                               \
    "{\n"                                                                                                              \
    "    return select(b, a, a > b);\n"                                                                                \
    "}\n"                                                                                                              \
    "FOVEA_WORD v" n " v" n "_min(v" n " a, v" n " b)\n"                                                               \
    "{\n"                                                                                                              \
    "    return select(b, a, a < b);\n"                                                                                \
    "}\n"                                                                                                              \
    "#define v_zero()             ((v" n ")(0.0f))\n"                                                                  \
    "#define v_set(number)        ((v" n ")(number))\n"                                                                \
    "#define v_load(p)            " load "\n"                                                                          \
    "#define v_load_f16(p)        vload_half" n "(0, (global const half *)(p))\n"                                      \
    "#define v_load_bf16(p)       as_float" n "(convert_uint" n "(vload" n "(0, p)) << 16)\n"                          \
    "#define v_broadcast(p)       ((v" n ")(*(p)))\n"                                                                  \
    "#define v_store(p, a)        " store "\n"                                                                         \
    "#define v_prefetch(p)        prefetch(p, 16)\n"                                                                   \
    "#define v_fma(a, b, c)       fma(a, b, c)\n"                                                                      \
    "#define v_add(a, b)          ((a) + (b))\n"                                                                       \
    "#define v_sub(a, b)          ((a) - (b))\n"                                                                       \
    "#define v_mul(a, b)          ((a) * (b))\n"                                                                       \
    "#define v_div(a, b)          ((a) / (b))\n"                                                                       \
    "#define v_max(a, b)          v" n "_max(a, b)\n"                                                                  \
    "#define v_min(a, b)          v" n "_min(a, b)\n"                                                                  \
    "#define v_sqrt(a)            sqrt(a)\n"                                                                           \
    "#define v_floor(a)           floor(a)\n"                                                                          \
    "#define v_ceil(a)            ceil(a)\n"                                                                           \
    "#define v_round(a)           rint(a)\n"                                                                           \
    "#define v_trunc(a)           trunc(a)\n"                                                                          \
    "#define v_neg(a)             (-(a))\n"                                                                            \
    "#define v_abs(a)             fabs(a)\n"                                                                           \
    "#define v_eq(a, b)           ((a) == (b))\n"                                                                      \
    "#define v_ne(a, b)           ((a) != (b))\n"                                                                      \
    "#define v_lt(a, b)           ((a) < (b))\n"                                                                       \
    "#define v_gt(a, b)           ((a) > (b))\n"                                                                       \
    "#define v_le(a, b)           ((a) <= (b))\n"                                                                      \
    "#define v_ge(a, b)           ((a) >= (b))\n"                                                                      \
    "/* Lanes from n on of a, and the first n of b; the first n of a, and zeros. */\n"                                 \
    "#define v_slide(a, b, n)     shuffle2(a, b, (uint" n ")(" places ") + (uint" n ")(n))\n"                          \
    "#define v_first(a, n)        v_slide(v_slide(v_zero(), a, n), v_zero(), " n " - (n))\n"                           \
    "#define v_select(mask, a, b) select(b, a, mask)\n"                                                                \
    "#define v_prefetch_near(p)   prefetch(p, 16)\n"

#endif
