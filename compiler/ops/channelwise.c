/* channelwise.c - element by element ops that have one value a channel besides their input: normalisations. */
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
