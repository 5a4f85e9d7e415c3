/* reduce.c - mean, sum, maximum and minimum over axes, and the place of the maximum along one.
 *
 * The batch is never reduced. Maximum and minimum are folds of the language's max(a, b) and min(a, b), so that NaN
 * stays; the place of the maximum is that of the first NaN then, and of the first of equals otherwise.
 */
#include "ops/reduce.h"

#include <math.h>

#include "ops/reach.h"
#include "ops/rules.h"

/* Places are stored as f32, which has every integer up to this one. */
#define LIMIT_PLACES ((int64_t)1 << 24)

bool reduces_axis(const ReduceAttrs *attrs, int axis)
{
    for (int64_t i = 0; i < attrs->count; i++)
        if (attrs->axes[i] == axis)
            return true;
    return false;
}

/* `axis` as the language counts, without the batch. */
static void report_axis(const Graph *graph, Diag *diag, Span span, OpId op, int64_t axis, const Shape *x)
{
    diag_error(diag, span, "%s along axis %lld, but %s has %s", op_name(op), (long long)axis,
               shape_text(graph->arena, x), axes_text(graph, x));
    if (x->rank == 2)
        diag_hint(diag, op == OP_argmax ? "axis=0" : "axes=[0]");
}

static bool check_axes(const Graph *graph, const Node *node, Diag *diag, const Shape *x)
{
    const ReduceAttrs *attrs = node->attrs;
    if (attrs->count < 1 || attrs->count > MAX_RANK || (node->op == OP_argmax && attrs->count > 1)) {
        diag_error(diag, node->span, "%s along %lld axes", op_name(node->op), (long long)attrs->count);
        return false;
    }
    for (int64_t i = 0; i < attrs->count; i++) {
        if (attrs->axes[i] < 1 || attrs->axes[i] >= x->rank) {
            report_axis(graph, diag, node->span, node->op, attrs->axes[i] - 1, x);
            return false;
        }
        if (i > 0 && attrs->axes[i] <= attrs->axes[i - 1]) {
            diag_error(diag, node->span, "%s: axes must ascend", op_name(node->op));
            return false;
        }
    }
    return true;
}

static bool reduce_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    const ReduceAttrs *attrs = node->attrs;
    const Shape *x = &graph_input_node(graph, node, 0)->type.shape;
    if (!check_f32(graph, node, diag) || !check_axes(graph, node, diag, x))
        return false;
    if (node->op == OP_argmax && x->dim[attrs->axes[0]] > LIMIT_PLACES) {
        diag_error(diag, node->span, "argmax along %lld elements, at most %lld have a place that f32 can hold",
                   (long long)x->dim[attrs->axes[0]], (long long)LIMIT_PLACES);
        return false;
    }
    *result = (Type){.dtype = DT_F32};
    Shape *y = &result->shape;
    for (int axis = 0; axis < x->rank; axis++) {
        bool reduced = reduces_axis(attrs, axis);
        if (!reduced || attrs->keep)
            y->dim[y->rank++] = reduced ? 1 : x->dim[axis];
    }
    return true;
}

/* ---- reference ---- */

static double fold(OpId op, double value, double next)
{
    if (op == OP_reduce_sum || op == OP_reduce_mean)
        return value + next;
    if (isnan(value) || isnan(next))
        return isnan(value) ? value : next;
    return op == OP_reduce_max ? fmax(value, next) : fmin(value, next);
}

/* Every element of x goes to its place in y; the first one there is taken as it is. */
static void reduce_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    const Tensor *x = inputs[0];
    int64_t step[MAX_RANK], index[MAX_RANK] = {0}, size = 1, count = shape_count(&x->shape);
    for (int axis = x->shape.rank - 1; axis >= 0; axis--) {
        bool reduced = reduces_axis(node->attrs, axis);
        step[axis] = reduced ? 0 : size;
        size *= reduced ? 1 : x->shape.dim[axis];
    }
    for (int64_t i = 0; i < count; i++) {
        int64_t to = 0;
        bool first = true;
        for (int axis = 0; axis < x->shape.rank; axis++) {
            to += index[axis] * step[axis];
            first &= step[axis] || !index[axis];
        }
        result->at[to] = first ? x->at[i] : fold(node->op, result->at[to], x->at[i]);
        for (int axis = x->shape.rank - 1; axis >= 0 && ++index[axis] == x->shape.dim[axis]; axis--)
            index[axis] = 0;
    }
    for (int64_t i = 0; node->op == OP_reduce_mean && i < size; i++)
        result->at[i] /= (double)(count / size);
}

static void argmax_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    AxisRun run = axis_run(&inputs[0]->shape, (int)((const ReduceAttrs *)node->attrs)->axes[0]);
    for (int64_t i = 0; i < run.outer * run.inner; i++) {
        const double *x = inputs[0]->at + i / run.inner * run.length * run.inner + i % run.inner;
        int64_t place = 0;
        for (int64_t a = 1; a < run.length && !isnan(x[place * run.inner]); a++)
            if (isnan(x[a * run.inner]) || x[a * run.inner] > x[place * run.inner])
                place = a;
        result->at[i] = (double)place;
    }
}

static Reach reduce_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    (void)graph;
    (void)input;
    const ReduceAttrs *attrs = node->attrs;
    int gone = 0;
    for (int64_t i = 0; i < attrs->count && !attrs->keep; i++)
        gone += attrs->axes[i] < axis;
    if (reduces_axis(attrs, axis))
        return reach_all(attrs->keep ? axis : 0);
    return reach_own(axis - gone);
}

/* ---- the call ---- */

/* Marks an axis of the call among those of the whole shape; a negative one counts from the end. */
static bool mark_axis(const OpCall *call, const OpArg *arg, int64_t axis, bool marked[MAX_RANK])
{
    const Shape *x = &graph_node(call->graph, call->inputs[0])->type.shape;
    int64_t at = axis < 0 ? axis + x->rank : axis + 1;
    if (at < 1 || at >= x->rank) {
        report_axis(call->graph, call->diag, arg->given ? arg->span : call->span, call->op, axis, x);
        return false;
    }
    if (marked[at]) {
        diag_error(call->diag, arg->span, "%s: axis %lld is named twice", op_name(call->op), (long long)at - 1);
        return false;
    }
    return marked[at] = true;
}

static NodeId build_marked(const OpCall *call, const bool marked[MAX_RANK])
{
    ReduceAttrs attrs = {.keep = op_arg(call, "keep")->boolean};
    for (int axis = 0; axis < MAX_RANK; axis++)
        if (marked[axis])
            attrs.axes[attrs.count++] = axis;
    return build_with(call, &attrs);
}

static NodeId reduce_build(const OpCall *call)
{
    const OpArg *axes = op_arg(call, "axes");
    bool marked[MAX_RANK] = {false};
    for (int64_t i = 0; i < shape_count(&axes->literal.shape); i++)
        if (!mark_axis(call, axes, (int64_t)axes->literal.at[i], marked))
            return NODE_NONE;
    return build_marked(call, marked);
}

static NodeId argmax_build(const OpCall *call)
{
    const OpArg *axis = op_arg(call, "axis");
    bool marked[MAX_RANK] = {false};
    return mark_axis(call, axis, axis->ints[0], marked) ? build_marked(call, marked) : NODE_NONE;
}

static const OpParam reduce_params[] = {
    {.name = "axes", .kind = PARAM_INTS, .fallback = "[1, 2]"},
    {.name = "keep", .kind = PARAM_BOOL, .fallback = "true"},
};
static const OpParam argmax_params[] = {
    {.name = "axis", .kind = PARAM_INT, .fallback = "0"},
    {.name = "keep", .kind = PARAM_BOOL, .fallback = "false"},
};

static const OpAttr attrs_of_reduce[] = {
    {"axes", ATTR_INT, offsetof(ReduceAttrs, axes), 0, offsetof(ReduceAttrs, count), NULL},
    {"keep", ATTR_BOOL, offsetof(ReduceAttrs, keep), 1, 0, NULL},
};

#define OVER_AXES                                                                                                      \
    .family = FAMILY_REDUCE, .least_inputs = 1, .most_inputs = 1, .attrs = attrs_of_reduce,                            \
    .attr_count = COUNT_OF(attrs_of_reduce), .attr_bytes = sizeof(ReduceAttrs), .type = reduce_type,                   \
    .reach = reduce_reach
#define REDUCE                                                                                                         \
    OVER_AXES, .params = reduce_params, .param_count = COUNT_OF(reduce_params), .build = reduce_build,                 \
               .reference = reduce_reference

const Op op_reduce_mean = {REDUCE, .tolerance = 1e-5, .source = "ONNX ReduceMean"};
const Op op_reduce_sum = {REDUCE, .tolerance = 1e-5, .source = "ONNX ReduceSum"};
const Op op_reduce_max = {REDUCE, .tolerance = 0, .source = "ONNX ReduceMax"};
const Op op_reduce_min = {REDUCE, .tolerance = 0, .source = "ONNX ReduceMin"};
const Op op_argmax = {
    OVER_AXES,
    .params = argmax_params,
    .param_count = COUNT_OF(argmax_params),
    .build = argmax_build,
    .reference = argmax_reference,
    .tolerance = 0,
    .source = "ONNX ArgMax",
};
