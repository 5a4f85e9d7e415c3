/* cache.h - programs that were compiled for this machine once, kept for the next time. */
#ifndef FOVEA_DRIVER_CACHE_H
#define FOVEA_DRIVER_CACHE_H

#include "driver/build.h"

/* The program that `build` makes of what was emitted into a folder, found in the cache, or compiled and put there. Its
 * path; NULL after a diagnostic. */
const char *cache_program(Diag *diag, const Plan *plan, const char *directory, const BuildOptions *build);
/* The same of the program that lists devices, as carried.h has it. */
const char *cache_devices(Arena *arena, Diag *diag, const char *directory);

#endif
