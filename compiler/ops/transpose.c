/* transpose.c - the axes in another order. */
#include "ops/transpose.h"

#include "ops/reach.h"
#include "ops/rules.h"

static bool check_order(const Graph *graph, const Node *node, Diag *diag)
{
    const TransposeAttrs *attrs = node->attrs;
    bool named[MAX_RANK] = {false};
    if (attrs->rank && attrs->order[0] != 0) {
        diag_error(diag, node->span, "transpose: the batch stays in front");
        return false;
    }
    for (int i = 1; i < attrs->rank; i++) {
        int64_t axis = attrs->order[i];
        if (axis < 1 || axis >= attrs->rank) {
            diag_error(diag, node->span, "transpose: %s has no axis %lld", input_text(graph, node, 0),
                       (long long)axis - 1);
            return false;
        }
        if (named[axis]) {
            diag_error(diag, node->span, "transpose: axis %lld stands in the order twice", (long long)axis - 1);
            return false;
        }
        named[axis] = true;
    }
    return true;
}

static bool transpose_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    const TransposeAttrs *attrs = node->attrs;
    if (!type_same(graph, node, diag, result))
        return false;
    if (attrs->rank != result->shape.rank) {
        diag_error(diag, node->span, "transpose: %lld axes in order, but %s has %d", (long long)attrs->rank - 1,
                   input_text(graph, node, 0), MAX(result->shape.rank - 1, 0));
        return false;
    }
    if (!check_order(graph, node, diag))
        return false;
    const Shape *x = &graph_input_node(graph, node, 0)->type.shape;
    for (int i = 0; i < x->rank; i++)
        result->shape.dim[i] = x->dim[attrs->order[i]];
    return true;
}

/* Walks over the input as it lies, and carries the index from axis to axis like the digits of a number. */
static void transpose_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    const TransposeAttrs *attrs = node->attrs;
    const Shape *x = &inputs[0]->shape, *y = &result->shape;
    int64_t index[MAX_RANK] = {0};
    for (int64_t n = 0; n < shape_count(x); n++) {
        int64_t at = 0;
        for (int i = 0; i < y->rank; i++)
            at = at * y->dim[i] + index[attrs->order[i]];
        result->at[at] = inputs[0]->at[n];
        for (int axis = x->rank - 1; axis >= 0 && ++index[axis] == x->dim[axis]; axis--)
            index[axis] = 0;
    }
}

static CopyLoops transpose_copy(const Graph *graph, const Node *node)
{
    (void)graph;
    const TransposeAttrs *attrs = node->attrs;
    CopyLoops loops = {.count = node->type.shape.rank};
    for (int i = 0; i < loops.count; i++)
        loops.at[i] = (CopyLoop){node->type.shape.dim[i], i, 1, (int)attrs->order[i], 1};
    return loops;
}

static Reach transpose_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    (void)graph;
    (void)input;
    const TransposeAttrs *attrs = node->attrs;
    int to = 0;
    while (attrs->order[to] != axis)
        to++;
    return reach_own(to);
}

static NodeId transpose_build(const OpCall *call)
{
    const OpArg *order = op_arg(call, "order");
    const Shape *x = &graph_node(call->graph, call->inputs[0])->type.shape;
    int64_t axes = shape_count(&order->literal.shape);
    if (axes != x->rank - 1) {
        diag_error(call->diag, order->span, "transpose: %lld ax%s in order, but %s has %d", (long long)axes,
                   axes == 1 ? "is" : "es", shape_text(call->graph->arena, x), MAX(x->rank - 1, 0));
        return NODE_NONE;
    }
    TransposeAttrs attrs = {.rank = x->rank};
    for (int i = 1; i < x->rank; i++)
        attrs.order[i] = 1 + (int64_t)order->literal.at[i - 1];
    return build_with(call, &attrs);
}

static const OpParam params[] = {{.name = "order", .kind = PARAM_INTS, .required = true, .bounded = true}};

static const OpAttr attrs_of_transpose[] = {
    {"order", ATTR_INT, offsetof(TransposeAttrs, order), 0, offsetof(TransposeAttrs, rank), NULL},
};

const Op op_transpose = {
    .family = FAMILY_COPY,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = params,
    .param_count = COUNT_OF(params),
    .build = transpose_build,
    .attrs = attrs_of_transpose,
    .attr_count = COUNT_OF(attrs_of_transpose),
    .attr_bytes = sizeof(TransposeAttrs),
    .type = transpose_type,
    .reference = transpose_reference,
    .reach = transpose_reach,
    .copy = transpose_copy,
    .tolerance = 0,
    .source = "ONNX Transpose",
};
