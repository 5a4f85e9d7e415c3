/* reduce.c - a compiled net
 *
 * Net 'reduce' of reduce.fov, compiled by Fovea for target c: portable C99, for any CPU and compiler.
 * This text is yours under the 0BSD licence: use it for anything, no notice is owed.
 */
#include "reduce.h"

#include <math.h>

/* A negative size where floats or ints are not what this code needs. */
typedef char reduce_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];

/* Kernels stay functions of their own: gcc takes longer for some when it inlines all of them into one. */
#ifdef __GNUC__
#define FOVEA_KERNEL __attribute__((noinline))
#else
#define FOVEA_KERNEL
#endif

/* Where each tensor stands in reduce.weights, in floats. */
enum {
    w_codes_weight = 16, /* [1][18][8] */
};

/* Where each value stands in the workspace, and from which step of a run to which, in floats. */
enum {
    at_reduce_mean = 16, /* [18], steps 1 to 2 */
    at_codes = 0, /* [3], steps 2 to 3 */
};

/* b when they are equal or one of them is not a number: -0 and NaN pass through larger(0, x). */
static inline float reduce_larger(float a, float b)
{
    return a > b ? a : b;
}

/* reduce_mean (reduce.fov:3)
 * x[18][5][7] -> y[18]
 * 16 partial results side by side */
FOVEA_KERNEL static void reduce_reduce_mean(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 18; i++) {
        float a[16];
        for (int b = 0; b < 16; b++)
            a[b] = 0.0f;
        const float *s = x + i * 35;
        for (int e = 0; e < 32; e += 16)
            for (int b = 0; b < 16; b++)
                a[b] += s[e + b];
        for (int b = 0; b < 3; b++)
            a[b] += s[32 + b];
        for (int pairs = 8; pairs > 0; pairs /= 2)
            for (int b = 0; b < pairs; b++)
                a[b] += a[b + pairs];
        y[i] = a[0] / 35.0f;
    }
}

/* codes: rbf, sub (reduce.fov:3)
 * x[18], weight[1][18][8] -> y[3]
 * 8 outputs summed in registers, weights read once in order */
static inline float reduce_codes_finish(float v)
{
    return 0.0f - v;
}

FOVEA_KERNEL static void reduce_codes(const float *restrict x, const float *restrict weight, float *restrict y)
{
    const float *w = weight;
    float a[8];
    for (int b = 0; b < 8; b++)
        a[b] = 0.0f;
    for (int i = 0; i < 18; i++, w += 8)
        for (int b = 0; b < 8; b++)
            a[b] += (x[i] - w[b]) * (x[i] - w[b]);
    for (int b = 0; b < 3; b++)
        y[b] = reduce_codes_finish(a[b]);
}

/* argmax (reduce.fov:4)
 * x[3] -> y[1]
 * the first of the largest, NaN being larger than any number */
FOVEA_KERNEL static void reduce_argmax(const float *restrict x, float *restrict y)
{
    const float *s = x;
    float largest = s[0];
    int place = 0;
    for (int a = 1; a < 3; a++) {
        if (largest == largest && !(s[a] <= largest)) {
            largest = s[a];
            place = a;
        }
    }
    y[0] = (float)place;
}

/* reduce_max (reduce.fov:5)
 * x[18][5][7] -> y[5][7]
 * rows of results */
static inline float reduce_reduce_max_of(float a, float b)
{
    return a != a ? a : reduce_larger(a, b);
}

FOVEA_KERNEL static void reduce_reduce_max(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 35; i++)
        y[i] = -INFINITY;
    for (int j = 0; j < 16; j += 4) {
        const float *s = x + j * 35;
        for (int i = 0; i < 35; i++) {
            float v = y[i];
            v = reduce_reduce_max_of(s[i], v);
            v = reduce_reduce_max_of(s[35 + i], v);
            v = reduce_reduce_max_of(s[70 + i], v);
            v = reduce_reduce_max_of(s[105 + i], v);
            y[i] = v;
        }
    }
    for (int j = 16; j < 18; j++)
        for (int i = 0; i < 35; i++)
            y[i] = reduce_reduce_max_of(x[i + j * 35], y[i]);
}

/* reduce_sum (reduce.fov:6)
 * x[18][5][7] -> y[18][5][1]
 * one result after the other */
FOVEA_KERNEL static void reduce_reduce_sum(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 90; i++) {
        float v = 0.0f;
        for (int j = 0; j < 7; j++)
            v += x[i * 7 + j];
        y[i] = v;
    }
}

/* resize (reduce.fov:7)
 * x[18][5][7] -> y[18][3][4]
 * rows and columns picked from tables */
static const int reduce_resize_rows[3] = {0, 2, 4};
static const int reduce_resize_columns[4] = {0, 2, 4, 6};
FOVEA_KERNEL static void reduce_resize(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 18; i++, x += 35, y += 12) {
        for (int r = 0; r < 3; r++) {
            const float *s = x + reduce_resize_rows[r] * 7;
            for (int c = 0; c < 4; c++)
                y[r * 4 + c] = s[reduce_resize_columns[c]];
        }
    }
}

/* resize (reduce.fov:8)
 * x[18][5][7] -> y[18][5][14]
 * each pixel repeated */
FOVEA_KERNEL static void reduce_resize_2(const float *restrict x, float *restrict y)
{
    for (int i = 0; i < 18; i++, x += 35, y += 70) {
        for (int r = 0; r < 5; r++) {
            const float *s = x + r * 7;
            float *d = y + r * 14;
            for (int c = 0; c < 7; c++)
                for (int k = 0; k < 2; k++)
                    d[c * 2 + k] = s[c];
        }
    }
}

/* resize (reduce.fov:9)
 * x[18][5][7] -> y[18][7][10]
 * two rows mixed to one, then its columns */
static const struct {
    int above, below;
    float part; /* of the second one */
} reduce_resize_3_rows[7] = {
    {0, 1, 0.0f}, {0, 1, 0.5f}, {1, 2, 0.16666667f}, {1, 2, 0.8333333f}, {2, 3, 0.5f}, {3, 4, 0.16666667f},
    {3, 4, 0.8333333f},
};
static const struct {
    int left, right;
    float part; /* of the second one */
} reduce_resize_3_columns[10] = {
    {0, 1, 0.0f}, {0, 1, 0.5f}, {1, 2, 0.16666667f}, {1, 2, 0.8333333f}, {2, 3, 0.5f}, {3, 4, 0.16666667f},
    {3, 4, 0.8333333f}, {4, 5, 0.5f}, {5, 6, 0.16666667f}, {5, 6, 0.8333333f},
};
FOVEA_KERNEL static void reduce_resize_3(const float *restrict x, float *restrict y)
{
    float row[7];
    for (int i = 0; i < 18; i++, x += 35, y += 70) {
        for (int r = 0; r < 7; r++) {
            const float *above = x + reduce_resize_3_rows[r].above * 7;
            const float *below = x + reduce_resize_3_rows[r].below * 7;
            const float part = reduce_resize_3_rows[r].part; /* of the row below */
            for (int c = 0; c < 7; c++)
                row[c] = above[c] + part * (below[c] - above[c]);
            for (int c = 0; c < 10; c++) {
                const float left = row[reduce_resize_3_columns[c].left], right = row[reduce_resize_3_columns[c].right];
                y[r * 10 + c] = left + reduce_resize_3_columns[c].part * (right - left);
            }
        }
    }
}

fovea_status reduce_run(reduce_session *session, const reduce_inputs *inputs, const reduce_outputs *outputs)
{
    const float *const weights = session->model->weights;
    float *const memory = session->workspace;
    const unsigned mode = fovea_float_mode();
    fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */
    reduce_reduce_mean(inputs->image, memory + at_reduce_mean);
    reduce_codes(memory + at_reduce_mean, weights + w_codes_weight, memory + at_codes);
    reduce_argmax(memory + at_codes, outputs->nearest);
    reduce_reduce_max(inputs->image, outputs->largest);
    reduce_reduce_sum(inputs->image, outputs->sums);
    reduce_resize(inputs->image, outputs->small);
    reduce_resize_2(inputs->image, outputs->wide);
    reduce_resize_3(inputs->image, outputs->large);
    fovea_float_mode_set(mode);
    return FOVEA_OK;
}

fovea_status reduce_open(reduce_model *model, const void *weights, size_t bytes)
{
    if (!model)
        return FOVEA_BAD_ARGUMENT;
    /* The hash of all that is compiled in, and how much of the weights the kernels read. */
    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0x66136d0eb944261a), 640);
    if (status != FOVEA_OK)
        return status;
    model->weights = (const float *)weights;
    model->bytes = bytes;
    return FOVEA_OK;
}

fovea_status reduce_session_open(reduce_session *session, const reduce_model *model, void *workspace, size_t bytes,
                                 int threads)
{
    if (!session || !model || !workspace || threads < 1)
        return FOVEA_BAD_ARGUMENT;
    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)
        return FOVEA_MISALIGNED;
    if (bytes < (size_t)REDUCE_WORKSPACE_BYTES_FOR((size_t)threads))
        return FOVEA_SMALL_WORKSPACE;
    session->model = model;
    session->workspace = (float *)workspace;
    session->threads = threads;
    return FOVEA_OK;
}

void reduce_session_close(reduce_session *session)
{
    if (session)
        session->workspace = NULL;
}

void reduce_close(reduce_model *model)
{
    if (!model)
        return;
    model->weights = NULL;
    model->bytes = 0;
}

fovea_status reduce_verify(const reduce_model *model)
{
    return fovea_weights_verify(model->weights, model->bytes);
}

/* Whether y is x to 1e-4 of the largest finite x, NaN being NaN. */
static int reduce_is_near(const float *x, const float *y, int count)
{
    float largest = 0.0f;
    for (int i = 0; i < count; i++)
        largest = fabsf(x[i]) > largest && fabsf(x[i]) < INFINITY ? fabsf(x[i]) : largest;
    for (int i = 0; i < count; i++)
        if (x[i] != y[i] && (x[i] == x[i] || y[i] == y[i]) && !(fabsf(x[i] - y[i]) <= 1e-4f * largest))
            return 0;
    return 1;
}

fovea_status reduce_selftest(const reduce_model *model, void *scratch, size_t bytes)
{
    const void *stored;
    size_t stored_bytes;
    fovea_status status = fovea_weights_selftest(model->weights, model->bytes, &stored, &stored_bytes);
    if (status != FOVEA_OK)
        return status;
    if (stored_bytes != 14208)
        return FOVEA_WRONG_MODEL;
    if (bytes < REDUCE_SELFTEST_BYTES)
        return FOVEA_SMALL_WORKSPACE;
    reduce_session session;
    status = reduce_session_open(&session, model, scratch, bytes, 1);
    if (status != FOVEA_OK)
        return status;
    const float *const tensors = (const float *)stored;
    float *const results = (float *)scratch + REDUCE_WORKSPACE_BYTES / 4;
    const reduce_inputs inputs = {tensors};
    const reduce_outputs outputs = {results, results + 1264, results + 1280, results + 1328, results + 1424,
                                    results + 1648};
    status = reduce_run(&session, &inputs, &outputs);
    reduce_session_close(&session);
    if (status != FOVEA_OK)
        return status;
    if (!reduce_is_near(tensors + 640, outputs.large, REDUCE_OUTPUT_LARGE_SIZE))
        return FOVEA_FAILED_SELFTEST;
    if (!reduce_is_near(tensors + 1904, outputs.nearest, REDUCE_OUTPUT_NEAREST_SIZE))
        return FOVEA_FAILED_SELFTEST;
    if (!reduce_is_near(tensors + 1920, outputs.largest, REDUCE_OUTPUT_LARGEST_SIZE))
        return FOVEA_FAILED_SELFTEST;
    if (!reduce_is_near(tensors + 1968, outputs.sums, REDUCE_OUTPUT_SUMS_SIZE))
        return FOVEA_FAILED_SELFTEST;
    if (!reduce_is_near(tensors + 2064, outputs.small, REDUCE_OUTPUT_SMALL_SIZE))
        return FOVEA_FAILED_SELFTEST;
    if (!reduce_is_near(tensors + 2288, outputs.wide, REDUCE_OUTPUT_WIDE_SIZE))
        return FOVEA_FAILED_SELFTEST;
    return FOVEA_OK;
}
