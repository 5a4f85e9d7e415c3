/* diag.h - source texts and what is said about them.
 *
 *   lenet5.fov:4:18: error: no layer is called 'maxpol'
 *       4 |     x = image -> maxpol(2x2);
 *         |                  ^~~~~~
 *   hint: did you mean 'maxpool'?
 *
 * A Span is bytes of one source text. A message is one lower-case sentence without full stop; notes (at a second
 * span) and hints belong to the error or warning before them. Everything goes to the Diag's Buf or, by default, to
 * standard error. After DIAG_LIMIT errors the rest is counted, not printed. A warning or error at an empty span
 * (file 0) is printed as "fovea: error: ...".
 */
#ifndef FOVEA_SUPPORT_DIAG_H
#define FOVEA_SUPPORT_DIAG_H

#include "support/buf.h"

enum { DIAG_LIMIT = 20 };

typedef struct Span {
    uint32_t file;       /* index into Diag.sources; 0 is "nowhere" */
    uint32_t begin, end; /* bytes, end excluded */
} Span;

#define NOWHERE ((Span){0, 0, 0})

/* Line and column (both from 0) of every 1024th byte, so that finding a position reads at most that much text. */
typedef struct SourceMark {
    uint32_t line, column;
} SourceMark;

typedef struct Source {
    const char *path; /* as the user wrote it: it is printed */
    const char *text; /* NUL-terminated */
    uint32_t length;
    const SourceMark *marks;
    bool is_file; /* `path` was read: no result may overwrite it, and rules for make name it */
} Source;

typedef struct Diag {
    Arena *arena;
    VEC(Source) sources; /* [0] is nowhere */
    Buf *capture;        /* where messages go; NULL: standard error */
    uint32_t errors, warnings;
    bool silenced; /* the last error or warning was not printed, so its notes and hints are not either */
} Diag;

void diag_init(Diag *diag, Arena *arena);
/* Adds a text under a name. Texts that are not files have names like "<command line>". */
uint32_t diag_add_source(Diag *diag, const char *path, const char *text, size_t length);
/* Reads a file and adds it; reports at `span` and returns 0 when it cannot be read or is over 256 MiB. */
uint32_t diag_read_source(Diag *diag, const char *path, Span span);
/* Notes that a file was read which is no text, once however often it is said: its source is empty. */
void diag_note_file(Diag *diag, const char *path);
const Source *diag_source(const Diag *diag, uint32_t file);

void diag_error(Diag *diag, Span span, const char *format, ...) PRINTF_LIKE(3, 4);
void diag_warning(Diag *diag, Span span, const char *format, ...) PRINTF_LIKE(3, 4);
void diag_note(Diag *diag, Span span, const char *format, ...) PRINTF_LIKE(3, 4);
void diag_hint(Diag *diag, const char *format, ...) PRINTF_LIKE(2, 3);
/* When errors passed DIAG_LIMIT: one closing line "... and 7 more errors". */
void diag_finish(Diag *diag);

Span span_join(Span from, Span to);
/* Line and column from 1; columns count characters (UTF-8), tabs as one. */
void span_position(const Diag *diag, Span span, int *line, int *column);

/* The candidate nearest to `word` by edits (at most a third of its length), or NULL. For "did you mean". */
const char *nearest_word(const char *word, const char *const *candidates, size_t count);

#endif
