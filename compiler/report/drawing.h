/* drawing.h - a net as a drawing in DOT, the language of graphviz. The same net gives the same bytes. */
#ifndef FOVEA_REPORT_DRAWING_H
#define FOVEA_REPORT_DRAWING_H

#include "ir/graph.h"

/* Boxes of layers, blocks as clusters, what repeats once (blocks.h) unless `unfold`. How many boxes there are. */
uint32_t drawing_print(Buf *buf, const Graph *graph, bool unfold);

#endif
