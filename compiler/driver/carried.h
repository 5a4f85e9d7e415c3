/* carried.h - the runtime's sources, which the compiler carries inside itself: what it emits needs no installed files.
 */
#ifndef FOVEA_DRIVER_CARRIED_H
#define FOVEA_DRIVER_CARRIED_H

#include "support/diag.h"

/* Writes fovea.h and fovea.c into a directory that exists; `program`: those of program/ too, into its folder of that
 * name. false after a diagnostic. */
bool carried_write(Diag *diag, const char *directory, bool program);

#endif
