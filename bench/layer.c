/* layer.c - how long an emitted net of one layer takes, beside the FMA peak and, for a transposed convolution, beside
 * the loops of its definition.
 *
 * Built by layers.sh with the emitted one.c included. MACS is given; SIDE, KERNEL, STRIDE and PAD (square ones), IN
 * and OUT when there are loops to compare with. Minima over all rounds are printed.
 */
#include "one.c"

#include "probe.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 60, LOOP_ROUNDS = 10 };

static float x[ONE_INPUT_X_SIZE], y[ONE_OUTPUT_Y_SIZE];

#ifdef KERNEL
/* Every input pixel times the kernel, added where it falls. */
static void scatter(const float *restrict in, const float *restrict weight, float *restrict out)
{
    const int size = (SIDE - 1) * STRIDE - 2 * PAD + KERNEL;
    for (int i = 0; i < IN; i++)
        for (int o = 0; o < OUT; o++)
            for (int h = 0; h < SIDE; h++)
                for (int w = 0; w < SIDE; w++)
                    for (int r = 0; r < KERNEL; r++)
                        for (int s = 0; s < KERNEL; s++) {
                            const int row = h * STRIDE + r - PAD, column = w * STRIDE + s - PAD;
                            if (row >= 0 && row < size && column >= 0 && column < size)
                                out[(o * size + row) * size + column] +=
                                    weight[((i * OUT + o) * KERNEL + r) * KERNEL + s] * in[(i * SIDE + h) * SIDE + w];
                        }
}
#endif

int main(int count, char **arguments)
{
    static FOVEA_ALIGNED(64) unsigned char blob[ONE_WEIGHTS_BYTES], workspace[ONE_WORKSPACE_BYTES + 64];
    FILE *file = fopen(count > 1 ? arguments[1] : "one.weights", "rb");
    if (!file || fread(blob, 1, sizeof blob, file) != sizeof blob) {
        fprintf(stderr, "cannot read the weights\n");
        return 1;
    }
    fclose(file);
    one_model model;
    one_session session;
    if (one_open(&model, blob, sizeof blob) != FOVEA_OK ||
        one_session_open(&session, &model, workspace, sizeof workspace, 1) != FOVEA_OK)
        return 1;
    const one_inputs inputs = {x};
    const one_outputs outputs = {y};
    for (int i = 0; i < ONE_INPUT_X_SIZE; i++)
        x[i] = (float)(i % 17) / 17.0f;
    double run = 1e9, naive = 1e9, peak = 0;
    for (int round = 0; round < ROUNDS; round++) {
        double time = seconds();
        one_run(&session, &inputs, &outputs);
        time = seconds() - time;
        run = time < run ? time : run;
        const double gigaflops = probe_peak();
        peak = gigaflops > peak ? gigaflops : peak;
    }
#ifdef KERNEL
    for (int round = 0; round < LOOP_ROUNDS; round++) {
        double time = seconds();
        scatter(x, model.weights, y);
        time = seconds() - time;
        naive = time < naive ? time : naive;
    }
#endif
    printf("%9.4f %9.1f %7.0f %%", run * 1e3, 2.0 * MACS / run * 1e-9, 200.0 * MACS / run * 1e-9 / peak);
    if (naive < 1e9)
        printf(" %9.3f", naive * 1e3);
    printf("\n");
    return 0;
}
