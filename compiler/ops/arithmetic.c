/* arithmetic.c - tensor with tensor, and bytes as numbers.
 *
 * Inputs of a tensor-with-tensor op have equal rank, dimensions equal or 1, or are numbers (rank 0). A call may mix
 * ranks: the shorter shape is aligned at the right, behind the batch axis, by a reshape.
 */
#include "ops/rules.h"
#include "ops/view.h"

static const char *operator_sign(OpId op)
{
    switch (op) {
    case OP_add:
        return "+";
    case OP_sub:
        return "-";
    case OP_mul:
        return "*";
    case OP_div:
        return "/";
    default:
        return op_name(op);
    }
}

static void report_unequal(const Graph *graph, const Node *node, Diag *diag)
{
    diag_error(diag, node->span, "'%s' needs equal shapes: %s and %s", operator_sign(node->op),
               input_text(graph, node, 0), input_text(graph, node, 1));
    note_input(graph, node, diag, 0);
    note_input(graph, node, diag, 1);
}

static bool binary_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    if (!check_f32(graph, node, diag))
        return false;
    const Shape *a = &graph_input_node(graph, node, 0)->type.shape;
    const Shape *b = &graph_input_node(graph, node, 1)->type.shape;
    *result = (Type){.dtype = DT_F32};
    if ((a->rank == b->rank || !a->rank || !b->rank) && shape_broadcast(a, b, &result->shape))
        return true;
    report_unequal(graph, node, diag);
    return false;
}

/* The value with axes of length 1 behind its batch axis, so that it has `rank` of them. */
static NodeId raise_rank(const OpCall *call, NodeId value, int rank)
{
    const Shape *shape = &graph_node(call->graph, value)->type.shape;
    if (shape->rank == 0 || shape->rank == rank)
        return value;
    Shape raised = {.rank = rank, .dim = {shape->dim[0]}};
    for (int i = 1; i < rank; i++)
        raised.dim[i] = 1;
    for (int i = 1; i < shape->rank; i++)
        raised.dim[rank - shape->rank + i] = shape->dim[i];
    ReshapeAttrs attrs = reshape_attrs(&raised);
    return graph_add(call->graph, call->diag, OP_reshape, &value, 1, &attrs, "", call->span);
}

static NodeId binary_build(const OpCall *call)
{
    int ranks[2];
    for (int i = 0; i < 2; i++)
        ranks[i] = graph_node(call->graph, call->inputs[i])->type.shape.rank;
    NodeId inputs[2];
    for (int i = 0; i < 2; i++) {
        inputs[i] = raise_rank(call, call->inputs[i], MAX(ranks[0], ranks[1]));
        if (node_is_none(inputs[i]))
            return NODE_NONE;
    }
    return graph_add(call->graph, call->diag, call->op, inputs, 2, NULL, call->path, call->span);
}

#define BINARY .family = FAMILY_MAP, .least_inputs = 2, .most_inputs = 2, .build = binary_build, .type = binary_type

const Op op_add = {BINARY, .body = "$0 + $1", .tolerance = 0, .source = "ONNX Add"};
const Op op_sub = {BINARY, .body = "$0 - $1", .tolerance = 0, .source = "ONNX Sub"};
const Op op_mul = {BINARY, .body = "$0 * $1", .tolerance = 0, .source = "ONNX Mul"};
const Op op_div = {BINARY, .body = "$0 / $1", .tolerance = 0, .source = "ONNX Div"};
/* NaN on either side gives NaN: on the left by the select, on the right because max and min return $1 then. */
const Op op_max = {BINARY, .body = "select($0 != $0, $0, max($0, $1))", .tolerance = 0, .source = "ONNX Max"};
const Op op_min = {BINARY, .body = "select($0 != $0, $0, min($0, $1))", .tolerance = 0, .source = "ONNX Min"};

static bool pixels_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    const Type *x = &graph_input_node(graph, node, 0)->type;
    if (x->dtype != DT_U8) {
        diag_error(diag, node->span, "pixels takes u8 values, this is f32");
        return false;
    }
    *result = (Type){.dtype = DT_F32, .shape = x->shape};
    return true;
}

const Op op_pixels = {
    .family = FAMILY_MAP,
    .least_inputs = 1,
    .most_inputs = 1,
    .type = pixels_type,
    .body = "$0 / 255",
    .tolerance = 1e-6,
    .source = "torchvision ToTensor",
};
