/* ast.h - what the parser makes of a .fov text: one struct per construct of the grammar (grammar/LANGUAGE.md).
 *
 * Everything lives in one arena and keeps the span of the text it came from. Names are NUL-terminated. Lists that
 * can be long (stages of a pipeline, statements, items) are flat arrays, and a left-leaning chain of operators is
 * walked with a loop, so that no model makes anyone recurse deeper than its brackets nest (LIMIT_NESTING).
 */
#ifndef FOVEA_SYNTAX_AST_H
#define FOVEA_SYNTAX_AST_H

#include "support/diag.h"

enum { LIMIT_NESTING = 200 };

typedef struct Expr Expr;
typedef struct Stmt Stmt;

typedef struct Name {
    const char *text; /* NULL: none was written */
    Span span;
} Name;

/* An argument as written: f(3, size=5x5). */
typedef struct Argument {
    Name name; /* text NULL: positional */
    Expr *value;
    Span span;
} Argument;

typedef VEC(Argument) Arguments;
typedef VEC(Expr *) Exprs;

/* layer{stage + 1}.{i}: parts "layer", {stage + 1}, ".", {i}. */
typedef struct LabelPart {
    bool after_dot;   /* a '.' stands before this part */
    const char *word; /* NULL: an expression in braces */
    Expr *value;
    Span span;
} LabelPart;

typedef struct Label {
    VEC(LabelPart) parts;
    Span span;
} Label;

typedef VEC(Name) Names;

/* One step of a pipeline: [label:] layer(arguments), or @label. */
typedef struct Stage {
    Label *label; /* NULL: none; for @label the layer that is applied again */
    bool again;   /* @label */
    Name layer;   /* text NULL when again */
    Arguments arguments;
    Span span;
} Stage;

typedef VEC(Stage) Stages;

typedef enum ExprKind {
    EXPR_POISON, /* a syntax error was reported here */
    EXPR_INT,
    EXPR_FLOAT,
    EXPR_BOOL,
    EXPR_STRING,
    EXPR_SIZE, /* 5x5: a list of integers */
    EXPR_NAME,
    EXPR_CALL, /* name(arguments): a built-in function or a layer */
    EXPR_LIST,
    EXPR_TABLE, /* [key: value, ...] */
    EXPR_UNARY,
    EXPR_BINARY,
    EXPR_CONDITIONAL,
    EXPR_INDEX,
    EXPR_PIPE, /* head -> stage -> stage */
} ExprKind;

typedef enum Operator {
    OPERATOR_OR,
    OPERATOR_AND,
    OPERATOR_EQ,
    OPERATOR_NE,
    OPERATOR_LT,
    OPERATOR_GT,
    OPERATOR_LE,
    OPERATOR_GE,
    OPERATOR_RANGE, /* .. */
    OPERATOR_SHL,
    OPERATOR_SHR,
    OPERATOR_ADD,
    OPERATOR_SUB,
    OPERATOR_MUL,
    OPERATOR_DIV,
    OPERATOR_MOD,
    OPERATOR_NEG, /* unary */
    OPERATOR_NOT, /* unary */
} Operator;

struct Expr {
    ExprKind kind;
    bool bracketed; /* written in ( ), which the span then covers: (same) is the value, same the word */
    Span span;
    union {
        int64_t integer;
        double number;
        bool boolean;
        const char *string; /* escapes resolved */
        struct {
            int64_t *dims;
            uint32_t count;
        } size;
        const char *name;
        struct {
            Name function;
            Arguments arguments;
        } call;
        Exprs list;
        struct {
            Exprs keys, values; /* equally many */
        } table;
        struct {
            Operator op;
            Span op_span;
            Expr *left, *right; /* unary: right is NULL */
        } operation;
        struct {
            Expr *condition, *yes, *no;
        } conditional;
        struct {
            Expr *base, *index;
        } index;
        struct {
            Expr *head;
            Stages stages;
        } pipe;
    } as;
};

typedef enum StmtKind {
    STMT_POISON,
    STMT_ASSIGN, /* a, b = value; */
    STMT_RETURN, /* return [name =] value; */
    STMT_OUTPUT, /* output name = value; */
    STMT_IF,
    STMT_FOR,
    STMT_ON, /* on device(1) statement */
    STMT_BODY,
    STMT_VALUE, /* a value that nobody takes: always an error, found when names are checked */
} StmtKind;

typedef VEC(Stmt *) Stmts;

struct Stmt {
    StmtKind kind;
    Span span;
    union {
        struct {
            Names names;
            Expr *value;
        } assign; /* also POISON: the names it would have assigned */
        struct {
            Name name; /* text NULL: none */
            Expr *value;
        } result; /* RETURN, OUTPUT */
        struct {
            Expr *condition;
            Stmt *yes, *no; /* no may be NULL */
        } branch;
        struct {
            Name first, second; /* second.text NULL: one name */
            Expr *range;
            Stmt *body;
        } loop;
        struct {
            Name what;
            Arguments arguments;
            Stmt *body;
        } on;
        Stmts body;
        Expr *value;
    } as;
};

typedef struct Param {
    Name name;
    Expr *fallback; /* NULL: none */
    Name type;      /* "f32", "u8"; text NULL: not a typed input */
    Exprs dims;
    Arguments options; /* u8[3, 224, 224](resize=256) */
    Span span;
} Param;

typedef VEC(Param) Params;

typedef enum ItemKind { ITEM_IMPORT, ITEM_WEIGHTS, ITEM_CONST, ITEM_NET, ITEM_BLOCK } ItemKind;

typedef struct Item {
    ItemKind kind;
    Span span;
    Name name;     /* CONST, NET, BLOCK; for IMPORT and WEIGHTS the string */
    Expr *value;   /* CONST */
    Params params; /* NET, BLOCK */
    Stmts body;
} Item;

typedef struct SyntaxFile {
    uint32_t source;
    VEC(Item *) items;
} SyntaxFile;

/* Parses a whole source text. Reports what is wrong and returns what could be made of it; look at diag->errors. */
SyntaxFile *parse_file(Arena *arena, Diag *diag, uint32_t source);
/* One expression and nothing else (-D values). NULL after an error. */
Expr *parse_expression(Arena *arena, Diag *diag, uint32_t source);

/* The text of an operator, "+" or "&&", for messages. */
const char *operator_text(Operator op);

#endif
