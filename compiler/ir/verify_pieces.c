/* verify_pieces.c - the rule of values that a kernel writes to two places.
 *
 *   G14  pieces come in twos: the first channels of the last value of a convolution's kernel, and the others. Nobody
 *        else reads that value, no output is it, and no kernel that writes pieces goes through its rows in bands
 */
#include "ir/verify.h"
#include "ops/op.h"
#include "ops/part.h"

/* What is known of a kernel's pieces while the nodes are walked. */
typedef struct Pieces {
    uint32_t count;
    int64_t elements; /* of all of them */
} Pieces;

static const char *wrong_with(const Graph *graph, const Pieces *pieces, const Node *piece, const uint32_t *uses)
{
    NodeId value = graph_input(graph, piece, 0);
    const Node *leader = graph_node(graph, piece->kernel);
    if (op_row(leader->op)->family != FAMILY_CONV)
        return "is written by a kernel that writes no pieces";
    if (!node_is_none(leader->behind) || leader->by)
        return "is written by a kernel that goes through rows";
    if (!part_is_channels(graph, piece))
        return "is no channels of its kernel's value";
    if (((const PartAttrs *)piece->attrs)->first != pieces->elements || pieces->count > 1)
        return "is not what comes behind the piece before it";
    return uses[value.index] == 2 ? NULL : "is a piece of what is read otherwise, too";
}

const char *verify_pieces(const Graph *graph)
{
    Pieces *pieces = NEW_ARRAY(graph->arena, Pieces, graph->nodes.count);
    const uint32_t *uses = graph_uses(graph->arena, graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        if (!node_is_piece(node))
            continue;
        Pieces *all = &pieces[node->kernel.index];
        const char *wrong = wrong_with(graph, all, node, uses);
        all->count++;
        all->elements += shape_count(&node->type.shape);
        if (!wrong && all->count == 2 && all->elements != shape_count(&graph_input_node(graph, node, 0)->type.shape))
            wrong = "is not all of its kernel's value that is left";
        if (wrong)
            return arena_printf(graph->arena, "G14: node %%%u (%s) %s", i, op_name(node->op), wrong);
    }
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (pieces[i].count == 1)
            return arena_printf(graph->arena, "G14: node %%%u (%s) has a kernel that writes a single piece", i,
                                op_name(graph->nodes.at[i].op));
    return NULL;
}
