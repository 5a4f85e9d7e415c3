/* concat.h - attributes of concat and join. */
#ifndef FOVEA_OPS_CONCAT_H
#define FOVEA_OPS_CONCAT_H

#include "ir/type.h"

typedef struct ConcatAttrs {
    int64_t axis; /* of the whole shape: 1 is channels */
} ConcatAttrs;

/* Whether tensors one after another along that axis of a whole are each a run of its elements. */
bool concat_is_run(const Shape *shape, int64_t axis);

#endif
