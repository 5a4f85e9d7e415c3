/* scratch.c - memory, messages and a folder for a test (see scratch.h). */
#include "tests/support/scratch.h"

#include "support/file.h"
#include "tests/support/files.h"

void scratch_begin(Scratch *self, const char *name)
{
    *self = (Scratch){.arena = arena_new()};
    diag_init(&self->diag, self->arena);
    self->diag.capture = &self->said;
    self->folder = folder_temporary(self->arena);
    self->path = path_join(self->arena, self->folder, name);
}

void scratch_end(Scratch *self)
{
    folder_remove(self->folder);
    buf_free(&self->said);
    arena_free(self->arena);
}
