/* show_plan.c - `fovea show --plan`: a row for each step of the compiled net, and what all of them move. */
#include "ops/winograd.h"
#include "report/number.h"
#include "report/show.h"
#include "report/steps.h"
#include "report/table.h"
#include "support/file.h"

static const char *number_or_blank(Arena *arena, int64_t number)
{
    return number ? number_grouped(arena, number) : "";
}

static void add_step(Arena *arena, Table *table, const Plan *plan, uint32_t index, const StepCosts *costs)
{
    const Step *step = &plan->steps.at[index];
    const StepCost *cost = &costs->at[index];
    int64_t held = plan->buffers.at[step->writes[0].buffer].held;
    double share = share_percent(cost->macs, costs->total.macs);
    TableRow row = {{arena_printf(arena, "%u", index), plan->kernels.at[step->kernel].name,
                     step_layers(arena, plan, step),
                     shape_text(arena, &graph_node(plan->graph, step->result)->type.shape),
                     number_or_blank(arena, cost->read), number_or_blank(arena, cost->weights),
                     held ? arena_printf(arena, "%lld row%s", (long long)held, plural(held))
                          : number_or_blank(arena, cost->written),
                     number_or_blank(arena, cost->macs), cost->macs ? arena_printf(arena, "%.1f", share) : ""}};
    VEC_PUSH(arena, &table->rows, row);
}

static void print_total(Buf *buf, Arena *arena, const char *name, int64_t number)
{
    buf_printf(buf, "%-34s %15s\n", name, number_grouped(arena, number));
}

/* The kernels that go by Winograd's algorithm, and what errors are to be expected of them. */
static void print_winograd(Buf *buf, Arena *arena, const Plan *plan)
{
    for (int64_t r = 3; r <= 5; r += 2)
        for (int64_t m = 2; m < WINOGRAD_MOST; m += 2) {
            const char *names = "";
            for (uint32_t i = 0; i < plan->kernels.count; i++) {
                const Kernel *kernel = &plan->kernels.at[i];
                if (kernel->family != FAMILY_WINOGRAD)
                    continue;
                const Winograd w = winograd_of(plan->graph, graph_node(plan->graph, kernel->leader));
                if (w.m == m && w.r == r)
                    names = arena_printf(arena, "%s%s%s", names, names[0] ? ", " : "", kernel->name);
            }
            Winograd winograd;
            if (names[0] && winograd_make(m, r, &winograd))
                buf_printf(buf, "Winograd's F(%lldx%lld, %lldx%lld), errors up to %.1e expected: %s\n", (long long)m,
                           (long long)m, (long long)r, (long long)r, winograd_error(&winograd), names);
        }
}

/* The kernels that are computed as was measured to be fastest (--tune). */
static void print_measured(Buf *buf, const Plan *plan)
{
    const char *before = "as measured: ";
    for (uint32_t i = 0; i < plan->kernels.count; i++)
        if (plan->kernels.at[i].tuned) {
            buf_printf(buf, "%s%s", before, plan->kernels.at[i].name);
            before = ", ";
        }
    if (before[0] == ',')
        buf_puts(buf, "\n");
}

void show_plan(Buf *buf, const Plan *plan, const char *model)
{
    Arena *arena = arena_new();
    StepCosts costs = step_costs(arena, plan);
    Table table = {.count = 9,
                   .column = {{"step", .right = true},
                              {"kernel", .shrinks = true},
                              {"computes", .shrinks = true},
                              {"output", .shrinks = true},
                              {"reads", .right = true},
                              {"weights", .right = true},
                              {"writes", .right = true},
                              {"MACs", .right = true},
                              {"%", .right = true}}};
    for (uint32_t i = 0; i < plan->steps.count; i++)
        add_step(arena, &table, plan, i, &costs);
    buf_printf(buf, "%s (%s, target %s): %u steps, %u kernels; bytes\n\n", plan->graph->name, path_base(model),
               plan->target->name, plan->steps.count, plan->kernels.count);
    table_print(buf, arena, &table);
    buf_puts(buf, "\n");
    print_total(buf, arena, "bytes moved (read and written)", bytes_moved(&costs.total));
    if (costs.total.held)
        print_total(buf, arena, "moved within the cache, in bands", costs.total.held);
    print_total(buf, arena, "weights read, bytes", costs.total.weights);
    print_total(buf, arena, "MACs", costs.total.macs);
    print_total(buf, arena, "workspace, bytes", plan->workspace_bytes);
    print_total(buf, arena, "at the fullest step", plan->workspace_least);
    print_winograd(buf, arena, plan);
    print_measured(buf, plan);
    arena_free(arena);
}
