/* squeeze.c - axes of one element taken away (squeeze) or put in (unsqueeze); the elements stay where they are. */
#include "ops/squeeze.h"

#include "ops/reach.h"
#include "ops/rules.h"
#include "ops/view.h"

/* Marks the axes of a node. They ascend, and are axes of `what`, which has `rank` with the batch. */
static bool mark_axes(const Node *node, Diag *diag, const char *what, int rank, bool *marked)
{
    const SqueezeAttrs *attrs = node->attrs;
    for (int64_t i = 0; i < attrs->count; i++) {
        int64_t axis = attrs->axes[i];
        if (axis < 1 || axis >= rank) {
            diag_error(diag, node->span, "%s: %s has no axis %lld", op_name(node->op), what, (long long)axis - 1);
            return false;
        }
        if (i > 0 && axis <= attrs->axes[i - 1]) {
            diag_error(diag, node->span, "%s: axis %lld is named twice", op_name(node->op), (long long)axis - 1);
            return false;
        }
        marked[axis] = true;
    }
    return true;
}

static bool squeeze_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    bool taken[MAX_RANK] = {false};
    if (!type_same(graph, node, diag, result) ||
        !mark_axes(node, diag, input_text(graph, node, 0), result->shape.rank, taken))
        return false;
    const Shape *x = &graph_input_node(graph, node, 0)->type.shape;
    result->shape = (Shape){0};
    for (int i = 0; i < x->rank; i++) {
        if (!taken[i])
            result->shape.dim[result->shape.rank++] = x->dim[i];
        else if (x->dim[i] != 1) {
            diag_error(diag, node->span, "squeeze: axis %d of %s is not 1", i - 1, input_text(graph, node, 0));
            return false;
        }
    }
    return true;
}

static bool unsqueeze_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    bool put[MAX_RANK] = {false};
    int64_t count = ((const SqueezeAttrs *)node->attrs)->count;
    if (!type_same(graph, node, diag, result))
        return false;
    const Shape *x = &graph_input_node(graph, node, 0)->type.shape;
    if (x->rank < 1 || x->rank + count > MAX_RANK) {
        diag_error(diag, node->span, "unsqueeze: %s and %lld more axes, but a tensor has at most %d",
                   input_text(graph, node, 0), (long long)count, MAX_RANK - 1);
        return false;
    }
    result->shape = (Shape){.rank = x->rank + (int)count};
    const char *what = arena_printf(graph->arena, "a result of %d axes", result->shape.rank - 1);
    if (!mark_axes(node, diag, what, result->shape.rank, put))
        return false;
    for (int i = 0, next = 0; i < result->shape.rank; i++)
        result->shape.dim[i] = put[i] ? 1 : x->dim[next++];
    return true;
}

static bool names_axis(const SqueezeAttrs *attrs, int axis)
{
    for (int64_t i = 0; i < attrs->count; i++)
        if (attrs->axes[i] == axis)
            return true;
    return false;
}

static Reach squeeze_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    (void)graph;
    (void)input;
    const SqueezeAttrs *attrs = node->attrs;
    int to = axis;
    for (int before = 1; before < axis; before++)
        to -= names_axis(attrs, before);
    return names_axis(attrs, axis) ? reach_one() : reach_own(to);
}

static Reach unsqueeze_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    (void)graph;
    (void)input;
    const SqueezeAttrs *attrs = node->attrs;
    int to = 0;
    for (int left = axis; left > 0 || names_axis(attrs, to); to++)
        left -= !names_axis(attrs, to);
    return reach_own(to);
}

/* ---- the calls ---- */

static int compare_axes(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* All axes of one element. */
static SqueezeAttrs axes_of_one(const Shape *shape)
{
    SqueezeAttrs attrs = {0};
    for (int i = 1; i < shape->rank; i++)
        if (shape->dim[i] == 1)
            attrs.axes[attrs.count++] = i;
    return attrs;
}

static NodeId squeeze_build(const OpCall *call)
{
    const OpArg *axes = op_arg(call, "axes");
    SqueezeAttrs attrs = {0};
    if (!axes->present) {
        attrs = axes_of_one(&graph_node(call->graph, call->inputs[0])->type.shape);
        return build_with(call, &attrs);
    }
    attrs.count = shape_count(&axes->literal.shape);
    if (attrs.count > MAX_RANK - 1) {
        diag_error(call->diag, axes->span, "%s: a tensor has at most %d axes, these are %lld", op_name(call->op),
                   MAX_RANK - 1, (long long)attrs.count);
        return NODE_NONE;
    }
    for (int64_t i = 0; i < attrs.count; i++)
        attrs.axes[i] = 1 + (int64_t)axes->literal.at[i];
    qsort(attrs.axes, (size_t)attrs.count, sizeof *attrs.axes, compare_axes);
    return build_with(call, &attrs);
}

static const OpParam squeeze_params[] = {{.name = "axes", .kind = PARAM_INTS, .bounded = true}};
static const OpParam unsqueeze_params[] = {{.name = "axes", .kind = PARAM_INTS, .required = true, .bounded = true}};

static const OpAttr attrs_of_squeeze[] = {
    {"axes", ATTR_INT, offsetof(SqueezeAttrs, axes), 0, offsetof(SqueezeAttrs, count), NULL},
};

const Op op_squeeze = {
    .family = FAMILY_VIEW,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = squeeze_params,
    .param_count = COUNT_OF(squeeze_params),
    .build = squeeze_build,
    .attrs = attrs_of_squeeze,
    .attr_count = COUNT_OF(attrs_of_squeeze),
    .attr_bytes = sizeof(SqueezeAttrs),
    .type = squeeze_type,
    .reference = view_reference,
    .reach = squeeze_reach,
    .source = "ONNX Squeeze",
};

const Op op_unsqueeze = {
    .family = FAMILY_VIEW,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = unsqueeze_params,
    .param_count = COUNT_OF(unsqueeze_params),
    .build = squeeze_build,
    .attrs = attrs_of_squeeze,
    .attr_count = COUNT_OF(attrs_of_squeeze),
    .attr_bytes = sizeof(SqueezeAttrs),
    .type = unsqueeze_type,
    .reference = view_reference,
    .reach = unsqueeze_reach,
    .source = "ONNX Unsqueeze",
};
