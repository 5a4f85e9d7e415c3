/* paths.h - the places of each value that one place of another depends on, and along how many paths.
 *
 * A path goes from place to place: one step through each layer, to a place that its result reads. Channels are not told
 * apart - a place is all of its channels -, and branches that meet add their paths. Two 3x3 convolutions join a place
 * with the pixels around it by 1 2 3 2 1 paths along each side.
 */
#ifndef FOVEA_REPORT_PATHS_H
#define FOVEA_REPORT_PATHS_H

#include "report/field.h"

/* A rectangle of the places of one value, rows by columns; a side without places has one. */
typedef struct Area {
    bool reached;
    int64_t first[2], size[2];
    uint64_t *paths; /* row major; UINT64_MAX: at least as many */
} Area;

/* How many places a value has along a side. */
int64_t side_places(const Field *field, const Node *node, int side);

/* For the place of node `unit`: the areas of the net's inputs, [nodes.count]; other nodes are only marked as reached.
 * NULL: more places than can be counted (2^26 in one value). */
Area *paths_to(Arena *arena, const Graph *graph, const Field *fields, NodeId unit, const int64_t place[2]);

#endif
