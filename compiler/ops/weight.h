/* weight.h - how a layer's weights come into the graph: loaded by path, written in the model, filled, or a tensor. */
#ifndef FOVEA_OPS_WEIGHT_H
#define FOVEA_OPS_WEIGHT_H

#include "ops/op.h"

typedef struct WeightSpec {
    const char *name; /* the last part of its path: "weight" */
    Shape shape;
    WeightRole role;
    int64_t fan_in; /* ROLE_KERNEL */
    bool trainable; /* when it is loaded */
} WeightSpec;

/* What an argument gives: nothing (load it), a number, a list, a tensor. */
typedef enum WeightForm { WEIGHT_LOAD, WEIGHT_NUMBER, WEIGHT_LIST, WEIGHT_TENSOR } WeightForm;
WeightForm weight_form(const OpArg *arg);
/* The shape that a list or a tensor brings; a tensor's without its batch axis. */
Shape weight_shape(const OpCall *call, const OpArg *arg);

/* The node that holds the weight: a constant under `label.name`, or what the argument gives. A list or tensor must
 * hold as many values as the shape; the caller has checked that the dimensions agree. NODE_NONE after a diagnostic. */
NodeId build_weight(const OpCall *call, const OpArg *arg, const WeightSpec *spec);
/* The same for one value a channel: a list must have that many, a single number stands for all of them. */
NodeId build_channel_weight(const OpCall *call, const OpArg *arg, const WeightSpec *spec);

/* The 'bias' argument of convolutions, fc and scale: false, true (load it) or what to add. By default there is one
 * unless the weight is given in the model. */
bool wants_bias(const OpArg *bias, const OpArg *weight);
NodeId build_bias(const OpCall *call, int64_t outputs);
/* Type rule of a node with inputs x, weight and perhaps bias, which must be one number for each of `outputs`: else
 * "bias is 3 for 4 output channels", `what` being the last words. */
bool check_bias(const Graph *graph, const Node *node, Diag *diag, int64_t outputs, const char *what);

/* The values as floats in the graph's arena; repeated until `count` are there. NULL after a diagnostic (too large). */
float *literal_floats(const OpCall *call, Span span, const double *values, int64_t given, int64_t count);

#endif
