/* test_sets.c - targets with the weights of avx512: auto, which has its Plan, with loops for other instruction sets
 * beside it, and the verifier's rules of these broken once; and opencl. */
#include <criterion/criterion.h>

#include "pass/pass.h"
#include "plan/plan.h"
#include "support/buf.h"
#include "tests/support/model.h"
#include "tests/support/models.h"

static Plan *plan_net(Arena *arena, const char *text, const char *target)
{
    Diag diag;
    Graph *graph = model_read(arena, &diag, "net.fov", text, NULL);
    cr_assert_not_null(graph, "%s", text);
    passes_run(&graph, &(PassOptions){.target = target_find(target)});
    return plan_make(graph, target_find(target));
}

static const char *loops_text(Arena *arena, const Plan *plan, const Kernel *kernel)
{
    Buf text = {0};
    tiling_print(&text, plan->graph, kernel);
    const char *result = arena_strdup(arena, buf_text(&text));
    buf_free(&text);
    return result;
}

/* What a blob, a session and threads know of a plan. */
Test(sets, plan_is_that_of_avx512)
{
    const char *const nets[] = {lenet5, alexnet, vgg, googlenet, resnet};
    for (size_t n = 0; n < COUNT_OF(nets); n++) {
        Arena *arena = arena_new();
        const Plan *a = plan_net(arena, nets[n], "auto"), *b = plan_net(arena, nets[n], "avx512");
        const char *name = a->graph->name;
        cr_expect_eq(a->architecture, b->architecture, "%s", name);
        cr_expect_eq(a->workspace_bytes, b->workspace_bytes, "%s", name);
        cr_expect_eq(a->weights_bytes, b->weights_bytes, "%s", name);
        cr_expect_eq(plan_scratch_of_thread(a), plan_scratch_of_thread(b), "%s", name);
        cr_assert_eq(a->kernels.count, b->kernels.count, "%s", name);
        cr_assert_eq(a->steps.count, b->steps.count, "%s", name);
        for (uint32_t i = 0; i < a->kernels.count; i++)
            cr_expect_str_eq(loops_text(arena, a, &a->kernels.at[i]), loops_text(arena, b, &b->kernels.at[i]), "%s: %s",
                             name, a->kernels.at[i].name);
        for (uint32_t i = 0; i < a->steps.count; i++)
            cr_expect_eq(a->steps.at[i].waits, b->steps.at[i].waits, "%s: step %u", name, i);
        arena_free(arena);
    }
}

/* The blob is the header, with the hash, and then each tensor: its format, at its place. */
Test(sets, weights_of_opencl_are_those_of_avx512)
{
    const char *const nets[] = {lenet5, alexnet, vgg, googlenet, resnet};
    for (size_t n = 0; n < COUNT_OF(nets); n++) {
        Arena *arena = arena_new();
        const Plan *a = plan_net(arena, nets[n], "opencl"), *b = plan_net(arena, nets[n], "avx512");
        const char *name = a->graph->name;
        uint32_t tensors = 0, k = 0;
        cr_expect_eq(a->architecture, b->architecture, "%s", name);
        cr_expect_eq(a->weights_bytes, b->weights_bytes, "%s", name);
        for (uint32_t i = 0; i < a->buffers.count; i++) {
            const Buffer *buffer = &a->buffers.at[i];
            if (buffer->place != BUFFER_WEIGHTS)
                continue;
            while (k < b->buffers.count && b->buffers.at[k].place != BUFFER_WEIGHTS)
                k++;
            cr_assert(k < b->buffers.count, "%s: avx512 has no %s", name, buffer->name);
            cr_expect_str_eq(buffer->name, b->buffers.at[k].name, "%s", name);
            cr_expect_eq(buffer->offset, b->buffers.at[k].offset, "%s: %s", name, buffer->name);
            const Type *type = &b->buffers.at[k].type;
            cr_expect(buffer->type.dtype == type->dtype && layout_equal(&buffer->type.layout, &type->layout) &&
                          shape_equal(&buffer->type.shape, &type->shape),
                      "%s: %s", name, buffer->name);
            k++;
            tensors++;
        }
        cr_expect_gt(tensors, 0, "%s", name);
        arena_free(arena);
    }
}

static Plan *plan_layer(Arena *arena, const char *input, const char *layer)
{
    return plan_net(arena, arena_printf(arena, "net n(x: %s) { return y = x -> %s; }\n", input, layer), "auto");
}

static Kernel *layer_kernel(Plan *plan)
{
    Kernel *kernel = &plan->kernels.at[0];
    for (uint32_t k = 1; kernel->family == FAMILY_PACK && k < plan->kernels.count; k++)
        kernel = &plan->kernels.at[k];
    return kernel;
}

enum { AVX512, AVX2, PORTABLE };

Test(sets, loops_of_each)
{
    static const struct {
        int set;
        const char *input, *layer, *loops;
    } cases[] = {
        {AVX2, "f32[64, 28, 28]", "c: conv(64, 1x1)",
         "maps by 32, 2 parts of maps, rows*columns by 6 and 4, inputs by 16, inputs; 16 maps x 6 pixels in registers; "
         "maps shared out"},
        {PORTABLE, "f32[64, 28, 28]", "c: conv(64, 1x1)",
         "maps by 32, 2 parts of maps, rows, columns by 2, inputs by 16, inputs; 16 maps x 2 pixels in registers; "
         "rows shared out"},
        {AVX2, "f32[512, 7, 7]", "c: conv(512, 3x3, pad=1, stride=2)",
         "maps by 32, inputs by 16, 2 parts of maps, rows, taps, inputs; 16 maps x 4 pixels in "
         "registers; sums of 16 pixels kept; 4 lines fetched ahead; maps shared out"},
        {AVX2, "f32[6, 9, 9]", "c: conv(6, 3x3)",
         "maps by 16 (6 of them), rows, taps, inputs; 16 maps x 7 pixels in registers"},
        {AVX2, "f32[64, 56, 56]", "c: conv(64, 3x3, pad=1)",
         "tiles by 28, maps by 32, points, 2 parts of maps, tiles by 6 and 4, inputs; 16 maps x 6 tiles in registers; "
         "tiles shared out"},
        {AVX2, "f32[64, 14, 14]", "c: conv(64, 3x3, pad=1, groups=64)",
         "maps by 16, rows, columns by 7, taps; 16 maps x 7 pixels in registers"},
        {AVX2, "f32[32, 9, 9]", "c: conv_transpose(64, 2x2, stride=2)",
         "maps by 32, 2 parts of maps, 2 phases of rows, 2 phases of columns, rows by 2, columns by 10 (the last moved "
         "back), inputs, taps; 16 maps x 5 pixels in registers"},
        {AVX2, "f32[200]", "f: fc(1000)", "outputs by 64 (40 of the last), inputs; 64 outputs in registers"},
        {PORTABLE, "f32[200]", "f: fc(1000)", "outputs by 32 (8 of the last), inputs; 32 outputs in registers"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena = arena_new();
        Plan *plan = plan_layer(arena, cases[i].input, cases[i].layer);
        const Kernel kernel = kernel_with(layer_kernel(plan), cases[i].set);
        cr_expect_str_eq(loops_text(arena, plan, &kernel), cases[i].loops, "%s", cases[i].layer);
        arena_free(arena);
    }
}

/* ---- the rules ---- */

static Loop *other_loop(Kernel *kernel, LoopKind kind)
{
    Tiling *tiling = &kernel->others[AVX2 - 1].tiling;
    return &tiling->at[tiling_find(tiling, kind) - tiling->at];
}
static void no_step(Kernel *kernel)
{
    other_loop(kernel, LOOP_PLAIN)->step = 0;
}
static void one_part(Kernel *kernel)
{
    other_loop(kernel, LOOP_PARTS)->length = 16;
}
static void half_vectors(Kernel *kernel)
{
    other_loop(kernel, LOOP_PARTS)->step = 8;
    other_loop(kernel, LOOP_LANES)->length = 8;
}
static void shared_alone(Kernel *kernel)
{
    Tiling *tiling = &kernel->tiling;
    for (int i = 0; i < tiling->count; i++)
        tiling->at[i].together = 0;
}

Test(sets, verifier)
{
    static const struct {
        void (*wrong)(Kernel *kernel);
        const char *broken;
    } cases[] = {
        {no_step, "P14: loops of c with avx2: "},
        {one_part, "P15: the loops of c with avx2 do not reach each element once"},
        {half_vectors, "P16: the loops of c with avx2 sum parts of panels that are no blocks"},
        {shared_alone, "P17: the loop of c that threads share is none with the first instruction set"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena = arena_new();
        Plan *plan = plan_layer(arena, "f32[64, 56, 56]", "c: conv(64, 1x1) -> relu");
        cr_expect_null(plan_verify(plan));
        cases[i].wrong(layer_kernel(plan));
        const char *broken = plan_verify(plan);
        cr_expect(broken && strncmp(broken, cases[i].broken, strlen(cases[i].broken)) == 0, "%s expected: %s",
                  cases[i].broken, broken ? broken : "nothing is broken");
        arena_free(arena);
    }
}
