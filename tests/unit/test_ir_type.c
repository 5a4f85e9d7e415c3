/* test_ir_type.c - shapes, and that every layout gives each element a place of its own. */
#include <criterion/criterion.h>

#include "tests/unit/graphs.h"

Test(type, broadcast_from_the_right)
{
    static const struct {
        Shape a, b, result;
        bool fits;
    } rows[] = {
        {{4, {2, 3, 4, 5}}, {4, {2, 3, 4, 5}}, {4, {2, 3, 4, 5}}, true},
        {{4, {2, 3, 4, 5}}, {0, {0}}, {4, {2, 3, 4, 5}}, true},
        {{4, {2, 3, 4, 5}}, {2, {4, 5}}, {4, {2, 3, 4, 5}}, true},
        {{4, {2, 3, 1, 1}}, {4, {1, 3, 4, 5}}, {4, {2, 3, 4, 5}}, true},
        {{2, {1, 7}}, {2, {7, 1}}, {2, {7, 7}}, true},
        {{4, {1, 64, 56, 56}}, {4, {1, 256, 56, 56}}, {0, {0}}, false},
        {{1, {3}}, {1, {2}}, {0, {0}}, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Shape result;
        cr_expect_eq(shape_broadcast(&rows[i].a, &rows[i].b, &result), rows[i].fits, "row %zu", i);
        cr_expect(!rows[i].fits || shape_equal(&result, &rows[i].result), "row %zu", i);
    }
}

Test(type, shapes_that_do_not_fit)
{
    cr_expect(shape_fits(SHAPE_AT(1, 1 << 20, 1 << 20)));
    cr_expect_not(shape_fits(SHAPE_AT(2, 1 << 20, 1 << 20)));
    cr_expect_not(shape_fits(SHAPE_AT(INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX)));
    cr_expect_not(shape_fits(SHAPE_AT((int64_t)INT32_MAX + 1)));
    cr_expect_not(shape_fits(SHAPE_AT(INT64_MAX)));
    cr_expect_not(shape_fits(SHAPE_AT(3, 0)));
    cr_expect_not(shape_fits(SHAPE_AT(-1)));
    cr_expect(shape_fits(&(Shape){0}));
}

Test(type, text)
{
    Arena *arena = arena_new();
    cr_expect_str_eq(shape_text(arena, SHAPE_AT(1, 16, 5, 5)), "16x5x5");
    cr_expect_str_eq(shape_text(arena, SHAPE_AT(8, 10)), "10");
    cr_expect_str_eq(shape_text(arena, &(Shape){0}), "a number");
    cr_expect_str_eq(shape_full_text(arena, SHAPE_AT(6, 1, 5, 5)), "6x1x5x5");
    static const struct {
        Type type;
        const char *text;
    } rows[] = {
        {{DT_F32, {4, {1, 6, 28, 28}}, {0}}, "f32[1, 6, 28, 28]"},
        {{DT_F32, {0, {0}}, {0}}, "f32[]"},
        {{DT_F32, {4, {1, 16, 10, 10}}, {LAYOUT_BLOCKED, 8, {0}, 0, 0}}, "f32[1, 16, 10, 10]@blocked8"},
        {{DT_F32, {4, {1, 6, 14, 14}}, {LAYOUT_PLAIN, 0, {2, 2, 2, 2}, 0, 0}},
         "f32[1, 6, 14, 14]@plain+halo(2, 2, 2, 2)"},
        {{DT_F32, {4, {20, 20, 3, 3}}, {LAYOUT_PANELS, 16, {0}, 8, 4}},
         "f32[20, 20, 3, 3]@panels16+inputs(8)+lanes(4)"},
        {{DT_U8, {4, {1, 3, 8, 8}}, {LAYOUT_INTERLEAVED, 0, {0}, 0, 0}}, "u8[1, 3, 8, 8]@interleaved"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Buf buf = {0};
        type_print(&buf, &rows[i].type);
        cr_expect_str_eq(buf_text(&buf), rows[i].text);
        buf_free(&buf);
    }
    arena_free(arena);
}

static void count_places(const Layout *layout, const Shape *shape)
{
    int64_t places = layout_count(layout, shape), elements = shape_count(shape);
    unsigned char *taken = calloc((size_t)places, 1);
    for (int64_t i = 0; i < elements; i++) {
        int64_t index[MAX_RANK] = {0}, rest = i;
        for (int axis = shape->rank - 1; axis >= 0; axis--) {
            index[axis] = rest % shape->dim[axis];
            rest /= shape->dim[axis];
        }
        int64_t at = layout_offset(layout, shape, index);
        cr_assert(at >= 0 && at < places, "element %lld lies outside", (long long)i);
        cr_assert_not(taken[at], "element %lld shares its place", (long long)i);
        taken[at] = 1;
    }
    free(taken);
}

Test(type, layouts_give_each_element_a_place)
{
    static const Layout layouts[] = {
        {LAYOUT_PLAIN, 0, {0}, 0, 0},   {LAYOUT_PLAIN, 0, {1, 2, 3, 4}, 0, 0},    {LAYOUT_INTERLEAVED, 0, {0}, 0, 0},
        {LAYOUT_BLOCKED, 8, {0}, 0, 0}, {LAYOUT_BLOCKED, 16, {2, 0, 1, 3}, 0, 0}, {LAYOUT_BLOCKED, 1, {0}, 0, 0},
        {LAYOUT_PANELS, 4, {0}, 0, 0},  {LAYOUT_PANELS, 32, {0}, 0, 0},           {LAYOUT_TURNED, 4, {0}, 0, 0},
        {LAYOUT_PANELS, 8, {0}, 2, 4},  {LAYOUT_PANELS, 8, {0}, 16, 2},           {LAYOUT_PANELS, 8, {0}, 0, 2},
    };
    static const Shape shapes[] = {{4, {2, 5, 3, 4}}, {4, {1, 16, 7, 1}}, {4, {9, 3, 3, 3}},
                                   {2, {3, 10}},      {1, {17}},          {0, {0}}};
    int tried = 0;
    for (size_t i = 0; i < COUNT_OF(layouts); i++)
        for (size_t k = 0; k < COUNT_OF(shapes); k++)
            if (!layout_misfit(&layouts[i], &shapes[k])) {
                count_places(&layouts[i], &shapes[k]);
                tried++;
            }
    cr_expect_gt(tried, 30);
}

Test(type, known_places)
{
    Layout blocked = {LAYOUT_BLOCKED, 8, {1, 1, 1, 1}, 0, 0}, panels = {LAYOUT_PANELS, 4, {0}, 0, 0},
           bytes = {LAYOUT_INTERLEAVED, 0, {0}, 0, 0};
    Shape x = SHAPE(1, 12, 4, 5), w = SHAPE(6, 2, 3, 3), picture = SHAPE(1, 3, 4, 5);
    cr_expect_eq(layout_count(&blocked, &x), 2 * 6 * 7 * 8);
    cr_expect_eq(layout_offset(&blocked, &x, (int64_t[]){0, 9, 2, 3}), ((1 * 6 + 3) * 7 + 4) * 8 + 1);
    cr_expect_eq(layout_count(&panels, &w), 2 * 2 * 3 * 3 * 4);
    cr_expect_eq(layout_offset(&panels, &w, (int64_t[]){5, 1, 2, 0}), (((1 * 2 + 1) * 3 + 2) * 3 + 0) * 4 + 1);
    Layout deep = {.kind = LAYOUT_PANELS, .block = 8, .inputs = 3, .lanes = 2};
    Shape wide = SHAPE(11, 5, 3, 3); /* panels of 8 and 4 maps, inputs by 3 and 2 */
    cr_expect_eq(layout_count(&deep, &wide), 12 * 5 * 9);
    cr_expect_eq(layout_offset(&deep, &wide, (int64_t[]){5, 1, 2, 0}), (6 * 3 + 1) * 8 + 5);
    cr_expect_eq(layout_offset(&deep, &wide, (int64_t[]){10, 4, 1, 1}), 8 * 45 + (27 + 4 * 2 + 1) * 4 + 2);
    Layout turned = {LAYOUT_TURNED, 4, {0}, 0, 0};
    Shape transposed = SHAPE(2, 6, 3, 3);
    cr_expect_eq(layout_count(&turned, &transposed), 2 * 2 * 3 * 3 * 4);
    cr_expect_eq(layout_offset(&turned, &transposed, (int64_t[]){1, 5, 2, 0}), (((1 * 2 + 1) * 3 + 2) * 3 + 0) * 4 + 1);
    cr_expect_eq(layout_offset(&bytes, &picture, (int64_t[]){0, 2, 1, 4}), (1 * 5 + 4) * 3 + 2);
}
