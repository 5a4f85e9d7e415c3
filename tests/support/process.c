/* process.c - children and commands (see process.h). */
#include "tests/support/process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child's status. */
static int run_child(int seconds, bool (*check)(void *context), void *context, bool quiet)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (quiet && (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout)))
            _exit(1);
        alarm((unsigned)seconds);
        bool good = check(context);
        fflush(NULL);
        _exit(good ? 0 : 1);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child)
        fatal("cannot start a process");
    return status;
}

bool isolated(const char *name, int seconds, bool (*check)(void *context), void *context)
{
    int status = run_child(seconds, check, context, false);
    if (WIFSIGNALED(status)) {
        int number = WTERMSIG(status);
        fprintf(stderr, "%s: %s\n", name, number == SIGALRM ? "takes too long" : strsignal(number));
    } else if (WEXITSTATUS(status) > 1) {
        fprintf(stderr, "%s: ended with status %d\n", name, WEXITSTATUS(status));
    }
    return status == 0;
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
