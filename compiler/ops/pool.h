/* pool.h - attributes of maxpool and avgpool. Input: x [N, C, H, W]. */
#ifndef FOVEA_OPS_POOL_H
#define FOVEA_OPS_POOL_H

#include "ops/op.h"

typedef struct PoolAttrs {
    int64_t size[2]; /* `global` has become the input's height and width */
    int64_t stride[2];
    int64_t pad[HALO_SIDES];
    int64_t dilation[2];
    bool ceil;      /* output sizes are rounded up; the last window starts inside the input or its leading padding */
    bool count_pad; /* avgpool: padding counts as zeros; what lies behind the padding (ceil) never counts */
} PoolAttrs;

/* Some window along H or W does not end where the padded input ends, though ceil would have added one more. */
bool pool_rounds_down(const Graph *graph, const Node *node);

#endif
