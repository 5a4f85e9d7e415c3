/* plan.h - the Plan: what the emitted program does, step by step, with every choice written down.
 *
 *   Buffer  where a value stands: in the workspace at an offset, in the weights at an offset, in the caller's hands, or
 *           in a part of another buffer, beside values with which it is one larger value
 *   Kernel  code: one function of the emitted C, for all steps that compute the same thing on the same shapes
 *   Step    one call of a kernel with its buffers
 *   Band    steps in a row that go through the rows of their pictures together, some rows at a time
 *
 * Emitters decide nothing: loops, tiles, formats, offsets and names stand here and are printed by plan_print.
 */
#ifndef FOVEA_PLAN_PLAN_H
#define FOVEA_PLAN_PLAN_H

#include "emit/target.h"
#include "ir/graph.h"
#include "ops/op.h"
#include "ops/rows.h"
#include "plan/tiling.h"
#include "support/names.h"

enum { PLAN_ALIGNMENT = 64, BLOB_HEADER_BYTES = 64 };

typedef enum BufferPlace { BUFFER_WORKSPACE, BUFFER_WEIGHTS, BUFFER_INPUT, BUFFER_OUTPUT, BUFFER_PART } BufferPlace;

typedef struct Buffer {
    BufferPlace place;
    Type type;
    int64_t bytes;
    int64_t offset;       /* WORKSPACE: in it. WEIGHTS: in the blob, header included */
    uint32_t port;        /* INPUT, OUTPUT */
    uint32_t first, last; /* WORKSPACE: the steps from which to which it holds values, each made of the one before */
    bool has_parts;   /* WORKSPACE, OUTPUT: others are parts of it, so that none of its values takes another's place */
    NodeId value;     /* WEIGHTS: the node whose value it stores, known when the weights are */
    uint32_t whole;   /* PART: the buffer it is a part of, which is none itself */
    int64_t begin;    /* PART: the element of that at which it begins */
    int64_t held;     /* WORKSPACE: so many rows are held of a value, and `type` is of those; 0: it is whole */
    const char *name; /* an identifier without prefix, unique in the plan: conv1_weight */
} Buffer;

enum { MOST_WRITES = 2 };

/* Names a Buffer; what a node without storage has (numbers, values inside a fused kernel). */
#define BUFFER_NONE  UINT32_MAX

#define NOT_IN_PLACE UINT32_MAX

#define BAND_NONE    UINT32_MAX

/* How a kernel goes through rows: its function is called for the rows `from` .. `to` - 1 of its result. */
typedef struct KernelRows {
    bool some;              /* false: it computes all rows, and the rest below says nothing */
    int64_t x_held, y_held; /* not 0: so many rows of its input or result are held, and row `from` comes first */
} KernelRows;

/* How a kernel is computed with an instruction set. */
typedef struct KernelLoops {
    ConvForm form; /* formats are those of all sets */
    Tiling tiling;
} KernelLoops;

typedef struct Kernel {
    Family family;
    const char *name; /* function name without prefix: conv1 */
    NodeId leader;    /* of the first step that uses it: attributes, epilogue and types are read from there */
    NodeId result;
    NodeId *epilogue; /* nodes fused behind the leader, in order; the last is `result` */
    uint32_t epilogue_count;
    NodeId written[MOST_WRITES]; /* the result, or its two pieces */
    uint32_t written_count;
    ConvForm form; /* of convolutions: formats, and the tile that the target asks for */
    KernelRows rows;
    Tiling tiling; /* its loops, for the target's first instruction set */
    KernelLoops others[MOST_SETS - 1];
    int set;           /* which set's `form` and `tiling` are: 0, but for what kernel_with gives */
    uint32_t in_place; /* its result stands where it reads this one of a step's reads; NOT_IN_PLACE: elsewhere */
    int64_t scratch;   /* floats of memory that it needs besides, for one call at a time */
    const char *key;   /* equal for equal kernels */
    uint32_t steps;    /* how many use it */
    bool tuned;        /* it is computed as was measured to be fastest (tuned.h) */
} Kernel;

/* A value that a step reads: so many elements of a buffer. The reads of a step are its leader's inputs, then what the
 * epilogue reads beside the running value; numbers stand in the text and are not read. */
typedef struct Read {
    NodeId value;
    uint32_t buffer;
    int64_t first, count; /* first: where it begins, 0 but for parts of a value */
} Read;

/* A value that a step writes, all of it, and where. */
typedef struct Write {
    NodeId value;
    uint32_t buffer;
} Write;

typedef struct Step {
    uint32_t kernel;
    NodeId leader, result;
    Read *reads;
    uint32_t read_count, own_reads; /* own: of the leader */
    Write writes[MOST_WRITES];      /* the result, or its two pieces */
    uint32_t write_count;
    uint32_t scratch; /* a buffer of its own; BUFFER_NONE: its kernel needs none */
    uint32_t band;    /* that it belongs to; BAND_NONE: to none */
    bool waits;       /* for all threads to be done with the steps before it */
} Step;

/* Each of its steps but the first reads what the one before writes, of which some rows are held. */
typedef struct Band {
    const char *name; /* of the function that calls its kernels, without prefix: conv1_bands */
    uint32_t first;   /* step */
    RowChain chain;   /* a kernel a step */
} Band;

typedef struct Plan {
    Arena *arena;
    const Graph *graph;
    const Target *target;
    VEC(Buffer) buffers;
    VEC(Kernel) kernels;
    VEC(Step) steps;
    VEC(Band) bands;
    uint32_t *buffer_of;     /* one a node of the graph, BUFFER_NONE where it has no storage */
    int64_t *first_of;       /* one a node: the element of its buffer at which it begins */
    int64_t workspace_bytes; /* one thread */
    int64_t workspace_least; /* what lives at the fullest step: no placement takes less */
    int64_t weights_bytes;   /* of the blob, header included, self-test not */
    uint64_t architecture;   /* hash of everything that a blob must agree with */
    bool threaded;           /* some kernel is shared out among threads */
    struct Plan *beside;     /* for devices of another kind (Target.beside): the same graph, steps and weights */
} Plan;

/* Which read of a step may give its buffer to the result (in_place.c); NOT_IN_PLACE: none. `last_reader` is of each
 * node the leader of the last kernel that reads it or a view of it. */
uint32_t step_in_place(const Plan *plan, const uint32_t *last_reader, const Kernel *kernel, const Step *step);
uint32_t *last_readers(const Graph *graph);
/* For each node the value that it shows, through views of views: itself when it is no view. */
NodeId *viewed_values(const Graph *graph);

/* Where a step happens: on a device, or DEVICE_HOST, where a transfer brings a value to the caller. */
static inline int32_t step_device(const Plan *plan, const Step *step)
{
    return graph_node(plan->graph, step->leader)->device;
}

/* A kernel as it is computed with an instruction set of the target. */
Kernel kernel_with(const Kernel *kernel, int set);

/* Plans a graph that went through the passes; twice for a target that has another one beside it. */
Plan *plan_make(const Graph *graph, const Target *target);

/* The type of some rows of a value, without a halo above and below. */
Type held_type(const Type *type, int64_t rows);

/* Gives every workspace buffer its offset and the plan its size, and what it takes at least (memory.c). */
void plan_memory(Plan *plan);

/* Shares out loops of kernels among threads, where that is worth it, and lets steps wait for each other (share.c). */
void plan_share(Plan *plan);
/* Bytes of scratch memory that each thread but the first needs for itself, a multiple of PLAN_ALIGNMENT. */
int64_t plan_scratch_of_thread(const Plan *plan);

/* The step from which to which those of its band are computed: itself, when it belongs to none (bands.c). */
uint32_t step_first(const Plan *plan, uint32_t step);
uint32_t step_last(const Plan *plan, uint32_t step);

/* The place of a kernel in a chain of bands. */
typedef struct BandPlace {
    const RowChain *chain; /* NULL: it is in none */
    uint32_t place;        /* in it */
    KernelRows rows;
} BandPlace;
/* One a node; those of leaders say something. */
const BandPlace *band_places(const Graph *graph);
/* Whether a step, the next one of the plan, may write where its read `r` is, for all that its band does. */
bool band_allows(const Plan *plan, const Step *step, uint32_t r);

/* The buffer that a buffer is a part of, itself when it is none; *begin: where in that it begins. */
uint32_t plan_whole(const Plan *plan, uint32_t buffer, int64_t *begin);

/* The first broken rule of a finished plan as text, NULL when all hold (verify.c, rules P1...). */
const char *plan_verify(const Plan *plan);

void plan_print(Buf *buf, const Plan *plan);
/* The end of that: each tensor of the weights with its place in the blob. */
void plan_print_weights(Buf *buf, const Plan *plan);

/* A label path as part of a C identifier (names.c): layer1.0.conv1 becomes layer1_0_conv1. */
const char *name_identifier(Arena *arena, const char *text);
/* The identifier, or the first free one of identifier_2, identifier_3, ...; taken from now on. */
const char *name_unique(NameSet *set, const char *wanted);

/* The bytes of a buffer of the weights, as kernels read it, into `out` (weights.c). */
void plan_store_weights(const Plan *plan, const Buffer *buffer, void *out);
/* Whether all weights can be stored in as many bits as the plan says; else false after a diagnostic. */
bool plan_weights_fit(Diag *diag, const Plan *plan);

#endif
