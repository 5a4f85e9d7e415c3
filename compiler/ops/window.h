/* window.h - windows that slide over height and width: output sizes, padding, and what the model writes of them.
 * Convolutions and pools share it. */
#ifndef FOVEA_OPS_WINDOW_H
#define FOVEA_OPS_WINDOW_H

#include "ops/op.h"

/* One axis of a window. */
typedef struct WindowAxis {
    int64_t size, stride, before, after, dilation; /* before, after: padding */
} WindowAxis;

/* The largest stride, padding and dilation. */
#define LIMIT_WINDOW ((int64_t)1 << 20)

WindowAxis window_axis(const int64_t *size, const int64_t *stride, const int64_t *pad, const int64_t *dilation,
                       int axis);
/* From the first to the last element that one window touches. */
int64_t window_extent(const WindowAxis *window);
/* How many windows fit; 0: not even one. With `ceil`, a last window may hang over the end if it starts inside. */
int64_t window_count(const WindowAxis *window, int64_t length, bool ceil);

/* Sizes, strides, padding and dilation are in range, or a diagnostic. */
bool window_check(const Node *node, Diag *diag, const WindowAxis axes[2]);
/* Height and width of the node's output, or a diagnostic: settings out of range, window larger than its input. */
bool window_output(const Node *node, Diag *diag, Arena *arena, const WindowAxis axes[2], const int64_t input[2],
                   bool ceil, int64_t output[2]);

/* How far the windows of a node with this output reach over the edges of its input. */
void window_halo(const WindowAxis axes[2], const int64_t input[2], const int64_t output[2], int32_t halo[HALO_SIDES]);

/* The padding that a call's 'pad' means: numbers, same or valid. `axes` have all but the padding; `pad` takes it. */
void window_pad(const OpArg *arg, const WindowAxis axes[2], const int64_t input[2], int64_t pad[HALO_SIDES]);

#endif
