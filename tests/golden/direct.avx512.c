/* direct.c - a compiled net
 *
 * Net 'direct' of direct.fov, compiled by Fovea for target avx512: x86-64 with AVX-512 F, BW, DQ and VL.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "direct.h"

#include <math.h>
#include <string.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char direct_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

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

/* Where each tensor stands in direct.weights, in floats. */
enum {
    w_a_weight = 16, /* [2][3][3][3][16][32] */
    w_a_bias = 17296, /* [2][32] */
    w_b_weight = 17344, /* [1][3][1][1][16][32] */
    w_b_bias = 18880, /* [1][32] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_pack_image = 0, /* [3][11][11][16], steps 1 to 2 */
    at_a = 5808, /* [3][7][7][16], steps 2 to 3 */
    at_b = 0, /* [2][7][7][16], steps 3 to 4 */
};

/* Before loops over few inputs: gcc would write them out, and run out of registers. */
#if defined __GNUC__ && __GNUC__ >= 8 && !defined __clang__
#define DIRECT_LOOP _Pragma("GCC unroll 1")
#else
#define DIRECT_LOOP
#endif

/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void direct_zero_border(float *y, int maps, int height, int width, int top, int left, int bottom, int right)
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

/* pack (direct.fov:3)
 * x[40][7][7] -> y[3][11][11][16]
 * the same values in another layout */
FOVEA_AVX512 static void direct_pack_image(const float *restrict x, float *restrict y)
{
    direct_zero_border(y, 3, 7, 112, 2, 32, 2, 32);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 7; j++)
            for (int k = 0; k < 7; k++)
                for (int l = 0; l < 16; l++)
                    y[384 + i * 1936 + j * 176 + k * 16 + l] = x[i * 784 + j * 7 + k + l * 49];
    for (int i = 0; i < 7; i++)
        for (int j = 0; j < 7; j++)
            for (int k = 0; k < 8; k++)
                y[4256 + i * 176 + j * 16 + k] = x[1568 + i * 7 + j + k * 49];
    for (int i = 0; i < 7; i++)
        for (int j = 0; j < 7; j++)
            for (int k = 0; k < 8; k++)
                y[4264 + i * 176 + j * 16 + k] = 0.0f;
}

/* a: conv, relu (direct.fov:3)
 * x[3][11][11][16], weight[2][3][3][3][16][32], bias[2][32] -> y[3][7][7][16]
 * direct, 32 maps x 14 pixels across rows summed in registers, channels in blocks of 16 */
FOVEA_AVX512 static inline v16 direct_a_finish(v16 v)
{
    return v_max(v_set(0.0f), v);
}

/* 14 pixels in 2 rows, of 32 maps. */
FOVEA_AVX512 static void direct_a_14x2(const float *restrict x, const float *restrict weight,
                                       const float *restrict bias, float *restrict y, const float *ahead)
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
    for (int b = 0; b < 2; b++) {
        for (int ky = 0; ky < 3; ky++) {
            for (int kx = 0; kx < 3; kx++) {
                const float *s = x + b * 1936 + ky * 352 + kx * 32;
                for (int line = 0; line < 8; line++, ahead += 16)
                    v_prefetch(ahead);
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
                    v = v_broadcast(s + 176), a7_0 = v_fma(v, w0, a7_0), a7_1 = v_fma(v, w1, a7_1);
                    v = v_broadcast(s + 192), a8_0 = v_fma(v, w0, a8_0), a8_1 = v_fma(v, w1, a8_1);
                    v = v_broadcast(s + 208), a9_0 = v_fma(v, w0, a9_0), a9_1 = v_fma(v, w1, a9_1);
                    v = v_broadcast(s + 224), a10_0 = v_fma(v, w0, a10_0), a10_1 = v_fma(v, w1, a10_1);
                    v = v_broadcast(s + 240), a11_0 = v_fma(v, w0, a11_0), a11_1 = v_fma(v, w1, a11_1);
                    v = v_broadcast(s + 256), a12_0 = v_fma(v, w0, a12_0), a12_1 = v_fma(v, w1, a12_1);
                    v = v_broadcast(s + 272), a13_0 = v_fma(v, w0, a13_0), a13_1 = v_fma(v, w1, a13_1);
                }
            }
        }
    }
    for (int ky = 0; ky < 3; ky++) {
        for (int kx = 0; kx < 3; kx++) {
            const float *s = x + 3872 + ky * 352 + kx * 32;
            for (int line = 0; line < 8; line++, ahead += 16)
                v_prefetch(ahead);
            DIRECT_LOOP
            for (int i = 0; i < 8; i++, s++, weight += 32) {
                const v16 w0 = v_load(weight), w1 = v_load(weight + 16);
                v16 v;
                v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
                v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
                v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
                v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
                v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
                v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
                v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);
                v = v_broadcast(s + 176), a7_0 = v_fma(v, w0, a7_0), a7_1 = v_fma(v, w1, a7_1);
                v = v_broadcast(s + 192), a8_0 = v_fma(v, w0, a8_0), a8_1 = v_fma(v, w1, a8_1);
                v = v_broadcast(s + 208), a9_0 = v_fma(v, w0, a9_0), a9_1 = v_fma(v, w1, a9_1);
                v = v_broadcast(s + 224), a10_0 = v_fma(v, w0, a10_0), a10_1 = v_fma(v, w1, a10_1);
                v = v_broadcast(s + 240), a11_0 = v_fma(v, w0, a11_0), a11_1 = v_fma(v, w1, a11_1);
                v = v_broadcast(s + 256), a12_0 = v_fma(v, w0, a12_0), a12_1 = v_fma(v, w1, a12_1);
                v = v_broadcast(s + 272), a13_0 = v_fma(v, w0, a13_0), a13_1 = v_fma(v, w1, a13_1);
            }
        }
    }
    v_store(y, direct_a_finish(a0_0));
    v_store(y + 16, direct_a_finish(a1_0));
    v_store(y + 32, direct_a_finish(a2_0));
    v_store(y + 48, direct_a_finish(a3_0));
    v_store(y + 64, direct_a_finish(a4_0));
    v_store(y + 80, direct_a_finish(a5_0));
    v_store(y + 96, direct_a_finish(a6_0));
    v_store(y + 112, direct_a_finish(a7_0));
    v_store(y + 128, direct_a_finish(a8_0));
    v_store(y + 144, direct_a_finish(a9_0));
    v_store(y + 160, direct_a_finish(a10_0));
    v_store(y + 176, direct_a_finish(a11_0));
    v_store(y + 192, direct_a_finish(a12_0));
    v_store(y + 208, direct_a_finish(a13_0));
    v_store(y + 784, direct_a_finish(a0_1));
    v_store(y + 800, direct_a_finish(a1_1));
    v_store(y + 816, direct_a_finish(a2_1));
    v_store(y + 832, direct_a_finish(a3_1));
    v_store(y + 848, direct_a_finish(a4_1));
    v_store(y + 864, direct_a_finish(a5_1));
    v_store(y + 880, direct_a_finish(a6_1));
    v_store(y + 896, direct_a_finish(a7_1));
    v_store(y + 912, direct_a_finish(a8_1));
    v_store(y + 928, direct_a_finish(a9_1));
    v_store(y + 944, direct_a_finish(a10_1));
    v_store(y + 960, direct_a_finish(a11_1));
    v_store(y + 976, direct_a_finish(a12_1));
    v_store(y + 992, direct_a_finish(a13_1));
}

/* 7 pixels, of 32 maps. */
FOVEA_AVX512 static void direct_a_7x2(const float *restrict x, const float *restrict weight,
                                      const float *restrict bias, float *restrict y, const float *ahead)
{
    v16 a0_0 = v_load(bias), a0_1 = v_load(bias + 16);
    v16 a1_0 = v_load(bias), a1_1 = v_load(bias + 16);
    v16 a2_0 = v_load(bias), a2_1 = v_load(bias + 16);
    v16 a3_0 = v_load(bias), a3_1 = v_load(bias + 16);
    v16 a4_0 = v_load(bias), a4_1 = v_load(bias + 16);
    v16 a5_0 = v_load(bias), a5_1 = v_load(bias + 16);
    v16 a6_0 = v_load(bias), a6_1 = v_load(bias + 16);
    for (int b = 0; b < 2; b++) {
        for (int ky = 0; ky < 3; ky++) {
            for (int kx = 0; kx < 3; kx++) {
                const float *s = x + b * 1936 + ky * 352 + kx * 32;
                for (int line = 0; line < 8; line++, ahead += 16)
                    v_prefetch(ahead);
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
                }
            }
        }
    }
    for (int ky = 0; ky < 3; ky++) {
        for (int kx = 0; kx < 3; kx++) {
            const float *s = x + 3872 + ky * 352 + kx * 32;
            for (int line = 0; line < 8; line++, ahead += 16)
                v_prefetch(ahead);
            DIRECT_LOOP
            for (int i = 0; i < 8; i++, s++, weight += 32) {
                const v16 w0 = v_load(weight), w1 = v_load(weight + 16);
                v16 v;
                v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
                v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
                v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
                v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
                v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
                v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
                v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0), a6_1 = v_fma(v, w1, a6_1);
            }
        }
    }
    v_store(y, direct_a_finish(a0_0));
    v_store(y + 16, direct_a_finish(a1_0));
    v_store(y + 32, direct_a_finish(a2_0));
    v_store(y + 48, direct_a_finish(a3_0));
    v_store(y + 64, direct_a_finish(a4_0));
    v_store(y + 80, direct_a_finish(a5_0));
    v_store(y + 96, direct_a_finish(a6_0));
    v_store(y + 784, direct_a_finish(a0_1));
    v_store(y + 800, direct_a_finish(a1_1));
    v_store(y + 816, direct_a_finish(a2_1));
    v_store(y + 832, direct_a_finish(a3_1));
    v_store(y + 848, direct_a_finish(a4_1));
    v_store(y + 864, direct_a_finish(a5_1));
    v_store(y + 880, direct_a_finish(a6_1));
}

/* 14 pixels in 2 rows, of 16 maps. */
FOVEA_AVX512 static void direct_a_14x1(const float *restrict x, const float *restrict weight,
                                       const float *restrict bias, float *restrict y, const float *ahead)
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
    for (int b = 0; b < 2; b++) {
        for (int ky = 0; ky < 3; ky++) {
            for (int kx = 0; kx < 3; kx++) {
                const float *s = x + b * 1936 + ky * 352 + kx * 32;
                for (int line = 0; line < 8; line++, ahead += 16)
                    v_prefetch(ahead);
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
                    v = v_broadcast(s + 176), a7_0 = v_fma(v, w0, a7_0);
                    v = v_broadcast(s + 192), a8_0 = v_fma(v, w0, a8_0);
                    v = v_broadcast(s + 208), a9_0 = v_fma(v, w0, a9_0);
                    v = v_broadcast(s + 224), a10_0 = v_fma(v, w0, a10_0);
                    v = v_broadcast(s + 240), a11_0 = v_fma(v, w0, a11_0);
                    v = v_broadcast(s + 256), a12_0 = v_fma(v, w0, a12_0);
                    v = v_broadcast(s + 272), a13_0 = v_fma(v, w0, a13_0);
                }
            }
        }
    }
    for (int ky = 0; ky < 3; ky++) {
        for (int kx = 0; kx < 3; kx++) {
            const float *s = x + 3872 + ky * 352 + kx * 32;
            for (int line = 0; line < 8; line++, ahead += 16)
                v_prefetch(ahead);
            DIRECT_LOOP
            for (int i = 0; i < 8; i++, s++, weight += 16) {
                const v16 w0 = v_load(weight);
                v16 v;
                v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
                v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0);
                v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0);
                v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0);
                v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0);
                v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0);
                v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0);
                v = v_broadcast(s + 176), a7_0 = v_fma(v, w0, a7_0);
                v = v_broadcast(s + 192), a8_0 = v_fma(v, w0, a8_0);
                v = v_broadcast(s + 208), a9_0 = v_fma(v, w0, a9_0);
                v = v_broadcast(s + 224), a10_0 = v_fma(v, w0, a10_0);
                v = v_broadcast(s + 240), a11_0 = v_fma(v, w0, a11_0);
                v = v_broadcast(s + 256), a12_0 = v_fma(v, w0, a12_0);
                v = v_broadcast(s + 272), a13_0 = v_fma(v, w0, a13_0);
            }
        }
    }
    v_store(y, direct_a_finish(a0_0));
    v_store(y + 16, direct_a_finish(a1_0));
    v_store(y + 32, direct_a_finish(a2_0));
    v_store(y + 48, direct_a_finish(a3_0));
    v_store(y + 64, direct_a_finish(a4_0));
    v_store(y + 80, direct_a_finish(a5_0));
    v_store(y + 96, direct_a_finish(a6_0));
    v_store(y + 112, direct_a_finish(a7_0));
    v_store(y + 128, direct_a_finish(a8_0));
    v_store(y + 144, direct_a_finish(a9_0));
    v_store(y + 160, direct_a_finish(a10_0));
    v_store(y + 176, direct_a_finish(a11_0));
    v_store(y + 192, direct_a_finish(a12_0));
    v_store(y + 208, direct_a_finish(a13_0));
}

/* 7 pixels, of 16 maps. */
FOVEA_AVX512 static void direct_a_7x1(const float *restrict x, const float *restrict weight,
                                      const float *restrict bias, float *restrict y, const float *ahead)
{
    v16 a0_0 = v_load(bias);
    v16 a1_0 = v_load(bias);
    v16 a2_0 = v_load(bias);
    v16 a3_0 = v_load(bias);
    v16 a4_0 = v_load(bias);
    v16 a5_0 = v_load(bias);
    v16 a6_0 = v_load(bias);
    for (int b = 0; b < 2; b++) {
        for (int ky = 0; ky < 3; ky++) {
            for (int kx = 0; kx < 3; kx++) {
                const float *s = x + b * 1936 + ky * 352 + kx * 32;
                for (int line = 0; line < 8; line++, ahead += 16)
                    v_prefetch(ahead);
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
                }
            }
        }
    }
    for (int ky = 0; ky < 3; ky++) {
        for (int kx = 0; kx < 3; kx++) {
            const float *s = x + 3872 + ky * 352 + kx * 32;
            for (int line = 0; line < 8; line++, ahead += 16)
                v_prefetch(ahead);
            DIRECT_LOOP
            for (int i = 0; i < 8; i++, s++, weight += 16) {
                const v16 w0 = v_load(weight);
                v16 v;
                v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
                v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0);
                v = v_broadcast(s + 32), a2_0 = v_fma(v, w0, a2_0);
                v = v_broadcast(s + 48), a3_0 = v_fma(v, w0, a3_0);
                v = v_broadcast(s + 64), a4_0 = v_fma(v, w0, a4_0);
                v = v_broadcast(s + 80), a5_0 = v_fma(v, w0, a5_0);
                v = v_broadcast(s + 96), a6_0 = v_fma(v, w0, a6_0);
            }
        }
    }
    v_store(y, direct_a_finish(a0_0));
    v_store(y + 16, direct_a_finish(a1_0));
    v_store(y + 32, direct_a_finish(a2_0));
    v_store(y + 48, direct_a_finish(a3_0));
    v_store(y + 64, direct_a_finish(a4_0));
    v_store(y + 80, direct_a_finish(a5_0));
    v_store(y + 96, direct_a_finish(a6_0));
}

static void direct_a(const float *restrict x, const float *restrict weight, const float *restrict bias,
                     float *restrict y)
{
    {
        const float *ahead = weight + 11520;
        for (int r = 0; r < 6; r += 2) {
            direct_a_14x2(x + r * 176, weight, bias, y + r * 112, ahead);
            ahead += 3456;
        }
        direct_a_7x2(x + 1056, weight, bias, y + 672, ahead);
        ahead += 3456;
    }
    {
        const float *ahead = weight + 17280;
        for (int r = 0; r < 6; r += 2) {
            direct_a_14x1(x + r * 176, weight + 11520, bias + 32, y + r * 112 + 1568, ahead);
            ahead += 3456;
        }
        direct_a_7x1(x + 1056, weight + 11520, bias + 32, y + 2240, ahead);
        ahead += 3456;
    }
}

/* b: conv (direct.fov:3)
 * x[3][7][7][16], weight[1][3][1][1][16][32], bias[1][32] -> y[2][7][7][16]
 * direct, 32 maps x 14 pixels across rows summed in registers, channels in blocks of 16 */
/* 14 pixels, of 32 maps. */
FOVEA_AVX512 static void direct_b_14x2(const float *restrict x, const float *restrict weight,
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
    for (int b = 0; b < 3; b++) {
        const float *s = x + b * 784;
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
    }
    v_store(y, a0_0);
    v_store(y + 16, a1_0);
    v_store(y + 32, a2_0);
    v_store(y + 48, a3_0);
    v_store(y + 64, a4_0);
    v_store(y + 80, a5_0);
    v_store(y + 96, a6_0);
    v_store(y + 112, a7_0);
    v_store(y + 128, a8_0);
    v_store(y + 144, a9_0);
    v_store(y + 160, a10_0);
    v_store(y + 176, a11_0);
    v_store(y + 192, a12_0);
    v_store(y + 208, a13_0);
    v_store(y + 784, a0_1);
    v_store(y + 800, a1_1);
    v_store(y + 816, a2_1);
    v_store(y + 832, a3_1);
    v_store(y + 848, a4_1);
    v_store(y + 864, a5_1);
    v_store(y + 880, a6_1);
    v_store(y + 896, a7_1);
    v_store(y + 912, a8_1);
    v_store(y + 928, a9_1);
    v_store(y + 944, a10_1);
    v_store(y + 960, a11_1);
    v_store(y + 976, a12_1);
    v_store(y + 992, a13_1);
}

/* 7 pixels, of 32 maps. */
FOVEA_AVX512 static void direct_b_7x2(const float *restrict x, const float *restrict weight,
                                      const float *restrict bias, float *restrict y)
{
    v16 a0_0 = v_load(bias), a0_1 = v_load(bias + 16);
    v16 a1_0 = v_load(bias), a1_1 = v_load(bias + 16);
    v16 a2_0 = v_load(bias), a2_1 = v_load(bias + 16);
    v16 a3_0 = v_load(bias), a3_1 = v_load(bias + 16);
    v16 a4_0 = v_load(bias), a4_1 = v_load(bias + 16);
    v16 a5_0 = v_load(bias), a5_1 = v_load(bias + 16);
    v16 a6_0 = v_load(bias), a6_1 = v_load(bias + 16);
    for (int b = 0; b < 3; b++) {
        const float *s = x + b * 784;
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
        }
    }
    v_store(y, a0_0);
    v_store(y + 16, a1_0);
    v_store(y + 32, a2_0);
    v_store(y + 48, a3_0);
    v_store(y + 64, a4_0);
    v_store(y + 80, a5_0);
    v_store(y + 96, a6_0);
    v_store(y + 784, a0_1);
    v_store(y + 800, a1_1);
    v_store(y + 816, a2_1);
    v_store(y + 832, a3_1);
    v_store(y + 848, a4_1);
    v_store(y + 864, a5_1);
    v_store(y + 880, a6_1);
}

static void direct_b(const float *restrict x, const float *restrict weight, const float *restrict bias,
                     float *restrict y)
{
    for (int c = 0; c < 42; c += 14) {
        direct_b_14x2(x + c * 16, weight, bias, y + c * 16);
    }
    direct_b_7x2(x + 672, weight, bias, y + 672);
}

/* b: pack (direct.fov:3)
 * x[2][7][7][16] -> y[20][7][7]
 * the same values in another layout */
FOVEA_AVX512 static void direct_pack_b(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 49; i++)
        for (int j = 0; j < 16; j++)
            y[i + j * 49] = x[i * 16 + j];
    for (int i = 0; i < 49; i++)
        for (int j = 0; j < 4; j++)
            y[784 + i + j * 49] = x[784 + i * 16 + j];
}

fovea_status direct_run(direct_session *session, const direct_inputs *inputs, const direct_outputs *outputs)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    const unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */
    direct_pack_image(inputs->image, memory + at_pack_image);
    direct_a(memory + at_pack_image, weights + w_a_weight, weights + w_a_bias, memory + at_a);
    direct_b(memory + at_a, weights + w_b_weight, weights + w_b_bias, memory + at_b);
    direct_pack_b(memory + at_b, outputs->y);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status direct_open(direct_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    if (!fovea_cpu_has(FOVEA_CPU_AVX512))
        return FOVEA_WRONG_CPU;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0xc11aaf486c0226ea), 75648);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return FOVEA_OK;
}

fovea_status direct_session_open(direct_session *session, const direct_model *model, void *workspace, size_t bytes,
                                 int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)DIRECT_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void direct_session_close(direct_session *session)
{
    if (session)
        session->workspace = NULL;
}

void direct_close(direct_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status direct_verify(const direct_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int direct_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status direct_selftest(const direct_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 11840)
        return FOVEA_WRONG_MODEL;
    if (bytes < DIRECT_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    direct_session session;
    status = direct_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + DIRECT_WORKSPACE_BYTES / 4;
    const direct_inputs inputs = {tensors};
    const direct_outputs outputs = {results};
    status = direct_run(&session, &inputs, &outputs);
    direct_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!direct_is_near(tensors + 1968, outputs.y, DIRECT_OUTPUT_Y_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
