/* test_ops_conv.c - convolution: answers known from outside, and a plain seven-loop sum for every combination of
 * stride, padding, dilation and groups. */
#include <criterion/criterion.h>

#include "tests/unit/graphs.h"

static Tensor convolve(const Tensor *x, Shape weight_shape, const double *weight, const ConvAttrs *attrs)
{
    Case c = case_new();
    NodeId in = case_input(&c, x->shape), w = case_literal(&c, weight_shape, weight);
    NodeId y = case_add(&c, OP_conv, (NodeId[]){in, w}, 2, attrs);
    Tensor result = case_eval(&c, y, x);
    case_free(&c);
    return result;
}

static void expect_values(const Tensor *y, const double *expected, double tolerance, const char *what)
{
    for (int64_t i = 0; i < shape_count(&y->shape); i++)
        cr_expect_float_eq(y->at[i], expected[i], tolerance, "%s: element %lld is %.12g, not %.12g", what, (long long)i,
                           y->at[i], expected[i]);
}

Test(conv, correlates_and_does_not_flip)
{
    double x[12], kernel[] = {1, 2, 3, 4}, flipped[] = {4, 3, 2, 1};
    for (int i = 0; i < 12; i++)
        x[i] = i + 1;
    Tensor in = tensor_of(SHAPE(1, 1, 3, 4), x);
    ConvAttrs attrs = case_conv_attrs();
    Tensor y = convolve(&in, SHAPE(1, 1, 2, 2), kernel, &attrs);
    cr_assert(shape_equal(&y.shape, SHAPE_AT(1, 1, 2, 3)));
    expect_values(&y, (double[]){44, 54, 64, 84, 94, 104}, 0, "correlation");
    tensor_free(&y);
    y = convolve(&in, SHAPE(1, 1, 2, 2), flipped, &attrs);
    expect_values(&y, (double[]){26, 36, 46, 66, 76, 86}, 0, "convolution in the strict sense");
    tensor_free(&y);
    tensor_free(&in);
}

Test(conv, edge_kernel_answers_right_of_bright)
{
    Tensor in = tensor_new(SHAPE_AT(1, 1, 8, 8));
    for (int row = 2; row <= 5; row++)
        for (int column = 2; column <= 5; column++)
            in.at[row * 8 + column] = 1;
    ConvAttrs attrs = case_conv_attrs();
    Tensor y = convolve(&in, SHAPE(1, 1, 1, 2), (double[]){1, -1}, &attrs);
    static const double row3[] = {0, -1, 0, 0, 0, 1, 0};
    int plus = 0, minus = 0;
    for (int i = 0; i < 56; i++) {
        plus += y.at[i] == 1;
        minus += y.at[i] == -1;
        cr_expect(y.at[i] == 0 || y.at[i] == 1 || y.at[i] == -1);
    }
    for (int i = 0; i < 7; i++)
        cr_expect_float_eq(y.at[3 * 7 + i], row3[i], 0);
    cr_expect(plus == 4 && minus == 4);
    tensor_free(&y);
    tensor_free(&in);
}

Test(conv, diagonal_kernel_answers)
{
    static const double kernel[] = {.6, .2, 0, .2, 0, .2, 0, .2, .6};
    static const struct {
        const char *what;
        double patch[9], plain, zero_mean;
    } rows[] = {
        {"constant", {1, 1, 1, 1, 1, 1, 1, 1, 1}, 2.0, 0},
        {"\\ line", {1, 0, 0, 0, 1, 0, 0, 0, 1}, 1.2, 1.2 - 2.0 / 3},
        {"/ line", {0, 0, 1, 0, 1, 0, 1, 0, 0}, 0.0, -2.0 / 3},
        {"horizontal line", {0, 0, 0, 1, 1, 1, 0, 0, 0}, 0.4, 0.4 - 2.0 / 3},
        {"vertical line", {0, 1, 0, 0, 1, 0, 0, 1, 0}, 0.4, 0.4 - 2.0 / 3},
        {"edge along \\", {1, 0, 0, 1, 1, 0, 1, 1, 1}, 1.6, 1.6 - 6 * 2.0 / 9},
        {"edge along /", {1, 1, 1, 1, 1, 0, 1, 0, 0}, 1.0, 1.0 - 6 * 2.0 / 9},
        {"half plane", {1, 1, 1, 1, 1, 1, 0, 0, 0}, 1.2, 1.2 - 6 * 2.0 / 9},
    };
    double centred[9];
    for (int i = 0; i < 9; i++)
        centred[i] = kernel[i] - 2.0 / 9;
    ConvAttrs attrs = case_conv_attrs();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Tensor in = tensor_of(SHAPE(1, 1, 3, 3), rows[i].patch);
        Tensor y = convolve(&in, SHAPE(1, 1, 3, 3), kernel, &attrs);
        expect_values(&y, &rows[i].plain, 1e-6, rows[i].what);
        tensor_free(&y);
        y = convolve(&in, SHAPE(1, 1, 3, 3), centred, &attrs);
        expect_values(&y, &rows[i].zero_mean, 1e-6, rows[i].what);
        tensor_free(&y);
        tensor_free(&in);
    }
}

/* A quarter turn counter-clockwise of an n x n square. */
static void turn(double *to, const double *from, int n)
{
    for (int row = 0; row < n; row++)
        for (int column = 0; column < n; column++)
            to[(n - 1 - column) * n + row] = from[row * n + column];
}

Test(conv, four_turned_kernels_see_every_turn)
{
    enum { K = 5, N = 12 };
    double kernels[4][K * K], picture[N * N] = {0}, turned[N * N], answers[4];
    Tensor seed = tensor_integers(SHAPE(K, K), 5);
    memcpy(kernels[0], seed.at, sizeof kernels[0]);
    for (int i = 1; i < 4; i++)
        turn(kernels[i], kernels[i - 1], K);
    for (int i = 0; i < K * K; i++)
        picture[(3 + i / K) * N + 4 + i % K] = seed.at[i];
    for (int i = 0; i < 4; i++) {
        Case c = case_new();
        NodeId x = case_input(&c, SHAPE(1, 1, N, N)), w = case_literal(&c, SHAPE(4, 1, K, K), kernels[0]);
        ConvAttrs attrs = case_conv_attrs();
        NodeId maps = case_add(&c, OP_conv, (NodeId[]){x, w}, 2, &attrs);
        NodeId best = case_unary(&c, OP_channel_max, maps, &(int64_t){4});
        Tensor in = tensor_of(SHAPE(1, 1, N, N), picture);
        Tensor y = case_eval(&c, best, &in);
        cr_assert(shape_equal(&y.shape, SHAPE_AT(1, 1, 8, 8)));
        answers[i] = y.at[0];
        for (int k = 0; k < 64; k++)
            answers[i] = y.at[k] > answers[i] ? y.at[k] : answers[i];
        cr_expect_float_eq(answers[i], answers[0], 0, "turn %d: %g, %g", i, answers[i], answers[0]);
        tensor_free(&y);
        tensor_free(&in);
        case_free(&c);
        turn(turned, picture, N);
        memcpy(picture, turned, sizeof picture);
    }
    tensor_free(&seed);
}

/* ---- against the definition ---- */

static double element(const Tensor *x, int64_t n, int64_t c, int64_t h, int64_t w)
{
    const int64_t *dim = x->shape.dim;
    return h < 0 || w < 0 || h >= dim[2] || w >= dim[3] ? 0 : x->at[((n * dim[1] + c) * dim[2] + h) * dim[3] + w];
}

static double by_definition(const Tensor *x, const Tensor *w, const ConvAttrs *a, const int64_t *at)
{
    int64_t outputs = w->shape.dim[0] / a->groups, first = at[1] / outputs * w->shape.dim[1];
    double sum = 0;
    for (int64_t i = 0; i < w->shape.dim[1]; i++)
        for (int64_t r = 0; r < w->shape.dim[2]; r++)
            for (int64_t s = 0; s < w->shape.dim[3]; s++)
                sum += element(w, at[1], i, r, s) *
                       element(x, at[0], first + i, at[2] * a->stride[0] + r * a->dilation[0] - a->pad[HALO_TOP],
                               at[3] * a->stride[1] + s * a->dilation[1] - a->pad[HALO_LEFT]);
    return sum;
}

/* Counted window by window. */
static int64_t positions(int64_t length, int64_t before, int64_t after, int64_t extent, int64_t stride)
{
    int64_t count = 0;
    for (int64_t start = -before; start + extent <= length + after; start += stride)
        count++;
    return count;
}

static void try_one(const ConvAttrs *attrs, Shape x_shape, Shape w_shape, uint32_t seed)
{
    Tensor x = tensor_integers(x_shape, seed), w = tensor_integers(w_shape, seed + 1);
    Tensor y = convolve(&x, w_shape, w.at, attrs);
    for (int axis = 0; axis < 2; axis++) {
        int64_t extent = attrs->dilation[axis] * (w_shape.dim[2 + axis] - 1) + 1;
        cr_assert_eq(y.shape.dim[2 + axis], positions(x_shape.dim[2 + axis], attrs->pad[axis], attrs->pad[2 + axis],
                                                      extent, attrs->stride[axis]));
    }
    for (int64_t i = 0; i < shape_count(&y.shape); i++) {
        int64_t at[4], rest = i;
        for (int axis = 3; axis >= 0; axis--) {
            at[axis] = rest % y.shape.dim[axis];
            rest /= y.shape.dim[axis];
        }
        cr_assert_float_eq(y.at[i], by_definition(&x, &w, attrs, at), 0, "seed %u, element %lld", seed, (long long)i);
    }
    tensor_free(&x);
    tensor_free(&w);
    tensor_free(&y);
}

Test(conv, equals_its_definition)
{
    uint32_t random = 7;
    for (uint32_t seed = 0; seed < 400; seed++) {
        ConvAttrs a = case_conv_attrs();
        a.groups = 1 + next_random(&random) % 3;
        int64_t kernel[2], input[2];
        for (int axis = 0; axis < 2; axis++) {
            a.stride[axis] = 1 + next_random(&random) % 3;
            a.dilation[axis] = 1 + next_random(&random) % 3;
            a.pad[axis] = next_random(&random) % 5;
            a.pad[2 + axis] = next_random(&random) % 5;
            kernel[axis] = 1 + next_random(&random) % 4;
            int64_t least = a.dilation[axis] * (kernel[axis] - 1) + 1 - a.pad[axis] - a.pad[2 + axis];
            input[axis] = MAX(least, 1) + next_random(&random) % 6;
        }
        int64_t in = a.groups * (1 + next_random(&random) % 3), out = a.groups * (1 + next_random(&random) % 3);
        try_one(&a, SHAPE(1 + seed % 2, in, input[0], input[1]), SHAPE(out, in / a.groups, kernel[0], kernel[1]), seed);
    }
}

/* ---- counts ---- */

Test(conv, multiply_adds)
{
    static const struct {
        Shape x, w;
        int64_t stride, pad, groups, macs;
        Shape y;
    } rows[] = {
        {{4, {1, 3, 32, 32}}, {4, {6, 3, 5, 5}}, 1, 0, 1, 352800, {4, {1, 6, 28, 28}}},
        {{4, {1, 3, 227, 227}}, {4, {96, 3, 11, 11}}, 4, 0, 1, 105415200, {4, {1, 96, 55, 55}}},
        {{4, {1, 96, 27, 27}}, {4, {256, 48, 5, 5}}, 1, 2, 2, 223948800, {4, {1, 256, 27, 27}}},
        {{4, {1, 384, 13, 13}}, {4, {256, 192, 3, 3}}, 1, 1, 2, 74760192, {4, {1, 256, 13, 13}}},
        {{4, {1, 3, 224, 224}}, {4, {96, 3, 11, 11}}, 4, 0, 1, 101616768, {4, {1, 96, 54, 54}}},
        {{4, {1, 3, 224, 224}}, {4, {96, 3, 11, 11}}, 4, 2, 1, 105415200, {4, {1, 96, 55, 55}}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Case c = case_new();
        ConvAttrs attrs = case_conv_attrs();
        attrs.groups = rows[i].groups;
        attrs.stride[0] = attrs.stride[1] = rows[i].stride;
        for (int side = 0; side < HALO_SIDES; side++)
            attrs.pad[side] = rows[i].pad;
        NodeId inputs[] = {case_input(&c, rows[i].x), case_weight(&c, "w", rows[i].w)};
        const Node *conv = case_node(&c, case_add(&c, OP_conv, inputs, 2, &attrs));
        cr_expect(shape_equal(&conv->type.shape, &rows[i].y), "row %zu", i);
        cr_expect_eq(op_conv.macs(c.graph, conv), rows[i].macs, "row %zu: %lld", i,
                     (long long)op_conv.macs(c.graph, conv));
        case_free(&c);
    }
}

Test(conv, fc_is_a_matrix_times_a_vector)
{
    Case c = case_new();
    NodeId x = case_input(&c, SHAPE(2, 3)), w = case_literal(&c, SHAPE(2, 3), (double[]){1, 2, 3, 4, 5, 6});
    NodeId bias = case_literal(&c, SHAPE(2), (double[]){10, 20});
    NodeId y = case_add(&c, OP_fc, (NodeId[]){x, w, bias}, 3, NULL);
    cr_expect_eq(op_fc.macs(c.graph, case_node(&c, y)), 12);
    Tensor in = tensor_of(SHAPE(2, 3), (double[]){1, 0, -1, 2, 2, 2}), out = case_eval(&c, y, &in);
    expect_values(&out, (double[]){8, 18, 22, 50}, 0, "fc");
    tensor_free(&in);
    tensor_free(&out);
    case_free(&c);
}

/* The codes of LeNet-5's output layer are drawings of +1 and -1; the distance counts what differs, four times. */
Test(conv, rbf_is_a_squared_distance)
{
    Case c = case_new();
    NodeId x = case_input(&c, SHAPE(2, 3)), w = case_literal(&c, SHAPE(2, 3), (double[]){1, -1, 1, -1, -1, -1});
    NodeId y = case_add(&c, OP_rbf, (NodeId[]){x, w}, 2, NULL);
    cr_expect_eq(op_rbf.macs(c.graph, case_node(&c, y)), 12);
    Tensor in = tensor_of(SHAPE(2, 3), (double[]){1, -1, -1, 0.5, 2, 3}), out = case_eval(&c, y, &in);
    expect_values(&out, (double[]){4, 4, 13.25, 27.25}, 0, "rbf");
    tensor_free(&in);
    tensor_free(&out);
    case_free(&c);
}
