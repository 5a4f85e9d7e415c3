/* bands.c - kernels that go through their rows in bands: random chains of convolutions, pools and normalisations,
 * compiled for caches so small that most of them do, on every target.
 */
#include <criterion/criterion.h>

#include "emit/target.h"
#include "pass/pass.h"
#include "tests/ops/cases.h"
#include "tests/support/dice.h"
#include "tests/support/emitted.h"

enum { CASES = 40, MOST_LAYERS = 5 };

/* "[1, 0, 2, 1]": less than the window on each side. */
static const char *random_pad(Arena *arena, Dice *dice, uint32_t height, uint32_t width)
{
    return arena_printf(arena, "pad=[%u, %u, %u, %u]", throw_dice(dice, height), throw_dice(dice, width),
                        throw_dice(dice, height), throw_dice(dice, width));
}

static const char *random_conv(Arena *arena, Dice *dice, uint32_t layer, uint32_t *channels)
{
    static const uint32_t maps[] = {1, 3, 4, 8, 9, 16, 24, 33, 40};
    uint32_t groups = throw_dice(dice, 4) ? 1 : *channels, out = groups > 1 ? groups : PICK(dice, maps);
    uint32_t kh = 1 + throw_dice(dice, 4), kw = 1 + throw_dice(dice, 4);
    static const char *const after[] = {"", " -> relu", " -> relu", " -> bn%u: batchnorm -> relu", " -> sigmoid"};
    const char *pattern = PICK(dice, after);
    *channels = out;
    return arena_printf(arena, "c%u: conv(%u, %ux%u, stride=%ux%u, dilation=%ux1, %s, groups=%u)%s", layer, out, kh, kw,
                        1 + (throw_dice(dice, 3) == 0), 1 + (throw_dice(dice, 3) == 0), 1 + (throw_dice(dice, 4) == 0),
                        random_pad(arena, dice, kh, kw), groups,
                        strchr(pattern, '%') ? arena_printf(arena, " -> bn%u: batchnorm -> relu", layer) : pattern);
}

static const char *random_pool(Arena *arena, Dice *dice)
{
    static const char *const kinds[] = {"maxpool", "avgpool", "maxpool"};
    uint32_t kh = 1 + throw_dice(dice, 3), kw = 2 + throw_dice(dice, 2);
    return arena_printf(arena, "%s(%ux%u, stride=%ux%u, %s, ceil=%s)", PICK(dice, kinds), kh, kw,
                        1 + throw_dice(dice, 2), 1 + throw_dice(dice, 2), random_pad(arena, dice, kh, kw),
                        throw_dice(dice, 2) ? "true" : "false");
}

static OpCase random_chain(Arena *arena, Dice *dice)
{
    uint32_t channels = 1 + throw_dice(dice, 8), count = 2 + throw_dice(dice, MOST_LAYERS - 1);
    OpCase result = {.inputs = arena_printf(arena, "%u of f32[%u, %u, %u]", 1 + (throw_dice(dice, 4) == 0), channels,
                                            8 + throw_dice(dice, 30), 5 + throw_dice(dice, 30)),
                     .body = "x"};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t kind = throw_dice(dice, 6);
        const char *layer = kind == 0   ? "lrn(3, alpha=0.1)"
                            : kind <= 2 ? random_pool(arena, dice)
                                        : random_conv(arena, dice, i, &channels);
        result.body = arena_printf(arena, "%s -> %s", result.body, layer);
    }
    return result;
}

/* Chains with something beside them: sums that are written in place, parts of a concat, several readers. */
static const OpCase chosen[] = {
    {"f32[8, 20, 12]", "v = x -> a: conv(8, 1) -> relu; "
                       "return answer = add(v, v -> b: conv(8, 1) -> relu -> c: conv(8, 3, pad=1)) -> relu;"},
    {"f32[8, 20, 12]",
     "v = x -> a: conv(8, 1); "
     "return answer = add(v, v -> b: conv(8, 3, pad=1) -> relu -> c: conv(8, 5, pad=2)) -> d: conv(3, 1);"},
    {"f32[4, 24, 10]", "return answer = concat(x -> a: conv(16, 3, pad=1) -> relu -> b: conv(8, 3, pad=1), "
                       "x -> maxpool(3, stride=1, pad=1) -> c: conv(7, 1));"},
    {"f32[4, 24, 10]", "output one = x -> a: conv(16, 3, pad=1) -> relu -> maxpool(2); "
                       "return two = x -> b: conv(16, 3) -> lrn(5) -> avgpool(3, stride=2);"},
    {"f32[4, 24, 10]", "v = x -> a: conv(16, 3, pad=1) -> relu; output pooled = v -> maxpool(2); "
                       "return answer = v -> b: conv(4, 3) -> maxpool(2);"},
    {"3 of f32[4, 24, 10]",
     "x -> a: conv(16, 3, pad=1) -> relu -> b: conv(8, 3, pad=2, dilation=2) -> relu -> maxpool(2)"},
    {"f32[4, 24, 10]", "v = x -> lrn(3) -> a: conv(16, 1) -> relu; "
                       "return answer = concat(v -> slice(0, 8), v -> slice(8, 16) -> b: conv(5, 3, pad=1));"},
};

/* Whether it is a net, and whether kernels are behind others in bands. */
static bool is_net(const OpCase *op_case, const char *target, int64_t cache, bool *banded)
{
    Arena *arena = arena_new();
    Diag diag;
    int64_t batch;
    const char *text = op_case_text(arena, op_case, &batch);
    Graph *graph = model_try(arena, &diag, text, batch);
    if (graph)
        passes_run(&graph, &(PassOptions){.target = target_find(target), .cache_bytes = cache});
    *banded = graph && graph_has_bands(graph);
    bool fits = graph != NULL;
    arena_free(arena);
    return fits;
}

static void check_cache(const char *target, int64_t cache)
{
    Arena *arena = arena_new();
    OpCase *cases = NEW_ARRAY(arena, OpCase, CASES);
    Dice dice = {.seed = (uint32_t)cache};
    uint32_t count = COUNT_OF(chosen), with_bands = 0;
    bool banded;
    memcpy(cases, chosen, sizeof chosen);
    for (uint32_t i = 0; i < count; i++)
        cr_expect(is_net(&cases[i], target, cache, &banded), "%s is no net", cases[i].body);
    while (count < CASES) { /* a chain may run out of rows */
        cases[count] = random_chain(arena, &dice);
        bool fits = is_net(&cases[count], target, cache, &banded);
        count += fits;
        with_bands += fits && banded;
    }
    int failed = op_cases_check(target, cache, cases, CASES);
    arena_free(arena);
    if (failed < 0)
        cr_skip_test("%s target %s", target_missing(target), target);
    cr_expect_eq(failed, 0, "%d of %d chains fail on target %s", failed, CASES, target);
    if (strcmp(target, "c") == 0)
        cr_expect_gt(with_bands, CASES / 4, "only %u of %d chains have bands", with_bands, CASES);
}

Test(bands, target_c_1k)
{
    check_cache("c", 1024);
}

Test(bands, target_c_8k)
{
    check_cache("c", 8192);
}

Test(bands, target_avx2)
{
    check_cache("avx2", 4096);
}

Test(bands, target_avx512)
{
    check_cache("avx512", 4096);
}
