/* affine.h - y = x * scale + shift, a number a channel or one for all: what it is of a node (affine_of.c), and how
 * weights take it over (affine_fold.c); what it can move through on the way (affine_through.c). Internal to the pass
 * affine. */
#ifndef FOVEA_PASS_AFFINE_H
#define FOVEA_PASS_AFFINE_H

#include "pass/pass.h"

/* Known vectors of the new graph, [C] or [1]; NODE_NONE: 1 and 0. */
typedef struct Affine {
    NodeId scale, shift;
    uint32_t x; /* the input of the node that is scaled and shifted */
} Affine;

/* Whether a node of the old graph is affine in one of its inputs, and then how. */
bool affine_of(Rewrite *rewrite, const bool *known, const Node *node, Affine *affine);

/* The convolution or fully connected layer `layer` of the new graph, its results scaled and shifted. */
NodeId affine_behind(Rewrite *rewrite, NodeId layer, Affine affine);
/* The same with its input scaled and shifted, read from `x`; why_not_before says whether that is exact. */
NodeId affine_before(Rewrite *rewrite, NodeId layer, NodeId x, Affine affine);

/* Why weights cannot take over what stands behind or before a layer; NULL: they can. */
const char *why_not_behind(const Node *layer);
const char *why_not_before(const Node *layer, bool shifts);

/* The elements begin .. begin + count - 1 of the channels. */
Affine affine_slice(Rewrite *rewrite, Affine affine, int64_t begin, int64_t count, const Node *like);

/* Whether a layer of one input may let a scale and a shift through: from its result to its input, or forward. */
bool is_affine_path(const Graph *graph, const Node *node);
/* Why one that may does not; NULL: it does. */
const char *why_not_through(const Graph *graph, const Node *node, bool shifts, bool forward);
/* What they are on the other side. */
Affine affine_backward(Rewrite *rewrite, const Node *node, Affine affine);
Affine affine_forward(Rewrite *rewrite, const Node *node, Affine affine);

#endif
