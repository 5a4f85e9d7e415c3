/* layers.h - what can be said of each layer of a net: parameters, multiply-adds, receptive field, bytes. */
#ifndef FOVEA_REPORT_LAYERS_H
#define FOVEA_REPORT_LAYERS_H

#include "report/field.h"

typedef struct Layer {
    NodeId node;
    int64_t parameters; /* trainable; of shared weights: where they are used first */
    int64_t macs;
    int64_t bytes; /* of its output */
    int64_t depth; /* layers with weights on the longest way to it, itself included */
    /* Convolutions and fully connected layers, else 0: weights without bias, and how many a fully connected layer from
     * as many inputs to as many outputs has. */
    int64_t weights, dense_weights;
    const Field *field;
} Layer;

typedef struct Layers {
    VEC(Layer) rows; /* every node but inputs and constants */
    int64_t parameters, macs, dense_weights;
    int64_t depth; /* the longest way */
    bool has_field;
    int64_t field[2]; /* of the last picture before flatten or global pooling, on the way to the answer */
} Layers;

Layers layers_of(Arena *arena, const Graph *graph);

/* a + b, or the largest number there is. */
int64_t count_sum(int64_t a, int64_t b);
/* So many of so many, in percent; 0 of 0 is 0. */
double share_percent(int64_t part, int64_t whole);

#endif
