/* winograd.c - a compiled net
 *
 * Net 'small' of winograd.fov, compiled by Fovea for target avx512: x86-64 with AVX-512 F, BW, DQ and VL.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "winograd.h"

#include <math.h>
#include <string.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char winograd_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

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

/* Where each tensor stands in winograd.weights, in floats. */
enum {
    w_one_weight = 16, /* [1][1][1][16][16] */
    w_one_bias = 272, /* [1][16] */
    w_two_weight = 288, /* [1][6][6][16][16] */
    w_two_bias = 9504, /* [1][16] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_pack_x = 0, /* [1][13][14][16], steps 1 to 2 */
    at_one = 19584, /* [1][18][18][16], steps 2 to 3 */
    at_two = 24768, /* [1][13][14][16], steps 3 to 4 */
    at_two_scratch = 0, /* [19584], step 3 */
};

/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void winograd_zero_border(float *y, int maps, int height, int width, int top, int left, int bottom, int right)
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

/* pack (winograd.fov:3)
 * x[16][13][14] -> y[1][13][14][16]
 * the same values in another layout */
FOVEA_AVX512 static void winograd_pack_x(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 182; i++)
        for (int j = 0; j < 16; j++)
            y[i * 16 + j] = x[i + j * 182];
}

/* one: conv, relu (winograd.fov:3)
 * x[1][13][14][16], weight[1][1][1][16][16], bias[1][16] -> y[1][18][18][16]
 * direct, 16 maps x 14 pixels summed in registers, channels in blocks of 16 */
FOVEA_AVX512 static inline v16 winograd_one_finish(v16 v)
{
    return v_max(v_set(0.0f), v);
}

/* 14 pixels, of 16 maps. */
FOVEA_AVX512 static void winograd_one_14x1(const float *restrict x, const float *restrict weight,
                                           const float *restrict bias, float *restrict y)
{
    v16 a0_0 = v_load(bias);
    v16 a1_0 = v_load(bias);
    v16 a2_0 = v_load(bias);
    v16 a3_0 = v_load(bias);
    v16 a4_0 = v_load(bias);
    v16 a5_0 = v_load(bias);
    v16 a6_0 = v_load(bias);
    v16 a7_0 = v_load(bias);
    v16 a8_0 = v_load(bias);
    v16 a9_0 = v_load(bias);
    v16 a10_0 = v_load(bias);
    v16 a11_0 = v_load(bias);
    v16 a12_0 = v_load(bias);
    v16 a13_0 = v_load(bias);
    const float *s = x;
    for (int i = 0; i < 16; i++, s++, weight += 16) {
        const v16 w0 = v_load(weight);
        v16 v;
        v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
        v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0);
        v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0);
        v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0);
        v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0);
        v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0);
        v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0);
        v = v_broadcast(s + 112), a7_0 = v_fma(v, w0, a7_0);
        v = v_broadcast(s + 128), a8_0 = v_fma(v, w0, a8_0);
        v = v_broadcast(s + 144), a9_0 = v_fma(v, w0, a9_0);
        v = v_broadcast(s + 160), a10_0 = v_fma(v, w0, a10_0);
        v = v_broadcast(s + 176), a11_0 = v_fma(v, w0, a11_0);
        v = v_broadcast(s + 192), a12_0 = v_fma(v, w0, a12_0);
        v = v_broadcast(s + 208), a13_0 = v_fma(v, w0, a13_0);
    }
    v_store(y, winograd_one_finish(a0_0));
    v_store(y + 16, winograd_one_finish(a1_0));
    v_store(y + 32, winograd_one_finish(a2_0));
    v_store(y + 48, winograd_one_finish(a3_0));
    v_store(y + 64, winograd_one_finish(a4_0));
    v_store(y + 80, winograd_one_finish(a5_0));
    v_store(y + 96, winograd_one_finish(a6_0));
    v_store(y + 112, winograd_one_finish(a7_0));
    v_store(y + 128, winograd_one_finish(a8_0));
    v_store(y + 144, winograd_one_finish(a9_0));
    v_store(y + 160, winograd_one_finish(a10_0));
    v_store(y + 176, winograd_one_finish(a11_0));
    v_store(y + 192, winograd_one_finish(a12_0));
    v_store(y + 208, winograd_one_finish(a13_0));
}

static void winograd_one(const float *restrict x, const float *restrict weight, const float *restrict bias,
                         float *restrict y)
{
    winograd_zero_border(y, 1, 13, 224, 1, 16, 4, 48);
    y += 304; /* past the halo */
    for (int r = 0; r < 13; r++) {
        winograd_one_14x1(x + r * 224, weight, bias, y + r * 288);
    }
}

/* two: conv_winograd, add, relu (winograd.fov:4)
 * x[1][18][18][16], weight[1][6][6][16][16], bias[1][16], add_x[1][18][18][16] -> y[1][13][14][16]
 * by Winograd's F(4x4, 3x3), 16 tiles at a time; 16 maps x 16 tiles summed in registers, channels in blocks of 16 */
/* y = A^T [(G g G^T) . (B^T d B)] A of tiles d and kernels g, whose G g G^T are the weights:
 *   B^T        4      0     -5      0      1      0
 *              0     -4     -4      1      1      0
 *              0      4     -4     -1      1      0
 *              0     -2     -1      2      1      0
 *              0      2     -1     -2      1      0
 *              0      4      0     -5      0      1
 *   G        1/4      0      0
 *           -1/6   -1/6   -1/6
 *           -1/6    1/6   -1/6
 *           1/24   1/12    1/6
 *           1/24  -1/12    1/6
 *              0      0      1
 *   A^T        1      1      1      1      1      0
 *              0      1     -1      2     -2      0
 *              0      1      1      4      4      0
 *              0      1     -1      8     -8      1
 */
FOVEA_AVX512 static inline v16 winograd_two_finish(v16 v, v16 add_x)
{
    v = v_add(add_x, v);
    return v_max(v_set(0.0f), v);
}

/* B^T d B of the 6 x 6 pixels at x, for 16 channels: a point each, to v. */
FOVEA_AVX512 static void winograd_two_forward(const float *restrict x, float *restrict v)
{
    v16 rows[6][6];
    for (int i = 0; i < 6; i++, x += 288) {
        const v16 x0 = v_load(x), x1 = v_load(x + 16), x2 = v_load(x + 32), x3 = v_load(x + 48);
        const v16 x4 = v_load(x + 64), x5 = v_load(x + 80);
        const v16 s1 = v_fma(v_set(-4.0f), x2, x4), d1 = v_fma(v_set(-4.0f), x1, x3);
        const v16 s3 = v_sub(x4, x2), d3 = v_sub(x3, x1);
        rows[i][0] = v_fma(v_set(-5.0f), x2, v_fma(v_set(4.0f), x0, x4));
        rows[i][1] = v_add(s1, d1);
        rows[i][2] = v_sub(s1, d1);
        rows[i][3] = v_fma(v_set(2.0f), d3, s3);
        rows[i][4] = v_fma(v_set(-2.0f), d3, s3);
        rows[i][5] = v_fma(v_set(-5.0f), x3, v_fma(v_set(4.0f), x1, x5));
    }
    for (int j = 0; j < 6; j++, v += 272) {
        const v16 x0 = rows[0][j], x1 = rows[1][j], x2 = rows[2][j], x3 = rows[3][j];
        const v16 x4 = rows[4][j], x5 = rows[5][j];
        const v16 s1 = v_fma(v_set(-4.0f), x2, x4), d1 = v_fma(v_set(-4.0f), x1, x3);
        const v16 s3 = v_sub(x4, x2), d3 = v_sub(x3, x1);
        v_store(v, v_fma(v_set(-5.0f), x2, v_fma(v_set(4.0f), x0, x4)));
        v_store(v + 1632, v_add(s1, d1));
        v_store(v + 3264, v_sub(s1, d1));
        v_store(v + 4896, v_fma(v_set(2.0f), d3, s3));
        v_store(v + 6528, v_fma(v_set(-2.0f), d3, s3));
        v_store(v + 8160, v_fma(v_set(-5.0f), x3, v_fma(v_set(4.0f), x1, x5)));
    }
}

/* At one point, 16 tiles, of 16 maps: the sum over channels of v times weights. */
FOVEA_AVX512 static void winograd_two_tiles16(const float *restrict v, const float *restrict weight,
                                              const float *restrict next, float *restrict sums)
{
    v16 a0_0 = v_zero();
    v16 a1_0 = v_zero();
    v16 a2_0 = v_zero();
    v16 a3_0 = v_zero();
    v16 a4_0 = v_zero();
    v16 a5_0 = v_zero();
    v16 a6_0 = v_zero();
    v16 a7_0 = v_zero();
    v16 a8_0 = v_zero();
    v16 a9_0 = v_zero();
    v16 a10_0 = v_zero();
    v16 a11_0 = v_zero();
    v16 a12_0 = v_zero();
    v16 a13_0 = v_zero();
    v16 a14_0 = v_zero();
    v16 a15_0 = v_zero();
    for (int i = 0; i < 16; i++, weight += 16) {
        const float *s = v + i;
        v_prefetch(next);
        next += 16;
        const v16 w0 = v_load(weight);
        const v16 s0 = v_broadcast(s);
        a0_0 = v_fma(s0, w0, a0_0);
        const v16 s1 = v_broadcast(s + 16);
        a1_0 = v_fma(s1, w0, a1_0);
        const v16 s2 = v_broadcast(s + 32);
        a2_0 = v_fma(s2, w0, a2_0);
        const v16 s3 = v_broadcast(s + 48);
        a3_0 = v_fma(s3, w0, a3_0);
        const v16 s4 = v_broadcast(s + 64);
        a4_0 = v_fma(s4, w0, a4_0);
        const v16 s5 = v_broadcast(s + 80);
        a5_0 = v_fma(s5, w0, a5_0);
        const v16 s6 = v_broadcast(s + 96);
        a6_0 = v_fma(s6, w0, a6_0);
        const v16 s7 = v_broadcast(s + 112);
        a7_0 = v_fma(s7, w0, a7_0);
        const v16 s8 = v_broadcast(s + 128);
        a8_0 = v_fma(s8, w0, a8_0);
        const v16 s9 = v_broadcast(s + 144);
        a9_0 = v_fma(s9, w0, a9_0);
        const v16 s10 = v_broadcast(s + 160);
        a10_0 = v_fma(s10, w0, a10_0);
        const v16 s11 = v_broadcast(s + 176);
        a11_0 = v_fma(s11, w0, a11_0);
        const v16 s12 = v_broadcast(s + 192);
        a12_0 = v_fma(s12, w0, a12_0);
        const v16 s13 = v_broadcast(s + 208);
        a13_0 = v_fma(s13, w0, a13_0);
        const v16 s14 = v_broadcast(s + 224);
        a14_0 = v_fma(s14, w0, a14_0);
        const v16 s15 = v_broadcast(s + 240);
        a15_0 = v_fma(s15, w0, a15_0);
    }
    v_store(sums, a0_0);
    v_store(sums + 16, a1_0);
    v_store(sums + 32, a2_0);
    v_store(sums + 48, a3_0);
    v_store(sums + 64, a4_0);
    v_store(sums + 80, a5_0);
    v_store(sums + 96, a6_0);
    v_store(sums + 112, a7_0);
    v_store(sums + 128, a8_0);
    v_store(sums + 144, a9_0);
    v_store(sums + 160, a10_0);
    v_store(sums + 176, a11_0);
    v_store(sums + 192, a12_0);
    v_store(sums + 208, a13_0);
    v_store(sums + 224, a14_0);
    v_store(sums + 240, a15_0);
}

/* A^T s A of the 6 x 6 sums of a tile, for 16 maps: 4 x 4 of the output. */
FOVEA_AVX512 static void winograd_two_inverse(const float *restrict sums, const float *restrict bias,
                                              const float *restrict add_x, float *restrict y)
{
    const v16 b = v_load(bias);
    v16 columns[4][6];
    for (int j = 0; j < 6; j++, sums += 272) {
        const v16 t0 = v_load(sums), t1 = v_load(sums + 1632), t2 = v_load(sums + 3264), t3 = v_load(sums + 4896);
        const v16 t4 = v_load(sums + 6528), t5 = v_load(sums + 8160);
        const v16 e1 = v_add(t1, t2), o1 = v_sub(t1, t2);
        const v16 e3 = v_add(t3, t4), o3 = v_sub(t3, t4);
        columns[0][j] = v_add(v_add(t0, e1), e3);
        columns[1][j] = v_fma(v_set(2.0f), o3, o1);
        columns[2][j] = v_fma(v_set(4.0f), e3, e1);
        columns[3][j] = v_add(v_fma(v_set(8.0f), o3, o1), t5);
    }
    for (int i = 0; i < 4; i++) {
        const v16 t0 = columns[i][0], t1 = columns[i][1], t2 = columns[i][2], t3 = columns[i][3];
        const v16 t4 = columns[i][4], t5 = columns[i][5];
        const v16 e1 = v_add(t1, t2), o1 = v_sub(t1, t2);
        const v16 e3 = v_add(t3, t4), o3 = v_sub(t3, t4);
        v_store(y + i * 224, winograd_two_finish(v_add(v_add(v_add(b, t0), e1), e3), v_load(add_x + i * 288)));
        v_store(y + i * 224 + 16,
                winograd_two_finish(v_fma(v_set(2.0f), o3, v_add(b, o1)), v_load(add_x + i * 288 + 16)));
        v_store(y + i * 224 + 32,
                winograd_two_finish(v_fma(v_set(4.0f), e3, v_add(b, e1)), v_load(add_x + i * 288 + 32)));
        v_store(y + i * 224 + 48,
                winograd_two_finish(v_add(v_fma(v_set(8.0f), o3, v_add(b, o1)), t5), v_load(add_x + i * 288 + 48)));
    }
}

/* A^T s A of the 6 x 6 sums of a tile, for 16 maps: 4 x 2 of the output. */
FOVEA_AVX512 static void winograd_two_right(const float *restrict sums, const float *restrict bias,
                                            const float *restrict add_x, float *restrict y)
{
    const v16 b = v_load(bias);
    v16 columns[4][6];
    for (int j = 0; j < 6; j++, sums += 272) {
        const v16 t0 = v_load(sums), t1 = v_load(sums + 1632), t2 = v_load(sums + 3264), t3 = v_load(sums + 4896);
        const v16 t4 = v_load(sums + 6528), t5 = v_load(sums + 8160);
        const v16 e1 = v_add(t1, t2), o1 = v_sub(t1, t2);
        const v16 e3 = v_add(t3, t4), o3 = v_sub(t3, t4);
        columns[0][j] = v_add(v_add(t0, e1), e3);
        columns[1][j] = v_fma(v_set(2.0f), o3, o1);
        columns[2][j] = v_fma(v_set(4.0f), e3, e1);
        columns[3][j] = v_add(v_fma(v_set(8.0f), o3, o1), t5);
    }
    for (int i = 0; i < 4; i++) {
        const v16 t0 = columns[i][0], t1 = columns[i][1], t2 = columns[i][2], t3 = columns[i][3];
        const v16 t4 = columns[i][4];
        const v16 e1 = v_add(t1, t2), o1 = v_sub(t1, t2);
        const v16 e3 = v_add(t3, t4), o3 = v_sub(t3, t4);
        v_store(y + i * 224, winograd_two_finish(v_add(v_add(v_add(b, t0), e1), e3), v_load(add_x + i * 288)));
        v_store(y + i * 224 + 16,
                winograd_two_finish(v_fma(v_set(2.0f), o3, v_add(b, o1)), v_load(add_x + i * 288 + 16)));
    }
}

/* A^T s A of the 6 x 6 sums of a tile, for 16 maps: 1 x 4 of the output. */
FOVEA_AVX512 static void winograd_two_bottom(const float *restrict sums, const float *restrict bias,
                                             const float *restrict add_x, float *restrict y)
{
    const v16 b = v_load(bias);
    v16 columns[1][6];
    for (int j = 0; j < 6; j++, sums += 272) {
        const v16 t0 = v_load(sums), t1 = v_load(sums + 1632), t2 = v_load(sums + 3264), t3 = v_load(sums + 4896);
        const v16 t4 = v_load(sums + 6528);
        const v16 e1 = v_add(t1, t2);
        const v16 e3 = v_add(t3, t4);
        columns[0][j] = v_add(v_add(t0, e1), e3);
    }
    for (int i = 0; i < 1; i++) {
        const v16 t0 = columns[i][0], t1 = columns[i][1], t2 = columns[i][2], t3 = columns[i][3];
        const v16 t4 = columns[i][4], t5 = columns[i][5];
        const v16 e1 = v_add(t1, t2), o1 = v_sub(t1, t2);
        const v16 e3 = v_add(t3, t4), o3 = v_sub(t3, t4);
        v_store(y + i * 224, winograd_two_finish(v_add(v_add(v_add(b, t0), e1), e3), v_load(add_x + i * 288)));
        v_store(y + i * 224 + 16,
                winograd_two_finish(v_fma(v_set(2.0f), o3, v_add(b, o1)), v_load(add_x + i * 288 + 16)));
        v_store(y + i * 224 + 32,
                winograd_two_finish(v_fma(v_set(4.0f), e3, v_add(b, e1)), v_load(add_x + i * 288 + 32)));
        v_store(y + i * 224 + 48,
                winograd_two_finish(v_add(v_fma(v_set(8.0f), o3, v_add(b, o1)), t5), v_load(add_x + i * 288 + 48)));
    }
}

/* A^T s A of the 6 x 6 sums of a tile, for 16 maps: 1 x 2 of the output. */
FOVEA_AVX512 static void winograd_two_corner(const float *restrict sums, const float *restrict bias,
                                             const float *restrict add_x, float *restrict y)
{
    const v16 b = v_load(bias);
    v16 columns[1][6];
    for (int j = 0; j < 6; j++, sums += 272) {
        const v16 t0 = v_load(sums), t1 = v_load(sums + 1632), t2 = v_load(sums + 3264), t3 = v_load(sums + 4896);
        const v16 t4 = v_load(sums + 6528);
        const v16 e1 = v_add(t1, t2);
        const v16 e3 = v_add(t3, t4);
        columns[0][j] = v_add(v_add(t0, e1), e3);
    }
    for (int i = 0; i < 1; i++) {
        const v16 t0 = columns[i][0], t1 = columns[i][1], t2 = columns[i][2], t3 = columns[i][3];
        const v16 t4 = columns[i][4];
        const v16 e1 = v_add(t1, t2), o1 = v_sub(t1, t2);
        const v16 e3 = v_add(t3, t4), o3 = v_sub(t3, t4);
        v_store(y + i * 224, winograd_two_finish(v_add(v_add(v_add(b, t0), e1), e3), v_load(add_x + i * 288)));
        v_store(y + i * 224 + 16,
                winograd_two_finish(v_fma(v_set(2.0f), o3, v_add(b, o1)), v_load(add_x + i * 288 + 16)));
    }
}

static void winograd_two(const float *restrict x, const float *restrict weight, const float *restrict bias,
                         const float *restrict add_x, float *restrict y, float *restrict scratch)
{
    add_x += 304; /* past its halo */
    float *sums = scratch + 9792;
    const float *u = weight;
    for (int t = 0; t < 16; t++) {
        const int r = t / 4 * 4, c = t % 4 * 4;
        winograd_two_forward(x + r * 288 + c * 16, scratch + t * 16);
    }
    for (int o = 0; o < 16; o += 16) {
        for (int p = 0; p < 36; p++) {
            const float *v = scratch + p * 272;
            float *at = sums + p * 272;
            const float *next = u + 256;
            winograd_two_tiles16(v, u, next, at);
            u = next;
        }
        for (int t = 0; t < 16; t++) {
            const int r = t / 4 * 4, c = t % 4 * 4;
            if (r < 12 && c < 12)
                winograd_two_inverse(sums + t * 16, bias + o, add_x + o * 324 + r * 288 + c * 16,
                                     y + o * 182 + r * 224 + c * 16);
            else if (r < 12)
                winograd_two_right(sums + t * 16, bias + o, add_x + o * 324 + r * 288 + c * 16,
                                   y + o * 182 + r * 224 + c * 16);
            else if (c < 12)
                winograd_two_bottom(sums + t * 16, bias + o, add_x + o * 324 + r * 288 + c * 16,
                                    y + o * 182 + r * 224 + c * 16);
            else
                winograd_two_corner(sums + t * 16, bias + o, add_x + o * 324 + r * 288 + c * 16,
                                    y + o * 182 + r * 224 + c * 16);
        }
    }
}

/* pack (winograd.fov:4)
 * x[1][13][14][16] -> y[16][13][14]
 * the same values in another layout */
FOVEA_AVX512 static void winograd_pack_two(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 182; i++)
        for (int j = 0; j < 16; j++)
            y[i + j * 182] = x[i * 16 + j];
}

fovea_status winograd_run(winograd_session *session, const winograd_inputs *inputs, const winograd_outputs *outputs)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    const unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */
    winograd_pack_x(inputs->x, memory + at_pack_x);
    winograd_one(memory + at_pack_x, weights + w_one_weight, weights + w_one_bias, memory + at_one);
    winograd_two(memory + at_one, weights + w_two_weight, weights + w_two_bias, memory + at_one, memory + at_two,
                 memory + at_two_scratch);
    winograd_pack_two(memory + at_two, outputs->answer);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status winograd_open(winograd_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    if (!fovea_cpu_has(FOVEA_CPU_AVX512))
        return FOVEA_WRONG_CPU;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0x3f7dfa8eae364107), 38080);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return FOVEA_OK;
}

fovea_status winograd_session_open(winograd_session *session, const winograd_model *model, void *workspace,
                                   size_t bytes, int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)WINOGRAD_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void winograd_session_close(winograd_session *session)
{
    if (session)
        session->workspace = NULL;
}

void winograd_close(winograd_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status winograd_verify(const winograd_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int winograd_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status winograd_selftest(const winograd_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 23296)
        return FOVEA_WRONG_MODEL;
    if (bytes < WINOGRAD_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    winograd_session session;
    status = winograd_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + WINOGRAD_WORKSPACE_BYTES / 4;
    const winograd_inputs inputs = {tensors};
    const winograd_outputs outputs = {results};
    status = winograd_run(&session, &inputs, &outputs);
    winograd_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!winograd_is_near(tensors + 2912, outputs.answer, WINOGRAD_OUTPUT_ANSWER_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
