/* edge.c - a compiled net
 *
 * Net 'edge' of edge.fov, compiled by Fovea for target c: portable C99, for any CPU and compiler.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "edge.h"

#include <math.h>
#include <string.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char edge_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

/* Kernels stay functions of their own: gcc takes longer for some when it inlines all of them into one. */
#ifdef __GNUC__
#define FOVEA_KERNEL __attribute__((noinline))
#else
#define FOVEA_KERNEL
#endif

/* Where each tensor stands in edge.weights, in floats. */
enum {
    w__constant = 16, /* [1][1][3][3][8] */
    w__constant_2 = 96, /* [1][1][1][2][8] */
    w__constant_3 = 112, /* [1][1][2][1][8] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_pack_image = 320, /* [1][12][13], steps 1 to 2 */
    at_conv = 0, /* [1][11][12], steps 2 to 5 */
    at_conv_2 = 256, /* [2][10][11], steps 3 to 4 */
    at_channel_max = 144, /* [1][10][11], steps 4 to 7 */
    at_conv_3 = 256, /* [2][10][11], steps 5 to 6 */
    at_channel_max_2 = 0, /* [1][10][11], steps 6 to 7 */
};

/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */
static inline float edge_larger(float a, float b)
{
    return a > b ? a : b;
}

/* Before loops over maps that store some pixels of each: clang would gather and scatter vectors of maps. */
#if defined __clang__
#define EDGE_BY_PIXELS _Pragma("clang loop vectorize(disable)")
#else
#define EDGE_BY_PIXELS
#endif

/* Before loops over the lanes of vectors: gcc would write out short ones, and find no vectors. */
#if defined __GNUC__ && __GNUC__ >= 8 && !defined __clang__
#define EDGE_LANES _Pragma("GCC unroll 1")
#else
#define EDGE_LANES
#endif

/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void edge_zero_border(float *y, int maps, int height, int width, int top, int left, int bottom, int right)
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

/* pack (edge.fov:6)
 * x[1][10][11] -> y[1][12][13]
 * the same values in another layout */
FOVEA_KERNEL static void edge_pack_image(const float *restrict x, float *restrict y)
{
    edge_zero_border(y, 1, 10, 11, 1, 1, 1, 1);
    for (int i = 0; i < 10; i++)
        for (int j = 0; j < 11; j++)
            y[14 + i * 13 + j] = x[i * 11 + j];
}

/* conv (edge.fov:6)
 * x[1][12][13], weight[1][1][3][3][8] -> y[1][11][12]
 * direct, 8 maps x 8 pixels summed in registers */
/* 8 pixels of a row, of 1 map. */
static void edge_conv_row8(const float *restrict x, const float *restrict weight, float *restrict y)
{
    float a0[8], a1[8], a2[8], a3[8], a4[8], a5[8], a6[8], a7[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = a4[b] = a5[b] = a6[b] = a7[b] = 0.0f;
    for (int ky = 0; ky < 3; ky++) {
        for (int kx = 0; kx < 3; kx++) {
            const float *s = x + ky * 13 + kx;
            EDGE_LANES
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
    EDGE_BY_PIXELS
    for (int b = 0; b < 1; b++)
        for (int p = 0; p < 8; p++)
            y[b * 132 + p] = sums[b][p];
}

/* 3 pixels of a row, of 1 map. */
static void edge_conv_row3(const float *restrict x, const float *restrict weight, float *restrict y)
{
    float a0[8], a1[8], a2[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = 0.0f;
    for (int ky = 0; ky < 3; ky++) {
        for (int kx = 0; kx < 3; kx++) {
            const float *s = x + ky * 13 + kx;
            EDGE_LANES
            for (int b = 0; b < 8; b++) {
                a0[b] += s[0] * weight[b];
                a1[b] += s[1] * weight[b];
                a2[b] += s[2] * weight[b];
            }
            weight += 8;
        }
    }
    float sums[8][3];
    for (int b = 0; b < 8; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
        sums[b][2] = a2[b];
    }
    EDGE_BY_PIXELS
    for (int b = 0; b < 1; b++)
        for (int p = 0; p < 3; p++)
            y[b * 132 + p] = sums[b][p];
}

FOVEA_KERNEL static void edge_conv(const float *restrict x, const float *restrict weight, float *restrict y)
{
    edge_zero_border(y, 1, 10, 11, 0, 0, 1, 1);
    for (int r = 0; r < 10; r++) {
        edge_conv_row8(x + r * 13, weight, y + r * 12);
        edge_conv_row3(x + r * 13 + 8, weight, y + r * 12 + 8);
    }
}

/* conv, relu (edge.fov:7)
 * x[1][11][12], weight[1][1][1][2][8] -> y[2][10][11]
 * direct, 8 maps x 8 pixels summed in registers */
static inline float edge_conv_2_finish(float v)
{
    return edge_larger(0.0f, v);
}

/* 8 pixels of a row, of 2 maps. */
static void edge_conv_2_row8(const float *restrict x, const float *restrict weight, float *restrict y)
{
    float a0[8], a1[8], a2[8], a3[8], a4[8], a5[8], a6[8], a7[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = a4[b] = a5[b] = a6[b] = a7[b] = 0.0f;
    for (int kx = 0; kx < 2; kx++) {
        const float *s = x + kx;
        EDGE_LANES
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
    EDGE_BY_PIXELS
    for (int b = 0; b < 2; b++)
        for (int p = 0; p < 8; p++)
            y[b * 110 + p] = edge_conv_2_finish(sums[b][p]);
}

/* 3 pixels of a row, of 2 maps. */
static void edge_conv_2_row3(const float *restrict x, const float *restrict weight, float *restrict y)
{
    float a0[8], a1[8], a2[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = 0.0f;
    for (int kx = 0; kx < 2; kx++) {
        const float *s = x + kx;
        EDGE_LANES
        for (int b = 0; b < 8; b++) {
            a0[b] += s[0] * weight[b];
            a1[b] += s[1] * weight[b];
            a2[b] += s[2] * weight[b];
        }
        weight += 8;
    }
    EDGE_LANES
    for (int b = 0; b < 8; b++) {
        a0[b] = edge_conv_2_finish(a0[b]);
        a1[b] = edge_conv_2_finish(a1[b]);
        a2[b] = edge_conv_2_finish(a2[b]);
    }
    float sums[8][3];
    for (int b = 0; b < 8; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
        sums[b][2] = a2[b];
    }
    EDGE_BY_PIXELS
    for (int b = 0; b < 2; b++)
        for (int p = 0; p < 3; p++)
            y[b * 110 + p] = sums[b][p];
}

FOVEA_KERNEL static void edge_conv_2(const float *restrict x, const float *restrict weight, float *restrict y)
{
    for (int r = 0; r < 10; r++) {
        edge_conv_2_row8(x + r * 12, weight, y + r * 11);
        edge_conv_2_row3(x + r * 12 + 8, weight, y + r * 11 + 8);
    }
}

/* channel_max (edge.fov:7)
 * x[2][10][11] -> y[1][10][11]
 * one result after the other */
FOVEA_KERNEL static void edge_channel_max(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 110; i++) {
        float v = -INFINITY;
        for (int j = 0; j < 2; j++)
            v = edge_larger(x[i + j * 110], v);
        y[i] = v;
    }
}

/* conv, relu (edge.fov:8)
 * x[1][11][12], weight[1][1][2][1][8] -> y[2][10][11]
 * direct, 8 maps x 8 pixels summed in registers */
static inline float edge_conv_3_finish(float v)
{
    return edge_larger(0.0f, v);
}

/* 8 pixels of a row, of 2 maps. */
static void edge_conv_3_row8(const float *restrict x, const float *restrict weight, float *restrict y)
{
    float a0[8], a1[8], a2[8], a3[8], a4[8], a5[8], a6[8], a7[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = a4[b] = a5[b] = a6[b] = a7[b] = 0.0f;
    for (int ky = 0; ky < 2; ky++) {
        const float *s = x + ky * 12;
        EDGE_LANES
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
    EDGE_BY_PIXELS
    for (int b = 0; b < 2; b++)
        for (int p = 0; p < 8; p++)
            y[b * 110 + p] = edge_conv_3_finish(sums[b][p]);
}

/* 3 pixels of a row, of 2 maps. */
static void edge_conv_3_row3(const float *restrict x, const float *restrict weight, float *restrict y)
{
    float a0[8], a1[8], a2[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = 0.0f;
    for (int ky = 0; ky < 2; ky++) {
        const float *s = x + ky * 12;
        EDGE_LANES
        for (int b = 0; b < 8; b++) {
            a0[b] += s[0] * weight[b];
            a1[b] += s[1] * weight[b];
            a2[b] += s[2] * weight[b];
        }
        weight += 8;
    }
    EDGE_LANES
    for (int b = 0; b < 8; b++) {
        a0[b] = edge_conv_3_finish(a0[b]);
        a1[b] = edge_conv_3_finish(a1[b]);
        a2[b] = edge_conv_3_finish(a2[b]);
    }
    float sums[8][3];
    for (int b = 0; b < 8; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
        sums[b][2] = a2[b];
    }
    EDGE_BY_PIXELS
    for (int b = 0; b < 2; b++)
        for (int p = 0; p < 3; p++)
            y[b * 110 + p] = sums[b][p];
}

FOVEA_KERNEL static void edge_conv_3(const float *restrict x, const float *restrict weight, float *restrict y)
{
    for (int r = 0; r < 10; r++) {
        edge_conv_3_row8(x + r * 12, weight, y + r * 11);
        edge_conv_3_row3(x + r * 12 + 8, weight, y + r * 11 + 8);
    }
}

/* max (edge.fov:9)
 * x[1][10][11], x2[1][10][11] -> y[1][10][11]
 * element by element */
static inline float edge_max_of(float a, float b)
{
    return a != a ? a : edge_larger(a, b);
}

FOVEA_KERNEL static void edge_max(const float *restrict x, const float *restrict x2, float *restrict y)
{
    for (int i = 0; i < 110; i++)
        y[i] = edge_max_of(x[i], x2[i]);
}

fovea_status edge_run(edge_session *session, const edge_inputs *inputs, const edge_outputs *outputs)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    const unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */
    edge_pack_image(inputs->image, memory + at_pack_image);
    edge_conv(memory + at_pack_image, weights + w__constant, memory + at_conv);
    edge_conv_2(memory + at_conv, weights + w__constant_2, memory + at_conv_2);
    edge_channel_max(memory + at_conv_2, memory + at_channel_max);
    edge_conv_3(memory + at_conv, weights + w__constant_3, memory + at_conv_3);
    edge_channel_max(memory + at_conv_3, memory + at_channel_max_2);
    edge_max(memory + at_channel_max, memory + at_channel_max_2, outputs->edges);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status edge_open(edge_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0x134c3fba0073e1f6), 512);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return FOVEA_OK;
}

fovea_status edge_session_open(edge_session *session, const edge_model *model, void *workspace, size_t bytes,
                               int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)EDGE_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void edge_session_close(edge_session *session)
{
    if (session)
        session->workspace = NULL;
}

void edge_close(edge_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status edge_verify(const edge_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int edge_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status edge_selftest(const edge_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 896)
        return FOVEA_WRONG_MODEL;
    if (bytes < EDGE_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    edge_session session;
    status = edge_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + EDGE_WORKSPACE_BYTES / 4;
    const edge_inputs inputs = {tensors};
    const edge_outputs outputs = {results};
    status = edge_run(&session, &inputs, &outputs);
    edge_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!edge_is_near(tensors + 112, outputs.edges, EDGE_OUTPUT_EDGES_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
