/* parse_type.c - types in the IR's text, and the smallest steps of reading. */
#include <math.h>

#include "ir/parse.h"

bool take_symbol(Tokens *tokens, char symbol)
{
    if (tokens->now.kind != TOKEN_SYMBOL || tokens->now.symbol != symbol)
        return false;
    tokens_next(tokens);
    return !tokens->failed;
}

bool want_symbol(Tokens *tokens, char symbol)
{
    if (take_symbol(tokens, symbol))
        return true;
    tokens_fail(tokens, "'%c' is missing", symbol);
    return false;
}

bool take_word(Tokens *tokens, const char *word)
{
    if (tokens->now.kind != TOKEN_NAME || strcmp(tokens->now.text, word) != 0)
        return false;
    tokens_next(tokens);
    return !tokens->failed;
}

bool want_string(Tokens *tokens, const char **text, const char *what)
{
    if (tokens->now.kind != TOKEN_STRING) {
        tokens_fail(tokens, "%s is missing: a text in double quotes", what);
        return false;
    }
    *text = tokens->now.text;
    tokens_next(tokens);
    return !tokens->failed;
}

bool want_integer(Tokens *tokens, int64_t *number, int64_t least, int64_t most, const char *what)
{
    if (tokens->now.kind != TOKEN_NUMBER || !tokens->now.integer) {
        tokens_fail(tokens, "%s is an integer", what);
        return false;
    }
    if (tokens->now.whole < least || tokens->now.whole > most) {
        tokens_fail(tokens, "%s is %lld to %lld, this is %lld", what, (long long)least, (long long)most,
                    (long long)tokens->now.whole);
        return false;
    }
    *number = tokens->now.whole;
    tokens_next(tokens);
    return !tokens->failed;
}

bool want_number(Tokens *tokens, double *number, const char *what)
{
    if (tokens->now.kind != TOKEN_NUMBER) {
        tokens_fail(tokens, "%s is a number", what);
        return false;
    }
    *number = tokens->now.number;
    tokens_next(tokens);
    return !tokens->failed;
}

static bool parse_shape(Tokens *tokens, Shape *shape)
{
    *shape = (Shape){0};
    if (!want_symbol(tokens, '['))
        return false;
    Token open = tokens->now;
    while (!take_symbol(tokens, ']')) {
        if (shape->rank && !want_symbol(tokens, ','))
            return false;
        if (shape->rank == MAX_RANK) {
            tokens_fail(tokens, "a shape has at most %d axes", MAX_RANK);
            return false;
        }
        if (!want_integer(tokens, &shape->dim[shape->rank], 1, LIMIT_DIMENSION, "a dimension"))
            return false;
        shape->rank++;
    }
    if (!shape_fits(shape)) {
        tokens->now.span = span_join(open.span, tokens->now.span);
        tokens_fail(tokens, "a shape has at most %lld elements", (long long)LIMIT_ELEMENTS);
        return false;
    }
    return true;
}

/* "blocked8": the kind, and the block's width behind it. */
static bool parse_layout_name(Tokens *tokens, Layout *layout)
{
    const char *text = tokens->now.kind == TOKEN_NAME ? tokens->now.text : "";
    for (int kind = 0; kind < LAYOUT_COUNT; kind++) {
        size_t length = strlen(layout_kind_name((LayoutKind)kind));
        if (strncmp(text, layout_kind_name((LayoutKind)kind), length) != 0)
            continue;
        const char *digits = text + length;
        if (strlen(digits) > 6 || strspn(digits, "0123456789") != strlen(digits))
            break;
        layout->kind = (LayoutKind)kind;
        layout->block = (int32_t)strtol(digits, NULL, 10);
        tokens_next(tokens);
        return !tokens->failed;
    }
    tokens_fail(tokens, "a layout is plain, interleaved, blocked8, panels8 or turned8 (with any width), not '%s'",
                text);
    return false;
}

/* "inputs(16)", behind its word. */
static bool parse_count(Tokens *tokens, int32_t *count, const char *what)
{
    int64_t number;
    if (!want_symbol(tokens, '(') || !want_integer(tokens, &number, 1, INT32_MAX, what))
        return false;
    *count = (int32_t)number;
    return want_symbol(tokens, ')');
}

/* What stands behind a '+'. */
static bool parse_more(Tokens *tokens, Layout *layout)
{
    if (take_word(tokens, "inputs"))
        return parse_count(tokens, &layout->inputs, "a number of inputs");
    if (take_word(tokens, "lanes"))
        return parse_count(tokens, &layout->lanes, "a number of lanes");
    if (!take_word(tokens, "halo")) {
        tokens_fail(tokens, "'halo', 'inputs' or 'lanes' is missing");
        return false;
    }
    for (int side = 0; side < HALO_SIDES; side++) {
        int64_t width;
        if (!want_symbol(tokens, side ? ',' : '(') || !want_integer(tokens, &width, 0, INT32_MAX, "a halo's width"))
            return false;
        layout->halo[side] = (int32_t)width;
    }
    return want_symbol(tokens, ')');
}

bool parse_type(Tokens *tokens, Type *type)
{
    *type = (Type){0};
    while (type->dtype < DT_COUNT && !take_word(tokens, dtype_name(type->dtype)))
        type->dtype++;
    if (type->dtype == DT_COUNT) {
        tokens_fail(tokens, "a type is missing: f32[...], u8[...], f16[...] or bf16[...]");
        return false;
    }
    if (!parse_shape(tokens, &type->shape))
        return false;
    Token before = tokens->now;
    if (!take_symbol(tokens, '@'))
        return !tokens->failed;
    if (!parse_layout_name(tokens, &type->layout))
        return false;
    while (take_symbol(tokens, '+'))
        if (!parse_more(tokens, &type->layout))
            return false;
    const char *misfit = layout_misfit(&type->layout, &type->shape);
    if (misfit && !tokens->failed) {
        tokens->now.span = before.span;
        tokens_fail(tokens, "the layout does not fit: %s", misfit);
    }
    return !tokens->failed;
}
