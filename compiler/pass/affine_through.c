/* affine_through.c - layers through which a scale and a shift can move (see affine.h): what they make of scaled and
 * shifted values is what they make of the values, scaled and shifted.
 *
 *   average pooling           where the padding's zeros are not counted in; only a scale where they are
 *   pad                       by repeating the input; only a scale where zeros are padded
 *   flatten, reshape, ...     that keep channels, or cut each of them into so many single numbers
 */
#include "ops/op.h"
#include "ops/pad.h"
#include "ops/pool.h"
#include "pass/affine.h"
#include "pass/known.h"

static bool counts_zeros(const PoolAttrs *attrs)
{
    bool pads = false;
    for (int side = 0; side < HALO_SIDES; side++)
        pads |= attrs->pad[side] != 0;
    return pads && attrs->count_pad;
}

static const char *why_not_pad(const PadAttrs *attrs, bool shifts, bool forward)
{
    bool channels = attrs->channels[0] + attrs->channels[1] != 0;
    if (channels && (forward || attrs->mode != PAD_CONSTANT))
        return "channels are padded in between";
    if (attrs->mode != PAD_CONSTANT)
        return NULL;
    if (attrs->value != 0)
        return "the number that is padded in between would change";
    return shifts ? "a shift would change the zeros that are padded in between" : NULL;
}

/* How many numbers beside each other a view makes of each channel; 0: they do not stay together. */
static int64_t view_repeats(const Graph *graph, const Node *view)
{
    const Shape *x = &graph_input_node(graph, view, 0)->type.shape, *y = &view->type.shape;
    if (op_row(view->op)->family != FAMILY_VIEW || view->op == OP_part || x->rank < 2 || y->rank < 2 ||
        x->dim[0] != y->dim[0])
        return 0;
    if (x->dim[1] == y->dim[1])
        return 1;
    int64_t repeats = shape_count(x) / x->dim[0] / x->dim[1];
    return y->dim[1] == x->dim[1] * repeats ? repeats : 0;
}

bool is_affine_path(const Graph *graph, const Node *node)
{
    return node->op == OP_avgpool || node->op == OP_pad || view_repeats(graph, node) > 0;
}

const char *why_not_through(const Graph *graph, const Node *node, bool shifts, bool forward)
{
    if (node->op == OP_pad)
        return why_not_pad(node->attrs, shifts, forward);
    if (node->op == OP_avgpool)
        return shifts && counts_zeros(node->attrs) ? "a shift would change the zeros that the average in between counts"
                                                   : NULL;
    return forward || view_repeats(graph, node) == 1 ? NULL : "channels are cut into single numbers in between";
}

/* Each number of a vector as often. */
static NodeId repeat_vector(Rewrite *rewrite, NodeId vector, int64_t repeats, const Node *like)
{
    if (node_is_none(vector) || graph_node(rewrite->to, vector)->type.shape.dim[0] == 1 || repeats == 1)
        return vector;
    int64_t length = graph_node(rewrite->to, vector)->type.shape.dim[0];
    NodeId column = known_reshape(rewrite, vector, SHAPE(length, 1), like);
    NodeId row = known_reshape(rewrite, known_zeros(rewrite, repeats, like), SHAPE(1, repeats), like);
    return known_reshape(rewrite, known_op(rewrite, OP_add, column, row, like), SHAPE(length * repeats), like);
}

Affine affine_backward(Rewrite *rewrite, const Node *node, Affine affine)
{
    if (node->op != OP_pad)
        return affine;
    const PadAttrs *attrs = node->attrs;
    int64_t channels = graph_input_node(rewrite->from, node, 0)->type.shape.dim[1];
    return affine_slice(rewrite, affine, attrs->channels[0], channels, node);
}

Affine affine_forward(Rewrite *rewrite, const Node *node, Affine affine)
{
    int64_t repeats = MAX(view_repeats(rewrite->from, node), 1);
    affine.scale = repeat_vector(rewrite, affine.scale, repeats, node);
    affine.shift = repeat_vector(rewrite, affine.shift, repeats, node);
    return affine;
}
