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

int64_t rows_more(const RowWindow *reader)
{
    return reader->begin + reader->extent - reader->stride;
}

int64_t row_bands(const RowChain *chain)
{
    return quotient_up(chain->windows[chain->count - 1].outputs, chain->by);
}

int64_t rows_made(const RowChain *chain, uint32_t k, int64_t bands)
{
    uint32_t at = chain->count - 1;
    int64_t rows = MIN(bands * chain->by, chain->windows[at].outputs);
    for (; bands && at > k; at--)
        rows = MIN(rows * chain->windows[at].stride + rows_more(&chain->windows[at]), chain->windows[at - 1].outputs);
    return rows;
}

static int64_t rows_in_band(const RowChain *chain, uint32_t k, int64_t band)
{
    return rows_made(chain, k, band + 1) - rows_made(chain, k, band);
}

/* What is made by a band is the least of lines over its number. So it grows by no more from band to band, but for the
 * first: which of them asks for the most, or for nothing, is seen at the ends. */

int64_t rows_held(const RowChain *chain, uint32_t k)
{
    const RowWindow *reader = &chain->windows[k + 1];
    int64_t most = MAX(rows_in_band(chain, k + 1, 0), rows_in_band(chain, k + 1, 1));
    return (most - 1) * reader->stride + reader->extent;
}

bool rows_may_idle(const RowChain *chain, uint32_t k)
{
    return rows_in_band(chain, k, row_bands(chain) - 1) == 0;
}

bool rows_may_overwrite(const RowChain *chain, uint32_t k, bool beside)
{
    const RowWindow *own = &chain->windows[k];
    const int64_t ends[] = {1, row_bands(chain) - 1}; /* after the last band nobody reads any more */
    bool good = true;
    for (size_t i = 0; i < COUNT_OF(ends) && row_bands(chain) > 1; i++) {
        int64_t next = rows_made(chain, k, ends[i]);
        if (!beside)
            next = next * own->stride + own->begin;
        good &= next >= rows_made(chain, chain->count - 1, ends[i]);
    }
    return good;
}
