/* text.h - the Graph as text, and back (described in compiler/IR.md): graph_parse(graph_print(g)) is g again. */
#ifndef FOVEA_IR_TEXT_H
#define FOVEA_IR_TEXT_H

#include "ir/graph.h"

void graph_print(Buf *buf, const Graph *graph);
/* NULL after a diagnostic. Data of loaded constants are not part of the text: they come back unbound. */
Graph *graph_parse(Arena *arena, Diag *diag, uint32_t source);

/* Its attributes alone, each with a blank in front: " stride=[1, 1] groups=1". */
void graph_print_attributes(Buf *buf, const Node *node);
/* Names of the roles, as the text has them: "kernel". */
const char *weight_role_name(WeightRole role);

#endif
