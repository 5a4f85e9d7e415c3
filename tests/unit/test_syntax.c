/* test_syntax.c - trees and spans of good texts; limits and hostile texts give one clear error each, and quickly. */
#include <criterion/criterion.h>
#include <time.h>

#include "tests/support/ast_text.h"

typedef struct Case {
    Arena *arena;
    Diag diag;
    Buf said;
    SyntaxFile *file;
    uint32_t source;
} Case;

static Case case_parse(const char *text, size_t length)
{
    Case c = {.arena = arena_new()};
    diag_init(&c.diag, c.arena);
    c.source = diag_add_source(&c.diag, "test.fov", text, length);
    return c;
}

static Case parse_bytes(const char *text, size_t length)
{
    Case c = case_parse(text, length);
    c.diag.capture = &c.said;
    c.file = parse_file(c.arena, &c.diag, c.source);
    diag_finish(&c.diag);
    c.diag.capture = NULL;
    return c;
}

static Case parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static void case_free(Case *c)
{
    buf_free(&c->said);
    arena_free(c->arena);
}

/* ---- trees ---- */

static void expect_expr(const char *text, const char *wanted)
{
    Case c = case_parse(text, strlen(text));
    Buf tree = {0};
    Expr *expr = parse_expression(c.arena, &c.diag, c.source);
    cr_assert(expr, "%s", text);
    ast_expr_text(&tree, expr);
    cr_expect_str_eq(buf_text(&tree), wanted);
    buf_free(&tree);
    case_free(&c);
}

Test(syntax, expressions)
{
    expect_expr("1 + 2 * 3 - 4", "(- (+ 1 (* 2 3)) 4)");
    expect_expr("a || b && c == d", "(|| a (&& b (== c d)))");
    expect_expr("0..n << 2 + 1", "(.. 0 (<< n (+ 2 1)))");
    expect_expr("-x[1][2]", "(- (index (index x 1) 2))");
    expect_expr("!-a * b", "(* (! (- a)) b)");
    expect_expr("(1 + 2) % 3", "(% ~(+ 1 2) 3)");
    expect_expr("a ? b : c ? d : e", "(?: a b (?: c d e))");
    expect_expr("5x5", "5x5");
    expect_expr("1.5e-3", "0.0015f");
    expect_expr("1e2", "100f");
    expect_expr("[1, x -> relu, ]", "(list 1 (pipe x (relu)))");
    expect_expr("[\"3a\": [1], 2: -1,]", "(table \"3a\": (list 1) 2: (- 1))");
    expect_expr("[]", "(list)");
    expect_expr("f(1, pad=same, (same),)", "(call f 1 pad=same ~same)");
    expect_expr("\"a\\n\\t\\\"\\\\\"", "\"a\n\t\"\\\"");
    expect_expr("9223372036854775807", "9223372036854775807");
}

static void expect_file(const char *text, const char *wanted)
{
    Case c = parse(text);
    Buf tree = {0};
    cr_assert_eq(c.diag.errors, 0, "%s", buf_text(&c.said));
    ast_text(&tree, c.file);
    cr_expect_str_eq(buf_text(&tree), wanted);
    buf_free(&tree);
    case_free(&c);
}

Test(syntax, files)
{
    expect_file("import \"a.fov\"; weights \"w\"; const k = 1;", "import a.fov\nweights w\nconst k 1\n");
    expect_file("net a(x: u8[3, n](resize=2), n = 4) { return y = x; output z = x; }",
                "net a (x: u8 3 n resize=2) (n = 4){(return y x)(output z x)}\n");
    expect_file("block f(x) { if (a) if (b) y = 1; else y = 2; }",
                "block f (x){(if - a)(if - b)(assign y 1)else (assign y 2)}\n");
    expect_file("block f(x) { for (i in l) for (k, v in t) {} on device(1) a, b = x; x; }",
                "block f (x){(i - l)(k v t){}(on device 1)(assign a b x)(value - x)}\n");
}

Test(syntax, pipelines_and_labels)
{
    expect_file("const a = x -> relu -> conv1: conv(3, 5x5) -> 0.in.7: f -> {i}b.{j}{k}.z: g(1) -> @a.{1}.2 -> if;",
                "const a (pipe x (relu) (conv1: conv 3 5x5) (0.in.7: f) ({i}b.{j}{k}.z: g 1) (@a.{1}.2) (if))\n");
    expect_file("const a = x + y -> relu;", "const a (pipe (+ x y) (relu))\n");
    expect_file("const a = (x -> relu) -> tanh;", "const a (pipe ~(pipe x (relu)) (tanh))\n");
    expect_file("const a = x + (x -> relu);", "const a (+ x ~(pipe x (relu)))\n");
}

static void expect_span(const Case *c, Span span, const char *wanted)
{
    const char *text = diag_source(&c->diag, c->source)->text;
    cr_expect(span.file == c->source && strlen(wanted) == span.end - span.begin &&
                  !strncmp(text + span.begin, wanted, strlen(wanted)),
              "'%.*s' is not '%s'", (int)(span.end - span.begin), text + span.begin, wanted);
}

Test(syntax, spans)
{
    Case c = parse("const a = (x + 1) * y -> l.{i}: conv(3, pad = 1) -> @b.0;");
    cr_assert_eq(c.diag.errors, 0);
    const Item *item = c.file->items.at[0];
    const Expr *pipe = item->value;
    const Stage *stage = &pipe->as.pipe.stages.at[0];
    expect_span(&c, item->name.span, "a");
    expect_span(&c, pipe->span, "(x + 1) * y -> l.{i}: conv(3, pad = 1) -> @b.0");
    expect_span(&c, pipe->as.pipe.head->span, "(x + 1) * y");
    expect_span(&c, pipe->as.pipe.head->as.operation.op_span, "*");
    expect_span(&c, pipe->as.pipe.head->as.operation.left->span, "(x + 1)");
    expect_span(&c, stage->span, "l.{i}: conv(3, pad = 1)");
    expect_span(&c, stage->label->span, "l.{i}");
    expect_span(&c, stage->label->parts.at[1].span, "{i}");
    expect_span(&c, stage->layer.span, "conv");
    expect_span(&c, stage->arguments.at[1].span, "pad = 1");
    expect_span(&c, stage->arguments.at[1].name.span, "pad");
    expect_span(&c, pipe->as.pipe.stages.at[1].span, "@b.0");
    case_free(&c);
}

Test(syntax, recovery_keeps_what_was_read)
{
    Case c =
        parse("const a = 1;\nconst b = ;\nnet n(x: f32[1]) {\n y = x + ;\n z = x -> relu\n w = x;\n return w;\n}\n");
    Buf tree = {0};
    cr_expect_eq(c.diag.errors, 3, "%s", buf_text(&c.said));
    ast_text(&tree, c.file);
    cr_expect_str_eq(buf_text(&tree),
                     "const a 1\nconst b POISON\nnet n (x: f32 1){(poison y)(poison z)(assign w x)(return - w)}\n");
    buf_free(&tree);
    case_free(&c);
}

Test(syntax, odd_beginnings)
{
    expect_file("", "");
    expect_file("# nothing", "");
    expect_file("\xEF\xBB\xBF"
                "const a = 1;\r\n",
                "const a 1\n");
    Case c = parse_bytes("const a\0 = 1;", 13);
    cr_expect_eq(c.diag.errors, 1, "%s", buf_text(&c.said));
    case_free(&c);
    c = case_parse("", 0);
    c.diag.capture = &c.said;
    cr_expect_null(parse_expression(c.arena, &c.diag, c.source));
    cr_expect_eq(c.diag.errors, 1);
    case_free(&c);
}

/* ---- limits ---- */

static void put_times(Buf *out, const char *text, int times)
{
    for (int i = 0; i < times; i++)
        buf_puts(out, text);
}

/* `head`, `unit` many times, `tail`. */
static char *repeated(const char *head, const char *unit, int times, const char *tail)
{
    Buf text = {0};
    buf_puts(&text, head);
    put_times(&text, unit, times);
    buf_puts(&text, tail);
    return text.text;
}

/* The text is read in under two seconds, with one error that has this sentence; NULL: it is good. */
static void expect_large(char *text, const char *sentence)
{
    clock_t start = clock();
    Case c = parse(text);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    cr_expect(seconds < 2, "%.40s...: %.2f s", text, seconds);
    if (sentence)
        cr_expect(c.diag.errors == 1 && strstr(buf_text(&c.said), sentence), "%.40s...: %u errors\n%s", text,
                  c.diag.errors, buf_text(&c.said));
    else
        cr_expect_eq(c.diag.errors, 0, "%.40s...: %s", text, buf_text(&c.said));
    case_free(&c);
    free(text);
}

Test(syntax, long_is_fine)
{
    expect_large(repeated("const x = 1", "+1", 524288, ";"), NULL);
    expect_large(repeated("const x = f(1", ",1", 524288, ");"), NULL);
    expect_large(repeated("const x = [0: 1", ", 1: -2", 100000, "];"), NULL);
    expect_large(repeated("net a(x: f32[1]) { return x", " -> relu", 100000, "; }"), NULL);
    expect_large(repeated("net a(x: f32[1]) { return x -> a", ".{0}", 100000, ": relu; }"), NULL);
    expect_large(repeated("net a(x: f32[1]) {\n", "    x = x -> c: conv(64, 3x3, pad=1) -> b: batchnorm -> relu;\n",
                          10000, "    return x;\n}\n"),
                 NULL);
    expect_large(repeated("net a(x: f32[1]) {", "if (1) x = -x; else if (2) { x = 1 ? 2 : 3; } ", 20000, "}"), NULL);
    expect_large(repeated("", "block f(x) { return x; }\n", 40000, ""), NULL);
    expect_large(repeated("", "\n", 1000000, ""), NULL);
}

static const char DEEP[] = "nested deeper than 200 levels";

Test(syntax, deep_is_an_error)
{
    expect_large(repeated("const x = ", "(", 100000, "1"), DEEP);
    expect_large(repeated("const x = ", "[", 100000, ""), DEEP);
    expect_large(repeated("const x = ", "f(-[", 100000, ""), DEEP);
    expect_large(repeated("const x = ", "-", 1000000, "1;"), DEEP);
    expect_large(repeated("const x = ", "!", 1000000, "1;"), DEEP);
    expect_large(repeated("const x = a", "[0]", 300000, ";"), DEEP);
    expect_large(repeated("const x = ", "1 ? 2 : ", 100000, "3;"), DEEP);
    expect_large(repeated("const x = ", "1 ? ", 100000, "3;"), DEEP);
    expect_large(repeated("net a(x: f32[1]) ", "{", 100000, ""), DEEP);
    expect_large(repeated("net a(x: f32[1]) { ", "if (1) ", 100000, "x = x; }"), DEEP);
    expect_large(repeated("net a(x: f32[1]) { ", "if (1) x = x; else ", 100000, "x = x; }"), DEEP);
    expect_large(repeated("net a(x: f32[1]) { return x -> a", "{f(x -> a", 100000, ""), DEEP);
}

Test(syntax, nearly_deep_is_fine)
{
    Buf text = {0};
    buf_puts(&text, "const x = ");
    put_times(&text, "(", LIMIT_NESTING);
    buf_puts(&text, "1");
    put_times(&text, ")", LIMIT_NESTING);
    buf_puts(&text, ";");
    expect_large(text.text, NULL);
}

/* Wrong throughout: no matter how many errors, few are shown, and the time stays linear. */
static void expect_swamped(char *text)
{
    clock_t start = clock();
    Case c = parse(text);
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    cr_expect(seconds < 2, "%.40s...: %.2f s", text, seconds);
    cr_expect(c.diag.errors > 0 && c.said.length < 20000, "%.40s...: %zu bytes said", text, c.said.length);
    case_free(&c);
    free(text);
}

Test(syntax, wrong_throughout)
{
    static const char *const units[] = {";",   "/*",   "(;", "x y;\n", "\"", "'",       "^",     "@", "net ", "}",
                                        "\\q", "a.5;", "){", "else ",  "->", "\"\\q\"", "0x1x;", "=", "{;}",  "[:"};
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        expect_swamped(repeated("", units[i], 200000, ""));
        expect_swamped(repeated("net a(x: f32[1]) {\n", units[i], 200000, ""));
    }
}

/* ---- random texts ---- */

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

Test(syntax, random_bytes)
{
    uint32_t state = 7;
    for (int round = 0; round < 2000; round++) {
        char text[200];
        size_t length = next_random(&state) % sizeof text;
        for (size_t i = 0; i < length; i++)
            text[i] = (char)(next_random(&state) % (round % 2 ? 128 : 256));
        Case c = parse_bytes(text, length);
        case_free(&c);
    }
}

Test(syntax, random_tokens)
{
    static const char *const tokens[] = {
        "net",  "block", "const", "import", "weights", "if", "else", "for", "in",    "return", "output", "on",
        "true", "train", "x",     "f",      "conv",    "1",  "2.5",  "5x5", "\"s\"", "->",     "@",      ".",
        ".w",   "..",    ":",     ";",      ",",       "=",  "?",    "||",  "==",    "<",      "+",      "-",
        "*",    "!",     "(",     ")",      "[",       "]",  "{",    "}",   "\n",    "\n",     ";\n"};
    static const char *const lines[] = {"net a(x: f32[1]) {\n", "x = x -> c: conv(3, 3x3);\n", "if (x) {"};
    uint32_t state = 11;
    for (int round = 0; round < 3000; round++) {
        Buf text = {0};
        if (round % 3)
            buf_puts(&text, "net a(x: f32[1]) {\n");
        for (uint32_t left = next_random(&state) % 80; left > 0; left--) {
            size_t i = next_random(&state) % (COUNT_OF(tokens) + COUNT_OF(lines));
            buf_printf(&text, "%s ", i < COUNT_OF(tokens) ? tokens[i] : lines[i - COUNT_OF(tokens)]);
        }
        Case c = parse(buf_text(&text));
        cr_assert(c.diag.errors == 0 || c.said.length > 0);
        case_free(&c);
        buf_free(&text);
    }
}
