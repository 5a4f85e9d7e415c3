/* file.h - reading and writing whole files, and paths.
 *
 * What is written appears complete or not at all: the bytes go to a file beside NAME (beside.h), which is renamed over
 * NAME at the end and removed after any failure; signals that end the program wait meanwhile. A target that exists and
 * is no plain file (/dev/null, a pipe) is written directly, and a symbolic link keeps pointing where it points.
 *
 *   FileWriter out;
 *   if (file_create(&out, diag, "net.c")) { file_put(&out, text, length); ...; ok = file_commit(&out); }
 */
#ifndef FOVEA_SUPPORT_FILE_H
#define FOVEA_SUPPORT_FILE_H

#include "support/beside.h"
#include "support/diag.h"
#include "support/signals.h"

/* ---- paths; results are in the arena, or are an argument itself ---- */

/* "models/nets" and "a.fov": "models/nets/a.fov"; an absolute name, or one in "" or ".", stays as it is. */
const char *path_join(Arena *arena, const char *directory, const char *name);
/* For programs that work in a folder of their own. */
const char *path_absolute(Arena *arena, const char *path);
/* "models/a.fov": "models"; "a.fov": "."; "/a.fov": "/". */
const char *path_directory(Arena *arena, const char *path);
/* "models/a.fov": "a.fov". */
const char *path_base(const char *path);
/* "models/a.fov": ".fov"; "" when there is none. */
const char *path_extension(const char *path);

bool path_exists(const char *path);
/* Makes the directory and those above it; one that is there already is fine. false after a diagnostic. */
bool directory_make(Diag *diag, const char *path);

/* ---- whole files ---- */

/* The bytes of a file or pipe, in the arena, with a NUL after them. NULL after a diagnostic at `span`: it cannot be
 * read, is a directory, or has more than `limit` bytes. */
char *file_read(Arena *arena, Diag *diag, const char *path, Span span, size_t limit, size_t *count);
bool file_write_atomic(Diag *diag, const char *path, const void *bytes, size_t count);
/* With its permissions. */
bool file_copy(Diag *diag, const char *from, const char *to);
/* Moves the files in a folder, and in folders in it, into another: all or none of them, as nothing can be in the way
 * but a folder, which is looked for first. */
bool files_move(Diag *diag, const char *from, const char *to);

/* A plain file mapped for reading; an empty one has bytes NULL. Whoever maps it unmaps it. */
typedef struct FileMapping {
    const unsigned char *bytes;
    size_t count;
} FileMapping;

bool file_map(FileMapping *mapping, Diag *diag, const char *path, Span span);
/* Gives back the memory in which this part of a mapping stands: what is read again is fetched again. */
void file_forget(const void *part, size_t count);
void file_unmap(FileMapping *mapping);

/* ---- writing piece by piece ---- */

typedef struct FileWriter {
    Diag *diag;
    const char *path;   /* as the user wrote it */
    const char *target; /* what is replaced: `path` with symbolic links resolved */
    Beside beside;      /* path NULL: the target is written directly */
    sigset_t signals;   /* those that wait since before */
    FILE *stream;
    int failure; /* errno of the first write that failed; 0: none so far */
} FileWriter;

/* false after a diagnostic, and then nothing is left to close. */
bool file_create(FileWriter *writer, Diag *diag, const char *path);
/* After a failure the rest is ignored; file_commit reports it. */
void file_put(FileWriter *writer, const void *bytes, size_t count);
/* Whether bytes can be put once more: into a new file, not into a device or a pipe. */
bool file_goes_back(const FileWriter *writer);
/* Puts bytes in the place of the first ones; nothing is put after that. */
void file_put_first(FileWriter *writer, const void *bytes, size_t count);
/* Writes the copy of a file and leaves the rest to file_commit: several can be put in their places at once. */
bool file_create_copy(FileWriter *writer, Diag *diag, const char *from, const char *to);
/* Puts the file in its place. false after a diagnostic, with what was there before left untouched. */
bool file_commit(FileWriter *writer);
/* Gives up without a word: the target stays as it was. */
void file_abandon(FileWriter *writer);

#endif
