/* fuse.c - element-wise operations move into the kernel that produces their input.
 *
 *   %3 = conv(...)             %3 = conv(...)
 *   %4 = relu(%3)        ->    %4 = relu(%3) in %3
 *
 * The tile is still in registers there, so that nothing is stored and loaded again. A MAP is taken when its first
 * input is the running result of a convolution, fully connected layer, copy or another MAP kernel, nobody else reads
 * that result, and its other inputs are numbers or vectors along the channels (batch norm's four).
 */
#include "ops/op.h"
#include "pass/pass.h"

static bool can_lead(const Graph *graph, NodeId id)
{
    Family family = op_row(graph_node(graph, id)->op)->family;
    return is_convolution(graph_node(graph, id)->op) || family == FAMILY_MATVEC || family == FAMILY_MAP ||
           family == FAMILY_COPY;
}

static bool is_constant_along_channels(const Graph *graph, const Node *node, const Op *row, uint32_t input)
{
    const Node *source = graph_input_node(graph, node, input);
    if (source->op != OP_const)
        return false;
    return source->type.shape.rank == 0 || (row->channelwise && source->type.shape.rank == 1);
}

static bool can_follow(const Graph *graph, const Node *node)
{
    const Op *row = op_row(node->op);
    if (row->family != FAMILY_MAP || node->input_count == 0)
        return false;
    const Node *first = graph_input_node(graph, node, 0);
    if (!shape_equal(&first->type.shape, &node->type.shape) || first->type.dtype != node->type.dtype)
        return false;
    for (uint32_t i = 1; i < node->input_count; i++)
        if (!is_constant_along_channels(graph, node, row, i))
            return false;
    return true;
}

Graph *pass_fuse(const Graph *graph, const Target *target)
{
    (void)target;
    Rewrite rewrite = rewrite_begin(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        rewrite_copy(&rewrite, (NodeId){i});
    Graph *fused = rewrite_end(&rewrite);
    uint32_t *uses = graph_uses(fused->arena, fused);
    for (uint32_t i = 0; i < fused->nodes.count; i++) {
        Node *node = &fused->nodes.at[i];
        if (!can_follow(fused, node))
            continue;
        NodeId source = graph_input(fused, node, 0);
        const Node *previous = graph_node(fused, source);
        NodeId leader = node_is_none(previous->kernel) ? source : previous->kernel;
        if (uses[source.index] == 1 && can_lead(fused, leader))
            node->kernel = leader;
    }
    return fused;
}
