/* random.c - convolutions, pools, reductions and resizes of random shapes, the same ones every time, on every target.
 */
#include <criterion/criterion.h>

#include "tests/ops/cases.h"
#include "tests/support/dice.h"

enum { CASES = 90 };

static uint32_t pick_channels(Dice *dice)
{
    static const uint32_t channels[] = {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 24, 32, 33};
    return PICK(dice, channels);
}

/* The kernel is larger than what the padding takes away, and output_pad less than the stride. */
static OpCase random_transpose(Arena *arena, Dice *dice, uint32_t in, uint32_t out, uint32_t groups, const char *tail)
{
    uint32_t kh = 1 + throw_dice(dice, 5), kw = 1 + throw_dice(dice, 5);
    uint32_t sh = 1 + throw_dice(dice, 4), sw = 1 + throw_dice(dice, 4), d = 1 + throw_dice(dice, 3);
    const char *pad = arena_printf(arena, "pad=[%u, %u, %u, %u]", throw_dice(dice, kh), throw_dice(dice, kw),
                                   throw_dice(dice, kh), throw_dice(dice, kw));
    OpCase result = {
        .inputs = arena_printf(arena, "f32[%u, %u, %u]", in, 5 + throw_dice(dice, 4), 5 + throw_dice(dice, 12)),
        .body = arena_printf(arena,
                             "x -> a: conv_transpose(%u, %ux%u, stride=%ux%u, %s, output_pad=[%u, %u], "
                             "dilation=%u, groups=%u)%s",
                             out, kh, kw, sh, sw, pad, throw_dice(dice, sh), throw_dice(dice, sw), d, groups, tail)};
    return result;
}

/* Sizes are such that the window fits: its reach is at most 2 * 4 + 1, the input at least 9. */
static OpCase random_case(Arena *arena, Dice *dice)
{
    uint32_t height = 9 + throw_dice(dice, 12), width = 9 + throw_dice(dice, 25);
    uint32_t kh = 1 + throw_dice(dice, 5), kw = 1 + throw_dice(dice, 5);
    uint32_t sh = 1 + throw_dice(dice, 3), sw = 1 + throw_dice(dice, 3), d = 1 + throw_dice(dice, 2);
    const char *window = arena_printf(arena, "%ux%u, stride=%ux%u, dilation=%u", kh, kw, sh, sw, d);
    const char *pad = arena_printf(arena, "pad=[%u, %u, %u, %u]", throw_dice(dice, kh), throw_dice(dice, kw),
                                   throw_dice(dice, kh), throw_dice(dice, kw));
    uint32_t in = pick_channels(dice), groups = throw_dice(dice, 4) ? 1 : in;
    uint32_t out = groups > 1 ? in * (1 + throw_dice(dice, 2)) : pick_channels(dice);
    static const char *const after[] = {"",
                                        " -> relu",
                                        " -> bn: batchnorm -> relu",
                                        " -> sigmoid",
                                        " -> bn: batchnorm -> relu6",
                                        " -> hard_swish",
                                        " -> clamp(-0.3, 0.4) -> swish",
                                        " -> gelu(form=tanh)",
                                        " -> bn: batchnorm -> elu",
                                        " -> p: prelu",
                                        " -> s: scale -> p: prelu(shared=true)"};
    const char *tail = PICK(dice, after);
    OpCase result = {.inputs = arena_printf(arena, "f32[%u, %u, %u]", in, height, width)};
    uint32_t kind = throw_dice(dice, 5);
    if (kind == 1)
        result = random_transpose(arena, dice, in, out, groups, tail);
    else if (kind == 0)
        result.body = arena_printf(arena, "x -> maxpool(%s, %s)%s", window, pad, tail);
    else
        result.body = arena_printf(arena, "x -> a: conv(%u, %s, %s, groups=%u)%s", out, window, pad, groups, tail);
    return result;
}

static OpCase random_reduction(Arena *arena, Dice *dice)
{
    static const char *const ops[] = {"reduce_mean", "reduce_sum", "reduce_max", "reduce_min"};
    static const char *const axes[] = {"[0]", "[1]", "[2]", "[0, 1]", "[0, 2]", "[1, 2]", "[0, 1, 2]"};
    return (OpCase){.inputs = arena_printf(arena, "f32[%u, %u, %u]", pick_channels(dice), 1 + throw_dice(dice, 20),
                                           1 + throw_dice(dice, 40)),
                    .body = arena_printf(arena, "x -> %s(axes=%s, keep=%s)", PICK(dice, ops), PICK(dice, axes),
                                         throw_dice(dice, 2) ? "true" : "false")};
}

static OpCase random_resize(Arena *arena, Dice *dice)
{
    static const char *const modes[] = {"mode=bilinear", "round=floor", "round=ceil", "round=half_up",
                                        "round=half_down"};
    static const char *const aligns[] = {"half_pixel", "corners", "asymmetric"};
    const char *size = arena_printf(arena, "%ux%u", 1 + throw_dice(dice, 30), 1 + throw_dice(dice, 30));
    if (throw_dice(dice, 2))
        size = arena_printf(arena, "scale=[%u.%u, %u.%u]", 1 + throw_dice(dice, 2), throw_dice(dice, 100),
                            throw_dice(dice, 3), 25 + throw_dice(dice, 75));
    return (OpCase){
        .inputs = arena_printf(arena, "f32[%u, %u, %u]", 1 + throw_dice(dice, 4), 1 + throw_dice(dice, 20),
                               4 + throw_dice(dice, 40)),
        .body = arena_printf(arena, "x -> resize(%s, %s, align=%s)", size, PICK(dice, modes), PICK(dice, aligns))};
}

static void check_target(const char *target)
{
    Arena *arena = arena_new();
    OpCase *cases = NEW_ARRAY(arena, OpCase, CASES);
    Dice dice = {.seed = 20};
    for (uint32_t i = 0; i < CASES; i++)
        cases[i] = i % 6 == 4   ? random_reduction(arena, &dice)
                   : i % 6 == 5 ? random_resize(arena, &dice)
                                : random_case(arena, &dice);
    int failed = op_cases_check(target, 0, cases, CASES);
    arena_free(arena);
    if (failed < 0)
        cr_skip_test("this CPU cannot run target %s", target);
    cr_expect_eq(failed, 0, "%d of %d random cases fail on target %s", failed, CASES, target);
}

Test(random, target_c)
{
    check_target("c");
}

Test(random, target_avx2)
{
    check_target("avx2");
}
