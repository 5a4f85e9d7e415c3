/* transfer.h - where values are made, and the graph in which they are sent from there. */
#ifndef FOVEA_PASS_TRANSFER_H
#define FOVEA_PASS_TRANSFER_H

#include "pass/pass.h"

typedef enum Residence {
    ON_DEVICE,      /* on that of its node */
    ON_HOST,        /* an input of the net */
    EVERYWHERE,     /* known with the weights, which every device has */
    WHERE_READ,     /* numbers of a picture's bytes: each device that reads them makes them of the bytes */
    JOINED_ON_HOST, /* an output of which several devices have a part */
} Residence;

/* One a node of a graph without transfers, in its arena. */
Residence *residences(const Graph *graph);

/* The devices that compute something, in bits. */
uint32_t devices_used(const Graph *graph);

/* A copy of a graph of several devices, without transfers yet, in which values are sent where they are read. */
Graph *graph_with_transfers(const Graph *graph, Explain *explain);

#endif
