/* test_ops_conv_transpose.c - transposed convolution: answers of ONNX Runtime and PyTorch, and that it is the
 * transpose: the sum of conv(x) * y is the sum of x * conv_transpose(y), whatever the stride, padding, dilation and
 * groups. */
#include <criterion/criterion.h>

#include "tests/unit/graphs.h"

static ConvTransposeAttrs plain_attrs(void)
{
    return (ConvTransposeAttrs){.conv = case_conv_attrs()};
}

static Tensor transpose(const Tensor *x, const Tensor *weight, const double *bias, const ConvTransposeAttrs *attrs)
{
    Case c = case_new();
    NodeId inputs[3] = {case_input(&c, x->shape), case_literal(&c, weight->shape, weight->at)};
    if (bias)
        inputs[2] = case_literal(&c, SHAPE(weight->shape.dim[1] * attrs->conv.groups), bias);
    Tensor result = case_eval(&c, case_add(&c, OP_conv_transpose, inputs, bias ? 3 : 2, attrs), x);
    case_free(&c);
    return result;
}

/* ---- known answers ---- */

static const double upsampled[] = {
    32, 4,   -25, 16, 5,  -21,  -36, 2,  32, -57, -17, -51, -31, -5, 20, -29, -48, 30,
    15, -46, -8,  -8, 15, -127, 6,   -6, 7,  -31, -41, -6,  -6,  17, -5, -8,  25,  -79,
};
static const double grouped[] = {
    1,  1,  1,  1,  1,  17,  -17, -4,  -41, 44,  -9,  9,   -9,  -5,  -35, 1,  1,  1,  1,  1,  -3,  -47, 31,  13,  21,
    -2, -2, -2, -2, -2, 32,  30,  37,  14,  9,   -50, 52,  -28, -16, -10, -2, -2, -2, -2, -2, 42,  32,  -16, -16, 46,
    3,  3,  3,  3,  3,  0,   -11, 9,   -27, 30,  3,   -40, -5,  -17, 38,  3,  3,  3,  3,  3,  -9,  -43, 38,  -21, 38,
    -4, -4, -4, -4, -4, -7,  9,   1,   25,  6,   2,   66,  -11, 28,  6,   -4, -4, -4, -4, -4, -10, 37,  45,  16,  45,
    1,  1,  1,  1,  1,  -3,  -17, 38,  -41, -10, -18, 14,  33,  3,   -4,  1,  1,  1,  1,  1,  33,  55,  -48, -35, 17,
    -2, -2, -2, -2, -2, 12,  8,   63,  58,  -13, 52,  -60, -31, 38,  -24, -2, -2, -2, -2, -2, -24, -10, 43,  18,  -14,
    3,  3,  3,  3,  3,  11,  -13, -17, 55,  -8,  -52, -10, -90, -12, -56, 3,  3,  3,  3,  3,  16,  7,   -32, -1,  -18,
    -4, -4, -4, -4, -4, -28, 20,  20,  -58, -61, -38, 21,  -51, 23,  -33, -4, -4, -4, -4, -4, -25, 2,   -40, 6,   -20,
};
static const double holes[] = {
    -8,  0, -32, 6,   0, 24,  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -24, 0, -24, 19,  0, 22, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    -32, 0, 48,  28,  0, -29, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64,  0, 8,   -40, 0, -5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    32,  0, 48,  -24, 0, -36, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -72, 0, -72, 50,  0, 48, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    80,  0, 16,  -55, 0, -9,  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -40, 0, 8,   25,  0, -5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};

/* onnxruntime 1.32 (ConvTranspose); torch 2.0 (conv_transpose2d) gives the same. x and weight are
 * tensor_integers(shape, seed) and tensor_integers(shape, seed + 1). */
static const struct {
    const char *what;
    Shape x, weight, y;
    uint32_t seed;
    ConvTransposeAttrs attrs;
    const double *bias, *expected;
} known[] = {
    {"3x3, stride 2, the output twice as large",
     {4, {1, 2, 3, 3}},
     {4, {2, 1, 3, 3}},
     {4, {1, 1, 6, 6}},
     11,
     {{{2, 2}, {1, 1, 1, 1}, {1, 1}, 1}, {1, 1}},
     NULL,
     upsampled},
    {"groups, uneven padding, rows that no tap meets",
     {4, {2, 4, 2, 3}},
     {4, {4, 2, 2, 3}},
     {4, {2, 4, 5, 5}},
     21,
     {{{3, 2}, {1, 0, 0, 2}, {2, 1}, 2}, {0, 0}},
     (const double[]){1, -2, 3, -4},
     grouped},
    {"stride and dilation that share a divisor",
     {4, {1, 1, 2, 2}},
     {4, {1, 2, 3, 2}},
     {4, {1, 2, 8, 8}},
     31,
     {{{2, 3}, {0, 0, 0, 0}, {2, 2}, 1}, {1, 2}},
     NULL,
     holes},
};

Test(conv_transpose, known_answers)
{
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        Tensor x = tensor_integers(known[i].x, known[i].seed), w = tensor_integers(known[i].weight, known[i].seed + 1);
        Tensor y = transpose(&x, &w, known[i].bias, &known[i].attrs);
        cr_assert(shape_equal(&y.shape, &known[i].y), "%s: another shape", known[i].what);
        for (int64_t k = 0; k < shape_count(&y.shape); k++)
            cr_expect_float_eq(y.at[k], known[i].expected[k], 0, "%s: element %lld is %g, not %g", known[i].what,
                               (long long)k, y.at[k], known[i].expected[k]);
        tensor_free(&x);
        tensor_free(&w);
        tensor_free(&y);
    }
}

/* ---- the transpose of conv ---- */

static double product_sum(const Tensor *a, const Tensor *b)
{
    double sum = 0;
    for (int64_t i = 0; i < shape_count(&a->shape); i++)
        sum += a->at[i] * b->at[i];
    return sum;
}

static void try_one(const ConvTransposeAttrs *attrs, Shape x_shape, Shape w_shape, uint32_t seed)
{
    Case c = case_new();
    Tensor x = tensor_integers(x_shape, seed), w = tensor_integers(w_shape, seed + 1);
    NodeId inputs[] = {case_input(&c, x_shape), case_literal(&c, w_shape, w.at)};
    Tensor convolved = case_eval(&c, case_add(&c, OP_conv, inputs, 2, &attrs->conv), &x);
    Tensor y = tensor_integers(convolved.shape, seed + 2), back = transpose(&y, &w, NULL, attrs);
    cr_assert(shape_equal(&back.shape, &x_shape), "seed %u: another shape than the input of conv", seed);
    cr_expect_float_eq(product_sum(&convolved, &y), product_sum(&x, &back), 0, "seed %u", seed);
    tensor_free(&x);
    tensor_free(&w);
    tensor_free(&y);
    tensor_free(&back);
    tensor_free(&convolved);
    case_free(&c);
}

Test(conv_transpose, is_the_transpose_of_conv)
{
    uint32_t random = 3;
    for (uint32_t seed = 0; seed < 400; seed++) {
        ConvTransposeAttrs a = plain_attrs();
        a.conv.groups = 1 + next_random(&random) % 3;
        int64_t kernel[2], input[2];
        for (int axis = 0; axis < 2; axis++) {
            a.conv.stride[axis] = 1 + next_random(&random) % 4;
            a.conv.dilation[axis] = 1 + next_random(&random) % 3;
            a.conv.pad[axis] = next_random(&random) % 5;
            a.conv.pad[2 + axis] = next_random(&random) % 5;
            kernel[axis] = 1 + next_random(&random) % 4;
            int64_t extent = a.conv.dilation[axis] * (kernel[axis] - 1) + 1;
            int64_t padding = a.conv.pad[axis] + a.conv.pad[2 + axis];
            input[axis] = MAX(extent - padding, 1) + next_random(&random) % 6;
            a.output_pad[axis] = (input[axis] + padding - extent) % a.conv.stride[axis]; /* what conv leaves over */
        }
        int64_t in = a.conv.groups * (1 + next_random(&random) % 3),
                out = a.conv.groups * (1 + next_random(&random) % 3);
        try_one(&a, SHAPE(1 + seed % 2, in, input[0], input[1]), SHAPE(out, in / a.conv.groups, kernel[0], kernel[1]),
                seed);
    }
}

/* ---- counts and shapes that cannot be ---- */

Test(conv_transpose, multiply_adds_over_input_pixels)
{
    Case c = case_new();
    ConvTransposeAttrs attrs = plain_attrs();
    attrs.conv.stride[0] = attrs.conv.stride[1] = 2;
    attrs.conv.groups = 2;
    NodeId inputs[] = {case_input(&c, SHAPE(1, 64, 28, 28)), case_weight(&c, "w", SHAPE(64, 16, 4, 4))};
    const Node *node = case_node(&c, case_add(&c, OP_conv_transpose, inputs, 2, &attrs));
    cr_expect(shape_equal(&node->type.shape, SHAPE_AT(1, 32, 58, 58)));
    cr_expect_eq(op_conv_transpose.macs(c.graph, node), 64ll * 16 * 16 * 784);
    case_free(&c);
}

static void expect_error(const ConvTransposeAttrs *attrs, Shape weight, const char *message)
{
    Case c = case_new();
    NodeId inputs[] = {case_input(&c, SHAPE(1, 6, 2, 2)), case_weight(&c, "w", weight)};
    NodeId id = graph_add(c.graph, c.diag, OP_conv_transpose, inputs, 2, attrs, "", NOWHERE);
    cr_expect(node_is_none(id), "no error: %s", message);
    cr_expect(strstr(buf_text(c.messages), message), "wanted: %s\ngot: %s", message, buf_text(c.messages));
    case_free(&c);
}

Test(conv_transpose, errors)
{
    static const struct {
        ConvTransposeAttrs attrs;
        Shape weight;
        const char *message;
    } rows[] = {
        {{{{2, 2}, {0}, {1, 1}, 1}, {2, 0}},
         {4, {6, 1, 3, 3}},
         "output_pad must be less than stride (2) or dilation (1)"},
        {{{{2, 2}, {0}, {1, 1}, 1}, {0, -1}}, {4, {6, 1, 3, 3}}, "output_pad must be at least 0, this is -1"},
        {{{{1, 1}, {2, 2, 2, 2}, {1, 1}, 1}, {0, 0}},
         {4, {6, 1, 3, 3}},
         "pad leaves nothing of the output: it would be 0x0"},
        {{{{1, 1}, {0}, {600000, 1}, 1}, {0, 0}},
         {4, {6, 1, 3, 3}},
         "a kernel of 3 with dilation 600000 reaches too far"},
        {{{{0, 1}, {0}, {1, 1}, 1}, {0, 0}}, {4, {6, 1, 3, 3}}, "stride must be at least 1, this is 0"},
        {{{{1, 1}, {0}, {1, 1}, 4}, {0, 0}}, {4, {6, 1, 3, 3}}, "groups=4 does not divide 6 input channels"},
        {{{{1, 1}, {0}, {1, 1}, INT64_MAX}, {0, 0}}, {4, {6, 1, 3, 3}}, "does not divide 6 input channels"},
        {{{{1, 1}, {0}, {1, 1}, INT64_MIN}, {0, 0}}, {4, {6, 1, 3, 3}}, "groups must be at least 1"},
        {{{{1, 1}, {0}, {1, 1}, 1}, {0, 0}}, {4, {3, 1, 3, 3}}, "kernel is for 3 channels, the input has 6"},
        {{{{1, 1}, {0}, {1, 1}, 1}, {0, 0}}, {3, {6, 3, 3}}, "conv_transpose's weight has 4 axes, this is 6x3x3"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_error(&rows[i].attrs, rows[i].weight, rows[i].message);
}
