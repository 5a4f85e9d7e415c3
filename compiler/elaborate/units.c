/* units.c - files and what they define: imports, and the two tables of names that each file sees.
 *
 * A file sees its own nets, blocks and constants and those of the files that it imports (not of files that those
 * import in turn). A file is loaded once, whatever paths lead to it.
 */
#include "elaborate/internal.h"

#include "support/file.h"

const char *unit_relative(Elaborator *e, uint32_t source, const char *path)
{
    return path_join(e->arena, path_directory(e->arena, diag_source(e->diag, source)->path), path);
}

/* ---- layers ---- */

/* `labels` and the like have no node, but a row that builds; arithmetic has nodes, but no row that builds. */
static bool op_is_callable(OpId op)
{
    return op != OP_COUNT && (op_row(op)->build || op_row(op)->build_list);
}

Layer layer_find(const Unit *unit, const char *name)
{
    Layer layer = {.kind = LAYER_NONE, .op = OP_COUNT};
    layer.builtin = builtin_find(name);
    if (layer.builtin) {
        layer.kind = LAYER_BUILTIN;
        return layer;
    }
    OpId op = op_find(name);
    if (op_is_callable(op)) {
        layer.kind = LAYER_OP;
        layer.op = op;
        return layer;
    }
    layer.definition = name_map_find(&unit->layers, name);
    if (layer.definition)
        layer.kind = LAYER_DEFINITION;
    return layer;
}

void hint_word(Diag *diag, const char *word, const char *const *candidates, size_t count)
{
    const char *nearest = nearest_word(word, candidates, count);
    if (nearest)
        diag_hint(diag, "did you mean '%s'?", nearest);
}

void hint_choice(Diag *diag, const char *word, const char *const *candidates, size_t count, const char *what)
{
    const size_t most = 12;
    if (count == 0) {
        diag_hint(diag, "it has none");
        return;
    }
    if (nearest_word(word, candidates, count)) {
        hint_word(diag, word, candidates, count);
        return;
    }
    Buf list = {0};
    for (size_t i = 0; i < MIN(count, most); i++)
        buf_printf(&list, "%s%s", i == 0 ? "" : i + 1 == count ? " and " : ", ", candidates[i]);
    diag_hint(diag, "%s%s %s%s", what, count == 1 ? " is" : "s are", buf_text(&list), count > most ? ", ..." : "");
    buf_free(&list);
}

/* Imports are not passed on, so the name may be one import away. */
static bool hint_import(Elaborator *e, const char *name)
{
    for (uint32_t i = 0; i < e->units.count; i++) {
        const Definition *definition = name_map_find(&e->units.at[i]->layers, name);
        if (definition) {
            diag_hint(e->diag, "import \"%s\", which defines it", path_base(definition->unit->path));
            return true;
        }
    }
    return false;
}

void hint_layer(Elaborator *e, const Unit *unit, const char *name)
{
    if (e->diag->silenced || hint_import(e, name))
        return;
    const char *instead = foreign_layer(name);
    if (instead) {
        diag_hint(e->diag, "write %s", instead);
        return;
    }
    VEC(const char *) words = {0};
    for (int op = 0; op < OP_COUNT; op++)
        if (op_is_callable((OpId)op))
            VEC_PUSH(e->arena, &words, op_name((OpId)op));
    for (int i = 0; builtin_name(i); i++)
        VEC_PUSH(e->arena, &words, builtin_name(i));
    for (uint32_t i = 0; i < unit->layers.capacity; i++)
        if (unit->layers.at[i].name)
            VEC_PUSH(e->arena, &words, unit->layers.at[i].name);
    hint_word(e->diag, name, words.at, words.count);
}

/* ---- definitions ---- */

static const char *kind_text(const Item *item)
{
    return item->kind == ITEM_CONST ? "constant" : item->kind == ITEM_NET ? "net" : "block";
}

/* Makes a definition known in a file; `span` is where that happens: the definition, or the import. */
static void make_known(Elaborator *e, Unit *unit, Definition *definition, Span span)
{
    const Item *item = definition->item;
    NameMap *names = item->kind == ITEM_CONST ? &unit->values : &unit->layers;
    void **place = name_map_place(e->arena, names, item->name.text);
    const Definition *known = *place;
    if (known == definition)
        return;
    if (known && !e->syntax_errors) {
        diag_error(e->diag, span, "%s '%s' is defined twice", kind_text(item), item->name.text);
        diag_note(e->diag, known->item->name.span, "first here");
        if (definition->unit != unit)
            diag_note(e->diag, item->name.span, "and here");
        else
            definition->failed = true;
        unit->incomplete = true;
        return;
    }
    *place = definition;
}

static void define(Elaborator *e, Unit *unit, const Item *item)
{
    if (!item->name.text)
        return;
    if (item->kind != ITEM_CONST) {
        bool builtin = builtin_find(item->name.text);
        if ((builtin || op_is_callable(op_find(item->name.text))) && !e->syntax_errors) {
            diag_error(e->diag, item->name.span, "'%s' is already a %s of the language", item->name.text,
                       builtin ? "function" : "layer");
            unit->incomplete = true;
            return;
        }
    }
    Definition *definition = NEW(e->arena, Definition);
    *definition = (Definition){.item = item, .unit = unit, .value = POISON};
    VEC_PUSH(e->arena, &unit->own, definition);
    make_known(e, unit, definition, item->name.span);
}

/* ---- imports ---- */

static void report_cycle(Elaborator *e, const Unit *again, Span span)
{
    Buf chain = {0};
    uint32_t first = 0;
    while (e->loading.at[first] != again)
        first++;
    for (uint32_t i = first; i < e->loading.count; i++)
        buf_printf(&chain, "%s -> ", path_base(e->loading.at[i]->path));
    diag_error(e->diag, span, "import cycle (%s%s)", buf_text(&chain), path_base(again->path));
    buf_free(&chain);
}

static void import_file(Elaborator *e, Unit *unit, const Item *item)
{
    const char *path = unit_relative(e, unit->source, item->name.text);
    char *real = realpath(path, NULL);
    Unit *other = real ? name_map_find(&e->unit_of, real) : NULL;
    free(real);
    if (!other) {
        uint32_t source = diag_read_source(e->diag, path, item->name.span);
        other = source ? unit_load(e, source, item->name.span) : NULL;
    } else if (other->loading) {
        report_cycle(e, other, item->name.span);
        other = NULL;
    }
    if (!other || other->incomplete)
        unit->incomplete = true;
    for (uint32_t i = 0; other && i < other->own.count; i++)
        make_known(e, unit, other->own.at[i], item->name.span);
}

static const char *unit_identity(Elaborator *e, const char *path)
{
    char *real = realpath(path, NULL);
    const char *identity = arena_strdup(e->arena, real ? real : path);
    free(real);
    return identity;
}

static void parse(Elaborator *e, Unit *unit)
{
    uint32_t errors = e->diag->errors;
    unit->syntax = parse_file(e->arena, e->diag, unit->source);
    if (e->diag->errors > errors) {
        e->syntax_errors = true;
        unit->incomplete = true;
    }
}

Unit *unit_load(Elaborator *e, uint32_t source, Span span)
{
    if (e->loading.count >= LIMIT_IMPORTS) {
        diag_error(e->diag, span, "imports are nested deeper than %d files", LIMIT_IMPORTS);
        return NULL;
    }
    Unit *unit = NEW(e->arena, Unit);
    unit->source = source;
    unit->path = diag_source(e->diag, source)->path;
    unit->identity = unit_identity(e, unit->path);
    *name_map_place(e->arena, &e->unit_of, unit->identity) = unit;
    unit->loading = true;
    VEC_PUSH(e->arena, &e->loading, unit);
    parse(e, unit);
    for (uint32_t i = 0; unit->syntax && i < unit->syntax->items.count; i++) {
        const Item *item = unit->syntax->items.at[i];
        if (item->kind == ITEM_IMPORT && item->name.text)
            import_file(e, unit, item);
        else if (item->kind != ITEM_IMPORT && item->kind != ITEM_WEIGHTS)
            define(e, unit, item);
    }
    e->loading.count--;
    unit->loading = false;
    VEC_PUSH(e->arena, &e->units, unit);
    return unit;
}
