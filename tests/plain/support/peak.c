/* peak.c - peak FILE COMMAND...: runs it and writes "MEGABYTES SECONDS" into the file: the most memory it had resident,
 * and the processor's time that it took, however busy the machine is. Ends as the command does. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    struct rusage usage;
    int status;
    FILE *file = count > 2 ? fopen(arguments[1], "w") : NULL;
    if (!file)
        return 127;
    pid_t child = fork();
    if (child == 0) {
        execvp(arguments[2], arguments + 2);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return 127;
    double seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    fprintf(file, "%ld %.1f\n", usage.ru_maxrss / 1024, seconds);
    fclose(file);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
