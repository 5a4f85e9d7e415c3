/* gpu_winograd.h - how GPUs compute convolutions by Winograd's algorithm, in three launches (emit/gpu_winograd.c).
 *
 *   a layer of 512 channels and 512 maps of 28 x 28 by F(4x4, 3x3): 49 tiles, 36 points
 *
 *     "_forward": V = B^T d B, some tiles of a block of channels a group: an item each row of a tile, then each column,
 *                 four channels of it
 *     "_points":  36 products of matrices, 64 maps x 64 tiles a group: slices of 16 channels in local memory, 8 maps x
 *                 8 tiles an item
 *     "":         y = A^T s A, as in the first one
 *
 * V and the sums stand in scratch memory: [point][channels / 16][tiles][16] and [point][maps / 16][tiles][16], of the
 * tiles of all pictures, filled up to what a group multiplies. Where that would be too much for all pictures of a
 * batch, the launches go through them in rounds.
 */
#ifndef FOVEA_PLAN_GPU_WINOGRAD_H
#define FOVEA_PLAN_GPU_WINOGRAD_H

#include "plan/gpu.h"
#include "plan/winograd.h"

enum {
    GPU_WINOGRAD_LANES = 4,  /* channels or maps of an item that transforms */
    GPU_WINOGRAD_SLICE = 16, /* channels in local memory at a time: a block */
    GPU_WINOGRAD_SIDE = 8,   /* maps of an item that multiplies: two vectors */
};

typedef struct GpuWinograd {
    WinogradSizes sizes;           /* input_point, sum_point and sums are those of all tiles; none is of a block */
    int64_t batch, pictures;       /* in all, and in a round, of which there are as many as it takes */
    int64_t tiles;                 /* of the pictures of a round, filled up */
    int64_t blocks, map_blocks;    /* of channels and maps, of all groups */
    int64_t together;              /* tiles that a group transforms */
    int64_t transformers;          /* items of such a group */
    int64_t panel;                 /* maps of a panel of weights */
    int64_t maps_tile, tiles_tile; /* what a group multiplies */
    int64_t item_tiles;            /* and an item of it */
    int64_t multipliers;           /* items of such a group */
    int64_t row;                   /* floats of a row of tiles in local memory, which is longer so that stores of a
                                      column meet different banks */
} GpuWinograd;

GpuWinograd gpu_winograd_sizes(const Graph *graph, const Kernel *kernel);
/* Its loops, and its launches. */
Tiling gpu_winograd_tiling(const Graph *graph, const Kernel *kernel);
int gpu_winograd_launches(const Graph *graph, const Kernel *kernel, GpuLaunch launches[MOST_LAUNCHES]);

#endif
