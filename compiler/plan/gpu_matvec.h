/* gpu_matvec.h - how GPUs compute fully connected layers: each weight is read once, in order, by as many items as it
 * takes to keep memory busy.
 *
 *   a layer of 1000 outputs and 2048 inputs, panels of 32 outputs
 *
 *     items of a group: 8 x 4 outputs of a panel, 32 x 4 inputs below each other: 128 inputs at a time
 *     groups:           32 panels x 4 portions of 512 inputs, whose sums a second launch adds
 *
 * Of a batch, an item sums up to 16 examples, so that their weights are read once; then groups have fewer items, since
 * sums of all items meet in local memory. Inputs come from there, too: a slice of those of all examples at a time.
 */
#ifndef FOVEA_PLAN_GPU_MATVEC_H
#define FOVEA_PLAN_GPU_MATVEC_H

#include "plan/gpu.h"

enum {
    GPU_MATVEC_LANES = 4,    /* outputs of an item */
    GPU_MATVEC_TOGETHER = 4, /* inputs of an item at a time */
};

typedef struct GpuMatvec {
    int64_t inputs, outputs, batch; /* inputs, outputs: of an example */
    int64_t panel, panels;          /* outputs of one, and how many there are */
    int64_t examples, turns;        /* summed by an item, and how many times as many there are in all, the last cut */
    int64_t rows;                   /* items below each other, GPU_MATVEC_TOGETHER inputs each */
    int64_t items;                  /* of a group */
    int64_t portion, parts;         /* inputs of a group, and how many times as many there are in all */
    int64_t slice;                  /* inputs that are in local memory at a time */
    int64_t local_floats;           /* of a group */
    int64_t scratch_floats;         /* of sums of portions: [parts][batch][panels][panel]; 0: there is one */
} GpuMatvec;

GpuMatvec gpu_matvec_sizes(const Graph *graph, const Kernel *kernel);
/* Its loops, and its launches. */
Tiling gpu_matvec_tiling(const Graph *graph, const Kernel *kernel);
int gpu_matvec_launches(const Graph *graph, const Kernel *kernel, GpuLaunch launches[MOST_LAUNCHES]);

#endif
