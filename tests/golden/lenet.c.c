/* lenet.c - a compiled net
 *
 * Net 'lenet' of lenet.fov, compiled by Fovea for target c: portable C99, for any CPU and compiler.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "lenet.h"

#include <math.h>
#include <string.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char lenet_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

/* Kernels stay functions of their own: gcc takes longer for some when it inlines all of them into one. */
#ifdef __GNUC__
#define FOVEA_KERNEL __attribute__((noinline))
#else
#define FOVEA_KERNEL
#endif

/* Where each tensor stands in lenet.weights, in floats. */
enum {
    w_conv1_weight = 16, /* [1][1][5][5][8] */
    w_conv1_bias = 224, /* [1][8] */
    w_conv2_weight = 240, /* [1][4][3][3][8] */
    w_conv2_bias = 528, /* [1][8] */
    w_fc1_weight = 544, /* [1][24][16] */
    w_fc1_bias = 928, /* [1][16] */
    w_fc2_weight = 944, /* [1][9][8] */
    w_fc2_bias = 1024, /* [1][8] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_pack_image = 576, /* [1][16][16], steps 1 to 2 */
    at_conv1 = 0, /* [4][12][12], steps 2 to 3 */
    at_maxpool = 576, /* [4][6][6], steps 3 to 4 */
    at_conv2 = 0, /* [6][4][4], steps 4 to 5 */
    at_maxpool_2 = 96, /* [6][2][2], steps 5 to 6 */
    at_fc1 = 0, /* [9], steps 6 to 7 */
};

/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */
static inline float lenet_larger(float a, float b)
{
    return a > b ? a : b;
}

/* Before loops over maps that store some pixels of each: clang would gather and scatter vectors of maps. */
#if defined __clang__
#define LENET_BY_PIXELS _Pragma("clang loop vectorize(disable)")
#else
#define LENET_BY_PIXELS
#endif

/* Before loops over the lanes of vectors: gcc would write out short ones, and find no vectors. */
#if defined __GNUC__ && __GNUC__ >= 8 && !defined __clang__
#define LENET_LANES _Pragma("GCC unroll 1")
#else
#define LENET_LANES
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
FOVEA_KERNEL static void lenet_pack_image(const float *restrict x, float *restrict y)
{
    lenet_zero_border(y, 1, 12, 12, 2, 2, 2, 2);
    for (int i = 0; i < 12; i++)
        for (int j = 0; j < 12; j++)
            y[34 + i * 16 + j] = x[i * 12 + j];
}

/* conv1: conv, relu (lenet.fov:3)
 * x[1][16][16], weight[1][1][5][5][8], bias[1][8] -> y[4][12][12]
 * direct, 8 maps x 8 pixels summed in registers */
static inline float lenet_conv1_finish(float v)
{
    return lenet_larger(0.0f, v);
}

/* 8 pixels of a row, of 4 maps. */
static void lenet_conv1_row8(const float *restrict x, const float *restrict weight, const float *restrict bias,
                             float *restrict y)
{
    float a0[8], a1[8], a2[8], a3[8], a4[8], a5[8], a6[8], a7[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = a4[b] = a5[b] = a6[b] = a7[b] = bias[b];
    for (int ky = 0; ky < 5; ky++) {
        for (int kx = 0; kx < 5; kx++) {
            const float *s = x + ky * 16 + kx;
            LENET_LANES
            for (int b = 0; b < 8; b++) {
                a0[b] += s[0] * weight[b];
                a1[b] += s[1] * weight[b];
                a2[b] += s[2] * weight[b];
                a3[b] += s[3] * weight[b];
                a4[b] += s[4] * weight[b];
                a5[b] += s[5] * weight[b];
                a6[b] += s[6] * weight[b];
                a7[b] += s[7] * weight[b];
            }
            weight += 8;
        }
    }
    float sums[8][8];
    for (int b = 0; b < 8; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
        sums[b][2] = a2[b];
        sums[b][3] = a3[b];
        sums[b][4] = a4[b];
        sums[b][5] = a5[b];
        sums[b][6] = a6[b];
        sums[b][7] = a7[b];
    }
    LENET_BY_PIXELS
    for (int b = 0; b < 4; b++)
        for (int p = 0; p < 8; p++)
            y[b * 144 + p] = lenet_conv1_finish(sums[b][p]);
}

/* 4 pixels of a row, of 4 maps. */
static void lenet_conv1_row4(const float *restrict x, const float *restrict weight, const float *restrict bias,
                             float *restrict y)
{
    float a0[8], a1[8], a2[8], a3[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = bias[b];
    for (int ky = 0; ky < 5; ky++) {
        for (int kx = 0; kx < 5; kx++) {
            const float *s = x + ky * 16 + kx;
            LENET_LANES
            for (int b = 0; b < 8; b++) {
                a0[b] += s[0] * weight[b];
                a1[b] += s[1] * weight[b];
                a2[b] += s[2] * weight[b];
                a3[b] += s[3] * weight[b];
            }
            weight += 8;
        }
    }
    LENET_LANES
    for (int b = 0; b < 8; b++) {
        a0[b] = lenet_conv1_finish(a0[b]);
        a1[b] = lenet_conv1_finish(a1[b]);
        a2[b] = lenet_conv1_finish(a2[b]);
        a3[b] = lenet_conv1_finish(a3[b]);
    }
    float sums[8][4];
    for (int b = 0; b < 8; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
        sums[b][2] = a2[b];
        sums[b][3] = a3[b];
    }
    LENET_BY_PIXELS
    for (int b = 0; b < 4; b++)
        for (int p = 0; p < 4; p++)
            y[b * 144 + p] = sums[b][p];
}

FOVEA_KERNEL static void lenet_conv1(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                     float *restrict y)
{
    for (int r = 0; r < 12; r++) {
        lenet_conv1_row8(x + r * 16, weight, bias, y + r * 12);
        lenet_conv1_row4(x + r * 16 + 8, weight, bias, y + r * 12 + 8);
    }
}

/* maxpool (lenet.fov:3)
 * x[4][12][12] -> y[4][6][6]
 * window by window */
FOVEA_KERNEL static void lenet_maxpool(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 4; i++, x += 144, y += 36) {
        for (int r = 0; r < 6; r++) {
            for (int c = 0; c < 6; c++) {
                const int s = r * 24 + c * 2;
                float v = -INFINITY;
                for (int ky = 0; ky < 2; ky++)
                    for (int kx = 0; kx < 2; kx++)
                        v = lenet_larger(x[s + ky * 12 + kx], v);
                y[r * 6 + c] = v;
            }
        }
    }
}

/* conv2: conv, relu (lenet.fov:4)
 * x[4][6][6], weight[1][4][3][3][8], bias[1][8] -> y[6][4][4]
 * direct, 8 maps x 4 pixels summed in registers */
static inline float lenet_conv2_finish(float v)
{
    return lenet_larger(0.0f, v);
}

/* 4 pixels of a row, of 6 maps. */
static void lenet_conv2_row4(const float *restrict x, const float *restrict weight, const float *restrict bias,
                             float *restrict y)
{
    float a0[8], a1[8], a2[8], a3[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = bias[b];
    for (int i = 0; i < 4; i++) {
        for (int ky = 0; ky < 3; ky++) {
            for (int kx = 0; kx < 3; kx++) {
                const float *s = x + i * 36 + ky * 6 + kx;
                LENET_LANES
                for (int b = 0; b < 8; b++) {
                    a0[b] += s[0] * weight[b];
                    a1[b] += s[1] * weight[b];
                    a2[b] += s[2] * weight[b];
                    a3[b] += s[3] * weight[b];
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
    LENET_BY_PIXELS
    for (int b = 0; b < 6; b++)
        for (int p = 0; p < 4; p++)
            y[b * 16 + p] = lenet_conv2_finish(sums[b][p]);
}

FOVEA_KERNEL static void lenet_conv2(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                     float *restrict y)
{
    for (int r = 0; r < 4; r++)
        lenet_conv2_row4(x + r * 6, weight, bias, y + r * 4);
}

/* maxpool (lenet.fov:4)
 * x[6][4][4] -> y[6][2][2]
 * window by window */
FOVEA_KERNEL static void lenet_maxpool_2(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 6; i++, x += 16, y += 4) {
        for (int r = 0; r < 2; r++) {
            for (int c = 0; c < 2; c++) {
                const int s = r * 8 + c * 2;
                float v = -INFINITY;
                for (int ky = 0; ky < 2; ky++)
                    for (int kx = 0; kx < 2; kx++)
                        v = lenet_larger(x[s + ky * 4 + kx], v);
                y[r * 2 + c] = v;
            }
        }
    }
}

/* fc1: fc, relu (lenet.fov:6)
 * x[24], weight[1][24][16], bias[1][16] -> y[9]
 * 16 outputs summed in registers, weights read once in order */
static inline float lenet_fc1_finish(float v)
{
    return lenet_larger(0.0f, v);
}

FOVEA_KERNEL static void lenet_fc1(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                   float *restrict y)
{
    const float *w = weight;
    float a[16];
    for (int b = 0; b < 16; b++)
        a[b] = bias[b];
    for (int i = 0; i < 24; i++, w += 16)
        for (int b = 0; b < 16; b++)
            a[b] += x[i] * w[b];
    for (int b = 0; b < 9; b++)
        y[b] = lenet_fc1_finish(a[b]);
}

/* fc2: fc (lenet.fov:7)
 * x[9], weight[1][9][8], bias[1][8] -> y[5]
 * 8 outputs summed in registers, weights read once in order */
FOVEA_KERNEL static void lenet_fc2(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                   float *restrict y)
{
    const float *w = weight;
    float a[8];
    for (int b = 0; b < 8; b++)
        a[b] = bias[b];
    for (int i = 0; i < 9; i++, w += 8)
        for (int b = 0; b < 8; b++)
            a[b] += x[i] * w[b];
    for (int b = 0; b < 5; b++)
        y[b] = a[b];
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
    lenet_fc1(memory + at_maxpool_2, weights + w_fc1_weight, weights + w_fc1_bias, memory + at_fc1);
    lenet_fc2(memory + at_fc1, weights + w_fc2_weight, weights + w_fc2_bias, outputs->logits);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status lenet_open(lenet_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0x372f8178035a30a0), 4160);
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
