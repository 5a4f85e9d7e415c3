/* precision.c - functions of one element from end to end of single precision, on every target: each element against
 * the reference by its own size, not by the largest output's, and NaN, infinities and the signs of zeros too.
 *
 * Each function stands alone, and behind a convolution that hands its first channel on as it is, -0, NaN and all: there
 * it is fused, and written in vector words where the target has them.
 *
 * Where runs flush subnormals (FOVEA_FLUSH), a result that is one may be zero, and of an argument that is one, what a
 * function makes of it lies between what it makes of it and of zero. Everywhere else subnormals are exact.
 */
#include <criterion/criterion.h>
#include <math.h>

#include "emit/target.h"
#include "fovea.h"
#include "ops/op.h"
#include "tests/ops/cases.h"
#include "tests/support/emitted.h"
#include "tests/support/targets.h"

typedef struct Function {
    const char *call;
    double relative; /* how far an element may be off, for its own size */
    double absolute; /* and besides: where a sum crosses 0 */
} Function;

/* Float's rounding is 6e-8. An argument that is off by that makes exp of -80 off by 80 times as much. */
static const Function functions[] = {
    {"relu", 0, 0},
    {"relu6", 0, 0},
    {"leaky_relu", 2e-7, 0},
    {"leaky_relu(slope=0)", 0, 0},
    {"elu", 3e-7, 0},
    {"elu(alpha=0.3)", 3e-7, 0},
    {"selu", 3e-7, 0},
    {"sigmoid", 4e-7, 0},
    {"hard_sigmoid", 1e-7, 1e-7},
    {"hard_sigmoid(alpha=0.2, beta=0.4)", 1e-7, 1e-7},
    {"tanh", 4e-7, 0},
    {"scaled_tanh", 4e-7, 0},
    {"swish", 5e-7, 0},
    {"swish(beta=1.702)", 1e-5, 0},
    {"hard_swish", 2e-7, 4e-7},
    {"gelu", 4e-5, 0},
    {"gelu(form=tanh)", 4e-5, 0},
    {"softplus", 4e-7, 0},
    {"abs", 0, 0},
    {"sqrt", 0, 0},
    {"exp", 2e-7, 0},
    {"log", 2e-7, 0},
    {"celu(alpha=2)", 3e-7, 0},
    {"thresholded_relu(alpha=0.5)", 0, 0},
    {"shrink", 0, 0},
    {"shrink(bias=0.25, lambda=1)", 1e-7, 0},
    {"erf", 3e-7, 0},
    {"sin", 3e-7, 0},
    {"cos", 3e-7, 0},
    {"tan", 4e-7, 0},
    {"asin", 3e-7, 0},
    {"acos", 3e-7, 0},
    {"atan", 3e-7, 0},
    {"sinh", 4e-7, 0},
    {"cosh", 4e-7, 0},
    {"asinh", 4e-7, 0},
    {"acosh", 4e-7, 0},
    {"atanh", 4e-7, 0},
    {"sign", 0, 0},
    {"floor", 0, 0},
    {"ceil", 0, 0},
    {"round", 0, 0},
    {"trunc", 0, 0},
    {"clamp(-0.75, 2)", 0, 0},
    {"prelu(0.25)", 0, 0},
    {"prelu([-2], shared=true)", 0, 0},
};

enum { FUNCTIONS = COUNT_OF(functions) };

/* Below it, floats are subnormal. */
static const double least_normal = 0x1p-126;

/* An error of a subnormal factor, half of its last digit or all of it, times the other one, which is at most 110 where
 * the result is not 0. */
static const double subnormal_error = FOVEA_FLUSH ? 110.0 * 0x1p-126 : 110.0 * 0x1p-150;

static bool element_good(const Function *function, double expected, double actual)
{
    double wanted = (double)(float)expected;
    if (isnan(wanted) || isnan(actual))
        return isnan(wanted) && isnan(actual);
    if (wanted == 0 || isinf(wanted) || isinf(actual))
        return (wanted == actual || fabs(actual) < subnormal_error) && signbit(wanted) == signbit(actual);
    bool exact = function->relative == 0 && function->absolute == 0;
    if (FOVEA_FLUSH && actual == 0 && fabs(wanted) < least_normal)
        return signbit(wanted) == signbit(actual);
    if (exact)
        return wanted == actual;
    return fabs(expected - actual) <= function->relative * fabs(expected) + function->absolute + subnormal_error;
}

/* The same of a function of x; `at_zero`: what it makes of the zero of x's sign. */
static bool result_good(const Function *function, double x, double expected, double at_zero, double actual)
{
    if (element_good(function, expected, actual))
        return true;
    bool flushed = FOVEA_FLUSH && x != 0 && fabs(x) < least_normal;
    return flushed && (element_good(function, at_zero, actual) ||
                       (fmin(expected, at_zero) <= actual && actual <= fmax(expected, at_zero)));
}

/* Every quarter of a power of two of both signs, a fine grid where things happen, and what is no number like others. */
static Tensor sweep(const Shape *shape)
{
    static const float ends[] = {0.0f, -0.0f, INFINITY, -INFINITY, NAN, 3.4028235e+38f, -3.4028235e+38f};
    VEC(double) values = {0};
    Arena *arena = arena_new();
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        VEC_PUSH(arena, &values, (double)ends[i]);
    for (int k = -149 * 4; k < 128 * 4; k++) {
        VEC_PUSH(arena, &values, (double)(float)exp2(k / 4.0));
        VEC_PUSH(arena, &values, (double)-(float)exp2(k / 4.0));
    }
    for (int k = -1100; k <= 1100; k++)
        VEC_PUSH(arena, &values, (double)(float)(k * 0.1));
    Tensor tensor = tensor_new(shape);
    int64_t width = shape->dim[shape->rank - 1];
    for (int64_t i = 0; i < width; i++)
        tensor.at[i] = values.at[i % values.count];
    arena_free(arena);
    return tensor;
}

enum { WIDTH = 7 + 2 * 277 * 4 + 2201 };

/* One net with an output a function. `before` is what stands before each, "" or a convolution. */
static Graph *sweep_graph(Arena *arena, Diag *diag, const char *shape, const char *before)
{
    Buf text = {0};
    buf_printf(&text, "const row = [[[1]], [[-1]], [[-1]], [[-1]]];\nnet n(x: f32[%s]) {\n", shape);
    for (int i = 0; i < FUNCTIONS; i++)
        buf_printf(&text, i + 1 < FUNCTIONS ? "output y%d = x%s -> %s;\n" : "return y%d = x%s -> %s; }\n", i, before,
                   functions[i].call);
    Graph *graph = model_read(arena, diag, "sweep.fov", buf_text(&text), "random:1");
    buf_free(&text);
    return graph;
}

static int count_bad(const Graph *graph, const Tensor *input, const Tensor *expected, const Tensor *actual,
                     const char *where)
{
    int bad = 0;
    int64_t width = input->shape.dim[input->shape.rank - 1];
    for (uint32_t o = 0; o < graph->outputs.count; o++) {
        const Function *function = &functions[atoi(graph->outputs.at[o].name + 1)]; /* y0, y1, ... */
        for (int64_t i = 0, shown = 0; i < shape_count(&expected[o].shape); i++) {
            double x = input->at[i % width], at_zero = expected[o].at[i - i % width + (signbit(x) != 0)];
            if (result_good(function, x, expected[o].at[i], at_zero, actual[o].at[i]))
                continue;
            bad++;
            if (shown++ < 3)
                fprintf(stderr, "%s: %s of %.9g is %.9g instead of %.9g\n", where, function->call, input->at[i % width],
                        actual[o].at[i], expected[o].at[i]);
        }
    }
    return bad;
}

/* How many elements are wrong; -1: no such target here. */
static int check_sweep(const char *target, const char *shape, const char *before)
{
    Emitted *emitted = emitted_new(target);
    if (!emitted)
        return -1;
    Arena *arena = arena_new();
    Diag diag;
    Graph *graph = sweep_graph(arena, &diag, shape, before);
    cr_assert_not_null(graph);
    int model = emitted_add(emitted, &diag, graph), bad = 1;
    Tensor *expected = NEW_ARRAY(arena, Tensor, FUNCTIONS), *actual = NEW_ARRAY(arena, Tensor, FUNCTIONS);
    Tensor input = sweep(&graph_node(graph, graph->inputs.at[0].node)->type.shape);
    if (model >= 0 && emitted_compile(emitted) && emitted_run(emitted, model, &input, actual)) {
        eval_graph(graph, &input, expected, NULL, NULL);
        bad = count_bad(graph, &input, expected, actual, arena_printf(arena, "%s%s", target, before));
        tensors_free(expected, FUNCTIONS);
        tensors_free(actual, FUNCTIONS);
    }
    tensor_free(&input);
    arena_free(arena);
    emitted_free(emitted);
    return bad;
}

static void check_target(const char *target)
{
    Arena *arena = arena_new();
    int alone = check_sweep(target, arena_printf(arena, "1, 1, %d", WIDTH), "");
    /* The sum of x, -1 * 0 three times, and a bias of -0 is x, whatever x is. */
    int fused = check_sweep(target, arena_printf(arena, "4, 1, %d", WIDTH),
                            " -> conv(weight=[row, row, row, row, row, row, row, row], bias=-0.0)");
    arena_free(arena);
    if (alone < 0)
        cr_skip_test("%s target %s", target_missing(target), target);
    cr_expect_eq(alone, 0, "%d elements are wrong on target %s", alone, target);
    cr_expect_eq(fused, 0, "%d elements are wrong behind a convolution on target %s", fused, target);
}

TEST_EACH_TARGET(precision, target, check_target)

/* A function that nobody sweeps would be a hole in this file. */
Test(precision, no_function_is_left_out)
{
    Arena *arena = arena_new();
    Diag diag;
    const Graph *graph = sweep_graph(arena, &diag, "1, 1, 7", "");
    cr_assert_not_null(graph);
    bool seen[OP_COUNT] = {false};
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        seen[graph->nodes.at[i].op] = true;
    for (int op = 0; op < OP_COUNT; op++) {
        const Op *row = op_row((OpId)op);
        bool swept = row->family == FAMILY_MAP && row->build && row->most_inputs == 1 && row->most_operands == 0;
        cr_expect(!swept || seen[op], "nobody sweeps %s", op_name((OpId)op));
    }
    arena_free(arena);
}
