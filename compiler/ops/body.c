/* body.c - reading the bodies of MAP rows (see body.h). Recursive descent, loosest first: comparison, sum, product,
 * sign, operand. */
#include "ops/body.h"

#include <ctype.h>

static const struct Word {
    const char *text;
    int operands;
} words[BODY_WORD_COUNT] = {
    [BODY_ADD] = {"+", 2},       [BODY_SUB] = {"-", 2},         [BODY_MUL] = {"*", 2},
    [BODY_DIV] = {"/", 2},       [BODY_NEG] = {"-", 1},         [BODY_EQ] = {"==", 2},
    [BODY_NE] = {"!=", 2},       [BODY_LT] = {"<", 2},          [BODY_GT] = {">", 2},
    [BODY_LE] = {"<=", 2},       [BODY_GE] = {">=", 2},         [BODY_MAX] = {"max", 2},
    [BODY_MIN] = {"min", 2},     [BODY_SELECT] = {"select", 3}, [BODY_EXP] = {"exp", 1},
    [BODY_LOG] = {"log", 1},     [BODY_SQRT] = {"sqrt", 1},     [BODY_TANH] = {"tanh", 1},
    [BODY_ABS] = {"abs", 1},     [BODY_EXPM1] = {"expm1", 1},   [BODY_LOG1P] = {"log1p", 1},
    [BODY_ERFC] = {"erfc", 1},   [BODY_ERF] = {"erf", 1},       [BODY_POW] = {"pow", 2},
    [BODY_MOD] = {"mod", 2},     [BODY_FLOOR] = {"floor", 1},   [BODY_CEIL] = {"ceil", 1},
    [BODY_ROUND] = {"round", 1}, [BODY_TRUNC] = {"trunc", 1},   [BODY_SIN] = {"sin", 1},
    [BODY_COS] = {"cos", 1},     [BODY_TAN] = {"tan", 1},       [BODY_ASIN] = {"asin", 1},
    [BODY_ACOS] = {"acos", 1},   [BODY_ATAN] = {"atan", 1},     [BODY_SINH] = {"sinh", 1},
    [BODY_COSH] = {"cosh", 1},   [BODY_ASINH] = {"asinh", 1},   [BODY_ACOSH] = {"acosh", 1},
    [BODY_ATANH] = {"atanh", 1},
};

typedef struct BodyParser {
    Arena *arena;
    const char *text, *at;
    const BodyNode *local; /* what a name before the body stands for */
} BodyParser;

static void NORETURN fail(const BodyParser *parser, const char *wanted)
{
    BUG("body \"%s\": %s expected at \"%s\"", parser->text, wanted, parser->at);
}

static bool accept(BodyParser *parser, const char *symbol)
{
    while (*parser->at == ' ')
        parser->at++;
    size_t length = strlen(symbol);
    if (strncmp(parser->at, symbol, length) != 0)
        return false;
    parser->at += length;
    return true;
}

static void expect(BodyParser *parser, const char *symbol)
{
    if (!accept(parser, symbol))
        fail(parser, symbol);
}

static BodyNode *word_node(BodyParser *parser, BodyWord word, const BodyNode *first, const BodyNode *second)
{
    BodyNode *node = NEW(parser->arena, BodyNode);
    *node = (BodyNode){.kind = BODY_WORD, .word = word, .child = {first, second}, .child_count = words[word].operands};
    return node;
}

static const BodyNode *parse_comparison(BodyParser *parser);

static const char *read_name(BodyParser *parser)
{
    accept(parser, "");
    const char *begin = parser->at;
    while (isalnum((unsigned char)*parser->at) || *parser->at == '_')
        parser->at++;
    return arena_strndup(parser->arena, begin, (size_t)(parser->at - begin));
}

/* word(a, b), the local name, or an attribute. */
static const BodyNode *parse_name(BodyParser *parser)
{
    BodyNode *node = NEW(parser->arena, BodyNode);
    node->name = read_name(parser);
    if (!accept(parser, "(")) {
        if (parser->local && strcmp(parser->local->name, node->name) == 0)
            return parser->local;
        node->kind = BODY_ATTRIBUTE;
        return node;
    }
    node->kind = BODY_WORD;
    node->word = BODY_WORD_COUNT;
    for (int word = BODY_MAX; word < BODY_WORD_COUNT; word++)
        if (strcmp(words[word].text, node->name) == 0)
            node->word = (BodyWord)word;
    if (node->word == BODY_WORD_COUNT)
        fail(parser, "a known word before");
    node->child_count = words[node->word].operands;
    for (int i = 0; i < node->child_count; i++) {
        if (i)
            expect(parser, ",");
        node->child[i] = parse_comparison(parser);
    }
    expect(parser, ")");
    return node;
}

static const BodyNode *parse_operand(BodyParser *parser)
{
    if (accept(parser, "(")) {
        const BodyNode *inner = parse_comparison(parser);
        expect(parser, ")");
        return inner;
    }
    bool input = accept(parser, "$");
    if (!input && isalpha((unsigned char)*parser->at))
        return parse_name(parser);
    if (!isdigit((unsigned char)*parser->at))
        fail(parser, "an operand");
    char *end;
    BodyNode *node = NEW(parser->arena, BodyNode);
    if (input)
        *node = (BodyNode){.kind = BODY_INPUT, .input = (int)strtol(parser->at, &end, 10)};
    else
        *node = (BodyNode){.kind = BODY_NUMBER, .number = strtod(parser->at, &end)};
    parser->at = end;
    return node;
}

/* A number takes its sign with it. */
static const BodyNode *parse_sign(BodyParser *parser)
{
    if (!accept(parser, "-"))
        return parse_operand(parser);
    bool number = isdigit((unsigned char)*parser->at);
    const BodyNode *operand = parse_sign(parser);
    BodyNode *node = word_node(parser, BODY_NEG, operand, NULL);
    if (number)
        *node = (BodyNode){.kind = BODY_NUMBER, .number = -operand->number};
    return node;
}

static const BodyNode *parse_product(BodyParser *parser)
{
    const BodyNode *left = parse_sign(parser);
    for (;;) {
        if (accept(parser, "*"))
            left = word_node(parser, BODY_MUL, left, parse_sign(parser));
        else if (accept(parser, "/"))
            left = word_node(parser, BODY_DIV, left, parse_sign(parser));
        else
            return left;
    }
}

static const BodyNode *parse_sum(BodyParser *parser)
{
    const BodyNode *left = parse_product(parser);
    for (;;) {
        if (accept(parser, "+"))
            left = word_node(parser, BODY_ADD, left, parse_product(parser));
        else if (accept(parser, "-"))
            left = word_node(parser, BODY_SUB, left, parse_product(parser));
        else
            return left;
    }
}

static const BodyNode *parse_comparison(BodyParser *parser)
{
    static const BodyWord longest_first[] = {BODY_EQ, BODY_NE, BODY_LE, BODY_GE, BODY_LT, BODY_GT};
    const BodyNode *left = parse_sum(parser);
    for (size_t i = 0; i < COUNT_OF(longest_first); i++)
        if (accept(parser, words[longest_first[i]].text))
            return word_node(parser, longest_first[i], left, parse_sum(parser));
    return left;
}

/* "t = exp(-abs($0)); t / (1 + t)" */
static const BodyNode *parse_let(BodyParser *parser)
{
    BodyNode *let = NEW(parser->arena, BodyNode), *local = NEW(parser->arena, BodyNode);
    const char *name = read_name(parser);
    expect(parser, "=");
    const BodyNode *value = parse_comparison(parser);
    expect(parser, ";");
    *local = (BodyNode){.kind = BODY_LOCAL, .name = name, .child = {value}, .child_count = 1};
    parser->local = local;
    *let = (BodyNode){.kind = BODY_LET, .name = name, .child = {value, parse_comparison(parser)}, .child_count = 2};
    return let;
}

const BodyNode *body_parse(Arena *arena, const char *text)
{
    BodyParser parser = {.arena = arena, .text = text, .at = text};
    const BodyNode *body = strchr(text, ';') ? parse_let(&parser) : parse_comparison(&parser);
    accept(&parser, "");
    if (*parser.at)
        fail(&parser, "the end");
    return body;
}

const char *body_word_text(BodyWord word)
{
    return words[word].text;
}

double body_attribute(const Op *op, const void *attrs, const char *name)
{
    for (int i = 0; i < op->attr_count; i++) {
        const OpAttr *attr = &op->attrs[i];
        if (strcmp(attr->name, name) != 0 || attr->count != 1)
            continue;
        const char *field = (const char *)attrs + attr->offset;
        if (attr->kind == ATTR_NUMBER)
            return *(const double *)(const void *)field;
        if (attr->kind == ATTR_INT)
            return (double)*(const int64_t *)(const void *)field;
    }
    BUG("a body names '%s', which its op has not", name);
}
