/* blocked_tile.h - sums in registers of some pixels and maps, for texts over channel blocks.
 *
 * A tile is a list of pixels: where each is read and stored beside the first one, as constants. They may lie beside
 * each other in a row or run on in the next one; no code depends on it.
 *
 *     v = v_broadcast(s + 16), a1_0 = v_fma(v, w0, a1_0), a1_1 = v_fma(v, w1, a1_1);
 *
 * adds an input of pixel 1 times its weights for two vectors of maps.
 */
#ifndef FOVEA_EMIT_BLOCKED_TILE_H
#define FOVEA_EMIT_BLOCKED_TILE_H

#include "emit/kernel.h"

typedef struct TilePixel {
    int64_t read;        /* floats from the input of the first pixel to this one's */
    int64_t row, column; /* from the first pixel to this one, where it is stored */
} TilePixel;

typedef struct BlockedTile {
    KernelText *text;
    int block;   /* channels of one */
    int lanes;   /* of a vector, which may be narrower than a block */
    int vectors; /* of maps */
    int zeros;   /* vectors behind these that no map stands in, and that are stored as zeros */
    bool has_bias;
    int pixels;
    TilePixel at[TILING_PIXELS];
} BlockedTile;

/* "v16 a0_0 = v_load(bias), ...": the sums, from their bias; or, when `kept` is a condition, from the array `sums`
 * where that holds. */
void sums_begin(const BlockedTile *tile, const char *kept);
/* Adds the inputs at `s` times the weights at `weight`, a name. */
void sums_add(const BlockedTile *tile, const char *weight);
/* Stores the sums: finished at y, or as they are in the array `sums`. */
void sums_store(const BlockedTile *tile);
void sums_keep(const BlockedTile *tile);

#endif
