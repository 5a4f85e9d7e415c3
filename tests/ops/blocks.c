/* blocks.c - what stays in blocks of channels between convolutions, on every target: pools, normalisation, element-wise
 * kernels, concats and parts. */
#include <criterion/criterion.h>

#include "pass/pass.h"
#include "tests/ops/cases.h"
#include "tests/support/targets.h"

/* A net, and how many copies it takes for target avx512: of its input for a halo, into blocks, out of them at the end.
 */
typedef struct BlocksCase {
    const char *inputs, *body;
    uint32_t copies;
} BlocksCase;

#define FIRST "x -> a: conv(48, 3x3, pad=1)"
#define LAST  "b: conv(16, 3x3, pad=1)"
#define ODD   "x -> a: conv(37, 3x3, pad=1)"

static const BlocksCase cases[] = {
    /* pools: windows inside and cut, odd channels, dilated, a halo before and behind */
    {"f32[3, 9, 11]", FIRST " -> maxpool(2x2) -> " LAST, 2},
    {"f32[3, 9, 11]", FIRST " -> maxpool(3, stride=1, pad=1) -> " LAST, 2},
    {"f32[3, 9, 11]", FIRST " -> maxpool(3, stride=2, ceil=true) -> " LAST, 2},
    {"f32[3, 9, 11]", ODD " -> relu -> maxpool(3, stride=2, pad=1) -> " LAST, 2},
    {"f32[3, 9, 11]", FIRST " -> avgpool(3, stride=2, pad=1) -> " LAST, 2},
    {"f32[3, 9, 11]", FIRST " -> avgpool(3, stride=2, pad=1, count_pad=false, ceil=true) -> " LAST, 2},
    {"f32[3, 9, 11]", ODD " -> maxpool(2x3, dilation=3x2, pad=1) -> avgpool(2x2, stride=1) -> " LAST, 2},
    {"2 of f32[3, 9, 11]", ODD " -> maxpool(2x2) -> " LAST, 2},
    {"f32[3, 9, 11]",
     "v = " FIRST "; w = v -> maxpool(3, stride=1, pad=1); "
     "return answer = concat(v -> b: conv(16, 3, pad=1), w -> c: conv(16, 5, pad=2));",
     2},
    /* pools over everything, plain where channels fill the blocks */
    {"f32[3, 9, 11]", FIRST " -> avgpool(global) -> flatten -> f: fc(5)", 1},
    {"f32[3, 9, 11]", ODD " -> avgpool(global) -> flatten -> f: fc(5)", 2},
    {"2 of f32[3, 9, 11]", FIRST " -> maxpool(global) -> flatten -> f: fc(5)", 1},
    {"f32[3, 9, 11]",
     "v = " FIRST "; return answer = v * (v -> avgpool(global) -> s: conv(48, 1) -> sigmoid) -> " LAST ";", 2},
    /* normalisation: one block, several, one that is not full, an even size, in place and not */
    {"f32[3, 6, 7]", "x -> a: conv(16, 3, pad=1) -> lrn(5, alpha=0.5) -> " LAST, 2},
    {"f32[3, 6, 7]", FIRST " -> relu -> lrn(size=5, alpha=0.5, beta=0.75, k=2) -> " LAST, 2},
    {"f32[3, 6, 7]", ODD " -> lrn(size=4, alpha=0.5, beta=0.5) -> " LAST, 2},
    {"f32[3, 6, 7]", ODD " -> lrn(size=9, alpha=0.5, beta=1) -> maxpool(2) -> " LAST, 2},
    {"2 of f32[3, 6, 7]", "v = " ODD "; return answer = add(v, v -> lrn(5, alpha=0.5)) -> " LAST ";", 2},
    {"f32[3, 6, 7]", FIRST " -> lrn(5, alpha=0.5, beta=0.6) -> " LAST, 4},
    {"f32[3, 6, 7]", "x -> a: conv(17, 3, pad=1) -> lrn(size=41, alpha=0.1) -> " LAST, 4},
    /* element by element: of what others read too, with parameters of channels, of several tensors, broadcast */
    {"f32[3, 6, 7]", "v = " FIRST "; return answer = add(v -> tanh -> b: conv(16, 3, pad=1), v -> c: conv(16, 1));", 2},
    {"f32[3, 6, 7]", "v = " FIRST " -> maxpool(2); return answer = v -> n: batchnorm -> relu -> " LAST ";", 2},
    {"f32[3, 6, 7]", "v = " ODD " -> maxpool(2); return answer = v -> n: batchnorm -> relu -> " LAST ";", 4},
    {"f32[3, 6, 7]", "v = " ODD " -> maxpool(2); return answer = v -> relu6 -> " LAST ";", 2},
    {"f32[48, 6, 7]",
     "v = x -> a: conv(48, 3, pad=1) -> maxpool(3, stride=1, pad=1); return answer = v + x -> " LAST ";", 2},
    {"f32[3, 6, 7]",
     "v = " FIRST "; w = x -> c: conv(48, 1) -> maxpool(3, stride=1, pad=1); "
     "return answer = (v -> maxpool(3, stride=1, pad=1)) * w - w -> " LAST ";",
     2},
    /* concats and slices: of whole blocks, of parts of them, of what is not in blocks, one in the other */
    {"f32[3, 6, 7]", "concat(" FIRST ", x -> c: conv(16, 1) -> maxpool(3, stride=1, pad=1)) -> " LAST, 2},
    {"f32[3, 6, 7]",
     "concat(" FIRST ", "
     "x -> c: conv(21, 1)) -> " LAST,
     2},
    {"f32[3, 6, 7]", "concat(" ODD ", x -> c: conv(16, 1)) -> " LAST, 5},
    {"f32[3, 6, 7]", "concat(" FIRST ", x) -> " LAST, 3},
    {"2 of f32[3, 6, 7]", "concat(" FIRST ", x -> c: conv(16, 1)) -> " LAST, 5},
    {"f32[3, 6, 7]",
     "u = " FIRST "; v = concat(u, u -> c: conv(16, 3, pad=1)); "
     "return answer = concat(v, v -> d: conv(32, 1)) -> e: batchnorm -> " LAST ";",
     2},
    {"f32[3, 6, 7]",
     "v = " FIRST "; "
     "return answer = concat(v -> slice(0, 32) -> c: conv(16, 3, pad=1), v -> slice(32, 48) -> " LAST ");",
     2},
    {"f32[3, 6, 7]",
     "v = " FIRST "; "
     "return answer = concat(v -> slice(0, 20) -> c: conv(16, 3, pad=1), v -> slice(20, 48) -> " LAST ");",
     4},
    /* each channel by itself: odd channels, strides, dilation, rows of several tiles, with sums and more behind it */
    {"f32[3, 9, 31]", FIRST " -> d: conv(48, 3x3, groups=48, pad=1) -> relu6 -> " LAST, 2},
    {"f32[3, 9, 11]", ODD " -> d: conv(37, 5x3, groups=37, stride=2, pad=[2, 1], bias=false) -> " LAST, 2},
    {"2 of f32[3, 9, 11]", ODD " -> d: conv(37, 3x3, groups=37, dilation=2) -> p: prelu -> " LAST, 2},
    {"f32[16, 6, 15]",
     "v = x -> a: conv(16, 1); w = v -> d: conv(16, 3x3, groups=16, pad=1) -> b: conv(16, 1); "
     "return answer = v + w -> e: conv(16, 3x1, groups=16);",
     2},
    {"f32[3, 6, 7]", "v = " FIRST "; return answer = v + (v -> d: conv(48, 1, groups=48)) -> " LAST ";", 2},
    /* pictures of one place, where blocks that channels fill are plain vectors */
    {"f32[16, 1, 1]",
     "u = x -> a: conv(32, 1, bias=false) -> maxpool(1, stride=2) -> c: conv(16, 3x3, pad=1); "
     "return answer = concat(u, u -> d: conv(16, 3x3, pad=1) -> tanh) -> " LAST ";",
     6},
    {"f32[3, 2, 2]",
     "u = " FIRST " -> maxpool(2); return answer = concat(u, u -> d: conv(16, 3x3, pad=1)) -> " LAST ";", 5},
    /* few channels: in a block that is not full, copied into it, passed on, or too few */
    {"f32[3, 9, 11]", "x -> a: conv(6, 3x3, pad=1) -> relu -> maxpool(2) -> " LAST, 2},
    {"f32[6, 9, 9]", "x -> a: conv(12, 3x3, groups=6, pad=1) -> p: prelu -> b: conv(40, 1x1) -> s: scale(bias=false)",
     3},
    {"2 of f32[4, 9, 9]", "x -> a: conv(8, 3x3, groups=4) -> maxpool(2) -> lrn(3, alpha=0.1) -> " LAST, 2},
    {"2 of f32[3, 9, 9]", "x -> a: conv(5, 3x3) -> " LAST, 1},
    /* fully connected layers read what fills its blocks as it stands, if nobody needs it in another order */
    {"f32[3, 9, 11]", FIRST " -> flatten -> f: fc(5)", 1},
    {"2 of f32[3, 9, 11]", FIRST " -> maxpool(2x2) -> flatten -> f: fc(70) -> relu", 1},
    {"2 of f32[3, 9, 11]", FIRST " -> relu -> flatten -> f: rbf(5)", 1},
    {"f32[3, 9, 11]", "v = " FIRST " -> flatten; return answer = (v -> f: fc(5)) + (v -> g: fc(5, bias=false));", 1},
    {"f32[3, 9, 11]", "v = " FIRST " -> flatten; output flat = v; return answer = v -> f: fc(5);", 3},
    {"f32[3, 9, 11]", "v = " FIRST " -> flatten; return answer = (v -> f: fc(4752)) + v;", 2},
    {"f32[3, 9, 11]",
     "v = " FIRST "; w = v -> " LAST "; return answer = concat(v -> flatten -> f: fc(5), w -> flatten);", 3},
    {"f32[3, 9, 11]", ODD " -> flatten -> f: fc(5)", 2},
    {"2 of f32[3, 9, 11]", FIRST " -> reshape([24, 198]) -> flatten -> f: fc(5)", 1},
    {"f32[3, 9, 11]", FIRST " -> reshape([24, 198]) -> relu -> flatten -> f: fc(5)", 2},
    /* layers called like functions for some pixels of others */
    {"f32[32, 14, 14]",
     "x -> c: conv(32, 3x3, pad=1) -> c_14x2: conv(32, 1) -> c_6x2: conv(32, 1, bias=false) -> d: conv(32, 3x3, "
     "groups=32) -> d_row12: conv(32, 3x3, groups=32, stride=2)",
     2},
    /* what goes out of blocks and stays in them, too */
    {"f32[3, 6, 7]", "v = " FIRST "; output raw = v; return answer = v -> softmax(axis=1) -> " LAST ";", 4},
    {"f32[3, 6, 7]", "v = " ODD " -> relu; output flat = v -> flatten -> f: fc(3); return answer = v -> " LAST ";", 3},
};

static OpCase case_of(const BlocksCase *blocks)
{
    return (OpCase){blocks->inputs, blocks->body};
}

/* Copies of pictures between one layout and another. */
static uint32_t count_copies(const BlocksCase *blocks)
{
    Arena *arena = arena_new();
    Diag diag;
    const OpCase op_case = case_of(blocks);
    Graph *graph = op_case_graph(arena, &diag, &op_case);
    uint32_t count = 0;
    cr_assert_not_null(graph, "%s", blocks->body);
    passes_run(&graph, &(PassOptions){.target = target_find("avx512")});
    const bool *written = graph_stored_known(arena, graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        count += graph->nodes.at[i].op == OP_pack && !written[i];
    arena_free(arena);
    return count;
}

Test(blocks, stay)
{
    for (uint32_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t copies = count_copies(&cases[i]);
        cr_expect_eq(copies, cases[i].copies, "%s: %u copies, not %u", cases[i].body, copies, cases[i].copies);
    }
}

static void check_target(const char *target)
{
    OpCase nets[COUNT_OF(cases)];
    for (uint32_t i = 0; i < COUNT_OF(cases); i++)
        nets[i] = case_of(&cases[i]);
    int failed = op_cases_check(target, 0, nets, COUNT_OF(cases));
    if (failed < 0)
        cr_skip_test("%s target %s", target_missing(target), target);
    cr_expect_eq(failed, 0);
}

TEST_EACH_TARGET(blocks, target, check_target)
