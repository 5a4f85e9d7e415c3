/* names.c - a compiled net
 *
 * Net 'run' of names.fov, compiled by Fovea for target c: portable C99, for any CPU and compiler.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "names.h"

#include <math.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char names_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

/* Kernels stay functions of their own: gcc takes longer for some when it inlines all of them into one. */
#ifdef __GNUC__
#define FOVEA_KERNEL __attribute__((noinline))
#else
#define FOVEA_KERNEL
#endif

/* Where each tensor stands in names.weights, in floats. */
enum {
    w_open_weight = 16, /* [1][2][3][3][8] */
    w_open_bias = 160, /* [1][8] */
    w_larger_weight = 176, /* [1][2][3][3][8] */
    w_larger_bias = 320, /* [1][8] */
    w_conv1_weight = 336, /* [1][2][1][1][8] */
    w_conv1_bias = 352, /* [1][8] */
    w_int_labels_weight = 368, /* [1][2][1][1][8] */
    w_int_labels_bias = 384, /* [1][8] */
    w_conv1_row4_weight = 400, /* [1][2][4][4][8] */
    w_conv1_row4_bias = 656, /* [1][8] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_add = 0, /* [2][4][4], steps 1 to 2 */
    at_larger = 0, /* [2][2][2], steps 3 to 4 */
    at_conv1 = 16, /* [2][2][2], steps 4 to 5 */
    at_conv1_row4 = 0, /* [1][1][1], steps 6 to 7 */
};

/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */
static inline float names_larger(float a, float b)
{
    return a > b ? a : b;
}

/* Before loops over maps that store some pixels of each: clang would gather and scatter vectors of maps. */
#if defined __clang__
#define NAMES_BY_PIXELS _Pragma("clang loop vectorize(disable)")
#else
#define NAMES_BY_PIXELS
#endif

/* Before loops over the lanes of vectors: gcc would write out short ones, and find no vectors. */
#if defined __GNUC__ && __GNUC__ >= 8 && !defined __clang__
#define NAMES_LANES _Pragma("GCC unroll 1")
#else
#define NAMES_LANES
#endif

/* add (names.fov:3)
 * x[2][4][4], x2[2][4][4] -> y[2][4][4]
 * element by element */
FOVEA_KERNEL static void names_add(const float *restrict x, const float *restrict x2, float *restrict y)
{
    for (int i = 0; i < 32; i++)
        y[i] = x[i] + x2[i];
}

/* open: conv, leaky_relu (names.fov:3)
 * x[2][4][4], weight[1][2][3][3][8], bias[1][8] -> y[2][2][2]
 * direct, 8 maps x 2 pixels summed in registers */
static inline float names_open_2_finish(float v)
{
    return v > 0.0f ? v : 0.5f * v;
}

/* 2 pixels of a row, of 2 maps. */
static void names_open_2_row2(const float *restrict x, const float *restrict weight, const float *restrict bias,
                              float *restrict y)
{
    float a0[8], a1[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = bias[b];
    for (int i = 0; i < 2; i++) {
        for (int ky = 0; ky < 3; ky++) {
            for (int kx = 0; kx < 3; kx++) {
                const float *s = x + i * 16 + ky * 4 + kx;
                NAMES_LANES
                for (int b = 0; b < 8; b++) {
                    a0[b] += s[0] * weight[b];
                    a1[b] += s[1] * weight[b];
                }
                weight += 8;
            }
        }
    }
    float sums[8][2];
    for (int b = 0; b < 8; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
    }
    NAMES_BY_PIXELS
    for (int b = 0; b < 2; b++)
        for (int p = 0; p < 2; p++)
            y[b * 4 + p] = names_open_2_finish(sums[b][p]);
}

FOVEA_KERNEL static void names_open_2(const float *restrict x, const float *restrict weight,
                                      const float *restrict bias, float *restrict y)
{
    for (int r = 0; r < 2; r++)
        names_open_2_row2(x + r * 4, weight, bias, y + r * 2);
}

/* larger: conv, relu (names.fov:4)
 * x[2][4][4], weight[1][2][3][3][8], bias[1][8] -> y[2][2][2]
 * direct, 8 maps x 2 pixels summed in registers */
static inline float names_larger_2_finish(float v)
{
    return names_larger(0.0f, v);
}

/* 2 pixels of a row, of 2 maps. */
static void names_larger_2_row2(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                float *restrict y)
{
    float a0[8], a1[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = bias[b];
    for (int i = 0; i < 2; i++) {
        for (int ky = 0; ky < 3; ky++) {
            for (int kx = 0; kx < 3; kx++) {
                const float *s = x + i * 16 + ky * 4 + kx;
                NAMES_LANES
                for (int b = 0; b < 8; b++) {
                    a0[b] += s[0] * weight[b];
                    a1[b] += s[1] * weight[b];
                }
                weight += 8;
            }
        }
    }
    float sums[8][2];
    for (int b = 0; b < 8; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
    }
    NAMES_BY_PIXELS
    for (int b = 0; b < 2; b++)
        for (int p = 0; p < 2; p++)
            y[b * 4 + p] = names_larger_2_finish(sums[b][p]);
}

FOVEA_KERNEL static void names_larger_2(const float *restrict x, const float *restrict weight,
                                        const float *restrict bias, float *restrict y)
{
    for (int r = 0; r < 2; r++)
        names_larger_2_row2(x + r * 4, weight, bias, y + r * 2);
}

/* conv1: conv, relu (names.fov:4)
 * x[2][2][2], weight[1][2][1][1][8], bias[1][8] -> y[2][2][2]
 * direct, 8 maps x 2 pixels summed in registers */
static inline float names_conv1_finish(float v)
{
    return names_larger(0.0f, v);
}

/* 2 pixels of a row, of 2 maps. */
static void names_conv1_row2(const float *restrict x, const float *restrict weight, const float *restrict bias,
                             float *restrict y)
{
    float a0[8], a1[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = bias[b];
    for (int i = 0; i < 2; i++) {
        const float *s = x + i * 4;
        NAMES_LANES
        for (int b = 0; b < 8; b++) {
            a0[b] += s[0] * weight[b];
            a1[b] += s[1] * weight[b];
        }
        weight += 8;
    }
    float sums[8][2];
    for (int b = 0; b < 8; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
    }
    NAMES_BY_PIXELS
    for (int b = 0; b < 2; b++)
        for (int p = 0; p < 2; p++)
            y[b * 4 + p] = names_conv1_finish(sums[b][p]);
}

FOVEA_KERNEL static void names_conv1(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                     float *restrict y)
{
    for (int r = 0; r < 2; r++)
        names_conv1_row2(x + r * 2, weight, bias, y + r * 2);
}

/* int_labels: conv (names.fov:4)
 * x[2][2][2], weight[1][2][1][1][8], bias[1][8] -> y[2][2][2]
 * direct, 8 maps x 2 pixels summed in registers */
/* 2 pixels of a row, of 2 maps. */
static void names_int_labels_2_row2(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                    float *restrict y)
{
    float a0[8], a1[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = bias[b];
    for (int i = 0; i < 2; i++) {
        const float *s = x + i * 4;
        NAMES_LANES
        for (int b = 0; b < 8; b++) {
            a0[b] += s[0] * weight[b];
            a1[b] += s[1] * weight[b];
        }
        weight += 8;
    }
    float sums[8][2];
    for (int b = 0; b < 8; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
    }
    NAMES_BY_PIXELS
    for (int b = 0; b < 2; b++)
        for (int p = 0; p < 2; p++)
            y[b * 4 + p] = sums[b][p];
}

FOVEA_KERNEL static void names_int_labels_2(const float *restrict x, const float *restrict weight,
                                            const float *restrict bias, float *restrict y)
{
    for (int r = 0; r < 2; r++)
        names_int_labels_2_row2(x + r * 2, weight, bias, y + r * 2);
}

/* conv1.row4: conv (names.fov:5)
 * x[2][4][4], weight[1][2][4][4][8], bias[1][8] -> y[1][1][1]
 * direct, 8 maps x 1 pixel summed in registers */
/* 1 pixel of a row, of 1 map. */
static void names_conv1_row4_2_row1(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                    float *restrict y)
{
    float a0[8];
    for (int b = 0; b < 8; b++)
        a0[b] = bias[b];
    for (int i = 0; i < 2; i++) {
        for (int ky = 0; ky < 4; ky++) {
            for (int kx = 0; kx < 4; kx++) {
                const float *s = x + i * 16 + ky * 4 + kx;
                NAMES_LANES
                for (int b = 0; b < 8; b++) {
                    a0[b] += s[0] * weight[b];
                }
                weight += 8;
            }
        }
    }
    for (int b = 0; b < 1; b++) {
        y[b] = a0[b];
    }
}

FOVEA_KERNEL static void names_conv1_row4_2(const float *restrict x, const float *restrict weight,
                                            const float *restrict bias, float *restrict y)
{
    for (int r = 0; r < 1; r++)
        names_conv1_row4_2_row1(x + r * 4, weight, bias, y + r * 1);
}

/* softmax (names.fov:5)
 * x[1][1][1] -> y[1][1][1]
 * the largest is subtracted first, so that nothing overflows */
FOVEA_KERNEL static void names_softmax(const float *restrict x, float *restrict y)
{
    const float *s = x;
    float *d = y;
    float largest = -INFINITY, sum = 0.0f;
    for (int a = 0; a < 1; a++)
        largest = names_larger(s[a * 1], largest);
    for (int a = 0; a < 1; a++) {
        d[a * 1] = expf(s[a * 1] - largest);
        sum += d[a * 1];
    }
    for (int a = 0; a < 1; a++)
        d[a * 1] /= sum;
}

fovea_status names_run(names_session *session, const names_inputs *inputs, const names_outputs *outputs)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    const unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */
    names_add(inputs->class_1, inputs->class_, memory + at_add);
    names_open_2(memory + at_add, weights + w_open_weight, weights + w_open_bias, outputs->default_);
    names_larger_2(inputs->Class, weights + w_larger_weight, weights + w_larger_bias, memory + at_larger);
    names_conv1(memory + at_larger, weights + w_conv1_weight, weights + w_conv1_bias, memory + at_conv1);
    names_int_labels_2(memory + at_conv1, weights + w_int_labels_weight, weights + w_int_labels_bias,
                       outputs->static_cast_);
    names_conv1_row4_2(inputs->NULL_, weights + w_conv1_row4_weight, weights + w_conv1_row4_bias,
                       memory + at_conv1_row4);
    names_softmax(memory + at_conv1_row4, outputs->int_);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status names_open(names_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0xb9c5afb71afe2750), 2688);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return FOVEA_OK;
}

fovea_status names_session_open(names_session *session, const names_model *model, void *workspace, size_t bytes,
                                int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)NAMES_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void names_session_close(names_session *session)
{
    if (session)
        session->workspace = NULL;
}

void names_close(names_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status names_verify(const names_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int names_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status names_selftest(const names_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 704)
        return FOVEA_WRONG_MODEL;
    if (bytes < NAMES_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    names_session session;
    status = names_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + NAMES_WORKSPACE_BYTES / 4;
    const names_inputs inputs = {tensors, tensors + 32, tensors + 64, tensors + 96};
    const names_outputs outputs = {results, results + 16, results + 32};
    status = names_run(&session, &inputs, &outputs);
    names_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!names_is_near(tensors + 128, outputs.int_, NAMES_OUTPUT_INT_SIZE))
        return FOVEA_FAILED_SELFTEST;
    if (!names_is_near(tensors + 144, outputs.default_, NAMES_OUTPUT_DEFAULT_SIZE))
        return FOVEA_FAILED_SELFTEST;
    if (!names_is_near(tensors + 160, outputs.static_cast_, NAMES_OUTPUT_STATIC_CAST_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}

#ifndef FOVEA_NO_LABELS
const char *const names_int_labels[1] = {
    "\"Café\" \\ what\077?/",
};
#endif
