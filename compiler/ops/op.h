/* op.h - one row an operation: everything Fovea knows of it, beside the rules that the row names.
 *
 * What the row must have is checked by tests/unit/test_registry.c. Emitters belong to families, not to ops: a row with
 * a family that has a text on every target needs no emitter of its own.
 */
#ifndef FOVEA_OPS_OP_H
#define FOVEA_OPS_OP_H

#include "ir/eval.h"
#include "ir/graph.h"

typedef enum Family {
    FAMILY_SOURCE,   /* input, const: no code */
    FAMILY_WEIGHTS,  /* of weights alone: computed when they are written, no code */
    FAMILY_LANGUAGE, /* expect, labels, split: gone once the model is read, never a node */
    FAMILY_VIEW,     /* the same bytes, or a run of them, under another shape: no code */
    FAMILY_MAP,      /* the row's body for each element, inputs broadcast */
    FAMILY_CONV,
    FAMILY_CONV_TRANSPOSE,
    FAMILY_CONV_CONNECT,
    FAMILY_WINOGRAD,
    FAMILY_MATVEC,
    FAMILY_POOL,
    FAMILY_CHANNEL_POOL,
    FAMILY_REDUCE,
    FAMILY_SOFTMAX,
    FAMILY_LRN,
    FAMILY_CONCAT,
    FAMILY_JOIN, /* its inputs are parts of one buffer, into which their kernels write: no code */
    FAMILY_COPY, /* each element of the result is one of the input, as the row's `copy` says */
    FAMILY_PAD,
    FAMILY_RESIZE,
    FAMILY_RESAMPLE,
    FAMILY_PACK,     /* change of layout or element type */
    FAMILY_TRANSFER, /* a step that no device computes: the runtime copies */
    FAMILY_COUNT
} Family;

/* ---- arguments in the language ---- */

typedef enum ParamKind {
    PARAM_INT,
    PARAM_NUMBER, /* integer or float */
    PARAM_BOOL,
    PARAM_SIZE, /* n, HxW or [h, w]: ints[0] height, ints[1] width */
    PARAM_PAD,  /* n, [h, w] or [top, left, bottom, right]: ints[0..3] in that order */
    PARAM_WORD, /* one of `words` */
    PARAM_STRING,
    PARAM_INTS,    /* a list of integers, or a size */
    PARAM_LISTS,   /* a list of lists of integers, of any lengths */
    PARAM_NUMBERS, /* a number, or a list of them: one a channel */
    PARAM_WEIGHT,  /* a number (fills), a nested list of numbers, or a tensor */
} ParamKind;

typedef struct OpParam {
    const char *name;
    ParamKind kind;
    const char *fallback; /* in the language: "1", "false", "paper"; NULL: none */
    bool required;        /* no fallback and none given is an error: "conv needs 'size'" */
    const char *words;    /* blank-separated words that are accepted besides: "same valid", "global". The words "false
                           * true" mean that a boolean is accepted besides: false is word 0, true is word 1 */
    bool bounded;         /* integers (each of a size or list) must be at least `least` */
    int64_t least;
} OpParam;

/* A nested list of numbers: [[1, -1]] has shape 1x2. */
typedef struct Literal {
    Shape shape;
    double *at;
} Literal;

/* Lists of integers of any lengths: [[0, 1, 2], [3]] has the ends 3, 4. */
typedef struct IntLists {
    int64_t count;
    const int64_t *ends; /* in `at`, one a list: where the next begins */
    const int64_t *at;
} IntLists;

/* A parameter's value: what was written, else the fallback. */
typedef struct OpArg {
    bool present;    /* has a value, given or fallback */
    bool given;      /* written in the model */
    Span span;       /* of the value; of the call when it is a fallback */
    int word;        /* index into the parameter's words; -1: another kind of value */
    int64_t ints[4]; /* INT: ints[0]; SIZE, PAD as said there */
    double number;   /* NUMBER; WEIGHT given as a number */
    bool boolean;
    const char *string;
    Literal literal; /* INTS, NUMBERS (rank 1); WEIGHT given as a list; rank 0 when a single number was given */
    IntLists lists;  /* LISTS */
    NodeId tensor;   /* WEIGHT given as a tensor; else NODE_NONE */
} OpArg;

/* A call in the model with its arguments bound to the row's parameters. */
typedef struct OpCall {
    Graph *graph;
    Diag *diag;
    OpId op;
    const char *path;   /* of the label, "" when there is none */
    const char *prefix; /* of labels in the block around it: "trunk"; "" at the top */
    Span span;          /* the call: its layer name, for messages */
    const NodeId *inputs;
    uint32_t input_count; /* within the row's bounds */
    const OpArg *args;    /* in the order of the row's params */
} OpCall;

/* ---- attributes in the graph ---- */

typedef enum AttrKind {
    ATTR_INT,    /* int64_t */
    ATTR_NUMBER, /* double */
    ATTR_BOOL,   /* bool */
    ATTR_WORD,   /* int */
    ATTR_LISTS,  /* IntLists */
} AttrKind;

typedef struct OpAttr {
    const char *name;
    AttrKind kind;
    size_t offset; /* in the op's attribute struct */
    int count; /* array length; 1: a single value. 0: at most MAX_RANK, the length is the int64_t at `length_offset` */
    size_t length_offset;
    const char *words; /* ATTR_WORD: names of the values 0, 1, ..., blank-separated */
} OpAttr;

/* ---- the row ---- */

/* COPY: which element of the input each element of the result is, as loops that reach every element of the result
 * once. A turn of a loop goes `step` further along an axis of the result and `stride` along an axis of the input, where
 * the first turn is at `begin`:
 *
 *   for a in 0..count:  y[.., a * step, ..] = x[.., begin + a * stride, ..]
 */
typedef struct CopyLoop {
    int64_t count;
    int axis; /* of the result, and `step` on it, at least 1 */
    int64_t step;
    int from; /* axis of the input, and `stride` on it, which may be negative */
    int64_t stride;
} CopyLoop;

typedef struct CopyLoops {
    int count;
    CopyLoop at[MAX_RANK + 1]; /* outermost first */
    int64_t begin[MAX_RANK];
} CopyLoops;

/* For receptive fields: which places along an axis of an input a place of the result reads.
 *
 *   place o of the result reads the places (o * scale + shift + r * step) / parts   for r in 0..size
 *
 * Places in front of the axis and behind its end are its border. reach.h has what is made of it.
 */
typedef enum ReachRest { /* what is read where the quotient is not whole */
                         REST_NOTHING,
                         REST_BELOW,  /* the place below; size is 1 */
                         REST_AROUND, /* the places below and above; size is 1 */
} ReachRest;

typedef enum ReachBorder { BORDER_NOTHING, BORDER_MIRROR, BORDER_EDGE } ReachBorder;

typedef struct Reach {
    int to;          /* the axis of the result that o runs along; 0: it has none for this one, and o is 0 */
    bool everything; /* the whole axis, whatever o is; the rest below says nothing */
    bool mixed;      /* the axis becomes part of another one, and a place there says nothing of one here: flatten */
    int64_t scale, shift, size, step, parts;
    ReachRest rest;
    ReachBorder border;
} Reach;

typedef struct Op {
    Family family;
    uint32_t least_inputs, most_inputs; /* tensors that a call takes; most: UINT32_MAX is any number */
    /* What a node has besides, after those inputs: weights and the like, which `build` makes from the parameters. The
     * node's input_count is the sum of both. */
    uint32_t least_operands, most_operands;

    /* Language: parameters after the tensors, and what a call of it adds to the graph. Without either build: not
     * callable. */
    const OpParam *params;
    int param_count;
    NodeId (*build)(const OpCall *call); /* NODE_NONE after a diagnostic */
    /* Instead of `build`, for a call that gives a list: so many values into the call's arena, 0 after a diagnostic. */
    uint32_t (*build_list)(const OpCall *call, NodeId **values);

    /* Graph. */
    const OpAttr *attrs;
    int attr_count;
    size_t attr_bytes;
    /* The result's type from inputs and attributes; node->type is not yet set. Reports at node->span what does not fit.
     */
    bool (*type)(const Graph *graph, const Node *node, Diag *diag, Type *result);
    /* Double accumulation, logical order, no sharing of code with any emitter. NULL for MAP: `body` is interpreted. */
    void (*reference)(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result);
    /* Multiply-adds of one run; NULL: none are counted (only those of convolutions, fc and rbf are). */
    int64_t (*macs)(const Graph *graph, const Node *node);
    /* For an axis behind the batch of an input that is no operand; ask with op_reach. NULL: each place reads its own,
     * and inputs are broadcast. */
    Reach (*reach)(const Graph *graph, const Node *node, uint32_t input, int axis);
    /* How far over the edges of input 0 its kernels read, where zeros must stand; NULL: not at all. */
    void (*halo)(const Graph *graph, const Node *node, int32_t halo[HALO_SIDES]);

    /* MAP: the meaning of one element in the words of body.h: "max(0, $0)". Attributes by name. */
    const char *body;
    /* The body of those nodes of which `takes_other` is true, for a row with two forms; NULL: there is none. op_body
     * gives a node's own. */
    const char *other_body;
    bool (*takes_other)(const Node *node);
    bool channelwise; /* MAP: inputs after the first have rank 1 and run along axis 1; of length 1 they stand still */

    CopyLoops (*copy)(const Graph *graph, const Node *node); /* COPY */

    const char *operand_names; /* of inputs and operands in emitted code, blank-separated; NULL: x, x2, ... */

    double tolerance;   /* of emitted code against the reference, relative to the largest output; 0: bit-exact */
    const char *source; /* paper, or ONNX operator that it equals: "ONNX Conv" */
} Op;

#define OP(id, synopsis) extern const Op op_##id;
#include "ops/ops.def"
#undef OP

const Op *op_row(OpId op);
const char *op_name(OpId op);
const char *op_synopsis(OpId op);
/* MAP: what an element of this node is. */
const char *op_body(const Node *node);
/* Whether kernels compute it: not what has no code. */
bool op_has_kernel(OpId op);
/* Whether its kernels have a ConvForm and read their input with a halo. */
bool is_convolution(OpId op);
/* The op of that name, or OP_COUNT. */
OpId op_find(const char *name);

#endif
