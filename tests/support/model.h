/* model.h - small nets for tests: from text or file to a graph with random weights, and random inputs for it. */
#ifndef FOVEA_TESTS_MODEL_H
#define FOVEA_TESTS_MODEL_H

#include "ir/eval.h"

/* Elaborates `text`, or the file when it is NULL, and binds weights ("random:1", a file; NULL: none are bound). NULL
 * after printing the diagnostics. `diag` is initialised here; it has the sources, which emission quotes. */
Graph *model_read(Arena *arena, Diag *diag, const char *path, const char *text, const char *weights);

/* The same for `batch` examples in one run. */
Graph *model_read_batch(Arena *arena, Diag *diag, const char *path, const char *text, const char *weights,
                        int64_t batch);

/* The same for a text that may be no model, with random weights: then NULL, which nobody is told. */
Graph *model_try(Arena *arena, Diag *diag, const char *text, int64_t batch);

typedef enum Numbers {
    NUMBERS_USUAL,   /* uniform in -1..1; bytes 0..255 */
    NUMBERS_EXTREME, /* zeros of both signs, very small and very large ones among them; bytes 0 and 255 */
    NUMBERS_SPECIAL, /* as usual, with NaN, infinities and zeros of both signs here and there in the first input */
} Numbers;

/* One Tensor an input of the graph; float values are exact in f32. */
Tensor *inputs_random(const Graph *graph, Numbers numbers, uint64_t seed);
/* Frees what the tensors hold; the array of inputs_random is freed by free(). */
void tensors_free(Tensor *tensors, uint32_t count);

#endif
