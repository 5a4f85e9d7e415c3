/* order.c - what is only added to something later is computed later, so that its kernel can add.
 *
 *   %3 = conv(...)                    %4 = pad(...)
 *   %4 = pad(...)               ->    %3 = conv(...)
 *   %5 = add(%3, %4)                  %5 = add(%3, %4)
 *
 * Kernels of convolutions, fully connected layers, copies and element-wise layers compute what follows them (fuse.c),
 * with tensors that are there when they begin. Where the sum's latest operand has another kind of kernel, as the padded
 * shortcut of a ResNet, the other one moves behind it: until then its input is kept, and not its result, so that it
 * stays where it is when the input is larger.
 */
#include "ops/op.h"
#include "pass/pass.h"

typedef struct Order {
    const Graph *graph;
    const Target *target;
    const bool *known;
    const uint32_t *uses;
    bool *late;          /* of nodes: they are computed just before their only reader */
    VEC(NodeId) waiting; /* for the nodes above them to be copied */
} Order;

static const Node *node_at(const Order *order, NodeId id)
{
    return graph_node(order->graph, id);
}

/* The only input of a node that is not known with the weights; NODE_NONE: there are none or several. */
static NodeId only_unknown(const Order *order, const Node *node)
{
    NodeId found = NODE_NONE;
    for (uint32_t i = 0; i < node->input_count; i++) {
        NodeId input = graph_input(order->graph, node, i);
        if (order->known[input.index])
            continue;
        if (!node_is_none(found))
            return NODE_NONE;
        found = input;
    }
    return found;
}

/* Whether its kernel reads no other tensor. */
static bool reads_alone(const Order *order, const Node *node)
{
    return is_convolution(node->op) && node->op != OP_conv &&
           target_conv_form(order->target, order->graph, node, true).activations == LAYOUT_BLOCKED;
}

/* The node whose kernel makes `value`, alone or with element-wise layers behind it, which nobody else reads;
 * NODE_NONE: no kernel that could compute more. */
static NodeId leader_of(const Order *order, NodeId value)
{
    for (NodeId at = value;;) {
        const Node *node = node_at(order, at);
        Family family = op_row(node->op)->family;
        if (order->known[at.index] || order->uses[at.index] != 1 || reads_alone(order, node))
            return NODE_NONE;
        if (is_convolution(node->op) || family == FAMILY_MATVEC || family == FAMILY_COPY)
            return at;
        NodeId before = only_unknown(order, node);
        if (family != FAMILY_MAP || node_is_none(before))
            return NODE_NONE;
        at = before;
    }
}

static int64_t bytes_of(const Order *order, NodeId value)
{
    return type_bytes(&node_at(order, value)->type);
}

/* Whether `value`, made by the kernel of `leader`, should wait for `reader`; says so. */
static bool should_wait(const Order *order, const Node *reader, NodeId value, NodeId leader, Explain *explain)
{
    uint32_t latest = 0;
    for (uint32_t i = 0; i < reader->input_count; i++)
        if (!node_same(graph_input(order->graph, reader, i), value))
            latest = MAX(latest, graph_input(order->graph, reader, i).index);
    if (latest < leader.index)
        return false;
    const Node *made = node_at(order, leader);
    if (bytes_of(order, graph_input(order->graph, made, 0)) > bytes_of(order, value)) {
        explain_left(explain, made,
                     "%s could follow in its kernel, but its input, which is larger, would be kept longer",
                     op_name(reader->op));
        return false;
    }
    explain_done(explain, made, (Saving){0}, "computed later, so that %s can follow in its kernel",
                 op_name(reader->op));
    return true;
}

/* Marks what has to wait for an element-wise layer of several tensors. */
static void mark(Order *order, const Node *reader, Explain *explain)
{
    NodeId value = NODE_NONE, leader = NODE_NONE;
    if (op_row(reader->op)->family != FAMILY_MAP || op_row(reader->op)->channelwise ||
        !node_is_none(only_unknown(order, reader)))
        return;
    for (uint32_t i = 0; i < reader->input_count; i++) {
        NodeId input = graph_input(order->graph, reader, i), found = leader_of(order, input);
        const Type *type = &node_at(order, input)->type;
        if (node_is_none(found) || !shape_equal(&type->shape, &reader->type.shape) ||
            type->dtype != reader->type.dtype || (!node_is_none(leader) && found.index < leader.index))
            continue;
        value = input;
        leader = found;
    }
    if (node_is_none(leader) || !should_wait(order, reader, value, leader, explain))
        return;
    for (NodeId at = value; !node_same(at, leader); at = only_unknown(order, node_at(order, at)))
        order->late[at.index] = true;
    order->late[leader.index] = true;
}

/* Copies a node behind those of its inputs that waited for it. */
static void copy_behind(Rewrite *rewrite, Order *order, NodeId id)
{
    Arena *arena = order->graph->arena;
    VEC_PUSH(arena, &order->waiting, id);
    while (order->waiting.count) {
        uint32_t count = order->waiting.count;
        NodeId at = order->waiting.at[count - 1];
        const Node *node = node_at(order, at);
        for (uint32_t i = 0; i < node->input_count; i++) {
            NodeId input = graph_input(order->graph, node, i);
            if (node_is_none(rewrite->map[input.index]))
                VEC_PUSH(arena, &order->waiting, input);
        }
        if (order->waiting.count > count)
            continue;
        rewrite_copy(rewrite, at);
        order->waiting.count--;
    }
}

Graph *pass_order(const Graph *graph, const PassContext *context)
{
    Order order = {.graph = graph,
                   .target = context->target,
                   .known = graph_known(graph->arena, graph),
                   .uses = graph_uses(graph->arena, graph),
                   .late = NEW_ARRAY(graph->arena, bool, graph->nodes.count)};
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        mark(&order, &graph->nodes.at[i], context->explain);
    Rewrite rewrite = rewrite_begin(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (!order.late[i])
            copy_behind(&rewrite, &order, (NodeId){i});
    return rewrite_end(&rewrite);
}
