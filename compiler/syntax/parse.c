/* parse.c - from a text to its tree: checks that it is UTF-8, then runs scanner and parser (see ast.h). */
#include "fovea.tab.h"
#include "syntax/parser.h"

#define YYSTYPE union SyntaxValue
#define YYLTYPE Span
#include "fovea.lex.h"

/* Bytes of the UTF-8 character at `text`; 0: none starts here. */
static uint32_t utf8_character(const unsigned char *text, uint32_t left)
{
    if (text[0] < 0x80)
        return 1;
    uint32_t bytes = text[0] >= 0xF0 ? 4 : text[0] >= 0xE0 ? 3 : 2;
    if (text[0] < 0xC2 || text[0] > 0xF4 || bytes > left)
        return 0;
    for (uint32_t i = 1; i < bytes; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xF0 && text[1] < 0x90);
    bool surrogate = text[0] == 0xED && text[1] >= 0xA0;
    bool beyond = text[0] == 0xF4 && text[1] >= 0x90;
    return overlong || surrogate || beyond ? 0 : bytes;
}

static bool check_utf8(Diag *diag, uint32_t file)
{
    const Source *source = diag_source(diag, file);
    for (uint32_t i = 0; i < source->length;) {
        uint32_t bytes = utf8_character((const unsigned char *)source->text + i, source->length - i);
        if (!bytes) {
            unsigned byte = (unsigned char)source->text[i];
            diag_error(diag, (Span){file, i, i + 1}, "file is not UTF-8: byte 0x%02x starts no character here", byte);
            return false;
        }
        i += bytes;
    }
    return true;
}

void scan_token(Parser *parser, Token *token)
{
    *token = (Token){0};
    parser->new_line = parser->scanned == 0;
    token->kind = scan_lex(&token->value, &token->span, parser->scanner);
    token->opens_line = parser->new_line;
}

bool scan_open(Parser *parser)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    const Source *source = diag_source(parser->diag, parser->source);
    if (!check_utf8(parser->diag, parser->source))
        return false;
    uint32_t skipped = strncmp(source->text, byte_order_mark, 3) ? 0 : 3;
    parser->text = source->text;
    parser->scanned = skipped;
    if (scan_lex_init_extra(parser, (yyscan_t *)&parser->scanner))
        fatal("out of memory");
    scan__scan_bytes(source->text + skipped, (int)(source->length - skipped), parser->scanner);
    return true;
}

void scan_close(Parser *parser)
{
    scan_lex_destroy(parser->scanner);
}

static void parse(Parser *parser, int start)
{
    if (!scan_open(parser))
        return;
    parser->start = start;
    parser->inserted_before = UINT32_MAX;
    VEC_PUSH(parser->arena, &parser->levels, (Level){.role = LEVEL_FILE});
    if (fov_parse(parser) == 2)
        fatal("out of memory");
    scan_close(parser);
}

SyntaxFile *parse_file(Arena *arena, Diag *diag, uint32_t source)
{
    Parser parser = {.arena = arena, .diag = diag, .source = source, .file = NEW(arena, SyntaxFile)};
    parser.file->source = source;
    parse(&parser, TOKEN_START_FILE);
    return parser.file;
}

Expr *parse_expression(Arena *arena, Diag *diag, uint32_t source)
{
    uint32_t errors = diag->errors;
    Parser parser = {.arena = arena, .diag = diag, .source = source};
    parse(&parser, TOKEN_START_EXPRESSION);
    return diag->errors == errors ? parser.expression : NULL;
}
