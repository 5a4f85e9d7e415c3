/* zoo.c - every net of the zoo, small, with each pass alone and each pass disabled, for each target: evaluated before
 * and after, verified, planned. That code emitted with all passes on computes the same is seen by tests/nets/zoo.c. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include "tests/nets/zoo_figures.h"
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

ParameterizedTest(const int *row, zoo, every_pass)
{
    const ZooFigures *figures = &zoo_figures[*row];
    Arena *arena = arena_new();
    Zoo zoo = {0};
    Buf report = {0};
    cr_assert(zoo_read(arena, &zoo, &report), "%s", buf_text(&report));
    buf_free(&report);
    const ZooNet *net = zoo_find(&zoo, figures->name);
    cr_assert(net, "zoo.list has no %s", figures->name);
    Diag diag;
    Graph *graph = zoo_graph(arena, &diag, net, figures->small);
    cr_assert(graph && weights_bind(graph, &diag, "random:1"), "%s is not read with '%s'", figures->name,
              figures->small);
    const char *wrong = passes_wrong(graph, PASSES_ALONE | PASSES_DISABLED);
    cr_expect(!wrong, "%s: %s", figures->name, wrong);
    arena_free(arena);
}
