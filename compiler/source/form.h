/* form.h - steps that bring a Graph into the form in which each of its nodes is one call in the language. */
#ifndef FOVEA_SOURCE_FORM_H
#define FOVEA_SOURCE_FORM_H

#include "ir/graph.h"

/* What is computed from weights alone becomes weights (known.c). */
Graph *source_known(const Graph *net);
/* Axis 0 of every value that is no weight is 1, and no layer does anything along it (single.c). `unsqueeze` only gives
 * an input of a broadcast operation the rank of the others, as the language does by itself. NULL after a diagnostic. */
Graph *source_single(const Graph *net, Diag *diag);

/* What stands behind views of it. */
NodeId source_behind(const Graph *net, NodeId id);
/* A weight, or one in another shape. NULL: it is neither. */
const Constant *source_constant(const Graph *net, NodeId id);

#endif
