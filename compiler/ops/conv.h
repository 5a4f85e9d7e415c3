/* conv.h - attributes of the convolutions. Inputs: x [N, C, H, W], the weight, and, if there is a bias, [O]. The weight
 * of conv is [O, C / groups, KH, KW], that of conv_transpose [C, O / groups, KH, KW]. */
#ifndef FOVEA_OPS_CONV_H
#define FOVEA_OPS_CONV_H

#include "ops/op.h"
#include "ops/window.h"

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

/* conv_connect is what a call of conv with a table becomes; its weight is [connections, KH, KW], in the table's order.
 */
typedef struct ConvConnectAttrs {
    ConvAttrs conv;   /* groups is 1 */
    IntLists connect; /* for each output map the input maps that it sees */
} ConvConnectAttrs;

/* How many maps an output map sees at most. */
int64_t conv_connect_most(const ConvConnectAttrs *attrs);

enum { CONV_X, CONV_WEIGHT, CONV_BIAS };

/* Channels of all groups; bounded, so that groups out of range do not overflow before they are refused. */
int64_t conv_all_groups(const ConvAttrs *attrs, int64_t channels_a_group);
/* Whether groups divides the channels of the input and the weight's channels are those of the input; `maps` are the
 * outputs, `weight_channels` what the weight is for. Else a diagnostic. */
bool conv_check_groups(const Graph *graph, const Node *node, Diag *diag, int64_t maps, int64_t weight_channels);

/* Whether each channel of x is convolved by itself, into one map. */
static inline bool conv_is_depthwise(const ConvAttrs *attrs, int64_t maps, const Type *x)
{
    return attrs->groups > 1 && attrs->groups == maps && attrs->groups == x->shape.dim[1];
}

/* For the references: the windows over one channel, and adding what one input channel gives to one output channel. */
typedef struct ConvPlane {
    WindowAxis axes[2];
    int64_t input[2], output[2];
} ConvPlane;
void conv_add_channel(const ConvPlane *plane, double *y, const double *x, const double *weight);

/* conv_build.c: the calls in the model. */
NodeId conv_build(const OpCall *call);
NodeId conv_transpose_build(const OpCall *call);
NodeId conv_connect_build(const OpCall *call); /* of conv, when it has a table (conv_connect.c) */
/* Stride, padding, dilation and groups of a call whose kernel is that large. */
ConvAttrs conv_call_attrs(const OpCall *call, const Shape *x, const int64_t kernel[2]);

#endif
