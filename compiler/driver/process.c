/* process.c - other programs, and the temporary directories they work in (see process.h). */
#include "driver/process.h"
#include "support/file.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_STARTED = 127 };

/* The argument vector as execvp wants it. */
static char **terminated(Arena *arena, const Argv *argv)
{
    char **copy = NEW_ARRAY(arena, char *, argv->count + 1);
    for (uint32_t i = 0; i < argv->count; i++)
        copy[i] = arena_strdup(arena, argv->at[i]);
    return copy;
}

bool process_start(Process *process, Arena *arena, Diag *diag, const char *directory, const Argv *argv)
{
    char **arguments = terminated(arena, argv);
    *process = (Process){.said = tmpfile()};
    fflush(NULL);
    process->pid = process->said ? fork() : -1;
    if (process->pid < 0) {
        diag_error(diag, NOWHERE, "cannot start %s: %s", argv->at[0], strerror(errno));
        if (process->said)
            fclose(process->said);
        return false;
    }
    if (process->pid > 0)
        return true;
    int said = fileno(process->said);
    if (dup2(said, STDOUT_FILENO) >= 0 && dup2(said, STDERR_FILENO) >= 0 && chdir(directory) == 0)
        execvp(arguments[0], arguments);
    dprintf(STDERR_FILENO, "cannot run %s: %s\n", arguments[0], strerror(errno));
    _exit(NOT_STARTED);
}

int process_wait(Process *process, Buf *said)
{
    int status = 0;
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
        ;
    rewind(process->said);
    char piece[4096];
    for (size_t got; (got = fread(piece, 1, sizeof piece, process->said)) > 0;)
        buf_bytes(said, piece, got);
    fclose(process->said);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void process_replace(Arena *arena, Diag *diag, const char *program, const Argv *argv)
{
    fflush(NULL);
    execv(program, terminated(arena, argv));
    diag_error(diag, NOWHERE, "cannot run %s: %s", program, strerror(errno));
}

bool process_found(Arena *arena, const char *name)
{
    if (strchr(name, '/'))
        return access(name, X_OK) == 0;
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t length = strcspn(path, ":");
        const char *directory = length ? arena_strndup(arena, path, length) : ".";
        if (access(path_join(arena, directory, name), X_OK) == 0)
            return true;
        path += length + (path[length] == ':');
    }
    return false;
}

const char *temporary_directory(Arena *arena, Diag *diag)
{
    const char *parent = getenv("TMPDIR");
    char *path = arena_printf(arena, "%s/fovea.XXXXXX", parent && parent[0] == '/' ? parent : "/tmp");
    if (mkdtemp(path))
        return path;
    diag_error(diag, NOWHERE, "cannot make a temporary folder %s: %s", path, strerror(errno));
    return NULL;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    remove(path);
    return 0;
}

void directory_remove(const char *path)
{
    enum { OPEN_AT_ONCE = 16 };
    nftw(path, remove_entry, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS);
}
