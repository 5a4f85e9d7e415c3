/* zoo_devices.c - AlexNet on two devices: what its towers send each other, by the paper's split, in the net as the
 * model says it and in the Plan. */
#include <criterion/criterion.h>

#include "pass/pass.h"
#include "plan/plan.h"
#include "report/traffic.h"
#include "tests/support/zoo.h"

/* conv3 needs the other half's 128x13x13, fc6 128x6x6, fc7 and fc8 2048 each. */
enum { NUMBERS_EACH_WAY = 128 * 13 * 13 + 128 * 6 * 6 + 2048 + 2048, PICTURE = 3 * 227 * 227 };

static const Traffic expected[] = {
    {DEVICE_HOST, 0, 1, PICTURE, PICTURE}, {DEVICE_HOST, 1, 1, PICTURE, PICTURE},
    {0, DEVICE_HOST, 1, 500, 2000},        {0, 1, 4, NUMBERS_EACH_WAY, 4 * NUMBERS_EACH_WAY},
    {1, DEVICE_HOST, 1, 500, 2000},        {1, 0, 4, NUMBERS_EACH_WAY, 4 * NUMBERS_EACH_WAY},
};

static Graph *towers(Arena *arena)
{
    Diag diag;
    Zoo zoo = {0};
    Buf report = {0};
    cr_assert(zoo_read(arena, &zoo, &report), "%s", buf_text(&report));
    buf_free(&report);
    const ZooNet *net = zoo_find(&zoo, "alexnet-two-devices");
    cr_assert(net);
    Graph *graph = zoo_graph(arena, &diag, net, NULL);
    cr_assert(graph && diag.warnings == 0);
    return graph;
}

static void check_row(const Traffic *row, const Traffic *wanted, const char *where)
{
    cr_expect(row->from == wanted->from && row->to == wanted->to && row->transfers == wanted->transfers &&
                  row->numbers == wanted->numbers && row->bytes == wanted->bytes,
              "%s: from %d to %d in %lld transfers %lld numbers, %lld bytes", where, row->from, row->to,
              (long long)row->transfers, (long long)row->numbers, (long long)row->bytes);
}

Test(zoo_devices, towers_send_what_the_paper_says)
{
    cr_assert_eq(NUMBERS_EACH_WAY, 30336);
    Arena *arena = arena_new();
    TrafficRows traffic = traffic_of(arena, towers(arena));
    cr_assert_eq(traffic.rows.count, COUNT_OF(expected));
    for (uint32_t i = 0; i < COUNT_OF(expected); i++)
        check_row(&traffic.rows.at[i], &expected[i], "the model");
    arena_free(arena);
}

/* Steps send what they read, all of it, and no more: values may be in blocks of channels, but have no halo. */
static void check_plan(const char *name)
{
    Arena *arena = arena_new();
    Target target = *target_find(name);
    target.several_devices = true;
    Graph *graph = towers(arena);
    passes_run(&graph, &(PassOptions){.target = &target, .cache_bytes = INT64_MAX});
    const Plan *plan = plan_make(graph, &target);
    Traffic sums[COUNT_OF(expected)];
    for (size_t k = 0; k < COUNT_OF(expected); k++)
        sums[k] = (Traffic){.from = expected[k].from, .to = expected[k].to};
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        const Step *step = &plan->steps.at[i];
        if (plan->kernels.at[step->kernel].family != FAMILY_TRANSFER)
            continue;
        int32_t from = graph_node(graph, step->reads[0].value)->device, to = step_device(plan, step);
        DType dtype = plan->buffers.at[step->reads[0].buffer].type.dtype;
        for (size_t k = 0; k < COUNT_OF(expected); k++) {
            if (sums[k].from != from || sums[k].to != to)
                continue;
            sums[k].transfers++;
            sums[k].numbers += step->reads[0].count;
            sums[k].bytes += step->reads[0].count * dtype_bytes(dtype);
        }
        cr_expect_eq(plan->buffers.at[step->writes[0].buffer].bytes, step->reads[0].count * dtype_bytes(dtype));
    }
    for (size_t k = 0; k < COUNT_OF(expected); k++)
        check_row(&sums[k], &expected[k], name);
    arena_free(arena);
}

Test(zoo_devices, plans_send_no_more)
{
    check_plan("c");
    check_plan("opencl");
}
