/* literal.c - numbers, sizes and strings as values, and what can be wrong with a token.
 *
 * A wrong literal is reported and read as something near it (the hexadecimal 0x10 as 16), so that the rest of the
 * text is still checked; the error count keeps the result from being used.
 */
#include "syntax/build.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>

enum { SHOWN = 40 };

static Expr *literal_new(Parser *parser, ExprKind kind, Span span)
{
    Expr *expr = expr_poison(parser, span);
    expr->kind = kind;
    return expr;
}

/* The token's text, shortened in the middle of nowhere when it is very long. */
static const char *spelled(Parser *parser, Span span)
{
    size_t length = span.end - span.begin;
    const char *more = length > SHOWN ? "..." : "";
    return arena_printf(parser->arena, "%.*s%s", (int)MIN(length, (size_t)SHOWN), parser->text + span.begin, more);
}

/* Decimal digits from *text on, which is moved behind them; false when they pass 64 bits. */
static bool read_digits(const char **text, const char *end, int64_t *value)
{
    bool fits = true;
    *value = 0;
    for (; *text < end && isdigit((unsigned char)**text); ++*text) {
        int digit = **text - '0';
        if (*value > (INT64_MAX - digit) / 10)
            fits = false;
        else
            *value = *value * 10 + digit;
    }
    return fits;
}

static void report_large(Parser *parser, Span span)
{
    diag_error(parser->diag, span, "'%s' does not fit in 64 bits", spelled(parser, span));
    diag_hint(parser->diag, "the largest integer is 9223372036854775807");
}

Expr *literal_int(Parser *parser, Span span)
{
    Expr *expr = literal_new(parser, EXPR_INT, span);
    const char *text = parser->text + span.begin;
    if (!read_digits(&text, parser->text + span.end, &expr->as.integer))
        report_large(parser, span);
    return expr;
}

Expr *literal_float(Parser *parser, Span span)
{
    Expr *expr = literal_new(parser, EXPR_FLOAT, span);
    char *text = arena_strndup(parser->arena, parser->text + span.begin, span.end - span.begin);
    expr->as.number = strtod(text, NULL);
    if (!isfinite(expr->as.number)) {
        diag_error(parser->diag, span, "'%s' is too large for a number", spelled(parser, span));
        diag_hint(parser->diag, "the largest is about 1.8e308");
        expr->as.number = 0;
    }
    return expr;
}

/* "0x10", which a C programmer means as 16; false when it is none, or too long to be named. */
static bool hexadecimal(const char *text, size_t length, int64_t *value)
{
    if (length < 3 || length > 17 || text[0] != '0' || text[1] != 'x')
        return false;
    uint64_t bits = 0;
    for (size_t i = 2; i < length; i++) {
        int digit = tolower((unsigned char)text[i]);
        if (!isxdigit(digit))
            return false;
        bits = bits * 16 + (uint64_t)(isdigit(digit) ? digit - '0' : digit - 'a' + 10);
    }
    *value = (int64_t)bits;
    return bits <= INT64_MAX;
}

Expr *literal_size(Parser *parser, Span span)
{
    const char *text = parser->text + span.begin, *end = parser->text + span.end;
    VEC(int64_t) dims = {0};
    bool fits = true;
    for (const char *at = text; at < end; at++) { /* over the 'x' */
        int64_t value;
        fits &= read_digits(&at, end, &value);
        VEC_PUSH(parser->arena, &dims, value);
    }
    if (!fits)
        report_large(parser, span);
    int64_t meant;
    if (dims.count == 2 && hexadecimal(text, (size_t)(end - text), &meant)) {
        diag_error(parser->diag, span, "hexadecimal %s reads as a size of 0 by %lld", spelled(parser, span),
                   (long long)dims.at[1]);
        diag_hint(parser->diag, "write %lld", (long long)meant);
    }
    Expr *expr = literal_new(parser, EXPR_SIZE, span);
    expr->as.size.dims = dims.at;
    expr->as.size.count = dims.count;
    return expr;
}

Expr *literal_bad_number(Parser *parser, Span span)
{
    const char *text = parser->text + span.begin;
    size_t length = span.end - span.begin;
    Expr *expr = literal_new(parser, EXPR_INT, span);
    if (hexadecimal(text, length, &expr->as.integer)) {
        diag_error(parser->diag, span, "there are no hexadecimal numbers such as '%s'", spelled(parser, span));
        diag_hint(parser->diag, "write %lld", (long long)expr->as.integer);
        return expr;
    }
    diag_error(parser->diag, span, "'%s' is neither a number nor a size", spelled(parser, span));
    size_t digits = strspn(text, "0123456789.");
    if (digits + 1 == length && strchr("fFlLuU", text[digits]))
        diag_hint(parser->diag, "numbers have no suffix: %.*s", (int)MIN(digits, (size_t)SHOWN), text);
    else if (memchr(text, 'x', length) || memchr(text, 'X', length))
        diag_hint(parser->diag, "a size is integers with 'x' between: 5x5");
    return expr;
}

/* The character that an escape stands for; 0: there is no such escape. */
static char escaped(char letter)
{
    switch (letter) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case '"':
    case '\\':
        return letter;
    default:
        return 0;
    }
}

Expr *literal_string(Parser *parser, Span span)
{
    const char *text = parser->text;
    Expr *expr = literal_new(parser, EXPR_STRING, span);
    uint32_t end = span.end - 1, length = 0;
    char *string = arena_alloc(parser->arena, end - span.begin + 1);
    expr->as.string = string;
    for (uint32_t i = span.begin + 1; i < end; i++) {
        char letter = text[i];
        if (letter == '\\' && i + 1 < end) {
            letter = escaped(text[++i]);
            uint32_t last = i + 1;
            while (last < end && ((unsigned char)text[last] & 0xC0) == 0x80)
                last++;
            if (!letter) {
                diag_error(parser->diag, (Span){span.file, i - 1, last}, "'%.*s' is no escape", (int)(last - i + 1),
                           text + i - 1);
                diag_hint(parser->diag, "the escapes are \\\" \\\\ \\n \\t");
            }
        } else if ((unsigned char)letter < 0x20 && letter != '\t' && letter != '\r') {
            diag_error(parser->diag, (Span){span.file, i, i + 1}, "a control character (%d) in a string", letter);
            letter = 0;
        }
        if (letter)
            string[length++] = letter;
    }
    return expr;
}

Expr *literal_single_quoted(Parser *parser, Span span)
{
    const char *text = spelled(parser, (Span){span.file, span.begin + 1, span.end - 1});
    diag_error(parser->diag, span, "strings stand in double quotes");
    diag_hint(parser->diag, "\"%s\"", text);
    Expr *expr = literal_new(parser, EXPR_STRING, span);
    expr->as.string = text;
    return expr;
}

void report_unclosed_string(Parser *parser, Span span)
{
    span.end = span.begin + 1;
    diag_error(parser->diag, span, "string runs to the end of the line");
    diag_hint(parser->diag, "close it with '\"'");
}

void report_foreign_letters(Parser *parser, Span span)
{
    diag_error(parser->diag, span, "'%s' is not a name", spelled(parser, span));
    diag_hint(parser->diag, "names are made of the letters a to z, digits and '_'");
}

/* Characters that another language, or a word processor, puts where Fovea has something else. */
static const struct {
    const char *character, *hint;
} strays[] = {
    {"^", "1 << n is a power of two"},
    {"&", "'and' is written '&&'"},
    {"|", "'or' is written '||'"},
    {"'", "strings stand in double quotes: \"same\""},
    {"~", "'not' is written '!'"},
    {"\\", "a line needs nothing at its end to go on"},
    {"\xE2\x80\x9C", "strings stand in plain double quotes: \"same\""},
    {"\xE2\x80\x9D", "strings stand in plain double quotes: \"same\""},
    {"\xE2\x86\x92", "the pipe is written ->"},
    {"\xC3\x97", "a size is written with the letter x: 5x5"},
    {"\xE2\x88\x92", "minus is written -"},
    {"\xE2\x80\x93", "minus is written -"},
    {"\xE2\x89\xA0", "'not equal' is written !="},
    {"\xE2\x89\xA4", "'at most' is written <="},
    {"\xE2\x89\xA5", "'at least' is written >="},
};

void report_stray_character(Parser *parser, Span span)
{
    const char *text = parser->text + span.begin;
    size_t length = span.end - span.begin;
    unsigned char byte = (unsigned char)text[0];
    if (byte < 0x20 || byte == 0x7F) {
        diag_error(parser->diag, span, "stray control character (%d)", byte);
        return;
    }
    diag_error(parser->diag, span, "stray character '%.*s'", (int)length, text);
    for (size_t i = 0; i < COUNT_OF(strays); i++) {
        if (strlen(strays[i].character) == length && !memcmp(strays[i].character, text, length)) {
            diag_hint(parser->diag, "%s", strays[i].hint);
            return;
        }
    }
    if (length > 1)
        diag_hint(parser->diag, "names are made of the letters a to z, digits and '_'");
}

void report_foreign_comment(Parser *parser, Span span)
{
    span.end = span.begin + 2;
    diag_error(parser->diag, span, "comments start with '#', not '%s'", spelled(parser, span));
}
