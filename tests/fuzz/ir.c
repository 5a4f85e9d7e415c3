/* ir.c - any text as a graph (compiler/IR.md): it is refused with one message, or keeps every rule, prints as a text
 * that reads back as itself, and can be evaluated.
 */
#include "ir/eval.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/model.h"
#include "tests/support/model.h"
#include "weights/weights.h"

enum { AFFORDABLE = 50 * 1000 };

static void check_text(Arena *arena, Diag *diag, const Graph *graph)
{
    Buf once = {0}, twice = {0};
    graph_print(&once, graph);
    Graph *again = graph_parse(arena, diag, diag_add_source(diag, "again.ir", buf_text(&once), once.length));
    FUZZ_CHECK(again, "a printed graph is refused:\n%s\n%s", buf_text(&once), buf_text(diag->capture));
    graph_print(&twice, again);
    FUZZ_CHECK(!strcmp(buf_text(&once), buf_text(&twice)), "a printed graph reads as another:\n%s\n%s", buf_text(&once),
               buf_text(&twice));
    buf_free(&once);
    buf_free(&twice);
}

static void evaluate(Diag *diag, Graph *graph)
{
    if (!weights_bind(graph, diag, "random:1"))
        FUZZ_CHECK(0, "random weights are refused: %s", buf_text(diag->capture));
    Tensor *inputs = inputs_random(graph, NUMBERS_EXTREME, 1);
    Tensor *outputs = calloc(graph->outputs.count + 1, sizeof *outputs);
    if (!outputs)
        fatal("out of memory");
    eval_graph(graph, inputs, outputs, NULL, NULL);
    tensors_free(inputs, graph->inputs.count);
    tensors_free(outputs, graph->outputs.count);
    free(inputs);
    free(outputs);
}

int fuzz_one(const uint8_t *bytes, size_t size)
{
    Arena *arena = arena_new();
    Diag diag;
    Buf said = {0};
    diag_init(&diag, arena);
    diag.capture = &said;
    Graph *graph = graph_parse(arena, &diag, diag_add_source(&diag, "net.ir", (const char *)bytes, size));
    FUZZ_CHECK(diag.errors == !graph, "%s, and %u errors:\n%s", graph ? "a graph" : "none", diag.errors,
               buf_text(&said));
    fuzz_check_messages(&diag, &said);
    if (graph) {
        const char *broken = graph_verify(graph);
        FUZZ_CHECK(!broken, "parsing left a broken graph: %s", broken);
        check_text(arena, &diag, graph);
        if (graph_cost(graph) < AFFORDABLE)
            evaluate(&diag, graph);
    }
    buf_free(&said);
    arena_free(arena);
    return 0;
}
