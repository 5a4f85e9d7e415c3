/* files.c - files and expected texts for tests (see files.h). */
#include "tests/support/files.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

char *text_read(Arena *arena, const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    Buf buf = {0};
    char part[65536];
    for (size_t count; (count = fread(part, 1, sizeof part, file)) > 0;)
        buf_bytes(&buf, part, count);
    bool good = !ferror(file);
    fclose(file);
    char *text = good ? arena_strndup(arena, buf_text(&buf), buf.length) : NULL;
    if (length)
        *length = buf.length;
    buf_free(&buf);
    return text;
}

bool text_write(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    bool good = fwrite(bytes, 1, length, file) == length;
    return fclose(file) == 0 && good;
}

static int path_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void paths_sort(Paths *paths)
{
    if (paths->count > 1)
        qsort(paths->at, paths->count, sizeof *paths->at, path_order);
}

static bool ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);
    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

Paths files_in(Arena *arena, const char *folder, const char *suffix)
{
    Paths paths = {0};
    DIR *open = opendir(folder);
    if (!open)
        return paths;
    for (struct dirent *entry; (entry = readdir(open));)
        if (ends_with(entry->d_name, suffix) && !is_folder(arena_printf(arena, "%s/%s", folder, entry->d_name)))
            VEC_PUSH(arena, &paths, arena_strdup(arena, entry->d_name));
    closedir(open);
    paths_sort(&paths);
    return paths;
}

static void collect(Arena *arena, const char *folder, const char *suffix, Paths *paths)
{
    DIR *open = opendir(folder);
    if (!open)
        return;
    for (struct dirent *entry; (entry = readdir(open));) {
        if (entry->d_name[0] == '.' || strncmp(entry->d_name, "build", 5) == 0)
            continue;
        const char *path = arena_printf(arena, "%s/%s", folder, entry->d_name);
        if (is_folder(path))
            collect(arena, path, suffix, paths);
        else if (ends_with(path, suffix))
            VEC_PUSH(arena, paths, path);
    }
    closedir(open);
}

Paths files_below(Arena *arena, const char *folder, const char *suffix)
{
    Paths paths = {0};
    collect(arena, folder, suffix, &paths);
    paths_sort(&paths);
    return paths;
}

char *folder_temporary(Arena *arena)
{
    const char *parent = getenv("TMPDIR");
    char *folder = arena_printf(arena, "%s/fovea-test-XXXXXX", parent && *parent ? parent : "/tmp");
    if (!mkdtemp(folder))
        fatal("cannot make a folder like %s", folder);
    return folder;
}

void folder_remove(const char *folder)
{
    Arena *arena = arena_new();
    DIR *open = opendir(folder);
    for (struct dirent *entry; open && (entry = readdir(open));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        const char *path = arena_printf(arena, "%s/%s", folder, entry->d_name);
        if (is_folder(path))
            folder_remove(path);
        else
            unlink(path);
    }
    if (open)
        closedir(open);
    rmdir(folder);
    arena_free(arena);
}

/* By diff(1), on two files in a folder of their own. */
const char *text_difference(Arena *arena, const char *expected, const char *actual)
{
    if (strcmp(expected, actual) == 0)
        return "";
    const char *folder = folder_temporary(arena);
    const char *command =
        arena_printf(arena, "cd %s && diff -U2 expected actual | sed -n '3,60p;61s/.*/.../p'", folder);
    Buf said = {0};
    char line[4096];
    text_write(arena_printf(arena, "%s/expected", folder), expected, strlen(expected));
    text_write(arena_printf(arena, "%s/actual", folder), actual, strlen(actual));
    FILE *pipe = popen(command, "r");
    while (pipe && fgets(line, sizeof line, pipe))
        buf_printf(&said, "    %s", line);
    if (pipe)
        pclose(pipe);
    folder_remove(folder);
    const char *result = arena_strdup(arena, buf_text(&said));
    buf_free(&said);
    return result;
}

bool text_expect(Arena *arena, Buf *report, const char *path, const char *actual)
{
    size_t length = 0;
    const char *expected = text_read(arena, path, &length);
    if (expected && strlen(expected) == length && strcmp(expected, actual) == 0)
        return true;
    const char *update = getenv("UPDATE");
    if (update && strcmp(update, "1") == 0) {
        if (text_write(path, actual, strlen(actual)))
            return true;
        buf_printf(report, "%s: cannot be written\n", path);
        return false;
    }
    if (expected)
        buf_printf(report, "%s differs:\n%s", path, text_difference(arena, expected, actual));
    else
        buf_printf(report, "%s is missing:\n%s", path, text_difference(arena, "", actual));
    return false;
}
