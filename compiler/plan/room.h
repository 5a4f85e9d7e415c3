/* room.h - how much larger Winograd's algorithm may make the weights of a net.
 *
 * Transformed weights are up to seven times as large, and a net has to stand in memory. Where all that is fastest has
 * no room, bytes of weights count for something beside time: so those layers stay small that save the least time a
 * byte.
 */
#ifndef FOVEA_PLAN_ROOM_H
#define FOVEA_PLAN_ROOM_H

#include "support/base.h"

/* So many bytes more than a net has whose convolutions are all computed directly: about a third, and 32 MB in any. */
double room_for_weights(double bytes);

/* How many bytes more it takes when a byte counts for so many times the time in which it is fetched. */
typedef double BytesMore(void *context, double held);
/* The least price at which it has room. */
double room_price(double room, BytesMore *bytes_more, void *context);

#endif
