/* source.h - a Graph as a model's text and its weights: what `fovea import` writes of an ONNX file.
 *
 *   Graph  --known.c-->  weights in one piece  --single.c-->  no batch axis  --text.c, call.c-->  X.fov, X.safetensors
 *
 * The text is flat: a statement for each chain of layers, in the order of the model. Layers with weights are labelled;
 * the tensors are stored under their labels, as for any model in the language (grammar/LANGUAGE.md, 6.4).
 */
#ifndef FOVEA_SOURCE_SOURCE_H
#define FOVEA_SOURCE_SOURCE_H

#include "ir/graph.h"

/* The safetensors file beside the text `path`. */
const char *source_weights_path(Arena *arena, const char *path);
/* Writes `path`, which ends in ".fov", and the safetensors file beside it (where it has weights): both, or none after a
 * diagnostic. All weights of the net are bound; `from` is the file that it was read from, for a comment. */
bool source_write(Diag *diag, const Graph *net, const char *from, const char *path);

#endif
