/* beside.c - places for what is not complete yet (see beside.h). */
#include "support/beside.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENDING ".fovea-tmp"

enum { NAME_TRIES = 1000, OPEN_AT_ONCE = 16 };

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    remove(path);
    return 0;
}

void tree_remove(const char *path)
{
    nftw(path, remove_entry, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS);
}

static int make(const char *path, bool folder)
{
    if (!folder)
        return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return mkdir(path, 0777) ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Whether the path still leads to what was opened: between both, somebody may have taken it for a leftover. */
static bool leads_to(const char *path, int file)
{
    struct stat named, opened;
    return !lstat(path, &named) && !fstat(file, &opened) && named.st_dev == opened.st_dev &&
           named.st_ino == opened.st_ino;
}

/* Removes what nobody holds. false when somebody does, or when that cannot be known. */
static bool remove_leftover(const char *path)
{
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool left = file >= 0 && !flock(file, LOCK_EX | LOCK_NB) && leads_to(path, file);
    if (left)
        tree_remove(path);
    if (file >= 0)
        close(file);
    return left;
}

bool beside_make(Beside *beside, Arena *arena, const char *target, bool folder)
{
    for (int tries = 0, number = 0; tries < NAME_TRIES; tries++) {
        beside->path = arena_printf(arena, "%s" ENDING "%d", target, number);
        beside->file = make(beside->path, folder);
        if (beside->file >= 0) {
            /* Where there are no locks, leftovers stay, and everything else works. */
            bool locked = !flock(beside->file, LOCK_EX | LOCK_NB);
            if ((locked || errno != EWOULDBLOCK) && leads_to(beside->path, beside->file))
                return true;
            close(beside->file);
        } else if (errno != EEXIST) {
            return false;
        } else if (!remove_leftover(beside->path)) {
            number++;
        }
    }
    errno = EEXIST;
    return false;
}

const char *beside_final(Arena *arena, const char *path)
{
    const char *ending = strstr(path, ENDING), *rest = ending ? strchr(ending, '/') : NULL;
    if (!rest)
        return path;
    const char *name = ending;
    while (name > path && name[-1] != '/')
        name--;
    return arena_printf(arena, "%.*s%s", (int)(name - path), path, rest + 1);
}
