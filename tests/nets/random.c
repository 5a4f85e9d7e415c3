/* random.c - code that is emitted for nets drawn by dice computes what the reference evaluator does, with all passes
 * on, on every target. tests/run/random_passes.c holds the passes themselves to many more of them.
 *
 * Every third net is compiled for a cache so small that kernels go through their rows in bands, as few of them do:
 * seeds are passed over until one gives such a net.
 *
 * SEEDS=20000 emits more of them, one for forty seeds (`make test-all`).
 */
#include <criterion/criterion.h>

#include "pass/pass.h"
#include "tests/support/emitted.h"
#include "tests/support/model.h"
#include "tests/support/process.h"
#include "tests/support/random_net.h"
#include "tests/support/targets.h"

enum { NETS = 24, SEEDS_A_NET = 40, AT_A_TIME = 40, SECONDS_A_NET = 20, MOST_PASSED = 1000 };

static const double TOLERANCE = 1e-4;

typedef struct Check {
    Emitted *emitted;
    int model; /* -1: not emitted */
    bool taken;
    const Graph *graph;
    const char *text, *target;
    uint32_t seed;
} Check;

static bool check_net(void *context)
{
    const Check *check = context;
    const Graph *graph = check->graph;
    Tensor *inputs = inputs_random(graph, NUMBERS_USUAL, 1);
    Tensor *expected = NEW_ARRAY(graph->arena, Tensor, graph->outputs.count);
    Tensor *actual = NEW_ARRAY(graph->arena, Tensor, graph->outputs.count);
    eval_graph(graph, inputs, expected, NULL, NULL);
    if (!emitted_run(check->emitted, check->model, inputs, actual))
        return false;
    char where[128];
    double error = outputs_error(graph, expected, actual, where);
    if (error <= TOLERANCE)
        return true;
    fprintf(stderr, "on target %s it is off by %.3g of the largest output: %s\n%s\n", check->target, error, where,
            check->text);
    return false;
}

static bool has_bands(uint32_t seed, const Target *target, int64_t cache)
{
    Arena *arena = arena_new();
    Diag diag;
    Graph *graph = random_net_graph(arena, &diag, random_net(arena, seed));
    passes_run(&graph, &(PassOptions){.target = target, .cache_bytes = cache});
    bool has = graph_has_bands(graph);
    arena_free(arena);
    return has;
}

/* The next seed for such a cache, and *seed behind it. */
static uint32_t next_seed(uint32_t *seed, const char *name, int64_t cache)
{
    Target target;
    target_tested(name, &target);
    bool any = !cache || target.opencl; /* devices compute nothing in bands */
    for (uint32_t i = 0; !any && !has_bands(*seed, &target, cache); i++, (*seed)++)
        cr_assert_lt(i, MOST_PASSED, "hardly any random net has bands for target %s", name);
    return (*seed)++;
}

/* How many of the next nets fail. */
static uint32_t check_nets(Arena *arena, const char *target, uint32_t *seed, uint32_t count)
{
    static const int64_t caches[] = {0, 0, 1024, 0, 0, 2048};
    Emitted *emitted = emitted_new(target);
    Check *checks = NEW_ARRAY(arena, Check, count);
    uint32_t failed = 0;
    for (uint32_t i = 0; i < count; i++) {
        Diag *diag = NEW(arena, Diag);
        int64_t cache = caches[i % COUNT_OF(caches)];
        uint32_t drawn = next_seed(seed, target, cache);
        const char *text = random_net(arena, drawn);
        Graph *graph = random_net_graph(arena, diag, text);
        checks[i] = (Check){emitted, -1, target_takes(target, i, text), graph, text, target, drawn};
        emitted_cache(emitted, cache);
        if (checks[i].taken)
            checks[i].model = emitted_add(emitted, diag, graph);
    }
    bool compiled = emitted_compile(emitted);
    for (uint32_t i = 0; i < count && compiled; i++)
        failed +=
            checks[i].taken && (checks[i].model < 0 || !isolated(arena_printf(arena, "random net %u", checks[i].seed),
                                                                 SECONDS_A_NET, check_net, &checks[i]));
    emitted_free(emitted);
    return compiled ? failed : count;
}

static void check_target(const char *target)
{
    Emitted *emitted = emitted_new(target);
    if (!emitted)
        cr_skip_test("%s target %s", target_missing(target), target);
    emitted_free(emitted);
    const char *seeds = getenv("SEEDS");
    uint32_t count = seeds && *seeds ? (uint32_t)strtoul(seeds, NULL, 10) / SEEDS_A_NET : NETS, failed = 0, seed = 1;
    for (uint32_t done = 0; done < count; done += AT_A_TIME) {
        Arena *arena = arena_new();
        failed += check_nets(arena, target, &seed, MIN(AT_A_TIME, count - done));
        arena_free(arena);
    }
    cr_expect_eq(failed, 0, "%u of %u random nets fail on target %s", failed, count, target);
}

TEST_EACH_TARGET(random_nets, target, check_target)
