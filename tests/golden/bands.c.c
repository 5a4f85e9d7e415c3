/* bands.c - a compiled net
 *
 * Net 'bands' of bands.fov, compiled by Fovea for target c: portable C99, for any CPU and compiler.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "bands.h"

#include <math.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

/* A negative size where floats or ints are not what this code needs. */
typedef char bands_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

/* Kernels stay functions of their own: gcc takes longer for some when it inlines all of them into one. */
#ifdef __GNUC__
#define FOVEA_KERNEL __attribute__((noinline))
#else
#define FOVEA_KERNEL
#endif

/* Where each tensor stands in bands.weights, in floats. */
enum {
    w_conv1_weight = 16, /* [1][3][3][3][32] */
    w_conv1_bias = 880, /* [1][32] */
    w_conv2_weight = 912, /* [1][32][3][3][32] */
    w_conv2_bias = 10128, /* [1][32] */
    w_head_weight = 10160, /* [1][32][1][1][8] */
    w_head_bias = 10416, /* [1][8] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_pack_image = 344768, /* [3][170][170], steps 1 to 5 */
    at_conv1 = 0, /* [32][11][170], steps 2 to 5 */
    at_conv2 = 59840, /* [32][9][168], steps 2 to 5 */
    at_maxpool = 108224, /* [32][4][84], steps 2 to 5 */
    at_lrn = 118976, /* [32][84][84], steps 2 to 6 */
    at_head = 0, /* [4][84][84], steps 6 to 7 */
};

/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */
static inline float bands_larger(float a, float b)
{
    return a > b ? a : b;
}

/* Before loops over maps that store some pixels of each: clang would gather and scatter vectors of maps. */
#if defined __clang__
#define BANDS_BY_PIXELS _Pragma("clang loop vectorize(disable)")
#else
#define BANDS_BY_PIXELS
#endif

/* Before loops over the lanes of vectors: gcc would write out short ones, and find no vectors. */
#if defined __GNUC__ && __GNUC__ >= 8 && !defined __clang__
#define BANDS_LANES _Pragma("GCC unroll 1")
#else
#define BANDS_LANES
#endif

static inline int bands_least(int a, int b)
{
    return a < b ? a : b;
}

/* Of each of `maps` maps, `count` floats from `from` on go to its beginning. */
static void bands_keep_rows(float *y, int maps, int map, int from, int count)
{
    for (int i = 0; i < maps; i++, y += map)
        memmove(y, y + from, (size_t)count * sizeof *y);
}

/* Of each of `maps` maps, `count` floats from `from` on become zero. */
static void bands_zero_rows(float *y, int maps, int map, int from, int count)
{
    for (int i = 0; i < maps; i++, y += map)
        memset(y + from, 0, (size_t)count * sizeof *y);
}

/* Where thread `me` of `all` begins in a loop that goes to `length`, and thread me - 1 ends: at a multiple of
 * `together`. */
static int bands_share(int length, int together, int me, int all)
{
    const long long turns = ((long long)length + together - 1) / together;
    const long long begin = (turns * me + all - 1) / all * together;
    return begin < length ? (int)begin : length;
}
#define BANDS_SHARE(length, together) \
    bands_share(length, together, me, all), bands_share(length, together, me + 1, all)

/* Until all threads are here: what one of them has written, others may read now. */
static void bands_wait(int all)
{
    if (all > 1) { /* a barrier outside of a run's threads would be one of the caller's */
#ifdef _OPENMP
#pragma omp barrier
#endif
    }
}

/* Zeros around each of `maps` pictures of height x width, so that convolutions need not test for edges. */
static void bands_zero_border(float *y, int maps, int height, int width, int top, int left, int bottom, int right)
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

/* pack (bands.fov:3)
 * x[3][168][168] -> y[3][170][170], the rows from .. to - 1
 * the same values in another layout */
FOVEA_KERNEL static void bands_pack_image(const float *restrict x, float *restrict y, int from, int to)
{
    if (from == 0)
        bands_zero_border(y, 3, 168, 168, 1, 1, 1, 1);
    for (int i = 0; i < 3; i++)
        for (int j = from; j < to; j++)
            for (int k = 0; k < 168; k++)
                y[171 + i * 28900 + j * 170 + k] = x[i * 28224 + j * 168 + k];
}

/* conv1: conv, relu (bands.fov:3)
 * x[3][170][170], weight[1][3][3][3][32], bias[1][32] -> y[32][11][170], the rows from .. to - 1
 * direct, 32 maps x 4 pixels summed in registers */
static inline float bands_conv1_finish(float v)
{
    return bands_larger(0.0f, v);
}

/* 4 pixels of a row, of 32 maps. */
static void bands_conv1_row4(const float *restrict x, const float *restrict weight, const float *restrict bias,
                             float *restrict y)
{
    float a0[32], a1[32], a2[32], a3[32];
    for (int b = 0; b < 32; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = bias[b];
    for (int i = 0; i < 3; i++) {
        for (int ky = 0; ky < 3; ky++) {
            for (int kx = 0; kx < 3; kx++) {
                const float *s = x + i * 28900 + ky * 170 + kx;
                BANDS_LANES
                for (int b = 0; b < 32; b++) {
                    a0[b] += s[0] * weight[b];
                    a1[b] += s[1] * weight[b];
                    a2[b] += s[2] * weight[b];
                    a3[b] += s[3] * weight[b];
                }
                weight += 32;
            }
        }
    }
    float sums[32][4];
    for (int b = 0; b < 32; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
        sums[b][2] = a2[b];
        sums[b][3] = a3[b];
    }
    BANDS_BY_PIXELS
    for (int b = 0; b < 32; b++)
        for (int p = 0; p < 4; p++)
            y[b * 1870 + p] = bands_conv1_finish(sums[b][p]);
}

FOVEA_KERNEL static void bands_conv1(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                     float *restrict y, int from, int to)
{
    y += 1; /* past the halo */
    for (int r = from; r < to; r++)
        for (int c = 0; c < 168; c += 4)
            bands_conv1_row4(x + r * 170 + c, weight, bias, y + (r - from) * 170 + c);
}

/* conv2: conv, relu (bands.fov:3)
 * x[32][11][170], weight[1][32][3][3][32], bias[1][32] -> y[32][9][168], the rows from .. to - 1
 * direct, 32 maps x 4 pixels summed in registers */
static inline float bands_conv2_finish(float v)
{
    return bands_larger(0.0f, v);
}

/* 4 pixels of a row, of 32 maps. */
static void bands_conv2_row4(const float *restrict x, const float *restrict weight, const float *restrict bias,
                             float *restrict y)
{
    float a0[32], a1[32], a2[32], a3[32];
    for (int b = 0; b < 32; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = bias[b];
    for (int i = 0; i < 32; i++) {
        for (int ky = 0; ky < 3; ky++) {
            for (int kx = 0; kx < 3; kx++) {
                const float *s = x + i * 1870 + ky * 170 + kx;
                BANDS_LANES
                for (int b = 0; b < 32; b++) {
                    a0[b] += s[0] * weight[b];
                    a1[b] += s[1] * weight[b];
                    a2[b] += s[2] * weight[b];
                    a3[b] += s[3] * weight[b];
                }
                weight += 32;
            }
        }
    }
    float sums[32][4];
    for (int b = 0; b < 32; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
        sums[b][2] = a2[b];
        sums[b][3] = a3[b];
    }
    BANDS_BY_PIXELS
    for (int b = 0; b < 32; b++)
        for (int p = 0; p < 4; p++)
            y[b * 1512 + p] = bands_conv2_finish(sums[b][p]);
}

FOVEA_KERNEL static void bands_conv2(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                     float *restrict y, int from, int to)
{
    for (int r = from; r < to; r++)
        for (int c = 0; c < 168; c += 4)
            bands_conv2_row4(x + (r - from) * 170 + c, weight, bias, y + (r - from) * 168 + c);
}

/* maxpool (bands.fov:4)
 * x[32][9][168] -> y[32][4][84], the rows from .. to - 1
 * window by window, cut at the edges */
FOVEA_KERNEL static void bands_maxpool(const float *restrict x, float *restrict y, int from, int to)
{
    for (int i = 0; i < 32; i++, x += 1512, y += 336) {
        for (int r = from; r < to; r++) {
            const int top = r * 2;
            const int top0 = top < 0 ? -top : 0;
            const int top1 = top > 165 ? 168 - top : 3;
            for (int c = 0; c < 84; c++) {
                const int left = c * 2;
                const int left0 = left < 0 ? -left : 0;
                const int left1 = left > 165 ? 168 - left : 3;
                const int s = (r - from) * 336 + left;
                float v = -INFINITY;
                for (int ky = top0; ky < top1; ky++)
                    for (int kx = left0; kx < left1; kx++)
                        v = bands_larger(x[s + ky * 168 + kx], v);
                y[(r - from) * 84 + c] = v;
            }
        }
    }
}

/* lrn (bands.fov:4)
 * x[32][4][84] -> y[32][84][84], the rows from .. to - 1
 * squares of the neighbouring channels, place by place */
FOVEA_KERNEL static void bands_lrn(const float *restrict x, float *restrict y, int from, int to)
{
    for (int r = from; r < to; r++) {
        for (int i = 0; i < 84; i++) {
            const float *s = x + (r - from) * 84 + i;
            float *d = y + r * 84 + i;
            float kept[5] = {0.0f};
            for (int a = 0; a < 2; a++)
                kept[a] = s[a * 336] * s[a * 336];
            for (int c = 0; c < 32; c++) {
                kept[(c + 2) % 5] =
                    c < 30 ? s[(c + 2) * 336] * s[(c + 2) * 336] : 0.0f;
                float sum = 0.0f;
                for (int a = 0; a < 5; a++)
                    sum += kept[a];
                const float scale = 2.0f + 0.0001f * sum;
                d[c * 7056] = s[c * 336] / (sqrtf(scale) * sqrtf(sqrtf(scale)));
            }
        }
    }
}

/* head: conv (bands.fov:4)
 * x[32][84][84], weight[1][32][1][1][8], bias[1][8] -> y[4][84][84], the rows from .. to - 1
 * direct, 8 maps x 8 pixels summed in registers */
/* 8 pixels of a row, of 4 maps. */
static void bands_head_row8(const float *restrict x, const float *restrict weight, const float *restrict bias,
                            float *restrict y)
{
    float a0[8], a1[8], a2[8], a3[8], a4[8], a5[8], a6[8], a7[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = a4[b] = a5[b] = a6[b] = a7[b] = bias[b];
    for (int i = 0; i < 32; i++) {
        const float *s = x + i * 7056;
        BANDS_LANES
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
    BANDS_BY_PIXELS
    for (int b = 0; b < 4; b++)
        for (int p = 0; p < 8; p++)
            y[b * 7056 + p] = sums[b][p];
}

/* 4 pixels of a row, of 4 maps. */
static void bands_head_row4(const float *restrict x, const float *restrict weight, const float *restrict bias,
                            float *restrict y)
{
    float a0[8], a1[8], a2[8], a3[8];
    for (int b = 0; b < 8; b++)
        a0[b] = a1[b] = a2[b] = a3[b] = bias[b];
    for (int i = 0; i < 32; i++) {
        const float *s = x + i * 7056;
        BANDS_LANES
        for (int b = 0; b < 8; b++) {
            a0[b] += s[0] * weight[b];
            a1[b] += s[1] * weight[b];
            a2[b] += s[2] * weight[b];
            a3[b] += s[3] * weight[b];
        }
        weight += 8;
    }
    float sums[8][4];
    for (int b = 0; b < 8; b++) {
        sums[b][0] = a0[b];
        sums[b][1] = a1[b];
        sums[b][2] = a2[b];
        sums[b][3] = a3[b];
    }
    BANDS_BY_PIXELS
    for (int b = 0; b < 4; b++)
        for (int p = 0; p < 4; p++)
            y[b * 7056 + p] = sums[b][p];
}

FOVEA_KERNEL static void bands_head(const float *restrict x, const float *restrict weight, const float *restrict bias,
                                    float *restrict y, int from, int to)
{
    for (int r = from; r < to; r++) {
        for (int c = 0; c < 80; c += 8)
            bands_head_row8(x + r * 84 + c, weight, bias, y + r * 84 + c);
        bands_head_row4(x + r * 84 + 80, weight, bias, y + r * 84 + 80);
    }
}

/* avgpool (bands.fov:4)
 * x[4][84][84] -> y[4][1][1], the maps from .. to - 1
 * 16 partial results side by side */
FOVEA_KERNEL static void bands_avgpool(const float *restrict x, float *restrict y, int from, int to)
{
    for (int i = from; i < to; i++) {
        float a[16];
        for (int b = 0; b < 16; b++)
            a[b] = 0.0f;
        const float *s = x + i * 7056;
        for (int e = 0; e < 7056; e += 16)
            for (int b = 0; b < 16; b++)
                a[b] += s[e + b];
        for (int pairs = 8; pairs > 0; pairs /= 2)
            for (int b = 0; b < pairs; b++)
                a[b] += a[b + pairs];
        y[i] = a[0] / 7056.0f;
    }
}

/* conv1 to lrn in bands of 4 rows; held between them: 11 of 168 rows, 9 of 168 rows, 4 of 84 rows. */
static void bands_conv1_bands(const float *weights, float *memory)
{
    float *const held1 = memory + at_conv1;
    float *const held2 = memory + at_conv2;
    float *const held3 = memory + at_maxpool;
    memset(held1, 0, 59840 * sizeof *held1); /* padding */
    for (int made1 = 0, made2 = 0, made3 = 0, made4 = 0; made4 < 84;) {
        const int end4 = made4 + 4;
        const int end3 = end4;
        const int end2 = bands_least(end3 * 2 + 1, 168);
        const int end1 = bands_least(end2 + 1, 168);
        bands_conv1(memory + at_pack_image, weights + w_conv1_weight, weights + w_conv1_bias,
                    held1 + (made1 - made2 + 1) * 170, made1, end1);
        if (end1 == 168)
            bands_zero_rows(held1, 32, 1870, (end1 - made2 + 1) * 170, (end2 + 1 - end1) * 170);
        bands_conv2(held1, weights + w_conv2_weight, weights + w_conv2_bias, held2 + (made2 - made3 * 2) * 168, made2,
                    end2);
        bands_maxpool(held2, held3, made3, end3);
        bands_lrn(held3, memory + at_lrn, made4, end4);
        if (end2 < 168)
            bands_keep_rows(held1, 32, 1870, (end2 - made2) * 170, (end1 - end2 + 1) * 170);
        if (end3 < 84)
            bands_keep_rows(held2, 32, 1512, ((end3 - made3) * 2) * 168, (end2 - end3 * 2) * 168);
        made1 = end1;
        made2 = end2;
        made3 = end3;
        made4 = end4;
    }
}

/* What thread `me` of `all` does in a run: its share of the loops of each kernel. What is not worth sharing, thread 0
 * computes alone. `mode`: how the caller of the run computes. */
static void bands_steps(const bands_session *session, const bands_inputs *inputs, const bands_outputs *outputs,
                        unsigned mode, int me, int all)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    const unsigned before = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH);
    bands_pack_image(inputs->image, memory + at_pack_image, BANDS_SHARE(168, 1));
    bands_wait(all);
    if (me == 0) {
        bands_conv1_bands(weights, memory);
    }
    bands_wait(all);
    bands_head(memory + at_lrn, weights + w_head_weight, weights + w_head_bias, memory + at_head, BANDS_SHARE(84, 1));
    bands_wait(all);
    bands_avgpool(memory + at_head, outputs->answer, BANDS_SHARE(4, 1));
    fovea_float_mode_set(before);
}

fovea_status bands_run(bands_session *session, const bands_inputs *inputs, const bands_outputs *outputs)
{
    const unsigned mode = fovea_float_mode();
#ifdef _OPENMP
    if (session->threads > 1) {
#pragma omp parallel num_threads(session->threads)
        bands_steps(session, inputs, outputs, mode, omp_get_thread_num(), omp_get_num_threads());
        return FOVEA_OK;
    }
#endif
    bands_steps(session, inputs, outputs, mode, 0, 1);
    return FOVEA_OK;
}

fovea_status bands_open(bands_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0x40ca0d5ced12b7b0), 41728);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return FOVEA_OK;
}

fovea_status bands_session_open(bands_session *session, const bands_model *model, void *workspace, size_t bytes,
                                int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)BANDS_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void bands_session_close(bands_session *session)
{
    if (session)
        session->workspace = NULL;
}

void bands_close(bands_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status bands_verify(const bands_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int bands_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status bands_selftest(const bands_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 338752)
        return FOVEA_WRONG_MODEL;
    if (bytes < BANDS_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    bands_session session;
    status = bands_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + BANDS_WORKSPACE_BYTES / 4;
    const bands_inputs inputs = {tensors};
    const bands_outputs outputs = {results};
    status = bands_run(&session, &inputs, &outputs);
    bands_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!bands_is_near(tensors + 84672, outputs.answer, BANDS_OUTPUT_ANSWER_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
