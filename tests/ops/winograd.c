/* winograd.c - convolutions by Winograd's algorithm: tiles of all sizes in odd shapes, whatever they cost, on every
 * target that has vectors.
 *
 * Targets that nobody has stand beside the real ones: they take tiles of one size wherever these can be computed, and
 * small blocks of tiles, the last of which is never full.
 */
#include <criterion/criterion.h>

#include "ops/winograd.h"
#include "pass/pass.h"
#include "tests/ops/cases.h"
#include "tests/support/dice.h"
#include "tests/support/emitted.h"

static int always_2(const WinogradShape *shape, double *left)
{
    (void)shape, (void)left;
    return 2;
}

static int always_4(const WinogradShape *shape, double *left)
{
    (void)shape, (void)left;
    return 4;
}

static int always_6(const WinogradShape *shape, double *left)
{
    (void)left;
    return shape->r == 3 ? 6 : 2;
}

static ConvForm small_blocks(const Graph *graph, const Node *conv, ConvForm form)
{
    (void)graph;
    if (conv->op != OP_conv_winograd)
        return form;
    form.rows = MIN(form.rows, 4);
    form.pixels = MIN(form.pixels, 3);
    return form;
}

static ConvForm avx2_form(const Graph *graph, const Node *conv, bool vector_epilogue)
{
    return small_blocks(graph, conv, target_find("avx2")->conv_form(graph, conv, vector_epilogue));
}

static ConvForm avx512_form(const Graph *graph, const Node *conv, bool vector_epilogue)
{
    return small_blocks(graph, conv, target_find("avx512")->conv_form(graph, conv, vector_epilogue));
}

/* Maps that no tile fills, that one tile covers, that are one row; channels that do and do not fill blocks; every
 * padding; what is behind and beside; groups; several pictures. */
static const OpCase cases[] = {
    {"f32[16, 9, 9]", "x -> a: conv(16, 3x3, pad=1)"},
    {"f32[16, 12, 12]", "x -> a: conv(32, 3x3, pad=1, bias=false)"},
    {"f32[17, 7, 13]", "x -> a: conv(33, 3x3, pad=1) -> relu"},
    {"f32[24, 14, 14]", "x -> a: conv(40, 3x3, pad=1) -> relu"},
    {"f32[48, 13, 11]", "x -> a: conv(16, 3x3)"},
    {"f32[16, 3, 3]", "x -> a: conv(16, 3x3)"},
    {"f32[16, 3, 30]", "x -> a: conv(16, 3x3)"},
    {"f32[16, 30, 3]", "x -> a: conv(16, 3x3)"},
    {"f32[16, 2, 2]", "x -> a: conv(17, 3x3, pad=1)"},
    {"f32[16, 9, 10]", "x -> a: conv(24, 3x3, pad=[0, 1, 2, 3])"},
    {"f32[16, 9, 10]", "x -> a: conv(24, 3x3, pad=[3, 2, 1, 0])"},
    {"f32[19, 10, 9]", "x -> a: conv(16, 5x5, pad=2)"},
    {"f32[16, 5, 5]", "x -> a: conv(32, 5x5)"},
    {"f32[32, 9, 17]", "x -> a: conv(24, 5x5, pad=[4, 0, 1, 3]) -> relu6"},
    {"3 of f32[16, 11, 10]", "x -> a: conv(33, 3x3, pad=1) -> relu"},
    {"2 of f32[32, 8, 9]", "relu(x + (x -> a: conv(32, 3x3, pad=1)))"},
    {"f32[20, 9, 9]", "y = x -> a: conv(24, 3x3, pad=1) -> bn: batchnorm -> relu; "
                      "return z = relu(y + (y -> b: conv(24, 3x3, pad=1) -> c: conv(24, 3x3, pad=1)));"},
    {"f32[16, 9, 9]", "x -> a: conv(24, 3x3, pad=1) -> p: prelu -> b: conv(40, 5x5, pad=2) -> s: scale"},
    {"f32[16, 9, 9]", "x -> a: conv(17, 3x3, pad=1) -> hard_swish -> b: conv(16, 3x3, pad=1) -> clamp(-0.5, 0.5)"},
    {"f32[16, 9, 9]", "x -> a: conv(16, 3x3, pad=1) -> sigmoid"},
    {"f32[32, 9, 9]", "x -> a: conv(64, 3x3, pad=1, groups=2) -> relu"},
    {"2 of f32[64, 7, 9]", "x -> a: conv(32, 5x5, pad=2, groups=2)"},
    {"f32[48, 9, 9]", "x -> a: conv(96, 3x3, pad=1, groups=3) -> relu -> b: conv(16, 3x3)"},
    {"f32[32, 9, 9]", "x + (x -> a: conv(32, 3x3, pad=1, groups=2))"},
    {"f32[16, 9, 9]", "v = x -> a: conv(16, 1x1); return answer = concat(v -> b: conv(16, 3x3, pad=1), "
                      "v -> c: conv(32, 5x5, pad=2), v);"},
    {"f32[16, 12, 12]", "y = x -> a: conv(16, 3x3, pad=1) -> relu; output inner = y; return z = y -> maxpool(2x2) -> "
                        "b: conv(16, 3x3, pad=1);"},
    {"2 of f32[16, 14, 10]", "x -> a: conv(40, 3x3, pad=1) -> relu -> maxpool(2x2)"},
    {"f32[16, 20, 22]", "x -> a: conv(24, 3x3, pad=1) -> maxpool(2x2) -> b: conv(16, 3x3, pad=2) -> relu6 -> "
                        "maxpool(2x2, stride=2)"},
    {"f32[16, 9, 10]", "x -> a: conv(24, 3x3, pad=1) -> maxpool(2x2)"},
};

/* How many of them have a convolution that is computed so. */
static uint32_t count_taken(const Target *target)
{
    uint32_t count = 0;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena = arena_new();
        Diag diag;
        Graph *graph = op_case_graph(arena, &diag, &cases[i]);
        cr_assert(graph, "%s is no net", cases[i].body);
        passes_run(&graph, &(PassOptions){.target = target});
        bool taken = false;
        for (uint32_t n = 0; n < graph->nodes.count; n++)
            taken |= graph->nodes.at[n].op == OP_conv_winograd;
        count += taken;
        arena_free(arena);
    }
    return count;
}

static void check(const char *name, int (*winograd)(const WinogradShape *shape, double *left), bool small)
{
    Target target;
    cr_assert(target_tested(name, &target));
    target.winograd = winograd;
    if (small)
        target.conv_form = target.lanes == 16 ? avx512_form : avx2_form;
    int failed = op_cases_check_on(&target, 0, cases, COUNT_OF(cases));
    if (failed < 0)
        cr_skip_test("%s target %s", target_missing(name), name);
    cr_expect_eq(failed, 0, "%d of %zu cases fail on target %s", failed, COUNT_OF(cases), name);
    cr_expect_geq(count_taken(&target), COUNT_OF(cases) - 2, "few of the cases are computed so on target %s", name);
}

Test(winograd, tiles_of_2_avx2)
{
    check("avx2", always_2, true);
}

Test(winograd, tiles_of_4_avx2)
{
    check("avx2", always_4, false);
}

Test(winograd, tiles_of_6_avx2)
{
    check("avx2", always_6, true);
}

Test(winograd, tiles_of_2_avx512)
{
    check("avx512", always_2, false);
}

Test(winograd, tiles_of_4_avx512)
{
    check("avx512", always_4, true);
}

Test(winograd, tiles_of_6_avx512)
{
    check("avx512", always_6, false);
}

Test(winograd, tiles_of_2_auto_avx2)
{
    check(AUTO_AVX2, always_2, false);
}

Test(winograd, tiles_of_4_auto_avx2)
{
    check(AUTO_AVX2, always_4, true);
}

Test(winograd, tiles_of_4_auto_portable)
{
    check(AUTO_PORTABLE, always_4, false);
}

Test(winograd, tiles_of_6_auto_avx2)
{
    check(AUTO_AVX2, always_6, false);
}

Test(winograd, tiles_of_2_opencl_gpu)
{
    check(OPENCL_GPU, always_2, false);
}

Test(winograd, tiles_of_4_opencl_gpu)
{
    check(OPENCL_GPU, always_4, false);
}

Test(winograd, tiles_of_6_opencl_gpu)
{
    check(OPENCL_GPU, always_6, false);
}
