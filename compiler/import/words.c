/* words.c - comparisons, logic, powers, and other types. Truth is 1 in the Graph, and 0 is not. */
#include "import/rows.h"

#include "ops/map.h"
#include <float.h>

/* ---- truth ---- */

static NodeId not_of(ImportNode *node, NodeId id)
{
    return node_add(node, OP_sub, (NodeId[]){node_number_of(node, 1), id}, 2, NULL);
}

/* Comparisons, and `and` and `or`, which are the smaller and the larger one. */
bool import_test(ImportNode *node)
{
    Value result = {0};
    return node_combine(node, node->row->op, node_input(node, 0), node_input(node, 1), &result) &&
           node_result(node, 0, result.node, ONNX_BOOL, &result.shape);
}

/* a > b is b < a. */
bool import_test_turned(ImportNode *node)
{
    Value result = {0};
    return node_combine(node, node->row->op, node_input(node, 1), node_input(node, 0), &result) &&
           node_result(node, 0, result.node, ONNX_BOOL, &result.shape);
}

bool import_xor(ImportNode *node)
{
    Value result = {0};
    return node_combine(node, OP_equal, node_input(node, 0), node_input(node, 1), &result) &&
           node_result(node, 0, not_of(node, result.node), ONNX_BOOL, &result.shape);
}

bool import_not(ImportNode *node)
{
    Value *x = node_input(node, 0);
    return x ? node_result(node, 0, not_of(node, node_value(node, x)), ONNX_BOOL, &x->shape)
             : node_refuse(node, "it has no input");
}

/* NaN alone is not equal to itself. */
bool import_isnan(ImportNode *node)
{
    Value *x = node_input(node, 0);
    if (!x)
        return node_refuse(node, "it has no input");
    NodeId id = node_value(node, x);
    id = node_add(node, OP_equal, (NodeId[]){id, id}, 2, NULL);
    return node_result(node, 0, not_of(node, id), ONNX_BOOL, &x->shape);
}

/* Larger than any number, or smaller, where that is asked for. */
bool import_isinf(ImportNode *node)
{
    Value *x = node_input(node, 0);
    if (!x)
        return node_refuse(node, "it has no input");
    const NodeId value = node_value(node, x), most = node_number_of(node, (double)FLT_MAX);
    const NodeId least = node_number_of(node, -(double)FLT_MAX);
    NodeId id = node_number_of(node, 0);
    if (node_int(node, "detect_positive", 1))
        id = node_add(node, OP_max, (NodeId[]){node_add(node, OP_less, (NodeId[]){most, value}, 2, NULL), id}, 2, NULL);
    if (node_int(node, "detect_negative", 1))
        id =
            node_add(node, OP_max, (NodeId[]){node_add(node, OP_less, (NodeId[]){value, least}, 2, NULL), id}, 2, NULL);
    if (!node_int(node, "detect_positive", 1) && !node_int(node, "detect_negative", 1))
        return node_refuse(node, "it looks for no infinity");
    return node_result(node, 0, id, ONNX_BOOL, &x->shape);
}

/* All three in as many axes. */
bool import_where(ImportNode *node)
{
    Value *values[3];
    NodeId inputs[3];
    Shape shape = {0};
    for (size_t i = 0; i < 3; i++) {
        const Shape so_far = shape;
        values[i] = node_input(node, i);
        if (!values[i])
            return node_refuse(node, "input %zu is left out", i);
        if (!shape_both(&so_far, &values[i]->shape, &shape))
            return node_refuse(node, "its inputs have shapes that do not fit");
    }
    for (int i = 0; i < 3; i++) {
        Shape own = shape_raised(&values[i]->shape, MAX(shape.rank, 2));
        inputs[i] = node_value_as(node, values[i], &own);
    }
    return node_result(node, 0, node_add(node, OP_where, inputs, 3, NULL), values[1]->type, &shape);
}

/* ---- powers ---- */

/* Squares and roots are what they are more often than not. */
bool import_pow(ImportNode *node)
{
    Value *x = node_input(node, 0), *power = node_input(node, 1);
    if (!x || !power)
        return node_refuse(node, "it has no two inputs");
    const bool is_number = value_is_known(power) && value_count(&power->shape) == 1;
    const double number = !is_number ? 0 : power->floats ? (double)power->floats[0] : (double)power->integers[0];
    if (onnx_type_is_integer(x->type))
        return node_refuse(node, "powers of %s may be wider than f32 holds",
                           onnx_type_name(node->import->arena, x->type));
    if (power->shape.rank <= x->shape.rank && (number == 2 || number == 0.5)) {
        NodeId id = node_value(node, x);
        id = number == 2 ? node_add(node, OP_mul, (NodeId[]){id, id}, 2, NULL) : node_add(node, OP_sqrt, &id, 1, NULL);
        return node_result(node, 0, id, x->type, &x->shape);
    }
    return import_binary_old(node);
}

/* Of floats, what is left has the sign of what is divided (fmod); of integers, that of the divisor if fmod is 0. */
bool import_mod(ImportNode *node)
{
    Value *a = node_input(node, 0), *b = node_input(node, 1), result = {0};
    if (!node_combine(node, OP_mod, a, b, &result))
        return false;
    if (node_int(node, "fmod", 0))
        return node_result(node, 0, result.node, a->type, &result.shape);
    if (!onnx_type_is_integer(a->type))
        return node_refuse(node, "of floats, fmod has to be 1");
    Value sum = result;
    sum.name = "";
    return node_combine(node, OP_add, &sum, b, &result) && node_combine(node, OP_mod, &result, b, &sum) &&
           node_result(node, 0, sum.node, a->type, &sum.shape);
}

/* ---- other types ---- */

/* Floats of any size are f32 in the Graph, to integers they are cut towards 0. */
static bool cast(ImportNode *node, OnnxType to)
{
    Value *x = node_input(node, 0);
    const char *name = onnx_type_name(node->import->arena, to);
    if (!x || to == ONNX_BF16 || (!onnx_type_is_float(to) && !onnx_type_is_integer(to)))
        return node_refuse(node, "it casts to %s", name);
    NodeId id = node_value(node, x);
    if (to == ONNX_BOOL)
        id = not_of(node, node_add(node, OP_equal, (NodeId[]){id, node_number_of(node, 0)}, 2, NULL));
    else if (onnx_type_is_integer(to) && onnx_type_is_float(x->type))
        id = node_add(node, OP_trunc, &id, 1, NULL);
    else if (onnx_type_is_integer(to) && x->type != to && x->type != ONNX_BOOL)
        id = node_wrapped(node, id, to);
    return node_result(node, 0, id, to, &x->shape);
}

bool import_cast(ImportNode *node)
{
    return cast(node, (OnnxType)node_int(node, "to", ONNX_NONE));
}

bool import_cast_like(ImportNode *node)
{
    const Value *like = node_input(node, 1);
    return like ? cast(node, like->type) : node_refuse(node, "it has no input whose type it takes");
}
