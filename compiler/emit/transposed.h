/* transposed.h - the loops of transposed convolutions, for texts over plain and over blocked values.
 *
 * Output rows fall into phases, row p into phase p % stride: the rows of one phase meet the same rows of the kernel,
 * every stride-th one. So do columns. For one pair of phases the whole is a convolution of stride 1 with few taps,
 * whose outputs lie a stride apart; no tap is tried that meets nothing, and no kernel tests a border.
 *
 *   4x4, stride 2, pad 1     rows 0, 2, 4, ...  meet taps 1 and 3      columns likewise
 *                            rows 1, 3, 5, ...  meet taps 0 and 2
 *
 * Tap k meets row p where p + pad - k * dilation is a multiple of the stride, in input row (p + pad) / stride -
 * k * dilation / stride, both rounded down. The last tile of a row overlaps the one before it, so that one function
 * serves rows of any length.
 */
#ifndef FOVEA_EMIT_TRANSPOSED_H
#define FOVEA_EMIT_TRANSPOSED_H

#include "emit/kernel.h"
#include "ops/conv.h"

typedef struct TransposedAxis {
    int64_t taps, stride, dilation, outputs;
    int64_t skip, before; /* the padding in whole strides, and what is left of it */
    int64_t step, reach;  /* from one tap of a phase to the next: taps, and input pixels */
    bool even;            /* every phase has taps / step taps; else the first tap is a parameter of the tile */
} TransposedAxis;

typedef struct Transposed {
    KernelText *text;
    const ConvAttrs *attrs;
    TransposedAxis axis[2];
    int64_t inputs, maps;       /* of one group, of all */
    int64_t row, plane;         /* of the stored input, in floats; plane: from channel (block) to the next */
    int64_t out_row, out_plane; /* of the output */
    int64_t batch, x_picture, y_picture;
    int64_t x_base, y_base;    /* the first pixels, behind halos */
    int vector;                /* channels of a block, 1 for plain values */
    int block;                 /* maps of a panel of weights */
    int part;                  /* of those in registers: all, but in parts of a panel for wider vectors */
    int64_t pixels;            /* of a tile */
    const char *last_argument; /* of the call of a tile at map o: "", or ", 20 - o < 8 ? 20 - o : 8" */
} Transposed;

/* Of a kernel whose input and output are both plain or both in blocks. */
Transposed transposed_numbers(KernelText *text);
/* Pixels beside each other that every phase of columns has: what the tiles of a row can be cut from. */
int64_t transposed_columns(const Node *node);

/* Parameters of a tile besides the kernel's: ", int first_y, int first_x". */
const char *transposed_parameters(const Transposed *t);
/* Opens the tile's loops over inputs and taps and defines `s`, the input pixel of the tile's first pixel, and `w`, the
 * weights; then closes them. */
int transposed_open_taps(const Transposed *t);
void transposed_close_taps(const Transposed *t, int loops);
/* The kernel's body: the loops over panels, phases, rows and tiles. */
void transposed_body(const Transposed *t);

#endif
