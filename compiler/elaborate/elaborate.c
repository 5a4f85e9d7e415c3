/* elaborate.c - the way from a file to its graph: load, check names, compute constants, choose the net, read it. */
#include "elaborate/internal.h"

#include "support/file.h"

#include <ctype.h>

void elaborate_stop(Elaborator *e, Span span, const char *format, ...)
{
    if (e->stopped)
        return;
    e->stopped = true;
    va_list arguments;
    va_start(arguments, format);
    const char *text = arena_vprintf(e->arena, format, arguments);
    va_end(arguments);
    diag_error(e->diag, span, "%s", text);
}

bool elaborate_step(Elaborator *e, Span span, int64_t steps)
{
    if (e->stopped)
        return false;
    e->steps += MIN(steps, (int64_t)LIMIT_STEPS);
    if (e->steps > LIMIT_STEPS)
        elaborate_stop(e, span, "the net takes more than 4,000,000 steps to read; is a range right?");
    return !e->stopped;
}

/* ---- constants ---- */

static void compute_constants(Elaborator *e)
{
    e->no_layers = "a constant";
    for (uint32_t i = 0; i < e->units.count; i++) {
        e->unit = e->units.at[i];
        for (uint32_t k = 0; k < e->unit->own.count; k++) {
            Definition *definition = e->unit->own.at[k];
            if (definition->item->kind == ITEM_CONST)
                definition->value = eval_expr(e, definition->item->value);
        }
    }
}

/* ---- the net ---- */

static Definition *find_net(Elaborator *e, const Unit *unit, const char *name)
{
    VEC(const char *) names = {0};
    for (uint32_t i = 0; i < unit->own.count; i++) {
        const Item *item = unit->own.at[i]->item;
        if (item->kind != ITEM_NET || unit->own.at[i]->failed)
            continue;
        if (strcmp(item->name.text, name) == 0)
            return unit->own.at[i];
        VEC_PUSH(e->arena, &names, item->name.text);
    }
    diag_error(e->diag, NOWHERE, "no net is called '%s' in %s", name, unit->path);
    hint_choice(e->diag, name, names.at, names.count, "its net");
    return NULL;
}

/* "nets/lenet-5.fov" is named like net lenet_5. */
static bool is_named_like(const char *net, const char *path)
{
    const char *base = path_base(path), *end = path_extension(path);
    if (strlen(net) != (size_t)(end - base))
        return false;
    for (; base < end; base++, net++) {
        char wanted = isalnum((unsigned char)*base) ? *base : '_';
        if (*net != wanted)
            return false;
    }
    return true;
}

static Definition *choose_net(Elaborator *e, const Unit *unit)
{
    static const char *const numerals[] = {"", "", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
    Definition *only = NULL;
    VEC(const Item *) nets = {0};
    if (e->options->net)
        return find_net(e, unit, e->options->net);
    for (uint32_t i = 0; i < unit->own.count; i++) {
        Definition *definition = unit->own.at[i];
        if (definition->item->kind != ITEM_NET || definition->failed)
            continue;
        if (is_named_like(definition->item->name.text, unit->path))
            return definition;
        only = definition;
        VEC_PUSH(e->arena, &nets, definition->item);
    }
    if (nets.count == 1)
        return only;
    if (nets.count == 0) {
        if (!unit->incomplete)
            diag_error(e->diag, (Span){unit->source, 0, 0}, "no net in this file");
        return NULL;
    }
    const char *count =
        nets.count < COUNT_OF(numerals) ? numerals[nets.count] : arena_printf(e->arena, "%u", nets.count);
    diag_error(e->diag, nets.at[0]->name.span, "%s nets here", count);
    for (uint32_t i = 1; i < nets.count && i < 4; i++)
        diag_note(e->diag, nets.at[i]->name.span, "another one");
    diag_hint(e->diag, "--net %s", nets.at[0]->name.text);
    return NULL;
}

/* ---- weights ---- */

static void note_weights(Elaborator *e, const Unit *unit)
{
    for (uint32_t i = 0; i < unit->syntax->items.count; i++) {
        const Item *item = unit->syntax->items.at[i];
        if (item->kind != ITEM_WEIGHTS)
            continue;
        if (e->graph->weights_path) {
            diag_error(e->diag, item->name.span, "weights are named twice");
            diag_note(e->diag, e->graph->weights_span, "first here");
            return;
        }
        e->graph->weights_path = unit_relative(e, unit->source, item->name.text);
        e->graph->weights_span = item->name.span;
    }
}

static void warn_idle_weights(Elaborator *e, const Graph *graph)
{
    for (uint32_t i = 0; i < graph->constants.count; i++)
        if (graph->constants.at[i].kind == CONSTANT_LOADED)
            return;
    if (graph->weights_path)
        diag_warning(e->diag, graph->weights_span, "net '%s' has no weights to load", graph->name);
}

/* ---- all of it ---- */

static Graph *elaborate(Elaborator *e, uint32_t source)
{
    const Unit *unit = unit_load(e, source, NOWHERE);
    if (!unit || e->syntax_errors)
        return NULL; /* what the parser made of the rest would only be misunderstood */
    for (uint32_t i = 0; i < e->units.count; i++)
        resolve_unit(e, e->units.at[i]);
    compute_constants(e);
    Definition *net = e->stopped ? NULL : choose_net(e, unit);
    if (!net)
        return NULL;
    net_elaborate(e, net);
    note_weights(e, unit);
    Graph *graph = e->diag->errors ? NULL : finish_graph(e);
    if (graph)
        warn_idle_weights(e, graph);
    return graph;
}

Graph *elaborate_source(Arena *arena, Diag *diag, uint32_t source, const ElaborateOptions *options)
{
    static const ElaborateOptions none = {0};
    Elaborator e = {.arena = arena, .diag = diag, .options = options ? options : &none};
    uint32_t errors = diag->errors;
    diag->errors = 0; /* so that "no errors" means none of this model's */
    Graph *graph = elaborate(&e, source);
    diag->errors += errors;
    return graph;
}

Graph *elaborate_file(Arena *arena, Diag *diag, const char *path, const ElaborateOptions *options)
{
    uint32_t source = diag_read_source(diag, path, NOWHERE);
    return source ? elaborate_source(arena, diag, source, options) : NULL;
}
