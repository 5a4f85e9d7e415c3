/* channel_order.c - orders of channels, and weights in such an order (see channel_order.h).
 *
 *   W P x + b          W with its inputs in another order
 *   P (W x + b)        W and b with their outputs in another order
 *
 * An order becomes operations on constants: one channel_shuffle, or slices one behind the other, each with a step of
 * its own.
 */
#include "pass/channel_order.h"
#include "ops/concat.h"
#include "ops/conv.h"
#include "ops/op.h"
#include "ops/rules.h"
#include "ops/shuffle.h"
#include "ops/slice.h"
#include "pass/known.h"

enum { MOST_PIECES = 64 };

bool order_is_same(const int32_t *order, int64_t count)
{
    for (int64_t i = 0; order && i < count; i++)
        if (order[i] != i)
            return false;
    return true;
}

bool order_is_shuffle(const int32_t *order, int64_t count, int64_t *groups)
{
    int64_t members = order && count > 1 ? order[1] : 0;
    if (members < 1 || count % members)
        return false;
    *groups = count / members;
    for (int64_t i = 0; i < count; i++)
        if (order[i] != i % *groups * members + i / *groups)
            return false;
    return true;
}

/* How many elements from place `from` on are equally far apart, and how far. */
static int64_t piece_length(const int32_t *order, int64_t from, int64_t count, int64_t *step)
{
    int64_t end = from + 1;
    *step = end < count ? order[end] - order[from] : 1;
    while (end < count && order[end] - order[end - 1] == *step)
        end++;
    if (end == from + 1)
        *step = 1;
    return end - from;
}

/* How many elements stay together in blocks, each at a multiple of that. */
static int64_t block_size(const int32_t *order, int64_t count)
{
    int64_t step, size = piece_length(order, 0, count, &step);
    bool blocks = step == 1 && count % size == 0;
    for (int64_t i = 0; blocks && i < count; i++)
        blocks = order[i] % size == i % size && order[i] / size == order[i / size * size] / size;
    return blocks ? size : 1;
}

/* The order of the blocks. */
static const int32_t *order_of_blocks(Arena *arena, const int32_t *order, int64_t count, int64_t size)
{
    int32_t *blocks = NEW_ARRAY(arena, int32_t, (size_t)(count / size));
    for (int64_t i = 0; i < count / size; i++)
        blocks[i] = (int32_t)(order[i * size] / size);
    return blocks;
}

bool order_is_simple(Arena *arena, const int32_t *order, int64_t count)
{
    if (!order)
        return true;
    int64_t pieces = 0, step, size = block_size(order, count);
    order = order_of_blocks(arena, order, count, size);
    count /= size;
    if (order_is_shuffle(order, count, &step))
        return true;
    for (int64_t at = 0; at < count && pieces <= MOST_PIECES; pieces++)
        at += piece_length(order, at, count, &step);
    return pieces <= MOST_PIECES;
}

int32_t *order_inverse(Arena *arena, const int32_t *order, int64_t count)
{
    int32_t *inverse = NEW_ARRAY(arena, int32_t, (size_t)count);
    for (int64_t i = 0; i < count; i++)
        inverse[order ? order[i] : i] = (int32_t)i;
    return inverse;
}

int32_t *order_expanded(Arena *arena, const int32_t *order, int64_t count, int64_t inner)
{
    int32_t *expanded = NEW_ARRAY(arena, int32_t, (size_t)(count * inner));
    for (int64_t i = 0; i < count; i++)
        for (int64_t k = 0; k < inner; k++)
            expanded[i * inner + k] = (int32_t)(order[i] * inner + k);
    return expanded;
}

int32_t *order_of_groups(Arena *arena, const int32_t *order, int64_t count, int64_t size, int32_t **inside)
{
    int32_t *groups = NEW_ARRAY(arena, int32_t, (size_t)(count / size));
    for (int64_t i = 0; i < count; i++) {
        if (i % size == 0)
            groups[i / size] = (int32_t)(order[i] / size);
        if (order[i] / size != groups[i / size] || order[i] % size != order[i % size] % size)
            return NULL;
    }
    *inside = NEW_ARRAY(arena, int32_t, (size_t)size);
    for (int64_t i = 0; i < size; i++)
        (*inside)[i] = (int32_t)(order[i] % size);
    if (order_is_same(*inside, size))
        *inside = NULL;
    return groups;
}

/* ---- on constants ---- */

/* [before, count, behind] with the middle in pieces, one behind the other. */
static NodeId slices(Rewrite *rewrite, NodeId value, const int32_t *order, const Node *like)
{
    const Shape shape = graph_node(rewrite->to, value)->type.shape;
    NodeId pieces[MOST_PIECES];
    uint32_t count = 0;
    for (int64_t at = 0, length; at < shape.dim[1]; at += length) {
        SliceAttrs attrs = slice_whole(&shape);
        length = piece_length(order, at, shape.dim[1], &attrs.step[1]);
        attrs.begin[1] = order[at];
        attrs.size[1] = length;
        if (count == MOST_PIECES)
            BUG("an order of %lld elements is not simple", (long long)shape.dim[1]);
        pieces[count++] = known_add(rewrite, OP_slice, &value, 1, &attrs, like);
    }
    return count == 1 ? pieces[0] : known_add(rewrite, OP_concat, pieces, count, &(ConcatAttrs){.axis = 1}, like);
}

NodeId known_ordered(Rewrite *rewrite, NodeId value, int axis, const int32_t *order, const Node *like)
{
    const Shape shape = graph_node(rewrite->to, value)->type.shape;
    AxisRun run = axis_run(&shape, axis);
    int64_t groups;
    if (order_is_same(order, run.length))
        return value;
    int64_t size = block_size(order, run.length), count = run.length / size;
    order = order_of_blocks(rewrite->to->arena, order, run.length, size);
    value = known_reshape(rewrite, value, SHAPE(run.outer, count, size * run.inner), like);
    if (order_is_shuffle(order, count, &groups))
        value = known_add(rewrite, OP_channel_shuffle, &value, 1, &(ChannelShuffleAttrs){.groups = groups}, like);
    else
        value = slices(rewrite, value, order, like);
    return known_reshape(rewrite, value, shape, like);
}

/* ---- of layers ---- */

const char *why_weights_stay(const Graph *graph, const bool *known, const uint32_t *uses, const Node *layer)
{
    if (layer->op != OP_conv && layer->op != OP_conv_transpose && layer->op != OP_fc)
        return "it has no weights that could take over another order";
    for (uint32_t i = 1; i < layer->input_count; i++) {
        NodeId weight = graph_input(graph, layer, i);
        if (!known[weight.index])
            return "its weights are computed in each run";
        if (uses[weight.index] > 1)
            return "its weights serve another layer too";
    }
    return NULL;
}

/* The weight with its inputs in another order: those of all groups, which stand beside each other in the weight of a
 * transposed convolution, and above each other in all others. */
static NodeId ordered_inputs(Rewrite *rewrite, const Node *layer, NodeId weight, const int32_t *inputs)
{
    if (layer->op == OP_conv_transpose)
        return known_ordered(rewrite, weight, 0, inputs, layer);
    int64_t groups = layer->op == OP_conv ? ((const ConvAttrs *)layer->attrs)->groups : 1;
    int64_t size = graph_node(rewrite->to, weight)->type.shape.dim[1];
    int32_t *inside = NULL;
    if (!order_of_groups(rewrite->to->arena, inputs, groups * size, size, &inside))
        BUG("an order of inputs mixes groups");
    return known_ordered(rewrite, weight, 1, groups > 1 ? inside : inputs, layer);
}

/* The outputs of all groups; those of a transposed convolution have groups as its inputs have. */
static NodeId ordered_outputs(Rewrite *rewrite, const Node *layer, NodeId weight, const int32_t *outputs)
{
    if (layer->op != OP_conv_transpose)
        return known_ordered(rewrite, weight, 0, outputs, layer);
    int64_t groups = ((const ConvAttrs *)layer->attrs)->groups;
    return groups > 1 ? weight : known_ordered(rewrite, weight, 1, outputs, layer);
}

NodeId layer_ordered(Rewrite *rewrite, const Node *layer, NodeId x, const int32_t *inputs, const int32_t *outputs)
{
    NodeId weight = rewrite->map[graph_input(rewrite->from, layer, 1).index], old = weight;
    NodeId bias = layer_bias(rewrite->from, layer);
    const char *name = layer_weight_name(rewrite->from, layer);
    if (!node_is_none(bias))
        bias = rewrite->map[bias.index];
    if (inputs)
        weight = ordered_inputs(rewrite, layer, weight, inputs);
    if (outputs) {
        weight = ordered_outputs(rewrite, layer, weight, outputs);
        if (!node_is_none(bias))
            bias = known_bias_named(rewrite, known_ordered(rewrite, bias, 0, outputs, layer), layer);
    }
    if (!node_same(weight, old))
        known_named(rewrite, weight, name);
    return layer_with(rewrite, layer, layer->attrs, x, weight, bias);
}
