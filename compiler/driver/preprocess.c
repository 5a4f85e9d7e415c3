/* preprocess.c - what makes an input of a picture (see preprocess.h). */
#include "driver/preprocess.h"
#include "support/file.h"

#include <math.h>

/* One word and its value, from an option ("--mean") or a line ("mean"). */
typedef struct Setting {
    Arena *arena;
    Diag *diag;
    const char *shown, *name, *value;
    Span span;
} Setting;

static bool wrong(const Setting *setting, const char *wanted)
{
    diag_error(setting->diag, setting->span, "%s takes %s, not '%s'", setting->shown, wanted, setting->value);
    return false;
}

/* "0.5", or "1/255". */
static bool read_number(const char **at, double *number)
{
    char *end;
    *number = strtod(*at, &end);
    if (end == *at)
        return false;
    *at = end;
    if (**at == '/') {
        const double above = *number, below = strtod(*at + 1, &end);
        if (end == *at + 1)
            return false;
        *number = above / below;
        *at = end;
    }
    return isfinite(*number);
}

/* One number, or three with commas or blanks between them. */
static bool read_numbers(const char *at, double *numbers, int *count)
{
    for (*count = 0; *count < 3;) {
        at += strspn(at, " \t");
        if (!read_number(&at, &numbers[(*count)++]))
            return false;
        at += strspn(at, " \t");
        if (!*at)
            return *count != 2;
        at += *at == ',';
    }
    return false;
}

static bool set_numbers(const Setting *setting, double *numbers, int *count, bool may_be_zero)
{
    double read[3];
    bool fine = read_numbers(setting->value, read, count);
    for (int i = 0; fine && i < *count; i++)
        fine = may_be_zero || read[i] != 0;
    if (!fine)
        return wrong(setting, may_be_zero ? "a number, or one for each of three channels: 0.485,0.456,0.406"
                                          : "a number other than 0, or three: 0.229,0.224,0.225");
    for (int i = 0; i < 3; i++)
        numbers[i] = read[*count == 1 ? 0 : i];
    return true;
}

static bool set_pixels(const Setting *setting, int64_t *pixels)
{
    char *end;
    const long long number = strtoll(setting->value, &end, 10);
    *pixels = number;
    return (end != setting->value && !*end && number >= 1 && number <= LIMIT_DIMENSION) ||
           wrong(setting, "a number of pixels");
}

static bool set_word(const Setting *setting, const char *no, const char *yes, bool *which)
{
    *which = strcmp(setting->value, yes) == 0;
    return *which || strcmp(setting->value, no) == 0 ||
           wrong(setting, arena_printf(setting->arena, "%s or %s", no, yes));
}

static bool set(const Setting *setting, ImportPicture *picture)
{
    int one = 1;
    double scale[3];
    if (strcmp(setting->name, "mean") == 0)
        return set_numbers(setting, picture->mean, &picture->means, true);
    if (strcmp(setting->name, "std") == 0)
        return set_numbers(setting, picture->std, &picture->stds, false);
    if (strcmp(setting->name, "layout") == 0)
        return set_word(setting, "nchw", "nhwc", &picture->is_nhwc);
    if (strcmp(setting->name, "order") == 0)
        return set_word(setting, "rgb", "bgr", &picture->is_bgr);
    if (strcmp(setting->name, "resize") == 0)
        return set_pixels(setting, &picture->resize);
    if (strcmp(setting->name, "crop") == 0)
        return set_pixels(setting, &picture->crop);
    if (!read_numbers(setting->value, scale, &one) || one != 1 || scale[0] == 0)
        return wrong(setting, "a number other than 0: 1/255");
    picture->scale = scale[0];
    return true;
}

bool preprocess_option(Options *options, Arena *arena, Diag *diag, const char *name, const char *value)
{
    ImportPicture tried = {0};
    const Setting setting = {arena, diag, arena_printf(arena, "--%s", name), name, value, NOWHERE};
    VEC_PUSH(arena, &options->preprocess, ((Define){name, value}));
    return set(&setting, &tried);
}

/* ---- the file beside the model ---- */

bool preprocess_has_word(const char *word)
{
    static const char *const words[] = {"mean", "std", "scale", "layout", "order", "resize", "crop"};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static bool read_line(Arena *arena, Diag *diag, uint32_t source, const char *text, const char *line, const char *end,
                      ImportPicture *picture)
{
    static const char blanks[] = " \t\r";
    const char *comment = memchr(line, '#', (size_t)(end - line));
    end = comment ? comment : end;
    while (end > line && strchr(blanks, end[-1]))
        end--;
    while (line < end && strchr(blanks, *line))
        line++;
    if (line == end)
        return true;
    const char *behind = line, *value;
    while (behind < end && !strchr(blanks, *behind))
        behind++;
    for (value = behind; value < end && strchr(blanks, *value);)
        value++;
    const char *name = arena_strndup(arena, line, (size_t)(behind - line));
    const Span word = {source, (uint32_t)(line - text), (uint32_t)(behind - text)};
    if (!preprocess_has_word(name)) {
        diag_error(diag, word, "expected mean, std, scale, layout, order, resize or crop, not '%s'", name);
        return false;
    }
    const Setting setting = {arena,
                             diag,
                             name,
                             name,
                             arena_strndup(arena, value, (size_t)(end - value)),
                             value < end ? (Span){source, (uint32_t)(value - text), (uint32_t)(end - text)} : word};
    return set(&setting, picture);
}

static bool read_beside(Arena *arena, Diag *diag, const char *path, ImportPicture *picture)
{
    const uint32_t source = diag_read_source(diag, path, NOWHERE);
    if (!source)
        return false;
    const char *text = diag_source(diag, source)->text, *end = text + diag_source(diag, source)->length;
    for (const char *line = text; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line)), *stop = newline ? newline : end;
        if (!read_line(arena, diag, source, text, line, stop, picture))
            return false;
        line = newline ? newline + 1 : end;
    }
    return true;
}

bool preprocess_read(Arena *arena, Diag *diag, const Options *options, ImportPicture *picture)
{
    const size_t stem = strlen(options->model) - strlen(path_extension(options->model));
    const char *beside = arena_printf(arena, "%.*s.pre", (int)stem, options->model);
    *picture =
        (ImportPicture){.is_said = options->preprocess.count > 0, .scale = 1, .std = {1, 1, 1}, .means = 1, .stds = 1};
    if (path_exists(beside)) {
        picture->is_said = true;
        if (!read_beside(arena, diag, beside, picture))
            return false;
    }
    for (uint32_t i = 0; i < options->preprocess.count; i++) {
        const Define *option = &options->preprocess.at[i];
        const Setting setting = {arena, diag, option->name, option->name, option->value, NOWHERE};
        if (!set(&setting, picture))
            return false;
    }
    return true;
}
