/* verify_devices.c - the rules of values on several devices.
 *
 *   G16  a node is on a device; on the host are inputs of the net, transfers, and joins of transfers
 *   G17  where there are transfers, a node reads what is on its own device or known with the weights, and outputs of
 *        the net are on the host; a transfer reads what is elsewhere, or sends an input straight to an output. A value
 *        is sent to the host for one place of one output
 *   G18  a transfer is stored as what it reads, without a halo, and nothing is computed in it
 */
#include "ir/verify.h"
#include "ops/op.h"

typedef struct Devices {
    const Graph *graph;
    const bool *known;
    const uint32_t *uses;
    bool sends; /* there are transfers */
} Devices;

static const char *check_place(const Devices *d, const Node *node)
{
    bool host = node->device == DEVICE_HOST;
    if (!host && (node->device < 0 || node->device >= LIMIT_DEVICES))
        return "is on no device";
    if (host != (node->op == OP_input) && !(host && (node->op == OP_transfer || node->op == OP_join)))
        return host ? "is computed on the host" : "is an input of the net that is not on the host";
    for (uint32_t i = 0; host && node->op == OP_join && i < node->input_count; i++)
        if (graph_input_node(d->graph, node, i)->op != OP_transfer)
            return "joins on the host what is no transfer";
    return NULL;
}

static const char *check_reads(const Devices *d, NodeId id)
{
    const Node *node = graph_node(d->graph, id);
    bool host = node->device == DEVICE_HOST;
    if (!d->sends || d->known[id.index])
        return NULL;
    for (uint32_t i = 0; i < node->input_count; i++) {
        const Node *input = graph_input_node(d->graph, node, i);
        bool same = input->device == node->device;
        if (d->known[graph_input(d->graph, node, i).index])
            continue;
        if (node->op == OP_transfer ? same && (!host || input->op != OP_input) : !same)
            return node->op == OP_transfer ? "sends a value to where it is" : "reads what is on another device";
    }
    return host && node->op != OP_input && d->uses[id.index] != 1 ? "is on the host for more than one place" : NULL;
}

static const char *check_transfer(const Devices *d, const Node *node)
{
    const Node *leader = node_is_none(node->kernel) ? NULL : graph_node(d->graph, node->kernel);
    if (leader && (leader->op == OP_transfer || node->op == OP_transfer))
        return "is computed in or with a transfer";
    if (node->op != OP_transfer)
        return NULL;
    const Layout *from = &graph_input_node(d->graph, node, 0)->type.layout;
    return layout_equal(from, &node->type.layout) && !layout_has_halo(from) ? NULL : "changes how a value is stored";
}

const char *verify_devices(const Graph *graph)
{
    const Devices d = {.graph = graph,
                       .known = graph_known(graph->arena, graph),
                       .uses = graph_uses(graph->arena, graph),
                       .sends = graph_has_transfers(graph)};
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        const char *wrong[] = {check_place(&d, node), check_reads(&d, (NodeId){i}), check_transfer(&d, node)};
        for (int rule = 0; rule < (int)COUNT_OF(wrong); rule++)
            if (wrong[rule])
                return arena_printf(graph->arena, "G%d: node %%%u (%s) %s", 16 + rule, i, op_name(node->op),
                                    wrong[rule]);
    }
    for (uint32_t i = 0; d.sends && i < graph->outputs.count; i++) {
        NodeId output = graph->outputs.at[i].node;
        if (graph_node(graph, output)->device != DEVICE_HOST || graph_node(graph, output)->op == OP_input)
            return arena_printf(graph->arena, "G17: node %%%u (%s) is an output that is not sent to the host",
                                output.index, op_name(graph_node(graph, output)->op));
    }
    return NULL;
}
