/* gpu_conv.h - how a GPU computes convolutions: in tiles as products of matrices, or an item some elements.
 *
 *   a convolution 3x3 of 128 maps of 28 x 28, 64 inputs
 *
 *     rows*columns by 64 over groups (16 of the last), maps by 64 over groups, inputs*taps by 144 over groups,
 *     inputs*taps by 8, inputs*taps, rows*columns by 8 over items, maps by 8 over items; 8 maps x 8 pixels in registers
 *
 * The pixels of all pictures are one matrix, whose columns are what each of them sees: it is never stored, but fetched
 * slice by slice from where it stands (gpu_tile.h). What has no more than a few maps that see the same goes item by
 * item.
 */
#ifndef FOVEA_PLAN_GPU_CONV_H
#define FOVEA_PLAN_GPU_CONV_H

#include "plan/gpu.h"
#include "plan/gpu_tile.h"

/* Whether it is one of what stands here: FAMILY_CONV, FAMILY_CONV_TRANSPOSE, FAMILY_CONV_CONNECT. */
bool gpu_conv_is(const Kernel *kernel);
/* Whether a kernel is a product of matrices in tiles. */
bool gpu_conv_is_tiled(const Graph *graph, const Kernel *kernel);
/* That one: of all groups of channels, of whose products each sum has some in whole blocks and then the rest. */
GpuProduct gpu_conv_product(const Graph *graph, const Kernel *kernel);

Tiling gpu_conv_tiling(const Graph *graph, const Kernel *kernel);
/* That of tiles, for such tiles; which of them a kernel's Tiling is made of; and why it cannot be (NULL: it can). */
Tiling gpu_conv_tiled(const Graph *graph, const Kernel *kernel, const GpuTiles *tiles);
GpuTiles gpu_conv_tiles(const Graph *graph, const Kernel *kernel);
const char *gpu_conv_misfit(const Graph *graph, const Kernel *kernel, const GpuTiles *tiles);

/* Floats in global memory that a kernel keeps the sums of its parts in; 0: it needs none. */
int64_t gpu_conv_scratch(const Graph *graph, const Kernel *kernel);
int gpu_conv_launches(const Graph *graph, const Kernel *kernel, GpuLaunch launches[MOST_LAUNCHES]);

#endif
