/* avx2.c - the target with 8-wide vectors and fused multiply-add.
 *
 * Convolutions run on channel blocks of 8 (avx2_conv.c); what they do not cover is left to the portable texts, which
 * are compiled for the same instructions.
 */
#include "emit/avx2.h"
#include "emit/transposed.h"

/* 12 sums, 2 vectors of weights and the broadcast take 15 of the 16 registers, with 0.67 loads a multiply-add. */
enum { PIXELS_TWO = 6, PIXELS_ONE = 12, FEWEST_INPUTS = 4 };

static ConvForm avx2_conv_form(const Graph *graph, const Node *conv, bool vector_epilogue)
{
    const ConvAttrs *attrs = conv->attrs;
    bool transposed = conv->op == OP_conv_transpose;
    int64_t inputs = graph_input_node(graph, conv, CONV_X)->type.shape.dim[1], maps = conv->type.shape.dim[1];
    int64_t width = transposed ? transposed_columns(conv) : conv->type.shape.dim[3];
    if (conv->op == OP_conv_connect || attrs->groups > 1 || inputs < FEWEST_INPUTS || maps < AVX2_VECTOR ||
        !vector_epilogue)
        return c_conv_form(graph, conv, vector_epilogue);
    bool two = (maps + AVX2_VECTOR - 1) / AVX2_VECTOR % 2 == 0;
    int64_t most = two ? PIXELS_TWO : PIXELS_ONE, tiles = (width + most - 1) / most;
    return (ConvForm){.activations = LAYOUT_BLOCKED,
                      .channel_block = AVX2_VECTOR,
                      .weights = transposed ? LAYOUT_TURNED : LAYOUT_PANELS,
                      .maps = two ? 2 * AVX2_VECTOR : AVX2_VECTOR,
                      .pixels = (int32_t)((width + tiles - 1) / tiles),
                      .rows = 1};
}

static void avx2_text(KernelText *text)
{
    if (text->kernel->family == FAMILY_CONV_TRANSPOSE)
        avx2_conv_transpose_text(text);
    else
        avx2_conv_text(text);
}

const Target target_avx2 = {
    .name = "avx2",
    .synopsis = "x86-64 with AVX2 and FMA",
    .cpu = "FOVEA_CPU_AVX2",
    .conv_form = avx2_conv_form,
    .tiles = &c_tiles,
    .conv_text = avx2_text,
    .vector = "v8",
    .attribute = "FOVEA_AVX2 ",
    .kernel = "FOVEA_AVX2 ",
    .words = "/* Words for 8 floats at a time. max and min are `a > b ? a : b` and `a < b ? a : b`. */\n"
             "#ifndef FOVEA_AVX2\n"
             "#include <immintrin.h>\n"
             "#define FOVEA_AVX2           __attribute__((target(\"avx2,fma\")))\n"
             "typedef __m256 v8;\n"
             "#define v_zero()             _mm256_setzero_ps()\n"
             "#define v_set(number)        _mm256_set1_ps(number)\n"
             "#define v_load(p)            _mm256_loadu_ps(p)\n"
             "#define v_broadcast(p)       _mm256_broadcast_ss(p)\n"
             "#define v_store(p, a)        _mm256_storeu_ps(p, a)\n"
             "#define v_fma(a, b, c)       _mm256_fmadd_ps(a, b, c)\n"
             "#define v_add(a, b)          _mm256_add_ps(a, b)\n"
             "#define v_sub(a, b)          _mm256_sub_ps(a, b)\n"
             "#define v_mul(a, b)          _mm256_mul_ps(a, b)\n"
             "#define v_div(a, b)          _mm256_div_ps(a, b)\n"
             "#define v_max(a, b)          _mm256_max_ps(a, b)\n"
             "#define v_min(a, b)          _mm256_min_ps(a, b)\n"
             "#define v_sqrt(a)            _mm256_sqrt_ps(a)\n"
             "#define v_neg(a)             _mm256_xor_ps(a, _mm256_set1_ps(-0.0f))\n"
             "#define v_abs(a)             _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a)\n"
             "#define v_eq(a, b)           _mm256_cmp_ps(a, b, _CMP_EQ_OQ)\n"
             "#define v_ne(a, b)           _mm256_cmp_ps(a, b, _CMP_NEQ_UQ)\n"
             "#define v_lt(a, b)           _mm256_cmp_ps(a, b, _CMP_LT_OQ)\n"
             "#define v_gt(a, b)           _mm256_cmp_ps(a, b, _CMP_GT_OQ)\n"
             "#define v_le(a, b)           _mm256_cmp_ps(a, b, _CMP_LE_OQ)\n"
             "#define v_ge(a, b)           _mm256_cmp_ps(a, b, _CMP_GE_OQ)\n"
             "#define v_select(mask, a, b) _mm256_blendv_ps(b, a, mask)\n"
             "#endif\n",
};
