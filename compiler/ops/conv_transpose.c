/* conv_transpose.c - the transpose of a convolution: each input pixel adds its value times the kernel to the output.
 *
 *   y[n, o, h * stride + r * dilation - pad, ...] += w[i, o', r, s] * x[n, i, h, w], from y = b[o] on
 *
 * o' is o's place in its group, i runs over the channels of that group; what falls outside the output is dropped. The
 * output is (H - 1) * stride - before - after + dilation * (k - 1) + 1 + output_pad high.
 */
#include "ops/conv.h"

#include "ops/reach.h"
#include "ops/rules.h"
#include "ops/weight.h"
#include "ops/window.h"

static const ConvTransposeAttrs *transpose_attrs(const Node *node)
{
    return node->attrs;
}

static WindowAxis transpose_axis(const Graph *graph, const Node *node, int axis)
{
    const ConvAttrs *attrs = &transpose_attrs(node)->conv;
    const Shape *weight = &graph_input_node(graph, node, CONV_WEIGHT)->type.shape;
    return window_axis(&weight->dim[2], attrs->stride, attrs->pad, attrs->dilation, axis);
}

/* ---- type ---- */

/* An output longer by a whole stride would be the output of a longer input; the reach bounds the halo. */
static bool check_output_pad(const Node *node, Diag *diag, const WindowAxis *axis, int64_t output_pad)
{
    if (output_pad < 0) {
        diag_error(diag, node->span, "output_pad must be at least 0, this is %lld", (long long)output_pad);
        return false;
    }
    if (output_pad >= MAX(axis->stride, axis->dilation)) {
        diag_error(diag, node->span, "output_pad must be less than stride (%lld) or dilation (%lld), this is %lld",
                   (long long)axis->stride, (long long)axis->dilation, (long long)output_pad);
        return false;
    }
    if (axis->dilation * (axis->size - 1) + output_pad > LIMIT_WINDOW) {
        diag_error(diag, node->span, "a kernel of %lld with dilation %lld reaches too far, at most %lld",
                   (long long)axis->size, (long long)axis->dilation, (long long)LIMIT_WINDOW);
        return false;
    }
    return true;
}

static bool transpose_output(const Graph *graph, const Node *node, Diag *diag, int64_t output[2])
{
    const Shape *x = &graph_input_node(graph, node, CONV_X)->type.shape;
    WindowAxis axes[2] = {transpose_axis(graph, node, 0), transpose_axis(graph, node, 1)};
    if (!window_check(node, diag, axes))
        return false;
    for (int i = 0; i < 2; i++) {
        int64_t output_pad = transpose_attrs(node)->output_pad[i];
        if (!check_output_pad(node, diag, &axes[i], output_pad))
            return false;
        output[i] = (x->dim[2 + i] - 1) * axes[i].stride - axes[i].before - axes[i].after + window_extent(&axes[i]) +
                    output_pad;
    }
    if (output[0] >= 1 && output[1] >= 1)
        return true;
    diag_error(diag, node->span, "pad leaves nothing of the output: it would be %lldx%lld", (long long)output[0],
               (long long)output[1]);
    return false;
}

static bool transpose_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    if (!check_f32(graph, node, diag) || !check_picture(graph, node, diag))
        return false;
    const Shape *x = &graph_input_node(graph, node, CONV_X)->type.shape;
    const Shape *weight = &graph_input_node(graph, node, CONV_WEIGHT)->type.shape;
    if (weight->rank != 4) {
        diag_error(diag, node->span, "conv_transpose's weight has 4 axes, this is %s",
                   shape_full_text(graph->arena, weight));
        return false;
    }
    int64_t maps = conv_all_groups(&transpose_attrs(node)->conv, weight->dim[1]), output[2];
    if (!conv_check_groups(graph, node, diag, maps, weight->dim[0]) ||
        !check_bias(graph, node, diag, maps, "output channels") || !transpose_output(graph, node, diag, output))
        return false;
    *result = (Type){.dtype = DT_F32, .shape = SHAPE(x->dim[0], maps, output[0], output[1])};
    return true;
}

/* ---- reference ---- */

typedef struct Scatter {
    WindowAxis axes[2];
    int64_t input[2], output[2];
} Scatter;

/* Adds what input row `h` gives to one output channel through row `r` of the kernel. */
static void scatter_row(const Scatter *s, double *y, const double *x, const double *weight)
{
    const WindowAxis *columns = &s->axes[1];
    for (int64_t w = 0; w < s->input[1]; w++)
        for (int64_t tap = 0; tap < columns->size; tap++) {
            int64_t column = w * columns->stride + tap * columns->dilation - columns->before;
            if (column >= 0 && column < s->output[1])
                y[column] += weight[tap] * x[w];
        }
}

static void scatter_channel(const Scatter *s, double *y, const double *x, const double *weight)
{
    const WindowAxis *rows = &s->axes[0];
    for (int64_t h = 0; h < s->input[0]; h++)
        for (int64_t tap = 0; tap < rows->size; tap++) {
            int64_t row = h * rows->stride + tap * rows->dilation - rows->before;
            if (row >= 0 && row < s->output[0])
                scatter_row(s, y + row * s->output[1], x + h * s->input[1], weight + tap * s->axes[1].size);
        }
}

static void transpose_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    const Shape *x = &inputs[CONV_X]->shape, *w = &inputs[CONV_WEIGHT]->shape, *y = &result->shape;
    Scatter scatter = {{transpose_axis(graph, node, 0), transpose_axis(graph, node, 1)},
                       {x->dim[2], x->dim[3]},
                       {y->dim[2], y->dim[3]}};
    int64_t in_count = x->dim[2] * x->dim[3], out_count = y->dim[2] * y->dim[3], taps = w->dim[2] * w->dim[3];
    int64_t channels = x->dim[1], maps = y->dim[1], group = channels / transpose_attrs(node)->conv.groups;
    for (int64_t n = 0; n < x->dim[0]; n++) {
        for (int64_t o = 0; o < maps; o++)
            for (int64_t i = 0; i < out_count; i++)
                result->at[(n * maps + o) * out_count + i] =
                    node->input_count > CONV_BIAS ? inputs[CONV_BIAS]->at[o] : 0;
        for (int64_t i = 0; i < channels; i++)
            for (int64_t o = 0; o < w->dim[1]; o++)
                scatter_channel(&scatter, result->at + (n * maps + i / group * w->dim[1] + o) * out_count,
                                inputs[CONV_X]->at + (n * channels + i) * in_count,
                                inputs[CONV_WEIGHT]->at + (i * w->dim[1] + o) * taps);
    }
}

/* ---- facts ---- */

/* Every input pixel meets the whole kernel. */
static int64_t transpose_macs(const Graph *graph, const Node *node)
{
    const Shape *weight = &graph_input_node(graph, node, CONV_WEIGHT)->type.shape;
    return shape_count(&graph_input_node(graph, node, CONV_X)->type.shape) * weight->dim[1] * weight->dim[2] *
           weight->dim[3];
}

/* Output p meets input (p + before - r * dilation) / stride through tap r, where that is whole; here taps are counted
 * from the last one. */
static Reach transpose_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    (void)input;
    if (axis < 2)
        return reach_all(0);
    WindowAxis window = transpose_axis(graph, node, axis - 2);
    return (Reach){.to = axis,
                   .scale = 1,
                   .shift = window.before - (window_extent(&window) - 1),
                   .size = window.size,
                   .step = window.dilation,
                   .parts = window.stride};
}

/* Output row p meets input row (p + before - r * dilation) / stride through tap r: the last tap reaches furthest back
 * for the first rows, tap 0 furthest ahead for the last ones. */
static void transpose_halo(const Graph *graph, const Node *node, int32_t halo[HALO_SIDES])
{
    const Shape *in = &graph_input_node(graph, node, CONV_X)->type.shape, *out = &node->type.shape;
    for (int i = 0; i < 2; i++) {
        WindowAxis axis = transpose_axis(graph, node, i);
        int64_t back = window_extent(&axis) - 1 - axis.before;
        int64_t last = (out->dim[2 + i] - 1 + axis.before) / axis.stride;
        halo[i] = (int32_t)(MAX(back, 0) / axis.stride);
        halo[2 + i] = (int32_t)MAX(last - (in->dim[2 + i] - 1), 0);
    }
}

static const OpAttr attrs[] = {
    {"stride", ATTR_INT, offsetof(ConvTransposeAttrs, conv.stride), 2, 0, NULL},
    {"pad", ATTR_INT, offsetof(ConvTransposeAttrs, conv.pad), HALO_SIDES, 0, NULL},
    {"output_pad", ATTR_INT, offsetof(ConvTransposeAttrs, output_pad), 2, 0, NULL},
    {"dilation", ATTR_INT, offsetof(ConvTransposeAttrs, conv.dilation), 2, 0, NULL},
    {"groups", ATTR_INT, offsetof(ConvTransposeAttrs, conv.groups), 1, 0, NULL},
};

static const OpParam params[] = {
    {.name = "out", .kind = PARAM_INT, .bounded = true, .least = 1},
    {.name = "size", .kind = PARAM_SIZE, .bounded = true, .least = 1},
    {.name = "stride", .kind = PARAM_SIZE, .fallback = "1", .bounded = true, .least = 1},
    {.name = "pad", .kind = PARAM_PAD, .fallback = "0", .bounded = true},
    {.name = "output_pad", .kind = PARAM_SIZE, .fallback = "0", .bounded = true},
    {.name = "dilation", .kind = PARAM_SIZE, .fallback = "1", .bounded = true, .least = 1},
    {.name = "groups", .kind = PARAM_INT, .fallback = "1", .bounded = true, .least = 1},
    {.name = "bias", .kind = PARAM_WEIGHT, .words = "false true"},
    {.name = "weight", .kind = PARAM_WEIGHT},
    {.name = "frozen", .kind = PARAM_BOOL, .fallback = "false"},
};

const Op op_conv_transpose = {
    .family = FAMILY_CONV_TRANSPOSE,
    .least_inputs = 1,
    .most_inputs = 1,
    .least_operands = 1,
    .most_operands = 2,
    .params = params,
    .param_count = COUNT_OF(params),
    .build = conv_transpose_build,
    .attrs = attrs,
    .attr_count = COUNT_OF(attrs),
    .attr_bytes = sizeof(ConvTransposeAttrs),
    .type = transpose_type,
    .reference = transpose_reference,
    .macs = transpose_macs,
    .reach = transpose_reach,
    .halo = transpose_halo,
    .tolerance = 1e-5,
    .operand_names = "x weight bias",
    .source = "ONNX ConvTranspose",
};
