/* test_layers.c - what is said of layers and of whole nets: receptive fields that papers and arithmetic give, depth,
 * weights, and rows of folded tables. */
#include <criterion/criterion.h>

#include "report/fold.h"
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

static Layers layers_of_net(Arena *arena, Diag *diag, const char *input, const char *body, const Graph **graph)
{
    const char *text = arena_printf(arena, "net n(x: f32[%s]) { return y = %s; }\n", input, with_labels(arena, body));
    *graph = model_read(arena, diag, "case.fov", text, NULL);
    cr_assert_not_null(*graph, "%s", body);
    return layers_of(arena, *graph);
}

#define VGG_BLOCK(n) " -> conv(1, 3x3, pad=1) -> conv(1, 3x3, pad=1)" n " -> maxpool(2x2)"
#define THIRD        " -> conv(1, 3x3, pad=1)"

Test(layers, field_of_the_answer)
{
    static const struct {
        const char *input, *body;
        int64_t field, depth;
    } rows[] = {
        {"1, 28, 28",
         "x -> conv(6, 5x5, pad=2) -> maxpool(2x2) -> conv(16, 5x5) -> relu -> maxpool(2x2) -> flatten -> fc(120) -> "
         "relu -> fc(84) -> relu -> fc(10)",
         16, 5},
        /* LeNet-5 of 1998: C5 is a convolution, although its windows are as large as its input. */
        {"1, 32, 32",
         "x -> conv(6, 5x5) -> avgpool(2x2) -> conv(16, 5x5) -> avgpool(2x2) -> conv(120, 5x5) -> tanh -> flatten -> "
         "fc(84)",
         32, 4},
        {"1, 32, 32", "x -> conv(6, 5x5) -> avgpool(2x2) -> conv(16, 5x5) -> avgpool(2x2) -> conv(120, 5x5) -> squeeze",
         32, 3},
        {"3, 227, 227",
         "x -> conv(4, 11x11, stride=4) -> lrn(5) -> maxpool(3x3, stride=2) -> conv(4, 5x5, pad=2) -> maxpool(3x3, "
         "stride=2) -> conv(4, 3x3, pad=1) -> conv(4, 3x3, pad=1) -> conv(4, 3x3, pad=1) -> maxpool(3x3, stride=2) -> "
         "flatten -> fc(5)",
         195, 6},
        {"3, 224, 224",
         "x" VGG_BLOCK("") VGG_BLOCK("") VGG_BLOCK(THIRD) VGG_BLOCK(THIRD) VGG_BLOCK(THIRD) " -> flatten -> fc(10)",
         212, 14},
        {"1, 16, 16", "x -> conv(4, 3x3, pad=1) -> avgpool(global) -> conv(8, 1) -> relu -> flatten", 3, 2},
        {"1, 16, 16", "x -> conv(4, 3x3, pad=1) -> reduce_mean -> flatten -> softmax", 3, 1},
        {"1, 16, 16", "x -> conv(4, 3x5, pad=1)", 5, 1},
        {"1, 16, 16", "x -> flatten -> fc(10)", 1, 1},
        {"1, 16, 16", "x -> conv(4, 3x3, pad=1) -> argmax", 3, 1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Arena *arena = arena_new();
        Diag diag;
        const Graph *graph;
        Layers layers = layers_of_net(arena, &diag, rows[i].input, rows[i].body, &graph);
        cr_expect(layers.has_field, "%s", rows[i].body);
        int64_t field = MAX(layers.field[0], layers.field[1]);
        cr_expect_eq(field, rows[i].field, "%s: field %lld", rows[i].body, (long long)field);
        cr_expect_eq(layers.depth, rows[i].depth, "%s: depth %lld", rows[i].body, (long long)layers.depth);
        arena_free(arena);
    }
}

/* Of the last layer, along the width. */
Test(layers, fields)
{
    enum { ALL = -1 };
    static const struct {
        const char *body;
        int64_t size;
        double jump;
        int64_t offset;
    } rows[] = {
        {"x -> conv(1, 3x3, pad=1)", 3, 1, -1},
        {"x -> conv(1, 3x3, dilation=2)", 5, 1, 0},
        {"x -> conv(1, 3x3, stride=2, pad=1) -> conv(1, 3x3, pad=1)", 7, 2, -3},
        {"x -> conv(1, 3x3, stride=4) -> conv(1, 3x3)", 11, 4, 0},
        {"x -> slice(1, 9, step=2, axis=2) -> conv(1, 3x3)", 5, 2, 1},
        {"x -> slice(-1, -9, step=-2, axis=2) -> conv(1, 3x3)", 5, 2, 7},
        {"x -> slice(-1, -9, step=-1, axis=2) -> conv(1, 3x3)", 3, 1, 9},
        {"x -> slice(0, 2) -> conv(1, 3x3)", 3, 1, 0},
        {"x -> pad(2, mode=reflect) -> conv(1, 3x3)", 3, 1, -2},
        {"x -> channel_shuffle(2) -> conv(1, 3x3)", 3, 1, 0},
        {"x -> transpose([0, 1, 2]) -> conv(1, 3x3)", 3, 1, 0},
        {"x -> transpose([1, 0, 2])", 1, 1, 0},
        {"x -> conv(1, 3x5) -> transpose([0, 2, 1])", 5, 1, 0},
        {"x -> conv(1, 3x5) -> transpose([0, 2, 1]) -> conv(1, 3x1)", 7, 1, 0},
        {"x -> space_to_depth(2) -> conv(1, 3x3)", 6, 2, 0},
        {"x -> conv(4, 3x3, stride=4, pad=1) -> depth_to_space(2) -> conv(1, 3x3)", 7, 2, -1},
        {"x -> conv(4, 3x3, pad=1) -> depth_to_space(2) -> conv(1, 3x3)", 4, 0.5, -1},
        {"x -> conv(4, 3x3, pad=1) -> depth_to_space(2) -> conv(1, 2x2)", 4, 0.5, -1},
        /* upscaled, then down again: no place is halfway between pixels */
        {"x -> maxpool(2x2) -> resize(scale=2) -> conv(1, 3x3, pad=1)", 4, 1, -2},
        {"x -> maxpool(2x2) -> resize(scale=2) -> maxpool(2x2)", 2, 2, 0},
        {"x -> maxpool(2x2) -> resize(scale=2, mode=bilinear)", 4, 1, -2},
        {"x -> maxpool(2x2) -> conv_transpose(2, 2x2, stride=2)", 2, 1, 0},
        {"x -> maxpool(2x2) -> conv_transpose(2, 4x4, stride=2, pad=1)", 4, 1, -2},
        {"x -> maxpool(4x4) -> resize(12) -> conv(1, 3x3, pad=1) -> conv(1, 3x3, pad=1)", 8, 1, -4},
        /* branches: from the first pixel to the last one */
        {"x + (x -> conv(4, 3x3, pad=1))", 3, 1, -1},
        {"concat((x -> conv(4, 5x5, pad=2)), (x -> conv(4, 3x3, pad=1)), (x -> maxpool(3x3, stride=1, pad=1)))", 5, 1,
         -2},
        {"(x -> slice(0, 9, axis=2)) + (x -> slice(3, 12, axis=2))", 4, 1, 0},
        {"concat((x -> slice(0, 6, axis=2)), (x -> slice(6, 12, axis=2)), axis=2)", 1, 1, 0},
        {"(x -> slice(0, 6, axis=2) -> slice(0, 6, axis=1)) + (x -> maxpool(2x2))", 7, 2, -5},
        /* what sees everything */
        {"x -> maxpool(global)", ALL, 0, 0},
        {"x -> flatten -> fc(3)", ALL, 0, 0},
        {"x -> softmax(axis=2)", ALL, 0, 0},
        {"x -> reshape([2, 24, 12]) -> conv(1, 3x3)", ALL, 0, 0},
        {"(x -> reduce_mean -> conv(4, 1) -> sigmoid) * x -> conv(1, 3x3)", ALL, 0, 0},
        /* lists have a size, and axes of one place come and go */
        {"x -> conv(1, 3x3) -> flatten", 3, 0, 0},
        {"x -> conv(1, 3x3) -> squeeze", 3, 1, 0},
        {"x -> conv(1, 3x3) -> squeeze -> unsqueeze([0]) -> conv(1, 3x3)", 5, 1, 0},
        {"x -> conv(2, 3x3) -> argmax -> unsqueeze([0])", 3, 1, 0},
        {"x -> conv(2, 12x12) -> flatten -> fc(3)", 12, 0, 0},
        /* as far as is counted */
        {"x -> conv(1, 1, stride=1000000) -> conv(1, 1, stride=1000000) -> conv(1, 1, stride=1000000) -> conv(1, 1, "
         "stride=1000000)",
         1, (double)LIMIT_ELEMENTS, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Arena *arena = arena_new();
        Diag diag;
        const Graph *graph;
        Layers layers = layers_of_net(arena, &diag, "4, 12, 12", rows[i].body, &graph);
        const Field *field = layers.rows.at[layers.rows.count - 1].field;
        cr_expect(field->known, "%s", rows[i].body);
        cr_expect_eq(field_sees_all(field), rows[i].size == ALL, "%s: sees all", rows[i].body);
        if (!field_sees_all(field)) {
            cr_expect_eq(field_size(field, 1), rows[i].size, "%s: field %lld", rows[i].body,
                         (long long)field_size(field, 1));
            cr_expect_eq(field_jump(field, 1), rows[i].jump, "%s: jump %g", rows[i].body, field_jump(field, 1));
            cr_expect_eq(field_offset(field, 1), rows[i].offset, "%s: offset %lld", rows[i].body,
                         (long long)field_offset(field, 1));
        }
        arena_free(arena);
    }
}

/* 32x32x3 to 28x28x6: a convolution has 450 weights, a fully connected layer in its place would have 14,450,688. */
Test(layers, as_dense)
{
    Arena *arena = arena_new();
    Diag diag;
    const Graph *graph;
    Layers layers = layers_of_net(arena, &diag, "3, 32, 32", "x -> conv(6, 5x5) -> relu -> flatten -> fc(10)", &graph);
    const Layer *conv = &layers.rows.at[0], *relu = &layers.rows.at[1], *fc = &layers.rows.at[3];
    cr_expect_eq(conv->parameters, 456);
    cr_expect_eq(conv->weights, 450);
    cr_expect_eq(conv->dense_weights, 14450688);
    cr_expect_eq(relu->dense_weights, 0);
    cr_expect_eq(fc->weights, fc->dense_weights);
    cr_expect_eq(layers.dense_weights, 14450688 + 47040);
    cr_expect_eq(count_sum(INT64_MAX - 1, 2), INT64_MAX);
    arena_free(arena);
}

/* Two stages of five blocks of eight layers; the first block of the first stage has fewer channels to read. Runs stay
 * within a stage. */
static const char deep[] =
    "block unit(x, c, times=2) {\n"
    "    for (i in 0..times) x = x -> c{i}: conv(c, 3x3, pad=1) -> b{i}: batchnorm -> relu -> tanh;\n"
    "    return x;\n"
    "}\n"
    "block stage(x, c) { for (i in 0..5) x = x -> u{i}: unit(c); return x; }\n"
    "net n(x: f32[2, 8, 8]) {\n"
    "    return y = x -> a: stage(3) -> b: stage(3) -> flatten -> out: fc(2);\n"
    "}\n";

Test(layers, folded)
{
    static const struct {
        const char *label, *op;
        uint32_t count;
    } expected[] = {
        {"a.u0", "unit", 8}, {"a.u1 .. u4", "unit x4", 32}, {"b.u0 .. u4", "unit x5", 40}, {"", "flatten", 1},
        {"out", "fc", 1},
    };
    Arena *arena = arena_new();
    Diag diag;
    const Graph *graph = model_read(arena, &diag, "case.fov", deep, NULL);
    cr_assert_not_null(graph);
    Layers layers = layers_of(arena, graph);
    FoldedRows all = fold_layers(arena, graph, &layers, true), rows = fold_layers(arena, graph, &layers, false);
    cr_expect_eq(all.count, 82);
    cr_assert_eq(rows.count, COUNT_OF(expected), "%u rows", rows.count);
    int64_t parameters = 0, macs = 0, bytes = 0;
    for (uint32_t i = 0; i < rows.count; i++) {
        cr_expect_str_eq(rows.at[i].label, expected[i].label);
        cr_expect_str_eq(rows.at[i].op, expected[i].op);
        cr_expect_eq(rows.at[i].count, expected[i].count, "%s: %u layers", expected[i].label, rows.at[i].count);
        parameters += rows.at[i].parameters;
        macs += rows.at[i].macs;
        bytes += rows.at[i].bytes;
    }
    for (uint32_t i = 0; i < all.count; i++)
        bytes -= all.at[i].bytes;
    cr_expect_eq(parameters, layers.parameters, "rows add up to %lld parameters", (long long)parameters);
    cr_expect_eq(macs, layers.macs, "rows add up to %lld multiply-adds", (long long)macs);
    cr_expect_eq(bytes, 0, "rows and layers differ by %lld bytes", (long long)bytes);
    arena_free(arena);
}
