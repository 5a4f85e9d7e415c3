/* verify_gpu.c - the rules of what GPUs launch.
 *
 *   P20 loops are spread on targets for GPUs alone. Items of a launch fill their groups, which have no more of them,
 *       nor of local memory, than devices offer. What is joined of several items meets in local memory, and of several
 *       groups in scratch memory
 */
#include "plan/gpu.h"
#include "plan/verify.h"

static const char *check_launch(const GpuLaunch *launch)
{
    for (int axis = 0; axis < 2; axis++)
        if (launch->group[axis] < 1 || launch->items[axis] < 1 || launch->items[axis] % launch->group[axis])
            return "has items that are in no group";
    if (launch->group[0] * launch->group[1] > GPU_MOST_ITEMS)
        return "has too many items in a group";
    return launch->local_floats > GPU_MOST_LOCAL ? "has too much local memory" : NULL;
}

/* Whether sums that are divided have a place where they meet. */
static const char *check_meetings(const Kernel *kernel, const GpuLaunch *first)
{
    for (int i = 0; i < kernel->tiling.count; i++) {
        const Loop *loop = &kernel->tiling.at[i];
        if (loop->joins && loop->spread == SPREAD_ITEMS && !first->local_floats)
            return "joins what items have that share no memory";
        if (loop->joins && loop->spread == SPREAD_GROUPS && !kernel->scratch)
            return "joins what groups have that share no memory";
    }
    return NULL;
}

const char *verify_launches(const Plan *plan)
{
    for (uint32_t i = 0; i < plan->kernels.count; i++) {
        const Kernel *kernel = &plan->kernels.at[i];
        GpuLaunch launches[MOST_LAUNCHES];
        if (!plan->target->gpu && tiling_is_spread(&kernel->tiling))
            return arena_printf(plan->arena, "P20: %s is spread over items", kernel->name);
        const int count = plan->target->gpu ? gpu_launches(plan, kernel, launches) : 0;
        for (int l = 0; l < count; l++) {
            const char *broken = check_launch(&launches[l]);
            if (!broken && l == 0)
                broken = check_meetings(kernel, &launches[l]);
            if (broken)
                return arena_printf(plan->arena, "P20: launch %d of %s %s", l, kernel->name, broken);
        }
    }
    return NULL;
}
