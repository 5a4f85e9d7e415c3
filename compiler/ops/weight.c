/* weight.c - from an argument to the const node of a weight (see weight.h). */
#include "ops/weight.h"

#include "ops/rules.h"
#include "ops/view.h"

/* Data that stand in the model are kept in memory: 1 GiB of them. */
enum { LIMIT_WRITTEN = 1 << 28 };

WeightForm weight_form(const OpArg *arg)
{
    if (!arg->present)
        return WEIGHT_LOAD;
    if (!node_is_none(arg->tensor))
        return WEIGHT_TENSOR;
    return arg->literal.shape.rank ? WEIGHT_LIST : WEIGHT_NUMBER;
}

Shape weight_shape(const OpCall *call, const OpArg *arg)
{
    if (weight_form(arg) == WEIGHT_LIST)
        return arg->literal.shape;
    const Shape *shape = &graph_node(call->graph, arg->tensor)->type.shape;
    return shape->rank ? shape_make(shape->rank - 1, shape->dim + 1) : *shape;
}

float *literal_floats(const OpCall *call, Span span, const double *values, int64_t given, int64_t count)
{
    if (count > LIMIT_WRITTEN) {
        diag_error(call->diag, span, "%lld values are too many to be written in a model, at most %d are kept",
                   (long long)count, (int)LIMIT_WRITTEN);
        return NULL;
    }
    float *data = NEW_ARRAY(call->graph->arena, float, count);
    for (int64_t i = 0; i < given && i < count; i++) {
        if (!number_fits(call->diag, values[i], span))
            return NULL;
        data[i] = (float)values[i];
    }
    for (int64_t i = given; i < count; i++)
        data[i] = data[i - given];
    return data;
}

/* "-> conv1: conv(...)": how a layer gets its label. */
static const char *label_hint(const OpCall *call)
{
    const char *name = op_name(call->op);
    if (call->op == OP_batchnorm)
        return "-> bn1: batchnorm";
    return arena_printf(call->graph->arena, "-> %s1: %s(...)", name, name);
}

static NodeId load_weight(const OpCall *call, const WeightSpec *spec)
{
    if (!call->path[0]) {
        diag_error(call->diag, call->span, "%s has weights but no label", op_name(call->op));
        diag_hint(call->diag, "%s", label_hint(call));
        return NODE_NONE;
    }
    Constant constant = {.kind = CONSTANT_LOADED,
                         .path = arena_printf(call->graph->arena, "%s.%s", call->path, spec->name),
                         .shape = spec->shape,
                         .role = spec->role,
                         .fan_in = spec->fan_in,
                         .trainable = spec->trainable,
                         .span = call->span};
    return graph_weight(call->graph, call->diag, &constant);
}

static NodeId write_weight(const OpCall *call, const OpArg *arg, const WeightSpec *spec, bool fill)
{
    int64_t count = shape_count(&spec->shape);
    double number = arg->literal.at ? arg->literal.at[0] : arg->number;
    const double *values = fill ? &number : arg->literal.at;
    float *data = literal_floats(call, arg->span, values, fill ? 1 : shape_count(&arg->literal.shape), count);
    if (!data)
        return NODE_NONE;
    Constant constant = {.kind = fill ? CONSTANT_FILL : CONSTANT_LITERAL,
                         .path = "",
                         .shape = spec->shape,
                         .data = data,
                         .span = arg->span};
    return graph_add_constant(call->graph, &constant);
}

/* A tensor has a batch axis, a weight has none. */
static NodeId tensor_weight(const OpCall *call, const OpArg *arg, const WeightSpec *spec)
{
    const Shape *shape = &graph_node(call->graph, arg->tensor)->type.shape;
    if (shape->rank > 0 && shape->dim[0] != 1) {
        diag_error(call->diag, arg->span, "a tensor with a batch of %lld cannot be %s's '%s'", (long long)shape->dim[0],
                   op_name(call->op), spec->name);
        return NODE_NONE;
    }
    if (shape_count(shape) != shape_count(&spec->shape)) {
        diag_error(call->diag, arg->span, "'%s' must be %s, this is %s", spec->name,
                   shape_full_text(call->graph->arena, &spec->shape), shape_text(call->graph->arena, shape));
        return NODE_NONE;
    }
    if (shape_equal(shape, &spec->shape))
        return arg->tensor;
    const Node *tensor = graph_node(call->graph, arg->tensor);
    if (tensor->op == OP_reshape && shape_equal(&graph_input_node(call->graph, tensor, 0)->type.shape, &spec->shape))
        return graph_input(call->graph, tensor, 0); /* what `parameter` loaded */
    ReshapeAttrs attrs = reshape_attrs(&spec->shape);
    return graph_add(call->graph, call->diag, OP_reshape, &arg->tensor, 1, &attrs, "", arg->span);
}

NodeId build_weight(const OpCall *call, const OpArg *arg, const WeightSpec *spec)
{
    if (!shape_fits(&spec->shape)) {
        diag_error(call->diag, call->span, "%s's %s would be %s, which cannot be", op_name(call->op), spec->name,
                   shape_full_text(call->graph->arena, &spec->shape));
        return NODE_NONE;
    }
    switch (weight_form(arg)) {
    case WEIGHT_LOAD:
        return load_weight(call, spec);
    case WEIGHT_NUMBER:
        return write_weight(call, arg, spec, true);
    case WEIGHT_LIST:
        return write_weight(call, arg, spec, false);
    case WEIGHT_TENSOR:
        return tensor_weight(call, arg, spec);
    }
    BUG("weight form %d", (int)weight_form(arg));
}

NodeId build_channel_weight(const OpCall *call, const OpArg *arg, const WeightSpec *spec)
{
    if (weight_form(arg) == WEIGHT_LIST) {
        const Shape *given = &arg->literal.shape;
        if (given->rank != 1 || given->dim[0] != spec->shape.dim[0]) {
            diag_error(call->diag, arg->span, "%s's '%s' has %s values for %lld channels", op_name(call->op),
                       spec->name, shape_full_text(call->graph->arena, given), (long long)spec->shape.dim[0]);
            return NODE_NONE;
        }
    }
    return build_weight(call, arg, spec);
}

/* Words of the 'bias' parameter. */
enum { BIAS_FALSE, BIAS_TRUE };

bool wants_bias(const OpArg *bias, const OpArg *weight)
{
    if (!bias->present)
        return !weight->present;
    return bias->word != BIAS_FALSE;
}

NodeId build_bias(const OpCall *call, int64_t outputs)
{
    OpArg arg = *op_arg(call, "bias");
    if (arg.word >= 0)
        arg.present = false; /* true: it is loaded */
    WeightSpec spec = {
        .name = "bias", .shape = SHAPE(outputs), .role = ROLE_BIAS, .trainable = !op_arg(call, "frozen")->boolean};
    return build_channel_weight(call, &arg, &spec);
}

bool check_bias(const Graph *graph, const Node *node, Diag *diag, int64_t outputs, const char *what)
{
    enum { BIAS = 2 };
    if (node->input_count <= BIAS)
        return true;
    const Shape *bias = &graph_input_node(graph, node, BIAS)->type.shape;
    if (bias->rank == 1 && bias->dim[0] == outputs)
        return true;
    diag_error(diag, node->span, "bias is %s for %lld %s", shape_full_text(graph->arena, bias), (long long)outputs,
               what);
    return false;
}
