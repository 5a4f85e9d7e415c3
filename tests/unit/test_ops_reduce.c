/* test_ops_reduce.c - reductions and argmax: numbers of ONNX's own node tests, the definition on random shapes and
 * axes, NaN, and attributes that cannot be. */
#include <criterion/criterion.h>
#include <math.h>

#include "ops/reduce.h"
#include "tests/unit/graphs.h"

static Tensor reduce(OpId op, const ReduceAttrs *attrs, const Tensor *x)
{
    Case c = case_new();
    Tensor y = case_eval(&c, case_unary(&c, op, case_input(&c, x->shape), attrs), x);
    case_free(&c);
    return y;
}

Test(reduce, onnx_examples)
{
    static const double mixed[] = {5, 1, 20, 2, 30, 1, 40, 2, 55, 1, 60, 2};
    static const struct {
        OpId op;
        bool keep;
        double y[6];
    } rows[] = {
        {OP_reduce_mean, true, {12.5, 1.5, 35, 1.5, 57.5, 1.5}},
        {OP_reduce_max, false, {20, 2, 40, 2, 60, 2}},
        {OP_reduce_min, false, {5, 1, 30, 1, 55, 1}},
        {OP_reduce_sum, true, {25, 3, 70, 3, 115, 3}},
        {OP_argmax, false, {1, 1, 1, 1, 1, 1}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ReduceAttrs attrs = {1, {1}, rows[i].keep};
        Tensor x = tensor_of(SHAPE(3, 2, 2), mixed), y = reduce(rows[i].op, &attrs, &x);
        cr_expect(shape_equal(&y.shape, rows[i].keep ? SHAPE_AT(3, 1, 2) : SHAPE_AT(3, 2)), "row %zu", i);
        for (int k = 0; k < 6; k++)
            cr_expect_eq(y.at[k], rows[i].y[k], "row %zu, element %d: %g", i, k, y.at[k]);
        tensor_free(&x);
        tensor_free(&y);
    }
}

/* Element i of the shape, seen from a shape in which the reduced axes have a length of 1. */
static int64_t projected(const ReduceAttrs *attrs, const Shape *shape, int64_t i)
{
    int64_t at = 0, size = 1;
    for (int axis = shape->rank - 1; axis >= 0; axis--) {
        if (!reduces_axis(attrs, axis)) {
            at += i % shape->dim[axis] * size;
            size *= shape->dim[axis];
        }
        i /= shape->dim[axis];
    }
    return at;
}

static double by_definition(OpId op, const ReduceAttrs *attrs, const Tensor *x, int64_t output)
{
    double sum = 0, most = -INFINITY, least = INFINITY, count = 0;
    for (int64_t i = 0; i < shape_count(&x->shape); i++) {
        if (projected(attrs, &x->shape, i) != output)
            continue;
        sum += x->at[i];
        most = x->at[i] > most ? x->at[i] : most;
        least = x->at[i] < least ? x->at[i] : least;
        count++;
    }
    return op == OP_reduce_sum ? sum : op == OP_reduce_mean ? sum / count : op == OP_reduce_max ? most : least;
}

Test(reduce, equals_its_definition)
{
    static const OpId ops[] = {OP_reduce_mean, OP_reduce_sum, OP_reduce_max, OP_reduce_min};
    uint32_t random = 5;
    for (uint32_t seed = 0; seed < 300; seed++) {
        Shape shape = {.rank = 2 + (int)(next_random(&random) % 4)};
        ReduceAttrs attrs = {.keep = next_random(&random) % 2};
        for (int axis = 0; axis < shape.rank; axis++) {
            shape.dim[axis] = 1 + next_random(&random) % 4;
            if (axis > 0 && (next_random(&random) % 2 || (axis + 1 == shape.rank && !attrs.count)))
                attrs.axes[attrs.count++] = axis;
        }
        OpId op = ops[seed % COUNT_OF(ops)];
        Tensor x = tensor_integers(shape, seed), y = reduce(op, &attrs, &x);
        cr_assert_eq(y.shape.rank, attrs.keep ? shape.rank : shape.rank - (int)attrs.count);
        for (int64_t i = 0; i < shape_count(&y.shape); i++)
            cr_assert_float_eq(y.at[i], by_definition(op, &attrs, &x, i), 1e-12, "seed %u, element %lld", seed,
                               (long long)i);
        tensor_free(&x);
        tensor_free(&y);
    }
}

/* As PyTorch and numpy have it: torch.tensor([1, nan, 3, nan]).argmax() is 1, amax() is nan. */
Test(reduce, nan_is_largest_and_smallest)
{
    static const struct {
        double x[4];
        int place;
    } rows[] = {
        {{1, NAN, 3, NAN}, 1}, {{NAN, 1, NAN, 2}, 0}, {{1, 3, 3, 2}, 1},          {{-0.0, 0, -0.0, 0}, 0},
        {{-1, -2, 7, 7}, 2},   {{5, 5, 5, 5}, 0},     {{1, 2, INFINITY, NAN}, 3}, {{-INFINITY, -INFINITY, -1, -1}, 2},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ReduceAttrs attrs = {1, {1}, false};
        Tensor x = tensor_of(SHAPE(1, 4), rows[i].x), place = reduce(OP_argmax, &attrs, &x);
        cr_expect_eq(place.at[0], rows[i].place, "row %zu: %g", i, place.at[0]);
        bool has_nan = false;
        for (int k = 0; k < 4; k++)
            has_nan |= isnan(rows[i].x[k]);
        Tensor most = reduce(OP_reduce_max, &attrs, &x), least = reduce(OP_reduce_min, &attrs, &x);
        cr_expect(!isnan(most.at[0]) == !has_nan && !isnan(least.at[0]) == !has_nan, "row %zu", i);
        tensor_free(&x);
        tensor_free(&place);
        tensor_free(&most);
        tensor_free(&least);
    }
}

Test(reduce, attributes_that_cannot_be)
{
    static const struct {
        OpId op;
        ReduceAttrs attrs;
        const char *message;
    } rows[] = {
        {OP_reduce_mean, {0, {0}, true}, "reduce_mean along 0 axes"},
        {OP_reduce_sum, {1, {0}, true}, "reduce_sum along axis -1, but 2x3x4 has axes 0 to 2"},
        {OP_reduce_max, {1, {4}, true}, "reduce_max along axis 3, but 2x3x4 has axes 0 to 2"},
        {OP_reduce_min, {2, {2, 1}, true}, "reduce_min: axes must ascend"},
        {OP_reduce_min, {2, {2, 2}, true}, "reduce_min: axes must ascend"},
        {OP_argmax, {2, {1, 2}, true}, "argmax along 2 axes"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Case c = case_new();
        NodeId x = case_input(&c, SHAPE(1, 2, 3, 4));
        NodeId y = graph_add(c.graph, c.diag, rows[i].op, &x, 1, &rows[i].attrs, "", NOWHERE);
        cr_expect(node_is_none(y) && strstr(buf_text(c.messages), rows[i].message), "row %zu: %s", i,
                  buf_text(c.messages));
        case_free(&c);
    }
    Case c = case_new();
    NodeId x = case_input(&c, SHAPE(1, (1 << 24) + 1));
    ReduceAttrs attrs = {1, {1}, false};
    cr_expect(node_is_none(graph_add(c.graph, c.diag, OP_argmax, &x, 1, &attrs, "", NOWHERE)));
    cr_expect(strstr(buf_text(c.messages), "argmax along 16777217 elements, at most 16777216"), "%s",
              buf_text(c.messages));
    case_free(&c);
}
