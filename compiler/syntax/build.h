/* build.h - the builders that the grammar's actions call: one call makes one construct of ast.h. */
#ifndef FOVEA_SYNTAX_BUILD_H
#define FOVEA_SYNTAX_BUILD_H

#include "syntax/parser.h"

Expr *expr_poison(Parser *parser, Span span);
Expr *expr_bool(Parser *parser, Span span, bool value);
Expr *expr_name(Parser *parser, Name name);
Expr *expr_call(Parser *parser, Span span, Name function, Arguments arguments);
Expr *expr_bracketed(Expr *inner, Span span);
Expr *expr_unary(Parser *parser, Span span, Operator op, Span op_span, Expr *operand);
Expr *expr_binary(Parser *parser, Operator op, Span op_span, Expr *left, Expr *right);
Expr *expr_conditional(Parser *parser, Expr *condition, Expr *yes, Expr *no);
Expr *expr_index(Parser *parser, Span span, Expr *base, Expr *index);
/* Lists and tables grow element by element; the span is set when the bracket closes. */
Expr *expr_list(Parser *parser, Expr *list, Expr *element);
Expr *expr_table(Parser *parser, Expr *table, Expr *key, Expr *value);
Expr *expr_closed(Parser *parser, Expr *list, Span span);
/* `pipe` is the head or the pipeline so far. */
Expr *expr_pipe(Parser *parser, Expr *pipe, Stage *stage);

Argument argument_make(Name name, Expr *value, Span span);
Arguments arguments_add(Parser *parser, Arguments list, Argument argument);
Exprs exprs_add(Parser *parser, Exprs list, Expr *expr);
Names names_add(Parser *parser, Names list, Name name);

/* `suffix` is the name right after a brace: layer{i}b. */
Label *label_word(Parser *parser, Label *label, Name word, bool after_dot);
Label *label_value(Parser *parser, Label *label, Expr *value, bool after_dot, Name suffix, Span span);
Stage *stage_layer(Parser *parser, Label *label, Name layer, Arguments arguments, Span span);
Stage *stage_again(Parser *parser, Label *label, Span span);

Stmt *stmt_poison(Parser *parser, Span span, Names names);
Stmt *stmt_assign(Parser *parser, Span span, Names names, Expr *value);
Stmt *stmt_result(Parser *parser, StmtKind kind, Span span, Name name, Expr *value);
Stmt *stmt_if(Parser *parser, Span span, Expr *condition, Stmt *yes, Stmt *no);
/* The head of a loop; its body is put in when it was read. A head with an error is a STMT_POISON. */
Stmt *stmt_for(Parser *parser, Span span, Name first, Name second, Expr *range);
Stmt *stmt_loop(Stmt *head, Span span, Stmt *body);
Stmt *stmt_on(Parser *parser, Span span, Name what, Arguments arguments, Stmt *body);
Stmt *stmt_body(Parser *parser, Span span, Stmts body);
Stmt *stmt_value(Parser *parser, Span span, Expr *value);
Stmts stmts_add(Parser *parser, Stmts list, Stmt *stmt);

Param param_make(Name name, Expr *fallback, Span span);
Param param_typed(Name name, Name type, Exprs dims, Arguments options, Span span);
Params params_add(Parser *parser, Params list, Param param);

void item_file(Parser *parser, ItemKind kind, Span span, Expr *path);
void item_const(Parser *parser, Span span, Name name, Expr *value);
void item_callable(Parser *parser, ItemKind kind, Span span, Name name, Params params, Stmts body);

#endif
