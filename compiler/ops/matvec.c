/* matvec.c - fully connected layers: y[n, o] = b[o] + sum over i of W[o, i] * x[n, i].
 * Inputs: x [N, I], weight [O, I], and, if there is a bias, [O]. */
#include "ops/rules.h"
#include "ops/weight.h"

enum { FC_X, FC_WEIGHT, FC_BIAS };

static bool check_vector(Diag *diag, Span span, Arena *arena, const Shape *x)
{
    if (x->rank == 2)
        return true;
    diag_error(diag, span, "fc takes a vector, this is %s", shape_text(arena, x));
    if (x->rank > 2)
        diag_hint(diag, "-> flatten");
    return false;
}

static bool fc_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    if (!check_f32(graph, node, diag))
        return false;
    const Shape *x = &graph_input_node(graph, node, FC_X)->type.shape;
    const Shape *weight = &graph_input_node(graph, node, FC_WEIGHT)->type.shape;
    if (!check_vector(diag, node->span, graph->arena, x))
        return false;
    if (weight->rank != 2 || weight->dim[1] != x->dim[1]) {
        diag_error(diag, node->span, "fc: weight %s does not fit %lld inputs", shape_full_text(graph->arena, weight),
                   (long long)x->dim[1]);
        return false;
    }
    if (!check_bias(graph, node, diag, weight->dim[0], "outputs"))
        return false;
    *result = (Type){.dtype = DT_F32, .shape = SHAPE(x->dim[0], weight->dim[0])};
    return true;
}

/* Four partial sums, so that additions do not wait for each other. */
static double dot(const double *a, const double *b, int64_t count)
{
    double sum[4] = {0, 0, 0, 0};
    int64_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (int k = 0; k < 4; k++)
            sum[k] += a[i + k] * b[i + k];
    for (; i < count; i++)
        sum[0] += a[i] * b[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static void fc_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    int64_t batch = result->shape.dim[0], outputs = result->shape.dim[1], length = inputs[FC_X]->shape.dim[1];
    for (int64_t n = 0; n < batch; n++)
        for (int64_t o = 0; o < outputs; o++)
            result->at[n * outputs + o] =
                dot(inputs[FC_X]->at + n * length, inputs[FC_WEIGHT]->at + o * length, length) +
                (node->input_count > FC_BIAS ? inputs[FC_BIAS]->at[o] : 0);
}

static int64_t fc_macs(const Graph *graph, const Node *node)
{
    return shape_count(&node->type.shape) * graph_input_node(graph, node, FC_X)->type.shape.dim[1];
}

static Window fc_window(const Graph *graph, const Node *node, int axis)
{
    (void)graph;
    (void)node;
    (void)axis;
    return (Window){.size = 1, .stride = 1, .dilation = 1, .everything = true};
}

/* ---- the call ---- */

/* [in] is one output, [out, in] that many. */
static bool given_shape(const OpCall *call, const OpArg *arg, int64_t length, Shape *weight)
{
    Shape given = weight_shape(call, arg);
    const OpArg *out = op_arg(call, "out");
    if (given.rank < 1 || given.rank > 2 || given.dim[given.rank - 1] != length) {
        diag_error(call->diag, arg->span, "fc: weight %s does not fit %lld inputs",
                   shape_full_text(call->graph->arena, &given), (long long)length);
        return false;
    }
    *weight = SHAPE(given.rank == 2 ? given.dim[0] : 1, length);
    if (out->present && out->ints[0] != weight->dim[0]) {
        diag_error(call->diag, out->span, "'out' is %lld, the weight has %lld rows", (long long)out->ints[0],
                   (long long)weight->dim[0]);
        return false;
    }
    return true;
}

static bool weight_rows(const OpCall *call, int64_t length, Shape *weight)
{
    const OpArg *arg = op_arg(call, "weight"), *out = op_arg(call, "out");
    WeightForm form = weight_form(arg);
    if (form == WEIGHT_LIST || form == WEIGHT_TENSOR)
        return given_shape(call, arg, length, weight);
    if (!out->present) {
        diag_error(call->diag, call->span, "fc needs 'out'");
        return false;
    }
    *weight = SHAPE(out->ints[0], length);
    return true;
}

static NodeId fc_build(const OpCall *call)
{
    const Shape x = graph_node(call->graph, call->inputs[0])->type.shape;
    WeightSpec spec = {.name = "weight", .role = ROLE_KERNEL, .trainable = !op_arg(call, "frozen")->boolean};
    if (!check_vector(call->diag, call->span, call->graph->arena, &x) || !weight_rows(call, x.dim[1], &spec.shape))
        return NODE_NONE;
    spec.fan_in = x.dim[1];
    NodeId inputs[3] = {call->inputs[0], build_weight(call, op_arg(call, "weight"), &spec)};
    if (node_is_none(inputs[FC_WEIGHT]))
        return NODE_NONE;
    uint32_t count = 2;
    if (wants_bias(op_arg(call, "bias"), op_arg(call, "weight"))) {
        inputs[FC_BIAS] = build_bias(call, spec.shape.dim[0]);
        if (node_is_none(inputs[FC_BIAS]))
            return NODE_NONE;
        count = 3;
    }
    return graph_add(call->graph, call->diag, OP_fc, inputs, count, NULL, call->path, call->span);
}

static const OpParam params[] = {
    {.name = "out", .kind = PARAM_INT, .bounded = true, .least = 1},
    {.name = "bias", .kind = PARAM_WEIGHT, .words = "false true"},
    {.name = "weight", .kind = PARAM_WEIGHT},
    {.name = "frozen", .kind = PARAM_BOOL, .fallback = "false"},
};

const Op op_fc = {
    .family = FAMILY_MATVEC,
    .least_inputs = 1,
    .most_inputs = 1,
    .least_operands = 1,
    .most_operands = 2,
    .params = params,
    .param_count = COUNT_OF(params),
    .build = fc_build,
    .type = fc_type,
    .reference = fc_reference,
    .macs = fc_macs,
    .window = fc_window,
    .tolerance = 1e-5,
    .operand_names = "x weight bias",
    .source = "ONNX Gemm",
};
