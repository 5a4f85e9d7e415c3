/* window.c - windows as attributes give them (see window.h). */
#include "import/window.h"

Shape volume_of(const Shape *shape)
{
    Shape volume = {.rank = 2 + SPATIAL, .dim = {shape->dim[0], shape->dim[1], 1, 1, 1}};
    for (int i = 2; i < shape->rank; i++)
        volume.dim[i + volume.rank - shape->rank] = shape->dim[i];
    return volume;
}

Shape picture_of(const Shape *volume)
{
    return SHAPE(volume->dim[0], volume->dim[1], volume->dim[2] * volume->dim[3], volume->dim[4]);
}

bool window_fits(ImportNode *node, const Shape *x)
{
    return (x->rank >= 3 && x->rank <= 2 + SPATIAL) ||
           node_refuse(node, "its input has %d axes: windows have one to three dimensions", x->rank);
}

bool window_numbers(ImportNode *node, const char *attribute, int spatial, int64_t fallback, int64_t *numbers)
{
    int64_t values[SPATIAL];
    const int64_t count = node_ints(node, attribute, values, SPATIAL);
    for (int i = 0; i < SPATIAL; i++)
        numbers[i] = fallback;
    if (count >= 0 && count != spatial)
        return node_refuse(node, "%lld %s for %d spatial axes", (long long)count, attribute, spatial);
    for (int i = 0; count >= 0 && i < spatial; i++)
        numbers[SPATIAL - spatial + i] = values[i];
    return true;
}

static bool read_pads(ImportNode *node, Window *window)
{
    int64_t values[2 * SPATIAL];
    const int spatial = window->spatial;
    const int64_t count = node_ints(node, "pads", values, 2 * SPATIAL);
    memset(window->before, 0, sizeof window->before);
    memset(window->behind, 0, sizeof window->behind);
    if (count >= 0 && count != 2 * spatial)
        return node_refuse(node, "%lld pads for %d spatial axes", (long long)count, spatial);
    for (int i = 0; count >= 0 && i < spatial; i++) {
        window->before[SPATIAL - spatial + i] = values[i];
        window->behind[SPATIAL - spatial + i] = values[spatial + i];
    }
    return true;
}

int64_t window_reach(const Window *window, int axis)
{
    return (window->size[axis] - 1) * window->dilation[axis] + 1;
}

/* SAME: as many places as strides fit into the input; the odd element goes behind (UPPER) or before. */
static void pad_same(const Shape *volume, bool is_upper, Window *window)
{
    for (int i = 0; i < SPATIAL; i++) {
        const int64_t input = volume->dim[2 + i], places = quotient_up(input, window->stride[i]);
        const int64_t total = MAX((places - 1) * window->stride[i] + window_reach(window, i) - input, 0);
        window->before[i] = is_upper ? total / 2 : total - total / 2;
        window->behind[i] = total - window->before[i];
    }
}

bool window_read(ImportNode *node, const Shape *x, const int64_t *size, Window *window)
{
    const Shape volume = volume_of(x);
    window->spatial = x->rank - 2;
    if (!window_numbers(node, "kernel_shape", window->spatial, 1, window->size) ||
        !window_numbers(node, "strides", window->spatial, 1, window->stride) ||
        !window_numbers(node, "dilations", window->spatial, 1, window->dilation) || !read_pads(node, window))
        return false;
    if (size)
        memcpy(window->size, size, sizeof window->size);
    for (int i = 0; i < SPATIAL; i++)
        if (window->stride[i] < 1 || window->dilation[i] < 1 || window->size[i] < 1 ||
            MAX(window->stride[i], MAX(window->dilation[i], window->size[i])) > LIMIT_DIMENSION)
            return node_refuse(node, "a size, stride or dilation is below 1, or too large");
    const char *automatic = node_text(node, "auto_pad", "NOTSET");
    if (strcmp(automatic, "SAME_UPPER") == 0 || strcmp(automatic, "SAME_LOWER") == 0) {
        pad_same(&volume, strcmp(automatic, "SAME_UPPER") == 0, window);
    } else if (strcmp(automatic, "VALID") == 0) {
        memset(window->before, 0, sizeof window->before);
        memset(window->behind, 0, sizeof window->behind);
    } else if (strcmp(automatic, "NOTSET") != 0) {
        return node_refuse(node, "auto_pad is '%s'", automatic);
    }
    return true;
}

bool window_result(ImportNode *node, NodeId id, const Window *window, const Shape *volume)
{
    Shape shape = {.rank = 2 + window->spatial, .dim = {volume->dim[0], volume->dim[1]}};
    for (int i = 0; i < window->spatial; i++)
        shape.dim[2 + i] = volume->dim[2 + SPATIAL - window->spatial + i];
    return !node_is_none(id) && node_result(node, 0, id, node_type(node), &shape);
}

/* ---- attributes of ops ---- */

static void put_axis(const Window *window, int axis, int at, int64_t *stride, int64_t *dilation, int64_t *pad)
{
    stride[at] = window->stride[axis];
    dilation[at] = window->dilation[axis];
    pad[HALO_TOP + at] = window->before[axis];
    pad[HALO_BOTTOM + at] = window->behind[axis];
}

ConvAttrs conv_of_planes(const Window *window, int64_t groups)
{
    ConvAttrs attrs = {.groups = groups};
    put_axis(window, ROWS_AXIS, 0, attrs.stride, attrs.dilation, attrs.pad);
    put_axis(window, COLUMNS_AXIS, 1, attrs.stride, attrs.dilation, attrs.pad);
    return attrs;
}

ConvAttrs conv_of_depth(const Window *window, int64_t groups)
{
    ConvAttrs attrs = {.groups = groups, .stride = {1, 1}, .dilation = {1, 1}};
    put_axis(window, DEPTH, 0, attrs.stride, attrs.dilation, attrs.pad);
    return attrs;
}

PoolAttrs pool_of_planes(const Window *window)
{
    PoolAttrs attrs = {.size = {window->size[ROWS_AXIS], window->size[COLUMNS_AXIS]}};
    put_axis(window, ROWS_AXIS, 0, attrs.stride, attrs.dilation, attrs.pad);
    put_axis(window, COLUMNS_AXIS, 1, attrs.stride, attrs.dilation, attrs.pad);
    return attrs;
}

PoolAttrs pool_of_depth(const Window *window)
{
    PoolAttrs attrs = {.size = {window->size[DEPTH], 1}, .stride = {1, 1}, .dilation = {1, 1}};
    put_axis(window, DEPTH, 0, attrs.stride, attrs.dilation, attrs.pad);
    return attrs;
}
