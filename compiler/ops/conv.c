/* conv.c - 2-D convolution as nets mean it: cross-correlation, the kernel is not flipped.
 *
 *   y[n, o, p, q] = b[o] + sum over i, r, s of w[o, i, r, s] * x[n, i', p * stride + r * dilation - pad, ...]
 *
 * i' runs over the channels of o's group; elements outside the input are zero.
 */
#include "ops/conv.h"

#include "ops/reach.h"
#include "ops/rules.h"
#include "ops/weight.h"
#include "ops/window.h"

static const ConvAttrs *conv_attrs(const Node *node)
{
    return node->attrs;
}

static WindowAxis conv_axis(const Graph *graph, const Node *node, int axis)
{
    const ConvAttrs *attrs = conv_attrs(node);
    const Shape *weight = &graph_input_node(graph, node, CONV_WEIGHT)->type.shape;
    return window_axis(&weight->dim[2], attrs->stride, attrs->pad, attrs->dilation, axis);
}

/* ---- type ---- */

int64_t conv_all_groups(const ConvAttrs *attrs, int64_t channels_a_group)
{
    return channels_a_group * MIN(MAX(attrs->groups, 0), LIMIT_DIMENSION);
}

bool conv_check_groups(const Graph *graph, const Node *node, Diag *diag, int64_t maps, int64_t weight_channels)
{
    int64_t channels = graph_input_node(graph, node, CONV_X)->type.shape.dim[1], groups = conv_attrs(node)->groups;
    if (groups < 1) {
        diag_error(diag, node->span, "groups must be at least 1, this is %lld", (long long)groups);
        return false;
    }
    if (channels % groups || maps % groups) {
        bool input = channels % groups;
        diag_error(diag, node->span, "groups=%lld does not divide %lld %s channels", (long long)groups,
                   (long long)(input ? channels : maps), input ? "input" : "output");
        return false;
    }
    if (weight_channels != channels) {
        diag_error(diag, node->span, "kernel is for %lld channel%s, the input has %lld", (long long)weight_channels,
                   plural(weight_channels), (long long)channels);
        return false;
    }
    return true;
}

static bool conv_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    if (!check_f32(graph, node, diag) || !check_picture(graph, node, diag))
        return false;
    const Shape *x = &graph_input_node(graph, node, CONV_X)->type.shape;
    const Shape *weight = &graph_input_node(graph, node, CONV_WEIGHT)->type.shape;
    if (weight->rank != 4) {
        diag_error(diag, node->span, "conv's weight has 4 axes, this is %s", shape_full_text(graph->arena, weight));
        return false;
    }
    if (!conv_check_groups(graph, node, diag, weight->dim[0], conv_all_groups(conv_attrs(node), weight->dim[1])) ||
        !check_bias(graph, node, diag, weight->dim[0], "output channels"))
        return false;
    WindowAxis axes[2] = {conv_axis(graph, node, 0), conv_axis(graph, node, 1)};
    int64_t output[2];
    if (!window_output(node, diag, graph->arena, axes, &x->dim[2], false, output))
        return false;
    *result = (Type){.dtype = DT_F32, .shape = SHAPE(x->dim[0], weight->dim[0], output[0], output[1])};
    return true;
}

/* ---- reference ---- */

/* The outputs begin..end-1 for which one tap of the window lies inside the input; the first reads `from`. */
typedef struct TapRange {
    int64_t begin, end, from;
} TapRange;

static TapRange tap_range(const WindowAxis *axis, int64_t tap, int64_t length, int64_t outputs)
{
    int64_t shift = tap * axis->dilation - axis->before; /* output p reads p * stride + shift */
    TapRange range = {0, 0, 0};
    if (shift < 0)
        range.begin = (-shift + axis->stride - 1) / axis->stride;
    if (length > shift)
        range.end = MIN(outputs, (length - shift - 1) / axis->stride + 1);
    range.end = MAX(range.end, range.begin);
    range.from = range.begin * axis->stride + shift;
    return range;
}

static void add_row(double *restrict y, const double *restrict x, double weight, int64_t count, int64_t stride)
{
    if (stride == 1)
        for (int64_t i = 0; i < count; i++)
            y[i] += weight * x[i];
    else
        for (int64_t i = 0; i < count; i++)
            y[i] += weight * x[i * stride];
}

void conv_add_channel(const ConvPlane *plane, double *y, const double *x, const double *weight)
{
    const WindowAxis *rows = &plane->axes[0], *columns = &plane->axes[1];
    for (int64_t r = 0; r < rows->size; r++) {
        TapRange down = tap_range(rows, r, plane->input[0], plane->output[0]);
        for (int64_t s = 0; s < columns->size; s++) {
            TapRange across = tap_range(columns, s, plane->input[1], plane->output[1]);
            int64_t count = across.end - across.begin;
            double tap = weight[r * columns->size + s];
            for (int64_t p = down.begin; count && p < down.end; p++) {
                int64_t row = down.from + (p - down.begin) * rows->stride;
                add_row(y + p * plane->output[1] + across.begin, x + row * plane->input[1] + across.from, tap, count,
                        columns->stride);
            }
        }
    }
}

/* A 1x1 convolution without stride and padding reads planes as they lie: one long row each. */
static void flatten_plane(ConvPlane *plane)
{
    for (int i = 0; i < 2; i++) {
        const WindowAxis *axis = &plane->axes[i];
        if (axis->size != 1 || axis->stride != 1 || axis->before || axis->after)
            return;
    }
    plane->input[1] *= plane->input[0];
    plane->output[1] = plane->input[1];
    plane->input[0] = plane->output[0] = 1;
}

static void conv_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    const Shape *x = &inputs[CONV_X]->shape, *w = &inputs[CONV_WEIGHT]->shape, *y = &result->shape;
    ConvPlane plane = {
        {conv_axis(graph, node, 0), conv_axis(graph, node, 1)}, {x->dim[2], x->dim[3]}, {y->dim[2], y->dim[3]}};
    int64_t in_count = x->dim[2] * x->dim[3], out_count = y->dim[2] * y->dim[3], taps = w->dim[2] * w->dim[3];
    int64_t outputs_a_group = w->dim[0] / conv_attrs(node)->groups, inputs_a_group = w->dim[1];
    flatten_plane(&plane);
    for (int64_t n = 0; n < x->dim[0]; n++) {
        for (int64_t o = 0; o < w->dim[0]; o++) {
            double *out = result->at + (n * w->dim[0] + o) * out_count;
            double bias = node->input_count > CONV_BIAS ? inputs[CONV_BIAS]->at[o] : 0;
            for (int64_t i = 0; i < out_count; i++)
                out[i] = bias;
            int64_t first = o / outputs_a_group * inputs_a_group;
            for (int64_t i = 0; i < inputs_a_group; i++)
                conv_add_channel(&plane, out, inputs[CONV_X]->at + (n * x->dim[1] + first + i) * in_count,
                                 inputs[CONV_WEIGHT]->at + (o * inputs_a_group + i) * taps);
        }
    }
}

/* ---- facts ---- */

static int64_t conv_macs(const Graph *graph, const Node *node)
{
    const Shape *weight = &graph_input_node(graph, node, CONV_WEIGHT)->type.shape;
    return shape_count(&node->type.shape) * weight->dim[1] * weight->dim[2] * weight->dim[3];
}

static Reach conv_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    (void)input;
    if (axis < 2)
        return reach_all(0);
    WindowAxis window = conv_axis(graph, node, axis - 2);
    return reach_window(&window, axis);
}

static void conv_halo(const Graph *graph, const Node *node, int32_t halo[HALO_SIDES])
{
    WindowAxis axes[2] = {conv_axis(graph, node, 0), conv_axis(graph, node, 1)};
    window_halo(axes, &graph_input_node(graph, node, CONV_X)->type.shape.dim[2], &node->type.shape.dim[2], halo);
}

static const OpAttr attrs[] = {
    {"stride", ATTR_INT, offsetof(ConvAttrs, stride), 2, 0, NULL},
    {"pad", ATTR_INT, offsetof(ConvAttrs, pad), HALO_SIDES, 0, NULL},
    {"dilation", ATTR_INT, offsetof(ConvAttrs, dilation), 2, 0, NULL},
    {"groups", ATTR_INT, offsetof(ConvAttrs, groups), 1, 0, NULL},
};

static const OpParam params[] = {
    {.name = "out", .kind = PARAM_INT, .bounded = true, .least = 1},
    {.name = "size", .kind = PARAM_SIZE, .bounded = true, .least = 1},
    {.name = "stride", .kind = PARAM_SIZE, .fallback = "1", .bounded = true, .least = 1},
    {.name = "pad", .kind = PARAM_PAD, .fallback = "0", .words = "same valid", .bounded = true},
    {.name = "dilation", .kind = PARAM_SIZE, .fallback = "1", .bounded = true, .least = 1},
    {.name = "groups", .kind = PARAM_INT, .fallback = "1", .bounded = true, .least = 1},
    {.name = "bias", .kind = PARAM_WEIGHT, .words = "false true"},
    {.name = "weight", .kind = PARAM_WEIGHT},
    {.name = "frozen", .kind = PARAM_BOOL, .fallback = "false"},
    {.name = "connect", .kind = PARAM_LISTS, .bounded = true},
};

const Op op_conv = {
    .family = FAMILY_CONV,
    .least_inputs = 1,
    .most_inputs = 1,
    .least_operands = 1,
    .most_operands = 2,
    .params = params,
    .param_count = COUNT_OF(params),
    .build = conv_build,
    .attrs = attrs,
    .attr_count = COUNT_OF(attrs),
    .attr_bytes = sizeof(ConvAttrs),
    .type = conv_type,
    .reference = conv_reference,
    .macs = conv_macs,
    .reach = conv_reach,
    .halo = conv_halo,
    .tolerance = 1e-5,
    .operand_names = "x weight bias",
    .source = "ONNX Conv",
};
