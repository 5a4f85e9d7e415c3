/* common.h - failure, files and memory for the stand-alone program.
 *
 * A function that can fail returns false and leaves one sentence in its fovea_fault; nobody but program.c prints it.
 * An output file is written beside its target and renamed over it, so that neither a failure nor a signal that ends the
 * program leaves anything half written.
 */
#ifndef FOVEA_PROGRAM_COMMON_H
#define FOVEA_PROGRAM_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#if defined(__GNUC__)
#define FOVEA_PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#else
#define FOVEA_PRINTF_LIKE(text, first)
#endif

typedef struct fovea_fault {
    char text[6144]; /* what compilers of devices say is long */
} fovea_fault;

/* Writes the sentence; always false, so that `return fovea_fail(...)` reads well. */
bool fovea_fail(fovea_fault *fault, const char *format, ...) FOVEA_PRINTF_LIKE(2, 3);
/* The same for a text of several lines. */
bool fovea_fail_lines(fovea_fault *fault, const char *text);
bool fovea_fail_memory(fovea_fault *fault, size_t bytes);

/* rows * bytes, or SIZE_MAX when that overflows (malloc then says no). */
size_t fovea_size(int64_t count, size_t bytes);

typedef struct fovea_bytes {
    unsigned char *at;
    size_t size;
} fovea_bytes;

/* To be called first: makes the three standard streams refuse what was closed when the program was started, as a file
 * that is opened later would take their place; and a file that grows too large is an error, not a signal. */
void fovea_streams_prepare(void);

/* The whole of a file, or of a pipe, of at most `most` bytes. */
bool fovea_bytes_read(fovea_bytes *bytes, const char *path, size_t most, fovea_fault *fault);
void fovea_bytes_free(fovea_bytes *bytes);

/* It must stay where it is while it is open. */
typedef struct fovea_output {
    FILE *stream;
    char *path, *temporary;
    struct fovea_output *next; /* of those that are open */
} fovea_output;

bool fovea_output_open(fovea_output *output, const char *path, fovea_fault *fault);
/* Closes and renames; after a failure nothing is left. */
bool fovea_output_commit(fovea_output *output, fovea_fault *fault);
void fovea_output_cancel(fovea_output *output);

/* "cannot write PATH: why", by errno. */
bool fovea_output_fail(const fovea_output *output, fovea_fault *fault);
/* Makes the folder and those above it; those that are there already are fine. */
bool fovea_folder_make(const char *path, fovea_fault *fault);

/* "s" behind a noun that is counted, "" for one. */
const char *fovea_plural(int64_t count);
/* The part of a path after the last '/'. */
const char *fovea_base_name(const char *path);
/* Formatted text in memory of its own; NULL when there is none. */
char *fovea_text(const char *format, ...) FOVEA_PRINTF_LIKE(1, 2);

#endif
