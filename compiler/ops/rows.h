/* rows.h - kernels one behind the other that go through the rows of their pictures in bands.
 *
 * For each band of the last result's rows, every kernel computes the rows that those need and that it has not yet, so
 * that of what is between two kernels only some rows are ever held:
 *
 *   3x3 -> 2x2 pool, 4 rows a band     band 0   conv rows 0..8      pool rows 0..4
 *                                      band 1   conv rows 8..16     pool rows 4..8
 *   3x3 -> 3x3                         band 0   rows 0..5           rows 0..4
 *                                      band 1   rows 5..9           rows 4..8, which read rows 3..9
 *
 * No row is computed twice. (Fused-layer processing: Alwani et al. 2016.)
 */
#ifndef FOVEA_OPS_ROWS_H
#define FOVEA_OPS_ROWS_H

#include "ir/graph.h"

/* Which rows of its input a kernel reads: row r of the result those from r * stride + begin on, `extent` of them. Rows
 * in front of the input and behind its end are padding. */
typedef struct RowWindow {
    int64_t stride, begin, extent;
    int64_t inputs, outputs; /* rows there are */
} RowWindow;

/* false: the node's kernels cannot be asked for some rows of the result. */
bool row_window(const Graph *graph, const Node *leader, RowWindow *window);
/* Whether a kernel with this window can be behind another one: no row of that is passed over, or padding alone. */
bool row_window_follows(const RowWindow *window);

typedef struct RowChain {
    uint32_t count; /* of kernels */
    NodeId *leaders;
    RowWindow *windows;
    int64_t by; /* rows of the last result in a band */
} RowChain;

/* The kernels that end with the one of `last`: itself alone, unless it is behind another one. */
RowChain row_chain(const Graph *graph, NodeId last);

/* How many rows of kernel k's result there are after so many bands: in band b it computes those from rows_made(b) to
 * rows_made(b + 1) - 1. */
int64_t rows_made(const RowChain *chain, uint32_t k, int64_t bands);
int64_t row_bands(const RowChain *chain);
/* How many more rows than `stride` for each of its own a kernel needs of its input; negative: fewer. */
int64_t rows_more(const RowWindow *reader);

/* How many rows of the result of kernel k, which is not the last, are held: padding included. */
int64_t rows_held(const RowChain *chain, uint32_t k);
/* Whether kernel k has nothing to compute in some band: its rows are all there, and later ones read padding. */
bool rows_may_idle(const RowChain *chain, uint32_t k);
/* Whether the last kernel may write where kernel k reads its input (or, `beside`, what its epilogue reads): no later
 * band reads rows there that are written by then. */
bool rows_may_overwrite(const RowChain *chain, uint32_t k, bool beside);

#endif
