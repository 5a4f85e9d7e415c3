/* compare.h - numbers against the numbers that they should be. */
#ifndef FOVEA_TESTS_COMPARE_H
#define FOVEA_TESTS_COMPARE_H

#include "ir/eval.h"

/* The largest difference of an element from what is expected (as f32), relative to the largest finite magnitude in
 * its output, over all outputs; infinite where only one of both is NaN or infinite. `where`, when not NULL, receives
 * that place as text. */
double outputs_error(const Graph *graph, const Tensor *expected, const Tensor *actual, char where[128]);
/* The same for what the graph's evaluation on these inputs gives, as floats. */
double graph_error(const Graph *graph, const Tensor *inputs, const Tensor *expected, char where[128]);
/* The same for a graph and what passes made of it, on random inputs: both are evaluated. */
double graphs_error(const Graph *before, const Graph *after, uint64_t seed, char where[128]);

#endif
