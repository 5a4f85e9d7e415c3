/* test_files.c - compiler/support/file.c and path.c. */
#include <criterion/criterion.h>

#include <sys/stat.h>
#include <unistd.h>

#include "support/file.h"
#include "tests/support/files.h"
#include "tests/support/scratch.h"

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
    cr_expect_str_eq(path_extension("a.b/c"), "");
    cr_expect_str_eq(path_extension("a.b/c.onnx"), ".onnx");
    cr_expect_str_eq(path_base("a/b"), "b");
    arena_free(arena);
}

Test(files, written_whole)
{
    Scratch s;
    size_t count;
    scratch_begin(&s, "file");
    cr_assert(file_write_atomic(&s.diag, s.path, "first", 5));
    cr_assert(file_write_atomic(&s.diag, s.path, "2", 1));
    const char *copy = path_join(s.arena, s.folder, "copy");
    cr_assert(file_copy(&s.diag, s.path, copy));
    cr_expect_str_eq(file_read(s.arena, &s.diag, copy, NOWHERE, 100, &count), "2");
    cr_expect_eq(count, 1);
    cr_assert(file_write_atomic(&s.diag, s.path, NULL, 0));
    cr_expect_str_eq(file_read(s.arena, &s.diag, s.path, NOWHERE, 0, &count), "");
    cr_expect_eq(files_in(s.arena, s.folder, "").count, 2, "nothing else is left");
    cr_expect_eq(s.diag.errors, 0, "%s", buf_text(&s.said));
    scratch_end(&s);
}

/* An old file survives a writer that gives up, and a link is written through. */
Test(files, replaced_only_at_the_end)
{
    Scratch s;
    scratch_begin(&s, "file");
    FileWriter writer;
    const char *link = path_join(s.arena, s.folder, "link");
    cr_assert(file_write_atomic(&s.diag, s.path, "old", 3));
    cr_assert(file_create(&writer, &s.diag, s.path));
    file_put(&writer, "new", 3);
    cr_expect_str_eq(text_read(s.arena, s.path, NULL), "old");
    file_abandon(&writer);
    cr_expect_str_eq(text_read(s.arena, s.path, NULL), "old");
    cr_assert_eq(symlink("file", link), 0);
    cr_assert(file_write_atomic(&s.diag, link, "new", 3));
    struct stat status;
    cr_expect(!lstat(link, &status) && S_ISLNK(status.st_mode));
    cr_expect_str_eq(text_read(s.arena, s.path, NULL), "new");
    cr_expect_eq(files_in(s.arena, s.folder, "").count, 2);
    cr_assert(file_write_atomic(&s.diag, "/dev/null", "x", 1));
    cr_expect(!lstat("/dev/null", &status) && S_ISCHR(status.st_mode));
    scratch_end(&s);
}

Test(files, directories)
{
    Scratch s;
    scratch_begin(&s, "file");
    const char *deep = arena_printf(s.arena, "%s/a//b/c/", s.folder);
    cr_expect(directory_make(&s.diag, deep) && directory_make(&s.diag, deep));
    cr_expect(path_exists(deep));
    cr_assert(file_write_atomic(&s.diag, s.path, "x", 1));
    cr_expect_not(directory_make(&s.diag, s.path));
    cr_expect_not(directory_make(&s.diag, path_join(s.arena, s.path, "below")));
    cr_expect_eq(s.diag.errors, 2);
    scratch_end(&s);
}

Test(files, cannot_be_read)
{
    Scratch s;
    size_t count;
    FileMapping mapping;
    scratch_begin(&s, "file");
    cr_expect_null(file_read(s.arena, &s.diag, s.path, NOWHERE, 10, &count));
    cr_expect_null(file_read(s.arena, &s.diag, s.folder, NOWHERE, 10, &count));
    cr_assert(text_write(s.path, "0123456789a", 11));
    cr_expect_null(file_read(s.arena, &s.diag, s.path, NOWHERE, 10, &count));
    cr_expect_null(file_read(s.arena, &s.diag, "/dev/zero", NOWHERE, 100000, &count));
    cr_expect_not(file_map(&mapping, &s.diag, "/dev/zero", NOWHERE));
    cr_expect_not(file_map(&mapping, &s.diag, s.folder, NOWHERE));
    cr_expect_not(file_copy(&s.diag, s.folder, s.path));
    cr_expect_eq(s.diag.errors, 7, "%s", buf_text(&s.said));
    cr_expect_str_eq(text_read(s.arena, s.path, NULL), "0123456789a");
    scratch_end(&s);
}

/* Bytes of files that are mapped and in memory now. */
static size_t mapped_bytes(Arena *arena)
{
    const char *line = strstr(text_read(arena, "/proc/self/status", NULL), "RssFile:");
    cr_assert(line);
    return (size_t)strtoull(line + strlen("RssFile:"), NULL, 10) * 1024;
}

Test(files, part_of_a_mapping_is_forgotten)
{
    enum { SIZE = 8 << 20, BEGIN = 12345, END = SIZE - 777 };
    Scratch s;
    FileMapping mapping;
    scratch_begin(&s, "file");
    unsigned char *bytes = arena_alloc(s.arena, SIZE);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (unsigned char)(i * i >> 7);
    cr_assert(text_write(s.path, bytes, SIZE) && file_map(&mapping, &s.diag, s.path, NOWHERE));
    cr_expect_arr_eq(mapping.bytes, bytes, SIZE);
    size_t before = mapped_bytes(s.arena);
    file_forget(mapping.bytes + BEGIN, END - BEGIN);
    size_t after = mapped_bytes(s.arena);
    cr_expect(before >= after + SIZE / 2, "%zu bytes were in memory, and now are %zu", before, after);
    cr_expect_arr_eq(mapping.bytes, bytes, SIZE);
    file_forget(mapping.bytes, 0);
    file_unmap(&mapping);
    scratch_end(&s);
}

/* Two at once get places of their own; what a killed process left, which nobody locks, is removed and taken. */
Test(files, places_beside)
{
    Scratch s;
    Beside first, second, third;
    scratch_begin(&s, "file");
    cr_assert(beside_make(&first, s.arena, s.path, false) && beside_make(&second, s.arena, s.path, true));
    cr_expect_str_eq(path_base(first.path), "file.fovea-tmp0");
    cr_expect_str_eq(path_base(second.path), "file.fovea-tmp1");
    cr_assert(text_write(first.path, "left", 4) && text_write(path_join(s.arena, second.path, "file"), "left", 4));
    close(first.file);
    close(second.file);
    cr_assert(beside_make(&third, s.arena, s.path, true));
    cr_expect_str_eq(third.path, first.path);
    cr_assert(beside_make(&second, s.arena, s.path, false));
    struct stat status;
    cr_expect(!stat(second.path, &status) && S_ISREG(status.st_mode) && status.st_size == 0);
    cr_expect_str_eq(beside_final(s.arena, path_join(s.arena, third.path, "net.c")),
                     path_join(s.arena, s.folder, "net.c"));
    cr_expect_str_eq(beside_final(s.arena, "a/net.c"), "a/net.c");
    close(second.file);
    close(third.file);
    scratch_end(&s);
}

Test(files, moved_all_or_none)
{
    Scratch s;
    scratch_begin(&s, "to");
    const char *from = path_join(s.arena, s.folder, "from"), *to = s.path;
    const char *link = path_join(s.arena, to, "b"), *kept = path_join(s.arena, s.folder, "kept");
    cr_assert(directory_make(&s.diag, from) && directory_make(&s.diag, to));
    cr_assert(text_write(path_join(s.arena, from, "a"), "new", 3) && text_write(path_join(s.arena, from, "b"), "b", 1));
    cr_assert(text_write(path_join(s.arena, to, "a"), "old", 3) && directory_make(&s.diag, link));
    cr_expect_not(files_move(&s.diag, from, to), "a folder is in the way");
    cr_expect_str_eq(text_read(s.arena, path_join(s.arena, to, "a"), NULL), "old");
    cr_assert(!rmdir(link) && text_write(kept, "", 0) && !symlink(kept, link));
    cr_assert(files_move(&s.diag, from, to), "%s", buf_text(&s.said));
    cr_expect_str_eq(text_read(s.arena, path_join(s.arena, to, "a"), NULL), "new");
    cr_expect_str_eq(text_read(s.arena, kept, NULL), "b");
    cr_expect_eq(files_in(s.arena, from, "").count, 0);
    scratch_end(&s);
}
