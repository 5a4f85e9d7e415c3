/* draw.c - drawings in files (see draw.h). */
#include "driver/draw.h"
#include "driver/process.h"
#include "report/drawing.h"
#include "support/file.h"

/* Of more, nobody would see anything, and dot takes long. */
enum { MOST_BOXES = 3000 };

/* Formats by the file's ending; `format` NULL: the text itself. */
static const struct Format {
    const char *ending, *format;
} formats[] = {{".svg", "svg"}, {".pdf", "pdf"}, {".png", "png"}, {".dot", NULL}, {".gv", NULL}};

/* NULL after a diagnostic. */
static const struct Format *find_format(Diag *diag, const char *output)
{
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (strcmp(path_extension(output), formats[i].ending) == 0)
            return &formats[i];
    diag_error(diag, NOWHERE, "'%s' ends in none of .svg, .pdf, .png and .dot", output);
    return NULL;
}

/* Runs dot on the text, in a folder for nothing else; the picture's path, or NULL after a diagnostic. */
static const char *run_dot(Arena *arena, Diag *diag, const char *directory, const Buf *text, const char *format)
{
    const char *picture = arena_printf(arena, "net.%s", format);
    const char *const words[] = {"dot", arena_printf(arena, "-T%s", format), "-o", picture, "net.dot"};
    if (!file_write_atomic(diag, path_join(arena, directory, "net.dot"), buf_text(text), text->length))
        return NULL;
    Argv argv = {0};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        VEC_PUSH(arena, &argv, words[i]);
    Process process;
    if (!process_start(&process, arena, diag, directory, &argv))
        return NULL;
    Buf said = {0};
    int status = process_wait(&process, &said);
    const char *made = path_join(arena, directory, picture);
    if (status)
        process_report(diag, "dot", status, &said);
    else if (!path_exists(made))
        diag_error(diag, NOWHERE, "dot made no picture");
    buf_free(&said);
    return !status && path_exists(made) ? made : NULL;
}

static bool draw_picture(Arena *arena, Diag *diag, const Buf *text, const char *format, const char *output)
{
    if (!process_found(arena, "dot")) {
        diag_error(diag, NOWHERE, "there is no dot, the program that draws");
        diag_hint(diag,
                  "it comes with graphviz (apt install graphviz); -o NAME.dot writes the drawing as text without it");
        return false;
    }
    const char *directory = temporary_directory(arena, diag);
    if (!directory)
        return false;
    const char *made = run_dot(arena, diag, directory, text, format);
    bool fine = made && file_copy(diag, made, output);
    directory_remove(directory);
    return fine;
}

bool draw_net(Diag *diag, const Graph *net, const Options *options)
{
    const struct Format *format = options->output ? find_format(diag, options->output) : NULL;
    if (options->output && !format)
        return false;
    Buf text = {0};
    uint32_t boxes = drawing_print(&text, net, options->show.unfold);
    bool fine = true;
    if (!format) {
        fwrite(buf_text(&text), 1, text.length, stdout);
    } else if (!format->format) {
        fine = file_write_atomic(diag, options->output, buf_text(&text), text.length);
    } else if (boxes > MOST_BOXES) {
        diag_error(diag, NOWHERE, "the picture would have %u boxes, more than the %d that are drawn", boxes,
                   MOST_BOXES);
        diag_hint(diag, "-o NAME.dot writes them as text");
        fine = false;
    } else {
        fine = draw_picture(net->arena, diag, &text, format->format, options->output);
    }
    buf_free(&text);
    return fine;
}
