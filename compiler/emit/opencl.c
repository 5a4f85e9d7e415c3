/* opencl.c - the target of OpenCL 1.2 devices: the Plan of avx512, with its kernels in the words of OpenCL C.
 *
 * Channels stand in blocks of 16 and weights in the panels of avx512, so that its weights are these, too. Kernels for
 * devices of CPU kind are its texts with vectors of 16 floats; work-groups of one item share the loops that threads
 * share there (opencl_source.c).
 */
#include "emit/blocked.h"
#include "emit/winograd.h"

static const MatvecSizes matvec = {.registers = 32, .vectors = 8, .examples = 6};

static const InstructionSet cpu = {
    .name = "cpu",
    .title = "devices of CPU kind",
    .vector = "v16",
    .lanes = 16,
    .sums = 28,
    .matvec = &matvec,
    .attribute = "",
    .tile = "",
    .kernel = "",
    .memory = "global ",
    .constant = "constant ",
    .words =
        "/* Names of C. */\n"
        "typedef uchar uint8_t;\n"
        "typedef ushort uint16_t;\n"
        "typedef int int32_t;\n"
        "typedef uint uint32_t;\n"
        "#define erfcf(x)             erfc(x)\n"
        "#define expf(x)              exp(x)\n"
        "#define expm1f(x)            expm1(x)\n"
        "#define fabsf(x)             fabs(x)\n"
        "#define log1pf(x)            log1p(x)\n"
        "#define logf(x)              log(x)\n"
        "#define powf(x, y)           pow(x, y)\n"
        "#define sqrtf(x)             sqrt(x)\n"
        "#define tanhf(x)             tanh(x)\n"
        "#define FOVEA_ALIGNED(bytes) __attribute__((aligned(bytes)))\n"
        "#define FOVEA_WORD           static inline __attribute__((unused))\n"
        "FOVEA_WORD void set_zeros(global float *to, size_t count)\n"
        "{\n"
        "    for (size_t i = 0; i < count; i++)\n"
        "        to[i] = 0.0f;\n"
        "}\n"
        "FOVEA_WORD void copy_floats(global float *restrict to, global const float *restrict from, size_t count)\n"
        "{\n"
        "    for (size_t i = 0; i < count; i++)\n"
        "        to[i] = from[i];\n"
        "}\n"
        "#define memset(to, a, bytes) set_zeros(to, (bytes) / sizeof(float))\n"
        "#define memcpy(to, x, bytes) copy_floats(to, x, (bytes) / sizeof(float))\n"
        "\n"
        "/* Words for 16 floats at a time. max and min are `a > b ? a : b` and `a < b ? a : b`; comparisons are "
        "masks. */\n"
        "typedef float16 v16;\n"
        "FOVEA_WORD v16 v16_max(v16 a, v16 b)\n"
        "{\n"
        "    return select(b, a, a > b);\n"
        "}\n"
        "FOVEA_WORD v16 v16_min(v16 a, v16 b)\n"
        "{\n"
        "    return select(b, a, a < b);\n"
        "}\n"
        "#define v_zero()             ((v16)(0.0f))\n"
        "#define v_set(number)        ((v16)(number))\n"
        "#define v_load(p)            vload16(0, p)\n"
        "#define v_load_f16(p)        vload_half16(0, (global const half *)(p))\n"
        "#define v_load_bf16(p)       as_float16(convert_uint16(vload16(0, p)) << 16)\n"
        "#define v_broadcast(p)       ((v16)(*(p)))\n"
        "#define v_store(p, a)        vstore16(a, 0, p)\n"
        "#define v_prefetch(p)        prefetch(p, 16)\n"
        "#define v_fma(a, b, c)       fma(a, b, c)\n"
        "#define v_add(a, b)          ((a) + (b))\n"
        "#define v_sub(a, b)          ((a) - (b))\n"
        "#define v_mul(a, b)          ((a) * (b))\n"
        "#define v_div(a, b)          ((a) / (b))\n"
        "#define v_max(a, b)          v16_max(a, b)\n"
        "#define v_min(a, b)          v16_min(a, b)\n"
        "#define v_sqrt(a)            sqrt(a)\n"
        "#define v_neg(a)             (-(a))\n"
        "#define v_abs(a)             fabs(a)\n"
        "#define v_eq(a, b)           ((a) == (b))\n"
        "#define v_ne(a, b)           ((a) != (b))\n"
        "#define v_lt(a, b)           ((a) < (b))\n"
        "#define v_gt(a, b)           ((a) > (b))\n"
        "#define v_le(a, b)           ((a) <= (b))\n"
        "#define v_ge(a, b)           ((a) >= (b))\n"
        "/* Lanes from n on of a, and the first n of b; the first n of a, and zeros. */\n"
        "#define v_slide(a, b, n)     shuffle2(a, b, (uint16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) + "
        "(uint16)(n))\n"
        "#define v_first(a, n)        v_slide(v_slide(v_zero(), a, n), v_zero(), 16 - (n))\n"
        "#define v_select(mask, a, b) select(b, a, mask)\n"
        "#define v_prefetch_near(p)   prefetch(p, 16)\n",
};

const Target target_opencl = {
    .name = "opencl",
    .synopsis = "devices with OpenCL 1.2",
    .blob = "avx512",
    .sets = {&cpu},
    .set_count = 1,
    .conv_form = avx512_conv_form,
    .winograd = winograd_by_cost,
    .tiles = &c_tiles,
    .lanes = 16,
    .conv_text = blocked_text,
    .opencl = true,
};
