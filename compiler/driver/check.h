/* check.h - `fovea check`: what each target computes, held against the reference evaluator. */
#ifndef FOVEA_DRIVER_CHECK_H
#define FOVEA_DRIVER_CHECK_H

#include "driver/options.h"

/* Builds the net for each target (those given, else all that this machine's CPU can run), runs it on random inputs and
 * on the files that were given, and prints one line a target. Where a target is wrong, the first layer that is gets a
 * diagnostic. `net` has its weights. */
bool check_targets(Diag *diag, Graph *net, const Options *options);

#endif
