/* explain.c - collects the notes of passes (see explain.h). */
#include "pass/explain.h"
#include "ops/op.h"
#include "support/buf.h"

#include <stdarg.h>

/* Its label; of an unlabelled layer the labels of the blocks around it and its operation: "layer1.0 add". */
static const char *layer_name(Arena *arena, const Node *node)
{
    if (node->path[0] || !node->block[0])
        return node->path[0] ? node->path : op_name(node->op);
    Buf name = {0};
    for (const char *at = node->block; *at; at += *at == '/') {
        buf_printf(&name, "%s%.*s", name.length ? "." : "", (int)strcspn(at, ":/"), at);
        at += strcspn(at, "/");
    }
    buf_printf(&name, " %s", op_name(node->op));
    const char *text = arena_strdup(arena, buf_text(&name));
    buf_free(&name);
    return text;
}

static void add_note(Explain *explain, const Node *node, bool done, Saving saving, const char *format, va_list list)
{
    Buf text = {0};
    buf_vprintf(&text, format, list);
    ExplainNote note = {.pass = explain->pass,
                        .done = done,
                        .text = arena_strdup(explain->arena, buf_text(&text)),
                        .layer = layer_name(explain->arena, node),
                        .span = node->span,
                        .saving = saving};
    buf_free(&text);
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
