/* reductions.c - sums, means, products, norms, largest and smallest along axes, of computed and of known numbers. */
#include "import/reductions.h"
#include "import/rows.h"
#include "ops/concat.h"
#include "ops/map.h"
#include "ops/slice.h"

#include <float.h>
#include <math.h>

/* ---- axes ---- */

typedef struct Reduced {
    bool axis[MAX_RANK], any;
    Shape shape; /* of the result */
} Reduced;

static bool reduced_axes(ImportNode *node, const Value *x, Reduced *reduced)
{
    int64_t axes[MAX_RANK], count;
    *reduced = (Reduced){0};
    if (!x || (count = node_list(node, "axes", 1, axes, MAX_RANK)) == -2)
        return false;
    if (count > MAX_RANK)
        return node_refuse(node, "it has too many axes");
    const bool is_all = count <= 0 && !node_int(node, "noop_with_empty_axes", 0);
    for (int i = 0; i < x->shape.rank; i++)
        reduced->axis[i] = is_all;
    for (int64_t i = 0; i < count; i++) {
        int axis;
        if (!node_axis(node, axes[i], x->shape.rank, &axis))
            return false;
        reduced->axis[axis] = true;
    }
    for (int i = 0; i < x->shape.rank; i++) {
        reduced->any |= reduced->axis[i];
        if (!reduced->axis[i] || node_int(node, "keepdims", 1))
            reduced->shape.dim[reduced->shape.rank++] = reduced->axis[i] ? 1 : x->shape.dim[i];
    }
    return true;
}

static bool reduced_result(ImportNode *node, NodeId id, const Shape *shape)
{
    const Shape usual = shape_usual(shape);
    return !node_is_none(id) && node_result(node, 0, node_reshaped(node, id, &usual), node_type(node), shape);
}

/* ---- computed numbers ---- */

/* What is done to each element before, and to the result behind. */
static NodeId before_reduction(ImportNode *node, NodeId x)
{
    const char *type = node->proto->op_type;
    if (strcmp(type, "ReduceL1") == 0)
        return node_add(node, OP_abs, &x, 1, NULL);
    if (strcmp(type, "ReduceL2") == 0 || strcmp(type, "ReduceSumSquare") == 0)
        return node_add(node, OP_mul, (NodeId[]){x, x}, 2, NULL);
    return x;
}

static NodeId behind_reduction(ImportNode *node, NodeId sum)
{
    const char *type = node->proto->op_type;
    if (strcmp(type, "ReduceL2") == 0)
        return node_add(node, OP_sqrt, &sum, 1, NULL);
    return strcmp(type, "ReduceLogSum") == 0 ? node_add(node, OP_log, &sum, 1, NULL) : sum;
}

Shape axes_merged(const Shape *shape, const bool *is_reduced, ReduceAttrs *attrs)
{
    Shape result = {.rank = 1, .dim = {1}};
    *attrs = (ReduceAttrs){0};
    for (int i = 0; i < shape->rank; i++) {
        if (i > 0 && is_reduced[i] == is_reduced[i - 1]) {
            result.dim[result.rank - 1] *= shape->dim[i];
            continue;
        }
        if (is_reduced[i])
            attrs->axes[attrs->count++] = result.rank;
        result.dim[result.rank++] = shape->dim[i];
    }
    return result;
}

bool import_reduce(ImportNode *node)
{
    Value *x = node_input(node, 0);
    Reduced reduced;
    if (!reduced_axes(node, x, &reduced))
        return false;
    NodeId id;
    if (reduced.any) {
        ReduceAttrs attrs;
        Shape from = axes_merged(&x->shape, reduced.axis, &attrs);
        id = before_reduction(node, node_value_as(node, x, &from));
        id = node_add(node, node->row->op, &id, 1, &attrs);
        id = behind_reduction(node, id);
    } else {
        id = behind_reduction(node, before_reduction(node, node_value(node, x)));
    }
    return reduced_result(node, id, &reduced.shape);
}

/* m + log(sum(exp(x - m))), where m is the largest, or the largest finite number beside it. */
bool import_log_sum_exp(ImportNode *node)
{
    Value *x = node_input(node, 0);
    Reduced reduced;
    ReduceAttrs attrs;
    if (!reduced_axes(node, x, &reduced))
        return false;
    if (!reduced.any)
        return reduced_result(node, node_value(node, x), &reduced.shape);
    const Shape from = axes_merged(&x->shape, reduced.axis, &attrs);
    attrs.keep = true;
    NodeId all = node_value_as(node, x, &from), most = node_add(node, OP_reduce_max, &all, 1, &attrs);
    const ClampAttrs finite = {.min = -(double)FLT_MAX, .max = (double)FLT_MAX};
    most = node_add(node, OP_clamp, &most, 1, &finite);
    NodeId id = node_add(node, OP_sub, (NodeId[]){all, most}, 2, NULL);
    id = node_add(node, OP_exp, &id, 1, NULL);
    id = node_add(node, OP_reduce_sum, &id, 1, &attrs);
    id = node_add(node, OP_log, &id, 1, NULL);
    return reduced_result(node, node_add(node, OP_add, (NodeId[]){id, most}, 2, NULL), &reduced.shape);
}

static NodeId part(ImportNode *node, NodeId id, int64_t axis, int64_t begin, int64_t size)
{
    const Shape shape = graph_node(node->import->graph, id)->type.shape;
    SliceAttrs attrs = slice_whole(&shape);
    attrs.begin[axis] = begin;
    attrs.size[axis] = size;
    return node_add(node, OP_slice, &id, 1, &attrs);
}

/* The product along an axis: that of its halves, again and again. */
static NodeId product(ImportNode *node, NodeId id, int64_t axis)
{
    const ConcatAttrs joined = {axis};
    while (!node_is_none(id)) {
        const int64_t length = graph_node(node->import->graph, id)->type.shape.dim[axis], half = length / 2;
        if (length == 1)
            return id;
        NodeId next = node_add(node, OP_mul,
                               (NodeId[]){part(node, id, axis, 0, half), part(node, id, axis, half, half)}, 2, NULL);
        if (length % 2)
            next = node_add(node, OP_concat, (NodeId[]){next, part(node, id, axis, length - 1, 1)}, 2, &joined);
        id = next;
    }
    return id;
}

bool import_product(ImportNode *node)
{
    Value *x = node_input(node, 0);
    Reduced reduced;
    ReduceAttrs attrs;
    if (!reduced_axes(node, x, &reduced))
        return false;
    if (!onnx_type_is_float(x->type))
        return node_refuse(node, "products of %s may be wider than f32 holds",
                           onnx_type_name(node->import->arena, x->type));
    const Shape from = axes_merged(&x->shape, reduced.axis, &attrs);
    NodeId id = node_value_as(node, x, &from);
    for (int64_t i = 0; i < attrs.count; i++)
        id = product(node, id, attrs.axes[i]);
    return reduced_result(node, id, &reduced.shape);
}

/* ---- known numbers ---- */

typedef struct Folding {
    bool is_product, is_largest, is_smallest, is_mean, is_absolute, is_squared, is_exp, is_root, is_log;
} Folding;

static Folding folding_of(const char *type)
{
    const char *word = type + strlen("Reduce");
    return (Folding){.is_product = !strcmp(word, "Prod"),
                     .is_largest = !strcmp(word, "Max"),
                     .is_smallest = !strcmp(word, "Min"),
                     .is_mean = !strcmp(word, "Mean"),
                     .is_absolute = !strcmp(word, "L1"),
                     .is_squared = !strcmp(word, "L2") || !strcmp(word, "SumSquare"),
                     .is_exp = !strcmp(word, "LogSumExp"),
                     .is_root = !strcmp(word, "L2"),
                     .is_log = !strcmp(word, "LogSum") || !strcmp(word, "LogSumExp")};
}

static double float_step(const Folding *f, double all, double x)
{
    if (f->is_largest)
        return isnan(all) || all > x ? all : x;
    if (f->is_smallest)
        return isnan(all) || all < x ? all : x;
    if (f->is_product)
        return all * x;
    return all + (f->is_absolute ? fabs(x) : f->is_squared ? x * x : f->is_exp ? exp(x) : x);
}

/* Integers wrap around. */
static int64_t integer_step(const Folding *f, int64_t all, int64_t x)
{
    const uint64_t a = (uint64_t)all, b = (uint64_t)x;
    if (f->is_largest)
        return MAX(all, x);
    if (f->is_smallest)
        return MIN(all, x);
    if (f->is_product)
        return (int64_t)(a * b);
    return (int64_t)(a + (f->is_absolute && x < 0 ? 0 - b : f->is_squared ? b * b : b));
}

static double float_end(const Folding *f, double all, int64_t count)
{
    if (f->is_mean)
        return all / (double)count;
    all = f->is_root ? sqrt(all) : all;
    return f->is_log ? log(all) : all;
}

/* Of nothing: 0, 1, or what is beyond all others. */
static double start_of(const Folding *f, OnnxType type)
{
    double least = -INFINITY, most = INFINITY;
    if (type == ONNX_BOOL)
        least = 0, most = 1;
    else if (!onnx_type_is_float(type))
        onnx_type_range(type, &least, &most);
    return f->is_product ? 1 : f->is_largest ? least : f->is_smallest ? most : 0;
}

static int64_t integer_start(const Folding *f, OnnxType type)
{
    const double start = start_of(f, type);
    return start >= 0x1p63 ? INT64_MAX : start <= -0x1p63 ? INT64_MIN : (int64_t)start;
}

/* Where an element of x goes. */
static int64_t place_of(const Value *x, const Reduced *reduced, int64_t element)
{
    int64_t place = 0, size = 1;
    for (int axis = x->shape.rank - 1; axis >= 0; axis--) {
        place += reduced->axis[axis] ? 0 : element % x->shape.dim[axis] * size;
        size *= reduced->axis[axis] ? 1 : x->shape.dim[axis];
        element /= x->shape.dim[axis];
    }
    return place;
}

bool fold_reduction(ImportNode *node)
{
    const Value *x = node_input(node, 0);
    const Folding f = folding_of(node->proto->op_type);
    Reduced reduced;
    if (!reduced_axes(node, x, &reduced))
        return false;
    if (x->integers && (f.is_root || f.is_log || f.is_mean))
        return node_refuse(node, "of known integers, sums, products, the largest and the smallest are supported");
    const int64_t elements = value_count(&x->shape), count = value_count(&reduced.shape);
    double *sums = NEW_ARRAY(node->import->arena, double, count + 1);
    float *floats = x->floats ? NEW_ARRAY(node->import->arena, float, count + 1) : NULL;
    int64_t *integers = x->floats ? NULL : NEW_ARRAY(node->import->arena, int64_t, count + 1);
    for (int64_t i = 0; i < count; i++) {
        sums[i] = start_of(&f, x->type);
        if (integers)
            integers[i] = integer_start(&f, x->type);
    }
    for (int64_t i = 0; i < elements; i++) {
        const int64_t at = place_of(x, &reduced, i);
        if (integers)
            integers[at] = integer_wrapped(x->type, integer_step(&f, integers[at], x->integers[i]));
        else
            sums[at] = float_step(&f, sums[at], (double)x->floats[i]);
    }
    for (int64_t i = 0; floats && i < count; i++)
        floats[i] = (float)float_end(&f, sums[i], count ? elements / count : 0);
    return node_known(node, 0, x->type, &reduced.shape, integers, floats);
}
