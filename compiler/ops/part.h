/* part.h - attributes of part. */
#ifndef FOVEA_OPS_PART_H
#define FOVEA_OPS_PART_H

#include "ops/op.h"

typedef struct PartAttrs {
    int64_t first; /* element of the input, counted through all its axes */
    int64_t rank;
    int64_t dims[MAX_RANK]; /* the whole shape, batch axis included */
} PartAttrs;

#endif
