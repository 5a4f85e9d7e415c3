/* known.c - what follows from weights alone is computed now, and is a weight from then on (see form.h).
 *
 *   %2 = reshape(%1)   %3 = transpose(%2)   %4 = fc(%0, %3)   ->   %3 = const   %4 = fc(%0, %3)
 */
#include "source/form.h"

#include "ir/eval.h"
#include "pass/pass.h"

/* The weight's own name, where it only changes its shape. */
static const char *name_of(const Graph *net, const Node *node, NodeId id)
{
    const Constant *weight = source_constant(net, id);
    return weight && weight->path[0] ? weight->path : node->path[0] ? node->path : "constant";
}

static NodeId constant_of(Rewrite *rewrite, const Node *node, NodeId id)
{
    float *data = NEW_ARRAY(rewrite->to->arena, float, shape_count(&node->type.shape));
    eval_known(rewrite->from, id, data);
    const Constant constant = {.kind = CONSTANT_LOADED,
                               .path = name_of(rewrite->from, node, id),
                               .shape = node->type.shape,
                               .data = data,
                               .trainable = true,
                               .span = node->span};
    return graph_add_constant(rewrite->to, &constant);
}

Graph *source_known(const Graph *net)
{
    Rewrite rewrite = rewrite_begin(net);
    const bool *known = graph_known(net->arena, net);
    bool *read = NEW_ARRAY(net->arena, bool, net->nodes.count);
    for (uint32_t i = 0; i < net->nodes.count; i++)
        for (uint32_t k = 0; !known[i] && k < net->nodes.at[i].input_count; k++)
            read[graph_input(net, &net->nodes.at[i], k).index] = true;
    for (uint32_t i = 0; i < net->outputs.count; i++)
        read[net->outputs.at[i].node.index] = true;
    for (uint32_t i = 0; i < net->nodes.count; i++) {
        const Node *node = &net->nodes.at[i];
        if (!known[i])
            rewrite_copy(&rewrite, (NodeId){i});
        else if (read[i])
            rewrite.map[i] =
                node->op == OP_const ? rewrite_copy(&rewrite, (NodeId){i}) : constant_of(&rewrite, node, (NodeId){i});
    }
    return rewrite_end(&rewrite);
}

NodeId source_behind(const Graph *net, NodeId id)
{
    const Node *node = graph_node(net, id);
    while (node->op == OP_reshape || node->op == OP_unsqueeze) {
        id = graph_input(net, node, 0);
        node = graph_node(net, id);
    }
    return id;
}

const Constant *source_constant(const Graph *net, NodeId id)
{
    const Node *node = graph_node(net, source_behind(net, id));
    return node->op == OP_const ? graph_constant(net, node) : NULL;
}
