/* lenet.c - how long emitted LeNet-5 takes for a picture, and its second convolution alone, beside the FMA peak.
 *
 * Built by run.sh with the emitted lenet5.c included, so that the kernel can be called by itself. Net, kernel and an
 * AVX2 FMA probe take turns in slices of well under a millisecond; minima and medians over all rounds are printed, so
 * that a machine that changes its speed changes all three.
 */
#include "lenet5.c"

#include "probe.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 400, RUNS = 10, KERNEL_RUNS = 50 };
static const double kernel_flops = 2.0 * 16 * 6 * 25 * 100;

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
