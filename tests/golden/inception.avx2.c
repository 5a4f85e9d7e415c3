/* inception.c - a compiled net
 *
 * Net 'inception' of inception.fov, compiled by Fovea for target avx2: x86-64 with AVX2 and FMA.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "inception.h"

#include <math.h>
#include <string.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char inception_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

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

/* Where each tensor stands in inception.weights, in floats. */
enum {
    w_a_conv1x1_weight = 16, /* [1][1][1][5][8] */
    w_a_conv1x1_bias = 64, /* [1][8] */
    w_a_reduce3_weight = 80, /* [1][5][1][1][8] */
    w_a_reduce3_bias = 128, /* [1][8] */
    w_a_conv3x3_weight = 144, /* [1][3][3][2][8] */
    w_a_conv3x3_bias = 288, /* [1][8] */
    w_a_proj_weight = 304, /* [1][5][1][1][8] */
    w_a_proj_bias = 352, /* [1][8] */
    w_b_conv1x1_weight = 368, /* [1][2][1][1][8][8] */
    w_b_conv1x1_bias = 448, /* [1][8] */
    w_b_reduce3_weight = 464, /* [1][2][1][1][8][8] */
    w_b_reduce3_bias = 544, /* [1][8] */
    w_b_conv3x3_weight = 560, /* [1][3][3][3][8] */
    w_b_conv3x3_bias = 784, /* [1][8] */
    w_b_proj_weight = 800, /* [1][2][1][1][8][8] */
    w_b_proj_bias = 880, /* [1][8] */
    w_fc_weight = 896, /* [1][16][8] */
    w_fc_bias = 1024, /* [1][8] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_a_conv1x1 = 0, /* [1][7][7][8], steps 1 to 6 */
    at_a_reduce3 = 1712, /* [2][9][9], steps 2 to 3 */
    at_a_conv3x3 = 1888, /* [1][7][7][8], steps 3 to 7 */
    at_maxpool = 1632, /* [5][7][7], steps 4 to 5 */
    at_a_concat = 784, /* [9][7][7], steps 5 to 13 */
    at_a_proj = at_a_concat + 343, /* [2][7][7] */
    at_pack_a_conv1x1 = at_a_concat + 0, /* [3][7][7] */
    at_pack_a_conv3x3 = at_a_concat + 147, /* [4][7][7] */
    at_pack_a_concat = 0, /* [2][7][7][8], steps 9 to 11 */
    at_b_conv1x1 = 1888, /* [1][7][7][8], steps 10 to 16 */
    at_b_reduce3 = 1232, /* [1][9][9][8], steps 11 to 12 */
    at_b_conv3x3 = 0, /* [1][7][7][8], steps 12 to 17 */
    at_maxpool_2 = 1440, /* [9][7][7], steps 13 to 14 */
    at_pack_maxpool_2 = 656, /* [2][7][7][8], steps 14 to 15 */
    at_b_proj = 1488, /* [1][7][7][8], steps 15 to 18 */
    at_b_concat = 704, /* [16][7][7], steps 16 to 19 */
    at_pack_b_conv1x1 = at_b_concat + 0, /* [8][7][7] */
    at_pack_b_conv3x3 = at_b_concat + 392, /* [5][7][7] */
    at_pack_b_proj = at_b_concat + 637, /* [3][7][7] */
    at_avgpool = 0, /* [16][1][1], steps 19 to 20 */
    at_fc = 2272, /* [4], steps 20 to 21 */
};

/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */
static inline float inception_larger(float a, float b)
{
    return a > b ? a : b;
}

/* Before loops over maps that store some pixels of each: clang would gather and scatter vectors of maps. */
#if defined __clang__
#define INCEPTION_BY_PIXELS _Pragma("clang loop vectorize(disable)")
#else
#define INCEPTION_BY_PIXELS
#endif

/* Before loops over the lanes of vectors: gcc would write out short ones, and find no vectors. */
#if defined __GNUC__ && __GNUC__ >= 8 && !defined __clang__
#define INCEPTION_LANES _Pragma("GCC unroll 1")
#else
#define INCEPTION_LANES
#endif

/* Before loops over few inputs: gcc would write them out, and run out of registers. */
#if defined __GNUC__ && __GNUC__ >= 8 && !defined __clang__
#define INCEPTION_LOOP _Pragma("GCC unroll 1")
#else
#define INCEPTION_LOOP
#endif

/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void inception_zero_border(float *y, int maps, int height, int width, int top, int left, int bottom, int right)
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

/* a.conv1x1: conv, relu (inception.fov:4)
 * x[5][7][7], weight[1][1][1][5][8], bias[1][8] -> y[1][7][7][8]
 * direct, 8 maps x 10 pixels across rows summed in registers, channels in blocks of 8 */
FOVEA_AVX2 static inline v8 inception_a_conv1x1_finish(v8 v)
{
    return v_max(v_set(0.0f), v);
}

/* 10 pixels, of 8 maps. */
FOVEA_AVX2 static void inception_a_conv1x1_10x1(const float *restrict x, const float *restrict weight,
                                                const float *restrict bias, float *restrict y)
{
    v8 a0_0 = v_load(bias);
    v8 a1_0 = v_load(bias);
    v8 a2_0 = v_load(bias);
    v8 a3_0 = v_load(bias);
    v8 a4_0 = v_load(bias);
    v8 a5_0 = v_load(bias);
    v8 a6_0 = v_load(bias);
    v8 a7_0 = v_load(bias);
    v8 a8_0 = v_load(bias);
    v8 a9_0 = v_load(bias);
    const float *s = x;
    INCEPTION_LOOP
    for (int i = 0; i < 5; i++, s += 49, weight += 8) {
        const v8 w0 = v_load(weight);
        v8 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
        v = v_broadcast(s + 1), a1_0 = v_fma(v, w0, a1_0);
        v = v_broadcast(s + 2), a2_0 = v_fma(v, w0, a2_0);
        v = v_broadcast(s + 3), a3_0 = v_fma(v, w0, a3_0);
        v = v_broadcast(s + 4), a4_0 = v_fma(v, w0, a4_0);
        v = v_broadcast(s + 5), a5_0 = v_fma(v, w0, a5_0);
        v = v_broadcast(s + 6), a6_0 = v_fma(v, w0, a6_0);
        v = v_broadcast(s + 7), a7_0 = v_fma(v, w0, a7_0);
        v = v_broadcast(s + 8), a8_0 = v_fma(v, w0, a8_0);
        v = v_broadcast(s + 9), a9_0 = v_fma(v, w0, a9_0);
    }
    v_store(y, inception_a_conv1x1_finish(a0_0));
    v_store(y + 8, inception_a_conv1x1_finish(a1_0));
    v_store(y + 16, inception_a_conv1x1_finish(a2_0));
    v_store(y + 24, inception_a_conv1x1_finish(a3_0));
    v_store(y + 32, inception_a_conv1x1_finish(a4_0));
    v_store(y + 40, inception_a_conv1x1_finish(a5_0));
    v_store(y + 48, inception_a_conv1x1_finish(a6_0));
    v_store(y + 56, inception_a_conv1x1_finish(a7_0));
    v_store(y + 64, inception_a_conv1x1_finish(a8_0));
    v_store(y + 72, inception_a_conv1x1_finish(a9_0));
}

/* 9 pixels, of 8 maps. */
FOVEA_AVX2 static void inception_a_conv1x1_9x1(const float *restrict x, const float *restrict weight,
                                               const float *restrict bias, float *restrict y)
{
    v8 a0_0 = v_load(bias);
    v8 a1_0 = v_load(bias);
    v8 a2_0 = v_load(bias);
    v8 a3_0 = v_load(bias);
    v8 a4_0 = v_load(bias);
    v8 a5_0 = v_load(bias);
    v8 a6_0 = v_load(bias);
    v8 a7_0 = v_load(bias);
    v8 a8_0 = v_load(bias);
    const float *s = x;
    INCEPTION_LOOP
    for (int i = 0; i < 5; i++, s += 49, weight += 8) {
        const v8 w0 = v_load(weight);
        v8 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
        v = v_broadcast(s + 1), a1_0 = v_fma(v, w0, a1_0);
        v = v_broadcast(s + 2), a2_0 = v_fma(v, w0, a2_0);
        v = v_broadcast(s + 3), a3_0 = v_fma(v, w0, a3_0);
        v = v_broadcast(s + 4), a4_0 = v_fma(v, w0, a4_0);
        v = v_broadcast(s + 5), a5_0 = v_fma(v, w0, a5_0);
        v = v_broadcast(s + 6), a6_0 = v_fma(v, w0, a6_0);
        v = v_broadcast(s + 7), a7_0 = v_fma(v, w0, a7_0);
        v = v_broadcast(s + 8), a8_0 = v_fma(v, w0, a8_0);
    }
    v_store(y, inception_a_conv1x1_finish(a0_0));
    v_store(y + 8, inception_a_conv1x1_finish(a1_0));
    v_store(y + 16, inception_a_conv1x1_finish(a2_0));
    v_store(y + 24, inception_a_conv1x1_finish(a3_0));
    v_store(y + 32, inception_a_conv1x1_finish(a4_0));
    v_store(y + 40, inception_a_conv1x1_finish(a5_0));
    v_store(y + 48, inception_a_conv1x1_finish(a6_0));
    v_store(y + 56, inception_a_conv1x1_finish(a7_0));
    v_store(y + 64, inception_a_conv1x1_finish(a8_0));
}

static void inception_a_conv1x1(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                float *restrict y)
{
    for (int c = 0; c < 40; c += 10) {
        inception_a_conv1x1_10x1(x + c, weight, bias, y + c * 8);
    }
    inception_a_conv1x1_9x1(x + 40, weight, bias, y + 320);
}

/* a.reduce3: conv, relu (inception.fov:5)
 * x[5][7][7], weight[1][5][1][1][8], bias[1][8] -> y[2][9][9]
 * direct, 8 maps x 7 pixels summed in registers */
static inline float inception_a_reduce3_finish(float v)
{
    return inception_larger(0.0f, v);
}

/* 7 pixels of a row, of 2 maps. */
FOVEA_AVX2 static void inception_a_reduce3_row7(const float *restrict x, const float *restrict weight,
                                                const float *restrict bias, float *restrict y)
{
    float a0[8], a1[8], a2[8], a3[8], a4[8], a5[8], a6[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = a4[b] = a5[b] = a6[b] = bias[b];
    for (int i = 0; i < 5; i++) {
        const float *s = x + i * 49;
        INCEPTION_LANES
        for (int b = 0; b < 8; b++) {
            a0[b] += s[0] * weight[b];
            a1[b] += s[1] * weight[b];
            a2[b] += s[2] * weight[b];
            a3[b] += s[3] * weight[b];
            a4[b] += s[4] * weight[b];
            a5[b] += s[5] * weight[b];
            a6[b] += s[6] * weight[b];
        }
        weight += 8;
    }
    float sums[8][7];
    for (int b = 0; b < 8; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
        sums[b][2] = a2[b];
        sums[b][3] = a3[b];
        sums[b][4] = a4[b];
        sums[b][5] = a5[b];
        sums[b][6] = a6[b];
    }
    INCEPTION_BY_PIXELS
    for (int b = 0; b < 2; b++)
        for (int p = 0; p < 7; p++)
            y[b * 81 + p] = inception_a_reduce3_finish(sums[b][p]);
}

FOVEA_AVX2 static void inception_a_reduce3(const float *restrict x, const float *restrict weight,
                                           const float *restrict bias, float *restrict y)
{
    inception_zero_border(y, 2, 7, 7, 1, 1, 1, 1);
    y += 10; /* past the halo */
    for (int r = 0; r < 7; r++)
        inception_a_reduce3_row7(x + r * 7, weight, bias, y + r * 9);
}

/* a.conv3x3: conv, relu (inception.fov:5)
 * x[2][9][9], weight[1][3][3][2][8], bias[1][8] -> y[1][7][7][8]
 * direct, 8 maps x 7 pixels summed in registers, channels in blocks of 8 */
FOVEA_AVX2 static inline v8 inception_a_conv3x3_finish(v8 v)
{
    return v_max(v_set(0.0f), v);
}

/* 7 pixels, of 8 maps. */
FOVEA_AVX2 static void inception_a_conv3x3_7x1(const float *restrict x, const float *restrict weight,
                                               const float *restrict bias, float *restrict y)
{
    v8 a0_0 = v_load(bias);
    v8 a1_0 = v_load(bias);
    v8 a2_0 = v_load(bias);
    v8 a3_0 = v_load(bias);
    v8 a4_0 = v_load(bias);
    v8 a5_0 = v_load(bias);
    v8 a6_0 = v_load(bias);
    for (int ky = 0; ky < 3; ky++) {
        for (int kx = 0; kx < 3; kx++) {
            const float *s = x + ky * 9 + kx;
            INCEPTION_LOOP
            for (int i = 0; i < 2; i++, s += 81, weight += 8) {
                const v8 w0 = v_load(weight);
                v8 v;
                v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
                v = v_broadcast(s + 1), a1_0 = v_fma(v, w0, a1_0);
                v = v_broadcast(s + 2), a2_0 = v_fma(v, w0, a2_0);
                v = v_broadcast(s + 3), a3_0 = v_fma(v, w0, a3_0);
                v = v_broadcast(s + 4), a4_0 = v_fma(v, w0, a4_0);
                v = v_broadcast(s + 5), a5_0 = v_fma(v, w0, a5_0);
                v = v_broadcast(s + 6), a6_0 = v_fma(v, w0, a6_0);
            }
        }
    }
    v_store(y, inception_a_conv3x3_finish(a0_0));
    v_store(y + 8, inception_a_conv3x3_finish(a1_0));
    v_store(y + 16, inception_a_conv3x3_finish(a2_0));
    v_store(y + 24, inception_a_conv3x3_finish(a3_0));
    v_store(y + 32, inception_a_conv3x3_finish(a4_0));
    v_store(y + 40, inception_a_conv3x3_finish(a5_0));
    v_store(y + 48, inception_a_conv3x3_finish(a6_0));
}

static void inception_a_conv3x3(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                float *restrict y)
{
    for (int r = 0; r < 7; r++) {
        inception_a_conv3x3_7x1(x + r * 9, weight, bias, y + r * 56);
    }
}

/* maxpool (inception.fov:6)
 * x[5][7][7] -> y[5][7][7]
 * window by window, cut at the edges */
FOVEA_AVX2 static void inception_maxpool(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 5; i++, x += 49, y += 49) {
        for (int r = 0; r < 7; r++) {
            const int top = r - 1;
            const int top0 = top < 0 ? -top : 0;
            const int top1 = top > 4 ? 7 - top : 3;
            for (int c = 0; c < 7; c++) {
                const int left = c - 1;
                const int left0 = left < 0 ? -left : 0;
                const int left1 = left > 4 ? 7 - left : 3;
                const int s = top * 7 + left;
                float v = -INFINITY;
                for (int ky = top0; ky < top1; ky++)
                    for (int kx = left0; kx < left1; kx++)
                        v = inception_larger(x[s + ky * 7 + kx], v);
                y[r * 7 + c] = v;
            }
        }
    }
}

/* a.proj: conv, relu (inception.fov:6)
 * x[5][7][7], weight[1][5][1][1][8], bias[1][8] -> y[2][7][7]
 * direct, 8 maps x 7 pixels summed in registers */
static inline float inception_a_proj_finish(float v)
{
    return inception_larger(0.0f, v);
}

/* 7 pixels of a row, of 2 maps. */
FOVEA_AVX2 static void inception_a_proj_row7(const float *restrict x, const float *restrict weight,
                                             const float *restrict bias, float *restrict y)
{
    float a0[8], a1[8], a2[8], a3[8], a4[8], a5[8], a6[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = a4[b] = a5[b] = a6[b] = bias[b];
    for (int i = 0; i < 5; i++) {
        const float *s = x + i * 49;
        INCEPTION_LANES
        for (int b = 0; b < 8; b++) {
            a0[b] += s[0] * weight[b];
            a1[b] += s[1] * weight[b];
            a2[b] += s[2] * weight[b];
            a3[b] += s[3] * weight[b];
            a4[b] += s[4] * weight[b];
            a5[b] += s[5] * weight[b];
            a6[b] += s[6] * weight[b];
        }
        weight += 8;
    }
    float sums[8][7];
    for (int b = 0; b < 8; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
        sums[b][2] = a2[b];
        sums[b][3] = a3[b];
        sums[b][4] = a4[b];
        sums[b][5] = a5[b];
        sums[b][6] = a6[b];
    }
    INCEPTION_BY_PIXELS
    for (int b = 0; b < 2; b++)
        for (int p = 0; p < 7; p++)
            y[b * 49 + p] = inception_a_proj_finish(sums[b][p]);
}

FOVEA_AVX2 static void inception_a_proj(const float *restrict x, const float *restrict weight,
                                        const float *restrict bias, float *restrict y)
{
    for (int r = 0; r < 7; r++)
        inception_a_proj_row7(x + r * 7, weight, bias, y + r * 7);
}

/* pack (inception.fov:4)
 * x[1][7][7][8] -> y[3][7][7]
 * the same values in another layout */
FOVEA_AVX2 static void inception_pack_a_conv1x1(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 49; i++)
        for (int j = 0; j < 3; j++)
            y[i + j * 49] = x[i * 8 + j];
}

/* pack (inception.fov:4)
 * x[1][7][7][8] -> y[4][7][7]
 * the same values in another layout */
FOVEA_AVX2 static void inception_pack_a_conv3x3(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 49; i++)
        for (int j = 0; j < 4; j++)
            y[i + j * 49] = x[i * 8 + j];
}

/* avgpool (inception.fov:11)
 * x[9][7][7] -> y[9][3][3]
 * window by window */
FOVEA_AVX2 static void inception_avgpool(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 9; i++, x += 49, y += 9) {
        for (int r = 0; r < 3; r++) {
            for (int c = 0; c < 3; c++) {
                const int s = r * 14 + c * 2;
                float v = 0.0f;
                for (int ky = 0; ky < 3; ky++)
                    for (int kx = 0; kx < 3; kx++)
                        v += x[s + ky * 7 + kx];
                y[r * 3 + c] = v / 9.0f;
            }
        }
    }
}

/* pack (inception.fov:4)
 * x[9][7][7] -> y[2][7][7][8]
 * the same values in another layout */
FOVEA_AVX2 static void inception_pack_a_concat(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 49; i++)
        for (int j = 0; j < 8; j++)
            y[i * 8 + j] = x[i + j * 49];
    for (int i = 0; i < 49; i++)
        y[392 + i * 8] = x[392 + i];
    for (int i = 0; i < 49; i++)
        for (int j = 0; j < 7; j++)
            y[393 + i * 8 + j] = 0.0f;
}

/* b.conv1x1: conv, relu (inception.fov:4)
 * x[2][7][7][8], weight[1][2][1][1][8][8], bias[1][8] -> y[1][7][7][8]
 * direct, 8 maps x 10 pixels across rows summed in registers, channels in blocks of 8 */
FOVEA_AVX2 static inline v8 inception_b_conv1x1_finish(v8 v)
{
    return v_max(v_set(0.0f), v);
}

/* 10 pixels, of 8 maps. */
FOVEA_AVX2 static void inception_b_conv1x1_10x1(const float *restrict x, const float *restrict weight,
                                                const float *restrict bias, float *restrict y)
{
    v8 a0_0 = v_load(bias);
    v8 a1_0 = v_load(bias);
    v8 a2_0 = v_load(bias);
    v8 a3_0 = v_load(bias);
    v8 a4_0 = v_load(bias);
    v8 a5_0 = v_load(bias);
    v8 a6_0 = v_load(bias);
    v8 a7_0 = v_load(bias);
    v8 a8_0 = v_load(bias);
    v8 a9_0 = v_load(bias);
    {
        const float *s = x;
        INCEPTION_LOOP
        for (int i = 0; i < 8; i++, s++, weight += 8) {
            const v8 w0 = v_load(weight);
            v8 v;
            v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
            v = v_broadcast(s + 8), a1_0 = v_fma(v, w0, a1_0);
            v = v_broadcast(s + 16), a2_0 = v_fma(v, w0, a2_0);
            v = v_broadcast(s + 24), a3_0 = v_fma(v, w0, a3_0);
            v = v_broadcast(s + 32), a4_0 = v_fma(v, w0, a4_0);
            v = v_broadcast(s + 40), a5_0 = v_fma(v, w0, a5_0);
            v = v_broadcast(s + 48), a6_0 = v_fma(v, w0, a6_0);
            v = v_broadcast(s + 56), a7_0 = v_fma(v, w0, a7_0);
            v = v_broadcast(s + 64), a8_0 = v_fma(v, w0, a8_0);
            v = v_broadcast(s + 72), a9_0 = v_fma(v, w0, a9_0);
        }
    }
    const float *s = x + 392;
    for (int i = 0; i < 1; i++, s++, weight += 8) {
        const v8 w0 = v_load(weight);
        v8 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
        v = v_broadcast(s + 8), a1_0 = v_fma(v, w0, a1_0);
        v = v_broadcast(s + 16), a2_0 = v_fma(v, w0, a2_0);
        v = v_broadcast(s + 24), a3_0 = v_fma(v, w0, a3_0);
        v = v_broadcast(s + 32), a4_0 = v_fma(v, w0, a4_0);
        v = v_broadcast(s + 40), a5_0 = v_fma(v, w0, a5_0);
        v = v_broadcast(s + 48), a6_0 = v_fma(v, w0, a6_0);
        v = v_broadcast(s + 56), a7_0 = v_fma(v, w0, a7_0);
        v = v_broadcast(s + 64), a8_0 = v_fma(v, w0, a8_0);
        v = v_broadcast(s + 72), a9_0 = v_fma(v, w0, a9_0);
    }
    v_store(y, inception_b_conv1x1_finish(a0_0));
    v_store(y + 8, inception_b_conv1x1_finish(a1_0));
    v_store(y + 16, inception_b_conv1x1_finish(a2_0));
    v_store(y + 24, inception_b_conv1x1_finish(a3_0));
    v_store(y + 32, inception_b_conv1x1_finish(a4_0));
    v_store(y + 40, inception_b_conv1x1_finish(a5_0));
    v_store(y + 48, inception_b_conv1x1_finish(a6_0));
    v_store(y + 56, inception_b_conv1x1_finish(a7_0));
    v_store(y + 64, inception_b_conv1x1_finish(a8_0));
    v_store(y + 72, inception_b_conv1x1_finish(a9_0));
}

/* 9 pixels, of 8 maps. */
FOVEA_AVX2 static void inception_b_conv1x1_9x1(const float *restrict x, const float *restrict weight,
                                               const float *restrict bias, float *restrict y)
{
    v8 a0_0 = v_load(bias);
    v8 a1_0 = v_load(bias);
    v8 a2_0 = v_load(bias);
    v8 a3_0 = v_load(bias);
    v8 a4_0 = v_load(bias);
    v8 a5_0 = v_load(bias);
    v8 a6_0 = v_load(bias);
    v8 a7_0 = v_load(bias);
    v8 a8_0 = v_load(bias);
    {
        const float *s = x;
        INCEPTION_LOOP
        for (int i = 0; i < 8; i++, s++, weight += 8) {
            const v8 w0 = v_load(weight);
            v8 v;
            v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
            v = v_broadcast(s + 8), a1_0 = v_fma(v, w0, a1_0);
            v = v_broadcast(s + 16), a2_0 = v_fma(v, w0, a2_0);
            v = v_broadcast(s + 24), a3_0 = v_fma(v, w0, a3_0);
            v = v_broadcast(s + 32), a4_0 = v_fma(v, w0, a4_0);
            v = v_broadcast(s + 40), a5_0 = v_fma(v, w0, a5_0);
            v = v_broadcast(s + 48), a6_0 = v_fma(v, w0, a6_0);
            v = v_broadcast(s + 56), a7_0 = v_fma(v, w0, a7_0);
            v = v_broadcast(s + 64), a8_0 = v_fma(v, w0, a8_0);
        }
    }
    const float *s = x + 392;
    for (int i = 0; i < 1; i++, s++, weight += 8) {
        const v8 w0 = v_load(weight);
        v8 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
        v = v_broadcast(s + 8), a1_0 = v_fma(v, w0, a1_0);
        v = v_broadcast(s + 16), a2_0 = v_fma(v, w0, a2_0);
        v = v_broadcast(s + 24), a3_0 = v_fma(v, w0, a3_0);
        v = v_broadcast(s + 32), a4_0 = v_fma(v, w0, a4_0);
        v = v_broadcast(s + 40), a5_0 = v_fma(v, w0, a5_0);
        v = v_broadcast(s + 48), a6_0 = v_fma(v, w0, a6_0);
        v = v_broadcast(s + 56), a7_0 = v_fma(v, w0, a7_0);
        v = v_broadcast(s + 64), a8_0 = v_fma(v, w0, a8_0);
    }
    v_store(y, inception_b_conv1x1_finish(a0_0));
    v_store(y + 8, inception_b_conv1x1_finish(a1_0));
    v_store(y + 16, inception_b_conv1x1_finish(a2_0));
    v_store(y + 24, inception_b_conv1x1_finish(a3_0));
    v_store(y + 32, inception_b_conv1x1_finish(a4_0));
    v_store(y + 40, inception_b_conv1x1_finish(a5_0));
    v_store(y + 48, inception_b_conv1x1_finish(a6_0));
    v_store(y + 56, inception_b_conv1x1_finish(a7_0));
    v_store(y + 64, inception_b_conv1x1_finish(a8_0));
}

static void inception_b_conv1x1(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                float *restrict y)
{
    for (int c = 0; c < 40; c += 10) {
        inception_b_conv1x1_10x1(x + c * 8, weight, bias, y + c * 8);
    }
    inception_b_conv1x1_9x1(x + 320, weight, bias, y + 320);
}

/* b.reduce3: conv, relu (inception.fov:5)
 * x[2][7][7][8], weight[1][2][1][1][8][8], bias[1][8] -> y[1][9][9][8]
 * direct, 8 maps x 7 pixels summed in registers, channels in blocks of 8 */
FOVEA_AVX2 static inline v8 inception_b_reduce3_finish(v8 v)
{
    return v_max(v_set(0.0f), v);
}

/* 7 pixels, of 8 maps. */
FOVEA_AVX2 static void inception_b_reduce3_7x1(const float *restrict x, const float *restrict weight,
                                               const float *restrict bias, float *restrict y)
{
    v8 a0_0 = v_load(bias);
    v8 a1_0 = v_load(bias);
    v8 a2_0 = v_load(bias);
    v8 a3_0 = v_load(bias);
    v8 a4_0 = v_load(bias);
    v8 a5_0 = v_load(bias);
    v8 a6_0 = v_load(bias);
    {
        const float *s = x;
        INCEPTION_LOOP
        for (int i = 0; i < 8; i++, s++, weight += 8) {
            const v8 w0 = v_load(weight);
            v8 v;
            v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
            v = v_broadcast(s + 8), a1_0 = v_fma(v, w0, a1_0);
            v = v_broadcast(s + 16), a2_0 = v_fma(v, w0, a2_0);
            v = v_broadcast(s + 24), a3_0 = v_fma(v, w0, a3_0);
            v = v_broadcast(s + 32), a4_0 = v_fma(v, w0, a4_0);
            v = v_broadcast(s + 40), a5_0 = v_fma(v, w0, a5_0);
            v = v_broadcast(s + 48), a6_0 = v_fma(v, w0, a6_0);
        }
    }
    const float *s = x + 392;
    for (int i = 0; i < 1; i++, s++, weight += 8) {
        const v8 w0 = v_load(weight);
        v8 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
        v = v_broadcast(s + 8), a1_0 = v_fma(v, w0, a1_0);
        v = v_broadcast(s + 16), a2_0 = v_fma(v, w0, a2_0);
        v = v_broadcast(s + 24), a3_0 = v_fma(v, w0, a3_0);
        v = v_broadcast(s + 32), a4_0 = v_fma(v, w0, a4_0);
        v = v_broadcast(s + 40), a5_0 = v_fma(v, w0, a5_0);
        v = v_broadcast(s + 48), a6_0 = v_fma(v, w0, a6_0);
    }
    v_store(y, inception_b_reduce3_finish(a0_0));
    v_store(y + 8, inception_b_reduce3_finish(a1_0));
    v_store(y + 16, inception_b_reduce3_finish(a2_0));
    v_store(y + 24, inception_b_reduce3_finish(a3_0));
    v_store(y + 32, inception_b_reduce3_finish(a4_0));
    v_store(y + 40, inception_b_reduce3_finish(a5_0));
    v_store(y + 48, inception_b_reduce3_finish(a6_0));
}

static void inception_b_reduce3(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                float *restrict y)
{
    inception_zero_border(y, 1, 7, 56, 1, 8, 1, 8);
    y += 80; /* past the halo */
    for (int r = 0; r < 7; r++) {
        inception_b_reduce3_7x1(x + r * 56, weight, bias, y + r * 72);
    }
}

/* b.conv3x3: conv, relu (inception.fov:5)
 * x[1][9][9][8], weight[1][3][3][3][8], bias[1][8] -> y[1][7][7][8]
 * direct, 8 maps x 7 pixels summed in registers, channels in blocks of 8 */
FOVEA_AVX2 static inline v8 inception_b_conv3x3_finish(v8 v)
{
    return v_max(v_set(0.0f), v);
}

/* 7 pixels, of 8 maps. */
FOVEA_AVX2 static void inception_b_conv3x3_7x1(const float *restrict x, const float *restrict weight,
                                               const float *restrict bias, float *restrict y)
{
    v8 a0_0 = v_load(bias);
    v8 a1_0 = v_load(bias);
    v8 a2_0 = v_load(bias);
    v8 a3_0 = v_load(bias);
    v8 a4_0 = v_load(bias);
    v8 a5_0 = v_load(bias);
    v8 a6_0 = v_load(bias);
    for (int ky = 0; ky < 3; ky++) {
        for (int kx = 0; kx < 3; kx++) {
            const float *s = x + ky * 72 + kx * 8;
            INCEPTION_LOOP
            for (int i = 0; i < 3; i++, s++, weight += 8) {
                const v8 w0 = v_load(weight);
                v8 v;
                v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
                v = v_broadcast(s + 8), a1_0 = v_fma(v, w0, a1_0);
                v = v_broadcast(s + 16), a2_0 = v_fma(v, w0, a2_0);
                v = v_broadcast(s + 24), a3_0 = v_fma(v, w0, a3_0);
                v = v_broadcast(s + 32), a4_0 = v_fma(v, w0, a4_0);
                v = v_broadcast(s + 40), a5_0 = v_fma(v, w0, a5_0);
                v = v_broadcast(s + 48), a6_0 = v_fma(v, w0, a6_0);
            }
        }
    }
    v_store(y, inception_b_conv3x3_finish(a0_0));
    v_store(y + 8, inception_b_conv3x3_finish(a1_0));
    v_store(y + 16, inception_b_conv3x3_finish(a2_0));
    v_store(y + 24, inception_b_conv3x3_finish(a3_0));
    v_store(y + 32, inception_b_conv3x3_finish(a4_0));
    v_store(y + 40, inception_b_conv3x3_finish(a5_0));
    v_store(y + 48, inception_b_conv3x3_finish(a6_0));
}

static void inception_b_conv3x3(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                float *restrict y)
{
    for (int r = 0; r < 7; r++) {
        inception_b_conv3x3_7x1(x + r * 72, weight, bias, y + r * 56);
    }
}

/* maxpool (inception.fov:6)
 * x[9][7][7] -> y[9][7][7]
 * window by window, cut at the edges */
FOVEA_AVX2 static void inception_maxpool_2(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 9; i++, x += 49, y += 49) {
        for (int r = 0; r < 7; r++) {
            const int top = r - 1;
            const int top0 = top < 0 ? -top : 0;
            const int top1 = top > 4 ? 7 - top : 3;
            for (int c = 0; c < 7; c++) {
                const int left = c - 1;
                const int left0 = left < 0 ? -left : 0;
                const int left1 = left > 4 ? 7 - left : 3;
                const int s = top * 7 + left;
                float v = -INFINITY;
                for (int ky = top0; ky < top1; ky++)
                    for (int kx = left0; kx < left1; kx++)
                        v = inception_larger(x[s + ky * 7 + kx], v);
                y[r * 7 + c] = v;
            }
        }
    }
}

/* b.proj: conv, relu (inception.fov:6)
 * x[2][7][7][8], weight[1][2][1][1][8][8], bias[1][8] -> y[1][7][7][8]
 * direct, 8 maps x 10 pixels across rows summed in registers, channels in blocks of 8 */
FOVEA_AVX2 static inline v8 inception_b_proj_finish(v8 v)
{
    return v_max(v_set(0.0f), v);
}

/* 10 pixels, of 8 maps. */
FOVEA_AVX2 static void inception_b_proj_10x1(const float *restrict x, const float *restrict weight,
                                             const float *restrict bias, float *restrict y)
{
    v8 a0_0 = v_load(bias);
    v8 a1_0 = v_load(bias);
    v8 a2_0 = v_load(bias);
    v8 a3_0 = v_load(bias);
    v8 a4_0 = v_load(bias);
    v8 a5_0 = v_load(bias);
    v8 a6_0 = v_load(bias);
    v8 a7_0 = v_load(bias);
    v8 a8_0 = v_load(bias);
    v8 a9_0 = v_load(bias);
    {
        const float *s = x;
        INCEPTION_LOOP
        for (int i = 0; i < 8; i++, s++, weight += 8) {
            const v8 w0 = v_load(weight);
            v8 v;
            v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
            v = v_broadcast(s + 8), a1_0 = v_fma(v, w0, a1_0);
            v = v_broadcast(s + 16), a2_0 = v_fma(v, w0, a2_0);
            v = v_broadcast(s + 24), a3_0 = v_fma(v, w0, a3_0);
            v = v_broadcast(s + 32), a4_0 = v_fma(v, w0, a4_0);
            v = v_broadcast(s + 40), a5_0 = v_fma(v, w0, a5_0);
            v = v_broadcast(s + 48), a6_0 = v_fma(v, w0, a6_0);
            v = v_broadcast(s + 56), a7_0 = v_fma(v, w0, a7_0);
            v = v_broadcast(s + 64), a8_0 = v_fma(v, w0, a8_0);
            v = v_broadcast(s + 72), a9_0 = v_fma(v, w0, a9_0);
        }
    }
    const float *s = x + 392;
    for (int i = 0; i < 1; i++, s++, weight += 8) {
        const v8 w0 = v_load(weight);
        v8 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
        v = v_broadcast(s + 8), a1_0 = v_fma(v, w0, a1_0);
        v = v_broadcast(s + 16), a2_0 = v_fma(v, w0, a2_0);
        v = v_broadcast(s + 24), a3_0 = v_fma(v, w0, a3_0);
        v = v_broadcast(s + 32), a4_0 = v_fma(v, w0, a4_0);
        v = v_broadcast(s + 40), a5_0 = v_fma(v, w0, a5_0);
        v = v_broadcast(s + 48), a6_0 = v_fma(v, w0, a6_0);
        v = v_broadcast(s + 56), a7_0 = v_fma(v, w0, a7_0);
        v = v_broadcast(s + 64), a8_0 = v_fma(v, w0, a8_0);
        v = v_broadcast(s + 72), a9_0 = v_fma(v, w0, a9_0);
    }
    v_store(y, inception_b_proj_finish(a0_0));
    v_store(y + 8, inception_b_proj_finish(a1_0));
    v_store(y + 16, inception_b_proj_finish(a2_0));
    v_store(y + 24, inception_b_proj_finish(a3_0));
    v_store(y + 32, inception_b_proj_finish(a4_0));
    v_store(y + 40, inception_b_proj_finish(a5_0));
    v_store(y + 48, inception_b_proj_finish(a6_0));
    v_store(y + 56, inception_b_proj_finish(a7_0));
    v_store(y + 64, inception_b_proj_finish(a8_0));
    v_store(y + 72, inception_b_proj_finish(a9_0));
}

/* 9 pixels, of 8 maps. */
FOVEA_AVX2 static void inception_b_proj_9x1(const float *restrict x, const float *restrict weight,
                                            const float *restrict bias, float *restrict y)
{
    v8 a0_0 = v_load(bias);
    v8 a1_0 = v_load(bias);
    v8 a2_0 = v_load(bias);
    v8 a3_0 = v_load(bias);
    v8 a4_0 = v_load(bias);
    v8 a5_0 = v_load(bias);
    v8 a6_0 = v_load(bias);
    v8 a7_0 = v_load(bias);
    v8 a8_0 = v_load(bias);
    {
        const float *s = x;
        INCEPTION_LOOP
        for (int i = 0; i < 8; i++, s++, weight += 8) {
            const v8 w0 = v_load(weight);
            v8 v;
            v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
            v = v_broadcast(s + 8), a1_0 = v_fma(v, w0, a1_0);
            v = v_broadcast(s + 16), a2_0 = v_fma(v, w0, a2_0);
            v = v_broadcast(s + 24), a3_0 = v_fma(v, w0, a3_0);
            v = v_broadcast(s + 32), a4_0 = v_fma(v, w0, a4_0);
            v = v_broadcast(s + 40), a5_0 = v_fma(v, w0, a5_0);
            v = v_broadcast(s + 48), a6_0 = v_fma(v, w0, a6_0);
            v = v_broadcast(s + 56), a7_0 = v_fma(v, w0, a7_0);
            v = v_broadcast(s + 64), a8_0 = v_fma(v, w0, a8_0);
        }
    }
    const float *s = x + 392;
    for (int i = 0; i < 1; i++, s++, weight += 8) {
        const v8 w0 = v_load(weight);
        v8 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
        v = v_broadcast(s + 8), a1_0 = v_fma(v, w0, a1_0);
        v = v_broadcast(s + 16), a2_0 = v_fma(v, w0, a2_0);
        v = v_broadcast(s + 24), a3_0 = v_fma(v, w0, a3_0);
        v = v_broadcast(s + 32), a4_0 = v_fma(v, w0, a4_0);
        v = v_broadcast(s + 40), a5_0 = v_fma(v, w0, a5_0);
        v = v_broadcast(s + 48), a6_0 = v_fma(v, w0, a6_0);
        v = v_broadcast(s + 56), a7_0 = v_fma(v, w0, a7_0);
        v = v_broadcast(s + 64), a8_0 = v_fma(v, w0, a8_0);
    }
    v_store(y, inception_b_proj_finish(a0_0));
    v_store(y + 8, inception_b_proj_finish(a1_0));
    v_store(y + 16, inception_b_proj_finish(a2_0));
    v_store(y + 24, inception_b_proj_finish(a3_0));
    v_store(y + 32, inception_b_proj_finish(a4_0));
    v_store(y + 40, inception_b_proj_finish(a5_0));
    v_store(y + 48, inception_b_proj_finish(a6_0));
    v_store(y + 56, inception_b_proj_finish(a7_0));
    v_store(y + 64, inception_b_proj_finish(a8_0));
}

static void inception_b_proj(const float *restrict x, const float *restrict weight, const float *restrict bias,
                             float *restrict y)
{
    for (int c = 0; c < 40; c += 10) {
        inception_b_proj_10x1(x + c * 8, weight, bias, y + c * 8);
    }
    inception_b_proj_9x1(x + 320, weight, bias, y + 320);
}

/* pack (inception.fov:4)
 * x[1][7][7][8] -> y[8][7][7]
 * the same values in another layout */
FOVEA_AVX2 static void inception_pack_b_conv1x1(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 49; i++)
        for (int j = 0; j < 8; j++)
            y[i + j * 49] = x[i * 8 + j];
}

/* pack (inception.fov:4)
 * x[1][7][7][8] -> y[5][7][7]
 * the same values in another layout */
FOVEA_AVX2 static void inception_pack_b_conv3x3(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 49; i++)
        for (int j = 0; j < 5; j++)
            y[i + j * 49] = x[i * 8 + j];
}

/* avgpool (inception.fov:12)
 * x[16][7][7] -> y[16][1][1]
 * 16 partial results side by side */
FOVEA_AVX2 static void inception_avgpool_2(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 16; i++) {
        float a[16];
        for (int b = 0; b < 16; b++)
            a[b] = 0.0f;
        const float *s = x + i * 49;
        for (int e = 0; e < 48; e += 16)
            for (int b = 0; b < 16; b++)
                a[b] += s[e + b];
        a[0] += s[48];
        for (int pairs = 8; pairs > 0; pairs /= 2)
            for (int b = 0; b < pairs; b++)
                a[b] += a[b + pairs];
        y[i] = a[0] / 49.0f;
    }
}

/* fc: fc (inception.fov:12)
 * x[16], weight[1][16][8], bias[1][8] -> y[4]
 * 8 outputs summed in registers, panels of 8 read side by side */
/* 8 outputs. */
FOVEA_AVX2 static void inception_fc_sums(const float *restrict x, const float *restrict weight,
                                         const float *restrict bias, float *restrict sums)
{
    v8 a0 = v_load(bias);
    v8 a0_b = v_zero();
    v8 a0_c = v_zero();
    v8 a0_d = v_zero();
    v8 a0_e = v_zero();
    v8 a0_f = v_zero();
    v8 a0_g = v_zero();
    v8 a0_h = v_zero();
    const float *w = weight;
    for (int i = 0; i < 16; i += 8, w += 64) {
        const v8 s = v_broadcast(x + i);
        a0 = v_fma(s, v_load(w), a0);
        const v8 s_b = v_broadcast(x + i + 1);
        a0_b = v_fma(s_b, v_load(w + 8), a0_b);
        const v8 s_c = v_broadcast(x + i + 2);
        a0_c = v_fma(s_c, v_load(w + 16), a0_c);
        const v8 s_d = v_broadcast(x + i + 3);
        a0_d = v_fma(s_d, v_load(w + 24), a0_d);
        const v8 s_e = v_broadcast(x + i + 4);
        a0_e = v_fma(s_e, v_load(w + 32), a0_e);
        const v8 s_f = v_broadcast(x + i + 5);
        a0_f = v_fma(s_f, v_load(w + 40), a0_f);
        const v8 s_g = v_broadcast(x + i + 6);
        a0_g = v_fma(s_g, v_load(w + 48), a0_g);
        const v8 s_h = v_broadcast(x + i + 7);
        a0_h = v_fma(s_h, v_load(w + 56), a0_h);
    }
    v_store(sums, v_add(v_add(v_add(a0, a0_b), v_add(a0_c, a0_d)), v_add(v_add(a0_e, a0_f), v_add(a0_g, a0_h))));
}

FOVEA_AVX2 static void inception_fc(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                    float *restrict y)
{
    float sums[8];
    inception_fc_sums(x, weight, bias, sums);
    for (int b = 0; b < 4; b++)
        y[b] = sums[b];
}

/* softmax (inception.fov:12)
 * x[4] -> y[4]
 * the largest is subtracted first, so that nothing overflows */
FOVEA_AVX2 static void inception_softmax(const float *restrict x, float *restrict y)
{
    const float *s = x;
    float *d = y;
    float largest = -INFINITY, sum = 0.0f;
    for (int a = 0; a < 4; a++)
        largest = inception_larger(s[a * 1], largest);
    for (int a = 0; a < 4; a++) {
        d[a * 1] = expf(s[a * 1] - largest);
        sum += d[a * 1];
    }
    for (int a = 0; a < 4; a++)
        d[a * 1] /= sum;
}

fovea_status inception_run(inception_session *session, const inception_inputs *inputs,
                           const inception_outputs *outputs)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    const unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */
    inception_a_conv1x1(inputs->image, weights + w_a_conv1x1_weight, weights + w_a_conv1x1_bias,
                        memory + at_a_conv1x1);
    inception_a_reduce3(inputs->image, weights + w_a_reduce3_weight, weights + w_a_reduce3_bias,
                        memory + at_a_reduce3);
    inception_a_conv3x3(memory + at_a_reduce3, weights + w_a_conv3x3_weight, weights + w_a_conv3x3_bias,
                        memory + at_a_conv3x3);
    inception_maxpool(inputs->image, memory + at_maxpool);
    inception_a_proj(memory + at_maxpool, weights + w_a_proj_weight, weights + w_a_proj_bias, memory + at_a_proj);
    inception_pack_a_conv1x1(memory + at_a_conv1x1, memory + at_pack_a_conv1x1);
    inception_pack_a_conv3x3(memory + at_a_conv3x3, memory + at_pack_a_conv3x3);
    inception_avgpool(memory + at_a_concat, outputs->inner);
    inception_pack_a_concat(memory + at_a_concat, memory + at_pack_a_concat);
    inception_b_conv1x1(memory + at_pack_a_concat, weights + w_b_conv1x1_weight, weights + w_b_conv1x1_bias,
                        memory + at_b_conv1x1);
    inception_b_reduce3(memory + at_pack_a_concat, weights + w_b_reduce3_weight, weights + w_b_reduce3_bias,
                        memory + at_b_reduce3);
    inception_b_conv3x3(memory + at_b_reduce3, weights + w_b_conv3x3_weight, weights + w_b_conv3x3_bias,
                        memory + at_b_conv3x3);
    inception_maxpool_2(memory + at_a_concat, memory + at_maxpool_2);
    inception_pack_a_concat(memory + at_maxpool_2, memory + at_pack_maxpool_2);
    inception_b_proj(memory + at_pack_maxpool_2, weights + w_b_proj_weight, weights + w_b_proj_bias,
                     memory + at_b_proj);
    inception_pack_b_conv1x1(memory + at_b_conv1x1, memory + at_pack_b_conv1x1);
    inception_pack_b_conv3x3(memory + at_b_conv3x3, memory + at_pack_b_conv3x3);
    inception_pack_a_conv1x1(memory + at_b_proj, memory + at_pack_b_proj);
    inception_avgpool_2(memory + at_b_concat, memory + at_avgpool);
    inception_fc(memory + at_avgpool, weights + w_fc_weight, weights + w_fc_bias, memory + at_fc);
    inception_softmax(memory + at_fc, outputs->answer);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status inception_open(inception_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    if (!fovea_cpu_has(FOVEA_CPU_AVX2))
        return FOVEA_WRONG_CPU;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0x26f9c98f03794223), 4160);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return FOVEA_OK;
}

fovea_status inception_session_open(inception_session *session, const inception_model *model, void *workspace,
                                    size_t bytes, int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)INCEPTION_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void inception_session_close(inception_session *session)
{
    if (session)
        session->workspace = NULL;
}

void inception_close(inception_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status inception_verify(const inception_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int inception_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status inception_selftest(const inception_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 1472)
        return FOVEA_WRONG_MODEL;
    if (bytes < INCEPTION_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    inception_session session;
    status = inception_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + INCEPTION_WORKSPACE_BYTES / 4;
    const inception_inputs inputs = {tensors};
    const inception_outputs outputs = {results, results + 16};
    status = inception_run(&session, &inputs, &outputs);
    inception_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!inception_is_near(tensors + 256, outputs.answer, INCEPTION_OUTPUT_ANSWER_SIZE))
        return FOVEA_FAILED_SELFTEST;
    if (!inception_is_near(tensors + 272, outputs.inner, INCEPTION_OUTPUT_INNER_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
