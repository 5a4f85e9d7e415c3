/* matvec.c - layers in which every output reads every input.
 *
 *   fc    y[n, o] = b[o] + sum over i of W[o, i] * x[n, i]
 *   rbf   y[n, o] = sum over i of (x[n, i] - W[o, i])^2
 *
 * Inputs: x [N, I], weight [O, I], and, if fc has a bias, [O]. Pictures need not be flattened before: pass/layout.c has
 * layers read x [N, C, H, W] with a weight [O, C, H, W] where x is stored in blocks. */
#include "ops/reach.h"
#include "ops/rules.h"
#include "ops/weight.h"

enum { MATVEC_X, MATVEC_WEIGHT, MATVEC_BIAS };

static bool check_vector(Diag *diag, Span span, Arena *arena, OpId op, const Shape *x)
{
    if (x->rank == 2)
        return true;
    diag_error(diag, span, "%s takes a vector, this is %s", op_name(op), shape_text(arena, x));
    if (x->rank > 2)
        diag_hint(diag, "-> flatten");
    return false;
}

static bool matvec_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    if (!check_f32(graph, node, diag))
        return false;
    const Shape *x = &graph_input_node(graph, node, MATVEC_X)->type.shape;
    const Shape *weight = &graph_input_node(graph, node, MATVEC_WEIGHT)->type.shape;
    if (weight->rank != 4 && !check_vector(diag, node->span, graph->arena, node->op, x))
        return false;
    Shape one = *x, row = *weight; /* an example, and the weights of an output */
    one.dim[0] = row.dim[0] = 1;
    if (!shape_equal(&one, &row)) {
        diag_error(diag, node->span, "%s: weight %s does not fit %lld inputs", op_name(node->op),
                   shape_full_text(graph->arena, weight), (long long)shape_count(&one));
        return false;
    }
    if (!check_bias(graph, node, diag, weight->dim[0], "outputs"))
        return false;
    *result = (Type){.dtype = DT_F32, .shape = SHAPE(x->dim[0], weight->dim[0])};
    return true;
}

/* Inputs of an example. */
static int64_t length_of(const Shape *x)
{
    return shape_count(x) / x->dim[0];
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

static double squared_distance(const double *a, const double *b, int64_t count)
{
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

static void fc_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    int64_t batch = result->shape.dim[0], outputs = result->shape.dim[1], length = length_of(&inputs[MATVEC_X]->shape);
    for (int64_t n = 0; n < batch; n++)
        for (int64_t o = 0; o < outputs; o++)
            result->at[n * outputs + o] =
                dot(inputs[MATVEC_X]->at + n * length, inputs[MATVEC_WEIGHT]->at + o * length, length) +
                (node->input_count > MATVEC_BIAS ? inputs[MATVEC_BIAS]->at[o] : 0);
}

static void rbf_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    (void)node;
    int64_t batch = result->shape.dim[0], outputs = result->shape.dim[1], length = length_of(&inputs[MATVEC_X]->shape);
    for (int64_t n = 0; n < batch; n++)
        for (int64_t o = 0; o < outputs; o++)
            result->at[n * outputs + o] =
                squared_distance(inputs[MATVEC_X]->at + n * length, inputs[MATVEC_WEIGHT]->at + o * length, length);
}

static int64_t matvec_macs(const Graph *graph, const Node *node)
{
    return shape_count(&node->type.shape) * length_of(&graph_input_node(graph, node, MATVEC_X)->type.shape);
}

static Reach matvec_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    (void)graph;
    (void)node;
    (void)input;
    (void)axis;
    return reach_all(0);
}

/* ---- the call ---- */

/* [in] is one output, [out, in] that many; [out, h, w] are pictures, for inputs that were flattened. */
static bool given_shape(const OpCall *call, const OpArg *arg, int64_t length, Shape *weight)
{
    Shape given = weight_shape(call, arg);
    const OpArg *out = op_arg(call, "out");
    int64_t rows = given.rank >= 2 ? given.dim[0] : 1;
    if (given.rank < 1 || shape_count(&given) != rows * length) {
        diag_error(call->diag, arg->span, "%s: weight %s does not fit %lld inputs", op_name(call->op),
                   shape_full_text(call->graph->arena, &given), (long long)length);
        return false;
    }
    *weight = SHAPE(rows, length);
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
        diag_error(call->diag, call->span, "%s needs 'out'", op_name(call->op));
        return false;
    }
    *weight = SHAPE(out->ints[0], length);
    return true;
}

/* The weight's node and its shape; NODE_NONE after a diagnostic. */
static NodeId matvec_weight(const OpCall *call, WeightRole role, Shape *weight)
{
    const Shape x = graph_node(call->graph, call->inputs[0])->type.shape;
    if (!check_vector(call->diag, call->span, call->graph->arena, call->op, &x) || !weight_rows(call, x.dim[1], weight))
        return NODE_NONE;
    WeightSpec spec = {.name = "weight",
                       .shape = *weight,
                       .role = role,
                       .fan_in = role == ROLE_KERNEL ? x.dim[1] : 0,
                       .trainable = !op_arg(call, "frozen")->boolean};
    return build_weight(call, op_arg(call, "weight"), &spec);
}

static NodeId fc_build(const OpCall *call)
{
    Shape weight;
    NodeId inputs[3] = {call->inputs[0], matvec_weight(call, ROLE_KERNEL, &weight)};
    if (node_is_none(inputs[MATVEC_WEIGHT]))
        return NODE_NONE;
    uint32_t count = 2;
    if (wants_bias(op_arg(call, "bias"), op_arg(call, "weight"))) {
        inputs[MATVEC_BIAS] = build_bias(call, weight.dim[0]);
        if (node_is_none(inputs[MATVEC_BIAS]))
            return NODE_NONE;
        count = 3;
    }
    return graph_add(call->graph, call->diag, OP_fc, inputs, count, NULL, call->path, call->span);
}

static NodeId rbf_build(const OpCall *call)
{
    Shape weight;
    NodeId inputs[2] = {call->inputs[0], matvec_weight(call, ROLE_OTHER, &weight)};
    if (node_is_none(inputs[MATVEC_WEIGHT]))
        return NODE_NONE;
    return graph_add(call->graph, call->diag, OP_rbf, inputs, COUNT_OF(inputs), NULL, call->path, call->span);
}

static const OpParam fc_params[] = {
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
    .params = fc_params,
    .param_count = COUNT_OF(fc_params),
    .build = fc_build,
    .type = matvec_type,
    .reference = fc_reference,
    .macs = matvec_macs,
    .reach = matvec_reach,
    .tolerance = 1e-5,
    .operand_names = "x weight bias",
    .source = "ONNX Gemm",
};

static const OpParam rbf_params[] = {
    {.name = "out", .kind = PARAM_INT, .bounded = true, .least = 1},
    {.name = "weight", .kind = PARAM_WEIGHT},
    {.name = "frozen", .kind = PARAM_BOOL, .fallback = "false"},
};

const Op op_rbf = {
    .family = FAMILY_MATVEC,
    .least_inputs = 1,
    .most_inputs = 1,
    .least_operands = 1,
    .most_operands = 1,
    .params = rbf_params,
    .param_count = COUNT_OF(rbf_params),
    .build = rbf_build,
    .type = matvec_type,
    .reference = rbf_reference,
    .macs = matvec_macs,
    .reach = matvec_reach,
    .tolerance = 1e-5,
    .operand_names = "x weight",
    .source = "LeCun et al. 1998, LeNet-5's output layer",
};
