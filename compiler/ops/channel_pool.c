/* channel_pool.c - maximum and mean of runs of consecutive channels (the maximum is known as maxout). NaN as in pool.c.
 */
#include "ops/channel_pool.h"

#include <math.h>

#include "ops/reach.h"
#include "ops/rules.h"

static bool channel_pool_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    int64_t group = ((const ChannelPoolAttrs *)node->attrs)->group;
    if (!type_same(graph, node, diag, result))
        return false;
    if (result->shape.rank < 2) {
        diag_error(diag, node->span, "%s takes channels, this is %s", op_name(node->op), input_text(graph, node, 0));
        return false;
    }
    if (group < 1 || result->shape.dim[1] % group) {
        diag_error(diag, node->span, "group=%lld does not divide %lld channels", (long long)group,
                   (long long)result->shape.dim[1]);
        return false;
    }
    result->shape.dim[1] /= group;
    return true;
}

static void pool_run(double *y, const double *x, int64_t group, int64_t inner, bool mean)
{
    for (int64_t i = 0; i < inner; i++) {
        double value = mean ? 0 : -INFINITY;
        for (int64_t g = 0; g < group; g++) {
            double next = x[g * inner + i];
            value = mean ? value + next : next > value ? next : value;
        }
        y[i] = mean ? value / (double)group : value;
    }
}

static void channel_pool_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    int64_t group = ((const ChannelPoolAttrs *)node->attrs)->group;
    AxisRun run = axis_run(&result->shape, 1);
    for (int64_t i = 0; i < run.outer * run.length; i++)
        pool_run(result->at + i * run.inner, inputs[0]->at + i * group * run.inner, group, run.inner,
                 node->op == OP_channel_avg);
}

static NodeId channel_pool_build(const OpCall *call)
{
    const OpArg *group = op_arg(call, "group");
    const Shape *x = &graph_node(call->graph, call->inputs[0])->type.shape;
    ChannelPoolAttrs attrs = {.group = group->present ? group->ints[0] : x->rank > 1 ? x->dim[1] : 1};
    return build_with(call, &attrs);
}

static const OpParam params[] = {{.name = "group", .kind = PARAM_INT, .bounded = true, .least = 1}};

static const OpAttr attrs_of_group[] = {{"group", ATTR_INT, offsetof(ChannelPoolAttrs, group), 1, 0, NULL}};

#define CHANNEL_POOL                                                                                                   \
    .family = FAMILY_CHANNEL_POOL, .least_inputs = 1, .most_inputs = 1, .params = params,                              \
    .param_count = COUNT_OF(params), .build = channel_pool_build, .attrs = attrs_of_group,                             \
    .attr_count = COUNT_OF(attrs_of_group), .attr_bytes = sizeof(ChannelPoolAttrs), .type = channel_pool_type,         \
    .reference = channel_pool_reference, .reach = reach_channels

const Op op_channel_max = {
    CHANNEL_POOL,
    .tolerance = 0,
    .source = "Goodfellow et al. 2013, Maxout Networks",
};

const Op op_channel_avg = {
    CHANNEL_POOL,
    .tolerance = 1e-6,
    .source = "mean over runs of channels",
};
