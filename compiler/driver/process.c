/* process.c - other programs, and the temporary directories they work in (see process.h).
 *
 * What a signal has to clean up is the one thing here that cannot be an argument. Each program leads a process group of
 * its own, so that the programs it started in turn end with it.
 */
#include "driver/process.h"
#include "support/beside.h"
#include "support/file.h"
#include "support/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NOT_STARTED = 127, AT_ONCE = 2, PATIENCE = 100 };

/* ---- signals ---- */

static struct {
    const char *volatile folder; /* NULL: there is none */
    const char *volatile around; /* the folder that it stands in, when that was made for it; else NULL */
    int lock;                    /* its descriptor, when it stands beside something */
    volatile pid_t groups[AT_ONCE];
    bool watched; /* the end of the program too */
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

/* Only calls that are allowed in a handler: walking through a folder is not one of them, so that rm does it. It has to
 * be deaf to the signal, which may reach the whole process group once more. */
static void on_ending(int number)
{
    sigset_t set = signals_ending();
    for (int other = 1; other < NSIG; other++)
        if (sigismember(&set, other) == 1)
            signal(other, SIG_IGN);
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
    if (unfinished.around)
        rmdir(unfinished.around);
    signal(number, SIG_DFL);
    raise(number); /* held while this runs */
}

/* After a fatal error, most likely without memory. */
static void remove_unfinished(void)
{
    if (unfinished.folder)
        directory_remove(unfinished.folder);
}

/* What is ignored, as under nohup, stays ignored. */
static void watch_endings(void)
{
    struct sigaction action = {.sa_handler = on_ending, .sa_mask = signals_ending()};
    struct sigaction was;
    for (int number = 1; number < NSIG; number++)
        if (sigismember(&action.sa_mask, number) == 1 && sigaction(number, NULL, &was) == 0 &&
            was.sa_handler == SIG_DFL)
            sigaction(number, &action, NULL);
    if (!unfinished.watched)
        unfinished.watched = atexit(remove_unfinished) == 0;
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

void process_prepare(void)
{
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
        if (fcntl(stream, F_GETFD) < 0) /* the lowest that is free, so that it gets this number */
            open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    signal(SIGXFSZ, SIG_IGN);
}

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
    sigset_t signals;
    fflush(NULL);
    signals_hold(&signals);
    process->pid = process->said ? fork() : -1;
    if (process->pid > 0) {
        setpgid(process->pid, process->pid); /* the new process does the same: whoever comes first */
        replace_group(0, process->pid);
    } else if (process->pid == 0) {
        setpgid(0, 0);
        memset((void *)&unfinished, 0, sizeof unfinished); /* nothing of it belongs to this process */
    }
    signals_release(&signals);
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

void process_report(Diag *diag, const char *program, int status, const Buf *said)
{
    const char *more = said->length ? "; it said:" : "";
    if (status > 128)
        diag_error(diag, NOWHERE, "%s was ended by signal %d, %s%s", program, status - 128, strsignal(status - 128),
                   more);
    else
        diag_error(diag, NOWHERE, "%s failed with exit status %d%s", program, status, more);
    fputs(buf_text(said), stderr);
}

void process_replace(Arena *arena, Diag *diag, const char *program, const Argv *argv)
{
    fflush(NULL);
    execv(program, terminated(arena, argv));
    diag_error(diag, NOWHERE, "cannot run %s: %s", program, strerror(errno));
}

static bool is_program(const char *path)
{
    struct stat status;
    return access(path, X_OK) == 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

bool process_found(Arena *arena, const char *name)
{
    if (strchr(name, '/'))
        return is_program(name);
    const char *path = getenv("PATH");
    while (path && *path) {
        size_t length = strcspn(path, ":");
        const char *directory = length ? arena_strndup(arena, path, length) : ".";
        if (is_program(path_join(arena, directory, name)))
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

/* Made while signals wait: from now on they remove it. */
static const char *keep_unfinished(const char *path, int lock)
{
    unfinished.folder = path;
    unfinished.lock = lock;
    watch_endings();
    return path;
}

const char *temporary_directory(Arena *arena, Diag *diag)
{
    char *path = arena_printf(arena, "%s/fovea.XXXXXX", temporary_parent());
    sigset_t signals;
    signals_hold(&signals);
    const char *made = mkdtemp(path) ? keep_unfinished(path, -1) : NULL;
    int failure = errno;
    signals_release(&signals);
    if (!made)
        diag_error(diag, NOWHERE, "cannot make a temporary folder %s: %s", path, strerror(failure));
    return made;
}

const char *staging_directory(Arena *arena, Diag *diag, const char *folder, const char *name)
{
    Beside beside;
    sigset_t signals;
    const char *target = path_join(arena, folder, name);
    signals_hold(&signals);
    bool missing = !path_exists(folder);
    if (!directory_make(diag, folder)) {
        signals_release(&signals);
        return NULL;
    }
    const char *made = beside_make(&beside, arena, target, true) ? keep_unfinished(beside.path, beside.file) : NULL;
    int failure = errno;
    unfinished.around = made && missing ? folder : NULL;
    signals_release(&signals);
    if (!made)
        diag_error(diag, NOWHERE, "cannot write \"%s\": %s", path_directory(arena, target), strerror(failure));
    return made;
}

void directory_remove(const char *path)
{
    tree_remove(path);
    unfinished.folder = NULL;
    if (unfinished.around) /* and only if nothing was moved into it */
        rmdir(unfinished.around);
    unfinished.around = NULL;
    if (unfinished.lock >= 0)
        close(unfinished.lock);
    unfinished.lock = -1;
}
