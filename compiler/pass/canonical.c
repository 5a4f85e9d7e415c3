/* canonical.c - one way to say a thing, so that later passes need not know the others.
 *
 *   dropout(x)                         x
 *   relu(relu(x)), abs(abs(x))         relu(x), abs(x)
 *   x * 1, x / 1, x - 0                x
 *   reshape(flatten(x))                reshape(x), or x when its shape is that again
 *   slice, pad, transpose of nothing   x
 *   conv(pad(x))                       conv(x) with more padding, where zeros are padded
 *
 * Each is exact, for NaN and -0 too; x + 0 is not x when x is -0.
 */
#include "ops/conv.h"
#include "ops/op.h"
#include "ops/pad.h"
#include "ops/pool.h"
#include "ops/view.h"
#include "pass/pass.h"

typedef struct Canonical {
    Rewrite rewrite;
    Explain *explain;
} Canonical;

/* The new graph's node that makes input i of an old node. */
static const Node *new_input(const Rewrite *rewrite, const Node *node, uint32_t i)
{
    return graph_node(rewrite->to, rewrite->map[graph_input(rewrite->from, node, i).index]);
}

static bool is_number(const Rewrite *rewrite, const Node *node, float number)
{
    if (node->op != OP_const)
        return false;
    const Constant *constant = graph_constant(rewrite->to, node);
    return constant->kind != CONSTANT_LOADED && node->type.shape.rank == 0 && constant->data[0] == number;
}

static bool is_idempotent(OpId op)
{
    return op == OP_relu || op == OP_relu6 || op == OP_abs;
}

static bool pads_nothing(const Node *node)
{
    const PadAttrs *attrs = node->attrs;
    int64_t sum = attrs->channels[0] + attrs->channels[1];
    for (int side = 0; side < HALO_SIDES; side++)
        sum += attrs->amount[side];
    return sum == 0;
}

static bool pools_single_elements(const Node *node)
{
    const PoolAttrs *attrs = node->attrs;
    for (int axis = 0; axis < 2; axis++)
        if (attrs->size[axis] != 1 || attrs->stride[axis] != 1)
            return false;
    return attrs->pad[HALO_TOP] + attrs->pad[HALO_LEFT] + attrs->pad[HALO_BOTTOM] + attrs->pad[HALO_RIGHT] == 0;
}

/* Whether axes 0, 1, 2, ... of the result are those of the input in that order, from the first element on. */
static bool copies_in_order(const Graph *graph, const Node *node)
{
    CopyLoops loops = op_row(node->op)->copy(graph, node);
    if (!shape_equal(&graph_input_node(graph, node, 0)->type.shape, &node->type.shape))
        return false;
    for (int i = 0; i < loops.count; i++) {
        const CopyLoop *loop = &loops.at[i];
        if (loop->count > 1 && (loop->axis != loop->from || loop->step != loop->stride))
            return false;
    }
    return true;
}

/* Why the value of a node is that of its first input; NULL: it is another. */
static const char *why_nothing(const Rewrite *rewrite, const Node *node)
{
    const Graph *from = rewrite->from;
    const Node *x = new_input(rewrite, node, 0);
    const Op *row = op_row(node->op);
    if (node->op == OP_dropout)
        return "left out: it changes nothing once a net is trained";
    if (!shape_equal(&x->type.shape, &node->type.shape) || x->type.dtype != node->type.dtype)
        return NULL;
    if (is_idempotent(node->op) && x->op == node->op)
        return "left out: the layer before has done the same";
    if ((node->op == OP_mul || node->op == OP_div) && is_number(rewrite, new_input(rewrite, node, 1), 1))
        return "left out: a factor of 1";
    if (node->op == OP_sub && is_number(rewrite, new_input(rewrite, node, 1), 0))
        return "left out: a difference to 0";
    if (row->family == FAMILY_VIEW || (row->family == FAMILY_PAD && pads_nothing(node)) ||
        (row->family == FAMILY_COPY && copies_in_order(from, node)) ||
        (node->op == OP_maxpool && pools_single_elements(node)))
        return "left out: it moves nothing";
    return NULL;
}

/* A view of a view is a view of what that one views. */
static bool join_views(Canonical *c, NodeId id)
{
    Rewrite *rewrite = &c->rewrite;
    const Node *node = graph_node(rewrite->from, id), *view = new_input(rewrite, node, 0);
    if (op_row(node->op)->family != FAMILY_VIEW || op_row(view->op)->family != FAMILY_VIEW || node->op == OP_part ||
        view->op == OP_part)
        return false;
    NodeId whole = graph_input(rewrite->to, view, 0);
    if (shape_equal(&graph_node(rewrite->to, whole)->type.shape, &node->type.shape)) {
        rewrite->map[id.index] = whole;
    } else {
        ReshapeAttrs attrs = reshape_attrs(&node->type.shape);
        rewrite->map[id.index] = rewrite_add(rewrite, OP_reshape, &whole, 1, &attrs, node);
    }
    explain_done(c->explain, node, (Saving){0}, "joined with the view before");
    return true;
}

/* The pads around height and width that a node adds in zeros; NULL: none that a convolution could take over. */
static const PadAttrs *zero_padding(const Node *node)
{
    if (node->op != OP_pad)
        return NULL;
    const PadAttrs *attrs = node->attrs;
    bool zeros = attrs->mode == PAD_CONSTANT && attrs->value == 0 && attrs->channels[0] + attrs->channels[1] == 0;
    return zeros && node->type.shape.rank == 4 ? attrs : NULL;
}

static bool join_padding(Canonical *c, NodeId id)
{
    Rewrite *rewrite = &c->rewrite;
    const Node *node = graph_node(rewrite->from, id);
    if (node->op != OP_conv)
        return false;
    const Node *pad = new_input(rewrite, node, 0);
    const PadAttrs *amounts = zero_padding(pad);
    if (!amounts)
        return false;
    ConvAttrs attrs = *(const ConvAttrs *)node->attrs;
    for (int side = 0; side < HALO_SIDES; side++)
        attrs.pad[side] += amounts->amount[side];
    NodeId inputs[] = {graph_input(rewrite->to, pad, 0), NODE_NONE, NODE_NONE};
    for (uint32_t i = 1; i < node->input_count; i++)
        inputs[i] = rewrite->map[graph_input(rewrite->from, node, i).index];
    rewrite->map[id.index] = rewrite_add(rewrite, OP_conv, inputs, node->input_count, &attrs, node);
    explain_done(c->explain, node, (Saving){.bytes = 2 * type_bytes(&pad->type)},
                 "takes over the zeros that were padded before it");
    return true;
}

Graph *pass_canonical(const Graph *graph, const PassContext *context)
{
    Canonical c = {.rewrite = rewrite_begin(graph), .explain = context->explain};
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        NodeId id = {i};
        const Node *node = graph_node(graph, id);
        const char *nothing = node->input_count ? why_nothing(&c.rewrite, node) : NULL;
        if (nothing) {
            c.rewrite.map[i] = c.rewrite.map[graph_input(graph, node, 0).index];
            explain_done(c.explain, node,
                         (Saving){.bytes = op_row(node->op)->family == FAMILY_VIEW ? 0 : 2 * type_bytes(&node->type)},
                         "%s", nothing);
        } else if (!node->input_count || (!join_views(&c, id) && !join_padding(&c, id))) {
            rewrite_copy(&c.rewrite, id);
        }
    }
    return graph_without_dead(rewrite_end(&c.rewrite));
}
