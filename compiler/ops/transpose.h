/* transpose.h - attributes of transpose. */
#ifndef FOVEA_OPS_TRANSPOSE_H
#define FOVEA_OPS_TRANSPOSE_H

#include "ops/op.h"

typedef struct TransposeAttrs {
    int64_t rank;
    int64_t order[MAX_RANK]; /* axis i of the result is axis order[i] of the input; the batch, 0, stays in front */
} TransposeAttrs;

#endif
