/* compose.c - two layers with weights and nothing between them become one.
 *
 *   %3 = conv(%0, %1, %2)    1x1, no non-linearity behind it
 *   %6 = conv(%3, %4, %5)    3x3                                ->   %9 = conv(%0, W, b)    3x3
 *
 *   W2 (W1 x + b1) + b2   is   (W2 W1) x + (W2 b1 + b2)         summed over the maps between them
 *
 * One of them has to be 1x1; it may stand before or behind the other. So may one fully connected layer stand before
 * another, and a 1x1 before one that reads all of its result. It is exact but at zero padding of the second: the bias
 * of the first does not reach the zeros around its result, so that it must have none there. It is done when neither
 * multiply-adds nor weights become more. Infinities of opposite signs that would have met between the two, and made a
 * NaN there, no longer do.
 *
 * The product of weights is a convolution, too: the first weight is a picture of `middle` channels, each of which has
 * the first's inputs and taps as its pixels; the second weight is a 1x1 kernel over it, for each output and tap of the
 * second one map. Groups of the second are groups of that.
 */
#include "ops/conv.h"
#include "ops/op.h"
#include "ops/view.h"
#include "pass/known.h"
#include "report/number.h"

/* The product of weights is computed when they are written, in seconds. */
#define MOST_PRODUCT ((int64_t)16000000000)

typedef struct Composing {
    Rewrite rewrite;
    Explain *explain;
    const uint32_t *uses; /* of old nodes */
    const bool *known;
    bool *noted; /* old layers of which it was said why they stay */
} Composing;

/* A layer, and the only one that reads it. */
typedef struct Pair {
    NodeId first, view, second; /* of the old graph; view: the flatten between them, or NODE_NONE */
    Node one, two;              /* as they stand in the new graph: the first may be a composed one already */
    int64_t inputs, middle, outputs, taps[2], groups; /* groups: of the second */
    bool pointwise[2];                                /* 1x1; the first one without stride, too */
} Pair;

/* ---- what they are ---- */

static const ConvAttrs *attrs_of(const Node *conv)
{
    return conv->attrs;
}

static bool has_padding(const Node *layer)
{
    for (int side = 0; layer->op == OP_conv && side < HALO_SIDES; side++)
        if (attrs_of(layer)->pad[side])
            return true;
    return false;
}

static bool has_stride(const Node *layer)
{
    return layer->op == OP_conv && (attrs_of(layer)->stride[0] != 1 || attrs_of(layer)->stride[1] != 1);
}

static const Shape *weight_shape_of(const Graph *graph, const Node *layer)
{
    return &graph_input_node(graph, layer, 1)->type.shape;
}

static int64_t taps_of(const Graph *graph, const Node *layer)
{
    const Shape *weight = weight_shape_of(graph, layer);
    return layer->op == OP_conv ? weight->dim[2] * weight->dim[3] : 1;
}

static bool has_weights(const Composing *c, NodeId id)
{
    const Node *node = graph_node(c->rewrite.from, id);
    return (node->op == OP_conv || node->op == OP_fc) && !c->known[id.index];
}

/* The layer whose result a layer reads, directly or, when that is fully connected, as one long vector. */
static bool find_pair(const Composing *c, NodeId id, Pair *pair)
{
    const Graph *from = c->rewrite.from, *to = c->rewrite.to;
    if (!has_weights(c, id))
        return false;
    *pair = (Pair){.second = id, .view = NODE_NONE, .first = graph_input(from, graph_node(from, id), 0)};
    const Node *between = graph_node(from, pair->first);
    if (graph_node(from, id)->op == OP_fc && op_row(between->op)->family == FAMILY_VIEW && between->op != OP_part) {
        pair->view = pair->first;
        pair->first = graph_input(from, between, 0);
        if (between->type.shape.dim[0] != graph_node(from, pair->first)->type.shape.dim[0])
            return false;
    }
    if (!has_weights(c, pair->first))
        return false;
    pair->one = *graph_node(to, c->rewrite.map[pair->first.index]);
    pair->two = *graph_node(to, c->rewrite.map[id.index]);
    const Shape *one = weight_shape_of(to, &pair->one), *two = weight_shape_of(to, &pair->two);
    pair->inputs = one->dim[1];
    pair->middle = one->dim[0];
    pair->outputs = two->dim[0];
    pair->groups = pair->two.op == OP_conv ? attrs_of(&pair->two)->groups : 1;
    for (int i = 0; i < 2; i++) {
        const Node *layer = i ? &pair->two : &pair->one;
        pair->taps[i] = taps_of(to, layer);
        pair->pointwise[i] = pair->taps[i] == 1 && !has_padding(layer) && (i || !has_stride(layer));
    }
    if (!node_is_none(pair->view)) { /* all places of the picture are taps of the vector's layer */
        pair->taps[1] = two->dim[1] / pair->middle;
        pair->pointwise[1] = false;
    }
    return true;
}

/* ---- whether, and for how much ---- */

/* a * b, or as much as fits; neither is negative. */
static int64_t times(int64_t a, int64_t b)
{
    return a && b > INT64_MAX / a ? INT64_MAX : a * b;
}

typedef struct Cost {
    int64_t macs, weights;
} Cost;

static Cost cost_of(const Graph *graph, const Node *layer)
{
    const Shape *weight = weight_shape_of(graph, layer);
    int64_t count = shape_count(weight);
    return (Cost){.macs = times(shape_count(&layer->type.shape), count / weight->dim[0]),
                  .weights = count + (layer->input_count > 2 ? weight->dim[0] : 0)};
}

static Cost cost_composed(const Pair *pair)
{
    int64_t an_output = times(times(pair->inputs, pair->taps[0]), pair->taps[1]);
    bool bias = pair->one.input_count > 2 || pair->two.input_count > 2;
    return (Cost){.macs = times(shape_count(&pair->two.type.shape), an_output),
                  .weights = times(pair->outputs, an_output) + (bias ? pair->outputs : 0)};
}

/* Weights of an old layer that others use too are stored all the same. */
static bool shares_weights(const Composing *c, NodeId old, const Node *made)
{
    const Node *node = graph_node(c->rewrite.from, old);
    for (uint32_t i = 1; i < node->input_count; i++) {
        NodeId weight = graph_input(c->rewrite.from, node, i);
        if (c->uses[weight.index] > 1 && node_same(c->rewrite.map[weight.index], graph_input(c->rewrite.to, made, i)))
            return true;
    }
    return false;
}

static Cost cost_saved(const Composing *c, const Pair *pair)
{
    const Graph *to = c->rewrite.to;
    Cost one = cost_of(to, &pair->one), two = cost_of(to, &pair->two), composed = cost_composed(pair);
    int64_t macs = MIN(one.macs, INT64_MAX / 2) + MIN(two.macs, INT64_MAX / 2), weights = 0;
    if (!shares_weights(c, pair->first, &pair->one))
        weights += one.weights;
    if (!shares_weights(c, pair->second, &pair->two))
        weights += two.weights;
    return (Cost){.macs = macs - composed.macs, .weights = weights - composed.weights};
}

static const char *why_not_costs(const Composing *c, Cost saved)
{
    Arena *arena = c->rewrite.to->arena;
    const char *macs = number_grouped(arena, llabs(saved.macs)), *weights = number_grouped(arena, llabs(saved.weights));
    if (saved.macs < 0 && saved.weights < 0)
        return arena_printf(arena, "one layer for both takes %s multiply-adds and %s weights more", macs, weights);
    if (saved.macs < 0)
        return arena_printf(arena, "one layer for both takes %s multiply-adds more, for %s weights less", macs,
                            weights);
    if (saved.weights < 0)
        return arena_printf(arena, "one layer for both takes %s weights more, for %s multiply-adds less", weights,
                            macs);
    return saved.macs || saved.weights ? NULL : "one layer for both takes as much";
}

static bool weights_are_known(const Composing *c, NodeId old)
{
    const Node *node = graph_node(c->rewrite.from, old);
    bool known = true;
    for (uint32_t i = 1; i < node->input_count; i++)
        known &= c->known[graph_input(c->rewrite.from, node, i).index];
    return known;
}

/* Why the two have to stay two; NULL: they can be one. */
static const char *why_apart(const Composing *c, const Pair *pair)
{
    bool one_is_connected = pair->one.op == OP_fc;
    if (c->uses[pair->first.index] > 1 || (!node_is_none(pair->view) && c->uses[pair->view.index] > 1))
        return "others read its result too";
    if (!weights_are_known(c, pair->first) || !weights_are_known(c, pair->second))
        return "the net computes weights of the two";
    if (!one_is_connected && attrs_of(&pair->one)->groups > 1)
        return "it has groups, each of which sees other maps";
    if (!pair->pointwise[0] && !pair->pointwise[1])
        return "neither it nor what reads it is a 1x1 that reads every pixel";
    if (has_padding(&pair->two) && pair->one.input_count > 2)
        return "its bias does not reach the zeros that the next convolution pads";
    return NULL;
}

static const char *why_too_large(const Composing *c, const Pair *pair)
{
    int64_t maps = times(pair->outputs, pair->taps[1]), pixels = times(pair->inputs, pair->taps[0]);
    int64_t product = times(times(maps, pixels), pair->middle / pair->groups);
    int64_t stride = 1;
    for (int i = 0; i < 2 && pair->one.op == OP_conv && pair->two.op == OP_conv; i++)
        stride = MAX(stride, times(attrs_of(&pair->one)->stride[i], attrs_of(&pair->two)->stride[i]));
    if (product > MOST_PRODUCT)
        return arena_printf(c->rewrite.to->arena, "the product of their weights takes %s multiply-adds",
                            number_grouped(c->rewrite.to->arena, product));
    return MAX(stride, MAX(maps, pixels)) > LIMIT_DIMENSION ? "the product of their weights is too large" : NULL;
}

/* ---- the one layer ---- */

/* The second weight as a 1x1 kernel over `middle` channels: for each output, a map for each of its taps. */
static NodeId second_kernel(Rewrite *rewrite, const Pair *pair)
{
    const Node *two = &pair->two;
    int64_t middle = pair->middle / pair->groups, taps = pair->taps[1];
    NodeId weight = graph_input(rewrite->to, two, 1);
    if (taps > 1)
        weight = known_turn(rewrite, known_reshape(rewrite, weight, SHAPE(pair->outputs, middle, taps), two), two);
    return known_reshape(rewrite, weight, SHAPE(pair->outputs * taps, middle, 1, 1), two);
}

/* The kernel over a picture of `middle` channels, `pixels` each: a map for each output and tap. */
static NodeId product(Rewrite *rewrite, const Pair *pair, NodeId kernel, NodeId value, int64_t pixels)
{
    ConvAttrs attrs = {.stride = {1, 1}, .dilation = {1, 1}, .groups = pair->groups};
    NodeId inputs[] = {known_reshape(rewrite, value, SHAPE(1, pair->middle, pixels, 1), &pair->two), kernel};
    return known_add(rewrite, OP_conv, inputs, 2, &attrs, &pair->two);
}

static NodeId composed_weight(Rewrite *rewrite, const Pair *pair, NodeId kernel)
{
    const Node *one = &pair->one, *two = &pair->two;
    int64_t taps = pair->taps[1], pixels = pair->inputs * pair->taps[0];
    NodeId value = product(rewrite, pair, kernel, graph_input(rewrite->to, one, 1), pixels);
    if (taps > 1)
        value = known_turn(rewrite, known_reshape(rewrite, value, SHAPE(pair->outputs, taps, pixels), two), two);
    Shape shape = *weight_shape_of(rewrite->to, pair->pointwise[1] ? one : two);
    shape.dim[0] = pair->outputs;
    shape.dim[1] = two->op == OP_fc ? pixels * taps : pair->inputs;
    return known_named(rewrite, known_reshape(rewrite, value, shape, two), layer_weight_name(rewrite->to, two));
}

static NodeId composed_bias(Rewrite *rewrite, const Pair *pair, NodeId kernel)
{
    const Node *two = &pair->two;
    NodeId one = layer_bias(rewrite->to, &pair->one), bias = layer_bias(rewrite->to, two);
    if (node_is_none(one))
        return bias;
    NodeId moved = product(rewrite, pair, kernel, one, 1);
    if (pair->taps[1] > 1)
        moved = known_sum(rewrite, known_reshape(rewrite, moved, SHAPE(pair->outputs, pair->taps[1]), two), 1, 2, two);
    else
        moved = known_reshape(rewrite, moved, SHAPE(pair->outputs), two);
    if (!node_is_none(bias))
        moved = known_op(rewrite, OP_add, bias, moved, two);
    return known_bias_named(rewrite, moved, two);
}

static ConvAttrs composed_attrs(const Pair *pair)
{
    ConvAttrs attrs = *attrs_of(&pair->two);
    if (!pair->pointwise[0]) { /* the second picks some of the first one's pixels */
        attrs = *attrs_of(&pair->one);
        for (int i = 0; i < 2; i++)
            attrs.stride[i] *= attrs_of(&pair->two)->stride[i];
    }
    attrs.groups = 1;
    return attrs;
}

static NodeId compose(Rewrite *rewrite, const Pair *pair)
{
    NodeId x = graph_input(rewrite->to, &pair->one, 0), kernel = second_kernel(rewrite, pair);
    NodeId weight = composed_weight(rewrite, pair, kernel), bias = composed_bias(rewrite, pair, kernel);
    if (!node_is_none(pair->view)) {
        const Shape vector = SHAPE(pair->two.type.shape.dim[0], pair->inputs * pair->taps[1]);
        ReshapeAttrs flat = reshape_attrs(&vector);
        x = rewrite_add(rewrite, OP_reshape, &x, 1, &flat, graph_node(rewrite->from, pair->view));
    }
    if (pair->two.op == OP_fc)
        return layer_with(rewrite, &pair->two, NULL, x, weight, bias);
    ConvAttrs attrs = composed_attrs(pair);
    return layer_with(rewrite, &pair->two, &attrs, x, weight, bias);
}

/* ---- the pass ---- */

/* For the reader of the report: a 1x1 that something between it and the next layer keeps apart. */
static void note_between(Composing *c, NodeId id)
{
    const Graph *from = c->rewrite.from;
    NodeId input = graph_input(from, graph_node(from, id), 0);
    const Node *between = graph_node(from, input);
    if (op_row(between->op)->family != FAMILY_MAP || !has_weights(c, graph_input(from, between, 0)))
        return;
    NodeId first = graph_input(from, between, 0);
    const Node *layer = graph_node(from, first);
    bool pointwise = layer->op == OP_conv && taps_of(from, layer) == 1 && attrs_of(layer)->groups == 1;
    if (!pointwise || c->noted[first.index])
        return;
    c->noted[first.index] = true;
    explain_left(c->explain, layer, "a 1x1 with %s between it and what reads it", op_name(between->op));
}

static void try_compose(Composing *c, NodeId id)
{
    Pair pair;
    if (!find_pair(c, id, &pair)) {
        if (has_weights(c, id))
            note_between(c, id);
        return;
    }
    const Node *first = graph_node(c->rewrite.from, pair.first);
    const char *why = why_apart(c, &pair);
    Cost saved = why ? (Cost){0} : cost_saved(c, &pair);
    if (!why)
        why = why_not_costs(c, saved);
    if (!why)
        why = why_too_large(c, &pair);
    if (why && !c->noted[pair.first.index])
        explain_left(c->explain, first, "%s", why);
    c->noted[pair.first.index] = true;
    if (why)
        return;
    c->rewrite.map[id.index] = compose(&c->rewrite, &pair);
    explain_done(c->explain, first,
                 (Saving){.macs = saved.macs, .weights = saved.weights, .bytes = 2 * type_bytes(&first->type)},
                 "multiplied into the weights of the layer that reads it");
}

Graph *pass_compose(const Graph *graph, const PassContext *context)
{
    Composing c = {.rewrite = rewrite_begin(graph),
                   .explain = context->explain,
                   .uses = graph_uses(graph->arena, graph),
                   .known = graph_known(graph->arena, graph),
                   .noted = NEW_ARRAY(graph->arena, bool, graph->nodes.count)};
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        rewrite_copy(&c.rewrite, (NodeId){i});
        try_compose(&c, (NodeId){i});
    }
    return graph_without_dead(rewrite_end(&c.rewrite));
}
