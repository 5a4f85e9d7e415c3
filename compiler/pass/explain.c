/* explain.c - collects the notes of passes (see explain.h). */
#include "pass/explain.h"
#include "ops/op.h"
#include "support/buf.h"

#include <ctype.h>
#include <stdarg.h>

/* The labels of the blocks around it, "layer1.0", but for the last `without`. */
static const char *block_name(Arena *arena, const Node *node, uint32_t without)
{
    Buf name = {0};
    uint32_t blocks = node->block[0] != '\0', count = 0;
    for (const char *at = node->block; *at; at++)
        blocks += *at == '/';
    for (const char *at = node->block; *at && count++ + without < blocks; at += *at == '/') {
        buf_printf(&name, "%s%.*s", name.length ? "." : "", (int)strcspn(at, ":/"), at);
        at += strcspn(at, "/");
    }
    const char *text = arena_strdup(arena, buf_text(&name));
    buf_free(&name);
    return text;
}

/* Its label behind those of its blocks; its operation when it has none. */
static const char *layer_name(const Node *node, const char *block)
{
    size_t length = strlen(block);
    if (!node->path[0])
        return op_name(node->op);
    bool inside = length && strncmp(node->path, block, length) == 0 && node->path[length] == '.';
    return inside ? node->path + length + 1 : node->path;
}

/* A label that is a number says nothing by itself, nor "1 of layer1.0.downsample": "downsample.1 of layer1.0". */
static void name_layer(Arena *arena, const Node *node, ExplainNote *note)
{
    note->block = block_name(arena, node, 0);
    note->layer = layer_name(node, note->block);
    if (!note->block[0] || !isdigit((unsigned char)note->layer[0]))
        return;
    note->block = block_name(arena, node, 1);
    note->layer = layer_name(node, note->block);
}

static void add_note(Explain *explain, const Node *node, bool done, Saving saving, const char *format, va_list list)
{
    Buf text = {0};
    buf_vprintf(&text, format, list);
    ExplainNote note = {.pass = explain->pass,
                        .done = done,
                        .text = arena_strdup(explain->arena, buf_text(&text)),
                        .span = node->span,
                        .saving = saving};
    buf_free(&text);
    name_layer(explain->arena, node, &note);
    VEC_PUSH(explain->arena, &explain->notes, note);
}

void explain_done(Explain *explain, const Node *node, Saving saving, const char *format, ...)
{
    va_list list;
    if (!explain)
        return;
    va_start(list, format);
    add_note(explain, node, true, saving, format, list);
    va_end(list);
}

void explain_left(Explain *explain, const Node *node, const char *format, ...)
{
    va_list list;
    if (!explain)
        return;
    va_start(list, format);
    add_note(explain, node, false, (Saving){0}, format, list);
    va_end(list);
}

void explain_moved(Explain *explain, const Node *node, int64_t bytes, const char *format, ...)
{
    va_list list;
    if (!explain)
        return;
    va_start(list, format);
    add_note(explain, node, false, (Saving){.bytes = bytes}, format, list);
    va_end(list);
}
