/* resolve_expr.c - the scope pass over expressions: values, layers and the names of arguments (see resolve.h). */
#include "elaborate/resolve.h"

#include <ctype.h>

/* ---- values ---- */

const Definition *resolve_constant(const Resolver *r, const char *name)
{
    return name_map_find(&r->unit->values, name);
}

static const char *scope_word(StmtKind kind)
{
    return kind == STMT_IF ? "if" : kind == STMT_FOR ? "for" : "braces";
}

/* Values that are near: those in scope, constants, and the words of the op that is called. */
static void hint_value(Resolver *r, const char *name, const Op *row)
{
    if (r->e->diag->silenced)
        return;
    Arena *arena = r->e->arena;
    VEC(const char *) words = {0};
    for (uint32_t i = 0; i < r->scopes.bindings.count; i++)
        VEC_PUSH(arena, &words, r->scopes.bindings.at[i].name);
    for (uint32_t i = 0; i < r->unit->values.capacity; i++)
        if (r->unit->values.at[i].name)
            VEC_PUSH(arena, &words, r->unit->values.at[i].name);
    for (int i = 0; row && i < row->param_count; i++)
        for (const char *at = row->params[i].words; at && *at;) {
            size_t length = strcspn(at, " ");
            VEC_PUSH(arena, &words, arena_strndup(arena, at, length));
            at += length + strspn(at + length, " ");
        }
    hint_word(r->e->diag, name, words.at, words.count);
}

static void report_unknown(Resolver *r, const char *name, Span span, const Op *row)
{
    void **reported = name_map_place(r->e->arena, &r->reported, name);
    if (*reported || r->unit->incomplete)
        return;
    *reported = r;
    Diag *diag = r->e->diag;
    const Stmt *ended = name_map_find(&r->ended, name);
    Layer layer = layer_find(r->unit, name);
    if (ended) {
        int line, column;
        span_position(diag, ended->span, &line, &column);
        diag_error(diag, span, "'%s' is assigned only inside the %s at line %d", name, scope_word(ended->kind), line);
        diag_hint(diag, "give it a value before");
    } else if (layer.kind == LAYER_BUILTIN) {
        diag_error(diag, span, "'%s' is a function; call it: %s(x)", name, name);
    } else if (layer.kind != LAYER_NONE) {
        diag_error(diag, span, "'%s' is a layer; apply it: x -> %s", name, name);
    } else {
        diag_error(diag, span, "no value is called '%s'", name);
        hint_value(r, name, row);
    }
}

/* A constant sees those above it. */
static void check_order(Resolver *r, const Definition *constant, const char *name, Span span)
{
    if (!r->item || r->item->kind != ITEM_CONST || constant->unit != r->unit)
        return;
    if (constant->item == r->item) {
        diag_error(r->e->diag, span, "constant '%s' is made of itself", name);
    } else if (constant->item->span.begin > r->item->span.begin) {
        diag_error(r->e->diag, span, "constant '%s' is defined below", name);
        diag_note(r->e->diag, constant->item->name.span, "move it up");
    }
}

static void use_value(Resolver *r, const char *name, Span span, const Op *row)
{
    Binding *binding = scope_find(&r->scopes, name);
    if (binding) {
        binding->used = true;
        return;
    }
    const Definition *constant = resolve_constant(r, name);
    if (constant)
        check_order(r, constant, name, span);
    else
        report_unknown(r, name, span, row);
}

/* ---- arguments ---- */

void resolve_arguments(Resolver *r, const Arguments *arguments)
{
    for (uint32_t i = 0; i < arguments->count; i++)
        resolve_expr(r, arguments->at[i].value);
}

void resolve_argument_order(Resolver *r, const Arguments *arguments)
{
    const Argument *named = NULL;
    NameMap seen = {0};
    for (uint32_t i = 0; i < arguments->count; i++) {
        const Argument *argument = &arguments->at[i];
        if (!argument->name.text) {
            if (named)
                diag_error(r->e->diag, argument->span, "a positional argument after a named one");
            if (named)
                return;
            continue;
        }
        named = argument;
        void **place = name_map_place(r->e->arena, &seen, argument->name.text);
        if (*place) {
            diag_error(r->e->diag, argument->name.span, "'%s' is given twice", argument->name.text);
            diag_note(r->e->diag, ((const Argument *)*place)->name.span, "first here");
        }
        *place = &arguments->at[i];
    }
}

static void report_no_argument(Resolver *r, const Name *layer, const Name *argument, const char *const *names,
                               uint32_t count)
{
    if (count == 0) {
        diag_error(r->e->diag, argument->span, "%s takes no arguments besides its input", layer->text);
        return;
    }
    diag_error(r->e->diag, argument->span, "%s has no argument '%s'", layer->text, argument->text);
    hint_argument(r->e->diag, argument->text, names, count);
}

static bool is_one_of(const char *word, const char *const *names, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(word, names[i]) == 0)
            return true;
    return false;
}

static void check_argument_names(Resolver *r, const Name *layer, const Arguments *arguments, const char *const *names,
                                 uint32_t count)
{
    for (uint32_t i = 0; i < arguments->count; i++) {
        const Name *name = &arguments->at[i].name;
        if (name->text && !is_one_of(name->text, names, count))
            report_no_argument(r, layer, name, names, count);
    }
}

static const OpParam *find_param(const Op *row, const char *name)
{
    for (int i = 0; i < row->param_count; i++)
        if (strcmp(row->params[i].name, name) == 0)
            return &row->params[i];
    return NULL;
}

/* pad=same: a word of the parameter, or a mistake that is better explained by what the parameter takes. */
static void resolve_word(Resolver *r, const Argument *argument, const OpParam *param, const Op *row)
{
    const Expr *expr = argument->value;
    const char *name = expr->as.name;
    if (word_index(param->words, name) >= 0)
        return;
    bool known = scope_find(&r->scopes, name) || resolve_constant(r, name);
    if (known || name_map_find(&r->ended, name) || r->unit->incomplete) {
        use_value(r, name, expr->span, row);
        return;
    }
    diag_error(r->e->diag, expr->span, "'%s' takes %s, not \"%s\"", param->name, param_takes(r->e->arena, param), name);
    if (param->kind == PARAM_PAD && !param->words)
        diag_hint(r->e->diag, "write what is taken off each side: pad=1");
    else
        hint_value(r, name, row);
}

/* Whether the argument takes this word in another layer: conv's pad=same, which conv_transpose has not. */
static bool is_word_elsewhere(const OpParam *param, const char *name)
{
    for (int op = 0; op < OP_COUNT; op++) {
        const OpParam *other = find_param(op_row((OpId)op), param->name);
        if (other && word_index(other->words, name) >= 0)
            return true;
    }
    return false;
}

/* A positional name may be a word of any parameter that can stand at its place. */
static bool is_positional_word(Resolver *r, const Expr *expr, const Op *row, uint32_t position)
{
    for (int i = 0; i < row->param_count && (uint32_t)i <= position; i++)
        if (row->params[i].words && word_index(row->params[i].words, expr->as.name) >= 0) {
            Binding *binding = scope_find(&r->scopes, expr->as.name);
            if (binding)
                binding->used = true;
            return true;
        }
    return false;
}

static void resolve_op_arguments(Resolver *r, const Name *layer, const Arguments *arguments, const Op *row)
{
    const char **names = NEW_ARRAY(r->e->arena, const char *, row->param_count);
    for (int i = 0; i < row->param_count; i++)
        names[i] = row->params[i].name;
    check_argument_names(r, layer, arguments, names, (uint32_t)row->param_count);
    for (uint32_t i = 0; i < arguments->count; i++) {
        const Argument *argument = &arguments->at[i];
        const OpParam *param = argument->name.text ? find_param(row, argument->name.text) : NULL;
        bool bare = expr_is_bare_name(argument->value);
        if (bare && param && (param->words || is_word_elsewhere(param, argument->value->as.name)))
            resolve_word(r, argument, param, row);
        else if (bare && !argument->name.text && is_positional_word(r, argument->value, row, i))
            continue;
        else if (bare)
            use_value(r, argument->value->as.name, argument->value->span, row);
        else
            resolve_expr(r, argument->value);
    }
}

static void resolve_call(Resolver *r, const Name *layer, const Arguments *arguments)
{
    resolve_argument_order(r, arguments);
    Layer found = layer_find(r->unit, layer->text);
    if (found.kind == LAYER_OP) {
        resolve_op_arguments(r, layer, arguments, op_row(found.op));
        return;
    }
    if (found.kind == LAYER_DEFINITION) {
        const Params *params = &found.definition->item->params;
        const char **names = NEW_ARRAY(r->e->arena, const char *, params->count);
        for (uint32_t i = 0; i < params->count; i++)
            names[i] = params->at[i].name.text;
        if (!found.definition->unit->incomplete)
            check_argument_names(r, layer, arguments, names, params->count);
    } else if (found.kind == LAYER_BUILTIN) {
        for (uint32_t i = 0; i < arguments->count; i++)
            if (arguments->at[i].name.text)
                diag_error(r->e->diag, arguments->at[i].name.span, "%s takes no named arguments", layer->text);
    } else if (!r->unit->incomplete) {
        diag_error(r->e->diag, layer->span, "no layer is called '%s'", layer->text);
        hint_layer(r->e, r->unit, layer->text);
    }
    resolve_arguments(r, arguments);
}

/* ---- expressions ---- */

static void resolve_label(Resolver *r, const Label *label)
{
    for (uint32_t i = 0; label && i < label->parts.count; i++)
        if (label->parts.at[i].value)
            resolve_expr(r, label->parts.at[i].value);
}

static void resolve_pipe(Resolver *r, const Expr *expr)
{
    resolve_expr(r, expr->as.pipe.head);
    for (uint32_t i = 0; i < expr->as.pipe.stages.count; i++) {
        const Stage *stage = &expr->as.pipe.stages.at[i];
        resolve_label(r, stage->label);
        if (!stage->again)
            resolve_call(r, &stage->layer, &stage->arguments);
    }
}

/* [1 -1] has one element; whoever writes it so most likely wants two. */
static void check_minus(Resolver *r, const Expr *element)
{
    if (element->kind != EXPR_BINARY || element->bracketed || element->as.operation.op != OPERATOR_SUB)
        return;
    Span minus = element->as.operation.op_span;
    const Source *source = diag_source(r->e->diag, minus.file);
    bool before = minus.begin > 0 && isspace((unsigned char)source->text[minus.begin - 1]);
    bool after = minus.end < source->length && isspace((unsigned char)source->text[minus.end]);
    if (!before || after)
        return;
    const Expr *left = element->as.operation.left, *right = element->as.operation.right;
    int left_length = (int)MIN(left->span.end - left->span.begin, 20u);
    int right_length = (int)MIN(right->span.end - right->span.begin, 20u);
    const char *a = source->text + left->span.begin, *b = source->text + right->span.begin;
    diag_warning(r->e->diag, element->span, "[%.*s -%.*s] subtracts; did you mean [%.*s, -%.*s]?", left_length, a,
                 right_length, b, left_length, a, right_length, b);
}

static void resolve_list(Resolver *r, const Exprs *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        check_minus(r, list->at[i]);
        resolve_expr(r, list->at[i]);
    }
}

/* Left-leaning chains can be as long as the text: their right sides in order, with a loop. */
static void resolve_chain(Resolver *r, const Expr *expr)
{
    VEC(const Expr *) rights = {0};
    for (;;) {
        if (expr->kind == EXPR_BINARY) {
            VEC_PUSH(r->e->arena, &rights, expr->as.operation.right);
            expr = expr->as.operation.left;
        } else if (expr->kind == EXPR_INDEX) {
            VEC_PUSH(r->e->arena, &rights, expr->as.index.index);
            expr = expr->as.index.base;
        } else {
            break;
        }
    }
    resolve_expr(r, expr);
    while (rights.count > 0)
        resolve_expr(r, rights.at[--rights.count]);
}

void resolve_expr(Resolver *r, const Expr *expr)
{
    switch (expr->kind) {
    case EXPR_POISON:
    case EXPR_INT:
    case EXPR_FLOAT:
    case EXPR_BOOL:
    case EXPR_STRING:
    case EXPR_SIZE:
        break;
    case EXPR_NAME:
        use_value(r, expr->as.name, expr->span, NULL);
        break;
    case EXPR_CALL:
        resolve_call(r, &expr->as.call.function, &expr->as.call.arguments);
        break;
    case EXPR_LIST:
        resolve_list(r, &expr->as.list);
        break;
    case EXPR_TABLE:
        for (uint32_t i = 0; i < expr->as.table.keys.count; i++) {
            resolve_expr(r, expr->as.table.keys.at[i]);
            resolve_expr(r, expr->as.table.values.at[i]);
        }
        break;
    case EXPR_UNARY:
        resolve_expr(r, expr->as.operation.left);
        break;
    case EXPR_BINARY:
    case EXPR_INDEX:
        resolve_chain(r, expr);
        break;
    case EXPR_CONDITIONAL:
        resolve_expr(r, expr->as.conditional.condition);
        resolve_expr(r, expr->as.conditional.yes);
        resolve_expr(r, expr->as.conditional.no);
        break;
    case EXPR_PIPE:
        resolve_pipe(r, expr);
        break;
    }
}
