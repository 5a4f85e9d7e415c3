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

static bool is_constant_along_channels(const Graph *graph, const bool *known, const Node *node, uint32_t input)
{
    const Op *row = op_row(node->op);
    const Node *source = graph_input_node(graph, node, input);
    if (!known[graph_input(graph, node, input).index])
        return false;
    return source->type.shape.rank == 0 || (row->channelwise && source->type.shape.rank == 1);
}

/* Why a MAP cannot be computed behind what makes its first input; NULL: it can. */
static const char *why_apart(const Graph *graph, const bool *known, const Node *node, const uint32_t *uses,
                             NodeId *leader)
{
    NodeId source = graph_input(graph, node, 0);
    const Node *previous = graph_node(graph, source);
    *leader = node_is_none(previous->kernel) ? source : previous->kernel;
    if (!shape_equal(&previous->type.shape, &node->type.shape) || previous->type.dtype != node->type.dtype)
        return "its input has another shape or element type";
    for (uint32_t i = 1; i < node->input_count; i++)
        if (!is_constant_along_channels(graph, known, node, i))
            return "it reads a second tensor";
    if (!can_lead(graph, *leader))
        return arena_printf(graph->arena, "what makes its input, %s, computes nothing behind it",
                            op_name(graph_node(graph, *leader)->op));
    return uses[source.index] == 1 ? NULL : "others read its input too";
}

Graph *pass_fuse(const Graph *graph, const PassContext *context)
{
    Rewrite rewrite = rewrite_begin(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        rewrite_copy(&rewrite, (NodeId){i});
    Graph *fused = rewrite_end(&rewrite);
    const uint32_t *uses = graph_uses(fused->arena, fused);
    const bool *known = graph_known(fused->arena, fused);
    for (uint32_t i = 0; i < fused->nodes.count; i++) {
        Node *node = &fused->nodes.at[i];
        NodeId leader;
        if (op_row(node->op)->family != FAMILY_MAP || known[i])
            continue;
        const char *apart = why_apart(fused, known, node, uses, &leader);
        if (apart) {
            explain_left(context->explain, node, "%s", apart);
            continue;
        }
        node->kernel = leader;
        explain_done(context->explain, node, (Saving){.bytes = 2 * type_bytes(&node->type)},
                     "computed in the kernel that makes its input");
    }
    return fused;
}
