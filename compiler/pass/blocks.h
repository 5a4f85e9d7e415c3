/* blocks.h - which values are stored in blocks of channels.
 *
 *   %3 = conv(%2, ...)       in blocks: its form says so
 *   %4 = maxpool(%3)         in blocks: what it reads is
 *   %5 = concat(%4, %1)      in blocks: most of what it joins is
 *   %6 = flatten(%5)         plainly: a view tells how elements follow each other (but flat.h)
 *
 * Convolutions decide, and what only passes values on stays as they stored them, so that copies between the two ways
 * are left where a net begins, where it ends, and around what no text over blocks can do.
 */
#ifndef FOVEA_PASS_BLOCKS_H
#define FOVEA_PASS_BLOCKS_H

#include "pass/pass.h"

typedef struct Blocks {
    const Graph *graph;
    const ConvForm *forms; /* one a node */
    const bool *written;   /* with the weights */
    int32_t *stored;       /* one a value: channels of the blocks in which its kernel stores it; 0: plainly */
    int32_t *inside;       /* one a leader: of the blocks in which its kernel goes through values; 0: plainly */
} Blocks;

Blocks blocks_choose(const Graph *graph, const Target *target);
/* The blocks in which a node reads input k; 0: plainly. Of inputs that its own kernel makes: 0. */
int32_t blocks_read(const Blocks *blocks, NodeId node, uint32_t k);

#endif
