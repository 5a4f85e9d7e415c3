/* token.c - cuts the IR's text into words (see token.h). Blanks, line ends and comments from '#' separate them. */
#include "ir/token.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>

enum { LONGEST_NUMBER = 63 };

static Span span_to(const Tokens *tokens, const char *begin)
{
    return (Span){tokens->source, (uint32_t)(begin - tokens->begin), (uint32_t)(tokens->at - tokens->begin)};
}

static void stop(Tokens *tokens)
{
    tokens->failed = true;
    tokens->at = tokens->end;
    tokens->now = (Token){.kind = TOKEN_END, .span = tokens->now.span};
}

void tokens_fail(Tokens *tokens, const char *format, ...)
{
    if (tokens->failed)
        return;
    va_list arguments;
    va_start(arguments, format);
    diag_error(tokens->diag, tokens->now.span, "%s", arena_vprintf(tokens->arena, format, arguments));
    va_end(arguments);
    stop(tokens);
}

static void skip_blanks(Tokens *tokens)
{
    for (; tokens->at < tokens->end; tokens->at++) {
        if (*tokens->at == '#')
            while (tokens->at + 1 < tokens->end && tokens->at[1] != '\n')
                tokens->at++;
        else if (!isspace((unsigned char)*tokens->at))
            return;
    }
}

/* One character of a string, an escape resolved; -1 after an unknown escape. */
static int string_byte(Tokens *tokens)
{
    char byte = *tokens->at++;
    if (byte != '\\')
        return (unsigned char)byte;
    char escape = tokens->at < tokens->end ? *tokens->at++ : '\0';
    if (escape == '"' || escape == '\\')
        return escape;
    if (escape == 'n')
        return '\n';
    char digits[3] = {0};
    if (escape == 'x' && tokens->end - tokens->at >= 2) {
        memcpy(digits, tokens->at, 2);
        tokens->at += 2;
    }
    bool hex = isxdigit((unsigned char)digits[0]) && isxdigit((unsigned char)digits[1]);
    return hex ? (int)strtol(digits, NULL, 16) : -1;
}

static void read_string(Tokens *tokens)
{
    const char *begin = tokens->at++;
    Buf text = {0};
    int byte = 1;
    while (tokens->at < tokens->end && *tokens->at != '"' && *tokens->at != '\n' && byte > 0) {
        byte = string_byte(tokens);
        char one = (char)byte;
        buf_bytes(&text, &one, 1);
    }
    bool closed = tokens->at < tokens->end && *tokens->at == '"';
    tokens->at += closed;
    tokens->now.kind = TOKEN_STRING;
    tokens->now.text = arena_strndup(tokens->arena, buf_text(&text), text.length);
    tokens->now.span = span_to(tokens, begin);
    buf_free(&text);
    if (byte <= 0)
        tokens_fail(tokens, "an escape is \\\", \\\\, \\n or \\x and two hexadecimal digits, not zero");
    else if (!closed)
        tokens_fail(tokens, "string runs to the end of the line");
}

static bool in_number(const char *begin, const char *at)
{
    if (isdigit((unsigned char)*at) || *at == '.' || *at == 'e' || *at == 'E')
        return true;
    return (*at == '-' || *at == '+') && (at == begin || at[-1] == 'e' || at[-1] == 'E');
}

static void read_number(Tokens *tokens)
{
    const char *begin = tokens->at;
    char text[LONGEST_NUMBER + 1] = {0};
    bool fraction = false;
    if (*begin == '-' && tokens->end - begin > 3 && strncmp(begin + 1, "inf", 3) == 0) {
        tokens->at += 4;
        tokens->now = (Token){.kind = TOKEN_NUMBER, .number = -INFINITY, .span = span_to(tokens, begin)};
        return;
    }
    while (tokens->at < tokens->end && in_number(begin, tokens->at)) {
        fraction |= !isdigit((unsigned char)*tokens->at) && tokens->at > begin;
        tokens->at++;
    }
    size_t length = (size_t)(tokens->at - begin);
    tokens->now = (Token){.kind = TOKEN_NUMBER, .span = span_to(tokens, begin)};
    if (length > LONGEST_NUMBER) {
        tokens_fail(tokens, "a number of %zu digits", length);
        return;
    }
    memcpy(text, begin, length);
    char *end;
    tokens->now.number = strtod(text, &end);
    if (end == text || *end || !isfinite(tokens->now.number)) {
        tokens_fail(tokens, "'%s' is no number", text);
        return;
    }
    errno = 0;
    tokens->now.whole = fraction ? 0 : strtoll(text, NULL, 10);
    tokens->now.integer = !fraction && errno == 0;
}

static void read_value(Tokens *tokens)
{
    const char *begin = tokens->at++;
    uint64_t value = 0;
    while (tokens->at < tokens->end && isdigit((unsigned char)*tokens->at) && value < UINT32_MAX)
        value = value * 10 + (uint64_t)(*tokens->at++ - '0');
    tokens->now = (Token){.kind = TOKEN_VALUE, .value = (uint32_t)value, .span = span_to(tokens, begin)};
    if (tokens->at == begin + 1 || value >= UINT32_MAX)
        tokens_fail(tokens, "'%%' stands before the number of a node");
}

static void read_name(Tokens *tokens)
{
    const char *begin = tokens->at;
    while (tokens->at < tokens->end && (isalnum((unsigned char)*tokens->at) || *tokens->at == '_'))
        tokens->at++;
    const char *text = arena_strndup(tokens->arena, begin, (size_t)(tokens->at - begin));
    tokens->now = (Token){.kind = TOKEN_NAME, .text = text, .span = span_to(tokens, begin)};
    if (strcmp(text, "inf") == 0 || strcmp(text, "nan") == 0) {
        tokens->now.kind = TOKEN_NUMBER;
        tokens->now.number = text[0] == 'i' ? (double)INFINITY : (double)NAN;
    }
}

void tokens_next(Tokens *tokens)
{
    if (tokens->failed)
        return;
    skip_blanks(tokens);
    tokens->now = (Token){.kind = TOKEN_END, .span = span_to(tokens, tokens->at)};
    if (tokens->at == tokens->end)
        return;
    unsigned char byte = (unsigned char)*tokens->at;
    if (byte == '"') {
        read_string(tokens);
    } else if (byte == '%') {
        read_value(tokens);
    } else if (isdigit(byte) || byte == '-') {
        read_number(tokens);
    } else if (isalpha(byte) || byte == '_') {
        read_name(tokens);
    } else if (byte && strchr("()[],=:@+", byte)) {
        tokens->at++;
        tokens->now = (Token){.kind = TOKEN_SYMBOL, .symbol = (char)byte, .span = span_to(tokens, tokens->at - 1)};
    } else {
        tokens->at++;
        tokens->now.span = span_to(tokens, tokens->at - 1);
        tokens_fail(tokens, isprint(byte) ? "stray character '%c'" : "stray byte %d", byte);
    }
}

void tokens_open(Tokens *tokens, Arena *arena, Diag *diag, uint32_t source)
{
    const Source *text = diag_source(diag, source);
    *tokens = (Tokens){.arena = arena, .diag = diag, .source = source, .begin = text->text, .at = text->text};
    tokens->end = text->text + text->length;
    tokens_next(tokens);
}
