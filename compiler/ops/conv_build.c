/* conv_build.c - from a call of conv or conv_transpose in a model to its nodes: where the kernel comes from, and what
 * follows from it.
 *
 *   conv(6, 5x5, pad=2)                  weight [6, C, 5, 5] and bias [6] are loaded
 *   conv(weight=[[1, -1]])               the kernel stands in the model; out and size follow, no bias
 *   conv(weight=K, groups=channels(x))   a rank-2 kernel is used for each channel
 *   conv(8, 3x3, weight=0)               filled
 *   conv_transpose(6, 2x2, stride=2)     weight [C, 6, 2, 2]: input channels come first
 *   conv(6, 5x5, connect=[[0, 1], ...])  see conv_connect.c
 */
#include "ops/conv.h"

#include "ops/rules.h"
#include "ops/weight.h"
#include "ops/window.h"

/* What a call says of its kernel. */
typedef struct KernelCall {
    const OpCall *call;
    const OpArg *weight;
    int64_t channels, groups;
    bool transposed; /* the kernel is [in, out / groups, h, w], not [out, in / groups, h, w] */
} KernelCall;

static int64_t kernel_maps(const KernelCall *k, const Shape *kernel)
{
    return k->transposed ? kernel->dim[1] * k->groups : kernel->dim[0];
}

static int64_t kernel_channels(const KernelCall *k, const Shape *kernel)
{
    return k->transposed ? kernel->dim[0] : kernel->dim[1] * k->groups;
}

/* [h, w], [out, h, w] over one channel, or all four axes; `repeat`: [h, w], one map for each channel. */
static bool kernel_shape(const KernelCall *k, Shape *kernel, bool *repeat)
{
    Shape given = weight_shape(k->call, k->weight);
    if (given.rank < 2 || given.rank > 4) {
        diag_error(k->call->diag, k->weight->span, "a kernel has 2, 3 or 4 axes, this is %s",
                   shape_full_text(k->call->graph->arena, &given));
        return false;
    }
    *kernel = (Shape){.rank = 4, .dim = {1, 1, given.dim[given.rank - 2], given.dim[given.rank - 1]}};
    if (given.rank == 3)
        kernel->dim[k->transposed ? 1 : 0] = given.dim[0];
    if (given.rank == 4)
        *kernel = given;
    *repeat = given.rank == 2 && k->groups == k->channels && weight_form(k->weight) == WEIGHT_LIST;
    if (*repeat)
        kernel->dim[0] = k->channels;
    return true;
}

/* `out` and `size` may be written beside a kernel; then they must be its own. */
static bool check_written_size(const KernelCall *k, const Shape *kernel)
{
    const OpArg *out = op_arg(k->call, "out"), *size = op_arg(k->call, "size");
    int64_t maps = kernel_maps(k, kernel);
    if (out->present && out->ints[0] != maps) {
        diag_error(k->call->diag, out->span, "'out' is %lld, the kernel has %lld maps", (long long)out->ints[0],
                   (long long)maps);
        return false;
    }
    if (size->present && (size->ints[0] != kernel->dim[2] || size->ints[1] != kernel->dim[3])) {
        diag_error(k->call->diag, size->span, "'size' is %lldx%lld, the kernel is %lldx%lld", (long long)size->ints[0],
                   (long long)size->ints[1], (long long)kernel->dim[2], (long long)kernel->dim[3]);
        return false;
    }
    return true;
}

static bool check_kernel_channels(const KernelCall *k, const Shape *kernel)
{
    int64_t wanted = kernel_channels(k, kernel);
    if (k->channels % k->groups || wanted == k->channels)
        return true;
    diag_error(k->call->diag, k->weight->span, "kernel is for %lld channel%s, the input has %lld", (long long)wanted,
               plural(wanted), (long long)k->channels);
    if (wanted == 1)
        diag_hint(k->call->diag, "groups=channels(x) uses a kernel for each channel alone");
    return false;
}

/* The shape of a kernel that is loaded or filled. */
static bool sized_kernel(const KernelCall *k, Shape *kernel)
{
    const OpCall *call = k->call;
    const OpArg *out = op_arg(call, "out"), *size = op_arg(call, "size");
    if (!out->present || !size->present) {
        diag_error(call->diag, call->span, "%s needs '%s'", op_name(call->op), out->present ? "size" : "out");
        return false;
    }
    if (k->channels % k->groups || out->ints[0] % k->groups) {
        bool input = k->channels % k->groups;
        diag_error(call->diag, call->span, "groups=%lld does not divide %lld %s channels", (long long)k->groups,
                   (long long)(input ? k->channels : out->ints[0]), input ? "input" : "output");
        return false;
    }
    *kernel = SHAPE(out->ints[0], k->channels / k->groups, size->ints[0], size->ints[1]);
    if (k->transposed)
        *kernel = SHAPE(k->channels, out->ints[0] / k->groups, size->ints[0], size->ints[1]);
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

/* Weights that one output sums over; of a transposed kernel an output meets every stride-th tap. */
static int64_t kernel_fan_in(const KernelCall *k, const Shape *kernel)
{
    if (!shape_fits(kernel))
        return 0; /* build_weight refuses it */
    int64_t taps = kernel->dim[2] * kernel->dim[3];
    if (k->transposed) {
        const OpArg *stride = op_arg(k->call, "stride");
        taps /= MIN(stride->ints[0], kernel->dim[2]) * MIN(stride->ints[1], kernel->dim[3]);
    }
    return k->channels / k->groups * taps;
}

static NodeId build_kernel(const KernelCall *k, Shape *kernel)
{
    WeightForm form = weight_form(k->weight);
    bool repeat = false;
    if (form == WEIGHT_LOAD || form == WEIGHT_NUMBER) {
        if (!sized_kernel(k, kernel))
            return NODE_NONE;
    } else if (!kernel_shape(k, kernel, &repeat) || !check_written_size(k, kernel) ||
               !check_kernel_channels(k, kernel)) {
        return NODE_NONE;
    }
    if (repeat)
        return repeated_kernel(k->call, k->weight, kernel);
    WeightSpec spec = {.name = "weight",
                       .shape = *kernel,
                       .role = ROLE_KERNEL,
                       .fan_in = kernel_fan_in(k, kernel),
                       .trainable = !op_arg(k->call, "frozen")->boolean};
    return build_weight(k->call, k->weight, &spec);
}

ConvAttrs conv_call_attrs(const OpCall *call, const Shape *x, const int64_t kernel[2])
{
    const OpArg *stride = op_arg(call, "stride"), *dilation = op_arg(call, "dilation");
    ConvAttrs attrs = {.stride = {stride->ints[0], stride->ints[1]},
                       .dilation = {dilation->ints[0], dilation->ints[1]},
                       .groups = op_arg(call, "groups")->ints[0]};
    WindowAxis axes[2];
    for (int i = 0; i < 2; i++)
        axes[i] = window_axis(kernel, attrs.stride, NULL, attrs.dilation, i);
    window_pad(op_arg(call, "pad"), axes, &x->dim[2], attrs.pad);
    return attrs;
}

/* Kernel and bias of a call into inputs[1], inputs[2]; how many inputs there are, 0 after a diagnostic. */
static uint32_t build_inputs(const OpCall *call, bool transposed, NodeId inputs[3], Shape *kernel)
{
    const Shape *x = &graph_node(call->graph, call->inputs[0])->type.shape;
    if (x->rank != 4) {
        diag_error(call->diag, call->span, "%s takes channels x height x width, this is %s", op_name(call->op),
                   shape_text(call->graph->arena, x));
        return 0;
    }
    KernelCall k = {.call = call,
                    .weight = op_arg(call, "weight"),
                    .channels = x->dim[1],
                    .groups = op_arg(call, "groups")->ints[0],
                    .transposed = transposed};
    inputs[CONV_X] = call->inputs[0];
    inputs[CONV_WEIGHT] = build_kernel(&k, kernel);
    if (node_is_none(inputs[CONV_WEIGHT]))
        return 0;
    if (!wants_bias(op_arg(call, "bias"), k.weight))
        return 2;
    inputs[CONV_BIAS] = build_bias(call, kernel_maps(&k, kernel));
    return node_is_none(inputs[CONV_BIAS]) ? 0 : 3;
}

NodeId conv_build(const OpCall *call)
{
    if (op_arg(call, "connect")->present)
        return conv_connect_build(call);
    const Shape x = graph_node(call->graph, call->inputs[0])->type.shape;
    Shape kernel;
    NodeId inputs[3];
    uint32_t count = build_inputs(call, false, inputs, &kernel);
    if (!count)
        return NODE_NONE;
    ConvAttrs attrs = conv_call_attrs(call, &x, &kernel.dim[2]);
    return graph_add(call->graph, call->diag, OP_conv, inputs, count, &attrs, call->path, call->span);
}

NodeId conv_transpose_build(const OpCall *call)
{
    const Shape x = graph_node(call->graph, call->inputs[0])->type.shape;
    Shape kernel;
    NodeId inputs[3];
    uint32_t count = build_inputs(call, true, inputs, &kernel);
    if (!count)
        return NODE_NONE;
    const OpArg *output_pad = op_arg(call, "output_pad");
    ConvTransposeAttrs attrs = {.conv = conv_call_attrs(call, &x, &kernel.dim[2]),
                                .output_pad = {output_pad->ints[0], output_pad->ints[1]}};
    return graph_add(call->graph, call->diag, OP_conv_transpose, inputs, count, &attrs, call->path, call->span);
}
