/* model.c - any text as a model to be compiled: what is accepted goes through all passes, is planned and emitted for
 * every target, means the same after the passes as before, and can be drawn.
 *
 * Rules of graphs and plans are checked by those who make them (BUG). Nets that take long to evaluate are left alone.
 */
#include "tests/fuzz/support/model.h"
#include "emit/emit.h"
#include "emit/target.h"
#include "pass/pass.h"
#include "report/drawing.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/support/emitted.h"
#include "tests/support/model.h"
#include "weights/weights.h"

enum { AFFORDABLE = 100 * 1000 };

static const double TOLERANCE = 1e-5;

static void compare(const Graph *net, const Graph *graph, const char *target)
{
    char where[128];
    double error = graphs_error(net, graph, 1, where);
    FUZZ_CHECK(error <= TOLERANCE, "the passes for %s change the net's meaning: %s", target, where);
}

static void compile(FuzzModel *model, const Target *target)
{
    Graph *graph = model->graph;
    passes_run(&graph, &(PassOptions){.target = target});
    compare(model->graph, graph, target->name);
    const Plan *plan = plan_make(graph, target);
    const char *broken = plan_verify(plan);
    FUZZ_CHECK(!broken, "the plan for %s is broken: %s", target->name, broken);
    const EmitOptions options = {.model_path = "net.fov", .embed = EMBED_INCBIN, .program = true};
    FUZZ_CHECK(emit_model(&model->diag, plan, &options, "out"), "it cannot be emitted for %s: %s", target->name,
               buf_text(&model->said));
}

static void draw(const Graph *graph)
{
    for (int unfold = 0; unfold < 2; unfold++) {
        Buf text = {0};
        drawing_print(&text, graph, unfold);
        buf_free(&text);
    }
}

int fuzz_one(const uint8_t *bytes, size_t size)
{
    FuzzModel model;
    fuzz_model_begin(&model, bytes, size);
    fuzz_model_elaborate(&model);
    if (model.graph && graph_cost(model.graph) < AFFORDABLE) {
        FUZZ_CHECK(weights_bind(model.graph, &model.diag, "random:1"), "random weights are refused: %s",
                   buf_text(&model.said));
        draw(model.graph);
        for (int i = 0; target_at(i); i++)
            compile(&model, target_at(i));
    }
    fuzz_model_end(&model);
    return 0;
}
