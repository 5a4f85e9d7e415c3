/* passes.c - passes in many sets on one net (see passes.h). */
#include "tests/support/passes.h"

#include "emit/target.h"
#include "ir/text.h"
#include "pass/pass.h"
#include "plan/plan.h"
#include "support/hash.h"
#include "tests/support/compare.h"
#include "tests/support/model.h"

static const double TOLERANCE = 1e-5;

typedef struct Check {
    const Graph *net;
    Tensor *inputs, *expected;
    VEC(uint64_t) seen; /* graphs, by their text, that were evaluated already */
} Check;

static bool was_seen(Check *check, const Graph *graph)
{
    Buf text = {0};
    graph_print(&text, graph);
    uint64_t hash = fnv1a64(FNV_START, text.text, text.length);
    buf_free(&text);
    for (uint32_t i = 0; i < check->seen.count; i++)
        if (check->seen.at[i] == hash)
            return true;
    VEC_PUSH(check->net->arena, &check->seen, hash);
    return false;
}

/* What passes make of the net, but those disabled, for a target. */
static const char *wrong_with(Check *check, const Target *target, PassSet disabled, const char *which)
{
    Graph *graph = (Graph *)check->net;
    char where[128];
    passes_run(&graph, &(PassOptions){.target = target, .disabled = disabled});
    if (was_seen(check, graph))
        return NULL;
    const Plan *plan = plan_make(graph, target);
    const char *broken = plan_verify(plan);
    if (broken)
        return arena_printf(graph->arena, "the plan for %s is broken with %s: %s", target->name, which, broken);
    double error = graph_error(graph, check->inputs, check->expected, where);
    if (error <= TOLERANCE)
        return NULL;
    return arena_printf(graph->arena, "other results for %s with %s: %s", target->name, which, where);
}

static const char *wrong_for(Check *check, const Target *target, int ways)
{
    Arena *arena = check->net->arena;
    PassSet all = ~(PassSet)0;
    const char *wrong = wrong_with(check, target, all, "all passes disabled");
    for (int pass = 0; !wrong && pass < pass_count; pass++) {
        const char *name = pass_rows[pass].name;
        PassSet one = (PassSet)1 << pass;
        if (pass_rows[pass].required)
            continue;
        if (ways & PASSES_ALONE)
            wrong = wrong_with(check, target, all & ~one, arena_printf(arena, "pass %s alone", name));
        if (!wrong && (ways & PASSES_DISABLED))
            wrong = wrong_with(check, target, one, arena_printf(arena, "all passes but %s", name));
    }
    return wrong ? wrong : wrong_with(check, target, 0, "all passes");
}

const char *passes_wrong(const Graph *net, int ways)
{
    uint32_t count = net->outputs.count;
    Check check = {.net = net, .inputs = inputs_random(net, NUMBERS_USUAL, 1)};
    check.expected = NEW_ARRAY(net->arena, Tensor, count);
    eval_graph(net, check.inputs, check.expected, NULL, NULL);
    const char *wrong = NULL;
    for (int i = 0; !wrong && target_at(i); i++)
        for (int several = 0; !wrong && several < 2; several++) {
            Target target = *target_at(i);
            target.several_devices = several;
            if (!several || graph_devices(net) > 1)
                wrong = wrong_for(&check, &target, ways);
        }
    tensors_free(check.inputs, net->inputs.count);
    tensors_free(check.expected, count);
    free(check.inputs);
    return wrong;
}
