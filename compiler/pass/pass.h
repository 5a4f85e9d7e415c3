/* pass.h - what is done to a Graph between the model's text and the Plan.
 *
 * A pass is a function in a file of its own that reads one graph and gives another (or the same, annotated). Passes
 * are rows, in the order in which they run; the graph is verified after each. A row says what it needs of a graph and
 * what it makes of it, so that a pass can be switched off, or run alone (`fovea opt`), and a wrong order is refused.
 */
#ifndef FOVEA_PASS_PASS_H
#define FOVEA_PASS_PASS_H

#include "emit/target.h"
#include "ir/graph.h"
#include "pass/explain.h"

/* What can be said of a graph as a whole, in bits. */
typedef enum GraphState {
    STATE_LOGICAL = 1 << 0, /* nothing says yet how values are computed or stored: nodes may be replaced freely */
    STATE_RESULTS = 1 << 1, /* every output of the net is a value of its own that a kernel writes */
    STATE_FUSED = 1 << 2,   /* nodes are noted to be computed in the kernels of others */
    STATE_STORED = 1 << 3,  /* every value has the layout in which it is stored */
    STATE_PLACED = 1 << 4,  /* what is read on a device is there: other devices' values are sent by transfers */
} GraphState;

/* Of a core of its own today: a megabyte, or two. */
#define DEFAULT_CACHE_BYTES (INT64_C(1) << 20)

typedef struct PassContext {
    const Target *target;
    int64_t cache_bytes; /* of the second-level cache of a core */
    DType weights_as;    /* how weights of fully connected layers are stored */
    bool strict;         /* sums are rounded as the model says: no algorithm that rounds otherwise */
    Explain *explain;    /* where passes say what they did and what not; NULL: nobody asks */
} PassContext;

typedef struct Pass {
    const char *name; /* of the file and of the function too: pass_NAME in pass/NAME.c */
    Graph *(*run)(const Graph *graph, const PassContext *context);
    unsigned needs, makes, breaks; /* GraphStates */
    bool required;                 /* for a Plan: it cannot be switched off */
    const char *what;              /* it does */
    const char *why;               /* it stands where it stands */
} Pass;

extern const Pass pass_rows[];
extern const int pass_count;

/* Of `name`, or -1. */
int pass_find(const char *name);

/* Sets of passes are bits, by their places in pass_rows. */
typedef uint64_t PassSet;
static inline bool pass_in(PassSet set, int pass)
{
    return set >> pass & 1;
}

typedef struct PassOptions {
    const Target *target;
    int64_t cache_bytes; /* 0: DEFAULT_CACHE_BYTES */
    DType weights_as;    /* f32, f16 or bf16 */
    bool strict;         /* as in PassContext */
    PassSet disabled;
    PassSet print_before, print_after; /* the graph's text, on `print` */
    Buf *print;
    Explain *explain;
} PassOptions;

/* Runs all of them that are not disabled; *graph is replaced. Passes never fail on a verified graph: a broken rule
 * afterwards is a BUG. */
void passes_run(Graph **graph, const PassOptions *options);
/* Runs one of them on a graph in that state, which is changed with it. false when the state lacks what it needs. */
bool pass_run(Graph **graph, int pass, const PassOptions *options, unsigned *state);
/* "results, fused": the states in words. */
const char *graph_states_text(Arena *arena, unsigned states);
/* What can be said of a graph that was read as text. */
unsigned graph_state(const Graph *graph);

Graph *pass_dead(const Graph *graph, const PassContext *context);
Graph *pass_devices(const Graph *graph, const PassContext *context);
Graph *pass_transfer(const Graph *graph, const PassContext *context);
Graph *pass_canonical(const Graph *graph, const PassContext *context);
Graph *pass_constants(const Graph *graph, const PassContext *context);
Graph *pass_common(const Graph *graph, const PassContext *context);
Graph *pass_affine(const Graph *graph, const PassContext *context);
Graph *pass_shuffle(const Graph *graph, const PassContext *context);
Graph *pass_compose(const Graph *graph, const PassContext *context);
Graph *pass_siblings(const Graph *graph, const PassContext *context);
Graph *pass_views(const Graph *graph, const PassContext *context);
Graph *pass_results(const Graph *graph, const PassContext *context);
Graph *pass_order(const Graph *graph, const PassContext *context);
Graph *pass_fuse(const Graph *graph, const PassContext *context);
Graph *pass_pieces(const Graph *graph, const PassContext *context);
Graph *pass_concat(const Graph *graph, const PassContext *context);
Graph *pass_winograd(const Graph *graph, const PassContext *context);
Graph *pass_layout(const Graph *graph, const PassContext *context);
Graph *pass_pools(const Graph *graph, const PassContext *context);
Graph *pass_bands(const Graph *graph, const PassContext *context);

/* Whether STATE_RESULTS holds. */
bool results_are_values(const Graph *graph);

/* Helpers that several passes need. */

/* A new graph with the ports of `from`, whose nodes are yet to be copied; old node i becomes map[i]. */
typedef struct Rewrite {
    const Graph *from;
    Graph *to;
    NodeId *map; /* one an old node; NODE_NONE until it was copied */
} Rewrite;

Rewrite rewrite_begin(const Graph *from);
/* Copies one node, its inputs mapped, or given as nodes of the new graph; its kernel annotation is mapped. */
NodeId rewrite_copy(Rewrite *rewrite, NodeId id);
NodeId rewrite_copy_with(Rewrite *rewrite, NodeId id, const NodeId *inputs);
/* Appends an operation that stands for `like` of the old graph: with its label, blocks, device and span. The types must
 * fit. */
NodeId rewrite_add(Rewrite *rewrite, OpId op, const NodeId *inputs, uint32_t count, const void *attrs,
                   const Node *like);
/* Appends a pack of `value` (a node of the new graph) into a layout. */
NodeId rewrite_pack(Rewrite *rewrite, NodeId value, Layout layout, Span span);
/* The new graph, its ports mapped. */
Graph *rewrite_end(Rewrite *rewrite);

/* A copy without what no output needs (dead.c): passes that replace nodes end with it, so that nobody counts readers
 * that are gone. */
Graph *graph_without_dead(const Graph *graph);

/* Why a convolution cannot store its maps in the order of a channel_shuffle; NULL: it can, since panels of maps do not
 * cross groups. `vector_epilogue` as in target.h. */
const char *why_not_stored_shuffled(const Target *target, const Graph *graph, const Node *conv, const Node *shuffle,
                                    bool vector_epilogue);
/* Why a convolution of that form cannot write its first maps, so many, to one place and the others to another; NULL: it
 * can, since all of a panel of maps goes to one. */
const char *why_not_in_pieces(Arena *arena, const ConvForm *form, int64_t maps);

#endif
