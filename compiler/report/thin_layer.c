/* thin_layer.c - layers of a net as layers of one channel (see thin.h). */
#include "report/thin_layer.h"
#include "ops/concat.h"
#include "ops/conv.h"
#include "ops/pad.h"
#include "ops/pool.h"
#include "ops/reach.h"
#include "ops/reduce.h"
#include "ops/resize.h"
#include "ops/shuffle.h"
#include "ops/slice.h"
#include "ops/view.h"

static NodeId add(Thin *thin, OpId op, const NodeId *inputs, uint32_t count, const void *attrs)
{
    for (uint32_t i = 0; i < count; i++)
        if (node_is_none(inputs[i]))
            return NODE_NONE;
    return graph_add(thin->graph, &thin->diag, op, inputs, count, attrs, "", NOWHERE);
}

static NodeId add_unary(Thin *thin, OpId op, NodeId x, const void *attrs)
{
    return add(thin, op, &x, 1, attrs);
}

static const Shape *shape_of(const Thin *thin, NodeId id)
{
    return &graph_node(thin->graph, id)->type.shape;
}

static NodeId add_filled(Thin *thin, Shape shape, float value)
{
    float *data = NEW_ARRAY(thin->arena, float, shape_count(&shape));
    for (int64_t i = 0; i < shape_count(&shape); i++)
        data[i] = value;
    Constant constant = {.kind = CONSTANT_FILL, .path = "", .shape = shape, .data = data};
    return graph_add_constant(thin->graph, &constant);
}

Shape thin_shape(const Thin *thin, uint32_t node)
{
    Shape shape = thin->net->nodes.at[node].type.shape;
    const FieldSide *side = thin->fields[node].side;
    for (int d = 0; d < shape.rank; d++)
        if (d == 0 || (d != side[0].axis && d != side[1].axis))
            shape.dim[d] = 1;
    return shape;
}

static bool is_list(const Field *field)
{
    return field->side[0].mixed || field->side[1].mixed;
}

/* x, repeated where a constant of the net made it larger. */
static NodeId fit(Thin *thin, NodeId x, uint32_t node)
{
    Shape shape = thin_shape(thin, node);
    if (node_is_none(x) || shape_equal(shape_of(thin, x), &shape) || is_list(&thin->fields[node]))
        return x;
    return add(thin, OP_add, (NodeId[]){x, add_filled(thin, shape, 0)}, 2, NULL);
}

/* Every place along the axis reaches every other one. */
static NodeId spread(Thin *thin, NodeId x, int axis)
{
    ReduceAttrs attrs = {.count = 1, .axes = {axis}, .keep = true};
    return add(thin, OP_add, (NodeId[]){x, add_unary(thin, OP_reduce_sum, x, &attrs)}, 2, NULL);
}

static NodeId add_flat(Thin *thin, NodeId x)
{
    return add_unary(thin, OP_flatten, x, NULL);
}

/* One output of all. */
static NodeId add_dense(Thin *thin, NodeId x)
{
    if (node_is_none(x))
        return x;
    Shape weight = SHAPE(1, shape_count(shape_of(thin, x)));
    return add(thin, OP_fc, (NodeId[]){add_flat(thin, x), add_filled(thin, weight, 1)}, 2, NULL);
}

/* ---- nodes ---- */

/* Whether places lie along an axis of input 0; along others a thin value has one element, whatever works there. */
static bool has_places_along(const Thin *thin, const Node *node, int axis)
{
    const FieldSide *side = thin->fields[graph_input(thin->net, node, 0).index].side;
    return side[0].axis == axis || side[1].axis == axis;
}

/* Along height or width without places, nothing is padded or skipped. */
static void flatten_window(int64_t *stride, int64_t *pad, int64_t *dilation, int side)
{
    stride[side] = dilation[side] = 1;
    pad[side] = pad[2 + side] = 0;
}

static void flatten_conv(const Thin *thin, const Node *node, ConvAttrs *attrs, int64_t size[2])
{
    attrs->groups = 1;
    for (int side = 0; side < 2; side++)
        if (!has_places_along(thin, node, 2 + side)) {
            flatten_window(attrs->stride, attrs->pad, attrs->dilation, side);
            size[side] = 1;
        }
}

static NodeId thin_conv_transpose(Thin *thin, const Node *node, NodeId x)
{
    const Shape *kernel = &graph_input_node(thin->net, node, CONV_WEIGHT)->type.shape;
    int64_t size[2] = {kernel->dim[2], kernel->dim[3]};
    ConvTransposeAttrs attrs = *(const ConvTransposeAttrs *)node->attrs;
    flatten_conv(thin, node, &attrs.conv, size);
    for (int side = 0; side < 2; side++)
        if (!has_places_along(thin, node, 2 + side))
            attrs.output_pad[side] = 0;
    Shape weight = SHAPE(shape_of(thin, x)->dim[1], 1, size[0], size[1]);
    return add(thin, node->op, (NodeId[]){x, add_filled(thin, weight, 1)}, 2, &attrs);
}

static NodeId thin_conv(Thin *thin, const Node *node, NodeId x)
{
    const Shape *kernel = &graph_input_node(thin->net, node, CONV_WEIGHT)->type.shape;
    int64_t size[2] = {kernel->dim[kernel->rank - 2], kernel->dim[kernel->rank - 1]};
    ConvAttrs attrs =
        node->op == OP_conv_connect ? ((const ConvConnectAttrs *)node->attrs)->conv : *(const ConvAttrs *)node->attrs;
    flatten_conv(thin, node, &attrs, size);
    Shape weight = SHAPE(1, shape_of(thin, x)->dim[1], size[0], size[1]);
    return add(thin, OP_conv, (NodeId[]){x, add_filled(thin, weight, 1)}, 2, &attrs);
}

static NodeId thin_pool(Thin *thin, const Node *node, NodeId x)
{
    PoolAttrs attrs = *(const PoolAttrs *)node->attrs;
    for (int side = 0; side < 2; side++)
        if (!has_places_along(thin, node, 2 + side)) {
            flatten_window(attrs.stride, attrs.pad, attrs.dilation, side);
            attrs.size[side] = 1;
        }
    return add_unary(thin, node->op, x, &attrs);
}

static NodeId thin_resize(Thin *thin, const Node *node, NodeId x)
{
    ResizeAttrs attrs = *(const ResizeAttrs *)node->attrs;
    for (int side = 0; side < 2; side++)
        if (!has_places_along(thin, node, 2 + side)) {
            attrs.size[side] = 1;
            attrs.scale[side] = 0;
        }
    return add_unary(thin, node->op, x, &attrs);
}

static NodeId thin_slice(Thin *thin, const Node *node, NodeId x)
{
    SliceAttrs attrs = *(const SliceAttrs *)node->attrs;
    for (int d = 0; d < node->type.shape.rank; d++)
        if (!has_places_along(thin, node, d)) {
            attrs.begin[d] = 0;
            attrs.size[d] = attrs.step[d] = 1;
        }
    return add_unary(thin, OP_slice, x, &attrs);
}

static NodeId thin_pad(Thin *thin, const Node *node, NodeId x)
{
    PadAttrs attrs = *(const PadAttrs *)node->attrs;
    attrs.value = 0;
    if (!has_places_along(thin, node, 1))
        attrs.channels[0] = attrs.channels[1] = 0;
    for (int side = 0; side < 2; side++)
        if (!has_places_along(thin, node, 2 + side))
            attrs.amount[side] = attrs.amount[2 + side] = 0;
    return add_unary(thin, OP_pad, x, &attrs);
}

/* Channels enough for a block each. */
static NodeId thin_depth_to_space(Thin *thin, const Node *node, NodeId x)
{
    int64_t block = ((const BlockAttrs *)node->attrs)->block;
    NodeId *copies = NEW_ARRAY(thin->arena, NodeId, block * block);
    for (int64_t i = 0; i < block * block; i++)
        copies[i] = x;
    if (block > 1)
        x = add(thin, OP_concat, copies, (uint32_t)(block * block), &(ConcatAttrs){.axis = 1});
    return add_unary(thin, node->op, x, node->attrs);
}

static NodeId thin_space_to_depth(Thin *thin, const Node *node, NodeId x)
{
    return add_unary(thin, OP_reduce_sum, add_unary(thin, node->op, x, node->attrs),
                     &(ReduceAttrs){.count = 1, .axes = {1}, .keep = true});
}

/* A list stays one, along the last axis. */
static NodeId thin_reshape(Thin *thin, const Node *node, NodeId x)
{
    ReshapeAttrs attrs = {.rank = node->type.shape.rank};
    for (int i = 0; i < node->type.shape.rank; i++)
        attrs.dims[i] = 1;
    attrs.dims[attrs.rank - 1] = shape_count(shape_of(thin, x));
    return add_unary(thin, OP_reshape, x, &attrs);
}

/* Each place reads its own, and perhaps all along some axis. */
static NodeId thin_own(Thin *thin, const Node *node, uint32_t input, NodeId x)
{
    const FieldSide *side = thin->fields[graph_input(thin->net, node, input).index].side;
    for (int s = 0; s < 2; s++) {
        Reach reach = side[s].axis ? op_reach(thin->net, node, input, side[s].axis) : reach_own(0);
        if (reach.everything && reach.to == side[s].axis)
            x = spread(thin, x, side[s].axis);
    }
    return x;
}

/* What the node makes of one of its inputs. */
static NodeId thin_input(Thin *thin, const Node *node, uint32_t index, uint32_t input, NodeId x)
{
    bool from_list = is_list(&thin->fields[graph_input(thin->net, node, input).index]);
    if (input >= op_row(node->op)->most_inputs || (from_list && !is_list(&thin->fields[index])))
        return thin_reshape(thin, node, add_dense(thin, x));
    switch (node->op) {
    case OP_conv:
    case OP_conv_connect:
        return thin_conv(thin, node, x);
    case OP_conv_transpose:
        return thin_conv_transpose(thin, node, x);
    case OP_fc:
    case OP_rbf:
        return add_dense(thin, x);
    case OP_maxpool:
    case OP_avgpool:
        return thin_pool(thin, node, x);
    case OP_resize:
        return thin_resize(thin, node, x);
    case OP_transpose:
    case OP_squeeze:
    case OP_unsqueeze:
        return add_unary(thin, node->op, x, node->attrs);
    case OP_flatten:
        return add_flat(thin, x);
    case OP_reshape:
        return op_reach(thin->net, node, 0, 1).to ? x : thin_reshape(thin, node, x);
    case OP_slice:
        return thin_slice(thin, node, x);
    case OP_pad:
        return thin_pad(thin, node, x);
    case OP_depth_to_space:
        return thin_depth_to_space(thin, node, x);
    case OP_space_to_depth:
        return thin_space_to_depth(thin, node, x);
    case OP_reduce_mean:
    case OP_reduce_sum:
    case OP_reduce_max:
    case OP_reduce_min:
    case OP_argmax:
        return add_unary(thin, OP_reduce_sum, x, node->attrs);
    default:
        return thin_own(thin, node, input, x);
    }
}

/* Along an axis on which places lie: with zeros for what does not depend on a picture. */
static NodeId thin_concat(Thin *thin, const Node *node, uint32_t index)
{
    const ConcatAttrs *attrs = node->attrs;
    NodeId *inputs = NEW_ARRAY(thin->arena, NodeId, node->input_count);
    for (uint32_t k = 0; k < node->input_count; k++) {
        inputs[k] = thin->of[graph_input(thin->net, node, k).index];
        if (!node_is_none(inputs[k]))
            continue;
        Shape shape = thin_shape(thin, index);
        shape.dim[attrs->axis] = graph_input_node(thin->net, node, k)->type.shape.dim[attrs->axis];
        inputs[k] = add_filled(thin, shape, 0);
    }
    return add(thin, OP_concat, inputs, node->input_count, attrs);
}

NodeId thin_node(Thin *thin, uint32_t index)
{
    const Node *node = &thin->net->nodes.at[index];
    const Field *field = &thin->fields[index];
    if (node->op == OP_input) {
        Type type = {.dtype = DT_F32, .shape = thin_shape(thin, index)};
        return graph_add_input(thin->graph, "", type, (Picture){0}, NOWHERE);
    }
    if (node->op == OP_concat) {
        int64_t axis = ((const ConcatAttrs *)node->attrs)->axis;
        if (axis == field->side[0].axis || axis == field->side[1].axis || is_list(field))
            return thin_concat(thin, node, index);
    }
    NodeId sum = NODE_NONE;
    for (uint32_t k = 0; k < node->input_count; k++) {
        NodeId x = thin->of[graph_input(thin->net, node, k).index];
        if (node_is_none(x))
            continue;
        x = thin_input(thin, node, index, k, x);
        if (node_is_none(x))
            return x;
        sum = node_is_none(sum) ? x : add(thin, OP_add, (NodeId[]){sum, x}, 2, NULL);
    }
    if (node_is_none(sum)) /* the place sees nothing */
        return add_filled(thin, thin_shape(thin, index), 0);
    return fit(thin, sum, index);
}
