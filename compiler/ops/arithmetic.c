/* arithmetic.c - tensor with tensor, and bytes as numbers.
 *
 * Inputs of an op of several tensors have equal rank, dimensions equal or 1, or are numbers (rank 0). A call may mix
 * ranks: the shorter shape is aligned at the right, behind the batch axis, by a reshape.
 */
#include "ops/rules.h"
#include "ops/view.h"

enum { MOST_INPUTS = 3 };

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

static bool fit(const Shape *a, const Shape *b, Shape *both)
{
    if (!a->rank || !b->rank || a->rank == b->rank)
        return shape_broadcast(a, b, both);
    return false;
}

static const Shape *input_shape(const Graph *graph, const Node *node, uint32_t i)
{
    return &graph_input_node(graph, node, i)->type.shape;
}

/* The first two that do not fit each other. */
static void report_unequal(const Graph *graph, const Node *node, Diag *diag)
{
    Shape both;
    uint32_t a = 0, b = 1;
    while (fit(input_shape(graph, node, a), input_shape(graph, node, b), &both)) {
        a = a + 1 < b ? a + 1 : 0;
        b += a == 0;
    }
    diag_error(diag, node->span, "'%s' needs equal shapes: %s and %s", operator_sign(node->op),
               input_text(graph, node, a), input_text(graph, node, b));
    note_input(graph, node, diag, a);
    note_input(graph, node, diag, b);
}

static bool broadcast_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    if (!check_f32(graph, node, diag))
        return false;
    *result = (Type){.dtype = DT_F32, .shape = *input_shape(graph, node, 0)};
    for (uint32_t i = 1; i < node->input_count; i++) {
        Shape before = result->shape;
        if (!fit(&before, input_shape(graph, node, i), &result->shape)) {
            report_unequal(graph, node, diag);
            return false;
        }
    }
    return true;
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

static NodeId broadcast_build(const OpCall *call)
{
    NodeId inputs[MOST_INPUTS];
    int rank = 0;
    for (uint32_t i = 0; i < call->input_count; i++)
        rank = MAX(rank, graph_node(call->graph, call->inputs[i])->type.shape.rank);
    for (uint32_t i = 0; i < call->input_count; i++) {
        inputs[i] = raise_rank(call, call->inputs[i], rank);
        if (node_is_none(inputs[i]))
            return NODE_NONE;
    }
    return graph_add(call->graph, call->diag, call->op, inputs, call->input_count, NULL, call->path, call->span);
}

#define OF_TENSORS(count)                                                                                              \
    .family = FAMILY_MAP, .least_inputs = count, .most_inputs = count, .build = broadcast_build, .type = broadcast_type
#define BINARY OF_TENSORS(2)

const Op op_add = {BINARY, .body = "$0 + $1", .tolerance = 0, .source = "ONNX Add"};
const Op op_sub = {BINARY, .body = "$0 - $1", .tolerance = 0, .source = "ONNX Sub"};
const Op op_mul = {BINARY, .body = "$0 * $1", .tolerance = 0, .source = "ONNX Mul"};
const Op op_div = {BINARY, .body = "$0 / $1", .tolerance = 0, .source = "ONNX Div"};
/* NaN on either side gives NaN: on the left by the select, on the right because max and min return $1 then. */
const Op op_max = {BINARY, .body = "select($0 != $0, $0, max($0, $1))", .tolerance = 0, .source = "ONNX Max"};
const Op op_min = {BINARY, .body = "select($0 != $0, $0, min($0, $1))", .tolerance = 0, .source = "ONNX Min"};

/* As C's: 0^0 is 1, and a negative base has powers of whole numbers alone. */
const Op op_pow = {BINARY, .body = "pow($0, $1)", .tolerance = 5e-6, .source = "ONNX Pow"};
const Op op_mod = {BINARY, .body = "mod($0, $1)", .tolerance = 0, .source = "ONNX Mod"};

/* Nothing is equal to NaN, less or larger. */
const Op op_equal = {BINARY, .body = "select($0 == $1, 1, 0)", .tolerance = 0, .source = "ONNX Equal"};
const Op op_less = {BINARY, .body = "select($0 < $1, 1, 0)", .tolerance = 0, .source = "ONNX Less"};
const Op op_less_equal = {BINARY, .body = "select($0 <= $1, 1, 0)", .tolerance = 0, .source = "ONNX LessOrEqual"};
const Op op_where = {
    OF_TENSORS(3),
    .body = "select($0 != 0, $1, $2)",
    .tolerance = 0,
    .source = "ONNX Where",
};

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
