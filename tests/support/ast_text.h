/* ast_text.h - a syntax tree as text, for comparing trees in tests: (assign x (pipe image (conv1: conv 6 5x5))). */
#ifndef FOVEA_TESTS_AST_TEXT_H
#define FOVEA_TESTS_AST_TEXT_H

#include "syntax/ast.h"

void ast_text(Buf *out, const SyntaxFile *file);
void ast_expr_text(Buf *out, const Expr *expr);

#endif
