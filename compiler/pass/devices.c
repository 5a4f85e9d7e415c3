/* devices.c - which devices there are: those that layers are on, counted from 0 without gaps.
 *
 *   %1 = relu(%0)              %1 = relu(%0)
 *   %2 = tanh(%1) on device 3   ->   %2 = tanh(%1) on device 1
 *
 * Where the target has one device, all is computed there; transfers, which a graph's text may have, go.
 */
#include "ops/op.h"
#include "pass/transfer.h"

/* The new number of each device; how many are used. */
static int32_t number_devices(const Graph *graph, int32_t numbers[LIMIT_DEVICES])
{
    const uint32_t used = devices_used(graph);
    int32_t count = 0;
    for (int32_t k = 0; k < LIMIT_DEVICES; k++)
        numbers[k] = used >> k & 1 ? count++ : 0;
    return count;
}

/* All on one device. */
static Graph *together(const Graph *graph, const PassContext *context)
{
    Rewrite rewrite = rewrite_begin(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        if (node->op == OP_transfer) {
            rewrite.map[i] = rewrite.map[graph_input(graph, node, 0).index];
            continue;
        }
        Node *copy = graph_node(rewrite.to, rewrite_copy(&rewrite, (NodeId){i}));
        if (node->op == OP_join && node->device == DEVICE_HOST)
            copy->op = OP_concat;
        if (node->op != OP_input)
            copy->device = 0;
        if (node->device > 0 && op_has_kernel(node->op))
            explain_left(context->explain, node, "computed where all others are: target %s has one device",
                         context->target->name);
    }
    return rewrite_end(&rewrite);
}

Graph *pass_devices(const Graph *graph, const PassContext *context)
{
    int32_t numbers[LIMIT_DEVICES];
    if (number_devices(graph, numbers) < 2 || !context->target->several_devices)
        return together(graph, context);
    Rewrite rewrite = rewrite_begin(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        Node *copy = graph_node(rewrite.to, rewrite_copy(&rewrite, (NodeId){i}));
        if (copy->device != DEVICE_HOST)
            copy->device = numbers[copy->device];
    }
    return rewrite_end(&rewrite);
}
