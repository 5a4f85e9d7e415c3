/* verify_bands.c - the rule of nodes whose kernels go through their rows in bands together.
 *
 *   G13  a node behind another has a kernel, as that one has, which is the last one before its own. It reads the last
 *        value made there as its first input, which nobody else reads and no output is. Both go through rows, stored
 *        plainly. The last of a chain says how many rows a band has, and no other does
 */
#include "ir/verify.h"
#include "ops/op.h"
#include "ops/rows.h"

typedef struct Bands {
    const Graph *graph;
    const bool *known;
    const uint32_t *uses;
    const NodeId *results; /* one a leader: the last node of its kernel */
    bool *followed;        /* some node is behind it */
} Bands;

static bool is_plain(const Bands *bands, NodeId value)
{
    return graph_node(bands->graph, value)->type.layout.kind == LAYOUT_PLAIN;
}

/* Whether the kernel of a leader can go through its rows. */
static bool goes_through_rows(const Bands *bands, NodeId leader, RowWindow *window)
{
    const Node *node = graph_node(bands->graph, leader);
    return row_window(bands->graph, node, window) && is_plain(bands, graph_input(bands->graph, node, 0)) &&
           is_plain(bands, bands->results[leader.index]);
}

static const char *wrong_with(Bands *bands, const Node *node, NodeId id, NodeId before)
{
    RowWindow window;
    if (!graph_leads(bands->graph, bands->known, id))
        return "has no kernel of its own";
    if (node_is_none(before) || !node_same(before, node->behind))
        return "is not behind the kernel that comes before its own";
    if (!goes_through_rows(bands, before, &window) || !goes_through_rows(bands, id, &window))
        return "has no rows to go through, or what it is behind has none";
    if (!row_window_follows(&window))
        return "passes over rows of what it is behind";
    NodeId value = bands->results[before.index];
    if (!node_same(graph_input(bands->graph, node, 0), value) || bands->uses[value.index] != 1)
        return "does not alone read the result of what it is behind";
    bands->followed[before.index] = true;
    return NULL;
}

static const char *in_words(const Graph *graph, uint32_t index, const char *text)
{
    return arena_printf(graph->arena, "G13: node %%%u (%s) %s", index, op_name(graph->nodes.at[index].op), text);
}

static Bands bands_begin(const Graph *graph)
{
    return (Bands){.graph = graph,
                   .known = graph_stored_known(graph->arena, graph),
                   .uses = graph_uses(graph->arena, graph),
                   .results = kernel_results(graph),
                   .followed = NEW_ARRAY(graph->arena, bool, graph->nodes.count)};
}

const char *verify_bands(const Graph *graph)
{
    if (!graph_has_bands(graph))
        return NULL;
    Bands bands = bands_begin(graph);
    NodeId before = NODE_NONE;
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        const char *wrong = node_is_none(node->behind) ? NULL : wrong_with(&bands, node, (NodeId){i}, before);
        if (wrong)
            return in_words(graph, i, wrong);
        if (graph_leads(graph, bands.known, (NodeId){i}))
            before = (NodeId){i};
    }
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        bool ends = !node_is_none(node->behind) && !bands.followed[i];
        if (node->by < 0 || ends != (node->by > 0))
            return in_words(graph, i, ends ? "does not say how many rows a band has" : "says how many rows a band has");
    }
    return NULL;
}
