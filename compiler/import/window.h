/* window.h - windows over one to three spatial axes, as attributes of convolutions and pools give them.
 *
 * All are those of a volume [N, C, D, H, W]: what has fewer axes is 1 deep, or also 1 high. The Graph's ops go over
 * height and width; what goes over the depth besides is an op of its own, over the planes' depth and H * W.
 */
#ifndef FOVEA_IMPORT_WINDOW_H
#define FOVEA_IMPORT_WINDOW_H

#include "import/model.h"
#include "ops/conv.h"
#include "ops/pool.h"

enum { DEPTH, ROWS_AXIS, COLUMNS_AXIS, SPATIAL };

typedef struct Window {
    int spatial; /* axes that the model has: the last ones */
    int64_t size[SPATIAL], stride[SPATIAL], dilation[SPATIAL];
    int64_t before[SPATIAL], behind[SPATIAL]; /* padding */
} Window;

/* [N, C, L] as [N, C, 1, 1, L], [N, C, H, W] as [N, C, 1, H, W]. */
Shape volume_of(const Shape *shape);
/* The same as a picture, which it has to be: not deeper than 1. */
Shape picture_of(const Shape *volume);
/* Whether the node's input has one to three spatial axes; else a refusal. */
bool window_fits(ImportNode *node, const Shape *x);
/* One number a spatial axis, `fallback` where there is none. */
bool window_numbers(ImportNode *node, const char *attribute, int spatial, int64_t fallback, int64_t *numbers);
/* `size` is that of the weight, NULL: kernel_shape says it. */
bool window_read(ImportNode *node, const Shape *x, const int64_t *size, Window *window);
/* Places that a window covers along an axis. */
int64_t window_reach(const Window *window, int axis);

/* Output 0 is a volume with those axes that the model has. */
bool window_result(ImportNode *node, NodeId id, const Window *window, const Shape *volume);

/* The same elements in that shape. */
static inline NodeId in_shape(ImportNode *node, NodeId id, Shape shape)
{
    return node_reshaped(node, id, &shape);
}

/* Height and width, and the depth of [N, C, D, H * W], as attributes of ops. */
ConvAttrs conv_of_planes(const Window *window, int64_t groups);
ConvAttrs conv_of_depth(const Window *window, int64_t groups);
PoolAttrs pool_of_planes(const Window *window);
PoolAttrs pool_of_depth(const Window *window);

#endif
