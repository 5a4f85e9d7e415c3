/* graph.c - building graphs: nodes, ports, constants, copies (see graph.h).
 *
 * A node's attributes are copied into the graph's arena, so that callers may keep theirs on the stack. Input and const
 * nodes keep the number of their Port or Constant as their attribute.
 */
#include "ir/graph.h"

#include "ops/op.h"
#include "ops/source.h"

Graph *graph_new(Arena *arena, const char *name)
{
    Graph *graph = NEW(arena, Graph);
    graph->arena = arena;
    graph->name = arena_strdup(arena, name);
    return graph;
}

Graph *graph_new_like(const Graph *graph)
{
    Graph *fresh = graph_new(graph->arena, graph->name);
    fresh->weights_path = graph->weights_path;
    fresh->weights_span = graph->weights_span;
    return fresh;
}

NodeId graph_input(const Graph *graph, const Node *node, uint32_t i)
{
    if (i >= node->input_count)
        BUG("input %u of a %s that has %u", i, op_name(node->op), node->input_count);
    return graph->edges.at[node->first_input + i];
}

const Node *graph_input_node(const Graph *graph, const Node *node, uint32_t i)
{
    return graph_node(graph, graph_input(graph, node, i));
}

Constant *graph_constant(const Graph *graph, const Node *node)
{
    if (node->op != OP_const)
        BUG("the constant of a %s", op_name(node->op));
    return &graph->constants.at[((const ConstAttrs *)node->attrs)->constant];
}

/* ---- nodes ---- */

static const void *copy_attrs(Arena *arena, const Op *row, const void *attrs)
{
    if (!row->attr_bytes)
        return NULL;
    void *copy = arena_alloc(arena, row->attr_bytes);
    if (attrs)
        memcpy(copy, attrs, row->attr_bytes);
    return copy;
}

/* Pushes the node and its edges. */
static NodeId push_node(Graph *graph, Node node, const NodeId *inputs)
{
    if (graph->nodes.count >= UINT32_MAX - 1)
        fatal("a graph of over 2^32 nodes");
    node.first_input = graph->edges.count;
    node.kernel = node.behind = NODE_NONE;
    node.by = 0;
    if (!node.path)
        node.path = "";
    if (!node.block)
        node.block = "";
    for (uint32_t i = 0; i < node.input_count; i++) {
        if (inputs[i].index >= graph->nodes.count)
            BUG("input %u of a %s is no node of this graph", i, op_name(node.op));
        VEC_PUSH(graph->arena, &graph->edges, inputs[i]);
    }
    VEC_PUSH(graph->arena, &graph->nodes, node);
    return (NodeId){graph->nodes.count - 1};
}

NodeId graph_add(Graph *graph, Diag *diag, OpId op, const NodeId *inputs, uint32_t input_count, const void *attrs,
                 const char *path, Span span)
{
    const Op *row = op_row(op);
    if (row->family == FAMILY_SOURCE || row->family == FAMILY_LANGUAGE)
        BUG("graph_add of %s", op_name(op));
    Node node = {.op = op,
                 .attrs = copy_attrs(graph->arena, row, attrs),
                 .input_count = input_count,
                 .device = graph->device,
                 .path = path ? arena_strdup(graph->arena, path) : "",
                 .span = span};
    uint32_t edges = graph->edges.count;
    NodeId id = push_node(graph, node, inputs);
    Type type = {0};
    if (!row->type(graph, graph_node(graph, id), diag, &type)) {
        graph->nodes.count--;
        graph->edges.count = edges;
        return NODE_NONE;
    }
    if (!shape_fits(&type.shape)) {
        diag_error(diag, span, "%s would have %s values, which is more than Fovea handles", op_name(op),
                   shape_full_text(graph->arena, &type.shape));
        graph->nodes.count--;
        graph->edges.count = edges;
        return NODE_NONE;
    }
    graph_node(graph, id)->type = type;
    return id;
}

NodeId graph_add_input(Graph *graph, const char *name, Type type, Picture picture, Span span)
{
    if (!shape_fits(&type.shape))
        BUG("input '%s' has a shape that does not fit", name);
    InputAttrs attrs = {.port = graph->inputs.count};
    Node node = {.op = OP_input,
                 .attrs = copy_attrs(graph->arena, op_row(OP_input), &attrs),
                 .type = type,
                 .device = DEVICE_HOST,
                 .span = span};
    NodeId id = push_node(graph, node, NULL);
    Port port = {.name = arena_strdup(graph->arena, name), .node = id, .span = span, .picture = picture};
    VEC_PUSH(graph->arena, &graph->inputs, port);
    return id;
}

NodeId graph_add_pack(Graph *graph, NodeId value, Layout layout)
{
    const Node *from = graph_node(graph, value);
    Node node = {.op = OP_pack,
                 .type = from->type,
                 .input_count = 1,
                 .device = MAX(from->device, 0),
                 .path = from->path,
                 .block = from->block,
                 .span = from->span};
    node.type.layout = layout;
    return push_node(graph, node, &value);
}

NodeId graph_copy_node(Graph *to, const Graph *from, NodeId id, const NodeId *inputs)
{
    Node node = *graph_node(from, id);
    if (node.op == OP_const)
        return graph_add_constant(to, graph_constant(from, &node));
    if (node.op == OP_input) {
        const Port *port = &from->inputs.at[((const InputAttrs *)node.attrs)->port];
        return graph_add_input(to, port->name, node.type, port->picture, port->span);
    }
    return push_node(to, node, inputs);
}

/* ---- outputs and their labels ---- */

void graph_add_output(Graph *graph, const char *name, NodeId node, Span span)
{
    Port port = {.name = arena_strdup(graph->arena, name), .node = node, .span = span};
    port.labels = graph_labels(graph, node, &port.label_count);
    VEC_PUSH(graph->arena, &graph->outputs, port);
}

void graph_set_labels(Graph *graph, NodeId node, const char *const *names, uint32_t count)
{
    ValueLabels labels = {.node = node, .names = names, .count = count};
    VEC_PUSH(graph->arena, &graph->value_labels, labels);
}

const char *const *graph_labels(const Graph *graph, NodeId node, uint32_t *count)
{
    *count = 0;
    for (uint32_t i = graph->value_labels.count; i-- > 0;) {
        const ValueLabels *labels = &graph->value_labels.at[i];
        if (node_same(labels->node, node)) {
            *count = labels->count;
            return labels->names;
        }
    }
    return NULL;
}

/* ---- kernels ---- */

bool graph_is_running(const Graph *graph, const Node *node, uint32_t i)
{
    return !node_is_none(node->kernel) && node_same(graph_leader(graph, graph_input(graph, node, i)), node->kernel);
}

bool graph_leads(const Graph *graph, const bool *known, NodeId id)
{
    const Node *node = graph_node(graph, id);
    return node_is_none(node->kernel) && op_has_kernel(node->op) && !known[id.index];
}

NodeId *kernel_results(const Graph *graph)
{
    NodeId *results = NEW_ARRAY(graph->arena, NodeId, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        results[i] = (NodeId){i};
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (!node_is_piece(&graph->nodes.at[i]))
            results[graph_leader(graph, (NodeId){i}).index] = (NodeId){i};
    return results;
}

bool graph_is_written(const Graph *graph, const NodeId *results, NodeId id)
{
    return node_is_piece(graph_node(graph, id)) || node_same(results[graph_leader(graph, id).index], id);
}

bool graph_has_bands(const Graph *graph)
{
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (!node_is_none(graph->nodes.at[i].behind) || graph->nodes.at[i].by)
            return true;
    return false;
}

/* ---- devices ---- */

int32_t graph_devices(const Graph *graph)
{
    int32_t highest = 0;
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        highest = MAX(highest, graph->nodes.at[i].device);
    return highest + 1;
}

bool graph_has_transfers(const Graph *graph)
{
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (graph->nodes.at[i].op == OP_transfer)
            return true;
    return false;
}

/* ---- uses ---- */

uint32_t *graph_uses(Arena *arena, const Graph *graph)
{
    uint32_t *uses = NEW_ARRAY(arena, uint32_t, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        for (uint32_t k = 0; k < node->input_count; k++)
            uses[graph_input(graph, node, k).index]++;
    }
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        uses[graph->outputs.at[i].node.index]++;
    return uses;
}

int64_t graph_batch(const Graph *graph)
{
    int64_t batch = 1;
    for (uint32_t i = 0; graph->inputs.count && i < graph->inputs.count + graph->outputs.count; i++) {
        const Port *port = i < graph->inputs.count ? &graph->inputs.at[i] : &graph->outputs.at[i - graph->inputs.count];
        const int64_t first = graph_node(graph, port->node)->type.shape.dim[0];
        if (i && first != batch)
            return 1;
        batch = first;
    }
    return batch;
}

bool *graph_known(Arena *arena, const Graph *graph)
{
    bool *known = NEW_ARRAY(arena, bool, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        known[i] = node->op != OP_input && node->op != OP_transfer;
        for (uint32_t k = 0; k < node->input_count; k++)
            known[i] &= known[graph_input(graph, node, k).index];
    }
    return known;
}

bool *graph_stored_known(Arena *arena, const Graph *graph)
{
    bool *known = graph_known(arena, graph);
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        known[graph->outputs.at[i].node.index] = false;
    return known;
}
