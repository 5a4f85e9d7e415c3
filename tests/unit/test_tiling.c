/* test_tiling.c - the loops of kernels: what each family gets, in words, and every rule of the verifier broken once. */
#include <criterion/criterion.h>

#include "pass/pass.h"
#include "plan/key.h"
#include "plan/plan.h"
#include "tests/support/model.h"

/* The plan of one layer behind an input x; `strict`: without Winograd's algorithm. */
static Plan *plan_layer(Arena *arena, const char *target, const char *input, const char *layer, bool strict)
{
    Diag diag;
    int batch = atoi(input); /* "8 of f32[9]" */
    const char *text = arena_printf(arena, "net n(x: %s) { return y = x -> %s; }\n", strstr(input, "f32"), layer);
    Graph *graph = model_read_batch(arena, &diag, "n.fov", text, NULL, batch ? batch : 1);
    cr_assert_not_null(graph, "%s", text);
    passes_run(&graph, &(PassOptions){.target = target_find(target), .strict = strict});
    return plan_make(graph, target_find(target));
}

/* The last kernel: packs come before it. */
static Kernel *layer_kernel(Plan *plan)
{
    return &plan->kernels.at[plan->steps.at[plan->steps.count - 1].kernel];
}

Test(tiling, of_each_family)
{
    static const struct {
        const char *target, *input, *layer, *loops;
    } cases[] = {
        {"c", "f32[64, 28, 28]", "c: conv(64, 3x3)",
         "maps by 32, rows, columns by 4 and 2, inputs, taps; 32 maps x 4 pixels in registers, turned to be stored; "
         "rows shared out"},
        {"c", "f32[64, 28, 28]", "c: conv(70, 1x1)",
         "maps by 32 (6 of the last), rows, columns by 4, inputs; 32 maps x 4 pixels in registers, turned to be "
         "stored; rows shared out"},
        {"c", "f32[6, 9, 9]", "c: conv(6, 3x3, groups=6)", "maps, rows, taps; 7 pixels in registers"},
        {"avx2", "f32[64, 28, 28]", "c: conv(64, 2x2) -> relu",
         "maps by 16, rows, columns by 6 and 3, inputs by 8, taps, inputs; 16 maps x 6 pixels in registers; maps "
         "shared out"},
        {"avx2", "f32[64, 28, 28]", "c: conv(64, 3x3) -> relu",
         "tiles by 25 (24 of the last), maps by 16, points, tiles by 5, inputs; 16 maps x 5 tiles in registers; maps "
         "shared out"},
        {"avx512", "f32[64, 28, 28]", "c: conv(48, 3x3, pad=1)",
         "tiles by 25 (24 of the last), maps by 16, points, inputs; 16 maps x 25 tiles in registers; tiles shared out"},
        {"avx512", "f32[64, 110, 55]", "c: conv(208, 3x3, stride=2x1, pad=1)",
         "maps by 32 (16 of the last), rows, columns by 14 and 13, inputs by 16, taps, inputs; 32 maps x 14 pixels in "
         "registers; rows shared out"},
        {"avx512", "f32[512, 7, 7]", "c: conv(512, 3x3, pad=2, dilation=2)",
         "maps by 32, inputs by 16, rows*columns by 14 and 7, taps, inputs; 32 maps x 14 pixels in registers; sums of "
         "49 pixels kept; 8 lines fetched ahead; maps shared out"},
        {"avx512", "f32[480, 13, 14]", "c: conv(80, 1x1)",
         "maps by 32 (16 of the last), rows, inputs by 16, inputs; 32 maps x 14 pixels in registers; 3 lines fetched "
         "ahead; rows shared out"},
        {"avx512", "f32[256, 56, 56]", "c: conv(64, 1x1)",
         "rows by 2, maps by 32, rows, columns by 14, inputs by 16, inputs; 32 maps x 14 pixels in registers; rows "
         "shared out"},
        {"avx512", "f32[3, 224, 224]", "c: conv(64, 7x7, stride=2, pad=3)",
         "maps by 32, rows, columns by 14, taps, inputs; 32 maps x 14 pixels in registers; rows shared out"},
        {"avx512", "f32[96, 54, 27]", "c: conv(256, 5x5, stride=2x1, pad=2, groups=2)",
         "maps by 32, rows, columns by 14 and 13, inputs by 16, taps, inputs; 32 maps x 14 pixels in registers; 1 line "
         "fetched ahead; maps shared out"},
        {"c", "f32[4, 9, 9]", "c: conv_transpose(8, 4x4, stride=2, pad=1)",
         "2 phases of rows, 2 phases of columns, rows by 2, columns by 16 (the last moved back), inputs, taps; 8 maps "
         "x 8 pixels in registers, turned to be stored"},
        {"c", "f32[3, 20, 20]", "c: conv(2, 3x3, connect=[[0], [1, 2]])",
         "maps, rows by 4 (the last moved back), columns by 16 (the last moved back), inputs, taps; 16 pixels x 4 rows "
         "in registers"},
        {"c", "f32[200]", "f: fc(100)", "outputs by 32 (4 of the last), inputs; 32 outputs in registers"},
        {"avx2", "f32[200]", "f: fc(1000)", "outputs by 64 (40 of the last), inputs; 64 outputs in registers"},
        {"avx512", "f32[200]", "f: fc(1000)", "outputs by 128 (104 of the last), inputs; 128 outputs in registers"},
        {"avx512", "f32[200]", "f: fc(84)", "outputs by 96 (84 of them), inputs; 96 outputs in registers"},
        {"avx512", "f32[84]", "f: fc(10)",
         "outputs by 16 (10 of them), inputs by 8 and 4; 16 outputs x 8 inputs in registers"},
        {"avx2", "8 of f32[9]", "f: fc(40)",
         "outputs by 16 (8 of the last), pictures by 4, inputs; 16 outputs x 4 pictures in registers"},
        {"c", "f32[6, 9, 9]", "relu", "maps*rows*columns"},
        {"c", "f32[6, 9, 9]", "maxpool(3x3)", "maps, rows, columns, taps"},
        {"c", "f32[6, 9, 9]", "avgpool(global)", "maps, rows*columns by 16 and 1; 16 rows*columns in registers"},
        {"c", "f32[6, 4, 4]", "avgpool(global)", "maps; 16 rows*columns in registers"},
        {"c", "f32[6, 3, 3]", "avgpool(global)", "maps, rows*columns"},
        {"c", "f32[30, 9, 9]", "reduce_sum(0)", "maps by 4 and 2, rows*columns; 4 maps in registers"},
        {"c", "f32[6, 9, 9]", "channel_max(2)", "maps, rows*columns, inputs"},
        {"c", "f32[10]", "softmax", "axis 1"},
        {"c", "f32[6, 9, 9]", "lrn(5)", "rows*columns, maps; 5 inputs kept"},
        {"c", "f32[6, 9, 9]", "lrn(65)", "rows*columns, maps"},
        {"c", "f32[2, 40, 40]", "transpose([0, 2, 1])", "maps, rows by 8, columns, strips of 8 rows"},
        {"c", "f32[2, 40, 31]", "transpose([0, 2, 1])", "maps, rows, columns"},
        {"c", "f32[6, 9, 9]", "slice([0, 1, 1], [6, 4, 6])", "maps, rows, columns copied"},
        {"c", "f32[8, 4, 4]", "channel_shuffle(2)", "maps by 2, maps, rows*columns copied"},
        {"c", "f32[6, 9, 9]", "pad([1, 1, 1, 1])", "maps, rows, columns copied"},
        {"c", "f32[6, 9, 9]", "resize([12, 12], mode=bilinear)", "maps, rows, columns; 9 inputs kept"},
        {"c", "f32[6, 9, 9]", "resize([5, 5], mode=bilinear)", "maps, rows, columns"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena = arena_new();
        Plan *plan = plan_layer(arena, cases[i].target, cases[i].input, cases[i].layer, false);
        const Kernel *kernel = &plan->kernels.at[0];
        for (uint32_t k = 1; kernel->family == FAMILY_PACK && k < plan->kernels.count; k++)
            kernel = &plan->kernels.at[k];
        Buf text = {0};
        tiling_print(&text, plan->graph, kernel);
        cr_expect_str_eq(buf_text(&text), cases[i].loops, "%s", cases[i].layer);
        buf_free(&text);
        arena_free(arena);
    }
}

/* Two kernels that go over their elements in other ways are two. */
Test(tiling, is_part_of_the_key)
{
    Arena *arena = arena_new();
    Plan *plan = plan_layer(arena, "c", "f32[2, 40, 40]", "transpose([0, 2, 1])", false);
    Kernel kernel = *layer_kernel(plan);
    const char *key = kernel_key(arena, plan->graph, &kernel);
    TileSizes sizes = c_tiles;
    Target target = *plan->target;
    target.tiles = &sizes;
    sizes.strip = 4;
    kernel.tiling = tiling_choose(plan->graph, &kernel, &target);
    cr_expect_str_neq(key, kernel_key(arena, plan->graph, &kernel));
    *layer_kernel(plan) = kernel;
    cr_expect_null(plan_verify(plan), "other sizes keep the rules");
    arena_free(arena);
}

static Loop *loop_of(Kernel *kernel, LoopKind kind, unsigned axes)
{
    for (int i = 0; i < kernel->tiling.count; i++)
        if (kernel->tiling.at[i].kind == kind && kernel->tiling.at[i].axes == axes)
            return &kernel->tiling.at[i];
    cr_assert_fail("no such loop");
    return NULL;
}

static void drop(Kernel *kernel, Loop *loop)
{
    Loop *end = kernel->tiling.at + --kernel->tiling.count;
    for (; loop < end; loop++)
        loop[0] = loop[1];
}

static void swap(Loop *a, Loop *b)
{
    Loop kept = *a;
    *a = *b;
    *b = kept;
}

/* Ways to break the loops of a kernel; each names what it breaks. */
enum { PIXELS = AXIS_ROWS | AXIS_COLUMNS };

static void no_step(Kernel *kernel)
{
    kernel->tiling.at[0].step = 0;
}
static void no_axes(Kernel *kernel)
{
    kernel->tiling.at[0].axes = 0;
}
static void too_many(Kernel *kernel)
{
    kernel->tiling.count = TILING_LOOPS + 1;
}
static void unsaid_rest(Kernel *kernel)
{
    loop_of(kernel, LOOP_PLAIN, AXIS_COLUMNS)->last = LAST_WHOLE;
}
static void needless_rest(Kernel *kernel)
{
    loop_of(kernel, LOOP_PLAIN, AXIS_ROWS)->last = LAST_CUT;
}
static void no_inside(Kernel *kernel)
{
    drop(kernel, loop_of(kernel, LOOP_UNROLLED, AXIS_COLUMNS));
}
static void wider_inside(Kernel *kernel)
{
    loop_of(kernel, LOOP_UNROLLED, AXIS_COLUMNS)->length++;
}
static void fewer_rows(Kernel *kernel)
{
    loop_of(kernel, LOOP_PLAIN, AXIS_ROWS)->length--;
}
static void fewer_inputs(Kernel *kernel)
{
    loop_of(kernel, LOOP_PLAIN, AXIS_INPUTS)->length--;
}
static void rows_first(Kernel *kernel)
{
    swap(loop_of(kernel, LOOP_PLAIN, AXIS_MAPS), loop_of(kernel, LOOP_PLAIN, AXIS_ROWS));
}
/* Of weights in panels of two vectors. */
static void half_panel(Kernel *kernel)
{
    kernel->tiling.at[0] = (Loop){.axes = AXIS_MAPS, .length = 64, .step = 8};
    kernel->tiling.at[1] = (Loop){.axes = AXIS_INPUTS, .length = 64, .step = 1, .joins = true};
    kernel->tiling.at[2] = (Loop){.axes = AXIS_MAPS, .length = 8, .step = 1, .kind = LOOP_LANES};
    kernel->tiling.count = 3;
}

static void maps_last(Kernel *kernel)
{
    Loop pictures = kernel->tiling.at[1];
    kernel->tiling.at[1] = kernel->tiling.at[0];
    kernel->tiling.at[0] = pictures;
}

static void other_panel(Kernel *kernel)
{
    loop_of(kernel, LOOP_PLAIN, AXIS_MAPS)->step = loop_of(kernel, LOOP_LANES, AXIS_MAPS)->length = 16;
}
static void many_pixels(Kernel *kernel)
{
    loop_of(kernel, LOOP_PLAIN, AXIS_COLUMNS)->step = loop_of(kernel, LOOP_UNROLLED, AXIS_COLUMNS)->length =
        TILING_PIXELS + 1;
    loop_of(kernel, LOOP_PLAIN, AXIS_COLUMNS)->last = LAST_WHOLE;
}
static void turned(Kernel *kernel)
{
    kernel->tiling.turned = true;
}
static void odd_lanes(Kernel *kernel)
{
    Loop *outer = loop_of(kernel, LOOP_PLAIN, PIXELS);
    outer->step = loop_of(kernel, LOOP_LANES, PIXELS)->length = 12;
    outer->last = LAST_SHORTER;
}
static void lanes_of_maps(Kernel *kernel)
{
    loop_of(kernel, LOOP_PLAIN, AXIS_MAPS)->kind = LOOP_LANES;
    kernel->tiling.count = 1;
    loop_of(kernel, LOOP_LANES, AXIS_MAPS)->length = 6;
    kernel->tiling.at[1] = (Loop){.axes = PIXELS, .length = 81, .step = 1, .joins = true};
    kernel->tiling.count = 2;
}
static void lanes_of_rows(Kernel *kernel)
{
    loop_of(kernel, LOOP_UNROLLED, AXIS_MAPS)->kind = LOOP_LANES;
}
static void columns_first(Kernel *kernel)
{
    swap(loop_of(kernel, LOOP_PLAIN, AXIS_MAPS), loop_of(kernel, LOOP_PLAIN, PIXELS));
}
static void copied_apart(Kernel *kernel)
{
    drop(kernel, loop_of(kernel, LOOP_STRIP, AXIS_ROWS));
    loop_of(kernel, LOOP_PLAIN, AXIS_ROWS)->step = 1;
    loop_of(kernel, LOOP_PLAIN, AXIS_COLUMNS)->kind = LOOP_COPIED;
}
static void strips_first(Kernel *kernel)
{
    swap(loop_of(kernel, LOOP_PLAIN, AXIS_COLUMNS), loop_of(kernel, LOOP_STRIP, AXIS_ROWS));
}
static void other_split(Kernel *kernel)
{
    kernel->tiling.at[0].step = 4;
    kernel->tiling.at[1].length = 4;
}
static void nothing_kept(Kernel *kernel)
{
    kernel->tiling.count--;
}
static void fewer_kept(Kernel *kernel)
{
    loop_of(kernel, LOOP_KEPT, PIXELS)->length--;
}
static void nothing_ahead(Kernel *kernel)
{
    kernel->tiling.ahead = -1;
}
static void kept_for_nothing(Kernel *kernel)
{
    drop(kernel, loop_of(kernel, LOOP_KEPT, PIXELS));
}
static void odd_chunks(Kernel *kernel)
{
    loop_of(kernel, LOOP_PLAIN, AXIS_INPUTS)->step = 24;
    loop_of(kernel, LOOP_PLAIN, AXIS_INPUTS)->last = LAST_CUT;
}
static void uneven_rows(Kernel *kernel)
{
    kernel->tiling.at[0].step = kernel->tiling.at[2].length = 6;
    kernel->tiling.at[0].last = LAST_CUT;
}
static void rows_alone(Kernel *kernel)
{
    drop(kernel, &kernel->tiling.at[2]);
}
static void split_map(Kernel *kernel)
{
    kernel->tiling.at[1] = kernel->tiling.at[0];
    kernel->tiling.at[0].step = kernel->tiling.at[1].length = 6;
    kernel->tiling.count = 2;
}

Test(tiling, verifier)
{
    static const char conv[] = "c: conv(64, 3x3)", small[] = "c: conv(64, 3x3, pad=1)", large[] = "c: conv(64, 1x1)",
                      reduce[] = "reduce_sum(0)", turn[] = "transpose([0, 2, 1])";
    static const struct {
        const char *target, *input, *layer;
        void (*wrong)(Kernel *kernel);
        const char *rule;
    } cases[] = {
        {"c", "f32[64, 28, 28]", conv, no_step, "P14"},
        {"c", "f32[64, 28, 28]", conv, no_axes, "P14"},
        {"c", "f32[64, 28, 28]", conv, too_many, "P14"},
        {"c", "f32[64, 28, 28]", conv, unsaid_rest, "P14"},
        {"c", "f32[64, 28, 28]", conv, needless_rest, "P14"},
        {"c", "f32[64, 28, 28]", conv, no_inside, "P14"},
        {"c", "f32[64, 28, 28]", conv, wider_inside, "P14"},
        {"c", "f32[64, 30, 30]", conv, wider_inside, "P15"},
        {"c", "f32[64, 28, 28]", conv, fewer_rows, "P15"},
        {"c", "f32[64, 28, 28]", conv, fewer_inputs, "P15"},
        {"c", "f32[64, 28, 28]", conv, rows_first, "P16"},
        {"c", "f32[64, 28, 28]", conv, other_panel, "P16"},
        {"c", "f32[64, 28, 60]", conv, many_pixels, "P16"},
        {"avx2", "f32[64, 28, 28]", conv, turned, "P16"},
        {"avx512", "f32[64, 28, 28]", conv, other_panel, "P16"},
        {"avx512", "f32[64, 28, 60]", conv, many_pixels, "P16"},
        {"avx512", "f32[64, 7, 7]", small, nothing_ahead, "P16"},
        {"avx512", "f32[64, 7, 7]", small, fewer_kept, "P16"},
        {"avx512", "f32[64, 7, 7]", small, kept_for_nothing, "P16"},
        {"avx512", "f32[64, 7, 7]", small, odd_chunks, "P14"},
        {"avx512", "f32[256, 56, 56]", large, uneven_rows, "P16"},
        {"avx512", "f32[256, 56, 56]", large, rows_alone, "P15"},
        {"c", "f32[64]", "f: fc(64)", other_panel, "P16"},
        {"avx2", "f32[64]", "f: fc(64)", half_panel, "P16"},
        {"avx2", "7 of f32[64]", "f: fc(200)", maps_last, "P16"},
        {"c", "f32[6, 9, 9]", "avgpool(global)", odd_lanes, "P16"},
        {"c", "f32[6, 9, 9]", "avgpool(global)", lanes_of_maps, "P16"},
        {"c", "f32[30, 9, 9]", reduce, lanes_of_rows, "P16"},
        {"c", "f32[30, 9, 9]", reduce, columns_first, "P16"},
        {"c", "f32[2, 40, 40]", turn, copied_apart, "P16"},
        {"c", "f32[2, 40, 40]", turn, strips_first, "P16"},
        {"c", "f32[8, 4, 4]", "channel_shuffle(2)", other_split, "P16"},
        {"c", "f32[6, 9, 9]", "lrn(5)", nothing_kept, "P16"},
        {"c", "f32[6, 9, 9]", "relu", split_map, "P16"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena = arena_new();
        Plan *plan = plan_layer(arena, cases[i].target, cases[i].input, cases[i].layer, true);
        Kernel *kernel = &plan->kernels.at[0];
        for (uint32_t k = 1; kernel->family == FAMILY_PACK; k++)
            kernel = &plan->kernels.at[k];
        cr_expect_null(plan_verify(plan));
        cases[i].wrong(kernel);
        const char *broken = plan_verify(plan);
        cr_expect(broken && strncmp(broken, cases[i].rule, 3) == 0, "case %zu, %s: %s expected: %s", i, cases[i].layer,
                  cases[i].rule, broken ? broken : "nothing is broken");
        arena_free(arena);
    }
}
