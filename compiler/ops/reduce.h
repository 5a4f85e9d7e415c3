/* reduce.h - attributes of reduce_mean, reduce_sum, reduce_max, reduce_min and argmax. Input: x [N, ...]. */
#ifndef FOVEA_OPS_REDUCE_H
#define FOVEA_OPS_REDUCE_H

#include "ops/op.h"

typedef struct ReduceAttrs {
    int64_t count;
    int64_t axes[MAX_RANK]; /* of the whole shape, ascending: 1 is channels. argmax has one */
    bool keep;              /* these axes stay, with a length of 1; else they are gone */
} ReduceAttrs;

bool reduces_axis(const ReduceAttrs *attrs, int axis);

#endif
