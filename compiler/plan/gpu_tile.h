/* gpu_tile.h - how a GPU multiplies matrices: which part of a product is a work-group's, and which an item's.
 *
 *   a product of 256 maps x 784 pixels, sums of 1152 products each: 64 maps x 64 pixels a group of 64 items
 *
 *     maps       64: 8 of each item       weights of a slice, 8 of the 1152, and the inputs that they meet are fetched
 *     pixels     64: 8 of each item       to local memory; each item multiplies 8 x 8 of them, and keeps the sums
 *
 * Where there are few groups, the products of each sum are divided among several, whose sums another launch adds.
 */
#ifndef FOVEA_PLAN_GPU_TILE_H
#define FOVEA_PLAN_GPU_TILE_H

#include "support/base.h"

typedef struct GpuTile {
    int64_t maps, pixels;           /* of a group */
    int64_t item_maps, item_pixels; /* of an item: 4, or 4 and 4 more half of the group's further on */
    int64_t slice;                  /* products of each sum that are fetched at a time */
} GpuTile;

/* A product of matrices, several of one size. */
typedef struct GpuProduct {
    int64_t count;        /* of them */
    int64_t maps, pixels; /* of each */
    int64_t products;     /* that a sum has, from first to last in full slices */
    int64_t runs, run;    /* and so many times so many, each of which ends a slice */
} GpuProduct;

typedef struct GpuTiles {
    GpuTile tile;
    int64_t slices; /* that a group takes of the products */
    int64_t parts;  /* among which these are divided */
} GpuTiles;

int64_t gpu_tile_items(const GpuTile *tile);
/* Floats of local memory: two slices, one that is read while the next one comes. */
int64_t gpu_tile_floats(const GpuTile *tile);
/* Whether a text can be written for it: fetches are whole float4 of all items. */
bool gpu_tile_fits(const GpuTile *tile);

/* How many slices of so many products there are. */
int64_t gpu_slices(const GpuProduct *product, int64_t slice);
/* The tiles that are chosen from, counted from 1; NULL behind the last. */
const GpuTile *gpu_tile_at(int32_t tile);
/* The tile, and the parts, of which a model of costs says that they take least time; `most`: parts; `only`: that tile;
 * 0: any. */
GpuTiles gpu_tiles_choose(const GpuProduct *product, int64_t most, int32_t only);

#endif
