/* fold.h - the layers of a deep net as few rows: a labelled block is one, and so is a run of blocks that are alike. */
#ifndef FOVEA_REPORT_FOLD_H
#define FOVEA_REPORT_FOLD_H

#include "report/layers.h"

/* The rows of a page. */
enum { FOLD_PAGE = 60 };

typedef struct FoldedRow {
    const char *label; /* "conv1", "layer3.1", "layer3.1 .. layer3.35" */
    const char *op;    /* "conv", "bottleneck", "bottleneck x35" */
    uint32_t count;    /* layers */
    const Layer *last;
    int64_t parameters, macs, bytes, weights, dense_weights; /* sums */
} FoldedRow;

typedef VEC(FoldedRow) FoldedRows;

/* One row a layer when `unfold`, or when that is no more than a page; else the innermost blocks are folded with which
 * it is, or the outermost ones. */
FoldedRows fold_layers(Arena *arena, const Graph *net, const Layers *layers, bool unfold);

#endif
