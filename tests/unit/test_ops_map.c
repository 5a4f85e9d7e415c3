/* test_ops_map.c - element by element ops, softmax and local response normalisation: values from outside, and what
 * happens to NaN, -0 and infinity. */
#include <criterion/criterion.h>
#include <math.h>

#include "ops/lrn.h"
#include "ops/map.h"
#include "ops/softmax.h"
#include "tests/unit/graphs.h"

static bool same(double a, double b, double tolerance)
{
    if (isnan(b) || isinf(b) || tolerance == 0)
        return isnan(b) ? isnan(a) : a == b && signbit(a) == signbit(b);
    return fabs(a - b) <= tolerance * fmax(1, fabs(b));
}

Test(map, one_input)
{
    LeakyReluAttrs slope = {.slope = 0.01};
    const struct {
        OpId op;
        const void *attrs;
        double x, y;
    } rows[] = {
        {OP_relu, NULL, 2.5, 2.5},
        {OP_relu, NULL, -2.5, 0},
        {OP_relu, NULL, -0.0, -0.0},
        {OP_relu, NULL, (double)NAN, (double)NAN},
        {OP_relu, NULL, (double)INFINITY, (double)INFINITY},
        {OP_relu, NULL, -(double)INFINITY, 0},
        {OP_leaky_relu, &slope, 3, 3},
        {OP_leaky_relu, &slope, -3, -0.03},
        {OP_leaky_relu, &slope, (double)NAN, (double)NAN},
        {OP_sigmoid, NULL, 0, 0.5},
        {OP_sigmoid, NULL, 1, 0.7310585786300049},
        {OP_sigmoid, NULL, -1, 0.2689414213699951},
        {OP_sigmoid, NULL, 1e300, 1},
        {OP_sigmoid, NULL, -1e300, 0},
        {OP_sigmoid, NULL, -(double)INFINITY, 0},
        {OP_sigmoid, NULL, (double)NAN, (double)NAN},
        {OP_sigmoid, NULL, -40, 4.248354255291589e-18},
        {OP_tanh, NULL, 0.5, 0.46211715726000975},
        {OP_tanh, NULL, -20, -1},
        {OP_tanh, NULL, (double)INFINITY, 1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Case c = case_new();
        NodeId y = case_unary(&c, rows[i].op, case_input(&c, SHAPE(1, 1)), rows[i].attrs);
        Tensor in = tensor_of(SHAPE(1, 1), &rows[i].x), out = case_eval(&c, y, &in);
        bool exact = op_row(rows[i].op)->tolerance == 0 || rows[i].y == 0;
        cr_expect(same(out.at[0], rows[i].y, exact ? 0 : 1e-15), "%s(%g) is %.17g", op_name(rows[i].op), rows[i].x,
                  out.at[0]);
        tensor_free(&in);
        tensor_free(&out);
        case_free(&c);
    }
}

Test(map, two_inputs)
{
    const double inf = (double)INFINITY, nan = (double)NAN;
    const struct {
        OpId op;
        double a, b, y;
    } rows[] = {
        {OP_add, 1, 2, 3},      {OP_sub, 1, 2, -1},     {OP_mul, 3, -2, -6},     {OP_div, 1, 4, 0.25},
        {OP_div, 1, 0, inf},    {OP_div, 0, 0, nan},    {OP_sub, inf, inf, nan}, {OP_max, 2, 3, 3},
        {OP_max, 3, 2, 3},      {OP_max, nan, 1, nan},  {OP_max, 1, nan, nan},   {OP_min, 2, 3, 2},
        {OP_min, nan, -1, nan}, {OP_min, -1, nan, nan}, {OP_min, -inf, 1, -inf}, {OP_max, -inf, -inf, -inf},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Case c = case_new();
        NodeId a = case_input(&c, SHAPE(1, 1)), b = case_input(&c, SHAPE(1, 1));
        Tensor in[] = {tensor_of(SHAPE(1, 1), &rows[i].a), tensor_of(SHAPE(1, 1), &rows[i].b)};
        Tensor out = case_eval(&c, case_binary(&c, rows[i].op, a, b), in);
        cr_expect(same(out.at[0], rows[i].y, 0), "%s(%g, %g) is %g", op_name(rows[i].op), rows[i].a, rows[i].b,
                  out.at[0]);
        tensor_free(&in[0]);
        tensor_free(&in[1]);
        tensor_free(&out);
        case_free(&c);
    }
}

/* The element of a tensor that is repeated along its axes of length 1. */
static double repeated(const Tensor *tensor, const Shape *result, int64_t i)
{
    int64_t at = 0, size = 1;
    for (int axis = result->rank - 1; axis >= 0; axis--) {
        int64_t index = i % result->dim[axis];
        i /= result->dim[axis];
        if (axis < result->rank - tensor->shape.rank)
            continue;
        int64_t dim = tensor->shape.dim[axis - (result->rank - tensor->shape.rank)];
        at += dim == 1 ? 0 : index * size;
        size *= dim;
    }
    return tensor->at[at];
}

Test(map, repeats_axes_of_length_one)
{
    uint32_t random = 11;
    for (uint32_t seed = 0; seed < 300; seed++) {
        Shape shapes[2] = {{.rank = 1 + (int)(next_random(&random) % 4)}};
        shapes[1].rank = shapes[0].rank;
        for (int axis = 0; axis < shapes[0].rank; axis++) {
            int64_t dim = 1 + next_random(&random) % 4;
            dim = axis == shapes[0].rank - 1 && seed % 5 == 0 ? 300 : dim;
            shapes[0].dim[axis] = next_random(&random) % 3 ? dim : 1;
            shapes[1].dim[axis] = next_random(&random) % 3 ? dim : 1;
        }
        if (seed % 7 == 0)
            shapes[1] = (Shape){0};
        Case c = case_new();
        Tensor in[2] = {tensor_integers(shapes[0], seed), tensor_integers(shapes[1], seed + 1)};
        NodeId a = case_input(&c, shapes[0]);
        NodeId b = seed % 7 ? case_input(&c, shapes[1]) : graph_add_number(c.graph, c.diag, in[1].at[0], NOWHERE);
        Tensor out = case_eval(&c, case_binary(&c, OP_sub, a, b), in);
        for (int64_t i = 0; i < shape_count(&out.shape); i++)
            cr_assert_float_eq(out.at[i], repeated(&in[0], &out.shape, i) - repeated(&in[1], &out.shape, i), 0,
                               "seed %u, element %lld", seed, (long long)i);
        tensor_free(&in[0]);
        tensor_free(&in[1]);
        tensor_free(&out);
        case_free(&c);
    }
}

Test(map, batchnorm_and_normalize)
{
    const double weight[] = {2, -1}, bias[] = {0.5, 1}, mean[] = {1, -2}, variance[] = {4, 0.25};
    static const Shape shapes[] = {{2, {3, 2}}, {4, {2, 2, 3, 5}}, {3, {1, 2, 4}}};
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        Case c = case_new();
        BatchnormAttrs attrs = {.eps = 1e-5};
        NodeId operands[5] = {case_input(&c, shapes[i]), case_literal(&c, SHAPE(2), weight)};
        operands[2] = case_literal(&c, SHAPE(2), bias);
        operands[3] = case_literal(&c, SHAPE(2), mean);
        operands[4] = case_literal(&c, SHAPE(2), variance);
        Tensor in = tensor_integers(shapes[i], 4);
        Tensor out = case_eval(&c, case_add(&c, OP_batchnorm, operands, 5, &attrs), &in);
        NodeId scaled[] = {operands[0], operands[3], operands[4]};
        Tensor plain = case_eval(&c, case_add(&c, OP_normalize, scaled, 3, NULL), &in);
        int64_t inner = shape_count(&in.shape) / in.shape.dim[0] / 2;
        for (int64_t k = 0; k < shape_count(&in.shape); k++) {
            int64_t ch = k / inner % 2;
            double expected = (in.at[k] - mean[ch]) / sqrt(variance[ch] + 1e-5) * weight[ch] + bias[ch];
            cr_expect_float_eq(out.at[k], expected, 1e-12);
            cr_expect_float_eq(plain.at[k], (in.at[k] - mean[ch]) / variance[ch], 1e-12);
        }
        tensor_free(&in);
        tensor_free(&out);
        tensor_free(&plain);
        case_free(&c);
    }
}

/* One slope a channel, or a single one; scale with and without its bias. */
Test(map, prelu_and_scale)
{
    const double weight[] = {0.25, -2}, bias[] = {0.5, -1};
    static const Shape shapes[] = {{2, {3, 2}}, {4, {2, 2, 3, 5}}, {3, {1, 2, 4}}};
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        Case c = case_new();
        NodeId inputs[] = {case_input(&c, shapes[i]), case_literal(&c, SHAPE(2), weight),
                           case_literal(&c, SHAPE(2), bias)};
        NodeId shared[] = {inputs[0], case_literal(&c, SHAPE(1), weight)};
        Tensor in = tensor_integers(shapes[i], 9);
        Tensor results[] = {case_eval(&c, case_add(&c, OP_prelu, inputs, 2, NULL), &in),
                            case_eval(&c, case_add(&c, OP_prelu, shared, 2, NULL), &in),
                            case_eval(&c, case_add(&c, OP_scale, inputs, 3, NULL), &in),
                            case_eval(&c, case_add(&c, OP_scale, inputs, 2, NULL), &in)};
        int64_t inner = shape_count(&in.shape) / in.shape.dim[0] / 2;
        for (int64_t k = 0; k < shape_count(&in.shape); k++) {
            int64_t ch = k / inner % 2;
            double x = in.at[k];
            const double expected[] = {x > 0 ? x : weight[ch] * x, x > 0 ? x : weight[0] * x, x * weight[ch] + bias[ch],
                                       x * weight[ch]};
            for (int r = 0; r < 4; r++)
                cr_expect_eq(results[r].at[k], expected[r], "result %d of %g, channel %d", r, x, (int)ch);
        }
        tensor_free(&in);
        for (int r = 0; r < 4; r++)
            tensor_free(&results[r]);
        case_free(&c);
    }
}

Test(map, pixels_are_bytes_over_255)
{
    Case c = case_new();
    Type type = {.dtype = DT_U8, .shape = SHAPE(1, 3, 1, 2), .layout = {.kind = LAYOUT_INTERLEAVED}};
    NodeId x = graph_add_input(c.graph, "image", type, (Picture){0}, NOWHERE);
    Tensor in = tensor_of(type.shape, (double[]){0, 51, 102, 153, 204, 255});
    Tensor out = case_eval(&c, case_unary(&c, OP_pixels, x, NULL), &in);
    for (int i = 0; i < 6; i++)
        cr_expect_float_eq(out.at[i], i * 0.2, 1e-15);
    tensor_free(&in);
    tensor_free(&out);
    case_free(&c);
}

Test(softmax, along_an_axis)
{
    Case c = case_new();
    NodeId x = case_input(&c, SHAPE(1, 3));
    NodeId y = case_unary(&c, OP_softmax, x, &(SoftmaxAttrs){.axis = 1});
    static const struct {
        double x[3], y[3];
    } rows[] = {
        {{1, 2, 3}, {0.09003057317038046, 0.24472847105479767, 0.6652409557748219}},
        {{1001, 1002, 1003}, {0.09003057317038046, 0.24472847105479767, 0.6652409557748219}},
        {{-1e30, 0, -1e30}, {0, 1, 0}},
        {{7, 7, 7}, {1.0 / 3, 1.0 / 3, 1.0 / 3}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Tensor in = tensor_of(SHAPE(1, 3), rows[i].x), out = case_eval(&c, y, &in);
        for (int k = 0; k < 3; k++)
            cr_expect_float_eq(out.at[k], rows[i].y[k], 1e-15, "row %zu", i);
        tensor_free(&in);
        tensor_free(&out);
    }
    case_free(&c);

    for (int axis = 1; axis < 4; axis++) {
        c = case_new();
        Shape shape = SHAPE(2, 3, 4, 5);
        y = case_unary(&c, OP_softmax, case_input(&c, shape), &(SoftmaxAttrs){.axis = axis});
        Tensor in = tensor_integers(shape, 2), out = case_eval(&c, y, &in);
        int64_t step = axis == 1 ? 20 : axis == 2 ? 5 : 1, run = step * shape.dim[axis];
        for (int64_t i = 0; i < 120; i++) {
            double sum = 0;
            for (int64_t k = 0; k < shape.dim[axis]; k++)
                sum += out.at[i / run * run + i % step + k * step];
            cr_expect_float_eq(sum, 1, 1e-14, "axis %d", axis);
        }
        tensor_free(&in);
        tensor_free(&out);
        case_free(&c);
    }
}

static void normalise(const LrnAttrs *attrs, const double *x, double *y)
{
    Case c = case_new();
    NodeId node = case_unary(&c, OP_lrn, case_input(&c, SHAPE(1, 8, 1, 1)), attrs);
    Tensor in = tensor_of(SHAPE(1, 8, 1, 1), x), out = case_eval(&c, node, &in);
    memcpy(y, out.at, 8 * sizeof(double));
    tensor_free(&in);
    tensor_free(&out);
    case_free(&c);
}

Test(lrn, paper_and_caffe)
{
    static const double x[] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const double paper[] = {0.594291582, 1.187871011, 1.780140394, 2.370418559,
                                   2.958055233, 3.542411517, 4.135271494, 4.730421766};
    static const double caffe[] = {0.999790051, 1.999100472, 2.997527380, 3.994608491,
                                   4.989898861, 5.982956660, 6.981785455, 7.982166495};
    double y[8];
    normalise(&(LrnAttrs){.size = 5, .alpha = 1e-4, .beta = 0.75, .k = 2}, x, y);
    for (int i = 0; i < 8; i++)
        cr_expect_float_eq(y[i], paper[i], 5e-10, "paper, channel %d: %.12g", i, y[i]);
    normalise(&(LrnAttrs){.size = 5, .alpha = 1e-4 / 5, .beta = 0.75, .k = 1}, x, y);
    for (int i = 0; i < 8; i++)
        cr_expect_float_eq(y[i], caffe[i], 5e-10, "caffe, channel %d: %.12g", i, y[i]);
    /* An even size: channels c - 1 to c + 2. */
    normalise(&(LrnAttrs){.size = 4, .alpha = 1, .beta = 1, .k = 0}, x, y);
    cr_expect_float_eq(y[0], 1 / (1. + 4 + 9), 1e-12);
    cr_expect_float_eq(y[3], 4 / (9. + 16 + 25 + 36), 1e-12);
    cr_expect_float_eq(y[7], 8 / (49. + 64), 1e-12);
}
