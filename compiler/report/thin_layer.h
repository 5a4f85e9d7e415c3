/* thin_layer.h - the thin net while it is built (see thin.h). */
#ifndef FOVEA_REPORT_THIN_LAYER_H
#define FOVEA_REPORT_THIN_LAYER_H

#include "report/thin.h"

struct Thin {
    Arena *arena;
    const Graph *net;
    const Field *fields;
    Graph *graph;
    Diag diag;
    NodeId *of;            /* for each node of the net: its value, or NODE_NONE */
    Tensor *values;        /* for each node of `graph` */
    const Tensor **inputs; /* of the node that is computed */
    NodeId unit;
    int64_t at; /* the place, in the unit's value */
    int64_t cost;
};

/* The shape of a node's value: axes along which no places lie have a length of 1. */
Shape thin_shape(const Thin *thin, uint32_t node);
/* What a node of the net becomes; NODE_NONE: it cannot be reduced. */
NodeId thin_node(Thin *thin, uint32_t index);

#endif
