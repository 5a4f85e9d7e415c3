/* scratch.h - where a test of files works: memory, a Diag whose messages are kept, and a folder of its own.
 *
 *   Scratch s;
 *   scratch_begin(&s, "net.weights");
 *   ... blob_write(&s.diag, s.path, ...) ... buf_text(&s.said) ...
 *   scratch_end(&s);
 */
#ifndef FOVEA_TESTS_SCRATCH_H
#define FOVEA_TESTS_SCRATCH_H

#include "support/diag.h"

typedef struct Scratch {
    Arena *arena;
    Diag diag;
    Buf said; /* what the diag was told */
    const char *folder;
    const char *path; /* a file in it that does not exist yet */
} Scratch;

/* `name` is the last part of the path. The Diag points into *self, which must stay where it is. */
void scratch_begin(Scratch *self, const char *name);
/* Removes the folder with all that is in it. */
void scratch_end(Scratch *self);

#endif
