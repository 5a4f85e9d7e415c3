/* constants.c - computes what follows from numbers in the model alone.
 *
 *   %1 = const literal [1, 2]
 *   %2 = mul(%1, %1)             ->   %2 = const literal [1, 4]
 *
 * Numbers from a weights file are left alone, since others may take their place (`fovea weights`): what is computed
 * from them is computed when the weights are written. Nothing is made that is larger than LARGEST.
 */
#include "ir/eval.h"
#include "ops/op.h"
#include "pass/pass.h"

enum { LARGEST = 1 << 16 };

static bool stands_in_model(const Graph *graph, const Node *node)
{
    return graph_constant(graph, node)->kind != CONSTANT_LOADED;
}

static NodeId compute(Rewrite *rewrite, NodeId id)
{
    const Node *node = graph_node(rewrite->from, id);
    float *data = NEW_ARRAY(rewrite->to->arena, float, (size_t)shape_count(&node->type.shape));
    eval_known(rewrite->from, id, data);
    Constant constant = {
        .kind = CONSTANT_LITERAL, .path = "", .shape = node->type.shape, .data = data, .span = node->span};
    return graph_add_constant(rewrite->to, &constant);
}

Graph *pass_constants(const Graph *graph, const PassContext *context)
{
    Rewrite rewrite = rewrite_begin(graph);
    bool *literal = NEW_ARRAY(graph->arena, bool, graph->nodes.count); /* numbers of the model alone */
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        literal[i] = node->op == OP_const ? stands_in_model(graph, node) : node->op != OP_input;
        for (uint32_t k = 0; k < node->input_count; k++)
            literal[i] &= literal[graph_input(graph, node, k).index];
        if (literal[i] && node->op != OP_const && shape_count(&node->type.shape) <= LARGEST) {
            rewrite.map[i] = compute(&rewrite, (NodeId){i});
            explain_done(context->explain, node, (Saving){.bytes = 2 * type_bytes(&node->type)},
                         "computed now: it follows from numbers in the model");
        } else {
            rewrite_copy(&rewrite, (NodeId){i});
        }
    }
    return graph_without_dead(rewrite_end(&rewrite));
}
