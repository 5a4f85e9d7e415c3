/* quantized.c - whole numbers for floats: x = (q - zero point) * scale.
 *
 * Quantised numbers are f32 in the Graph, which holds them and sums of their products up to 2^24 exactly. A sum is
 * rounded before it is scaled, though it is whole: that keeps passes from moving scales into weights, which have to
 * stay whole, too.
 */
#include "import/rows.h"
#include "import/sums.h"
#include "import/window.h"
#include "ops/map.h"
#include "ops/pad.h"
#include "ops/reduce.h"

#include <math.h>

enum { MOST_EXACT = 1 << 24, WIDEST = 255 /* |q - zero point| of 8 bits */ };

/* ---- scales and zero points ---- */

/* One number for all of x, or one for each place along an axis, as a node that is broadcast to x's usual shape. */
static NodeId along(ImportNode *node, Value *value, const Shape *x, int axis)
{
    const int64_t count = value_count(&value->shape);
    Shape shape = shape_usual(x);
    const int at = axis + shape.rank - x->rank;
    for (int i = 0; i < shape.rank; i++)
        shape.dim[i] = 1;
    if (count != 1 && (axis < 0 || count != x->dim[axis])) {
        node_refuse(node, "'%s' has %lld numbers, and not one, or one for each place along its axis", value->name,
                    (long long)count);
        return NODE_NONE;
    }
    if (count != 1)
        shape.dim[at] = count;
    return node_value_as(node, value, &shape);
}

/* q - zero point, in q's usual shape; `zero` may be left out. */
static NodeId shifted(ImportNode *node, Value *q, Value *zero, int axis)
{
    const Shape usual = shape_usual(&q->shape);
    NodeId id = node_value_as(node, q, &usual);
    if (!zero || (zero->integers && value_count(&zero->shape) == 1 && !zero->integers[0]))
        return id;
    return node_add(node, OP_sub, (NodeId[]){id, along(node, zero, &q->shape, axis)}, 2, NULL);
}

/* round(x) + zero point, in the range of its type: half goes to the even one. */
static NodeId saturated(ImportNode *node, NodeId x, NodeId zero, OnnxType type)
{
    ClampAttrs range;
    onnx_type_range(type, &range.min, &range.max);
    x = node_add(node, OP_round, &x, 1, NULL);
    if (!node_is_none(zero))
        x = node_add(node, OP_add, (NodeId[]){x, zero}, 2, NULL);
    return node_add(node, OP_clamp, &x, 1, &range);
}

static bool is_quantised(OnnxType type)
{
    return type == ONNX_U8 || type == ONNX_I8 || type == ONNX_U16 || type == ONNX_I16;
}

/* ---- to whole numbers and back ---- */

/* x and its parameters in shapes that fit each other: all of x, an axis, or blocks of places along one. */
typedef struct Linear {
    Value *x, *scale, *zero;
    Shape whole, few;
} Linear;

static bool read_linear(ImportNode *node, Linear *l)
{
    *l = (Linear){node_input(node, 0), node_input(node, 1), node_input(node, 2), {0}, {0}};
    if (!l->x || !l->scale)
        return node_refuse(node, "it has no scale");
    const Shape *x = &l->x->shape, *scale = &l->scale->shape;
    int64_t block = node_int(node, "block_size", 0), pre = 1, post = 1;
    int axis = 0;
    if (l->zero && !shape_equal(&l->zero->shape, scale) && value_count(&l->zero->shape) != value_count(scale))
        return node_refuse(node, "its zero points are not as many as its scales");
    if (value_count(scale) == 1) {
        l->whole = SHAPE(value_count(x), 1);
        l->few = SHAPE(1, 1);
        return true;
    }
    if (!node_axis(node, node_int(node, "axis", 1), x->rank, &axis))
        return false;
    for (int i = 0; i < x->rank; i++)
        *(i < axis ? &pre : &post) *= i == axis ? 1 : x->dim[i];
    const int64_t length = x->dim[axis];
    if (!block && scale->rank == x->rank && scale->rank > 1)
        block = quotient_up(length, scale->dim[axis]);
    if (block && (scale->rank != x->rank || block < 1 || length % block || scale->dim[axis] != length / block))
        return node_refuse(node, "blocks of %lld along an axis of %lld", (long long)block, (long long)length);
    if (block) {
        l->whole = SHAPE(pre, length / block, block, post);
        l->few = SHAPE(pre, length / block, 1, post);
    } else {
        l->whole = SHAPE(pre, length, post);
        l->few = SHAPE(1, length, 1);
    }
    return value_count(&l->few) == value_count(scale) ||
           node_refuse(node, "it has %lld scales", (long long)value_count(scale));
}

bool import_quantize(ImportNode *node)
{
    Linear l;
    if (!read_linear(node, &l))
        return false;
    const OnnxType type = l.zero ? l.zero->type : (OnnxType)node_int(node, "output_dtype", ONNX_U8);
    if (!is_quantised(type))
        return node_refuse(node, "its result is %s", onnx_type_name(node->import->arena, type));
    const NodeId inputs[] = {node_value_as(node, l.x, &l.whole), node_value_as(node, l.scale, &l.few)};
    const NodeId zero = l.zero ? node_value_as(node, l.zero, &l.few) : NODE_NONE;
    if (l.zero && node_is_none(zero))
        return false;
    return node_result(node, 0, saturated(node, node_add(node, OP_div, inputs, 2, NULL), zero, type), type,
                       &l.x->shape);
}

bool import_dequantize(ImportNode *node)
{
    Linear l;
    if (!read_linear(node, &l))
        return false;
    NodeId id = node_value_as(node, l.x, &l.whole);
    if (l.zero)
        id = node_add(node, OP_sub, (NodeId[]){id, node_value_as(node, l.zero, &l.few)}, 2, NULL);
    id = node_add(node, OP_mul, (NodeId[]){id, node_value_as(node, l.scale, &l.few)}, 2, NULL);
    return node_result(node, 0, id, l.scale->type, &l.x->shape);
}

/* Scale and zero point are such that 0 and all of x are in 0..255. */
bool import_dynamic_quantize(ImportNode *node)
{
    Value *x = node_input(node, 0);
    if (!x)
        return node_refuse(node, "it has no input");
    const Shape all = SHAPE(1, value_count(&x->shape)), number = {0};
    const ReduceAttrs whole = {.count = 1, .axes = {1}, .keep = true};
    const NodeId zero = node_number_of(node, 0), one = node_number_of(node, 1);
    NodeId id = node_value_as(node, x, &all);
    NodeId most = node_add(node, OP_reduce_max, &id, 1, &whole), least = node_add(node, OP_reduce_min, &id, 1, &whole);
    most = node_add(node, OP_max, (NodeId[]){most, zero}, 2, NULL);
    least = node_add(node, OP_min, (NodeId[]){least, zero}, 2, NULL);
    NodeId scale = node_add(node, OP_sub, (NodeId[]){most, least}, 2, NULL);
    scale = node_add(node, OP_div, (NodeId[]){scale, node_number_of(node, WIDEST)}, 2, NULL);
    scale = node_add(node, OP_where, (NodeId[]){scale, scale, one}, 3, NULL); /* where all is 0, any will do */
    NodeId point = node_add(node, OP_div, (NodeId[]){least, scale}, 2, NULL);
    point = node_add(node, OP_sub, (NodeId[]){zero, point}, 2, NULL);
    point = saturated(node, point, NODE_NONE, ONNX_U8);
    id = saturated(node, node_add(node, OP_div, (NodeId[]){id, scale}, 2, NULL), point, ONNX_U8);
    return node_result(node, 0, id, ONNX_U8, &x->shape) && node_result(node, 1, scale, ONNX_F32, &number) &&
           node_result(node, 2, point, ONNX_U8, &number);
}

/* ---- sums of products ---- */

/* How large a sum can become: 255 times the weights' own, of the output that has the largest. `weight` is seen as
 * [outer, outputs, inner]; `terms` products are summed. */
static double largest_sum(const Value *weight, int64_t outputs, int64_t inner, int64_t terms)
{
    if (!weight->integers)
        return (double)terms * WIDEST * WIDEST;
    double largest = 0;
    const int64_t count = value_count(&weight->shape), outer = count / MAX(outputs * inner, 1);
    for (int64_t m = 0; m < outputs; m++) {
        double sum = 0;
        for (int64_t o = 0; o < outer; o++)
            for (int64_t i = 0; i < inner; i++)
                sum += fabs((double)weight->integers[(o * outputs + m) * inner + i]);
        largest = fmax(largest, sum);
    }
    return largest * WIDEST;
}

static bool is_exact(ImportNode *node, double largest)
{
    return largest < MOST_EXACT ||
           node_refuse(node, "its sums may become as large as %.0f, and f32 holds integers up to 2^24", largest);
}

/* Winograd's algorithm, which square kernels may be computed by, rounds: such a kernel, of that shape, gets a column of
 * zeros, under which there is padding. */
static NodeId no_longer_square(ImportNode *node, NodeId kernel, const Shape *shape, Window *window)
{
    const PadAttrs column = {.amount = {[HALO_RIGHT] = 1}};
    if (shape->dim[2] != shape->dim[3] || shape->dim[3] == 1)
        return node_reshaped(node, kernel, shape);
    kernel = in_shape(node, kernel, SHAPE(1, 1, shape->dim[0] * shape->dim[1] * shape->dim[2], shape->dim[3]));
    kernel = node_add(node, OP_pad, &kernel, 1, &column);
    window->behind[COLUMNS_AXIS] += window->dilation[COLUMNS_AXIS];
    return in_shape(node, kernel, SHAPE(shape->dim[0], shape->dim[1], shape->dim[2], shape->dim[3] + 1));
}

static NodeId convolved(ImportNode *node, Value *x, Value *x_zero, Value *weight, Value *w_zero, Value *bias,
                        Window *window)
{
    if (!window_fits(node, &x->shape))
        return NODE_NONE;
    if (weight->shape.rank != x->shape.rank || x->shape.rank == 2 + SPATIAL) {
        node_refuse(node, "its input has %d axes, its weight %d", x->shape.rank, weight->shape.rank);
        return NODE_NONE;
    }
    const Shape in = volume_of(&x->shape), w = volume_of(&weight->shape), picture = picture_of(&in),
                kernel = picture_of(&w);
    if (!window_read(node, &x->shape, &w.dim[2], window))
        return NODE_NONE;
    NodeId inputs[3] = {node_reshaped(node, shifted(node, x, x_zero, -1), &picture),
                        no_longer_square(node, shifted(node, weight, w_zero, 0), &kernel, window)};
    const Shape list = SHAPE(w.dim[0]);
    if (bias)
        inputs[2] = node_value_as(node, bias, &list);
    const ConvAttrs attrs = conv_of_planes(window, node_int(node, "group", 1));
    const NodeId id = node_add(node, OP_conv, inputs, bias ? 3 : 2, &attrs);
    return node_add(node, OP_round, &id, 1, NULL);
}

static bool convolution_result(ImportNode *node, NodeId id, const Window *window, OnnxType type)
{
    if (node_is_none(id))
        return false;
    Shape shape = graph_node(node->import->graph, id)->type.shape;
    if (window->spatial == 1)
        shape = SHAPE(shape.dim[0], shape.dim[1], shape.dim[3]);
    return node_result(node, 0, id, type, &shape);
}

bool import_conv_integer(ImportNode *node)
{
    Value *x = node_input(node, 0), *weight = node_input(node, 1);
    Window window;
    if (!x || !weight || weight->shape.rank < 3)
        return node_refuse(node, "it has no weight");
    const int64_t maps = weight->shape.dim[0], terms = value_count(&weight->shape) / maps;
    if (!is_exact(node, largest_sum(node_input(node, 3) ? &(Value){0} : weight, maps, terms, terms)))
        return false;
    NodeId id = convolved(node, x, node_input(node, 2), weight, node_input(node, 3), NULL, &window);
    return convolution_result(node, id, &window, ONNX_I32);
}

bool import_matmul_integer(ImportNode *node)
{
    Value *a = node_input(node, 0), *b = node_input(node, 1), *b_zero = node_input(node, 3);
    Shape shape;
    if (!a || !b || a->shape.rank < 1 || b->shape.rank < 1)
        return node_refuse(node, "its factors are no matrices");
    const int64_t columns = b->shape.rank > 1 ? b->shape.dim[b->shape.rank - 1] : 1;
    if (!is_exact(node, largest_sum(b_zero ? &(Value){0} : b, columns, 1, a->shape.dim[a->shape.rank - 1])))
        return false;
    Value left = *a, right = *b;
    left.node = shifted(node, a, node_input(node, 2), a->shape.rank - 2);
    right.node = shifted(node, b, b_zero, b->shape.rank - 1);
    left.integers = right.integers = NULL;
    NodeId id = matrix_product(node, &left, &right, &shape);
    id = node_add(node, OP_round, &id, 1, NULL);
    return node_result(node, 0, id, ONNX_I32, &shape);
}

/* ---- from whole numbers to whole numbers ---- */

/* sum * (scale of x * scale of the weight / scale of y), in y's type. `axis`: of the result, that scales of the weight
 * go along. */
static NodeId requantised(ImportNode *node, NodeId sum, Value *scales[3], const Shape *shape, int axis, Value *zero)
{
    if (node_is_none(sum))
        return NODE_NONE;
    NodeId factor = node_add(
        node, OP_mul, (NodeId[]){along(node, scales[0], shape, shape->rank - 2), along(node, scales[1], shape, axis)},
        2, NULL);
    factor = node_add(node, OP_div, (NodeId[]){factor, along(node, scales[2], shape, -1)}, 2, NULL);
    const Shape usual = shape_usual(shape);
    NodeId id = node_add(node, OP_mul, (NodeId[]){node_reshaped(node, sum, &usual), factor}, 2, NULL);
    return saturated(node, id, along(node, zero, shape, -1), zero->type);
}

/* All of x, scale, zero point, weight, scale, zero point, scale and zero point of y are there. */
static bool read_eight(ImportNode *node, Value *values[8])
{
    for (size_t i = 0; i < 8; i++)
        if (!(values[i] = node_input(node, i)))
            return node_refuse(node, "input %zu is left out", i);
    return is_quantised(values[7]->type) ||
           node_refuse(node, "its result is %s", onnx_type_name(node->import->arena, values[7]->type));
}

bool import_qlinear_conv(ImportNode *node)
{
    Value *v[8];
    Window window;
    if (!read_eight(node, v))
        return false;
    NodeId id = convolved(node, v[0], v[2], v[3], v[5], node_input(node, 8), &window);
    if (node_is_none(id))
        return false;
    const Shape shape = graph_node(node->import->graph, id)->type.shape;
    id = requantised(node, id, (Value *[]){v[1], v[4], v[6]}, &shape, 1, v[7]);
    return convolution_result(node, id, &window, v[7]->type);
}

bool import_qlinear_matmul(ImportNode *node)
{
    Value *v[8];
    Shape shape;
    if (!read_eight(node, v))
        return false;
    Value left = *v[0], right = *v[3];
    left.node = shifted(node, v[0], v[2], v[0]->shape.rank - 2);
    right.node = shifted(node, v[3], v[5], v[3]->shape.rank - 1);
    left.integers = right.integers = NULL;
    NodeId id = matrix_product(node, &left, &right, &shape);
    id = node_add(node, OP_round, &id, 1, NULL);
    id = requantised(node, id, (Value *[]){v[1], v[4], v[6]}, &shape, shape.rank - 1, v[7]);
    return node_result(node, 0, id, v[7]->type, &shape);
}
