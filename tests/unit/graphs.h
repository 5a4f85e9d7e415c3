/* graphs.h - what the tests of graphs and ops build on: a Case is a graph with its arena and the messages about it.
 *
 *   Case c = case_new();
 *   NodeId x = case_input(&c, SHAPE(1, 1, 3, 4));
 *   NodeId y = case_add(&c, OP_relu, (NodeId[]){x}, 1, NULL);
 *   Tensor result = case_eval(&c, y, &x_values);     result.at[0] ...  tensor_free(&result)
 */
#ifndef FOVEA_TESTS_UNIT_GRAPHS_H
#define FOVEA_TESTS_UNIT_GRAPHS_H

#include "ir/eval.h"
#include "ops/conv.h"
#include "ops/op.h"

/* SHAPE as an address: shape_equal(&a, SHAPE_AT(1, 3, 4, 4)). */
#define SHAPE_AT(...) ((Shape[]){SHAPE(__VA_ARGS__)})

typedef struct Case {
    Arena *arena;
    Graph *graph;
    Diag *diag;
    Buf *messages;
} Case;

Case case_new(void);
void case_free(Case *c);

NodeId case_input(Case *c, Shape shape);
/* A literal; `values` has as many numbers as the shape. */
NodeId case_literal(Case *c, Shape shape, const double *values);
/* A weight to be loaded. */
NodeId case_weight(Case *c, const char *path, Shape shape);
NodeId case_add(Case *c, OpId op, const NodeId *inputs, uint32_t count, const void *attrs);
NodeId case_unary(Case *c, OpId op, NodeId x, const void *attrs);
NodeId case_binary(Case *c, OpId op, NodeId a, NodeId b);
/* stride, dilation and groups 1, no padding */
ConvAttrs case_conv_attrs(void);
const Node *case_node(const Case *c, NodeId id);

/* The node's value for these inputs (one a port): makes it the only output. */
Tensor case_eval(Case *c, NodeId node, const Tensor *inputs);
/* A tensor of these values, or of small pseudo-random integers -8..8. */
Tensor tensor_of(Shape shape, const double *values);
Tensor tensor_integers(Shape shape, uint32_t seed);
uint32_t next_random(uint32_t *state);

#endif
