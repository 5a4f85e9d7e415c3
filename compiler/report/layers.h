/* layers.h - what can be said of each layer of a net: parameters, multiply-adds, receptive field, bytes. */
#ifndef FOVEA_REPORT_LAYERS_H
#define FOVEA_REPORT_LAYERS_H

#include "ops/op.h"

/* How much of the input one output value can see, along height and width. */
typedef struct Field {
    bool known;       /* the layer works on pictures, or on what was made from one */
    bool all;         /* sees the whole input */
    int64_t size[2];  /* in pixels of the net's input; may reach beyond its border */
    int64_t jump[2];  /* pixels from one output's field to the next */
    int64_t cells[2]; /* height and width of the last picture before the values became a list */
} Field;

typedef struct Layer {
    NodeId node;
    int64_t parameters; /* trainable; of shared weights: where they are used first */
    int64_t macs;
    int64_t bytes; /* of its output */
    Field field;
} Layer;

typedef struct Layers {
    VEC(Layer) rows; /* every node but inputs and constants */
    int64_t parameters, macs;
    Field field; /* of the last picture before flatten or global pooling, on the way to the answer (outputs[0]) */
} Layers;

Layers layers_of(Arena *arena, const Graph *graph);

#endif
