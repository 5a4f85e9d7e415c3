/* flat.c - which flattened pictures are read as they stand in blocks of channels (see flat.h). */
#include "pass/flat.h"
#include "ops/op.h"

enum { MATVEC_X, MATVEC_WEIGHT };

/* Whether pictures are stored without anything between their elements. */
static bool is_dense(const Type *type, const Layout *layout)
{
    return layout->kind == LAYOUT_BLOCKED && !layout_has_halo(layout) && type->shape.rank == 4 &&
           type->shape.dim[1] % layout->block == 0;
}

static bool reads_in_any_order(const Blocks *blocks, const Node *node, uint32_t k)
{
    return op_row(node->op)->family == FAMILY_MATVEC && k == MATVEC_X &&
           blocks->written[graph_input(blocks->graph, node, MATVEC_WEIGHT).index];
}

NodeId *flat_pictures(const Blocks *blocks, const Layout *stored)
{
    const Graph *graph = blocks->graph;
    NodeId *pictures = NEW_ARRAY(graph->arena, NodeId, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        pictures[i] = NODE_NONE;
        if (op_row(node->op)->family != FAMILY_VIEW || node->op == OP_part || node->type.shape.rank != 2)
            continue;
        NodeId input = graph_input(graph, node, 0);
        const Type *type = &graph_node(graph, input)->type;
        if (is_dense(type, &stored[input.index]) && node->type.shape.dim[0] == type->shape.dim[0])
            pictures[i] = input;
    }
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        for (uint32_t k = 0; k < node->input_count; k++)
            if (!reads_in_any_order(blocks, node, k))
                pictures[graph_input(graph, node, k).index] = NODE_NONE;
    }
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        pictures[graph->outputs.at[i].node.index] = NODE_NONE;
    return pictures;
}
