/* rewrite.c - copying a graph node by node, the way every pass builds its result. */
#include "ops/op.h"
#include "pass/pass.h"

Rewrite rewrite_begin(const Graph *from)
{
    Rewrite rewrite = {.from = from, .to = graph_new_like(from)};
    rewrite.map = NEW_ARRAY(from->arena, NodeId, from->nodes.count);
    for (uint32_t i = 0; i < from->nodes.count; i++)
        rewrite.map[i] = NODE_NONE;
    return rewrite;
}

NodeId rewrite_copy_with(Rewrite *rewrite, NodeId id, const NodeId *inputs)
{
    NodeId copy = graph_copy_node(rewrite->to, rewrite->from, id, inputs);
    const Node *node = graph_node(rewrite->from, id);
    NodeId leader = node->kernel, before = node->behind;
    graph_node(rewrite->to, copy)->kernel = node_is_none(leader) ? NODE_NONE : rewrite->map[leader.index];
    graph_node(rewrite->to, copy)->behind = node_is_none(before) ? NODE_NONE : rewrite->map[before.index];
    graph_node(rewrite->to, copy)->by = node->by;
    return rewrite->map[id.index] = copy;
}

NodeId rewrite_copy(Rewrite *rewrite, NodeId id)
{
    const Node *node = graph_node(rewrite->from, id);
    NodeId *inputs = NEW_ARRAY(rewrite->to->arena, NodeId, node->input_count);
    for (uint32_t i = 0; i < node->input_count; i++)
        inputs[i] = rewrite->map[graph_input(rewrite->from, node, i).index];
    return rewrite_copy_with(rewrite, id, inputs);
}

NodeId rewrite_add(Rewrite *rewrite, OpId op, const NodeId *inputs, uint32_t count, const void *attrs, const Node *like)
{
    Diag diag;
    diag_init(&diag, rewrite->to->arena);
    NodeId id = graph_add(rewrite->to, &diag, op, inputs, count, attrs, like->path, like->span);
    if (node_is_none(id))
        BUG("a pass makes a %s that does not fit", op_name(op));
    graph_node(rewrite->to, id)->block = like->block;
    graph_node(rewrite->to, id)->device = MAX(like->device, 0);
    return id;
}

NodeId rewrite_pack(Rewrite *rewrite, NodeId value, Layout layout, Span span)
{
    NodeId pack = graph_add_pack(rewrite->to, value, layout);
    graph_node(rewrite->to, pack)->span = span;
    return pack;
}

Graph *rewrite_end(Rewrite *rewrite)
{
    const Graph *from = rewrite->from;
    Graph *to = rewrite->to;
    for (uint32_t i = 0; i < from->outputs.count; i++) {
        Port port = from->outputs.at[i];
        port.node = rewrite->map[port.node.index];
        VEC_PUSH(to->arena, &to->outputs, port);
    }
    return to;
}
