/* test_rf.c - paths from pixels to a place: known counts; the same counts by evaluating nets whose weights are 1; and
 * what is predicted against what is tried, for everything that moves or joins places. */
#include <criterion/criterion.h>

#include "report/find.h"
#include "report/trial.h"
#include "tests/support/model.h"

typedef struct RfCase {
    Arena *arena;
    Diag diag;
    const Graph *net;
    const Field *fields;
    NodeId unit, input;
    int64_t places[2];
} RfCase;

/* The net's answer is the unit. Convolutions need no labels: all their weights are 1. */
static RfCase rf_case(const char *input, const char *body)
{
    RfCase c = {.arena = arena_new()};
    Buf text = {0};
    buf_printf(&text, "net n(x: f32[%s]) { return y = ", input);
    for (; *body; body++) {
        buf_printf(&text, "%c", *body);
        if (body[0] == ')' && body[1] == '!') { /* ")!" closes a convolution */
            text.text[--text.length] = '\0';
            buf_puts(&text, ", weight=1, bias=false)");
            body++;
        }
    }
    buf_puts(&text, "; }\n");
    c.net = model_read(c.arena, &c.diag, "case.fov", buf_text(&text), "random:1");
    cr_assert_not_null(c.net, "%s", buf_text(&text));
    buf_free(&text);
    c.fields = fields_of(c.arena, c.net);
    c.unit = c.net->outputs.at[0].node;
    c.input = c.net->inputs.at[0].node;
    for (int s = 0; s < 2; s++)
        c.places[s] = side_places(&c.fields[c.unit.index], graph_node(c.net, c.unit), s);
    return c;
}

static uint64_t paths_at(const Area *area, int64_t y, int64_t x)
{
    y -= area->first[0];
    x -= area->first[1];
    bool inside = area->reached && y >= 0 && x >= 0 && y < area->size[0] && x < area->size[1];
    return inside ? area->paths[y * area->size[1] + x] : 0;
}

/* Two 3x3 convolutions: 1 2 3 2 1 along each side. With a stride first, as many pixels as windows do not share. */
Test(rf, known_counts)
{
    static const struct {
        const char *body;
        int64_t extent, pixels;
        uint64_t sum, most;
    } rows[] = {
        {"x -> conv(1, 3x3)! -> conv(1, 3x3)!", 5, 25, 81, 9},
        {"x -> conv(1, 3x3, stride=2)! -> conv(1, 3x3)!", 7, 49, 81, 4},
        {"x -> conv(1, 3x3, stride=3)! -> conv(1, 3x3)!", 9, 81, 81, 1},
        {"x -> conv(1, 3x3, stride=4)! -> conv(1, 3x3)!", 11, 81, 81, 1},
        {"x -> conv(1, 3x3, dilation=2)!", 5, 9, 9, 1},
        {"x -> conv(1, 3x3)! -> conv(1, 3x3)! -> conv(1, 3x3)!", 7, 49, 729, 49},
        {"x -> maxpool(global)", 31, 961, 961, 1},
        {"x -> maxpool(3x3, stride=1, pad=1) -> flatten -> a: fc(2)", 31, 961, 91 * 91, 9},
        {"x + (x -> conv(1, 3x3, pad=1)!)", 3, 9, 10, 2},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        RfCase c = rf_case("1, 31, 31", rows[i].body);
        const Area *areas = paths_to(c.arena, c.net, c.fields, c.unit, (int64_t[]){c.places[0] / 2, c.places[1] / 2});
        const Area *area = &areas[c.input.index];
        int64_t pixels = 0;
        uint64_t sum = 0, most = 0;
        for (int64_t p = 0; p < area->size[0] * area->size[1]; p++) {
            pixels += area->paths[p] > 0;
            sum += area->paths[p];
            most = MAX(most, area->paths[p]);
        }
        cr_expect_eq(area->size[1], rows[i].extent, "%s: extent %lld", rows[i].body, (long long)area->size[1]);
        cr_expect_eq(pixels, rows[i].pixels, "%s: %lld pixels", rows[i].body, (long long)pixels);
        cr_expect_eq(sum, rows[i].sum, "%s: %llu paths", rows[i].body, (unsigned long long)sum);
        cr_expect_eq(most, rows[i].most, "%s: at most %llu", rows[i].body, (unsigned long long)most);
        arena_free(c.arena);
    }
}

/* With all weights 1, the answer to a single pixel of 1 is the number of paths from it. */
Test(rf, paths_are_what_ones_add_up_to)
{
    static const char *const bodies[] = {
        "x -> conv(1, 3x3, pad=1)! -> conv(1, 5x5, stride=2, pad=2)!",
        "x -> conv(1, 4x2, stride=[2, 3], pad=[1, 0, 2, 1])! -> conv(1, 3x3, dilation=[1, 2], pad=2)!",
        "x -> conv(1, 3x3, pad=1, stride=2)! -> conv_transpose(1, 4x4, stride=2, pad=1)! -> conv(1, 3x3, pad=1)!",
        "x -> conv_transpose(1, 3x2, stride=3, dilation=2, output_pad=1)! -> conv(1, 3x3)!",
        "x -> conv(1, 3x3, stride=2)! -> resize(scale=2) -> conv(1, 3x3)!",
        "x -> resize(7x5, align=asymmetric) -> conv(1, 3x3, pad=1)!",
        "x -> resize(7x17, align=corners, round=half_down) -> conv(1, 3x3, pad=1)!",
        "x -> resize(scale=0.3) -> conv(1, 2x2)!",
        "x -> pad(3, mode=reflect) -> conv(1, 5x5)!",
        "x -> pad([1, 2, 3, 4], mode=edge) -> conv(1, 5x5)!",
        "x -> slice([10, 1], [0, 9], step=[-2, 3], axis=[1, 2]) -> conv(1, 2x2)!",
        "x -> transpose([0, 2, 1]) -> conv(1, 5x3)! -> transpose([0, 2, 1])",
        "concat((x -> conv(1, 3x3, pad=1)!), x, axis=1) -> conv(1, 3x3)!",
        "(x -> conv(1, 3x3, pad=1)!) + (x -> conv(1, 5x5, pad=2)! -> conv(1, 1)!) + x",
        "concat((x -> conv(1, 3x3, pad=1)!), x) -> reduce_sum(0) -> conv(1, 3x3)!",
        "x -> reduce_sum -> resize(11) -> conv(1, 2x2)! ",
        "(x -> reduce_sum -> resize(11x12)) + (x -> conv(1, 3x3, pad=1)!)",
    };
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        RfCase c = rf_case("1, 11, 12", bodies[i]);
        const Shape *shape = &graph_node(c.net, c.input)->type.shape;
        const int64_t places[][2] = {
            {0, 0}, {c.places[0] / 2, c.places[1] / 2}, {c.places[0] - 1, c.places[1] - 1}, {c.places[0] / 2, 1}};
        for (size_t p = 0; p < COUNT_OF(places); p++) {
            const Area *areas = paths_to(c.arena, c.net, c.fields, c.unit, places[p]);
            for (int64_t e = 0; e < shape_count(shape); e++) {
                Tensor x = tensor_new(shape), y;
                x.at[e] = 1;
                eval_graph(c.net, &x, &y, NULL, NULL);
                double sum = y.at[places[p][0] * c.places[1] + places[p][1]];
                uint64_t paths = paths_at(&areas[c.input.index], e / shape->dim[3], e % shape->dim[3]);
                cr_expect_eq((uint64_t)sum, paths, "%s: place %lld,%lld, pixel %lld: %g for %llu paths", bodies[i],
                             (long long)places[p][0], (long long)places[p][1], (long long)e, sum,
                             (unsigned long long)paths);
                tensor_free(&x);
                tensor_free(&y);
            }
        }
        arena_free(c.arena);
    }
}

/* Every pixel is tried, for the first, the middle and the last place; and the field that is shown is where they lie. */
Test(rf, predicted_pixels_change_it)
{
    static const char *const bodies[] = {
        "x -> conv(2, 3x3, pad=1)! -> relu -> maxpool(3x3, stride=2, pad=1) -> avgpool(2x2, stride=1)",
        "x -> maxpool(3x3, stride=2, ceil=true) -> lrn(3) -> conv(4, 3x3, groups=2, pad=1)!",
        "x -> conv(4, 3x3, connect=[[0], [1, 2], [3], [0, 3]], stride=2)!",
        "x -> conv(2, 3x3, stride=4, dilation=3, pad=3)!",
        "x -> maxpool(2x2) -> resize(scale=2, mode=bilinear) -> conv(2, 3x3, pad=1)!",
        "x -> resize(5x30, mode=bilinear, align=corners)",
        "x -> resize(scale=1.5, mode=bilinear, align=asymmetric)",
        "x -> maxpool(4x4) -> conv_transpose(2, 3x3, stride=5)!", /* places that see nothing */
        "x -> space_to_depth(2) -> conv(16, 3x3, pad=1)! -> depth_to_space(2)",
        "x -> channel_shuffle(2) -> channel_max(2) -> dropout(0.5) -> sigmoid",
        "x -> pad(2, mode=reflect, channels=[1, 1]) -> prelu(weight=0.5) -> maxpool(3x3)",
        "x -> transpose([1, 0, 2]) -> maxpool(3x3)",
        "x -> transpose([1, 2, 0]) -> softmax -> maxpool(1x3, stride=1)",
        "x -> transpose([2, 0, 1]) -> conv(3, 1x3)! -> relu",
        "x -> reduce_max(0, keep=false) -> unsqueeze([0]) -> maxpool(2x2)",
        "x -> argmax -> unsqueeze([0]) -> maxpool(2x2)",
        "x -> slice(1, 3) -> conv(1, 3x3)! -> squeeze",
        "x -> reduce_mean([1], keep=false)",
        "x -> softmax(axis=1) -> conv(1, 1x3)!",
        "x * (x -> avgpool(global) -> conv(4, 1)! -> sigmoid)",
        "x -> flatten -> a: fc(3) -> b: fc(2)",
        "x -> reshape([4, 144]) -> softmax(axis=0) -> flatten -> a: fc(1)",
        "concat((x -> maxpool(3x3, stride=1, pad=1)), (x -> conv(3, 5x5, pad=2)!), x)",
        "concat((x -> maxpool(2x2)), (x -> slice(3, 9, axis=2) -> maxpool([2, 1])), axis=2)",
        "max((x -> slice(0, 6, axis=2)), (x -> slice(5, 11, axis=2))) - 1",
        "(x -> reduce_sum(0)) + (constant([[[1, 2], [3, 4]]]) -> resize(12))",
        "concat(x, (constant([[[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]]) -> resize(12)))",
        "x -> conv(1, 12x12)! -> flatten",
        "concat((x -> flatten), (x -> maxpool(global) -> flatten)) -> a: fc(1)",
    };
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        RfCase c = rf_case("4, 12, 12", bodies[i]);
        const Field *field = &c.fields[c.unit.index];
        const int64_t places[][2] = {
            {0, 0}, {c.places[0] / 2, c.places[1] / 2}, {c.places[0] - 1, c.places[1] - 1}, {c.places[0] / 3, 0}};
        cr_expect(field->known && !field->lost, "%s: can be followed", bodies[i]);
        for (size_t p = 0; p < COUNT_OF(places); p++) {
            const Area *areas = paths_to(c.arena, c.net, c.fields, c.unit, places[p]);
            Trial trial = trial_run(c.net, c.fields, areas, c.unit, places[p], true);
            cr_expect(trial.possible, "%s: can be tried", bodies[i]);
            cr_expect(trial.outside_is_silent, "%s: pixels outside change it", bodies[i]);
            cr_expect_eq(trial.silent, 0, "%s: %lld pixels inside do not change it", bodies[i],
                         (long long)trial.silent);
            cr_expect_eq(trial.tried, trial.inside, "%s: %lld tried of %lld", bodies[i], (long long)trial.tried,
                         (long long)trial.inside);
            /* mirrored padding shows pixels of the other side */
            for (int s = 0; s < 2 && !strstr(bodies[i], "reflect") && areas[c.input.index].reached; s++) {
                Pixels pixels = field_pixels(&field->side[s], places[p][s]);
                const Area *area = &areas[c.input.index];
                cr_expect(area->first[s] >= pixels.first && area->first[s] + area->size[s] - 1 <= pixels.last,
                          "%s: sees %lld and more, its field begins at %lld", bodies[i], (long long)area->first[s],
                          (long long)pixels.first);
            }
        }
        arena_free(c.arena);
    }
}

/* The trial is worth something: a pixel too few or too many in the prediction is found. */
Test(rf, wrong_predictions_are_found)
{
    RfCase c = rf_case("1, 9, 9", "x -> conv(1, 3x3, pad=1)! -> maxpool(3x3)");
    const int64_t place[2] = {1, 1};
    const Area *area = &paths_to(c.arena, c.net, c.fields, c.unit, place)[c.input.index];
    cr_assert_eq(area->size[0] * area->size[1], 25);
    for (int64_t p = 0; p < 25; p++) {
        Area *areas = paths_to(c.arena, c.net, c.fields, c.unit, place);
        areas[c.input.index].paths[p] = 0;
        Trial trial = trial_run(c.net, c.fields, areas, c.unit, place, true);
        cr_expect(!trial.outside_is_silent && trial.inside == 24, "pixel %lld is left out", (long long)p);
    }
    Area *areas = paths_to(c.arena, c.net, c.fields, c.unit, place);
    Area *wider = &areas[c.input.index];
    wider->paths = NEW_ARRAY(c.arena, uint64_t, 30);
    wider->size[1]++;
    for (int64_t p = 0; p < 30; p++)
        wider->paths[p] = 1;
    Trial trial = trial_run(c.net, c.fields, areas, c.unit, place, true);
    cr_expect(trial.outside_is_silent);
    cr_expect_eq(trial.silent, 5, "%lld pixels too many", (long long)trial.silent);
    arena_free(c.arena);
}
