/* conv.h - attributes of conv. Inputs: x [N, C, H, W], weight [O, C / groups, KH, KW], and, if there is a bias, [O]. */
#ifndef FOVEA_OPS_CONV_H
#define FOVEA_OPS_CONV_H

#include "ops/op.h"

typedef struct ConvAttrs {
    int64_t stride[2];
    int64_t pad[HALO_SIDES];
    int64_t dilation[2];
    int64_t groups;
} ConvAttrs;

enum { CONV_X, CONV_WEIGHT, CONV_BIAS };

/* conv_build.c: the call in the model. */
NodeId conv_build(const OpCall *call);

#endif
