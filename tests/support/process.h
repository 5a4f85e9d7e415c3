/* process.h - other processes in tests: a case in a child, so that a crash is one failure and is named; commands. */
#ifndef FOVEA_TESTS_PROCESS_H
#define FOVEA_TESTS_PROCESS_H

#include "support/buf.h"

/* Runs check(context) in a child; what it prints is seen. false when it says so, crashes (then the name and the
 * signal are printed) or takes longer than `seconds`. */
bool isolated(const char *name, int seconds, bool (*check)(void *context), void *context);
/* The same, and nothing is printed. */
bool isolated_quietly(int seconds, bool (*check)(void *context), void *context);

/* Many such cases, as many at a time as the machine has cores; those that fail are named. How many do. */
typedef struct Isolated {
    const char *name;
    void *context;
} Isolated;
uint32_t isolated_each(const Isolated *cases, uint32_t count, int seconds, bool (*check)(void *context));

/* Runs a shell command. true when its exit status is 0; else the command and what it printed are added to `report`. */
bool command_run(Buf *report, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
