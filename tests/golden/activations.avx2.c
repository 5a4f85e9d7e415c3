/* activations.c - a compiled net
 *
 * Net 'activations' of activations.fov, compiled by Fovea for target avx2: x86-64 with AVX2 and FMA.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "activations.h"

#include <math.h>
#include <string.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char activations_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

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

/* Where each tensor stands in activations.weights, in floats. */
enum {
    w_conv1_weight = 16, /* [1][3][3][4][16] */
    w_conv1_bias = 592, /* [1][16] */
    w_act1_weight = 608, /* [1] */
    w_act2_weight = 624, /* [16] */
    w_scale2_weight = 640, /* [16] */
    w_fc3_weight = 656, /* [1][2][3][3][8][16] */
    w_fc3_bias = 2960, /* [1][16] */
    w_act3_weight = 2976, /* [9] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_pack_image = 576, /* [4][8][8], steps 1 to 2 */
    at_conv1 = 0, /* [2][6][6][8], steps 2 to 3 */
    at_maxpool = 576, /* [2][3][3][8], steps 3 to 5 */
    at_fc3 = 0, /* [9], steps 5 to 7 */
};

/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */
static inline float activations_larger(float a, float b)
{
    return a > b ? a : b;
}

/* b when they are equal or one of them is not a number. */
static inline float activations_smaller(float a, float b)
{
    return a < b ? a : b;
}

/* Before loops over few inputs: gcc would write them out, and run out of registers. */
#if defined __GNUC__ && __GNUC__ >= 8 && !defined __clang__
#define ACTIVATIONS_LOOP _Pragma("GCC unroll 1")
#else
#define ACTIVATIONS_LOOP
#endif

/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void activations_zero_border(float *y, int maps, int height, int width, int top, int left, int bottom,
                                    int right)
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

/* pack (activations.fov:4)
 * x[4][6][6] -> y[4][8][8]
 * the same values in another layout */
FOVEA_AVX2 static void activations_pack_image(const float *restrict x, float *restrict y)
{
    activations_zero_border(y, 4, 6, 6, 1, 1, 1, 1);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 6; j++)
            for (int k = 0; k < 6; k++)
                y[9 + i * 64 + j * 8 + k] = x[i * 36 + j * 6 + k];
}

/* conv1: conv, prelu, hard_swish, prelu (activations.fov:4)
 * x[4][8][8], weight[1][3][3][4][16], bias[1][16], prelu_weight[1], prelu_weight3[16] -> y[2][6][6][8]
 * direct, 16 maps x 6 pixels summed in registers, channels in blocks of 8 */
FOVEA_AVX2 static inline v8 activations_conv1_finish(v8 v, v8 prelu_weight, v8 prelu_weight3)
{
    v = v_select(v_gt(v, v_set(0.0f)), v, v_mul(prelu_weight, v));
    const v8 t2 = v_max(v_set(0.0f), v_add(v_mul(v_set(0.16666667f), v), v_set(0.5f)));
    v = v_select(v_eq(t2, v_set(0.0f)), v_set(0.0f), v_mul(v, v_min(v_set(1.0f), t2)));
    return v_select(v_gt(v, v_set(0.0f)), v, v_mul(prelu_weight3, v));
}

/* 6 pixels, of 16 maps. */
FOVEA_AVX2 static void activations_conv1_6x2(const float *restrict x, const float *restrict weight,
                                             const float *restrict bias, const float *restrict prelu_weight,
                                             const float *restrict prelu_weight3, float *restrict y)
{
    v8 a0_0 = v_load(bias), a0_1 = v_load(bias + 8);
    v8 a1_0 = v_load(bias), a1_1 = v_load(bias + 8);
    v8 a2_0 = v_load(bias), a2_1 = v_load(bias + 8);
    v8 a3_0 = v_load(bias), a3_1 = v_load(bias + 8);
    v8 a4_0 = v_load(bias), a4_1 = v_load(bias + 8);
    v8 a5_0 = v_load(bias), a5_1 = v_load(bias + 8);
    for (int ky = 0; ky < 3; ky++) {
        for (int kx = 0; kx < 3; kx++) {
            const float *s = x + ky * 8 + kx;
            ACTIVATIONS_LOOP
            for (int i = 0; i < 4; i++, s += 64, weight += 16) {
                const v8 w0 = v_load(weight), w1 = v_load(weight + 8);
                v8 v;
                v = v_broadcast(s), a0_0 = v_fma(v, w0, a0_0), a0_1 = v_fma(v, w1, a0_1);
                v = v_broadcast(s + 1), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
                v = v_broadcast(s + 2), a2_0 = v_fma(v, w0, a2_0), a2_1 = v_fma(v, w1, a2_1);
                v = v_broadcast(s + 3), a3_0 = v_fma(v, w0, a3_0), a3_1 = v_fma(v, w1, a3_1);
                v = v_broadcast(s + 4), a4_0 = v_fma(v, w0, a4_0), a4_1 = v_fma(v, w1, a4_1);
                v = v_broadcast(s + 5), a5_0 = v_fma(v, w0, a5_0), a5_1 = v_fma(v, w1, a5_1);
            }
        }
    }
    v_store(y, activations_conv1_finish(a0_0, v_broadcast(prelu_weight), v_load(prelu_weight3)));
    v_store(y + 8, activations_conv1_finish(a1_0, v_broadcast(prelu_weight), v_load(prelu_weight3)));
    v_store(y + 16, activations_conv1_finish(a2_0, v_broadcast(prelu_weight), v_load(prelu_weight3)));
    v_store(y + 24, activations_conv1_finish(a3_0, v_broadcast(prelu_weight), v_load(prelu_weight3)));
    v_store(y + 32, activations_conv1_finish(a4_0, v_broadcast(prelu_weight), v_load(prelu_weight3)));
    v_store(y + 40, activations_conv1_finish(a5_0, v_broadcast(prelu_weight), v_load(prelu_weight3)));
    v_store(y + 288, activations_conv1_finish(a0_1, v_broadcast(prelu_weight), v_load(prelu_weight3 + 8)));
    v_store(y + 296, activations_conv1_finish(a1_1, v_broadcast(prelu_weight), v_load(prelu_weight3 + 8)));
    v_store(y + 304, activations_conv1_finish(a2_1, v_broadcast(prelu_weight), v_load(prelu_weight3 + 8)));
    v_store(y + 312, activations_conv1_finish(a3_1, v_broadcast(prelu_weight), v_load(prelu_weight3 + 8)));
    v_store(y + 320, activations_conv1_finish(a4_1, v_broadcast(prelu_weight), v_load(prelu_weight3 + 8)));
    v_store(y + 328, activations_conv1_finish(a5_1, v_broadcast(prelu_weight), v_load(prelu_weight3 + 8)));
}

static void activations_conv1(const float *restrict x, const float *restrict weight, const float *restrict bias,
                              const float *restrict prelu_weight, const float *restrict prelu_weight3,
                              float *restrict y)
{
    for (int r = 0; r < 6; r++) {
        activations_conv1_6x2(x + r * 8, weight, bias, prelu_weight, prelu_weight3, y + r * 48);
    }
}

/* maxpool (activations.fov:5)
 * x[2][6][6][8] -> y[2][3][3][8]
 * window by window, 8 channels at a time */
FOVEA_AVX2 static void activations_maxpool(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 2; i++, x += 288, y += 72) {
        for (int r = 0; r < 3; r++) {
            for (int c = 0; c < 3; c++) {
                const int s = r * 96 + c * 16;
                v8 v = v_set(-INFINITY);
                for (int ky = 0; ky < 2; ky++)
                    for (int kx = 0; kx < 2; kx++)
                        v = v_max(v_load(x + s + ky * 48 + kx * 8), v);
                v_store(y + r * 24 + c * 8, v);
            }
        }
    }
}

/* scale2: scale, relu6 (activations.fov:5)
 * x[2][3][3][8], weight[16] -> y[2][3][3][8] in the place of x
 * element by element */
static inline float activations_scale2_finish(float v)
{
    return activations_smaller(6.0f, activations_larger(0.0f, v));
}

FOVEA_AVX2 static void activations_scale2(const float *restrict weight, float *restrict y)
{
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 9; j++)
            for (int k = 0; k < 8; k++)
                y[i * 72 + j * 8 + k] = activations_scale2_finish(y[i * 72 + j * 8 + k] * weight[i * 8 + k]);
}

/* fc3: fc, swish, gelu, prelu (activations.fov:6)
 * x[2][3][3][8], weight[1][2][3][3][8][16], bias[1][16], prelu_weight3[9] -> y[9]
 * 16 outputs summed in registers, panels of 16 read side by side */
static inline float activations_fc3_finish(float v, float prelu_weight3)
{
    const float t = expf(-fabsf(v));
    v = activations_larger(-3.4028235e+38f, v) * (v < 0.0f ? t : 1.0f) / (1.0f + t);
    v = 0.5f * activations_larger(-3.4028235e+38f, v) * erfcf(-0.70710677f * v);
    return v > 0.0f ? v : prelu_weight3 * v;
}

/* 16 outputs. */
FOVEA_AVX2 static void activations_fc3_sums(const float *restrict x, const float *restrict weight,
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
    for (int i = 0; i < 144; i += 4, w += 64) {
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

FOVEA_AVX2 static void activations_fc3(const float *restrict x, const float *restrict weight,
                                       const float *restrict bias, const float *restrict prelu_weight3,
                                       float *restrict y)
{
    float sums[16];
    activations_fc3_sums(x, weight, bias, sums);
    for (int b = 0; b < 9; b++)
        y[b] = activations_fc3_finish(sums[b], prelu_weight3[b]);
}

/* softmax (activations.fov:7)
 * x[9] -> y[9] in the place of x
 * the largest is subtracted first, so that nothing overflows */
FOVEA_AVX2 static void activations_softmax(float *restrict y)
{
    const float *s = y;
    float *d = y;
    float largest = -INFINITY, sum = 0.0f;
    for (int a = 0; a < 9; a++)
        largest = activations_larger(s[a * 1], largest);
    for (int a = 0; a < 9; a++) {
        d[a * 1] = expf(s[a * 1] - largest);
        sum += d[a * 1];
    }
    for (int a = 0; a < 9; a++)
        d[a * 1] /= sum;
}

/* gelu, softplus (activations.fov:7)
 * x[9] -> y[9]
 * element by element */
static inline float activations_gelu_of(float a)
{
    const float t = expf(-fabsf(1.5957692f * a * (1.0f + 0.044715f * a * a)));
    return activations_larger(-3.4028235e+38f, a) * (a < 0.0f ? t : 1.0f) / (1.0f + t);
}

static inline float activations_gelu_finish(float v)
{
    return activations_larger(0.0f, v) + log1pf(expf(-fabsf(v)));
}

FOVEA_AVX2 static void activations_gelu(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 9; i++)
        y[i] = activations_gelu_finish(activations_gelu_of(x[i]));
}

fovea_status activations_run(activations_session *session, const activations_inputs *inputs,
                             const activations_outputs *outputs)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    const unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */
    activations_pack_image(inputs->image, memory + at_pack_image);
    activations_conv1(memory + at_pack_image, weights + w_conv1_weight, weights + w_conv1_bias,
                      weights + w_act1_weight, weights + w_act2_weight, memory + at_conv1);
    activations_maxpool(memory + at_conv1, memory + at_maxpool);
    activations_scale2(weights + w_scale2_weight, memory + at_maxpool);
    activations_fc3(memory + at_maxpool, weights + w_fc3_weight, weights + w_fc3_bias, weights + w_act3_weight,
                    memory + at_fc3);
    activations_softmax(memory + at_fc3);
    activations_gelu(memory + at_fc3, outputs->y);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status activations_open(activations_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    if (!fovea_cpu_has(FOVEA_CPU_AVX2))
        return FOVEA_WRONG_CPU;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0xe92eb2b2be54a2aa), 11968);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return FOVEA_OK;
}

fovea_status activations_session_open(activations_session *session, const activations_model *model, void *workspace,
                                      size_t bytes, int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)ACTIVATIONS_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void activations_session_close(activations_session *session)
{
    if (session)
        session->workspace = NULL;
}

void activations_close(activations_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status activations_verify(const activations_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int activations_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status activations_selftest(const activations_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 640)
        return FOVEA_WRONG_MODEL;
    if (bytes < ACTIVATIONS_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    activations_session session;
    status = activations_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + ACTIVATIONS_WORKSPACE_BYTES / 4;
    const activations_inputs inputs = {tensors};
    const activations_outputs outputs = {results};
    status = activations_run(&session, &inputs, &outputs);
    activations_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!activations_is_near(tensors + 144, outputs.y, ACTIVATIONS_OUTPUT_Y_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
