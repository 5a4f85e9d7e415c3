/* finish.c - what remains when the net has been read: outputs are checked, inputs that nothing needs are told, and
 * nodes that no output needs are left out (the extra outputs of a net used as a block, values never used). */
#include "elaborate/internal.h"

/* Which nodes an input reaches. */
static bool *mark_dependent(const Graph *graph)
{
    bool *dependent = NEW_ARRAY(graph->arena, bool, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        dependent[i] = node->op == OP_input;
        for (uint32_t k = 0; k < node->input_count && !dependent[i]; k++)
            dependent[i] = dependent[graph_input(graph, node, k).index];
    }
    return dependent;
}

static void check_outputs(Elaborator *e, const bool *dependent)
{
    for (uint32_t i = 0; i < e->graph->outputs.count; i++) {
        const Port *port = &e->graph->outputs.at[i];
        if (!dependent[port->node.index])
            diag_error(e->diag, port->span, "output '%s' does not depend on an input", port->name);
    }
}

/* Which nodes an output needs. */
static bool *mark_live(const Graph *graph)
{
    bool *live = NEW_ARRAY(graph->arena, bool, graph->nodes.count);
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        live[graph->outputs.at[i].node.index] = true;
    for (uint32_t i = graph->nodes.count; i-- > 0;) {
        const Node *node = &graph->nodes.at[i];
        for (uint32_t k = 0; live[i] && k < node->input_count; k++)
            live[graph_input(graph, node, k).index] = true;
    }
    return live;
}

/* Inputs stay, needed or not: they are the net's interface. */
static bool keep_inputs(Elaborator *e, bool *live)
{
    for (uint32_t i = 0; i < e->graph->inputs.count; i++) {
        const Port *port = &e->graph->inputs.at[i];
        if (!live[port->node.index])
            diag_warning(e->diag, port->span, "input '%s' is unused", port->name);
        live[port->node.index] = true;
    }
    for (uint32_t i = 0; i < e->graph->nodes.count; i++)
        if (!live[i])
            return false;
    return true;
}

static Graph *copy_live(const Graph *graph, const bool *live)
{
    Graph *fresh = graph_new_like(graph);
    NodeId *to = NEW_ARRAY(graph->arena, NodeId, graph->nodes.count);
    VEC(NodeId) inputs = {0};
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        if (!live[i])
            continue;
        const Node *node = &graph->nodes.at[i];
        inputs.count = 0;
        for (uint32_t k = 0; k < node->input_count; k++)
            VEC_PUSH(graph->arena, &inputs, to[graph_input(graph, node, k).index]);
        to[i] = graph_copy_node(fresh, graph, (NodeId){i}, inputs.at);
    }
    for (uint32_t i = 0; i < graph->outputs.count; i++) {
        Port port = graph->outputs.at[i];
        port.node = to[port.node.index];
        VEC_PUSH(graph->arena, &fresh->outputs, port);
    }
    return fresh;
}

/* The answer is the first output; the others follow in the order of the text. */
static void put_answer_first(Elaborator *e)
{
    Port answer = e->graph->outputs.at[e->answer];
    for (uint32_t i = e->answer; i > 0; i--)
        e->graph->outputs.at[i] = e->graph->outputs.at[i - 1];
    e->graph->outputs.at[0] = answer;
}

Graph *finish_graph(Elaborator *e)
{
    if (e->answer >= e->graph->outputs.count)
        BUG("a net without an answer and without an error");
    check_outputs(e, mark_dependent(e->graph));
    if (e->diag->errors)
        return NULL;
    put_answer_first(e);
    bool *live = mark_live(e->graph);
    return keep_inputs(e, live) ? e->graph : copy_live(e->graph, live);
}
