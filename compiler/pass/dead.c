/* dead.c - leaves out what no output of the net needs. Inputs stay: they are part of the interface. */
#include "ops/op.h"
#include "pass/pass.h"

static bool *find_needed(const Graph *graph)
{
    bool *needed = NEW_ARRAY(graph->arena, bool, graph->nodes.count);
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        needed[graph->outputs.at[i].node.index] = true;
    for (uint32_t i = graph->nodes.count; i-- > 0;) {
        const Node *node = &graph->nodes.at[i];
        needed[i] |= node->op == OP_input;
        for (uint32_t k = 0; needed[i] && k < node->input_count; k++)
            needed[graph_input(graph, node, k).index] = true;
    }
    return needed;
}

static Graph *copy_needed(const Graph *graph, const bool *needed)
{
    Rewrite rewrite = rewrite_begin(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (needed[i])
            rewrite_copy(&rewrite, (NodeId){i});
    return rewrite_end(&rewrite);
}

Graph *graph_without_dead(const Graph *graph)
{
    return copy_needed(graph, find_needed(graph));
}

Graph *pass_dead(const Graph *graph, const PassContext *context)
{
    const bool *needed = find_needed(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        if (!needed[i] && node->op != OP_const)
            explain_done(context->explain, node, (Saving){.bytes = type_bytes(&node->type)},
                         "left out: no output needs it");
    }
    return copy_needed(graph, needed);
}
