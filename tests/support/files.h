/* files.h - what tests do with files: read, write, list, compare with an expected text.
 *
 * Tests run in the root of the repository. Expected texts are files beside their input; with UPDATE=1 in the
 * environment they are rewritten instead of compared (`make golden-update` shows the difference).
 */
#ifndef FOVEA_TESTS_FILES_H
#define FOVEA_TESTS_FILES_H

#include "support/buf.h"

/* NUL-terminated; NULL when it cannot be read. `length` may be NULL. */
char *text_read(Arena *arena, const char *path, size_t *length);
bool text_write(const char *path, const void *bytes, size_t length);

typedef VEC(const char *) Paths;

/* The files in a folder whose names end in `suffix`, sorted, without the folder. */
Paths files_in(Arena *arena, const char *folder, const char *suffix);
/* The same for a whole tree, as paths that begin with `folder`; folders whose names begin with '.' or "build" are
 * left out. */
Paths files_below(Arena *arena, const char *folder, const char *suffix);

/* A new empty folder for a test's files; folder_remove removes it with all that is in it. */
char *folder_temporary(Arena *arena);
void folder_remove(const char *folder);

/* The lines in which two texts differ, "-" expected and "+" actual, at most 60; "" when they are equal. */
const char *text_difference(Arena *arena, const char *expected, const char *actual);

/* Holds `actual` against the file `path`: true when it is the same or was rewritten. Else the path and the
 * difference are added to `report`. */
bool text_expect(Arena *arena, Buf *report, const char *path, const char *actual);

#endif
