/* writer.h - the text while it is written: names of values, labels and tensors. */
#ifndef FOVEA_SOURCE_WRITER_H
#define FOVEA_SOURCE_WRITER_H

#include "ops/op.h"
#include "source/form.h"
#include "support/names.h"
#include "weights/safetensors.h"

/* Letters of a name that a model gives a node: those with longer ones are called what they are. */
enum { MOST_LETTERS = 40 };

typedef struct Writer {
    Arena *arena;
    Diag *diag;
    const Graph *net;     /* of single examples */
    const uint32_t *uses; /* of each value */
    Buf text;             /* statements so far */
    const char **values;  /* the variable that a node's value has; NULL: none */
    const char **full;    /* the same of a constant with its first axis */
    NameSet value_names, labels, tensor_names;
    VEC(SafeTensor) tensors;
} Writer;

/* ---- names.c ---- */

/* The name, or another one when it is a keyword. */
const char *writer_word(Arena *arena, const char *name);
/* A free name of a value like that one. */
const char *writer_value_name(Writer *writer, const char *wanted);
/* A free label for a layer that stores weights. */
const char *writer_label(Writer *writer, const Node *node);
/* Keeps numbers for the weights file. */
void writer_store(Writer *writer, const char *name, const Shape *shape, const Constant *constant);
/* What stands in the text for a value: a name, or a call that gives a constant. */
const char *writer_value(Writer *writer, NodeId id);
/* The same of input i of a node; a number, where that will do. */
const char *writer_input(Writer *writer, const Node *node, uint32_t i);
/* The same of a weight of a layer, with all its axes. */
const char *writer_weight(Writer *writer, NodeId id);
/* As few digits as give that number, or, where the number is a float and `is_float`, that float. NULL: not finite. */
const char *writer_number(Arena *arena, double number, bool is_float);
/* "[1, 8, 5]" */
const char *writer_list(Arena *arena, const int64_t *numbers, int64_t count);

/* ---- call.c ---- */

/* A node as a stage of a pipeline: "conv1: conv(64, 3x3, stride=2)". NULL after a diagnostic. */
const char *writer_call(Writer *writer, NodeId id);

#endif
