/* view.h - attributes of reshape. */
#ifndef FOVEA_OPS_VIEW_H
#define FOVEA_OPS_VIEW_H

#include "ops/op.h"

typedef struct ReshapeAttrs {
    int64_t rank;
    int64_t dims[MAX_RANK]; /* the whole new shape, batch axis included */
} ReshapeAttrs;

ReshapeAttrs reshape_attrs(const Shape *shape);

#endif
