/* process.h - other programs: started without a shell, their words caught.
 *
 * A signal that ends Fovea (SIGHUP, SIGINT, SIGQUIT, SIGTERM) ends these programs and removes the temporary folder
 * first.
 */
#ifndef FOVEA_DRIVER_PROCESS_H
#define FOVEA_DRIVER_PROCESS_H

#include "support/diag.h"

/* To be called first: makes the three standard streams refuse what was closed when Fovea was started, as a file that is
 * opened later would take their place; and a file that grows too large is an error, not a signal. */
void process_prepare(void);

typedef VEC(const char *) Argv;

typedef struct Process {
    int pid;
    FILE *said; /* its standard output and error */
} Process;

/* argv.at[0] is looked for in PATH. The program works in `directory`. false after a diagnostic. */
bool process_start(Process *process, Arena *arena, Diag *diag, const char *directory, const Argv *argv);
/* Waits; what it said is added to the Buf. The exit status; 128 + N when signal N ended it. */
int process_wait(Process *process, Buf *said);
/* Reports that a program did not end well: an exit status as process_wait gives it, and all that the program said. */
void process_report(Diag *diag, const char *program, int status, const Buf *said);
/* Becomes the program. Returns only after a diagnostic. */
void process_replace(Arena *arena, Diag *diag, const char *program, const Argv *argv);

/* Whether PATH has a program of that name. */
bool process_found(Arena *arena, const char *name);

/* Where temporary files go: $TMPDIR or /tmp. */
const char *temporary_parent(void);
/* A new directory for temporary files, or for files that will be moved to a folder (beside.h), which is made when it is
 * missing: one at a time. However the program ends, it is removed with everything inside, and so is the folder when it
 * was made and nothing came into it. */
const char *temporary_directory(Arena *arena, Diag *diag);
const char *staging_directory(Arena *arena, Diag *diag, const char *folder, const char *name);
void directory_remove(const char *path);

#endif
