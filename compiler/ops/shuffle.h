/* shuffle.h - attributes of the operations that move elements between channels and pixels, or among channels. */
#ifndef FOVEA_OPS_SHUFFLE_H
#define FOVEA_OPS_SHUFFLE_H

#include "ops/op.h"

/* How the channels of a picture are made from those of blocks of pixels, outermost first. */
typedef enum BlockOrder {
    ORDER_DCR, /* row in the block, column in the block, channel */
    ORDER_CRD, /* channel, row in the block, column in the block */
} BlockOrder;

/* depth_to_space, space_to_depth */
typedef struct BlockAttrs {
    int64_t block; /* pixels of a block along height and width */
    int order;     /* BlockOrder */
} BlockAttrs;

typedef struct ChannelShuffleAttrs {
    int64_t groups;
} ChannelShuffleAttrs;

#endif
