/* expr.c - the value of an expression. Chains that lean to the left (a + b + c, x[0][1]) are walked with a loop; what
 * nests in brackets recurses, counted over all calls so that the C stack is safe. */
#include "elaborate/internal.h"

bool value_as_integer(Elaborator *e, Value value, Span span, const char *what, int64_t least, int64_t *integer)
{
    if (value_is_poison(value))
        return false;
    if (value.kind != VALUE_INT) {
        diag_error(e->diag, span, "%s must be an integer, this is %s", what, value_kind_text(value));
        return false;
    }
    if (value.as.integer < least) {
        diag_error(e->diag, span, "%s must be at least %lld, this is %lld", what, (long long)least,
                   (long long)value.as.integer);
        return false;
    }
    *integer = value.as.integer;
    return true;
}

bool expr_is_bare_name(const Expr *expr)
{
    return expr->kind == EXPR_NAME && !expr->bracketed;
}

/* ---- names ---- */

static Value eval_name(Elaborator *e, const Expr *expr)
{
    const Binding *binding = scope_find(&e->scopes, expr->as.name);
    if (binding)
        return binding->value;
    const Definition *constant = name_map_find(&e->unit->values, expr->as.name);
    if (constant && value_is_poison(constant->value) && !e->diag->errors) {
        /* A block that a constant above calls, seen by the scope pass as part of no constant. */
        diag_error(e->diag, expr->span, "constant '%s' is not known yet", expr->as.name);
        diag_note(e->diag, constant->item->name.span, "defined below what needs it");
    }
    if (constant)
        return constant->value;
    if (!e->diag->errors)
        BUG("the scope pass let the name '%s' through", expr->as.name);
    return POISON;
}

/* ---- lists and tables ---- */

static Value check_list(Elaborator *e, Value value, int64_t items, int depth, Span span)
{
    if (depth > LIMIT_LIST_DEPTH)
        diag_error(e->diag, span, "lists are nested deeper than %d levels", LIMIT_LIST_DEPTH);
    else if (items > LIMIT_LIST_ITEMS)
        diag_error(e->diag, span, "a list of more than 4,194,304 elements");
    else
        return value;
    return POISON;
}

static Value eval_list(Elaborator *e, const Expr *expr)
{
    uint32_t count = expr->as.list.count;
    Value *items = NEW_ARRAY(e->arena, Value, count);
    bool poison = false;
    for (uint32_t i = 0; i < count; i++) {
        items[i] = eval_expr(e, expr->as.list.at[i]);
        poison |= value_is_poison(items[i]);
    }
    if (poison)
        return POISON;
    Value list = value_list(e->arena, items, count);
    return check_list(e, list, list.as.list->items, list.as.list->depth, expr->span);
}

static Value eval_size(Elaborator *e, const Expr *expr)
{
    uint32_t count = expr->as.size.count;
    Value *items = NEW_ARRAY(e->arena, Value, count);
    for (uint32_t i = 0; i < count; i++)
        items[i] = value_int(expr->as.size.dims[i]);
    return value_list(e->arena, items, count);
}

static bool check_key(Elaborator *e, Value key, Span span)
{
    if (key.kind == VALUE_INT || key.kind == VALUE_STRING)
        return true;
    if (!value_is_poison(key))
        diag_error(e->diag, span, "a key is an integer or a string, this is %s", value_kind_text(key));
    return false;
}

static Value eval_table(Elaborator *e, const Expr *expr)
{
    uint32_t count = expr->as.table.keys.count;
    Value *keys = NEW_ARRAY(e->arena, Value, count), *values = NEW_ARRAY(e->arena, Value, count);
    bool poison = false;
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = eval_expr(e, expr->as.table.keys.at[i]);
        values[i] = eval_expr(e, expr->as.table.values.at[i]);
        poison |= !check_key(e, keys[i], expr->as.table.keys.at[i]->span) || value_is_poison(values[i]);
    }
    if (poison)
        return POISON;
    int64_t twice = 0;
    Value table = value_table(e->arena, keys, values, count, &twice);
    if (value_is_poison(table)) {
        diag_error(e->diag, expr->as.table.keys.at[twice]->span, "the key %s is there twice",
                   value_text(e->arena, keys[twice]));
        return POISON;
    }
    return check_list(e, table, table.as.table->items, table.as.table->depth, expr->span);
}

/* ---- indices ---- */

static Value index_list(Elaborator *e, const List *list, Value index, Span span)
{
    if (index.kind != VALUE_INT) {
        diag_error(e->diag, span, "an index must be an integer, this is %s", value_kind_text(index));
        return POISON;
    }
    int64_t i = index.as.integer;
    if (i >= 0 && i < list->count)
        return list_at(list, i);
    if (list->count == 0)
        diag_error(e->diag, span, "index %lld, the list is empty", (long long)i);
    else
        diag_error(e->diag, span, "index %lld, the list has %lld element%s (0..%lld)", (long long)i,
                   (long long)list->count, plural(list->count), (long long)list->count - 1);
    return POISON;
}

static Value index_table(Elaborator *e, const Table *table, Value key, Span span)
{
    if (!check_key(e, key, span))
        return POISON;
    const Value *found = table_find(table, key);
    if (found)
        return *found;
    Buf keys = {0};
    for (int64_t i = 0; i < table->count && i < 12; i++)
        buf_printf(&keys, "%s%s", i ? ", " : "", value_text(e->arena, table->keys[i]));
    diag_error(e->diag, span, "the table has no key %s; it has %s%s", value_text(e->arena, key), buf_text(&keys),
               table->count > 12 ? ", ..." : "");
    buf_free(&keys);
    return POISON;
}

static Value eval_index(Elaborator *e, const Expr *expr)
{
    VEC(const Expr *) chain = {0};
    for (; expr->kind == EXPR_INDEX; expr = expr->as.index.base)
        VEC_PUSH(e->arena, &chain, expr);
    Value value = eval_expr(e, expr);
    while (chain.count > 0 && !e->stopped) {
        const Expr *step = chain.at[--chain.count];
        Value index = eval_expr(e, step->as.index.index);
        Span span = step->as.index.index->span;
        if (value_is_poison(value) || value_is_poison(index))
            return POISON;
        if (value.kind == VALUE_LIST) {
            value = index_list(e, value.as.list, index, span);
        } else if (value.kind == VALUE_TABLE) {
            value = index_table(e, value.as.table, index, span);
        } else {
            diag_error(e->diag, step->as.index.base->span, "only lists and tables have elements, this is %s",
                       value_kind_text(value));
            return POISON;
        }
    }
    return e->stopped ? POISON : value;
}

/* ---- operators ---- */

static bool as_condition(Elaborator *e, Value value, Span span, Operator op, bool *truth)
{
    if (value.kind == VALUE_BOOL)
        *truth = value.as.boolean;
    else if (!value_is_poison(value))
        diag_error(e->diag, span, "'%s' takes true or false, this is %s", operator_text(op), value_kind_text(value));
    return value.kind == VALUE_BOOL;
}

/* a && b and a || b: the right side is not computed when the left one decides. */
static Value eval_logic(Elaborator *e, Operator op, Value left, Span left_span, const Expr *right)
{
    bool truth;
    if (!as_condition(e, left, left_span, op, &truth))
        return POISON;
    if (truth == (op == OPERATOR_OR))
        return value_bool(truth);
    if (!as_condition(e, eval_expr(e, right), right->span, op, &truth))
        return POISON;
    return value_bool(truth);
}

static Value eval_binary(Elaborator *e, const Expr *expr)
{
    VEC(const Expr *) spine = {0};
    for (; expr->kind == EXPR_BINARY; expr = expr->as.operation.left)
        VEC_PUSH(e->arena, &spine, expr);
    Value value = eval_expr(e, expr);
    while (spine.count > 0 && !e->stopped) {
        const Expr *node = spine.at[--spine.count];
        Operator op = node->as.operation.op;
        const Expr *left = node->as.operation.left, *right = node->as.operation.right;
        if (op == OPERATOR_AND || op == OPERATOR_OR)
            value = eval_logic(e, op, value, left->span, right);
        else
            value = arith_binary(e, op, value, left->span, eval_expr(e, right), right->span);
    }
    return e->stopped ? POISON : value;
}

static Value eval_conditional(Elaborator *e, const Expr *expr)
{
    const Expr *condition = expr->as.conditional.condition;
    Value value = eval_expr(e, condition);
    if (value_is_poison(value))
        return POISON;
    if (value.kind != VALUE_BOOL) {
        if (value.kind == VALUE_TENSOR)
            diag_error(e->diag, condition->span, "a tensor cannot decide a ?: it is known only at run time");
        else
            diag_error(e->diag, condition->span, "a condition must be true or false, this is %s",
                       value_kind_text(value));
        return POISON;
    }
    return eval_expr(e, value.as.boolean ? expr->as.conditional.yes : expr->as.conditional.no);
}

/* ---- calls and pipelines ---- */

static Value eval_call(Elaborator *e, const Expr *expr)
{
    Call call = {.layer = expr->as.call.function,
                 .arguments = &expr->as.call.arguments,
                 .first = POISON,
                 .span = expr->as.call.function.span};
    return call_apply(e, &call);
}

static Value eval_pipe(Elaborator *e, const Expr *expr)
{
    Value value = eval_expr(e, expr->as.pipe.head);
    Span span = expr->as.pipe.head->span;
    for (uint32_t i = 0; i < expr->as.pipe.stages.count && !e->stopped; i++) {
        const Stage *stage = &expr->as.pipe.stages.at[i];
        if (!elaborate_step(e, stage->span, 1))
            break;
        if (stage->again) {
            value = call_again(e, stage->label, value, span);
        } else {
            Call call = {.layer = stage->layer,
                         .arguments = &stage->arguments,
                         .label = stage->label,
                         .piped = true,
                         .first = value,
                         .first_span = span,
                         .span = stage->layer.span};
            value = call_apply(e, &call);
        }
        span = stage->span;
    }
    return e->stopped ? POISON : value;
}

static Value eval_kind(Elaborator *e, const Expr *expr)
{
    switch (expr->kind) {
    case EXPR_POISON:
        return POISON;
    case EXPR_INT:
        return value_int(expr->as.integer);
    case EXPR_FLOAT:
        return value_float(expr->as.number);
    case EXPR_BOOL:
        return value_bool(expr->as.boolean);
    case EXPR_STRING:
        return value_string(expr->as.string);
    case EXPR_SIZE:
        return eval_size(e, expr);
    case EXPR_NAME:
        return eval_name(e, expr);
    case EXPR_CALL:
        return eval_call(e, expr);
    case EXPR_LIST:
        return eval_list(e, expr);
    case EXPR_TABLE:
        return eval_table(e, expr);
    case EXPR_UNARY:
        return arith_unary(e, expr->as.operation.op, eval_expr(e, expr->as.operation.left), expr->span);
    case EXPR_BINARY:
        return eval_binary(e, expr);
    case EXPR_CONDITIONAL:
        return eval_conditional(e, expr);
    case EXPR_INDEX:
        return eval_index(e, expr);
    case EXPR_PIPE:
        return eval_pipe(e, expr);
    }
    BUG("expression kind %d", (int)expr->kind);
}

Value eval_expr(Elaborator *e, const Expr *expr)
{
    if (!elaborate_step(e, expr->span, 1))
        return POISON;
    if (e->evaluations >= LIMIT_EVALUATIONS) {
        elaborate_stop(e, expr->span, "calls and brackets are nested too deep");
        return POISON;
    }
    e->evaluations++;
    Value value = eval_kind(e, expr);
    e->evaluations--;
    return value;
}
