/* elaborate.h - from a model's text to its Graph: names, arguments, compile-time values, labels, loops, imports. */
#ifndef FOVEA_ELABORATE_ELABORATE_H
#define FOVEA_ELABORATE_ELABORATE_H

#include "ir/graph.h"

/* -D name=value: the value is an expression of the language, or a bare word for a string. */
typedef struct Define {
    const char *name, *value;
} Define;

typedef struct ElaborateOptions {
    const char *net; /* --net; NULL: the net named like the file, else the only one */
    const Define *defines;
    uint32_t define_count;
    int64_t batch; /* leading axis of every input; 0 means 1 */
} ElaborateOptions;

/* Reads, parses, checks and elaborates the model at `path`. NULL after a diagnostic. */
Graph *elaborate_file(Arena *arena, Diag *diag, const char *path, const ElaborateOptions *options);
/* The same for a source that was added already (tests, fuzzing); imports and weights are relative to its path. */
Graph *elaborate_source(Arena *arena, Diag *diag, uint32_t source, const ElaborateOptions *options);

#endif
