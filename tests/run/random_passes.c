/* random_passes.c - passes keep the meaning of nets that nobody thought of: nets drawn by dice (random_net.h) are
 * evaluated before and after each pass alone and all together, for each target, and are planned.
 *
 * A net that fails is made smaller as long as it fails, and printed. SEEDS=20000 draws as many nets (`make test-all`).
 */
#include <criterion/criterion.h>

#include <unistd.h>

#include "tests/support/passes.h"
#include "tests/support/process.h"
#include "tests/support/random_net.h"
#include "tests/support/shrink.h"

enum { SEEDS = 500, SEEDS_AT_A_TIME = 50, SECONDS_A_NET = 20, MOST_SHOWN = 5 };

/* What is wrong with the net, or NULL; nothing is wrong with what is no net. */
static const char *wrong_text(Arena *arena, const char *text)
{
    Diag diag;
    Graph *graph = random_net_graph(arena, &diag, text);
    return graph ? passes_wrong(graph, PASSES_ALONE) : NULL;
}

static bool text_is_right(void *context)
{
    Arena *arena = arena_new();
    const char *wrong = wrong_text(arena, context);
    if (wrong)
        fprintf(stderr, "%s\n", wrong);
    arena_free(arena);
    return !wrong;
}

typedef struct Seeds {
    uint32_t first, count;
} Seeds;

static bool seeds_are_right(void *context)
{
    const Seeds *seeds = context;
    bool right = true;
    for (uint32_t i = 0; right && i < seeds->count; i++) {
        Arena *arena = arena_new();
        right = !wrong_text(arena, random_net(arena, seeds->first + i));
        arena_free(arena);
    }
    return right;
}

static bool fails(void *context, const char *text)
{
    (void)context;
    return !isolated_quietly(SECONDS_A_NET, text_is_right, (void *)text);
}

static void show_smallest(uint32_t seed)
{
    Arena *arena = arena_new();
    const char *text = random_net(arena, seed);
    if (fails(NULL, text)) {
        text = model_shrink(arena, text, fails, NULL);
        fprintf(stderr, "a random net (seed %u) made small:\n%s", seed, text);
        isolated("a random net", SECONDS_A_NET, text_is_right, (void *)text);
    }
    arena_free(arena);
}

Test(passes, random_nets)
{
    const char *wanted = getenv("SEEDS");
    uint32_t count = wanted && *wanted ? (uint32_t)strtoul(wanted, NULL, 10) : SEEDS, failed = 0;
    for (uint32_t first = 1; first <= count && failed < MOST_SHOWN; first += SEEDS_AT_A_TIME) {
        Seeds seeds = {first, MIN(SEEDS_AT_A_TIME, count - first + 1)};
        if (isolated_quietly(SECONDS_A_NET * SEEDS_AT_A_TIME, seeds_are_right, &seeds))
            continue;
        for (uint32_t seed = first; seed < first + seeds.count && failed < MOST_SHOWN; seed++) {
            Seeds one = {seed, 1};
            if (isolated_quietly(SECONDS_A_NET, seeds_are_right, &one))
                continue;
            failed++;
            show_smallest(seed);
        }
    }
    cr_expect_eq(failed, 0, "%u random nets fail", failed);
}
