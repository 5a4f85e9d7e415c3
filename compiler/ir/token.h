/* token.h - the words of the IR's text, for parse.c. */
#ifndef FOVEA_IR_TOKEN_H
#define FOVEA_IR_TOKEN_H

#include "support/diag.h"

typedef enum TokenKind {
    TOKEN_END,
    TOKEN_NAME,   /* letters, digits, '_'; not a digit first */
    TOKEN_NUMBER, /* also inf, nan and -inf */
    TOKEN_STRING, /* value is in `text`, escapes resolved */
    TOKEN_VALUE,  /* %7 */
    TOKEN_SYMBOL, /* one of ( ) [ ] , = : @ + */
} TokenKind;

typedef struct Token {
    TokenKind kind;
    Span span;
    char symbol;    /* SYMBOL */
    uint32_t value; /* VALUE */
    double number;  /* NUMBER */
    bool integer;   /* NUMBER: it fits `whole` */
    int64_t whole;
    const char *text; /* NAME, STRING */
} Token;

typedef struct Tokens {
    Arena *arena;
    Diag *diag;
    uint32_t source;
    const char *begin, *at, *end;
    Token now; /* the one to be taken next */
    bool failed;
} Tokens;

/* Starts reading; `now` is the first token. */
void tokens_open(Tokens *tokens, Arena *arena, Diag *diag, uint32_t source);
/* Goes on to the next token. After a fault, which is reported, `failed` is set and only TOKEN_END follows. */
void tokens_next(Tokens *tokens);
/* Reports at the present token, once; the rest of the text is not read any more. */
void tokens_fail(Tokens *tokens, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
