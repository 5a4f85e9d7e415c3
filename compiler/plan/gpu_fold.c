/* gpu_fold.c - which kernels groups of items fold, and how many of them (see gpu_fold.h). */
#include "plan/gpu_fold.h"
#include "ops/softmax.h"

enum {
    MANY_RESULTS = 1 << 14, /* for which items with one each keep a device busy */
    LEAST_RUN = 32,         /* shorter ones take an item no longer than items to meet */
    LANES = 16,             /* results beside each other in memory, that a group reads together */
};

GpuFold gpu_fold_sizes(const Graph *graph, const Kernel *kernel)
{
    const Node *leader = graph_node(graph, kernel->leader);
    GpuFold fold = {.nest = kernel_nest(graph, kernel), .results = 1, .run = 1, .lanes = 1};
    const Nest *nest = &fold.nest;
    while (fold.kept < nest->rank && nest->access[NEST_RESULT].stride[fold.kept])
        fold.results *= nest->dim[fold.kept++];
    for (int axis = fold.kept; axis < nest->rank; axis++)
        fold.run *= nest->dim[axis];
    if (kernel->family == FAMILY_SOFTMAX)
        fold.run = leader->type.shape.dim[((const SoftmaxAttrs *)leader->attrs)->axis];
    else if (fold.kept && nest->access[NEST_SOURCE].stride[fold.kept - 1] == 1 && nest->dim[fold.kept - 1] >= LANES)
        fold.lanes = LANES;
    fold.parts = GPU_MOST_ITEMS / fold.lanes;
    while (fold.parts > fold.run)
        fold.parts /= 2;
    return fold;
}

static bool is_reduction(const Graph *graph, const Kernel *kernel)
{
    const Node *leader = graph_node(graph, kernel->leader);
    switch (kernel->family) {
    case FAMILY_REDUCE:
        return leader->op != OP_argmax;
    case FAMILY_POOL:
        return pool_is_global(graph, leader);
    default:
        return kernel->family == FAMILY_CHANNEL_POOL || kernel->family == FAMILY_SOFTMAX;
    }
}

bool gpu_folds(const Graph *graph, const Kernel *kernel)
{
    if (!is_reduction(graph, kernel))
        return false;
    const GpuFold fold = gpu_fold_sizes(graph, kernel);
    return fold.results < MANY_RESULTS && fold.run >= LEAST_RUN;
}

GpuLaunch gpu_fold_launch(const Graph *graph, const Kernel *kernel)
{
    const GpuFold fold = gpu_fold_sizes(graph, kernel);
    int64_t items = fold.lanes * fold.parts;
    return (GpuLaunch){.part = "",
                       .items = {quotient_up(fold.results, fold.lanes) * items, 1},
                       .group = {items, 1},
                       .local_floats = items};
}
