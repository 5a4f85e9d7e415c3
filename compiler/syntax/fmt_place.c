/* fmt_place.c - the column of each word.
 *
 * A line that goes on stands under what it belongs to: '->' under its pipeline's first '->', an element of a bracket
 * under the first one, anything else four blanks in. Words that share a column in neighbouring lines are linked, and
 * lines are placed again until no column moves to the right any more; one round settles one column at least. In a
 * text that was not indented yet, links can contradict the indentation; columns that never settle are given up.
 */
#include "fovea.tab.h"
#include "syntax/fmt_line.h"

enum { INDENT = 4, MOST_ROUNDS = 30, MOST_TRIES = 10 };

typedef struct Placer {
    Words *words;
    uint32_t *line_start; /* of each word: the first word of its line */
    uint32_t *group;      /* of each word: the top word of its column; itself when it has none */
    uint32_t *least;      /* of each top word: the rightmost place any of its column needs */
    bool *given_up;       /* of each top word */
    uint32_t indent;      /* of the statement being placed */
} Placer;

/* Links a word to the one above it when the author had both at one column. */
static void link_words(Placer *placer, uint32_t above, uint32_t word)
{
    placer->words->at[word].aligned = above;
    placer->group[word] = placer->group[above];
}

/* Words `from` up to `to` are a line, words before them up to `last` the line above: links their inner arrows. */
static void link_arrows(Placer *placer, uint32_t last, uint32_t from, uint32_t to)
{
    const Word *at = placer->words->at;
    uint32_t above = last;
    for (uint32_t i = from + 1; i < to; i++) {
        if (at[i].kind != TOKEN_ARROW)
            continue;
        while (above < from && at[above].source_column < at[i].source_column)
            above++;
        for (uint32_t j = above; j < from && at[j].source_column == at[i].source_column; j++)
            if (at[j].kind == TOKEN_ARROW && !at[j].breaks && at[j].opener == at[i].opener)
                link_words(placer, j, i);
    }
}

static void link_comments(Placer *placer, uint32_t last, uint32_t from, uint32_t to)
{
    const Word *at = placer->words->at;
    const Word *above = &at[from - 1], *comment = &at[to - 1];
    bool both = !above->kind && !comment->kind && !above->breaks && !comment->breaks && last < from;
    if (both && above->source_column == comment->source_column)
        link_words(placer, from - 1, to - 1);
}

static void find_lines(Placer *placer)
{
    const Words *words = placer->words;
    uint32_t last = 0, from = 0;
    for (uint32_t i = 0; i < words->count; i++) {
        if (words->at[i].breaks) {
            last = from;
            from = i;
        }
        placer->line_start[i] = from;
        placer->group[i] = i;
        bool ends = i + 1 == words->count || words->at[i + 1].breaks;
        if (ends && from > 0 && !words->at[from].blank) {
            link_arrows(placer, last, from, i + 1);
            link_comments(placer, last, from, i + 1);
        }
    }
}

/* Where a bracket's elements stand when they begin a line. */
static uint32_t content_column(const Placer *placer, uint32_t opener)
{
    const Word *at = placer->words->at;
    const Word *first = &at[opener + 1];
    if (!first->breaks && first->kind)
        return first->column;
    return at[placer->line_start[opener]].column + INDENT;
}

/* A word that begins a line and no statement. */
static uint32_t continued_column(const Placer *placer, uint32_t i)
{
    const Words *words = placer->words;
    uint32_t shown = i;
    while (i < words->count && !words->at[i].kind) /* a comment stands as the word after it would */
        i++;
    if (i == words->count)
        return 0;
    const Word *word = &words->at[i];
    uint32_t opener = word->opener;
    bool closes = is_closer(word->kind) && word->role != ROLE_BODY;
    if (closes && shown != i)
        return content_column(placer, word->match);
    if (closes) {
        bool hanging = words->at[word->match + 1].breaks || !words->at[word->match + 1].kind;
        return words->at[hanging ? placer->line_start[word->match] : word->match].column;
    }
    if (word->kind == TOKEN_ARROW && word->first_arrow != i)
        return words->at[word->first_arrow].column;
    if (opener == NO_WORD || words->at[opener].role == ROLE_BODY)
        return placer->indent + INDENT;
    return content_column(placer, opener) + (word->begins_element ? 0 : INDENT);
}

static uint32_t natural_column(Placer *placer, uint32_t i)
{
    const Word *word = &placer->words->at[i];
    if (!word->breaks)
        return word[-1].column + word[-1].width + word->blanks + word->pad;
    if (word->level < 0)
        return continued_column(placer, i);
    placer->indent = (uint32_t)word->level * INDENT;
    return placer->indent;
}

/* Places every word once; true when a column moved, so that words above it have to follow. With `give_up`, such columns
 * are dissolved. */
static bool place_round(Placer *placer, bool give_up)
{
    bool moved = false;
    for (uint32_t i = 0; i < placer->words->count; i++) {
        Word *word = &placer->words->at[i];
        uint32_t *least = &placer->least[placer->group[i]];
        word->column = natural_column(placer, i);
        if (word->column > *least) {
            *least = word->column;
            moved |= word->aligned != NO_WORD;
            placer->given_up[placer->group[i]] |= give_up && word->aligned != NO_WORD;
        }
        if (!word->breaks)
            word->column = *least;
    }
    return moved;
}

static void restart(Placer *placer, bool without_groups)
{
    for (uint32_t i = 0; i < placer->words->count; i++) {
        placer->least[i] = 0;
        if (placer->words->at[i].aligned != NO_WORD && (without_groups || placer->given_up[placer->group[i]])) {
            placer->words->at[i].aligned = NO_WORD;
            placer->group[i] = i;
        }
    }
}

void fmt_place(Words *words)
{
    Placer placer = {
        .words = words,
        .line_start = NEW_ARRAY(words->arena, uint32_t, words->count),
        .group = NEW_ARRAY(words->arena, uint32_t, words->count),
        .least = NEW_ARRAY(words->arena, uint32_t, words->count),
        .given_up = NEW_ARRAY(words->arena, bool, words->count),
    };
    find_lines(&placer);
    for (int try = 0; try <= MOST_TRIES; try++) {
        bool moved = true;
        for (int round = 0; moved && round < MOST_ROUNDS; round++)
            moved = place_round(&placer, round + 1 == MOST_ROUNDS);
        if (!moved)
            return;
        restart(&placer, try + 1 >= MOST_TRIES);
    }
}
