/* token.c - the tokens that the parser sees, and what is known of the brackets around them.
 *
 * A token counts when the parser has taken it, that is when the next one is asked for; so while an error is explained
 * the levels are those before the unexpected token. Nesting - brackets, prefix operators, ?: and statements inside
 * statements - is counted here, ahead of the parser, so that its stack and the tree stay shallow whatever the text.
 */
#include "fovea.tab.h"
#include "syntax/parser.h"

bool token_closes(int kind, LevelRole role)
{
    switch (role) {
    case LEVEL_ROUND:
        return kind == TOKEN_RPAREN;
    case LEVEL_SQUARE:
        return kind == TOKEN_RBRACKET;
    case LEVEL_BODY:
    case LEVEL_LABEL:
        return kind == TOKEN_RBRACE;
    case LEVEL_FILE:
        break;
    }
    return false;
}

bool token_opens_label(const Parser *parser, int previous)
{
    switch (previous) {
    case TOKEN_WORD:
    case TOKEN_DOTWORD:
    case TOKEN_DOT:
    case TOKEN_ARROW:
    case TOKEN_AT:
        return true;
    case TOKEN_NAME: /* layer{i}b{j} */
    case TOKEN_RBRACE:
        return parser->label_closed;
    default:
        return false;
    }
}

static void level_open(Parser *parser, const Token *bracket)
{
    Level level = {
        .role = LEVEL_ROUND, .opener = *bracket, .owner = parser->previous, .value_begin = bracket->span.end};
    if (bracket->kind == TOKEN_LBRACKET)
        level.role = LEVEL_SQUARE;
    else if (bracket->kind == TOKEN_LBRACE)
        level.role = token_opens_label(parser, parser->previous.kind) ? LEVEL_LABEL : LEVEL_BODY;
    VEC_PUSH(parser->arena, &parser->levels, level);
    parser->nesting++;
}

bool token_at_margin(const Parser *parser, const Token *token)
{
    int line, column, first_column;
    span_position(parser->diag, token->span, &line, &column);
    span_position(parser->diag, parser->levels.at[0].first.span, &line, &first_column);
    return token->opens_line && column <= first_column;
}

/* "}" on a line of its own belongs under its statement; the first that does not points to an unclosed "{". */
static void check_margin(Parser *parser, const Token *closer)
{
    const Level *level = parser_level(parser);
    if (level->role != LEVEL_BODY || !closer->opens_line || parser->suspect.kind)
        return;
    int line, column, first_column;
    span_position(parser->diag, closer->span, &line, &column);
    span_position(parser->diag, level[-1].first.span, &line, &first_column);
    if (column < first_column)
        parser->suspect = level->opener;
}

static void level_close(Parser *parser, const Token *closer)
{
    const Level *level = parser_level(parser);
    check_margin(parser, closer);
    parser->nesting -= 1 + level->prefixes + level->questions + level->statements;
    parser->label_closed = level->role == LEVEL_LABEL;
    bool body = level->role == LEVEL_BODY;
    parser->levels.count--;
    if (body)
        parser_level(parser)->ended = true;
}

static void drop_prefixes(Parser *parser, Level *level)
{
    parser->nesting -= level->prefixes;
    level->prefixes = 0;
}

/* A new value begins: after ',' '=' ';' and "->". */
static void begin_value(Parser *parser, Level *level, const Token *separator)
{
    drop_prefixes(parser, level);
    parser->nesting -= level->questions;
    level->questions = level->open_questions = 0;
    level->value_begin = separator->span.end;
    level->arrow = false;
}

static void begin_statement(Parser *parser, Level *level, const Token *first)
{
    parser->nesting -= level->statements;
    level->statements = 0;
    level->ended = level->assigned = false;
    level->tokens = 0;
    level->keyword = 0;
    level->first = *first;
    begin_value(parser, level, first);
    level->value_begin = first->span.begin;
}

static bool ends_operand(int kind)
{
    return (kind >= TOKEN_INT && kind <= TOKEN_NAME) || kind == TOKEN_TRUE || kind == TOKEN_FALSE ||
           kind == TOKEN_RPAREN || kind == TOKEN_RBRACKET;
}

static void track_operator(Parser *parser, Level *level, const Token *token)
{
    bool prefix = !ends_operand(parser->previous.kind) && (token->kind == TOKEN_MINUS || token->kind == TOKEN_NOT);
    if (prefix) {
        level->prefixes++;
        parser->nesting++;
        return;
    }
    drop_prefixes(parser, level);
    if (token->kind == TOKEN_QUESTION) {
        level->questions++;
        level->open_questions++;
        parser->nesting++;
        level->value_begin = token->span.end;
    } else if (token->kind == TOKEN_COLON && level->open_questions) {
        level->open_questions--;
        level->value_begin = token->span.end;
    }
}

static void track_separator(Parser *parser, Level *level, const Token *token)
{
    uint32_t value_begin = level->value_begin;
    begin_value(parser, level, token);
    switch (token->kind) {
    case TOKEN_ARROW:
        level->arrow = true;
        level->value_begin = value_begin;
        level->stage_begin = token->span.end;
        break;
    case TOKEN_ASSIGN:
        level->assigned = true;
        break;
    case TOKEN_SEMICOLON:
        level->ended = true;
        break;
    default:
        break;
    }
}

static void track_keyword(Parser *parser, Level *level, const Token *token)
{
    level->keyword = token->kind;
    level->assigned = false;
    level->value_begin = token->span.end;
    if (token->kind == TOKEN_IF || token->kind == TOKEN_FOR || token->kind == TOKEN_ON) {
        level->statements++;
        parser->nesting++;
    }
}

/* The parser has taken this token. */
static void track(Parser *parser, const Token *token)
{
    Level *level = parser_level(parser);
    bool closes = token_closes(token->kind, level->role);
    parser->label_closed &= token->kind == TOKEN_NAME || token->kind == TOKEN_LBRACE;
    if (level->ended && !closes && token->kind != TOKEN_ELSE)
        begin_statement(parser, level, token);
    level->ended = false;
    if (!level->tokens++)
        level->first = *token;
    if (closes)
        level_close(parser, token);
    else if (token->kind == TOKEN_LPAREN || token->kind == TOKEN_LBRACKET || token->kind == TOKEN_LBRACE)
        level_open(parser, token);
    else if (token->kind == TOKEN_ARROW || token->kind == TOKEN_COMMA || token->kind == TOKEN_ASSIGN ||
             token->kind == TOKEN_SEMICOLON)
        track_separator(parser, level, token);
    else if (token->kind >= TOKEN_NET && token->kind <= TOKEN_ON && token->kind != TOKEN_IN)
        track_keyword(parser, level, token);
    else if (token->kind >= TOKEN_RANGE)
        track_operator(parser, level, token);
}

static void read_next(Parser *parser, Token *token)
{
    if (parser->start) {
        *token = (Token){.kind = parser->start, .span = {parser->source, 0, 0}};
        parser->start = 0;
    } else if (parser->queue_next < parser->queue.count) {
        *token = parser->queue.at[parser->queue_next++];
    } else {
        scan_token(parser, token);
    }
}

int token_next(Parser *parser, union SyntaxValue *value, Span *span)
{
    if (!parser->dropped && parser->current.kind >= TOKEN_NET) {
        track(parser, &parser->current);
        parser->previous = parser->current;
    }
    parser->dropped = false;
    if (parser->nesting > LIMIT_NESTING && !parser->stopped) {
        diag_error(parser->diag, parser->previous.span, "nested deeper than %d levels", LIMIT_NESTING);
        parser->stopped = true;
    }
    read_next(parser, &parser->current);
    if (parser->stopped)
        parser->current.kind = TOKEN_END;
    *value = parser->current.value;
    *span = parser->current.span;
    if (parser->current.kind == TOKEN_ERROR)
        recover(parser);
    return parser->current.kind;
}
