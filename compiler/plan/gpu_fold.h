/* gpu_fold.h - reductions, global pools and softmax on GPUs where there are few results: a work-group has one, or some
 * beside each other, and its items go over what it is made of side by side.
 *
 *   a global pool of 2048 channels of 7 x 7, in blocks of 16: 128 groups of 16 results x 16 parts of 49 elements
 *
 * What has many results is an item's each (gpu.h).
 */
#ifndef FOVEA_PLAN_GPU_FOLD_H
#define FOVEA_PLAN_GPU_FOLD_H

#include "plan/gpu.h"
#include "plan/nest.h"

typedef struct GpuFold {
    Nest nest;            /* kept axes first */
    int kept;             /* how many of them */
    int64_t results, run; /* elements that each is made of */
    int64_t lanes, parts; /* results of a group, and items that each has */
} GpuFold;

/* Whether a kernel is computed so, and how. */
bool gpu_folds(const Graph *graph, const Kernel *kernel);
GpuFold gpu_fold_sizes(const Graph *graph, const Kernel *kernel);
GpuLaunch gpu_fold_launch(const Graph *graph, const Kernel *kernel);

#endif
