/* body.h - the small language in which MAP rows say what one element is: "($0 - $3) / sqrt($4 + eps) * $1 + $2".
 *
 *   $0 $1 ...        the element of input 0, 1, ...
 *   slope            an attribute of the op, by its name
 *   + - * /  -x      as in C;  == != < > <= >= give 1 or 0
 *   max(a, b)        a > b ? a : b      (so b, when one of them is NaN)
 *   min(a, b)        a < b ? a : b
 *   select(c, a, b)  c != 0 ? a : b
 *   floor ceil trunc, round (halves to the even neighbour), pow(a, b), mod(a, b): C's fmod
 *   exp log sqrt tanh abs expm1 log1p erf erfc sin cos tan asin acos atan sinh cosh asinh acosh atanh
 *   t = exp(-abs($0)); t / (1 + t)    one value may be named before all else: emitted code computes it once
 *
 * The evaluator computes it in double (body_eval); emitters walk the tree.
 */
#ifndef FOVEA_OPS_BODY_H
#define FOVEA_OPS_BODY_H

#include "ops/op.h"

typedef enum BodyKind { BODY_INPUT, BODY_NUMBER, BODY_ATTRIBUTE, BODY_WORD, BODY_LET, BODY_LOCAL } BodyKind;

typedef enum BodyWord {
    BODY_ADD,
    BODY_SUB,
    BODY_MUL,
    BODY_DIV,
    BODY_NEG,
    BODY_EQ,
    BODY_NE,
    BODY_LT,
    BODY_GT,
    BODY_LE,
    BODY_GE,
    BODY_MAX,
    BODY_MIN,
    BODY_SELECT,
    BODY_EXP,
    BODY_LOG,
    BODY_SQRT,
    BODY_TANH,
    BODY_ABS,
    BODY_EXPM1,
    BODY_LOG1P,
    BODY_ERF,
    BODY_ERFC,
    BODY_FLOOR,
    BODY_CEIL,
    BODY_ROUND,
    BODY_TRUNC,
    BODY_POW,
    BODY_MOD,
    BODY_SIN,
    BODY_COS,
    BODY_TAN,
    BODY_ASIN,
    BODY_ACOS,
    BODY_ATAN,
    BODY_SINH,
    BODY_COSH,
    BODY_ASINH,
    BODY_ACOSH,
    BODY_ATANH,
    BODY_WORD_COUNT
} BodyWord;

typedef struct BodyNode BodyNode;
struct BodyNode {
    BodyKind kind;
    int input;        /* INPUT */
    double number;    /* NUMBER */
    const char *name; /* ATTRIBUTE, LET, LOCAL */
    BodyWord word;    /* WORD */
    /* WORD: its operands. LET, only at the top: the value it names and the rest. LOCAL, in the rest: that value. */
    const BodyNode *child[3];
    int child_count;
};

/* The tree of a body; a malformed body is a bug of its row. */
const BodyNode *body_parse(Arena *arena, const char *text);
/* "max", "+": how a word is written. */
const char *body_word_text(BodyWord word);
/* The value of a node's attribute; a bug when the op has none of that name. */
double body_attribute(const Op *op, const void *attrs, const char *name);

/* At most this many elements at once. */
enum { BODY_BLOCK = 256 };
/* Computes `count` elements: inputs[i] has that many of input i. */
void body_eval(const BodyNode *body, const Op *op, const void *attrs, const double *const *inputs, double *result,
               int64_t count);

#endif
