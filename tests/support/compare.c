/* compare.c - outputs against what the reference evaluator expects (see emitted.h). */
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
