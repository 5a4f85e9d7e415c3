/* rows.c - bands of rows (see rows.h). */
#include "ops/rows.h"
#include "ops/pool.h"
#include "ops/reach.h"

enum { ROWS = 2 }; /* the axis */

/* A pool with one window is a reduction, which has no rows to go through. */
static bool has_rows(const Node *node)
{
    Family family = op_row(node->op)->family;
    return family == FAMILY_CONV || family == FAMILY_LRN || (family == FAMILY_POOL && node->type.shape.dim[ROWS] > 1);
}

bool row_window(const Graph *graph, const Node *leader, RowWindow *window)
{
    const Type *x = leader->input_count ? &graph_input_node(graph, leader, 0)->type : NULL;
    if (!x || x->shape.rank != 4 || leader->type.shape.rank != 4 || x->dtype != DT_F32 || !has_rows(leader))
        return false;
    Reach reach = op_reach(graph, leader, 0, ROWS);
    *window = (RowWindow){.stride = reach.scale,
                          .begin = reach.shift,
                          .extent = (reach.size - 1) * reach.step + 1,
                          .inputs = x->shape.dim[ROWS],
                          .outputs = leader->type.shape.dim[ROWS]};
    return !reach.everything && !reach.mixed && reach.to == ROWS && reach.parts == 1 && reach.border == BORDER_NOTHING;
}

bool row_window_follows(const RowWindow *w)
{
    return w->extent >= w->stride && w->begin <= 0 && w->begin + w->extent > 0 &&
           (w->outputs - 1) * w->stride + w->begin < w->inputs;
}

RowChain row_chain(const Graph *graph, NodeId last)
{
    RowChain chain = {.by = graph_node(graph, last)->by};
    for (NodeId at = last; !node_is_none(at); at = graph_node(graph, at)->behind)
        chain.count++;
    chain.leaders = NEW_ARRAY(graph->arena, NodeId, chain.count);
    chain.windows = NEW_ARRAY(graph->arena, RowWindow, chain.count);
    uint32_t k = chain.count;
    for (NodeId at = last; !node_is_none(at); at = graph_node(graph, at)->behind) {
        chain.leaders[--k] = at;
        if (!row_window(graph, graph_node(graph, at), &chain.windows[k]))
            BUG("%%%u is in a chain of bands and has no rows", at.index);
    }
    return chain;
}

RowBand row_band_begin(Arena *arena, const RowChain *chain)
{
    return (RowBand){NEW_ARRAY(arena, int64_t, chain->count), NEW_ARRAY(arena, int64_t, chain->count)};
}

bool row_band_next(const RowChain *chain, RowBand *band)
{
    uint32_t k = chain->count - 1;
    if (band->to[k] == chain->windows[k].outputs)
        return false;
    memcpy(band->from, band->to, chain->count * sizeof *band->from);
    band->to[k] = MIN(band->from[k] + chain->by, chain->windows[k].outputs);
    while (k-- > 0) {
        const RowWindow *reader = &chain->windows[k + 1];
        int64_t need = (band->to[k + 1] - 1) * reader->stride + reader->begin + reader->extent;
        band->to[k] = MIN(need, chain->windows[k].outputs);
    }
    return true;
}

int64_t rows_held(const RowChain *chain, uint32_t k)
{
    const RowWindow *reader = &chain->windows[k + 1];
    Arena *arena = arena_new();
    int64_t most = 0;
    for (RowBand band = row_band_begin(arena, chain); row_band_next(chain, &band);)
        most = MAX(most, (band.to[k + 1] - band.from[k + 1] - 1) * reader->stride + reader->extent);
    arena_free(arena);
    return most;
}

bool rows_may_idle(const RowChain *chain, uint32_t k)
{
    Arena *arena = arena_new();
    bool idle = false;
    for (RowBand band = row_band_begin(arena, chain); row_band_next(chain, &band);)
        idle |= band.from[k] == band.to[k];
    arena_free(arena);
    return idle;
}

bool rows_may_overwrite(const RowChain *chain, uint32_t k, bool beside)
{
    const RowWindow *own = &chain->windows[k];
    uint32_t last = chain->count - 1;
    Arena *arena = arena_new();
    bool good = true;
    for (RowBand band = row_band_begin(arena, chain); row_band_next(chain, &band);) {
        int64_t next = beside ? band.to[k] : band.to[k] * own->stride + own->begin;
        good &= next >= band.to[last] || band.to[last] == chain->windows[last].outputs;
    }
    arena_free(arena);
    return good;
}
