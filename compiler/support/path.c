/* path.c - taking paths apart and putting them together, and making directories (see file.h). */
#include "support/file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *path_extension(const char *path)
{
    const char *base = path_base(path), *dot = strrchr(base, '.');
    return dot && dot != base ? dot : base + strlen(base);
}

const char *path_directory(Arena *arena, const char *path)
{
    size_t length = (size_t)(path_base(path) - path);
    if (length == 0)
        return ".";
    while (length > 1 && path[length - 1] == '/')
        length--;
    return arena_strndup(arena, path, length);
}

const char *path_join(Arena *arena, const char *directory, const char *name)
{
    size_t length = strlen(directory);
    if (name[0] == '/' || length == 0 || !strcmp(directory, "."))
        return name;
    return arena_printf(arena, "%s%s%s", directory, directory[length - 1] == '/' ? "" : "/", name);
}

const char *path_absolute(Arena *arena, const char *path)
{
    char *here = getcwd(NULL, 0);
    const char *whole = here ? path_join(arena, arena_strdup(arena, here), path) : path;
    free(here);
    return whole;
}

bool path_exists(const char *path)
{
    struct stat status;
    return !stat(path, &status);
}

/* errno of the failure, 0 when the directory is there afterwards. */
static int make_one(const char *path)
{
    if (!mkdir(path, 0777))
        return 0;
    int failure = errno;
    struct stat status;
    if (stat(path, &status))
        return failure;
    return S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
}

bool directory_make(Diag *diag, const char *path)
{
    char *prefix = arena_strdup(diag->arena, path);
    int failure = 0;
    for (char *at = prefix; *at && !failure; at++)
        if (*at == '/' && at != prefix) {
            *at = '\0';
            failure = make_one(prefix);
            *at = '/';
        }
    if (!failure)
        failure = make_one(prefix);
    if (failure)
        diag_error(diag, NOWHERE, "cannot make the directory \"%s\": %s", path, strerror(failure));
    return !failure;
}
