/* args_value.c - one value to one parameter of an op: kinds, words, bounds, and the fallback when nothing was written.
 */
#include "elaborate/internal.h"

#include <math.h>

/* ---- words ---- */

int word_index(const char *words, const char *word)
{
    size_t length = strlen(word);
    int index = 0;
    for (const char *at = words; at && *at; index++) {
        size_t span = strcspn(at, " ");
        if (span == length && strncmp(at, word, length) == 0)
            return index;
        at += span;
        at += strspn(at, " ");
    }
    return -1;
}

/* The words as an array, for hints and lists. */
static uint32_t split_words(Arena *arena, const char *words, const char **list, uint32_t most)
{
    uint32_t count = 0;
    for (const char *at = words; at && *at && count < most;) {
        size_t span = strcspn(at, " ");
        list[count++] = arena_strndup(arena, at, span);
        at += span;
        at += strspn(at, " ");
    }
    return count;
}

/* What a kind takes, its ways separated by '|'. */
static const char *kind_takes(ParamKind kind)
{
    switch (kind) {
    case PARAM_INT:
        return "an integer";
    case PARAM_NUMBER:
        return "a number";
    case PARAM_BOOL:
        return "true|false";
    case PARAM_SIZE:
        return "a number|a size";
    case PARAM_PAD:
        return "a number|a list";
    case PARAM_WORD:
        return "";
    case PARAM_STRING:
        return "a string";
    case PARAM_INTS:
        return "a list of integers";
    case PARAM_LISTS:
        return "a list of lists of integers";
    case PARAM_NUMBERS:
        return "a number|a list of numbers";
    case PARAM_WEIGHT:
        return "a number|a list|a tensor";
    }
    BUG("parameter kind %d", (int)kind);
}

const char *param_takes(Arena *arena, const OpParam *param)
{
    const char *ways[16];
    uint32_t count = 0;
    for (const char *at = kind_takes(param->kind); *at;) {
        size_t span = strcspn(at, "|");
        ways[count++] = arena_strndup(arena, at, span);
        at += span + (at[span] == '|');
    }
    count += split_words(arena, param->words, ways + count, COUNT_OF(ways) - count);
    Buf text = {0};
    for (uint32_t i = 0; i < count; i++)
        buf_printf(&text, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", ways[i]);
    const char *result = arena_strdup(arena, buf_text(&text));
    buf_free(&text);
    return result;
}

static bool report_kind(Elaborator *e, OpId op, const OpParam *param, Value value, Span span)
{
    const char *takes = param_takes(e->arena, param);
    bool several = param->words || strchr(kind_takes(param->kind), '|');
    bool shown = value.kind == VALUE_STRING || value_is_number(value) || value.kind == VALUE_BOOL;
    if (several)
        diag_error(e->diag, span, "'%s' takes %s, not %s", param->name, takes,
                   shown ? value_text(e->arena, value) : value_kind_text(value));
    else
        diag_error(e->diag, span, "%s's '%s' must be %s, this is %s", op_name(op), param->name, takes,
                   value_kind_text(value));
    if (value.kind == VALUE_STRING && param->words) {
        const char *words[16];
        hint_word(e->diag, value.as.string, words, split_words(e->arena, param->words, words, COUNT_OF(words)));
    }
    return false;
}

/* ---- integers ---- */

static bool check_integer(Elaborator *e, const OpParam *param, int64_t integer, Span span)
{
    if (param->bounded && integer < param->least) {
        diag_error(e->diag, span, "%s must be at least %lld, this is %lld", param->name, (long long)param->least,
                   (long long)integer);
        return false;
    }
    if (integer > INT32_MAX || integer < -INT32_MAX) {
        diag_error(e->diag, span, "%s must be at %s %s2147483647, this is %lld", param->name,
                   integer < 0 ? "least" : "most", integer < 0 ? "-" : "", (long long)integer);
        return false;
    }
    return true;
}

/* The integers of a list; at most `most` of them. */
static bool list_integers(Elaborator *e, OpId op, const OpParam *param, const List *list, Span span, int64_t *ints)
{
    for (int64_t i = 0; i < list->count; i++) {
        Value item = list_at(list, i);
        if (item.kind != VALUE_INT) {
            diag_error(e->diag, span, "%s's '%s' is made of integers, this list has %s in it", op_name(op), param->name,
                       value_kind_text(item));
            return false;
        }
        if (!check_integer(e, param, item.as.integer, span))
            return false;
        ints[i] = item.as.integer;
    }
    return true;
}

static bool size_from_list(Elaborator *e, OpId op, const OpParam *param, const List *list, Span span, OpArg *arg)
{
    if (list->count != 2) {
        diag_error(e->diag, span, "'%s' has 2 elements, height and width; this has %lld", param->name,
                   (long long)list->count);
        return false;
    }
    return list_integers(e, op, param, list, span, arg->ints);
}

static bool pad_from_list(Elaborator *e, OpId op, const OpParam *param, const List *list, Span span, OpArg *arg)
{
    if (list->count != 2 && list->count != 4) {
        diag_error(e->diag, span, "'%s' is [h, w] or [top, left, bottom, right]; this has %lld element%s", param->name,
                   (long long)list->count, plural(list->count));
        return false;
    }
    if (!list_integers(e, op, param, list, span, arg->ints))
        return false;
    if (list->count == 2) {
        arg->ints[2] = arg->ints[0];
        arg->ints[3] = arg->ints[1];
    }
    return true;
}

static bool ints_from_value(Elaborator *e, OpId op, const OpParam *param, Value value, Span span, OpArg *arg)
{
    if (value.kind == VALUE_INT) {
        if (!check_integer(e, param, value.as.integer, span))
            return false;
    } else if (value.as.list->count > LIMIT_LIST_ITEMS || value.as.list->depth > 1) {
        diag_error(e->diag, span, "%s's '%s' is a list of integers without lists inside", op_name(op), param->name);
        return false;
    } else {
        const List *list = value.as.list;
        int64_t *ints = NEW_ARRAY(e->arena, int64_t, list->count);
        if (!list_integers(e, op, param, list, span, ints))
            return false;
        if (list->count == 0) {
            diag_error(e->diag, span, "%s's '%s' is an empty list", op_name(op), param->name);
            return false;
        }
    }
    return literal_from_value(e, value, span, "a list", &arg->literal);
}

/* The lists one behind another; a list that occurs several times is copied each time, so that there is a limit. */
static bool lists_from_value(Elaborator *e, OpId op, const OpParam *param, const List *list, Span span, OpArg *arg)
{
    if (list->items > LIMIT_LIST_ITEMS) {
        diag_error(e->diag, span, "%s's '%s' has more than %d elements", op_name(op), param->name, LIMIT_LIST_ITEMS);
        return false;
    }
    int64_t *ends = NEW_ARRAY(e->arena, int64_t, list->count), *ints = NEW_ARRAY(e->arena, int64_t, list->items);
    int64_t end = 0;
    for (int64_t i = 0; i < list->count; i++) {
        Value item = list_at(list, i);
        if (item.kind != VALUE_LIST) {
            diag_error(e->diag, span, "%s's '%s' is made of lists, this has %s in it", op_name(op), param->name,
                       value_kind_text(item));
            return false;
        }
        if (!list_integers(e, op, param, item.as.list, span, ints + end))
            return false;
        ends[i] = end += item.as.list->count;
    }
    arg->lists = (IntLists){.count = list->count, .ends = ends, .at = ints};
    return true;
}

/* One integer for all of ints[]. */
static bool same_integers(Elaborator *e, const OpParam *param, int64_t integer, Span span, OpArg *arg)
{
    for (size_t i = 0; i < COUNT_OF(arg->ints); i++)
        arg->ints[i] = integer;
    return check_integer(e, param, integer, span);
}

/* ---- numbers ---- */

static bool number_from_value(Elaborator *e, const OpParam *param, Value value, Span span, OpArg *arg)
{
    arg->number = value_number(value);
    if (isfinite(arg->number))
        return number_fits(e->diag, arg->number, span);
    diag_error(e->diag, span, "%s must be a finite number, this is %s", param->name, value_text(e->arena, value));
    return false;
}

static bool numbers_from_value(Elaborator *e, OpId op, const OpParam *param, Value value, Span span, OpArg *arg)
{
    const char *what = op == OP_constant ? "a tensor" : param->kind == PARAM_WEIGHT ? "a kernel" : "a list";
    if (value_is_number(value) && !number_from_value(e, param, value, span, arg))
        return false;
    return literal_from_value(e, value, span, what, &arg->literal);
}

/* ---- all kinds ---- */

static bool take_word(const OpParam *param, Value value, OpArg *arg)
{
    const char *word = value.kind == VALUE_STRING                      ? value.as.string
                       : value.kind == VALUE_BOOL && value.as.boolean  ? "true"
                       : value.kind == VALUE_BOOL && !value.as.boolean ? "false"
                                                                       : NULL;
    arg->word = word && param->words ? word_index(param->words, word) : -1;
    return arg->word >= 0;
}

static bool convert(Elaborator *e, OpId op, const OpParam *param, Value value, Span span, OpArg *arg)
{
    bool list = value.kind == VALUE_LIST, integer = value.kind == VALUE_INT, number = value_is_number(value);
    if (integer && (param->kind == PARAM_INT || param->kind == PARAM_SIZE || param->kind == PARAM_PAD))
        return same_integers(e, param, value.as.integer, span, arg);
    if (list && param->kind == PARAM_SIZE)
        return size_from_list(e, op, param, value.as.list, span, arg);
    if (list && param->kind == PARAM_PAD)
        return pad_from_list(e, op, param, value.as.list, span, arg);
    if ((list || integer) && param->kind == PARAM_INTS)
        return ints_from_value(e, op, param, value, span, arg);
    if (list && param->kind == PARAM_LISTS)
        return lists_from_value(e, op, param, value.as.list, span, arg);
    if (number && param->kind == PARAM_NUMBER)
        return number_from_value(e, param, value, span, arg);
    if ((list || number) && (param->kind == PARAM_NUMBERS || param->kind == PARAM_WEIGHT))
        return numbers_from_value(e, op, param, value, span, arg);
    if (value.kind == VALUE_TENSOR && param->kind == PARAM_WEIGHT)
        arg->tensor = value.node;
    else if (value.kind == VALUE_BOOL && param->kind == PARAM_BOOL)
        arg->boolean = value.as.boolean;
    else if (value.kind == VALUE_STRING && param->kind == PARAM_STRING)
        arg->string = value.as.string;
    else
        return report_kind(e, op, param, value, span);
    return true;
}

bool arg_from_value(Elaborator *e, OpId op, const OpParam *param, Value value, Span span, OpArg *arg)
{
    *arg = (OpArg){.present = true, .given = true, .span = span, .word = -1, .tensor = NODE_NONE};
    if (value_is_poison(value))
        return false;
    return take_word(param, value, arg) || convert(e, op, param, value, span, arg);
}

/* A fallback is a word, true, false, an integer, a float, or a flat list of them. */
static Value fallback_value(Elaborator *e, const char *text)
{
    if (text[0] == '[') {
        Value items[8];
        int64_t count = 0;
        for (const char *at = text + 1; *at && *at != ']' && count < (int64_t)COUNT_OF(items);) {
            at += strspn(at, " ,");
            size_t length = strcspn(at, ",]");
            items[count++] = fallback_value(e, arena_strndup(e->arena, at, length));
            at += length;
        }
        return value_list(e->arena, items, count);
    }
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return value_bool(text[0] == 't');
    char *end;
    long long integer = strtoll(text, &end, 10);
    if (end != text && *end == '\0')
        return value_int(integer);
    double number = strtod(text, &end);
    if (end != text && *end == '\0')
        return value_float(number);
    return value_string(text);
}

void arg_from_fallback(Elaborator *e, const OpParam *param, Span span, OpArg *arg)
{
    if (!param->fallback) {
        *arg = (OpArg){.span = span, .word = -1, .tensor = NODE_NONE};
        return;
    }
    if (!arg_from_value(e, OP_input, param, fallback_value(e, param->fallback), span, arg))
        BUG("parameter '%s' does not take its own fallback '%s'", param->name, param->fallback);
    arg->given = false;
}
