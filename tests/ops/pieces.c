/* pieces.c - convolutions that write what a concat takes there and the rest elsewhere, on every target. */
#include <criterion/criterion.h>

#include "pass/pass.h"
#include "tests/ops/cases.h"
#include "tests/support/targets.h"

static const OpCase cases[] = {
    /* Inception modules, with panels of 8 maps and of 32, whole and not, and rows that tiles do not fill */
    {"f32[6, 5, 7]", "concat(x -> a: conv(8, 1) -> relu, x -> b: conv(5, 1) -> relu -> c: conv(3, 3, pad=1), "
                     "x -> d: conv(3, 1) -> relu -> e: conv(2, 5, pad=2))"},
    {"f32[6, 9, 13]", "concat(x -> a: conv(32, 1) -> sigmoid, x -> b: conv(9, 1) -> sigmoid -> c: conv(3, 3, pad=1))"},
    {"f32[3, 1, 1]", "concat(x -> a: conv(64, 1) -> tanh, x -> b: conv(40, 1) -> tanh -> c: conv(3, 1))"},
    {"f32[6, 8, 8]", "y = concat(x -> a: conv(32, 1, stride=2), x -> b: conv(8, 1, stride=2) -> c: conv(4, 3, pad=1)); "
                     "return answer = y -> d: conv(3, 3, pad=1);"},
    /* slices of one convolution: both halves into concats, with sums and channels' parameters behind it */
    {"f32[4, 6, 9]", "v = x -> a: conv(16, 3, pad=1) -> p: prelu; "
                     "return answer = concat(v -> slice(0, 8), v -> slice(8, 16) -> b: conv(5, 3, pad=1));"},
    {"f32[16, 6, 9]", "v = add(x, x -> a: conv(16, 3, pad=1)) -> relu; u = v -> slice(0, 8); w = v -> slice(8, 16); "
                      "return answer = concat(u, w -> b: conv(5, 3, pad=1), w -> maxpool(3, stride=1, pad=1));"},
    {"f32[4, 6, 9]", "v = x -> a: conv(16, 3); output one = concat(v -> slice(0, 8), x -> b: conv(2, 3)); "
                     "return two = concat(x -> c: conv(3, 3), v -> slice(8, 16));"},
    {"2 of f32[4, 6, 9]", "concat(x -> a: conv(8, 1), x -> b: conv(8, 1) -> c: conv(5, 3, pad=1))"},
};

static uint32_t count_pieces(const OpCase *op_case)
{
    Arena *arena = arena_new();
    Diag diag;
    Graph *graph = op_case_graph(arena, &diag, op_case);
    uint32_t count = 0;
    cr_assert_not_null(graph);
    passes_run(&graph, &(PassOptions){.target = target_find("c")});
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        count += node_is_piece(&graph->nodes.at[i]);
    arena_free(arena);
    return count;
}

Test(pieces, are_written)
{
    for (uint32_t i = 0; i < COUNT_OF(cases); i++)
        cr_expect_eq(count_pieces(&cases[i]), strncmp(cases[i].inputs, "2 of ", 5) ? 2 : 0, "%s", cases[i].body);
}

static void check_target(const char *target)
{
    int failed = op_cases_check(target, 0, cases, COUNT_OF(cases));
    if (failed < 0)
        cr_skip_test("%s target %s", target_missing(target), target);
    cr_expect_eq(failed, 0);
}

TEST_EACH_TARGET(pieces, target, check_target)
