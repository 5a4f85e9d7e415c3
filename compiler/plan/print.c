/* print.c - the Plan as text: kernels with their choices, steps in order, the workspace and the weights. */
#include "plan/plan.h"

static void print_kernel(Buf *buf, const Plan *plan, const Kernel *kernel)
{
    const Graph *graph = plan->graph;
    const Node *leader = graph_node(graph, kernel->leader);
    buf_printf(buf, "kernel %s: %s", kernel->name, op_name(leader->op));
    for (uint32_t i = 0; i < kernel->epilogue_count; i++)
        buf_printf(buf, " + %s", op_name(graph_node(graph, kernel->epilogue[i])->op));
    if (is_convolution(leader->op))
        buf_printf(buf,
                   kernel->form.rows > 1 ? ", %d maps x %d pixels x %d rows in registers"
                                         : ", %d maps x %d pixels in registers",
                   kernel->form.maps, kernel->form.pixels, kernel->form.rows);
    if (kernel->steps > 1)
        buf_printf(buf, ", used %u times", kernel->steps);
    buf_puts(buf, "\n");
}

static void print_step(Buf *buf, const Plan *plan, uint32_t index)
{
    const Step *step = &plan->steps.at[index];
    buf_printf(buf, "step %u: %s(", index, plan->kernels.at[step->kernel].name);
    for (uint32_t i = 0; i < step->read_count; i++) {
        const Read *read = &step->reads[i];
        buf_printf(buf, "%s%s", i ? ", " : "", plan->buffers.at[read->buffer].name);
        if (read->first)
            buf_printf(buf, "+%lld", (long long)read->first);
    }
    bool in_place = plan->kernels.at[step->kernel].in_place != NOT_IN_PLACE;
    buf_printf(buf, ") -> %s%s : ", plan->buffers.at[step->writes].name, in_place ? " in place" : "");
    type_print(buf, &graph_node(plan->graph, step->result)->type);
    buf_puts(buf, "\n");
}

void plan_print_weights(Buf *buf, const Plan *plan)
{
    buf_printf(buf, "weights %lld bytes\n", (long long)plan->weights_bytes);
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        const Buffer *buffer = &plan->buffers.at[i];
        if (buffer->place != BUFFER_WEIGHTS)
            continue;
        buf_printf(buf, "  %8lld  %lld bytes: %s : ", (long long)buffer->offset, (long long)buffer->bytes,
                   buffer->name);
        type_print(buf, &buffer->type);
        buf_puts(buf, "\n");
    }
}

void plan_print(Buf *buf, const Plan *plan)
{
    buf_printf(buf, "plan %s for %s\n", plan->graph->name, plan->target->name);
    for (uint32_t i = 0; i < plan->kernels.count; i++)
        print_kernel(buf, plan, &plan->kernels.at[i]);
    for (uint32_t i = 0; i < plan->steps.count; i++)
        print_step(buf, plan, i);
    buf_printf(buf, "workspace %lld bytes, at least %lld\n", (long long)plan->workspace_bytes,
               (long long)plan->workspace_least);
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        const Buffer *buffer = &plan->buffers.at[i];
        if (buffer->place == BUFFER_WORKSPACE)
            buf_printf(buf, "  %8lld  %lld bytes, steps %u-%u: %s\n", (long long)buffer->offset,
                       (long long)buffer->bytes, buffer->first, buffer->last, buffer->name);
    }
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        const Buffer *buffer = &plan->buffers.at[i];
        if (buffer->place == BUFFER_PART)
            buf_printf(buf, "  %s: %lld bytes of %s, from element %lld on\n", buffer->name, (long long)buffer->bytes,
                       plan->buffers.at[buffer->whole].name, (long long)buffer->begin);
    }
    plan_print_weights(buf, plan);
}
