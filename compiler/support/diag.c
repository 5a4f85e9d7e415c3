/* diag.c - messages with the source line and carets under what they speak of (see diag.h).
 *
 *   path:line:column: error: sentence
 *      12 |     the source line
 *         |         ^~~~~~
 *
 * A tab is shown as TAB_WIDTH blanks, a character that no terminal should get as '?' (in sentences too: they quote what
 * files hold), and of a very long line only the WINDOW characters around the span. Of a span over several lines the
 * part on its first line is underlined.
 */
#include "support/diag.h"

enum { TAB_WIDTH = 4, WHOLE_LINE = 130, WINDOW = 100, WINDOW_BEFORE = 40 };

void diag_init(Diag *diag, Arena *arena)
{
    *diag = (Diag){.arena = arena};
    VEC_PUSH(arena, &diag->sources, (Source){.path = "fovea", .text = ""});
}

static void put(Diag *diag, const Buf *text)
{
    if (diag->capture)
        buf_bytes(diag->capture, buf_text(text), text->length);
    else
        fwrite(buf_text(text), 1, text->length, stderr);
}

static bool continues_character(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Bytes of the character at `text`, at most `left`; a byte that starts none counts as a character of its own. */
static uint32_t character_bytes(const char *text, uint32_t left)
{
    unsigned char lead = (unsigned char)text[0];
    uint32_t wanted = lead >= 0xF0 && lead < 0xF8 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
    if (lead >= 0xF8 || wanted > left)
        return 1;
    for (uint32_t i = 1; i < wanted; i++)
        if (!continues_character(text[i]))
            return 1;
    return wanted;
}

/* Places on the terminal: two for the blocks of East Asian letters and pictograms, else one. */
static int character_width(const char *text, uint32_t bytes)
{
    unsigned char lead = (unsigned char)text[0];
    if (bytes < 3)
        return 1;
    return bytes == 4 ? lead == 0xF0 && (unsigned char)text[1] >= 0x9F : lead >= 0xE3 && lead <= 0xED ? 2 : 1;
}

static bool printable(const char *text, uint32_t bytes)
{
    unsigned char lead = (unsigned char)text[0];
    if (bytes == 1)
        return lead >= 0x20 && lead < 0x7F;
    return !(lead == 0xC2 && (unsigned char)text[1] < 0xA0);
}

/* The part of a line that is shown: bytes of the source, and whether the line goes on before and after. */
typedef struct View {
    uint32_t begin, end;
    bool cut_before, cut_after;
} View;

/* Moves back over at most `count` characters of the line. */
static uint32_t step_back(const Source *source, uint32_t at, int count)
{
    while (at > 0 && source->text[at - 1] != '\n' && count-- > 0)
        do
            at--;
        while (at > 0 && continues_character(source->text[at]) && source->text[at - 1] != '\n');
    return at;
}

static uint32_t step_forward(const Source *source, uint32_t at, int count)
{
    while (at < source->length && source->text[at] != '\n' && count-- > 0)
        at += character_bytes(source->text + at, source->length - at);
    return at;
}

static bool line_begins(const Source *source, uint32_t at)
{
    return at == 0 || source->text[at - 1] == '\n';
}

static bool line_ends(const Source *source, uint32_t at)
{
    return at >= source->length || source->text[at] == '\n';
}

static View choose_view(const Source *source, uint32_t at)
{
    View view = {.begin = step_back(source, at, WHOLE_LINE)};
    view.end = step_forward(source, view.begin, WHOLE_LINE);
    bool whole = line_begins(source, view.begin) && line_ends(source, view.end);
    if (!whole) {
        view.begin = step_back(source, at, WINDOW_BEFORE);
        view.end = step_forward(source, view.begin, WINDOW);
        view.cut_before = !line_begins(source, view.begin);
        view.cut_after = !line_ends(source, view.end);
    }
    if (view.end > view.begin && source->text[view.end - 1] == '\r')
        view.end--;
    return view;
}

static void trim(Buf *line)
{
    while (line->length && line->text[line->length - 1] == ' ')
        line->text[--line->length] = '\0';
}

/* The line and the carets, built place by place. */
static void show_line(Buf *out, const Source *source, Span span, int line)
{
    uint32_t at = MIN(span.begin, source->length);
    View view = choose_view(source, at);
    Buf shown = {0}, carets = {0};
    buf_printf(&shown, "%5d | %s", line, view.cut_before ? "..." : "");
    buf_printf(&carets, "%5s | %s", "", view.cut_before ? "   " : "");
    at = MAX(view.begin, MIN(at, view.end));
    uint32_t bytes;
    for (uint32_t i = view.begin; i < view.end; i += bytes) {
        const char *text = source->text + i;
        bytes = character_bytes(text, view.end - i);
        int width = *text == '\t' ? TAB_WIDTH : character_width(text, bytes);
        if (*text == '\t')
            buf_puts(&shown, "    ");
        else if (printable(text, bytes))
            buf_bytes(&shown, text, bytes);
        else
            buf_puts(&shown, "?");
        for (int place = 0; place < width; place++) {
            bool first = i <= at && at < i + bytes && place == 0;
            buf_puts(&carets, first ? "^" : i >= at && i < span.end ? "~" : " ");
        }
    }
    if (at >= view.end) /* after the last character: a place where something is missing */
        buf_puts(&carets, "^");
    trim(&carets);
    if (view.cut_after)
        buf_puts(&shown, "...");
    trim(&shown);
    buf_printf(out, "%s\n%s\n", buf_text(&shown), buf_text(&carets));
    buf_free(&shown);
    buf_free(&carets);
}

/* Appends a sentence as one line. */
static void put_sentence(Buf *out, const Buf *sentence)
{
    const char *text = buf_text(sentence);
    uint32_t bytes;
    for (size_t i = 0; i < sentence->length; i += bytes) {
        bytes = character_bytes(text + i, (uint32_t)MIN(sentence->length - i, 4));
        if (printable(text + i, bytes))
            buf_bytes(out, text + i, bytes);
        else
            buf_puts(out, text[i] == '\t' ? " " : "?");
    }
    buf_puts(out, "\n");
}

static void message(Diag *diag, const char *kind, Span span, const char *format, va_list arguments)
{
    Buf out = {0}, sentence = {0};
    int line, column;
    span_position(diag, span, &line, &column);
    if (span.file)
        buf_printf(&sentence, "%s:%d:%d: %s: ", diag_source(diag, span.file)->path, line, column, kind);
    else
        buf_printf(&sentence, "%s%s: ", strcmp(kind, "note") ? "fovea: " : "", kind);
    buf_vprintf(&sentence, format, arguments);
    put_sentence(&out, &sentence);
    buf_free(&sentence);
    if (span.file)
        show_line(&out, diag_source(diag, span.file), span, line);
    put(diag, &out);
    buf_free(&out);
}

void diag_error(Diag *diag, Span span, const char *format, ...)
{
    diag->errors++;
    diag->silenced = diag->errors > DIAG_LIMIT;
    if (diag->silenced)
        return;
    va_list arguments;
    va_start(arguments, format);
    message(diag, "error", span, format, arguments);
    va_end(arguments);
}

void diag_warning(Diag *diag, Span span, const char *format, ...)
{
    diag->warnings++;
    diag->silenced = diag->errors > DIAG_LIMIT;
    if (diag->silenced)
        return;
    va_list arguments;
    va_start(arguments, format);
    message(diag, "warning", span, format, arguments);
    va_end(arguments);
}

void diag_note(Diag *diag, Span span, const char *format, ...)
{
    if (diag->silenced)
        return;
    va_list arguments;
    va_start(arguments, format);
    message(diag, "note", span, format, arguments);
    va_end(arguments);
}

void diag_hint(Diag *diag, const char *format, ...)
{
    if (diag->silenced)
        return;
    Buf out = {0}, sentence = {0};
    va_list arguments;
    va_start(arguments, format);
    buf_puts(&sentence, "hint: ");
    buf_vprintf(&sentence, format, arguments);
    va_end(arguments);
    put_sentence(&out, &sentence);
    put(diag, &out);
    buf_free(&sentence);
    buf_free(&out);
}

void diag_finish(Diag *diag)
{
    if (diag->errors <= DIAG_LIMIT)
        return;
    Buf out = {0};
    uint32_t more = diag->errors - DIAG_LIMIT;
    buf_printf(&out, "... and %u more error%s\n", more, plural(more));
    put(diag, &out);
    buf_free(&out);
}
