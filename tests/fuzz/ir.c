/* ir.c - any text as a graph (compiler/IR.md): it is refused with one message, or keeps every rule, prints as a text
 * that reads back as itself, and can be evaluated.
 */
#include "ir/eval.h"
#include "ir/text.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/model.h"
#include "tests/support/model.h"
#include "weights/weights.h"

enum { AFFORDABLE = 50 * 1000 };

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
        fuzz_check_graph(arena, graph);
        if (graph_cost(graph) < AFFORDABLE)
            evaluate(&diag, graph);
    }
    buf_free(&said);
    arena_free(arena);
    return 0;
}
