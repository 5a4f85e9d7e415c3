/* label.c - label paths: "layer{stage + 1}.{i}" inside the block labelled "trunk" is "trunk.layer1.0". */
#include "elaborate/internal.h"

/* Dots inside a part begin further levels, so they must not make an empty one. */
static bool check_part(Elaborator *e, const char *text, Span span)
{
    size_t length = strlen(text);
    if (length == 0 || text[0] == '.' || text[length - 1] == '.' || strstr(text, "..")) {
        diag_error(e->diag, span, "label part is empty");
        return false;
    }
    for (const char *at = text; *at; at++) {
        unsigned char byte = (unsigned char)*at;
        bool word = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (word || byte == '_' || byte == '.' || byte == '-')
            continue;
        if (byte > ' ' && byte < 0x7f)
            diag_error(e->diag, span, "label part contains '%c'", byte);
        else
            diag_error(e->diag, span, "label part contains %s",
                       byte == ' ' ? "a blank" : "a character that is no ASCII");
        diag_hint(e->diag, "letters, digits, '_', '-' and '.' name weights");
        return false;
    }
    return true;
}

/* The text of one {expr}, or NULL. */
static const char *part_text(Elaborator *e, const LabelPart *part)
{
    if (part->word)
        return part->word;
    Value value = eval_expr(e, part->value);
    switch (value.kind) {
    case VALUE_POISON:
        return NULL;
    case VALUE_INT:
        if (value.as.integer >= 0)
            return arena_printf(e->arena, "%lld", (long long)value.as.integer);
        diag_error(e->diag, part->span, "label part is %lld", (long long)value.as.integer);
        return NULL;
    case VALUE_STRING:
        return check_part(e, value.as.string, part->span) ? value.as.string : NULL;
    default:
        diag_error(e->diag, part->span, "label part must be an integer or a string, this is %s",
                   value_kind_text(value));
        return NULL;
    }
}

const char *label_path(Elaborator *e, const Label *label)
{
    Buf path = {0};
    const char *prefix = e->frame ? e->frame->prefix : "";
    buf_printf(&path, "%s%s", prefix, prefix[0] ? "." : "");
    bool good = true;
    for (uint32_t i = 0; i < label->parts.count; i++) {
        const LabelPart *part = &label->parts.at[i];
        const char *text = part_text(e, part);
        if (!text)
            good = false;
        else
            buf_printf(&path, "%s%s", part->after_dot && i ? "." : "", text);
    }
    if (good && path.length > 1000) {
        diag_error(e->diag, label->span, "label is longer than 1000 letters");
        good = false;
    }
    const char *result = good ? arena_strdup(e->arena, buf_text(&path)) : NULL;
    buf_free(&path);
    return result;
}

/* The path without the current block's part: as it would be written here. */
static const char *path_here(const Elaborator *e, const char *path)
{
    size_t length = e->frame ? strlen(e->frame->prefix) : 0;
    return length ? path + length + 1 : path;
}

Labelled *label_take(Elaborator *e, const char *path, const Label *label)
{
    void **place = name_map_place(e->arena, &e->labels, path);
    Labelled *known = *place;
    if (known && e->replaying)
        return known;
    if (known) {
        if (known->state == LABEL_FAILED)
            return NULL;
        diag_error(e->diag, label->span, "'%s' is used twice", path);
        bool same_place = known->span.file == label->span.file && known->span.begin == label->span.begin;
        if (same_place) {
            diag_hint(e->diag, "in a loop, build the label from the loop's name: %s{i}", path_here(e, path));
        } else {
            diag_note(e->diag, known->span, "first here");
            diag_hint(e->diag, "share it: -> @%s", path_here(e, path));
        }
        return NULL;
    }
    Labelled *labelled = NEW(e->arena, Labelled);
    *labelled = (Labelled){.span = label->span, .op = OP_COUNT};
    *place = labelled;
    return labelled;
}

/* Whether a block around the path failed, so that what is missing in it was never reached. */
static bool inside_failed(Elaborator *e, const char *path)
{
    char *outer = arena_strdup(e->arena, path);
    for (char *dot; (dot = strrchr(outer, '.')) != NULL;) {
        *dot = '\0';
        const Labelled *block = name_map_find(&e->labels, outer);
        if (block && block->state == LABEL_FAILED)
            return true;
    }
    return false;
}

Labelled *label_find(Elaborator *e, const char *path, const Label *label)
{
    Labelled *labelled = name_map_find(&e->labels, path);
    if (labelled && labelled->state == LABEL_DONE)
        return labelled;
    if ((labelled && labelled->state == LABEL_FAILED) || inside_failed(e, path))
        return NULL;
    if (labelled) { /* only by its arguments: x -> a: f(y -> @a) */
        diag_error(e->diag, label->span, "'%s' is applied again before it was applied", path_here(e, path));
        return NULL;
    }
    diag_error(e->diag, label->span, "no layer is labelled '%s'", path_here(e, path));
    if (e->diag->silenced)
        return NULL;
    VEC(const char *) paths = {0};
    for (uint32_t i = 0; i < e->labels.capacity; i++)
        if (e->labels.at[i].name)
            VEC_PUSH(e->arena, &paths, e->labels.at[i].name);
    const char *nearest = nearest_word(path, paths.at, paths.count);
    size_t prefix = e->frame ? strlen(e->frame->prefix) : 0;
    if (nearest && (prefix == 0 || strncmp(nearest, path, prefix + 1) == 0))
        diag_hint(e->diag, "did you mean '%s'?", path_here(e, nearest));
    return NULL;
}
