/* channel_order.h - channels in another order, and weights that take such an order over. Internal to passes.
 *
 * An order says of each place which of the elements before stands there: { 0, 2, 1, 3 }. NULL: all stay.
 */
#ifndef FOVEA_PASS_CHANNEL_ORDER_H
#define FOVEA_PASS_CHANNEL_ORDER_H

#include "pass/pass.h"

/* Whether all stay, and whether they are what channel_shuffle makes, and then of how many groups. */
bool order_is_same(const int32_t *order, int64_t count);
bool order_is_shuffle(const int32_t *order, int64_t count, int64_t *groups);
/* Whether few operations on constants give that order. */
bool order_is_simple(Arena *arena, const int32_t *order, int64_t count);
/* Where each element went. */
int32_t *order_inverse(Arena *arena, const int32_t *order, int64_t count);
/* Each of them as `inner` elements that stay together. */
int32_t *order_expanded(Arena *arena, const int32_t *order, int64_t count, int64_t inner);
/* The order of the groups, when each group of so many stays together, and all have the same order inside: which
 * `*inside` is, NULL when they stay. NULL: that is not so. */
int32_t *order_of_groups(Arena *arena, const int32_t *order, int64_t count, int64_t size, int32_t **inside);

/* A known value with the elements of an axis in another order. */
NodeId known_ordered(Rewrite *rewrite, NodeId value, int axis, const int32_t *order, const Node *like);

/* Why the weights of a layer of the graph cannot be put in another order; NULL: they can. */
const char *why_weights_stay(const Graph *graph, const bool *known, const uint32_t *uses, const Node *layer);
/* Copies a convolution or fully connected layer of the old graph with its weights in another order: of the channels of
 * x, a node of the new graph, and of its outputs. Groups stay together in both. */
NodeId layer_ordered(Rewrite *rewrite, const Node *layer, NodeId x, const int32_t *inputs, const int32_t *outputs);

#endif
