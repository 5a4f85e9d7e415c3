/* avx2.c - the target with 8-wide vectors and fused multiply-add.
 *
 * Convolutions run on channel blocks of 8 (blocked_conv.c); what they do not cover is left to the portable texts, which
 * are compiled for the same instructions.
 */
#include "emit/blocked.h"
#include "emit/winograd.h"
#include "fovea.h"

/* 12 sums, 2 vectors of weights and the broadcast take 15 of the 16 registers, with 0.67 loads a multiply-add. */
enum { LANES = 8, SUMS = 12 };

static ConvForm avx2_conv_form(const Graph *graph, const Node *conv, bool vector_epilogue)
{
    return blocked_form(graph, conv, vector_epilogue, LANES, SUMS);
}

static const MatvecSizes matvec = {.registers = 16, .vectors = 8, .examples = 6};

const InstructionSet set_avx2 = {
    .name = "avx2",
    .title = "AVX2, FMA and F16C",
    .cpu = "FOVEA_CPU_AVX2",
    .number = FOVEA_CPU_AVX2,
    .vector = "v8",
    .lanes = LANES,
    .sums = SUMS,
    .matvec = &matvec,
    .attribute = "FOVEA_AVX2 ",
    .tile = "FOVEA_AVX2 ",
    .kernel = "FOVEA_AVX2 ",
    .memory = "",
    .constant = "const ",
    .words = "/* Words for 8 floats at a time. max and min are `a > b ? a : b` and `a < b ? a : b`. */\n"
             "#ifndef FOVEA_AVX2\n"
             "#include <immintrin.h>\n"
             "#define FOVEA_AVX2           __attribute__((target(\"avx2,fma,f16c\")))\n"
             "typedef __m256 v8;\n"
             "#define v_zero()             _mm256_setzero_ps()\n"
             "#define v_set(number)        _mm256_set1_ps(number)\n"
             "#define v_load(p)            _mm256_loadu_ps(p)\n"
             "#define v_load_f16(p)        _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p)))\n"
             "#define v_load_bf16(p)       v_high(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(p))))\n"
             "#define v_high(a)            _mm256_castsi256_ps(_mm256_slli_epi32(a, 16))\n"
             "#define v_broadcast(p)       _mm256_broadcast_ss(p)\n"
             "#define v_store(p, a)        _mm256_storeu_ps(p, a)\n"
             "#define v_prefetch(p)        _mm_prefetch((const char *)(p), _MM_HINT_T0)\n"
             "#define v_fma(a, b, c)       _mm256_fmadd_ps(a, b, c)\n"
             "#define v_add(a, b)          _mm256_add_ps(a, b)\n"
             "#define v_sub(a, b)          _mm256_sub_ps(a, b)\n"
             "#define v_mul(a, b)          _mm256_mul_ps(a, b)\n"
             "#define v_div(a, b)          _mm256_div_ps(a, b)\n"
             "#define v_max(a, b)          _mm256_max_ps(a, b)\n"
             "#define v_min(a, b)          _mm256_min_ps(a, b)\n"
             "#define v_sqrt(a)            _mm256_sqrt_ps(a)\n"
             "#define v_floor(a)           _mm256_round_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)\n"
             "#define v_ceil(a)            _mm256_round_ps(a, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC)\n"
             "#define v_round(a)           _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)\n"
             "#define v_trunc(a)           _mm256_round_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)\n"
             "#define v_neg(a)             _mm256_xor_ps(a, _mm256_set1_ps(-0.0f))\n"
             "#define v_abs(a)             _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a)\n"
             "#define v_eq(a, b)           _mm256_cmp_ps(a, b, _CMP_EQ_OQ)\n"
             "#define v_ne(a, b)           _mm256_cmp_ps(a, b, _CMP_NEQ_UQ)\n"
             "#define v_lt(a, b)           _mm256_cmp_ps(a, b, _CMP_LT_OQ)\n"
             "#define v_gt(a, b)           _mm256_cmp_ps(a, b, _CMP_GT_OQ)\n"
             "#define v_le(a, b)           _mm256_cmp_ps(a, b, _CMP_LE_OQ)\n"
             "#define v_ge(a, b)           _mm256_cmp_ps(a, b, _CMP_GE_OQ)\n"
             "/* Lanes from n on of a, and the first n of b; the first n of a, and zeros. */\n"
             "#define v_slide(a, b, n)     _mm256_castsi256_ps((n) < 4 \\\n"
             "    ? _mm256_alignr_epi8(v_halves(a, b), _mm256_castps_si256(a), 4 * (n) % 16) \\\n"
             "    : _mm256_alignr_epi8(_mm256_castps_si256(b), v_halves(a, b), 4 * (n) % 16))\n"
             "#define v_halves(a, b)       _mm256_castps_si256(_mm256_permute2f128_ps(a, b, 0x21))\n"
             "#define v_first(a, n)        _mm256_blend_ps(_mm256_setzero_ps(), a, (1 << (n)) - 1)\n"
             "#define v_select(mask, a, b) _mm256_blendv_ps(b, a, mask)\n"
             "#define v_prefetch_near(p)   _mm_prefetch((const char *)(p), _MM_HINT_T0)\n"
             "#endif\n",
};

const Target target_avx2 = {
    .name = "avx2",
    .synopsis = "x86-64 with AVX2 and FMA",
    .sets = {&set_avx2},
    .set_count = 1,
    .conv_form = avx2_conv_form,
    .winograd = winograd_by_cost,
    .tiles = &c_tiles,
    .lanes = LANES,
    .conv_text = blocked_text,
};
