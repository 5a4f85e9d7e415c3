/* parse.h - the steps of reading a graph's text that parse.c, parse_type.c and parse_attrs.c share. */
#ifndef FOVEA_IR_PARSE_H
#define FOVEA_IR_PARSE_H

#include "ir/graph.h"
#include "ir/token.h"
#include "ops/op.h"

/* Each returns whether what it wants stood there; `want` reports when not. */
bool take_symbol(Tokens *tokens, char symbol);
bool want_symbol(Tokens *tokens, char symbol);
bool take_word(Tokens *tokens, const char *word);
bool want_string(Tokens *tokens, const char **text, const char *what);
bool want_integer(Tokens *tokens, int64_t *number, int64_t least, int64_t most, const char *what);
bool want_number(Tokens *tokens, double *number, const char *what);

/* f32[1, 6, 28, 28]@blocked8+halo(1, 1, 1, 1); shape and layout fit. */
bool parse_type(Tokens *tokens, Type *type);
/* name=value ...: every attribute of the op once, in any order, until something else stands there. */
bool parse_attrs(Tokens *tokens, OpId op, void *attrs);

#endif
