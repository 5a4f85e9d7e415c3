/* constants.c - computes what follows from numbers in the model alone.
 *
 *   %1 = const literal [1, 2]
 *   %2 = mul(%1, %1)             ->   %2 = const literal [1, 4]
 *
 * Numbers from a weights file are left alone, since others may take their place (`fovea weights`): what is computed
 * from them is computed when the weights are written. So is what is larger than LARGEST, or follows from that;
 * and transfers, which a run makes.
 */
#include "ir/eval.h"
#include "ops/op.h"
#include "pass/pass.h"

enum { LARGEST = 1 << 16 };

typedef struct Folding {
    Rewrite rewrite;
    uint32_t *uses;
    Tensor *values; /* one a node: in double precision, while it is needed */
    bool *literal;  /* one a node: it follows from numbers in the model alone, and is no larger than LARGEST */
} Folding;

static bool stands_in_model(const Graph *graph, const Node *node)
{
    return graph_constant(graph, node)->kind != CONSTANT_LOADED;
}

static bool is_literal(const Folding *folding, const Node *node)
{
    const Graph *graph = folding->rewrite.from;
    if (node->op == OP_input || node->op == OP_transfer || shape_count(&node->type.shape) > LARGEST)
        return false;
    bool literal = node->op != OP_const || stands_in_model(graph, node);
    for (uint32_t i = 0; i < node->input_count; i++)
        literal &= folding->literal[graph_input(graph, node, i).index];
    return literal;
}

static void compute(Folding *folding, NodeId id)
{
    const Graph *graph = folding->rewrite.from;
    const Node *node = graph_node(graph, id);
    const Tensor **inputs = NEW_ARRAY(graph->arena, const Tensor *, node->input_count);
    for (uint32_t i = 0; i < node->input_count; i++) {
        NodeId input = graph_input(graph, node, i);
        Tensor *value = &folding->values[input.index];
        if (!value->at) { /* a constant that was not read so far */
            *value = tensor_new(&graph_node(graph, input)->type.shape);
            eval_node(graph, graph_node(graph, input), NULL, value);
        }
        inputs[i] = value;
    }
    folding->values[id.index] = tensor_new(&node->type.shape);
    eval_node(graph, node, inputs, &folding->values[id.index]);
}

/* What was computed, as a constant. */
static NodeId constant_of(Folding *folding, NodeId id)
{
    Graph *to = folding->rewrite.to;
    const Node *node = graph_node(folding->rewrite.from, id);
    int64_t count = shape_count(&node->type.shape);
    float *data = NEW_ARRAY(to->arena, float, (size_t)count);
    for (int64_t i = 0; i < count; i++)
        data[i] = (float)folding->values[id.index].at[i];
    Constant constant = {
        .kind = CONSTANT_LITERAL, .path = "", .shape = node->type.shape, .data = data, .span = node->span};
    return graph_add_constant(to, &constant);
}

/* Frees what was read for the last time. */
static void release_inputs(Folding *folding, const Node *node)
{
    for (uint32_t i = 0; i < node->input_count; i++) {
        uint32_t input = graph_input(folding->rewrite.from, node, i).index;
        if (--folding->uses[input] == 0)
            tensor_free(&folding->values[input]);
    }
}

Graph *pass_constants(const Graph *graph, const PassContext *context)
{
    Folding folding = {.rewrite = rewrite_begin(graph),
                       .uses = graph_uses(graph->arena, graph),
                       .values = NEW_ARRAY(graph->arena, Tensor, graph->nodes.count),
                       .literal = NEW_ARRAY(graph->arena, bool, graph->nodes.count)};
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        folding.literal[i] = is_literal(&folding, node);
        if (folding.literal[i] && node->op != OP_const) {
            compute(&folding, (NodeId){i});
            folding.rewrite.map[i] = constant_of(&folding, (NodeId){i});
            explain_done(context->explain, node, (Saving){.bytes = 2 * type_bytes(&node->type)},
                         "computed now: it follows from numbers in the model");
        } else {
            rewrite_copy(&folding.rewrite, (NodeId){i});
        }
        release_inputs(&folding, node);
    }
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        tensor_free(&folding.values[i]);
    return graph_without_dead(rewrite_end(&folding.rewrite));
}
