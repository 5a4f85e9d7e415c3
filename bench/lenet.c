/* lenet.c - how long emitted LeNet-5 takes for a picture, and its second convolution alone, beside the FMA peak.
 *
 * Built by run.sh with the emitted lenet5.c included, so that the kernel can be called by itself. Net, kernel and an
 * AVX2 FMA probe take turns in slices of well under a millisecond; minima and medians over all rounds are printed, so
 * that a machine that changes its speed changes all three.
 */
#include "lenet5.c"

#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 400, RUNS = 10, KERNEL_RUNS = 50, PROBE_STEPS = 20000 };
static const double kernel_flops = 2.0 * 16 * 6 * 25 * 100;

static double seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* GFLOP/s of twelve independent chains of 8-wide multiply-adds: what no AVX2 kernel can pass. */
__attribute__((target("avx2,fma"), noinline)) static double probe_peak(void)
{
    __m256 a[12];
    const __m256 x = _mm256_set1_ps(0.999f), y = _mm256_set1_ps(0.001f);
    for (int i = 0; i < 12; i++)
        a[i] = _mm256_set1_ps(0.1f * (float)i);
    double time = seconds();
    for (int step = 0; step < PROBE_STEPS; step++) {
        a[0] = _mm256_fmadd_ps(a[0], x, y), a[1] = _mm256_fmadd_ps(a[1], x, y), a[2] = _mm256_fmadd_ps(a[2], x, y);
        a[3] = _mm256_fmadd_ps(a[3], x, y), a[4] = _mm256_fmadd_ps(a[4], x, y), a[5] = _mm256_fmadd_ps(a[5], x, y);
        a[6] = _mm256_fmadd_ps(a[6], x, y), a[7] = _mm256_fmadd_ps(a[7], x, y), a[8] = _mm256_fmadd_ps(a[8], x, y);
        a[9] = _mm256_fmadd_ps(a[9], x, y), a[10] = _mm256_fmadd_ps(a[10], x, y), a[11] = _mm256_fmadd_ps(a[11], x, y);
    }
    time = seconds() - time;
    __m256 sum = a[0];
    for (int i = 1; i < 12; i++)
        sum = _mm256_add_ps(sum, a[i]);
    volatile float sink = _mm256_cvtss_f32(sum);
    (void)sink;
    return 2.0 * 8 * 12 * PROBE_STEPS / time * 1e-9;
}

static int compare(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static unsigned char *read_weights(const char *path)
{
    unsigned char *weights = aligned_alloc(64, (LENET5_WEIGHTS_BYTES + 63) / 64 * 64);
    FILE *file = fopen(path, "rb");
    if (!weights || !file || fread(weights, 1, LENET5_WEIGHTS_BYTES, file) != LENET5_WEIGHTS_BYTES) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    fclose(file);
    return weights;
}

int main(int count, char **arguments)
{
    static FOVEA_ALIGNED(64) unsigned char workspace[LENET5_WORKSPACE_BYTES];
    static float image[LENET5_INPUT_IMAGE_SIZE], logits[LENET5_OUTPUT_LOGITS_SIZE];
    static double run[ROUNDS], kernel[ROUNDS], peak[ROUNDS];
    lenet5_model model;
    lenet5_session session;
    unsigned char *blob = read_weights(count > 1 ? arguments[1] : "lenet5.weights");
    if (lenet5_open(&model, blob, LENET5_WEIGHTS_BYTES) != FOVEA_OK ||
        lenet5_session_open(&session, &model, workspace, sizeof workspace, 1) != FOVEA_OK)
        return 1;
    const lenet5_inputs inputs = {image};
    const lenet5_outputs outputs = {logits};
    const float *const weights = model.weights;
    float *const memory = session.workspace;
    for (int i = 0; i < LENET5_INPUT_IMAGE_SIZE; i++)
        image[i] = (float)(i % 17) / 17.0f;
    for (int round = 0; round < ROUNDS; round++) {
        double time = seconds();
        for (int i = 0; i < RUNS; i++)
            lenet5_run(&session, &inputs, &outputs);
        run[round] = (seconds() - time) / RUNS;
        peak[round] = probe_peak();
        time = seconds();
        for (int i = 0; i < KERNEL_RUNS; i++) {
            lenet5_conv2(memory + CONV2_INPUT, weights + w_conv2_weight, weights + w_conv2_bias, memory + at_conv2);
            __asm__ volatile("" ::: "memory");
        }
        kernel[round] = (seconds() - time) / KERNEL_RUNS;
    }
    qsort(run, ROUNDS, sizeof *run, compare);
    qsort(kernel, ROUNDS, sizeof *kernel, compare);
    qsort(peak, ROUNDS, sizeof *peak, compare);
    double best = peak[ROUNDS - 1];
    printf("%9.4f %9.4f %10.4f %9.1f %11.1f %8.0f %%\n", run[0] * 1e3, run[ROUNDS / 2] * 1e3, kernel[0] * 1e3,
           kernel_flops / kernel[0] * 1e-9, best, 100 * kernel_flops / kernel[0] * 1e-9 / best);
    free(blob);
    return 0;
}
