/* bands.c - kernels whose results are larger than a cache go through their rows in bands, together with their readers.
 *
 *   %3 = conv(%2, ...)                  %3 = conv(%2, ...)
 *   %4 = relu(%3) in %3          ->     %4 = relu(%3) in %3
 *   %5 = conv(%4, ...)                  %5 = conv(%4, ...) behind %3 by 8
 *
 * Of %4 only the rows that one band of %5 needs are held (rows.h): they never leave the cache, and the workspace has
 * room for those alone. Convolutions behind each other are joined so, and a 1x1 and the kxk that it feeds; pooling and
 * normalisation were already (pools.c), and stay in such chains.
 *
 * It costs reads: each band goes through the weights of its convolutions once more. A kernel joins the chain before it
 * when that is less than what it saves, which is writing and reading what is between them; what fits into the cache as
 * it is, is left alone, and what is not much larger, when a convolution reads it, which computes more than it waits. A
 * band is as high as the cache lets it be.
 */
#include "pass/bands.h"
#include "ops/op.h"
#include "ops/rows.h"

enum { MOST_KERNELS = 8 };

typedef struct Banding {
    Graph *graph;
    const Graph *before; /* the graph that the pass reads, of the same nodes */
    bool convolutions;   /* may join chains, too */
    int64_t cache;       /* its bytes */
    int64_t room;        /* bytes of what is held: half the cache, for weights and what goes in and out want the rest */
    const bool *known;
    const uint32_t *uses;
    const NodeId *results; /* one a leader: the last node of its kernel */
    bool *apart;           /* one a leader: it writes pieces */
    NodeId leaders[MOST_KERNELS];
    RowWindow windows[MOST_KERNELS];
    RowChain chain; /* of those; count 0: there is none */
} Banding;

static const Type *result_type(const Banding *banding, NodeId leader)
{
    return &graph_node(banding->graph, banding->results[leader.index])->type;
}

static bool goes_through_rows(const Banding *banding, NodeId leader, RowWindow *window)
{
    const Node *node = graph_node(banding->graph, leader);
    return !banding->apart[leader.index] && row_window(banding->graph, node, window) &&
           graph_input_node(banding->graph, node, 0)->type.layout.kind == LAYOUT_PLAIN &&
           result_type(banding, leader)->layout.kind == LAYOUT_PLAIN;
}

/* ---- what it costs ---- */

static int64_t weight_bytes(const Banding *banding, NodeId leader)
{
    const Node *node = graph_node(banding->graph, leader);
    int64_t bytes = 0;
    for (uint32_t i = 0; i < node->input_count; i++)
        if (banding->known[graph_input(banding->graph, node, i).index])
            bytes += type_bytes(&graph_input_node(banding->graph, node, i)->type);
    return bytes;
}

/* Of the rows that are held between the kernels of a chain. */
static int64_t held_bytes(const Banding *banding, const RowChain *chain)
{
    int64_t bytes = 0;
    for (uint32_t k = 0; k + 1 < chain->count; k++) {
        const Type *type = result_type(banding, chain->leaders[k]);
        bytes += type_bytes(type) / type->shape.dim[2] * rows_held(chain, k);
    }
    return bytes;
}

/* Sets the largest number of rows with which what is held fits into the cache; false: there is none. */
static bool fit_rows(const Banding *banding, RowChain *chain)
{
    int64_t low = 0, high = chain->windows[chain->count - 1].outputs;
    while (low < high) {
        chain->by = (low + high + 1) / 2;
        if (held_bytes(banding, chain) <= banding->room)
            low = chain->by;
        else
            high = chain->by - 1;
    }
    chain->by = low;
    return low > 0;
}

/* Bytes of weights that all bands but the first read again. */
static int64_t read_again(const Banding *banding, const RowChain *chain)
{
    int64_t rows = chain->windows[chain->count - 1].outputs, weights = 0;
    for (uint32_t k = 0; k < chain->count; k++)
        weights += weight_bytes(banding, chain->leaders[k]);
    return chain->count > 1 ? (quotient_up(rows, chain->by) - 1) * weights : 0;
}

/* ---- chains ---- */

/* Why a kernel cannot be behind the last one of the chain, whatever it costs; NULL: it can. */
static const char *why_apart(const Banding *banding, const Node *node, const RowWindow *window)
{
    NodeId value = banding->results[banding->chain.leaders[banding->chain.count - 1].index];
    if (!node_same(graph_input(banding->graph, node, 0), value))
        return "it does not read what the kernel before it makes";
    if (banding->uses[value.index] != 1)
        return "others read its input too";
    if (!row_window_follows(window))
        return "it passes over rows of its input";
    return banding->chain.count == MOST_KERNELS ? "enough kernels go together" : NULL;
}

/* Tries to put a kernel behind the chain; NULL, or why not. */
static const char *put_behind(Banding *banding, NodeId leader, const RowWindow *window, int64_t *saved)
{
    RowChain *chain = &banding->chain, before = *chain;
    const char *why = why_apart(banding, graph_node(banding->graph, leader), window);
    if (why)
        return why;
    int64_t between = type_bytes(result_type(banding, chain->leaders[chain->count - 1]));
    bool computes = op_row(graph_node(banding->graph, leader)->op)->family == FAMILY_CONV;
    if (between <= banding->room)
        return "its input fits into the cache as it is";
    if (computes && between / 2 <= banding->cache)
        return "its input is so small that a convolution hardly waits for it";
    chain->leaders[chain->count] = leader;
    chain->windows[chain->count++] = *window;
    if (!fit_rows(banding, chain)) {
        why = "a row of its result needs more rows than fit into the cache";
    } else {
        int64_t again = read_again(banding, chain) - read_again(banding, &before);
        *saved = 2 * between - again;
        if (*saved <= 0)
            why = "its bands would read more weights again than they save";
    }
    if (why)
        *chain = before;
    return why;
}

/* Writes the chain down, if it is one, and leaves it. */
static void end_chain(Banding *banding)
{
    const RowChain *chain = &banding->chain;
    for (uint32_t k = 1; k < chain->count; k++)
        graph_node(banding->graph, chain->leaders[k])->behind = chain->leaders[k - 1];
    if (chain->count > 1)
        graph_node(banding->graph, chain->leaders[chain->count - 1])->by = (int32_t)chain->by;
    banding->chain.count = 0;
}

static void begin_chain(Banding *banding, NodeId leader, const RowWindow *window)
{
    banding->leaders[0] = leader;
    banding->windows[0] = *window;
    banding->chain = (RowChain){1, banding->leaders, banding->windows, window->outputs};
}

/* Whether the pass may put the kernel behind another one: where that was done already, it may stay. */
static bool may_join(const Banding *banding, NodeId leader)
{
    if (op_row(graph_node(banding->graph, leader)->op)->family == FAMILY_CONV)
        return banding->convolutions;
    return !banding->convolutions || !node_is_none(graph_node(banding->before, leader)->behind);
}

/* Puts the kernel behind the chain, or begins another one with it. */
static void take_kernel(Banding *banding, NodeId leader, const RowWindow *window, Explain *explain)
{
    const Node *node = graph_node(banding->graph, leader);
    bool was_joined = !node_is_none(graph_node(banding->before, leader)->behind);
    bool may = banding->chain.count && may_join(banding, leader);
    int64_t saved = 0;
    const char *why = may ? put_behind(banding, leader, window, &saved) : NULL;
    bool joined = may && !why;
    if (!joined) {
        end_chain(banding);
        begin_chain(banding, leader, window);
    }
    if (joined && !was_joined)
        explain_done(explain, node, (Saving){.bytes = saved},
                     "computed in bands of rows with the kernel that makes its input");
    else if (why && type_bytes(&graph_input_node(banding->graph, node, 0)->type) > banding->room)
        explain_left(explain, node, "%s", why);
}

Graph *bands_join(const Graph *graph, const PassContext *context, bool convolutions)
{
    Rewrite rewrite = rewrite_begin(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        Node *copy = graph_node(rewrite.to, rewrite_copy(&rewrite, (NodeId){i}));
        copy->behind = NODE_NONE;
        copy->by = 0;
    }
    Graph *banded = rewrite_end(&rewrite);
    Banding banding = {.graph = banded,
                       .before = graph,
                       .convolutions = convolutions,
                       .cache = context->cache_bytes,
                       .room = context->cache_bytes / 2,
                       .known = graph_stored_known(banded->arena, banded),
                       .uses = graph_uses(banded->arena, banded),
                       .results = kernel_results(banded),
                       .apart = NEW_ARRAY(banded->arena, bool, banded->nodes.count)};
    for (uint32_t i = 0; i < banded->nodes.count; i++)
        if (node_is_piece(&banded->nodes.at[i]))
            banding.apart[banded->nodes.at[i].kernel.index] = true;
    for (uint32_t i = 0; i < banded->nodes.count; i++) {
        RowWindow window;
        NodeId leader = {i};
        if (!graph_leads(banded, banding.known, leader))
            continue;
        if (goes_through_rows(&banding, leader, &window))
            take_kernel(&banding, leader, &window, context->explain);
        else
            end_chain(&banding);
    }
    end_chain(&banding);
    return banded;
}

Graph *pass_bands(const Graph *graph, const PassContext *context)
{
    return bands_join(graph, context, true);
}
