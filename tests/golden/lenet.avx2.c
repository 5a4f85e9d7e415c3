/* lenet.c - a compiled net
 *
 * Net 'lenet' of lenet.fov, compiled by Fovea for target avx2: x86-64 with AVX2 and FMA.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "lenet.h"

#include <math.h>
#include <string.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char lenet_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

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

/* Where each tensor stands in lenet.weights, in floats. */
enum {
    w_conv1_weight = 16, /* [1][1][5][5][8] */
    w_conv1_bias = 224, /* [1][8] */
    w_conv2_weight = 240, /* [1][3][3][4][8] */
    w_conv2_bias = 528, /* [1][8] */
    w_fc1_weight = 544, /* [1][24][16] */
    w_fc1_bias = 928, /* [1][16] */
    w_fc2_weight = 944, /* [1][9][8] */
    w_fc2_bias = 1024, /* [1][8] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_pack_image = 1152, /* [1][16][16], steps 1 to 2 */
    at_conv1 = 0, /* [1][12][12][8], steps 2 to 3 */
    at_maxpool = 1152, /* [1][6][6][8], steps 3 to 4 */
    at_conv2 = 0, /* [1][4][4][8], steps 4 to 5 */
    at_maxpool_2 = 128, /* [1][2][2][8], steps 5 to 6 */
    at_pack_maxpool_2 = 0, /* [6][2][2], steps 6 to 7 */
    at_fc1 = 32, /* [9], steps 7 to 8 */
};

/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */
static inline float lenet_larger(float a, float b)
{
    return a > b ? a : b;
}

/* Before loops over few inputs: gcc would write them out, and run out of registers. */
#if defined __GNUC__ && __GNUC__ >= 8 && !defined __clang__
#define LENET_LOOP _Pragma("GCC unroll 1")
#else
#define LENET_LOOP
#endif

/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void lenet_zero_border(float *y, int maps, int height, int width, int top, int left, int bottom, int right)
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

/* pack (lenet.fov:3)
 * x[1][12][12] -> y[1][16][16]
 * the same values in another layout */
FOVEA_AVX2 static void lenet_pack_image(const float *restrict x, float *restrict y)
{
    lenet_zero_border(y, 1, 12, 12, 2, 2, 2, 2);
    for (int i = 0; i < 12; i++)
        for (int j = 0; j < 12; j++)
            y[34 + i * 16 + j] = x[i * 12 + j];
}

/* conv1: conv, relu (lenet.fov:3)
 * x[1][16][16], weight[1][1][5][5][8], bias[1][8] -> y[1][12][12][8]
 * direct, 8 maps x 12 pixels summed in registers, channels in blocks of 8 */
FOVEA_AVX2 static inline v8 lenet_conv1_finish(v8 v)
{
    return v_max(v_set(0.0f), v);
}

/* 12 pixels, of 8 maps. */
FOVEA_AVX2 static void lenet_conv1_12x1(const float *restrict x, const float *restrict weight,
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
    v8 a10_0 = v_load(bias);
    v8 a11_0 = v_load(bias);
    for (int ky = 0; ky < 5; ky++) {
        for (int kx = 0; kx < 5; kx++) {
            const float *s = x + ky * 16 + kx;
            for (int i = 0; i < 1; i++, s += 256, weight += 8) {
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
                v = v_broadcast(s + 10), a10_0 = v_fma(v, w0, a10_0);
                v = v_broadcast(s + 11), a11_0 = v_fma(v, w0, a11_0);
            }
        }
    }
    v_store(y, lenet_conv1_finish(a0_0));
    v_store(y + 8, lenet_conv1_finish(a1_0));
    v_store(y + 16, lenet_conv1_finish(a2_0));
    v_store(y + 24, lenet_conv1_finish(a3_0));
    v_store(y + 32, lenet_conv1_finish(a4_0));
    v_store(y + 40, lenet_conv1_finish(a5_0));
    v_store(y + 48, lenet_conv1_finish(a6_0));
    v_store(y + 56, lenet_conv1_finish(a7_0));
    v_store(y + 64, lenet_conv1_finish(a8_0));
    v_store(y + 72, lenet_conv1_finish(a9_0));
    v_store(y + 80, lenet_conv1_finish(a10_0));
    v_store(y + 88, lenet_conv1_finish(a11_0));
}

static void lenet_conv1(const float *restrict x, const float *restrict weight, const float *restrict bias,
                        float *restrict y)
{
    for (int r = 0; r < 12; r++) {
        lenet_conv1_12x1(x + r * 16, weight, bias, y + r * 96);
    }
}

/* maxpool (lenet.fov:3)
 * x[1][12][12][8] -> y[1][6][6][8]
 * window by window, 8 channels at a time */
FOVEA_AVX2 static void lenet_maxpool(const float *restrict x, float *restrict y)
{
    for (int r = 0; r < 6; r++) {
        for (int c = 0; c < 6; c++) {
            const int s = r * 192 + c * 16;
            v8 v = v_set(-INFINITY);
            for (int ky = 0; ky < 2; ky++)
                for (int kx = 0; kx < 2; kx++)
                    v = v_max(v_load(x + s + ky * 96 + kx * 8), v);
            v_store(y + r * 48 + c * 8, v);
        }
    }
}

/* conv2: conv, relu (lenet.fov:4)
 * x[1][6][6][8], weight[1][3][3][4][8], bias[1][8] -> y[1][4][4][8]
 * direct, 8 maps x 8 pixels across rows summed in registers, channels in blocks of 8 */
FOVEA_AVX2 static inline v8 lenet_conv2_finish(v8 v)
{
    return v_max(v_set(0.0f), v);
}

/* 8 pixels in 2 rows, of 8 maps. */
FOVEA_AVX2 static void lenet_conv2_8x1(const float *restrict x, const float *restrict weight,
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
    for (int ky = 0; ky < 3; ky++) {
        for (int kx = 0; kx < 3; kx++) {
            const float *s = x + ky * 48 + kx * 8;
            LENET_LOOP
            for (int i = 0; i < 4; i++, s++, weight += 8) {
                const v8 w0 = v_load(weight);
                v8 v;
                v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0);
                v = v_broadcast(s + 8), a1_0 = v_fma(v, w0, a1_0);
                v = v_broadcast(s + 16), a2_0 = v_fma(v, w0, a2_0);
                v = v_broadcast(s + 24), a3_0 = v_fma(v, w0, a3_0);
                v = v_broadcast(s + 48), a4_0 = v_fma(v, w0, a4_0);
                v = v_broadcast(s + 56), a5_0 = v_fma(v, w0, a5_0);
                v = v_broadcast(s + 64), a6_0 = v_fma(v, w0, a6_0);
                v = v_broadcast(s + 72), a7_0 = v_fma(v, w0, a7_0);
            }
        }
    }
    v_store(y, lenet_conv2_finish(a0_0));
    v_store(y + 8, lenet_conv2_finish(a1_0));
    v_store(y + 16, lenet_conv2_finish(a2_0));
    v_store(y + 24, lenet_conv2_finish(a3_0));
    v_store(y + 32, lenet_conv2_finish(a4_0));
    v_store(y + 40, lenet_conv2_finish(a5_0));
    v_store(y + 48, lenet_conv2_finish(a6_0));
    v_store(y + 56, lenet_conv2_finish(a7_0));
}

static void lenet_conv2(const float *restrict x, const float *restrict weight, const float *restrict bias,
                        float *restrict y)
{
    for (int r = 0; r < 4; r += 2) {
        lenet_conv2_8x1(x + r * 48, weight, bias, y + r * 32);
    }
}

/* maxpool (lenet.fov:4)
 * x[1][4][4][8] -> y[1][2][2][8]
 * window by window, 8 channels at a time */
FOVEA_AVX2 static void lenet_maxpool_2(const float *restrict x, float *restrict y)
{
    for (int r = 0; r < 2; r++) {
        for (int c = 0; c < 2; c++) {
            const int s = r * 64 + c * 16;
            v8 v = v_set(-INFINITY);
            for (int ky = 0; ky < 2; ky++)
                for (int kx = 0; kx < 2; kx++)
                    v = v_max(v_load(x + s + ky * 32 + kx * 8), v);
            v_store(y + r * 16 + c * 8, v);
        }
    }
}

/* pack (lenet.fov:4)
 * x[1][2][2][8] -> y[6][2][2]
 * the same values in another layout */
FOVEA_AVX2 static void lenet_pack_maxpool_2(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 6; j++)
            y[i + j * 4] = x[i * 8 + j];
}

/* fc1: fc, relu (lenet.fov:6)
 * x[24], weight[1][24][16], bias[1][16] -> y[9]
 * 16 outputs summed in registers, panels of 16 read side by side */
static inline float lenet_fc1_finish(float v)
{
    return lenet_larger(0.0f, v);
}

/* 16 outputs. */
FOVEA_AVX2 static void lenet_fc1_sums(const float *restrict x, const float *restrict weight,
                                      const float *restrict bias, float *restrict sums)
{
    v8 a0 = v_load(bias);
    v8 a0_b = v_zero();
    v8 a0_c = v_zero();
    v8 a0_d = v_zero();
    v8 a1 = v_load(bias + 8);
    v8 a1_b = v_zero();
    v8 a1_c = v_zero();
    v8 a1_d = v_zero();
    const float *w = weight;
    for (int i = 0; i < 24; i += 4, w += 64) {
        const v8 s = v_broadcast(x + i);
        a0 = v_fma(s, v_load(w), a0);
        a1 = v_fma(s, v_load(w + 8), a1);
        const v8 s_b = v_broadcast(x + i + 1);
        a0_b = v_fma(s_b, v_load(w + 16), a0_b);
        a1_b = v_fma(s_b, v_load(w + 24), a1_b);
        const v8 s_c = v_broadcast(x + i + 2);
        a0_c = v_fma(s_c, v_load(w + 32), a0_c);
        a1_c = v_fma(s_c, v_load(w + 40), a1_c);
        const v8 s_d = v_broadcast(x + i + 3);
        a0_d = v_fma(s_d, v_load(w + 48), a0_d);
        a1_d = v_fma(s_d, v_load(w + 56), a1_d);
    }
    v_store(sums, v_add(v_add(a0, a0_b), v_add(a0_c, a0_d)));
    v_store(sums + 8, v_add(v_add(a1, a1_b), v_add(a1_c, a1_d)));
}

FOVEA_AVX2 static void lenet_fc1(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                 float *restrict y)
{
    float sums[16];
    lenet_fc1_sums(x, weight, bias, sums);
    for (int b = 0; b < 9; b++)
        y[b] = lenet_fc1_finish(sums[b]);
}

/* fc2: fc (lenet.fov:7)
 * x[9], weight[1][9][8], bias[1][8] -> y[5]
 * 8 outputs summed in registers, panels of 8 read side by side */
/* 8 outputs. */
FOVEA_AVX2 static void lenet_fc2_sums(const float *restrict x, const float *restrict weight,
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
    for (int i = 0; i < 8; i += 8, w += 64) {
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
    for (int i = 8; i < 9; i++, w += 8) {
        const v8 s = v_broadcast(x + i);
        a0 = v_fma(s, v_load(w), a0);
    }
    v_store(sums, v_add(v_add(v_add(a0, a0_b), v_add(a0_c, a0_d)), v_add(v_add(a0_e, a0_f), v_add(a0_g, a0_h))));
}

FOVEA_AVX2 static void lenet_fc2(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                 float *restrict y)
{
    float sums[8];
    lenet_fc2_sums(x, weight, bias, sums);
    for (int b = 0; b < 5; b++)
        y[b] = sums[b];
}

fovea_status lenet_run(lenet_session *session, const lenet_inputs *inputs, const lenet_outputs *outputs)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    const unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */
    lenet_pack_image(inputs->image, memory + at_pack_image);
    lenet_conv1(memory + at_pack_image, weights + w_conv1_weight, weights + w_conv1_bias, memory + at_conv1);
    lenet_maxpool(memory + at_conv1, memory + at_maxpool);
    lenet_conv2(memory + at_maxpool, weights + w_conv2_weight, weights + w_conv2_bias, memory + at_conv2);
    lenet_maxpool_2(memory + at_conv2, memory + at_maxpool_2);
    lenet_pack_maxpool_2(memory + at_maxpool_2, memory + at_pack_maxpool_2);
    lenet_fc1(memory + at_pack_maxpool_2, weights + w_fc1_weight, weights + w_fc1_bias, memory + at_fc1);
    lenet_fc2(memory + at_fc1, weights + w_fc2_weight, weights + w_fc2_bias, outputs->logits);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status lenet_open(lenet_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    if (!fovea_cpu_has(FOVEA_CPU_AVX2))
        return FOVEA_WRONG_CPU;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0x49a5d7d54cccf57d), 4160);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return FOVEA_OK;
}

fovea_status lenet_session_open(lenet_session *session, const lenet_model *model, void *workspace, size_t bytes,
                                int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)LENET_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void lenet_session_close(lenet_session *session)
{
    if (session)
        session->workspace = NULL;
}

void lenet_close(lenet_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status lenet_verify(const lenet_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int lenet_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status lenet_selftest(const lenet_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 640)
        return FOVEA_WRONG_MODEL;
    if (bytes < LENET_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    lenet_session session;
    status = lenet_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + LENET_WORKSPACE_BYTES / 4;
    const lenet_inputs inputs = {tensors};
    const lenet_outputs outputs = {results};
    status = lenet_run(&session, &inputs, &outputs);
    lenet_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!lenet_is_near(tensors + 144, outputs.logits, LENET_OUTPUT_LOGITS_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
