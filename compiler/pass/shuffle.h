/* shuffle.h - channels followed through what moves them: where they are stored (shuffle_follow.c), who wants them how
 * (shuffle_wants.c), and the graph that follows from both (shuffle_write.c). Internal to the pass shuffle.
 *
 * What moves channels is a channel_shuffle, a concat of channels or a slice of them. Its value need not be made: a
 * convolution may read the same channels in another order, its weights in that order too. What treats all channels
 * alike, or a group of them by itself (element by element, pools, grouped convolutions), passes the order on.
 */
#ifndef FOVEA_PASS_SHUFFLE_H
#define FOVEA_PASS_SHUFFLE_H

#include "pass/channel_order.h"

/* Where a channel is stored: in which value of the old graph, and where in there as that is stored. */
typedef struct Channel {
    uint32_t value;
    int32_t place;
} Channel;

typedef enum Following {
    FOLLOW_NOT,     /* a value like any other, in its own order */
    FOLLOW_MOVE,    /* shuffle, concat, slice */
    FOLLOW_THROUGH, /* passes an order on */
    FOLLOW_TURNED,  /* a layer whose weights give its outputs another order */
} Following;

/* Channels first .. first + count - 1 of a value, as they are stored. */
typedef struct Run {
    uint32_t value;
    int32_t first, count;
    bool whole;
} Run;

/* How a value gets made that is wanted in its own order. */
typedef enum Exactly {
    EXACT_IS_ANY,      /* the order in which it is stored is its own */
    EXACT_BY_SHUFFLE,  /* one shuffle of what is stored */
    EXACT_BY_ORIGINAL, /* by the operation that the model has there */
} Exactly;

typedef struct Followed {
    Following kind;
    uint32_t x;           /* THROUGH: the input whose order is passed on */
    const Channel *at;    /* of each channel; NULL: NOT */
    const int32_t *order; /* which channel each place of the stored value has; NULL: its own */
    uint32_t root;        /* the layer that orders are passed on from, place by place; UINT32_MAX: none */

    Run *runs; /* MOVE: what it is gathered from, in the order of the stored value */
    uint32_t run_count;
    bool front, back; /* the first run ends where its value ends; the last one begins where its value begins */

    bool wants_any, wants_exact; /* somebody reads it as it is stored, or in its own order */
    const char *why;             /* in its own */
    Exactly exactly;
    NodeId any, exact; /* of the new graph */
} Followed;

typedef struct Shuffling {
    const PassContext *context;
    const Graph *graph;
    const bool *known, *output;
    const uint32_t *uses;
    uint32_t *region;   /* one a node: of those that are followed together, one; UINT32_MAX: not followed */
    const char **apart; /* of a region (its node), why it is left as it is; NULL: it is followed */
    bool *fixed;        /* layers whose outputs have to keep their order */
    int32_t **turned;   /* layers: the order of their outputs; NULL: as they are */
    Followed *values;   /* one a node */

    Rewrite rewrite;
    bool *claimed;         /* one a value: it stands in a concat that its kernel writes into */
    int64_t *moved, *once; /* of a region: bytes that are read and written to move channels, now and before */
    int64_t *gathered;     /* one a node: of these */
} Shuffling;

/* Whether a node could be followed at all, by operation and shape. x: THROUGH, the input. */
Following may_follow(const Shuffling *shuffling, NodeId id, uint32_t *x);

/* Fills `values`: where channels are stored. */
void follow_channels(Shuffling *shuffling);
/* ... and who wants which. */
void find_wants(Shuffling *shuffling);
/* Orders that layers could give their outputs, so that nobody has to move them; false: nothing has changed. */
bool turn_layers(Shuffling *shuffling, bool more);

/* The bytes that a slice, concat or shuffle of the old graph moves, when its inputs are in their own order. */
int64_t original_moves(const Shuffling *shuffling, NodeId id, bool *claimed);
/* The new graph. Counts in `moved`. */
Graph *write_shuffled(Shuffling *shuffling);

/* Why a layer cannot read its input, stored in that order; NULL: it can. */
const char *why_not_reads(const Shuffling *shuffling, NodeId layer);

#endif
