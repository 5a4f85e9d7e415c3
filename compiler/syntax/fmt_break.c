/* fmt_break.c - which word begins a line, and how deep the statement that begins there is indented.
 *
 * The author's line breaks stay, with these exceptions: '{', ';', ',', an `else` after a '}' line and the inside of
 * labels and calls' names join the line before; a '->' at the end of a line goes to the next; statements of a body that
 * is not written on one line begin a line each.
 */
#include "fovea.tab.h"
#include "syntax/fmt_line.h"

static bool is_body(const Word *word, int kind)
{
    return word->kind == kind && word->role == ROLE_BODY;
}

static bool joins_opener(const Word *before, const Word *word)
{
    switch (word->role) {
    case ROLE_BODY:
        return before->kind == TOKEN_RPAREN || before->kind == TOKEN_ELSE;
    case ROLE_LABEL:
        return before->kind != TOKEN_ARROW;
    case ROLE_CALL:
    case ROLE_PARAMS:
    case ROLE_CONDITION:
        return true;
    default:
        return false;
    }
}

/* Does the word belong right behind the token before it, whatever the author did? */
static bool joins(const Word *before, const Word *word)
{
    bool in_label = (before->role == ROLE_LABEL && (is_opener(before->kind) || word->kind == TOKEN_NAME)) ||
                    (word->role == ROLE_LABEL && is_closer(word->kind));
    bool empty_body = is_body(before, TOKEN_LBRACE) && is_body(word, TOKEN_RBRACE);
    if (in_label || empty_body)
        return true;
    if (before->kind == TOKEN_AT || before->kind == TOKEN_DOT || before->role == ROLE_PREFIX)
        return true;
    switch (word->kind) {
    case TOKEN_SEMICOLON:
    case TOKEN_COMMA:
    case TOKEN_DOTWORD:
    case TOKEN_DOT:
        return true;
    case TOKEN_COLON:
        return word->role != ROLE_CHOICE;
    case TOKEN_ELSE:
        return is_body(before, TOKEN_RBRACE) && before->breaks;
    default:
        return is_opener(word->kind) && joins_opener(before, word);
    }
}

/* Does a statement, or the end of a body, begin a line here although the author wrote none? */
static bool must_break(const Words *words, const Word *before, const Word *word)
{
    bool ends = before->kind == TOKEN_SEMICOLON || is_body(before, TOKEN_RBRACE);
    bool body_edge = is_body(before, TOKEN_LBRACE) || is_body(word, TOKEN_RBRACE);
    if ((!ends && !body_edge) || word->kind == TOKEN_ELSE)
        return false;
    uint32_t around = is_body(word, TOKEN_RBRACE) ? word->match : word->opener;
    if (around == NO_WORD)
        return true;
    const Word *opener = &words->at[around];
    return opener->source_line != words->at[opener->match].source_line;
}

static void set_breaks(Words *words)
{
    bool carried = false; /* a ',' was moved up: the word after it begins the line */
    for (uint32_t i = 1; i < words->count; i++) {
        Word *before = &words->at[i - 1], *word = &words->at[i];
        word->breaks = word->source_line > before->source_line || carried;
        word->blank = word->source_line > before->source_line + 1;
        carried = false;
        if (!word->kind || !before->kind)
            continue;
        if (joins(before, word)) {
            carried = word->breaks && word->kind == TOKEN_COMMA;
            word->breaks = false;
        } else if (before->kind == TOKEN_ARROW && word->breaks) {
            before->breaks = true;
            word->breaks = false;
        } else if (must_break(words, before, word)) {
            word->breaks = true;
        }
        word->blank &= word->breaks && !is_body(before, TOKEN_LBRACE) && !is_body(word, TOKEN_RBRACE);
    }
    if (words->count)
        words->at[0].breaks = true;
}

/* The word that begins at a byte of the text. */
static uint32_t word_at(const Words *words, uint32_t begin)
{
    uint32_t low = 0, high = words->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (words->at[middle].span.begin <= begin)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void set_statement(Words *words, const Stmt *stmt, int level);

/* The statement after if (...), else, for (...) or on device(...): deeper when it begins a line of its own. */
static void set_inner(Words *words, const Stmt *stmt, int level)
{
    const Word *first = &words->at[word_at(words, stmt->span.begin)];
    set_statement(words, stmt, first->breaks && stmt->kind != STMT_BODY ? level + 1 : level);
}

static void set_body(Words *words, const Stmts *body, uint32_t begin, int level)
{
    for (uint32_t i = 0; i < body->count; i++)
        set_statement(words, body->at[i], level + 1);
    words->at[words->at[begin].match].level = level;
}

static void set_statement(Words *words, const Stmt *stmt, int level)
{
    uint32_t first = word_at(words, stmt->span.begin);
    words->at[first].level = level;
    switch (stmt->kind) {
    case STMT_IF:
        set_inner(words, stmt->as.branch.yes, level);
        if (stmt->as.branch.no) {
            words->at[token_before(words, word_at(words, stmt->as.branch.no->span.begin))].level = level; /* else */
            set_inner(words, stmt->as.branch.no, level);
        }
        break;
    case STMT_FOR:
        set_inner(words, stmt->as.loop.body, level);
        break;
    case STMT_ON:
        set_inner(words, stmt->as.on.body, level);
        break;
    case STMT_BODY:
        set_body(words, &stmt->as.body, first, level);
        break;
    default:
        break;
    }
}

/* A comment stands where the statement after it does; before '}' it is the body's last line. */
static void set_comments(Words *words)
{
    int level = 0;
    for (uint32_t i = words->count; i-- > 0;) {
        Word *word = &words->at[i];
        if (word->kind)
            level = is_body(word, TOKEN_RBRACE) ? word->level + 1 : word->level;
        else
            word->level = level;
    }
}

void fmt_breaks(Words *words, const SyntaxFile *file)
{
    set_breaks(words);
    for (uint32_t i = 0; i < file->items.count; i++) {
        const Item *item = file->items.at[i];
        words->at[word_at(words, item->span.begin)].level = 0;
        if (item->kind != ITEM_NET && item->kind != ITEM_BLOCK)
            continue;
        uint32_t closer = word_at(words, item->span.end - 1);
        set_body(words, &item->body, words->at[closer].match, 0);
    }
    set_comments(words);
}
