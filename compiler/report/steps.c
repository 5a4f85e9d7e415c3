/* steps.c - what steps move and compute (see steps.h). */
#include "report/steps.h"
#include "report/layers.h"
#include "report/traffic.h"

static int64_t node_macs(const Graph *graph, NodeId id)
{
    const Node *node = graph_node(graph, id);
    const Op *row = op_row(node->op);
    return row->macs ? row->macs(graph, node) : 0;
}

static StepCost cost_of(const Plan *plan, const Step *step)
{
    const Kernel *kernel = &plan->kernels.at[step->kernel];
    StepCost cost = {.macs = node_macs(plan->graph, step->leader)};
    if (plan->buffers.at[step->writes[0].buffer].held)
        cost.held = type_bytes(&graph_node(plan->graph, step->result)->type);
    for (uint32_t w = 0; !cost.held && w < step->write_count; w++)
        cost.written += type_bytes(&plan->buffers.at[step->writes[w].buffer].type);
    for (uint32_t r = 0; r < step->read_count; r++) {
        const Buffer *source = &plan->buffers.at[step->reads[r].buffer];
        int64_t bytes = step->reads[r].count * dtype_bytes(source->type.dtype);
        if (source->place == BUFFER_WEIGHTS)
            cost.weights += bytes;
        else if (source->held)
            cost.held += type_bytes(&graph_node(plan->graph, step->reads[r].value)->type);
        else
            cost.read += bytes;
    }
    for (uint32_t i = 0; i < kernel->epilogue_count; i++)
        cost.macs = count_sum(cost.macs, node_macs(plan->graph, kernel->epilogue[i]));
    return cost;
}

StepCosts step_costs(Arena *arena, const Plan *plan)
{
    StepCosts costs = {.at = NEW_ARRAY(arena, StepCost, plan->steps.count)};
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        StepCost cost = cost_of(plan, &plan->steps.at[i]);
        costs.at[i] = cost;
        costs.total.read = count_sum(costs.total.read, cost.read);
        costs.total.weights = count_sum(costs.total.weights, cost.weights);
        costs.total.written = count_sum(costs.total.written, cost.written);
        costs.total.held = count_sum(costs.total.held, cost.held);
        costs.total.macs = count_sum(costs.total.macs, cost.macs);
    }
    return costs;
}

int64_t bytes_moved(const StepCost *cost)
{
    return count_sum(cost->read, cost->written);
}

uint32_t plan_nodes(const Plan *plan)
{
    const Graph *graph = plan->graph;
    const bool *known = graph_known(graph->arena, graph);
    uint32_t count = 0;
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        count += op_row(graph->nodes.at[i].op)->family != FAMILY_SOURCE && !known[i];
    return count;
}

const char *step_label(const Plan *plan, uint32_t step)
{
    const Node *leader = graph_node(plan->graph, plan->steps.at[step].leader);
    return leader->path[0] ? leader->path : op_name(leader->op);
}

static const char *layer_name(Arena *arena, const Node *node)
{
    if (node->op == OP_transfer)
        return arena_printf(arena, "to %s", device_text(arena, node->device));
    return node->path[0] ? node->path : op_name(node->op);
}

static NodeId node_before(const Graph *graph, const Node *node)
{
    NodeId before = NODE_NONE;
    for (uint32_t i = 0; i < node->input_count; i++)
        if (graph_is_running(graph, node, i))
            before = graph_input(graph, node, i);
    return before;
}

/* What stands behind the leader in its kernel is followed back from the result: the kernel's own list is that of its
 * first step. */
LayerNames step_layer_names(Arena *arena, const Plan *plan, const Step *step)
{
    const Graph *graph = plan->graph;
    LayerNames names = {0};
    for (NodeId id = step->result; !node_is_none(id); id = node_before(graph, graph_node(graph, id)))
        VEC_PUSH(arena, &names, layer_name(arena, graph_node(graph, id)));
    for (uint32_t i = 0; i < names.count / 2; i++) {
        const char *name = names.at[i];
        names.at[i] = names.at[names.count - 1 - i];
        names.at[names.count - 1 - i] = name;
    }
    return names;
}

const char *step_layers(Arena *arena, const Plan *plan, const Step *step)
{
    LayerNames names = step_layer_names(arena, plan, step);
    const char *text = names.at[0];
    for (uint32_t i = 1; i < names.count; i++)
        text = arena_printf(arena, "%s + %s", text, names.at[i]);
    return text;
}
