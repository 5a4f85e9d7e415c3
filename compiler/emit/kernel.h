/* kernel.h - what the texts of kernels are written with.
 *
 * A family's text gets a KernelText and writes one C function (with helpers before it, if it likes). Buffers are
 * parameters: x (x2, x3, ... when there are several), weight, bias, then what the epilogue reads, then y (and y2, when
 * the result is written in two pieces). One that is read in place, where y is written, is no parameter of its own: its
 * elements are called y[...] until they are written.
 */
#ifndef FOVEA_EMIT_KERNEL_H
#define FOVEA_EMIT_KERNEL_H

#include "emit/target.h"
#include "ops/body.h"
#include "plan/nest.h"
#include "plan/parameters.h"
#include "plan/plan.h"
#include "support/buf.h"

/* What a program's texts turned out to need; the prelude gives exactly that. */
typedef struct Needs {
    bool math, string;    /* headers */
    bool larger, smaller; /* static inline float larger(float, float) */
    bool border;          /* zero_border() */
    bool fill;            /* fill() */
    bool least;           /* static inline int least(int, int) */
    bool keep_rows, zero_rows;
    bool from_f16, from_bf16; /* static inline float from_f16(uint16_t) */
    bool by_pixels;           /* NAME_BY_PIXELS */
    bool unrolled;            /* NAME_UNROLLED */
    bool lanes;               /* NAME_LANES */
    bool loop;                /* NAME_LOOP */
} Needs;

struct KernelText {
    Buf *out;
    Arena *arena;
    const Diag *diag; /* its sources, for model lines in comments */
    const Plan *plan;
    const Graph *graph;
    const Kernel *kernel;
    const Node *leader, *result;
    const char *prefix; /* of every name: lenet5 */
    const char *macro;  /* of every macro: LENET5 */
    const char *name;   /* of the function: lenet5_conv1 */
    Needs *needs;
    const Parameter *parameters; /* of the function but y: set by text_begin */
    uint32_t parameter_count;
};

/* ---- the function's frame ---- */

/* To be called first, once the fields above are set. */
void text_begin(KernelText *text);
/* The instructions for which it is written. */
const InstructionSet *text_set(const KernelText *text);
/* The kernel's types: the leader's input i, and what is stored. */
const Type *text_input(const KernelText *text, uint32_t i);
const Type *text_output(const KernelText *text);

/* Whether the result is written in two pieces, to y and y2. */
bool text_has_pieces(const KernelText *text);
/* The type of what is written there: of the result, or of piece i. */
const Type *text_written(const KernelText *text, uint32_t i);

/* The same as they are stored: of some rows where only those are held. */
Type text_stored_input(const KernelText *text); /* the leader's first */
Type text_stored_output(const KernelText *text);

/* The head of a loop of the Tiling over these axes: "for (int o = 0; o < 64; o += 32)", or "for (int o = from; o < to;
 * o += 32)" when threads share it. */
const char *text_loop(const KernelText *text, unsigned axes, const char *name, int64_t length, int64_t step);
/* Whether they do. */
bool text_shares(const KernelText *text, unsigned axes);

/* Opens a loop over so many maps of all pictures, i, with x and y going along. */
void text_maps_open(KernelText *text, int64_t maps, int64_t x_step, int64_t y_step);

/* Whole turns of a loop over `length` elements, where threads share it from .. to; for a block. None is needed for a
 * single turn that nobody shares. */
bool text_has_turns(const KernelText *text, unsigned axes, int64_t length, int64_t step);
void text_turns_open(KernelText *text, unsigned axes, const char *name, int64_t length, int64_t step);
/* What is left over behind them, from `whole` on, in a block for the thread whose share it is in. */
void text_rest_open(KernelText *text, unsigned axes, int64_t whole);
void text_rest_close(KernelText *text, unsigned axes);

/* Kernels that go through rows (KernelRows) compute the rows from .. to - 1, others all `rows` of them: opens a loop
 * over r, for a line or a block. */
void text_rows_open(KernelText *text, int64_t rows, bool block);
/* What r is counted from in x and in y: "r", or "(r - from)" where the first of the rows is that of `from`. */
const char *text_row_in(const KernelText *text);
const char *text_row_out(const KernelText *text);

/* What is counted in a comment: "8 pixels", "1 map". */
const char *text_count(const KernelText *text, int64_t count, const char *noun);
/* The comment before the kernel: what it computes for which layers, where they stand in the model, shapes; `how` is
 * the algorithm. */
void text_comment(KernelText *text, const char *how);
/* "static void lenet5_conv1(const float *restrict x, ..., float *restrict y)" and the opening brace. */
void text_open(KernelText *text);
/* The same with another attribute. */
void text_open_as(KernelText *text, const char *attribute);
void text_close(KernelText *text);
/* The same for a function that is called otherwise, lenet5_conv1_row8: `attribute` before, `extra` parameters behind.
 */
void text_open_part(KernelText *text, const char *attribute, const char *part, const char *extra);
/* The name of parameter i: "x", "weight", "bias", "x2", "batchnorm_mean", "add_x"; "y" when it is read in place. */
const char *text_parameter(const KernelText *text, uint32_t i);
uint32_t text_parameter_count(const KernelText *text);
/* The same as the epilogue knows it. */
const char *text_operand(const KernelText *text, uint32_t i);
/* How many of them the leader has: those of the epilogue come after. */
uint32_t text_leader_parameters(const KernelText *text);
const Type *text_parameter_type(const KernelText *text, uint32_t i);
/* Whether parameter i has a value a channel; false: one for all of them. */
bool text_parameter_runs(const KernelText *text, uint32_t i);
/* How many elements along an axis (plan/nest.h) are computed at a time: of the kernel's Tiling. */
int64_t text_tile(const KernelText *text, unsigned axes);
/* Whether parameter i stands where y is written, element for element. */
bool text_in_place(const KernelText *text, uint32_t i);
/* Whether the leader's input i is a number that stands in the text; then its value. */
bool text_number(const KernelText *text, const Node *node, uint32_t i, double *value);

/* The types of pointers to what a kernel reads, and writes: "const float *", "float *"; on devices with memory of their
 * own, "global float *". */
const char *text_reads(const KernelText *text);
const char *text_writes(const KernelText *text);
/* "float", or what numbers of another type are in C. */
const char *element_text(DType dtype);
/* A float literal that reads back exactly: 0.01f, 1.0f, INFINITY. */
const char *float_text(Arena *arena, double value);
/* "[6][28][28]": a stored shape, filling and halo included. */
const char *storage_text(Arena *arena, const Type *type);
/* When the output owes a halo: the call that writes it, with its first rows. */
void text_border(KernelText *text);
/* The same of so many pictures. */
void text_border_of(KernelText *text, int64_t pictures);

/* One line, broken behind the commas of its first list where it would pass column 120. */
void line_wrapped(Buf *out, const char *line);
/* A table of so many entries, as many on a line as fit: "static const int net_up_rows[3] = {0, 1, 1};". */
void text_table(Buf *out, const char *head, const char *const *entries, int64_t count);
/* The same for a line of a comment, which begins with `begin`: its opening, or " * ". */
void comment_wrapped(Buf *out, const char *begin, const char *text);

/* ---- work-items (items.c) ---- */

/* Whether loops of the kernel's Tiling are spread over work-items (plan/gpu.h). */
bool text_is_spread(const KernelText *text);

/* Loops over items in place of some others, outermost first, as one with a brace, which buf_close closes. */
typedef struct ItemAxis {
    const char *name; /* of its variable */
    int64_t count;
} ItemAxis;
void items_open(KernelText *text, const ItemAxis *axes, int count);
/* The line in that which says where number `item` is along each of them: "const int i = item / 784, j = ...;". */
void item_places(KernelText *text, const char *item, const ItemAxis *axes, int count);

/* ---- where elements stand ---- */

/* Loops of a nest (plan/nest.h) as text, spread over items where the Tiling says so. */
void nest_open(KernelText *text, const Nest *nest); /* for lines; the caller writes one statement */
void nest_close(KernelText *text, const Nest *nest);
const char *nest_index(const KernelText *text, const Nest *nest, int operand); /* "i * 784 + j" */
/* "const float *s = x + i * 35;": `start` is "const float *s = x". */
void nest_begin(KernelText *text, const Nest *nest, int operand, const char *start);
/* Some of its loops: from axis `from` up to `to` as lines, or one with a brace, which buf_close closes. */
void nest_lines_open(KernelText *text, const Nest *nest, int from, int to);
void nest_block_open(KernelText *text, const Nest *nest, int axis);
const char *nest_name(int axis); /* of its loop's variable */
/* Its first loops with braces, and all of them; these, too, spread over items where the Tiling says so. */
void nest_kept_open(KernelText *text, const Nest *nest, int count);
void nest_kept_close(KernelText *text, int count);
void nest_blocks_open(KernelText *text, const Nest *nest);
void nest_blocks_close(KernelText *text, const Nest *nest);

/* What joins the elements that become one (reduction.c). */
typedef enum Fold {
    FOLD_SUM,
    FOLD_MEAN,
    FOLD_LARGER, /* passes over NaN */
    FOLD_MAX,    /* stays NaN */
    FOLD_MIN,
} Fold;
/* The whole kernel of a reduction. */
void text_reduction(KernelText *text, Fold fold);

/* ---- bodies and epilogues ---- */

/* The meaning of a MAP row as a C expression over the given operand texts; `vector`: in the target's words. A value
 * that the body names is written as a line of its own, so that the caller stands between two statements. */
const char *body_text(const KernelText *text, const Node *node, const char *const *operands, bool vector);
/* Whether a node has a body that can be written in vector words. */
bool body_is_vector(Arena *arena, const Node *node);
/* Whether the body names one of its operands more than once, so that operands should be simple. */
bool body_repeats(Arena *arena, const Node *node);

/* Whether the kernel computes something behind its leader. */
bool text_has_finish(const KernelText *text);
/* Writes "static inline float NAME_finish(float v, ...)" when it does. */
void text_finish(KernelText *text, bool vector);
/* The call of it on `value`, the channel parameters at `channel` ("o + b"), parallel parameter i at `at[i]`; `value`
 * itself without an epilogue. */
const char *text_finished(const KernelText *text, const char *value, const char *channel, const char *const *at,
                          bool vector);

/* ---- parallel parameters: tensors that the epilogue reads element by element (parallel.c) ---- */

bool text_is_parallel(const KernelText *text, uint32_t i);
/* Where its elements stand along the axes of the result. */
Access text_parallel(const KernelText *text, uint32_t i);
/* Lines that step over their halos: "add_x += 66;". */
void parallels_begin(KernelText *text);
/* What a loop over the batch does with them besides: ", add_x += 784". */
const char *parallels_next(const KernelText *text);

/* A term of a place in a tensor: so many steps along an axis for each one of a variable, or, without a name, at all.
 * Along the channels these are whole blocks; AXIS_IN_BLOCK is the axis of what is inside of one. */
enum { AXIS_IN_BLOCK = -1 };
typedef struct Term {
    const char *name;
    int axis;
    int64_t steps;
} Term;
/* Their sum: "o * 784 + r * 28", or "0". */
const char *place_text(const KernelText *text, const Access *access, const Term *terms, int count);
/* "y + o * 784", or "y" at place "0". */
const char *pointer_text(const KernelText *text, const char *name, const char *place);
/* Where each of them is, one a parameter: "b * 784 + 3". */
const char *const *parallels_at(const KernelText *text, const Term *terms, int count);
/* What the call of a tile passes for the epilogue: ", bn_mean + o, add_x + o * 784 + r * 28"; `panel`: " + o". */
void add_epilogue_arguments(Buf *line, const KernelText *text, const char *panel, const Term *terms, int count);

/* ---- portable texts, one a family ---- */
void c_conv_text(KernelText *text);
void c_conv_transpose_text(KernelText *text);
void c_conv_connect_text(KernelText *text);
void c_matvec_text(KernelText *text);
void c_map_text(KernelText *text);
void c_pool_text(KernelText *text);
void c_channel_pool_text(KernelText *text);
void c_reduce_text(KernelText *text);
void c_softmax_text(KernelText *text);
void c_lrn_text(KernelText *text);
void c_concat_text(KernelText *text);
void c_copy_text(KernelText *text);
void c_pad_text(KernelText *text);
void c_resize_text(KernelText *text);
void c_resample_text(KernelText *text);
void c_pack_text(KernelText *text);

/* ---- in a target's words ---- */
void vector_matvec_text(KernelText *text); /* Target.matvec */

#endif
