/* maps.c - nodes that compute element by element. */
#include "import/rows.h"
#include "ops/map.h"
#include "ops/op.h"

#include <float.h>
#include <math.h>

/* ---- one input ---- */

static bool map_with(ImportNode *node, OpId op, const void *attrs)
{
    Value *x = node_input(node, 0);
    if (!x)
        return node_refuse(node, "it has no input");
    NodeId input = node_value(node, x);
    return node_result(node, 0, node_add(node, op, &input, 1, attrs), node_type(node), &x->shape);
}

/* Of one tensor, with numbers for attributes or none. */
bool import_unary(ImportNode *node)
{
    const Op *op = op_row(node->row->op);
    double attrs[COUNT_OF(node->row->numbers)];
    for (int i = 0; i < op->attr_count; i++)
        attrs[op->attrs[i].offset / sizeof *attrs] =
            node_number(node, node->row->numbers[i].name, node->row->numbers[i].fallback);
    return map_with(node, node->row->op, op->attr_count ? attrs : NULL);
}

bool import_gelu(ImportNode *node)
{
    const char *form = node_text(node, "approximate", "none");
    if (strcmp(form, "none") != 0 && strcmp(form, "tanh") != 0)
        return node_refuse(node, "approximate is '%s'", form);
    return map_with(node, OP_gelu, &(GeluAttrs){strcmp(form, "tanh") == 0});
}

static bool clip(ImportNode *node, double least, double most)
{
    return map_with(node, OP_clamp, &(ClampAttrs){fmax(least, -(double)FLT_MAX), fmin(most, (double)FLT_MAX)});
}

bool import_clip_attributes(ImportNode *node)
{
    return clip(node, node_number(node, "min", -INFINITY), node_number(node, "max", INFINITY));
}

/* A limit that is an input; `fallback` where it is left out. */
static bool limit(ImportNode *node, size_t input, double fallback, double *number)
{
    const Value *value = node_input(node, input);
    *number = fallback;
    if (!value)
        return true;
    if (!value_is_known(value) || value_count(&value->shape) != 1)
        return node_refuse(node, "its limit '%s' has to be one known number", value->name);
    *number = value->floats ? (double)value->floats[0] : (double)value->integers[0];
    return true;
}

/* Limits that a run is given: max, then min. */
static bool clip_computed(ImportNode *node)
{
    Value *x = node_input(node, 0);
    NodeId id = node_value(node, x);
    for (size_t i = 1; i < 3; i++) {
        Value *limit = node_input(node, i);
        Shape shape = {0};
        if (!limit)
            continue;
        if (value_count(&limit->shape) != 1 || node_is_none(id))
            return node_refuse(node, "its limit '%s' is no number", limit->name);
        shape.rank = graph_node(node->import->graph, id)->type.shape.rank;
        for (int axis = 0; axis < shape.rank; axis++)
            shape.dim[axis] = 1;
        NodeId other = node_value_as(node, limit, &shape);
        id = node_add(node, i == 1 ? OP_max : OP_min, (NodeId[]){id, other}, 2, NULL);
    }
    return node_result(node, 0, id, node_type(node), &x->shape);
}

bool import_clip(ImportNode *node)
{
    double least, most;
    const Value *low = node_input(node, 1), *high = node_input(node, 2);
    if (!node_input(node, 0))
        return node_refuse(node, "it has no input");
    if ((low && !value_is_known(low)) || (high && !value_is_known(high)))
        return clip_computed(node);
    return limit(node, 1, -INFINITY, &least) && limit(node, 2, INFINITY, &most) && clip(node, least, most);
}

/* Operators that are a few ops of the Graph: their input, NODE_NONE after a refusal. */
static NodeId operand(ImportNode *node)
{
    Value *x = node_input(node, 0);
    if (x)
        return node_value(node, x);
    node_refuse(node, "it has no input");
    return NODE_NONE;
}

/* The result of that input's shape. */
static bool result_like(ImportNode *node, NodeId id)
{
    return !node_is_none(id) && node_result(node, 0, id, node_type(node), &node_input(node, 0)->shape);
}

bool import_negation(ImportNode *node)
{
    NodeId x = operand(node);
    return result_like(node, node_add(node, OP_mul, (NodeId[]){x, node_number_of(node, -1)}, 2, NULL));
}

bool import_reciprocal(ImportNode *node)
{
    NodeId x = operand(node);
    return result_like(node, node_add(node, OP_div, (NodeId[]){node_number_of(node, 1), x}, 2, NULL));
}

bool import_softsign(ImportNode *node)
{
    NodeId x = operand(node), size = node_add(node, OP_abs, &x, 1, NULL);
    size = node_add(node, OP_add, (NodeId[]){size, node_number_of(node, 1)}, 2, NULL);
    return result_like(node, node_add(node, OP_div, (NodeId[]){x, size}, 2, NULL));
}

bool import_mish(ImportNode *node)
{
    NodeId x = operand(node), share = node_add(node, OP_softplus, &x, 1, NULL);
    share = node_add(node, OP_tanh, &share, 1, NULL);
    return result_like(node, node_add(node, OP_mul, (NodeId[]){x, share}, 2, NULL));
}

/* gamma * elu, whatever its numbers. */
bool import_selu(ImportNode *node)
{
    const double gamma = node_number(node, "gamma", 1.0507010221481323);
    NodeId x = operand(node);
    x = node_add(node, OP_elu, &x, 1, &(EluAttrs){node_number(node, "alpha", 1.67326319217681884765625)});
    return result_like(node, node_add(node, OP_mul, (NodeId[]){x, node_number_of(node, gamma)}, 2, NULL));
}

/* ---- two inputs and more ---- */

static bool is_number(const Value *value)
{
    return value->floats && value_count(&value->shape) == 1;
}

/* Both in shapes that one op takes: a number stays a number, so that the other needs no other shape. */
static void operands(ImportNode *node, Value *a, Value *b, NodeId inputs[2])
{
    static const Shape number = {0};
    const Graph *graph = node->import->graph;
    Value *both[2] = {a, b};
    if (is_number(a) != is_number(b)) {
        for (int i = 0; i < 2; i++)
            inputs[i] = is_number(both[i]) ? node_value_as(node, both[i], &number) : node_value(node, both[i]);
        return;
    }
    if (shape_equal(&a->shape, &b->shape) && !node_is_none(a->node) && !node_is_none(b->node) &&
        shape_equal(&graph_node(graph, a->node)->type.shape, &graph_node(graph, b->node)->type.shape)) {
        inputs[0] = a->node;
        inputs[1] = b->node;
        return;
    }
    const int rank = MAX(MAX(a->shape.rank, b->shape.rank), 2);
    for (int i = 0; i < 2; i++) {
        Shape shape = shape_raised(&both[i]->shape, rank);
        inputs[i] = node_value_as(node, both[i], &shape);
    }
}

/* What f32 makes of integers, as integers of that type have it: quotients go towards 0, others wrap around. */
static NodeId as_integers(ImportNode *node, OpId op, OnnxType type, NodeId id)
{
    if (!onnx_type_is_integer(type) || node_is_none(id) || op == OP_max || op == OP_min)
        return id;
    if (op == OP_div)
        return node_add(node, OP_trunc, &id, 1, NULL);
    if (op != OP_mul || type == ONNX_U8 || type == ONNX_I8)
        return node_wrapped(node, id, type);
    node_refuse(node, "products of %s may be wider than f32 holds", onnx_type_name(node->import->arena, type));
    return NODE_NONE;
}

bool node_combine(ImportNode *node, OpId op, Value *a, Value *b, Value *result)
{
    NodeId inputs[2];
    if (!a || !b)
        return node_refuse(node, "it has no two inputs");
    if (!shape_both(&a->shape, &b->shape, &result->shape))
        return node_refuse(node, "'%s' and '%s' have shapes that do not fit", a->name, b->name);
    operands(node, a, b, inputs);
    result->node = as_integers(node, op, a->type, node_add(node, op, inputs, 2, NULL));
    result->type = a->type;
    return !node_is_none(result->node);
}

bool import_binary(ImportNode *node)
{
    Value *a = node_input(node, 0), *b = node_input(node, 1), result = {0};
    return node_combine(node, node->row->op, a, b, &result) &&
           node_result(node, 0, result.node, node_type(node), &result.shape);
}

/* Up to opset 6, `broadcast` puts the axes of b at `axis` of a's, or at their end. */
bool import_binary_old(ImportNode *node)
{
    Value *a = node_input(node, 0), *b = node_input(node, 1), result = {0};
    if (!a || !b)
        return node_refuse(node, "it has no two inputs");
    Value moved = *b;
    if (node_int(node, "broadcast", 0) && node_attribute(node, "axis")) {
        int axis;
        if (!node_axis(node, node_int(node, "axis", 0), a->shape.rank, &axis))
            return false;
        while (moved.shape.rank < a->shape.rank - axis && moved.shape.rank < MAX_RANK)
            moved.shape.dim[moved.shape.rank++] = 1;
    }
    return node_combine(node, node->row->op, a, &moved, &result) &&
           node_result(node, 0, result.node, node_type(node), &result.shape);
}

bool import_variadic(ImportNode *node)
{
    const size_t count = node_input_count(node);
    Value *first = node_input(node, 0), sum;
    if (!first)
        return node_refuse(node, "it has no input");
    sum = *first;
    if (node_is_none(node_value(node, first)))
        return false;
    sum.node = first->node;
    for (size_t i = 1; i < count; i++) {
        Value *next = node_input(node, i), result = {.name = ""};
        if (!next || !node_combine(node, node->row->op, &sum, next, &result))
            return next ? false : node_refuse(node, "input %zu is left out", i);
        sum = result;
    }
    if (strcmp(node->proto->op_type, "Mean") == 0 && count > 1) {
        NodeId inputs[2] = {sum.node, node_number_of(node, (double)count)};
        sum.node = node_add(node, OP_div, inputs, 2, NULL);
    }
    return node_result(node, 0, sum.node, node_type(node), &sum.shape);
}

/* ---- with a number a channel ---- */

/* max(0, x) + slope * min(0, x), of slopes that are broadcast to x. */
static bool prelu_of_any(ImportNode *node, Value *x, Value *slope)
{
    Shape both, as_many = shape_raised(&slope->shape, MAX(x->shape.rank, 2)), usual = shape_usual(&x->shape);
    if (!shape_both(&x->shape, &slope->shape, &both) || !shape_equal(&both, &x->shape))
        return node_refuse(node, "its slopes do not fit its input");
    NodeId id = node_value_as(node, x, &usual), zero = node_number_of(node, 0);
    NodeId above = node_add(node, OP_max, (NodeId[]){id, zero}, 2, NULL);
    NodeId below = node_add(node, OP_min, (NodeId[]){id, zero}, 2, NULL);
    below = node_add(node, OP_mul, (NodeId[]){below, node_value_as(node, slope, &as_many)}, 2, NULL);
    return node_result(node, 0, node_add(node, OP_add, (NodeId[]){above, below}, 2, NULL), x->type, &x->shape);
}

/* A known slope is one number, or one a channel, and 1 along all other axes. */
bool import_prelu(ImportNode *node)
{
    Value *x = node_input(node, 0), *slope = node_input(node, 1);
    if (!x || !slope)
        return node_refuse(node, "it has no slope");
    const int64_t count = value_count(&slope->shape), channels = x->shape.rank > 1 ? x->shape.dim[1] : 0;
    const int behind = slope->shape.rank - (x->shape.rank - 1); /* where the channels stand in slope's shape */
    const bool is_channels = count == channels && ((slope->shape.rank == 1 && x->shape.rank == 2) ||
                                                   (behind >= 0 && slope->shape.dim[behind] == channels));
    const bool is_old = node->import->opset < 7 && slope->shape.rank == 1 && count == channels; /* never broadcast */
    if (!slope->floats || (count != 1 && !is_channels && !is_old))
        return prelu_of_any(node, x, slope);
    Shape usual = shape_usual(&x->shape), one = SHAPE(count);
    NodeId inputs[2] = {node_value_as(node, x, &usual), node_value_as(node, slope, &one)};
    return node_result(node, 0, node_add(node, OP_prelu, inputs, 2, NULL), x->type, &x->shape);
}

bool import_batchnorm(ImportNode *node)
{
    Value *x = node_input(node, 0);
    if (!x || node_input_count(node) != 5)
        return node_refuse(node, "it has not five inputs");
    if (node_int(node, "training_mode", 0) || (node->import->opset < 7 && !node_int(node, "is_test", 0)))
        return node_refuse(node, "nets in training are not supported");
    if (node_int(node, "spatial", 1) != 1)
        return node_refuse(node, "spatial is 0");
    NodeId inputs[5];
    Shape usual = shape_usual(&x->shape);
    inputs[0] = node_value_as(node, x, &usual);
    for (size_t i = 1; i < 5; i++) {
        Value *value = node_input(node, i);
        if (!value)
            return node_refuse(node, "input %zu is left out", i);
        Shape list = SHAPE(value_count(&value->shape));
        inputs[i] = node_value_as(node, value, &list);
    }
    return node_result(node, 0,
                       node_add(node, OP_batchnorm, inputs, 5, &(BatchnormAttrs){node_number(node, "epsilon", 1e-5)}),
                       node_type(node), &x->shape);
}

/* An axis at a time: [outer, 1, the rest] times as many ones. */
bool import_tile(ImportNode *node)
{
    Value *x = node_input(node, 0);
    int64_t repeats[MAX_RANK];
    const int64_t count = node_list(node, "repeats", 1, repeats, MAX_RANK);
    if (!x || count == -2)
        return false;
    if (count != x->shape.rank)
        return node_refuse(node, "%lld repeats for %d axes", (long long)count, x->shape.rank);
    Shape shape = x->shape;
    NodeId id = node_value(node, x);
    for (int axis = 0; axis < shape.rank; axis++) {
        if (repeats[axis] < 1 || repeats[axis] > LIMIT_DIMENSION)
            return node_refuse(node, "it is repeated %lld times along axis %d", (long long)repeats[axis], axis);
        if (repeats[axis] == 1)
            continue;
        Shape view = {.rank = 3, .dim = {1, 1, 1}};
        for (int i = 0; i < shape.rank; i++)
            view.dim[i < axis ? 0 : 2] *= shape.dim[i];
        const Shape many = {.rank = 3, .dim = {1, repeats[axis], 1}};
        float *ones = NEW_ARRAY(node->import->arena, float, repeats[axis]);
        for (int64_t i = 0; i < repeats[axis]; i++)
            ones[i] = 1;
        const NodeId inputs[] = {node_reshaped(node, id, &view), node_constant(node, &many, ones)};
        id = node_add(node, OP_mul, inputs, 2, NULL);
        shape.dim[axis] *= repeats[axis];
    }
    const Shape usual = shape_usual(&shape);
    return node_result(node, 0, node_reshaped(node, id, &usual), x->type, &shape);
}

/* Times ones of the shape: each element stays what it is. */
bool import_expand(ImportNode *node)
{
    enum { MOST = 1 << 24 };
    Value *x = node_input(node, 0), ones = {.name = "", .type = ONNX_F32, .node = NODE_NONE}, result = {0};
    int64_t dims[MAX_RANK], count;
    if (!x || (count = node_list(node, "shape", 1, dims, MAX_RANK)) == -2)
        return false;
    if (count < 0 || count > MAX_RANK)
        return node_refuse(node, "its shape has %lld axes", (long long)count);
    ones.shape = shape_make((int)count, dims);
    int64_t elements = 1;
    for (int64_t i = 0; i < count; i++) {
        if (dims[i] < 1 || elements > MOST / dims[i])
            return node_refuse(node, "its shape has the size %lld", (long long)dims[i]);
        elements *= dims[i];
    }
    float *data = NEW_ARRAY(node->import->arena, float, elements);
    for (int64_t i = 0; i < elements; i++)
        data[i] = 1;
    ones.floats = data;
    return node_combine(node, OP_mul, x, &ones, &result) &&
           node_result(node, 0, result.node, node_type(node), &result.shape);
}
