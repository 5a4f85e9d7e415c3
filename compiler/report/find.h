/* find.h - a layer of a net by the name that a person gives. */
#ifndef FOVEA_REPORT_FIND_H
#define FOVEA_REPORT_FIND_H

#include "ir/graph.h"

/* "conv1": a label. "layer1.0": a labelled block, which is its last layer. "logits": an output of the net. "maxpool#5":
 * the fifth layer of that operation. NODE_NONE after a diagnostic, with the nearest name as a hint. */
NodeId find_layer(Diag *diag, const Graph *net, const char *name, const char *model);

#endif
