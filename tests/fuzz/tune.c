/* tune.c - any text as a file of measured choices (docs/tune.md): it is refused with one message, or prints as a text
 * that reads back as itself, and every choice in it fits its shape.
 */
#include "plan/tuned.h"
#include "tests/fuzz/support/fuzz.h"
#include "tests/fuzz/support/model.h"

static void check_text(Arena *arena, Diag *diag, const Tuned *tuned)
{
    Buf once = {0}, twice = {0};
    tuned_print(&once, tuned);
    const Tuned *again = tuned_parse(arena, diag, diag_add_source(diag, "again.tune", buf_text(&once), once.length));
    FUZZ_CHECK(again, "a printed file is refused:\n%s\n%s", buf_text(&once), buf_text(diag->capture));
    tuned_print(&twice, again);
    FUZZ_CHECK(!strcmp(buf_text(&once), buf_text(&twice)), "a printed file reads as another:\n%s\n%s", buf_text(&once),
               buf_text(&twice));
    buf_free(&once);
    buf_free(&twice);
}

int fuzz_one(const uint8_t *bytes, size_t size)
{
    Arena *arena = arena_new();
    Diag diag;
    Buf said = {0};
    diag_init(&diag, arena);
    diag.capture = &said;
    const Tuned *tuned = tuned_parse(arena, &diag, diag_add_source(&diag, "net.tune", (const char *)bytes, size));
    FUZZ_CHECK(diag.errors == !tuned, "%s, and %u errors:\n%s", tuned ? "choices" : "none", diag.errors,
               buf_text(&said));
    fuzz_check_messages(&diag, &said);
    for (uint32_t i = 0; tuned && i < tuned->lines.count; i++) {
        const TunedLine *line = &tuned->lines.at[i];
        FUZZ_CHECK(!tuned_no_shape(&line->shape) && !tuned_misfit(&line->shape, &line->choice), "line %u does not fit",
                   i);
        FUZZ_CHECK(tuned_find(tuned, &line->shape) == line, "line %u is not found", i);
    }
    if (tuned)
        check_text(arena, &diag, tuned);
    buf_free(&said);
    arena_free(arena);
    return 0;
}
