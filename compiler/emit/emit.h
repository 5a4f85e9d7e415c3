/* emit.h - from a Plan to files: C that people read, keep and link. Emitted text is 0BSD.
 *
 *   PREFIX.h          the model's interface, for C and C++
 *   PREFIX.c          kernels and runs; links with fovea.c
 *   PREFIX.weights    the blob (fovea.h describes the format), self-test included
 *   PREFIX_weights.S  the blob as a symbol (EMBED_INCBIN), or PREFIX_weights.c (EMBED_ARRAY), or neither
 *   PREFIX_main.c     the description for a stand-alone program (runtime/program)
 *
 * The same plan and options give the same bytes, in any folder.
 */
#ifndef FOVEA_EMIT_EMIT_H
#define FOVEA_EMIT_EMIT_H

#include "plan/plan.h"

typedef enum EmbedKind { EMBED_INCBIN, EMBED_ARRAY, EMBED_NONE } EmbedKind;

typedef struct EmitOptions {
    const char *prefix;     /* of every name and file; NULL: the net's name */
    const char *model_path; /* its last component is named in comments */
    EmbedKind embed;
    bool program;           /* PREFIX_main.c too */
    bool bench;             /* which is one that times runs, and PREFIX.c marks the end of each step for it */
    const char *parameters; /* -D options as one line for the banner; NULL or "": none */
} EmitOptions;

/* Nets with more multiply-adds than this get no self-test: the reference evaluator would take seconds for it. */
#define SELFTEST_MACS INT64_C(500000000)

/* Whether emitted code, which counts in ints, can hold every value; else says which it cannot. */
bool emit_fits(Diag *diag, const Plan *plan);

/* Writes all files into a folder that exists. false after a diagnostic. */
bool emit_model(Diag *diag, const Plan *plan, const EmitOptions *options, const char *directory);

/* Writes the blob alone, for code that was emitted before. false after a diagnostic. */
bool emit_weights(Diag *diag, const Plan *plan, const char *path);

/* What the files are made from, shared by header.c, source.c, selftest.c, embed.c and program.c. */
typedef struct Emission {
    Arena *arena;
    const Diag *diag;
    const Plan *plan;
    const Graph *graph;
    const EmitOptions *options;
    const char *prefix; /* lenet5 */
    const char *macro;  /* LENET5 */
    const char *beside; /* what names of the plan beside another one begin with: "gpu_"; "" */
    int set;            /* which of the target's instruction sets kernels and their calls are written for */
    const char **ports; /* names of inputs, then of outputs, as macros have them: port_macros */
    bool selftest;
    int64_t blob_bytes;     /* self-test included */
    int64_t selftest_bytes; /* inputs and outputs, each filled up to a multiple of 64 */
} Emission;

void emit_banner(const Emission *emission, Buf *out, const char *what);
void emit_header_text(const Emission *emission, Buf *out);
void emit_source_text(const Emission *emission, Buf *out);
void emit_steps_text(const Emission *emission, Buf *out); /* what a run calls for one instruction set */
void emit_run_text(const Emission *emission, Buf *out);
/* "", or of a target with several instruction sets what names of functions for one of them end in: "_avx2". */
const char *set_suffix(const Emission *emission);
/* Of such a target (sets.c): what stands before all, and before and behind the functions for one set, how a model that
 * is opened gets one, lines that call NAME(arguments) of the model's set, and the function of the interface that sets
 * another. */
void emit_sets_begin(const Emission *emission, Buf *out);
void emit_set_begin(const Emission *emission, Buf *out);
void emit_set_end(const Emission *emission, Buf *out);
void emit_choice_of_set(const Emission *emission, Buf *out);
void emit_call_of_set(const Emission *emission, Buf *out, const char *name, const char *arguments);
void emit_use_text(const Emission *emission, Buf *out);
bool has_sets(const Emission *emission);
/* Constants that say where each tensor stands: w_NAME in the weights, at_NAME in the workspace (source.c). */
void emit_places(const Emission *emission, Buf *out, BufferPlace place, const char *title);
void emit_verify_text(const Emission *emission, Buf *out); /* of the interface */
void emit_selftest_text(const Emission *emission, Buf *out);
void emit_labels_text(const Emission *emission, Buf *out);      /* the end of PREFIX.c */
void emit_labels_interface(const Emission *emission, Buf *out); /* the same as declarations, for PREFIX.h */
void emit_array_text(const Emission *emission, Buf *out, const unsigned char *blob, size_t bytes);
void emit_incbin_text(const Emission *emission, Buf *out);
void emit_main_text(const Emission *emission, Buf *out);

/* What a port takes in memory, batch included. */
int64_t port_bytes(const Emission *emission, const Port *port);
const char *port_element(const Emission *emission, const Port *port); /* "float" or "unsigned char" */
/* The port's field in the structs of inputs and outputs: its name, with "_" behind it where C or C++ reserve it. */
const char *port_field(const Emission *emission, const Port *port);
/* Inputs, then outputs, in capitals; names that differ in capitals alone get numbers. */
const char **port_macros(Arena *arena, const Graph *graph);
/* The macro of its size: LENET5_INPUT_IMAGE_SIZE. */
const char *port_macro(const Emission *emission, const Port *port);
/* The workspace as the header states it: what the plan needs, at least 64 and rounded up to a multiple of 64, so that
 * aligned_alloc(64, ...) takes it. */
int64_t workspace_size(const Plan *plan);
/* The heads of functions of the interface, each in one line: PREFIX_open, ... */
const char *open_text(const Emission *emission);
const char *session_open_text(const Emission *emission);
const char *run_text(const Emission *emission);
const char *selftest_text(const Emission *emission);
const char *use_text(const Emission *emission);
/* The array of an output's labels: lenet5_logits_labels; NULL when it has none. */
const char *port_labels(const Emission *emission, const Port *port);
/* A C string literal. */
void emit_string(Buf *out, const char *text);
/* A name in capitals, for macros. */
const char *macro_text(Arena *arena, const char *name);

#endif
