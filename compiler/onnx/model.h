/* model.h - an ONNX model while it is made: nodes, weights, and names that are there once.
 *
 * Messages stand in the graph's arena and point at the graph's own numbers, which are never copied.
 */
#ifndef FOVEA_ONNX_MODEL_H
#define FOVEA_ONNX_MODEL_H

#include "ir/graph.h"
#include "onnx.pb-c.h"
#include "support/names.h"

/* How a constant is written: in its own shape, or one value a channel beside values of so many axes. */
enum { FORM_OWN = 0, FORM_COUNT = MAX_RANK + 1 };

typedef struct OnnxModel {
    Arena *arena;
    Diag *diag;
    const Graph *net;
    VEC(Onnx__NodeProto *) nodes;
    VEC(Onnx__TensorProto *) weights;
    VEC(Onnx__ValueInfoProto *) values; /* between layers: their types */
    NameSet node_names, value_names;
    const char *(*named)[FORM_COUNT]; /* of each value of the net in each form; NULL: not written yet */
} OnnxModel;

/* A layer while its nodes are made. */
typedef struct OnnxLayer {
    OnnxModel *model;
    const Node *node;
    const char *name;   /* of its node, or of the last one */
    const char *result; /* of its value */
} OnnxLayer;

/* ---- nodes ---- */

/* The node that makes the layer's value, from the inputs given. */
Onnx__NodeProto *onnx_node(OnnxLayer *layer, const char *type, const char *const *inputs, size_t input_count);
/* A node before that one; its result's name. `part` tells it from others of the layer. */
Onnx__NodeProto *onnx_part(OnnxLayer *layer, const char *part, const char *type, const char *const *inputs,
                           size_t input_count);
#define NAMES(...)             ((const char *const[]){__VA_ARGS__}), COUNT_OF(((const char *const[]){__VA_ARGS__}))
#define NODE(layer, type, ...) onnx_node((layer), (type), NAMES(__VA_ARGS__))
/* The name of what such a node makes. */
#define STEP(layer, part, type, ...) (onnx_part((layer), (part), (type), NAMES(__VA_ARGS__))->output[0])

void attr_int(OnnxLayer *layer, Onnx__NodeProto *node, const char *name, int64_t value);
void attr_ints(OnnxLayer *layer, Onnx__NodeProto *node, const char *name, const int64_t *values, int count);
void attr_float(OnnxLayer *layer, Onnx__NodeProto *node, const char *name, double value);
void attr_text(OnnxLayer *layer, Onnx__NodeProto *node, const char *name, const char *value);

/* ---- values ---- */

/* The name of a value of the net; a constant is written when it is first asked for. */
const char *value_name(OnnxModel *model, NodeId id);
/* Of what the layer reads. */
const char *layer_input(OnnxLayer *layer, uint32_t input);
/* Of an operand with one value a channel: so that it is broadcast along axis 1 of the layer's value. */
const char *layer_channels(OnnxLayer *layer, uint32_t operand);
/* Numbers of the layer's own. */
const char *layer_ints(OnnxLayer *layer, const char *part, const int64_t *values, int count);
const char *layer_floats(OnnxLayer *layer, const char *part, const float *values, const Shape *shape);
const char *layer_number(OnnxLayer *layer, const char *part, double value);

/* A value's name and type, as inputs, outputs and what is between them have it. */
Onnx__ValueInfoProto *value_info(Arena *arena, const char *name, const Type *type);

#endif
