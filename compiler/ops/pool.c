/* pool.c - maximum and mean of windows over height and width.
 *
 * Maximum: padding takes no part and NaN is passed over (m = x > m ? x : m, from -infinity). Mean: the sum divided by
 * the number of elements that count (PoolAttrs.count_pad). A window must touch at least one element of its input.
 */
#include "ops/pool.h"

#include <math.h>

#include "ops/reach.h"
#include "ops/rules.h"
#include "ops/window.h"

static WindowAxis pool_axis(const Node *node, int axis)
{
    const PoolAttrs *attrs = node->attrs;
    return window_axis(attrs->size, attrs->stride, attrs->pad, attrs->dilation, axis);
}

/* The first tap of a window that is not in front of the input. */
static int64_t first_tap(const WindowAxis *axis, int64_t start)
{
    return start < 0 ? (-start + axis->dilation - 1) / axis->dilation : 0;
}

static bool window_is_empty(const WindowAxis *axis, int64_t output, int64_t length)
{
    int64_t start = output * axis->stride - axis->before;
    int64_t tap = first_tap(axis, start);
    return tap >= axis->size || start + tap * axis->dilation >= length;
}

/* Only windows that start in the leading padding, and the last one, can miss the input. */
static bool misses_input(const WindowAxis *axis, int64_t outputs, int64_t length)
{
    for (int64_t i = 0; i < outputs && i * axis->stride < axis->before; i++)
        if (window_is_empty(axis, i, length))
            return true;
    return window_is_empty(axis, outputs - 1, length);
}

static bool pool_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    const PoolAttrs *attrs = node->attrs;
    if (!check_f32(graph, node, diag) || !check_picture(graph, node, diag))
        return false;
    const Shape *x = &graph_input_node(graph, node, 0)->type.shape;
    WindowAxis axes[2] = {pool_axis(node, 0), pool_axis(node, 1)};
    int64_t output[2];
    if (!window_output(node, diag, graph->arena, axes, &x->dim[2], attrs->ceil, output))
        return false;
    for (int i = 0; i < 2; i++) {
        if (misses_input(&axes[i], output[i], x->dim[2 + i])) {
            diag_error(diag, node->span, "a window of %s lies wholly in the padding: size %lld, padding %lld and %lld",
                       op_name(node->op), (long long)axes[i].size, (long long)axes[i].before, (long long)axes[i].after);
            return false;
        }
    }
    *result = (Type){.dtype = DT_F32, .shape = SHAPE(x->dim[0], x->dim[1], output[0], output[1])};
    return true;
}

bool pool_rounds_down(const Graph *graph, const Node *node)
{
    const PoolAttrs *attrs = node->attrs;
    const Shape *x = &graph_input_node(graph, node, 0)->type.shape;
    for (int i = 0; i < 2; i++) {
        WindowAxis axis = pool_axis(node, i);
        if (!attrs->ceil && window_count(&axis, x->dim[2 + i], true) != window_count(&axis, x->dim[2 + i], false))
            return true;
    }
    return false;
}

/* ---- reference ---- */

/* The taps of one window that lie inside the input, and how many lie inside the padded input. */
typedef struct Taps {
    int64_t at, count, padded; /* at: the first one's place in the input */
} Taps;

static Taps window_taps(const WindowAxis *axis, int64_t output, int64_t length)
{
    int64_t start = output * axis->stride - axis->before;
    int64_t first = first_tap(axis, start), step = axis->dilation;
    Taps taps = {.at = start + first * step};
    int64_t reach = length - start; /* taps t with t * step < reach are in front of the input's end */
    taps.count = MIN(axis->size, (reach + step - 1) / step) - first;
    taps.padded = MIN(axis->size, (reach + axis->after + step - 1) / step);
    return taps;
}

typedef double PoolWindow(const PoolAttrs *attrs, const double *plane, int64_t width, Taps down, Taps across);

static double max_window(const PoolAttrs *attrs, const double *plane, int64_t width, Taps down, Taps across)
{
    double largest = -INFINITY;
    for (int64_t r = 0; r < down.count; r++) {
        const double *row = plane + (down.at + r * attrs->dilation[0]) * width + across.at;
        for (int64_t s = 0; s < across.count; s++) {
            double value = row[s * attrs->dilation[1]];
            largest = value > largest ? value : largest;
        }
    }
    return largest;
}

static double mean_window(const PoolAttrs *attrs, const double *plane, int64_t width, Taps down, Taps across)
{
    double sum = 0;
    for (int64_t r = 0; r < down.count; r++) {
        const double *row = plane + (down.at + r * attrs->dilation[0]) * width + across.at;
        for (int64_t s = 0; s < across.count; s++)
            sum += row[s * attrs->dilation[1]];
    }
    int64_t count = attrs->count_pad ? down.padded * across.padded : down.count * across.count;
    return sum / (double)count;
}

static void pool_planes(const Node *node, const Tensor *x, Tensor *y, PoolWindow *window)
{
    int64_t height = x->shape.dim[2], width = x->shape.dim[3], planes = x->shape.dim[0] * x->shape.dim[1];
    WindowAxis rows = pool_axis(node, 0), columns = pool_axis(node, 1);
    double *out = y->at;
    for (int64_t plane = 0; plane < planes; plane++)
        for (int64_t p = 0; p < y->shape.dim[2]; p++) {
            Taps down = window_taps(&rows, p, height);
            for (int64_t q = 0; q < y->shape.dim[3]; q++)
                *out++ =
                    window(node->attrs, x->at + plane * height * width, width, down, window_taps(&columns, q, width));
        }
}

static void maxpool_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    pool_planes(node, inputs[0], result, max_window);
}

static void avgpool_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    pool_planes(node, inputs[0], result, mean_window);
}

/* A window over all of an axis is global pooling: what it leaves is no picture any more. */
static Reach pool_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    if (axis < 2)
        return reach_own(axis);
    WindowAxis window = pool_axis(node, axis - 2);
    int64_t length = graph_input_node(graph, node, input)->type.shape.dim[axis];
    bool global = window.size == length && window.dilation == 1 && !window.before;
    return global ? reach_all(axis) : reach_window(&window, axis);
}

/* ---- the call ---- */

static NodeId pool_build(const OpCall *call)
{
    const OpArg *size = op_arg(call, "size"), *stride = op_arg(call, "stride"), *dilation = op_arg(call, "dilation");
    const Shape *x = &graph_node(call->graph, call->inputs[0])->type.shape;
    if (x->rank != 4) {
        diag_error(call->diag, call->span, "%s takes channels x height x width, this is %s", op_name(call->op),
                   shape_text(call->graph->arena, x));
        return NODE_NONE;
    }
    PoolAttrs attrs = {.ceil = op_arg(call, "ceil")->boolean,
                       .count_pad = call->op == OP_avgpool && op_arg(call, "count_pad")->boolean};
    WindowAxis axes[2];
    for (int i = 0; i < 2; i++) {
        attrs.size[i] = size->word == 0 ? x->dim[2 + i] : size->ints[i];
        attrs.stride[i] = stride->present ? stride->ints[i] : attrs.size[i];
        attrs.stride[i] = size->word == 0 && !stride->present ? 1 : attrs.stride[i];
        attrs.dilation[i] = dilation->ints[i];
        axes[i] = window_axis(attrs.size, attrs.stride, NULL, attrs.dilation, i);
    }
    window_pad(op_arg(call, "pad"), axes, &x->dim[2], attrs.pad);
    return build_with(call, &attrs);
}

/* maxpool has all but the last. */
static const OpParam params[] = {
    {.name = "size", .kind = PARAM_SIZE, .required = true, .words = "global", .bounded = true, .least = 1},
    {.name = "stride", .kind = PARAM_SIZE, .bounded = true, .least = 1},
    {.name = "pad", .kind = PARAM_PAD, .fallback = "0", .words = "same valid", .bounded = true},
    {.name = "dilation", .kind = PARAM_SIZE, .fallback = "1", .bounded = true, .least = 1},
    {.name = "ceil", .kind = PARAM_BOOL, .fallback = "false"},
    {.name = "count_pad", .kind = PARAM_BOOL, .fallback = "true"},
};

static const OpAttr attrs_of_pool[] = {
    {"size", ATTR_INT, offsetof(PoolAttrs, size), 2, 0, NULL},
    {"stride", ATTR_INT, offsetof(PoolAttrs, stride), 2, 0, NULL},
    {"pad", ATTR_INT, offsetof(PoolAttrs, pad), HALO_SIDES, 0, NULL},
    {"dilation", ATTR_INT, offsetof(PoolAttrs, dilation), 2, 0, NULL},
    {"ceil", ATTR_BOOL, offsetof(PoolAttrs, ceil), 1, 0, NULL},
    {"count_pad", ATTR_BOOL, offsetof(PoolAttrs, count_pad), 1, 0, NULL},
};

const Op op_maxpool = {
    .family = FAMILY_POOL,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = params,
    .param_count = COUNT_OF(params) - 1,
    .build = pool_build,
    .attrs = attrs_of_pool,
    .attr_count = COUNT_OF(attrs_of_pool) - 1,
    .attr_bytes = sizeof(PoolAttrs),
    .type = pool_type,
    .reference = maxpool_reference,
    .reach = pool_reach,
    .tolerance = 0,
    .source = "ONNX MaxPool",
};

const Op op_avgpool = {
    .family = FAMILY_POOL,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = params,
    .param_count = COUNT_OF(params),
    .build = pool_build,
    .attrs = attrs_of_pool,
    .attr_count = COUNT_OF(attrs_of_pool),
    .attr_bytes = sizeof(PoolAttrs),
    .type = pool_type,
    .reference = avgpool_reference,
    .reach = pool_reach,
    .tolerance = 1e-6,
    .source = "ONNX AveragePool",
};
