/* conv_connect.c - convolution with a connection table: each output map sums over input maps of its own choice, as C3
 * of LeNet-5 (LeCun et al. 1998, table I). In the language it is conv with `connect`.
 *
 *   conv(size=5x5, connect=[[0, 1, 2], [1, 2, 3]])    weight [6, 5, 5]: one kernel a connection, in the table's order
 *
 * What a map does not see takes no part in its sum: no weight, no multiply-add, and no NaN passes.
 */
#include "ops/conv.h"

#include "ops/reach.h"
#include "ops/rules.h"
#include "ops/weight.h"

static const ConvConnectAttrs *connect_attrs(const Node *node)
{
    return node->attrs;
}

static int64_t connections(const IntLists *table)
{
    return table->count ? table->ends[table->count - 1] : 0;
}

int64_t conv_connect_most(const ConvConnectAttrs *attrs)
{
    int64_t most = 0, first = 0;
    for (int64_t map = 0; map < attrs->connect.count; first = attrs->connect.ends[map++])
        most = MAX(most, attrs->connect.ends[map] - first);
    return most;
}

static WindowAxis connect_axis(const Graph *graph, const Node *node, int axis)
{
    const ConvAttrs *attrs = &connect_attrs(node)->conv;
    const Shape *weight = &graph_input_node(graph, node, CONV_WEIGHT)->type.shape;
    return window_axis(&weight->dim[1], attrs->stride, attrs->pad, attrs->dilation, axis);
}

/* ---- the table ---- */

static int compare_integers(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* The list of one output map. */
static bool check_list(Diag *diag, Span span, Arena *arena, const IntLists *table, int64_t map, int64_t channels)
{
    int64_t first = map ? table->ends[map - 1] : 0, count = table->ends[map] - first;
    if (!count) {
        diag_error(diag, span, "connect gives output map %lld an empty list", (long long)map);
        return false;
    }
    int64_t *sorted = NEW_ARRAY(arena, int64_t, count);
    memcpy(sorted, table->at + first, (size_t)count * sizeof *sorted);
    qsort(sorted, (size_t)count, sizeof *sorted, compare_integers);
    int64_t stranger = sorted[0] < 0 ? sorted[0] : sorted[count - 1];
    if (stranger < 0 || stranger >= channels) {
        diag_error(diag, span, "connect names map %lld, the input has %lld (0..%lld)", (long long)stranger,
                   (long long)channels, (long long)(channels - 1));
        return false;
    }
    for (int64_t i = 1; i < count; i++)
        if (sorted[i] == sorted[i - 1]) {
            diag_error(diag, span, "connect names map %lld twice for output map %lld", (long long)sorted[i],
                       (long long)map);
            return false;
        }
    return true;
}

static bool check_table(Diag *diag, Span span, Arena *arena, const IntLists *table, int64_t channels)
{
    if (!table->count) {
        diag_error(diag, span, "connect is an empty list");
        return false;
    }
    for (int64_t map = 0; map < table->count; map++)
        if (!check_list(diag, span, arena, table, map, channels))
            return false;
    return true;
}

/* ---- type ---- */

static bool connect_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    if (!check_f32(graph, node, diag) || !check_picture(graph, node, diag))
        return false;
    const Shape *x = &graph_input_node(graph, node, CONV_X)->type.shape;
    const Shape *weight = &graph_input_node(graph, node, CONV_WEIGHT)->type.shape;
    const IntLists *table = &connect_attrs(node)->connect;
    if (!check_table(diag, node->span, graph->arena, table, x->dim[1]) ||
        !check_bias(graph, node, diag, table->count, "output channels"))
        return false;
    if (weight->rank != 3 || weight->dim[0] != connections(table)) {
        diag_error(diag, node->span, "a kernel for %lld connections is [%lld, h, w], this is %s",
                   (long long)connections(table), (long long)connections(table), shape_full_text(graph->arena, weight));
        return false;
    }
    WindowAxis axes[2] = {connect_axis(graph, node, 0), connect_axis(graph, node, 1)};
    int64_t output[2];
    if (!window_output(node, diag, graph->arena, axes, &x->dim[2], false, output))
        return false;
    *result = (Type){.dtype = DT_F32, .shape = SHAPE(x->dim[0], table->count, output[0], output[1])};
    return true;
}

/* ---- reference and facts ---- */

static void connect_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    const Shape *x = &inputs[CONV_X]->shape, *w = &inputs[CONV_WEIGHT]->shape, *y = &result->shape;
    ConvPlane plane = {
        {connect_axis(graph, node, 0), connect_axis(graph, node, 1)}, {x->dim[2], x->dim[3]}, {y->dim[2], y->dim[3]}};
    int64_t in_count = x->dim[2] * x->dim[3], out_count = y->dim[2] * y->dim[3], taps = w->dim[1] * w->dim[2];
    const IntLists *table = &connect_attrs(node)->connect;
    for (int64_t n = 0; n < x->dim[0]; n++) {
        int64_t connection = 0;
        for (int64_t o = 0; o < table->count; o++) {
            double *out = result->at + (n * table->count + o) * out_count;
            for (int64_t i = 0; i < out_count; i++)
                out[i] = node->input_count > CONV_BIAS ? inputs[CONV_BIAS]->at[o] : 0;
            for (; connection < table->ends[o]; connection++)
                conv_add_channel(&plane, out, inputs[CONV_X]->at + (n * x->dim[1] + table->at[connection]) * in_count,
                                 inputs[CONV_WEIGHT]->at + connection * taps);
        }
    }
}

static int64_t connect_macs(const Graph *graph, const Node *node)
{
    const Shape *y = &node->type.shape;
    return shape_count(&graph_input_node(graph, node, CONV_WEIGHT)->type.shape) * y->dim[0] * y->dim[2] * y->dim[3];
}

static Reach connect_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    (void)input;
    if (axis < 2)
        return reach_all(0);
    WindowAxis window = connect_axis(graph, node, axis - 2);
    return reach_window(&window, axis);
}

static void connect_halo(const Graph *graph, const Node *node, int32_t halo[HALO_SIDES])
{
    WindowAxis axes[2] = {connect_axis(graph, node, 0), connect_axis(graph, node, 1)};
    window_halo(axes, &graph_input_node(graph, node, CONV_X)->type.shape.dim[2], &node->type.shape.dim[2], halo);
}

/* ---- the call ---- */

/* What is written beside the table has to agree with it. */
static bool check_call(const OpCall *call, const IntLists *table)
{
    const OpArg *out = op_arg(call, "out"), *groups = op_arg(call, "groups"), *connect = op_arg(call, "connect");
    if (groups->ints[0] != 1) {
        diag_error(call->diag, groups->span, "connect and groups=%lld exclude each other", (long long)groups->ints[0]);
        return false;
    }
    if (out->present && out->ints[0] != table->count) {
        diag_error(call->diag, connect->span, "connect has %lld list%s for %lld output maps", (long long)table->count,
                   plural(table->count), (long long)out->ints[0]);
        return false;
    }
    return true;
}

/* The kernel [connections, h, w]. */
static bool connect_kernel(const OpCall *call, const IntLists *table, Shape *kernel)
{
    const OpArg *arg = op_arg(call, "weight"), *size = op_arg(call, "size");
    WeightForm form = weight_form(arg);
    if (form == WEIGHT_LIST || form == WEIGHT_TENSOR) {
        *kernel = weight_shape(call, arg);
        if (kernel->rank != 3 || kernel->dim[0] != connections(table)) {
            diag_error(call->diag, arg->span, "a kernel for %lld connections is [%lld, h, w], this is %s",
                       (long long)connections(table), (long long)connections(table),
                       shape_full_text(call->graph->arena, kernel));
            return false;
        }
        if (size->present && (size->ints[0] != kernel->dim[1] || size->ints[1] != kernel->dim[2])) {
            diag_error(call->diag, size->span, "'size' is %lldx%lld, the kernel is %lldx%lld", (long long)size->ints[0],
                       (long long)size->ints[1], (long long)kernel->dim[1], (long long)kernel->dim[2]);
            return false;
        }
        return true;
    }
    if (!size->present) {
        diag_error(call->diag, call->span, "conv needs 'size'");
        return false;
    }
    *kernel = SHAPE(connections(table), size->ints[0], size->ints[1]);
    return true;
}

NodeId conv_connect_build(const OpCall *call)
{
    const Shape x = graph_node(call->graph, call->inputs[0])->type.shape;
    const OpArg *connect = op_arg(call, "connect"), *weight = op_arg(call, "weight");
    const IntLists *table = &connect->lists;
    WeightSpec spec = {.name = "weight", .role = ROLE_KERNEL, .trainable = !op_arg(call, "frozen")->boolean};
    if (x.rank != 4) {
        diag_error(call->diag, call->span, "conv takes channels x height x width, this is %s",
                   shape_text(call->graph->arena, &x));
        return NODE_NONE;
    }
    if (!check_call(call, table) || !check_table(call->diag, connect->span, call->graph->arena, table, x.dim[1]) ||
        !connect_kernel(call, table, &spec.shape))
        return NODE_NONE;
    if (shape_fits(&spec.shape)) /* the mean over all maps; of a kernel that does not fit, none is needed */
        spec.fan_in = MAX(shape_count(&spec.shape) / table->count, 1);
    NodeId inputs[3] = {call->inputs[0], build_weight(call, weight, &spec)};
    uint32_t count = 2;
    if (node_is_none(inputs[CONV_WEIGHT]))
        return NODE_NONE;
    if (wants_bias(op_arg(call, "bias"), weight)) {
        inputs[count++] = build_bias(call, table->count);
        if (node_is_none(inputs[CONV_BIAS]))
            return NODE_NONE;
    }
    ConvConnectAttrs attrs = {.conv = conv_call_attrs(call, &x, &spec.shape.dim[1]), .connect = *table};
    return graph_add(call->graph, call->diag, OP_conv_connect, inputs, count, &attrs, call->path, call->span);
}

static const OpAttr attrs[] = {
    {"stride", ATTR_INT, offsetof(ConvConnectAttrs, conv.stride), 2, 0, NULL},
    {"pad", ATTR_INT, offsetof(ConvConnectAttrs, conv.pad), HALO_SIDES, 0, NULL},
    {"dilation", ATTR_INT, offsetof(ConvConnectAttrs, conv.dilation), 2, 0, NULL},
    {"connect", ATTR_LISTS, offsetof(ConvConnectAttrs, connect), 1, 0, NULL},
};

const Op op_conv_connect = {
    .family = FAMILY_CONV_CONNECT,
    .least_inputs = 1,
    .most_inputs = 1,
    .least_operands = 1,
    .most_operands = 2,
    .attrs = attrs,
    .attr_count = COUNT_OF(attrs),
    .attr_bytes = sizeof(ConvConnectAttrs),
    .type = connect_type,
    .reference = connect_reference,
    .macs = connect_macs,
    .reach = connect_reach,
    .halo = connect_halo,
    .tolerance = 1e-5,
    .operand_names = "x weight bias",
    .source = "LeCun et al. 1998, table I",
};
