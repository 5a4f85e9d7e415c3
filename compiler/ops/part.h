/* part.h - attributes of part. */
#ifndef FOVEA_OPS_PART_H
#define FOVEA_OPS_PART_H

#include "ops/op.h"

typedef struct PartAttrs {
    int64_t first; /* element of the input, counted through all its axes */
    int64_t rank;
    int64_t dims[MAX_RANK]; /* the whole shape, batch axis included */
} PartAttrs;

/* Whether a node is a part that takes whole channels of one picture: it can lie in the picture's buffer with a halo. */
bool part_is_channels(const Graph *graph, const Node *node);
/* Where the elements of a part begin in what its input is stored in; in blocks of channels, with one of these. */
int64_t part_begin(const Graph *graph, const Node *part);

#endif
