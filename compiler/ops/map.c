/* map.c - ops that compute each element from the elements at its place: the row's body says what, in the words of
 * body.h, and is all that the evaluator and the emitters know of it.
 *
 * Inputs of a tensor-with-tensor op have equal rank, dimensions equal or 1, or are numbers (rank 0). A call may mix
 * ranks: the shorter shape is aligned at the right, behind the batch axis, by a reshape.
 */
#include "ops/map.h"

#include <math.h>

#include "ops/rules.h"
#include "ops/view.h"
#include "ops/weight.h"

#define UNARY .family = FAMILY_MAP, .least_inputs = 1, .most_inputs = 1, .type = type_same

/* ---- activations ---- */

const Op op_relu = {
    UNARY, .build = build_plain, .body = "max(0, $0)", .tolerance = 0, .source = "ONNX Relu",
};

static const OpParam leaky_params[] = {{.name = "slope", .kind = PARAM_NUMBER, .fallback = "0.01"}};
static const OpAttr leaky_attrs[] = {{"slope", ATTR_NUMBER, offsetof(LeakyReluAttrs, slope), 1, 0, NULL}};

static NodeId leaky_build(const OpCall *call)
{
    LeakyReluAttrs attrs = {.slope = op_arg(call, "slope")->number};
    return build_with(call, &attrs);
}

const Op op_leaky_relu = {
    UNARY,
    .params = leaky_params,
    .param_count = COUNT_OF(leaky_params),
    .build = leaky_build,
    .attrs = leaky_attrs,
    .attr_count = COUNT_OF(leaky_attrs),
    .attr_bytes = sizeof(LeakyReluAttrs),
    .body = "select($0 > 0, $0, slope * $0)",
    .tolerance = 1e-6,
    .source = "ONNX LeakyRelu",
};

/* exp only ever sees -|x|, so that it cannot overflow. */
const Op op_sigmoid = {
    UNARY,
    .build = build_plain,
    .body = "select($0 < 0, exp(-abs($0)), 1) / (1 + exp(-abs($0)))",
    .tolerance = 2e-6,
    .source = "ONNX Sigmoid",
};

const Op op_tanh = {
    UNARY, .build = build_plain, .body = "tanh($0)", .tolerance = 2e-6, .source = "ONNX Tanh",
};

/* ---- bytes ---- */

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

/* ---- one value a channel ---- */

static bool channelwise_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    if (!type_same(graph, node, diag, result))
        return false;
    if (result->shape.rank < 2) {
        diag_error(diag, node->span, "%s takes channels, this is %s", op_name(node->op), input_text(graph, node, 0));
        return false;
    }
    for (uint32_t i = 1; i < node->input_count; i++) {
        const Shape *values = &graph_input_node(graph, node, i)->type.shape;
        if (values->rank != 1 || values->dim[0] != result->shape.dim[1]) {
            diag_error(diag, node->span, "%s has %s values for %lld channels", op_name(node->op),
                       shape_full_text(graph->arena, values), (long long)result->shape.dim[1]);
            return false;
        }
    }
    return true;
}

/* The operands of a channelwise call, behind its input: `specs` without their shape. */
static NodeId build_channelwise(const OpCall *call, const WeightSpec *specs, uint32_t count, const void *attrs)
{
    const Shape x = graph_node(call->graph, call->inputs[0])->type.shape;
    if (x.rank < 2) {
        diag_error(call->diag, call->span, "%s takes channels, this is %s", op_name(call->op),
                   shape_text(call->graph->arena, &x));
        return NODE_NONE;
    }
    NodeId inputs[8] = {call->inputs[0]};
    for (uint32_t i = 0; i < count; i++) {
        WeightSpec spec = specs[i];
        spec.shape = SHAPE(x.dim[1]);
        inputs[1 + i] = build_channel_weight(call, op_arg(call, spec.name), &spec);
        if (node_is_none(inputs[1 + i]))
            return NODE_NONE;
    }
    return graph_add(call->graph, call->diag, call->op, inputs, 1 + count, attrs, call->path, call->span);
}

static NodeId batchnorm_build(const OpCall *call)
{
    const OpArg *eps = op_arg(call, "eps");
    if (!(eps->number >= 0)) {
        diag_error(call->diag, eps->span, "batchnorm's 'eps' must be at least 0, this is %g", eps->number);
        return NODE_NONE;
    }
    bool trainable = !op_arg(call, "frozen")->boolean;
    BatchnormAttrs attrs = {.eps = eps->number};
    const WeightSpec specs[] = {
        {.name = "weight", .role = ROLE_BN_WEIGHT, .trainable = trainable},
        {.name = "bias", .role = ROLE_BN_BIAS, .trainable = trainable},
        {.name = "running_mean", .role = ROLE_BN_MEAN},
        {.name = "running_var", .role = ROLE_BN_VARIANCE},
    };
    return build_channelwise(call, specs, COUNT_OF(specs), &attrs);
}

static const OpParam batchnorm_params[] = {
    {.name = "eps", .kind = PARAM_NUMBER, .fallback = "0.00001"},
    {.name = "weight", .kind = PARAM_WEIGHT},
    {.name = "bias", .kind = PARAM_WEIGHT},
    {.name = "running_mean", .kind = PARAM_WEIGHT},
    {.name = "running_var", .kind = PARAM_WEIGHT},
    {.name = "frozen", .kind = PARAM_BOOL, .fallback = "false"},
};
static const OpAttr batchnorm_attrs[] = {{"eps", ATTR_NUMBER, offsetof(BatchnormAttrs, eps), 1, 0, NULL}};

const Op op_batchnorm = {
    .family = FAMILY_MAP,
    .least_inputs = 1,
    .most_inputs = 1,
    .least_operands = 4,
    .most_operands = 4,
    .params = batchnorm_params,
    .param_count = COUNT_OF(batchnorm_params),
    .build = batchnorm_build,
    .attrs = batchnorm_attrs,
    .attr_count = COUNT_OF(batchnorm_attrs),
    .attr_bytes = sizeof(BatchnormAttrs),
    .type = channelwise_type,
    .body = "($0 - $3) / sqrt($4 + eps) * $1 + $2",
    .channelwise = true,
    .tolerance = 1e-5,
    .operand_names = "x weight bias mean variance",
    .source = "ONNX BatchNormalization",
};

static NodeId normalize_build(const OpCall *call)
{
    const OpArg *std = op_arg(call, "std");
    for (int64_t i = 0; std->literal.at && i < shape_count(&std->literal.shape); i++) {
        if (std->literal.at[i] == 0) {
            diag_error(call->diag, std->span, "a 'std' of 0 divides by zero");
            return NODE_NONE;
        }
    }
    const WeightSpec specs[] = {{.name = "mean"}, {.name = "std"}};
    return build_channelwise(call, specs, COUNT_OF(specs), NULL);
}

static const OpParam normalize_params[] = {
    {.name = "mean", .kind = PARAM_NUMBERS, .required = true},
    {.name = "std", .kind = PARAM_NUMBERS, .required = true},
};

const Op op_normalize = {
    .family = FAMILY_MAP,
    .least_inputs = 1,
    .most_inputs = 1,
    .least_operands = 2,
    .most_operands = 2,
    .params = normalize_params,
    .param_count = COUNT_OF(normalize_params),
    .build = normalize_build,
    .type = channelwise_type,
    .body = "($0 - $1) / $2",
    .channelwise = true,
    .tolerance = 1e-5,
    .operand_names = "x mean std",
    .source = "torchvision Normalize",
};

/* ---- tensor with tensor ---- */

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
