/* gpu_tile.h - texts of products of matrices on GPUs: a tile of maps x pixels for each work-group (plan/gpu_tile.h).
 *
 * Local memory holds two slices, [2]: the weights of a slice's products, [slice][maps], and what they meet,
 * [slice][pixels]. While one is multiplied, the next is on its way to registers, from where it is put into the place of
 * the one before:
 *
 *     for (int s = from; s <= to; s++) {
 *         v4 w0, v0;
 *         if (s < to) {
 *             w0 = v_read(...), v0 = v_read(...);      the caller's: what each item fetches of slice s
 *         }
 *         if (s > from) {
 *             ...                                      slice s - 1
 *         }
 *         if (s < to) {
 *             v_store_near(next + me * 4, w0); ...     the caller's: where it puts that
 *         }
 *         barrier(CLK_LOCAL_MEM_FENCE);
 *     }
 *
 * Pixels of product k stand at places whose number is xor-ed with k / 4 times so many, so that items which put four
 * products of a pixel there, and their neighbours, meet different banks of local memory.
 */
#ifndef FOVEA_EMIT_GPU_TILE_H
#define FOVEA_EMIT_GPU_TILE_H

#include "emit/kernel.h"
#include "plan/gpu_tile.h"

/* The words for vectors in local memory, beside those of the instruction set. */
#define GPU_TILE_WORDS                                                                                                 \
    "/* Vectors in local memory. */\n"                                                                                 \
    "#define v_load_near(p)       (*(local const float4 *)(p))\n"                                                      \
    "#define v_store_near(p, a)   (*(local float4 *)(p) = (a))\n"

typedef struct GpuTileText {
    KernelText *text;
    GpuTile tile;
    bool by_pixels; /* neighbouring items store neighbouring pixels; else neighbouring maps */
} GpuTileText;

/* Lines that begin a tile: `me`, the first of the item's maps `row` and pixels `column`, both inside of the group's
 * tile, and its sums, v4 sums[8][2]: of pixel column + j, or for j > 3 half of the tile further on, and vector u of
 * maps. */
void gpu_tile_begin(const GpuTileText *t);

/* "first_pixel + column + j", or with what is half a tile further on: the item's pixel j as text. */
const char *gpu_tile_pixel(const GpuTileText *t);
/* The same of the first map of its vector u. */
const char *gpu_tile_map(const GpuTileText *t);
/* How many vectors of maps an item has. */
int64_t gpu_tile_vectors(const GpuTile *tile);

/* What pixels of the slice's products 4 * quad .. 4 * quad + 3 are xor-ed with: quad times this. */
int64_t gpu_tile_turn(const GpuTile *tile);

/* The loop over slices from .. to, of which the last only multiplies, with the caller's lines in between. */
void gpu_slices_open(const GpuTileText *t, const char *declarations);
void gpu_slices_fetched(const GpuTileText *t);
void gpu_slices_close(const GpuTileText *t);

/* A loop that is written out by the compiler, so that arrays stay in registers. */
void gpu_unrolled_open(KernelText *text, const char *name, int64_t count);

#endif
