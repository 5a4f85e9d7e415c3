/* direct.c - convolutions over channel blocks in all their loops: tiles across rows, chunks of inputs, blocks of rows,
 * weights fetched ahead, rests of maps and inputs, groups of blocks; each on shapes that fill nothing evenly.
 *
 * The plans are asked, too, so that no way of computing is left out unseen.
 */
#include <criterion/criterion.h>

#include "ops/conv.h"
#include "pass/pass.h"
#include "plan/blocked.h"
#include "plan/plan.h"
#include "tests/ops/cases.h"
#include "tests/support/emitted.h"

static const OpCase cases[] = {
    /* small maps: chunks, tiles of whole rows and of parts of rows */
    {"f32[64, 7, 7]", "x -> a: conv(64, 3x3, pad=1) -> relu"},
    {"f32[64, 7, 7]", "x -> a: conv(72, 3x3, pad=1, bias=false) -> b: conv(40, 3x3, pad=1)"},
    {"f32[64, 7, 7]", "relu(x + (x -> a: conv(64, 3x3, pad=1)))"},
    {"f32[64, 7, 7]", "t = x -> p: conv(64, 1x1); u = x -> q: conv(64, 1x1) -> r: conv(64, 3x3, pad=1); "
                      "return y = relu(t + u);"},
    {"2 of f32[64, 7, 7]", "relu((x -> a: conv(64, 3x3, pad=1)) + (x -> b: conv(64, 1x1)))"},
    {"f32[128, 9, 5]", "x -> a: conv(40, 3x3, pad=1, stride=2) -> b: conv(33, 1x1)"},
    {"f32[512, 3, 6]", "x -> a: conv(96, 1x1) -> relu"},
    {"f32[32, 10, 10]", "x -> a: conv(48, 5x5, pad=2) -> hard_swish -> b: conv(16, 2x2)"},
    {"f32[48, 4, 9]", "x -> a: conv(24, 3x3, pad=2, dilation=2)"},
    /* products over pixels, and single ones */
    {"f32[128, 13, 13]", "x -> a: conv(72, 1x1) -> b: conv(112, 1x1) -> relu"},
    {"2 of f32[36, 11, 9]", "x -> a: conv(56, 1x1)"},
    {"f32[32, 1, 1]", "x -> a: conv(48, 1x1)"},
    {"f32[32, 2, 3]", "x -> a: conv(32, 2x3)"},
    {"f32[32, 40, 1]", "x -> a: conv(32, 5x1, pad=[2, 0])"},
    /* rests of inputs and maps */
    {"f32[20, 9, 15]", "x -> a: conv(40, 3x3, pad=1) -> relu"},
    {"f32[33, 6, 31]", "x -> a: conv(17, 3x2, stride=1x2) -> b: conv(104, 1x3)"},
    /* few inputs */
    {"f32[3, 31, 33]", "x -> a: conv(64, 7x7, stride=2, pad=3) -> relu"},
    {"f32[1, 12, 29]", "x -> a: conv(16, 5x5) -> b: conv(20, 3x3)"},
    {"2 of f32[7, 9, 9]", "x -> a: conv(80, 3x3, stride=3)"},
    /* groups */
    {"f32[64, 6, 7]", "x -> a: conv(96, 3x3, groups=2, pad=1) -> relu"},
    {"f32[128, 7, 7]", "x -> a: conv(64, 3x3, groups=2, pad=1, bias=false)"},
    {"2 of f32[64, 9, 9]", "x -> a: conv(64, 5x5, groups=4, stride=2)"},
    /* large maps: blocks of rows */
    {"f32[80, 58, 58]", "x -> a: conv(70, 1x1) -> relu"},
    {"f32[24, 112, 112]", "x -> a: conv(70, 1x1, stride=2)"},
};

typedef struct Ways {
    int across, whole, rows, inputs, ahead, rest, groups, plain, more;
} Ways;

/* Of the kernels as they are with one of the target's instruction sets. */
static void count_ways(const Target *target, int set, const OpCase *op_case, Ways *ways)
{
    Arena *arena = arena_new();
    Diag diag;
    Graph *graph = op_case_graph(arena, &diag, op_case);
    cr_assert_not_null(graph, "%s", op_case->body);
    passes_run(&graph, &(PassOptions){.target = target});
    const Plan *plan = plan_make(graph, target);
    for (uint32_t i = 0; i < plan->kernels.count; i++) {
        const Kernel with = kernel_with(&plan->kernels.at[i], set), *kernel = &with;
        if (kernel->family != FAMILY_CONV || kernel->form.activations != LAYOUT_BLOCKED)
            continue;
        const BlockedLoops loops = blocked_loops(&kernel->tiling);
        const Node *leader = graph_node(plan->graph, kernel->leader);
        ways->across += loops.across;
        ways->whole += loops.across && !blocked_is_even(plan->graph, kernel);
        ways->rows += loops.rows > 0;
        ways->inputs += loops.inputs > 0;
        ways->ahead += loops.ahead > 0;
        ways->rest += leader->type.shape.dim[1] % loops.maps != 0;
        ways->groups += ((const ConvAttrs *)leader->attrs)->groups > 1;
        ways->plain += kernel->form.reads == LAYOUT_PLAIN;
        ways->more += loops.inputs && kernel->in_place != NOT_IN_PLACE;
    }
    arena_free(arena);
}

static void check_direct(const char *name, int set)
{
    Target target;
    Ways ways = {0};
    cr_assert(target_tested(name, &target));
    target.winograd = NULL;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        count_ways(&target, set, &cases[i], &ways);
    /* No two rows are as short as two pixels. */
    cr_expect(
        ways.across && (ways.whole || set == 2) && ways.rows && ways.inputs && ways.ahead && ways.rest && ways.groups &&
            ways.plain && ways.more,
        "%s: %d across rows, %d of whole rows, %d by rows, %d by inputs, %d ahead, %d rests, %d groups, %d plain, "
        "%d in place",
        name, ways.across, ways.whole, ways.rows, ways.inputs, ways.ahead, ways.rest, ways.groups, ways.plain,
        ways.more);
    int failed = op_cases_check_on(&target, 0, cases, COUNT_OF(cases));
    if (failed < 0)
        cr_skip_test("%s target %s", target_missing(name), name);
    cr_expect_eq(failed, 0, "%d of %zu direct convolutions fail on target %s", failed, COUNT_OF(cases), name);
}

Test(direct, target_avx2)
{
    check_direct("avx2", 0);
}

Test(direct, target_avx512)
{
    check_direct("avx512", 0);
}

Test(direct, target_auto_avx2)
{
    check_direct(AUTO_AVX2, 1);
}

Test(direct, target_auto_portable)
{
    check_direct(AUTO_PORTABLE, 2);
}
