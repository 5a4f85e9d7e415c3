/* reach.c - places that a place of a result reads (see reach.h). Numbers stay small: a place is below 2^31 and a stride
 * at most 2^20, those of resize below 2^17 and 2^33. */
#include "ops/reach.h"

int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

int64_t greatest_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

Reach reach_own(int to)
{
    return (Reach){.to = to, .scale = 1, .size = 1, .step = 1, .parts = 1};
}

Reach reach_all(int to)
{
    return (Reach){.to = to, .everything = true, .size = 1, .step = 1, .parts = 1};
}

Reach reach_one(void)
{
    return (Reach){.size = 1, .step = 1, .parts = 1};
}

Reach reach_window(const WindowAxis *window, int to)
{
    return (Reach){.to = to,
                   .scale = window->stride,
                   .shift = -window->before,
                   .size = window->size,
                   .step = window->dilation,
                   .parts = 1};
}

Reach reach_channels(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    (void)graph;
    (void)node;
    (void)input;
    return axis == 1 ? reach_all(axis) : reach_own(axis);
}

/* Shapes of a MAP's inputs are aligned at their last axis, and an axis of one place is repeated. */
static Reach broadcast_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    const Shape *x = &graph_input_node(graph, node, input)->type.shape, *y = &node->type.shape;
    Reach reach = reach_own(axis + y->rank - x->rank);
    if (x->dim[axis] == 1 && y->dim[reach.to] > 1)
        reach.scale = 0;
    return reach;
}

Reach op_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    const Op *row = op_row(node->op);
    if (input >= row->most_inputs) /* a weight that was made from a picture */
        return reach_all(0);
    return row->reach ? row->reach(graph, node, input, axis) : broadcast_reach(graph, node, input, axis);
}

ReachTaps reach_taps(const Reach *reach, int64_t o, int64_t length)
{
    if (reach->everything)
        return (ReachTaps){0, 1, length};
    int64_t at = o * reach->scale + reach->shift, parts = reach->parts;
    if (reach->rest != REST_NOTHING) {
        int64_t below = floor_div(at, parts);
        return (ReachTaps){below, 1, reach->rest == REST_AROUND && at != below * parts ? 2 : 1};
    }
    int64_t skip = 0, most = MIN(reach->size, parts);
    while (skip < most && (at + skip * reach->step) % parts)
        skip++;
    if (skip == most)
        return (ReachTaps){0};
    int64_t turn = parts / greatest_divisor(reach->step, parts);
    return (ReachTaps){(at + skip * reach->step) / parts, reach->step * turn / parts,
                       (reach->size - 1 - skip) / turn + 1};
}

int64_t reach_inside(const Reach *reach, int64_t place, int64_t length)
{
    if (place >= 0 && place < length)
        return place;
    if (reach->border == BORDER_MIRROR)
        place = place < 0 ? -place : 2 * (length - 1) - place;
    else if (reach->border == BORDER_EDGE)
        place = place < 0 ? 0 : length - 1;
    return place >= 0 && place < length ? place : -1;
}

void reach_period(const Reach *reach, int64_t *places, int64_t *input_places)
{
    int64_t divisor = greatest_divisor(reach->scale, reach->parts);
    *places = reach->everything ? 1 : reach->parts / divisor;
    *input_places = reach->everything ? 0 : reach->scale / divisor;
}
