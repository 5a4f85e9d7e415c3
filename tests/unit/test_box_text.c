/* test_box_text.c - words of a drawing: what is said of an operation, and that any bytes are safe in DOT and in XML. */
#include <criterion/criterion.h>

#include "report/box_text.h"
#include "tests/support/model.h"

#define X   "\xc3\x97"     /* a multiplication sign */
#define TO  "\xe2\x80\xa6" /* three dots */
#define BAD "\xef\xbf\xbd" /* U+FFFD */

Test(box_text, operations)
{
    static const struct {
        const char *layer, *text;
    } rows[] = {
        {"a: conv(4, 3x3)", "conv 3" X "3"},
        {"a: conv(4, 3x5, stride=2, dilation=[1, 2])", "conv 3" X "5 /2 dilation 1" X "2"},
        {"a: conv(6, 1x1, groups=2)", "conv 1" X "1 groups 2"},
        {"a: conv(6, 3x3, groups=6)", "conv 3" X "3 depthwise"},
        {"a: conv_transpose(6, 2x2, stride=2)", "conv_transpose 2" X "2 stride 2"},
        {"a: conv(2, 3x3, connect=[[0, 1], [2]])", "conv_connect 3" X "3"},
        {"maxpool(3x3, stride=2)", "maxpool 3" X "3 /2"},
        {"maxpool(2x2, stride=[2, 1])", "maxpool 2" X "2 /2" X "1"},
        {"avgpool(global)", "avgpool global"},
        {"leaky_relu(0.1)", "leaky_relu 0.1"},
        {"clamp(0, 6)", "clamp 0" TO "6"},
        {"softmax", "softmax"},
        {"softmax(axis=1)", "softmax axis 2"},
        {"lrn(5)", "lrn over 5"},
        {"pad(1)", "pad"},
        {"pad(1, mode=reflect)", "pad reflect"},
        {"resize(scale=2, mode=bilinear)", "resize bilinear"},
        {"channel_shuffle(3)", "channel_shuffle groups 3"},
        {"depth_to_space(1)", "depth_to_space"},
        {"space_to_depth(2)", "space_to_depth 2"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Arena *arena = arena_new();
        Diag diag;
        Graph *graph = model_read(
            arena, &diag, "n.fov",
            arena_printf(arena, "net n(image: f32[6, 12, 12]) { return image -> %s; }", rows[i].layer), NULL);
        cr_assert(graph, "%s", rows[i].layer);
        const Node *node = graph_node(graph, graph->outputs.at[0].node);
        cr_expect_str_eq(op_text(arena, graph, node), rows[i].text);
        arena_free(arena);
    }
}

/* A number stands behind the operation; one that a tensor is taken from does not. */
Test(box_text, operands)
{
    Arena *arena = arena_new();
    Diag diag;
    Graph *graph = model_read(
        arena, &diag, "n.fov",
        "net n(x: f32[3]) { output a = 2.5 * x; output b = 1 - x; output c = x - 1; return max(x, 0); }", NULL);
    cr_assert(graph);
    const char *const texts[] = {"max 0", "mul 2.5", "sub", "sub 1"};
    for (uint32_t i = 0; i < COUNT_OF(texts); i++)
        cr_expect_str_eq(op_text(arena, graph, graph_node(graph, graph->outputs.at[i].node)), texts[i]);
    arena_free(arena);
}

Test(box_text, shapes)
{
    Arena *arena = arena_new();
    Shape a = SHAPE(1, 64, 56, 56), b = SHAPE(1, 256, 56, 56), list = SHAPE(1, 10), none = {.rank = 1, .dim = {1}};
    cr_expect_str_eq(shapes_text(arena, &a, &a), "64" X "56" X "56");
    cr_expect_str_eq(shapes_text(arena, &a, &b), "64" TO "256" X "56" X "56");
    cr_expect_str_eq(shapes_text(arena, &list, &list), "10");
    cr_expect_str_eq(shapes_text(arena, &none, &none), "a number");
    arena_free(arena);
}

Test(box_text, any_bytes)
{
    static const struct {
        const char *text;
        size_t most;
        const char *html, *quoted;
    } rows[] = {
        {"conv1", 9, "conv1", "conv1"},
        {"<b>&\"'\\", 9, "&lt;b&gt;&amp;&quot;&#39;\\", "&lt;b&gt;&amp;&quot;&#39;\\\\"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9, "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
         "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        /* A control character, a stray byte, an overlong slash, half of a pair, a cut character, no character. */
        {"\n", 9, BAD, BAD},
        {"a\x80z", 9, "a" BAD "z", "a" BAD "z"},
        {"\xc0\xaf", 9, BAD BAD, BAD BAD},
        {"\xed\xa0\x80", 9, BAD BAD BAD, BAD BAD BAD},
        {"\xe2\x82", 9, BAD BAD, BAD BAD},
        {"\xef\xbf\xbf\xf4\x90\x80\x80", 9, BAD BAD BAD BAD BAD BAD BAD, BAD BAD BAD BAD BAD BAD BAD},
        /* Beginning and end of what is too long, in characters. */
        {"abcdefgh", 8, "abcdefgh", "abcdefgh"},
        {"abcdefghi", 8, "abcd" TO "ghi", "abcd" TO "ghi"},
        {"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 5, "\xc3\xa9\xc3\xa9" TO "\xc3\xa9\xc3\xa9",
         "\xc3\xa9\xc3\xa9" TO "\xc3\xa9\xc3\xa9"},
        {"", 5, "", ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Buf html = {0}, quoted = {0};
        put_html(&html, rows[i].text, rows[i].most);
        put_quoted(&quoted, rows[i].text, rows[i].most);
        cr_expect_str_eq(buf_text(&html), rows[i].html, "row %zu", i);
        cr_expect_str_eq(buf_text(&quoted), rows[i].quoted, "row %zu", i);
        buf_free(&html);
        buf_free(&quoted);
    }
}
