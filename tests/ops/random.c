/* random.c - convolutions, pools, reductions and resizes of random shapes, the same ones every time, on every target.
 */
#include <criterion/criterion.h>

#include "tests/ops/cases.h"
#include "tests/support/dice.h"
#include "tests/support/targets.h"

enum { CASES = 90 };

static uint32_t pick_channels(Dice *dice)
{
    static const uint32_t channels[] = {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 24, 32, 33};
    return PICK(dice, channels);
}

/* Dice are thrown one by one, never twice in one call: compilers evaluate its arguments in orders of their own. */
static const char *random_pad(Arena *arena, Dice *dice, uint32_t kh, uint32_t kw)
{
    uint32_t top = throw_dice(dice, kh), left = throw_dice(dice, kw);
    uint32_t bottom = throw_dice(dice, kh), right = throw_dice(dice, kw);
    return arena_printf(arena, "pad=[%u, %u, %u, %u]", top, left, bottom, right);
}

/* The kernel is larger than what the padding takes away, and output_pad less than the stride. */
static OpCase random_transpose(Arena *arena, Dice *dice, uint32_t in, uint32_t out, uint32_t groups, const char *tail)
{
    uint32_t kh = 1 + throw_dice(dice, 5), kw = 1 + throw_dice(dice, 5);
    uint32_t sh = 1 + throw_dice(dice, 4), sw = 1 + throw_dice(dice, 4), d = 1 + throw_dice(dice, 3);
    const char *pad = random_pad(arena, dice, kh, kw);
    uint32_t height = 5 + throw_dice(dice, 4), width = 5 + throw_dice(dice, 12);
    uint32_t below = throw_dice(dice, sh), right = throw_dice(dice, sw);
    OpCase result = {.inputs = arena_printf(arena, "f32[%u, %u, %u]", in, height, width),
                     .body = arena_printf(arena,
                                          "x -> a: conv_transpose(%u, %ux%u, stride=%ux%u, %s, output_pad=[%u, %u], "
                                          "dilation=%u, groups=%u)%s",
                                          out, kh, kw, sh, sw, pad, below, right, d, groups, tail)};
    return result;
}

/* Sizes are such that the window fits: its reach is at most 2 * 4 + 1, the input at least 9. */
static OpCase random_case(Arena *arena, Dice *dice)
{
    uint32_t height = 9 + throw_dice(dice, 12), width = 9 + throw_dice(dice, 25);
    uint32_t kh = 1 + throw_dice(dice, 5), kw = 1 + throw_dice(dice, 5);
    uint32_t sh = 1 + throw_dice(dice, 3), sw = 1 + throw_dice(dice, 3), d = 1 + throw_dice(dice, 2);
    const char *window = arena_printf(arena, "%ux%u, stride=%ux%u, dilation=%u", kh, kw, sh, sw, d);
    const char *pad = random_pad(arena, dice, kh, kw);
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
    uint32_t channels = pick_channels(dice), height = 1 + throw_dice(dice, 20), width = 1 + throw_dice(dice, 40);
    const char *op = PICK(dice, ops), *over = PICK(dice, axes), *keep = throw_dice(dice, 2) ? "true" : "false";
    return (OpCase){.inputs = arena_printf(arena, "f32[%u, %u, %u]", channels, height, width),
                    .body = arena_printf(arena, "x -> %s(axes=%s, keep=%s)", op, over, keep)};
}

static OpCase random_resize(Arena *arena, Dice *dice)
{
    static const char *const modes[] = {"mode=bilinear", "round=floor", "round=ceil", "round=half_up",
                                        "round=half_down"};
    static const char *const aligns[] = {"half_pixel", "corners", "asymmetric"};
    uint32_t channels = 1 + throw_dice(dice, 4), height = 1 + throw_dice(dice, 20), width = 4 + throw_dice(dice, 40);
    uint32_t rows = 1 + throw_dice(dice, 30), columns = 1 + throw_dice(dice, 30);
    const char *size = arena_printf(arena, "%ux%u", rows, columns);
    if (throw_dice(dice, 2)) {
        uint32_t tall = 100 + throw_dice(dice, 200), wide = 25 + throw_dice(dice, 275);
        size = arena_printf(arena, "scale=[%u.%02u, %u.%02u]", tall / 100, tall % 100, wide / 100, wide % 100);
    }
    const char *mode = PICK(dice, modes), *align = PICK(dice, aligns);
    return (OpCase){.inputs = arena_printf(arena, "f32[%u, %u, %u]", channels, height, width),
                    .body = arena_printf(arena, "x -> resize(%s, %s, align=%s)", size, mode, align)};
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
        cr_skip_test("%s target %s", target_missing(target), target);
    cr_expect_eq(failed, 0, "%d of %d random cases fail on target %s", failed, CASES, target);
}

TEST_EACH_TARGET(random, target, check_target)
