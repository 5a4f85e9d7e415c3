/* known.h - operations on weights, with which passes change them: they are computed when the weights are written, so
 * that a pass needs no numbers. None of them has a label; `like` is the layer for which they are made. */
#ifndef FOVEA_PASS_KNOWN_H
#define FOVEA_PASS_KNOWN_H

#include "pass/pass.h"

NodeId known_add(Rewrite *rewrite, OpId op, const NodeId *inputs, uint32_t count, const void *attrs, const Node *like);
/* An operation without attributes; b is NODE_NONE for operations of one. */
NodeId known_op(Rewrite *rewrite, OpId op, NodeId a, NodeId b, const Node *like);
/* The value itself when it has that shape. */
NodeId known_reshape(Rewrite *rewrite, NodeId value, Shape shape, const Node *like);
/* The sum along the axes from .. to - 1, which are gone afterwards. */
NodeId known_sum(Rewrite *rewrite, NodeId value, int from, int to, const Node *like);
/* The axes behind the first in another order: [a, b, c] with two of them turned is [a, c, b]. */
NodeId known_turn(Rewrite *rewrite, NodeId value, const Node *like);
/* So many zeros. */
NodeId known_zeros(Rewrite *rewrite, int64_t count, const Node *like);

/* The bias of a layer of the graph, NODE_NONE when it has none; weights are input 1, the bias is input 2. */
NodeId layer_bias(const Graph *graph, const Node *layer);
/* The path under which a layer's weight is stored; "" when it has none. */
const char *layer_weight_name(const Graph *graph, const Node *layer);
/* Gives what was computed the name under which it is stored, so that it can be found in the blob: `name`, or that of
 * the layer's bias. */
NodeId known_named(Rewrite *rewrite, NodeId value, const char *name);
NodeId known_bias_named(Rewrite *rewrite, NodeId bias, const Node *layer);
/* The layer with other weights, reading x. */
NodeId layer_with(Rewrite *rewrite, const Node *layer, const void *attrs, NodeId x, NodeId weight, NodeId bias);

#endif
