/* channelwise.c - element by element ops that have one value a channel besides their input: prelu, scale and the
 * normalisations. */
#include "ops/map.h"
#include "ops/rules.h"
#include "ops/weight.h"

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
        if (values->rank != 1 || (values->dim[0] != result->shape.dim[1] && values->dim[0] != 1)) {
            diag_error(diag, node->span, "%s has %s values for %lld channels", op_name(node->op),
                       shape_full_text(graph->arena, values), (long long)result->shape.dim[1]);
            return false;
        }
    }
    return true;
}

/* The channels of a call's input; 0 after a diagnostic. */
static int64_t call_channels(const OpCall *call)
{
    const Shape *x = &graph_node(call->graph, call->inputs[0])->type.shape;
    if (x->rank >= 2)
        return x->dim[1];
    diag_error(call->diag, call->span, "%s takes channels, this is %s", op_name(call->op),
               shape_text(call->graph->arena, x));
    return 0;
}

/* The operands of a channelwise call, behind its input: `specs` without their shape. */
static NodeId build_channelwise(const OpCall *call, const WeightSpec *specs, uint32_t count, const void *attrs)
{
    int64_t channels = call_channels(call);
    if (!channels)
        return NODE_NONE;
    NodeId inputs[8] = {call->inputs[0]};
    for (uint32_t i = 0; i < count; i++) {
        WeightSpec spec = specs[i];
        spec.shape = SHAPE(channels);
        inputs[1 + i] = build_channel_weight(call, op_arg(call, spec.name), &spec);
        if (node_is_none(inputs[1 + i]))
            return NODE_NONE;
    }
    return graph_add(call->graph, call->diag, call->op, inputs, 1 + count, attrs, call->path, call->span);
}

static NodeId prelu_build(const OpCall *call)
{
    const OpArg *weight = op_arg(call, "weight");
    bool shared = op_arg(call, "shared")->boolean;
    int64_t channels = call_channels(call);
    if (!channels)
        return NODE_NONE;
    if (shared && weight_form(weight) == WEIGHT_LIST && shape_count(&weight->literal.shape) != 1) {
        diag_error(call->diag, weight->span, "prelu's 'weight' has %s values, with shared=true it has one",
                   shape_full_text(call->graph->arena, &weight->literal.shape));
        return NODE_NONE;
    }
    WeightSpec spec = {.name = "weight",
                       .shape = SHAPE(shared ? 1 : channels),
                       .role = ROLE_SLOPE,
                       .trainable = !op_arg(call, "frozen")->boolean};
    NodeId inputs[] = {call->inputs[0], build_channel_weight(call, weight, &spec)};
    if (node_is_none(inputs[1]))
        return NODE_NONE;
    return graph_add(call->graph, call->diag, OP_prelu, inputs, 2, NULL, call->path, call->span);
}

static const OpParam prelu_params[] = {
    {.name = "weight", .kind = PARAM_WEIGHT},
    {.name = "shared", .kind = PARAM_BOOL, .fallback = "false"},
    {.name = "frozen", .kind = PARAM_BOOL, .fallback = "false"},
};

const Op op_prelu = {
    .family = FAMILY_MAP,
    .least_inputs = 1,
    .most_inputs = 1,
    .least_operands = 1,
    .most_operands = 1,
    .params = prelu_params,
    .param_count = COUNT_OF(prelu_params),
    .build = prelu_build,
    .type = channelwise_type,
    .body = "select($0 > 0, $0, $1 * $0)",
    .channelwise = true,
    .tolerance = 0,
    .operand_names = "x weight",
    .source = "ONNX PRelu",
};

static NodeId scale_build(const OpCall *call)
{
    int64_t channels = call_channels(call);
    if (!channels)
        return NODE_NONE;
    const OpArg *weight = op_arg(call, "weight");
    WeightSpec spec = {.name = "weight",
                       .shape = SHAPE(channels),
                       .role = ROLE_BN_WEIGHT,
                       .trainable = !op_arg(call, "frozen")->boolean};
    uint32_t count = wants_bias(op_arg(call, "bias"), weight) ? 3 : 2;
    NodeId inputs[3] = {call->inputs[0], build_channel_weight(call, weight, &spec)};
    if (node_is_none(inputs[1]))
        return NODE_NONE;
    if (count > 2)
        inputs[2] = build_bias(call, channels);
    if (count > 2 && node_is_none(inputs[2]))
        return NODE_NONE;
    return graph_add(call->graph, call->diag, OP_scale, inputs, count, NULL, call->path, call->span);
}

static bool scale_has_no_bias(const Node *node)
{
    return node->input_count == 2;
}

static const OpParam scale_params[] = {
    {.name = "bias", .kind = PARAM_WEIGHT, .words = "false true"},
    {.name = "weight", .kind = PARAM_WEIGHT},
    {.name = "frozen", .kind = PARAM_BOOL, .fallback = "false"},
};

const Op op_scale = {
    .family = FAMILY_MAP,
    .least_inputs = 1,
    .most_inputs = 1,
    .least_operands = 1,
    .most_operands = 2,
    .params = scale_params,
    .param_count = COUNT_OF(scale_params),
    .build = scale_build,
    .type = channelwise_type,
    .body = "$0 * $1 + $2",
    .other_body = "$0 * $1",
    .takes_other = scale_has_no_bias,
    .channelwise = true,
    .tolerance = 1e-6,
    .operand_names = "x weight bias",
    .source = "LeCun et al. 1998, layers S2 and S4",
};

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
