/* affine_of.c - which layers scale and shift their input, and by what (see affine.h).
 *
 *   batchnorm   (x - mean) / sqrt(variance + eps) * weight + bias
 *   normalize   (x - mean) / std
 *   scale       x * weight + bias
 *   x + c, x - c, c - x, x * c, c * x, x / c   for a number or a value a channel
 */
#include "ops/map.h"
#include "ops/op.h"
#include "pass/affine.h"
#include "pass/known.h"

static bool is_vector(const Shape *shape, const Shape *x)
{
    int64_t channels = x->rank > 1 ? x->dim[1] : 1;
    if (shape->rank > 1 && shape->rank != x->rank)
        return false;
    if (shape->rank > 1 && shape->dim[1] != channels && shape->dim[1] != 1)
        return false;
    for (int axis = 0; axis < shape->rank; axis++)
        if (axis != 1 && shape->rank > 1 && shape->dim[axis] != 1)
            return false;
    return shape->rank != 1; /* that would run along another axis */
}

static NodeId as_vector(Rewrite *rewrite, NodeId value, const Node *like)
{
    const Shape *shape = &graph_node(rewrite->to, value)->type.shape;
    return shape->rank == 1 ? value : known_reshape(rewrite, value, SHAPE(shape_count(shape)), like);
}

static NodeId number(Rewrite *rewrite, double value, Span span)
{
    Diag diag;
    diag_init(&diag, rewrite->to->arena);
    NodeId id = graph_add_number(rewrite->to, &diag, value, span);
    if (node_is_none(id))
        BUG("%g is no float", value);
    return id;
}

static NodeId negative(Rewrite *rewrite, NodeId value, const Node *like)
{
    return known_op(rewrite, OP_mul, value, number(rewrite, -1, like->span), like);
}

static NodeId operand(Rewrite *rewrite, const Node *node, uint32_t i)
{
    return i < node->input_count ? rewrite->map[graph_input(rewrite->from, node, i).index] : NODE_NONE;
}

/* (x - mean) * s + bias */
static Affine centred(Rewrite *rewrite, NodeId mean, NodeId scale, NodeId bias, const Node *like)
{
    NodeId moved = known_op(rewrite, OP_mul, mean, scale, like);
    NodeId shift = node_is_none(bias) ? negative(rewrite, moved, like) : known_op(rewrite, OP_sub, bias, moved, like);
    return (Affine){.scale = scale, .shift = shift};
}

static Affine of_batchnorm(Rewrite *rewrite, const Node *node)
{
    const BatchnormAttrs *attrs = node->attrs;
    NodeId deviation =
        known_op(rewrite, OP_add, operand(rewrite, node, 4), number(rewrite, attrs->eps, node->span), node);
    deviation = known_op(rewrite, OP_sqrt, deviation, NODE_NONE, node);
    NodeId scale = known_op(rewrite, OP_div, operand(rewrite, node, 1), deviation, node);
    return centred(rewrite, operand(rewrite, node, 3), scale, operand(rewrite, node, 2), node);
}

static Affine of_normalize(Rewrite *rewrite, const Node *node)
{
    NodeId scale = known_op(rewrite, OP_div, number(rewrite, 1, node->span), operand(rewrite, node, 2), node);
    return centred(rewrite, operand(rewrite, node, 1), scale, NODE_NONE, node);
}

/* x op c, or c op x when `turned`. */
static bool of_arithmetic(Rewrite *rewrite, const Node *node, NodeId constant, bool turned, Affine *affine)
{
    NodeId c = as_vector(rewrite, constant, node);
    *affine = (Affine){.scale = NODE_NONE, .shift = NODE_NONE, .x = turned};
    switch (node->op) {
    case OP_add:
        affine->shift = c;
        return true;
    case OP_sub:
        affine->scale = turned ? as_vector(rewrite, number(rewrite, -1, node->span), node) : NODE_NONE;
        affine->shift = turned ? c : negative(rewrite, c, node);
        return true;
    case OP_mul:
        affine->scale = c;
        return true;
    case OP_div:
        if (!turned)
            affine->scale = known_op(rewrite, OP_div, number(rewrite, 1, node->span), c, node);
        return !turned;
    default:
        return false;
    }
}

bool affine_of(Rewrite *rewrite, const bool *known, const Node *node, Affine *affine)
{
    const Graph *from = rewrite->from;
    if (node->input_count == 0 || node->type.dtype != DT_F32 || node->type.shape.rank < 2)
        return false;
    uint32_t unknown = 0;
    for (uint32_t i = 0; i < node->input_count; i++)
        unknown += !known[graph_input(from, node, i).index];
    if (unknown != 1)
        return false;
    switch (node->op) {
    case OP_batchnorm:
        *affine = of_batchnorm(rewrite, node);
        return true;
    case OP_normalize:
        *affine = of_normalize(rewrite, node);
        return true;
    case OP_scale:
        *affine = (Affine){.scale = operand(rewrite, node, 1), .shift = operand(rewrite, node, 2)};
        return true;
    case OP_add:
    case OP_sub:
    case OP_mul:
    case OP_div: {
        bool turned = known[graph_input(from, node, 0).index];
        uint32_t constant = turned ? 0 : 1;
        const Node *value = graph_input_node(from, node, constant), *x = graph_input_node(from, node, 1 - constant);
        return shape_equal(&x->type.shape, &node->type.shape) && is_vector(&value->type.shape, &x->type.shape) &&
               of_arithmetic(rewrite, node, operand(rewrite, node, constant), turned, affine);
    }
    default:
        return false;
    }
}
