/* fmt.c - every model in the repository is in canonical form already, and formatting twice changes nothing.
 *
 * Models that are meant to be wrong (tests/errors) are formatted when they parse, and then only the second formatting
 * is held against the first.
 */
#include <criterion/criterion.h>

#include "syntax/fmt.h"
#include "tests/support/files.h"

/* The formatted text; NULL when the model does not parse, and then `said` has why. */
static const char *formatted(Arena *arena, const char *path, const char *text, Buf *said)
{
    Diag diag;
    Buf out = {0};
    diag_init(&diag, arena);
    diag.capture = said;
    uint32_t source = diag_add_source(&diag, path, text, strlen(text));
    const char *result = fmt_source(arena, &diag, source, &out) ? arena_strdup(arena, buf_text(&out)) : NULL;
    buf_free(&out);
    return result;
}

Test(fmt, models_are_canonical)
{
    static const char *const roots[] = {"examples", "tests", "bench"};
    uint32_t count = 0;
    for (size_t r = 0; r < COUNT_OF(roots); r++) {
        Arena *arena = arena_new();
        Paths models = files_below(arena, roots[r], ".fov");
        for (uint32_t i = 0; i < models.count; i++) {
            const char *path = models.at[i];
            bool wrong = strncmp(path, "tests/errors/", strlen("tests/errors/")) == 0;
            Buf said = {0};
            const char *text = text_read(arena, path, NULL);
            const char *once = formatted(arena, path, text, &said);
            cr_expect(once || wrong, "%s:\n%s", path, buf_text(&said));
            if (once) {
                const char *twice = formatted(arena, path, once, &said);
                cr_expect(twice && strcmp(once, twice) == 0, "%s: formatting it twice is not formatting it once:\n%s",
                          path, twice ? text_difference(arena, once, twice) : buf_text(&said));
                cr_expect(wrong || strcmp(text, once) == 0, "%s is not formatted (fovea fmt):\n%s", path,
                          text_difference(arena, text, once));
                count++;
            }
            buf_free(&said);
        }
        arena_free(arena);
    }
    cr_expect_geq(count, 6, "only %u models were found", count);
}
