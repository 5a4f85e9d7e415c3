/* move.c - operations that only move elements keep every one of them as it is, NaN, infinities and the sign of zeros
 * included, on every target and for each picture of a batch.
 *
 * The table (table.c) allows what rows allow and has a batch of 1; here a difference in the sign of a zero fails. Every
 * other body has a batch: of one picture, parts are often views.
 */
#include <criterion/criterion.h>
#include <math.h>

#include "elaborate/elaborate.h"
#include "tests/support/emitted.h"
#include "tests/support/model.h"
#include "tests/support/targets.h"
#include "weights/weights.h"

enum { CHAINS = 40, LONGEST_CHAIN = 4 };

static const char *const bodies[] = {
    "x -> slice(1, 8)",
    "x -> slice(1, 8)",
    "max(x -> slice(1, 5), x -> slice(5, 9))",
    "concat(x -> slice(2, 9) -> split(7))",
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

/* ---- random chains of them, the same ones every time ---- */

typedef struct Chain {
    Arena *arena;
    uint32_t thrown;
    const char *text;
    uint32_t dim[3];
} Chain;

static uint32_t throw_dice(Chain *chain, uint32_t sides)
{
    uint32_t result[4];
    philox4x32((uint32_t[]){chain->thrown++, 0, 0, 0}, (uint32_t[]){77, 1}, result);
    return result[0] % sides;
}

/* A part of each axis, forwards or backwards: "slice([1, 4, 0], [7, -8, 7], step=[2, -3, 1])". */
static void add_slice(Chain *chain)
{
    const char *begin = "", *end = "", *step = "", *comma = "";
    for (int axis = 0; axis < 3; axis++, comma = ", ") {
        uint32_t length = chain->dim[axis], low = throw_dice(chain, length);
        uint32_t high = low + throw_dice(chain, length - low), pace = 1 + throw_dice(chain, 3);
        bool back = throw_dice(chain, 2);
        begin = arena_printf(chain->arena, "%s%s%u", begin, comma, back ? high : low);
        end = back ? arena_printf(chain->arena, "%s%s%d", end, comma, (int)low - 1 - (int)length * (low == 0))
                   : arena_printf(chain->arena, "%s%s%u", end, comma, high + 1);
        step = arena_printf(chain->arena, "%s%s%s%u", step, comma, back ? "-" : "", pace);
        chain->dim[axis] = (high - low) / pace + 1;
    }
    chain->text = arena_printf(chain->arena, "%s -> slice([%s], [%s], step=[%s])", chain->text, begin, end, step);
}

static void add_pad(Chain *chain)
{
    static const char *const modes[] = {"constant", "reflect", "edge"};
    uint32_t mode = throw_dice(chain, COUNT_OF(modes)), before[3], behind[3];
    for (int axis = 0; axis < 3; axis++) {
        uint32_t most = mode == 1 && chain->dim[axis] < 4 ? chain->dim[axis] : 4;
        before[axis] = throw_dice(chain, most);
        behind[axis] = throw_dice(chain, most);
        chain->dim[axis] += before[axis] + behind[axis];
    }
    chain->text = arena_printf(chain->arena, "%s -> pad([%u, %u, %u, %u], mode=%s, channels=[%u, %u])", chain->text,
                               before[1], before[2], behind[1], behind[2], modes[mode], before[0], behind[0]);
}

static void add_transpose(Chain *chain)
{
    static const uint32_t orders[][3] = {{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    const uint32_t *order = orders[throw_dice(chain, COUNT_OF(orders))];
    uint32_t dim[3] = {chain->dim[order[0]], chain->dim[order[1]], chain->dim[order[2]]};
    memcpy(chain->dim, dim, sizeof dim);
    chain->text =
        arena_printf(chain->arena, "%s -> transpose([%u, %u, %u])", chain->text, order[0], order[1], order[2]);
}

static void add_blocks(Chain *chain)
{
    uint32_t *dim = chain->dim, block = 2 + throw_dice(chain, 2);
    const char *order = throw_dice(chain, 2) ? "dcr" : "crd";
    if (dim[1] % block == 0 && dim[2] % block == 0) {
        chain->text = arena_printf(chain->arena, "%s -> space_to_depth(%u, order=%s)", chain->text, block, order);
        dim[0] *= block * block;
        dim[1] /= block;
        dim[2] /= block;
    } else if (dim[0] % (block * block) == 0) {
        chain->text = arena_printf(chain->arena, "%s -> depth_to_space(%u, order=%s)", chain->text, block, order);
        dim[0] /= block * block;
        dim[1] *= block;
        dim[2] *= block;
    } else {
        uint32_t groups = dim[0] % block ? dim[0] : block;
        chain->text = arena_printf(chain->arena, "%s -> channel_shuffle(%u)", chain->text, groups);
    }
}

static const char *random_body(Arena *arena, uint32_t seed)
{
    static void (*const adders[])(Chain *) = {add_slice, add_pad, add_transpose, add_blocks};
    Chain chain = {.arena = arena, .thrown = 1000 * seed, .text = "x", .dim = {9, 5, 7}};
    for (uint32_t left = 1 + throw_dice(&chain, LONGEST_CHAIN); left > 0; left--)
        adders[throw_dice(&chain, COUNT_OF(adders))](&chain);
    return chain.text;
}

/* ---- the check ---- */

static Graph *read_body(Arena *arena, Diag *diag, const char *body, int64_t batch)
{
    const char *text = arena_printf(arena, "net n(x: f32[9, 5, 7]) { return y = %s; }\n", body);
    diag_init(diag, arena);
    uint32_t source = diag_add_source(diag, "case.fov", text, strlen(text));
    Graph *graph = elaborate_source(arena, diag, source, &(ElaborateOptions){.batch = batch});
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
        cr_skip_test("%s target %s", target_missing(target), target);
    Arena *arena = arena_new();
    enum { ALL = COUNT_OF(bodies) + CHAINS };
    Diag diags[ALL];
    const Graph *graphs[ALL];
    const char *body[ALL];
    int models[ALL];
    for (uint32_t i = 0; i < ALL; i++) {
        body[i] = i < COUNT_OF(bodies) ? bodies[i] : random_body(arena, i);
        models[i] = -1;
        if (!target_takes(target, i, body[i]))
            continue;
        graphs[i] = read_body(arena, &diags[i], body[i], i % 2 ? 3 : 1);
        cr_assert_not_null(graphs[i], "%s is not a model", body[i]);
        models[i] = emitted_add(emitted, &diags[i], graphs[i]);
        cr_assert_geq(models[i], 0, "%s is not emitted", body[i]);
    }
    cr_assert(emitted_compile(emitted));
    for (uint32_t i = 0; i < ALL; i++)
        if (models[i] >= 0)
            check_body(emitted, models[i], graphs[i], body[i]);
    emitted_free(emitted);
    arena_free(arena);
}

TEST_EACH_TARGET(move, target, check_target)
