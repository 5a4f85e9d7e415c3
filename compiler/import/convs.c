/* convs.c - convolutions and transposed ones, of one to three spatial axes.
 *
 * A volume is convolved in two steps, both by the ops that pictures have:
 *
 *   each plane   [N * D, C, H, W]    with the KD planes of the kernel as so many maps each: M * KD maps
 *   the depth    [N, M * KD, D, H * W]   in M groups, which sum up the KD maps of each, every one shifted to its depth:
 *                                        weights are 1 where map and place in the kernel are the same
 *
 * Transposed ones do the same.
 */
#include "import/rows.h"
#include "import/window.h"
#include "ops/transpose.h"

/* ---- volumes ---- */

/* [A, B, C, D] as [A, C, B, D]. */
static NodeId turned(ImportNode *node, NodeId id)
{
    const TransposeAttrs attrs = {.rank = 4, .order = {0, 2, 1, 3}};
    return node_add(node, OP_transpose, &id, 1, &attrs);
}

static NodeId turned_as(ImportNode *node, NodeId id, Shape from, Shape to)
{
    return in_shape(node, turned(node, in_shape(node, id, from)), to);
}

/* 1 where the map and the place are the same, for each of so many maps: [maps, K, K, 1] or [maps * K, 1, K, 1]. */
static NodeId shifts(ImportNode *node, int64_t maps, int64_t k, bool is_transposed)
{
    const Shape shape = is_transposed ? SHAPE(maps * k, 1, k, 1) : SHAPE(maps, k, k, 1);
    float *ones = NEW_ARRAY(node->import->arena, float, maps *k *k);
    for (int64_t i = 0; i < maps * k; i++)
        ones[i * k + i % k] = 1;
    return node_constant(node, &shape, ones);
}

/* What a convolution of a volume is made of. */
typedef struct VolumeConv {
    Window window;
    Shape x,
        weight; /* volumes; weight [M, C / groups, KD, KH, KW], or [C, M / groups, KD, KH, KW] of a transposed one */
    int64_t groups, maps;
    ConvTransposeAttrs planes, depth; /* of a plain one, `conv` alone */
} VolumeConv;

static NodeId add_conv(ImportNode *node, OpId op, const NodeId *inputs, uint32_t count, const ConvTransposeAttrs *attrs)
{
    return node_add(node, op, inputs, count, op == OP_conv ? (const void *)&attrs->conv : attrs);
}

static bool volume_conv(ImportNode *node, OpId op, const VolumeConv *v, const NodeId *inputs, uint32_t count)
{
    const int64_t *x = v->x.dim, *w = v->weight.dim, k = w[2];
    const bool is_transposed = op == OP_conv_transpose;
    NodeId kernel = inputs[1];
    NodeId planes =
        turned_as(node, inputs[0], SHAPE(x[0], x[1], x[2], x[3] * x[4]), SHAPE(x[0] * x[2], x[1], x[3], x[4]));
    if (is_transposed) {
        const Shape maps = SHAPE(w[0], w[1] * k, w[3], w[4]);
        kernel = node_reshaped(node, kernel, &maps);
    } else {
        kernel = turned_as(node, kernel, SHAPE(w[0], w[1], k, w[3] * w[4]), SHAPE(w[0] * k, w[1], w[3], w[4]));
    }
    NodeId id = add_conv(node, op, (NodeId[]){planes, kernel}, 2, &v->planes);
    if (node_is_none(id))
        return false;
    const Shape plane = graph_node(node->import->graph, id)->type.shape;
    const int64_t area = plane.dim[2] * plane.dim[3];
    id = turned(node, in_shape(node, id, SHAPE(x[0], x[2], v->maps * k, area)));
    const NodeId summed[] = {id, shifts(node, v->maps, k, is_transposed), count > 2 ? inputs[2] : NODE_NONE};
    id = add_conv(node, op, summed, count, &v->depth);
    if (node_is_none(id))
        return false;
    const Shape result = {
        .rank = 5,
        .dim = {x[0], v->maps, graph_node(node->import->graph, id)->type.shape.dim[2], plane.dim[2], plane.dim[3]}};
    return window_result(node, node_reshaped(node, id, &result), &v->window, &result);
}

/* ---- inputs ---- */

/* As nodes: x and the weight as pictures, or as volumes where they are. */
static bool conv_inputs(ImportNode *node, NodeId inputs[3], uint32_t *count)
{
    Value *x = node_input(node, 0), *weight = node_input(node, 1), *bias = node_input(node, 2);
    if (!x || !weight)
        return node_refuse(node, "it has no weight");
    if (!window_fits(node, &x->shape))
        return false;
    if (weight->shape.rank != x->shape.rank)
        return node_refuse(node, "its weight has %d axes, its input %d", weight->shape.rank, x->shape.rank);
    Value *values[] = {x, weight};
    for (int i = 0; i < 2; i++) {
        const Shape volume = volume_of(&values[i]->shape), picture = picture_of(&volume);
        inputs[i] = node_value_as(node, values[i], x->shape.rank == 2 + SPATIAL ? &volume : &picture);
    }
    *count = 2;
    if (bias)
        inputs[(*count)++] = node_value(node, bias);
    return !node_is_none(inputs[0]) && !node_is_none(inputs[1]) && !(bias && node_is_none(inputs[2]));
}

/* The result of a convolution of pictures. */
static bool picture_result(ImportNode *node, NodeId id, const Window *window)
{
    if (node_is_none(id))
        return false;
    const Shape picture = graph_node(node->import->graph, id)->type.shape, volume = volume_of(&picture);
    return window_result(node, id, window, &volume);
}

/* ---- convolutions ---- */

bool import_conv(ImportNode *node)
{
    NodeId inputs[3] = {NODE_NONE, NODE_NONE, NODE_NONE};
    uint32_t count;
    if (!conv_inputs(node, inputs, &count))
        return false;
    const int64_t groups = node_int(node, "group", 1);
    VolumeConv v = {.x = volume_of(&node_input(node, 0)->shape), .weight = volume_of(&node_input(node, 1)->shape)};
    if (!window_read(node, &node_input(node, 0)->shape, &v.weight.dim[2], &v.window))
        return false;
    v.planes.conv = conv_of_planes(&v.window, groups);
    if (v.window.spatial < SPATIAL)
        return picture_result(node, add_conv(node, OP_conv, inputs, count, &v.planes), &v.window);
    v.maps = v.weight.dim[0];
    v.depth.conv = conv_of_depth(&v.window, v.maps);
    return volume_conv(node, OP_conv, &v, inputs, count);
}

/* What output_shape or auto_pad ask for: the padding that gives it, or what is added at the end. */
static bool transpose_pads(ImportNode *node, const Shape *volume, Window *window, int64_t *output_pad)
{
    int64_t wanted[2 + SPATIAL];
    const int64_t count = node_ints(node, "output_shape", wanted, 2 + SPATIAL);
    const int spatial = window->spatial;
    const char *automatic = node_text(node, "auto_pad", "NOTSET");
    const bool is_upper = strcmp(automatic, "SAME_UPPER") == 0, is_lower = strcmp(automatic, "SAME_LOWER") == 0;
    if (count < 0 && !is_upper && !is_lower)
        return true;
    if (count >= 0 && count != spatial && count != spatial + 2)
        return node_refuse(node, "output_shape has %lld numbers for %d spatial axes", (long long)count, spatial);
    for (int i = SPATIAL - spatial; i < SPATIAL; i++) {
        const int64_t size = count >= 0 ? wanted[count - SPATIAL + i] : volume->dim[2 + i] * window->stride[i];
        const int64_t full = window->stride[i] * (volume->dim[2 + i] - 1) + window_reach(window, i);
        int64_t total = full + output_pad[i] - size;
        if (size < 1 || size > LIMIT_DIMENSION)
            return node_refuse(node, "output_shape has the size %lld", (long long)size);
        if (total < 0) {
            output_pad[i] -= total;
            total = 0;
        }
        window->before[i] = is_upper ? total / 2 : total - total / 2;
        window->behind[i] = total - window->before[i];
    }
    return true;
}

bool import_conv_transpose(ImportNode *node)
{
    NodeId inputs[3] = {NODE_NONE, NODE_NONE, NODE_NONE};
    uint32_t count;
    int64_t output_pad[SPATIAL];
    if (!conv_inputs(node, inputs, &count))
        return false;
    const int64_t groups = node_int(node, "group", 1);
    VolumeConv v = {.x = volume_of(&node_input(node, 0)->shape), .weight = volume_of(&node_input(node, 1)->shape)};
    if (!window_read(node, &node_input(node, 0)->shape, &v.weight.dim[2], &v.window) ||
        !window_numbers(node, "output_padding", v.window.spatial, 0, output_pad) ||
        !transpose_pads(node, &v.x, &v.window, output_pad))
        return false;
    v.planes =
        (ConvTransposeAttrs){conv_of_planes(&v.window, groups), {output_pad[ROWS_AXIS], output_pad[COLUMNS_AXIS]}};
    if (v.window.spatial < SPATIAL)
        return picture_result(node, add_conv(node, OP_conv_transpose, inputs, count, &v.planes), &v.window);
    if (groups < 1 || groups > v.x.dim[1])
        return node_refuse(node, "it has %lld groups of %lld channels", (long long)groups, (long long)v.x.dim[1]);
    v.maps = v.weight.dim[1] * groups;
    v.depth = (ConvTransposeAttrs){conv_of_depth(&v.window, v.maps), {output_pad[DEPTH], 0}};
    return volume_conv(node, OP_conv_transpose, &v, inputs, count);
}
