/* blocks.h - the labelled blocks of a net as a tree, and where they repeat.
 *
 * A layer is a row of layers_of: a node that is neither input nor constant. A block is one application of a labelled
 * block, which is a run of layers. What follows one another alike is a Repeat: `count` turns of `length` layers, of
 * which the first turn can stand for all. Alike are the same blocks with the same operations, attributes, shapes and
 * edges, each turn reading the one before it as the second reads the first; labels may differ, and so may the channels
 * of layers without a kernel (DenseNet's concat). Nothing else reads any turn but the last.
 */
#ifndef FOVEA_REPORT_BLOCKS_H
#define FOVEA_REPORT_BLOCKS_H

#include "ir/graph.h"

typedef struct Block {
    uint32_t parent;     /* the block around it, in Blocks.at; of the net itself, which is 0: 0 */
    uint32_t after;      /* the first in Blocks.at that is not inside it; the next one beside it, if there is one */
    uint32_t first, end; /* its layers, end excluded */
    const char *label;   /* as written: "layer1.0"; "" for the net */
    const char *name;    /* what was called: "bottleneck" */
} Block;

#define REPEAT_NONE UINT32_MAX

typedef struct Repeat {
    uint32_t block;                /* that it stands in */
    uint32_t around;               /* the repeat whose first turn has it; REPEAT_NONE */
    uint32_t first, length, count; /* turn t is layers first + t * length and on; count is at least 2 */
} Repeat;

typedef struct Blocks {
    VEC(NodeId) layers;
    VEC(Block) at; /* each before those inside it, in the order of layers */
    VEC(Repeat) repeats;
    uint32_t *block_of;   /* the innermost block of each layer */
    uint32_t *stands_for; /* the layer that stands for each: itself, or one of a first turn */
    uint32_t *repeat_of;  /* the innermost repeat of each layer that stands for itself; REPEAT_NONE */
    uint32_t *layer_of;   /* of each node; UINT32_MAX for inputs and constants */
} Blocks;

/* With `fold`, else there are no repeats. Takes time in proportion to the net's edges, times the depth of blocks. */
Blocks blocks_find(Arena *arena, const Graph *graph, bool fold);

/* The last of the layers that this one stands for. */
uint32_t blocks_last(const Blocks *blocks, uint32_t layer);

#endif
