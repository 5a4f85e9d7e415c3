/* test_fmt.c - formatting keeps the meaning, changes nothing the second time, and gives the layout that is promised.
 *
 * Besides fixed pairs, each text is written with random blanks, line ends and comments between its tokens.
 */
#include <criterion/criterion.h>

#include "syntax/fmt.h"
#include "tests/support/ast_text.h"
#include "tests/support/models.h"

enum { ROUNDS = 150 };

/* The formatted text, or NULL when the text has errors; `tree` receives the text of its syntax tree. */
static char *format(Arena *arena, const char *text, Buf *tree)
{
    Diag diag;
    Buf said = {0}, out = {0};
    diag_init(&diag, arena);
    diag.capture = &said;
    uint32_t source = diag_add_source(&diag, "test.fov", text, strlen(text));
    char *result = fmt_source(arena, &diag, source, &out) ? arena_strdup(arena, buf_text(&out)) : NULL;
    if (result && tree)
        ast_text(tree, parse_file(arena, &diag, source));
    if (!result && tree)
        buf_puts(tree, buf_text(&said));
    buf_free(&said);
    buf_free(&out);
    return result;
}

static void expect_format(const char *text, const char *wanted)
{
    Arena *arena = arena_new();
    Buf said = {0};
    const char *once = format(arena, text, &said);
    cr_assert(once, "%s", buf_text(&said));
    cr_expect_str_eq(once, wanted);
    const char *twice = format(arena, once, NULL);
    cr_expect(twice && !strcmp(once, twice), "the second time:\n%s", twice);
    buf_free(&said);
    arena_free(arena);
}

static const char *const models[] = {
    lenet5,
    resnet,

    "# comments, columns, and what the others lack\n"
    "const modules = [\n"
    "    \"3a\":  [ 64,  96, 128, 16, 32, 32],  # the first\n"
    "    \"10b\": [128, 128, 192, 32, 96, 64]\n"
    "];\n"
    "\n"
    "block inception(x, row) {\n"
    "    c1, r3, c3, r5, c5, proj = row;  # a list taken apart\n"
    "    return concat(x -> conv1x1: conv(c1, 1x1) -> relu,\n"
    "                  x -> reduce3: conv(r3, 1x1) -> relu -> conv3x3: conv(c3, 3x3, pad=1) -> relu,\n"
    "                  # the pooled one\n"
    "                  x -> maxpool(3x3, stride=1, pad=1) -> proj: conv(proj, 1x1) -> relu);\n"
    "}\n"
    "net googlenet(image: u8[3, 224, 224](resize=256), heads = false, classes = 1000) {\n"
    "    x = image -> conv1: conv(192, 7x7, stride=8, pad=3) -> relu -> expect(192x28x28);\n"
    "    for (name, row in modules) {\n"
    "        x = x -> inception{name}b.{0}.1: inception(row, stride = heads && classes == 1000 ? 2 : 1);\n"
    "        if (heads && name == \"3b\") output head = x -> avgpool(global) -> flatten -> aux: fc(classes);\n"
    "        else if (!heads) { y = x -> @a.{1}; z = y[0][1]; }\n"
    "        else x = -x;\n"
    "    }\n"
    "    on device(1)\n"
    "        b = (x -> tower1: lower) + 1;\n"
    "    return logits = x -> avgpool(global) -> flatten -> fc: fc(classes) -> labels(\"imagenet.txt\");\n"
    "}\n",
};

Test(fmt, canonical_text_stays)
{
    for (size_t i = 0; i < COUNT_OF(models); i++)
        expect_format(models[i], models[i]);
}

Test(fmt, blanks_and_lines)
{
    expect_format("", "");
    expect_format("\n\n# only a comment   \n\n\n", "# only a comment\n");
    expect_format("const a=1;const b = [ 1 ,2 , ] ;", "const a = 1;\nconst b = [1, 2,];\n");
    expect_format("const f=-3*-(-x)+!true\n;", "const f = -3 * -(-x) + !true;\n");
    expect_format("net a ( x : f32 [ 1 ] )\n{\n\nreturn x ;\n\n\n}", "net a(x: f32[1]) {\n    return x;\n}\n");
    expect_format("net a(x: f32[1]) { return x; }", "net a(x: f32[1]) { return x; }\n");
    expect_format("net a(x: f32[1]) { y = x; return y; # both\n}",
                  "net a(x: f32[1]) {\n    y = x;\n    return y;  # both\n}\n");
    expect_format("const s = f(a\n, b\n, c = n\n+ 1);",
                  "const s = f(a,\n            b,\n            c = n\n                + 1);\n");
}

Test(fmt, pipelines)
{
    expect_format("const x = a->b ->\n c:d(1)->\n @e;",
                  "const x = a -> b\n            -> c: d(1)\n            -> @e;\n");
    expect_format("const x = a\n->b\n  ->c;", "const x = a\n    -> b\n    -> c;\n");
    expect_format("const x = f(a->b\n->c, (d\n->e));",
                  "const x = f(a -> b\n              -> c, (d\n                         -> e));\n");
}

Test(fmt, branches)
{
    expect_format("block f(x) {\nif (a)\n{\nb=1;\n}\nelse\nb=2;\nfor(i in 0..3)\nfor(j in l) { x=x; }\nreturn x;\n}\n",
                  "block f(x) {\n    if (a) {\n        b = 1;\n    } else\n        b = 2;\n    for (i in 0..3)\n"
                  "        for (j in l) { x = x; }\n    return x;\n}\n");
    expect_format("block f(x) {\nif (a) # why\nb=1;\n# or\nelse { # so\nb=2;\n# done\n}\nreturn x; }\n",
                  "block f(x) {\n    if (a)  # why\n        b = 1;\n    # or\n    else {  # so\n        b = 2;\n"
                  "        # done\n    }\n    return x;\n}\n");
}

Test(fmt, columns)
{
    expect_format("const k = [[1, -10],\n[2.5, 3]];", "const k = [[  1, -10],\n           [2.5,   3]];\n");
    expect_format("const k = [[a, \"bc\"],\n[def, 3]];", "const k = [[a,   \"bc\"],\n           [def, 3]];\n");
    expect_format("const k = [[1, 2],\n[3, 4, 5]];", "const k = [[1, 2],\n           [3, 4, 5]];\n");
    expect_format("const a = 1;        # one\nconst bcd = 2;      # two\nconst e = 3; # three\n",
                  "const a = 1;    # one\nconst bcd = 2;  # two\nconst e = 3;  # three\n");
    expect_format("const x = a -> b      -> c\n         -> defg      -> h\n            -> ij     -> k;",
                  "const x = a -> b    -> c\n            -> defg -> h\n            -> ij   -> k;\n");
}

Test(fmt, refuses_errors)
{
    Arena *arena = arena_new();
    Buf said = {0};
    cr_expect_null(format(arena, "const a = ;", &said));
    cr_expect(strstr(buf_text(&said), "a value is missing after '='"));
    buf_free(&said);
    arena_free(arena);
}

/* ---- random gaps ---- */

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 16;
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Bytes of the token at `text`: words (with dots inside numbers and before label parts left alone), strings, symbols.
 */
static size_t token_length(const char *text)
{
    static const char *const symbols[] = {"->", "..", "==", "!=", "<=", ">=", "<<", ">>", "&&", "||"};
    size_t length = 1;
    if (*text == '"') {
        while (text[length] != '"')
            length++;
        return length + 1;
    }
    for (size_t i = 0; i < COUNT_OF(symbols); i++)
        if (!strncmp(text, symbols[i], 2))
            return 2;
    if (is_word(*text) || (*text == '.' && is_word(text[1])))
        while (is_word(text[length]) || (text[length] == '.' && text[length + 1] >= '0' && text[length + 1] <= '9' &&
                                         *text >= '0' && *text <= '9'))
            length++;
    return length;
}

static void put_gap(Buf *out, uint32_t *state, bool needed)
{
    static const char *const gaps[] = {" ", "  ", "\n", "\n\n\n", "\t", " # note\n", "\n  # own line\n", "      "};
    uint32_t choice = next_random(state) % 24;
    if (choice < COUNT_OF(gaps))
        buf_puts(out, gaps[choice]);
    else if (needed || choice < 12)
        buf_puts(out, " ");
}

static void scatter(Buf *out, const char *text, uint32_t *state)
{
    char last = ' ';
    while (*text) {
        if (*text == '#') {
            text += strcspn(text, "\n");
        } else if (*text == ' ' || *text == '\n') {
            text++;
        } else {
            size_t length = token_length(text);
            put_gap(out, state,
                    is_word(last) || is_word(*text) || last == '.' || last == '-' || last == '!' || last == '<' ||
                        last == '>' || last == '=' || *text == '=');
            buf_bytes(out, text, length);
            last = text[length - 1];
            text += length;
        }
    }
    buf_puts(out, "\n");
}

static size_t count_comments(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == '#';
    return count;
}

Test(fmt, random_gaps)
{
    uint32_t state = 1;
    for (int round = 0; round < ROUNDS; round++) {
        Arena *arena = arena_new();
        const char *model = models[round % (int)COUNT_OF(models)];
        Buf scattered = {0}, wanted = {0}, tree = {0}, again = {0};
        cr_assert(format(arena, model, &wanted));
        scatter(&scattered, model, &state);
        const char *once = format(arena, buf_text(&scattered), &tree);
        cr_assert(once, "round %d:\n%s\n%s", round, buf_text(&tree), buf_text(&scattered));
        cr_assert_str_eq(buf_text(&tree), buf_text(&wanted), "round %d reads differently", round);
        const char *twice = format(arena, once, &again);
        cr_assert(twice && !strcmp(once, twice), "round %d: once\n%s\ntwice\n%s", round, once, twice);
        cr_assert_str_eq(buf_text(&again), buf_text(&wanted), "round %d means something else formatted", round);
        cr_assert_eq(count_comments(once), count_comments(buf_text(&scattered)), "round %d lost a comment", round);
        buf_free(&scattered);
        buf_free(&wanted);
        buf_free(&tree);
        buf_free(&again);
        arena_free(arena);
    }
}
