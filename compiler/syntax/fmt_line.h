/* fmt_line.h - the formatter's view of a text: its tokens and comments in order, each with its place.
 *
 *   fmt.c        reads the words, writes the result
 *   fmt_role.c   what each word is: which bracket, prefix or operator
 *   fmt_break.c  which word begins a line, how deep statements are indented
 *   fmt_space.c  blanks between words on a line, columns of matrices
 *   fmt_place.c  the column of each word
 */
#ifndef FOVEA_SYNTAX_FMT_LINE_H
#define FOVEA_SYNTAX_FMT_LINE_H

#include "syntax/parser.h"

#define NO_WORD UINT32_MAX

typedef enum WordRole {
    ROLE_PLAIN,
    ROLE_COMMENT,   /* kind 0 */
    ROLE_PREFIX,    /* - and ! before their operand */
    ROLE_CHOICE,    /* the ':' of ?: */
    ROLE_NAMED,     /* the '=' of an argument */
    ROLE_BODY,      /* { } of statements */
    ROLE_LABEL,     /* { } in a label */
    ROLE_CONDITION, /* ( ) after if and for */
    ROLE_GROUP,     /* ( ) around a value, [ ] of a list */
    ROLE_CALL,      /* ( ) of arguments, [ ] of an index or a shape */
    ROLE_PARAMS,    /* ( ) of a net or block */
} WordRole;

/* A token or a comment. */
typedef struct Word {
    int kind;
    WordRole role;
    Span span;
    uint32_t width; /* characters */
    uint32_t source_line, source_column;
    uint32_t match;       /* brackets: the other one */
    uint32_t opener;      /* the innermost bracket around; NO_WORD: none */
    uint32_t first_arrow; /* "->": the first of its pipeline */
    bool begins_element;  /* after its bracket's opening or a ',' */
    bool spaced;          /* a named argument's '=' whose value has operators: size = n + 1 */

    bool breaks; /* begins a line */
    bool blank;  /* after an empty line */
    int level;   /* breaks: indentation of the statement that begins here; -1: the statement goes on */

    uint32_t blanks, pad; /* before the word, when it does not begin a line */
    uint32_t aligned;     /* the previous word of its column; NO_WORD: none */
    uint32_t column;
} Word;

typedef struct Words {
    Arena *arena;
    const char *text;
    Word *at;
    uint32_t count;
} Words;

/* The word before that is no comment; NO_WORD: none. */
uint32_t token_before(const Words *words, uint32_t i);
bool is_opener(int kind);
bool is_closer(int kind);

void fmt_roles(Words *words);
void fmt_breaks(Words *words, const SyntaxFile *file);
void fmt_spaces(Words *words);
void fmt_matrices(Words *words);
void fmt_place(Words *words);

#endif
