/* auto.c - the target for any x86-64: one Plan, that of avx512, with its kernels for AVX-512, for AVX2, and for any
 * CPU.
 *
 * Channels stand in blocks of 16 and weights in the panels of avx512, so that its weights are these, too. A block is
 * two vectors of AVX2, and a tile of a convolution 16 of a panel's maps: two vectors of 6 pixels, which is what target
 * avx2 computes at a time. Any other CPU has its own way with vectors of 4 floats, of 16 registers as SSE2's.
 */
#include "emit/blocked.h"
#include "emit/winograd.h"

static const MatvecSizes matvec = {.registers = 16, .vectors = 8, .examples = 6};

/* 8 sums, 4 vectors of weights, the broadcast and a product: SSE2 has no fused multiply-add. */
static const InstructionSet portable = {
    .name = "portable",
    .title = "any CPU",
    .vector = "v4",
    .lanes = 4,
    .sums = 8,
    .matvec = &matvec,
    .attribute = "",
    .tile = "FOVEA_PORTABLE ",
    .kernel = "FOVEA_PORTABLE ",
    .memory = "",
    .constant = "const ",
    .words =
        "/* Words for 4 floats at a time in GNU C, which compilers put into what vectors a CPU has. max and min are\n"
        " * `a > b ? a : b` and `a < b ? a : b`; comparisons are masks. */\n"
        "#ifndef FOVEA_V4\n"
        "#define FOVEA_V4             static inline __attribute__((unused, always_inline))\n"
        "#ifdef __SSE2__\n"
        "#include <emmintrin.h>\n"
        "#endif\n"
        "typedef float v4 __attribute__((vector_size(16)));\n"
        "typedef int32_t v4_mask __attribute__((vector_size(16)));\n"
        "typedef float v4_anywhere __attribute__((vector_size(16), aligned(4), may_alias));\n"
        "FOVEA_V4 v4 v4_set(float a)\n"
        "{\n"
        "    return (v4){a, a, a, a};\n"
        "}\n"
        "FOVEA_V4 v4 v4_bits(uint32_t a, uint32_t b, uint32_t c, uint32_t d)\n"
        "{\n"
        "    return (v4)(v4_mask){(int32_t)a, (int32_t)b, (int32_t)c, (int32_t)d};\n"
        "}\n"
        "/* IEEE binary16, subnormals included, also where floats' are zeros. */\n"
        "FOVEA_V4 v4 v4_from_f16(const uint16_t *p)\n"
        "{\n"
        "    const v4_mask half = {p[0], p[1], p[2], p[3]}, size = (half & 0x7fff) << 13;\n"
        "    const v4_mask tiny = size < (1 << 23), endless = size >= (31 << 23);\n"
        "    const v4_mask bits = size + (112 << 23) + (tiny & (1 << 23)) + (endless & (112 << 23));\n"
        "    return (v4)((v4_mask)((v4)bits - (v4)(tiny & (113 << 23))) | (half & 0x8000) << 16);\n"
        "}\n"
        "FOVEA_V4 v4 v4_max(v4 a, v4 b)\n"
        "{\n"
        "#ifdef __SSE2__\n"
        "    return _mm_max_ps(a, b);\n"
        "#else\n"
        "    const v4_mask more = a > b;\n"
        "    return (v4)((more & (v4_mask)a) | (~more & (v4_mask)b));\n"
        "#endif\n"
        "}\n"
        "FOVEA_V4 v4 v4_min(v4 a, v4 b)\n"
        "{\n"
        "#ifdef __SSE2__\n"
        "    return _mm_min_ps(a, b);\n"
        "#else\n"
        "    const v4_mask less = a < b;\n"
        "    return (v4)((less & (v4_mask)a) | (~less & (v4_mask)b));\n"
        "#endif\n"
        "}\n"
        "FOVEA_V4 v4 v4_sqrt(v4 a)\n"
        "{\n"
        "#ifdef __SSE2__\n"
        "    return _mm_sqrt_ps(a);\n"
        "#else\n"
        "    return (v4){__builtin_sqrtf(a[0]), __builtin_sqrtf(a[1]), __builtin_sqrtf(a[2]), __builtin_sqrtf(a[3])};\n"
        "#endif\n"
        "}\n"
        "#endif\n"
        "#ifndef FOVEA_PORTABLE\n"
        "#define FOVEA_PORTABLE       __attribute__((noinline))\n"
        "#define v_zero()             v4_set(0.0f)\n"
        "#define v_set(number)        v4_set(number)\n"
        "#define v_load(p)            ((v4) * (const v4_anywhere *)(p))\n"
        "#define v_load_f16(p)        v4_from_f16(p)\n"
        "#define v_load_bf16(p)       v4_bits((p)[0] * 65536u, (p)[1] * 65536u, (p)[2] * 65536u, (p)[3] * 65536u)\n"
        "#define v_broadcast(p)       v4_set(*(p))\n"
        "#define v_store(p, a)        (*(v4_anywhere *)(p) = (v4_anywhere)(a))\n"
        "#define v_prefetch(p)        __builtin_prefetch(p)\n"
        "#define v_fma(a, b, c)       ((a) * (b) + (c))\n"
        "#define v_add(a, b)          ((a) + (b))\n"
        "#define v_sub(a, b)          ((a) - (b))\n"
        "#define v_mul(a, b)          ((a) * (b))\n"
        "#define v_div(a, b)          ((a) / (b))\n"
        "#define v_max(a, b)          v4_max(a, b)\n"
        "#define v_min(a, b)          v4_min(a, b)\n"
        "#define v_sqrt(a)            v4_sqrt(a)\n"
        "#define v_neg(a)             (-(a))\n"
        "#define v_abs(a)             ((v4)((v4_mask)(a) & 0x7fffffff))\n"
        "#define v_eq(a, b)           ((a) == (b))\n"
        "#define v_ne(a, b)           ((a) != (b))\n"
        "#define v_lt(a, b)           ((a) < (b))\n"
        "#define v_gt(a, b)           ((a) > (b))\n"
        "#define v_le(a, b)           ((a) <= (b))\n"
        "#define v_ge(a, b)           ((a) >= (b))\n"
        "/* Lanes from n on of a, and the first n of b; the first n of a, and zeros. */\n"
        "#ifdef __clang__\n"
        "#define v_slide(a, b, n)     __builtin_shufflevector(a, b, n, (n) + 1, (n) + 2, (n) + 3)\n"
        "#else\n"
        "#define v_slide(a, b, n)     __builtin_shuffle(a, b, (v4_mask){n, (n) + 1, (n) + 2, (n) + 3})\n"
        "#endif\n"
        "#define v_first(a, n)        v_slide(v_slide(v_zero(), a, n), v_zero(), 4 - (n))\n"
        "#define v_select(mask, a, b) ((v4)(((mask) & (v4_mask)(a)) | (~(mask) & (v4_mask)(b))))\n"
        "#define v_prefetch_near(p)   __builtin_prefetch(p)\n"
        "#endif\n",
};

const Target target_auto = {
    .name = "auto",
    .synopsis = "AVX-512, AVX2 or any CPU: the best of them that a program finds",
    .blob = "avx512",
    .sets = {&set_avx512, &set_avx2, &portable},
    .set_count = 3,
    .conv_form = avx512_conv_form,
    .winograd = winograd_by_cost,
    .tiles = &c_tiles,
    .lanes = 16,
    .conv_text = blocked_text,
};
