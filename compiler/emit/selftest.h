/* selftest.h - the stored input and output of a model's self-test. */
#ifndef FOVEA_EMIT_SELFTEST_H
#define FOVEA_EMIT_SELFTEST_H

#include "emit/blob.h"
#include "ir/graph.h"

/* Fills one section an input, then one an output: seeded inputs and what the reference evaluator makes of them. */
void selftest_sections(Arena *arena, const Graph *graph, BlobSection *sections);

#endif
