/* conv_tile.h - the sums of a convolution in plain C: some output maps times some pixels in registers.
 *
 *   float a0[8], a1[8];                         tile_start
 *   ...
 *       a0[b] += s[0] * weight[b];              tile_add, inside the caller's loops over inputs and taps
 *       a1[b] += s[1] * weight[b];
 *   ...
 *   y[b * 784] = a0[b];                         tile_store
 *   y[b * 784 + 1] = a1[b];
 */
#ifndef FOVEA_EMIT_CONV_TILE_H
#define FOVEA_EMIT_CONV_TILE_H

#include "emit/kernel.h"

typedef struct ConvTile {
    KernelText *text;
    int block;                 /* maps in registers; with a single one, sums are no arrays */
    int64_t maps;              /* of the whole output */
    int64_t in_step, out_step; /* floats from one pixel to the next, where it is read and where it is stored */
    int64_t out_plane;         /* floats from one map of the output to the next of the same panel */
    int64_t shuffled;          /* groups of a channel_shuffle in whose order maps are stored; 0: in their own */
    bool has_bias;
    bool partial; /* the last panel has fewer maps: a parameter `maps` says how many */
    bool apart;   /* maps are written to two places: a parameter `plane` stands for out_plane */
} ConvTile;

/* The head of the function NAME_row8 with its comment; `extra` are parameters besides the kernel's and `maps`. */
void tile_open(const ConvTile *tile, int64_t pixels, const char *extra);
/* What a call of it passes for `maps` at map o: ", 20 - o < 8 ? 20 - o : 8"; "" when every panel is whole. Then
 * ", plane". */
const char *tile_last_argument(const ConvTile *tile);
void tile_start(const ConvTile *tile, int64_t pixels);
/* Adds the pixels at `s` times the weights at `weight`, a name. */
void tile_add(const ConvTile *tile, int64_t pixels, const char *weight);
void tile_store(const ConvTile *tile, int64_t pixels);

/* Lets the tile store its maps in the order of a channel_shuffle, when one is computed in the kernel: map o is member
 * o % m of group o / m, and goes to place o % m * groups + o / m. A panel lies within one group, so that its maps are
 * `groups` planes apart. To be called once out_plane is set. */
void tile_shuffle(ConvTile *tile);
/* Where the panel of map o begins in the output: "o * 784". */
const char *tile_panel(const ConvTile *tile);

#endif
