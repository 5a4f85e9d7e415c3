/* arith.c - operators: computed when both sides are known, a node of the graph when one is a tensor.
 *
 * Integers are 64-bit and say when they overflow; `/` must come out whole. An integer beside a float becomes one.
 * '%' goes with div: both round towards minus infinity, so that a == div(a, b) * b + a % b.
 */
#include "elaborate/internal.h"

#include <math.h>

/* ---- tensors ---- */

static OpId tensor_op(Operator op)
{
    switch (op) {
    case OPERATOR_ADD:
        return OP_add;
    case OPERATOR_SUB:
        return OP_sub;
    case OPERATOR_MUL:
        return OP_mul;
    case OPERATOR_DIV:
        return OP_div;
    default:
        return OP_COUNT;
    }
}

/* The node of a tensor or number, NODE_NONE when that was reported; false for what is neither. */
static bool operand(Elaborator *e, Value value, Span span, NodeId *node)
{
    if (value.kind == VALUE_TENSOR)
        *node = value.node;
    else if (value_is_number(value))
        *node = graph_add_number(e->graph, e->diag, value_number(value), span);
    else
        return false;
    return true;
}

static Value add_node(Elaborator *e, OpId op, NodeId a, NodeId b, Span span)
{
    if (node_is_none(a) || node_is_none(b))
        return POISON;
    return call_op(e, op, "", (NodeId[]){a, b}, 2, NULL, span);
}

static const char *verb(Operator op)
{
    switch (op) {
    case OPERATOR_ADD:
        return "add";
    case OPERATOR_SUB:
        return "subtract";
    case OPERATOR_MUL:
        return "multiply";
    default:
        return "divide";
    }
}

static Value report_sorts(Elaborator *e, Operator op, Value a, Value b, Span span)
{
    const char *left = value_sort_text(a), *right = value_sort_text(b);
    if (op == OPERATOR_ADD || op == OPERATOR_SUB || op == OPERATOR_MUL || op == OPERATOR_DIV)
        diag_error(e->diag, span, "cannot %s %s and %s", verb(op), left, right);
    else
        diag_error(e->diag, span, "'%s' takes %s, not %s and %s", operator_text(op),
                   op == OPERATOR_MOD || op == OPERATOR_RANGE || op == OPERATOR_SHL || op == OPERATOR_SHR ? "integers"
                                                                                                          : "numbers",
                   value_kind_text(a), value_kind_text(b));
    return POISON;
}

static Value tensor_binary(Elaborator *e, Operator op, Value a, Span a_span, Value b, Span b_span, Span span)
{
    OpId id = tensor_op(op);
    if (id == OP_COUNT) {
        diag_error(e->diag, span, "'%s' needs values that are known now; a tensor's are known only at run time",
                   operator_text(op));
        return POISON;
    }
    if (op == OPERATOR_DIV && value_is_number(b) && value_number(b) == 0) {
        diag_error(e->diag, span, "this divides a tensor by zero");
        return POISON;
    }
    NodeId left, right;
    if (!operand(e, a, a_span, &left) || !operand(e, b, b_span, &right))
        return report_sorts(e, op, a, b, span);
    return add_node(e, id, left, right, span);
}

/* ---- integers ---- */

static Value overflow(Elaborator *e, Operator op, int64_t a, int64_t b, Span span)
{
    diag_error(e->diag, span, "%lld %s %lld overflows a 64-bit integer", (long long)a, operator_text(op), (long long)b);
    return POISON;
}

static Value divide_integers(Elaborator *e, Operator op, int64_t a, int64_t b, Span span)
{
    if (b == 0) {
        diag_error(e->diag, span, "%lld %s 0 divides by zero", (long long)a, operator_text(op));
        return POISON;
    }
    if (b == -1) {
        if (op == OPERATOR_MOD)
            return value_int(0);
        return a == INT64_MIN ? overflow(e, op, a, b, span) : value_int(-a);
    }
    int64_t rest = a % b;
    if (op == OPERATOR_MOD)
        return value_int(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);
    if (rest == 0)
        return value_int(a / b);
    diag_error(e->diag, span, "%lld / %lld is not whole", (long long)a, (long long)b);
    diag_hint(e->diag, "div(%lld, %lld) rounds down, %lld.0 / %lld is a float", (long long)a, (long long)b,
              (long long)a, (long long)b);
    return POISON;
}

static Value shift(Elaborator *e, Operator op, int64_t a, int64_t b, Span span)
{
    if (b < 0 || b > 63) {
        diag_error(e->diag, span, "a shift by %lld; integers have 64 bits", (long long)b);
        return POISON;
    }
    if (op == OPERATOR_SHR)
        return value_int(a < 0 ? ~(~a >> b) : a >> b);
    int64_t most = b == 63 ? 0 : INT64_MAX >> b, least = b == 63 ? -1 : INT64_MIN / ((int64_t)1 << b);
    if (a > most || a < least)
        return overflow(e, op, a, b, span);
    return value_int((int64_t)((uint64_t)a << b));
}

static Value integer_binary(Elaborator *e, Operator op, int64_t a, int64_t b, Span span)
{
    int64_t result = 0;
    bool over = false;
    switch (op) {
    case OPERATOR_ADD:
        over = __builtin_add_overflow(a, b, &result);
        break;
    case OPERATOR_SUB:
        over = __builtin_sub_overflow(a, b, &result);
        break;
    case OPERATOR_MUL:
        over = __builtin_mul_overflow(a, b, &result);
        break;
    case OPERATOR_DIV:
    case OPERATOR_MOD:
        return divide_integers(e, op, a, b, span);
    case OPERATOR_SHL:
    case OPERATOR_SHR:
        return shift(e, op, a, b, span);
    case OPERATOR_RANGE:
        return value_range(e->arena, a, b);
    default:
        BUG("operator %s of integers", operator_text(op));
    }
    return over ? overflow(e, op, a, b, span) : value_int(result);
}

/* ---- floats, lists, comparisons ---- */

static Value float_binary(Elaborator *e, Operator op, Value left, Value right, Span span)
{
    double a = value_number(left), b = value_number(right);
    switch (op) {
    case OPERATOR_ADD:
        return value_float(a + b);
    case OPERATOR_SUB:
        return value_float(a - b);
    case OPERATOR_MUL:
        return value_float(a * b);
    case OPERATOR_DIV:
        if (b != 0)
            return value_float(a / b);
        diag_error(e->diag, span, "%s / 0 divides by zero", value_text(e->arena, left));
        return POISON;
    default:
        return report_sorts(e, op, left, right, span);
    }
}

static Value join_lists(Elaborator *e, const List *a, const List *b, Span span)
{
    int64_t items = MIN(a->items, INT64_MAX / 2) + MIN(b->items, INT64_MAX / 2);
    if (items > LIMIT_LIST_ITEMS) {
        diag_error(e->diag, span, "a list of more than 4,194,304 elements");
        return POISON;
    }
    bool in_place = a->store && a->store->used == a->count && a->store->capacity >= a->count + b->count;
    return elaborate_step(e, span, in_place ? b->count : a->count + b->count) ? value_join(e->arena, a, b) : POISON;
}

/* Poison and tensors are not lists of values that can be compared; what is deep inside is compared as it stands. */
static Value compare_equal(Elaborator *e, Operator op, Value a, Value b, Span span)
{
    bool like = a.kind == b.kind || (value_is_number(a) && value_is_number(b));
    if (!like) {
        diag_error(e->diag, span, "cannot compare %s and %s", value_sort_text(a), value_sort_text(b));
        return POISON;
    }
    int64_t items = a.kind == VALUE_LIST ? MIN(a.as.list->items, b.as.list->items) : 1;
    if (a.kind == VALUE_TABLE)
        items = MIN(a.as.table->items, b.as.table->items);
    if (a.kind == VALUE_LIST && a.as.list->count != b.as.list->count)
        return value_bool(op == OPERATOR_NE);
    if (!elaborate_step(e, span, items))
        return POISON;
    return value_bool(value_equal(a, b) == (op == OPERATOR_EQ));
}

static Value compare_order(Elaborator *e, Operator op, Value a, Value b, Span span)
{
    if (!value_is_number(a) || !value_is_number(b)) {
        diag_error(e->diag, span, "cannot compare %s and %s", value_sort_text(a), value_sort_text(b));
        return POISON;
    }
    bool integers = a.kind == VALUE_INT && b.kind == VALUE_INT;
    double x = value_number(a), y = value_number(b);
    bool less = integers ? a.as.integer < b.as.integer : x < y;
    bool more = integers ? a.as.integer > b.as.integer : x > y;
    switch (op) {
    case OPERATOR_LT:
        return value_bool(less);
    case OPERATOR_GT:
        return value_bool(more);
    case OPERATOR_LE:
        return value_bool(!more);
    default:
        return value_bool(!less);
    }
}

Value arith_binary(Elaborator *e, Operator op, Value a, Span a_span, Value b, Span b_span)
{
    if (value_is_poison(a) || value_is_poison(b))
        return POISON;
    Span span = span_join(a_span, b_span);
    if (a.kind == VALUE_TENSOR || b.kind == VALUE_TENSOR)
        return tensor_binary(e, op, a, a_span, b, b_span, span);
    if (op == OPERATOR_EQ || op == OPERATOR_NE)
        return compare_equal(e, op, a, b, span);
    if (op == OPERATOR_LT || op == OPERATOR_GT || op == OPERATOR_LE || op == OPERATOR_GE)
        return compare_order(e, op, a, b, span);
    if (op == OPERATOR_ADD && a.kind == VALUE_LIST && b.kind == VALUE_LIST)
        return join_lists(e, a.as.list, b.as.list, span);
    if (a.kind == VALUE_INT && b.kind == VALUE_INT)
        return integer_binary(e, op, a.as.integer, b.as.integer, span);
    if (value_is_number(a) && value_is_number(b))
        return float_binary(e, op, a, b, span);
    return report_sorts(e, op, a, b, span);
}

Value arith_unary(Elaborator *e, Operator op, Value value, Span span)
{
    if (value_is_poison(value))
        return POISON;
    if (op == OPERATOR_NOT) {
        if (value.kind == VALUE_BOOL)
            return value_bool(!value.as.boolean);
        diag_error(e->diag, span, "'!' takes true or false, this is %s", value_kind_text(value));
        return POISON;
    }
    switch (value.kind) {
    case VALUE_INT:
        if (value.as.integer == INT64_MIN) {
            diag_error(e->diag, span, "-(%lld) overflows a 64-bit integer", (long long)value.as.integer);
            return POISON;
        }
        return value_int(-value.as.integer);
    case VALUE_FLOAT:
        return value_float(-value.as.number);
    case VALUE_TENSOR:
        return add_node(e, OP_mul, value.node, graph_add_number(e->graph, e->diag, -1, span), span);
    default:
        diag_error(e->diag, span, "'-' takes a number or a tensor, this is %s", value_kind_text(value));
        return POISON;
    }
}

Value arith_extreme(Elaborator *e, bool larger, Value a, Value b, Span span)
{
    const char *name = larger ? "max" : "min";
    if (a.kind == VALUE_TENSOR || b.kind == VALUE_TENSOR) {
        NodeId left, right;
        if (operand(e, a, span, &left) && operand(e, b, span, &right))
            return add_node(e, larger ? OP_max : OP_min, left, right, span);
    } else if (value_is_number(a) && value_is_number(b)) {
        bool b_larger = a.kind == VALUE_INT && b.kind == VALUE_INT ? b.as.integer > a.as.integer
                                                                   : value_number(b) > value_number(a);
        return b_larger == larger ? b : a;
    }
    diag_error(e->diag, span, "%s takes numbers or tensors, not %s and %s", name, value_sort_text(a),
               value_sort_text(b));
    return POISON;
}
