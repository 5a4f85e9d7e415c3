/* sums.c - nodes that add up or compare along axes: products of matrices, softmax, places of the largest. */
#include "import/sums.h"
#include "import/reductions.h"
#include "import/rows.h"
#include "ops/slice.h"
#include "ops/softmax.h"
#include "ops/transpose.h"

/* ---- products ---- */

static NodeId turned(ImportNode *node, NodeId matrix)
{
    TransposeAttrs attrs = {.rank = 3, .order = {0, 2, 1}};
    if (node_is_none(matrix))
        return NODE_NONE;
    const Shape shape = graph_node(node->import->graph, matrix)->type.shape;
    Shape lifted = shape_lifted(&shape), result = SHAPE(shape.dim[1], shape.dim[0]);
    NodeId id = node_reshaped(node, matrix, &lifted);
    id = node_add(node, OP_transpose, &id, 1, &attrs);
    return node_is_none(id) ? NODE_NONE : node_reshaped(node, id, &result);
}

static NodeId times(ImportNode *node, NodeId id, double factor)
{
    if (factor == 1 || node_is_none(id))
        return id;
    return node_add(node, OP_mul, (NodeId[]){id, node_number_of(node, factor)}, 2, NULL);
}

/* Whether a factor is known with the weights. */
static bool is_weight(ImportNode *node, const Value *value)
{
    return value->floats ||
           (!node_is_none(value->node) && graph_known(node->import->arena, node->import->graph)[value->node.index]);
}

enum { MOST_PRODUCTS = 1 << 24 };

/* A B of two computed matrices [.., M, K] and [.., K, N] of at most five axes, as sums of all products, which are held:
 * for small ones. `shape`: of the result. */
static NodeId product(ImportNode *node, NodeId a, NodeId b, const Shape *shape)
{
    const Graph *graph = node->import->graph;
    if (node_is_none(a) || node_is_none(b))
        return NODE_NONE;
    const Shape x = graph_node(graph, a)->type.shape, y = graph_node(graph, b)->type.shape;
    const int rank = shape->rank;
    const int64_t inner = x.dim[x.rank - 1];
    if (rank + 1 > MAX_RANK || value_count(shape) > MOST_PRODUCTS / inner) {
        node_refuse(node, "both of its factors are computed, and they are too large for that");
        return NODE_NONE;
    }
    Shape left = {.rank = rank + 1}, right = {.rank = rank + 1};
    for (int i = 0; i < rank - 2; i++) {
        left.dim[i] = i < rank - x.rank ? 1 : x.dim[i - rank + x.rank];
        right.dim[i] = i < rank - y.rank ? 1 : y.dim[i - rank + y.rank];
    }
    left.dim[rank - 2] = x.dim[x.rank - 2], left.dim[rank - 1] = inner, left.dim[rank] = 1;
    right.dim[rank - 2] = 1, right.dim[rank - 1] = inner, right.dim[rank] = y.dim[y.rank - 1];
    NodeId id =
        node_add(node, OP_mul, (NodeId[]){node_reshaped(node, a, &left), node_reshaped(node, b, &right)}, 2, NULL);
    id = node_add(node, OP_reduce_sum, &id, 1, &(ReduceAttrs){.count = 1, .axes = {rank - 1}});
    return node_is_none(id) ? id : node_reshaped(node, id, shape);
}

/* alpha * A B + beta * C, where B is known: a fully connected layer for each row of A. */
bool import_gemm(ImportNode *node)
{
    Value *a = node_input(node, 0), *b = node_input(node, 1), *c = node_input(node, 2);
    if (!a || !b || a->shape.rank != 2 || b->shape.rank != 2)
        return node_refuse(node, "its factors are no matrices");
    const bool is_fc = is_weight(node, b);
    NodeId x = node_value_as(node, a, &a->shape), weight = node_value_as(node, b, &b->shape);
    if (node_int(node, "transA", 0))
        x = turned(node, x);
    if (!node_int(node, "transB", 0) == is_fc)
        weight = turned(node, weight);
    if (node_is_none(x) || node_is_none(weight))
        return false;
    const Graph *graph = node->import->graph;
    Shape shape =
        SHAPE(graph_node(graph, x)->type.shape.dim[0], graph_node(graph, weight)->type.shape.dim[is_fc ? 0 : 1]);
    if (graph_node(graph, x)->type.shape.dim[1] != graph_node(graph, weight)->type.shape.dim[is_fc ? 1 : 0])
        return node_refuse(node, "its factors do not fit");
    double beta = node_number(node, "beta", 1);
    NodeId inputs[3] = {x, times(node, weight, node_number(node, "alpha", 1))}, id;
    if (is_fc && c && c->floats && c->shape.rank >= 1 && value_count(&c->shape) == shape.dim[1] &&
        c->shape.dim[c->shape.rank - 1] == shape.dim[1]) {
        Shape row = SHAPE(shape.dim[1]);
        inputs[2] = times(node, node_value_as(node, c, &row), beta);
        return node_result(node, 0, node_add(node, OP_fc, inputs, 3, NULL), node_type(node), &shape);
    }
    id = is_fc ? node_add(node, OP_fc, inputs, 2, NULL) : product(node, inputs[0], inputs[1], &shape);
    if (c) {
        Shape addend = c->shape;
        while (addend.rank < 2)
            addend = shape_lifted(&addend);
        NodeId sum[2] = {id, times(node, node_value_as(node, c, &addend), beta)};
        id = node_add(node, OP_add, sum, 2, NULL);
    }
    return node_result(node, 0, id, node_type(node), &shape);
}

/* The shape of a product of two values of at least two axes each; false: they do not fit. */
static bool product_shape(const Shape *a, const Shape *b, Shape *result)
{
    Shape outer_of_a = *a, outer_of_b = *b;
    outer_of_a.rank -= 2;
    outer_of_b.rank -= 2;
    if (!shape_both(&outer_of_a, &outer_of_b, result))
        return false;
    const int rank = result->rank += 2;
    result->dim[rank - 2] = a->dim[a->rank - 2];
    result->dim[rank - 1] = b->dim[b->rank - 1];
    return a->dim[a->rank - 1] == b->dim[b->rank - 2];
}

/* A B of a known matrix B: a fully connected layer for each row of A. A vector is a row before, a column behind. */
NodeId matrix_product(ImportNode *node, Value *a, Value *b, Shape *shape)
{
    Shape left = shape_usual(&a->shape), right = b->shape;
    if (right.rank == 1)
        right = SHAPE(right.dim[0], 1);
    if (!product_shape(&left, &right, shape)) {
        node_refuse(node, "its factors do not fit");
        return NODE_NONE;
    }
    NodeId id;
    if (is_weight(node, b) && right.rank == 2) {
        const int64_t inner = left.dim[left.rank - 1];
        Shape rows = SHAPE(value_count(&left) / inner, inner);
        id = node_add(node, OP_fc,
                      (NodeId[]){node_value_as(node, a, &rows), turned(node, node_value_as(node, b, &right))}, 2, NULL);
    } else {
        id = product(node, node_value_as(node, a, &left), node_value_as(node, b, &right), shape);
    }
    if (a->shape.rank == 1)
        shape->dim[shape->rank - 2] = shape->dim[shape->rank - 1];
    shape->rank -= (a->shape.rank == 1) + (b->shape.rank == 1);
    return id;
}

bool import_matmul(ImportNode *node)
{
    Value *a = node_input(node, 0), *b = node_input(node, 1);
    Shape shape;
    if (!a || !b || a->shape.rank < 1 || b->shape.rank < 1)
        return node_refuse(node, "its factors are no matrices");
    const NodeId id = matrix_product(node, a, b, &shape);
    return node_result(node, 0, id, node_type(node), &shape);
}

/* ---- softmax ---- */

/* x - max - log(sum(exp(x - max))) along axis 1: no logarithm of what has become 0. */
static NodeId log_softmax(ImportNode *node, NodeId x)
{
    const ReduceAttrs along = {.count = 1, .axes = {1}, .keep = true};
    NodeId most = node_add(node, OP_reduce_max, &x, 1, &along);
    NodeId shifted = node_add(node, OP_sub, (NodeId[]){x, most}, 2, NULL);
    NodeId sum = node_add(node, OP_exp, &shifted, 1, NULL);
    sum = node_add(node, OP_reduce_sum, &sum, 1, &along);
    sum = node_add(node, OP_log, &sum, 1, NULL);
    return node_add(node, OP_sub, (NodeId[]){shifted, sum}, 2, NULL);
}

/* Along the middle one of three axes: those before and behind it are one each. */
static bool softmax(ImportNode *node, Value *x, int64_t outer, int64_t length, int64_t inner)
{
    Shape shape = inner == 1 ? SHAPE(outer, length) : SHAPE(outer, length, inner);
    NodeId id = node_value_as(node, x, &shape);
    if (strcmp(node->proto->op_type, "LogSoftmax") == 0)
        id = log_softmax(node, id);
    else
        id = node_add(node, OP_softmax, &id, 1, &(SoftmaxAttrs){.axis = 1});
    return node_result(node, 0, id, node_type(node), &x->shape);
}

bool import_softmax(ImportNode *node)
{
    Value *x = node_input(node, 0);
    int axis;
    if (!x || x->shape.rank == 0)
        return node_refuse(node, "its input has no axes");
    if (!node_axis(node, node_int(node, "axis", -1), x->shape.rank, &axis))
        return false;
    int64_t outer = 1, inner = 1;
    for (int i = 0; i < x->shape.rank; i++)
        *(i < axis ? &outer : &inner) *= i == axis ? 1 : x->shape.dim[i];
    return softmax(node, x, outer, x->shape.dim[axis], inner);
}

/* Up to opset 12: along all axes from one on. */
bool import_softmax_old(ImportNode *node)
{
    Value *x = node_input(node, 0);
    int axis = 0;
    if (!x || (x->shape.rank && !node_axis(node, node_int(node, "axis", 1), x->shape.rank, &axis)))
        return false;
    int64_t outer = 1, length = 1;
    for (int i = 0; i < x->shape.rank; i++)
        *(i < axis ? &outer : &length) *= x->shape.dim[i];
    return softmax(node, x, outer, length, 1);
}

/* ---- places ---- */

/* The elements along an axis from the last to the first. */
static NodeId backwards(ImportNode *node, NodeId id, int64_t axis)
{
    if (node_is_none(id))
        return id;
    const Shape shape = graph_node(node->import->graph, id)->type.shape;
    SliceAttrs attrs = {.begins = shape.rank, .sizes = shape.rank, .steps = shape.rank};
    for (int i = 0; i < shape.rank; i++) {
        attrs.begin[i] = i == axis ? shape.dim[i] - 1 : 0;
        attrs.size[i] = shape.dim[i];
        attrs.step[i] = i == axis ? -1 : 1;
    }
    return node_add(node, OP_slice, &id, 1, &attrs);
}

/* The first of the largest; with negation, of the smallest; backwards, the last. */
bool import_argmax(ImportNode *node)
{
    Value *x = node_input(node, 0);
    int axis;
    if (!x || x->shape.rank == 0)
        return node_refuse(node, "its input has no axes");
    const bool is_last = node_int(node, "select_last_index", 0) != 0;
    if (!node_axis(node, node_int(node, "axis", 0), x->shape.rank, &axis))
        return false;
    bool is_reduced[MAX_RANK] = {false};
    is_reduced[axis] = true;
    ReduceAttrs attrs;
    Shape from = axes_merged(&x->shape, is_reduced, &attrs), shape = {0};
    for (int i = 0; i < x->shape.rank; i++)
        if (i != axis || node_int(node, "keepdims", 1))
            shape.dim[shape.rank++] = i == axis ? 1 : x->shape.dim[i];
    NodeId id = node_value_as(node, x, &from);
    if (strcmp(node->proto->op_type, "ArgMin") == 0)
        id = times(node, id, -1);
    if (is_last)
        id = backwards(node, id, attrs.axes[0]);
    id = node_add(node, OP_argmax, &id, 1, &attrs);
    if (is_last)
        id = node_add(node, OP_sub, (NodeId[]){node_number_of(node, (double)x->shape.dim[axis] - 1), id}, 2, NULL);
    Shape usual = shape_usual(&shape);
    return !node_is_none(id) && node_result(node, 0, node_reshaped(node, id, &usual), ONNX_I64, &shape);
}

/* 1 at the first of the largest along an axis, 0 elsewhere; before opset 13 along all axes from that one on. */
bool import_hardmax(ImportNode *node)
{
    Value *x = node_input(node, 0);
    const bool is_old = node->import->opset < 13;
    int axis;
    if (!x || !node_axis(node, node_int(node, "axis", is_old ? 1 : -1), x->shape.rank, &axis))
        return false;
    bool is_reduced[MAX_RANK] = {false};
    for (int i = axis; i < (is_old ? x->shape.rank : axis + 1); i++)
        is_reduced[i] = true;
    ReduceAttrs attrs;
    const Shape from = axes_merged(&x->shape, is_reduced, &attrs);
    Shape along = {.rank = from.rank};
    attrs.keep = true;
    for (int i = 0; i < from.rank; i++)
        along.dim[i] = i == attrs.axes[0] ? from.dim[i] : 1;
    const int64_t length = value_count(&along);
    float *places = NEW_ARRAY(node->import->arena, float, length);
    for (int64_t i = 0; i < length; i++)
        places[i] = (float)i;
    NodeId id = node_value_as(node, x, &from);
    id = node_add(node, OP_argmax, &id, 1, &attrs);
    id = node_add(node, OP_equal, (NodeId[]){id, node_constant(node, &along, places)}, 2, NULL);
    return node_result(node, 0, id, node_type(node), &x->shape);
}
