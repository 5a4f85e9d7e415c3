/* avx512.c - the target with 16-wide vectors: 32 registers, and masks for comparisons.
 *
 * Convolutions run on channel blocks of 16 (blocked_conv.c); what they do not cover is left to the portable texts,
 * which are compiled for the same instructions.
 */
#include "emit/blocked.h"
#include "emit/winograd.h"
#include "fovea.h"

/* 28 sums, 2 vectors of weights and the broadcast take 31 of the 32 registers, with 0.57 loads a multiply-add. */
enum { LANES = 16, SUMS = 28 };

ConvForm avx512_conv_form(const Graph *graph, const Node *conv, bool vector_epilogue)
{
    return blocked_form(graph, conv, vector_epilogue, LANES, SUMS);
}

static const MatvecSizes matvec = {.registers = 32, .vectors = 8, .examples = 6};

const InstructionSet set_avx512 = {
    .name = "avx512",
    .title = "AVX-512 F, BW, DQ and VL",
    .cpu = "FOVEA_CPU_AVX512",
    .number = FOVEA_CPU_AVX512,
    .vector = "v16",
    .lanes = LANES,
    .sums = SUMS,
    .matvec = &matvec,
    .attribute = "FOVEA_AVX512 ",
    .tile = "FOVEA_AVX512 ",
    .kernel = "FOVEA_AVX512 ",
    .memory = "",
    .constant = "const ",
    .words = "/* Words for 16 floats at a time. max and min are `a > b ? a : b` and `a < b ? a : b`; comparisons are "
             "masks. */\n"
             "#ifndef FOVEA_AVX512\n"
             "#include <immintrin.h>\n"
             "#define FOVEA_AVX512         __attribute__((target(\"avx512f,avx512bw,avx512dq,avx512vl,avx2,fma\")))\n"
             "typedef __m512 v16;\n"
             "#define v_zero()             _mm512_setzero_ps()\n"
             "#define v_set(number)        _mm512_set1_ps(number)\n"
             "#define v_load(p)            _mm512_loadu_ps(p)\n"
             "#define v_load_f16(p)        _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(p)))\n"
             "#define v_load_bf16(p)       v_high(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(p))))\n"
             "#define v_high(a)            _mm512_castsi512_ps(_mm512_slli_epi32(a, 16))\n"
             "#define v_broadcast(p)       _mm512_set1_ps(*(p))\n"
             "#define v_store(p, a)        _mm512_storeu_ps(p, a)\n"
             "#define v_prefetch(p)        _mm_prefetch((const char *)(p), _MM_HINT_T0)\n"
             "#define v_fma(a, b, c)       _mm512_fmadd_ps(a, b, c)\n"
             "#define v_add(a, b)          _mm512_add_ps(a, b)\n"
             "#define v_sub(a, b)          _mm512_sub_ps(a, b)\n"
             "#define v_mul(a, b)          _mm512_mul_ps(a, b)\n"
             "#define v_div(a, b)          _mm512_div_ps(a, b)\n"
             "#define v_max(a, b)          _mm512_max_ps(a, b)\n"
             "#define v_min(a, b)          _mm512_min_ps(a, b)\n"
             "#define v_sqrt(a)            _mm512_sqrt_ps(a)\n"
             "#define v_floor(a)           _mm512_roundscale_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)\n"
             "#define v_ceil(a)            _mm512_roundscale_ps(a, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC)\n"
             "#define v_round(a)           _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)\n"
             "#define v_trunc(a)           _mm512_roundscale_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)\n"
             "#define v_neg(a)             _mm512_xor_ps(a, _mm512_set1_ps(-0.0f))\n"
             "#define v_abs(a)             _mm512_andnot_ps(_mm512_set1_ps(-0.0f), a)\n"
             "#define v_eq(a, b)           _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ)\n"
             "#define v_ne(a, b)           _mm512_cmp_ps_mask(a, b, _CMP_NEQ_UQ)\n"
             "#define v_lt(a, b)           _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ)\n"
             "#define v_gt(a, b)           _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ)\n"
             "#define v_le(a, b)           _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ)\n"
             "#define v_ge(a, b)           _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ)\n"
             "/* Lanes from n on of a, and the first n of b; the first n of a, and zeros. */\n"
             "#define v_slide(a, b, n)     _mm512_castsi512_ps(_mm512_alignr_epi32(_mm512_castps_si512(b), "
             "_mm512_castps_si512(a), n))\n"
             "#define v_first(a, n)        _mm512_maskz_mov_ps((1 << (n)) - 1, a)\n"
             "#define v_select(mask, a, b) _mm512_mask_blend_ps(mask, b, a)\n"
             "#define v_prefetch_near(p)   _mm_prefetch((const char *)(p), _MM_HINT_T0)\n"
             "#endif\n",
};

const Target target_avx512 = {
    .name = "avx512",
    .synopsis = "x86-64 with AVX-512 F, BW, DQ and VL",
    .sets = {&set_avx512},
    .set_count = 1,
    .conv_form = avx512_conv_form,
    .winograd = winograd_by_cost,
    .tiles = &c_tiles,
    .lanes = LANES,
    .conv_text = blocked_text,
};
