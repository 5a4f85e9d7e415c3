/* format.c - `fovea fmt` (see format.h). */
#include "driver/format.h"
#include "support/file.h"
#include "syntax/fmt.h"

static bool format_model(Arena *arena, Diag *diag, const Options *options, const char *path)
{
    uint32_t source = diag_read_source(diag, path, NOWHERE);
    if (!source)
        return false;
    Buf text = {0};
    bool fine = fmt_source(arena, diag, source, &text);
    const Source *before = diag_source(diag, source);
    bool differs = fine && (text.length != before->length || memcmp(text.text, before->text, text.length) != 0);
    if (fine && options->check) {
        if (differs)
            printf("%s\n", path);
        fine = !differs;
    } else if (fine && options->write) {
        if (differs)
            fine = file_write_atomic(diag, path, buf_text(&text), text.length);
    } else if (fine && options->output) {
        fine = file_write_atomic(diag, options->output, buf_text(&text), text.length);
    } else if (fine) {
        fwrite(buf_text(&text), 1, text.length, stdout);
    }
    buf_free(&text);
    return fine;
}

bool format_models(Arena *arena, Diag *diag, const Options *options)
{
    bool fine = format_model(arena, diag, options, options->model);
    for (uint32_t i = 0; i < options->files.count; i++)
        fine &= format_model(arena, diag, options, options->files.at[i]);
    return fine;
}
