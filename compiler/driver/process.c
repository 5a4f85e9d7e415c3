/* process.c - other programs, and the temporary directories they work in (see process.h).
 *
 * What a signal has to clean up is the one thing here that cannot be an argument. Each program leads a process group of
 * its own, so that the programs it started in turn end with it.
 */
#include "driver/process.h"
#include "support/file.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NOT_STARTED = 127, AT_ONCE = 2, PATIENCE = 100 };

/* ---- signals ---- */

static const int endings[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

static struct {
    const char *volatile folder; /* NULL: there is none */
    volatile pid_t groups[AT_ONCE];
} unfinished;

/* A C compiler removes its own temporary files when it is asked to end; one that does not end within a second must. */
static void end_group(pid_t group)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    kill(-group, SIGTERM);
    for (int i = 0; i < PATIENCE && waitpid(group, NULL, WNOHANG) == 0; i++)
        nanosleep(&pause, NULL);
    kill(-group, SIGKILL);
}

/* Only calls that are allowed in a handler: walking through a folder is not one of them, so that rm does it. */
static void on_ending(int number)
{
    for (int i = 0; i < AT_ONCE; i++)
        if (unfinished.groups[i])
            end_group(unfinished.groups[i]);
    pid_t remover = unfinished.folder ? fork() : 0;
    if (unfinished.folder && remover == 0) {
        execl("/bin/rm", "rm", "-rf", "--", unfinished.folder, (char *)NULL);
        _exit(NOT_STARTED);
    }
    if (remover > 0)
        waitpid(remover, NULL, 0);
    raise(number); /* held while this runs, and then with its usual effect: SA_RESETHAND */
}

static sigset_t ending_set(void)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        sigaddset(&set, endings[i]);
    return set;
}

/* What is ignored, as under nohup, stays ignored. */
static void watch_endings(void)
{
    struct sigaction action = {.sa_handler = on_ending, .sa_mask = ending_set(), .sa_flags = (int)SA_RESETHAND}, was;
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        if (sigaction(endings[i], NULL, &was) == 0 && was.sa_handler == SIG_DFL)
            sigaction(endings[i], &action, NULL);
}

void signals_hold(bool hold)
{
    sigset_t set = ending_set();
    sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

static void replace_group(pid_t old, pid_t new)
{
    int i = 0;
    while (i < AT_ONCE && unfinished.groups[i] != old)
        i++;
    if (i == AT_ONCE)
        BUG("more than %d programs at once", AT_ONCE);
    unfinished.groups[i] = new;
}

/* ---- programs ---- */

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
    signals_hold(true);
    process->pid = process->said ? fork() : -1;
    if (process->pid > 0) {
        setpgid(process->pid, process->pid); /* the new process does the same: whoever comes first */
        replace_group(0, process->pid);
    } else if (process->pid == 0) {
        setpgid(0, 0);
        memset((void *)&unfinished, 0, sizeof unfinished); /* nothing of it belongs to this process */
    }
    signals_hold(false);
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
    replace_group(process->pid, 0);
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

/* ---- temporary directories ---- */

const char *temporary_parent(void)
{
    const char *parent = getenv("TMPDIR");
    return parent && parent[0] == '/' ? parent : "/tmp";
}

const char *temporary_directory(Arena *arena, Diag *diag)
{
    char *path = arena_printf(arena, "%s/fovea.XXXXXX", temporary_parent());
    signals_hold(true);
    bool made = mkdtemp(path) != NULL;
    int failure = errno;
    if (made) {
        unfinished.folder = path;
        watch_endings();
    }
    signals_hold(false);
    if (made)
        return path;
    diag_error(diag, NOWHERE, "cannot make a temporary folder %s: %s", path, strerror(failure));
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
    unfinished.folder = NULL;
}
