/* boxes.h - a net as boxes to draw: a layer with what follows it element by element, an input, an output.
 *
 *   conv -> batchnorm -> relu -> maxpool      is [conv | batchnorm relu] -> [maxpool]
 *
 * A follower is a layer that computes each element from the one in its place (relu, batchnorm, dropout) or that views
 * the same elements in another shape (flatten), and that alone reads what it follows. Layers of later turns of a repeat
 * (blocks.h) have no box; edges lead from the box that stands for them.
 */
#ifndef FOVEA_REPORT_BOXES_H
#define FOVEA_REPORT_BOXES_H

#include "report/blocks.h"
#include "report/layers.h"

typedef enum BoxKind {
    BOX_INPUT,
    BOX_OUTPUT,
    BOX_CONV,
    BOX_POOL,
    BOX_FULL,    /* fully connected */
    BOX_NORM,    /* lrn, softmax */
    BOX_JOIN,    /* of several values: add, concat */
    BOX_ELEMENT, /* element by element, and not a follower of something */
    BOX_MOVE,    /* resize, slice, transpose and the like */
    BOX_COUNT
} BoxKind;

typedef struct Box {
    BoxKind kind;
    VEC(NodeId) nodes; /* the layer, then its followers; an output's: the node that it gives */
    const Port *port;  /* inputs and outputs */
    uint32_t block;    /* in Blocks.at */
    uint32_t repeat;   /* in Blocks.repeats, or REPEAT_NONE */
    int64_t parameters, macs;
} Box;

typedef struct BoxEdge {
    uint32_t from, to;
} BoxEdge;

typedef struct Boxes {
    VEC(Box) at; /* inputs, layers in their order, outputs */
    VEC(BoxEdge) edges;
} Boxes;

Boxes boxes_of(Arena *arena, const Graph *graph, const Blocks *blocks, const Layers *layers);

#endif
