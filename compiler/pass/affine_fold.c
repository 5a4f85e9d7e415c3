/* affine_fold.c - weights that take over a scale and a shift (see affine.h).
 *
 *   behind:  (W x + b) * s + t      is  (W s) x + (b s + t)      s along the outputs of W
 *   before:  W (x * s + t) + b      is  (W s) x + (W t + b)      s along the inputs of W
 *
 * All of it are operations on constants, which are computed when the weights are written. What stands before a padded
 * convolution would have to shift the zeros around the picture too; so only a scale can go there.
 */
#include "ops/conv.h"
#include "ops/op.h"
#include "ops/slice.h"
#include "pass/affine.h"
#include "pass/known.h"

static NodeId slice_vector(Rewrite *rewrite, NodeId vector, int64_t begin, int64_t count, const Node *like)
{
    if (node_is_none(vector) || graph_node(rewrite->to, vector)->type.shape.dim[0] == 1)
        return vector;
    /* Slices leave the first axis whole: it is the batch elsewhere. */
    int64_t length = graph_node(rewrite->to, vector)->type.shape.dim[0];
    if (length == count)
        return vector;
    NodeId row = known_reshape(rewrite, vector, SHAPE(1, length), like);
    SliceAttrs attrs = slice_whole(&graph_node(rewrite->to, row)->type.shape);
    attrs.begin[1] = begin;
    attrs.size[1] = count;
    NodeId part = known_add(rewrite, OP_slice, &row, 1, &attrs, like);
    return known_reshape(rewrite, part, SHAPE(count), like);
}

Affine affine_slice(Rewrite *rewrite, Affine affine, int64_t begin, int64_t count, const Node *like)
{
    affine.scale = slice_vector(rewrite, affine.scale, begin, count, like);
    affine.shift = slice_vector(rewrite, affine.shift, begin, count, like);
    return affine;
}

/* ---- weights by group, output, input and tap ---- */

/* The axes of a weight, all that it may have: groups, then outputs and inputs of a group (in that order or turned),
 * then taps. A vector along outputs or inputs is [groups, outputs, 1, 1] or [groups, 1, inputs, 1] beside it. */
typedef struct WeightAxes {
    int64_t groups, outputs, inputs, taps;
    bool turned; /* conv_transpose: inputs before outputs */
} WeightAxes;

static WeightAxes axes_of(const Graph *graph, const Node *layer)
{
    const Shape *weight = &graph_input_node(graph, layer, 1)->type.shape;
    WeightAxes axes = {.groups = 1, .outputs = weight->dim[0], .inputs = weight->dim[1], .taps = 1};
    if (layer->op == OP_fc)
        return axes;
    axes.taps = weight->dim[2] * weight->dim[3];
    axes.groups = ((const ConvAttrs *)layer->attrs)->groups;
    axes.turned = layer->op == OP_conv_transpose;
    if (axes.turned) {
        axes.outputs = weight->dim[1];
        axes.inputs = weight->dim[0] / axes.groups;
    } else {
        axes.outputs /= axes.groups;
    }
    return axes;
}

static Shape grouped_shape(const WeightAxes *axes, int64_t outputs, int64_t inputs, int64_t taps, int64_t groups)
{
    return axes->turned ? SHAPE(groups, inputs, outputs, taps) : SHAPE(groups, outputs, inputs, taps);
}

/* Weight times vector, along its outputs or inputs. */
static NodeId weight_times(Rewrite *rewrite, const WeightAxes *axes, NodeId weight, NodeId vector, bool outputs,
                           const Node *like)
{
    bool one = graph_node(rewrite->to, vector)->type.shape.dim[0] == 1;
    Shape of_weight = grouped_shape(axes, axes->outputs, axes->inputs, axes->taps, axes->groups);
    Shape of_vector = one       ? SHAPE(1, 1, 1, 1)
                      : outputs ? grouped_shape(axes, axes->outputs, 1, 1, axes->groups)
                                : grouped_shape(axes, 1, axes->inputs, 1, axes->groups);
    NodeId left = known_reshape(rewrite, weight, of_weight, like);
    NodeId right = known_reshape(rewrite, vector, of_vector, like);
    return known_op(rewrite, OP_mul, left, right, like);
}

/* ---- the layer ---- */

const char *why_not_behind(const Node *layer)
{
    if (layer->op == OP_conv || layer->op == OP_conv_transpose || layer->op == OP_fc)
        return NULL;
    return layer->op == OP_conv_connect ? "the convolution before it has a table of connections"
                                        : "what makes its input has no weights to fold it into";
}

const char *why_not_before(const Node *layer, bool shifts)
{
    if (layer->op == OP_fc)
        return NULL;
    if (layer->op != OP_conv && layer->op != OP_conv_transpose)
        return "what reads it has no weights to fold it into";
    const ConvAttrs *attrs = layer->attrs;
    if (shifts && layer->op == OP_conv_transpose)
        return "a transposed convolution adds up fewer taps at the border";
    for (int side = 0; shifts && side < HALO_SIDES; side++)
        if (attrs->pad[side])
            return "a shift before zero padding would change the border";
    return NULL;
}

/* a + b, where either may be missing, as one number an output. */
static NodeId bias_sum(Rewrite *rewrite, const Node *layer, NodeId a, NodeId b, int64_t outputs)
{
    if (node_is_none(a) || node_is_none(b)) {
        NodeId sum = node_is_none(a) ? b : a;
        if (node_is_none(sum) || graph_node(rewrite->to, sum)->type.shape.dim[0] == outputs)
            return sum;
        return known_op(rewrite, OP_add, sum, known_zeros(rewrite, outputs, layer), layer);
    }
    return known_op(rewrite, OP_add, a, b, layer);
}

NodeId affine_behind(Rewrite *rewrite, NodeId id, Affine affine)
{
    const Node copy = *graph_node(rewrite->to, id), *layer = &copy;
    WeightAxes axes = axes_of(rewrite->to, layer);
    NodeId weight = graph_input(rewrite->to, layer, 1), bias = layer_bias(rewrite->to, layer);
    const Shape shape = graph_node(rewrite->to, weight)->type.shape;
    if (!node_is_none(affine.scale)) {
        const char *name = layer_weight_name(rewrite->to, layer);
        weight = weight_times(rewrite, &axes, weight, affine.scale, true, layer);
        weight = known_named(rewrite, known_reshape(rewrite, weight, shape, layer), name);
        if (!node_is_none(bias))
            bias = known_op(rewrite, OP_mul, bias, affine.scale, layer);
    }
    bias = bias_sum(rewrite, layer, bias, affine.shift, axes.groups * axes.outputs);
    return layer_with(rewrite, layer, layer->attrs, graph_input(rewrite->to, layer, 0), weight,
                      known_bias_named(rewrite, bias, layer));
}

NodeId affine_before(Rewrite *rewrite, NodeId id, NodeId x, Affine affine)
{
    const Node copy = *graph_node(rewrite->to, id), *layer = &copy;
    WeightAxes axes = axes_of(rewrite->to, layer);
    NodeId old = graph_input(rewrite->to, layer, 1), weight = old, bias = layer_bias(rewrite->to, layer);
    const Shape shape = graph_node(rewrite->to, weight)->type.shape;
    int64_t outputs = axes.groups * axes.outputs;
    if (!node_is_none(affine.scale)) {
        const char *name = layer_weight_name(rewrite->to, layer);
        weight = weight_times(rewrite, &axes, old, affine.scale, false, layer);
        weight = known_named(rewrite, known_reshape(rewrite, weight, shape, layer), name);
    }
    if (!node_is_none(affine.shift)) {
        NodeId moved = weight_times(rewrite, &axes, old, affine.shift, false, layer);
        moved = known_sum(rewrite, moved, 2, 4, layer);
        moved = known_reshape(rewrite, moved, SHAPE(outputs), layer);
        bias = bias_sum(rewrite, layer, bias, moved, outputs);
    }
    return layer_with(rewrite, layer, layer->attrs, x, weight, known_bias_named(rewrite, bias, layer));
}
