/* shrink.c - smaller texts that still fail (see shrink.h).
 *
 * Nothing here understands a model: every cut is tried, and what is no model any more does not fail. Cuts go from the
 * largest to the smallest, again and again until none is left that can be made.
 */
#include "tests/support/shrink.h"

#include <ctype.h>

typedef struct Shrink {
    Arena *arena;
    const char *text; /* the smallest so far */
    bool (*fails)(void *context, const char *text);
    void *context;
} Shrink;

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Takes over the text with [begin, end) replaced, when it still fails. */
static bool try_cut(Shrink *shrink, size_t begin, size_t end, const char *instead)
{
    const char *text = shrink->text;
    const char *smaller = arena_printf(shrink->arena, "%.*s%s%s", (int)begin, text, instead, text + end);
    if (strcmp(smaller, text) == 0 || !shrink->fails(shrink->context, smaller))
        return false;
    shrink->text = smaller;
    return true;
}

/* `text` with every word `name` replaced. */
static const char *renamed(Arena *arena, const char *text, const char *name, const char *instead)
{
    size_t length = strlen(name), room = strlen(text);
    char *result = arena_alloc(arena, (room + 1) * (strlen(instead) + 1)), *to = result;
    for (const char *c = text; *c;) {
        bool starts = c == text || !is_word(c[-1]);
        if (starts && strncmp(c, name, length) == 0 && !is_word(c[length])) {
            to = stpcpy(to, instead);
            c += length;
        } else {
            *to++ = *c++;
        }
    }
    return result;
}

/* Leaves out the statement on line [begin, end): "name = ...;" with each of the words in it in place of the name. */
static bool cut_statement(Shrink *shrink, size_t begin, size_t end)
{
    Arena *arena = shrink->arena;
    const char *line = arena_strndup(arena, shrink->text + begin, end - begin), *equals = strstr(line, " = ");
    if (try_cut(shrink, begin, end, ""))
        return true;
    if (!equals)
        return false;
    const char *name = line;
    while (*name == ' ')
        name++;
    name = arena_strndup(arena, name, (size_t)(equals - name));
    const char *head = arena_strndup(arena, shrink->text, begin);
    for (const char *c = equals; *c; c++) {
        if (!is_word(*c) || is_word(c[-1]))
            continue;
        size_t length = 1;
        while (is_word(c[length]))
            length++;
        const char *rest = renamed(arena, shrink->text + end, name, arena_strndup(arena, c, length));
        const char *smaller = arena_printf(arena, "%s%s", head, rest);
        if (shrink->fails(shrink->context, smaller)) {
            shrink->text = smaller;
            return true;
        }
    }
    return false;
}

static bool cut_statements(Shrink *shrink)
{
    bool any = false;
    size_t end = strlen(shrink->text);
    while (end > 0) { /* from the last on: those read what is before them */
        size_t begin = end - 1;
        while (begin > 0 && shrink->text[begin - 1] != '\n')
            begin--;
        any |= cut_statement(shrink, begin, end);
        end = begin;
    }
    return any;
}

/* The end of what begins at `at`: the first separator that is in no bracket opened since. */
static size_t part_end(const char *text, size_t at)
{
    int depth = 0;
    for (; text[at] && text[at] != '\n'; at++) {
        bool separates = strchr(",;)]", text[at]) || strncmp(text + at, " -> ", 4) == 0;
        if (depth == 0 && separates)
            break;
        depth += strchr("([", text[at]) ? 1 : strchr(")]", text[at]) ? -1 : 0;
    }
    return at;
}

/* Stages " -> relu", further arguments ", bias=false" and what stands in front of " -> " or behind an operator. */
static bool cut_parts(Shrink *shrink)
{
    static const char *const starts[] = {" -> ", ", ", " + ", " * "};
    bool any = false;
    for (size_t at = 0; shrink->text[at];) {
        bool cut = false;
        for (size_t i = 0; i < COUNT_OF(starts) && !cut; i++)
            if (strncmp(shrink->text + at, starts[i], strlen(starts[i])) == 0)
                cut = try_cut(shrink, at, part_end(shrink->text, at + strlen(starts[i])), "");
        if (!cut && shrink->text[at] == '(') { /* "relu(x)" to "x", "(x)" to "x" */
            size_t begin = at, end = part_end(shrink->text, at + 1);
            const char *inner = arena_strndup(shrink->arena, shrink->text + at + 1, end - at - 1);
            while (begin > 0 && is_word(shrink->text[begin - 1]))
                begin--;
            cut = shrink->text[end] == ')' && try_cut(shrink, begin, end + 1, inner);
        }
        any |= cut;
        at += !cut;
    }
    return any;
}

/* Whole numbers: 1, half, one less. */
static bool cut_numbers(Shrink *shrink)
{
    bool any = false;
    for (size_t at = 1; shrink->text[at]; at++) {
        const char *text = shrink->text;
        char before = text[at - 1];
        if (!isdigit((unsigned char)text[at]) || before == '.' || (is_word(before) && before != 'x'))
            continue;
        char *end;
        unsigned long number = strtoul(text + at, &end, 10);
        size_t after = (size_t)(end - text);
        unsigned long smaller[] = {1, number / 2, number - 1};
        for (size_t i = 0; i < COUNT_OF(smaller) && number > 1; i++)
            if (smaller[i] && smaller[i] < number &&
                try_cut(shrink, at, after, arena_printf(shrink->arena, "%lu", smaller[i]))) {
                any = true;
                break;
            }
        while (isdigit((unsigned char)shrink->text[at + 1]))
            at++;
    }
    return any;
}

const char *model_shrink(Arena *arena, const char *text, bool (*fails)(void *context, const char *text), void *context)
{
    Shrink shrink = {arena, text, fails, context};
    for (bool smaller = true; smaller;) {
        smaller = cut_statements(&shrink);
        smaller |= cut_parts(&shrink);
        smaller |= cut_numbers(&shrink);
    }
    return shrink.text;
}
