/* outputs.h - that a command does not overwrite what it reads. */
#ifndef FOVEA_DRIVER_OUTPUTS_H
#define FOVEA_DRIVER_OUTPUTS_H

#include "driver/options.h"

/* Whether every file that the options name for a result is another one than those that were read: the model, its
 * imports and labels, and `weights` (NULL: none). false after a diagnostic. */
bool outputs_are_apart(Diag *diag, const Options *options, const char *weights);

#endif
