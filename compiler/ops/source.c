/* source.c - the ops that bring values into a graph: what the caller gives, and what is known beforehand. */
#include "ops/source.h"

#include "ops/op.h"

/* An input's type is given, not derived: whatever the node has is right as long as it has a batch axis. */
static bool input_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    (void)graph;
    if (node->type.shape.rank < 1) {
        diag_error(diag, node->span, "an input has a batch axis");
        return false;
    }
    *result = (Type){.dtype = node->type.dtype, .shape = node->type.shape};
    return true;
}

static const OpAttr input_attrs[] = {{"port", ATTR_INT, offsetof(InputAttrs, port), 1, 0, NULL}};

const Op op_input = {
    .family = FAMILY_SOURCE,
    .attrs = input_attrs,
    .attr_count = COUNT_OF(input_attrs),
    .attr_bytes = sizeof(InputAttrs),
    .type = input_type,
    .source = "ONNX graph input",
};

static bool const_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    (void)diag;
    *result = (Type){.dtype = DT_F32, .shape = graph_constant(graph, node)->shape};
    return true;
}

static void const_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)inputs;
    const Constant *constant = graph_constant(graph, node);
    if (!constant->data)
        BUG("constant '%s' is computed with before its weights are bound", constant->path);
    int64_t count = shape_count(&result->shape);
    for (int64_t i = 0; i < count; i++)
        result->at[i] = (double)constant->data[i];
}

static const OpAttr const_attrs[] = {{"constant", ATTR_INT, offsetof(ConstAttrs, constant), 1, 0, NULL}};

const Op op_const = {
    .family = FAMILY_SOURCE,
    .attrs = const_attrs,
    .attr_count = COUNT_OF(const_attrs),
    .attr_bytes = sizeof(ConstAttrs),
    .type = const_type,
    .reference = const_reference,
    .source = "ONNX Constant",
};
