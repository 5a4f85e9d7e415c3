/* upscale.c - a compiled net
 *
 * Net 'upscale' of upscale.fov, compiled by Fovea for target c: portable C99, for any CPU and compiler.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "upscale.h"

#include <math.h>
#include <string.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char upscale_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

/* Kernels stay functions of their own: gcc takes longer for some when it inlines all of them into one. */
#ifdef __GNUC__
#define FOVEA_KERNEL __attribute__((noinline))
#else
#define FOVEA_KERNEL
#endif

/* Where each tensor stands in upscale.weights, in floats. */
enum {
    w_even_weight = 16, /* [2][4][4][4][8] */
    w_even_bias = 1040, /* [2][8] */
    w_uneven_weight = 1056, /* [1][10][3][3][8] */
    w_uneven_bias = 1776, /* [1][8] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_pack_x = 0, /* [4][6][7], steps 1 to 2 */
    at_even = 176, /* [10][9][10], steps 2 to 3 */
};

/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */
static inline float upscale_larger(float a, float b)
{
    return a > b ? a : b;
}

/* Before loops over maps that store some pixels of each: clang would gather and scatter vectors of maps. */
#if defined __clang__
#define UPSCALE_BY_PIXELS _Pragma("clang loop vectorize(disable)")
#else
#define UPSCALE_BY_PIXELS
#endif

/* Before loops over the lanes of vectors: gcc would write out short ones, and find no vectors. */
#if defined __GNUC__ && __GNUC__ >= 8 && !defined __clang__
#define UPSCALE_LANES _Pragma("GCC unroll 1")
#else
#define UPSCALE_LANES
#endif

/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void upscale_zero_border(float *y, int maps, int height, int width, int top, int left, int bottom, int right)
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

/* pack (upscale.fov:3)
 * x[4][4][5] -> y[4][6][7]
 * the same values in another layout */
FOVEA_KERNEL static void upscale_pack_x(const float *restrict x, float *restrict y)
{
    upscale_zero_border(y, 4, 4, 5, 1, 1, 1, 1);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            for (int k = 0; k < 5; k++)
                y[8 + i * 42 + j * 7 + k] = x[i * 20 + j * 5 + k];
}

/* even: conv_transpose, relu (upscale.fov:3)
 * x[4][6][7], weight[2][4][4][4][8], bias[2][8] -> y[10][9][10]
 * by phases of the stride, 8 maps x 5 pixels summed in registers */
static inline float upscale_even_finish(float v)
{
    return upscale_larger(0.0f, v);
}

/* 5 pixels of a row, of the first `maps` of 8 maps. */
static void upscale_even_row5(const float *restrict x, const float *restrict weight, const float *restrict bias,
                              float *restrict y, int maps)
{
    float a0[8], a1[8], a2[8], a3[8], a4[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = a4[b] = bias[b];
    for (int i = 0; i < 4; i++) {
        for (int ky = 0; ky < 2; ky++) {
            for (int kx = 0; kx < 2; kx++) {
                const float *s = x + i * 42 - ky * 7 - kx;
                const float *w = weight + i * 128 + ky * 64 + kx * 16;
                UPSCALE_LANES
                for (int b = 0; b < 8; b++) {
                    a0[b] += s[0] * w[b];
                    a1[b] += s[1] * w[b];
                    a2[b] += s[2] * w[b];
                    a3[b] += s[3] * w[b];
                    a4[b] += s[4] * w[b];
                }
            }
        }
    }
    float sums[8][5];
    for (int b = 0; b < 8; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
        sums[b][2] = a2[b];
        sums[b][3] = a3[b];
        sums[b][4] = a4[b];
    }
    UPSCALE_BY_PIXELS
    for (int b = 0; b < maps; b++)
        for (int p = 0; p < 5; p++)
            y[b * 90 + p * 2] = upscale_even_finish(sums[b][p]);
}

FOVEA_KERNEL static void upscale_even(const float *restrict x, const float *restrict weight,
                                      const float *restrict bias, float *restrict y)
{
    upscale_zero_border(y, 10, 8, 10, 0, 0, 1, 0);
    x += 8; /* to the pixel under the first output */
    for (int o = 0; o < 10; o += 8) {
        for (int py = 0; py < 2; py++) {
            const int first_y = (py + 1) % 2; /* the first tap that meets row py */
            for (int px = 0; px < 2; px++) {
                const int first_x = (px + 1) % 2; /* the first tap that meets column px */
                for (int r = py; r < 8; r += 2) {
                    upscale_even_row5(x + (r + 1) / 2 * 7 + (px + 1) / 2, weight + o * 64 + first_y * 32 + first_x * 8,
                                      bias + o, y + o * 90 + r * 10 + px, 10 - o < 8 ? 10 - o : 8);
                }
            }
        }
    }
}

/* uneven: conv_transpose (upscale.fov:4)
 * x[10][9][10], weight[1][10][3][3][8], bias[1][8] -> y[3][16][19]
 * by phases of the stride, 8 maps x 8 pixels summed in registers */
/* 8 pixels of a row, of 3 maps. */
static void upscale_uneven_row8(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                float *restrict y, int first_y, int first_x)
{
    float a0[8], a1[8], a2[8], a3[8], a4[8], a5[8], a6[8], a7[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = a4[b] = a5[b] = a6[b] = a7[b] = bias[b];
    for (int i = 0; i < 10; i++) {
        for (int ky = first_y; ky < 3; ky += 2) {
            for (int kx = first_x; kx < 3; kx += 2) {
                const float *s = x + i * 90 - ky / 2 * 10 - kx / 2;
                const float *w = weight + i * 72 + ky * 24 + kx * 8;
                UPSCALE_LANES
                for (int b = 0; b < 8; b++) {
                    a0[b] += s[0] * w[b];
                    a1[b] += s[1] * w[b];
                    a2[b] += s[2] * w[b];
                    a3[b] += s[3] * w[b];
                    a4[b] += s[4] * w[b];
                    a5[b] += s[5] * w[b];
                    a6[b] += s[6] * w[b];
                    a7[b] += s[7] * w[b];
                }
            }
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
    UPSCALE_BY_PIXELS
    for (int b = 0; b < 3; b++)
        for (int p = 0; p < 8; p++)
            y[b * 304 + p * 2] = sums[b][p];
}

FOVEA_KERNEL static void upscale_uneven(const float *restrict x, const float *restrict weight,
                                        const float *restrict bias, float *restrict y)
{
    for (int py = 0; py < 2; py++) {
        const int first_y = (py + 1) % 2; /* the first tap that meets row py */
        for (int px = 0; px < 2; px++) {
            const int first_x = (px + 1) % 2; /* the first tap that meets column px */
            const int columns = (20 - px) / 2;
            for (int r = py; r < 16; r += 2) {
                for (int c = 0; c < columns; c += 8) {
                    const int at = c < columns - 8 ? c : columns - 8; /* the last tile overlaps the one before it */
                    upscale_uneven_row8(x + (r + 1) / 2 * 10 + at + (px + 1) / 2, weight, bias,
                                        y + r * 19 + px + at * 2, first_y, first_x);
                }
            }
        }
    }
}

fovea_status upscale_run(upscale_session *session, const upscale_inputs *inputs, const upscale_outputs *outputs)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    const unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */
    upscale_pack_x(inputs->x, memory + at_pack_x);
    upscale_even(memory + at_pack_x, weights + w_even_weight, weights + w_even_bias, memory + at_even);
    upscale_uneven(memory + at_even, weights + w_uneven_weight, weights + w_uneven_bias, outputs->y);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status upscale_open(upscale_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0x3afaa545d6ae8ec0), 7168);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return FOVEA_OK;
}

fovea_status upscale_session_open(upscale_session *session, const upscale_model *model, void *workspace, size_t bytes,
                                  int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)UPSCALE_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void upscale_session_close(upscale_session *session)
{
    if (session)
        session->workspace = NULL;
}

void upscale_close(upscale_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status upscale_verify(const upscale_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int upscale_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status upscale_selftest(const upscale_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 3968)
        return FOVEA_WRONG_MODEL;
    if (bytes < UPSCALE_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    upscale_session session;
    status = upscale_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + UPSCALE_WORKSPACE_BYTES / 4;
    const upscale_inputs inputs = {tensors};
    const upscale_outputs outputs = {results};
    status = upscale_run(&session, &inputs, &outputs);
    upscale_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!upscale_is_near(tensors + 80, outputs.y, UPSCALE_OUTPUT_Y_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
