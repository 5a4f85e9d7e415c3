/* test_tuned.c - files of measured choices: what is read is written again, each mistake has its message at its place,
 * and what fits reaches the plan. */
#include <criterion/criterion.h>

#include "pass/pass.h"
#include "plan/plan.h"
#include "plan/room.h"
#include "plan/tuned.h"
#include "tests/support/model.h"

#define SHAPE3 "avx512 input 64x20x21 maps 70 kernel 3x3 stride 1x1 pad 1x1x1x1 dilation 1x1 groups 1 batch 1 blocks"
#define SHAPE1 "avx512 input 64x20x21 maps 64 kernel 1x1 stride 1x1 pad 0x0x0x0 dilation 1x1 groups 1 batch 1 blocks"
#define SHAPE7 "avx512 input 64x7x7 maps 64 kernel 1x1 stride 1x1 pad 0x0x0x0 dilation 1x1 groups 1 batch 1 blocks"
#define FIRST  "fovea tune 1\n"

/* NULL: it is refused; what is said is in *said. */
static Tuned *parse(Arena *arena, const char *text, Buf *said)
{
    Diag *diag = NEW(arena, Diag);
    diag_init(diag, arena);
    diag->capture = said;
    Tuned *tuned = tuned_parse(arena, diag, diag_add_source(diag, "f.tune", text, strlen(text)));
    cr_expect_eq(diag->errors, tuned ? 0u : 1u, "%u errors for:\n%s", diag->errors, text);
    return tuned;
}

Test(tuned, is_written_as_it_is_read)
{
    /* Sorted by target, then by numbers. */
    static const char text[] =
        FIRST "cpu Some CPU 7\n"
              "avx2 input 3x224x224 maps 64 kernel 7x7 stride 2x2 pad 3x3x3x3 dilation 1x1 groups 1 batch 1 plain: "
              "direct maps 16 pixels 6\n" SHAPE7 ": direct maps 32 pixels 13 across inputs 16 ahead 3\n" SHAPE3
              ": winograd 4 tiles 12 # 0.5 ms\n"
              "avx512 input 96x27x27 maps 256 kernel 5x5 stride 1x1 pad 2x2x2x2 dilation 1x1 groups 2 batch 1 blocks: "
              "direct maps 64 pixels 6 rows 9 ahead 1\n";
    Arena *arena = arena_new();
    Buf said = {0}, out = {0};
    Tuned *tuned = parse(arena, text, &said);
    cr_assert(tuned, "%s", buf_text(&said));
    tuned_print(&out, tuned);
    cr_expect_str_eq(buf_text(&out), text);
    /* In another order, with blanks, comments and other line ends. */
    buf_clear(&out);
    tuned = parse(arena,
                  FIRST "# a comment\n\n   cpu   Some CPU 7  # mine\r\n\t" SHAPE3
                        " :winograd 4  tiles 12# 0.5 ms\n" SHAPE7 ":direct maps 32 pixels 13 across inputs 16 ahead 3",
                  &said);
    cr_assert(tuned, "%s", buf_text(&said));
    tuned_print(&out, tuned);
    cr_expect_str_eq(buf_text(&out),
                     FIRST "cpu Some CPU 7\n" SHAPE7 ": direct maps 32 pixels 13 across inputs 16 ahead 3\n" SHAPE3
                           ": winograd 4 tiles 12 # 0.5 ms\n");
    buf_free(&said);
    buf_free(&out);
    arena_free(arena);
}

Test(tuned, says_what_is_wrong)
{
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"", "1:1: error: this is no file that 'fovea tune' wrote"},
        {"fovea tune 2\n", "1:1: error: this is no file that 'fovea tune' wrote: it begins with 'fovea tune 1'"},
        {"fovea tune 12\n", "1:1: error: this is no file"},
        {FIRST "cpu\n", "2:4: error: expected the name of a CPU"},
        {FIRST "cpu A\ncpu B\n", "3:5: error: the file names two CPUs"},
        {FIRST "z80 input\n", "2:1: error: expected a target, not 'z80'"},
        {FIRST "avx51 input\n", "hint: did you mean 'avx512'?"},
        {FIRST "auto input 1x1x1\n", "2:1: error: target auto is computed as avx512 is"},
        {FIRST "avx512\n", "2:7: error: expected 'input'"},
        {FIRST "avx512 maps 3\n", "2:8: error: expected 'input', not 'maps'"},
        {FIRST "avx512 input 64x56 maps\n", "2:14: error: expected three numbers, as in 64x56x56, not '64x56'"},
        {FIRST "avx512 input 64x56x56x1 maps\n", "expected three numbers"},
        {FIRST "avx512 input 64x-1x56 maps\n", "expected three numbers"},
        {FIRST "avx512 input 64xx56 maps\n", "expected three numbers"},
        {FIRST "avx512 input 9999999x1x1 maps\n", "2:14: error: numbers go up to 1048576"},
        {FIRST "avx512 input 99999999999999999999999x1x1 maps\n", "numbers go up to 1048576"},
        {FIRST "avx512 input 1x8x8 maps 1 kernel 9x9 stride 1x1 pad 0x0x0x0 dilation 1x1 groups 1 batch 1 blocks: d",
         "2:1: error: there is no such convolution: the kernel is larger than what it reads"},
        {FIRST "avx512 input 1x8x8 maps 1 kernel 9x9 stride 0x1 pad 0x0x0x0 dilation 1x1 groups 1 batch 1 blocks: d",
         "there is no such convolution: only padding can be 0"},
        {FIRST "avx512 input 64x8x8 maps 9 kernel 1x1 stride 1x1 pad 0x0x0x0 dilation 1x1 groups 2 batch 1 blocks: d",
         "there is no such convolution: groups do not divide"},
        {FIRST "avx512 input 1x8x8 maps 1 kernel 1x1 stride 1x1 pad 0x0x0x0 dilation 1x1 groups 1 batch 1 block: d",
         "2:91: error: expected 'blocks' or 'plain', not 'block'"},
        {FIRST SHAPE3 "\n", "error: expected ':'"},
        {FIRST SHAPE3 ": fast\n", "2:103: error: expected 'winograd' or 'direct', not 'fast'"},
        {FIRST SHAPE3 ": winograd\n", "expected a number"},
        {FIRST SHAPE3 ": winograd 0\n", "expected tiles of at least 2, not '0'"},
        {FIRST SHAPE3 ": winograd 3\n",
         "2:103: error: this convolution cannot be computed so: there are no such matri"},
        {FIRST SHAPE1 ": winograd 4\n", "cannot be computed so: there are no such matrices for its kernel"},
        {FIRST SHAPE3 ": winograd 4 tiles 31\n", "cannot be computed so: it has no blocks of so many tiles"},
        {FIRST SHAPE3 ": winograd 4 across\n", "expected 'tiles' or the end of the line, not 'across'"},
        {FIRST SHAPE3 ": direct\n", "expected 'maps'"},
        {FIRST SHAPE3 ": direct maps 32\n", "expected 'pixels'"},
        {FIRST SHAPE3 ": direct maps 32 pixels 0\n", "the sums of so many pixels are more than the registers hold"},
        {FIRST SHAPE3 ": direct maps 32 pixels 15\n", "the sums of so many pixels are more than the registers hold"},
        {FIRST SHAPE3 ": direct maps 33 pixels 14\n", "its maps are not one to four vectors"},
        {FIRST SHAPE3 ": direct maps 0 pixels 14\n", "its maps are not one to four vectors"},
        {FIRST SHAPE3 ": direct maps 80 pixels 3\n", "its maps are not one to four vectors"},
        {FIRST SHAPE3 ": direct maps 16 pixels 22\n", "sum more pixels than there are"},
        {FIRST SHAPE3 ": direct maps 32 pixels 14 rows 3\n", "cut rows where they cannot be cut"},
        {FIRST SHAPE3 ": direct maps 32 pixels 14 rows 0\n", "expected a number of at least 1, not '0'"},
        {FIRST SHAPE3 ": direct maps 32 pixels 14 inputs 16\n", "keep sums that cannot be kept"},
        {FIRST SHAPE3 ": direct maps 32 pixels 14 ahead 10000\n", "fetch what nobody needs"},
        {FIRST SHAPE3 ": direct maps 32 pixels 14 ahead 1 rows 5\n", "expected 'across', 'rows', 'inputs', 'ahead'"},
        {FIRST SHAPE3 ": direct maps 32 pixels 14 ahead 1 ahead 1\n", "the end of the line, not 'ahead'"},
        {FIRST SHAPE3 ": winograd 4 : winograd 4\n", "the end of the line, not ':'"},
        {FIRST SHAPE3 ": winograd 4\n" SHAPE1 ": direct maps 16 pixels 7\n" SHAPE3 ": winograd 2\n",
         "4:103: error: a second choice for the same convolution"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena = arena_new();
        Buf said = {0};
        cr_expect_null(parse(arena, cases[i].text, &said), "%s is taken", cases[i].text);
        cr_expect(strstr(buf_text(&said), cases[i].said), "of\n%sis said\n%s, not %s", cases[i].text, buf_text(&said),
                  cases[i].said);
        buf_free(&said);
        arena_free(arena);
    }
}

/* What becomes of the two convolutions of this net. */
static const Plan *plan_with(Arena *arena, const char *choices, bool strict, Buf *text)
{
    Diag diag;
    Buf said = {0};
    Graph *graph = model_read(arena, &diag, "n.fov",
                              "net n(x: f32[64, 20, 21]) { output z = x -> b: conv(64, 1x1); return y = x -> a: "
                              "conv(70, 3x3, pad=1) -> relu; }\n",
                              NULL);
    const Tuned *tuned = parse(arena, choices, &said);
    cr_assert(graph && tuned, "%s", buf_text(&said));
    const Target *target = target_tuned(arena, target_find("avx512"), tuned);
    passes_run(&graph, &(PassOptions){.target = target, .strict = strict});
    const Plan *plan = plan_make(graph, target);
    plan_print(text, plan);
    buf_free(&said);
    return plan;
}

Test(tuned, reaches_the_plan)
{
    static const struct {
        const char *choices, *loops;
        bool strict;
        int tuned;
        bool same_blob;
    } cases[] = {
        {FIRST, "kernel a: conv_winograd + relu; tiles by 15, ", false, 0, false},
        {FIRST SHAPE3 ": winograd 2\n", "kernel a: conv_winograd + relu; tiles by 22, ", false, 1, false},
        {FIRST SHAPE3 ": winograd 4 tiles 10\n", "kernel a: conv_winograd + relu; tiles by 10, ", false, 1, true},
        {FIRST SHAPE3 ": winograd 4\n", "kernel a: conv + relu; maps by 32", true, 0, false},
        {FIRST SHAPE3 ": direct maps 48 pixels 7 rows 5 ahead 3\n",
         "kernel a: conv + relu; rows by 5, maps by 48 (22 of the last), rows, columns by 7, inputs by 16, taps, "
         "inputs; 48 maps x 7 pixels in registers; 3 lines fetched ahead; rows shared out; as measured\n",
         false, 1, false},
        {FIRST SHAPE1 ": direct maps 64 pixels 6\n", "64 maps x 6 pixels in registers", false, 1, false},
        {FIRST SHAPE1 ": direct maps 16 pixels 3\n" SHAPE3 ": direct maps 16 pixels 21\n",
         "columns by 3, inputs by 16, inputs; 16 maps x 3 pixels", false, 2, false},
    };
    uint64_t usual = 0;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Arena *arena = arena_new();
        Buf text = {0};
        const Plan *plan = plan_with(arena, cases[i].choices, cases[i].strict, &text);
        int tuned = 0;
        for (uint32_t k = 0; k < plan->kernels.count; k++)
            tuned += plan->kernels.at[k].tuned;
        cr_expect(strstr(buf_text(&text), cases[i].loops), "with\n%s'%s' is not in\n%s", cases[i].choices,
                  cases[i].loops, buf_text(&text));
        cr_expect_eq(tuned, cases[i].tuned, "%d kernels are as measured with\n%s", tuned, cases[i].choices);
        /* Weights are stored otherwise, and say so. */
        if (i == 0)
            usual = plan->architecture;
        else
            cr_expect_eq(plan->architecture == usual, cases[i].same_blob, "weights are stored %s with\n%s",
                         cases[i].same_blob ? "otherwise" : "alike", cases[i].choices);
        buf_free(&text);
        arena_free(arena);
    }
}

/* Where a halo came between, tiles cannot go across the ends of rows. */
Test(tuned, leaves_what_does_not_fit)
{
    static const char *const nets[] = {
        "net n(x: f32[64, 20, 21]) { return y = x -> b: conv(64, 1x1); }\n",
        "net n(x: f32[64, 20, 21]) { return y = x -> b: conv(64, 1x1) -> a: conv(64, 3x3, pad=1, stride=2); }\n"};
    for (size_t i = 0; i < COUNT_OF(nets); i++) {
        Arena *arena = arena_new();
        Diag diag;
        Buf said = {0};
        Graph *graph = model_read(arena, &diag, "n.fov", nets[i], NULL);
        const Tuned *tuned = parse(arena, FIRST SHAPE1 ": direct maps 32 pixels 13 across\n", &said);
        cr_assert(graph && tuned, "%s", buf_text(&said));
        const Target *target = target_tuned(arena, target_find("avx512"), tuned);
        passes_run(&graph, &(PassOptions){.target = target});
        const Plan *plan = plan_make(graph, target);
        for (uint32_t k = 0; k < plan->kernels.count; k++)
            if (strcmp(plan->kernels.at[k].name, "b") == 0)
                cr_expect_eq(plan->kernels.at[k].tuned, i == 0, "%s", nets[i]);
        buf_free(&said);
        arena_free(arena);
    }
}

/* Bytes that a price leaves, from 100 MB on. */
static double bytes_at(void *context, double held)
{
    double *last = context;
    cr_expect(held >= *last, "prices ascend");
    *last = held;
    return 100e6 / (1 + held);
}

Test(tuned, room_for_weights)
{
    cr_expect_float_eq(room_for_weights(1e6), 32e6, 1, "in any net");
    cr_expect_float_eq(room_for_weights(200e6), 70e6, 1, "about a third");
    double last = 0, price = room_price(100e6, bytes_at, &last);
    cr_expect_eq(price, 0, "there is room for all");
    price = room_price(45e6, bytes_at, &last);
    cr_expect_eq(price, last);
    cr_expect(bytes_at(&last, price) <= 45e6 && price <= 1.5, "the least price at which there is: %g", price);
    last = 0;
    cr_expect_geq(room_price(0, bytes_at, &last), 100, "there never is");
}
