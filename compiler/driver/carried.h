/* carried.h - the runtime's sources, which the compiler carries inside itself: what it emits needs no installed files.
 */
#ifndef FOVEA_DRIVER_CARRIED_H
#define FOVEA_DRIVER_CARRIED_H

#include "support/diag.h"

typedef struct CarriedFile {
    const char *name; /* below runtime/: "fovea.h", "program/npy.c" */
    const char *text; /* NUL-terminated */
} CarriedFile;

/* All of them; `program` says whether a file is part of the stand-alone program or of the runtime itself. */
int carried_count(void);
CarriedFile carried_at(int index);
bool carried_is_program(const CarriedFile *file);

/* Writes fovea.h and fovea.c into a directory that exists; `program`: those of program/ too, into its folder of that
 * name. false after a diagnostic. */
bool carried_write(Diag *diag, const char *directory, bool program);

#endif
