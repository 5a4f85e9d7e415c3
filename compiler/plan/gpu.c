/* gpu.c - loops spread over work-items, and launches (see gpu.h). */
#include "plan/gpu.h"
#include "ops/softmax.h"
#include "plan/gpu_conv.h"
#include "plan/gpu_fold.h"
#include "plan/gpu_matvec.h"
#include "plan/gpu_winograd.h"

enum {
    FEW_ITEMS = 64,       /* of a group, where there would not be many groups otherwise */
    MANY_ITEMS = 1 << 16, /* from which on groups are larger */
};

/* Which axes an item goes through by itself, though they are not joined. */
static unsigned axes_kept(const Graph *graph, const Kernel *kernel)
{
    switch (kernel->family) {
    case FAMILY_SOFTMAX:
        return 1u << ((const SoftmaxAttrs *)graph_node(graph, kernel->leader)->attrs)->axis;
    case FAMILY_LRN: /* squares of neighbours are summed on the way, so that y may be x */
        return AXIS_MAPS;
    case FAMILY_CONCAT:
        return AXIS_PARTS;
    default:
        return 0;
    }
}

static bool is_over_strides(const Graph *graph, const Kernel *kernel)
{
    const Layout *to = &graph_node(graph, kernel->result)->type.layout;
    switch (kernel->family) {
    case FAMILY_MAP:
    case FAMILY_COPY:
    case FAMILY_CONCAT:
    case FAMILY_POOL:
    case FAMILY_REDUCE:
    case FAMILY_CHANNEL_POOL:
    case FAMILY_SOFTMAX:
    case FAMILY_LRN:
    case FAMILY_PAD:
    case FAMILY_RESIZE:
    case FAMILY_RESAMPLE:
        return true;
    case FAMILY_PACK:
        return to->kind != LAYOUT_PANELS && to->kind != LAYOUT_TURNED;
    default:
        return false;
    }
}

void gpu_spread(const Graph *graph, const Kernel *kernel, Tiling *tiling)
{
    if (!is_over_strides(graph, kernel))
        return;
    const unsigned kept = axes_kept(graph, kernel);
    const bool folds = gpu_folds(graph, kernel);
    for (int i = 0; i < tiling->count; i++) {
        Loop *loop = &tiling->at[i];
        if (folds) {
            loop->spread = loop->joins || loop->axes == kept ? SPREAD_ITEMS : SPREAD_GROUPS;
            continue;
        }
        bool vectors = loop->kind == LOOP_LANES && kernel->family == FAMILY_POOL;
        if ((loop->kind == LOOP_PLAIN || vectors) && !loop->joins && loop->axes != kept)
            loop->spread = SPREAD_ITEMS;
    }
}

bool gpu_tiling(const Graph *graph, const Kernel *kernel, Tiling *tiling)
{
    switch (kernel->family) {
    case FAMILY_CONV:
    case FAMILY_CONV_TRANSPOSE:
    case FAMILY_CONV_CONNECT:
        *tiling = gpu_conv_tiling(graph, kernel);
        return true;
    case FAMILY_MATVEC:
        *tiling = gpu_matvec_tiling(graph, kernel);
        return true;
    case FAMILY_WINOGRAD:
        *tiling = gpu_winograd_tiling(graph, kernel);
        return true;
    default:
        return false;
    }
}

int64_t gpu_scratch(const Graph *graph, const Kernel *kernel)
{
    switch (kernel->family) {
    case FAMILY_CONV:
        return gpu_conv_scratch(graph, kernel);
    case FAMILY_MATVEC:
        return gpu_matvec_sizes(graph, kernel).scratch_floats;
    case FAMILY_WINOGRAD:
        return gpu_winograd_sizes(graph, kernel).sizes.floats;
    default:
        return 0;
    }
}

int64_t gpu_rounds(const Graph *graph, const Kernel *kernel, int64_t *pictures)
{
    *pictures = 0;
    if (kernel->family != FAMILY_WINOGRAD)
        return 1;
    const GpuWinograd g = gpu_winograd_sizes(graph, kernel);
    *pictures = g.pictures;
    return g.batch / g.pictures;
}

GpuLaunch gpu_launch_items(const char *part, int64_t items)
{
    int64_t group = items == 1 ? 1 : items < MANY_ITEMS ? FEW_ITEMS : GPU_MOST_ITEMS;
    return (GpuLaunch){.part = part, .items = {quotient_up(items, group) * group, 1}, .group = {group, 1}};
}

int gpu_launches(const Plan *plan, const Kernel *kernel, GpuLaunch launches[MOST_LAUNCHES])
{
    if (gpu_conv_is(kernel))
        return gpu_conv_launches(plan->graph, kernel, launches);
    if (kernel->family == FAMILY_MATVEC)
        return gpu_matvec_launches(plan->graph, kernel, launches);
    if (kernel->family == FAMILY_WINOGRAD)
        return gpu_winograd_launches(plan->graph, kernel, launches);
    if (gpu_folds(plan->graph, kernel)) {
        launches[0] = gpu_fold_launch(plan->graph, kernel);
        return 1;
    }
    int64_t items = 1;
    for (int i = 0; i < kernel->tiling.count; i++) {
        const Loop *loop = &kernel->tiling.at[i];
        if (loop->spread == SPREAD_ITEMS)
            items *= loop->kind == LOOP_LANES ? loop_turns(loop) / plan->target->sets[0]->lanes : loop_turns(loop);
    }
    launches[0] = gpu_launch_items("", items);
    return 1;
}
