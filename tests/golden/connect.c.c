/* connect.c - a compiled net
 *
 * Net 'connect' of connect.fov, compiled by Fovea for target c: portable C99, for any CPU and compiler.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "connect.h"

#include <math.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char connect_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

/* Kernels stay functions of their own: gcc takes longer for some when it inlines all of them into one. */
#ifdef __GNUC__
#define FOVEA_KERNEL __attribute__((noinline))
#else
#define FOVEA_KERNEL
#endif

/* Where each tensor stands in connect.weights, in floats. */
enum {
    w_c3_weight = 16, /* [60][5][5] */
    w_c3_bias = 1520, /* [16] */
};

/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */
static inline float connect_larger(float a, float b)
{
    return a > b ? a : b;
}

/* c3: conv_connect, relu (connect.fov:3)
 * x[6][14][14], weight[60][5][5], bias[16] -> y[16][10][10]
 * direct, 7 rows x 8 pixels of a map summed in registers */
/* The input maps that output maps 0, 1, ... see. */
static const unsigned char connect_c3_sees[60] = {
    0, 1, 2,
    1, 2, 3,
    2, 3, 4,
    3, 4, 5,
    4, 5, 0,
    5, 0, 1,
    0, 1, 2, 3,
    1, 2, 3, 4,
    2, 3, 4, 5,
    3, 4, 5, 0,
    4, 5, 0, 1,
    5, 0, 1, 2,
    0, 1, 3, 4,
    1, 2, 4, 5,
    0, 2, 3, 5,
    0, 1, 2, 3, 4, 5,
};
/* Where the list of each output map begins, and where the last one ends. */
static const unsigned char connect_c3_first[17] = {
    0, 3, 6, 9, 12, 15, 18, 22, 26, 30, 34, 38, 42, 46, 50, 54, 60,
};

static inline float connect_c3_finish(float v)
{
    return connect_larger(0.0f, v);
}

/* 7 rows of 8 pixels of the map that sees the `count` maps `sees`. */
static void connect_c3_tile(const float *restrict x, const float *restrict weight, float bias, float *restrict y,
                            const unsigned char *restrict sees, int count)
{
    float a0[8], a1[8], a2[8], a3[8], a4[8], a5[8], a6[8];
    for (int p = 0; p < 8; p++)
        a0[p] = a1[p] = a2[p] = a3[p] = a4[p] = a5[p] = a6[p] = bias;
    for (int i = 0; i < count; i++) {
        for (int ky = 0; ky < 5; ky++) {
            for (int kx = 0; kx < 5; kx++) {
                const float *s = x + sees[i] * 196 + ky * 14 + kx;
                const float w = *weight++;
                for (int p = 0; p < 8; p++) {
                    a0[p] += s[p] * w;
                    a1[p] += s[p + 14] * w;
                    a2[p] += s[p + 28] * w;
                    a3[p] += s[p + 42] * w;
                    a4[p] += s[p + 56] * w;
                    a5[p] += s[p + 70] * w;
                    a6[p] += s[p + 84] * w;
                }
            }
        }
    }
    for (int p = 0; p < 8; p++) {
        y[p] = a0[p];
        y[p + 10] = a1[p];
        y[p + 20] = a2[p];
        y[p + 30] = a3[p];
        y[p + 40] = a4[p];
        y[p + 50] = a5[p];
        y[p + 60] = a6[p];
    }
}

FOVEA_KERNEL static void connect_c3(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                    float *restrict y)
{
    for (int o = 0; o < 16; o++) {
        const int first = connect_c3_first[o];
        float *map = y + o * 100;
        for (int r = 0; r < 10; r += 7) {
            const int row = r < 3 ? r : 3; /* the last tile overlaps the one before it */
            for (int c = 0; c < 10; c += 8) {
                const int column = c < 2 ? c : 2; /* the last tile overlaps the one before it */
                connect_c3_tile(x + row * 14 + column, weight + first * 25, bias[o], map + row * 10 + column,
                                connect_c3_sees + first, connect_c3_first[o + 1] - first);
            }
        }
        for (int i = 0; i < 100; i++)
            map[i] = connect_c3_finish(map[i]);
    }
}

fovea_status connect_run(connect_session *session, const connect_inputs *inputs, const connect_outputs *outputs)
{
    const float *const weights = session->model->weights;
    const unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */
    connect_c3(inputs->x, weights + w_c3_weight, weights + w_c3_bias, outputs->y);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status connect_open(connect_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0xc71cb1bbceb3a81f), 6144);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return FOVEA_OK;
}

fovea_status connect_session_open(connect_session *session, const connect_model *model, void *workspace, size_t bytes,
                                  int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)CONNECT_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void connect_session_close(connect_session *session)
{
    if (session)
        session->workspace = NULL;
}

void connect_close(connect_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status connect_verify(const connect_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int connect_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status connect_selftest(const connect_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 11136)
        return FOVEA_WRONG_MODEL;
    if (bytes < CONNECT_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    connect_session session;
    status = connect_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + CONNECT_WORKSPACE_BYTES / 4;
    const connect_inputs inputs = {tensors};
    const connect_outputs outputs = {results};
    status = connect_run(&session, &inputs, &outputs);
    connect_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!connect_is_near(tensors + 1184, outputs.y, CONNECT_OUTPUT_Y_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
