/* repeats.h - finds what repeats in a net, for blocks_find. */
#ifndef FOVEA_REPORT_REPEATS_H
#define FOVEA_REPORT_REPEATS_H

#include "report/blocks.h"

/* Fills in repeats, stands_for and repeat_of of a tree of blocks. */
void repeats_find(Blocks *blocks, Arena *arena, const Graph *graph);

#endif
