/* blocked.h - the loops of a convolution over channel blocks, in a few numbers.
 *
 *   a convolution 3x3 of 512 blocked maps of 7 x 7 on target avx512: 32 maps, 14 pixels across rows, 16 inputs at a
 *   time, 8 lines ahead
 *
 *     maps by 32, inputs by 16, rows*columns by 14 and 7, taps, inputs; 32 maps x 14 pixels in registers; sums of 49
 *     pixels kept; 8 lines fetched ahead
 *
 * blocked_choose says which numbers a layer gets, and why. A Tiling of blocked loops is made of such numbers and
 * nothing else, so that it is read back from any, and one made of other numbers may take its place.
 */
#ifndef FOVEA_PLAN_BLOCKED_H
#define FOVEA_PLAN_BLOCKED_H

#include "plan/tiling.h"

struct Kernel;

typedef struct BlockedLoops {
    int64_t maps;   /* a panel of weights */
    int64_t part;   /* of it in registers: all, but where it is for wider vectors */
    int64_t pixels; /* in registers */
    bool across;    /* tiles run on from row to row, of whole rows or evenly; else each row is cut into its own */
    int64_t rows;   /* go through all panels together; 0: all rows do */
    int64_t inputs; /* are summed at a time, for all pixels; 0: all inputs are */
    int ahead;      /* cache lines of the weights to come that are fetched at each step of a tile; 0: none */
} BlockedLoops;

/* Whether a kernel has such loops: a convolution over blocks, but of each channel by itself. */
bool blocked_is_direct(const Graph *graph, const struct Kernel *kernel);
BlockedLoops blocked_choose(const Graph *graph, const struct Kernel *kernel);
Tiling blocked_tiling(const Graph *graph, const struct Kernel *kernel, const BlockedLoops *loops);
BlockedLoops blocked_loops(const Tiling *tiling);
/* Why the text cannot be written for these numbers; NULL: it can. */
const char *blocked_misfit(const Graph *graph, const struct Kernel *kernel, const BlockedLoops *loops);

/* The same for a layer of which nothing else is known; `even`: its pixels are (below). */
typedef struct BlockedLayer {
    int64_t height, width, maps; /* of the output, maps of all groups */
    int64_t inputs, deep;        /* of a group; those that stand together */
} BlockedLayer;
const char *blocked_layer_misfit(const BlockedLayer *layer, const BlockedLoops *loops, bool even);

/* Whether any pixel is as far from the next one, row ends included, on all sides: where it is read and written. */
bool blocked_is_even(const Graph *graph, const struct Kernel *kernel);
/* Pixels of a tile, so many at most: of some rows each, or of a part of a row. */
int64_t blocked_pixels(int64_t height, int64_t width, int64_t most, bool *across);
/* Tiles of a map, of all rows. */
int64_t blocked_tiles(const BlockedLoops *loops, const Shape *y);

#endif
