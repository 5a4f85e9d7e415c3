/* fmt.c - formatting keeps a text's meaning and comments, and changes nothing the second time: for every model in the
 * repository, every block of the language in the documents, and whatever parses of what the fuzzers have kept.
 *
 * Models, but for the wrong ones in tests/errors, and blocks of documents are in canonical form already; so they are
 * also tried with other line ends, without the last one, and with blanks at ends of lines.
 */
#include <criterion/criterion.h>

#include "syntax/fmt.h"
#include "tests/run/blocks.h"
#include "tests/support/ast_text.h"

/* The formatted text, and the syntax tree of the text it is made from; NULL when that does not parse. */
static const char *formatted(Arena *arena, const char *path, const char *text, Buf *said, const char **tree)
{
    Diag diag;
    Buf out = {0}, tree_text = {0};
    diag_init(&diag, arena);
    diag.capture = said;
    uint32_t source = diag_add_source(&diag, path, text, strlen(text));
    const char *result = fmt_source(arena, &diag, source, &out) ? arena_strdup(arena, buf_text(&out)) : NULL;
    if (result && tree) {
        ast_text(&tree_text, parse_file(arena, &diag, source));
        *tree = arena_strdup(arena, buf_text(&tree_text));
    }
    buf_free(&out);
    buf_free(&tree_text);
    return result;
}

/* The comments of a text, each on a line, without blanks at their ends. */
static const char *comments(Arena *arena, const char *text)
{
    Buf out = {0};
    for (const char *at = text; *at; at++) {
        if (*at == '"') {
            for (at++; *at != '"'; at++)
                at += *at == '\\';
        } else if (*at == '#') {
            size_t length = strcspn(at, "\n"), shown = length;
            while (strchr(" \t\r", at[shown - 1]))
                shown--;
            buf_printf(&out, "%.*s\n", (int)shown, at);
            at += length - 1;
        }
    }
    const char *result = arena_strdup(arena, buf_text(&out));
    buf_free(&out);
    return result;
}

static bool has_blanks_at_ends(const char *text)
{
    return strstr(text, " \n") || strstr(text, "\t") || strstr(text, "\r") || strstr(text, "\n\n\n");
}

/* The text once formatted, held to all promises; NULL when it does not parse. */
static const char *check_text(Arena *arena, const char *path, const char *text, Buf *said)
{
    const char *tree = NULL, *tree_of_once = NULL;
    const char *once = formatted(arena, path, text, said, &tree);
    if (!once)
        return NULL;
    const char *twice = formatted(arena, path, once, said, &tree_of_once);
    cr_expect(twice && strcmp(once, twice) == 0, "%s: formatting it twice is not formatting it once:\n%s", path,
              twice ? text_difference(arena, once, twice) : buf_text(said));
    cr_expect(twice && strcmp(tree, tree_of_once) == 0, "%s: formatting changes the meaning", path);
    const char *before = comments(arena, text), *after = comments(arena, once);
    cr_expect(strcmp(before, after) == 0, "%s: comments change:\n%s", path, text_difference(arena, before, after));
    cr_expect(!once[0] || once[strlen(once) - 1] == '\n', "%s: no line end at the end", path);
    return once;
}

/* `text` with `end` for each line end, and without the last one. */
static const char *with_line_ends(Arena *arena, const char *text, const char *end)
{
    Buf out = {0};
    for (; *text; text++) {
        if (*text != '\n')
            buf_bytes(&out, text, 1);
        else if (text[1])
            buf_puts(&out, end);
    }
    const char *result = arena_strdup(arena, buf_text(&out));
    buf_free(&out);
    return result;
}

static void check_canonical(Arena *arena, const char *path, const char *text)
{
    static const char *const ends[] = {"\n", "\r\n", " \t\n"};
    Buf said = {0};
    const char *once = check_text(arena, path, text, &said);
    cr_expect(once, "%s:\n%s", path, buf_text(&said));
    cr_expect(!once || strcmp(text, once) == 0, "%s is not formatted (fovea fmt):\n%s", path,
              text_difference(arena, text, once));
    cr_expect(!once || !has_blanks_at_ends(once), "%s has blanks at ends of lines or blank lines in a row", path);
    for (size_t i = 0; once && i < COUNT_OF(ends); i++) {
        const char *other = formatted(arena, path, with_line_ends(arena, text, ends[i]), &said, NULL);
        cr_expect(other && strcmp(other, once) == 0, "%s with other line ends is formatted otherwise:\n%s", path,
                  other ? text_difference(arena, once, other) : buf_text(&said));
    }
    buf_free(&said);
}

Test(fmt, models)
{
    static const char *const roots[] = {"examples", "tests", "bench"};
    uint32_t count = 0;
    for (size_t r = 0; r < COUNT_OF(roots); r++) {
        Arena *arena = arena_new();
        Paths models = files_below(arena, roots[r], ".fov");
        for (uint32_t i = 0; i < models.count; i++) {
            const char *path = models.at[i];
            const char *text = text_read(arena, path, NULL);
            Buf said = {0};
            if (strncmp(path, "tests/errors/", strlen("tests/errors/")) == 0)
                count += check_text(arena, path, text, &said) != NULL;
            else
                check_canonical(arena, path, text);
            buf_free(&said);
        }
        count += models.count;
        arena_free(arena);
    }
    cr_expect_geq(count, 100, "only %u models were found", count);
}

/* Statements inside of a net, one level deeper. */
static const char *in_a_net(Arena *arena, const char *statements)
{
    Buf out = {0};
    buf_puts(&out, "net fragment(x: f32[1]) {\n");
    for (const char *line = statements; *line;) {
        size_t length = strcspn(line, "\n") + 1;
        buf_printf(&out, "%s%.*s", *line == '\n' ? "" : "    ", (int)length, line);
        line += length;
    }
    buf_puts(&out, "}\n");
    const char *result = arena_strdup(arena, buf_text(&out));
    buf_free(&out);
    return result;
}

Test(fmt, documents)
{
    Arena *arena = arena_new();
    Paths documents = files_below(arena, ".", ".md");
    uint32_t count = 0;
    for (uint32_t i = 0; i < documents.count; i++) {
        Blocks blocks = blocks_of(arena, documents.at[i]);
        for (uint32_t b = 0; b < blocks.count; b++) {
            const Block *block = &blocks.at[b];
            bool fragment = strcmp(block->kind, "fov fragment") == 0;
            if (!fragment && strcmp(block->kind, "fov") != 0)
                continue;
            const char *text = fragment ? in_a_net(arena, block->text) : block->text;
            check_canonical(arena, arena_printf(arena, "%s:%d", block->document, block->line), text);
            count++;
        }
    }
    cr_expect_geq(count, 10, "only %u blocks were found", count);
    arena_free(arena);
}

Test(fmt, what_fuzzers_kept)
{
    static const char *const folders[] = {"tests/fuzz/corpus/language", "tests/fuzz/corpus/model"};
    uint32_t count = 0;
    for (size_t f = 0; f < COUNT_OF(folders); f++) {
        Arena *arena = arena_new();
        Paths files = files_in(arena, folders[f], "");
        for (uint32_t i = 0; i < files.count; i++) {
            const char *path = arena_printf(arena, "%s/%s", folders[f], files.at[i]);
            size_t length;
            const char *text = text_read(arena, path, &length);
            Buf said = {0};
            if (strlen(text) == length) /* texts as C has them */
                count += check_text(arena, path, text, &said) != NULL;
            buf_free(&said);
        }
        arena_free(arena);
    }
    cr_expect_geq(count, 100, "only %u texts of the corpora parse", count);
}
