/* in_place.c - results that take the place of what they are made of.
 *
 *   %5 = add(%1, %4) in %4     is written where %1 stands, when nobody reads %1 afterwards
 *
 * One buffer then holds one value after the other: the trunk of a residual net stays where it is. It needs a kernel
 * that reads each element just once, right before it writes the same element of the result. Softmax and local response
 * normalisation read others too: before they write any, or they keep them.
 */
#include "ops/lrn.h"
#include "plan/plan.h"

NodeId *viewed_values(const Graph *graph)
{
    NodeId *viewed = NEW_ARRAY(graph->arena, NodeId, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        bool view = op_row(node->op)->family == FAMILY_VIEW && !node_is_piece(node);
        viewed[i] = view ? viewed[graph_input(graph, node, 0).index] : (NodeId){i};
    }
    return viewed;
}

uint32_t *last_readers(const Graph *graph)
{
    uint32_t *last = NEW_ARRAY(graph->arena, uint32_t, graph->nodes.count);
    const NodeId *viewed = viewed_values(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        uint32_t leader = graph_leader(graph, (NodeId){i}).index;
        if (op_row(node->op)->family == FAMILY_VIEW && !node_is_piece(node))
            continue;
        for (uint32_t k = 0; k < node->input_count; k++) {
            uint32_t value = viewed[graph_input(graph, node, k).index].index;
            last[value] = MAX(last[value], leader);
        }
    }
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        last[i] = last[viewed[i].index];
    return last;
}

/* Whether the kernel's text goes through read `r` and the result side by side, once, or keeps what it still needs.
 * Transposed convolutions compute some tiles twice, and those with tables store sums before the epilogue reads
 * anything. What is shuffled is written elsewhere than it is read.
 */
static bool goes_along(const Plan *plan, const Kernel *kernel, const Step *step, uint32_t r)
{
    if (kernel->family == FAMILY_MAP || kernel->family == FAMILY_SOFTMAX)
        return true;
    for (uint32_t e = 0; e < kernel->epilogue_count; e++)
        if (op_row(graph_node(plan->graph, kernel->epilogue[e])->op)->family == FAMILY_COPY)
            return false;
    if (kernel->family == FAMILY_LRN)
        return lrn_keeps(graph_node(plan->graph, step->leader)->attrs);
    return r >= step->own_reads && (kernel->family == FAMILY_CONV || kernel->family == FAMILY_WINOGRAD ||
                                    kernel->family == FAMILY_MATVEC || kernel->family == FAMILY_COPY);
}

static bool same_form(const Type *a, const Type *b)
{
    return a->dtype == b->dtype && shape_equal(&a->shape, &b->shape) && layout_equal(&a->layout, &b->layout);
}

uint32_t step_in_place(const Plan *plan, const uint32_t *last_reader, const Kernel *kernel, const Step *step)
{
    const Type *result = &graph_node(plan->graph, step->result)->type;
    for (uint32_t r = 0; r < step->read_count; r++) {
        const Read *read = &step->reads[r];
        const Buffer *buffer = &plan->buffers.at[read->buffer];
        bool good = goes_along(plan, kernel, step, r) && buffer->place == BUFFER_WORKSPACE && !buffer->has_parts &&
                    buffer->bytes == type_bytes(result) &&
                    same_form(&graph_node(plan->graph, read->value)->type, result) &&
                    last_reader[read->value.index] == step->leader.index && band_allows(plan, step, r);
        for (uint32_t other = 0; other < step->read_count; other++)
            good &= other == r || step->reads[other].buffer != read->buffer;
        if (good)
            return r;
    }
    return NOT_IN_PLACE;
}
