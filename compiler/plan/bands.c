/* bands.c - steps that go through rows together, as the graph says (Node.behind): which rows are held, and what may be
 * overwritten.
 */
#include "plan/plan.h"

Type held_type(const Type *type, int64_t rows)
{
    Type held = *type;
    held.shape.dim[2] = rows;
    held.layout.halo[HALO_TOP] = held.layout.halo[HALO_BOTTOM] = 0;
    return held;
}

const BandPlace *band_places(const Graph *graph)
{
    BandPlace *places = NEW_ARRAY(graph->arena, BandPlace, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        if (!graph->nodes.at[i].by)
            continue;
        RowChain *chain = NEW(graph->arena, RowChain);
        *chain = row_chain(graph, (NodeId){i});
        int64_t held = 0;
        for (uint32_t k = 0; k < chain->count; k++) {
            KernelRows rows = {.some = true, .x_held = held};
            held = rows.y_held = k + 1 < chain->count ? rows_held(chain, k) : 0;
            places[chain->leaders[k].index] = (BandPlace){chain, k, rows};
        }
    }
    return places;
}

uint32_t step_first(const Plan *plan, uint32_t step)
{
    uint32_t band = plan->steps.at[step].band;
    return band == BAND_NONE ? step : plan->bands.at[band].first;
}

uint32_t step_last(const Plan *plan, uint32_t step)
{
    uint32_t band = plan->steps.at[step].band;
    return band == BAND_NONE ? step : plan->bands.at[band].first + plan->bands.at[band].chain.count - 1;
}

bool band_allows(const Plan *plan, const Step *step, uint32_t r)
{
    if (step->band == BAND_NONE)
        return true;
    const Band *band = &plan->bands.at[step->band];
    if (plan->steps.count != band->first + band->chain.count - 1)
        return false; /* what it writes is held, or read again */
    for (uint32_t k = 0; k + 1 < band->chain.count; k++) {
        const Step *before = &plan->steps.at[band->first + k];
        for (uint32_t i = 0; i < before->read_count; i++)
            if (before->reads[i].buffer == step->reads[r].buffer && !rows_may_overwrite(&band->chain, k, i > 0))
                return false;
    }
    return true;
}
