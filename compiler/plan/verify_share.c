/* verify_share.c - the rules of what several threads do in a run.
 *
 *   P17 at most one loop of a kernel is shared out among threads, in whole turns: a loop of C that neither joins nor
 *       computes elements twice; none of a kernel that goes through rows in bands. With other instruction sets than the
 *       first, none of a kernel that is not shared with that
 *   P18 between two waits, no thread touches what another one writes; steps of a band wait at its first one
 */
#include "plan/verify.h"

/* ---- P17 ---- */

static const char *check_shared(const Kernel *kernel)
{
    int shared = 0;
    for (int i = 0; i < kernel->tiling.count; i++) {
        const Loop *loop = &kernel->tiling.at[i];
        if (!loop->together)
            continue;
        if (shared++ || kernel->rows.some)
            return "is one too many";
        if (loop->kind != LOOP_PLAIN || loop->joins || loop->last == LAST_MOVED)
            return "cannot be";
        if (loop->together < 0 || loop->together % loop->step)
            return "is cut inside of its turns";
    }
    return NULL;
}

/* ---- P18 ---- */

/* What a step reads or writes of the workspace or an output. */
typedef struct Touch {
    uint32_t step;
    uint32_t output; /* BUFFER_NONE: it is of the workspace */
    int64_t begin, end;
    bool writes, alone; /* alone: thread 0 does all of it */
} Touch;

typedef VEC(Touch) Touches;

static void add_touch(const Plan *plan, Touches *list, uint32_t step, uint32_t buffer, bool writes)
{
    int64_t part, bytes = plan->buffers.at[buffer].bytes;
    uint32_t index = plan_whole(plan, buffer, &part);
    const Buffer *whole = &plan->buffers.at[index];
    bool output = whole->place == BUFFER_OUTPUT;
    if (!output && whole->place != BUFFER_WORKSPACE)
        return;
    int64_t begin = (output ? 0 : whole->offset) + part * dtype_bytes(whole->type.dtype);
    bool alone = !tiling_shared(&plan->kernels.at[plan->steps.at[step].kernel].tiling);
    Touch touch = {step, output ? index : BUFFER_NONE, begin, begin + bytes, writes, alone};
    VEC_PUSH(plan->arena, list, touch);
}

static bool touches_meet(const Touch *a, const Touch *b)
{
    return a->step != b->step && !(a->alone && b->alone) && (a->writes || b->writes) && a->output == b->output &&
           a->begin < b->end && b->begin < a->end;
}

static const char *check_waits(const Plan *plan)
{
    Touches list = {0};
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        const Step *step = &plan->steps.at[i];
        if (step->waits && step_first(plan, i) != i)
            return arena_printf(plan->arena, "P18: step %u waits inside of a band", i);
        if (step->waits)
            list.count = 0;
        uint32_t before = list.count;
        for (uint32_t r = 0; r < step->read_count; r++)
            add_touch(plan, &list, i, step->reads[r].buffer, false);
        for (uint32_t w = 0; w < step->write_count; w++)
            add_touch(plan, &list, i, step->writes[w].buffer, true);
        if (step->scratch != BUFFER_NONE)
            add_touch(plan, &list, i, step->scratch, true);
        for (uint32_t a = before; a < list.count; a++)
            for (uint32_t b = 0; b < before; b++)
                if (touches_meet(&list.at[a], &list.at[b]))
                    return arena_printf(plan->arena, "P18: step %u does not wait for step %u", i, list.at[b].step);
    }
    return NULL;
}

const char *verify_shares(const Plan *plan)
{
    bool threaded = false;
    for (uint32_t i = 0; i < plan->kernels.count; i++) {
        const Kernel *kernel = &plan->kernels.at[i];
        for (int set = 0; set < plan->target->set_count; set++) {
            const Kernel one = kernel_with(kernel, set);
            const char *broken = check_shared(&one);
            if (!broken && tiling_shared(&one.tiling) && !tiling_shared(&kernel->tiling))
                broken = "is none with the first instruction set";
            if (broken)
                return arena_printf(plan->arena, "P17: the loop of %s that threads share %s", kernel->name, broken);
        }
        threaded |= tiling_shared(&kernel->tiling) != NULL;
    }
    if (threaded != plan->threaded)
        return "P17: the plan is wrong about whether threads share anything";
    return threaded ? check_waits(plan) : NULL;
}
