/* winograd.h - what a kernel of Winograd's algorithm keeps in its scratch memory, and how it goes over its tiles.
 *
 * For a block of tiles: V, all channels of a group at each point, [point][channels / lanes][tiles][lanes], then the
 * sums of a panel of maps, [point][panel / lanes][tiles][lanes]. A point ends with a vector that nobody reads, so that
 * points do not stand whole pages apart, where they would push each other out of the first cache.
 */
#ifndef FOVEA_PLAN_WINOGRAD_H
#define FOVEA_PLAN_WINOGRAD_H

#include "ops/winograd.h"
#include "plan/plan.h"

/* Transformed weights that the second cache does not hold are read again for each block, so that blocks are of many
 * tiles then; otherwise of few, so that V and the sums stay there. */
enum { WINOGRAD_HELD_BYTES = 1200 * 1000, WINOGRAD_FEW_TILES = 28, WINOGRAD_MANY_TILES = 56 };

typedef struct WinogradSizes {
    Winograd matrices;
    WinogradTiles tiles;
    int64_t count;                  /* tiles of a picture */
    int64_t block, narrow;          /* tiles a block, and at a time in registers */
    int64_t points;                 /* a * a */
    int64_t lanes, vectors;         /* of a block of channels; of those, in a panel of maps */
    int64_t part;                   /* maps of a panel that are summed at a time */
    int64_t groups, channels, maps; /* channels, maps: of a group */
    int64_t input_point, sum_point; /* floats from one point to the next */
    int64_t sums, floats;           /* in scratch memory: where sums begin, and how many there are in all */
} WinogradSizes;

WinogradSizes winograd_sizes(const Graph *graph, const Kernel *kernel);

/* How a target computes a conv_winograd whose vectors have so many lanes, and of which so many sums fit into registers:
 * maps and pixels of the form are those of the sums, and `rows` are the tiles of a block. */
ConvForm winograd_form(const Graph *graph, const Node *conv, int32_t lanes, int32_t sums);

#endif
