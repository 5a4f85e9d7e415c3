/* gpu.h - texts of kernels for GPUs (internal to emit/). How they are launched is plan/gpu.h's. */
#ifndef FOVEA_EMIT_GPU_H
#define FOVEA_EMIT_GPU_H

#include "emit/kernel.h"
#include "plan/gpu.h"

/* What a launch of several that compute a kernel reads or writes, in bits; all of them get all tensors. */
enum {
    USES_X = 1 << 0,
    USES_WEIGHT = 1 << 1,
    USES_BIAS = 1 << 2,
    USES_EPILOGUE = 1 << 3, /* what that reads */
    USES_Y = 1 << 4,
    USES_SCRATCH = 1 << 5,
    USES_TILE = 1 << 6, /* the memory of a group */
    USES_TENSORS = USES_X | USES_WEIGHT | USES_BIAS | USES_EPILOGUE | USES_Y,
};
/* The head of its function: NAME and `part`. */
void gpu_open(KernelText *text, const char *part, unsigned uses);

/* What groups go over, the innermost first: lines that say where a group is along each of these axes, "const int o =
 * job / 8 % 4 * 32;", `job` being its number. */
typedef struct GroupAxis {
    const char *name; /* of its variable */
    int64_t count;    /* of groups */
    int64_t step;     /* from one to the next */
    bool left_out;    /* where there is one group alone: nobody asks for 0 */
} GroupAxis;
void gpu_groups(KernelText *text, const GroupAxis *axes, int count);

/* Lines by which items of a group, which is `part` of so many, join what each left in tile[item], in halves, to that of
 * the first. `join`: the line that joins what item number part + pairs left to tile[item]. */
void gpu_join(KernelText *text, int64_t parts, const char *join);

void gpu_matvec_text(KernelText *text);
void gpu_winograd_text(KernelText *text);

#endif
