/* zoo.c - every net of the zoo, small, with each pass alone and each pass disabled, for each target: evaluated before
 * and after, verified, planned; and with each pass disabled emitted, compiled and run. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "ir/text.h"
#include "pass/pass.h"
#include "support/hash.h"
#include "tests/nets/zoo_figures.h"
#include "tests/support/emitted.h"
#include "tests/support/model.h"
#include "tests/support/passes.h"
#include "tests/support/zoo.h"
#include "weights/weights.h"

ParameterizedTestParameters(zoo, every_pass)
{
    static int rows[64];
    for (int i = 0; i < zoo_figures_count; i++)
        rows[i] = i;
    return cr_make_param_array(int, rows, (size_t)zoo_figures_count);
}

/* A net of the zoo, small, with random weights. */
static Graph *small_net(Arena *arena, Diag *diag, const ZooFigures *figures)
{
    Zoo zoo = {0};
    Buf report = {0};
    cr_assert(zoo_read(arena, &zoo, &report), "%s", buf_text(&report));
    buf_free(&report);
    const ZooNet *net = zoo_find(&zoo, figures->name);
    cr_assert(net, "zoo.list has no %s", figures->name);
    Graph *graph = zoo_graph(arena, diag, net, figures->small);
    cr_assert(graph && weights_bind(graph, diag, "random:1"), "%s is not read with '%s'", figures->name,
              figures->small);
    return graph;
}

ParameterizedTest(const int *row, zoo, every_pass)
{
    const ZooFigures *figures = &zoo_figures[*row];
    Arena *arena = arena_new();
    Diag diag;
    const char *wrong = passes_wrong(small_net(arena, &diag, figures), PASSES_ALONE | PASSES_DISABLED);
    cr_expect(!wrong, "%s: %s", figures->name, wrong);
    arena_free(arena);
}

/* ---- emitted code ---- */

typedef struct Way {
    const char *disabled; /* the pass that was */
    uint64_t text;        /* of the graph afterwards, hashed */
    int model;
} Way;

typedef struct Ways {
    Way at[64];
    uint32_t count;
} Ways;

/* Emits the net with one pass disabled, or none (-1), unless that makes the same graph as another way. */
static void add_way(Emitted *emitted, const Target *target, Diag *diag, const Graph *net, int disabled, Ways *ways)
{
    Graph *graph = (Graph *)net;
    Buf text = {0};
    passes_run(&graph, &(PassOptions){.target = target, .disabled = disabled < 0 ? 0 : (PassSet)1 << disabled});
    graph_print(&text, graph);
    Way way = {.disabled = disabled < 0 ? "nothing" : pass_rows[disabled].name,
               .text = fnv1a64(FNV_START, text.text, text.length)};
    buf_free(&text);
    for (uint32_t i = 0; i < ways->count; i++)
        if (ways->at[i].text == way.text)
            return;
    way.model = emitted_add_optimised(emitted, diag, net, graph);
    ways->at[ways->count++] = way;
}

static void check_way(Emitted *emitted, const Way *way, const Graph *net, const char *name, const char *target,
                      const Tensor *inputs, const Tensor *expected)
{
    char where[128];
    Tensor *actual = NEW_ARRAY(net->arena, Tensor, net->outputs.count);
    bool runs = way->model >= 0 && emitted_run(emitted, way->model, inputs, actual);
    cr_expect(runs, "%s for %s with %s disabled does not run", name, target, way->disabled);
    if (!runs)
        return;
    double error = outputs_error(net, expected, actual, where);
    cr_expect(error <= 1e-4, "%s for %s with %s disabled: %s", name, target, way->disabled, where);
    tensors_free(actual, net->outputs.count);
}

ParameterizedTestParameters(zoo, every_pass_emitted)
{
    static int rows[64];
    for (int i = 0; i < zoo_figures_count; i++)
        rows[i] = i;
    return cr_make_param_array(int, rows, (size_t)zoo_figures_count);
}

ParameterizedTest(const int *row, zoo, every_pass_emitted)
{
    const ZooFigures *figures = &zoo_figures[*row];
    Arena *arena = arena_new();
    Diag diag;
    Graph *net = small_net(arena, &diag, figures);
    Tensor *inputs = inputs_random(net, NUMBERS_USUAL, 1);
    Tensor *expected = NEW_ARRAY(arena, Tensor, net->outputs.count);
    eval_graph(net, inputs, expected, NULL, NULL);
    for (int t = 0; target_at(t); t++) {
        if (target_at(t)->opencl)
            continue; /* it has the passes of avx512, and takes seconds to build a program */
        Emitted *emitted = emitted_new(target_at(t)->name);
        Ways ways = {0};
        if (!emitted)
            continue; /* this CPU cannot run it */
        for (int pass = -1; pass < pass_count; pass++)
            if (pass < 0 || !pass_rows[pass].required)
                add_way(emitted, target_at(t), &diag, net, pass, &ways);
        cr_expect(emitted_compile(emitted), "%s for %s is not compiled", figures->name, target_at(t)->name);
        for (uint32_t i = 0; i < ways.count; i++)
            check_way(emitted, &ways.at[i], net, figures->name, target_at(t)->name, inputs, expected);
        emitted_free(emitted);
    }
    tensors_free(expected, net->outputs.count);
    tensors_free(inputs, net->inputs.count);
    free(inputs);
    arena_free(arena);
}
