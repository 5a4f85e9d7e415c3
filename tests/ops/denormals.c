/* denormals.c - subnormal numbers count as zeros within a run, in every thread, and the caller's float mode is as it
 * was behind it.
 */
#include <criterion/criterion.h>
#include <fenv.h>
#include <math.h>

#include "fovea.h"
#include "tests/support/emitted.h"
#include "tests/support/model.h"
#include "tests/support/targets.h"

enum { COUNT = 1000 };

/* A product that would be subnormal, one of a subnormal, and a sum of what is too small to be added to. */
static const char net[] = "net n(x: f32[1000], y: f32[1000]) { output sum = x + y; return product = x * y; }\n";

typedef struct Case {
    float x, y, product, sum;
} Case;

static const Case cases[] = {
    {0x1p-100f, 0x1p-40f, 0.0f, 0x1p-40f},   {-0x1p-100f, 0x1p-40f, -0.0f, 0x1p-40f},
    {0x1p-140f, 0x1p100f, 0.0f, 0x1p100f},   {0x1p-126f, 1.0f, 0x1p-126f, 1.0f},
    {0x1p-126f, -0x1.8p-126f, -0.0f, -0.0f}, {0x1p-130f, 0x1p-126f, 0.0f, 0x1p-126f},
};

static float case_value(int i, const Case *c)
{
    return i == 0 ? c->x : i == 1 ? c->y : i == 2 ? c->product : c->sum;
}

static void check_run(Emitted *emitted, int model, int threads, unsigned mode)
{
    static float values[4][COUNT];
    EmittedSession *session = emitted_session(emitted, model, threads);
    cr_assert_not_null(session);
    for (int i = 0; i < 2; i++)
        for (int e = 0; e < COUNT; e++)
            values[i][e] = case_value(i, &cases[e % (int)COUNT_OF(cases)]);
    unsigned usual = fovea_float_mode();
    fovea_float_mode_set(mode);
    int status = emitted_session_run(session, (const void *const[]){values[0], values[1]},
                                     (void *const[]){values[2], values[3]});
    unsigned after = fovea_float_mode();
    fovea_float_mode_set(usual);
    cr_expect_eq(status, FOVEA_OK);
    cr_expect_eq(after, mode, "the mode was %x and is %x after a run with %d threads", mode, after, threads);
    for (int i = 2; i < 4; i++)
        for (int e = 0; e < COUNT; e++) {
            float wanted = case_value(i, &cases[e % (int)COUNT_OF(cases)]), actual = values[i][e];
            cr_assert(wanted == actual && !signbit(wanted) == !signbit(actual),
                      "%s of %a and %a is %a instead of %a with %d threads", i == 2 ? "product" : "sum",
                      (double)values[0][e], (double)values[1][e], (double)actual, (double)wanted, threads);
        }
}

static void check_target(const char *target)
{
    Emitted *emitted = emitted_new(target);
    if (!emitted)
        cr_skip_test("%s target %s", target_missing(target), target);
    if (!FOVEA_FLUSH)
        cr_skip_test("this CPU flushes no subnormals");
    Arena *arena = arena_new();
    Diag diag;
    Graph *graph = model_read(arena, &diag, "n.fov", net, NULL);
    cr_assert_not_null(graph);
    int model = emitted_add(emitted, &diag, graph);
    cr_assert(model >= 0 && emitted_compile(emitted));
    unsigned usual = fovea_float_mode() & ~FOVEA_FLUSH;
    for (int threads = 1; threads <= 3; threads++) {
        check_run(emitted, model, threads, usual);
        check_run(emitted, model, threads, usual | FOVEA_FLUSH);
    }
    arena_free(arena);
    emitted_free(emitted);
}

TEST_EACH_TARGET(denormals, target, check_target)
