/* grouped.c - a compiled net
 *
 * Net 'grouped' of grouped.fov, compiled by Fovea for target avx2: x86-64 with AVX2 and FMA.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "grouped.h"

#include <math.h>
#include <string.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char grouped_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

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

/* Where each tensor stands in grouped.weights, in floats. */
enum {
    w_half_weight = 16, /* [6][2][3][3][1] */
    w_half_bias = 128, /* [6][1] */
    w_depthwise_weight = 144, /* [6][1][3][3][1] */
    w_mixed_weight = 208, /* [1][1][1][6][8] */
    w_mixed_bias = 256, /* [1][8] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_pack_image = 1536, /* [4][14][14], steps 1 to 2 */
    at_half = 0, /* [6][16][16], steps 2 to 3 */
    at_depthwise = 1536, /* [6][12][12], steps 3 to 4 */
    at_pack_depthwise = 0, /* [1][12][12][8], steps 4 to 5 */
    at_mixed = 1152, /* [1][12][12][8], steps 5 to 6 */
    at_pack_mixed = 0, /* [3][12][12], steps 6 to 7 */
};

/* Before loops over the lanes of vectors: gcc would write out short ones, and find no vectors. */
#if defined __GNUC__ && __GNUC__ >= 8 && !defined __clang__
#define GROUPED_LANES _Pragma("GCC unroll 1")
#else
#define GROUPED_LANES
#endif

/* Before loops over few inputs: gcc would write them out, and run out of registers. */
#if defined __GNUC__ && __GNUC__ >= 8 && !defined __clang__
#define GROUPED_LOOP _Pragma("GCC unroll 1")
#else
#define GROUPED_LOOP
#endif

/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void grouped_zero_border(float *y, int maps, int height, int width, int top, int left, int bottom, int right)
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

/* pack (grouped.fov:3)
 * x[4][12][12] -> y[4][14][14]
 * the same values in another layout */
FOVEA_AVX2 static void grouped_pack_image(const float *restrict x, float *restrict y)
{
    grouped_zero_border(y, 4, 12, 12, 1, 1, 1, 1);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 12; j++)
            for (int k = 0; k < 12; k++)
                y[15 + i * 196 + j * 14 + k] = x[i * 144 + j * 12 + k];
}

/* half: conv, leaky_relu (grouped.fov:3)
 * x[4][14][14], weight[6][2][3][3][1], bias[6][1] -> y[6][16][16]
 * direct, 1 map x 8 pixels summed in registers */
static inline float grouped_half_finish(float v)
{
    return v > 0.0f ? v : 0.1f * v;
}

/* 8 pixels of a row. */
FOVEA_AVX2 static void grouped_half_row8(const float *restrict x, const float *restrict weight,
                                         const float *restrict bias, float *restrict y)
{
    float a[8];
    for (int p = 0; p < 8; p++)
        a[p] = *bias;
    for (int i = 0; i < 2; i++) {
        for (int ky = 0; ky < 3; ky++) {
            for (int kx = 0; kx < 3; kx++) {
                const float *s = x + i * 196 + ky * 14 + kx;
                GROUPED_LANES
                for (int p = 0; p < 8; p++)
                    a[p] += s[p] * *weight;
                weight += 1;
            }
        }
    }
    GROUPED_LANES
    for (int p = 0; p < 8; p++)
        y[p] = grouped_half_finish(a[p]);
}

/* 4 pixels of a row. */
FOVEA_AVX2 static void grouped_half_row4(const float *restrict x, const float *restrict weight,
                                         const float *restrict bias, float *restrict y)
{
    float a[4];
    for (int p = 0; p < 4; p++)
        a[p] = *bias;
    for (int i = 0; i < 2; i++) {
        for (int ky = 0; ky < 3; ky++) {
            for (int kx = 0; kx < 3; kx++) {
                const float *s = x + i * 196 + ky * 14 + kx;
                GROUPED_LANES
                for (int p = 0; p < 4; p++)
                    a[p] += s[p] * *weight;
                weight += 1;
            }
        }
    }
    GROUPED_LANES
    for (int p = 0; p < 4; p++)
        y[p] = grouped_half_finish(a[p]);
}

FOVEA_AVX2 static void grouped_half(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                    float *restrict y)
{
    grouped_zero_border(y, 6, 12, 12, 2, 2, 2, 2);
    y += 34; /* past the halo */
    for (int o = 0; o < 6; o++) {
        const int group = o / 3 * 392;
        for (int r = 0; r < 12; r++) {
            grouped_half_row8(x + group + r * 14, weight + o * 18, bias + o, y + o * 256 + r * 16);
            grouped_half_row4(x + group + r * 14 + 8, weight + o * 18, bias + o, y + o * 256 + r * 16 + 8);
        }
    }
}

/* depthwise: conv, sigmoid, mul (grouped.fov:4)
 * x[6][16][16], weight[6][1][3][3][1], mul_x2[6][16][16] -> y[6][12][12]
 * direct, 1 map x 8 pixels summed in registers */
static inline float grouped_depthwise_finish(float v, float mul_x2)
{
    const float t = expf(-fabsf(v));
    v = (v < 0.0f ? t : 1.0f) / (1.0f + t);
    return mul_x2 * v;
}

/* 8 pixels of a row. */
FOVEA_AVX2 static void grouped_depthwise_row8(const float *restrict x, const float *restrict weight,
                                              const float *restrict mul_x2, float *restrict y)
{
    float a[8];
    for (int p = 0; p < 8; p++)
        a[p] = 0.0f;
    for (int ky = 0; ky < 3; ky++) {
        for (int kx = 0; kx < 3; kx++) {
            const float *s = x + ky * 32 + kx * 2;
            GROUPED_LANES
            for (int p = 0; p < 8; p++)
                a[p] += s[p] * *weight;
            weight += 1;
        }
    }
    GROUPED_LANES
    for (int p = 0; p < 8; p++)
        y[p] = grouped_depthwise_finish(a[p], mul_x2[p]);
}

/* 4 pixels of a row. */
FOVEA_AVX2 static void grouped_depthwise_row4(const float *restrict x, const float *restrict weight,
                                              const float *restrict mul_x2, float *restrict y)
{
    float a[4];
    for (int p = 0; p < 4; p++)
        a[p] = 0.0f;
    for (int ky = 0; ky < 3; ky++) {
        for (int kx = 0; kx < 3; kx++) {
            const float *s = x + ky * 32 + kx * 2;
            GROUPED_LANES
            for (int p = 0; p < 4; p++)
                a[p] += s[p] * *weight;
            weight += 1;
        }
    }
    GROUPED_LANES
    for (int p = 0; p < 4; p++)
        y[p] = grouped_depthwise_finish(a[p], mul_x2[p]);
}

FOVEA_AVX2 static void grouped_depthwise(const float *restrict x, const float *restrict weight,
                                         const float *restrict mul_x2, float *restrict y)
{
    mul_x2 += 34; /* past its halo */
    for (int o = 0; o < 6; o++) {
        const int group = o / 1 * 256;
        for (int r = 0; r < 12; r++) {
            grouped_depthwise_row8(x + group + r * 16, weight + o * 9, mul_x2 + o * 256 + r * 16,
                                   y + o * 144 + r * 12);
            grouped_depthwise_row4(x + group + r * 16 + 8, weight + o * 9, mul_x2 + o * 256 + r * 16 + 8,
                                   y + o * 144 + r * 12 + 8);
        }
    }
}

/* pack (grouped.fov:5)
 * x[6][12][12] -> y[1][12][12][8]
 * the same values in another layout */
FOVEA_AVX2 static void grouped_pack_depthwise(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 144; i++)
        for (int j = 0; j < 6; j++)
            y[i * 8 + j] = x[i + j * 144];
    for (int i = 0; i < 144; i++)
        for (int j = 0; j < 2; j++)
            y[6 + i * 8 + j] = 0.0f;
}

/* mixed: conv (grouped.fov:5)
 * x[1][12][12][8], weight[1][1][1][6][8], bias[1][8] -> y[1][12][12][8]
 * direct, 8 maps x 12 pixels summed in registers, channels in blocks of 8 */
/* 12 pixels, of 8 maps. */
FOVEA_AVX2 static void grouped_mixed_12x1(const float *restrict x, const float *restrict weight,
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
    const float *s = x;
    GROUPED_LOOP
    for (int i = 0; i < 6; i++, s++, weight += 8) {
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
        v = v_broadcast(s + 80), a10_0 = v_fma(v, w0, a10_0);
        v = v_broadcast(s + 88), a11_0 = v_fma(v, w0, a11_0);
    }
    v_store(y, a0_0);
    v_store(y + 8, a1_0);
    v_store(y + 16, a2_0);
    v_store(y + 24, a3_0);
    v_store(y + 32, a4_0);
    v_store(y + 40, a5_0);
    v_store(y + 48, a6_0);
    v_store(y + 56, a7_0);
    v_store(y + 64, a8_0);
    v_store(y + 72, a9_0);
    v_store(y + 80, a10_0);
    v_store(y + 88, a11_0);
}

static void grouped_mixed(const float *restrict x, const float *restrict weight, const float *restrict bias,
                          float *restrict y)
{
    for (int r = 0; r < 12; r++) {
        grouped_mixed_12x1(x + r * 96, weight, bias, y + r * 96);
    }
}

/* mixed: pack (grouped.fov:5)
 * x[1][12][12][8] -> y[3][12][12]
 * the same values in another layout */
FOVEA_AVX2 static void grouped_pack_mixed(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 144; i++)
        for (int j = 0; j < 3; j++)
            y[i + j * 144] = x[i * 8 + j];
}

/* channel_avg (grouped.fov:6)
 * x[3][12][12] -> y[1][12][12]
 * one result after the other */
FOVEA_AVX2 static void grouped_channel_avg(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 144; i++) {
        float v = 0.0f;
        for (int j = 0; j < 3; j++)
            v += x[i + j * 144];
        y[i] = v / 3.0f;
    }
}

fovea_status grouped_run(grouped_session *session, const grouped_inputs *inputs, const grouped_outputs *outputs)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    const unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */
    grouped_pack_image(inputs->image, memory + at_pack_image);
    grouped_half(memory + at_pack_image, weights + w_half_weight, weights + w_half_bias, memory + at_half);
    grouped_depthwise(memory + at_half, weights + w_depthwise_weight, memory + at_half, memory + at_depthwise);
    grouped_pack_depthwise(memory + at_depthwise, memory + at_pack_depthwise);
    grouped_mixed(memory + at_pack_depthwise, weights + w_mixed_weight, weights + w_mixed_bias, memory + at_mixed);
    grouped_pack_mixed(memory + at_mixed, memory + at_pack_mixed);
    grouped_channel_avg(memory + at_pack_mixed, outputs->answer);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status grouped_open(grouped_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    if (!fovea_cpu_has(FOVEA_CPU_AVX2))
        return FOVEA_WRONG_CPU;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0x81e205a39a2a6a4d), 1088);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return FOVEA_OK;
}

fovea_status grouped_session_open(grouped_session *session, const grouped_model *model, void *workspace, size_t bytes,
                                  int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)GROUPED_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void grouped_session_close(grouped_session *session)
{
    if (session)
        session->workspace = NULL;
}

void grouped_close(grouped_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status grouped_verify(const grouped_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int grouped_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status grouped_selftest(const grouped_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 2880)
        return FOVEA_WRONG_MODEL;
    if (bytes < GROUPED_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    grouped_session session;
    status = grouped_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + GROUPED_WORKSPACE_BYTES / 4;
    const grouped_inputs inputs = {tensors};
    const grouped_outputs outputs = {results};
    status = grouped_run(&session, &inputs, &outputs);
    grouped_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!grouped_is_near(tensors + 576, outputs.answer, GROUPED_OUTPUT_ANSWER_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
