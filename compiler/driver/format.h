/* format.h - `fovea fmt`. */
#ifndef FOVEA_DRIVER_FORMAT_H
#define FOVEA_DRIVER_FORMAT_H

#include "driver/options.h"

/* Prints each model in the canonical format; with --write rewrites those that differ, with --check lists them. A model
 * with a syntax error is reported and left as it is, and the others are still formatted. */
bool format_models(Arena *arena, Diag *diag, const Options *options);

#endif
