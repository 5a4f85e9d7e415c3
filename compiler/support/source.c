/* source.c - source texts: added, read from files, and the line and column of a byte in them (see diag.h).
 *
 * Texts can be hostile: a megabyte in one line, or a million lines. Every SOURCE_STEP bytes the line and column are
 * remembered when the text is added; a position is found from the mark before it.
 */
#include "support/diag.h"

#include <ctype.h>
#include <errno.h>

enum { SOURCE_STEP = 1024 };

static const size_t SOURCE_LIMIT = (size_t)256 << 20;

/* Moves a position over `count` bytes. Bytes that continue a UTF-8 character are not columns of their own. */
static SourceMark advance(SourceMark at, const char *text, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == '\n') {
            at.line++;
            at.column = 0;
        } else if ((byte & 0xC0) != 0x80) {
            at.column++;
        }
    }
    return at;
}

static const SourceMark *make_marks(Arena *arena, const char *text, uint32_t length)
{
    uint32_t count = length / SOURCE_STEP + 1;
    SourceMark *marks = NEW_ARRAY(arena, SourceMark, count);
    for (uint32_t i = 1; i < count; i++)
        marks[i] = advance(marks[i - 1], text + (size_t)(i - 1) * SOURCE_STEP, SOURCE_STEP);
    return marks;
}

uint32_t diag_add_source(Diag *diag, const char *path, const char *text, size_t length)
{
    if (length > SOURCE_LIMIT)
        BUG("source '%s' of %zu bytes: the caller checks the limit", path, length);
    Source source = {.path = arena_strdup(diag->arena, path),
                     .text = arena_strndup(diag->arena, text, length),
                     .length = (uint32_t)length};
    source.marks = make_marks(diag->arena, source.text, source.length);
    VEC_PUSH(diag->arena, &diag->sources, source);
    return diag->sources.count - 1;
}

/* "No such file or directory" begins in lower case here, as every sentence does. */
static const char *reason(Diag *diag, int error)
{
    char *text = arena_strdup(diag->arena, strerror(error));
    text[0] = (char)tolower((unsigned char)text[0]);
    return text;
}

uint32_t diag_read_source(Diag *diag, const char *path, Span span)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        diag_error(diag, span, "cannot open \"%s\": %s", path, reason(diag, errno));
        return 0;
    }
    Buf text = {0};
    char block[16384];
    size_t got;
    while (text.length <= SOURCE_LIMIT && (got = fread(block, 1, sizeof block, file)) > 0)
        buf_bytes(&text, block, got);
    uint32_t source = 0;
    if (ferror(file))
        diag_error(diag, span, "cannot read \"%s\": %s", path, reason(diag, errno));
    else if (text.length > SOURCE_LIMIT)
        diag_error(diag, span, "\"%s\" is over 256 MiB", path);
    else
        source = diag_add_source(diag, path, buf_text(&text), text.length);
    if (source)
        diag->sources.at[source].is_file = true;
    fclose(file);
    buf_free(&text);
    return source;
}

void diag_note_file(Diag *diag, const char *path)
{
    for (uint32_t i = 0; i < diag->sources.count; i++)
        if (diag->sources.at[i].is_file && strcmp(diag->sources.at[i].path, path) == 0)
            return;
    const uint32_t source = diag_add_source(diag, path, "", 0);
    diag->sources.at[source].is_file = true;
}

const Source *diag_source(const Diag *diag, uint32_t file)
{
    if (file >= diag->sources.count)
        BUG("source %u of %u", file, diag->sources.count);
    return &diag->sources.at[file];
}

void span_position(const Diag *diag, Span span, int *line, int *column)
{
    SourceMark at = {0, 0};
    if (span.file) {
        const Source *source = diag_source(diag, span.file);
        uint32_t byte = MIN(span.begin, source->length);
        uint32_t step = byte / SOURCE_STEP;
        at = advance(source->marks[step], source->text + (size_t)step * SOURCE_STEP, byte % SOURCE_STEP);
    }
    *line = (int)at.line + 1;
    *column = (int)at.column + 1;
}

Span span_join(Span from, Span to)
{
    if (!from.file)
        return to;
    if (!to.file || from.file != to.file)
        return from;
    return (Span){from.file, MIN(from.begin, to.begin), MAX(from.end, to.end)};
}
