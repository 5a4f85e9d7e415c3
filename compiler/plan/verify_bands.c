/* verify_bands.c - the rule of steps that go through rows together.
 *
 *   P13 of a value that is not whole, enough rows are held; it is written by a step of a band, and read only by the
 *       next one of that band, as its input. The last step of a band overwrites no rows that earlier ones still read
 */
#include "plan/verify.h"

static bool is_held(const Plan *plan, uint32_t buffer)
{
    return plan->buffers.at[buffer].held != 0;
}

/* What a step reads and writes but for what goes from one step of a band to the next is whole. */
static const char *check_step(const Plan *plan, uint32_t index)
{
    const Step *step = &plan->steps.at[index];
    uint32_t first = step_first(plan, index), last = step_last(plan, index);
    for (uint32_t r = 0; r < step->read_count; r++) {
        bool handed = r == 0 && index > first;
        if (is_held(plan, step->reads[r].buffer) != handed)
            return arena_printf(plan->arena, "P13: step %u reads %s of %s", index, handed ? "all" : "some rows",
                                plan->buffers.at[step->reads[r].buffer].name);
        if (handed && step->reads[r].buffer != plan->steps.at[index - 1].writes[0].buffer)
            return arena_printf(plan->arena, "P13: step %u does not read what the one before writes", index);
    }
    if (is_held(plan, step->writes[0].buffer) != (index < last))
        return arena_printf(plan->arena, "P13: step %u writes %s of %s", index, index < last ? "all" : "some rows",
                            plan->buffers.at[step->writes[0].buffer].name);
    return NULL;
}

static const char *check_rows(const Plan *plan, const Band *band, uint32_t k)
{
    const Step *step = &plan->steps.at[band->first + k];
    const KernelRows *rows = &plan->kernels.at[step->kernel].rows;
    const RowChain *chain = &band->chain;
    int64_t x_held = k > 0 ? plan->buffers.at[step->reads[0].buffer].held : 0;
    if (!rows->some || rows->x_held != x_held || rows->y_held != plan->buffers.at[step->writes[0].buffer].held)
        return arena_printf(plan->arena, "P13: step %u does not go through rows as its kernel does", band->first + k);
    if (k + 1 < chain->count && rows->y_held < rows_held(chain, k))
        return arena_printf(plan->arena, "P13: step %u needs more rows than are held", band->first + k + 1);
    const Step *end = &plan->steps.at[band->first + chain->count - 1];
    for (uint32_t r = 0; k + 1 < chain->count && r < step->read_count; r++)
        if (step->reads[r].buffer == end->writes[0].buffer && !rows_may_overwrite(chain, k, r > 0))
            return arena_printf(plan->arena, "P13: step %u reads rows that are overwritten", band->first + k);
    return NULL;
}

const char *verify_plan_bands(const Plan *plan)
{
    const char *broken = NULL;
    for (uint32_t i = 0; !broken && i < plan->steps.count; i++)
        broken = check_step(plan, i);
    for (uint32_t b = 0; !broken && b < plan->bands.count; b++)
        for (uint32_t k = 0; !broken && k < plan->bands.at[b].chain.count; k++)
            broken = check_rows(plan, &plan->bands.at[b], k);
    return broken;
}
