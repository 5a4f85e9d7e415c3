/* fmt.c - formats a text: words in, their places, text out (see fmt.h). The steps are in fmt_source. */
#include "syntax/fmt.h"
#include "fovea.tab.h"
#include "syntax/fmt_line.h"

typedef VEC(Word) WordList;

static uint32_t count_characters(const char *text, size_t bytes)
{
    uint32_t count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += ((unsigned char)text[i] & 0xC0) != 0x80;
    return count;
}

static void add_word(Parser *parser, WordList *list, int kind, Span span)
{
    int line, column;
    span_position(parser->diag, span, &line, &column);
    Word word = {.kind = kind,
                 .role = kind ? ROLE_PLAIN : ROLE_COMMENT,
                 .span = span,
                 .width = count_characters(parser->text + span.begin, span.end - span.begin),
                 .source_line = (uint32_t)line,
                 .source_column = (uint32_t)column,
                 .match = NO_WORD,
                 .opener = NO_WORD,
                 .first_arrow = NO_WORD,
                 .aligned = NO_WORD,
                 .level = -1};
    VEC_PUSH(parser->arena, list, word);
}

/* Between two tokens there are blanks and comments only. */
static void add_comments(Parser *parser, WordList *list, uint32_t begin, uint32_t end)
{
    const char *text = parser->text;
    while (begin < end) {
        if (text[begin] != '#') {
            begin++;
            continue;
        }
        uint32_t last = begin;
        while (last < end && text[last] != '\n')
            last++;
        uint32_t next = last;
        while (text[last - 1] == ' ' || text[last - 1] == '\t' || text[last - 1] == '\r')
            last--;
        add_word(parser, list, 0, (Span){parser->source, begin, last});
        begin = next;
    }
}

static Words read_words(Arena *arena, Diag *diag, uint32_t source)
{
    Parser parser = {.arena = arena, .diag = diag, .source = source};
    WordList list = {0};
    if (!scan_open(&parser))
        BUG("a text that was parsed is not UTF-8");
    uint32_t end = parser.scanned;
    for (Token token = {.kind = 1}; token.kind != TOKEN_END; end = token.span.end) {
        scan_token(&parser, &token);
        add_comments(&parser, &list, end, token.span.begin);
        if (token.kind != TOKEN_END)
            add_word(&parser, &list, token.kind, token.span);
    }
    scan_close(&parser);
    return (Words){.arena = arena, .text = parser.text, .at = list.at, .count = list.count};
}

static void write_words(const Words *words, Buf *out)
{
    uint32_t column = 0;
    for (uint32_t i = 0; i < words->count; i++) {
        const Word *word = &words->at[i];
        if (word->breaks && i > 0) {
            buf_puts(out, word->blank ? "\n\n" : "\n");
            column = 0;
        }
        if (word->column > column)
            buf_printf(out, "%*s", (int)(word->column - column), "");
        buf_bytes(out, words->text + word->span.begin, word->span.end - word->span.begin);
        column = word->column + word->width;
    }
    if (words->count)
        buf_puts(out, "\n");
}

bool fmt_source(Arena *arena, Diag *diag, uint32_t source, Buf *out)
{
    uint32_t errors = diag->errors;
    SyntaxFile *file = parse_file(arena, diag, source);
    if (diag->errors > errors)
        return false;
    Words words = read_words(arena, diag, source);
    fmt_roles(&words);
    fmt_breaks(&words, file);
    fmt_spaces(&words);
    fmt_matrices(&words);
    fmt_place(&words);
    write_words(&words, out);
    return true;
}
