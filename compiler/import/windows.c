/* windows.c - convolutions and pools: nodes that go over pictures in windows. Of one spatial axis they are those of
 * pictures one row high. */
#include "import/rows.h"
#include "ops/conv.h"
#include "ops/pool.h"
#include "ops/reduce.h"

enum { MOST_SPATIAL = 2 };

typedef struct Window {
    int64_t size[2], stride[2], dilation[2], pad[HALO_SIDES];
} Window;

/* [N, C, L] as [N, C, 1, L]; [N, C, H, W] as it is. */
static Shape picture_of(const Shape *shape)
{
    if (shape->rank != 3)
        return *shape;
    return SHAPE(shape->dim[0], shape->dim[1], 1, shape->dim[2]);
}

static bool check_rank(ImportNode *node, const Shape *x)
{
    if (x->rank == 3 || x->rank == 4)
        return true;
    return node_refuse(node, "its input has %d axes: windows of one and two dimensions are supported", x->rank);
}

/* One number a spatial axis, 1 where there is none. */
static bool read_pairs(ImportNode *node, const char *name, int spatial, int64_t *pair)
{
    int64_t values[MOST_SPATIAL];
    int64_t count = node_ints(node, name, values, MOST_SPATIAL);
    pair[0] = pair[1] = 1;
    if (count < 0)
        return true;
    if (count != spatial)
        return node_refuse(node, "%lld %s for %d spatial axes", (long long)count, name, spatial);
    for (int i = 0; i < spatial; i++)
        pair[i + 2 - spatial] = values[i];
    return true;
}

static bool read_pads(ImportNode *node, int spatial, int64_t *pad)
{
    int64_t values[2 * MOST_SPATIAL];
    int64_t count = node_ints(node, "pads", values, 2 * MOST_SPATIAL);
    for (int side = 0; side < HALO_SIDES; side++)
        pad[side] = 0;
    if (count < 0)
        return true;
    if (count != 2 * spatial)
        return node_refuse(node, "%lld pads for %d spatial axes", (long long)count, spatial);
    for (int i = 0; i < spatial; i++) {
        pad[HALO_TOP + i + 2 - spatial] = values[i];
        pad[HALO_BOTTOM + i + 2 - spatial] = values[spatial + i];
    }
    return true;
}

/* SAME: as many places as strides fit into the input; the odd element goes behind (UPPER) or before. */
static void pad_same(const Shape *x, bool is_upper, Window *window)
{
    for (int i = 0; i < 2; i++) {
        int64_t input = x->dim[2 + i], places = quotient_up(input, window->stride[i]);
        int64_t reach = (window->size[i] - 1) * window->dilation[i] + 1;
        int64_t total = MAX((places - 1) * window->stride[i] + reach - input, 0);
        window->pad[HALO_TOP + i] = is_upper ? total / 2 : total - total / 2;
        window->pad[HALO_BOTTOM + i] = total - window->pad[HALO_TOP + i];
    }
}

/* `x`: as a picture; the size is that of the weight, or of attribute kernel_shape where `size` is NULL. */
static bool read_window(ImportNode *node, const Shape *x, int spatial, const int64_t *size, Window *window)
{
    if (!read_pairs(node, "kernel_shape", spatial, window->size) ||
        !read_pairs(node, "strides", spatial, window->stride) ||
        !read_pairs(node, "dilations", spatial, window->dilation) || !read_pads(node, spatial, window->pad))
        return false;
    if (size)
        window->size[0] = size[0], window->size[1] = size[1];
    for (int i = 0; i < 2; i++)
        if (window->stride[i] < 1 || window->dilation[i] < 1 || window->size[i] < 1)
            return node_refuse(node, "a size, stride or dilation is below 1");
    const char *automatic = node_text(node, "auto_pad", "NOTSET");
    if (strcmp(automatic, "SAME_UPPER") == 0 || strcmp(automatic, "SAME_LOWER") == 0)
        pad_same(x, strcmp(automatic, "SAME_UPPER") == 0, window);
    else if (strcmp(automatic, "VALID") == 0)
        memset(window->pad, 0, sizeof window->pad);
    else if (strcmp(automatic, "NOTSET") != 0)
        return node_refuse(node, "auto_pad is '%s'", automatic);
    return true;
}

/* The result as ONNX has it: of a picture one row high, without that row. */
static bool window_result(ImportNode *node, NodeId id, int spatial)
{
    if (node_is_none(id))
        return false;
    Shape shape = graph_node(node->import->graph, id)->type.shape;
    if (spatial == 1)
        shape = SHAPE(shape.dim[0], shape.dim[1], shape.dim[3]);
    return node_result(node, 0, id, node_type(node), &shape);
}

static ConvAttrs conv_attrs(ImportNode *node, const Window *window)
{
    ConvAttrs attrs = {.groups = node_int(node, "group", 1)};
    memcpy(attrs.stride, window->stride, sizeof attrs.stride);
    memcpy(attrs.dilation, window->dilation, sizeof attrs.dilation);
    memcpy(attrs.pad, window->pad, sizeof attrs.pad);
    return attrs;
}

/* The inputs of a convolution as nodes. */
static bool conv_inputs(ImportNode *node, NodeId inputs[3], uint32_t *count)
{
    Value *x = node_input(node, 0), *weight = node_input(node, 1), *bias = node_input(node, 2);
    if (!x || !weight)
        return node_refuse(node, "it has no weight");
    if (!check_rank(node, &x->shape))
        return false;
    if (weight->shape.rank != x->shape.rank)
        return node_refuse(node, "its weight has %d axes, its input %d", weight->shape.rank, x->shape.rank);
    Shape picture = picture_of(&x->shape), kernel = picture_of(&weight->shape);
    inputs[0] = node_value_as(node, x, &picture);
    inputs[1] = node_value_as(node, weight, &kernel);
    *count = 2;
    if (bias)
        inputs[(*count)++] = node_value(node, bias);
    return !node_is_none(inputs[0]) && !node_is_none(inputs[1]) && !(bias && node_is_none(inputs[2]));
}

bool import_conv(ImportNode *node)
{
    NodeId inputs[3] = {NODE_NONE, NODE_NONE, NODE_NONE};
    uint32_t count;
    Window window;
    if (!conv_inputs(node, inputs, &count))
        return false;
    const Graph *graph = node->import->graph;
    const Shape x = graph_node(graph, inputs[0])->type.shape, w = graph_node(graph, inputs[1])->type.shape;
    const int spatial = node_input(node, 0)->shape.rank - 2;
    if (!read_window(node, &x, spatial, &w.dim[2], &window))
        return false;
    ConvAttrs attrs = conv_attrs(node, &window);
    return window_result(node, node_add(node, OP_conv, inputs, count, &attrs), spatial);
}

/* What output_shape or auto_pad ask for: the padding that gives it. */
static bool transpose_pads(ImportNode *node, const Shape *x, int spatial, Window *window, const int64_t *output_pad)
{
    int64_t wanted[MOST_SPATIAL];
    int64_t count = node_ints(node, "output_shape", wanted, MOST_SPATIAL);
    const char *automatic = node_text(node, "auto_pad", "NOTSET");
    const bool is_upper = strcmp(automatic, "SAME_UPPER") == 0, is_lower = strcmp(automatic, "SAME_LOWER") == 0;
    if (count < 0 && !is_upper && !is_lower)
        return true;
    if (count >= 0 && count != spatial)
        return node_refuse(node, "output_shape has %lld numbers for %d spatial axes", (long long)count, spatial);
    for (int i = 2 - spatial; i < 2; i++) {
        int64_t size = count >= 0 ? wanted[i - 2 + spatial] : x->dim[2 + i] * window->stride[i];
        int64_t reach = (window->size[i] - 1) * window->dilation[i] + 1;
        int64_t total = window->stride[i] * (x->dim[2 + i] - 1) + output_pad[i] + reach - size;
        if (total < 0)
            return node_refuse(node, "output_shape is larger than the windows reach");
        window->pad[HALO_TOP + i] = is_upper ? total / 2 : total - total / 2;
        window->pad[HALO_BOTTOM + i] = total - window->pad[HALO_TOP + i];
    }
    return true;
}

bool import_conv_transpose(ImportNode *node)
{
    NodeId inputs[3] = {NODE_NONE, NODE_NONE, NODE_NONE};
    uint32_t count;
    Window window;
    ConvTransposeAttrs attrs;
    if (!conv_inputs(node, inputs, &count))
        return false;
    const Graph *graph = node->import->graph;
    const Shape x = graph_node(graph, inputs[0])->type.shape, w = graph_node(graph, inputs[1])->type.shape;
    const int spatial = node_input(node, 0)->shape.rank - 2;
    if (!read_window(node, &x, spatial, &w.dim[2], &window) ||
        !read_pairs(node, "output_padding", spatial, attrs.output_pad))
        return false;
    if (!node_attribute(node, "output_padding"))
        attrs.output_pad[0] = attrs.output_pad[1] = 0;
    else if (spatial == 1)
        attrs.output_pad[0] = 0;
    if (!transpose_pads(node, &x, spatial, &window, attrs.output_pad))
        return false;
    attrs.conv = conv_attrs(node, &window);
    return window_result(node, node_add(node, OP_conv_transpose, inputs, count, &attrs), spatial);
}

static bool import_pool(ImportNode *node, OpId op)
{
    Value *x = node_input(node, 0);
    Window window;
    if (!x || !check_rank(node, &x->shape))
        return false;
    if (node->proto->n_output > 1 && node->proto->output[1][0])
        return node_refuse(node, "places of the largest values are not supported");
    if (node_int(node, "storage_order", 0) != 0)
        return node_refuse(node, "storage_order is not 0");
    const int spatial = x->shape.rank - 2;
    Shape picture = picture_of(&x->shape);
    if (!node_attribute(node, "kernel_shape"))
        return node_refuse(node, "it has no kernel_shape");
    if (!read_window(node, &picture, spatial, NULL, &window))
        return false;
    PoolAttrs attrs = {.ceil = node_int(node, "ceil_mode", 0) != 0,
                       .count_pad = node_int(node, "count_include_pad", 0) != 0};
    memcpy(attrs.size, window.size, sizeof attrs.size);
    memcpy(attrs.stride, window.stride, sizeof attrs.stride);
    memcpy(attrs.dilation, window.dilation, sizeof attrs.dilation);
    memcpy(attrs.pad, window.pad, sizeof attrs.pad);
    NodeId input = node_value_as(node, x, &picture);
    return window_result(node, node_add(node, op, &input, 1, &attrs), spatial);
}

bool import_maxpool(ImportNode *node)
{
    return import_pool(node, OP_maxpool);
}

bool import_avgpool(ImportNode *node)
{
    return import_pool(node, OP_avgpool);
}

/* Over all spatial axes, which stay with a length of 1. */
static bool import_global_pool(ImportNode *node, OpId op)
{
    Value *x = node_input(node, 0);
    if (!x || x->shape.rank < 3)
        return node_refuse(node, "its input has no spatial axes");
    ReduceAttrs attrs = {.keep = true};
    Shape shape = x->shape;
    for (int axis = 2; axis < shape.rank; axis++) {
        attrs.axes[attrs.count++] = axis;
        shape.dim[axis] = 1;
    }
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
