/* language_tables.c - what grammar/LANGUAGE.md says in tables and lines is what the compiler has: tokens and keywords,
 * values ("`1 + 1` gives `2`"), functions, arguments of layers with their defaults, limits; and its sections are
 * numbered.
 */
#include <criterion/criterion.h>

#include <ctype.h>

#include "elaborate/internal.h"
#include "ops/window.h"
#include "syntax/parser.h"
#include "tests/run/blocks.h"
#include "weights/weights.h"

static const char DOCUMENT[] = "grammar/LANGUAGE.md";

static const char *document(Arena *arena)
{
    const char *text = text_read(arena, DOCUMENT, NULL);
    cr_assert(text, "%s is not there", DOCUMENT);
    return text;
}

/* ---- values ---- */

/* Whether a net in which `x` is an f32[3, 4, 5] finds both expressions equal; `said` has why not. */
static bool are_equal(Arena *arena, const char *expression, const char *value, Buf *said)
{
    Diag diag;
    diag_init(&diag, arena);
    diag.capture = said;
    const char *text = arena_printf(arena,
                                    "net gives(x: f32[3, 4, 5]) {\n    got = %s;\n    wanted = %s;\n"
                                    "    if (got == wanted) return x;\n}\n",
                                    expression, value);
    uint32_t source = diag_add_source(&diag, "gives.fov", text, strlen(text));
    return elaborate_source(arena, &diag, source, &(ElaborateOptions){0}) != NULL;
}

/* Code between backticks; in tables a bar has a backslash before it. */
static const char *code(Arena *arena, const char *begin, const char *end)
{
    Buf out = {0};
    for (; begin < end; begin++)
        if (begin[0] != '\\' || begin[1] != '|')
            buf_bytes(&out, begin, 1);
    const char *result = arena_strdup(arena, buf_text(&out));
    buf_free(&out);
    return result;
}

Test(language, values)
{
    static const char between[] = "` gives `";
    Arena *arena = arena_new();
    const char *text = document(arena);
    uint32_t count = 0;
    bool *seen = NEW_ARRAY(arena, bool, 64);
    for (const char *at = text; (at = strstr(at, between)); at++) {
        const char *begin = at, *value = at + sizeof between - 1;
        while (begin > text && begin[-1] != '`')
            begin--;
        const char *expression = code(arena, begin, at), *wanted = code(arena, value, strchr(value, '`'));
        Buf said = {0};
        cr_expect(are_equal(arena, expression, wanted, &said), "%s: `%s` does not give `%s`:\n%s", DOCUMENT, expression,
                  wanted, buf_text(&said));
        for (int i = 0; builtin_name(i); i++)
            seen[i] |= strstr(expression, arena_printf(arena, "%s(", builtin_name(i))) != NULL;
        buf_free(&said);
        count++;
    }
    for (int i = 0; builtin_name(i); i++)
        cr_expect(seen[i], "%s has no example of %s(...)", DOCUMENT, builtin_name(i));
    cr_expect_geq(count, 50, "only %u values", count);
    arena_free(arena);
}

/* ---- tokens ---- */

/* "net" { ... }: the tokens that grammar/fovea.l spells out. */
static Paths spelled_tokens(Arena *arena)
{
    Paths tokens = {0};
    const char *text = text_read(arena, "grammar/fovea.l", NULL);
    cr_assert(text);
    for (const char *at = strstr(text, "\n\"net\""); at && *at; at = strchrnul(at + 1, '\n')) {
        const char *end = at[1] == '"' ? strchr(at + 2, '"') : NULL;
        if (end && strstr(end, "return TOKEN_") && strstr(end, "return TOKEN_") < strchrnul(end, '\n'))
            VEC_PUSH(arena, &tokens, arena_strndup(arena, at + 2, (size_t)(end - at - 2)));
    }
    return tokens;
}

/* The grammar without its comments. */
static const char *grammar_text(Arena *arena)
{
    Buf out = {0};
    Blocks blocks = blocks_of(arena, DOCUMENT);
    for (uint32_t i = 0; i < blocks.count; i++)
        for (const char *at = blocks.at[i].text; !strcmp(blocks.at[i].kind, "ebnf") && *at; at++) {
            if (strncmp(at, "(*", 2) == 0)
                at = strstr(at, "*)") + 2;
            buf_bytes(&out, at, 1);
        }
    const char *result = arena_strdup(arena, buf_text(&out));
    buf_free(&out);
    return result;
}

static bool has(const Paths *list, const char *word)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (strcmp(list->at[i], word) == 0)
            return true;
    return false;
}

Test(language, grammar_has_every_token)
{
    Arena *arena = arena_new();
    Paths tokens = spelled_tokens(arena);
    const char *grammar = grammar_text(arena), *text = document(arena);
    cr_expect_geq(tokens.count, 40, "only %u tokens", tokens.count);
    for (uint32_t i = 0; i < tokens.count; i++) {
        const char *token = tokens.at[i];
        bool reserved = strcmp(token, "train") == 0;
        cr_expect(reserved || strstr(grammar, arena_printf(arena, "\"%s\"", token)), "the grammar has no \"%s\"",
                  token);
        cr_expect(!isalpha((unsigned char)*token) || strstr(text, arena_printf(arena, "`%s`", token)),
                  "%s does not list the keyword %s", DOCUMENT, token);
    }
    /* And what it has is a token. Those of 2.2 are made of letters: what they are made of is none. */
    const char *end = strstr(grammar, "NAME     =");
    for (const char *at = grammar; (at = strchr(at, '"')) && at < end;) {
        const char *close = strchr(at + 1, '"'), *token = arena_strndup(arena, at + 1, (size_t)(close - at - 1));
        cr_expect(has(&tokens, token), "the grammar has \"%s\", which is no token", token);
        at = close + 1;
    }
    arena_free(arena);
}

/* Every name in the grammar is explained by a rule of it. */
Test(language, grammar_is_closed)
{
    static const char *const outside[] = {"letter", "digit", "digits", "character", "to", "the", "end", "of", "line"};
    Arena *arena = arena_new();
    const char *grammar = grammar_text(arena);
    for (const char *at = grammar; *at;) {
        if (*at == '"' || *at == '\'') {
            at = strchr(at + 1, *at) + 1;
        } else if (isalpha((unsigned char)*at)) {
            size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
            const char *name = arena_strndup(arena, at, length);
            bool known = false;
            for (size_t i = 0; i < COUNT_OF(outside); i++)
                known |= strcmp(outside[i], name) == 0;
            for (const char *rule = grammar; !known && (rule = strstr(rule, name)); rule++) {
                const char *after = rule + length + strspn(rule + length, " ");
                known = *after == '=' && (rule == grammar || strchr(" \n", rule[-1]));
            }
            cr_expect(known, "the grammar does not say what %s is", name);
            at += length;
        } else {
            at++;
        }
    }
    arena_free(arena);
}

/* ---- arguments of layers ---- */

/* The second cell of the row whose first one names the layer. */
static const char *arguments_cell(Arena *arena, const char *text, const char *layer)
{
    const char *name = arena_printf(arena, "`%s`", layer);
    for (const char *at = text; (at = strstr(at, "\n| `")); at++) {
        const char *first_end = strstr(at + 2, " |"), *found = strstr(at, name);
        if (found && found < first_end) {
            const char *begin = first_end + 2, *end = strstr(begin, " |");
            return end >= begin ? arena_strndup(arena, begin, (size_t)(end - begin)) : "";
        }
    }
    return NULL;
}

/* Cuts "**size** or `global`, axes=[1, 2]" at the commas outside of brackets. */
static Paths split_cell(Arena *arena, const char *cell)
{
    Paths items = {0};
    int depth = 0;
    for (const char *at = cell, *begin = cell;; at++) {
        depth += (*at == '[') - (*at == ']');
        if (*at && (*at != ',' || depth > 0))
            continue;
        begin += strspn(begin, " ");
        if (at > begin)
            VEC_PUSH(arena, &items, arena_strndup(arena, begin, (size_t)(at - begin)));
        if (!*at)
            return items;
        begin = at + 1;
    }
}

/* The item that is the parameter's: its name with stars around it, then nothing, '=' or a blank. */
static const char *find_item(const Paths *items, const char *name)
{
    for (uint32_t i = 0; i < items->count; i++) {
        const char *word = items->at[i] + strspn(items->at[i], "*");
        size_t length = strlen(name);
        if (strncmp(word, name, length) == 0 && !isalnum((unsigned char)word[length]) && word[length] != '_')
            return items->at[i];
    }
    return NULL;
}

static bool same_default(Arena *arena, const char *written, const char *fallback)
{
    if (strcmp(written, fallback) == 0)
        return true;
    Buf said = {0};
    bool same = are_equal(arena, written, fallback, &said);
    buf_free(&said);
    return same;
}

static void check_parameter(Arena *arena, OpId op, const OpParam *param, const Paths *items)
{
    const char *item = find_item(items, param->name), *equals = item ? strchr(item, '=') : NULL;
    cr_expect(item, "%s: %s has an argument %s", DOCUMENT, op_name(op), param->name);
    if (!item)
        return;
    cr_expect(param->required == (strncmp(item, "**", 2) == 0), "%s: is %s's %s required?", DOCUMENT, op_name(op),
              param->name);
    if (param->fallback)
        cr_expect(equals && same_default(arena, equals + 1, param->fallback), "%s: %s's %s is %s by default", DOCUMENT,
                  op_name(op), param->name, param->fallback);
}

Test(language, arguments_of_layers)
{
    Arena *arena = arena_new();
    const char *text = document(arena);
    text = strstr(text, "\n## 7.");
    cr_assert(text);
    for (int op = 0; op < OP_COUNT; op++) {
        const Op *row = op_row((OpId)op);
        if (!row->build && !row->build_list)
            continue;
        const char *cell = arguments_cell(arena, text, op_name((OpId)op));
        cr_expect(cell, "%s has no row for %s", DOCUMENT, op_name((OpId)op));
        if (!cell)
            continue;
        Paths items = split_cell(arena, cell);
        for (int i = 0; i < row->param_count; i++)
            check_parameter(arena, (OpId)op, &row->params[i], &items);
        uint32_t named = 0;
        for (uint32_t i = 0; i < items.count; i++)
            named += !strncmp(items.at[i], "two ", 4) ? 0 : 1;
        cr_expect_eq(named, (uint32_t)row->param_count, "%s: %s has %d arguments", DOCUMENT, op_name((OpId)op),
                     row->param_count);
        for (int i = 0; i < row->param_count; i++)
            for (const char *word = row->params[i].words; word && *word; word += strspn(word, " ")) {
                size_t length = strcspn(word, " ");
                const char *name = arena_strndup(arena, word, length);
                cr_expect(strstr(text, name), "%s does not say what %s's %s=%s is", DOCUMENT, op_name((OpId)op),
                          row->params[i].name, name);
                word += length;
            }
    }
    arena_free(arena);
}

/* ---- limits, sections ---- */

/* 1000000 as "1,000,000". */
static const char *with_commas(Arena *arena, int64_t number)
{
    if (number < 1000)
        return arena_printf(arena, "%lld", (long long)number);
    return arena_printf(arena, "%s,%03lld", with_commas(arena, number / 1000), (long long)(number % 1000));
}

Test(language, limits)
{
    static const struct {
        const char *what;
        int64_t most;
    } limits[] = {
        {"inside each other", LIMIT_NESTING},     {"calls of blocks", LIMIT_CALLS},
        {"imports inside", LIMIT_IMPORTS},        {"turns of all loops", LIMIT_TURNS},
        {"nodes of the graph", LIMIT_NODES},      {"expressions and statements evaluated", LIMIT_STEPS},
        {"elements of a list", LIMIT_LIST_ITEMS}, {"lists inside each other", LIMIT_LIST_DEPTH},
        {"axes of a tensor", MAX_RANK - 1},       {"a dimension", LIMIT_DIMENSION},
        {"as it is stored", INT32_MAX},           {"a window or its padding", LIMIT_WINDOW},
    };
    Arena *arena = arena_new();
    const char *text = strstr(document(arena), "\n## 10. Limits");
    cr_assert(text);
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        const char *row = strstr(text, limits[i].what), *end = row ? strchr(row, '\n') : NULL;
        const char *cell = end ? memmem(row, (size_t)(end - row), " | ", 3) : NULL;
        const char *number = with_commas(arena, limits[i].most);
        size_t length = strlen(number);
        cr_expect(cell && !strncmp(cell + 3, number, length) && !isdigit((unsigned char)cell[3 + length]), "%s: %s: %s",
                  DOCUMENT, limits[i].what, number);
    }
    cr_expect(strstr(document(arena), arena_printf(arena, "%d errors are shown", DIAG_LIMIT)));
    cr_expect_eq(LIMIT_ELEMENTS, (int64_t)1 << 40);
    arena_free(arena);
}

/* "## 2. Title" and "### 2.1 Title", each number one more than that before; the list at the top leads to them. */
Test(language, sections_are_numbered)
{
    Arena *arena = arena_new();
    const char *text = document(arena);
    int section = 0, part = 0;
    bool code_block = false;
    for (const char *at = text; *at; at = strchrnul(at, '\n'), at += *at != '\0') {
        const char *line = arena_strndup(arena, at, strcspn(at, "\n"));
        if (strncmp(line, "```", 3) == 0)
            code_block = !code_block;
        if (code_block || *line != '#' || line == text || strncmp(line, "# ", 2) == 0)
            continue;
        bool top = strncmp(line, "## ", 3) == 0;
        section += top;
        part = top ? 0 : part + 1;
        const char *number =
            top ? arena_printf(arena, "## %d. ", section) : arena_printf(arena, "### %d.%d ", section, part);
        cr_expect(strncmp(line, number, strlen(number)) == 0, "%s: '%s' should begin with '%s'", DOCUMENT, line,
                  number);
        const char *title = line + strlen(number);
        Buf link = {0};
        for (const char *c = title; *c; c++) /* as GitHub does it */
            if (*c != ',')
                buf_printf(&link, "%c", *c == ' ' ? '-' : tolower((unsigned char)*c));
        const char *entry = arena_printf(arena, "\n%d. [%s](#%d-%s)\n", section, title, section, buf_text(&link));
        cr_expect(!top || strstr(text, entry), "%s: its list has no '%s'", DOCUMENT, entry);
        buf_free(&link);
    }
    cr_expect_geq(section, 8);
    arena_free(arena);
}
