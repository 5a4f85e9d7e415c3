/* conv_build.c - from a call of conv in a model to its nodes: where the kernel comes from, and what follows from it.
 *
 *   conv(6, 5x5, pad=2)                  weight [6, C, 5, 5] and bias [6] are loaded
 *   conv(weight=[[1, -1]])               the kernel stands in the model; out and size follow, no bias
 *   conv(weight=K, groups=channels(x))   a rank-2 kernel is used for each channel
 *   conv(8, 3x3, weight=0)               filled
 */
#include "ops/conv.h"

#include "ops/rules.h"
#include "ops/weight.h"
#include "ops/window.h"

/* [h, w], [out, h, w] or [out, in, h, w] as [out, in, h, w]; `repeat`: one map for each channel. */
static bool kernel_shape(const OpCall *call, const OpArg *arg, int64_t channels, int64_t groups, Shape *kernel,
                         bool *repeat)
{
    Shape given = weight_shape(call, arg);
    if (given.rank < 2 || given.rank > 4) {
        diag_error(call->diag, arg->span, "a kernel has 2, 3 or 4 axes, this is %s",
                   shape_full_text(call->graph->arena, &given));
        return false;
    }
    *kernel = (Shape){.rank = 4, .dim = {1, 1, given.dim[given.rank - 2], given.dim[given.rank - 1]}};
    if (given.rank > 2)
        kernel->dim[0] = given.dim[0];
    if (given.rank > 3)
        kernel->dim[1] = given.dim[1];
    *repeat = given.rank == 2 && groups == channels && weight_form(arg) == WEIGHT_LIST;
    if (*repeat)
        kernel->dim[0] = channels;
    return true;
}

/* `out` and `size` may be written beside a kernel; then they must be its own. */
static bool check_written_size(const OpCall *call, const Shape *kernel)
{
    const OpArg *out = op_arg(call, "out"), *size = op_arg(call, "size");
    if (out->present && out->ints[0] != kernel->dim[0]) {
        diag_error(call->diag, out->span, "'out' is %lld, the kernel has %lld maps", (long long)out->ints[0],
                   (long long)kernel->dim[0]);
        return false;
    }
    if (size->present && (size->ints[0] != kernel->dim[2] || size->ints[1] != kernel->dim[3])) {
        diag_error(call->diag, size->span, "'size' is %lldx%lld, the kernel is %lldx%lld", (long long)size->ints[0],
                   (long long)size->ints[1], (long long)kernel->dim[2], (long long)kernel->dim[3]);
        return false;
    }
    return true;
}

static bool check_kernel_channels(const OpCall *call, const OpArg *arg, const Shape *kernel, int64_t channels,
                                  int64_t groups)
{
    if (channels % groups == 0 && kernel->dim[1] != channels / groups) {
        int64_t wanted = kernel->dim[1] * groups;
        diag_error(call->diag, arg->span, "kernel is for %lld channel%s, the input has %lld", (long long)wanted,
                   wanted == 1 ? "" : "s", (long long)channels);
        if (kernel->dim[1] == 1 && groups == 1)
            diag_hint(call->diag, "groups=channels(x) uses a kernel for each channel alone");
        return false;
    }
    return true;
}

/* The shape of a kernel that is loaded or filled. */
static bool sized_kernel(const OpCall *call, int64_t channels, int64_t groups, Shape *kernel)
{
    const OpArg *out = op_arg(call, "out"), *size = op_arg(call, "size");
    if (!out->present || !size->present) {
        diag_error(call->diag, call->span, "conv needs '%s'", out->present ? "size" : "out");
        return false;
    }
    if (channels % groups || out->ints[0] % groups) {
        bool input = channels % groups;
        diag_error(call->diag, call->span, "groups=%lld does not divide %lld %s channels", (long long)groups,
                   (long long)(input ? channels : out->ints[0]), input ? "input" : "output");
        return false;
    }
    *kernel = SHAPE(out->ints[0], channels / groups, size->ints[0], size->ints[1]);
    return true;
}

static NodeId repeated_kernel(const OpCall *call, const OpArg *arg, const Shape *kernel)
{
    const Literal *literal = &arg->literal;
    if (!shape_fits(kernel)) {
        diag_error(call->diag, arg->span, "a kernel cannot be %s", shape_full_text(call->graph->arena, kernel));
        return NODE_NONE;
    }
    float *data = literal_floats(call, arg->span, literal->at, shape_count(&literal->shape), shape_count(kernel));
    if (!data)
        return NODE_NONE;
    Constant constant = {.kind = CONSTANT_LITERAL, .path = "", .shape = *kernel, .data = data, .span = arg->span};
    return graph_add_constant(call->graph, &constant);
}

static NodeId build_kernel(const OpCall *call, int64_t channels, int64_t groups, Shape *kernel)
{
    const OpArg *arg = op_arg(call, "weight");
    WeightForm form = weight_form(arg);
    bool repeat = false;
    if (form == WEIGHT_LOAD || form == WEIGHT_NUMBER) {
        if (!sized_kernel(call, channels, groups, kernel))
            return NODE_NONE;
    } else if (!kernel_shape(call, arg, channels, groups, kernel, &repeat) || !check_written_size(call, kernel) ||
               !check_kernel_channels(call, arg, kernel, channels, groups)) {
        return NODE_NONE;
    }
    if (repeat)
        return repeated_kernel(call, arg, kernel);
    WeightSpec spec = {.name = "weight",
                       .shape = *kernel,
                       .role = ROLE_KERNEL,
                       .fan_in = kernel->dim[1] * kernel->dim[2] * kernel->dim[3],
                       .trainable = !op_arg(call, "frozen")->boolean};
    return build_weight(call, arg, &spec);
}

static ConvAttrs call_attrs(const OpCall *call, const Shape *x, const Shape *kernel)
{
    const OpArg *stride = op_arg(call, "stride"), *dilation = op_arg(call, "dilation");
    ConvAttrs attrs = {.stride = {stride->ints[0], stride->ints[1]},
                       .dilation = {dilation->ints[0], dilation->ints[1]},
                       .groups = op_arg(call, "groups")->ints[0]};
    WindowAxis axes[2];
    for (int i = 0; i < 2; i++)
        axes[i] = window_axis(&kernel->dim[2], attrs.stride, NULL, attrs.dilation, i);
    window_pad(op_arg(call, "pad"), axes, &x->dim[2], attrs.pad);
    return attrs;
}

NodeId conv_build(const OpCall *call)
{
    const Shape x = graph_node(call->graph, call->inputs[0])->type.shape;
    if (x.rank != 4) {
        diag_error(call->diag, call->span, "conv takes channels x height x width, this is %s",
                   shape_text(call->graph->arena, &x));
        return NODE_NONE;
    }
    Shape kernel;
    NodeId inputs[3] = {call->inputs[0]};
    inputs[CONV_WEIGHT] = build_kernel(call, x.dim[1], op_arg(call, "groups")->ints[0], &kernel);
    if (node_is_none(inputs[CONV_WEIGHT]))
        return NODE_NONE;
    uint32_t count = 2;
    if (wants_bias(op_arg(call, "bias"), op_arg(call, "weight"))) {
        inputs[CONV_BIAS] = build_bias(call, kernel.dim[0]);
        if (node_is_none(inputs[CONV_BIAS]))
            return NODE_NONE;
        count = 3;
    }
    ConvAttrs attrs = call_attrs(call, &x, &kernel);
    return graph_add(call->graph, call->diag, OP_conv, inputs, count, &attrs, call->path, call->span);
}
