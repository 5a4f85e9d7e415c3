/* choices.h - what was measured, from the file of --tune. */
#ifndef FOVEA_DRIVER_CHOICES_H
#define FOVEA_DRIVER_CHOICES_H

#include "driver/options.h"

/* Reads the file that the options name, if they do. false after a diagnostic; one of another CPU is taken, with a
 * warning. */
bool choices_read(Options *options, Arena *arena, Diag *diag);

#endif
