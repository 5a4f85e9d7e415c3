/* parameters.c - what a kernel reads (see parameters.h). */
#include "plan/parameters.h"

static bool is_number(const Graph *graph, const Node *node, uint32_t i)
{
    const Node *input = graph_input_node(graph, node, i);
    return input->op == OP_const && input->type.shape.rank == 0;
}

Parameters kernel_parameters(const Graph *graph, const Kernel *kernel)
{
    const Node *leader = graph_node(graph, kernel->leader);
    uint32_t most = leader->input_count;
    for (uint32_t e = 0; e < kernel->epilogue_count; e++)
        most += graph_node(graph, kernel->epilogue[e])->input_count;
    Parameters list = {.at = NEW_ARRAY(graph->arena, Parameter, most)};
    for (uint32_t i = 0; i < leader->input_count; i++)
        if (!is_number(graph, leader, i))
            list.at[list.count++] = (Parameter){.node = leader, .input = i};
    for (uint32_t e = 0; e < kernel->epilogue_count; e++) {
        const Node *node = graph_node(graph, kernel->epilogue[e]);
        for (uint32_t i = 0; i < node->input_count; i++)
            if (!is_number(graph, node, i) && !graph_is_running(graph, node, i))
                list.at[list.count++] = (Parameter){.node = node, .input = i, .epilogue = true, .place = e};
    }
    return list;
}

const Type *parameter_type(const Graph *graph, const Parameter *parameter)
{
    return &graph_input_node(graph, parameter->node, parameter->input)->type;
}

bool parameter_runs(const Graph *graph, const Parameter *parameter)
{
    return shape_count(&parameter_type(graph, parameter)->shape) > 1;
}

bool parameter_is_parallel(const Graph *graph, const Parameter *parameter)
{
    return parameter->epilogue && !op_row(parameter->node->op)->channelwise &&
           parameter_type(graph, parameter)->shape.rank > 0;
}
