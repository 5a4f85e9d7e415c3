/* print.c - the Plan as text: kernels with their choices, steps in order, the workspace and the weights. */
#include "plan/gpu.h"

static const char *tiling_text(const Plan *plan, const Kernel *kernel)
{
    Buf text = {0};
    tiling_print(&text, plan->graph, kernel);
    const char *result = arena_strdup(plan->arena, buf_text(&text));
    buf_free(&text);
    return result;
}

/* "  avx2: maps by 32, ...", where its loops are other ones than those of the first instruction set. */
static void print_other_sets(Buf *buf, const Plan *plan, const Kernel *kernel)
{
    const char *first = tiling_text(plan, kernel);
    for (int set = 1; set < plan->target->set_count; set++) {
        const Kernel one = kernel_with(kernel, set);
        const char *text = tiling_text(plan, &one);
        if (strcmp(text, first) != 0)
            buf_printf(buf, "  %s: %s\n", plan->target->sets[set]->name, text);
    }
}

/* "; 196 groups of 128 items, then 12 of 64": what a GPU launches. */
static void print_launches(Buf *buf, const Plan *plan, const Kernel *kernel)
{
    GpuLaunch launches[MOST_LAUNCHES];
    const int count = plan->target->gpu ? gpu_launches(plan, kernel, launches) : 0;
    for (int l = 0; l < count; l++) {
        const GpuLaunch *launch = &launches[l];
        const int64_t group = launch->group[0] * launch->group[1];
        const int64_t groups = launch->items[0] * launch->items[1] / group;
        if (l == 0)
            buf_printf(buf, "; %lld group%s of %lld item%s", (long long)groups, plural(groups), (long long)group,
                       plural(group));
        else
            buf_printf(buf, ", then %lld of %lld", (long long)groups, (long long)group);
    }
}

static void print_kernel(Buf *buf, const Plan *plan, const Kernel *kernel)
{
    const Graph *graph = plan->graph;
    const Node *leader = graph_node(graph, kernel->leader);
    buf_printf(buf, "kernel %s: %s", kernel->name, op_name(leader->op));
    for (uint32_t i = 0; i < kernel->epilogue_count; i++)
        buf_printf(buf, " + %s", op_name(graph_node(graph, kernel->epilogue[i])->op));
    if (kernel->tiling.count)
        buf_puts(buf, "; ");
    tiling_print(buf, graph, kernel);
    print_launches(buf, plan, kernel);
    if (kernel->rows.some)
        buf_puts(buf, "; some rows at a time");
    if (kernel->tuned)
        buf_puts(buf, "; as measured");
    if (kernel->steps > 1)
        buf_printf(buf, "; used %u times", kernel->steps);
    buf_puts(buf, "\n");
    print_other_sets(buf, plan, kernel);
}

static void print_step(Buf *buf, const Plan *plan, uint32_t index)
{
    const Step *step = &plan->steps.at[index];
    if (step->waits)
        buf_puts(buf, "wait\n");
    buf_printf(buf, "step %u: %s(", index, plan->kernels.at[step->kernel].name);
    for (uint32_t i = 0; i < step->read_count; i++) {
        const Read *read = &step->reads[i];
        buf_printf(buf, "%s%s", i ? ", " : "", plan->buffers.at[read->buffer].name);
        if (read->first)
            buf_printf(buf, "+%lld", (long long)read->first);
    }
    bool in_place = plan->kernels.at[step->kernel].in_place != NOT_IN_PLACE;
    buf_puts(buf, ") -> ");
    for (uint32_t i = 0; i < step->write_count; i++) {
        buf_printf(buf, "%s%s%s : ", i ? ", " : "", plan->buffers.at[step->writes[i].buffer].name,
                   in_place ? " in place" : "");
        type_print(buf, &graph_node(plan->graph, step->writes[i].value)->type);
    }
    if (step->scratch != BUFFER_NONE)
        buf_printf(buf, "; %s", plan->buffers.at[step->scratch].name);
    buf_puts(buf, "\n");
}

/* "bands: steps 1-3, 8 rows of the last at a time; held of those before 18 of 224, 16 of 224" */
static void print_band(Buf *buf, const Plan *plan, const Band *band)
{
    const RowChain *chain = &band->chain;
    buf_printf(buf, "bands: steps %u-%u, %lld row%s of the last at a time; held of those before", band->first,
               band->first + chain->count - 1, (long long)chain->by, plural(chain->by));
    for (uint32_t k = 0; k + 1 < chain->count; k++)
        buf_printf(buf, "%s %lld of %lld", k ? "," : "",
                   (long long)plan->buffers.at[plan->steps.at[band->first + k].writes[0].buffer].held,
                   (long long)chain->windows[k].outputs);
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

/* All but the weights, which are those of the plan beside it too. */
static void print_without_weights(Buf *buf, const Plan *plan)
{
    buf_printf(buf, "plan %s for %s%s%s\n", plan->graph->name, plan->target->name, plan->target->opencl ? ", " : "",
               plan->target->opencl ? plan->target->sets[0]->title : "");
    for (uint32_t i = 0; i < plan->kernels.count; i++)
        print_kernel(buf, plan, &plan->kernels.at[i]);
    for (uint32_t i = 0; i < plan->steps.count; i++)
        print_step(buf, plan, i);
    for (uint32_t i = 0; i < plan->bands.count; i++)
        print_band(buf, plan, &plan->bands.at[i]);
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
}

void plan_print(Buf *buf, const Plan *plan)
{
    print_without_weights(buf, plan);
    plan_print_weights(buf, plan);
    if (plan->beside)
        print_without_weights(buf, plan->beside);
}
