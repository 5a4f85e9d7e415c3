/* softmax.h - attributes of softmax. */
#ifndef FOVEA_OPS_SOFTMAX_H
#define FOVEA_OPS_SOFTMAX_H

#include <stdint.h>

typedef struct SoftmaxAttrs {
    int64_t axis; /* of the whole shape: 1 is channels */
} SoftmaxAttrs;

#endif
