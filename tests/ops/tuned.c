/* tuned.c - whichever way of computing a convolution was measured to be the fastest, it computes the same.
 *
 * Each case is computed in the ways that `fovea tune` tries, forced by the route of --tune: Winograd's tiles and blocks
 * of them, panels, tiles of pixels, chunks of inputs, blocks of rows, weights fetched ahead.
 */
#include <criterion/criterion.h>

#include "pass/pass.h"
#include "plan/plan.h"
#include "plan/tuned.h"
#include "tests/ops/cases.h"
#include "tests/support/emitted.h"

static const OpCase cases[] = {
    {"f32[36, 13, 11]", "x -> a: conv(70, 3x3, pad=1) -> relu"},
    {"f32[64, 7, 7]", "relu(x + (x -> a: conv(64, 3x3, pad=1)))"},
    {"f32[64, 9, 9]", "x -> a: conv(96, 1x1) -> relu"},
    {"2 of f32[64, 8, 6]", "x -> a: conv(64, 1x1)"},
    {"f32[128, 7, 7]", "x -> a: conv(128, 3x3, groups=2, pad=1, bias=false)"},
    {"f32[24, 17, 30]", "x -> a: conv(52, 5x5, pad=2) -> relu -> maxpool(2x2)"},
    {"f32[20, 18, 31]", "x -> a: conv(100, 3x3, stride=2, pad=1) -> relu"},
    {"f32[3, 31, 33]", "x -> a: conv(64, 7x7, stride=2, pad=3) -> relu"},
    {"f32[80, 56, 5]", "x -> a: conv(130, 1x1, stride=2x1)"},
    {"f32[32, 12, 28]", "x -> a: conv(48, 3x3, pad=2, dilation=2)"},
};

typedef struct Case {
    TunedShape shape;
    TunedChoices ways;
} Case;

static const Plan *plan_of(Arena *arena, const OpCase *op_case, const Target *target)
{
    Diag diag;
    Graph *graph = op_case_graph(arena, &diag, op_case);
    cr_assert_not_null(graph, "%s", op_case->body);
    passes_run(&graph, &(PassOptions){.target = target});
    return plan_make(graph, target);
}

static Case case_of(Arena *arena, const OpCase *op_case, const Target *target)
{
    Case found = {0};
    bool is_found = false;
    const Plan *plan = plan_of(arena, op_case, target);
    for (uint32_t i = 0; i < plan->kernels.count; i++) {
        const Kernel *kernel = &plan->kernels.at[i];
        const Node *leader = graph_node(plan->graph, kernel->leader);
        if (kernel->family == FAMILY_CONV || kernel->family == FAMILY_WINOGRAD)
            is_found |= tuned_shape(&found.shape, target, plan->graph, leader, kernel->form.reads);
    }
    cr_assert(is_found, "%s has no ways on target %s", op_case->body, target->name);
    tuned_add_kinds(arena, &found.ways, &found.shape);
    uint32_t kinds = found.ways.count;
    for (uint32_t i = 0; i < kinds; i++) {
        TunedChoice around = found.ways.at[i];
        if (!around.m)
            around.loops.pixels = 1;
        tuned_add_tiles(arena, &found.ways, &found.shape, &around);
    }
    uint32_t tiles = found.ways.count;
    for (uint32_t i = kinds; i < tiles; i++)
        tuned_add_blocks(arena, &found.ways, &found.shape, &found.ways.at[i]);
    for (uint32_t i = tiles, blocks = found.ways.count; i < blocks; i += 3)
        tuned_add_ahead(arena, &found.ways, &found.shape, &found.ways.at[i]);
    return found;
}

static int compare_lines(const void *left, const void *right)
{
    return tuned_compare(&((const TunedLine *)left)->shape, &((const TunedLine *)right)->shape);
}

/* Another way of each case: after as many rounds as a case has ways, all of them had their turn. */
static const Target *target_of_round(Arena *arena, const Target *usual, const Case *found, uint32_t round)
{
    Tuned *tuned = NEW(arena, Tuned);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t way = (uint32_t)(round + 5 * i) % found[i].ways.count;
        TunedLine line = {.shape = found[i].shape, .choice = found[i].ways.at[way]};
        VEC_PUSH(arena, &tuned->lines, line);
    }
    qsort(tuned->lines.at, tuned->lines.count, sizeof *tuned->lines.at, compare_lines);
    return target_tuned(arena, usual, tuned);
}

static uint32_t count_taken(Arena *arena, const Target *target)
{
    uint32_t taken = 0;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const Plan *plan = plan_of(arena, &cases[i], target);
        for (uint32_t k = 0; k < plan->kernels.count; k++)
            taken += plan->kernels.at[k].tuned;
    }
    return taken;
}

/* Some programs only; all ways in `make test-all`, which sets SEEDS. */
enum { USUAL_ROUNDS = 4, STRIDE = 13 };

static void check_ways(const char *name)
{
    Arena *arena = arena_new();
    const char *seeds = getenv("SEEDS");
    bool all = seeds && *seeds;
    Target tested, *usual = &tested;
    cr_assert(target_tested(name, usual));
    Case found[COUNT_OF(cases)];
    uint32_t rounds = 0, taken = 0;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        found[i] = case_of(arena, &cases[i], usual);
        rounds = MAX(rounds, found[i].ways.count);
    }
    rounds = all ? rounds : USUAL_ROUNDS;
    for (uint32_t round = 0; round < rounds; round++) {
        const Target *target = target_of_round(arena, usual, found, all ? round : round * STRIDE);
        taken += count_taken(arena, target);
        int failed = op_cases_check_on(target, 0, cases, COUNT_OF(cases));
        if (failed < 0)
            cr_skip_test("%s target %s", target_missing(name), name);
        cr_expect_eq(failed, 0, "%d of %zu convolutions fail in round %u on target %s", failed, COUNT_OF(cases), round,
                     name);
    }
    /* Usual loops, and tiles across rows that have gaps between them, are not counted. */
    cr_expect_gt(taken, rounds * COUNT_OF(cases) / 2, "%u kernels of %zu are as measured", taken,
                 rounds * COUNT_OF(cases));
    arena_free(arena);
}

Test(tuned, ways_on_avx2)
{
    check_ways("avx2");
}

Test(tuned, ways_on_avx512)
{
    check_ways("avx512");
}

/* What was measured for avx512 is computed with other instruction sets, too. */
Test(tuned, ways_on_auto_avx2)
{
    check_ways(AUTO_AVX2);
}

Test(tuned, ways_on_auto_portable)
{
    check_ways(AUTO_PORTABLE);
}
