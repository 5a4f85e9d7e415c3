/* bytes.c - a compiled net
 *
 * Net 'bytes' of bytes.fov, compiled by Fovea for target c: portable C99, for any CPU and compiler.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "bytes.h"

#include <math.h>
#include <string.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char bytes_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

/* Kernels stay functions of their own: gcc takes longer for some when it inlines all of them into one. */
#ifdef __GNUC__
#define FOVEA_KERNEL __attribute__((noinline))
#else
#define FOVEA_KERNEL
#endif

/* Where each tensor stands in bytes.weights, in floats. */
enum {
    w_normalize_constant = 16, /* [3] */
    w_normalize_constant_2 = 32, /* [3] */
    w_conv1_weight = 48, /* [1][3][3][5][8] */
    w_conv1_bias = 416, /* [1][8] */
    w_fc_weight = 432, /* [1][280][8] */
    w_fc_bias = 2672, /* [1][8] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_pixels = 0, /* [3][15][14], steps 1 to 2 */
    at_conv1 = 640, /* [7][7][4], steps 2 to 4 */
    at_avgpool = 0, /* [7][8][5], steps 4 to 5 */
};

/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */
static inline float bytes_larger(float a, float b)
{
    return a > b ? a : b;
}

/* Before loops over maps that store some pixels of each: clang would gather and scatter vectors of maps. */
#if defined __clang__
#define BYTES_BY_PIXELS _Pragma("clang loop vectorize(disable)")
#else
#define BYTES_BY_PIXELS
#endif

/* Before loops over the lanes of vectors: gcc would write out short ones, and find no vectors. */
#if defined __GNUC__ && __GNUC__ >= 8 && !defined __clang__
#define BYTES_LANES _Pragma("GCC unroll 1")
#else
#define BYTES_LANES
#endif

/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void bytes_zero_border(float *y, int maps, int height, int width, int top, int left, int bottom, int right)
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

/* pixels, normalize (bytes.fov:2)
 * x[13][11][3], normalize_mean[3], normalize_std[3] -> y[3][15][14]
 * element by element */
static inline float bytes_pixels_finish(float v, float normalize_mean, float normalize_std)
{
    return (v - normalize_mean) / normalize_std;
}

FOVEA_KERNEL static void bytes_pixels(const unsigned char *restrict x, const float *restrict normalize_mean,
                                      const float *restrict normalize_std, float *restrict y)
{
    bytes_zero_border(y, 3, 13, 11, 1, 2, 1, 1);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 13; j++)
            for (int k = 0; k < 11; k++)
                y[16 + i * 210 + j * 14 + k] = bytes_pixels_finish((float)x[i + j * 33 + k * 3] / 255.0f,
                                                                   normalize_mean[i], normalize_std[i]);
}

/* conv1: conv, relu (bytes.fov:4)
 * x[3][15][14], weight[1][3][3][5][8], bias[1][8] -> y[7][7][4]
 * direct, 8 maps x 4 pixels summed in registers */
static inline float bytes_conv1_finish(float v)
{
    return bytes_larger(0.0f, v);
}

/* 4 pixels of a row, of 7 maps. */
static void bytes_conv1_row4(const float *restrict x, const float *restrict weight, const float *restrict bias,
                             float *restrict y)
{
    float a0[8], a1[8], a2[8], a3[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = bias[b];
    for (int i = 0; i < 3; i++) {
        for (int ky = 0; ky < 3; ky++) {
            for (int kx = 0; kx < 5; kx++) {
                const float *s = x + i * 210 + ky * 14 + kx;
                BYTES_LANES
                for (int b = 0; b < 8; b++) {
                    a0[b] += s[0] * weight[b];
                    a1[b] += s[3] * weight[b];
                    a2[b] += s[6] * weight[b];
                    a3[b] += s[9] * weight[b];
                }
                weight += 8;
            }
        }
    }
    float sums[8][4];
    for (int b = 0; b < 8; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
        sums[b][2] = a2[b];
        sums[b][3] = a3[b];
    }
    BYTES_BY_PIXELS
    for (int b = 0; b < 7; b++)
        for (int p = 0; p < 4; p++)
            y[b * 28 + p] = bytes_conv1_finish(sums[b][p]);
}

FOVEA_KERNEL static void bytes_conv1(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                     float *restrict y)
{
    for (int r = 0; r < 7; r++)
        bytes_conv1_row4(x + r * 28, weight, bias, y + r * 4);
}

/* lrn (bytes.fov:4)
 * x[7][7][4] -> y[7][7][4] in the place of x
 * squares of the neighbouring channels, place by place */
FOVEA_KERNEL static void bytes_lrn(float *restrict y)
{
    for (int i = 0; i < 28; i++) {
        const float *s = y + i;
        float *d = y + i;
        float kept[3] = {0.0f};
        for (int a = 0; a < 1; a++)
            kept[a] = s[a * 28] * s[a * 28];
        for (int c = 0; c < 7; c++) {
            kept[(c + 1) % 3] =
                c < 6 ? s[(c + 1) * 28] * s[(c + 1) * 28] : 0.0f;
            float sum = 0.0f;
            for (int a = 0; a < 3; a++)
                sum += kept[a];
            const float scale = 2.0f + 0.0001f * sum;
            d[c * 28] = s[c * 28] / (sqrtf(scale) * sqrtf(sqrtf(scale)));
        }
    }
}

/* avgpool (bytes.fov:5)
 * x[7][7][4] -> y[7][8][5]
 * window by window, cut at the edges */
FOVEA_KERNEL static void bytes_avgpool(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 7; i++, x += 28, y += 40) {
        for (int r = 0; r < 8; r++) {
            const int top = r - 1;
            const int top0 = top < 0 ? -top : 0;
            const int top1 = top > 5 ? 7 - top : 2;
            const int top2 = top > 6 ? 8 - top : 2;
            for (int c = 0; c < 5; c++) {
                const int left = c - 1;
                const int left0 = left < 0 ? -left : 0;
                const int left1 = left > 2 ? 4 - left : 2;
                const int left2 = left > 3 ? 5 - left : 2;
                const int s = top * 4 + left;
                float v = 0.0f;
                for (int ky = top0; ky < top1; ky++)
                    for (int kx = left0; kx < left1; kx++)
                        v += x[s + ky * 4 + kx];
                y[r * 5 + c] = v / (float)(top2 * left2);
            }
        }
    }
}

/* fc: fc, tanh (bytes.fov:6)
 * x[280], weight[1][280][8], bias[1][8] -> y[3]
 * 8 outputs summed in registers, weights read once in order */
static inline float bytes_fc_finish(float v)
{
    return tanhf(v);
}

FOVEA_KERNEL static void bytes_fc(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                  float *restrict y)
{
    const float *w = weight;
    float a[8];
    for (int b = 0; b < 8; b++)
        a[b] = bias[b];
    for (int i = 0; i < 280; i++, w += 8)
        for (int b = 0; b < 8; b++)
            a[b] += x[i] * w[b];
    for (int b = 0; b < 3; b++)
        y[b] = bytes_fc_finish(a[b]);
}

fovea_status bytes_run(bytes_session *session, const bytes_inputs *inputs, const bytes_outputs *outputs)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    const unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */
    bytes_pixels(inputs->image, weights + w_normalize_constant, weights + w_normalize_constant_2, memory + at_pixels);
    bytes_conv1(memory + at_pixels, weights + w_conv1_weight, weights + w_conv1_bias, memory + at_conv1);
    bytes_lrn(memory + at_conv1);
    bytes_avgpool(memory + at_conv1, memory + at_avgpool);
    bytes_fc(memory + at_avgpool, weights + w_fc_weight, weights + w_fc_bias, outputs->answer);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status bytes_open(bytes_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0x87c420d36da8c3ca), 10752);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return FOVEA_OK;
}

fovea_status bytes_session_open(bytes_session *session, const bytes_model *model, void *workspace, size_t bytes,
                                int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)BYTES_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void bytes_session_close(bytes_session *session)
{
    if (session)
        session->workspace = NULL;
}

void bytes_close(bytes_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status bytes_verify(const bytes_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int bytes_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status bytes_selftest(const bytes_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 512)
        return FOVEA_WRONG_MODEL;
    if (bytes < BYTES_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    bytes_session session;
    status = bytes_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + BYTES_WORKSPACE_BYTES / 4;
    const bytes_inputs inputs = {(const unsigned char *)(tensors)};
    const bytes_outputs outputs = {results};
    status = bytes_run(&session, &inputs, &outputs);
    bytes_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!bytes_is_near(tensors + 112, outputs.answer, BYTES_OUTPUT_ANSWER_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
