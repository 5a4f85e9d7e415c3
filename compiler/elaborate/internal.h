/* internal.h - what the files of this folder share: the Elaborator, and the functions that they call in each other.
 *
 *   units.c      files, imports, definitions      resolve*.c  the scope pass, over the text alone
 *   elaborate.c  constants, choice of the net     net.c       the net's parameters and inputs
 *   stmt.c       statements                       expr.c      expressions
 *   arith.c      operators                        builtin.c   functions of compile-time values
 *   call.c       layers, blocks, nets, sharing    label.c     label paths
 *   args*.c      arguments to parameters          kernel.c    lists as kernels, rotate
 *   foreign.c    words of other frameworks        finish.c    the graph without what no output needs
 *
 * Mistakes are reported where they are found and give POISON, which stays silent wherever it goes. Names are the scope
 * pass's business: when a name is not found later, it was reported before.
 */
#ifndef FOVEA_ELABORATE_INTERNAL_H
#define FOVEA_ELABORATE_INTERNAL_H

#include "elaborate/elaborate.h"
#include "elaborate/scope.h"
#include "ops/op.h"
#include "syntax/ast.h"

enum {
    LIMIT_CALLS = 100,
    LIMIT_IMPORTS = 100,
    LIMIT_TURNS = 1000000,
    LIMIT_NODES = 200000,
    LIMIT_EVALUATIONS = 2500, /* of the C stack: expressions and statements inside each other, over all calls */
    LIMIT_STEPS = 4000000,    /* expressions and statements evaluated, elements copied */
};

typedef struct Unit Unit;

/* A net, a block or a constant. */
typedef struct Definition {
    const Item *item;
    Unit *unit;
    Value value;  /* CONST, once it was computed */
    bool running; /* a call of it has not returned yet */
    bool failed;  /* a call of it, or its name, was reported; further calls give POISON in silence */
} Definition;

/* A file: its text, and the names that are known in it, its own and imported ones. */
struct Unit {
    uint32_t source;
    const char *path;     /* as messages say it */
    const char *identity; /* the same for two ways to write one path */
    const SyntaxFile *syntax;
    NameMap values, layers; /* name -> Definition */
    VEC(Definition *) own;  /* in the order of the text */
    bool loading;
    bool incomplete; /* an import or a definition is missing: unknown names stay silent */
};

typedef enum LabelState { LABEL_RUNNING, LABEL_DONE, LABEL_FAILED } LabelState;

/* What a label was put on, so that @label can do it again. */
typedef struct Labelled {
    Span span;
    LabelState state;
    OpId op; /* when definition is NULL */
    const OpArg *args;
    const NodeId *inputs;
    uint32_t input_count;
    Definition *definition;
    const Value *values; /* one a parameter */
    const bool *given;   /* which of them were written */
} Labelled;

/* A call that has not returned: a block, a net, or the net that is compiled. */
typedef struct Frame {
    struct Frame *caller;
    Definition *definition;
    const char *prefix; /* label path of the layers inside, "" at the top */
    const char *block;  /* Node.block of those layers; NULL until one asks for it */
    Value result;
} Frame;

typedef struct Elaborator {
    Arena *arena;
    Diag *diag;
    const ElaborateOptions *options;
    VEC(Unit *) units;   /* imported ones before those that import them */
    VEC(Unit *) loading; /* the chain of imports */
    NameMap unit_of;     /* identity -> Unit */
    bool syntax_errors;

    Unit *unit; /* whose text is being evaluated */
    Graph *graph;
    Scopes scopes;
    Frame *frame;          /* NULL while constants are computed */
    const char *no_layers; /* not NULL: what is being computed knows no tensors: "a constant" */
    NameMap labels;        /* path -> Labelled */
    NameMap outputs;       /* name -> Port's span */
    int replaying;         /* inside @label: labels may be there already */
    int calls, evaluations;
    int64_t turns, steps;
    bool stopped;    /* a limit was reported: everything gives POISON */
    uint32_t answer; /* which of graph->outputs `return` gave */
} Elaborator;

/* ---- units.c ---- */

/* Loads the file of a source and all it imports. NULL when nothing can be made of it. */
Unit *unit_load(Elaborator *e, uint32_t source, Span span);
/* A path as a file writes it, relative to that file. */
const char *unit_relative(Elaborator *e, uint32_t source, const char *path);

typedef enum LayerKind { LAYER_NONE, LAYER_OP, LAYER_BUILTIN, LAYER_DEFINITION } LayerKind;

typedef struct Builtin Builtin;

typedef struct Layer {
    LayerKind kind;
    OpId op;
    const Builtin *builtin;
    Definition *definition;
} Layer;

/* What a name means where something is called. */
Layer layer_find(const Unit *unit, const char *name);
/* "did you mean 'maxpool'?" when something is near, or what another framework's word is here. */
void hint_layer(Elaborator *e, const Unit *unit, const char *name);
/* The same for any list of words. */
void hint_word(Diag *diag, const char *word, const char *const *candidates, size_t count);
/* The same, and when none is near, all there are: "its arguments are size, alpha and beta". */
void hint_choice(Diag *diag, const char *word, const char *const *candidates, size_t count, const char *what);

/* ---- foreign.c ---- */

/* What a layer of other frameworks is here, as it is written: "dense" is "-> fc1: fc(10)". NULL: nothing is known. */
const char *foreign_layer(const char *word);
/* Hints at the argument that was meant: a near one, one of another framework, else at all there are. */
void hint_argument(Diag *diag, const char *word, const char *const *names, size_t count);

/* ---- resolve.c, resolve_expr.c ---- */

void resolve_unit(Elaborator *e, Unit *unit);
/* An expression from the command line: it sees the constants of the file. */
void resolve_value(Elaborator *e, Unit *unit, const Expr *expr);

/* ---- elaborate.c ---- */

/* Counts work; false when the limit is passed or another was before. */
bool elaborate_step(Elaborator *e, Span span, int64_t steps);
/* Reports and stops the elaboration. */
void elaborate_stop(Elaborator *e, Span span, const char *format, ...) PRINTF_LIKE(3, 4);

/* ---- expr.c ---- */

Value eval_expr(Elaborator *e, const Expr *expr);
/* Whether the expression is a single name, written without brackets around it. */
bool expr_is_bare_name(const Expr *expr);
/* Must be an integer of at least `least`; `what` starts the message: "device". false after a diagnostic. */
bool value_as_integer(Elaborator *e, Value value, Span span, const char *what, int64_t least, int64_t *integer);

/* ---- arith.c ---- */

Value arith_unary(Elaborator *e, Operator op, Value value, Span span);
/* All but && and ||. `a_span` and `b_span` are the operands'. */
Value arith_binary(Elaborator *e, Operator op, Value a, Span a_span, Value b, Span b_span);
/* max and min of two numbers or tensors. */
Value arith_extreme(Elaborator *e, bool larger, Value a, Value b, Span span);

/* ---- stmt.c ---- */

typedef enum Flow {
    FLOW_NEXT,
    FLOW_RETURN,
    FLOW_POISON, /* what would run from here on cannot be known: the call gives POISON in silence */
} Flow;

Flow exec_stmts(Elaborator *e, const Stmts *stmts);

/* ---- call.c ---- */

/* name(arguments), or one stage of a pipeline. */
typedef struct Call {
    Name layer;
    const Arguments *arguments;
    const Label *label; /* NULL: none */
    bool piped;
    Value first; /* the piped value */
    Span first_span;
    Span span;
} Call;

Value call_apply(Elaborator *e, const Call *call);
/* What an op with bound arguments adds to the graph; `path` is its label's, "" for none. */
Value call_op(Elaborator *e, OpId op, const char *path, const NodeId *inputs, uint32_t input_count, const OpArg *args,
              Span span);
/* value -> @label */
Value call_again(Elaborator *e, const Label *label, Value first, Span first_span);
/* Runs a net or block whose parameters have these values (`given` says which). */
Value call_definition(Elaborator *e, Definition *definition, Value *values, const bool *given, const Span *spans,
                      const char *prefix, Span span);
/* Runs the statements of the current frame's definition; `span` is the call, NOWHERE for the net that is compiled. */
Value call_body(Elaborator *e, Span span);

/* ---- net.c ---- */

/* The net as a graph: parameters, inputs, statements. The graph is e->graph; look at diag->errors. */
void net_elaborate(Elaborator *e, Definition *net);
/* The shape of a net's input, with the batch in front. false after a diagnostic. */
bool input_shape(Elaborator *e, const Param *param, Shape *shape);

/* ---- args.c, args_value.c ---- */

typedef struct BoundCall {
    OpArg *args;
    NodeId *inputs;
    uint32_t input_count;
} BoundCall;

/* Arguments to the parameters of an op. false after a diagnostic or when one is POISON. */
bool args_bind_op(Elaborator *e, const Call *call, OpId op, BoundCall *bound);
/* Arguments to the parameters of a net or block. */
bool args_bind_definition(Elaborator *e, const Call *call, const Definition *definition, Value *values, bool *given,
                          Span *spans);
/* One value to one parameter. */
bool arg_from_value(Elaborator *e, OpId op, const OpParam *param, Value value, Span span, OpArg *arg);
/* The parameter's own value. */
void arg_from_fallback(Elaborator *e, const OpParam *param, Span span, OpArg *arg);
/* The index of a word among blank-separated words, or -1. */
int word_index(const char *words, const char *word);
/* "a number, a list, same or valid": what a parameter takes. */
const char *param_takes(Arena *arena, const OpParam *param);

/* ---- kernel.c ---- */

/* A number or nested lists of numbers as a Literal; `what` is "a kernel", for messages. false after a diagnostic. */
bool literal_from_value(Elaborator *e, Value value, Span span, const char *what, Literal *literal);
/* The kernel turned counter-clockwise. */
Value kernel_rotate(Elaborator *e, Value kernel, double degrees, Span span);

/* ---- builtin.c ---- */

const Builtin *builtin_find(const char *name);
const char *builtin_name(int i); /* NULL past the last */
Value builtin_call(Elaborator *e, const Builtin *builtin, const Call *call);

/* ---- label.c ---- */

/* The path of a label under the current block, or NULL after a diagnostic. */
const char *label_path(Elaborator *e, const Label *label);
/* Takes the path for a layer; NULL after a diagnostic. */
Labelled *label_take(Elaborator *e, const char *path, const Label *label);
/* What stands under the path for @label; NULL after a diagnostic, or in silence when it failed. */
Labelled *label_find(Elaborator *e, const char *path, const Label *label);

/* ---- finish.c ---- */

/* Checks the outputs, warns of inputs that nothing needs, and leaves out nodes that no output needs. */
Graph *finish_graph(Elaborator *e);

#endif
