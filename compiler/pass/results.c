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

static bool written_by_kernel(const Graph *graph, NodeId id)
{
    Family family = op_row(graph_node(graph, id)->op)->family;
    return family != FAMILY_SOURCE && family != FAMILY_VIEW;
}

Graph *pass_results(const Graph *graph, const Target *target)
{
    (void)target;
    Rewrite rewrite = rewrite_begin(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        rewrite_copy(&rewrite, (NodeId){i});
    Graph *result = rewrite_end(&rewrite);
    for (uint32_t i = 0; i < result->outputs.count; i++) {
        Port *port = &result->outputs.at[i];
        bool taken = !written_by_kernel(result, port->node);
        for (uint32_t j = 0; j < i; j++)
            taken |= node_same(result->outputs.at[j].node, port->node);
        if (taken)
            port->node = rewrite_pack(&rewrite, port->node, (Layout){0}, port->span);
    }
    return result;
}
