/* parameter.c - a tensor of the weights file as a value: parameter("position", [16, 8]). What layers load for
 * themselves is in weight.c. */
#include <ctype.h>

#include "ops/rules.h"
#include "ops/view.h"
#include "ops/weight.h"

static const OpParam params[] = {
    {.name = "name", .kind = PARAM_STRING, .required = true},
    {.name = "shape", .kind = PARAM_INTS, .required = true, .bounded = true, .least = 1},
    {.name = "frozen", .kind = PARAM_BOOL, .fallback = "false"},
};

/* Words with dots between them, as labels are. */
static bool check_name(const OpCall *call, const OpArg *arg)
{
    bool good = arg->string[0] && arg->string[strlen(arg->string) - 1] != '.';
    for (const char *at = arg->string; good && *at; at++)
        good = isalnum((unsigned char)*at) || *at == '_' || *at == '-' ||
               (*at == '.' && at > arg->string && at[-1] != '.');
    if (good)
        return true;
    diag_error(call->diag, arg->span, "\"%s\" names no tensor of a weights file", arg->string);
    diag_hint(call->diag, "letters, digits, '_', '-' and '.' name weights");
    return false;
}

/* The tensor has no batch axis, a value has one. */
static NodeId build(const OpCall *call)
{
    const OpArg *name = op_arg(call, "name"), *list = op_arg(call, "shape");
    const int64_t axes = shape_count(&list->literal.shape);
    if (!check_name(call, name))
        return NODE_NONE;
    if (axes >= MAX_RANK) {
        diag_error(call->diag, list->span, "a tensor has at most %d axes, this has %lld", MAX_RANK - 1,
                   (long long)axes);
        return NODE_NONE;
    }
    Shape stored = {.rank = (int)axes}, value = {.rank = (int)axes + 1, .dim = {1}};
    for (int64_t i = 0; i < axes; i++)
        value.dim[i + 1] = stored.dim[i] = (int64_t)list->literal.at[i];
    if (!shape_fits(&stored)) {
        diag_error(call->diag, list->span, "a tensor cannot be %s", shape_full_text(call->graph->arena, &stored));
        return NODE_NONE;
    }
    const Constant constant = {
        .kind = CONSTANT_LOADED,
        .path = arena_printf(call->graph->arena, "%s%s%s", call->prefix, call->prefix[0] ? "." : "", name->string),
        .shape = stored,
        .trainable = !op_arg(call, "frozen")->boolean,
        .span = call->span};
    const NodeId id = graph_weight(call->graph, call->diag, &constant);
    const ReshapeAttrs attrs = reshape_attrs(&value);
    return node_is_none(id) ? id : graph_add(call->graph, call->diag, OP_reshape, &id, 1, &attrs, "", call->span);
}

const Op op_parameter = {
    .family = FAMILY_LANGUAGE,
    .least_inputs = 0,
    .most_inputs = 0,
    .params = params,
    .param_count = COUNT_OF(params),
    .build = build,
    .source = "ONNX initializer",
};
