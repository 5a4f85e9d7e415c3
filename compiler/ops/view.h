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
/* A position in the result says nothing about one position in the input any more. */
Window view_window(const Graph *graph, const Node *node, int axis);

#endif
