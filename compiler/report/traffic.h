/* traffic.h - what devices and the caller send to each other when a net runs on several devices. */
#ifndef FOVEA_REPORT_TRAFFIC_H
#define FOVEA_REPORT_TRAFFIC_H

#include "ir/graph.h"

/* From one place to another, each a device or DEVICE_HOST, the caller. Numbers and bytes are those of one example. */
typedef struct Traffic {
    int32_t from, to;
    int64_t transfers, numbers, bytes;
} Traffic;

typedef struct TrafficRows {
    VEC(Traffic) rows; /* by from and to, the caller first */
} TrafficRows;

/* Of a net as its model says it; no rows when its layers are on one device. */
TrafficRows traffic_of(Arena *arena, const Graph *net);
/* The same as a table: nothing without rows. Sums stand below: what devices send each other. */
void traffic_print(Buf *buf, Arena *arena, const Graph *net);
/* "device 1", "the caller" */
const char *device_text(Arena *arena, int32_t device);

#endif
