/* run.h - `fovea run`: builds a program once, keeps it in a cache, and becomes it. */
#ifndef FOVEA_DRIVER_RUN_H
#define FOVEA_DRIVER_RUN_H

#include "driver/build.h"
#include "driver/options.h"

/* The program, from the cache or compiled; NULL after a diagnostic. */
const char *run_build(Diag *diag, const Plan *plan, const EmitOptions *emit, const Options *options);
/* Returns only after a diagnostic: otherwise this process is the program from here on. */
bool run_program(Diag *diag, const Plan *plan, const EmitOptions *emit, const Options *options);

#endif
