/* slice.h - attributes of slice. */
#ifndef FOVEA_OPS_SLICE_H
#define FOVEA_OPS_SLICE_H

#include "ops/op.h"

/* One of each an axis, batch included: `size` elements from `begin` on, `step` apart. Backwards when step is negative.
 * The batch is taken whole. */
typedef struct SliceAttrs {
    int64_t begins, begin[MAX_RANK];
    int64_t sizes, size[MAX_RANK];
    int64_t steps, step[MAX_RANK];
} SliceAttrs;

/* All of a value of that shape. */
SliceAttrs slice_whole(const Shape *shape);

#endif
