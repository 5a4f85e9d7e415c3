/* recover.c - where the parser goes on after an error.
 *
 * Bison falls back to the nearest rule with `error`, which is the innermost open bracket's or the statement's, and
 * waits for that rule's last token: the closing bracket, or ';'. Left alone it would take the first such token in the
 * text, often one of an inner bracket. So the text is read ahead here, brackets in pairs, to where the bracket or the
 * statement really ends; the queue then gives the parser the tokens it waits for, followed by those it should see.
 * Missing brackets and a missing ';' are put in, so one mistake gives one message.
 */
#include "fovea.tab.h"
#include "syntax/parser.h"

/* A text with so many errors is not a model; the rest is not even counted. */
enum { ERROR_LIMIT = 1000 };

static void queue_put(Parser *parser, const Token *token)
{
    VEC_PUSH(parser->arena, &parser->queue, *token);
}

/* A token that is not in the text, at the place of `at`. */
static void queue_insert(Parser *parser, int kind, const Token *at)
{
    queue_put(parser, &(Token){.kind = kind, .span = {at->span.file, at->span.begin, at->span.begin}});
}

/* The keyword of an item; inside a body only where items stand, since `const` may just be misplaced there. */
static bool begins_item(const Parser *parser, const Token *token)
{
    bool keyword = token->kind >= TOKEN_NET && token->kind <= TOKEN_WEIGHTS;
    return keyword && (parser->levels.count == 1 || token_at_margin(parser, token));
}

static bool begins_statement(int kind)
{
    return kind == TOKEN_IF || kind == TOKEN_FOR || kind == TOKEN_RETURN || kind == TOKEN_OUTPUT || kind == TOKEN_ON;
}

static int closer_of(LevelRole role)
{
    return role == LEVEL_ROUND ? TOKEN_RPAREN : role == LEVEL_SQUARE ? TOKEN_RBRACKET : TOKEN_RBRACE;
}

static bool is_statement_level(LevelRole role)
{
    return role == LEVEL_FILE || role == LEVEL_BODY;
}

/* Puts in the closing brackets of everything open inside the statement; returns the level of the statement. */
static LevelRole close_brackets(Parser *parser, const Token *at)
{
    uint32_t i = parser->levels.count - 1;
    for (; !is_statement_level(parser->levels.at[i].role); i--)
        queue_insert(parser, closer_of(parser->levels.at[i].role), at);
    return parser->levels.at[i].role;
}

/* A net or block that begins inside a body: the bodies around were not closed. */
static void close_bodies(Parser *parser, const Token *at)
{
    for (uint32_t i = 0; i < parser->levels.count; i++)
        if (parser->levels.at[i].role == LEVEL_BODY)
            queue_insert(parser, TOKEN_RBRACE, at);
}

/* What is read ahead: the token, and how deep inside brackets that opened since the error. */
typedef struct Skip {
    const Token *pending; /* queued by an earlier recovery and not read yet */
    uint32_t pending_count;
    Token token;
    int previous; /* kind of the token before */
    uint32_t depth;
    bool in_body; /* the outermost of these brackets is a body's */
} Skip;

/* Steps over the token; true when it closed a body that opened since the error. */
static bool step(Parser *parser, Skip *skip)
{
    bool closed_body = false;
    switch (skip->token.kind) {
    case TOKEN_LBRACE:
    case TOKEN_LPAREN:
    case TOKEN_LBRACKET:
        if (!skip->depth++)
            skip->in_body = skip->token.kind == TOKEN_LBRACE && !token_opens_label(parser, skip->previous);
        break;
    case TOKEN_RBRACE:
    case TOKEN_RPAREN:
    case TOKEN_RBRACKET:
        if (skip->depth && !--skip->depth)
            closed_body = skip->in_body;
        break;
    default:
        break;
    }
    skip->previous = skip->token.kind;
    do {
        if (skip->pending_count) {
            skip->token = *skip->pending++;
            skip->pending_count--;
        } else {
            scan_token(parser, &skip->token);
        }
    } while (skip->token.kind == TOKEN_ERROR);
    return closed_body && skip->token.kind != TOKEN_ELSE;
}

/* Is this where the statement ends, though no ';' says so? A token gets a ';' put before it once at most. */
static bool begins_another(Parser *parser, const Token *token, LevelRole role)
{
    if (token->span.begin == parser->inserted_before || !token->opens_line)
        return false;
    return begins_item(parser, token) ||
           (role == LEVEL_BODY && (token->kind == TOKEN_NAME || begins_statement(token->kind)));
}

/* Do the brackets stand before a body: if (...), for (...), on device(...), net name(...)? */
static bool before_body(const Parser *parser)
{
    uint32_t i = parser->levels.count - 1;
    while (!is_statement_level(parser->levels.at[i].role))
        i--;
    int owner = parser->levels.at[i + 1].owner.kind, keyword = parser->levels.at[i].keyword;
    if (owner == TOKEN_IF || owner == TOKEN_FOR)
        return true;
    return keyword == TOKEN_NET || keyword == TOKEN_BLOCK || (keyword == TOKEN_ON && owner == TOKEN_NAME);
}

/* Inside ( ) [ ]: the statement ends before the bracket was closed. */
static bool leaves_brackets(const Parser *parser, const Skip *skip)
{
    int kind = skip->token.kind;
    bool new_line = skip->token.opens_line && skip->token.span.begin != parser->inserted_before;
    if (parser_level(parser)->owner.kind == TOKEN_FOR && kind != TOKEN_END) /* for (int i = 0; i < n; i++) */
        return new_line || (kind == TOKEN_LBRACE && skip->depth == 0);
    if (kind == TOKEN_SEMICOLON || kind == TOKEN_END)
        return true;
    if (kind == TOKEN_LBRACE)
        return skip->depth == 0 && !token_opens_label(parser, skip->previous) && before_body(parser);
    if (kind == TOKEN_RBRACE)
        return skip->depth == 0;
    return new_line && (begins_item(parser, &skip->token) || begins_statement(kind));
}

/* Closes what is open, ends the statement, and lets the parser go on with the token. */
static void end_brackets(Parser *parser, const Token *token)
{
    bool body = before_body(parser);
    LevelRole role = close_brackets(parser, token);
    bool taken = token->kind == TOKEN_SEMICOLON || (token->kind == TOKEN_RBRACE && role == LEVEL_FILE);
    if (body && token->kind != TOKEN_LBRACE) {
        queue_insert(parser, TOKEN_LBRACE, token);
        queue_insert(parser, TOKEN_RBRACE, token);
    } else if (!body && parser->file) {
        queue_insert(parser, TOKEN_SEMICOLON, token);
    }
    if (begins_item(parser, token))
        close_bodies(parser, token);
    if (!taken)
        queue_put(parser, token);
    parser->inserted_before = token->span.begin;
}

static void recover_bracket(Parser *parser, Skip *skip)
{
    LevelRole role = parser_level(parser)->role;
    for (;;) {
        if (skip->depth == 0 && token_closes(skip->token.kind, role)) {
            queue_put(parser, &skip->token);
            return;
        }
        if (leaves_brackets(parser, skip)) {
            end_brackets(parser, &skip->token);
            return;
        }
        step(parser, skip);
    }
}

static void recover_statement(Parser *parser, Skip *skip)
{
    LevelRole role = parser_level(parser)->role;
    bool ended = false; /* behind the body of a statement that cannot be read */
    for (;; ended = step(parser, skip)) {
        const Token *token = &skip->token;
        bool inside = skip->depth > 0 && (skip->in_body || token->kind != TOKEN_SEMICOLON);
        if (token->kind != TOKEN_END && inside)
            continue;
        if (token->kind == TOKEN_SEMICOLON) {
            queue_put(parser, token);
            return;
        }
        bool closes = token->kind == TOKEN_RBRACE && role == LEVEL_BODY;
        if (!ended && !closes && token->kind != TOKEN_END && !begins_another(parser, token, role))
            continue;
        queue_insert(parser, TOKEN_SEMICOLON, token);
        if (begins_item(parser, token))
            close_bodies(parser, token);
        queue_put(parser, token);
        parser->inserted_before = token->span.begin;
        return;
    }
}

/* Labels have no `error` rule: an error in {braces} of a label is one of the pipeline around. */
static uint32_t leave_labels(Parser *parser)
{
    uint32_t left = 0;
    while (parser_level(parser)->role == LEVEL_LABEL) {
        const Level *level = parser_level(parser);
        parser->nesting -= 1 + level->prefixes + level->questions + level->statements;
        parser->levels.count--;
        left++;
    }
    return left;
}

void recover(Parser *parser)
{
    const Token *current = &parser->current;
    if (parser->diag->errors > ERROR_LIMIT)
        parser->stopped = true;
    if (parser->stopped || current->kind == TOKEN_END)
        return;
    uint32_t depth = leave_labels(parser);
    const Level *level = parser_level(parser);
    bool statement = is_statement_level(level->role);
    if (statement ? current->kind == TOKEN_SEMICOLON : depth == 0 && token_closes(current->kind, level->role))
        return;                       /* the very token that the parser waits for */
    if (statement && !parser->file) { /* one expression has nothing to go on with */
        parser->stopped = true;
        return;
    }
    Skip skip = {.token = *current, .previous = parser->previous.kind, .depth = depth};
    skip.pending_count = parser->queue.count - parser->queue_next;
    if (skip.pending_count)
        skip.pending = parser->queue.at + parser->queue_next;
    memset(&parser->queue, 0, sizeof parser->queue);
    parser->queue_next = 0;
    parser->dropped = true;
    parser->label_closed = false;
    if (skip.token.kind == TOKEN_ERROR)
        step(parser, &skip);
    if (statement)
        recover_statement(parser, &skip);
    else
        recover_bracket(parser, &skip);
    for (; skip.pending_count; skip.pending_count--)
        queue_put(parser, skip.pending++);
}
