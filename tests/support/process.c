/* process.c - children and commands (see process.h). */
#include "tests/support/process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t start_child(int seconds, bool (*check)(void *context), void *context, bool quiet)
{
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        fatal("cannot start a process");
    if (child == 0) {
        if (quiet && (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout)))
            _exit(1);
        alarm((unsigned)seconds);
        bool good = check(context);
        fflush(NULL);
        _exit(good ? 0 : 1);
    }
    return child;
}

/* The child's status. */
static int run_child(int seconds, bool (*check)(void *context), void *context, bool quiet)
{
    pid_t child = start_child(seconds, check, context, quiet);
    int status = 0;
    if (waitpid(child, &status, 0) != child)
        fatal("cannot wait for a process");
    return status;
}

/* Whether it ended well; says how it ended, if it was not by itself. */
static bool ended_well(const char *name, int status)
{
    if (WIFSIGNALED(status)) {
        int number = WTERMSIG(status);
        fprintf(stderr, "%s: %s\n", name, number == SIGALRM ? "takes too long" : strsignal(number));
    } else if (WEXITSTATUS(status) > 1) {
        fprintf(stderr, "%s: ended with status %d\n", name, WEXITSTATUS(status));
    }
    return status == 0;
}

bool isolated(const char *name, int seconds, bool (*check)(void *context), void *context)
{
    return ended_well(name, run_child(seconds, check, context, false));
}

/* The end of one of the children that run; its case. */
static uint32_t wait_for_one(const pid_t *children, uint32_t started, int *status)
{
    pid_t ended = waitpid(-1, status, 0);
    for (uint32_t i = 0; i < started; i++)
        if (children[i] == ended)
            return i;
    fatal("cannot wait for a process");
}

uint32_t isolated_each(const Isolated *cases, uint32_t count, int seconds, bool (*check)(void *context))
{
    const uint32_t at_a_time = (uint32_t)MAX(sysconf(_SC_NPROCESSORS_ONLN), 1);
    Arena *arena = arena_new();
    pid_t *children = NEW_ARRAY(arena, pid_t, count);
    uint32_t started = 0, failed = 0;
    for (uint32_t ended = 0; ended < count; ended++) {
        for (; started < count && started < ended + at_a_time; started++)
            children[started] = start_child(seconds, check, cases[started].context, false);
        int status = 0;
        const char *name = cases[wait_for_one(children, started, &status)].name;
        if (!ended_well(name, status)) {
            fprintf(stderr, "%s fails\n", name);
            failed++;
        }
    }
    arena_free(arena);
    return failed;
}

bool isolated_quietly(int seconds, bool (*check)(void *context), void *context)
{
    return run_child(seconds, check, context, true) == 0;
}

bool command_run(Buf *report, const char *format, ...)
{
    Arena *arena = arena_new();
    va_list arguments;
    va_start(arguments, format);
    const char *command = arena_vprintf(arena, format, arguments);
    va_end(arguments);
    fflush(NULL);
    FILE *pipe = popen(arena_printf(arena, "(%s) 2>&1", command), "r");
    if (!pipe)
        fatal("cannot start a shell");
    Buf said = {0};
    char part[4096];
    for (size_t count; (count = fread(part, 1, sizeof part, pipe)) > 0;)
        buf_bytes(&said, part, count);
    int status = pclose(pipe);
    if (status != 0)
        buf_printf(report, "%s\n%s\n(status %d)\n", command, buf_text(&said), WEXITSTATUS(status));
    buf_free(&said);
    arena_free(arena);
    return status == 0;
}
