/* single.c - a Graph without a batch (see form.h). The language has no batch axis, and ONNX none that is special.
 *
 * Where axis 0 goes untouched through the whole net, as the examples of a batch do, one example is left of it. Else a
 * value [1, C, H, W] stays, and one of any other length there gets an axis in front: [4420, 2] becomes [1, 4420, 2].
 * Layers that compute along given axes (conv, maxpool) take such values example by example.
 */
#include "ops/concat.h"
#include "ops/conv.h"
#include "ops/reduce.h"
#include "ops/resample.h"
#include "ops/slice.h"
#include "ops/softmax.h"
#include "ops/source.h"
#include "ops/squeeze.h"
#include "ops/transpose.h"
#include "ops/view.h"
#include "source/form.h"

enum { MOST_EXAMPLES = 64 }; /* that are taken one by one */

typedef struct Single {
    const Graph *from;
    Graph *to;
    Diag *diag;
    NodeId *map;
    int64_t batch; /* axis 0 of all values, when nothing is done along it; 0: something is */
} Single;

/* ---- whether axis 0 is a batch ---- */

static bool is_const(const Graph *graph, NodeId id)
{
    return graph_node(graph, id)->op == OP_const;
}

static bool is_broadcast_map(const Node *node)
{
    const Op *row = op_row(node->op);
    return row->family == FAMILY_MAP && !row->channelwise;
}

/* A known operand that is the same for each example. */
static bool is_shared(const Graph *graph, const Node *node, NodeId id)
{
    const Shape *shape = &graph_node(graph, id)->type.shape;
    return shape->rank < node->type.shape.rank || shape->dim[0] == 1;
}

static bool goes_along(const Node *node)
{
    const void *attrs = node->attrs;
    switch (node->op) {
    case OP_transpose:
        return ((const TransposeAttrs *)attrs)->order[0] == 0;
    case OP_softmax:
        return ((const SoftmaxAttrs *)attrs)->axis != 0;
    case OP_concat:
        return ((const ConcatAttrs *)attrs)->axis != 0;
    case OP_slice: /* it may turn round */
        return ((const SliceAttrs *)attrs)->step[0] == 1;
    case OP_resample:
        return ((const ResampleAttrs *)attrs)->axis != 0;
    case OP_reduce_mean:
    case OP_reduce_sum:
    case OP_reduce_max:
    case OP_reduce_min:
    case OP_argmax:
        return !reduces_axis(attrs, 0);
    default:
        return true;
    }
}

static bool keeps_batch(const Graph *graph, const Node *node, int64_t batch)
{
    if (node->op == OP_const)
        return true;
    bool keeps = node->type.shape.rank > 0 && node->type.shape.dim[0] == batch && goes_along(node);
    for (uint32_t i = 0; keeps && i < node->input_count; i++) {
        const NodeId input = graph_input(graph, node, i);
        const bool is_operand = !is_broadcast_map(node) && node->op != OP_concat && i >= op_row(node->op)->least_inputs;
        if (is_const(graph, input))
            keeps = is_operand || (is_broadcast_map(node) && is_shared(graph, node, input));
        else
            keeps = !is_operand && graph_node(graph, input)->type.shape.dim[0] == batch;
    }
    return keeps;
}

/* The length of axis 0 that all values have and no layer touches; 0: there is none. */
static int64_t batch_of(const Graph *graph)
{
    if (!graph->inputs.count)
        return 0;
    const int64_t batch = graph_node(graph, graph->inputs.at[0].node)->type.shape.dim[0];
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (!keeps_batch(graph, &graph->nodes.at[i], batch))
            return 0;
    return batch;
}

/* ---- values ---- */

static Shape raised(const Shape *shape)
{
    Shape result = {.rank = shape->rank + 1, .dim = {1}};
    for (int i = 0; i < shape->rank && i + 1 < MAX_RANK; i++)
        result.dim[i + 1] = shape->dim[i];
    return result;
}

/* The shape that a value has from now on. */
static Shape single_shape(const Single *single, const Shape *shape)
{
    if (single->batch) {
        Shape result = *shape;
        result.dim[0] = 1;
        return result;
    }
    return shape->rank > 0 && shape->dim[0] == 1 ? *shape : raised(shape);
}

static NodeId add(Single *single, OpId op, const NodeId *inputs, uint32_t count, const void *attrs, const Node *like)
{
    for (uint32_t i = 0; i < count; i++)
        if (node_is_none(inputs[i]))
            return NODE_NONE;
    const NodeId id = graph_add(single->to, single->diag, op, inputs, count, attrs, like->path, like->span);
    if (!node_is_none(id)) {
        graph_node(single->to, id)->block = like->block;
        graph_node(single->to, id)->device = MAX(like->device, 0);
    }
    return id;
}

/* Under another shape: of a view what it is a view of. */
static NodeId shaped(Single *single, NodeId id, const Shape *shape, const Node *like)
{
    if (!node_is_none(id) && graph_node(single->to, id)->op == OP_reshape)
        id = graph_input(single->to, graph_node(single->to, id), 0);
    if (node_is_none(id) || shape_equal(&graph_node(single->to, id)->type.shape, shape))
        return id;
    if (shape->rank > MAX_RANK) {
        diag_error(single->diag, like->span, "a value of layer '%s' has more than %d axes", like->path, MAX_RANK - 1);
        return NODE_NONE;
    }
    const ReshapeAttrs attrs = reshape_attrs(shape);
    return add(single, OP_reshape, &id, 1, &attrs, like);
}

static const Shape *input_shape(const Single *single, const Node *node, uint32_t i)
{
    return &graph_input_node(single->from, node, i)->type.shape;
}

static NodeId mapped(const Single *single, const Node *node, uint32_t i)
{
    return single->map[graph_input(single->from, node, i).index];
}

/* Input i with an axis in front, whatever it has there. */
static NodeId raised_input(Single *single, const Node *node, uint32_t i)
{
    const Shape shape = raised(input_shape(single, node, i));
    return shaped(single, mapped(single, node, i), &shape, node);
}

/* An input that is broadcast. Numbers stay numbers. */
static NodeId broadcast_input(Single *single, const Node *node, uint32_t i)
{
    const Shape *shape = input_shape(single, node, i);
    if (!shape->rank || single->batch || !is_const(single->from, graph_input(single->from, node, i)))
        return mapped(single, node, i);
    const Shape result = single_shape(single, shape);
    return shaped(single, mapped(single, node, i), &result, node);
}

/* Weight i of a layer in that shape. One that the net computes is a value before, with an axis in front of those. */
static NodeId operand(Single *single, const Node *node, uint32_t i, const Shape *shape)
{
    if (is_const(single->from, graph_input(single->from, node, i)))
        return shaped(single, mapped(single, node, i), shape, node);
    const Shape value = raised(shape);
    const NodeId id = shaped(single, mapped(single, node, i), &value, node);
    const ReshapeAttrs attrs = reshape_attrs(shape);
    return add(single, OP_reshape, &id, 1, &attrs, node);
}

/* ---- layers along axes that they name ---- */

static NodeId raised_axes(Single *single, const Node *node, NodeId x)
{
    switch (node->op) {
    case OP_transpose: {
        const TransposeAttrs *attrs = node->attrs;
        TransposeAttrs more = {.rank = attrs->rank + 1};
        for (int64_t i = 0; i < attrs->rank; i++)
            more.order[i + 1] = attrs->order[i] + 1;
        return add(single, node->op, &x, 1, &more, node);
    }
    case OP_softmax: {
        const SoftmaxAttrs more = {.axis = ((const SoftmaxAttrs *)node->attrs)->axis + 1};
        return add(single, node->op, &x, 1, &more, node);
    }
    case OP_resample: {
        ResampleAttrs more = *(const ResampleAttrs *)node->attrs;
        more.axis++;
        return add(single, node->op, &x, 1, &more, node);
    }
    case OP_slice: {
        const SliceAttrs *attrs = node->attrs;
        SliceAttrs more = slice_whole(&graph_node(single->to, x)->type.shape);
        for (int64_t i = 0; i < attrs->sizes; i++) {
            more.begin[i + 1] = attrs->begin[i];
            more.size[i + 1] = attrs->size[i];
            more.step[i + 1] = attrs->step[i];
        }
        return add(single, node->op, &x, 1, &more, node);
    }
    default: {
        ReduceAttrs more = *(const ReduceAttrs *)node->attrs;
        for (int64_t i = 0; i < more.count; i++)
            more.axes[i]++;
        return add(single, node->op, &x, 1, &more, node);
    }
    }
}

static bool names_axes(OpId op)
{
    return op == OP_transpose || op == OP_softmax || op == OP_resample || op == OP_slice ||
           op_row(op)->family == FAMILY_REDUCE;
}

/* Whether axis 0 is 1 before and behind, and nothing is done along it: the layer may stay as it is. */
static bool is_single(const Single *single, const Node *node)
{
    bool is = node->type.shape.rank > 0 && node->type.shape.dim[0] == 1 && goes_along(node);
    const uint32_t count = node->op == OP_concat ? node->input_count : 1;
    for (uint32_t i = 0; is && i < count; i++) {
        const Shape *shape = input_shape(single, node, i);
        is = shape->rank > 0 && shape->dim[0] == 1;
    }
    return is;
}

/* A slice [1, 1, ...] that takes all along axis 1, without it. */
static bool has_idle_axis(const Single *single, const Node *node)
{
    const Shape *shape = input_shape(single, node, 0);
    return node->op == OP_slice && shape->rank > 2 && shape->dim[0] == 1 && shape->dim[1] == 1;
}

static NodeId without_idle_axis(Single *single, const Node *node)
{
    const Shape *shape = input_shape(single, node, 0);
    Shape slim = *shape;
    SliceAttrs attrs = *(const SliceAttrs *)node->attrs;
    int from = 0;
    while (from + 2 < shape->rank && shape->dim[from + 1] == 1)
        from++;
    slim.rank -= from;
    for (int i = 1; i < slim.rank; i++) {
        slim.dim[i] = shape->dim[i + from];
        attrs.begin[i] = attrs.begin[i + from];
        attrs.size[i] = attrs.size[i + from];
        attrs.step[i] = attrs.step[i + from];
    }
    attrs.begins = attrs.sizes = attrs.steps = slim.rank;
    return add(single, OP_slice, (NodeId[]){shaped(single, mapped(single, node, 0), &slim, node)}, 1, &attrs, node);
}

static NodeId along_axes(Single *single, const Node *node)
{
    const NodeId x = raised_input(single, node, 0);
    return node_is_none(x) ? x : raised_axes(single, node, x);
}

static NodeId concat(Single *single, const Node *node)
{
    NodeId *inputs = NEW_ARRAY(single->to->arena, NodeId, node->input_count);
    for (uint32_t i = 0; i < node->input_count; i++)
        inputs[i] = raised_input(single, node, i);
    const ConcatAttrs more = {.axis = ((const ConcatAttrs *)node->attrs)->axis + 1};
    return add(single, node->op, inputs, node->input_count, &more, node);
}

/* ---- layers of pictures and vectors ---- */

/* The layer itself; x is given, its weights follow. */
static NodeId layer_of(Single *single, const Node *node, NodeId x)
{
    NodeId *inputs = NEW_ARRAY(single->to->arena, NodeId, node->input_count);
    inputs[0] = x;
    for (uint32_t i = 1; i < node->input_count; i++)
        inputs[i] = operand(single, node, i, input_shape(single, node, i));
    return add(single, node->op, inputs, node->input_count, node->attrs, node);
}

/* One layer after another for the examples of x. */
static NodeId one_by_one(Single *single, const Node *node)
{
    const Shape *shape = input_shape(single, node, 0);
    const int64_t count = shape->dim[0];
    if (count > MOST_EXAMPLES) {
        diag_error(single->diag, node->span, "layer '%s' computes %lld examples in a net where they are mixed later",
                   node->path, (long long)count);
        diag_hint(single->diag, "at most %d become layers of their own", (int)MOST_EXAMPLES);
        return NODE_NONE;
    }
    const NodeId x = raised_input(single, node, 0);
    if (node_is_none(x))
        return NODE_NONE;
    Shape one = *shape, result = raised(&node->type.shape);
    one.dim[0] = result.dim[1] = 1;
    NodeId *parts = NEW_ARRAY(single->to->arena, NodeId, count);
    for (int64_t i = 0; i < count; i++) {
        SliceAttrs slice = slice_whole(&graph_node(single->to, x)->type.shape);
        slice.begin[1] = i;
        slice.size[1] = 1;
        const NodeId part = shaped(single, add(single, OP_slice, &x, 1, &slice, node), &one, node);
        parts[i] = node_is_none(part) ? part : shaped(single, layer_of(single, node, part), &result, node);
    }
    return add(single, OP_concat, parts, (uint32_t)count, &(ConcatAttrs){.axis = 1}, node);
}

/* y[m, o] = sum over k of W[o, k] x[m, k], as a 1x1 convolution of a column of M pixels with K channels. */
static NodeId rows_product(Single *single, const Node *node)
{
    enum { X, WEIGHT, BIAS };
    const Shape *x = input_shape(single, node, X), *weight = input_shape(single, node, WEIGHT);
    const int64_t rows = x->dim[0], inner = x->dim[1], outer = weight->dim[0];
    const TransposeAttrs turn = {.rank = 3, .order = {0, 2, 1}};
    const ConvAttrs attrs = {.stride = {1, 1}, .dilation = {1, 1}, .groups = 1};
    const Shape kernel = SHAPE(outer, inner, 1, 1), column = SHAPE(1, inner, rows, 1), product = SHAPE(1, outer, rows);
    const NodeId turned = add(single, OP_transpose, (NodeId[]){raised_input(single, node, X)}, 1, &turn, node);
    NodeId inputs[3] = {shaped(single, turned, &column, node)};
    inputs[WEIGHT] = operand(single, node, WEIGHT, &kernel);
    if (node->input_count > BIAS)
        inputs[BIAS] = operand(single, node, BIAS, input_shape(single, node, BIAS));
    const NodeId y = shaped(single, add(single, OP_conv, inputs, node->input_count, &attrs, node), &product, node);
    return node_is_none(y) ? y : add(single, OP_transpose, &y, 1, &turn, node);
}

/* ---- the graph ---- */

/* With axes of 1 behind the batch, as the language adds them where values of other ranks meet. */
static NodeId with_rank(Single *single, NodeId id, int rank, const Node *like)
{
    const int have = node_is_none(id) ? 0 : graph_node(single->to, id)->type.shape.rank;
    if (!have || have == rank)
        return id;
    SqueezeAttrs attrs = {.count = rank - have};
    for (int i = 0; i < rank - have; i++)
        attrs.axes[i] = i + 1;
    return add(single, OP_unsqueeze, &id, 1, &attrs, like);
}

static NodeId map_node(Single *single, const Node *node)
{
    NodeId *inputs = NEW_ARRAY(single->to->arena, NodeId, node->input_count);
    int rank = 0;
    for (uint32_t i = 0; i < node->input_count; i++) {
        inputs[i] = broadcast_input(single, node, i);
        if (node_is_none(inputs[i]))
            return NODE_NONE;
        rank = MAX(rank, graph_node(single->to, inputs[i])->type.shape.rank);
    }
    for (uint32_t i = 0; i < node->input_count; i++)
        inputs[i] = with_rank(single, inputs[i], rank, node);
    return add(single, node->op, inputs, node->input_count, node->attrs, node);
}

/* A layer that does nothing along axis 0, of single examples. */
static NodeId as_it_is(Single *single, const Node *node)
{
    if (node->op == OP_concat)
        return map_node(single, node);
    if (node->op != OP_slice)
        return layer_of(single, node, mapped(single, node, 0));
    SliceAttrs attrs = *(const SliceAttrs *)node->attrs;
    attrs.begin[0] = 0;
    attrs.size[0] = attrs.step[0] = 1;
    const NodeId x = mapped(single, node, 0);
    return add(single, node->op, &x, 1, &attrs, node);
}

static bool takes_all(const Single *single, const Node *node)
{
    const Shape *shape = input_shape(single, node, 0);
    const SliceAttrs *attrs = node->attrs;
    bool all = shape_equal(shape, &node->type.shape);
    for (int i = 0; all && i < shape->rank; i++)
        all = attrs->step[i] == 1 || shape->dim[i] == 1;
    return all;
}

static NodeId layer(Single *single, const Node *node)
{
    if ((op_row(node->op)->family == FAMILY_VIEW && node->op != OP_part) ||
        (node->op == OP_slice && takes_all(single, node)))
        return mapped(single, node, 0);
    if (is_broadcast_map(node))
        return map_node(single, node);
    if (has_idle_axis(single, node))
        return without_idle_axis(single, node);
    if (single->batch || is_single(single, node))
        return as_it_is(single, node);
    if (node->op == OP_concat)
        return concat(single, node);
    if (names_axes(node->op))
        return along_axes(single, node);
    return node->op == OP_fc ? rows_product(single, node) : one_by_one(single, node);
}

static NodeId rewritten(Single *single, NodeId id)
{
    const Node *node = graph_node(single->from, id);
    if (node->op == OP_const)
        return graph_copy_node(single->to, single->from, id, NULL);
    const Shape shape = single_shape(single, &node->type.shape);
    if (node->op == OP_input) {
        const Port *port = &single->from->inputs.at[((const InputAttrs *)node->attrs)->port];
        Type type = node->type;
        type.shape = shape;
        if (shape.rank <= (type.dtype == DT_U8 ? 4 : MAX_RANK))
            return graph_add_input(single->to, port->name, type, port->picture, port->span);
        diag_error(single->diag, port->span, "input '%s' has too many axes", port->name);
        return NODE_NONE;
    }
    return shaped(single, layer(single, node), &shape, node);
}

Graph *source_single(const Graph *net, Diag *diag)
{
    Single single = {.from = net,
                     .to = graph_new_like(net),
                     .diag = diag,
                     .map = NEW_ARRAY(net->arena, NodeId, net->nodes.count),
                     .batch = batch_of(net)};
    for (uint32_t i = 0; i < net->nodes.count; i++) {
        single.map[i] = rewritten(&single, (NodeId){i});
        if (node_is_none(single.map[i]))
            return NULL;
    }
    for (uint32_t i = 0; i < net->outputs.count; i++) {
        const Port *port = &net->outputs.at[i];
        graph_add_output(single.to, port->name, single.map[port->node.index], port->span);
    }
    return single.to;
}
