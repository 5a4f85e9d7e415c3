/* tiles.c - tiles are data: emitted code computes the same with any sizes of them, and has the sizes that the Plan
 * says.
 *
 * Targets that nobody has stand beside the real ones: their texts, but other sizes. What an emitter decided by itself
 * would not fit them.
 */
#include <criterion/criterion.h>

#include "emit/emit.h"
#include "ops/conv.h"
#include "pass/pass.h"
#include "plan/gpu_tile.h"
#include "tests/ops/cases.h"
#include "tests/support/emitted.h"
#include "tests/support/files.h"
#include "tests/support/sample.h"

static const TileSizes few = {
    .outputs = {1, 3, 5},
    .few_maps = 2,
    .lanes = 2,
    .rows = 2,
    .fewest_rows = 2,
    .run = 2,
    .strip = 3,
    .fewest_strips = 1,
    .longest_row_kept = 5,
    .worth_threads = INT32_MAX,
};

static const TileSizes many = {
    .outputs = {12, 24, 48},
    .few_maps = 48,
    .lanes = 8,
    .rows = 5,
    .fewest_rows = 5,
    .run = 9,
    .strip = 4,
    .fewest_strips = 2,
    .longest_row_kept = 1 << 20,
    .worth_threads = INT32_MAX,
};

/* Panels one by one, and few examples; more sums than there are registers. */
static const MatvecSizes few_sums = {.registers = 8, .vectors = 3, .examples = 2};
static const MatvecSizes many_sums = {.registers = 64, .vectors = 13, .examples = 5};

static ConvForm few_form(const Graph *graph, const Node *conv, bool vector_epilogue)
{
    ConvForm form = target_find("c")->conv_form(graph, conv, vector_epilogue);
    form.maps = form.maps == 8 && ((const ConvAttrs *)conv->attrs)->groups == 1 ? 3 : form.maps;
    form.pixels = MIN(form.pixels, 3);
    form.rows = MIN(form.rows, 2);
    return form;
}

static ConvForm many_form(const Graph *graph, const Node *conv, bool vector_epilogue)
{
    ConvForm form = target_find("c")->conv_form(graph, conv, vector_epilogue);
    form.maps = form.maps == 8 && ((const ConvAttrs *)conv->attrs)->groups == 1 ? 12 : form.maps;
    if (conv->op == OP_conv)
        form.pixels = (int32_t)MIN(TILING_PIXELS - 1, conv->type.shape.dim[3]);
    if (conv->op == OP_conv_connect)
        form.rows = (int32_t)MIN(9, conv->type.shape.dim[2]);
    return form;
}

static ConvForm narrow_form(const Graph *graph, const Node *conv, bool vector_epilogue)
{
    ConvForm form = target_find("avx2")->conv_form(graph, conv, vector_epilogue);
    form.pixels = MIN(form.pixels, 2);
    return form;
}

/* A real target with other sizes. */
static Target with_sizes(const char *name, const TileSizes *sizes,
                         ConvForm (*form)(const Graph *graph, const Node *conv, bool vector_epilogue))
{
    Target target = *target_find(name);
    target.tiles = sizes;
    target.conv_form = form;
    return target;
}

/* Whether sizes of tiles matter to a case. */
static bool is_tiled(const OpCase *op_case)
{
    Arena *arena = arena_new();
    Diag diag;
    const Graph *graph = op_case_graph(arena, &diag, op_case);
    bool tiled = false;
    for (uint32_t i = 0; graph && i < graph->nodes.count; i++) {
        Family family = op_row(graph->nodes.at[i].op)->family;
        tiled |= family >= FAMILY_CONV && family <= FAMILY_REDUCE;
        tiled |= family == FAMILY_COPY || family == FAMILY_RESIZE;
    }
    arena_free(arena);
    return tiled;
}

/* One of so many cases; all of them in `make test-all`, which sets SEEDS. */
enum { SHARE = 4 };

static void check_cases(Target target, int64_t cache, uint32_t first)
{
    const char *seeds = getenv("SEEDS");
    uint32_t share = seeds && *seeds ? 1 : SHARE, found = 0, count = 0;
    OpCase *cases = calloc(op_case_count, sizeof *cases);
    for (uint32_t i = 0; i < op_case_count; i++)
        if (is_tiled(&op_cases[i]) && found++ % share == first % share)
            cases[count++] = op_cases[i];
    int failed = op_cases_check_on(&target, cache, cases, count);
    free(cases);
    if (failed < 0)
        cr_skip_test("%s target %s", target_missing(target.name), target.name);
    cr_expect_gt(count, op_case_count / 8 / share);
    cr_expect_eq(failed, 0, "%d of %u cases fail with other tiles on target %s", failed, count, target.name);
}

/* ---- products of matrices on GPUs ---- */

/* Blocks that are not full, plain inputs and results, groups, strides, dilation, and what is added behind it. */
static const OpCase products[] = {
    {"f32[26, 5, 7]", "y = x -> a: conv(58, 1x1) -> relu; z = y + (y -> b: conv(58, 1x3, pad=[0, 1])) -> relu; "
                      "return answer = z -> c: conv(64, 2x3, dilation=1x2) -> d: conv(96, 2x2, groups=2, stride=2);"},
    {"2 of f32[5, 5, 7]",
     "x -> a: conv(24, 3x3, stride=2, pad=1) -> b: conv(41, 2x2) -> gelu -> c: conv(14, 1x1, stride=2) -> tanh"},
};

static int32_t only_tile;

static ConvForm form_of_tile(const Graph *graph, const Node *conv, bool vector_epilogue)
{
    ConvForm form = target_opencl_gpu.conv_form(graph, conv, vector_epilogue);
    form.tile = only_tile;
    return form;
}

/* Each tile with CASES=all; of others a small and a large one, as compiling for PoCL takes long. */
Test(tiles, products)
{
    for (only_tile = 1; gpu_tile_at(only_tile); only_tile++) {
        if (!sample_is_whole() && only_tile != 1 && gpu_tile_at(only_tile + 1))
            continue;
        Target target = target_opencl_gpu;
        target.name = "opencl for GPUs";
        target.conv_form = form_of_tile;
        target.winograd = NULL;
        int failed = op_cases_check_on(&target, 0, products, COUNT_OF(products));
        if (failed < 0)
            cr_skip_test("%s target %s", target_missing(target.name), target.name);
        cr_expect_eq(failed, 0, "tile %d", only_tile);
    }
}

/* ---- all families ---- */

Test(tiles, few)
{
    check_cases(with_sizes("c", &few, few_form), 0, 0);
}

Test(tiles, many)
{
    check_cases(with_sizes("c", &many, many_form), 2048, 1);
}

Test(tiles, few_avx2)
{
    Target target = with_sizes("avx2", &few, narrow_form);
    InstructionSet set = *target.sets[0];
    set.matvec = &few_sums;
    target.sets[0] = &set;
    check_cases(target, 0, 2);
}

Test(tiles, many_avx512)
{
    Target target = with_sizes("avx512", &many, target_find("avx512")->conv_form);
    InstructionSet set = *target.sets[0];
    set.matvec = &many_sums;
    target.sets[0] = &set;
    check_cases(target, 0, 3);
}

static const char *source_text(Arena *arena, const char *folder, const char *net, const Target *target, Buf *plan_text)
{
    Diag diag;
    Graph *graph = model_read(arena, &diag, "n.fov", arena_printf(arena, "net n(%s; }\n", net), "random:1");
    cr_assert(graph, "%s is not read", net);
    passes_run(&graph, &(PassOptions){.target = target});
    Plan *plan = plan_make(graph, target);
    plan_print(plan_text, plan);
    cr_assert(emit_model(&diag, plan, &(EmitOptions){.prefix = "n", .embed = EMBED_NONE}, folder));
    return text_read(arena, arena_printf(arena, "%s/n.c", folder), NULL);
}

/* What stands in the Plan stands in the code, whatever it is. */
Test(tiles, plan_and_code_agree)
{
    static const struct {
        const char *net, *plan_few, *code_few, *plan_many, *code_many;
    } cases[] = {
        {"x: f32[4, 9, 9]) { return y = x -> c: conv(7, 3x3)",
         "maps by 3 (1 of the last), rows, columns by 3 and 1, inputs, taps; 3 maps x 3 pixels in registers, turned",
         "float a0[3], a1[3], a2[3];", "maps by 12 (7 of them), rows, inputs, taps; 12 maps x 7 pixels in registers\n",
         "float a0[12], a1[12], a2[12], a3[12], a4[12], a5[12], a6[12];"},
        {"x: f32[4, 9, 9]) { return y = x -> c: conv(7, 3x3) -> relu", "turned to be stored", "float sums[3][3];",
         "7 pixels in registers\n", "y[b * 49] = n_c_finish(a0[b]);"},
        {"x: f32[4, 5, 5]) { return y = x -> c: conv_transpose(7, 4x4, stride=2, pad=1)",
         "columns by 6 (the last moved back), inputs, taps; 3 maps x 3 pixels in registers, turned to be stored",
         "c += 3)", "2 phases of columns, rows by 2, inputs, taps; 12 maps x 5 pixels in registers", "n_c_row5("},
        {"x: f32[2, 9, 9]) { return y = x -> c: conv(2, 1x1, connect=[[0], [0, 1]])",
         "rows by 2 (the last moved back), columns by 3, inputs; 3 pixels x 2 rows in registers", "float a0[3], a1[3];",
         "columns by 8 (the last moved back), inputs; 8 pixels x 9 rows in registers", "a8[8];"},
        {"x: f32[9]) { return y = x -> f: fc(7)", "outputs by 5 (2 of the last), inputs; 5 outputs in registers",
         "float a[5];", "outputs by 12 (7 of them), inputs; 12 outputs in registers", "float a[12];"},
        {"x: f32[4, 5, 5]) { return y = x -> avgpool(global)",
         "maps, rows*columns by 2 and 1; 2 rows*columns in registers", "2 partial results",
         "rows*columns by 8 and 1; 8 rows*columns in registers", "8 partial results"},
        {"x: f32[7, 5, 5]) { return y = x -> reduce_sum(0)", "maps by 2 and 1, rows*columns; 2 maps in registers",
         "s[i] + s[25 + i];", "maps by 5 and 2, rows*columns; 5 maps in registers",
         "(s[i] + s[25 + i]) + (s[50 + i] + (s[75 + i] + s[100 + i]));"},
        {"x: f32[2, 8, 9]) { return y = x -> transpose([0, 2, 1])", "rows by 3, columns, strips of 3 rows", "j0 += 3",
         "rows by 4 and 1, columns, strips of 4 rows", "j0 += 4"},
        {"x: f32[4, 5, 5]) { return y = x -> slice([0, 1, 1], [4, 4, 4])", "maps, rows, columns copied",
         "3 * sizeof *y", "maps, rows, columns\n", "y[i * 9 + j * 3 + k] ="},
        {"x: f32[2, 4, 6]) { return y = x -> resize([8, 12], mode=bilinear)", "maps, rows, columns\n",
         "const float top =", "maps, rows, columns; 6 inputs kept", "float row[6];"},
    };
    const Target targets[] = {with_sizes("c", &few, few_form), with_sizes("c", &many, many_form)};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *plans[] = {cases[i].plan_few, cases[i].plan_many};
        const char *codes[] = {cases[i].code_few, cases[i].code_many};
        for (size_t t = 0; t < COUNT_OF(targets); t++) {
            Arena *arena = arena_new();
            char *folder = folder_temporary(arena);
            Buf plan = {0};
            const char *code = source_text(arena, folder, cases[i].net, &targets[t], &plan);
            cr_expect(code && strstr(code, codes[t]), "'%s' is not in the code of %s", codes[t], cases[i].net);
            cr_expect(strstr(buf_text(&plan), plans[t]), "'%s' is not in %s", plans[t], buf_text(&plan));
            buf_free(&plan);
            folder_remove(folder);
            arena_free(arena);
        }
    }
}
