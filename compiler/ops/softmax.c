/* softmax.c - exp(x - m) / sum exp(x - m) along an axis, m being the largest x: nothing overflows. */
#include "ops/softmax.h"

#include <math.h>

#include "ops/reach.h"
#include "ops/rules.h"

static bool softmax_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    int64_t axis = ((const SoftmaxAttrs *)node->attrs)->axis;
    if (!type_same(graph, node, diag, result))
        return false;
    if (axis < 1 || axis >= result->shape.rank) {
        diag_error(diag, node->span, "softmax along axis %lld, but %s has %s", (long long)axis - 1,
                   input_text(graph, node, 0), axes_text(graph, &result->shape));
        return false;
    }
    return true;
}

static void softmax_run(double *y, const double *x, int64_t length, int64_t step)
{
    double largest = -INFINITY, sum = 0;
    for (int64_t i = 0; i < length; i++)
        largest = x[i * step] > largest ? x[i * step] : largest;
    for (int64_t i = 0; i < length; i++)
        sum += y[i * step] = exp(x[i * step] - largest);
    for (int64_t i = 0; i < length; i++)
        y[i * step] /= sum;
}

static void softmax_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    AxisRun run = axis_run(&result->shape, (int)((const SoftmaxAttrs *)node->attrs)->axis);
    for (int64_t o = 0; o < run.outer; o++)
        for (int64_t i = 0; i < run.inner; i++) {
            int64_t first = o * run.length * run.inner + i;
            softmax_run(result->at + first, inputs[0]->at + first, run.length, run.inner);
        }
}

static Reach softmax_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    (void)graph;
    (void)input;
    return ((const SoftmaxAttrs *)node->attrs)->axis == axis ? reach_all(axis) : reach_own(axis);
}

static NodeId softmax_build(const OpCall *call)
{
    SoftmaxAttrs attrs = {.axis = MIN(op_arg(call, "axis")->ints[0], MAX_RANK) + 1};
    return build_with(call, &attrs);
}

static const OpParam params[] = {{.name = "axis", .kind = PARAM_INT, .fallback = "0", .bounded = true}};

static const OpAttr attrs_of_softmax[] = {{"axis", ATTR_INT, offsetof(SoftmaxAttrs, axis), 1, 0, NULL}};

const Op op_softmax = {
    .family = FAMILY_SOFTMAX,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = params,
    .param_count = COUNT_OF(params),
    .build = softmax_build,
    .attrs = attrs_of_softmax,
    .attr_count = COUNT_OF(attrs_of_softmax),
    .attr_bytes = sizeof(SoftmaxAttrs),
    .type = softmax_type,
    .reference = softmax_reference,
    .reach = softmax_reach,
    .tolerance = 1e-5,
    .source = "ONNX Softmax",
};
