/* carried.h - the runtime's sources, which the compiler carries inside itself: what it emits needs no installed files.
 */
#ifndef FOVEA_DRIVER_CARRIED_H
#define FOVEA_DRIVER_CARRIED_H

#include "support/diag.h"

/* Each of them has the files of those before it, too. */
typedef enum CarriedSet {
    CARRIED_RUNTIME, /* fovea.h and fovea.c; for target opencl what is in opencl/, too */
    CARRIED_PROGRAM, /* program/: around a net that is a program */
    CARRIED_BENCH,   /* bench/: around one that is timed */
    CARRIED_TRIALS   /* tune/: around kernels that are timed beside each other */
} CarriedSet;

/* Writes them into a directory, with its folders. false after a diagnostic. */
bool carried_write(Diag *diag, const char *directory, CarriedSet set, bool opencl);

#endif
