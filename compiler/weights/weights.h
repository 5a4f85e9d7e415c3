/* weights.h - where the numbers of a net come from: a safetensors file, or a seed. */
#ifndef FOVEA_WEIGHTS_WEIGHTS_H
#define FOVEA_WEIGHTS_WEIGHTS_H

#include "ir/graph.h"

/* Gives every LOADED constant its data. `spec` is a safetensors file, or random:SEED; NULL: the file that the model
 * names, unless all of them have data already. Data live in the graph's arena. false after diagnostics (missing,
 * misshapen, not a float type, lying file). */
bool weights_bind(Graph *graph, Diag *diag, const char *spec);

/* The file that weights_bind reads; NULL: none. */
const char *weights_file(const Graph *graph, const char *spec);

/* Writes what was bound as a safetensors file: binding it again gives the same numbers. false after a diagnostic. */
bool weights_save(const Graph *graph, Diag *diag, const char *path);

/* Fills one constant with seeded random numbers: the same for the same seed and path, whatever else the net has. */
void weights_randomise(Constant *constant, uint64_t seed);

/* Philox4x32-10 (Salmon et al. 2011): four random words from a counter and a key. */
void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t result[4]);

#endif
