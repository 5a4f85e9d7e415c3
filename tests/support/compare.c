/* compare.c - outputs against what the reference evaluator expects (see compare.h). */
#include <math.h>

#include "tests/support/emitted.h"
#include "tests/support/model.h"

static double element_error(double expected, double actual, double largest)
{
    if (expected == actual || (isnan(expected) && isnan(actual)))
        return 0;
    if (!isfinite(expected) || !isfinite(actual))
        return (double)INFINITY;
    return fabs(expected - actual) / largest;
}

double outputs_error(const Graph *graph, const Tensor *expected, const Tensor *actual, char where[128])
{
    double worst = 0;
    if (where)
        where[0] = '\0';
    for (uint32_t o = 0; o < graph->outputs.count; o++) {
        int64_t count = shape_count(&expected[o].shape);
        double largest = 1e-30;
        for (int64_t e = 0; e < count; e++)
            if (isfinite((float)expected[o].at[e]))
                largest = fmax(largest, fabs(expected[o].at[e]));
        for (int64_t e = 0; e < count; e++) {
            double wanted = (double)(float)expected[o].at[e];
            double error = element_error(wanted, actual[o].at[e], largest);
            if (error <= worst)
                continue;
            worst = error;
            if (where)
                snprintf(where, 128, "%s[%lld] is %.9g instead of %.9g (largest %.3g)", graph->outputs.at[o].name,
                         (long long)e, actual[o].at[e], wanted, largest);
        }
    }
    return worst;
}

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

double graph_error(const Graph *graph, const Tensor *inputs, const Tensor *expected, char where[128])
{
    Tensor *actual = evaluate(graph, inputs);
    round_to_floats(actual, graph->outputs.count);
    double error = outputs_error(graph, expected, actual, where);
    tensors_free(actual, graph->outputs.count);
    free(actual);
    return error;
}

double graphs_error(const Graph *before, const Graph *after, uint64_t seed, char where[128])
{
    Tensor *inputs = inputs_random(before, NUMBERS_USUAL, seed);
    Tensor *expected = evaluate(before, inputs);
    double error = graph_error(after, inputs, expected, where);
    tensors_free(inputs, before->inputs.count);
    tensors_free(expected, before->outputs.count);
    free(inputs);
    free(expected);
    return error;
}

double emitted_error(Diag *diag, const Graph *graph, const char *target, const Tensor *inputs)
{
    Emitted *emitted = emitted_new(target);
    if (!emitted) {
        fprintf(stderr, "target %s cannot run here\n", target);
        return -1;
    }
    uint32_t outputs = graph->outputs.count;
    Tensor *expected = NEW_ARRAY(graph->arena, Tensor, outputs), *actual = NEW_ARRAY(graph->arena, Tensor, outputs);
    double error = -1;
    int model = emitted_add(emitted, diag, graph);
    if (model >= 0 && emitted_compile(emitted) && emitted_run(emitted, model, inputs, actual)) {
        eval_graph(graph, inputs, expected, NULL, NULL);
        error = outputs_error(graph, expected, actual, NULL);
        tensors_free(expected, outputs);
        tensors_free(actual, outputs);
    }
    emitted_free(emitted);
    return error;
}
