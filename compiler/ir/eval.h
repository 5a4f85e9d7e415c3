/* eval.h - the reference evaluator: what a graph means, in double precision.
 *
 * It is the oracle for tests, `fovea check` and self-tests. It shares no code with any emitter.
 * Memory: values are freed after their last use; outputs and what a hook keeps live in the caller's hands.
 */
#ifndef FOVEA_IR_EVAL_H
#define FOVEA_IR_EVAL_H

#include "ir/graph.h"

typedef struct Tensor {
    Shape shape;
    double *at; /* row major, logical order */
} Tensor;

Tensor tensor_new(const Shape *shape); /* zeros, by malloc */
void tensor_free(Tensor *tensor);

/* One node's value from its inputs' (constants included, for which inputs is not read). `result` has the node's shape
 * and is zero; that of an element-wise layer may be one of its inputs. Not for OP_input. */
void eval_node(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result);

/* Called after each node but constants was computed, when not NULL. The tensor is the evaluator's. */
typedef void EvalHook(void *context, NodeId node, const Tensor *value);

/* Computes the outputs (one Tensor a Port, allocated here, freed by the caller) from the inputs (one a Port; u8 inputs
 * as values 0..255). Every LOADED constant must be bound. */
void eval_graph(const Graph *graph, const Tensor *inputs, Tensor *outputs, EvalHook *hook, void *context);

/* The value of a node that is known (graph_known) as floats, in logical order; what it is computed from is bound. */
void eval_known(const Graph *graph, NodeId id, float *result);

#endif
