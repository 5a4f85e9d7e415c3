/* explain.h - what passes did, and what they left and why, a note a layer; report/explained.c prints it (`--explain`).
 */
#ifndef FOVEA_PASS_EXPLAIN_H
#define FOVEA_PASS_EXPLAIN_H

#include "ir/graph.h"

/* What a change saves in one run. */
typedef struct Saving {
    int64_t bytes;      /* that kernels need not read and write */
    int64_t operations; /* on elements: additions and multiplications */
    int64_t macs;       /* multiply-adds of convolutions and fully connected layers */
    int64_t weights;    /* numbers that are stored */
} Saving;

typedef struct ExplainNote {
    const char *pass;
    bool done; /* false: the layer was left as it is */
    const char *text;
    const char *block; /* the labelled blocks around the layer: "layer1.0"; "" when there are none */
    const char *layer; /* its label in there, or its operation */
    Span span;
    Saving saving; /* of what was left: `bytes` are those that go on to be moved */
} ExplainNote;

typedef struct Explain {
    Arena *arena;
    const char *pass; /* that is running */
    VEC(ExplainNote) notes;
} Explain;

/* Says that `node` was changed, or that it was left; the text begins in lower case: "folded into the convolution
 * before". Both do nothing when `explain` is NULL. */
void explain_done(Explain *explain, const Node *node, Saving saving, const char *format, ...) PRINTF_LIKE(4, 5);
void explain_left(Explain *explain, const Node *node, const char *format, ...) PRINTF_LIKE(3, 4);
/* The same, with the bytes that kernels go on to read and write for it. */
void explain_moved(Explain *explain, const Node *node, int64_t bytes, const char *format, ...) PRINTF_LIKE(4, 5);

#endif
