/* resize_computed.c - Resize whose scales, or whose parts to be cut out, are numbers that the net computes or is given.
 *
 * How large the result is has to be declared in the model then. Along each axis y = W x, where place o of m is a sum of
 * the n places of x; W [m, n] is computed by operations of elements, from the places 0..m - 1 and 0..n - 1:
 *
 *   place[o]    of o in x, by the scale s: (o + 0.5) / s - 0.5, say
 *   W[o, i]     nearest: whether i is the place, rounded; else the kernel at place[o] - i
 *
 * The numbers are those of ops/resample.c.
 */
#include "import/resize.h"
#include "import/sums.h"
#include "ops/reduce.h"
#include "ops/slice.h"

#include <math.h>

enum { MOST_REACH = 64 }; /* places beyond an edge that a kernel reads */

typedef struct Axis {
    ImportNode *node;
    const Resizing *r;
    int64_t n, m;
    NodeId scale; /* [1, 1, 1] */
    NodeId place; /* [1, m, 1] */
} Axis;

/* ---- arithmetic ---- */

static NodeId two(const Axis *axis, OpId op, NodeId a, NodeId b)
{
    return node_add(axis->node, op, (NodeId[]){a, b}, 2, NULL);
}

static NodeId one(const Axis *axis, OpId op, NodeId a)
{
    return node_add(axis->node, op, &a, 1, NULL);
}

static NodeId number(const Axis *axis, double value)
{
    return node_number_of(axis->node, value);
}

/* op(a, value) */
static NodeId with(const Axis *axis, OpId op, NodeId a, double value)
{
    return two(axis, op, a, number(axis, value));
}

static NodeId within(const Axis *axis, NodeId id, double least, double most)
{
    return with(axis, OP_min, with(axis, OP_max, id, least), most);
}

/* first, first + 1, ... in that shape. */
static NodeId places(const Axis *axis, Shape shape, double first)
{
    const int64_t count = shape_count(&shape);
    float *numbers = NEW_ARRAY(axis->node->import->arena, float, count);
    for (int64_t i = 0; i < count; i++)
        numbers[i] = (float)(first + (double)i);
    return node_constant(axis->node, &shape, numbers);
}

/* Element i of a value of one axis, as [1, 1, 1]. */
static NodeId element(ImportNode *node, Value *value, int64_t i)
{
    const Shape row = SHAPE(1, value_count(&value->shape)), single = SHAPE(1, 1, 1);
    SliceAttrs attrs = slice_whole(&row);
    attrs.begin[1] = i;
    attrs.size[1] = 1;
    NodeId id = node_value_as(node, value, &row);
    id = node_add(node, OP_slice, &id, 1, &attrs);
    return node_is_none(id) ? id : node_reshaped(node, id, &single);
}

/* ---- places ---- */

static NodeId half_pixel(const Axis *axis, NodeId at)
{
    return with(axis, OP_sub, two(axis, OP_div, with(axis, OP_add, at, 0.5), axis->scale), 0.5);
}

/* Where the places of the result are in x. */
static NodeId scaled_places(const Axis *axis)
{
    const double n = (double)axis->n, m = (double)axis->m;
    const NodeId at = places(axis, SHAPE(1, axis->m, 1), 0);
    switch (axis->r->align) {
    case RESAMPLE_HALF_PIXEL:
        return axis->r->is_pytorch && axis->m == 1 ? at : half_pixel(axis, at);
    case RESAMPLE_CORNERS: {
        if (axis->m == 1)
            return at;
        const NodeId steps = with(axis, OP_sub, with(axis, OP_mul, axis->scale, n), 1);
        return two(axis, OP_div, with(axis, OP_mul, at, n - 1), steps);
    }
    case RESAMPLE_SYMMETRIC: { /* n / 2 * (1 - m / (s n)) further */
        const NodeId moved =
            two(axis, OP_sub, number(axis, n / 2), two(axis, OP_div, number(axis, m / 2), axis->scale));
        return two(axis, OP_add, half_pixel(axis, at), moved);
    }
    case RESAMPLE_FOR_NN:
        return two(axis, OP_div, with(axis, OP_add, at, 0.5), axis->scale);
    case RESAMPLE_ASYMMETRIC:
    case RESAMPLE_CROP:
        break;
    }
    return two(axis, OP_div, at, axis->scale);
}

/* From `begin` to `end`, parts of the axis. */
static NodeId cropped_places(const Axis *axis, NodeId begin, NodeId end)
{
    const double last = (double)axis->n - 1;
    if (axis->m == 1)
        return with(axis, OP_mul, two(axis, OP_add, begin, end), 0.5 * last);
    const NodeId at = places(axis, SHAPE(1, axis->m, 1), 0);
    const NodeId step = with(axis, OP_mul, two(axis, OP_sub, end, begin), last / ((double)axis->m - 1));
    return two(axis, OP_add, with(axis, OP_mul, begin, last), two(axis, OP_mul, at, step));
}

/* ---- weights ---- */

static NodeId rounded(const Axis *axis, ResizeRound round)
{
    switch (round) {
    case ROUND_FLOOR:
        return one(axis, OP_floor, axis->place);
    case ROUND_CEIL:
        return one(axis, OP_ceil, axis->place);
    case ROUND_HALF_UP:
        return one(axis, OP_floor, with(axis, OP_add, axis->place, 0.5));
    case ROUND_HALF_DOWN:
        return one(axis, OP_ceil, with(axis, OP_sub, axis->place, 0.5));
    }
    BUG("rounding %d", (int)round);
}

static NodeId linear_kernel(const Axis *axis, NodeId distance)
{
    return with(axis, OP_max, two(axis, OP_sub, number(axis, 1), distance), 0);
}

/* Keys' kernel: ((a + 2) t - (a + 3)) t^2 + 1 up to 1, ((a t - 5 a) t + 8 a) t - 4 a up to 2. */
static NodeId cubic_kernel(const Axis *axis, NodeId t)
{
    const double a = axis->r->coefficient;
    NodeId inner = with(axis, OP_sub, with(axis, OP_mul, t, a + 2), a + 3);
    inner = with(axis, OP_add, two(axis, OP_mul, two(axis, OP_mul, inner, t), t), 1);
    NodeId outer = with(axis, OP_sub, with(axis, OP_mul, t, a), 5 * a);
    outer = with(axis, OP_add, two(axis, OP_mul, outer, t), 8 * a);
    outer = with(axis, OP_sub, two(axis, OP_mul, outer, t), 4 * a);
    outer = node_add(axis->node, OP_where, (NodeId[]){with(axis, OP_less, t, 2), outer, number(axis, 0)}, 3, NULL);
    return node_add(axis->node, OP_where, (NodeId[]){with(axis, OP_less_equal, t, 1), inner, outer}, 3, NULL);
}

/* What places of x, beyond its edges too, weigh: the kernel, wider where an axis becomes shorter, if so wanted. */
static NodeId kernel_at(const Axis *axis, NodeId at)
{
    NodeId distance = one(axis, OP_abs, two(axis, OP_sub, at, axis->place));
    if (axis->r->antialias)
        distance = two(axis, OP_mul, distance, with(axis, OP_min, axis->scale, 1));
    return axis->r->is_cubic ? cubic_kernel(axis, distance) : linear_kernel(axis, distance);
}

static NodeId sum_of_rows(const Axis *axis, NodeId id)
{
    return node_add(axis->node, OP_reduce_sum, &id, 1, &(ReduceAttrs){.count = 1, .axes = {2}, .keep = true});
}

/* Weights of places beyond an edge, all of which are the one at the edge. */
static NodeId beyond(const Axis *axis, int64_t reach, double first, double edge)
{
    const NodeId sum = sum_of_rows(axis, kernel_at(axis, places(axis, SHAPE(1, 1, reach), first)));
    return two(axis, OP_mul, sum, with(axis, OP_equal, places(axis, SHAPE(1, 1, axis->n), 0), edge));
}

/* W [1, m, n] */
static NodeId weights(const Axis *axis, ResizeRound round)
{
    const double last = (double)axis->n - 1;
    const NodeId at = places(axis, SHAPE(1, 1, axis->n), 0);
    const bool is_linear = axis->r->is_linear && !axis->r->antialias;
    if (is_linear || !(axis->r->is_linear || axis->r->is_cubic)) {
        Axis inside = *axis;
        inside.place = within(axis, is_linear ? axis->place : rounded(axis, round), 0, last);
        return is_linear ? kernel_at(&inside, at) : two(axis, OP_equal, at, inside.place);
    }
    const int64_t radius = axis->r->is_cubic ? 2 : 1;
    const int64_t reach = axis->r->antialias ? radius * MAX(1, (axis->n + axis->m - 1) / axis->m) + 1 : radius;
    if (reach > MOST_REACH) {
        node_refuse(axis->node, "its scales are computed by the net, and %lld places become %lld", (long long)axis->n,
                    (long long)axis->m);
        return NODE_NONE;
    }
    NodeId id = kernel_at(axis, at);
    if (!axis->r->exclude_outside) {
        id = two(axis, OP_add, id, beyond(axis, reach, -(double)reach, 0));
        id = two(axis, OP_add, id, beyond(axis, reach, last + 1, last));
    }
    return two(axis, OP_div, id, sum_of_rows(axis, id));
}

/* ---- the layer ---- */

/* The shape that the model declares for output 0. */
static bool declared_shape(ImportNode *node, int rank, Shape *shape)
{
    const Onnx__GraphProto *graph = node->import->model->graph;
    const Onnx__ValueInfoProto *info = NULL;
    const char *name = node->proto->output[0];
    for (size_t i = 0; !info && i < graph->n_output; i++)
        info = strcmp(graph->output[i]->name ? graph->output[i]->name : "", name) == 0 ? graph->output[i] : NULL;
    for (size_t i = 0; !info && i < graph->n_value_info; i++)
        info = strcmp(graph->value_info[i]->name ? graph->value_info[i]->name : "", name) == 0 ? graph->value_info[i]
                                                                                               : NULL;
    const Onnx__TensorShapeProto *dims =
        info && info->type && info->type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE
            ? info->type->tensor_type->shape
            : NULL;
    *shape = (Shape){.rank = rank};
    bool is_there = dims && dims->n_dim == (size_t)rank;
    for (int i = 0; is_there && i < rank; i++) {
        is_there = dims->dim[i]->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        shape->dim[i] = is_there ? dims->dim[i]->dim_value : 0;
    }
    return (is_there && shape_fits(shape)) ||
           node_refuse(node, "its scales are computed by the net, and the model does not say how large '%s' is", name);
}

/* y [.., m, ..] of x [.., n, ..]. */
static NodeId along_axis(Axis *axis, NodeId x, const Shape *shape, int at, NodeId matrix)
{
    ImportNode *node = axis->node;
    Shape rows = {.rank = 3, .dim = {1, axis->n, 1}}, result = *shape, product;
    for (int i = 0; i < shape->rank; i++)
        rows.dim[0] *= i < at ? shape->dim[i] : 1, rows.dim[2] *= i > at ? shape->dim[i] : 1;
    result.dim[at] = axis->m;
    Value left = {.name = "weights", .type = ONNX_F32, .shape = SHAPE(1, axis->m, axis->n), .node = matrix};
    Value right = {.name = "values", .type = ONNX_F32, .shape = rows, .node = x};
    const NodeId id = matrix_product(node, &left, &right, &product);
    return node_is_none(id) ? id : node_reshaped(node, id, &result);
}

/* What a crop shows outside of x. */
static NodeId with_outside(const Axis *axis, NodeId y, const Shape *shape, int at)
{
    Shape column = {.rank = shape->rank};
    for (int i = 0; i < shape->rank; i++)
        column.dim[i] = i == at ? axis->m : 1;
    NodeId outside = with(axis, OP_less, axis->place, 0);
    outside = two(axis, OP_max, outside, two(axis, OP_less, number(axis, (double)axis->n - 1), axis->place));
    if (node_is_none(outside) || node_is_none(y))
        return NODE_NONE;
    return node_add(axis->node, OP_where,
                    (NodeId[]){node_reshaped(axis->node, outside, &column), number(axis, axis->r->outside), y}, 3,
                    NULL);
}

bool resize_computed(Resizing *r, Value *scales, Value *roi)
{
    ImportNode *node = r->node;
    Value *x = r->x;
    Shape shape = x->shape, final = x->shape;
    if (scales && value_count(&scales->shape) != r->count)
        return node_refuse(node, "it has %lld scales for %d axes", (long long)value_count(&scales->shape), r->count);
    if (scales && !declared_shape(node, shape.rank, &final))
        return false;
    NodeId id = node_value_as(node, x, &shape);
    for (int i = 0; i < r->count && !node_is_none(id); i++) {
        const int at = r->axes[i];
        if (roi)
            final.dim[at] = r->size[at];
        r->size[at] = final.dim[at];
        Axis axis = {.node = node, .r = r, .n = shape.dim[at], .m = final.dim[at]};
        if (axis.n == 1 && axis.m == 1 && scales)
            continue; /* the only place, whatever the scale is */
        if (scales)
            axis.scale = element(node, scales, i);
        else /* of a crop with sizes */
            axis.scale = number(&axis, (double)axis.m / (double)axis.n);
        axis.place = scales ? scaled_places(&axis)
                            : cropped_places(&axis, element(node, roi, i), element(node, roi, i + r->count));
        id = along_axis(&axis, id, &shape, at, weights(&axis, resize_round(r, at)));
        shape.dim[at] = axis.m;
        if (roi)
            id = with_outside(&axis, id, &shape, at);
    }
    for (int i = 0; i < shape.rank; i++)
        if (shape.dim[i] != final.dim[i])
            return node_refuse(node, "the model declares its result as %s",
                               shape_full_text(node->import->arena, &final));
    const Shape usual = shape_usual(&shape);
    return !node_is_none(id) && node_result(node, 0, node_reshaped(node, id, &usual), x->type, &shape);
}
