/* editors.c - the lists of editors/vim/syntax/fovea.vim are what the compiler knows: layers, functions, the words of
 * arguments, keywords. What either has alone is named.
 */
#include <criterion/criterion.h>

#include <ctype.h>

#include "elaborate/internal.h"
#include "tests/support/files.h"

static const char SYNTAX[] = "editors/vim/syntax/fovea.vim";

static void add(Arena *arena, Paths *list, const char *word)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->at[i], word) == 0)
            return;
    VEC_PUSH(arena, list, word);
}

static bool has(const Paths *list, const char *word)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->at[i], word) == 0)
            return true;
    return false;
}

/* The words in '...' of `let s:NAME = [...]`. */
static Paths vim_list(Arena *arena, const char *text, const char *name)
{
    Paths words = {0};
    const char *at = strstr(text, arena_printf(arena, "let s:%s = [", name));
    cr_assert(at, "%s has no list %s", SYNTAX, name);
    for (const char *end = strchr(at, ']'); (at = strchr(at, '\'')) && at < end;) {
        const char *close = strchr(at + 1, '\'');
        VEC_PUSH(arena, &words, arena_strndup(arena, at + 1, (size_t)(close - at - 1)));
        at = close + 1;
    }
    return words;
}

/* The words of all lines `syntax keyword fovea...`, less options and group names. */
static Paths vim_keywords(Arena *arena, const char *text)
{
    static const char start[] = "syntax keyword fovea";
    Paths words = {0};
    for (const char *at = text; (at = strstr(at, start));) {
        const char *end = strchrnul(at, '\n');
        at += sizeof start - 1;
        for (at += strcspn(at, " \n"); at < end; at += strcspn(at, " \n")) {
            at += strspn(at, " ");
            size_t length = strcspn(at, " \n");
            bool lower = length > 0;
            for (size_t i = 0; i < length; i++)
                lower = lower && islower((unsigned char)at[i]);
            if (lower && strncmp(at, "contained", 9) && strncmp(at, "skip", 4))
                add(arena, &words, arena_strndup(arena, at, length));
        }
    }
    return words;
}

/* Tokens of letters alone, as grammar/fovea.l lists them: "net" { ... } */
static Paths grammar_keywords(Arena *arena)
{
    Paths words = {0};
    const char *text = text_read(arena, "grammar/fovea.l", NULL);
    cr_assert(text);
    for (const char *at = text; (at = strstr(at, "\n\"")); at++) {
        size_t length = strcspn(at + 2, "\"\n");
        if (at[2 + length] == '"' && length && islower((unsigned char)at[2]))
            add(arena, &words, arena_strndup(arena, at + 2, length));
    }
    return words;
}

static void expect_same(const char *what, const Paths *ours, const Paths *theirs)
{
    for (uint32_t i = 0; i < ours->count; i++)
        cr_expect(has(theirs, ours->at[i]), "%s does not know the %s '%s'", SYNTAX, what, ours->at[i]);
    for (uint32_t i = 0; i < theirs->count; i++)
        cr_expect(has(ours, theirs->at[i]), "%s has the %s '%s', Fovea has not", SYNTAX, what, theirs->at[i]);
    cr_expect_geq(ours->count, 5, "only %u %ss", ours->count, what);
}

static void add_words(Arena *arena, Paths *words, const char *list)
{
    for (const char *at = list; *at;) {
        size_t length = strcspn(at, " ");
        add(arena, words, arena_strndup(arena, at, length));
        at += length + strspn(at + length, " ");
    }
}

Test(editors, vim_knows_what_fovea_knows)
{
    Arena *arena = arena_new();
    const char *text = text_read(arena, SYNTAX, NULL);
    cr_assert(text, "there is no %s", SYNTAX);
    Paths layers = {0}, functions = {0}, words = {0}, wordy = {0};
    for (int op = 0; op < OP_COUNT; op++) {
        const Op *row = op_row((OpId)op);
        if (row->build || row->build_list)
            add(arena, &layers, op_name((OpId)op));
        for (int i = 0; i < row->param_count; i++)
            if (row->params[i].words && strcmp(row->params[i].words, "false true") != 0) {
                add_words(arena, &words, row->params[i].words);
                add(arena, &wordy, row->params[i].name);
            }
    }
    add_words(arena, &words, "rgb bgr"); /* of inputs */
    add(arena, &wordy, "order");
    for (int i = 0; builtin_name(i); i++)
        add(arena, &functions, builtin_name(i));
    Paths keywords = grammar_keywords(arena);

    Paths vim_layers = vim_list(arena, text, "layers"), vim_functions = vim_list(arena, text, "functions");
    Paths vim_words = vim_list(arena, text, "words"), vim_wordy = vim_list(arena, text, "wordy");
    Paths vim_words_of_language = vim_keywords(arena, text);
    expect_same("layer", &layers, &vim_layers);
    expect_same("function", &functions, &vim_functions);
    expect_same("word", &words, &vim_words);
    expect_same("argument", &wordy, &vim_wordy);
    expect_same("keyword", &keywords, &vim_words_of_language);
    arena_free(arena);
}
