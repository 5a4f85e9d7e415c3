/* test_ops_resize.c - resize: ONNX's own node tests, numbers of ONNX Runtime for every alignment and rounding, and
 * attributes that cannot be. Inputs count 1, 2, 3, ... */
#include <criterion/criterion.h>
#include <math.h>

#include "ops/resize.h"
#include "tests/unit/graphs.h"

enum { FLOOR = ROUND_FLOOR, CEIL = ROUND_CEIL, UP = ROUND_HALF_UP, DOWN = ROUND_HALF_DOWN, MOST = 64 };

typedef struct Row {
    int64_t height, width;
    ResizeAttrs attrs; /* size, scale, mode, align, round */
    double y[MOST];
} Row;

static void check_rows(const Row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Case c = case_new();
        Tensor x = tensor_new(SHAPE_AT(1, 1, rows[i].height, rows[i].width));
        for (int64_t k = 0; k < shape_count(&x.shape); k++)
            x.at[k] = (double)k + 1;
        NodeId node = case_unary(&c, OP_resize, case_input(&c, x.shape), &rows[i].attrs);
        Tensor y = case_eval(&c, node, &x);
        cr_assert(shape_equal(&y.shape, SHAPE_AT(1, 1, rows[i].attrs.size[0], rows[i].attrs.size[1])));
        for (int64_t k = 0; k < shape_count(&y.shape); k++)
            cr_expect_float_eq(y.at[k], rows[i].y[k], 1e-6, "row %zu, element %lld: %.9g, not %.9g", i, (long long)k,
                               y.at[k], rows[i].y[k]);
        tensor_free(&x);
        tensor_free(&y);
        case_free(&c);
    }
}

#define NEAREST  RESIZE_NEAREST
#define BILINEAR RESIZE_BILINEAR
#define HALF     ALIGN_HALF_PIXEL
#define CORNERS  ALIGN_CORNERS
#define ASYM     ALIGN_ASYMMETRIC

/* ONNX's resize_downsample_scales_linear_align_corners is not among them: it puts the last pixel 2.4 - 1 behind the
 * first, 0.6 * 4 being 2.4, where other implementations have the 2 pixels that there are. */
Test(resize, onnx_node_tests)
{
    static const Row rows[] = {
        /* resize_downsample_scales_nearest, resize_downsample_sizes_nearest */
        {2, 4, {{1, 2}, {0.6, 0.6}, NEAREST, HALF, DOWN}, {1, 3}},
        {2, 4, {{1, 3}, {0}, NEAREST, HALF, DOWN}, {1, 2, 4}},
        /* resize_upsample_scales_nearest, resize_upsample_sizes_nearest */
        {2, 2, {{4, 6}, {0}, NEAREST, HALF, DOWN}, {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2,
                                                    3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4}},
        {2, 2, {{7, 8}, {0}, NEAREST, HALF, DOWN}, {1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 1,
                                                    1, 2, 2, 2, 2, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4,
                                                    4, 4, 3, 3, 3, 3, 4, 4, 4, 4, 3, 3, 3, 3, 4, 4, 4, 4}},
        /* resize_upsample_sizes_nearest_floor_align_corners */
        {4, 4, {{8, 8}, {0}, NEAREST, CORNERS, FLOOR}, {1, 1, 1, 2,  2,  3,  3,  4,  1,  1,  1,  2,  2,  3,  3,  4,
                                                        1, 1, 1, 2,  2,  3,  3,  4,  5,  5,  5,  6,  6,  7,  7,  8,
                                                        5, 5, 5, 6,  6,  7,  7,  8,  9,  9,  9,  10, 10, 11, 11, 12,
                                                        9, 9, 9, 10, 10, 11, 11, 12, 13, 13, 13, 14, 14, 15, 15, 16}},
        /* resize_upsample_scales_linear_align_corners; of opset 10 resize_upsample_linear, resize_downsample_linear */
        {2,
         2,
         {{4, 4}, {0}, BILINEAR, CORNERS, 0},
         {1, 4.0 / 3, 5.0 / 3, 2, 5.0 / 3, 2, 7.0 / 3, 8.0 / 3, 7.0 / 3, 8.0 / 3, 3, 10.0 / 3, 3, 10.0 / 3, 11.0 / 3,
          4}},
        {2, 2, {{4, 4}, {0}, BILINEAR, ASYM, 0}, {1, 1.5, 2, 2, 2, 2.5, 3, 3, 3, 3.5, 4, 4, 3, 3.5, 4, 4}},
        {2, 4, {{1, 2}, {0.6, 0.6}, BILINEAR, ASYM, 0}, {1, 8.0 / 3}},
    };
    check_rows(rows, COUNT_OF(rows));
}

/* Six pixels become three (halves in half_pixel and corners) or four. */
Test(resize, nearest_as_onnx_runtime)
{
    static const Row rows[] = {
        {1, 6, {{1, 3}, {0}, NEAREST, HALF, FLOOR}, {1, 3, 5}},
        {1, 6, {{1, 3}, {0}, NEAREST, HALF, CEIL}, {2, 4, 6}},
        {1, 6, {{1, 3}, {0}, NEAREST, HALF, DOWN}, {1, 3, 5}},
        {1, 6, {{1, 3}, {0}, NEAREST, HALF, UP}, {2, 4, 6}},
        {1, 6, {{1, 4}, {0}, NEAREST, HALF, FLOOR}, {1, 2, 4, 5}},
        {1, 6, {{1, 4}, {0}, NEAREST, HALF, CEIL}, {2, 3, 5, 6}},
        {1, 6, {{1, 4}, {0}, NEAREST, HALF, DOWN}, {1, 3, 4, 6}},
        {1, 6, {{1, 4}, {0}, NEAREST, HALF, UP}, {1, 3, 4, 6}},
        {1, 6, {{1, 3}, {0}, NEAREST, CORNERS, FLOOR}, {1, 3, 6}},
        {1, 6, {{1, 3}, {0}, NEAREST, CORNERS, CEIL}, {1, 4, 6}},
        {1, 6, {{1, 3}, {0}, NEAREST, CORNERS, DOWN}, {1, 3, 6}},
        {1, 6, {{1, 3}, {0}, NEAREST, CORNERS, UP}, {1, 4, 6}},
        {1, 6, {{1, 4}, {0}, NEAREST, CORNERS, FLOOR}, {1, 2, 4, 6}},
        {1, 6, {{1, 4}, {0}, NEAREST, CORNERS, CEIL}, {1, 3, 5, 6}},
        {1, 6, {{1, 4}, {0}, NEAREST, ASYM, FLOOR}, {1, 2, 4, 5}},
        {1, 6, {{1, 4}, {0}, NEAREST, ASYM, CEIL}, {1, 3, 4, 6}},
        {1, 6, {{1, 4}, {0}, NEAREST, ASYM, DOWN}, {1, 2, 4, 5}},
        {1, 6, {{1, 4}, {0}, NEAREST, ASYM, UP}, {1, 3, 4, 6}},
        {1, 7, {{1, 11}, {0, 1.7}, NEAREST, ASYM, FLOOR}, {1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6}},
        {1, 7, {{1, 11}, {0, 1.7}, NEAREST, HALF, UP}, {1, 1, 2, 3, 3, 4, 4, 5, 6, 6, 7}},
    };
    check_rows(rows, COUNT_OF(rows));
}

Test(resize, bilinear_as_onnx_runtime)
{
    static const Row rows[] = {
        {1, 7, {{1, 4}, {0}, BILINEAR, HALF, 0}, {1.375, 3.125, 4.875, 6.625}},
        {1, 7, {{1, 4}, {0}, BILINEAR, CORNERS, 0}, {1, 3, 5, 7}},
        {1, 7, {{1, 4}, {0}, BILINEAR, ASYM, 0}, {1, 2.75, 4.5, 6.25}},
        {2, 3, {{3, 5}, {0}, BILINEAR, HALF, 0}, {1, 1.4, 2, 2.6, 3, 2.5, 2.9, 3.5, 4.1, 4.5, 4, 4.4, 5, 5.6, 6}},
        {2, 3, {{3, 5}, {0}, BILINEAR, CORNERS, 0}, {1, 1.5, 2, 2.5, 3, 2.5, 3, 3.5, 4, 4.5, 4, 4.5, 5, 5.5, 6}},
        {2, 3, {{3, 5}, {0}, BILINEAR, ASYM, 0}, {1, 1.6, 2.2, 2.8, 3, 3, 3.6, 4.2, 4.8, 5, 4, 4.6, 5.2, 5.8, 6}},
        {1, 7, {{1, 4}, {0, 0.65}, BILINEAR, HALF, 0}, {1.2692308, 2.8076923, 4.3461538, 5.8846154}},
        {1,
         5,
         {{1, 8}, {0, 1.7}, BILINEAR, ASYM, 0},
         {1, 1.5882353, 2.1764706, 2.7647059, 3.3529412, 3.9411765, 4.5294118, 5}},
        {1, 7, {{1, 1}, {0}, BILINEAR, CORNERS, 0}, {1}},
        {1, 7, {{1, 1}, {0}, BILINEAR, HALF, 0}, {4}},
    };
    check_rows(rows, COUNT_OF(rows));
}

Test(resize, attributes_that_cannot_be)
{
    static const struct {
        ResizeAttrs attrs;
        const char *message;
    } rows[] = {
        {{{0, 3}, {0}, NEAREST, HALF, UP}, "resize: a height of 0 cannot be, it is 1 to 65536"},
        {{{3, 65537}, {0}, NEAREST, HALF, UP}, "resize: a width of 65537 cannot be, it is 1 to 65536"},
        {{{3, 7}, {0, 2}, NEAREST, HALF, UP}, "resize: a width of 7 is not 2 times 4"},
        {{{3, 7}, {-1, 0}, NEAREST, HALF, UP}, "resize: a height of 3 is not -1 times 3"},
        {{{3, 7}, {0, NAN}, NEAREST, HALF, UP}, "resize: a width of 7 is not nan times 4"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Case c = case_new();
        NodeId x = case_input(&c, SHAPE(1, 2, 3, 4));
        NodeId y = graph_add(c.graph, c.diag, OP_resize, &x, 1, &rows[i].attrs, "", NOWHERE);
        cr_expect(node_is_none(y) && strstr(buf_text(c.messages), rows[i].message), "row %zu: %s", i,
                  buf_text(c.messages));
        case_free(&c);
    }
}
