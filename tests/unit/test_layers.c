/* test_layers.c - what is said of whole nets: the receptive field of the last picture before flatten or global pooling,
 * for nets of which it is known. */
#include <criterion/criterion.h>

#include "report/layers.h"
#include "tests/support/model.h"

/* Layers with weights need labels: " conv(" and " fc(" become " l0: conv(", " l1: fc(" and so on. */
static const char *with_labels(Arena *arena, const char *body)
{
    Buf buf = {0};
    for (int n = 0; *body; body++) {
        buf_printf(&buf, "%c", *body);
        if (*body == ' ' && (!strncmp(body + 1, "conv", 4) || !strncmp(body + 1, "fc(", 3)))
            buf_printf(&buf, "l%d: ", n++);
    }
    const char *text = arena_printf(arena, "%s", buf_text(&buf));
    buf_free(&buf);
    return text;
}

static Layers layers_of_net(Arena *arena, Diag *diag, const char *input, const char *body)
{
    const char *text = arena_printf(arena, "net n(x: f32[%s]) { return y = %s; }\n", input, with_labels(arena, body));
    const Graph *graph = model_read(arena, diag, "case.fov", text, NULL);
    cr_assert_not_null(graph, "%s", body);
    return layers_of(arena, graph);
}

#define VGG_BLOCK(n) " -> conv(1, 3x3, pad=1) -> conv(1, 3x3, pad=1)" n " -> maxpool(2x2)"
#define THIRD        " -> conv(1, 3x3, pad=1)"

Test(layers, field_of_the_answer)
{
    static const struct {
        const char *input, *body;
        int64_t field;
    } rows[] = {
        {"1, 28, 28",
         "x -> conv(6, 5x5, pad=2) -> maxpool(2x2) -> conv(16, 5x5) -> relu -> maxpool(2x2) -> flatten -> fc(120) -> "
         "relu -> fc(10)",
         16},
        /* LeNet-5 of 1998: C5 is a convolution, although its windows are as large as its input. */
        {"1, 32, 32",
         "x -> conv(6, 5x5) -> avgpool(2x2) -> conv(16, 5x5) -> avgpool(2x2) -> conv(120, 5x5) -> tanh -> flatten -> "
         "fc(84)",
         32},
        {"1, 32, 32", "x -> conv(6, 5x5) -> avgpool(2x2) -> conv(16, 5x5) -> avgpool(2x2) -> conv(120, 5x5) -> squeeze",
         32},
        {"3, 227, 227",
         "x -> conv(4, 11x11, stride=4) -> lrn(5) -> maxpool(3x3, stride=2) -> conv(4, 5x5, pad=2) -> maxpool(3x3, "
         "stride=2) -> conv(4, 3x3, pad=1) -> conv(4, 3x3, pad=1) -> conv(4, 3x3, pad=1) -> maxpool(3x3, stride=2) -> "
         "flatten -> fc(5)",
         195},
        {"3, 224, 224",
         "x" VGG_BLOCK("") VGG_BLOCK("") VGG_BLOCK(THIRD) VGG_BLOCK(THIRD) VGG_BLOCK(THIRD) " -> flatten -> fc(10)",
         212},
        {"1, 16, 16", "x -> conv(4, 3x3, pad=1) -> avgpool(global) -> conv(8, 1) -> relu -> flatten", 3},
        {"1, 16, 16", "x -> conv(4, 3x3, pad=1) -> reduce_mean -> flatten -> softmax", 3},
        {"1, 16, 16", "x -> conv(4, 3x5, pad=1)", 5},
        {"1, 16, 16", "x -> flatten -> fc(10)", 1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Arena *arena = arena_new();
        Diag diag;
        Layers layers = layers_of_net(arena, &diag, rows[i].input, rows[i].body);
        cr_expect(layers.field.known, "%s", rows[i].body);
        int64_t field = MAX(layers.field.size[0], layers.field.size[1]);
        cr_expect_eq(field, rows[i].field, "%s: %lld", rows[i].body, (long long)field);
        arena_free(arena);
    }
}
