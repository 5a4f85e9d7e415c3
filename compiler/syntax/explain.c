/* explain.c - syntax errors in words: what is wrong, rather than which tokens would do.
 *
 * The rules are tried in order; each looks at the unexpected token, the one before it, the brackets around (levels)
 * and what the grammar would take, and either says its sentence or leaves the case to the next. The last always has
 * something to say. A missing token is shown where it should stand, right after the token before.
 */
#include "fovea.tab.h"
#include "syntax/parser.h"

enum { SHOWN = 40 };

typedef struct Case {
    Parser *parser;
    Diag *diag;
    const Expected *expected;
    const Token *token, *previous; /* previous->kind 0: nothing was read yet */
    const Level *level;
    const char *text, *before; /* how the two are spelled */
    bool in_statement;         /* not inside ( ) or [ ] */
} Case;

typedef bool Rule(const Case *c);

static bool takes(const Case *c, int kind)
{
    return c->expected->tokens[kind - TOKEN_START_FILE];
}

static bool is_keyword(int kind)
{
    return kind >= TOKEN_NET && kind <= TOKEN_TRAIN;
}

static bool begins_item(int kind)
{
    return kind >= TOKEN_NET && kind <= TOKEN_WEIGHTS;
}

static bool begins_statement(int kind)
{
    return begins_item(kind) || kind == TOKEN_IF || kind == TOKEN_FOR || kind == TOKEN_RETURN || kind == TOKEN_OUTPUT ||
           kind == TOKEN_ON;
}

static bool is_operator(int kind)
{
    return kind == TOKEN_RANGE || kind == TOKEN_QUESTION || (kind >= TOKEN_OR && kind <= TOKEN_MODULO);
}

static bool begins_value(int kind)
{
    return (kind >= TOKEN_INT && kind <= TOKEN_WORD) || kind == TOKEN_TRUE || kind == TOKEN_FALSE ||
           kind == TOKEN_LPAREN || kind == TOKEN_LBRACKET || kind == TOKEN_MINUS || kind == TOKEN_NOT;
}

static const char *spelled(Parser *parser, uint32_t begin, uint32_t end)
{
    size_t length = end - begin;
    const char *line_end = memchr(parser->text + begin, '\n', length);
    if (line_end)
        length = (size_t)(line_end - (parser->text + begin));
    bool cut = line_end || length > SHOWN;
    length = MIN(length, (size_t)SHOWN);
    while (length && ((unsigned char)parser->text[begin + length] & 0xC0) == 0x80)
        length--;
    return arena_printf(parser->arena, "%.*s%s", (int)length, parser->text + begin, cut ? "..." : "");
}

static const char *spelled_token(Parser *parser, const Token *token)
{
    if (token->kind == TOKEN_END)
        return "the end of the file";
    return arena_printf(parser->arena, "'%s'", spelled(parser, token->span.begin, token->span.end));
}

/* The place right after the token before. */
static Span after_previous(const Case *c)
{
    const Span *span = &c->previous->span;
    return c->previous->kind ? (Span){span->file, span->end, span->end} : c->token->span;
}

static bool say_missing(const Case *c, const char *what)
{
    diag_error(c->diag, after_previous(c), "%s is missing after %s", what, c->before);
    return true;
}

static void note_opened(const Case *c)
{
    bool suspected = c->level->role == LEVEL_BODY && c->parser->suspect.kind;
    diag_note(c->diag, suspected ? c->parser->suspect.span : c->level->opener.span, "opened here");
}

static bool rule_reserved(const Case *c)
{
    if (c->token->kind != TOKEN_TRAIN)
        return false;
    diag_error(c->diag, c->token->span, "'train' is reserved");
    diag_hint(c->diag, "choose another name");
    return true;
}

/* "(" without ")" when the statement, the body or the file ends, and brackets that cross. */
static bool rule_unclosed(const Case *c)
{
    static const char *const closers[] = {
        [LEVEL_ROUND] = "')'", [LEVEL_SQUARE] = "']'", [LEVEL_BODY] = "'}'", [LEVEL_LABEL] = "'}'"};
    int kind = c->token->kind;
    LevelRole role = c->level->role;
    bool closer = kind == TOKEN_RPAREN || kind == TOKEN_RBRACKET || kind == TOKEN_RBRACE;
    bool item = begins_item(kind) && token_at_margin(c->parser, c->token);
    bool body_ends = kind == TOKEN_END || (item && !takes(c, TOKEN_SEMICOLON));
    if (role == LEVEL_BODY && body_ends && takes(c, TOKEN_RBRACE)) {
        diag_error(c->diag, kind == TOKEN_END ? after_previous(c) : c->token->span, "unclosed '{'");
        note_opened(c);
        return true;
    }
    if (c->in_statement || (closer && token_closes(kind, role)))
        return false;
    bool statement_begins = c->token->opens_line && begins_statement(kind);
    if (role == LEVEL_LABEL && kind == TOKEN_COLON && c->level->open_questions == 0)
        statement_begins = true; /* layer{i: conv(...) */
    bool body_begins = kind == TOKEN_LBRACE && c->previous->kind != TOKEN_LPAREN && c->previous->kind != TOKEN_COMMA;
    if (!closer && kind != TOKEN_SEMICOLON && kind != TOKEN_END && !statement_begins && !body_begins)
        return false;
    say_missing(c, closers[role]);
    note_opened(c);
    return true;
}

static bool rule_nothing_to_close(const Case *c)
{
    int kind = c->token->kind;
    bool closer =
        kind == TOKEN_RPAREN || kind == TOKEN_RBRACKET || (kind == TOKEN_RBRACE && c->level->role == LEVEL_FILE);
    if (!closer || !c->in_statement)
        return false;
    diag_error(c->diag, c->token->span, "%s closes nothing", c->text);
    return true;
}

/* .5 and 1. and words after a dot outside of labels. */
static bool rule_dot(const Case *c)
{
    if (c->token->kind == TOKEN_DOTWORD) {
        const char *word = c->token->value.name.text;
        bool number = strspn(word, "0123456789") == strlen(word);
        if (number)
            diag_error(c->diag, c->token->span, "write 0%s, not %s",
                       spelled(c->parser, c->token->span.begin, c->token->span.end),
                       spelled(c->parser, c->token->span.begin, c->token->span.end));
        else
            diag_error(c->diag, c->token->span, "%s can only continue a label, after '->'", c->text);
        return true;
    }
    if (c->token->kind == TOKEN_DOT && c->previous->kind == TOKEN_INT &&
        c->previous->span.end == c->token->span.begin) {
        const char *integer = spelled(c->parser, c->previous->span.begin, c->previous->span.end);
        diag_error(c->diag, span_join(c->previous->span, c->token->span), "write %s.0, not %s.", integer, integer);
        return true;
    }
    return false;
}

/* x => relu */
static bool rule_arrow(const Case *c)
{
    bool greater = c->token->kind == TOKEN_GT && c->previous->kind == TOKEN_ASSIGN &&
                   c->previous->span.end == c->token->span.begin;
    if (!greater && (c->token->kind != TOKEN_ASSIGN || c->parser->text[c->token->span.end] != '>'))
        return false;
    uint32_t begin = greater ? c->previous->span.begin : c->token->span.begin;
    diag_error(c->diag, (Span){c->token->span.file, begin, begin + 2}, "there is no '=>'");
    diag_hint(c->diag, "the pipe is written ->");
    return true;
}

static bool rule_again(const Case *c)
{
    if (c->token->kind == TOKEN_AT && !takes(c, TOKEN_AT)) {
        diag_error(c->diag, c->token->span, "'@' stands only after '->'");
        diag_hint(c->diag, "x -> @trunk");
        return true;
    }
    uint32_t at = c->level->stage_begin + (uint32_t)strspn(c->parser->text + c->level->stage_begin, " \t\r\n");
    if (c->token->kind != TOKEN_LPAREN || !c->level->arrow || c->parser->text[at] != '@')
        return false;
    diag_error(c->diag, c->token->span, "'%s' takes no arguments: it is the same layer once more",
               spelled(c->parser, at, c->previous->span.end));
    return true;
}

static bool rule_assign(const Case *c)
{
    if (c->token->kind != TOKEN_ASSIGN || (c->in_statement && c->level->role == LEVEL_FILE && !c->level->keyword))
        return false;
    int before = c->previous->kind;
    bool touches = c->previous->span.end == c->token->span.begin;
    bool bare = c->in_statement && !c->level->assigned;
    if (is_keyword(before)) {
        diag_error(c->diag, c->previous->span, "%s is a keyword", c->before);
        if (before == TOKEN_OUTPUT)
            diag_hint(c->diag, "an output has a name: output logits = ...;");
    } else if (before >= TOKEN_PLUS && before <= TOKEN_MODULO && touches && bare) {
        const Span *first = &c->level->first.span;
        const char *name = spelled(c->parser, first->begin, first->end);
        char op = c->parser->text[c->previous->span.begin];
        diag_error(c->diag, span_join(c->previous->span, c->token->span), "there is no '%c='", op);
        diag_hint(c->diag, "%s = %s %c ...", name, name, op);
    } else if (bare && c->level->keyword != TOKEN_RETURN) {
        diag_error(c->diag, c->token->span, "only a name can stand before '='");
    } else {
        diag_error(c->diag, c->token->span, "'=' assigns; use '=='");
    }
    return true;
}

static bool rule_stray_semicolon(const Case *c)
{
    int before = c->previous->kind;
    if (c->token->kind != TOKEN_SEMICOLON || (before != TOKEN_SEMICOLON && before != TOKEN_RBRACE && before != 0))
        return false;
    if (!takes(c, TOKEN_RBRACE) && !takes(c, TOKEN_NET))
        return false;
    diag_error(c->diag, c->token->span, "this ';' ends nothing");
    if (before == TOKEN_RBRACE)
        diag_hint(c->diag, "no ';' stands after '}'");
    return true;
}

/* Between items: statements, and misspelled keywords. */
static bool rule_item(const Case *c)
{
    static const char *const items[] = {"net", "block", "const", "import", "weights"};
    if (c->level->role != LEVEL_FILE || !c->parser->file || !takes(c, TOKEN_NET))
        return false;
    const char *nearest = NULL;
    if (c->token->kind == TOKEN_NAME)
        nearest = nearest_word(c->token->value.name.text, items, COUNT_OF(items));
    if (nearest) {
        diag_error(c->diag, c->token->span, "%s begins neither a net nor a block nor a constant", c->text);
        diag_hint(c->diag, "did you mean '%s'?", nearest);
    } else {
        diag_error(c->diag, c->token->span, "%s stands in no net and no block", c->text);
        diag_hint(c->diag, "a file is made of net, block, const, import and weights");
    }
    return true;
}

static bool rule_one_value(const Case *c)
{
    if (c->token->kind != TOKEN_COMMA || !c->in_statement || c->level->keyword != TOKEN_RETURN)
        return false;
    diag_error(c->diag, c->token->span, "one value is returned; add others with output");
    diag_hint(c->diag, "output name = ...; before the return");
    return true;
}

static bool rule_loop(const Case *c)
{
    if (c->level->role != LEVEL_ROUND || c->level->owner.kind != TOKEN_FOR || takes(c, TOKEN_RPAREN) ||
        (takes(c, TOKEN_INT) && !takes(c, TOKEN_IN)))
        return false;
    diag_error(c->diag, c->token->span, "unexpected %s in the head of a loop", c->text);
    diag_hint(c->diag, "for (i in 0..10), for (value in list), for (key, value in table)");
    return true;
}

static bool rule_keyword(const Case *c)
{
    int kind = c->token->kind;
    bool elsewhere = begins_statement(kind) && c->token->opens_line && !takes(c, TOKEN_RBRACE);
    if (!is_keyword(kind) || !takes(c, TOKEN_NAME) || elsewhere)
        return false;
    if (kind == TOKEN_ELSE && c->level->role == LEVEL_BODY && takes(c, TOKEN_RBRACE)) {
        diag_error(c->diag, c->token->span, "this 'else' has no 'if'");
        return true;
    }
    if (takes(c, TOKEN_RBRACE) && begins_item(kind)) {
        diag_error(c->diag, c->token->span, "%s belongs outside of nets and blocks", c->text);
        if (kind == TOKEN_CONST)
            diag_hint(c->diag, "inside, write name = ...;");
        return true;
    }
    diag_error(c->diag, c->token->span, "%s is a keyword", c->text);
    if (kind == TOKEN_IF)
        diag_hint(c->diag, "a choice between values is c ? a : b");
    else
        diag_hint(c->diag, "choose another name");
    return true;
}

static bool rule_label(const Case *c)
{
    int before = c->previous->kind, kind = c->token->kind;
    bool after_word = before == TOKEN_WORD || before == TOKEN_DOTWORD || (before == TOKEN_RBRACE && c->level->arrow);
    if (kind == TOKEN_COLON && before == TOKEN_NAME && !c->level->arrow) {
        const char *name = spelled(c->parser, c->previous->span.begin, c->previous->span.end);
        diag_error(c->diag, c->previous->span, "labels stand only after '->'");
        diag_hint(c->diag, "x = x -> %s: conv(...)", name);
        return true;
    }
    bool layer = (kind == TOKEN_NAME || kind == TOKEN_WORD) && !c->token->opens_line;
    bool bare = takes(c, TOKEN_COLON) && takes(c, TOKEN_DOTWORD) && !takes(c, TOKEN_LPAREN);
    if (!after_word || !c->level->arrow || (!layer && !bare))
        return false;
    uint32_t begin = c->level->stage_begin + (uint32_t)strspn(c->parser->text + c->level->stage_begin, " \t\r\n");
    const char *label = spelled(c->parser, begin, c->previous->span.end);
    if (!layer) {
        diag_error(c->diag, after_previous(c), "':' and a layer are missing after the label '%s'", label);
        return true;
    }
    diag_error(c->diag, after_previous(c), "':' is missing after the label '%s'", label);
    diag_hint(c->diag, "-> %s: %s(...)", label, spelled(c->parser, c->token->span.begin, c->token->span.end));
    return true;
}

/* `x -> ` at the end of a line, and the next statement's keyword was read as a layer. */
static bool rule_swallowed_keyword(const Case *c)
{
    static const char *const words[] = {"return", "output", "if", "for", "on", "net", "block", "else"};
    if (c->previous->kind != TOKEN_WORD || !c->previous->opens_line)
        return false;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!strcmp(c->previous->value.name.text, words[i])) {
            diag_error(c->diag, c->previous->span, "'%s' is read as a layer here: the '->' before it has none",
                       words[i]);
            return true;
        }
    }
    return false;
}

static bool rule_semicolon(const Case *c)
{
    int kind = c->token->kind;
    if (!takes(c, TOKEN_SEMICOLON) || is_operator(kind) || kind == TOKEN_ARROW || kind == TOKEN_COLON)
        return false;
    if (!c->token->opens_line && kind != TOKEN_RBRACE && kind != TOKEN_END && !begins_statement(kind))
        return false;
    return say_missing(c, "';'");
}

/* The value being read, up to the token before; "..." when it is long. */
static const char *value_so_far(const Case *c)
{
    uint32_t begin = c->level->value_begin;
    begin += (uint32_t)strspn(c->parser->text + begin, " \t\r\n");
    uint32_t end = MAX(begin, c->previous->span.end);
    bool shown = end - begin <= SHOWN && !memchr(c->parser->text + begin, '\n', end - begin);
    return shown ? spelled(c->parser, begin, end) : c->level->arrow ? "... -> ..." : "...";
}

static bool rule_pipeline(const Case *c)
{
    int kind = c->token->kind;
    if (kind == TOKEN_ARROW && c->level->open_questions && takes(c, TOKEN_COLON)) {
        diag_error(c->diag, c->token->span, "bracket a pipeline inside '?:'");
        diag_hint(c->diag, "... ? (%s -> ...) : ...", value_so_far(c));
        return true;
    }
    if (kind == TOKEN_ARROW && takes(c, TOKEN_PLUS)) {
        diag_error(c->diag, c->token->span, "a pipeline stands in brackets here");
        diag_hint(c->diag, "(%s -> ...)", value_so_far(c));
        return true;
    }
    bool infix = is_operator(kind) || kind == TOKEN_LBRACKET;
    if (!infix || !c->level->arrow || !takes(c, TOKEN_ARROW) || c->token->opens_line)
        return false;
    diag_error(c->diag, c->token->span, "bracket the pipeline before %s", c->text);
    if (kind == TOKEN_LBRACKET)
        diag_hint(c->diag, "(%s)[...]", value_so_far(c));
    else
        diag_hint(c->diag, "(%s) %s ...", value_so_far(c),
                  spelled(c->parser, c->token->span.begin, c->token->span.end));
    return true;
}

static bool rule_comparison(const Case *c)
{
    if (c->token->kind < TOKEN_EQ || c->token->kind > TOKEN_GE || !takes(c, TOKEN_PLUS))
        return false;
    diag_error(c->diag, c->token->span, "comparisons do not chain");
    diag_hint(c->diag, "a < b && b < c");
    return true;
}

static bool rule_value_missing(const Case *c)
{
    if (takes(c, TOKEN_WORD)) {
        say_missing(c, "a layer");
        if (c->token->kind == TOKEN_LPAREN)
            diag_hint(c->diag, "layers follow each other without brackets: x -> conv(...) -> relu");
        return true;
    }
    if (c->previous->kind == TOKEN_COLON && c->level->arrow && takes(c, TOKEN_NAME) && !takes(c, TOKEN_INT))
        return say_missing(c, "a layer");
    if (!takes(c, TOKEN_INT) || !takes(c, TOKEN_NAME) || takes(c, TOKEN_RBRACE))
        return false;
    if (!c->previous->kind)
        diag_error(c->diag, c->token->span, "a value is missing");
    else
        say_missing(c, "a value");
    return true;
}

static bool rule_opening_bracket(const Case *c)
{
    int before = c->previous->kind;
    bool head = before == TOKEN_IF || before == TOKEN_FOR;
    bool named = before == TOKEN_NAME && !takes(c, TOKEN_SEMICOLON) && !takes(c, TOKEN_RPAREN);
    if (takes(c, TOKEN_LPAREN) && (head || (named && !takes(c, TOKEN_PLUS))))
        return say_missing(c, "'('");
    if (takes(c, TOKEN_LBRACKET) && c->expected->count == 1) {
        say_missing(c, "'['");
        diag_hint(c->diag, "a typed input has a shape: image: f32[3, 224, 224]");
        return true;
    }
    return takes(c, TOKEN_LBRACE) && c->expected->count == 1 ? say_missing(c, "'{'") : false;
}

static bool rule_file_name(const Case *c)
{
    if (!takes(c, TOKEN_STRING) || c->expected->count != 1)
        return false;
    bool import = c->previous->kind == TOKEN_IMPORT;
    say_missing(c, "a file name in double quotes");
    diag_hint(c->diag, "%s \"%s\";", import ? "import" : "weights", import ? "blocks.fov" : "lenet5.safetensors");
    return true;
}

/* Is the token further left than, or right under, the statement it seems to continue? */
static bool back_at_margin(const Case *c)
{
    uint32_t i = c->parser->levels.count - 1;
    while (c->parser->levels.at[i].role != LEVEL_FILE && c->parser->levels.at[i].role != LEVEL_BODY)
        i--;
    int line, column, first_column;
    span_position(c->diag, c->token->span, &line, &column);
    span_position(c->diag, c->parser->levels.at[i].first.span, &line, &first_column);
    return c->token->opens_line && column <= first_column;
}

static bool rule_comma(const Case *c)
{
    if (!takes(c, TOKEN_COMMA) || c->in_statement || !begins_value(c->token->kind))
        return false;
    if (!back_at_margin(c))
        return say_missing(c, "','");
    say_missing(c, c->level->role == LEVEL_SQUARE ? "']'" : "')'");
    note_opened(c);
    return true;
}

/* Statements of other languages. */
static bool rule_foreign(const Case *c)
{
    static const char *const foreign[] = {"while", "do",  "switch", "def", "func", "function",
                                          "class", "let", "var",    "int", "float"};
    if (!c->in_statement || c->level->first.kind != TOKEN_NAME || c->level->assigned)
        return false;
    const char *first = c->level->first.value.name.text;
    for (size_t i = 0; i < COUNT_OF(foreign); i++) {
        if (strcmp(first, foreign[i]))
            continue;
        diag_error(c->diag, c->level->first.span, "there is no '%s' here", first);
        if (i < 3)
            diag_hint(c->diag, "loops are for (i in 0..10), choices are if (...) ... else ...");
        else if (i > 6)
            diag_hint(c->diag, "a value needs no declaration: x = ...;");
        return true;
    }
    return false;
}

static bool rule_any(const Case *c)
{
    const char *const *names = c->expected->names;
    const char *before = c->previous->kind ? arena_printf(c->parser->arena, " after %s", c->before) : "";
    switch (c->expected->count) {
    case 1:
        diag_error(c->diag, c->token->span, "unexpected %s%s; %s should stand here", c->text, before, names[0]);
        break;
    case 2:
        diag_error(c->diag, c->token->span, "unexpected %s%s; %s or %s should stand here", c->text, before, names[0],
                   names[1]);
        break;
    default:
        diag_error(c->diag, c->token->span, "unexpected %s%s", c->text, before);
        break;
    }
    return true;
}

void explain_unexpected(Parser *parser, const Expected *expected)
{
    static Rule *const rules[] = {
        rule_reserved,
        rule_dot,
        rule_arrow,
        rule_again,
        rule_one_value,
        rule_loop,
        rule_unclosed,
        rule_stray_semicolon,
        rule_nothing_to_close,
        rule_item,
        rule_assign,
        rule_keyword,
        rule_swallowed_keyword,
        rule_label,
        rule_semicolon,
        rule_pipeline,
        rule_comparison,
        rule_value_missing,
        rule_opening_bracket,
        rule_file_name,
        rule_comma,
        rule_foreign,
        rule_any,
    };
    if (parser->stopped)
        return;
    const Level *level = parser_level(parser);
    Case c = {
        .parser = parser,
        .diag = parser->diag,
        .expected = expected,
        .token = &parser->current,
        .previous = &parser->previous,
        .level = level,
        .text = spelled_token(parser, &parser->current),
        .before = spelled_token(parser, &parser->previous),
        .in_statement = level->role == LEVEL_FILE || level->role == LEVEL_BODY,
    };
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (rules[i](&c))
            return;
}
