/* pools.c - pools over one to three spatial axes, and over all of them.
 *
 * A maximum, a sum or a mean over a box is one over its planes and then over the depth: volumes take two steps, in
 * views that cost nothing. A mean that leaves out padding stays right, as each plane leaves out the same places.
 */
#include "import/rows.h"
#include "import/window.h"
#include "ops/pad.h"
#include "ops/reduce.h"
#include "ops/slice.h"

#include <float.h>

/* The pool of a volume; the result's shape. */
static NodeId pooled(ImportNode *node, OpId op, NodeId id, Shape *volume, PoolAttrs planes, PoolAttrs depth)
{
    int64_t *x = volume->dim;
    id = node_add(node, op, (NodeId[]){in_shape(node, id, SHAPE(x[0], x[1] * x[2], x[3], x[4]))}, 1, &planes);
    if (node_is_none(id))
        return id;
    const Shape plane = graph_node(node->import->graph, id)->type.shape;
    x[3] = plane.dim[2];
    x[4] = plane.dim[3];
    const bool is_deep = x[2] > 1 || depth.size[0] > 1 || depth.pad[HALO_TOP] || depth.pad[HALO_BOTTOM];
    if (is_deep) {
        id = in_shape(node, id, SHAPE(x[0], x[1], x[2], x[3] * x[4]));
        id = node_add(node, op, &id, 1, &depth);
        if (node_is_none(id))
            return id;
        x[2] = graph_node(node->import->graph, id)->type.shape.dim[2];
        return node_reshaped(node, id, volume);
    }
    return id;
}

static bool read_pool(ImportNode *node, Window *window)
{
    Value *x = node_input(node, 0);
    if (!x || !window_fits(node, &x->shape))
        return false;
    if (!node_attribute(node, "kernel_shape"))
        return node_refuse(node, "it has no kernel_shape");
    return window_read(node, &x->shape, NULL, window);
}

/* A number around the volume, so that all windows lie inside, those that ceil adds, too. */
static NodeId padded(ImportNode *node, NodeId id, Shape *volume, const Window *window, bool ceil, double value)
{
    int64_t *x = volume->dim, behind[SPATIAL];
    for (int i = 0; i < SPATIAL; i++) {
        const int64_t all = x[2 + i] + window->before[i] + window->behind[i], room = all - window_reach(window, i);
        int64_t places = ceil ? quotient_up(MAX(room, 0), window->stride[i]) : room / window->stride[i];
        places -= ceil && places * window->stride[i] >= x[2 + i] + window->before[i];
        behind[i] = MAX(places * window->stride[i] + window_reach(window, i) - x[2 + i] - window->before[i], 0);
    }
    PadAttrs planes = {
        .amount = {window->before[ROWS_AXIS], window->before[COLUMNS_AXIS], behind[ROWS_AXIS], behind[COLUMNS_AXIS]},
        .value = value};
    PadAttrs depth = {.amount = {window->before[DEPTH], 0, behind[DEPTH], 0}, .value = value};
    id = in_shape(node, id, SHAPE(x[0], x[1] * x[2], x[3], x[4]));
    id = node_add(node, OP_pad, &id, 1, &planes);
    x[3] += window->before[ROWS_AXIS] + behind[ROWS_AXIS];
    x[4] += window->before[COLUMNS_AXIS] + behind[COLUMNS_AXIS];
    id = in_shape(node, id, SHAPE(x[0], x[1], x[2], x[3] * x[4]));
    id = node_add(node, OP_pad, &id, 1, &depth);
    x[2] += window->before[DEPTH] + behind[DEPTH];
    return id;
}

/* ---- places of the largest ---- */

/* Where window (row, column) of the result finds tap t of its picture, counted by rows or by columns. */
static NodeId places_of_tap(ImportNode *node, const Window *window, const Shape *x, const Shape *result, int64_t row,
                            int64_t column)
{
    const bool by_columns = node_int(node, "storage_order", 0) != 0;
    const Shape shape = SHAPE(1, 1, result->dim[3], result->dim[4]);
    float *places = NEW_ARRAY(node->import->arena, float, shape.dim[2] * shape.dim[3]);
    for (int64_t r = 0; r < shape.dim[2]; r++)
        for (int64_t c = 0; c < shape.dim[3]; c++) {
            const int64_t y = r * window->stride[ROWS_AXIS] + row - window->before[ROWS_AXIS];
            const int64_t at = c * window->stride[COLUMNS_AXIS] + column - window->before[COLUMNS_AXIS];
            places[r * shape.dim[3] + c] = (float)(by_columns ? at * x->dim[3] + y : y * x->dim[4] + at);
        }
    return node_constant(node, &shape, places);
}

/* The places that all pictures begin at: [N, C, 1, 1]. */
static NodeId places_of_pictures(ImportNode *node, const Shape *x)
{
    const Shape shape = SHAPE(x->dim[0], x->dim[1], 1, 1);
    float *places = NEW_ARRAY(node->import->arena, float, x->dim[0] * x->dim[1]);
    for (int64_t i = 0; i < x->dim[0] * x->dim[1]; i++)
        places[i] = (float)(i * x->dim[3] * x->dim[4]);
    return node_constant(node, &shape, places);
}

/* Output 1 of MaxPool, counted through the whole input: tap by tap, the place of the largest so far. */
static bool add_places(ImportNode *node, const Window *window, const Shape *result)
{
    enum { MOST_TAPS = 256 };
    if (node->proto->n_output < 2 || !node->proto->output[1][0])
        return true;
    Value *x = node_input(node, 0);
    const Shape volume = volume_of(&x->shape);
    if (window->spatial == SPATIAL || window->size[ROWS_AXIS] * window->size[COLUMNS_AXIS] > MOST_TAPS)
        return node_refuse(node, "places of the largest values: of volumes, or windows of more than %d", MOST_TAPS);
    if (value_count(&x->shape) > 1 << 24)
        return node_refuse(node, "places of the largest values go beyond 2^24, which f32 holds");
    Shape around = volume;
    NodeId all =
        padded(node, node_value(node, x), &around, window, node_int(node, "ceil_mode", 0) != 0, -(double)FLT_MAX);
    const Shape picture = SHAPE(around.dim[0], around.dim[1], around.dim[3], around.dim[4]);
    all = node_reshaped(node, all, &picture);
    NodeId largest = NODE_NONE, place = NODE_NONE;
    for (int64_t row = 0; row < window->size[ROWS_AXIS]; row++)
        for (int64_t column = 0; column < window->size[COLUMNS_AXIS]; column++) {
            const int64_t y = row * window->dilation[ROWS_AXIS], at = column * window->dilation[COLUMNS_AXIS];
            SliceAttrs attrs = slice_whole(&picture);
            attrs.begin[2] = y, attrs.size[2] = result->dim[3], attrs.step[2] = window->stride[ROWS_AXIS];
            attrs.begin[3] = at, attrs.size[3] = result->dim[4], attrs.step[3] = window->stride[COLUMNS_AXIS];
            const NodeId tap = node_add(node, OP_slice, &all, 1, &attrs);
            const NodeId its_place = places_of_tap(node, window, &volume, result, y, at);
            if (row == 0 && column == 0) {
                largest = tap;
                place = its_place;
                continue;
            }
            const NodeId is_larger = node_add(node, OP_less, (NodeId[]){largest, tap}, 2, NULL);
            place = node_add(node, OP_where, (NodeId[]){is_larger, its_place, place}, 3, NULL);
            largest = node_add(node, OP_where, (NodeId[]){is_larger, tap, largest}, 3, NULL);
        }
    place = node_add(node, OP_add, (NodeId[]){place, places_of_pictures(node, &volume)}, 2, NULL);
    Shape shape = {.rank = x->shape.rank, .dim = {volume.dim[0], volume.dim[1]}};
    for (int i = 2; i < shape.rank; i++)
        shape.dim[i] = result->dim[i + result->rank - shape.rank];
    return node_result(node, 1, place, ONNX_I64, &shape);
}

static bool import_pool(ImportNode *node, OpId op)
{
    Value *x = node_input(node, 0);
    Window window;
    if (!read_pool(node, &window))
        return false;
    PoolAttrs planes = pool_of_planes(&window), depth = pool_of_depth(&window);
    planes.ceil = depth.ceil = node_int(node, "ceil_mode", 0) != 0;
    planes.count_pad = depth.count_pad = node_int(node, "count_include_pad", 0) != 0;
    Shape volume = volume_of(&x->shape);
    const NodeId id = pooled(node, op, node_value(node, x), &volume, planes, depth);
    return window_result(node, id, &window, &volume) && (op != OP_maxpool || add_places(node, &window, &volume));
}

bool import_maxpool(ImportNode *node)
{
    return import_pool(node, OP_maxpool);
}

bool import_avgpool(ImportNode *node)
{
    return import_pool(node, OP_avgpool);
}

/* ---- p-norms ---- */

/* |x|^p, or the root of that. */
static NodeId raised(ImportNode *node, NodeId id, double p, bool is_root)
{
    if (!is_root && p != 2)
        id = node_add(node, OP_abs, &id, 1, NULL);
    if (p == 1)
        return id;
    if (p == 2)
        return is_root ? node_add(node, OP_sqrt, &id, 1, NULL) : node_add(node, OP_mul, (NodeId[]){id, id}, 2, NULL);
    return node_add(node, OP_pow, (NodeId[]){id, node_number_of(node, is_root ? 1 / p : p)}, 2, NULL);
}

/* The sum of a window is its mean times its elements. */
bool import_lp_pool(ImportNode *node)
{
    Value *x = node_input(node, 0);
    Window window;
    const double p = node->import->opset < 2 ? node_number(node, "p", 2) : (double)node_int(node, "p", 2);
    if (!read_pool(node, &window))
        return false;
    if (!(p > 0))
        return node_refuse(node, "p is %g", p);
    Shape volume = volume_of(&x->shape);
    NodeId id = raised(node, node_value(node, x), p, false);
    id = padded(node, id, &volume, &window, node_int(node, "ceil_mode", 0) != 0, 0);
    memset(window.before, 0, sizeof window.before);
    memset(window.behind, 0, sizeof window.behind);
    id = pooled(node, OP_avgpool, id, &volume, pool_of_planes(&window), pool_of_depth(&window));
    const double elements = (double)(window.size[DEPTH] * window.size[ROWS_AXIS] * window.size[COLUMNS_AXIS]);
    id = node_add(node, OP_mul, (NodeId[]){id, node_number_of(node, elements)}, 2, NULL);
    return window_result(node, raised(node, id, p, true), &window, &volume);
}

/* ---- over all spatial axes, which stay with a length of 1 ---- */

static ReduceAttrs spatial_axes(const Shape *x, Shape *result)
{
    ReduceAttrs attrs = {.keep = true};
    *result = *x;
    for (int axis = 2; axis < x->rank; axis++) {
        attrs.axes[attrs.count++] = axis;
        result->dim[axis] = 1;
    }
    return attrs;
}

static bool import_global_pool(ImportNode *node, OpId op)
{
    Value *x = node_input(node, 0);
    Shape shape;
    if (!x || x->shape.rank < 3)
        return node_refuse(node, "its input has no spatial axes");
    const ReduceAttrs attrs = spatial_axes(&x->shape, &shape);
    NodeId input = node_value_as(node, x, &x->shape);
    return node_result(node, 0, node_add(node, op, &input, 1, &attrs), node_type(node), &shape);
}

bool import_global_avgpool(ImportNode *node)
{
    return import_global_pool(node, OP_reduce_mean);
}

bool import_global_maxpool(ImportNode *node)
{
    return import_global_pool(node, OP_reduce_max);
}

bool import_global_lp_pool(ImportNode *node)
{
    Value *x = node_input(node, 0);
    const double p = node->import->opset < 2 ? node_number(node, "p", 2) : (double)node_int(node, "p", 2);
    Shape shape;
    if (!x || x->shape.rank < 3)
        return node_refuse(node, "its input has no spatial axes");
    if (!(p > 0))
        return node_refuse(node, "p is %g", p);
    const ReduceAttrs attrs = spatial_axes(&x->shape, &shape);
    NodeId id = raised(node, node_value_as(node, x, &x->shape), p, false);
    id = raised(node, node_add(node, OP_reduce_sum, &id, 1, &attrs), p, true);
    return node_result(node, 0, id, node_type(node), &shape);
}
