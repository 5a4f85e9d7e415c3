/* resolve.c - the scope pass over statements, nets and blocks (see resolve.h).
 *
 * `=` changes the nearest value of that name, else makes one that lives to the end of the innermost body. Arms of `if`,
 * bodies of `for` and braces are scopes; `on` is none.
 */
#include "elaborate/resolve.h"

static bool resolve_stmt(Resolver *r, const Stmt *stmt);

/* ---- scopes ---- */

/* Ends a scope: notes what was never used, and remembers the names for "assigned only inside". */
static void end_scope(Resolver *r, uint32_t mark, const Stmt *stmt)
{
    for (uint32_t i = mark; i < r->scopes.bindings.count; i++) {
        const Binding *binding = &r->scopes.bindings.at[i];
        bool counts = binding->kind == BINDING_LOCAL || binding->kind == BINDING_PARAM || binding->kind == BINDING_LOOP;
        if (counts && !binding->used && binding->name[0] != '_')
            VEC_PUSH(r->e->arena, &r->unused, (Name){binding->name, binding->span});
        if (stmt && binding->kind == BINDING_LOCAL)
            *name_map_place(r->e->arena, &r->ended, binding->name) = (void *)(uintptr_t)stmt;
    }
    scope_leave(&r->scopes, mark);
}

static void declare(Resolver *r, const Name *name, BindingKind kind)
{
    Binding *binding = scope_declare(r->e->arena, &r->scopes, name->text);
    binding->kind = kind;
    binding->span = name->span;
}

/* Loop names and parameters may hide a value, which is worth a warning. */
static void warn_hidden(Resolver *r, const Name *name)
{
    const Binding *binding = scope_find(&r->scopes, name->text);
    const Definition *constant = resolve_constant(r, name->text);
    if (!binding && !constant)
        return;
    Span hidden = binding ? binding->span : constant->item->name.span;
    diag_warning(r->e->diag, name->span, "'%s' hides a value", name->text);
    diag_note(r->e->diag, hidden, "this one");
}

/* ---- statements ---- */

static void assign(Resolver *r, const Name *name)
{
    if (scope_find(&r->scopes, name->text))
        return;
    const Definition *constant = resolve_constant(r, name->text);
    if (constant) {
        diag_error(r->e->diag, name->span, "'%s' is a constant", name->text);
        diag_note(r->e->diag, constant->item->name.span, "defined here");
        return;
    }
    declare(r, name, BINDING_LOCAL);
}

static void resolve_stmts(Resolver *r, const Stmts *stmts);

/* An arm of the `if`, or the body of the `for`, that `stmt` is. */
static void resolve_arm(Resolver *r, const Stmt *arm, const Stmt *stmt)
{
    uint32_t mark = scope_mark(&r->scopes);
    if (arm->kind == STMT_BODY)
        resolve_stmts(r, &arm->as.body);
    else
        resolve_stmt(r, arm);
    end_scope(r, mark, stmt);
}

static bool returns_always(const Stmt *stmt)
{
    switch (stmt->kind) {
    case STMT_RETURN:
        return true;
    case STMT_ON:
        return returns_always(stmt->as.on.body);
    case STMT_BODY:
        for (uint32_t i = 0; i < stmt->as.body.count; i++)
            if (returns_always(stmt->as.body.at[i]))
                return true;
        return false;
    case STMT_IF:
        for (; stmt && stmt->kind == STMT_IF; stmt = stmt->as.branch.no)
            if (!returns_always(stmt->as.branch.yes))
                return false;
        return stmt && returns_always(stmt);
    default:
        return false;
    }
}

static void resolve_if(Resolver *r, const Stmt *stmt)
{
    for (const Stmt *arm = stmt; arm; arm = arm->as.branch.no) {
        if (arm->kind != STMT_IF) {
            resolve_arm(r, arm, stmt);
            return;
        }
        resolve_expr(r, arm->as.branch.condition);
        resolve_arm(r, arm->as.branch.yes, stmt);
    }
}

static void resolve_for(Resolver *r, const Stmt *stmt)
{
    const Name *first = &stmt->as.loop.first, *second = &stmt->as.loop.second;
    resolve_expr(r, stmt->as.loop.range);
    uint32_t mark = scope_mark(&r->scopes);
    warn_hidden(r, first);
    /* A loop that only counts need not use its name. */
    declare(r, first, second->text ? BINDING_LOOP : BINDING_SILENT);
    if (second->text) {
        warn_hidden(r, second);
        declare(r, second, BINDING_LOOP);
    }
    resolve_arm(r, stmt->as.loop.body, stmt);
    end_scope(r, mark, NULL);
}

static void resolve_result(Resolver *r, const Stmt *stmt)
{
    resolve_expr(r, stmt->as.result.value);
    if (stmt->kind == STMT_RETURN)
        r->returns = true;
    else if (r->item->kind != ITEM_NET)
        diag_error(r->e->diag, stmt->as.result.name.span, "output belongs in a net, not in a block");
}

static void resolve_unused(Resolver *r, const Stmt *stmt)
{
    const Expr *value = stmt->as.value;
    resolve_expr(r, value);
    diag_error(r->e->diag, value->span, "this value is never used");
    const Expr *head = value->kind == EXPR_PIPE ? value->as.pipe.head : value;
    const char *name = head->kind == EXPR_NAME ? head->as.name : "x";
    diag_hint(r->e->diag, value->kind == EXPR_PIPE ? "%s = %s -> ..." : "%s = ...", name, name);
}

static void resolve_stmts(Resolver *r, const Stmts *stmts)
{
    bool ended = false, warned = false;
    for (uint32_t i = 0; i < stmts->count; i++) {
        const Stmt *stmt = stmts->at[i];
        if (ended && !warned)
            diag_warning(r->e->diag, stmt->span, "statement after return");
        warned |= ended;
        ended |= resolve_stmt(r, stmt);
    }
}

/* true when nothing after the statement can run. */
static bool resolve_stmt(Resolver *r, const Stmt *stmt)
{
    switch (stmt->kind) {
    case STMT_POISON: /* a text with syntax errors does not come here */
        break;
    case STMT_ASSIGN:
        resolve_expr(r, stmt->as.assign.value);
        for (uint32_t i = 0; i < stmt->as.assign.names.count; i++)
            assign(r, &stmt->as.assign.names.at[i]);
        break;
    case STMT_RETURN:
    case STMT_OUTPUT:
        resolve_result(r, stmt);
        break;
    case STMT_IF:
        resolve_if(r, stmt);
        break;
    case STMT_FOR:
        resolve_for(r, stmt);
        break;
    case STMT_ON:
        resolve_arguments(r, &stmt->as.on.arguments);
        return resolve_stmt(r, stmt->as.on.body);
    case STMT_BODY: {
        uint32_t mark = scope_mark(&r->scopes);
        resolve_stmts(r, &stmt->as.body);
        end_scope(r, mark, stmt);
        break;
    }
    case STMT_VALUE:
        resolve_unused(r, stmt);
        break;
    }
    return returns_always(stmt);
}

/* ---- nets, blocks, constants ---- */

static void declare_param(Resolver *r, const Param *param, BindingKind kind)
{
    const Binding *known = scope_find(&r->scopes, param->name.text);
    if (known) {
        diag_error(r->e->diag, param->name.span, "parameter '%s' is there twice", param->name.text);
        diag_note(r->e->diag, known->span, "first here");
        return;
    }
    warn_hidden(r, &param->name);
    declare(r, &param->name, kind);
}

/* u8[3, 224, 224](resize=256, order=bgr): `order` takes a word. */
static void resolve_options(Resolver *r, const Param *param)
{
    resolve_argument_order(r, &param->options);
    for (uint32_t i = 0; i < param->options.count; i++) {
        const Argument *option = &param->options.at[i];
        bool order = option->name.text && strcmp(option->name.text, "order") == 0;
        if (!order || !expr_is_bare_name(option->value))
            resolve_expr(r, option->value);
    }
}

/* Parameters first, each with those on its left; then inputs, whose types may name any of them. */
static void resolve_params(Resolver *r)
{
    const Params *params = &r->item->params;
    for (uint32_t i = 0; i < params->count; i++) {
        const Param *param = &params->at[i];
        if (param->type.text)
            continue;
        if (param->fallback)
            resolve_expr(r, param->fallback);
        declare_param(r, param, BINDING_PARAM);
    }
    for (uint32_t i = 0; i < params->count; i++) {
        for (uint32_t k = 0; k < params->at[i].dims.count; k++)
            resolve_expr(r, params->at[i].dims.at[k]);
        resolve_options(r, &params->at[i]);
    }
    for (uint32_t i = 0; i < params->count; i++)
        if (params->at[i].type.text)
            declare_param(r, &params->at[i], BINDING_INPUT);
}

static void check_block_types(Resolver *r)
{
    for (uint32_t i = 0; r->item->kind == ITEM_BLOCK && i < r->item->params.count; i++) {
        const Param *param = &r->item->params.at[i];
        if (param->type.text) {
            diag_error(r->e->diag, param->type.span, "parameters of a block have no types");
            diag_hint(r->e->diag, "a block takes any tensor: block %s(%s)", r->item->name.text, param->name.text);
        }
    }
}

static int compare_places(const void *a, const void *b)
{
    uint32_t x = ((const Name *)a)->span.begin, y = ((const Name *)b)->span.begin;
    return (x > y) - (x < y);
}

static void warn_unused(Resolver *r)
{
    if (r->unused.count)
        qsort(r->unused.at, r->unused.count, sizeof(Name), compare_places);
    for (uint32_t i = 0; i < r->unused.count; i++)
        diag_warning(r->e->diag, r->unused.at[i].span, "'%s' is never used", r->unused.at[i].text);
}

static void resolve_item(Elaborator *e, Unit *unit, const Item *item)
{
    Resolver r = {.e = e, .unit = unit, .item = item};
    uint32_t errors = e->diag->errors;
    if (item->kind == ITEM_CONST) {
        resolve_expr(&r, item->value);
        return;
    }
    check_block_types(&r);
    resolve_params(&r);
    resolve_stmts(&r, &item->body);
    if (!r.returns)
        diag_error(e->diag, item->name.span, "'%s' does not return", item->name.text);
    end_scope(&r, 0, NULL);
    if (e->diag->errors == errors)
        warn_unused(&r);
}

void resolve_unit(Elaborator *e, Unit *unit)
{
    for (uint32_t i = 0; i < unit->own.count; i++)
        resolve_item(e, unit, unit->own.at[i]->item);
}

void resolve_value(Elaborator *e, Unit *unit, const Expr *expr)
{
    Resolver r = {.e = e, .unit = unit};
    resolve_expr(&r, expr);
}
