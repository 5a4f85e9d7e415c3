/* test_depfile.c - compiler/driver/depfile.c: what is named, once, in a way that make reads. */
#include <criterion/criterion.h>

#include "driver/depfile.h"
#include "support/file.h"
#include "tests/support/files.h"
#include "tests/support/scratch.h"

/* Reads a new file of that name in the folder, as the compiler reads imports and labels. */
static const char *read_new(Scratch *s, const char *name)
{
    const char *path = path_join(s->arena, s->folder, name);
    cr_assert(file_write_atomic(&s->diag, path, "text\n", 5));
    cr_assert(diag_read_source(&s->diag, path, NOWHERE));
    return path;
}

Test(depfile, names_every_file_once)
{
    Scratch s;
    scratch_begin(&s, "x.d");
    const char *b = read_new(&s, "b.fov"), *a = read_new(&s, "a.txt");
    read_new(&s, "b.fov");
    diag_add_source(&s.diag, "<command line>", "3", 1);
    cr_assert(depfile_write(&s.diag, s.path, "net/b.c", "w.safetensors"), "%s", buf_text(&s.said));
    cr_expect_str_eq(
        text_read(s.arena, s.path, NULL),
        arena_printf(s.arena, "net/b.c: %s %s w.safetensors\n\n%s: \n%s: \nw.safetensors: \n", a, b, a, b));
    cr_assert(depfile_write(&s.diag, s.path, "net/b.c", NULL), "%s", buf_text(&s.said));
    cr_expect_null(strstr(text_read(s.arena, s.path, NULL), "safetensors"));
    scratch_end(&s);
}

Test(depfile, escapes)
{
    static const char *const refused[] = {"a\nall:", "a\tb", "a;touch b"};
    Scratch s;
    scratch_begin(&s, "x.d");
    cr_assert(depfile_write(&s.diag, s.path, "my net/#1.c", "$HOME w"), "%s", buf_text(&s.said));
    cr_expect_str_eq(text_read(s.arena, s.path, NULL), "my\\ net/\\#1.c: $$HOME\\ w\n\n$$HOME\\ w: \n");
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        cr_expect_not(depfile_write(&s.diag, s.path, "x.c", refused[i]), "'%s' is written", refused[i]);
        cr_expect_not(depfile_write(&s.diag, s.path, refused[i], NULL), "'%s' is written", refused[i]);
    }
    cr_expect_eq(s.diag.errors, 2 * COUNT_OF(refused), "%s", buf_text(&s.said));
    cr_expect(strstr(text_read(s.arena, s.path, NULL), "my\\ net"), "the file before is still there");
    scratch_end(&s);
}
