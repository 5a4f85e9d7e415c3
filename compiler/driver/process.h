/* process.h - other programs: started without a shell, their words caught.
 *
 * A signal that ends Fovea (SIGHUP, SIGINT, SIGQUIT, SIGTERM) ends these programs and removes the temporary folder
 * first.
 */
#ifndef FOVEA_DRIVER_PROCESS_H
#define FOVEA_DRIVER_PROCESS_H

#include "support/diag.h"

typedef VEC(const char *) Argv;

typedef struct Process {
    int pid;
    FILE *said; /* its standard output and error */
} Process;

/* argv.at[0] is looked for in PATH. The program works in `directory`. false after a diagnostic. */
bool process_start(Process *process, Arena *arena, Diag *diag, const char *directory, const Argv *argv);
/* Waits; what it said is added to the Buf. The exit status; 128 + N when signal N ended it. */
int process_wait(Process *process, Buf *said);
/* Becomes the program. Returns only after a diagnostic. */
void process_replace(Arena *arena, Diag *diag, const char *program, const Argv *argv);

/* Whether PATH has a program of that name. */
bool process_found(Arena *arena, const char *name);

/* Where temporary files go: $TMPDIR or /tmp. */
const char *temporary_parent(void);
/* A new directory for temporary files, one at a time, and the end of it with everything inside. */
const char *temporary_directory(Arena *arena, Diag *diag);
void directory_remove(const char *path);

/* Makes those signals wait, for what must not be left half done, until they are let in again. */
void signals_hold(bool hold);

#endif
