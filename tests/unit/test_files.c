/* test_files.c - compiler/support/file.c and path.c. */
#include <criterion/criterion.h>

#include <sys/stat.h>
#include <unistd.h>

#include "support/file.h"
#include "tests/support/files.h"

Test(files, paths)
{
    Arena *arena = arena_new();
    cr_expect_str_eq(path_join(arena, "a/b", "c.fov"), "a/b/c.fov");
    cr_expect_str_eq(path_join(arena, "a/", "c.fov"), "a/c.fov");
    cr_expect_str_eq(path_join(arena, "/", "c.fov"), "/c.fov");
    cr_expect_str_eq(path_join(arena, "a", "/c.fov"), "/c.fov");
    cr_expect_str_eq(path_join(arena, ".", "c.fov"), "c.fov");
    cr_expect_str_eq(path_join(arena, "", "c.fov"), "c.fov");
    cr_expect_str_eq(path_directory(arena, "a/b/c.fov"), "a/b");
    cr_expect_str_eq(path_directory(arena, "a//c.fov"), "a");
    cr_expect_str_eq(path_directory(arena, "c.fov"), ".");
    cr_expect_str_eq(path_directory(arena, "/c.fov"), "/");
    cr_expect_str_eq(path_stem(arena, "a.b/c.d.fov"), "c.d");
    cr_expect_str_eq(path_stem(arena, "a.b/c"), "c");
    cr_expect_str_eq(path_stem(arena, ".profile"), ".profile");
    cr_expect_str_eq(path_extension("a.b/c"), "");
    cr_expect_str_eq(path_extension("a.b/c.onnx"), ".onnx");
    cr_expect_str_eq(path_base("a/b"), "b");
    arena_free(arena);
}

typedef struct Case {
    Arena *arena;
    Diag diag;
    Buf said;
    const char *folder, *path;
} Case;

static void case_begin(Case *c)
{
    *c = (Case){.arena = arena_new()};
    diag_init(&c->diag, c->arena);
    c->diag.capture = &c->said;
    c->folder = folder_temporary(c->arena);
    c->path = path_join(c->arena, c->folder, "file");
}

static void case_end(Case *c)
{
    folder_remove(c->folder);
    buf_free(&c->said);
    arena_free(c->arena);
}

Test(files, written_whole)
{
    Case c;
    size_t count;
    case_begin(&c);
    cr_assert(file_write_atomic(&c.diag, c.path, "first", 5));
    cr_assert(file_write_atomic(&c.diag, c.path, "2", 1));
    const char *copy = path_join(c.arena, c.folder, "copy");
    cr_assert(file_copy(&c.diag, c.path, copy));
    cr_expect_str_eq(file_read(c.arena, &c.diag, copy, NOWHERE, 100, &count), "2");
    cr_expect_eq(count, 1);
    cr_assert(file_write_atomic(&c.diag, c.path, NULL, 0));
    cr_expect_str_eq(file_read(c.arena, &c.diag, c.path, NOWHERE, 0, &count), "");
    cr_expect_eq(files_in(c.arena, c.folder, "").count, 2, "nothing else is left");
    cr_expect_eq(c.diag.errors, 0, "%s", buf_text(&c.said));
    case_end(&c);
}

/* An old file survives a writer that gives up, and a link is written through. */
Test(files, replaced_only_at_the_end)
{
    Case c;
    case_begin(&c);
    FileWriter writer;
    const char *link = path_join(c.arena, c.folder, "link");
    cr_assert(file_write_atomic(&c.diag, c.path, "old", 3));
    cr_assert(file_create(&writer, &c.diag, c.path));
    file_put(&writer, "new", 3);
    cr_expect_str_eq(text_read(c.arena, c.path, NULL), "old");
    file_abandon(&writer);
    cr_expect_str_eq(text_read(c.arena, c.path, NULL), "old");
    cr_assert_eq(symlink("file", link), 0);
    cr_assert(file_write_atomic(&c.diag, link, "new", 3));
    struct stat status;
    cr_expect(!lstat(link, &status) && S_ISLNK(status.st_mode));
    cr_expect_str_eq(text_read(c.arena, c.path, NULL), "new");
    cr_expect_eq(files_in(c.arena, c.folder, "").count, 2);
    cr_assert(file_write_atomic(&c.diag, "/dev/null", "x", 1));
    cr_expect(!lstat("/dev/null", &status) && S_ISCHR(status.st_mode));
    case_end(&c);
}

Test(files, directories)
{
    Case c;
    case_begin(&c);
    const char *deep = arena_printf(c.arena, "%s/a//b/c/", c.folder);
    cr_expect(directory_make(&c.diag, deep) && directory_make(&c.diag, deep));
    cr_expect(path_exists(deep));
    cr_assert(file_write_atomic(&c.diag, c.path, "x", 1));
    cr_expect_not(directory_make(&c.diag, c.path));
    cr_expect_not(directory_make(&c.diag, path_join(c.arena, c.path, "below")));
    cr_expect_eq(c.diag.errors, 2);
    case_end(&c);
}

Test(files, cannot_be_read)
{
    Case c;
    size_t count;
    FileMapping mapping;
    case_begin(&c);
    cr_expect_null(file_read(c.arena, &c.diag, c.path, NOWHERE, 10, &count));
    cr_expect_null(file_read(c.arena, &c.diag, c.folder, NOWHERE, 10, &count));
    cr_assert(text_write(c.path, "0123456789a", 11));
    cr_expect_null(file_read(c.arena, &c.diag, c.path, NOWHERE, 10, &count));
    cr_expect_null(file_read(c.arena, &c.diag, "/dev/zero", NOWHERE, 100000, &count));
    cr_expect_not(file_map(&mapping, &c.diag, "/dev/zero", NOWHERE));
    cr_expect_not(file_map(&mapping, &c.diag, c.folder, NOWHERE));
    cr_expect_not(file_copy(&c.diag, c.folder, c.path));
    cr_expect_eq(c.diag.errors, 7, "%s", buf_text(&c.said));
    cr_expect_str_eq(text_read(c.arena, c.path, NULL), "0123456789a");
    case_end(&c);
}
