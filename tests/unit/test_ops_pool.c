/* test_ops_pool.c - pooling: output sizes by counting windows, values by their definition, over padding, strides,
 * dilation, rounding and ways to count. */
#include <criterion/criterion.h>
#include <math.h>

#include "ops/pool.h"
#include "tests/unit/graphs.h"

static PoolAttrs square(int64_t size, int64_t stride, int64_t pad, bool ceil)
{
    return (PoolAttrs){.size = {size, size},
                       .stride = {stride, stride},
                       .pad = {pad, pad, pad, pad},
                       .dilation = {1, 1},
                       .ceil = ceil};
}

Test(pool, known_sizes)
{
    static const struct {
        int64_t input, size, stride, pad, floor, ceil;
    } rows[] = {
        {55, 3, 2, 0, 27, 27}, {27, 3, 2, 0, 13, 13}, {13, 3, 2, 0, 6, 6}, {112, 3, 2, 0, 55, 56},
        {28, 3, 2, 0, 13, 14}, {7, 2, 2, 0, 3, 4},    {6, 2, 2, 0, 3, 3},  {112, 3, 2, 1, 56, 57},
        {5, 2, 3, 1, 2, 2},    {4, 3, 3, 1, 2, 2},    {1, 1, 1, 0, 1, 1},  {5, 2, 4, 0, 1, 2},
        {5, 1, 4, 0, 2, 2},    {4, 2, 3, 1, 2, 2},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (int ceil = 0; ceil < 2; ceil++) {
            Case c = case_new();
            PoolAttrs attrs = square(rows[i].size, rows[i].stride, rows[i].pad, ceil);
            NodeId y = case_unary(&c, OP_maxpool, case_input(&c, SHAPE(1, 1, rows[i].input, rows[i].input)), &attrs);
            int64_t expected = ceil ? rows[i].ceil : rows[i].floor;
            cr_expect_eq(case_node(&c, y)->type.shape.dim[2], expected, "row %zu, ceil %d: %lld", i, ceil,
                         (long long)case_node(&c, y)->type.shape.dim[2]);
            case_free(&c);
        }
}

/* The same by walking over every tap; no arithmetic of ranges. */
static double by_definition(const Tensor *x, const PoolAttrs *a, bool mean, int64_t plane, int64_t p, int64_t q)
{
    int64_t height = x->shape.dim[2], width = x->shape.dim[3];
    double largest = -INFINITY, sum = 0, counted = 0;
    for (int64_t r = 0; r < a->size[0]; r++)
        for (int64_t s = 0; s < a->size[1]; s++) {
            int64_t h = p * a->stride[0] + r * a->dilation[0] - a->pad[HALO_TOP];
            int64_t w = q * a->stride[1] + s * a->dilation[1] - a->pad[HALO_LEFT];
            bool inside = h >= 0 && w >= 0 && h < height && w < width;
            bool padded = h < height + a->pad[HALO_BOTTOM] && w < width + a->pad[HALO_RIGHT];
            double value = inside ? x->at[(plane * height + h) * width + w] : 0;
            sum += value;
            counted += inside || (a->count_pad && padded);
            if (inside && value > largest)
                largest = value;
        }
    return mean ? sum / counted : largest;
}

static bool try_one(const PoolAttrs *attrs, Shape shape, bool mean, uint32_t seed)
{
    Case c = case_new();
    NodeId x = case_input(&c, shape);
    NodeId y = graph_add(c.graph, c.diag, mean ? OP_avgpool : OP_maxpool, &x, 1, attrs, "", NOWHERE);
    bool fits = !node_is_none(y);
    if (fits) {
        Tensor in = tensor_integers(shape, seed), out = case_eval(&c, y, &in);
        int64_t rows = out.shape.dim[2], columns = out.shape.dim[3];
        for (int64_t i = 0; i < shape_count(&out.shape); i++) {
            double expected = by_definition(&in, attrs, mean, i / (rows * columns), i / columns % rows, i % columns);
            cr_assert_float_eq(out.at[i], expected, 1e-12, "seed %u, element %lld: %g, not %g", seed, (long long)i,
                               out.at[i], expected);
        }
        tensor_free(&in);
        tensor_free(&out);
    }
    case_free(&c);
    return fits;
}

Test(pool, equals_its_definition)
{
    uint32_t random = 3;
    int fitting = 0;
    for (uint32_t seed = 0; seed < 1500; seed++) {
        PoolAttrs a = {.ceil = next_random(&random) % 2, .count_pad = next_random(&random) % 2};
        int64_t input[2];
        for (int axis = 0; axis < 2; axis++) {
            a.size[axis] = 1 + next_random(&random) % 4;
            a.stride[axis] = 1 + next_random(&random) % 4;
            a.dilation[axis] = 1 + next_random(&random) % 2;
            a.pad[axis] = next_random(&random) % 3;
            a.pad[2 + axis] = next_random(&random) % 3;
            input[axis] = 1 + next_random(&random) % 9;
        }
        fitting += try_one(&a, SHAPE(1 + seed % 2, 2, input[0], input[1]), seed % 3 == 0, seed);
    }
    cr_expect_gt(fitting, 500);
}

Test(pool, maximum_passes_over_nan)
{
    Case c = case_new();
    PoolAttrs attrs = square(2, 2, 0, false);
    NodeId y = case_unary(&c, OP_maxpool, case_input(&c, SHAPE(1, 1, 2, 4)), &attrs);
    Tensor in = tensor_of(SHAPE(1, 1, 2, 4), (double[]){NAN, 1, -5, -4, 2, NAN, NAN, -6});
    Tensor out = case_eval(&c, y, &in);
    cr_expect(out.at[0] == 2 && out.at[1] == -4);
    tensor_free(&in);
    tensor_free(&out);
    case_free(&c);
}

Test(pool, channels)
{
    Case c = case_new();
    Tensor in = tensor_of(SHAPE(1, 4, 1, 2), (double[]){1, 8, 3, -2, 5, 0, -7, 4});
    NodeId x = case_input(&c, in.shape);
    Tensor largest = case_eval(&c, case_unary(&c, OP_channel_max, x, &(int64_t){2}), &in);
    cr_expect(largest.at[0] == 3 && largest.at[1] == 8 && largest.at[2] == 5 && largest.at[3] == 4);
    Tensor mean = case_eval(&c, case_unary(&c, OP_channel_avg, x, &(int64_t){4}), &in);
    cr_expect(shape_equal(&mean.shape, SHAPE_AT(1, 1, 1, 2)));
    cr_expect(mean.at[0] == 0.5 && mean.at[1] == 2.5);
    tensor_free(&in);
    tensor_free(&largest);
    tensor_free(&mean);
    case_free(&c);
}
