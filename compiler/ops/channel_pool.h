/* channel_pool.h - attributes of channel_max and channel_avg. Input: x [N, C, ...]; output [N, C / group, ...]. */
#ifndef FOVEA_OPS_CHANNEL_POOL_H
#define FOVEA_OPS_CHANNEL_POOL_H

#include <stdint.h>

typedef struct ChannelPoolAttrs {
    int64_t group; /* consecutive channels that become one */
} ChannelPoolAttrs;

#endif
