/* test_gpu.c - plans for GPUs beside those for CPUs: the same steps and weights, other loops (plan/gpu.h). */
#include <criterion/criterion.h>

#include "pass/pass.h"
#include "plan/gpu.h"
#include "plan/verify.h"
#include "tests/support/model.h"

static Plan *plan_net(Arena *arena, const char *text, const Target *target)
{
    Diag diag;
    Graph *graph = model_read(arena, &diag, "net.fov", text, NULL);
    cr_assert_not_null(graph, "%s", text);
    passes_run(&graph, &(PassOptions){.target = target});
    return plan_make(graph, target);
}

static Plan *plan_layer(Arena *arena, const char *input, const char *layer)
{
    return plan_net(arena, arena_printf(arena, "net n(x: %s) { return y = x -> %s; }\n", input, layer),
                    &target_opencl_gpu);
}

static const char *loops_text(Arena *arena, const Plan *plan, const Kernel *kernel)
{
    Buf text = {0};
    tiling_print(&text, plan->graph, kernel);
    const char *result = arena_strdup(arena, buf_text(&text));
    buf_free(&text);
    return result;
}

static const char mixed[] = "net mixed(x: f32[3, 29, 29]) {\n"
                            "    y = x -> a: conv(32, 3x3, stride=2) -> relu -> lrn(3, alpha=0.1)\n"
                            "          -> b: conv(32, 3x3, pad=1) -> maxpool(2);\n"
                            "    return answer = y -> flatten -> c: fc(10) -> softmax;\n"
                            "}\n";

Test(gpu, has_steps_and_weights_of_the_plan_beside_it)
{
    Arena *arena = arena_new();
    const Plan *cpu = plan_net(arena, mixed, &target_opencl), *gpu = cpu->beside;
    cr_assert_not_null(gpu);
    cr_expect_null(gpu->beside);
    cr_assert_eq(gpu->steps.count, cpu->steps.count);
    for (uint32_t i = 0; i < cpu->steps.count; i++)
        cr_expect(node_same(gpu->steps.at[i].leader, cpu->steps.at[i].leader), "step %u", i);
    uint32_t tensors = 0, k = 0;
    for (uint32_t i = 0; i < gpu->buffers.count; i++) {
        if (gpu->buffers.at[i].place != BUFFER_WEIGHTS)
            continue;
        while (cpu->buffers.at[k].place != BUFFER_WEIGHTS)
            k++;
        cr_expect_str_eq(gpu->buffers.at[i].name, cpu->buffers.at[k].name);
        cr_expect_eq(gpu->buffers.at[i].offset, cpu->buffers.at[k].offset, "%s", gpu->buffers.at[i].name);
        tensors++;
        k++;
    }
    cr_expect_eq(tensors, 6);
    cr_expect_not(gpu->threaded);
    arena_free(arena);
}

Test(gpu, one_kind_of_devices_has_one_plan)
{
    Arena *arena = arena_new();
    const Plan *both = plan_net(arena, mixed, &target_opencl);
    const char *const kinds[] = {"cpu", "gpu"};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const Plan *plan = plan_net(arena, mixed, target_for_devices(&target_opencl, kinds[i]));
        cr_expect_null(plan->beside);
        cr_expect_eq(plan->architecture, both->architecture, "%s", kinds[i]);
        cr_expect_eq(plan->weights_bytes, both->weights_bytes, "%s", kinds[i]);
    }
    cr_expect_null(target_for_devices(&target_opencl, "fpga"));
    cr_expect_null(target_for_devices(&target_c, "gpu"));
    arena_free(arena);
}

Test(gpu, loops_over_elements_are_spread)
{
    static const struct {
        const char *input, *layer, *loops;
        int64_t items, group;
    } cases[] = {
        {"f32[3, 28, 28]", "relu", "maps*rows*columns over items", 2368, 64},
        {"f32[300, 28, 28]", "relu", "maps*rows*columns over items", 235264, 256},
        {"f32[6, 28, 28]", "maxpool(2)", "maps over items, rows over items, columns over items, taps", 1216, 64},
        {"f32[6, 5, 5]", "avgpool(global)", "maps over items, rows*columns", 64, 64},
        {"f32[6, 7, 9]", "avgpool(global)", "maps over groups, rows*columns over items", 192, 32},
        {"f32[32, 19, 5]", "reduce_sum(axes=[1, 2])", "maps over groups, rows*columns over items", 2048, 64},
        {"f32[60, 5, 4]", "reduce_max(axes=[0])", "rows*columns over groups, maps over items", 512, 256},
        {"f32[12, 5, 4]", "softmax(axis=0)", "rows*columns over items, maps", 64, 64},
        {"f32[1000]", "softmax", "axis 1 over items", 256, 256},
        {"f32[3, 9, 9]", "pad(2)", "maps over items, rows over items, columns over items", 512, 64},
        {"f32[3, 9, 9]", "resize(18x18)", "maps over items, rows over items, columns over items", 1024, 64},
        {"f32[12, 5, 4]", "lrn(5)", "rows*columns over items, maps; 5 inputs kept", 64, 64},
        {"f32[12, 5, 40]", "transpose([2, 0, 1])", "maps over items, rows*columns over items", 2432, 64},
        {"f32[1]", "relu", "", 1, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena = arena_new();
        const Plan *plan = plan_layer(arena, cases[i].input, cases[i].layer);
        GpuLaunch launches[MOST_LAUNCHES];
        cr_expect_str_eq(loops_text(arena, plan, &plan->kernels.at[0]), cases[i].loops, "%s", cases[i].layer);
        cr_assert_eq(gpu_launches(plan, &plan->kernels.at[0], launches), 1, "%s", cases[i].layer);
        cr_expect_eq(launches[0].items[0], cases[i].items, "%s: %lld items", cases[i].layer,
                     (long long)launches[0].items[0]);
        cr_expect_eq(launches[0].group[0], cases[i].group, "%s", cases[i].layer);
        arena_free(arena);
    }
}

Test(gpu, plans_for_cpus_spread_nothing)
{
    Arena *arena = arena_new();
    Plan *plan = plan_net(arena, "net n(x: f32[3, 28, 28]) { return y = x -> relu; }\n", &target_c);
    cr_assert_null(plan_verify(plan));
    plan->kernels.at[0].tiling.at[0].spread = SPREAD_ITEMS;
    cr_expect_not_null(plan_verify(plan));
    cr_expect_str_eq(verify_launches(plan), "P20: relu is spread over items");
    arena_free(arena);
}

/* The kernel of a layer, with its plan. */
static const Kernel *kernel_of(Arena *arena, const char *input, const char *layer, int64_t batch, const Plan **plan)
{
    Diag diag;
    const char *text = arena_printf(arena, "net n(x: %s) { return y = x -> c: %s; }\n", input, layer);
    Graph *graph = model_read_batch(arena, &diag, "net.fov", text, NULL, batch);
    passes_run(&graph, &(PassOptions){.target = &target_opencl_gpu});
    *plan = plan_make(graph, &target_opencl_gpu);
    for (uint32_t i = 0; i < (*plan)->kernels.count; i++)
        if ((*plan)->kernels.at[i].family != FAMILY_PACK)
            return &(*plan)->kernels.at[i];
    return NULL;
}

Test(gpu, layers_of_few_panels_are_divided_between_groups)
{
    static const struct {
        const char *input, *layer;
        int64_t batch;
        int launches;
        int64_t items, group, scratch;
    } cases[] = {
        {"f32[400]", "fc(120)", 1, 1, 4 * 256, 256, 0},
        {"f32[2048]", "fc(1000)", 1, 2, 32 * 4 * 256, 256, 4 * 1024},
        {"f32[25088]", "fc(4096)", 1, 2, 128 * 4 * 256, 256, 4 * 4096},
        {"f32[1000]", "fc(16384)", 1, 1, 512 * 256, 256, 0},
        {"f32[1000]", "fc(320)", 32, 1, 10 * 2 * 64, 64, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena = arena_new();
        const Plan *plan;
        const Kernel *kernel = kernel_of(arena, cases[i].input, cases[i].layer, cases[i].batch, &plan);
        GpuLaunch launches[MOST_LAUNCHES];
        const int count = gpu_launches(plan, kernel, launches);
        cr_assert_eq(count, cases[i].launches, "%s: %d launches", cases[i].layer, count);
        cr_expect_eq(launches[0].items[0], cases[i].items, "%s: %lld items", cases[i].layer,
                     (long long)launches[0].items[0]);
        cr_expect_eq(launches[0].group[0], cases[i].group, "%s", cases[i].layer);
        cr_expect_eq(kernel->scratch, cases[i].scratch, "%s: %lld floats", cases[i].layer, (long long)kernel->scratch);
        arena_free(arena);
    }
}

Test(gpu, large_batches_go_in_rounds)
{
    static const struct {
        int64_t batch, rounds;
    } cases[] = {{1, 1}, {2, 1}, {32, 2}, {31, 31}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena = arena_new();
        const Plan *plan;
        const Kernel *kernel = kernel_of(arena, "f32[64, 112, 112]", "conv(64, 3x3, pad=1)", cases[i].batch, &plan);
        int64_t pictures;
        cr_assert_eq(kernel->family, FAMILY_WINOGRAD);
        const int64_t rounds = gpu_rounds(plan->graph, kernel, &pictures);
        cr_expect_eq(rounds, cases[i].rounds, "%lld rounds of %lld", (long long)rounds, (long long)cases[i].batch);
        cr_expect_eq(rounds * pictures, cases[i].batch);
        cr_expect_leq(kernel->scratch, 64 << 20);
        arena_free(arena);
    }
}

Test(gpu, items_join_in_memory_that_they_share)
{
    Arena *arena = arena_new();
    Plan *plan = plan_layer(arena, "f32[6, 28, 28]", "avgpool(2)");
    Tiling *tiling = &plan->kernels.at[0].tiling;
    Loop *taps = &tiling->at[tiling->count - 1];
    cr_assert(taps->joins);
    cr_assert_null(plan_verify(plan));
    taps->spread = SPREAD_ITEMS;
    cr_expect_not_null(plan_verify(plan));
    cr_expect_str_eq(verify_launches(plan), "P20: launch 0 of avgpool joins what items have that share no memory");
    taps->spread = SPREAD_GROUPS;
    cr_expect_str_eq(verify_launches(plan), "P20: launch 0 of avgpool joins what groups have that share no memory");
    arena_free(arena);
}
