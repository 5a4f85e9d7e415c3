/* here.h - what this machine can run. */
#ifndef FOVEA_DRIVER_HERE_H
#define FOVEA_DRIVER_HERE_H

#include "emit/target.h"

/* Whether its CPU has what the code of that target needs. */
bool target_runs_here(const Target *target);

/* What its CPU calls itself, blanks made single: "AMD EPYC 9355 32-Core Processor"; "unknown" where nothing says it. */
const char *cpu_name(Arena *arena);

#endif
