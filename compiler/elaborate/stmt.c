/* stmt.c - statements: they make and change values, give outputs, and say where they happen.
 *
 * After an error inside a loop the rest of its net or block is not looked at: what the loop would have made is unknown.
 */
#include "elaborate/internal.h"

static Flow exec_stmt(Elaborator *e, const Stmt *stmt);

/* ---- assignment ---- */

static void assign(Elaborator *e, const Name *name, Value value)
{
    Binding *binding = scope_find(&e->scopes, name->text);
    if (!binding) {
        if (name_map_find(&e->unit->values, name->text))
            return; /* a constant: reported by the scope pass */
        binding = scope_declare(e->arena, &e->scopes, name->text);
    }
    binding->value = value;
}

static void exec_assign(Elaborator *e, const Stmt *stmt)
{
    uint32_t count = stmt->as.assign.names.count;
    const Name *names = stmt->as.assign.names.at;
    Value value = eval_expr(e, stmt->as.assign.value);
    if (count == 1) {
        assign(e, &names[0], value);
        return;
    }
    const List *list = value.kind == VALUE_LIST ? value.as.list : NULL;
    Span span = stmt->as.assign.value->span;
    if (list && list->count != count) {
        diag_error(e->diag, span, "%u names, but the list has %lld element%s", count, (long long)list->count,
                   plural(list->count));
        list = NULL;
    } else if (!list && !value_is_poison(value)) {
        diag_error(e->diag, span, "%u names take a list apart, but this is %s", count, value_kind_text(value));
    }
    for (uint32_t i = 0; i < count; i++)
        assign(e, &names[i], list ? list_at(list, i) : POISON);
}

/* ---- outputs ---- */

static bool check_tensor(Elaborator *e, Value value, Span span)
{
    if (value.kind == VALUE_TENSOR)
        return true;
    if (!value_is_poison(value))
        diag_error(e->diag, span, "an output must be a tensor, this is %s", value_kind_text(value));
    return false;
}

static void add_output(Elaborator *e, const char *name, Span span, Value value, Span value_span)
{
    void **place = name_map_place(e->arena, &e->outputs, name);
    if (*place) {
        const Span *first = *place;
        diag_error(e->diag, span, "output '%s' is declared twice", name);
        diag_note(e->diag, *first, "first here");
        return;
    }
    Span *here = NEW(e->arena, Span);
    *here = span;
    *place = here;
    if (check_tensor(e, value, value_span))
        graph_add_output(e->graph, name, value.node, span);
}

/* A net's own outputs are ports of the graph only when it is the net that is compiled. */
static void exec_output(Elaborator *e, const Stmt *stmt)
{
    const Name *name = &stmt->as.result.name;
    Value value = eval_expr(e, stmt->as.result.value);
    if (e->frame->definition->item->kind != ITEM_NET)
        return; /* reported by the scope pass */
    if (!e->frame->caller)
        add_output(e, name->text, name->span, value, stmt->as.result.value->span);
    else
        check_tensor(e, value, stmt->as.result.value->span);
}

static Flow exec_return(Elaborator *e, const Stmt *stmt)
{
    const Name *name = &stmt->as.result.name;
    Value value = eval_expr(e, stmt->as.result.value);
    Span span = stmt->as.result.value->span;
    e->frame->result = value;
    if (e->stopped)
        return FLOW_POISON;
    if (e->frame->definition->item->kind != ITEM_NET)
        return FLOW_RETURN;
    if (!e->frame->caller)
        e->answer = e->graph->outputs.count;
    if (!e->frame->caller)
        add_output(e, name->text ? name->text : "output", name->text ? name->span : span, value, span);
    else if (!check_tensor(e, value, span))
        e->frame->result = POISON;
    return FLOW_RETURN;
}

/* ---- conditions ---- */

/* 1, 0, or -1 after a diagnostic. */
static int decide(Elaborator *e, const Expr *condition)
{
    Value value = eval_expr(e, condition);
    switch (value.kind) {
    case VALUE_BOOL:
        return value.as.boolean;
    case VALUE_POISON:
        return -1;
    case VALUE_TENSOR:
        diag_error(e->diag, condition->span, "a tensor cannot decide an if: it is known only at run time");
        return -1;
    default:
        diag_error(e->diag, condition->span, "a condition must be true or false, this is %s", value_kind_text(value));
        if (value.kind == VALUE_INT && condition->kind == EXPR_NAME)
            diag_hint(e->diag, "if (%s != 0)", condition->as.name);
        return -1;
    }
}

/* An arm is a scope. */
static Flow exec_arm(Elaborator *e, const Stmt *arm)
{
    uint32_t mark = scope_mark(&e->scopes);
    Flow flow = exec_stmt(e, arm);
    scope_leave(&e->scopes, mark);
    return flow;
}

static Flow exec_if(Elaborator *e, const Stmt *stmt)
{
    while (stmt) {
        int truth = decide(e, stmt->as.branch.condition);
        if (truth < 0)
            return FLOW_POISON;
        if (truth)
            return exec_arm(e, stmt->as.branch.yes);
        stmt = stmt->as.branch.no;
        if (stmt && stmt->kind != STMT_IF)
            return exec_arm(e, stmt);
    }
    return FLOW_NEXT;
}

/* ---- loops ---- */

/* One turn, with the loop's names bound. */
static Flow exec_turn(Elaborator *e, const Stmt *stmt, const Value *first, const Value *second)
{
    uint32_t mark = scope_mark(&e->scopes);
    scope_declare(e->arena, &e->scopes, stmt->as.loop.first.text)->value = *first;
    if (stmt->as.loop.second.text)
        scope_declare(e->arena, &e->scopes, stmt->as.loop.second.text)->value = *second;
    Flow flow = exec_arm(e, stmt->as.loop.body);
    scope_leave(&e->scopes, mark);
    return flow;
}

static Flow exec_for(Elaborator *e, const Stmt *stmt)
{
    const Expr *expr = stmt->as.loop.range;
    Value range = eval_expr(e, expr);
    const List *list = range.kind == VALUE_LIST ? range.as.list : NULL;
    const Table *table = range.kind == VALUE_TABLE ? range.as.table : NULL;
    if (!list && !table) {
        if (!value_is_poison(range))
            diag_error(e->diag, expr->span, "a loop runs over a list or a table, this is %s", value_kind_text(range));
        if (range.kind == VALUE_INT)
            diag_hint(e->diag, "0..%lld counts", (long long)range.as.integer);
        return FLOW_POISON;
    }
    int64_t count = list ? list->count : table->count;
    bool two = stmt->as.loop.second.text != NULL;
    for (int64_t i = 0; i < count; i++) {
        if (++e->turns > LIMIT_TURNS) {
            elaborate_stop(e, expr->span, "1,000,000 loop turns; is the range right?");
            return FLOW_POISON;
        }
        uint32_t errors = e->diag->errors;
        Value key = list ? value_int(i) : table->keys[i], value = list ? list_at(list, i) : table->values[i];
        Value only = list ? value : key;
        Flow flow = exec_turn(e, stmt, two ? &key : &only, &value);
        if (flow != FLOW_NEXT)
            return flow;
        if (e->diag->errors > errors)
            return FLOW_POISON;
    }
    return FLOW_NEXT;
}

/* ---- on device(k) ---- */

/* Which device `on` says; -1 after a diagnostic. */
static int32_t device_of(Elaborator *e, const Stmt *stmt)
{
    const Name *what = &stmt->as.on.what;
    const Arguments *arguments = &stmt->as.on.arguments;
    if (strcmp(what->text, "device") != 0) {
        diag_error(e->diag, what->span, "'on' takes device(number), not '%s'", what->text);
        return -1;
    }
    if (arguments->count != 1 || arguments->at[0].name.text) {
        diag_error(e->diag, what->span, "device takes one number: on device(1)");
        return -1;
    }
    const Expr *number = arguments->at[0].value;
    int64_t device;
    if (!value_as_integer(e, eval_expr(e, number), number->span, "device", 0, &device))
        return -1;
    if (device < LIMIT_DEVICES)
        return (int32_t)device;
    diag_error(e->diag, number->span, "device must be at most %d, this is %lld", LIMIT_DEVICES - 1, (long long)device);
    return -1;
}

/* The layers of its statement run there, unless an `on` inside says otherwise. */
static Flow exec_on(Elaborator *e, const Stmt *stmt)
{
    int32_t before = e->graph->device, device = device_of(e, stmt);
    e->graph->device = MAX(device, 0);
    Flow flow = exec_stmt(e, stmt->as.on.body);
    e->graph->device = before;
    return flow;
}

/* ---- all kinds ---- */

static Flow exec_kind(Elaborator *e, const Stmt *stmt)
{
    switch (stmt->kind) {
    case STMT_POISON:
        return FLOW_POISON;
    case STMT_ASSIGN:
        exec_assign(e, stmt);
        return FLOW_NEXT;
    case STMT_RETURN:
        return exec_return(e, stmt);
    case STMT_OUTPUT:
        exec_output(e, stmt);
        return FLOW_NEXT;
    case STMT_IF:
        return exec_if(e, stmt);
    case STMT_FOR:
        return exec_for(e, stmt);
    case STMT_ON:
        return exec_on(e, stmt);
    case STMT_BODY: {
        uint32_t mark = scope_mark(&e->scopes);
        Flow flow = exec_stmts(e, &stmt->as.body);
        scope_leave(&e->scopes, mark);
        return flow;
    }
    case STMT_VALUE:
        return FLOW_NEXT; /* reported by the scope pass */
    }
    BUG("statement kind %d", (int)stmt->kind);
}

static Flow exec_stmt(Elaborator *e, const Stmt *stmt)
{
    if (!elaborate_step(e, stmt->span, 1))
        return FLOW_POISON;
    if (e->evaluations >= LIMIT_EVALUATIONS) {
        elaborate_stop(e, stmt->span, "calls and brackets are nested too deep");
        return FLOW_POISON;
    }
    e->evaluations++;
    Flow flow = exec_kind(e, stmt);
    e->evaluations--;
    return e->stopped ? FLOW_POISON : flow;
}

Flow exec_stmts(Elaborator *e, const Stmts *stmts)
{
    for (uint32_t i = 0; i < stmts->count; i++) {
        Flow flow = exec_stmt(e, stmts->at[i]);
        if (flow != FLOW_NEXT)
            return flow;
    }
    return FLOW_NEXT;
}
