/* model.c - any text as a model to be compiled: what is accepted goes through all passes, is planned and emitted for
 * every target, and means the same after the passes as before.
 *
 * Rules of graphs and plans are checked by those who make them (BUG). Nets that take long to evaluate are left alone.
 */
#include "tests/fuzz/support/model.h"
#include "emit/emit.h"
#include "emit/target.h"
#include "pass/pass.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/support/emitted.h"
#include "tests/support/model.h"
#include "weights/weights.h"

enum { AFFORDABLE = 100 * 1000 };

static const double TOLERANCE = 1e-5;

static Tensor *evaluate(const Graph *graph, const Tensor *inputs)
{
    Tensor *outputs = calloc(graph->outputs.count + 1, sizeof *outputs);
    if (!outputs)
        fatal("out of memory");
    eval_graph(graph, inputs, outputs, NULL, NULL);
    return outputs;
}

/* As a program would give them. */
static void round_to_floats(const Tensor *tensors, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        for (int64_t e = 0; e < shape_count(&tensors[i].shape); e++)
            tensors[i].at[e] = (double)(float)tensors[i].at[e];
}

static void compare(const Graph *net, const Graph *graph, const char *target)
{
    Tensor *inputs = inputs_random(net, NUMBERS_USUAL, 1);
    Tensor *expected = evaluate(net, inputs), *actual = evaluate(graph, inputs);
    uint32_t count = net->outputs.count;
    char where[128];
    round_to_floats(actual, count);
    double error = outputs_error(net, expected, actual, where);
    FUZZ_CHECK(error <= TOLERANCE, "the passes for %s change the net's meaning: %s", target, where);
    tensors_free(inputs, net->inputs.count);
    tensors_free(expected, count);
    tensors_free(actual, count);
    free(inputs);
    free(expected);
    free(actual);
}

static void compile(FuzzModel *model, const Target *target)
{
    Graph *graph = model->graph;
    passes_run(&graph, target);
    compare(model->graph, graph, target->name);
    const Plan *plan = plan_make(graph, target);
    const char *broken = plan_verify(plan);
    FUZZ_CHECK(!broken, "the plan for %s is broken: %s", target->name, broken);
    const EmitOptions options = {.model_path = "net.fov", .embed = EMBED_INCBIN, .program = true};
    FUZZ_CHECK(emit_model(&model->diag, plan, &options, "out"), "it cannot be emitted for %s: %s", target->name,
               buf_text(&model->said));
}

int fuzz_one(const uint8_t *bytes, size_t size)
{
    FuzzModel model;
    fuzz_model_begin(&model, bytes, size);
    fuzz_model_elaborate(&model);
    if (model.graph && graph_cost(model.graph) < AFFORDABLE) {
        FUZZ_CHECK(weights_bind(model.graph, &model.diag, "random:1"), "random weights are refused: %s",
                   buf_text(&model.said));
        for (int i = 0; target_at(i); i++)
            compile(&model, target_at(i));
    }
    fuzz_model_end(&model);
    return 0;
}
