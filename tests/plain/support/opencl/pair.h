/* pair.h - a net written by hand, as the compiler would write one: two inputs, two outputs, four steps in five launches
 * of four kernels, in a form for CPUs and in one for GPUs. All its numbers are small integers, so that answers are
 * exact. */
#ifndef PAIR_H
#define PAIR_H

#include "opencl/fovea_opencl.h"

enum { PAIR_COUNT = 1024, PAIR_WEIGHTS_BYTES = 64 + 2 * PAIR_COUNT * 4, PAIR_LAUNCHES = 5, PAIR_STEPS = 4 };

extern const fovea_cl_net pair_net;
/* The same with one plan alone. */
extern const fovea_cl_net pair_cpu_net, pair_gpu_net;
/* The same with a mistake in line 4 of its source, and with a kernel that no device has room for. */
extern const fovea_cl_net pair_wrong_net, pair_large_net;

typedef struct Pair {
    float a[PAIR_COUNT], b[PAIR_COUNT];
    float sums[PAIR_COUNT], total[16];
} Pair;

/* The weights' blob, at a multiple of 64. */
const void *pair_weights(void);
/* Inputs of a run: others for each seed. */
void pair_fill(Pair *pair, int seed);
/* Runs; the outputs are cleared before. */
fovea_status pair_run(fovea_cl_session *session, Pair *pair);
/* Whether the outputs are what the inputs make. */
int pair_right(const Pair *pair);

#endif
