/* move.c - operations that only move elements keep every one of them as it is, NaN, infinities and the sign of zeros
 * included, on every target and for each picture of a batch.
 *
 * The table (table.c) allows what rows allow and has a batch of 1; here a difference in one bit of a number fails.
 */
#include <criterion/criterion.h>
#include <math.h>

#include "elaborate/elaborate.h"
#include "tests/support/emitted.h"
#include "tests/support/model.h"

enum { BATCH = 3 };

static const char *const bodies[] = {
    "x -> slice(1, 8)",
    "x -> slice([8, 0, -1], [-10, 5, -8], step=[-3, 2, -1])",
    "x -> slice(0, 1, axis=1)",
    "concat(x -> split([2, 3, 4]))",
    "concat(reverse(x -> split(7, axis=2)), axis=2)",
    "x -> transpose([1, 2, 0])",
    "x -> transpose([2, 1, 0])",
    "x -> transpose([0, 1, 2])",
    "x -> squeeze -> unsqueeze([0, 3])",
    "x -> channel_shuffle(3)",
    "x -> channel_shuffle(1)",
    "x -> depth_to_space(3)",
    "x -> depth_to_space(3, order=crd)",
    "x -> transpose([1, 2, 0]) -> transpose([0, 2, 1]) -> space_to_depth(1)",
    "x -> slice([0, 1], [4, 7], axis=[1, 2]) -> space_to_depth(2)",
    "x -> slice([0, 1], [4, 7], axis=[1, 2]) -> space_to_depth(2, order=crd)",
    "x -> pad([1, 2], value=-0.25, channels=[1, 2])",
    "x -> pad([2, 1], mode=reflect, channels=[3, 1])",
    "x -> pad([0, 1, 3, 0], mode=edge, channels=[0, 2])",
    "x -> dropout",
    "x -> flatten -> slice(300, 10, step=-7)",
    "x -> flatten -> pad(mode=reflect, channels=[9, 4])",
};

static Graph *read_body(Arena *arena, Diag *diag, const char *body)
{
    const char *text = arena_printf(arena, "net n(x: f32[9, 5, 7]) { return y = %s; }\n", body);
    diag_init(diag, arena);
    uint32_t source = diag_add_source(diag, "case.fov", text, strlen(text));
    Graph *graph = elaborate_source(arena, diag, source, &(ElaborateOptions){.batch = BATCH});
    diag_finish(diag);
    return graph;
}

/* Every fifth number is a special one. */
static void add_specials(Tensor *tensor)
{
    const double specials[] = {(double)NAN, -0.0, (double)INFINITY, -(double)INFINITY, 0.0};
    for (int64_t i = 0; i < shape_count(&tensor->shape); i += 5)
        tensor->at[i] = specials[i / 5 % COUNT_OF(specials)];
}

static bool same_number(double a, double b)
{
    return isnan(a) ? isnan(b) : a == b && signbit(a) == signbit(b);
}

static void check_body(Emitted *emitted, int model, const Graph *graph, const char *body)
{
    Tensor *inputs = inputs_random(graph, NUMBERS_USUAL, 3), expected, actual;
    add_specials(&inputs[0]);
    cr_assert(emitted_run(emitted, model, inputs, &actual), "%s does not run", body);
    eval_graph(graph, inputs, &expected, NULL, NULL);
    int64_t count = shape_count(&expected.shape), wrong = 0;
    for (int64_t i = 0; i < count; i++)
        wrong += !same_number((double)(float)expected.at[i], actual.at[i]);
    cr_expect_eq(wrong, 0, "%s: %lld of %lld elements differ", body, (long long)wrong, (long long)count);
    tensors_free(&expected, 1);
    tensors_free(&actual, 1);
    tensors_free(inputs, 1);
    free(inputs);
}

static void check_target(const char *target)
{
    Emitted *emitted = emitted_new(target);
    if (!emitted)
        cr_skip_test("this CPU cannot run target %s", target);
    Arena *arena = arena_new();
    Diag diags[COUNT_OF(bodies)];
    const Graph *graphs[COUNT_OF(bodies)];
    int models[COUNT_OF(bodies)];
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        graphs[i] = read_body(arena, &diags[i], bodies[i]);
        cr_assert_not_null(graphs[i], "%s is not a model", bodies[i]);
        models[i] = emitted_add(emitted, &diags[i], graphs[i]);
        cr_assert_geq(models[i], 0, "%s is not emitted", bodies[i]);
    }
    cr_assert(emitted_compile(emitted));
    for (size_t i = 0; i < COUNT_OF(bodies); i++)
        check_body(emitted, models[i], graphs[i], bodies[i]);
    emitted_free(emitted);
    arena_free(arena);
}

Test(move, target_c)
{
    check_target("c");
}

Test(move, target_avx2)
{
    check_target("avx2");
}
