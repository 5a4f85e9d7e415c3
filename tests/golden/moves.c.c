/* moves.c - a compiled net
 *
 * Net 'moves' of moves.fov, compiled by Fovea for target c: portable C99, for any CPU and compiler.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "moves.h"

#include <math.h>
#include <string.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char moves_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

/* Kernels stay functions of their own: gcc takes longer for some when it inlines all of them into one. */
#ifdef __GNUC__
#define FOVEA_KERNEL __attribute__((noinline))
#else
#define FOVEA_KERNEL
#endif

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_pixels = 0, /* [4][8][40], steps 1 to 10 */
    at_slice = 1280, /* [4][8][40], steps 2 to 3 */
    at_slice_2 = 1280, /* [2][3][40], steps 4 to 5 */
};

/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */
static inline float moves_larger(float a, float b)
{
    return a > b ? a : b;
}

static inline void moves_fill(float *y, int count, float value)
{
    for (int i = 0; i < count; i++)
        y[i] = value;
}

/* pixels (moves.fov:2)
 * x[8][40][4] -> y[4][8][40]
 * element by element */
FOVEA_KERNEL static void moves_pixels(const unsigned char *restrict x, float *restrict y)
{
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 320; j++)
            y[i * 320 + j] = (float)x[i + j * 4] / 255.0f;
}

/* slice (moves.fov:3)
 * x[4][8][40] -> y[4][8][40]
 * element by element */
FOVEA_KERNEL static void moves_slice(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 32; i++)
        for (int j = 0; j < 40; j++)
            y[i * 40 + j] = x[39 + i * 40 - j];
}

/* pad (moves.fov:3)
 * x[4][8][40] -> y[4][9][43]
 * row by row, mirrored at the borders */
FOVEA_KERNEL static void moves_pad(const float *restrict x, float *restrict y)
{
    for (int c = 0; c < 4; c++) {
        for (int r = 0; r < 9; r++) {
            const int from_r = r < 1 ? 1 - r : r - 1;
            float *d = y + c * 387 + r * 43;
            const float *s = x + c * 320 + from_r * 40;
            for (int i = 0; i < 2; i++)
                d[i] = s[2 - i];
            memcpy(d + 2, s, 40 * sizeof *d);
            d[42] = s[38];
        }
    }
}

/* slice (moves.fov:4)
 * x[4][8][40] -> y[2][3][40]
 * copied run by run */
FOVEA_KERNEL static void moves_slice_2(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 2; i++)
        memcpy(y + i * 120, x + 680 + i * 320, 120 * sizeof *y);
}

/* pad (moves.fov:4)
 * x[2][3][40] -> y[3][5][42]
 * row by row, the borders repeated */
FOVEA_KERNEL static void moves_pad_2(const float *restrict x, float *restrict y)
{
    for (int c = 0; c < 3; c++) {
        const int from_c = c < 1 ? 0 : c - 1;
        for (int r = 0; r < 5; r++) {
            const int from_r = r < 1 ? 0 : r < 4 ? r - 1 : 2;
            float *d = y + c * 210 + r * 42;
            const float *s = x + from_c * 120 + from_r * 40;
            d[0] = s[0];
            memcpy(d + 1, s, 40 * sizeof *d);
            d[41] = s[39];
        }
    }
}

/* pad (moves.fov:5)
 * x[4][8][40] -> y[5][10][41]
 * row by row, filled where it shows nothing of x */
FOVEA_KERNEL static void moves_pad_3(const float *restrict x, float *restrict y)
{
    for (int c = 0; c < 5; c++) {
        for (int r = 0; r < 10; r++) {
            float *d = y + c * 410 + r * 41;
            if (c >= 4 || r >= 8) {
                moves_fill(d, 41, -1.0f);
                continue;
            }
            const float *s = x + c * 320 + r * 40;
            d[0] = -1.0f;
            memcpy(d + 1, s, 40 * sizeof *d);
        }
    }
}

/* depth_to_space, relu (moves.fov:6)
 * x[4][8][40] -> y[1][16][80]
 * element by element */
static inline float moves_depth_to_space_finish(float v)
{
    return moves_larger(0.0f, v);
}

FOVEA_KERNEL static void moves_depth_to_space(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < 2; j++)
            for (int k = 0; k < 40; k++)
                for (int l = 0; l < 2; l++)
                    y[i * 160 + j * 80 + k * 2 + l] = moves_depth_to_space_finish(x[i * 40 + j * 640 + k + l * 320]);
}

/* space_to_depth (moves.fov:7)
 * x[4][8][40] -> y[64][2][10]
 * element by element */
FOVEA_KERNEL static void moves_space_to_depth(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            for (int k = 0; k < 4; k++)
                for (int l = 0; l < 2; l++)
                    for (int m = 0; m < 10; m++)
                        y[i * 320 + j * 80 + k * 20 + l * 10 + m] = x[i * 320 + j * 40 + k + l * 160 + m * 4];
}

/* channel_shuffle (moves.fov:8)
 * x[4][8][40] -> y[4][8][40]
 * copied run by run */
FOVEA_KERNEL static void moves_channel_shuffle(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            memcpy(y + i * 640 + j * 320, x + i * 320 + j * 640, 320 * sizeof *y);
}

/* transpose (moves.fov:9)
 * x[32][40] -> y[40][32]
 * in strips, so that both sides go through memory line by line */
FOVEA_KERNEL static void moves_transpose(const float *restrict x, float *restrict y)
{
    for (int i0 = 0; i0 < 40; i0 += 8)
        for (int j = 0; j < 32; j++)
            for (int i = i0; i < i0 + 8; i++)
                y[i * 32 + j] = x[i + j * 40];
}

fovea_status moves_run(moves_session *session, const moves_inputs *inputs, const moves_outputs *outputs)
{
    float *const memory = session->workspace;
    const unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */
    moves_pixels(inputs->image, memory + at_pixels);
    moves_slice(memory + at_pixels, memory + at_slice);
    moves_pad(memory + at_slice, outputs->mirrored);
    moves_slice_2(memory + at_pixels, memory + at_slice_2);
    moves_pad_2(memory + at_slice_2, outputs->edge);
    moves_pad_3(memory + at_pixels, outputs->framed);
    moves_depth_to_space(memory + at_pixels, outputs->spread);
    moves_space_to_depth(memory + at_pixels, outputs->gathered);
    moves_channel_shuffle(memory + at_pixels, outputs->mixed);
    moves_transpose(memory + at_pixels, outputs->answer);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status moves_open(moves_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0xe6c378e50d8c46fa), 64);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return FOVEA_OK;
}

fovea_status moves_session_open(moves_session *session, const moves_model *model, void *workspace, size_t bytes,
                                int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)MOVES_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void moves_session_close(moves_session *session)
{
    if (session)
        session->workspace = NULL;
}

void moves_close(moves_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status moves_verify(const moves_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int moves_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status moves_selftest(const moves_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 38784)
        return FOVEA_WRONG_MODEL;
    if (bytes < MOVES_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    moves_session session;
    status = moves_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + MOVES_WORKSPACE_BYTES / 4;
    const moves_inputs inputs = {(const unsigned char *)(tensors)};
    const moves_outputs outputs = {results, results + 1280, results + 2832, results + 3472, results + 5536,
                                   results + 6816, results + 8096};
    status = moves_run(&session, &inputs, &outputs);
    moves_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!moves_is_near(tensors + 320, outputs.answer, MOVES_OUTPUT_ANSWER_SIZE))
        return FOVEA_FAILED_SELFTEST;
    if (!moves_is_near(tensors + 1600, outputs.mirrored, MOVES_OUTPUT_MIRRORED_SIZE))
        return FOVEA_FAILED_SELFTEST;
    if (!moves_is_near(tensors + 3152, outputs.edge, MOVES_OUTPUT_EDGE_SIZE))
        return FOVEA_FAILED_SELFTEST;
    if (!moves_is_near(tensors + 3792, outputs.framed, MOVES_OUTPUT_FRAMED_SIZE))
        return FOVEA_FAILED_SELFTEST;
    if (!moves_is_near(tensors + 5856, outputs.spread, MOVES_OUTPUT_SPREAD_SIZE))
        return FOVEA_FAILED_SELFTEST;
    if (!moves_is_near(tensors + 7136, outputs.gathered, MOVES_OUTPUT_GATHERED_SIZE))
        return FOVEA_FAILED_SELFTEST;
    if (!moves_is_near(tensors + 8416, outputs.mixed, MOVES_OUTPUT_MIXED_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
