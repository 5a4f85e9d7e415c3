/* test_gpu_conv.c - convolutions on GPUs: which tiles products get, what they take, and rules of theirs broken once. */
#include <criterion/criterion.h>

#include "pass/pass.h"
#include "plan/gpu_conv.h"
#include "tests/support/model.h"

enum { UNITS = 132 };

/* The plan of one layer behind an input x, directly computed. */
static Plan *plan_layer(Arena *arena, const char *input, const char *layer)
{
    Diag diag;
    int batch = atoi(input); /* "8 of f32[9]" */
    const char *text = arena_printf(arena, "net n(x: %s) { return y = x -> %s; }\n", strstr(input, "f32"), layer);
    Graph *graph = model_read_batch(arena, &diag, "n.fov", text, NULL, batch ? batch : 1);
    cr_assert_not_null(graph, "%s", text);
    passes_run(&graph, &(PassOptions){.target = &target_opencl_gpu, .strict = true});
    return plan_make(graph, &target_opencl_gpu);
}

static Kernel *conv_kernel(Plan *plan)
{
    for (uint32_t i = 0; i < plan->kernels.count; i++)
        if (gpu_conv_is(&plan->kernels.at[i]))
            return &plan->kernels.at[i];
    return NULL;
}

static const struct {
    const char *input, *layer, *loops;
} layers[] = {
    {"f32[64, 56, 56]", "c: conv(256, 1x1)",
     "rows*columns by 128 (64 of the last) over groups, maps by 64 over groups, inputs*taps by 8, "
     "inputs*taps, rows*columns by 8 over items, maps by 8 over items; 8 maps x 8 pixels in registers"},
    {"f32[128, 28, 28]", "c: conv(128, 3x3, pad=1)",
     "rows*columns by 64 (16 of the last) over groups, maps by 64 over groups, inputs*taps by 288 over "
     "groups, inputs*taps by 16, inputs*taps, rows*columns by 4 over items, maps by 8 over items; 8 maps "
     "x 4 pixels in registers"},
    {"f32[512, 7, 7]", "c: conv(512, 3x3, pad=1)",
     "rows*columns by 64 (49 of them) over groups, maps by 64 over groups, inputs*taps by 288 over "
     "groups, inputs*taps by 16, inputs*taps, rows*columns by 4 over items, maps by 8 over items; 8 maps "
     "x 4 pixels in registers"},
    {"32 of f32[256, 14, 14]", "c: conv(256, 3x3, pad=1)",
     "pictures*rows*columns by 64 over groups, maps by 64 over groups, inputs*taps by 8, inputs*taps, "
     "pictures*rows*columns by 8 over items, maps by 8 over items; 8 maps x 8 pixels in registers"},
    {"f32[3, 224, 224]", "c: conv(64, 7x7, stride=2, pad=3)",
     "rows*columns by 128 over groups, inputs*taps by 8 and 3, inputs*taps, rows*columns by 8 over items, "
     "maps by 8 over items; 8 maps x 8 pixels in registers"},
    {"f32[24, 56, 56]", "c: conv(40, 1x1)",
     "rows*columns by 32 over groups, maps by 32 (8 of the last) over groups, inputs*taps by 16 and 8, "
     "inputs*taps, rows*columns by 4 over items, maps by 4 over items; 4 maps x 4 pixels in registers"},
    {"f32[64, 28, 28]", "c: conv(64, 3x3, groups=2)",
     "rows*columns by 32 (4 of the last) over groups, maps by 32 over groups, inputs*taps by 80 and 48 "
     "over groups, inputs*taps by 16, inputs*taps, rows*columns by 4 over items, maps by 4 over items; 4 "
     "maps x 4 pixels in registers"},
    {"32 of f32[96, 112, 112]", "c: conv(96, 3x3, groups=96, pad=1)",
     "pictures over items, maps by 16 over items, rows over items, columns by 4 over items, maps by 4 "
     "over items, taps; 4 maps x 4 pixels in registers"},
    {"f32[96, 7, 7]", "c: conv(96, 3x3, groups=96, pad=1)",
     "maps by 16 over items, rows over items, columns over items, maps by 4 over items, taps; 4 maps in "
     "registers"},
    {"f32[1, 28, 28]", "c: conv(6, 5x5)",
     "rows*columns by 32 over groups, maps by 32 (6 of them) over groups, inputs*taps by 16 and 9, "
     "inputs*taps, rows*columns by 4 over items, maps by 4 over items; 4 maps x 4 pixels in registers"},
    {"f32[32, 14, 14]", "c: conv_transpose(32, 4x4, stride=2)",
     "maps by 16 over items, rows over items, columns over items, maps by 4 over items, inputs, taps; 4 "
     "maps in registers"},
    {"f32[3, 14, 14]", "c: conv(3, 5x5, connect=[[0, 1], [1, 2], [0]])",
     "maps over items, rows over items, columns over items, inputs, taps"},
};

Test(gpu_conv, loops_of_each_kind)
{
    for (size_t i = 0; i < COUNT_OF(layers); i++) {
        Arena *arena = arena_new();
        Plan *plan = plan_layer(arena, layers[i].input, layers[i].layer);
        Buf text = {0};
        tiling_print(&text, plan->graph, conv_kernel(plan));
        cr_expect_str_eq(buf_text(&text), layers[i].loops, "%s: %s", layers[i].layer, buf_text(&text));
        buf_free(&text);
        arena_free(arena);
    }
}

/* All products, each once; groups that devices take; scratch memory for the parts, and no more than there may be. */
Test(gpu_conv, launches_fit_devices)
{
    for (size_t i = 0; i < COUNT_OF(layers); i++) {
        Arena *arena = arena_new();
        Plan *plan = plan_layer(arena, layers[i].input, layers[i].layer);
        const Kernel *kernel = conv_kernel(plan);
        GpuLaunch launches[MOST_LAUNCHES];
        int count = gpu_launches(plan, kernel, launches);
        const char *name = layers[i].layer;
        if (gpu_conv_is_tiled(plan->graph, kernel)) {
            const GpuTiles tiles = gpu_conv_tiles(plan->graph, kernel);
            const GpuProduct product = gpu_conv_product(plan->graph, kernel);
            int64_t slices = gpu_slices(&product, tiles.tile.slice);
            cr_expect(gpu_tile_fits(&tiles.tile), "%s", name);
            cr_expect(tiles.slices * tiles.parts >= slices && tiles.slices * (tiles.parts - 1) < slices, "%s", name);
            cr_expect_eq(count, tiles.parts > 1 ? 2 : 1, "%s", name);
            cr_expect_eq(kernel->scratch > 0, tiles.parts > 1, "%s", name);
            cr_expect_leq(kernel->scratch * 4, (int64_t)1 << 28, "%s", name);
            cr_expect_eq(launches[0].group[0], gpu_tile_items(&tiles.tile), "%s", name);
            cr_expect_eq(launches[0].local_floats, gpu_tile_floats(&tiles.tile), "%s", name);
        } else {
            cr_expect_eq(count, 1, "%s", name);
            cr_expect_eq(launches[0].local_floats, 0, "%s", name);
        }
        arena_free(arena);
    }
}

static GpuTiles choose(int64_t maps, int64_t pixels, int64_t products)
{
    return gpu_tiles_choose(&(GpuProduct){.count = 1, .maps = maps, .pixels = pixels, .products = products}, 32, 0);
}

static int64_t groups_of(const GpuTiles *tiles, int64_t maps, int64_t pixels)
{
    return quotient_up(maps, tiles->tile.maps) * quotient_up(pixels, tiles->tile.pixels) * tiles->parts;
}

/* ResNet-50's layers at batch 1, and more pictures. */
Test(gpu_conv, all_units_have_groups)
{
    static const int64_t sizes[][3] = {{64, 3136, 256},  {256, 3136, 64},   {128, 784, 1152}, {512, 784, 128},
                                       {256, 196, 2304}, {1024, 196, 256},  {512, 49, 4608},  {2048, 49, 512},
                                       {64, 12544, 147}, {512, 1568, 4608}, {64, 100352, 576}};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        const GpuTiles tiles = choose(sizes[i][0], sizes[i][1], sizes[i][2]);
        cr_expect(gpu_tile_fits(&tiles.tile));
        cr_expect_geq(groups_of(&tiles, sizes[i][0], sizes[i][1]), UNITS * 2 / 3, "%lld x %lld x %lld",
                      (long long)sizes[i][0], (long long)sizes[i][1], (long long)sizes[i][2]);
    }
    const GpuTiles large = choose(512, 100352, 4608), small = choose(64, 49, 64);
    cr_expect_eq(large.parts, 1);
    cr_expect_eq(large.tile.item_maps * large.tile.item_pixels, 64, "what fetches least for each product");
    cr_expect_leq(small.tile.maps * small.tile.pixels, 2048);
}

Test(gpu_conv, tiles_that_are_chosen_from_can_be_written)
{
    int32_t count = 0;
    while (gpu_tile_at(count + 1))
        cr_expect(gpu_tile_fits(gpu_tile_at(++count)), "tile %d", count);
    cr_expect_gt(count, 1);
    cr_expect_null(gpu_tile_at(0));
}

Test(gpu_conv, tiles_that_cannot_be_written)
{
    static const GpuTile wrong[] = {
        {64, 64, 8, 8, 12}, {64, 48, 8, 4, 8},   {64, 64, 16, 4, 8},
        {16, 64, 4, 4, 8},  {256, 128, 8, 8, 8}, {48, 64, 4, 4, 16},
    };
    cr_expect(gpu_tile_fits(&(GpuTile){128, 128, 8, 8, 8}));
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        cr_expect_not(gpu_tile_fits(&wrong[i]), "%zu", i);
}

/* The loop of that kind over maps, or over pixels. */
static Loop *loop_over(Kernel *kernel, Spread spread, bool maps)
{
    for (int i = 0; i < kernel->tiling.count; i++) {
        Loop *loop = &kernel->tiling.at[i];
        if (loop->spread == spread && loop->kind == LOOP_PLAIN && (loop->axes == AXIS_MAPS) == maps && !loop->joins)
            return loop;
    }
    return NULL;
}

static void no_groups(Kernel *kernel)
{
    loop_over(kernel, SPREAD_GROUPS, true)->spread = SPREAD_NOT;
}

static void wide_items(Kernel *kernel)
{
    Loop *maps = loop_over(kernel, SPREAD_ITEMS, true);
    maps->step = maps->length / 2;
    kernel->tiling.at[kernel->tiling.count - 1].length = maps->step;
}

static void other_slices(Kernel *kernel)
{
    Loop *slice = NULL;
    for (int i = 0; i < kernel->tiling.count; i++)
        if (kernel->tiling.at[i].joins && !kernel->tiling.at[i].spread)
            slice = &kernel->tiling.at[i];
    slice[-1].step = slice->length = 4;
}

Test(gpu_conv, rules_are_broken)
{
    static const struct {
        void (*spoil)(Kernel *kernel);
        const char *rule;
    } cases[] = {{no_groups, "P16"}, {wide_items, "P16"}, {other_slices, "P16"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena = arena_new();
        Plan *plan = plan_layer(arena, "f32[256, 28, 28]", "c: conv(256, 1x1)");
        cr_assert_null(plan_verify(plan));
        cases[i].spoil(conv_kernel(plan));
        const char *broken = plan_verify(plan);
        cr_expect(broken && strncmp(broken, cases[i].rule, 3) == 0, "case %zu: %s", i, broken ? broken : "nothing");
        arena_free(arena);
    }
}

/* Any tile that fits may stand in a plan. */
Test(gpu_conv, other_tiles_keep_the_rules)
{
    static const GpuTiles others[] = {{{64, 64, 8, 4, 16}, 16, 1},
                                      {{32, 32, 4, 4, 16}, 4, 4},
                                      {{128, 64, 8, 8, 8}, 7, 5},
                                      {{16, 64, 4, 4, 16}, 16, 1}};
    Arena *arena = arena_new();
    Plan *plan = plan_layer(arena, "f32[256, 28, 28]", "c: conv(256, 1x1)");
    Kernel *kernel = conv_kernel(plan);
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        kernel->tiling = gpu_conv_tiled(plan->graph, kernel, &others[i]);
        const GpuTiles back = gpu_conv_tiles(plan->graph, kernel);
        cr_expect_arr_eq(&back, &others[i], sizeof back, "%zu", i);
        cr_expect_null(gpu_conv_misfit(plan->graph, kernel, &back), "%zu", i);
    }
    arena_free(arena);
}

/* Sums of a single part take no scratch memory, however many there are: 392 MiB of a batch. */
Test(gpu_conv, large_results_need_no_room)
{
    Arena *arena = arena_new();
    Plan *plan = plan_layer(arena, "32 of f32[3, 224, 224]", "c: conv(64, 3x3, pad=1)");
    cr_expect_null(plan_verify(plan), "%s", plan_verify(plan));
    cr_expect_eq(conv_kernel(plan)->scratch, 0);
    arena_free(arena);
}
