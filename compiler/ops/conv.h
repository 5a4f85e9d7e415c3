/* conv.h - attributes of the convolutions. Inputs: x [N, C, H, W], the weight, and, if there is a bias, [O]. The weight
 * of conv is [O, C / groups, KH, KW], that of conv_transpose [C, O / groups, KH, KW]. */
#ifndef FOVEA_OPS_CONV_H
#define FOVEA_OPS_CONV_H

#include "ops/op.h"

typedef struct ConvAttrs {
    int64_t stride[2];
    int64_t pad[HALO_SIDES];
    int64_t dilation[2];
    int64_t groups;
} ConvAttrs;

typedef struct ConvTransposeAttrs {
    ConvAttrs conv;
    int64_t output_pad[2]; /* rows and columns more at the end of the output */
} ConvTransposeAttrs;

enum { CONV_X, CONV_WEIGHT, CONV_BIAS };

/* Channels of all groups; bounded, so that groups out of range do not overflow before they are refused. */
int64_t conv_all_groups(const ConvAttrs *attrs, int64_t channels_a_group);
/* Whether groups divides the channels of the input and the weight's channels are those of the input; `maps` are the
 * outputs, `weight_channels` what the weight is for. Else a diagnostic. */
bool conv_check_groups(const Graph *graph, const Node *node, Diag *diag, int64_t maps, int64_t weight_channels);

/* conv_build.c: the calls in the model. */
NodeId conv_build(const OpCall *call);
NodeId conv_transpose_build(const OpCall *call);

#endif
