/* layers.c - parameters, multiply-adds, depth and receptive fields of a net's layers (see layers.h).
 *
 * Depth is counted as papers do: convolutions and fully connected layers on the longest way. Batch normalisation and
 * other scales have parameters, and count as parts of the layers around them.
 */
#include "report/layers.h"

static int64_t count_parameters(const Graph *graph, const Node *node, bool *counted)
{
    int64_t parameters = 0;
    for (uint32_t i = 0; i < node->input_count; i++) {
        NodeId input = graph_input(graph, node, i);
        const Node *constant = graph_node(graph, input);
        if (constant->op != OP_const || counted[input.index] || !graph_constant(graph, constant)->trainable)
            continue;
        counted[input.index] = true;
        parameters += shape_count(&constant->type.shape);
    }
    return parameters;
}

/* Counts of a product of tensors, which may be larger than any tensor. */
static int64_t product(int64_t a, int64_t b)
{
    return a && b > INT64_MAX / a ? INT64_MAX : a * b;
}

int64_t count_sum(int64_t a, int64_t b)
{
    return b > INT64_MAX - a ? INT64_MAX : a + b;
}

/* Of one example. */
static int64_t count_values(const Shape *shape)
{
    return shape_count(shape) / (shape->rank ? shape->dim[0] : 1);
}

static void count_weights(const Graph *graph, const Node *node, Layer *layer)
{
    const Op *op = op_row(node->op);
    layer->macs = op->macs(graph, node);
    layer->weights = shape_count(&graph_input_node(graph, node, op->most_inputs)->type.shape);
    layer->dense_weights =
        product(count_values(&graph_input_node(graph, node, 0)->type.shape), count_values(&node->type.shape));
    layer->depth++;
}

Layers layers_of(Arena *arena, const Graph *graph)
{
    Layers layers = {0};
    const Field *fields = fields_of(arena, graph);
    bool *counted = NEW_ARRAY(arena, bool, graph->nodes.count);
    int64_t *depths = NEW_ARRAY(arena, int64_t, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        if (op_row(node->op)->family == FAMILY_SOURCE)
            continue;
        Layer layer = {.node = {i},
                       .parameters = count_parameters(graph, node, counted),
                       .bytes = type_bytes(&node->type),
                       .field = &fields[i]};
        for (uint32_t k = 0; k < node->input_count; k++)
            layer.depth = MAX(layer.depth, depths[graph_input(graph, node, k).index]);
        if (op_row(node->op)->macs)
            count_weights(graph, node, &layer);
        depths[i] = layer.depth;
        layers.depth = MAX(layers.depth, layer.depth);
        layers.parameters += layer.parameters;
        layers.macs = count_sum(layers.macs, layer.macs);
        layers.dense_weights = count_sum(layers.dense_weights, layer.dense_weights);
        VEC_PUSH(arena, &layers.rows, layer);
    }
    layers.has_field = field_of_answer(arena, graph, fields, layers.field);
    return layers;
}

double share_percent(int64_t part, int64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}
