/* known.c - operations on weights (see known.h). */
#include "pass/known.h"
#include "ops/op.h"
#include "ops/reduce.h"
#include "ops/transpose.h"
#include "ops/view.h"

NodeId known_add(Rewrite *rewrite, OpId op, const NodeId *inputs, uint32_t count, const void *attrs, const Node *like)
{
    Node unnamed = *like;
    unnamed.path = "";
    return rewrite_add(rewrite, op, inputs, count, attrs, &unnamed);
}

NodeId known_op(Rewrite *rewrite, OpId op, NodeId a, NodeId b, const Node *like)
{
    NodeId inputs[] = {a, b};
    return known_add(rewrite, op, inputs, node_is_none(b) ? 1 : 2, NULL, like);
}

NodeId known_reshape(Rewrite *rewrite, NodeId value, Shape shape, const Node *like)
{
    if (shape_equal(&graph_node(rewrite->to, value)->type.shape, &shape))
        return value;
    ReshapeAttrs attrs = reshape_attrs(&shape);
    return known_add(rewrite, OP_reshape, &value, 1, &attrs, like);
}

NodeId known_sum(Rewrite *rewrite, NodeId value, int from, int to, const Node *like)
{
    ReduceAttrs attrs = {.keep = false};
    for (int axis = from; axis < to; axis++)
        attrs.axes[attrs.count++] = axis;
    return known_add(rewrite, OP_reduce_sum, &value, 1, &attrs, like);
}

NodeId known_turn(Rewrite *rewrite, NodeId value, const Node *like)
{
    TransposeAttrs attrs = {.rank = 3, .order = {0, 2, 1}};
    return known_add(rewrite, OP_transpose, &value, 1, &attrs, like);
}

NodeId known_zeros(Rewrite *rewrite, int64_t count, const Node *like)
{
    Constant zero = {.kind = CONSTANT_FILL,
                     .path = "",
                     .shape = SHAPE(count),
                     .data = NEW_ARRAY(rewrite->to->arena, float, (size_t)count),
                     .span = like->span};
    return graph_add_constant(rewrite->to, &zero);
}

NodeId layer_bias(const Graph *graph, const Node *layer)
{
    return layer->input_count > 2 ? graph_input(graph, layer, 2) : NODE_NONE;
}

const char *layer_weight_name(const Graph *graph, const Node *layer)
{
    const Node *weight = graph_input_node(graph, layer, 1);
    return weight->op == OP_const ? graph_constant(graph, weight)->path : weight->path;
}

NodeId known_named(Rewrite *rewrite, NodeId value, const char *name)
{
    graph_node(rewrite->to, value)->path = name;
    return value;
}

NodeId known_bias_named(Rewrite *rewrite, NodeId bias, const Node *layer)
{
    if (node_is_none(bias) || graph_node(rewrite->to, bias)->op == OP_const || !layer->path[0])
        return bias;
    return known_named(rewrite, bias, arena_printf(rewrite->to->arena, "%s.bias", layer->path));
}

NodeId layer_with(Rewrite *rewrite, const Node *layer, const void *attrs, NodeId x, NodeId weight, NodeId bias)
{
    NodeId inputs[] = {x, weight, bias};
    return rewrite_add(rewrite, layer->op, inputs, node_is_none(bias) ? 2 : 3, attrs, layer);
}
