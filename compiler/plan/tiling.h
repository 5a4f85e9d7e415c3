/* tiling.h - how a kernel goes over its elements: its loops as data, outermost first.
 *
 *   a convolution 3x3 of 64 maps of 28 x 28 on target c
 *
 *     axes      length  step
 *     maps      64      32
 *     rows      28      1
 *     columns   28      4
 *     inputs    64      1    joins
 *     taps      9       1    joins
 *     columns   4       1    UNROLLED
 *     maps      32      1    LANES
 *
 *   and printed: maps by 32, rows, columns by 4, inputs, taps; 32 maps x 4 pixels in registers
 *
 * tiling_choose (choose.c) makes one for each kernel, of the sizes that the target asks for. Emitters read it and
 * decide nothing: a Tiling made of other sizes, say by measuring, takes its place as long as it keeps the rules of
 * verify_tiling.c. Loops of a single turn are left out.
 */
#ifndef FOVEA_PLAN_TILING_H
#define FOVEA_PLAN_TILING_H

#include "emit/target.h"
#include "plan/nest.h"
#include "support/buf.h"

typedef enum LoopKind {
    LOOP_PLAIN,
    LOOP_PHASES,   /* of a stride: each turn leads to every so manieth element only */
    LOOP_PARTS,    /* of a panel of weights: each turn reads some maps of it */
    LOOP_STRIP,    /* through the elements that one turn of an outer loop leaves to it, innermost of all */
    LOOP_UNROLLED, /* no loop in C: all turns are written out, with a name each */
    LOOP_LANES,    /* over an array so short that compilers keep it in vectors */
    LOOP_COPIED,   /* no loop in C: memcpy */
    LOOP_KEPT,     /* no loop of its own: so many elements are kept in an array on the stack */
} LoopKind;

/* What becomes of the last turn where the steps do not fill the length. */
typedef enum LastTurn {
    LAST_WHOLE,   /* they do */
    LAST_SHORTER, /* it has code of its own, for what is left */
    LAST_CUT,     /* computed whole; what lies behind the end is dropped, or fills up what is stored */
    LAST_MOVED,   /* moved back over the turn before, whose elements it computes again */
} LastTurn;

/* What goes through the turns of a loop in place of C, where a device computes many of them at once (gpu.h). */
typedef enum Spread {
    SPREAD_NOT,
    SPREAD_ITEMS,  /* each turn is a work-item's */
    SPREAD_GROUPS, /* each turn is a work-group's, whose items have what is inside between them */
} Spread;

typedef struct Loop {
    unsigned axes;  /* bits of nest.h */
    int64_t length; /* how far it goes along them, in elements */
    int64_t step;   /* how far in one turn */
    LoopKind kind;
    LastTurn last;
    bool joins;       /* all it goes over becomes one element of the result */
    int64_t together; /* not 0: it is shared out among threads, so many elements staying together */
    Spread spread;
} Loop;

enum {
    TILING_LOOPS = 12,
    TILING_PIXELS = 28, /* the most that a convolution sums at a time: names of functions count up to it */
};

typedef struct Tiling {
    int count;
    int ahead;   /* cache lines of weights that are fetched ahead of each turn of the loops in a tile; 0: none */
    bool turned; /* sums of maps are turned before they are stored, so that pixels of a map are written beside each
                    other */
    Loop at[TILING_LOOPS];
} Tiling;

/* What a kernel gets, of which family, leader, epilogue, result and form are known. */
Tiling tiling_choose(const Graph *graph, const struct Kernel *kernel, const Target *target);
/* The panels in which the weights of a fully connected layer of so many outputs are stored. */
int32_t tiling_outputs(const Target *target, int64_t outputs);

/* Adds a loop, inside of those before it, unless it has a single turn; `last` counts where it has a rest. */
void tiling_add(Tiling *tiling, Loop loop);
/* The first loop of that kind; NULL: there is none. */
const Loop *tiling_find(const Tiling *tiling, LoopKind kind);
int64_t loop_turns(const Loop *loop);
/* Whether a loop is spread over work-items or groups. */
bool tiling_is_spread(const Tiling *tiling);
/* The loop that is shared out among threads (share.c); NULL: one thread goes through all. */
const Loop *tiling_shared(const Tiling *tiling);
/* How many elements along an axis are computed at a time, unrolled or in lanes; 1 when it is gone through one by one.
 */
int64_t tiling_tile(const Tiling *tiling, unsigned axes);

/* "maps by 32, rows, columns by 4, inputs, taps; 32 maps x 4 pixels in registers"; "" when there are no loops. */
void tiling_print(Buf *buf, const Graph *graph, const struct Kernel *kernel);
/* What a loop goes over: "rows", or "rows*columns". */
void tiling_print_axes(Buf *buf, const Graph *graph, const struct Kernel *kernel, unsigned axes);

#endif
