/* results.c - every output of the net is a value of its own that a kernel writes.
 *
 * A kernel writes an output straight into the caller's memory. That needs an output to be neither an input of the
 * net, nor a constant, nor a view of another value, nor an output already: such values are copied by a `pack` into
 * the plain layout.
 *
 *   output "y" = %0 (input)   ->   %1 = pack(%0);  output "y" = %1
 */
#include "ops/op.h"
#include "pass/pass.h"

/* Whether no kernel can write the value of output `i` for it alone. */
static bool needs_copy(const Graph *graph, uint32_t i)
{
    NodeId id = graph->outputs.at[i].node;
    Family family = op_row(graph_node(graph, id)->op)->family;
    bool copy = family == FAMILY_SOURCE || family == FAMILY_VIEW;
    for (uint32_t j = 0; j < i; j++)
        copy |= node_same(graph->outputs.at[j].node, id);
    return copy;
}

bool results_are_values(const Graph *graph)
{
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        if (needs_copy(graph, i))
            return false;
    return true;
}

Graph *pass_results(const Graph *graph, const PassContext *context)
{
    Rewrite rewrite = rewrite_begin(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        rewrite_copy(&rewrite, (NodeId){i});
    Graph *result = rewrite_end(&rewrite);
    for (uint32_t i = 0; i < result->outputs.count; i++) {
        Port *port = &result->outputs.at[i];
        if (needs_copy(result, i)) {
            const Node *value = graph_node(result, port->node);
            explain_done(context->explain, value, (Saving){.bytes = -2 * type_bytes(&value->type)},
                         "copied into an output of the net, since no kernel makes it");
            port->node = rewrite_pack(&rewrite, port->node, (Layout){0}, port->span);
        }
    }
    return result;
}
