/* parser.h - what scanner, parser, messages and recovery share while one text is parsed. Nobody else includes it.
 *
 *   scanner (fovea.l) -> token_next (token.c) -> parser (fovea.y) -> builders (build.h)
 *
 * token.c follows the brackets of what the parser took, so that a message can name the bracket that is open
 * (explain.c), and recovery knows what has to be closed before the parser can go on (recover.c).
 */
#ifndef FOVEA_SYNTAX_PARSER_H
#define FOVEA_SYNTAX_PARSER_H

#include "syntax/ast.h"

/* The value of a token or of a piece of grammar. */
union SyntaxValue {
    Name name;
    Names names;
    Expr *expr;
    Exprs exprs;
    Argument argument;
    Arguments arguments;
    Label *label;
    Stage *stage;
    Stmt *stmt;
    Stmts stmts;
    Param param;
    Params params;
    ItemKind item_kind;
    Item *item;
};

typedef struct Token {
    int kind; /* TOKEN_... of fovea.tab.h */
    Span span;
    bool opens_line; /* the first token of its line */
    union SyntaxValue value;
} Token;

typedef enum LevelRole {
    LEVEL_FILE,   /* outside all brackets */
    LEVEL_BODY,   /* { } of statements */
    LEVEL_ROUND,  /* ( ) */
    LEVEL_SQUARE, /* [ ] */
    LEVEL_LABEL,  /* { } inside a label */
} LevelRole;

/* What is known inside one open bracket (or outside all), about the statement or list element being read. */
typedef struct Level {
    LevelRole role;
    Token opener;            /* the bracket */
    Token owner;             /* the token before the bracket: `if`, `for`, a name */
    Token first;             /* of the statement */
    int keyword;             /* the last keyword of the statement, such as `return`; 0: none */
    uint32_t tokens;         /* of the statement or element, so far */
    uint32_t value_begin;    /* where the value being read begins */
    uint32_t stage_begin;    /* where the stage being read begins, label and all */
    bool arrow;              /* the value has a "->" */
    bool assigned;           /* the statement has its "=" */
    bool ended;              /* the statement is over unless `else` follows */
    uint32_t open_questions; /* "?" whose ":" has not come */
    /* Nesting that no bracket shows; their sum over all levels is kept in Parser.nesting. */
    uint32_t prefixes, questions, statements;
} Level;

typedef struct Parser {
    Arena *arena;
    Diag *diag;
    uint32_t source;
    const char *text;
    void *scanner;
    SyntaxFile *file;
    Expr *expression;

    /* Scanner. */
    uint32_t scanned;  /* bytes read so far */
    bool new_line;     /* a line end was passed since the last token */
    bool label_closed; /* a label's "}" was just taken, or a name after it */

    /* Tokens. */
    int start;               /* the invisible first token; 0 once it was given */
    Token previous, current; /* current is the parser's lookahead */
    bool dropped;            /* current was skipped by recovery: its brackets do not count */
    bool stopped;            /* too deep: only the end of the file follows, and nothing more is said */
    VEC(Level) levels;       /* [0] is LEVEL_FILE */
    uint32_t nesting;
    Token suspect;    /* a "{" whose "}" stands further left than its statement: the likely one when one is missing */
    VEC(Token) queue; /* tokens that recovery wants read next, from queue_next on */
    uint32_t queue_next;
    uint32_t inserted_before; /* the byte of the token before which a ';' was put last; UINT32_MAX: none */
} Parser;

/* What could have stood in the place of an unexpected token. */
typedef struct Expected {
    const bool *tokens;   /* by token kind minus TOKEN_START_FILE */
    const char *names[3]; /* as people say them, when they are few */
    int count;            /* all of them */
} Expected;

/* Starts the scanner on parser->source; false when the text is not UTF-8. */
bool scan_open(Parser *parser);
void scan_close(Parser *parser);
/* The scanner's next token, straight from the text. */
void scan_token(Parser *parser, Token *token);
/* The parser's next token: from the queue or the text; keeps the levels. */
int token_next(Parser *parser, union SyntaxValue *value, Span *span);
/* Is it the bracket that closes this level? */
bool token_closes(int kind, LevelRole role);
/* Inside a body, does the token open a line at the margin of the net or block around, as the next item would? */
bool token_at_margin(const Parser *parser, const Token *token);
/* Would a "{" after `previous` belong to a label rather than open a body? */
bool token_opens_label(const Parser *parser, int previous);
static inline Level *parser_level(const Parser *parser)
{
    return &parser->levels.at[parser->levels.count - 1];
}

/* Says what is wrong at parser->current. */
void explain_unexpected(Parser *parser, const Expected *expected);
/* After an error at parser->current: skips to where the statement or bracket ends, and closes what is open. */
void recover(Parser *parser);

/* Literals. They report what is wrong with them and return a value all the same, so that parsing goes on. */
Expr *literal_int(Parser *parser, Span span);
Expr *literal_float(Parser *parser, Span span);
Expr *literal_size(Parser *parser, Span span);
Expr *literal_bad_number(Parser *parser, Span span);
Expr *literal_string(Parser *parser, Span span);
Expr *literal_single_quoted(Parser *parser, Span span);
void report_unclosed_string(Parser *parser, Span span);
void report_foreign_letters(Parser *parser, Span span);
void report_stray_character(Parser *parser, Span span);
void report_foreign_comment(Parser *parser, Span span);

#endif
