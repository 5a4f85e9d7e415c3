/* builtin.c - functions whose values are known when the model is compiled: shapes, lists, rounding. Their arguments
 * are positional; the piped value comes first. max, min, floor and ceil take tensors as well and are then nodes. */
#include "elaborate/internal.h"

#include <math.h>

enum { MOST_ARGUMENTS = 2 };

typedef struct BuiltinCall {
    Elaborator *e;
    const Builtin *builtin;
    Span span; /* the name */
    Value values[MOST_ARGUMENTS];
    Span spans[MOST_ARGUMENTS];
} BuiltinCall;

struct Builtin {
    const char *name;
    int arguments;
    Value (*function)(const BuiltinCall *call);
    int detail; /* for rows that share a function */
};

static Value report_argument(const BuiltinCall *call, int i, const char *takes)
{
    diag_error(call->e->diag, call->spans[i], "%s takes %s, this is %s", call->builtin->name, takes,
               value_kind_text(call->values[i]));
    return POISON;
}

/* ---- shapes ---- */

/* The dimension `detail` (1: channels, 2: height, 3: width) of a picture; channels also of a vector. */
static Value call_dimension(const BuiltinCall *call)
{
    if (call->values[0].kind != VALUE_TENSOR)
        return report_argument(call, 0, "a tensor");
    const Shape *shape = &graph_node(call->e->graph, call->values[0].node)->type.shape;
    int axis = call->builtin->detail;
    if (shape->rank >= 2 && axis == 1)
        return value_int(shape->dim[1]);
    if (shape->rank == 4)
        return value_int(shape->dim[axis]);
    diag_error(call->e->diag, call->spans[0], "%s takes channels x height x width, this is %s", call->builtin->name,
               shape_text(call->e->arena, shape));
    return POISON;
}

static Value call_shape(const BuiltinCall *call)
{
    if (call->values[0].kind != VALUE_TENSOR)
        return report_argument(call, 0, "a tensor");
    const Shape *shape = &graph_node(call->e->graph, call->values[0].node)->type.shape;
    Value dims[MAX_RANK];
    for (int i = 1; i < shape->rank; i++)
        dims[i - 1] = value_int(shape->dim[i]);
    return value_list(call->e->arena, dims, MAX(shape->rank - 1, 0));
}

/* ---- lists ---- */

static Value call_len(const BuiltinCall *call)
{
    if (call->values[0].kind == VALUE_LIST)
        return value_int(call->values[0].as.list->count);
    if (call->values[0].kind == VALUE_TABLE)
        return value_int(call->values[0].as.table->count);
    return report_argument(call, 0, "a list or a table");
}

/* Counts the walk over a list; false when it is too long, reported. */
static bool walk(const BuiltinCall *call, const List *list)
{
    if (list->items <= LIMIT_LIST_ITEMS)
        return elaborate_step(call->e, call->span, list->count);
    diag_error(call->e->diag, call->spans[0], "a list of more than 4,194,304 elements");
    return false;
}

static Value call_reverse(const BuiltinCall *call)
{
    if (call->values[0].kind != VALUE_LIST)
        return report_argument(call, 0, "a list");
    const List *list = call->values[0].as.list;
    if (!walk(call, list))
        return POISON;
    Value *items = NEW_ARRAY(call->e->arena, Value, list->count);
    for (int64_t i = 0; i < list->count; i++)
        items[i] = list_at(list, list->count - 1 - i);
    return value_list(call->e->arena, items, list->count);
}

static Value call_sum(const BuiltinCall *call)
{
    if (call->values[0].kind != VALUE_LIST)
        return report_argument(call, 0, "a list of numbers");
    const List *list = call->values[0].as.list;
    Value sum = value_int(0);
    if (!walk(call, list))
        return POISON;
    for (int64_t i = 0; i < list->count && !value_is_poison(sum); i++) {
        Value item = list_at(list, i);
        if (!value_is_number(item)) {
            diag_error(call->e->diag, call->spans[0], "sum takes a list of numbers, this has %s in it",
                       value_kind_text(item));
            return POISON;
        }
        sum = arith_binary(call->e, OPERATOR_ADD, sum, call->spans[0], item, call->spans[0]);
    }
    return sum;
}

/* ---- numbers ---- */

static Value call_extreme(const BuiltinCall *call)
{
    return arith_extreme(call->e, call->builtin->detail > 0, call->values[0], call->values[1], call->span);
}

static Value call_round(const BuiltinCall *call)
{
    Value value = call->values[0];
    if (value.kind == VALUE_TENSOR)
        return call_op(call->e, call->builtin->detail > 0 ? OP_ceil : OP_floor, "", &value.node, 1, NULL, call->span);
    if (value.kind == VALUE_INT)
        return value;
    if (value.kind != VALUE_FLOAT)
        return report_argument(call, 0, "a number or a tensor");
    double whole = call->builtin->detail > 0 ? ceil(value.as.number) : floor(value.as.number);
    if (whole >= -9223372036854775808.0 && whole < 9223372036854775808.0)
        return value_int((int64_t)whole);
    diag_error(call->e->diag, call->spans[0], "%s of %s does not fit a 64-bit integer", call->builtin->name,
               value_text(call->e->arena, value));
    return POISON;
}

static Value call_div(const BuiltinCall *call)
{
    if (call->values[0].kind == VALUE_TENSOR || call->values[1].kind == VALUE_TENSOR)
        return arith_binary(call->e, OPERATOR_DIV, call->values[0], call->spans[0], call->values[1], call->spans[1]);
    for (int i = 0; i < 2; i++)
        if (call->values[i].kind != VALUE_INT)
            return report_argument(call, i, "integers");
    int64_t a = call->values[0].as.integer, b = call->values[1].as.integer;
    if (b == 0) {
        diag_error(call->e->diag, call->spans[1], "div(%lld, 0) divides by zero", (long long)a);
        return POISON;
    }
    if (b == -1) /* the one quotient that can overflow is reported there */
        return arith_binary(call->e, OPERATOR_DIV, call->values[0], call->spans[0], call->values[1], call->spans[1]);
    return value_int(a / b - (a % b != 0 && (a < 0) != (b < 0)));
}

static Value call_rotate(const BuiltinCall *call)
{
    if (!value_is_number(call->values[1]))
        return report_argument(call, 1, "a number of degrees");
    return kernel_rotate(call->e, call->values[0], value_number(call->values[1]), call->spans[0]);
}

static const Builtin builtins[] = {
    {"channels", 1, call_dimension, 1},
    {"height", 1, call_dimension, 2},
    {"width", 1, call_dimension, 3},
    {"shape", 1, call_shape, 0},
    {"len", 1, call_len, 0},
    {"reverse", 1, call_reverse, 0},
    {"sum", 1, call_sum, 0},
    {"max", 2, call_extreme, 1},
    {"min", 2, call_extreme, 0},
    {"floor", 1, call_round, 0},
    {"ceil", 1, call_round, 1},
    {"div", 2, call_div, 0},
    {"rotate", 2, call_rotate, 0},
};

const Builtin *builtin_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(builtins); i++)
        if (strcmp(builtins[i].name, name) == 0)
            return &builtins[i];
    return NULL;
}

const char *builtin_name(int i)
{
    return i < (int)COUNT_OF(builtins) ? builtins[i].name : NULL;
}

/* ---- calls ---- */

static Value report_count(Elaborator *e, const Call *source, const Builtin *builtin, uint32_t given)
{
    diag_error(e->diag, source->span, "%s takes %d argument%s, given %u", builtin->name, builtin->arguments,
               plural(builtin->arguments), given);
    return POISON;
}

Value builtin_call(Elaborator *e, const Builtin *builtin, const Call *source)
{
    BuiltinCall call = {.e = e, .builtin = builtin, .span = source->span};
    uint32_t given = source->arguments->count + (source->piped ? 1 : 0);
    bool poison = false;
    for (uint32_t i = 0; i < source->arguments->count; i++)
        poison |= source->arguments->at[i].name.text != NULL; /* reported by the scope pass */
    if (!poison && given != (uint32_t)builtin->arguments)
        return report_count(e, source, builtin, given);
    if (poison)
        return POISON;
    int next = 0;
    if (source->piped) {
        call.values[0] = source->first;
        call.spans[next++] = source->first_span;
    }
    for (uint32_t i = 0; i < source->arguments->count; i++, next++) {
        call.values[next] = eval_expr(e, source->arguments->at[i].value);
        call.spans[next] = source->arguments->at[i].value->span;
    }
    for (int i = 0; i < builtin->arguments; i++)
        if (value_is_poison(call.values[i]))
            return POISON;
    return builtin->function(&call);
}
