/* squeeze.h - attributes of squeeze and unsqueeze. */
#ifndef FOVEA_OPS_SQUEEZE_H
#define FOVEA_OPS_SQUEEZE_H

#include "ops/op.h"

typedef struct SqueezeAttrs {
    int64_t count;
    int64_t axes[MAX_RANK]; /* of the input (squeeze) or of the result (unsqueeze), batch included; ascending */
} SqueezeAttrs;

#endif
