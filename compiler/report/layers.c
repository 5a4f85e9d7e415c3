/* layers.c - parameters, multiply-adds and receptive fields of a net's layers (see layers.h).
 *
 * A value's field grows by (k - 1) * jump in each window of k, where jump is the product of the strides before it; of
 * several inputs the widest counts. Where elements are spread (depth_to_space), the jump is divided, and is said as 1
 * when it is less than a pixel. A layer that reads a whole axis (fully connected, global pooling) is a window as
 * large as that axis.
 */
#include "report/layers.h"

static Field field_of_input(const Node *node)
{
    const Shape *shape = &node->type.shape;
    if (shape->rank != 4)
        return (Field){.size = {1, 1}, .jump = {1, 1}, .cells = {1, 1}};
    return (Field){.known = true, .size = {1, 1}, .jump = {1, 1}, .cells = {shape->dim[2], shape->dim[3]}};
}

static void field_join(Field *field, const Field *other)
{
    if (!other->known)
        return;
    if (!field->known) {
        *field = *other;
        return;
    }
    field->all |= other->all;
    for (int axis = 0; axis < 2; axis++) {
        field->size[axis] = MAX(field->size[axis], other->size[axis]);
        field->jump[axis] = MAX(field->jump[axis], other->jump[axis]);
        field->cells[axis] = MAX(field->cells[axis], other->cells[axis]);
    }
}

/* Strides multiply without end, so that a field stops growing where no tensor is as large any more. */
static int64_t bounded(double pixels)
{
    return pixels < (double)LIMIT_ELEMENTS ? (int64_t)pixels : LIMIT_ELEMENTS;
}

static void field_pass(Field *field, const Graph *graph, const Node *node)
{
    const Op *op = op_row(node->op);
    for (int axis = 0; op->window && axis < 2; axis++) {
        Window window = op->window(graph, node, axis);
        int64_t size = window.everything ? field->cells[axis] : window.dilation * (window.size - 1) + 1;
        double jump = (double)field->jump[axis];
        field->size[axis] = bounded((double)field->size[axis] + (double)(size - 1) * jump);
        field->jump[axis] = bounded(jump * (double)(window.everything ? 1 : window.stride));
        field->jump[axis] = MAX(field->jump[axis] / MAX(window.finer, 1), 1);
        field->all |= window.everything;
    }
    if (node->type.shape.rank == 4) {
        field->cells[0] = node->type.shape.dim[2];
        field->cells[1] = node->type.shape.dim[3];
    } else if (op->window) {
        field->cells[0] = field->cells[1] = 1;
    }
}

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

/* Whether a value still is a picture of places that see different parts of the input: not a list, nor the one place
 * that global pooling leaves. */
static bool has_places(const Node *node, const Field *field)
{
    const Shape *shape = &node->type.shape;
    return shape->rank == 4 && field->known && (!field->all || shape->dim[2] * shape->dim[3] > 1);
}

/* The widest field of the last pictures on the way to the answer: what flattening or global pooling takes. */
static Field field_of_answer(Arena *arena, const Graph *graph, const Field *fields)
{
    Field widest = {0};
    bool *asked = NEW_ARRAY(arena, bool, graph->nodes.count);
    if (graph->outputs.count)
        asked[graph->outputs.at[0].node.index] = true;
    for (uint32_t i = graph->nodes.count; i-- > 0;) {
        const Node *node = &graph->nodes.at[i];
        if (!asked[i])
            continue;
        if (has_places(node, &fields[i]))
            field_join(&widest, &fields[i]);
        for (uint32_t k = 0; !has_places(node, &fields[i]) && k < node->input_count; k++)
            asked[graph_input(graph, node, k).index] = true;
    }
    return widest;
}

Layers layers_of(Arena *arena, const Graph *graph)
{
    Layers layers = {0};
    Field *fields = NEW_ARRAY(arena, Field, graph->nodes.count);
    bool *counted = NEW_ARRAY(arena, bool, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        const Op *op = op_row(node->op);
        if (node->op == OP_input)
            fields[i] = field_of_input(node);
        if (op->family == FAMILY_SOURCE)
            continue;
        for (uint32_t k = 0; k < node->input_count; k++)
            field_join(&fields[i], &fields[graph_input(graph, node, k).index]);
        field_pass(&fields[i], graph, node);
        Layer layer = {.node = {i},
                       .parameters = count_parameters(graph, node, counted),
                       .macs = op->macs ? op->macs(graph, node) : 0,
                       .bytes = type_bytes(&node->type),
                       .field = fields[i]};
        layers.parameters += layer.parameters;
        layers.macs += layer.macs;
        VEC_PUSH(arena, &layers.rows, layer);
    }
    layers.field = field_of_answer(arena, graph, fields);
    return layers;
}
