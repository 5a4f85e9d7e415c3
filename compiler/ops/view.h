/* view.h - attributes of reshape, and what all views of the same elements under another shape share. */
#ifndef FOVEA_OPS_VIEW_H
#define FOVEA_OPS_VIEW_H

#include "ops/op.h"

typedef struct ReshapeAttrs {
    int64_t rank;
    int64_t dims[MAX_RANK]; /* the whole new shape, batch axis included */
} ReshapeAttrs;

ReshapeAttrs reshape_attrs(const Shape *shape);

/* The elements as they are. */
void view_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result);
/* A place in the result says nothing about one in the input any more, where the shape is another. */
Reach view_reach(const Graph *graph, const Node *node, uint32_t input, int axis);

#endif
