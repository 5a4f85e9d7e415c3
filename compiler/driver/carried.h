/* carried.h - the runtime's sources, which the compiler carries inside itself: what it emits needs no installed files.
 */
#ifndef FOVEA_DRIVER_CARRIED_H
#define FOVEA_DRIVER_CARRIED_H

#include "support/diag.h"

/* Folders, as bits. What is in none, fovea.h and fovea.c, belongs to all of them. */
typedef enum CarriedSet {
    CARRIED_RUNTIME = 0,
    CARRIED_PROGRAM = 1, /* program/: around a net that is a program */
    CARRIED_BENCH = 2,   /* bench/: around one that is timed */
    CARRIED_TRIALS = 4,  /* tune/: around kernels that are timed beside each other */
    CARRIED_OPENCL = 8,  /* opencl/: for models of target opencl */
    CARRIED_DEVICES = 16 /* devices/: the program that lists devices */
} CarriedSet;

/* Writes them into a directory, with its folders. false after a diagnostic. */
bool carried_write(Diag *diag, const char *directory, unsigned sets);

#endif
