/* test_share.c - what threads share: which nets and loops, where steps wait, and the rules of the verifier broken once.
 */
#include <criterion/criterion.h>

#include "pass/pass.h"
#include "plan/plan.h"
#include "tests/support/model.h"
#include "tests/support/models.h"

static Plan *plan_text(Arena *arena, const char *text, const char *target)
{
    Diag diag;
    Graph *graph = model_read(arena, &diag, "net.fov", text, NULL);
    cr_assert_not_null(graph);
    passes_run(&graph, &(PassOptions){.target = target_find(target)});
    return plan_make(graph, target_find(target));
}

/* Threads would take longer to start than LeNet-5 takes. */
Test(share, of_nets)
{
    static const struct {
        const char *net;
        bool threaded;
    } nets[] = {{lenet5, false}, {alexnet, true}, {vgg, true}, {googlenet, true}, {resnet, true}};
    for (size_t i = 0; i < COUNT_OF(nets); i++)
        for (int t = 0; target_at(t); t++) {
            Arena *arena = arena_new();
            const Plan *plan = plan_text(arena, nets[i].net, target_at(t)->name);
            cr_expect_eq(plan->threaded, nets[i].threaded, "%s for %s", plan->graph->name, target_at(t)->name);
            arena_free(arena);
        }
}

static const char net[] = "net n(x: f32[64, 56, 56]) {\n"
                          "    y = x -> a: conv(64, 3x3, pad=1) -> relu;\n"
                          "    output left = y -> b: conv(64, 1x1);\n"
                          "    return right = y -> maxpool(2x2) -> c: conv(512, 1x1);\n"
                          "}\n";

static void expect_rule(Plan *plan, const char *rule)
{
    const char *broken = plan_verify(plan);
    cr_expect(broken && strncmp(broken, rule, 3) == 0, "%s expected: %s", rule, broken ? broken : "nothing is broken");
}

/* Both branches wait for what they read, and not for each other. */
Test(share, waits)
{
    Arena *arena = arena_new();
    Plan *plan = plan_text(arena, net, "c");
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        Step *step = &plan->steps.at[i];
        if (strcmp(plan->kernels.at[step->kernel].name, "maxpool") == 0)
            cr_expect(!step->waits, "the pool waits for the convolution beside it");
        if (!step->waits)
            continue;
        step->waits = false;
        expect_rule(plan, "P18");
        step->waits = true;
    }
    cr_expect_null(plan_verify(plan));
    arena_free(arena);
}

Test(share, verifier)
{
    Arena *arena = arena_new();
    Plan *plan = plan_text(arena, net, "c");
    Kernel *kernel = NULL;
    for (uint32_t i = 0; i < plan->kernels.count; i++)
        if (strcmp(plan->kernels.at[i].name, "a") == 0)
            kernel = &plan->kernels.at[i];
    cr_assert_not_null(kernel);
    const Tiling kept = kernel->tiling;
    for (int i = 0; i < kept.count; i++) { /* a second loop, whichever it is */
        kernel->tiling = kept;
        kernel->tiling.at[i].together = kept.at[i].together ? -kept.at[i].step : kept.at[i].step;
        expect_rule(plan, "P17");
    }
    for (int i = 0; i < kept.count; i++) { /* another one, which joins, or is none of C */
        kernel->tiling = kept;
        for (int k = 0; k < kept.count; k++)
            kernel->tiling.at[k].together = k == i ? kept.at[k].step : 0;
        if (kept.at[i].joins || kept.at[i].kind != LOOP_PLAIN)
            expect_rule(plan, "P17");
    }
    kernel->tiling = kept;
    plan->threaded = false;
    expect_rule(plan, "P17");
    arena_free(arena);
}
