/* room.c - how much larger Winograd's algorithm may make the weights of a net (see room.h). */
#include "plan/room.h"

static const double SHARE = 0.35, IN_ANY_NET = 32e6;

double room_for_weights(double bytes)
{
    return MAX(SHARE * bytes, IN_ANY_NET);
}

double room_price(double room, BytesMore *bytes_more, void *context)
{
    static const double prices[] = {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10};
    for (size_t i = 0; i < COUNT_OF(prices); i++)
        if (bytes_more(context, prices[i]) <= room)
            return prices[i];
    return 100; /* nothing is worth that */
}
