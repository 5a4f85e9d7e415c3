/* args.c - from the arguments of a call to the parameters of what is called.
 *
 *   x -> conv(6, 5x5, pad=2)    conv's tensor is x; out, size, pad are bound, stride and the others fall back
 *
 * Tensors come first: the piped value, then positional tensors as far as the op takes them; after those, positional
 * values go to the parameters in order. What can be seen without values (unknown and repeated names) was reported by
 * the scope pass; here it only makes the call fail.
 */
#include "elaborate/internal.h"

typedef struct Binder {
    Elaborator *e;
    const Call *call;
    OpId op;
    const Op *row;
    VEC(NodeId) inputs;
    bool has_tensor; /* among the inputs: the others are numbers */
    OpArg *args;
    bool *named; /* parameters that were written by name */
    int next;    /* positional values: the parameter that the next one goes to */
    bool after_named;
    bool failed;
} Binder;

/* ---- tensors ---- */

static void report_no_tensor(Binder *b, Value value, Span span)
{
    const char *name = op_name(b->op);
    diag_error(b->e->diag, span, "%s takes a tensor, this is %s", name, value_kind_text(value));
    if (!b->call->piped)
        diag_hint(b->e->diag, "x -> %s%s", name, b->row->param_count ? "(...)" : "");
    b->failed = true;
}

/* Ops that broadcast several tensors take numbers among them. */
static bool takes_numbers(const Op *row)
{
    return row->family == FAMILY_MAP && row->least_inputs > 1;
}

/* The value as inputs; a list of tensors counts as its elements where any number of inputs is welcome. What is POISON
 * takes an input's place, so that what follows is not misunderstood. */
static bool take_inputs(Binder *b, Value value, Span span)
{
    if (value_is_poison(value)) {
        VEC_PUSH(b->e->arena, &b->inputs, NODE_NONE);
        b->failed = true;
        return true;
    }
    if (value.kind == VALUE_TENSOR) {
        VEC_PUSH(b->e->arena, &b->inputs, value.node);
        b->has_tensor = true;
        return true;
    }
    if (value_is_number(value) && takes_numbers(b->row)) {
        NodeId number = graph_add_number(b->e->graph, b->e->diag, value_number(value), span);
        VEC_PUSH(b->e->arena, &b->inputs, number);
        b->failed |= node_is_none(number);
        return true;
    }
    if (value.kind != VALUE_LIST || b->row->most_inputs != UINT32_MAX || !list_all_tensors(value.as.list))
        return false;
    for (int64_t i = 0; i < value.as.list->count; i++)
        VEC_PUSH(b->e->arena, &b->inputs, list_at(value.as.list, i).node);
    return true;
}

static void take_piped(Binder *b)
{
    if (!b->call->piped)
        return;
    if (b->row->most_inputs == 0) {
        diag_error(b->e->diag, b->call->span, "%s takes no tensor, so nothing can be piped into it", op_name(b->op));
        b->failed = true;
    } else if (!take_inputs(b, b->call->first, b->call->first_span)) {
        report_no_tensor(b, b->call->first, b->call->first_span);
    }
}

/* ---- parameters ---- */

/* The value of an argument; a bare word that the parameter lists wins over a value of that name. */
static Value argument_value(Binder *b, const Argument *argument, const OpParam *param)
{
    const Expr *expr = argument->value;
    if (param && param->words && expr_is_bare_name(expr) && word_index(param->words, expr->as.name) >= 0)
        return value_string(expr->as.name);
    return eval_expr(b->e, expr);
}

static void set_param(Binder *b, int index, Value value, Span span)
{
    OpArg *arg = &b->args[index];
    if (arg->given) {
        diag_error(b->e->diag, span, "'%s' is given twice", b->row->params[index].name);
        diag_note(b->e->diag, arg->span, "first here");
        b->failed = true;
        return;
    }
    if (!arg_from_value(b->e, b->op, &b->row->params[index], value, span, arg))
        b->failed = true;
}

static void report_too_many(Binder *b, Span span)
{
    const char *name = op_name(b->op);
    if (b->row->param_count == 0 && b->row->most_inputs <= 1)
        diag_error(b->e->diag, span, "%s takes no arguments besides its input", name);
    else if (b->row->param_count == 0)
        diag_error(b->e->diag, span, "%s takes no arguments besides its inputs", name);
    else
        diag_error(b->e->diag, span, "%s takes at most %d argument%s besides its input", name, b->row->param_count,
                   plural(b->row->param_count));
    b->failed = true;
}

static void bind_positional(Binder *b, const Argument *argument)
{
    const OpParam *param = b->next < b->row->param_count ? &b->row->params[b->next] : NULL;
    Span span = argument->value->span;
    Value value = argument_value(b, argument, param);
    bool inputs_open = b->next == 0 && b->inputs.count < b->row->most_inputs;
    if (inputs_open && take_inputs(b, value, span))
        return;
    if (value_is_poison(value)) {
        b->failed = true;
        b->next++;
        return;
    }
    if (inputs_open && b->inputs.count < b->row->least_inputs && !b->failed) {
        report_no_tensor(b, value, span);
        return;
    }
    if (!param)
        report_too_many(b, span);
    else
        set_param(b, b->next++, value, span);
}

static void bind_named(Binder *b, const Argument *argument)
{
    for (int i = 0; i < b->row->param_count; i++)
        if (strcmp(b->row->params[i].name, argument->name.text) == 0) {
            Value value = argument_value(b, argument, &b->row->params[i]);
            if (value_is_poison(value) || b->named[i])
                b->failed = true;
            else
                set_param(b, i, value, argument->value->span);
            b->named[i] = true;
            return;
        }
    b->failed = true;
}

/* ---- what is missing ---- */

static const char *const numerals[] = {"no", "one", "two", "three", "four"};

static void check_inputs(Binder *b)
{
    uint32_t least = b->row->least_inputs;
    const char *name = op_name(b->op);
    if (b->inputs.count >= least && takes_numbers(b->row) && !b->has_tensor) {
        diag_error(b->e->diag, b->call->span, "%s needs a tensor among its numbers", name);
        b->failed = true;
    }
    if (b->inputs.count >= least)
        return;
    const char *more = b->row->most_inputs > least ? " or more" : "";
    if (least > 1 && least < COUNT_OF(numerals))
        diag_error(b->e->diag, b->call->span, "%s takes %s%s tensors, given %u", name, numerals[least], more,
                   b->inputs.count);
    else
        diag_error(b->e->diag, b->call->span, "%s needs a tensor", name);
    if (least == 1)
        diag_hint(b->e->diag, "x -> %s%s", name, b->row->param_count ? "(...)" : "");
    else if (b->op == OP_add || b->op == OP_sub || b->op == OP_mul || b->op == OP_div)
        diag_hint(b->e->diag, "write x %c y", "+-*/"[b->op - OP_add]);
    b->failed = true;
}

static void fill_params(Binder *b)
{
    for (int i = 0; i < b->row->param_count; i++) {
        const OpParam *param = &b->row->params[i];
        if (b->args[i].given)
            continue;
        if (param->required) {
            diag_error(b->e->diag, b->call->span, "%s needs '%s'", op_name(b->op), param->name);
            b->failed = true;
        }
        arg_from_fallback(b->e, param, b->call->span, &b->args[i]);
    }
}

bool args_bind_op(Elaborator *e, const Call *call, OpId op, BoundCall *bound)
{
    Binder b = {.e = e, .call = call, .op = op, .row = op_row(op)};
    b.args = NEW_ARRAY(e->arena, OpArg, MAX(b.row->param_count, 1));
    b.named = NEW_ARRAY(e->arena, bool, MAX(b.row->param_count, 1));
    take_piped(&b);
    for (uint32_t i = 0; i < call->arguments->count && !e->stopped; i++) {
        const Argument *argument = &call->arguments->at[i];
        if (argument->name.text)
            bind_named(&b, argument);
        else if (!b.after_named)
            bind_positional(&b, argument);
        else
            b.failed = true;
        b.after_named |= argument->name.text != NULL;
    }
    if (b.failed || e->stopped)
        return false;
    check_inputs(&b);
    fill_params(&b);
    *bound = (BoundCall){.args = b.args, .inputs = b.inputs.at, .input_count = b.inputs.count};
    return !b.failed;
}

/* ---- nets and blocks ---- */

typedef struct DefinitionBinder {
    Elaborator *e;
    const Item *item;
    Value *values;
    bool *given;
    Span *spans;
    bool *named;
    bool failed;
} DefinitionBinder;

static void set_definition_param(DefinitionBinder *b, uint32_t index, Value value, Span span)
{
    if (b->given[index]) {
        diag_error(b->e->diag, span, "'%s' is given twice", b->item->params.at[index].name.text);
        diag_note(b->e->diag, b->spans[index], "first here");
        b->failed = true;
        return;
    }
    b->given[index] = true;
    b->values[index] = value;
    b->spans[index] = span;
    b->failed |= value_is_poison(value);
}

static bool bind_definition_named(DefinitionBinder *b, const Argument *argument)
{
    for (uint32_t i = 0; i < b->item->params.count; i++)
        if (strcmp(b->item->params.at[i].name.text, argument->name.text) == 0) {
            Value value = eval_expr(b->e, argument->value);
            if (b->named[i])
                return false;
            set_definition_param(b, i, value, argument->value->span);
            b->named[i] = true;
            return true;
        }
    return false;
}

static void check_definition_params(DefinitionBinder *b, const Call *call)
{
    for (uint32_t i = 0; i < b->item->params.count; i++) {
        const Param *param = &b->item->params.at[i];
        if (b->given[i] || param->fallback)
            continue;
        diag_error(b->e->diag, call->span, "%s needs '%s'", b->item->name.text, param->name.text);
        diag_note(b->e->diag, param->name.span, "it has no default");
        b->failed = true;
    }
}

bool args_bind_definition(Elaborator *e, const Call *call, const Definition *definition, Value *values, bool *given,
                          Span *spans)
{
    DefinitionBinder b = {.e = e, .item = definition->item, .values = values, .given = given, .spans = spans};
    uint32_t next = 0, count = definition->item->params.count;
    bool after_named = false;
    b.named = NEW_ARRAY(e->arena, bool, MAX(count, 1u));
    if (call->piped && count == 0) {
        diag_error(e->diag, call->span, "%s takes no arguments, so nothing can be piped into it", call->layer.text);
        return false;
    }
    if (call->piped)
        set_definition_param(&b, next++, call->first, call->first_span);
    for (uint32_t i = 0; i < call->arguments->count && !e->stopped; i++) {
        const Argument *argument = &call->arguments->at[i];
        if (argument->name.text) {
            b.failed |= !bind_definition_named(&b, argument);
            after_named = true;
        } else if (after_named) {
            b.failed = true;
        } else if (next < count) {
            set_definition_param(&b, next++, eval_expr(e, argument->value), argument->value->span);
        } else {
            diag_error(e->diag, argument->value->span, "%s takes %u argument%s, this is one more", call->layer.text,
                       count, plural(count));
            diag_note(e->diag, definition->item->name.span, "defined here");
            return false;
        }
    }
    if (!b.failed && !e->stopped)
        check_definition_params(&b, call);
    return !b.failed && !e->stopped;
}
