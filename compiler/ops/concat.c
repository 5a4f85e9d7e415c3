/* concat.c - tensors one after another along an axis; all other dimensions are equal.
 *
 * `join` is the same value, made without a kernel: each input is written to where it stands in the whole, so that it
 * has to be a run of the whole's elements. No model says it; pass/concat.c finds it. */
#include "ops/concat.h"

#include "ops/pool.h"
#include "ops/reach.h"
#include "ops/rules.h"

/* Follows first inputs back to a pool whose rounding made the value smaller than it might be. */
static bool comes_from_rounding_pool(const Graph *graph, NodeId value)
{
    for (;;) {
        const Node *node = graph_node(graph, value);
        if ((node->op == OP_maxpool || node->op == OP_avgpool) && pool_rounds_down(graph, node))
            return true;
        if (node->input_count == 0)
            return false;
        value = graph_input(graph, node, 0);
    }
}

static void report_differing(const Graph *graph, const Node *node, Diag *diag, uint32_t i, int axis)
{
    const Shape *first = &graph_input_node(graph, node, 0)->type.shape;
    const Shape *other = &graph_input_node(graph, node, i)->type.shape;
    bool spatial = first->rank == 4 && axis > 1;
    uint32_t smaller = first->dim[axis] < other->dim[axis] ? 0 : i;
    bool rounding = spatial && comes_from_rounding_pool(graph, graph_input(graph, node, smaller));
    diag_error(diag, node->span, "%s: %s %lld and %lld differ%s", op_name(node->op),
               axis_name(graph, first->rank, axis), (long long)first->dim[axis], (long long)other->dim[axis],
               rounding ? "; a pool rounds down there" : "");
    note_input(graph, node, diag, 0);
    note_input(graph, node, diag, i);
    if (rounding)
        diag_hint(diag, "ceil=true");
}

static bool concat_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    int64_t axis = ((const ConcatAttrs *)node->attrs)->axis;
    if (!type_same(graph, node, diag, result))
        return false;
    Shape *shape = &result->shape;
    if (axis < 1 || axis >= shape->rank) {
        diag_error(diag, node->span, "%s along axis %lld, but %s has %s", op_name(node->op), (long long)axis - 1,
                   input_text(graph, node, 0), axes_text(graph, shape));
        return false;
    }
    for (uint32_t i = 1; i < node->input_count; i++) {
        const Shape *next = &graph_input_node(graph, node, i)->type.shape;
        if (next->rank != shape->rank) {
            diag_error(diag, node->span, "%s: %s and %s have not as many axes", op_name(node->op),
                       input_text(graph, node, 0), input_text(graph, node, i));
            return false;
        }
        for (int k = 0; k < shape->rank; k++) {
            if (k != axis && next->dim[k] != shape->dim[k]) {
                report_differing(graph, node, diag, i, k);
                return false;
            }
        }
        shape->dim[axis] = MIN(shape->dim[axis] + next->dim[axis], LIMIT_DIMENSION + 1);
    }
    return true;
}

bool concat_is_run(const Shape *shape, int64_t axis)
{
    return axis_run(shape, (int)axis).outer == 1;
}

static bool join_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    if (!check_f32(graph, node, diag) || !concat_type(graph, node, diag, result))
        return false;
    if (concat_is_run(&result->shape, ((const ConcatAttrs *)node->attrs)->axis))
        return true;
    diag_error(diag, node->span, "join: %s does not lie in one piece in %s", input_text(graph, node, 0),
               shape_full_text(graph->arena, &result->shape));
    return false;
}

static void concat_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    int axis = (int)((const ConcatAttrs *)node->attrs)->axis;
    AxisRun run = axis_run(&result->shape, axis);
    double *to = result->at;
    for (int64_t o = 0; o < run.outer; o++)
        for (uint32_t i = 0; i < node->input_count; i++) {
            int64_t count = inputs[i]->shape.dim[axis] * run.inner;
            memcpy(to, inputs[i]->at + o * count, (size_t)count * sizeof(double));
            to += count;
        }
}

/* Along the axis, places are shifted by those of the inputs before. */
static Reach concat_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    Reach reach = reach_own(axis);
    for (uint32_t i = 0; i < input && ((const ConcatAttrs *)node->attrs)->axis == axis; i++)
        reach.shift -= graph_input_node(graph, node, i)->type.shape.dim[axis];
    return reach;
}

/* A value without inputs in its history has a batch of 1: it is repeated, multiplied by a column of ones. */
static NodeId repeat_over_batch(const OpCall *call, NodeId value, int64_t batch)
{
    const Node *node = graph_node(call->graph, value);
    if (node->type.shape.rank == 0 || node->type.shape.dim[0] == batch)
        return value;
    Span span = node->span;
    Constant ones = {.kind = CONSTANT_FILL, .path = "", .shape = {node->type.shape.rank, {batch}}, .span = span};
    for (int i = 1; i < ones.shape.rank; i++)
        ones.shape.dim[i] = 1;
    ones.data = NEW_ARRAY(call->graph->arena, float, batch);
    for (int64_t i = 0; i < batch; i++)
        ones.data[i] = 1;
    NodeId operands[] = {value, graph_add_constant(call->graph, &ones)};
    return graph_add(call->graph, call->diag, OP_mul, operands, COUNT_OF(operands), NULL, "", span);
}

static NodeId concat_build(const OpCall *call)
{
    OpCall repeated = *call;
    NodeId *inputs = NEW_ARRAY(call->graph->arena, NodeId, call->input_count);
    int64_t batch = 1;
    for (uint32_t i = 0; i < call->input_count; i++)
        batch = MAX(batch, graph_node(call->graph, call->inputs[i])->type.shape.dim[0]);
    for (uint32_t i = 0; i < call->input_count; i++) {
        inputs[i] = repeat_over_batch(call, call->inputs[i], batch);
        if (node_is_none(inputs[i]))
            return NODE_NONE;
    }
    repeated.inputs = inputs;
    ConcatAttrs attrs = {.axis = MIN(op_arg(call, "axis")->ints[0], MAX_RANK) + 1};
    return build_with(&repeated, &attrs);
}

static const OpParam params[] = {{.name = "axis", .kind = PARAM_INT, .fallback = "0", .bounded = true}};

static const OpAttr attrs_of_concat[] = {{"axis", ATTR_INT, offsetof(ConcatAttrs, axis), 1, 0, NULL}};

const Op op_concat = {
    .family = FAMILY_CONCAT,
    .least_inputs = 2,
    .most_inputs = UINT32_MAX,
    .params = params,
    .param_count = COUNT_OF(params),
    .build = concat_build,
    .attrs = attrs_of_concat,
    .attr_count = COUNT_OF(attrs_of_concat),
    .attr_bytes = sizeof(ConcatAttrs),
    .type = concat_type,
    .reference = concat_reference,
    .reach = concat_reach,
    .tolerance = 0,
    .source = "ONNX Concat",
};

const Op op_join = {
    .family = FAMILY_JOIN,
    .least_inputs = 2,
    .most_inputs = UINT32_MAX,
    .attrs = attrs_of_concat,
    .attr_count = COUNT_OF(attrs_of_concat),
    .attr_bytes = sizeof(ConcatAttrs),
    .type = join_type,
    .reference = concat_reference,
    .reach = concat_reach,
    .source = "ONNX Concat",
};
