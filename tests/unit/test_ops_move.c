/* test_ops_move.c - operations that move elements: known answers, and attributes that do not fit. */
#include <criterion/criterion.h>

#include "ops/pad.h"
#include "ops/shuffle.h"
#include "ops/slice.h"
#include "ops/squeeze.h"
#include "ops/transpose.h"
#include "tests/support/model.h"
#include "tests/unit/graphs.h"

enum { MOST = 48 };

/* x is 0, 1, 2, ...; the answers are those of ONNX Runtime 1.32 with the operator of that name, or where it has none
 * (channel_shuffle, space_to_depth in the other order) of NumPy's reshape and transpose. */
static const struct {
    const char *input, *body, *shape;
    double y[MOST];
} answers[] = {
    {"3, 4, 5", "x -> slice([1, -1], [3, 1], step=[1, -2])", "2x1x5", {35, 36, 37, 38, 39, 55, 56, 57, 58, 59}},
    {"3, 4, 5", "x -> slice(-2, -6, step=-1, axis=2)", "3x4x4", {3,  2,  1,  0,  8,  7,  6,  5,  13, 12, 11, 10,
                                                                 18, 17, 16, 15, 23, 22, 21, 20, 28, 27, 26, 25,
                                                                 33, 32, 31, 30, 38, 37, 36, 35, 43, 42, 41, 40,
                                                                 48, 47, 46, 45, 53, 52, 51, 50, 58, 57, 56, 55}},
    {"2, 3, 4", "x -> transpose([2, 0, 1])", "4x2x3", {0, 4, 8,  12, 16, 20, 1, 5, 9,  13, 17, 21,
                                                       2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23}},
    {"2, 3, 4", "x -> transpose([1, 2, 0])", "3x4x2", {0, 12, 1, 13, 2, 14, 3, 15, 4,  16, 5,  17,
                                                       6, 18, 7, 19, 8, 20, 9, 21, 10, 22, 11, 23}},
    {"8, 2, 1", "x -> depth_to_space(2)", "2x4x2", {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15}},
    {"8, 2, 1", "x -> depth_to_space(2, order=crd)", "2x4x2", {0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15}},
    {"2, 2, 4", "x -> space_to_depth(2)", "8x1x2", {0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15}},
    {"2, 2, 4", "x -> space_to_depth(2, order=crd)", "8x1x2", {0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15}},
    {"6, 1, 2", "x -> channel_shuffle(2)", "6x1x2", {0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11}},
    {"6, 1, 2", "x -> channel_shuffle(3)", "6x1x2", {0, 1, 4, 5, 8, 9, 2, 3, 6, 7, 10, 11}},
    {"1, 3, 3", "x -> pad([1, 0, 0, 2], value=-1.5)", "1x4x5", {-1.5, -1.5, -1.5, -1.5, -1.5, 0, 1, 2, -1.5, -1.5,
                                                                3,    4,    5,    -1.5, -1.5, 6, 7, 8, -1.5, -1.5}},
    {"1, 3, 3", "x -> pad([2, 1], mode=reflect)", "1x7x5", {7, 6, 7, 8, 7, 4, 3, 4, 5, 4, 1, 0, 1, 2, 1, 4, 3, 4,
                                                            5, 4, 7, 6, 7, 8, 7, 4, 3, 4, 5, 4, 1, 0, 1, 2, 1}},
    {"1, 3, 3", "x -> pad([0, 3, 1, 0], mode=edge)", "1x4x6", {0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 4, 5,
                                                               6, 6, 6, 6, 7, 8, 6, 6, 6, 6, 7, 8}},
    {"3, 1, 2", "x -> pad(channels=[2, 1], mode=reflect)", "6x1x2", {4, 5, 2, 3, 0, 1, 2, 3, 4, 5, 2, 3}},
    {"3, 1, 2",
     "x -> pad([0, 1], channels=[1, 0], mode=edge)",
     "4x1x4",
     {0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5}},
    {"3, 1, 2", "x -> pad(channels=[1, 0], value=7)", "4x1x2", {7, 7, 0, 1, 2, 3, 4, 5}},
    {"5, 2", "(x -> split([1, 3, 1]))[0]", "1x2", {0, 1}},
    {"5, 2", "(x -> split([1, 3, 1]))[1]", "3x2", {2, 3, 4, 5, 6, 7}},
    {"5, 2", "(x -> split([1, 3, 1]))[2]", "1x2", {8, 9}},
    {"2, 6", "(x -> split(3, axis=1))[1]", "2x2", {2, 3, 8, 9}},
    {"2, 1, 3, 1", "x -> squeeze", "2x3", {0, 1, 2, 3, 4, 5}},
    {"2, 1, 3, 1", "x -> squeeze(3)", "2x1x3", {0, 1, 2, 3, 4, 5}},
    {"2, 3", "x -> unsqueeze([2, 0])", "1x2x1x3", {0, 1, 2, 3, 4, 5}},
};

static Graph *read_net(Arena *arena, Diag *diag, const char *input, const char *body)
{
    const char *text = arena_printf(arena, "net n(x: f32[%s]) { return y = %s; }\n", input, body);
    Graph *graph = model_read(arena, diag, "case.fov", text, "random:1");
    cr_assert_not_null(graph, "%s", body);
    return graph;
}

Test(move, known_answers)
{
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        Arena *arena = arena_new();
        Diag diag;
        const Graph *graph = read_net(arena, &diag, answers[i].input, answers[i].body);
        Tensor x = tensor_new(&graph_node(graph, graph->inputs.at[0].node)->type.shape), y;
        for (int64_t e = 0; e < shape_count(&x.shape); e++)
            x.at[e] = (double)e;
        eval_graph(graph, &x, &y, NULL, NULL);
        cr_expect_str_eq(shape_text(arena, &y.shape), answers[i].shape, "%s: shape", answers[i].body);
        cr_assert_leq(shape_count(&y.shape), MOST);
        for (int64_t e = 0; e < shape_count(&y.shape); e++)
            cr_expect_eq(y.at[e], answers[i].y[e], "%s: element %lld is %g instead of %g", answers[i].body,
                         (long long)e, y.at[e], answers[i].y[e]);
        tensor_free(&x);
        tensor_free(&y);
        arena_free(arena);
    }
}

/* ---- attributes, as the text of a graph may bring them ---- */

static void expect_error(Case *c, OpId op, NodeId x, const void *attrs, const char *message)
{
    buf_clear(c->messages);
    NodeId id = graph_add(c->graph, c->diag, op, &x, 1, attrs, "", NOWHERE);
    cr_expect(node_is_none(id), "no error: %s", message);
    cr_expect(strstr(buf_text(c->messages), message), "wanted \"%s\", got \"%s\"", message, buf_text(c->messages));
    c->diag->errors = 0;
}

/* Slices of f32[2, 5] along its second axis. */
static void expect_slice_error(Case *c, NodeId x, int64_t begin, int64_t size, int64_t step)
{
    SliceAttrs attrs = {2, {0, begin}, 2, {2, size}, 2, {1, step}};
    expect_error(c, OP_slice, x, &attrs, "are not in a dimension of 5");
}

Test(move, slices_stay_inside)
{
    Case c = case_new();
    NodeId x = case_input(&c, SHAPE(2, 5));
    static const int64_t rows[][3] = {
        {5, 1, 1}, {-1, 1, 1},        {0, 0, 1},         {0, 6, 1},         {3, 3, 1},
        {0, 3, 3}, {1, 3, -1},        {0, 2, INT64_MAX}, {4, 2, INT64_MIN}, {0, INT64_MAX, 1},
        {0, 1, 0}, {INT64_MAX, 1, 1}, {4, 3, -4},        {0, -1, 1},        {INT64_MIN, 5, 1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_slice_error(&c, x, rows[i][0], rows[i][1], rows[i][2]);
    SliceAttrs batch = {2, {1, 0}, 2, {1, 5}, 2, {1, 1}}, few = {1, {0}, 2, {2, 5}, 2, {1, 1}};
    expect_error(&c, OP_slice, x, &batch, "are not in a batch of 2");
    expect_error(&c, OP_slice, x, &few, "one number for each of 2 axes");
    case_free(&c);
}

Test(move, attributes_that_do_not_fit)
{
    Case c = case_new();
    NodeId x = case_input(&c, SHAPE(1, 8, 4, 6)), v = case_input(&c, SHAPE(1, 8));
    expect_error(&c, OP_transpose, x, &(TransposeAttrs){4, {0, 1, 2, 4}}, "8x4x6 has no axis 3");
    expect_error(&c, OP_transpose, x, &(TransposeAttrs){4, {0, 1, 2, 2}}, "axis 1 stands in the order twice");
    expect_error(&c, OP_transpose, x, &(TransposeAttrs){4, {1, 0, 2, 3}}, "the batch stays in front");
    expect_error(&c, OP_transpose, x, &(TransposeAttrs){4, {0, 0, 2, 3}}, "8x4x6 has no axis -1");
    expect_error(&c, OP_transpose, x, &(TransposeAttrs){3, {0, 1, 2}}, "2 axes in order, but 8x4x6 has 3");
    expect_error(&c, OP_depth_to_space, x, &(BlockAttrs){.block = 3}, "8 channels do not make blocks of 3x3 pixels");
    expect_error(&c, OP_depth_to_space, x, &(BlockAttrs){.block = INT64_MAX},
                 "do not make blocks of 9223372036854775807x");
    expect_error(&c, OP_depth_to_space, x, &(BlockAttrs){.block = 0}, "do not make blocks of 0x0 pixels");
    expect_error(&c, OP_depth_to_space, v, &(BlockAttrs){.block = 2}, "takes channels x height x width, this is 8");
    expect_error(&c, OP_space_to_depth, x, &(BlockAttrs){.block = 3}, "blocks of 3x3 do not fill 4x6 pixels");
    expect_error(&c, OP_space_to_depth, x, &(BlockAttrs){.block = -2}, "blocks of -2x-2 do not fill 4x6 pixels");
    expect_error(&c, OP_channel_shuffle, x, &(ChannelShuffleAttrs){3}, "groups=3 does not divide 8 channels");
    expect_error(&c, OP_channel_shuffle, x, &(ChannelShuffleAttrs){0}, "groups=0 does not divide 8 channels");
    expect_error(&c, OP_squeeze, x, &(SqueezeAttrs){1, {2}}, "axis 1 of 8x4x6 is not 1");
    expect_error(&c, OP_squeeze, x, &(SqueezeAttrs){1, {0}}, "8x4x6 has no axis -1");
    expect_error(&c, OP_unsqueeze, x, &(SqueezeAttrs){2, {1, 1}}, "axis 0 is named twice");
    expect_error(&c, OP_unsqueeze, x, &(SqueezeAttrs){3, {1, 2, 3}}, "a tensor has at most 5");
    expect_error(&c, OP_pad, x, &(PadAttrs){.amount = {0, -1, 0, 0}}, "a border is 0 to 1048576 wide, this is -1");
    expect_error(&c, OP_pad, x, &(PadAttrs){.channels = {INT64_MAX, 1}}, "a border is 0 to 1048576 wide");
    expect_error(&c, OP_pad, v, &(PadAttrs){.amount = {0, 1, 0, 0}}, "pad takes channels x height x width, this is 8");
    expect_error(&c, OP_pad, x, &(PadAttrs){.amount = {4, 0, 0, 0}, .mode = PAD_REFLECT},
                 "4 elements cannot be mirrored from height of 4");
    case_free(&c);
}
