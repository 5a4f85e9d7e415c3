/* reach.h - places that a place of a result reads (Reach in op.h): what rows say, and what it comes to. */
#ifndef FOVEA_OPS_REACH_H
#define FOVEA_OPS_REACH_H

#include "ops/op.h"
#include "ops/window.h"

/* Each place reads its own, along axis `to` of the result. */
Reach reach_own(int to);
/* Every place along `to` reads the whole axis. */
Reach reach_all(int to);
/* The axis has one place, and the result none for it. */
Reach reach_one(void);
/* A window that slides. */
Reach reach_window(const WindowAxis *window, int to);

/* A row's rule: channels are mixed, each place reads its own. */
Reach reach_channels(const Graph *graph, const Node *node, uint32_t input, int axis);

/* What a node reads along `axis` of an input: its row's rule, or each place its own. */
Reach op_reach(const Graph *graph, const Node *node, uint32_t input, int axis);

/* Places in a row: first, first + step, ... */
typedef struct ReachTaps {
    int64_t first, step, count;
} ReachTaps;
/* What place o reads, border included; of `everything`, an axis of that length. */
ReachTaps reach_taps(const Reach *reach, int64_t o, int64_t length);
/* The place that stands for one in the border, or -1. */
int64_t reach_inside(const Reach *reach, int64_t place, int64_t length);
/* Reads repeat: so many places of the result further, and so many of the input. */
void reach_period(const Reach *reach, int64_t *places, int64_t *input_places);

int64_t floor_div(int64_t a, int64_t b);
int64_t greatest_divisor(int64_t a, int64_t b);

#endif
