/* gpu.h - what GPUs launch: how loops of kernels are spread over work-items, and how many there are.
 *
 *   a pool of 64 maps of 28 x 28, four channels of a block at a time
 *
 *     maps over items, rows over items, columns over items, taps; 16 maps over items in registers
 *     launched: 4 * 28 * 28 * 4 = 12,544 items in groups of 64
 *
 * Kernels over strides are as on a CPU, but that items go through their outer loops all at once. Each takes every
 * get_global_size(0)-th element, so that any number of items computes the same.
 */
#ifndef FOVEA_PLAN_GPU_H
#define FOVEA_PLAN_GPU_H

#include "plan/plan.h"

enum {
    MOST_LAUNCHES = 3,
    /* Of a group: what GPUs have at least, and 32 KiB, the least that the OpenCL 1.2 full profile allows. */
    GPU_MOST_ITEMS = 256,
    GPU_MOST_LOCAL = 8192, /* floats */
};

typedef struct GpuLaunch {
    const char *part;     /* what the function's name ends in, behind the kernel's: "", "_output" */
    int64_t items[2];     /* in all: multiples of `group` */
    int64_t group[2];     /* in a work-group */
    int64_t local_floats; /* that a group has in its own memory: the function gets it as `tile`; 0: none */
} GpuLaunch;

/* The loops of a kernel that has groups of items work together; false: of its family none has. */
bool gpu_tiling(const Graph *graph, const Kernel *kernel, Tiling *tiling);
/* Floats in global memory that a kernel needs besides; 0: none. */
int64_t gpu_scratch(const Graph *graph, const Kernel *kernel);

/* A launch of at least so many items, in groups that suit their number: what has no groups of its own. */
GpuLaunch gpu_launch_items(const char *part, int64_t items);

/* Says of a Tiling's loops which are spread. Kernels that have none are computed by one item. */
void gpu_spread(const Graph *graph, const Kernel *kernel, Tiling *tiling);

/* How many times the launches of a kernel are repeated, each time for the next so many pictures of its batch: 1 where
 * they compute all of them. */
int64_t gpu_rounds(const Graph *graph, const Kernel *kernel, int64_t *pictures);
/* The launches that compute those, in their order; how many there are. Each has all of the kernel's tensors. */
int gpu_launches(const Plan *plan, const Kernel *kernel, GpuLaunch launches[MOST_LAUNCHES]);

#endif
