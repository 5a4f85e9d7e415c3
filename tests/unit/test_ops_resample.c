/* test_ops_resample.c - resample against numbers computed by ONNX's formulas, of inputs 1, 4, 9, ..., and attributes
 * that cannot be. */
#include <criterion/criterion.h>

#include "ops/resample.h"
#include "tests/unit/graphs.h"

enum { MOST = 8 };

typedef struct Row {
    int64_t length;
    ResampleAttrs attrs;
    double y[MOST];
} Row;

static Tensor squares(int64_t length)
{
    Tensor x = tensor_new(SHAPE_AT(1, length));
    for (int64_t i = 0; i < length; i++)
        x.at[i] = (double)((i + 1) * (i + 1));
    return x;
}

#define AXIS .axis = 1, .crop = {0, 1}, .coefficient = -0.75

Test(resample, as_the_formulas)
{
    static const Row rows[] = {
        {4,
         {AXIS, .size = 6, .mode = RESAMPLE_CUBIC},
         {0.7395833, 2.03125, 4.8564815, 7.7268519, 12.96875, 16.6076389}},
        {4,
         {.axis = 1, .size = 3, .scale = 0.8, .mode = RESAMPLE_CUBIC, .coefficient = -0.5, .exclude_outside = true},
         {1.2078285, 5.640625, 13.9499545}},
        {6, {AXIS, .size = 3, .mode = RESAMPLE_LINEAR, .antialias = true}, {3.125, 13, 29.375}},
        {6, {AXIS, .size = 3, .mode = RESAMPLE_CUBIC, .antialias = true}, {2.1523438, 12.1796875, 30.5351562}},
        {6,
         {AXIS, .size = 3, .mode = RESAMPLE_CUBIC, .antialias = true, .exclude_outside = true},
         {2.2266112, 12.3943396, 30.1829522}},
        {4, {AXIS, .size = 2, .scale = 0.6, .mode = RESAMPLE_LINEAR, .align = RESAMPLE_CORNERS}, {1, 10}},
        {3,
         {AXIS, .size = 6, .scale = 2.3, .mode = RESAMPLE_LINEAR, .align = RESAMPLE_SYMMETRIC},
         {1, 2.0434783, 3.3478261, 5.0869565, 7.2608696, 9}},
        {4, {AXIS, .size = 2, .mode = RESAMPLE_NEAREST, .align = RESAMPLE_FOR_NN, .round = ROUND_FLOOR}, {4, 16}},
        {4,
         {.axis = 1, .size = 3, .mode = RESAMPLE_LINEAR, .align = RESAMPLE_CROP, .crop = {0.5, 1.5}, .outside = 7},
         {6.5, 16, 7}},
        {5, {.axis = 1, .size = 1, .mode = RESAMPLE_LINEAR, .align = RESAMPLE_CROP, .crop = {0.25, 1}}, {12.5}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Case c = case_new();
        Tensor x = squares(rows[i].length);
        Tensor y = case_eval(&c, case_unary(&c, OP_resample, case_input(&c, x.shape), &rows[i].attrs), &x);
        cr_assert(shape_equal(&y.shape, SHAPE_AT(1, rows[i].attrs.size)));
        for (int64_t k = 0; k < rows[i].attrs.size; k++)
            cr_expect_float_eq(y.at[k], rows[i].y[k], 1e-6, "row %zu, element %lld: %.9g, not %.9g", i, (long long)k,
                               y.at[k], rows[i].y[k]);
        tensor_free(&x);
        tensor_free(&y);
        case_free(&c);
    }
}

Test(resample, attributes_that_cannot_be)
{
    static const struct {
        ResampleAttrs attrs;
        const char *message;
    } rows[] = {
        {{AXIS, .size = 0}, "resample: 5 places cannot become 0, they are 1 to 65536"},
        {{.axis = 0, .size = 2}, "resample along axis -1"},
        {{.axis = 2, .size = 2}, "resample along axis 1"},
        {{AXIS, .size = 9, .scale = 1.5}, "resample: a size of 9 is not 1.5 times 5"},
        {{AXIS, .size = 9, .antialias = true}, "resample: 'antialias' is for mode=linear and mode=cubic"},
        {{.axis = 1, .size = 9, .crop = {0, 1e9}}, "resample: a crop is -1024 to 1024, this has 1e+09"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Case c = case_new();
        NodeId x = case_input(&c, SHAPE(1, 5));
        NodeId y = graph_add(c.graph, c.diag, OP_resample, &x, 1, &rows[i].attrs, "", NOWHERE);
        cr_expect(node_is_none(y) && strstr(buf_text(c.messages), rows[i].message), "row %zu: %s", i,
                  buf_text(c.messages));
        case_free(&c);
    }
}
