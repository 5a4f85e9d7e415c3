/* anywhere.c - a compiled net
 *
 * Net 'anywhere' of anywhere.fov, compiled by Fovea for target auto: AVX-512,
 *   AVX2 or any CPU: the best of them that a program finds.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "anywhere.h"

#include <math.h>
#include <string.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char anywhere_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

/* Where each tensor stands in anywhere.weights, in floats. */
enum {
    w_wide_weight = 16, /* [1][1][1][16][32] */
    w_wide_bias = 528, /* [1][32] */
    w_each_weight = 560, /* [2][1][3][3][16] */
    w_each_bias = 848, /* [2][16] */
    w_last_weight = 880, /* [1][32][32] */
    w_last_bias = 1904, /* [1][32] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_pack_x = 2592, /* [1][9][9][16], steps 1 to 2 */
    at_wide = 0, /* [2][9][9][16], steps 2 to 4 */
    at_maxpool = 2592, /* [2][5][5][16], steps 4 to 5 */
    at_each = 0, /* [2][2][2][16], steps 5 to 6 */
    at_avgpool = 128, /* [32][1][1], steps 6 to 7 */
};

/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void anywhere_zero_border(float *y, int maps, int height, int width, int top, int left, int bottom, int right)
{
    const int row = left + width + right;
    for (int i = 0; i < maps; i++, y += (top + height + bottom) * row) {
        memset(y, 0, (size_t)(top * row) * sizeof *y);
        for (int r = top; r < top + height; r++) {
            memset(y + r * row, 0, (size_t)left * sizeof *y);
            memset(y + r * row + left + width, 0, (size_t)right * sizeof *y);
        }
        memset(y + (top + height) * row, 0, (size_t)(bottom * row) * sizeof *y);
    }
}

/* The best instructions for which there are kernels: those of FOVEA_CPU_MOST, where the compiler knows them. */
#if defined __GNUC__ && defined __x86_64__
#define ANYWHERE_CPU_MOST FOVEA_CPU_MOST
#else
#define ANYWHERE_CPU_MOST 0
#endif

/* ---- for AVX-512 F, BW, DQ and VL ---- */

#if ANYWHERE_CPU_MOST >= 2

/* Words for 16 floats at a time. max and min are `a > b ? a : b` and `a < b ? a : b`; comparisons are masks. */
#ifndef FOVEA_AVX512
#include <immintrin.h>
#define FOVEA_AVX512         __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
typedef __m512 v16;
#define v_zero()             _mm512_setzero_ps()
#define v_set(number)        _mm512_set1_ps(number)
#define v_load(p)            _mm512_loadu_ps(p)
#define v_load_f16(p)        _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(p)))
#define v_load_bf16(p)       v_high(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(p))))
#define v_high(a)            _mm512_castsi512_ps(_mm512_slli_epi32(a, 16))
#define v_broadcast(p)       _mm512_set1_ps(*(p))
#define v_store(p, a)        _mm512_storeu_ps(p, a)
#define v_prefetch(p)        _mm_prefetch((const char *)(p), _MM_HINT_T0)
#define v_fma(a, b, c)       _mm512_fmadd_ps(a, b, c)
#define v_add(a, b)          _mm512_add_ps(a, b)
#define v_sub(a, b)          _mm512_sub_ps(a, b)
#define v_mul(a, b)          _mm512_mul_ps(a, b)
#define v_div(a, b)          _mm512_div_ps(a, b)
#define v_max(a, b)          _mm512_max_ps(a, b)
#define v_min(a, b)          _mm512_min_ps(a, b)
#define v_sqrt(a)            _mm512_sqrt_ps(a)
#define v_floor(a)           _mm512_roundscale_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)
#define v_ceil(a)            _mm512_roundscale_ps(a, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC)
#define v_round(a)           _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define v_trunc(a)           _mm512_roundscale_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)
#define v_neg(a)             _mm512_xor_ps(a, _mm512_set1_ps(-0.0f))
#define v_abs(a)             _mm512_andnot_ps(_mm512_set1_ps(-0.0f), a)
#define v_eq(a, b)           _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ)
#define v_ne(a, b)           _mm512_cmp_ps_mask(a, b, _CMP_NEQ_UQ)
#define v_lt(a, b)           _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ)
#define v_gt(a, b)           _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ)
#define v_le(a, b)           _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ)
#define v_ge(a, b)           _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ)
/* Lanes from n on of a, and the first n of b; the first n of a, and zeros. */
#define v_slide(a, b, n)     _mm512_castsi512_ps(_mm512_alignr_epi32(_mm512_castps_si512(b), _mm512_castps_si512(a), n))
#define v_first(a, n)        _mm512_maskz_mov_ps((1 << (n)) - 1, a)
#define v_select(mask, a, b) _mm512_mask_blend_ps(mask, b, a)
#define v_prefetch_near(p)   _mm_prefetch((const char *)(p), _MM_HINT_T0)
#endif

/* pack (anywhere.fov:4)
 * x[16][9][9] -> y[1][9][9][16]
 * the same values in another layout */
FOVEA_AVX512 static void anywhere_pack_x_avx512(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 81; i++)
        for (int j = 0; j < 16; j++)
            y[i * 16 + j] = x[i + j * 81];
}

/* wide: conv, relu (anywhere.fov:4)
 * x[1][9][9][16], weight[1][1][1][16][32], bias[1][32] -> y[2][9][9][16]
 * direct, 32 maps x 14 pixels across rows summed in registers, channels in blocks of 16 */
FOVEA_AVX512 static inline v16 anywhere_wide_avx512_finish(v16 v)
{
    return v_max(v_set(0.0f), v);
}

/* 14 pixels, of 32 maps. */
FOVEA_AVX512 static void anywhere_wide_avx512_14x2(const float *restrict x, const float *restrict weight,
                                                   const float *restrict bias, float *restrict y)
{
    v16 a0_0 = v_load(bias), a0_1 = v_load(bias + 16);
    v16 a1_0 = v_load(bias), a1_1 = v_load(bias + 16);
    v16 a2_0 = v_load(bias), a2_1 = v_load(bias + 16);
    v16 a3_0 = v_load(bias), a3_1 = v_load(bias + 16);
    v16 a4_0 = v_load(bias), a4_1 = v_load(bias + 16);
    v16 a5_0 = v_load(bias), a5_1 = v_load(bias + 16);
    v16 a6_0 = v_load(bias), a6_1 = v_load(bias + 16);
    v16 a7_0 = v_load(bias), a7_1 = v_load(bias + 16);
    v16 a8_0 = v_load(bias), a8_1 = v_load(bias + 16);
    v16 a9_0 = v_load(bias), a9_1 = v_load(bias + 16);
    v16 a10_0 = v_load(bias), a10_1 = v_load(bias + 16);
    v16 a11_0 = v_load(bias), a11_1 = v_load(bias + 16);
    v16 a12_0 = v_load(bias), a12_1 = v_load(bias + 16);
    v16 a13_0 = v_load(bias), a13_1 = v_load(bias + 16);
    const float *s = x;
    for (int i = 0; i < 16; i++, s++, weight += 32) {
        const v16 w0 = v_load(weight), w1 = v_load(weight + 16);
        v16 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
        v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
        v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
        v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
        v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
        v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
        v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);
        v = v_broadcast(s + 112), a7_0 = v_fma(v, w0, a7_0), a7_1 = v_fma(v, w1, a7_1);
        v = v_broadcast(s + 128), a8_0 = v_fma(v, w0, a8_0), a8_1 = v_fma(v, w1, a8_1);
        v = v_broadcast(s + 144), a9_0 = v_fma(v, w0, a9_0), a9_1 = v_fma(v, w1, a9_1);
        v = v_broadcast(s + 160), a10_0 = v_fma(v, w0, a10_0), a10_1 = v_fma(v, w1, a10_1);
        v = v_broadcast(s + 176), a11_0 = v_fma(v, w0, a11_0), a11_1 = v_fma(v, w1, a11_1);
        v = v_broadcast(s + 192), a12_0 = v_fma(v, w0, a12_0), a12_1 = v_fma(v, w1, a12_1);
        v = v_broadcast(s + 208), a13_0 = v_fma(v, w0, a13_0), a13_1 = v_fma(v, w1, a13_1);
    }
    v_store(y, anywhere_wide_avx512_finish(a0_0));
    v_store(y + 16, anywhere_wide_avx512_finish(a1_0));
    v_store(y + 32, anywhere_wide_avx512_finish(a2_0));
    v_store(y + 48, anywhere_wide_avx512_finish(a3_0));
    v_store(y + 64, anywhere_wide_avx512_finish(a4_0));
    v_store(y + 80, anywhere_wide_avx512_finish(a5_0));
    v_store(y + 96, anywhere_wide_avx512_finish(a6_0));
    v_store(y + 112, anywhere_wide_avx512_finish(a7_0));
    v_store(y + 128, anywhere_wide_avx512_finish(a8_0));
    v_store(y + 144, anywhere_wide_avx512_finish(a9_0));
    v_store(y + 160, anywhere_wide_avx512_finish(a10_0));
    v_store(y + 176, anywhere_wide_avx512_finish(a11_0));
    v_store(y + 192, anywhere_wide_avx512_finish(a12_0));
    v_store(y + 208, anywhere_wide_avx512_finish(a13_0));
    v_store(y + 1296, anywhere_wide_avx512_finish(a0_1));
    v_store(y + 1312, anywhere_wide_avx512_finish(a1_1));
    v_store(y + 1328, anywhere_wide_avx512_finish(a2_1));
    v_store(y + 1344, anywhere_wide_avx512_finish(a3_1));
    v_store(y + 1360, anywhere_wide_avx512_finish(a4_1));
    v_store(y + 1376, anywhere_wide_avx512_finish(a5_1));
    v_store(y + 1392, anywhere_wide_avx512_finish(a6_1));
    v_store(y + 1408, anywhere_wide_avx512_finish(a7_1));
    v_store(y + 1424, anywhere_wide_avx512_finish(a8_1));
    v_store(y + 1440, anywhere_wide_avx512_finish(a9_1));
    v_store(y + 1456, anywhere_wide_avx512_finish(a10_1));
    v_store(y + 1472, anywhere_wide_avx512_finish(a11_1));
    v_store(y + 1488, anywhere_wide_avx512_finish(a12_1));
    v_store(y + 1504, anywhere_wide_avx512_finish(a13_1));
}

/* 11 pixels, of 32 maps. */
FOVEA_AVX512 static void anywhere_wide_avx512_11x2(const float *restrict x, const float *restrict weight,
                                                   const float *restrict bias, float *restrict y)
{
    v16 a0_0 = v_load(bias), a0_1 = v_load(bias + 16);
    v16 a1_0 = v_load(bias), a1_1 = v_load(bias + 16);
    v16 a2_0 = v_load(bias), a2_1 = v_load(bias + 16);
    v16 a3_0 = v_load(bias), a3_1 = v_load(bias + 16);
    v16 a4_0 = v_load(bias), a4_1 = v_load(bias + 16);
    v16 a5_0 = v_load(bias), a5_1 = v_load(bias + 16);
    v16 a6_0 = v_load(bias), a6_1 = v_load(bias + 16);
    v16 a7_0 = v_load(bias), a7_1 = v_load(bias + 16);
    v16 a8_0 = v_load(bias), a8_1 = v_load(bias + 16);
    v16 a9_0 = v_load(bias), a9_1 = v_load(bias + 16);
    v16 a10_0 = v_load(bias), a10_1 = v_load(bias + 16);
    const float *s = x;
    for (int i = 0; i < 16; i++, s++, weight += 32) {
        const v16 w0 = v_load(weight), w1 = v_load(weight + 16);
        v16 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
        v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
        v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
        v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
        v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
        v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
        v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);
        v = v_broadcast(s + 112), a7_0 = v_fma(v, w0, a7_0), a7_1 = v_fma(v, w1, a7_1);
        v = v_broadcast(s + 128), a8_0 = v_fma(v, w0, a8_0), a8_1 = v_fma(v, w1, a8_1);
        v = v_broadcast(s + 144), a9_0 = v_fma(v, w0, a9_0), a9_1 = v_fma(v, w1, a9_1);
        v = v_broadcast(s + 160), a10_0 = v_fma(v, w0, a10_0), a10_1 = v_fma(v, w1, a10_1);
    }
    v_store(y, anywhere_wide_avx512_finish(a0_0));
    v_store(y + 16, anywhere_wide_avx512_finish(a1_0));
    v_store(y + 32, anywhere_wide_avx512_finish(a2_0));
    v_store(y + 48, anywhere_wide_avx512_finish(a3_0));
    v_store(y + 64, anywhere_wide_avx512_finish(a4_0));
    v_store(y + 80, anywhere_wide_avx512_finish(a5_0));
    v_store(y + 96, anywhere_wide_avx512_finish(a6_0));
    v_store(y + 112, anywhere_wide_avx512_finish(a7_0));
    v_store(y + 128, anywhere_wide_avx512_finish(a8_0));
    v_store(y + 144, anywhere_wide_avx512_finish(a9_0));
    v_store(y + 160, anywhere_wide_avx512_finish(a10_0));
    v_store(y + 1296, anywhere_wide_avx512_finish(a0_1));
    v_store(y + 1312, anywhere_wide_avx512_finish(a1_1));
    v_store(y + 1328, anywhere_wide_avx512_finish(a2_1));
    v_store(y + 1344, anywhere_wide_avx512_finish(a3_1));
    v_store(y + 1360, anywhere_wide_avx512_finish(a4_1));
    v_store(y + 1376, anywhere_wide_avx512_finish(a5_1));
    v_store(y + 1392, anywhere_wide_avx512_finish(a6_1));
    v_store(y + 1408, anywhere_wide_avx512_finish(a7_1));
    v_store(y + 1424, anywhere_wide_avx512_finish(a8_1));
    v_store(y + 1440, anywhere_wide_avx512_finish(a9_1));
    v_store(y + 1456, anywhere_wide_avx512_finish(a10_1));
}

static void anywhere_wide_avx512(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                 float *restrict y)
{
    for (int c = 0; c < 70; c += 14) {
        anywhere_wide_avx512_14x2(x + c * 16, weight, bias, y + c * 16);
    }
    anywhere_wide_avx512_11x2(x + 1120, weight, bias, y + 1120);
}

/* lrn (anywhere.fov:4)
 * x[2][9][9][16] -> y[2][9][9][16] in the place of x
 * squares of the neighbouring channels, place by place, channels in blocks */
FOVEA_AVX512 static inline v16 anywhere_lrn_avx512_of(v16 value, v16 before, v16 square, v16 behind)
{
    v16 sum = square;
    sum = v_add(sum, v_slide(before, square, 15));
    sum = v_add(sum, v_slide(square, behind, 1));
    const v16 scale = v_fma(v_set(0.1f), sum, v_set(2.0f));
    const v16 root = v_sqrt(scale);
    return v_div(value, v_mul(root, v_sqrt(root)));
}

FOVEA_AVX512 static void anywhere_lrn_avx512(float *restrict y)
{
    for (int r = 0; r < 9; r++) {
        for (int c = 0; c < 9; c++) {
            const float *s = y + r * 144 + c * 16;
            float *d = y + r * 144 + c * 16;
            v16 value = v_load(s), square = v_mul(value, value), before = v_zero();
            for (int b = 1; b < 2; b++) {
                const v16 next = v_load(s + b * 1296);
                const v16 behind = v_mul(next, next);
                v_store(d + (b - 1) * 1296, anywhere_lrn_avx512_of(value, before, square, behind));
                value = next;
                before = square;
                square = behind;
            }
            v_store(d + 1296, anywhere_lrn_avx512_of(value, before, square, v_zero()));
        }
    }
}

/* maxpool (anywhere.fov:4)
 * x[2][9][9][16] -> y[2][5][5][16]
 * window by window, 16 channels at a time */
FOVEA_AVX512 static void anywhere_maxpool_avx512(const float *restrict x, float *restrict y)
{
    anywhere_zero_border(y, 2, 4, 64, 1, 16, 0, 0);
    y += 96; /* past the halo */
    for (int i = 0; i < 2; i++, x += 1296, y += 400) {
        for (int r = 0; r < 4; r++) {
            for (int c = 0; c < 4; c++) {
                const int s = r * 288 + c * 32;
                v16 v = v_set(-INFINITY);
                for (int ky = 0; ky < 3; ky++)
                    for (int kx = 0; kx < 3; kx++)
                        v = v_max(v_load(x + s + ky * 144 + kx * 16), v);
                v_store(y + r * 80 + c * 16, v);
            }
        }
    }
}

/* each: conv (anywhere.fov:5)
 * x[2][5][5][16], weight[2][1][3][3][16], bias[2][16] -> y[2][2][2][16]
 * each channel by itself, 2 pixels x 16 channels in registers */
/* 2 pixels of a row, of 16 channels. */
FOVEA_AVX512 static void anywhere_each_avx512_row2(const float *restrict x, const float *restrict weight,
                                                   const float *restrict bias, float *restrict y)
{
    v16 a0_0 = v_load(bias);
    v16 a1_0 = v_load(bias);
    for (int ky = 0; ky < 3; ky++)
        for (int kx = 0; kx < 3; kx++, weight += 16) {
            const float *s = x + ky * 80 + kx * 16;
            const v16 w = v_load(weight);
            a0_0 = v_fma(v_load(s), w, a0_0);
            a1_0 = v_fma(v_load(s + 32), w, a1_0);
        }
    v_store(y, a0_0);
    v_store(y + 16, a1_0);
}

static void anywhere_each_avx512(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                 float *restrict y)
{
    for (int o = 0; o < 32; o += 16) {
        for (int r = 0; r < 2; r++) {
            anywhere_each_avx512_row2(x + o * 25 + r * 160, weight + o * 9, bias + o, y + o * 4 + r * 32);
        }
    }
}

/* avgpool (anywhere.fov:5)
 * x[2][2][2][16] -> y[32][1][1]
 * one result after the other */
FOVEA_AVX512 static void anywhere_avgpool_avx512(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 16; j++) {
            float v = 0.0f;
            for (int k = 0; k < 4; k++)
                v += x[i * 64 + j + k * 16];
            y[i * 16 + j] = v / 4.0f;
        }
    }
}

/* last: fc (anywhere.fov:5)
 * x[32], weight[1][32][32], bias[1][32] -> y[20]
 * 32 outputs summed in registers, panels of 32 read side by side */
/* 32 outputs. */
FOVEA_AVX512 static void anywhere_last_avx512_sums(const float *restrict x, const float *restrict weight,
                                                   const float *restrict bias, float *restrict sums)
{
    v16 a0 = v_load(bias);
    v16 a0_b = v_zero();
    v16 a0_c = v_zero();
    v16 a0_d = v_zero();
    v16 a1 = v_load(bias + 16);
    v16 a1_b = v_zero();
    v16 a1_c = v_zero();
    v16 a1_d = v_zero();
    const float *w = weight;
    for (int i = 0; i < 32; i += 4, w += 128) {
        const v16 s = v_broadcast(x + i);
        a0 = v_fma(s, v_load(w), a0);
        a1 = v_fma(s, v_load(w + 16), a1);
        const v16 s_b = v_broadcast(x + i + 1);
        a0_b = v_fma(s_b, v_load(w + 32), a0_b);
        a1_b = v_fma(s_b, v_load(w + 48), a1_b);
        const v16 s_c = v_broadcast(x + i + 2);
        a0_c = v_fma(s_c, v_load(w + 64), a0_c);
        a1_c = v_fma(s_c, v_load(w + 80), a1_c);
        const v16 s_d = v_broadcast(x + i + 3);
        a0_d = v_fma(s_d, v_load(w + 96), a0_d);
        a1_d = v_fma(s_d, v_load(w + 112), a1_d);
    }
    v_store(sums, v_add(v_add(a0, a0_b), v_add(a0_c, a0_d)));
    v_store(sums + 16, v_add(v_add(a1, a1_b), v_add(a1_c, a1_d)));
}

FOVEA_AVX512 static void anywhere_last_avx512(const float *restrict x, const float *restrict weight,
                                              const float *restrict bias, float *restrict y)
{
    float sums[32];
    anywhere_last_avx512_sums(x, weight, bias, sums);
    for (int b = 0; b < 20; b++)
        y[b] = sums[b];
}

/* What a run does. */
static void anywhere_steps_avx512(const anywhere_session *session, const anywhere_inputs *inputs,
                                  const anywhere_outputs *outputs)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    anywhere_pack_x_avx512(inputs->x, memory + at_pack_x);
    anywhere_wide_avx512(memory + at_pack_x, weights + w_wide_weight, weights + w_wide_bias, memory + at_wide);
    anywhere_lrn_avx512(memory + at_wide);
    anywhere_maxpool_avx512(memory + at_wide, memory + at_maxpool);
    anywhere_each_avx512(memory + at_maxpool, weights + w_each_weight, weights + w_each_bias, memory + at_each);
    anywhere_avgpool_avx512(memory + at_each, memory + at_avgpool);
    anywhere_last_avx512(memory + at_avgpool, weights + w_last_weight, weights + w_last_bias, outputs->y);
}

#undef FOVEA_AVX512
#undef v_zero
#undef v_set
#undef v_load
#undef v_load_f16
#undef v_load_bf16
#undef v_high
#undef v_broadcast
#undef v_store
#undef v_prefetch
#undef v_fma
#undef v_add
#undef v_sub
#undef v_mul
#undef v_div
#undef v_max
#undef v_min
#undef v_sqrt
#undef v_floor
#undef v_ceil
#undef v_round
#undef v_trunc
#undef v_neg
#undef v_abs
#undef v_eq
#undef v_ne
#undef v_lt
#undef v_gt
#undef v_le
#undef v_ge
#undef v_slide
#undef v_first
#undef v_select
#undef v_prefetch_near

#endif

/* ---- for AVX2, FMA and F16C ---- */

#if ANYWHERE_CPU_MOST >= 1

/* Words for 8 floats at a time. max and min are `a > b ? a : b` and `a < b ? a : b`. */
#ifndef FOVEA_AVX2
#include <immintrin.h>
#define FOVEA_AVX2           __attribute__((target("avx2,fma,f16c")))
typedef __m256 v8;
#define v_zero()             _mm256_setzero_ps()
#define v_set(number)        _mm256_set1_ps(number)
#define v_load(p)            _mm256_loadu_ps(p)
#define v_load_f16(p)        _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(p)))
#define v_load_bf16(p)       v_high(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(p))))
#define v_high(a)            _mm256_castsi256_ps(_mm256_slli_epi32(a, 16))
#define v_broadcast(p)       _mm256_broadcast_ss(p)
#define v_store(p, a)        _mm256_storeu_ps(p, a)
#define v_prefetch(p)        _mm_prefetch((const char *)(p), _MM_HINT_T0)
#define v_fma(a, b, c)       _mm256_fmadd_ps(a, b, c)
#define v_add(a, b)          _mm256_add_ps(a, b)
#define v_sub(a, b)          _mm256_sub_ps(a, b)
#define v_mul(a, b)          _mm256_mul_ps(a, b)
#define v_div(a, b)          _mm256_div_ps(a, b)
#define v_max(a, b)          _mm256_max_ps(a, b)
#define v_min(a, b)          _mm256_min_ps(a, b)
#define v_sqrt(a)            _mm256_sqrt_ps(a)
#define v_floor(a)           _mm256_round_ps(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC)
#define v_ceil(a)            _mm256_round_ps(a, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC)
#define v_round(a)           _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define v_trunc(a)           _mm256_round_ps(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC)
#define v_neg(a)             _mm256_xor_ps(a, _mm256_set1_ps(-0.0f))
#define v_abs(a)             _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a)
#define v_eq(a, b)           _mm256_cmp_ps(a, b, _CMP_EQ_OQ)
#define v_ne(a, b)           _mm256_cmp_ps(a, b, _CMP_NEQ_UQ)
#define v_lt(a, b)           _mm256_cmp_ps(a, b, _CMP_LT_OQ)
#define v_gt(a, b)           _mm256_cmp_ps(a, b, _CMP_GT_OQ)
#define v_le(a, b)           _mm256_cmp_ps(a, b, _CMP_LE_OQ)
#define v_ge(a, b)           _mm256_cmp_ps(a, b, _CMP_GE_OQ)
/* Lanes from n on of a, and the first n of b; the first n of a, and zeros. */
#define v_slide(a, b, n)     _mm256_castsi256_ps((n) < 4 \
    ? _mm256_alignr_epi8(v_halves(a, b), _mm256_castps_si256(a), 4 * (n) % 16) \
    : _mm256_alignr_epi8(_mm256_castps_si256(b), v_halves(a, b), 4 * (n) % 16))
#define v_halves(a, b)       _mm256_castps_si256(_mm256_permute2f128_ps(a, b, 0x21))
#define v_first(a, n)        _mm256_blend_ps(_mm256_setzero_ps(), a, (1 << (n)) - 1)
#define v_select(mask, a, b) _mm256_blendv_ps(b, a, mask)
#define v_prefetch_near(p)   _mm_prefetch((const char *)(p), _MM_HINT_T0)
#endif

/* pack (anywhere.fov:4)
 * x[16][9][9] -> y[1][9][9][16]
 * the same values in another layout */
FOVEA_AVX2 static void anywhere_pack_x_avx2(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 81; i++)
        for (int j = 0; j < 16; j++)
            y[i * 16 + j] = x[i + j * 81];
}

/* wide: conv, relu (anywhere.fov:4)
 * x[1][9][9][16], weight[1][1][1][16][32], bias[1][32] -> y[2][9][9][16]
 * direct, 16 maps x 6 pixels across rows summed in registers, channels in blocks of 16 */
FOVEA_AVX2 static inline v8 anywhere_wide_avx2_finish(v8 v)
{
    return v_max(v_set(0.0f), v);
}

/* 6 pixels, of 16 maps of a panel of 32. */
FOVEA_AVX2 static void anywhere_wide_avx2_6x2of4(const float *restrict x, const float *restrict weight,
                                                 const float *restrict bias, float *restrict y)
{
    v8 a0_0 = v_load(bias), a0_1 = v_load(bias + 8);
    v8 a1_0 = v_load(bias), a1_1 = v_load(bias + 8);
    v8 a2_0 = v_load(bias), a2_1 = v_load(bias + 8);
    v8 a3_0 = v_load(bias), a3_1 = v_load(bias + 8);
    v8 a4_0 = v_load(bias), a4_1 = v_load(bias + 8);
    v8 a5_0 = v_load(bias), a5_1 = v_load(bias + 8);
    const float *s = x;
    for (int i = 0; i < 16; i++, s++, weight += 32) {
        const v8 w0 = v_load(weight), w1 = v_load(weight + 8);
        v8 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
        v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
        v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
        v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
        v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
        v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
    }
    v_store(y, anywhere_wide_avx2_finish(a0_0));
    v_store(y + 16, anywhere_wide_avx2_finish(a1_0));
    v_store(y + 32, anywhere_wide_avx2_finish(a2_0));
    v_store(y + 48, anywhere_wide_avx2_finish(a3_0));
    v_store(y + 64, anywhere_wide_avx2_finish(a4_0));
    v_store(y + 80, anywhere_wide_avx2_finish(a5_0));
    v_store(y + 8, anywhere_wide_avx2_finish(a0_1));
    v_store(y + 24, anywhere_wide_avx2_finish(a1_1));
    v_store(y + 40, anywhere_wide_avx2_finish(a2_1));
    v_store(y + 56, anywhere_wide_avx2_finish(a3_1));
    v_store(y + 72, anywhere_wide_avx2_finish(a4_1));
    v_store(y + 88, anywhere_wide_avx2_finish(a5_1));
}

/* 3 pixels, of 16 maps of a panel of 32. */
FOVEA_AVX2 static void anywhere_wide_avx2_3x2of4(const float *restrict x, const float *restrict weight,
                                                 const float *restrict bias, float *restrict y)
{
    v8 a0_0 = v_load(bias), a0_1 = v_load(bias + 8);
    v8 a1_0 = v_load(bias), a1_1 = v_load(bias + 8);
    v8 a2_0 = v_load(bias), a2_1 = v_load(bias + 8);
    const float *s = x;
    for (int i = 0; i < 16; i++, s++, weight += 32) {
        const v8 w0 = v_load(weight), w1 = v_load(weight + 8);
        v8 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
        v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
        v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
    }
    v_store(y, anywhere_wide_avx2_finish(a0_0));
    v_store(y + 16, anywhere_wide_avx2_finish(a1_0));
    v_store(y + 32, anywhere_wide_avx2_finish(a2_0));
    v_store(y + 8, anywhere_wide_avx2_finish(a0_1));
    v_store(y + 24, anywhere_wide_avx2_finish(a1_1));
    v_store(y + 40, anywhere_wide_avx2_finish(a2_1));
}

static void anywhere_wide_avx2(const float *restrict x, const float *restrict weight, const float *restrict bias,
                               float *restrict y)
{
    for (int v = 0; v < 32; v += 16) {
        for (int c = 0; c < 78; c += 6) {
            anywhere_wide_avx2_6x2of4(x + c * 16, weight + v, bias + v, y + v * 81 + c * 16);
        }
        anywhere_wide_avx2_3x2of4(x + 1248, weight + v, bias + v, y + v * 81 + 1248);
    }
}

/* lrn (anywhere.fov:4)
 * x[2][9][9][16] -> y[2][9][9][16] in the place of x
 * squares of the neighbouring channels, place by place, channels in blocks */
FOVEA_AVX2 static inline v8 anywhere_lrn_avx2_of(v8 value, v8 before, v8 square, v8 behind)
{
    v8 sum = square;
    sum = v_add(sum, v_slide(before, square, 7));
    sum = v_add(sum, v_slide(square, behind, 1));
    const v8 scale = v_fma(v_set(0.1f), sum, v_set(2.0f));
    const v8 root = v_sqrt(scale);
    return v_div(value, v_mul(root, v_sqrt(root)));
}

FOVEA_AVX2 static void anywhere_lrn_avx2(float *restrict y)
{
    for (int r = 0; r < 9; r++) {
        for (int c = 0; c < 9; c++) {
            const float *s = y + r * 144 + c * 16;
            float *d = y + r * 144 + c * 16;
            v8 value = v_load(s), square = v_mul(value, value), before = v_zero();
            for (int b = 1; b < 4; b++) {
                const v8 next = v_load(s + b / 2 * 1296 + b % 2 * 8);
                const v8 behind = v_mul(next, next);
                v_store(d + (b - 1) / 2 * 1296 + (b - 1) % 2 * 8, anywhere_lrn_avx2_of(value, before, square, behind));
                value = next;
                before = square;
                square = behind;
            }
            v_store(d + 1304, anywhere_lrn_avx2_of(value, before, square, v_zero()));
        }
    }
}

/* maxpool (anywhere.fov:4)
 * x[2][9][9][16] -> y[2][5][5][16]
 * window by window, 8 channels at a time */
FOVEA_AVX2 static void anywhere_maxpool_avx2(const float *restrict x, float *restrict y)
{
    anywhere_zero_border(y, 2, 4, 64, 1, 16, 0, 0);
    y += 96; /* past the halo */
    for (int i = 0; i < 2; i++, x += 1296, y += 400) {
        for (int r = 0; r < 4; r++) {
            for (int c = 0; c < 4; c++) {
                for (int h = 0; h < 16; h += 8) {
                    const int s = r * 288 + c * 32 + h;
                    v8 v = v_set(-INFINITY);
                    for (int ky = 0; ky < 3; ky++)
                        for (int kx = 0; kx < 3; kx++)
                            v = v_max(v_load(x + s + ky * 144 + kx * 16), v);
                    v_store(y + r * 80 + c * 16 + h, v);
                }
            }
        }
    }
}

/* each: conv (anywhere.fov:5)
 * x[2][5][5][16], weight[2][1][3][3][16], bias[2][16] -> y[2][2][2][16]
 * each channel by itself, 2 pixels x 16 channels in registers */
/* 2 pixels of a row, of 16 channels. */
FOVEA_AVX2 static void anywhere_each_avx2_row2(const float *restrict x, const float *restrict weight,
                                               const float *restrict bias, float *restrict y)
{
    v8 a0_0 = v_load(bias), a0_1 = v_load(bias + 8);
    v8 a1_0 = v_load(bias), a1_1 = v_load(bias + 8);
    for (int ky = 0; ky < 3; ky++)
        for (int kx = 0; kx < 3; kx++, weight += 16) {
            const float *s = x + ky * 80 + kx * 16;
            const v8 w0 = v_load(weight);
            const v8 w1 = v_load(weight + 8);
            a0_0 = v_fma(v_load(s), w0, a0_0);
            a0_1 = v_fma(v_load(s + 8), w1, a0_1);
            a1_0 = v_fma(v_load(s + 32), w0, a1_0);
            a1_1 = v_fma(v_load(s + 40), w1, a1_1);
        }
    v_store(y, a0_0);
    v_store(y + 16, a1_0);
    v_store(y + 8, a0_1);
    v_store(y + 24, a1_1);
}

static void anywhere_each_avx2(const float *restrict x, const float *restrict weight, const float *restrict bias,
                               float *restrict y)
{
    for (int o = 0; o < 32; o += 16) {
        for (int r = 0; r < 2; r++) {
            anywhere_each_avx2_row2(x + o * 25 + r * 160, weight + o * 9, bias + o, y + o * 4 + r * 32);
        }
    }
}

/* avgpool (anywhere.fov:5)
 * x[2][2][2][16] -> y[32][1][1]
 * one result after the other */
FOVEA_AVX2 static void anywhere_avgpool_avx2(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 16; j++) {
            float v = 0.0f;
            for (int k = 0; k < 4; k++)
                v += x[i * 64 + j + k * 16];
            y[i * 16 + j] = v / 4.0f;
        }
    }
}

/* last: fc (anywhere.fov:5)
 * x[32], weight[1][32][32], bias[1][32] -> y[20]
 * 32 outputs summed in registers, panels of 32 read side by side */
/* 32 outputs. */
FOVEA_AVX2 static void anywhere_last_avx2_sums(const float *restrict x, const float *restrict weight,
                                               const float *restrict bias, float *restrict sums)
{
    v8 a0 = v_load(bias);
    v8 a0_b = v_zero();
    v8 a1 = v_load(bias + 8);
    v8 a1_b = v_zero();
    v8 a2 = v_load(bias + 16);
    v8 a2_b = v_zero();
    v8 a3 = v_load(bias + 24);
    v8 a3_b = v_zero();
    const float *w = weight;
    for (int i = 0; i < 32; i += 2, w += 64) {
        const v8 s = v_broadcast(x + i);
        a0 = v_fma(s, v_load(w), a0);
        a1 = v_fma(s, v_load(w + 8), a1);
        a2 = v_fma(s, v_load(w + 16), a2);
        a3 = v_fma(s, v_load(w + 24), a3);
        const v8 s_b = v_broadcast(x + i + 1);
        a0_b = v_fma(s_b, v_load(w + 32), a0_b);
        a1_b = v_fma(s_b, v_load(w + 40), a1_b);
        a2_b = v_fma(s_b, v_load(w + 48), a2_b);
        a3_b = v_fma(s_b, v_load(w + 56), a3_b);
    }
    v_store(sums, v_add(a0, a0_b));
    v_store(sums + 8, v_add(a1, a1_b));
    v_store(sums + 16, v_add(a2, a2_b));
    v_store(sums + 24, v_add(a3, a3_b));
}

FOVEA_AVX2 static void anywhere_last_avx2(const float *restrict x, const float *restrict weight,
                                          const float *restrict bias, float *restrict y)
{
    float sums[32];
    anywhere_last_avx2_sums(x, weight, bias, sums);
    for (int b = 0; b < 20; b++)
        y[b] = sums[b];
}

/* What a run does. */
static void anywhere_steps_avx2(const anywhere_session *session, const anywhere_inputs *inputs,
                                const anywhere_outputs *outputs)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    anywhere_pack_x_avx2(inputs->x, memory + at_pack_x);
    anywhere_wide_avx2(memory + at_pack_x, weights + w_wide_weight, weights + w_wide_bias, memory + at_wide);
    anywhere_lrn_avx2(memory + at_wide);
    anywhere_maxpool_avx2(memory + at_wide, memory + at_maxpool);
    anywhere_each_avx2(memory + at_maxpool, weights + w_each_weight, weights + w_each_bias, memory + at_each);
    anywhere_avgpool_avx2(memory + at_each, memory + at_avgpool);
    anywhere_last_avx2(memory + at_avgpool, weights + w_last_weight, weights + w_last_bias, outputs->y);
}

#undef FOVEA_AVX2
#undef v_zero
#undef v_set
#undef v_load
#undef v_load_f16
#undef v_load_bf16
#undef v_high
#undef v_broadcast
#undef v_store
#undef v_prefetch
#undef v_fma
#undef v_add
#undef v_sub
#undef v_mul
#undef v_div
#undef v_max
#undef v_min
#undef v_sqrt
#undef v_floor
#undef v_ceil
#undef v_round
#undef v_trunc
#undef v_neg
#undef v_abs
#undef v_eq
#undef v_ne
#undef v_lt
#undef v_gt
#undef v_le
#undef v_ge
#undef v_slide
#undef v_halves
#undef v_first
#undef v_select
#undef v_prefetch_near

#endif

/* ---- for any CPU ---- */

/* Words for 4 floats at a time in GNU C, which compilers put into what vectors a CPU has. max and min are
 * `a > b ? a : b` and `a < b ? a : b`; comparisons are masks. */
#ifndef FOVEA_V4
#define FOVEA_V4             static inline __attribute__((unused, always_inline))
#ifdef __SSE2__
#include <emmintrin.h>
#endif
typedef float v4 __attribute__((vector_size(16)));
typedef int32_t v4_mask __attribute__((vector_size(16)));
typedef float v4_anywhere __attribute__((vector_size(16), aligned(4), may_alias));
FOVEA_V4 v4 v4_set(float a)
{
    return (v4){a, a, a, a};
}
FOVEA_V4 v4 v4_bits(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    return (v4)(v4_mask){(int32_t)a, (int32_t)b, (int32_t)c, (int32_t)d};
}
/* IEEE binary16, subnormals included, also where floats' are zeros. */
FOVEA_V4 v4 v4_from_f16(const uint16_t *p)
{
    const v4_mask half = {p[0], p[1], p[2], p[3]}, size = (half & 0x7fff) << 13;
    const v4_mask tiny = size < (1 << 23), endless = size >= (31 << 23);
    const v4_mask bits = size + (112 << 23) + (tiny & (1 << 23)) + (endless & (112 << 23));
    return (v4)((v4_mask)((v4)bits - (v4)(tiny & (113 << 23))) | (half & 0x8000) << 16);
}
FOVEA_V4 v4 v4_max(v4 a, v4 b)
{
#ifdef __SSE2__
    return _mm_max_ps(a, b);
#else
    const v4_mask more = a > b;
    return (v4)((more & (v4_mask)a) | (~more & (v4_mask)b));
#endif
}
FOVEA_V4 v4 v4_min(v4 a, v4 b)
{
#ifdef __SSE2__
    return _mm_min_ps(a, b);
#else
    const v4_mask less = a < b;
    return (v4)((less & (v4_mask)a) | (~less & (v4_mask)b));
#endif
}
FOVEA_V4 v4 v4_sqrt(v4 a)
{
#ifdef __SSE2__
    return _mm_sqrt_ps(a);
#else
    return (v4){__builtin_sqrtf(a[0]), __builtin_sqrtf(a[1]), __builtin_sqrtf(a[2]), __builtin_sqrtf(a[3])};
#endif
}
#endif
#ifndef FOVEA_PORTABLE
#define FOVEA_PORTABLE       __attribute__((noinline))
#define v_zero()             v4_set(0.0f)
#define v_set(number)        v4_set(number)
#define v_load(p)            ((v4) * (const v4_anywhere *)(p))
#define v_load_f16(p)        v4_from_f16(p)
#define v_load_bf16(p)       v4_bits((p)[0] * 65536u, (p)[1] * 65536u, (p)[2] * 65536u, (p)[3] * 65536u)
#define v_broadcast(p)       v4_set(*(p))
#define v_store(p, a)        (*(v4_anywhere *)(p) = (v4_anywhere)(a))
#define v_prefetch(p)        __builtin_prefetch(p)
#define v_fma(a, b, c)       ((a) * (b) + (c))
#define v_add(a, b)          ((a) + (b))
#define v_sub(a, b)          ((a) - (b))
#define v_mul(a, b)          ((a) * (b))
#define v_div(a, b)          ((a) / (b))
#define v_max(a, b)          v4_max(a, b)
#define v_min(a, b)          v4_min(a, b)
#define v_sqrt(a)            v4_sqrt(a)
#define v_neg(a)             (-(a))
#define v_abs(a)             ((v4)((v4_mask)(a) & 0x7fffffff))
#define v_eq(a, b)           ((a) == (b))
#define v_ne(a, b)           ((a) != (b))
#define v_lt(a, b)           ((a) < (b))
#define v_gt(a, b)           ((a) > (b))
#define v_le(a, b)           ((a) <= (b))
#define v_ge(a, b)           ((a) >= (b))
/* Lanes from n on of a, and the first n of b; the first n of a, and zeros. */
#ifdef __clang__
#define v_slide(a, b, n)     __builtin_shufflevector(a, b, n, (n) + 1, (n) + 2, (n) + 3)
#else
#define v_slide(a, b, n)     __builtin_shuffle(a, b, (v4_mask){n, (n) + 1, (n) + 2, (n) + 3})
#endif
#define v_first(a, n)        v_slide(v_slide(v_zero(), a, n), v_zero(), 4 - (n))
#define v_select(mask, a, b) ((v4)(((mask) & (v4_mask)(a)) | (~(mask) & (v4_mask)(b))))
#define v_prefetch_near(p)   __builtin_prefetch(p)
#endif

/* pack (anywhere.fov:4)
 * x[16][9][9] -> y[1][9][9][16]
 * the same values in another layout */
FOVEA_PORTABLE static void anywhere_pack_x_portable(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 81; i++)
        for (int j = 0; j < 16; j++)
            y[i * 16 + j] = x[i + j * 81];
}

/* wide: conv, relu (anywhere.fov:4)
 * x[1][9][9][16], weight[1][1][1][16][32], bias[1][32] -> y[2][9][9][16]
 * direct, 16 maps x 2 pixels across rows summed in registers, channels in blocks of 16 */
static inline v4 anywhere_wide_portable_finish(v4 v)
{
    return v_max(v_set(0.0f), v);
}

/* 2 pixels, of 16 maps of a panel of 32. */
FOVEA_PORTABLE static void anywhere_wide_portable_2x4of8(const float *restrict x, const float *restrict weight,
                                                         const float *restrict bias, float *restrict y)
{
    v4 a0_0 = v_load(bias), a0_1 = v_load(bias + 4), a0_2 = v_load(bias + 8), a0_3 = v_load(bias + 12);
    v4 a1_0 = v_load(bias), a1_1 = v_load(bias + 4), a1_2 = v_load(bias + 8), a1_3 = v_load(bias + 12);
    const float *s = x;
    for (int i = 0; i < 16; i++, s++, weight += 32) {
        const v4 w0 = v_load(weight), w1 = v_load(weight + 4), w2 = v_load(weight + 8), w3 = v_load(weight + 12);
        v4 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1), a0_2 = v_fma(v, w2, a0_2), a0_3 = v_fma(v, w3, a0_3);
        v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1), a1_2 = v_fma(v, w2, a1_2), a1_3 = v_fma(v, w3, a1_3);
    }
    v_store(y, anywhere_wide_portable_finish(a0_0));
    v_store(y + 16, anywhere_wide_portable_finish(a1_0));
    v_store(y + 4, anywhere_wide_portable_finish(a0_1));
    v_store(y + 20, anywhere_wide_portable_finish(a1_1));
    v_store(y + 8, anywhere_wide_portable_finish(a0_2));
    v_store(y + 24, anywhere_wide_portable_finish(a1_2));
    v_store(y + 12, anywhere_wide_portable_finish(a0_3));
    v_store(y + 28, anywhere_wide_portable_finish(a1_3));
}

/* 1 pixel, of 16 maps of a panel of 32. */
FOVEA_PORTABLE static void anywhere_wide_portable_1x4of8(const float *restrict x, const float *restrict weight,
                                                         const float *restrict bias, float *restrict y)
{
    v4 a0_0 = v_load(bias), a0_1 = v_load(bias + 4), a0_2 = v_load(bias + 8), a0_3 = v_load(bias + 12);
    const float *s = x;
    for (int i = 0; i < 16; i++, s++, weight += 32) {
        const v4 w0 = v_load(weight), w1 = v_load(weight + 4), w2 = v_load(weight + 8), w3 = v_load(weight + 12);
        v4 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1), a0_2 = v_fma(v, w2, a0_2), a0_3 = v_fma(v, w3, a0_3);
    }
    v_store(y, anywhere_wide_portable_finish(a0_0));
    v_store(y + 4, anywhere_wide_portable_finish(a0_1));
    v_store(y + 8, anywhere_wide_portable_finish(a0_2));
    v_store(y + 12, anywhere_wide_portable_finish(a0_3));
}

static void anywhere_wide_portable(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                   float *restrict y)
{
    for (int v = 0; v < 32; v += 16) {
        for (int c = 0; c < 80; c += 2) {
            anywhere_wide_portable_2x4of8(x + c * 16, weight + v, bias + v, y + v * 81 + c * 16);
        }
        anywhere_wide_portable_1x4of8(x + 1280, weight + v, bias + v, y + v * 81 + 1280);
    }
}

/* lrn (anywhere.fov:4)
 * x[2][9][9][16] -> y[2][9][9][16] in the place of x
 * squares of the neighbouring channels, place by place, channels in blocks */
static inline v4 anywhere_lrn_portable_of(v4 value, v4 before, v4 square, v4 behind)
{
    v4 sum = square;
    sum = v_add(sum, v_slide(before, square, 3));
    sum = v_add(sum, v_slide(square, behind, 1));
    const v4 scale = v_fma(v_set(0.1f), sum, v_set(2.0f));
    const v4 root = v_sqrt(scale);
    return v_div(value, v_mul(root, v_sqrt(root)));
}

FOVEA_PORTABLE static void anywhere_lrn_portable(float *restrict y)
{
    for (int r = 0; r < 9; r++) {
        for (int c = 0; c < 9; c++) {
            const float *s = y + r * 144 + c * 16;
            float *d = y + r * 144 + c * 16;
            v4 value = v_load(s), square = v_mul(value, value), before = v_zero();
            for (int b = 1; b < 8; b++) {
                const v4 next = v_load(s + b / 4 * 1296 + b % 4 * 4);
                const v4 behind = v_mul(next, next);
                v_store(d + (b - 1) / 4 * 1296 + (b - 1) % 4 * 4, anywhere_lrn_portable_of(value, before, square, behind));
                value = next;
                before = square;
                square = behind;
            }
            v_store(d + 1308, anywhere_lrn_portable_of(value, before, square, v_zero()));
        }
    }
}

/* maxpool (anywhere.fov:4)
 * x[2][9][9][16] -> y[2][5][5][16]
 * window by window, 4 channels at a time */
FOVEA_PORTABLE static void anywhere_maxpool_portable(const float *restrict x, float *restrict y)
{
    anywhere_zero_border(y, 2, 4, 64, 1, 16, 0, 0);
    y += 96; /* past the halo */
    for (int i = 0; i < 2; i++, x += 1296, y += 400) {
        for (int r = 0; r < 4; r++) {
            for (int c = 0; c < 4; c++) {
                for (int h = 0; h < 16; h += 4) {
                    const int s = r * 288 + c * 32 + h;
                    v4 v = v_set(-INFINITY);
                    for (int ky = 0; ky < 3; ky++)
                        for (int kx = 0; kx < 3; kx++)
                            v = v_max(v_load(x + s + ky * 144 + kx * 16), v);
                    v_store(y + r * 80 + c * 16 + h, v);
                }
            }
        }
    }
}

/* each: conv (anywhere.fov:5)
 * x[2][5][5][16], weight[2][1][3][3][16], bias[2][16] -> y[2][2][2][16]
 * each channel by itself, 2 pixels x 16 channels in registers */
/* 2 pixels of a row, of 16 channels. */
FOVEA_PORTABLE static void anywhere_each_portable_row2(const float *restrict x, const float *restrict weight,
                                                       const float *restrict bias, float *restrict y)
{
    v4 a0_0 = v_load(bias), a0_1 = v_load(bias + 4), a0_2 = v_load(bias + 8), a0_3 = v_load(bias + 12);
    v4 a1_0 = v_load(bias), a1_1 = v_load(bias + 4), a1_2 = v_load(bias + 8), a1_3 = v_load(bias + 12);
    for (int ky = 0; ky < 3; ky++)
        for (int kx = 0; kx < 3; kx++, weight += 16) {
            const float *s = x + ky * 80 + kx * 16;
            const v4 w0 = v_load(weight);
            const v4 w1 = v_load(weight + 4);
            const v4 w2 = v_load(weight + 8);
            const v4 w3 = v_load(weight + 12);
            a0_0 = v_fma(v_load(s), w0, a0_0);
            a0_1 = v_fma(v_load(s + 4), w1, a0_1);
            a0_2 = v_fma(v_load(s + 8), w2, a0_2);
            a0_3 = v_fma(v_load(s + 12), w3, a0_3);
            a1_0 = v_fma(v_load(s + 32), w0, a1_0);
            a1_1 = v_fma(v_load(s + 36), w1, a1_1);
            a1_2 = v_fma(v_load(s + 40), w2, a1_2);
            a1_3 = v_fma(v_load(s + 44), w3, a1_3);
        }
    v_store(y, a0_0);
    v_store(y + 16, a1_0);
    v_store(y + 4, a0_1);
    v_store(y + 20, a1_1);
    v_store(y + 8, a0_2);
    v_store(y + 24, a1_2);
    v_store(y + 12, a0_3);
    v_store(y + 28, a1_3);
}

static void anywhere_each_portable(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                   float *restrict y)
{
    for (int o = 0; o < 32; o += 16) {
        for (int r = 0; r < 2; r++) {
            anywhere_each_portable_row2(x + o * 25 + r * 160, weight + o * 9, bias + o, y + o * 4 + r * 32);
        }
    }
}

/* avgpool (anywhere.fov:5)
 * x[2][2][2][16] -> y[32][1][1]
 * one result after the other */
FOVEA_PORTABLE static void anywhere_avgpool_portable(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 16; j++) {
            float v = 0.0f;
            for (int k = 0; k < 4; k++)
                v += x[i * 64 + j + k * 16];
            y[i * 16 + j] = v / 4.0f;
        }
    }
}

/* last: fc (anywhere.fov:5)
 * x[32], weight[1][32][32], bias[1][32] -> y[20]
 * 32 outputs summed in registers, panels of 32 read side by side */
/* 32 outputs. */
FOVEA_PORTABLE static void anywhere_last_portable_sums(const float *restrict x, const float *restrict weight,
                                                       const float *restrict bias, float *restrict sums)
{
    v4 a0 = v_load(bias);
    v4 a1 = v_load(bias + 4);
    v4 a2 = v_load(bias + 8);
    v4 a3 = v_load(bias + 12);
    v4 a4 = v_load(bias + 16);
    v4 a5 = v_load(bias + 20);
    v4 a6 = v_load(bias + 24);
    v4 a7 = v_load(bias + 28);
    const float *w = weight;
    for (int i = 0; i < 32; i++, w += 32) {
        const v4 s = v_broadcast(x + i);
        a0 = v_fma(s, v_load(w), a0);
        a1 = v_fma(s, v_load(w + 4), a1);
        a2 = v_fma(s, v_load(w + 8), a2);
        a3 = v_fma(s, v_load(w + 12), a3);
        a4 = v_fma(s, v_load(w + 16), a4);
        a5 = v_fma(s, v_load(w + 20), a5);
        a6 = v_fma(s, v_load(w + 24), a6);
        a7 = v_fma(s, v_load(w + 28), a7);
    }
    v_store(sums, a0);
    v_store(sums + 4, a1);
    v_store(sums + 8, a2);
    v_store(sums + 12, a3);
    v_store(sums + 16, a4);
    v_store(sums + 20, a5);
    v_store(sums + 24, a6);
    v_store(sums + 28, a7);
}

FOVEA_PORTABLE static void anywhere_last_portable(const float *restrict x, const float *restrict weight,
                                                  const float *restrict bias, float *restrict y)
{
    float sums[32];
    anywhere_last_portable_sums(x, weight, bias, sums);
    for (int b = 0; b < 20; b++)
        y[b] = sums[b];
}

/* What a run does. */
static void anywhere_steps_portable(const anywhere_session *session, const anywhere_inputs *inputs,
                                    const anywhere_outputs *outputs)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    anywhere_pack_x_portable(inputs->x, memory + at_pack_x);
    anywhere_wide_portable(memory + at_pack_x, weights + w_wide_weight, weights + w_wide_bias, memory + at_wide);
    anywhere_lrn_portable(memory + at_wide);
    anywhere_maxpool_portable(memory + at_wide, memory + at_maxpool);
    anywhere_each_portable(memory + at_maxpool, weights + w_each_weight, weights + w_each_bias, memory + at_each);
    anywhere_avgpool_portable(memory + at_each, memory + at_avgpool);
    anywhere_last_portable(memory + at_avgpool, weights + w_last_weight, weights + w_last_bias, outputs->y);
}

#undef FOVEA_PORTABLE
#undef v_zero
#undef v_set
#undef v_load
#undef v_load_f16
#undef v_load_bf16
#undef v_broadcast
#undef v_store
#undef v_prefetch
#undef v_fma
#undef v_add
#undef v_sub
#undef v_mul
#undef v_div
#undef v_max
#undef v_min
#undef v_sqrt
#undef v_neg
#undef v_abs
#undef v_eq
#undef v_ne
#undef v_lt
#undef v_gt
#undef v_le
#undef v_ge
#undef v_slide
#undef v_first
#undef v_select
#undef v_prefetch_near

fovea_status anywhere_run(anywhere_session *session, const anywhere_inputs *inputs, const anywhere_outputs *outputs)
{
    const unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */
#if ANYWHERE_CPU_MOST >= 2
    if (session->model->instructions == FOVEA_CPU_AVX512)
        anywhere_steps_avx512(session, inputs, outputs);
    else
#endif
#if ANYWHERE_CPU_MOST >= 1
    if (session->model->instructions == FOVEA_CPU_AVX2)
        anywhere_steps_avx2(session, inputs, outputs);
    else
#endif
        anywhere_steps_portable(session, inputs, outputs);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status anywhere_open(anywhere_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0x2c0b57e3db3714a1), 7744);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    model->instructions = FOVEA_CPU_ANY;
#if ANYWHERE_CPU_MOST >= 1
    if (fovea_cpu_has(FOVEA_CPU_AVX2))
        model->instructions = FOVEA_CPU_AVX2;
#endif
#if ANYWHERE_CPU_MOST >= 2
    if (fovea_cpu_has(FOVEA_CPU_AVX512))
        model->instructions = FOVEA_CPU_AVX512;
#endif
    return FOVEA_OK;
}

fovea_status anywhere_use(anywhere_model *model, fovea_cpu_feature instructions)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    if ((int)instructions < 0 || (int)instructions > ANYWHERE_CPU_MOST || !fovea_cpu_has(instructions))
        return FOVEA_WRONG_CPU;
    model->instructions = instructions;
    return FOVEA_OK;
}

fovea_status anywhere_session_open(anywhere_session *session, const anywhere_model *model, void *workspace,
                                   size_t bytes, int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)ANYWHERE_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void anywhere_session_close(anywhere_session *session)
{
    if (session)
        session->workspace = NULL;
}

void anywhere_close(anywhere_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status anywhere_verify(const anywhere_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int anywhere_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status anywhere_selftest(const anywhere_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 5312)
        return FOVEA_WRONG_MODEL;
    if (bytes < ANYWHERE_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    anywhere_session session;
    status = anywhere_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + ANYWHERE_WORKSPACE_BYTES / 4;
    const anywhere_inputs inputs = {tensors};
    const anywhere_outputs outputs = {results};
    status = anywhere_run(&session, &inputs, &outputs);
    anywhere_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!anywhere_is_near(tensors + 1296, outputs.y, ANYWHERE_OUTPUT_Y_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
