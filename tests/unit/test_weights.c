/* test_weights.c - numbers for a net's weights: drawn from a seed, or bound from a file. */
#include <criterion/criterion.h>

#include <math.h>

#include "support/file.h"
#include "tests/support/files.h"
#include "tests/support/scratch.h"
#include "weights/safetensors.h"
#include "weights/weights.h"

/* Known answers of the authors' own tests. */
Test(weights, philox)
{
    static const struct {
        uint32_t counter[4], key[2], result[4];
    } cases[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t result[4];
        philox4x32(cases[i].counter, cases[i].key, result);
        cr_expect_arr_eq(result, cases[i].result, sizeof result, "case %zu", i);
    }
}

/* ---- random weights ---- */

static Constant loaded(const char *path, Shape shape, WeightRole role)
{
    return (Constant){.kind = CONSTANT_LOADED, .path = path, .shape = shape, .role = role, .fan_in = 1};
}

static const float *drawn(Arena *arena, Constant constant, uint64_t seed)
{
    constant.data = NEW_ARRAY(arena, float, shape_count(&constant.shape));
    weights_randomise(&constant, seed);
    return constant.data;
}

/* A weight depends on seed, path and place, and on nothing else. */
Test(weights, seeds)
{
    Arena *arena = arena_new();
    const float *first = drawn(arena, loaded("conv1.weight", SHAPE(7, 3), ROLE_KERNEL), 1);
    const float *longer = drawn(arena, loaded("conv1.weight", SHAPE(50), ROLE_KERNEL), 1);
    const float *other_seed = drawn(arena, loaded("conv1.weight", SHAPE(21), ROLE_KERNEL), 2);
    const float *other_path = drawn(arena, loaded("conv2.weight", SHAPE(21), ROLE_KERNEL), 1);
    const float *high_bits = drawn(arena, loaded("conv1.weight", SHAPE(21), ROLE_KERNEL), UINT64_C(1) << 40 | 1);
    cr_expect(!memcmp(first, longer, 21 * sizeof *first));
    for (int i = 0; i < 21; i++)
        cr_expect(first[i] != other_seed[i] && first[i] != other_path[i] && first[i] != high_bits[i]);
    cr_expect(drawn(arena, loaded("x", SHAPE(0), ROLE_BIAS), 1) != NULL);
    arena_free(arena);
}

Test(weights, distributions)
{
    enum { COUNT = 200000 };
    static const struct {
        WeightRole role;
        double mean, deviation, least, most;
    } roles[] = {
        {ROLE_OTHER, 0, 0.57735, -1, 1},
        {ROLE_KERNEL, 0, 0.5, -4, 4}, /* fan_in 8 */
        {ROLE_BIAS, 0, 0.057735, -0.1, 0.1},
        {ROLE_BN_WEIGHT, 1, 0.11547, 0.8, 1.2},
        {ROLE_BN_BIAS, 0, 0.1, -0.8, 0.8},
        {ROLE_BN_MEAN, 0, 0.1, -0.8, 0.8},
        {ROLE_BN_VARIANCE, 1.025, 0.129904, 0.8, 1.25},
        {ROLE_SLOPE, 0.25, 0.144338, 0, 0.5},
    };
    cr_expect_eq(COUNT_OF(roles), ROLE_COUNT);
    for (size_t r = 0; r < COUNT_OF(roles); r++) {
        Arena *arena = arena_new();
        Constant constant = loaded("some.weight", SHAPE(COUNT), roles[r].role);
        constant.fan_in = 8;
        const float *data = drawn(arena, constant, 0xfedcba9876543210);
        double sum = 0, squares = 0, product = 0;
        for (int i = 0; i < COUNT; i++) {
            cr_assert(data[i] >= (float)roles[r].least && data[i] <= (float)roles[r].most, "role %zu: %g", r, data[i]);
            sum += data[i];
            squares += (data[i] - roles[r].mean) * (data[i] - roles[r].mean);
            product += i ? (data[i] - roles[r].mean) * (data[i - 1] - roles[r].mean) : 0;
        }
        double deviation = sqrt(squares / COUNT), noise = roles[r].deviation / sqrt(COUNT);
        cr_expect(fabs(sum / COUNT - roles[r].mean) < 4 * noise, "role %zu: mean %g", r, sum / COUNT);
        cr_expect(fabs(deviation / roles[r].deviation - 1) < 0.01, "role %zu: deviation %g", r, deviation);
        cr_expect(fabs(product / squares) < 0.01, "role %zu: neighbours correlate: %g", r, product / squares);
        arena_free(arena);
    }
}

enum { WIDTH = 64, DEPTH = 150 };

/* y = relu(gamma * (W x + b - mean) / sqrt(variance) + beta), with weights of this layer's own. */
static void layer(Arena *arena, int number, bool normalised, const double *x, double *y)
{
    const char *label = arena_printf(arena, "layer%d", number);
    Constant kernel = loaded(arena_printf(arena, "%s.weight", label), SHAPE(WIDTH, WIDTH), ROLE_KERNEL);
    kernel.fan_in = WIDTH;
    const float *w = drawn(arena, kernel, 1), *parts[ROLE_COUNT];
    for (int role = ROLE_BIAS; role < ROLE_COUNT; role++)
        parts[role] = drawn(arena, loaded(arena_printf(arena, "%s.%d", label, role), SHAPE(WIDTH), role), 1);
    for (int o = 0; o < WIDTH; o++) {
        double sum = parts[ROLE_BIAS][o];
        for (int i = 0; i < WIDTH; i++)
            sum += (double)w[o * WIDTH + i] * x[i];
        if (normalised)
            sum = parts[ROLE_BN_WEIGHT][o] * (sum - parts[ROLE_BN_MEAN][o]) / sqrt(parts[ROLE_BN_VARIANCE][o]) +
                  parts[ROLE_BN_BIAS][o];
        y[o] = MAX(sum, 0);
    }
}

static double magnitude(const double *x)
{
    double squares = 0;
    for (int i = 0; i < WIDTH; i++)
        squares += x[i] * x[i];
    return sqrt(squares / WIDTH);
}

/* A plain stack, one with batch normalisation, and one of residual pairs: 150 layers deep, none vanishes or overflows.
 */
Test(weights, deep_nets)
{
    for (int kind = 0; kind < 3; kind++) {
        Arena *arena = arena_new();
        double x[WIDTH], y[WIDTH], z[WIDTH];
        for (int i = 0; i < WIDTH; i++)
            x[i] = (double)i / WIDTH;
        for (int number = 0; number < DEPTH; number += 2) {
            layer(arena, number, kind > 0, x, y);
            layer(arena, number + 1, kind > 0, y, z);
            for (int i = 0; i < WIDTH; i++)
                x[i] = kind == 2 ? x[i] + z[i] : z[i];
        }
        double most = kind == 2 ? 1e30 : 1e4;
        cr_expect(magnitude(x) > 1e-3 && magnitude(x) < most, "kind %d: %g", kind, magnitude(x));
        arena_free(arena);
    }
}

/* ---- binding ---- */

typedef struct Case {
    Scratch scratch;
    Graph *graph;
} Case;

static void case_begin(Case *c)
{
    scratch_begin(&c->scratch, "x.safetensors");
    c->graph = graph_new(c->scratch.arena, "net");
}

static void case_end(Case *c)
{
    scratch_end(&c->scratch);
}

static void case_constant(Case *c, const char *path, Shape shape, WeightRole role)
{
    Constant constant = loaded(path, shape, role);
    graph_add_constant(c->graph, &constant);
}

typedef VEC(SafeTensor) Tensors;

static void case_tensor(Case *c, Tensors *tensors, const char *name, Shape shape, float value)
{
    size_t count = (size_t)shape_count(&shape);
    float *data = NEW_ARRAY(c->scratch.arena, float, count);
    for (size_t i = 0; i < count; i++)
        data[i] = value + (float)i;
    SafeTensor tensor = {.name = name, .shape = shape, .data = (unsigned char *)data, .bytes = 4 * count};
    VEC_PUSH(c->scratch.arena, tensors, tensor);
}

static bool case_bind(Case *c, const Tensors *tensors)
{
    cr_assert(safetensors_write(&c->scratch.diag, c->scratch.path, tensors->at, tensors->count));
    buf_clear(&c->scratch.said);
    return weights_bind(c->graph, &c->scratch.diag, c->scratch.path);
}

static void expect_said(const Case *c, const char *text)
{
    cr_expect(strstr(buf_text(&c->scratch.said), text), "\"%s\" is not in:\n%s", text, buf_text(&c->scratch.said));
}

Test(weights, bound)
{
    Case c;
    case_begin(&c);
    Tensors tensors = {0};
    case_constant(&c, "conv.weight", SHAPE(2, 1, 3, 3), ROLE_KERNEL);
    case_constant(&c, "bn.running_mean", SHAPE(2), ROLE_BN_MEAN);
    graph_add_number(c.graph, &c.scratch.diag, 5, NOWHERE);
    case_tensor(&c, &tensors, "conv.weight", SHAPE(2, 1, 3, 3), 10);
    case_tensor(&c, &tensors, "bn.running_mean", SHAPE(2), 20);
    case_tensor(&c, &tensors, "bn.num_batches_tracked", SHAPE(1), 0);
    case_tensor(&c, &tensors, "num_batches_tracked", SHAPE(1), 0);
    cr_expect(case_bind(&c, &tensors));
    cr_expect_str_eq(buf_text(&c.scratch.said), "");
    cr_expect_eq(c.graph->constants.at[0].data[17], 27);
    cr_expect_eq(c.graph->constants.at[1].data[1], 21);
    cr_expect_eq(c.graph->constants.at[2].data[0], 5);
    c.graph->weights_path = c.scratch.path;
    cr_expect(weights_bind(c.graph, &c.scratch.diag, NULL), "%s", buf_text(&c.scratch.said));
    case_end(&c);
}

Test(weights, missing)
{
    Case c;
    case_begin(&c);
    Tensors tensors = {0};
    case_constant(&c, "fc.weight", SHAPE(10, 4), ROLE_KERNEL);
    case_constant(&c, "fc.bias", SHAPE(10), ROLE_BIAS);
    case_constant(&c, "conv2.weight", SHAPE(4, 4), ROLE_KERNEL);
    case_constant(&c, "layer.bias", SHAPE(3), ROLE_BIAS);
    case_tensor(&c, &tensors, "classifier.weight", SHAPE(10, 4), 0);
    case_tensor(&c, &tensors, "module.fc.bias", SHAPE(10), 0);
    case_tensor(&c, &tensors, "a.fc.bias_of_another_kind", SHAPE(10), 0);
    case_tensor(&c, &tensors, "z.bias", SHAPE(10), 0);
    case_tensor(&c, &tensors, "conv2.weight", SHAPE(4, 4), 0);
    cr_expect_not(case_bind(&c, &tensors));
    cr_expect_eq(c.scratch.diag.errors, 3);
    expect_said(&c, "fc.weight is missing in \"");
    expect_said(&c, "hint: the file has 'classifier.weight'\n");
    expect_said(&c, "hint: the file has 'module.fc.bias'\n");
    expect_said(&c, "layer.bias is missing in \"");
    cr_expect_eq(c.scratch.diag.warnings, 0, "what is unused is no news now");
    case_end(&c);
}

Test(weights, misshapen)
{
    Case c;
    case_begin(&c);
    Tensors tensors = {0};
    case_constant(&c, "fc.weight", SHAPE(10, 256), ROLE_KERNEL);
    case_constant(&c, "conv.weight", SHAPE(1, 1, 6, 2), ROLE_KERNEL);
    case_constant(&c, "turned.weight", SHAPE(3, 5), ROLE_KERNEL);
    case_tensor(&c, &tensors, "fc.weight", SHAPE(10, 400), 0);
    case_tensor(&c, &tensors, "conv.weight", SHAPE(6, 2), 0);
    case_tensor(&c, &tensors, "turned.weight", SHAPE(5, 3), 0);
    cr_expect_not(case_bind(&c, &tensors));
    expect_said(&c, "error: fc.weight is 10x400 in the file, the net needs 10x256\n");
    expect_said(&c, "error: conv.weight is 6x2 in the file, the net needs 1x1x6x2\n");
    expect_said(&c, "error: turned.weight is 5x3 in the file, the net needs 3x5\nhint: the file has it transposed");
    case_end(&c);
}

Test(weights, unused)
{
    Case c;
    case_begin(&c);
    Tensors tensors = {0};
    case_constant(&c, "aux.a", SHAPE(1), ROLE_OTHER);
    case_tensor(&c, &tensors, "aux.a", SHAPE(1), 0);
    case_tensor(&c, &tensors, "aux.b", SHAPE(1), 0);
    case_tensor(&c, &tensors, "aux.c", SHAPE(1), 0);
    case_tensor(&c, &tensors, "aux", SHAPE(1), 0);
    case_tensor(&c, &tensors, "auxiliary", SHAPE(1), 0);
    case_tensor(&c, &tensors, "head.fc.weight", SHAPE(1), 0);
    for (int i = 0; i < 40; i++)
        case_tensor(&c, &tensors, arena_printf(c.scratch.arena, "many%d.weight", i), SHAPE(1), 0);
    cr_expect(case_bind(&c, &tensors));
    expect_said(&c, "warning: aux is unused, in \"");
    expect_said(&c, "warning: aux.*: 2 tensors are unused, in \"");
    expect_said(&c, "warning: auxiliary is unused, in \"");
    expect_said(&c, "warning: head.fc.weight is unused, in \"");
    expect_said(&c, "warning: 34 more tensors are unused, in \"");
    cr_expect_eq(c.scratch.diag.warnings, 11);
    case_end(&c);
}

Test(weights, nonsense)
{
    Case c;
    case_begin(&c);
    Tensors tensors = {0};
    case_constant(&c, "bn.running_var", SHAPE(3), ROLE_BN_VARIANCE);
    case_constant(&c, "conv.bias", SHAPE(3), ROLE_BIAS);
    case_tensor(&c, &tensors, "bn.running_var", SHAPE(3), -1);
    case_tensor(&c, &tensors, "conv.bias", SHAPE(3), INFINITY);
    cr_expect(case_bind(&c, &tensors), "these are warnings");
    expect_said(&c, "bn.running_var has 1 of 3 variances below zero in \"");
    expect_said(&c, "conv.bias has 3 of 3 values that are not finite in \"");
    case_end(&c);
}

Test(weights, no_float_type)
{
    Case c;
    case_begin(&c);
    case_constant(&c, "fc.bias", SHAPE(1), ROLE_BIAS);
    static const char header[] = "{\"fc.bias\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}";
    Buf file = {0};
    buf_bytes(&file, (char[]){sizeof header - 1, 0, 0, 0, 0, 0, 0, 0}, 8);
    buf_puts(&file, header);
    buf_bytes(&file, "12345678", 8);
    cr_assert(text_write(c.scratch.path, file.text, file.length));
    buf_free(&file);
    cr_expect_not(weights_bind(c.graph, &c.scratch.diag, c.scratch.path));
    expect_said(&c, "error: fc.bias is I64, not a float type\n");
    case_end(&c);
}

Test(weights, seeds_and_files_as_written)
{
    static const char *const bad[] = {"random:",      "random: 1",  "random:1 ", "random:-1",
                                      "random:x",     "random:0x",  "random:1g", "random:18446744073709551616",
                                      "random:0x1g2", "random:1.5", "random:+1"};
    static const char *const good[] = {"random:0", "random:007", "random:0xFFffFFffFFffFFff",
                                       "random:18446744073709551615"};
    Case c;
    case_begin(&c);
    cr_expect(weights_bind(c.graph, &c.scratch.diag, NULL), "a net without weights needs no file");
    case_constant(&c, "fc.bias", SHAPE(2), ROLE_BIAS);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        cr_expect_not(weights_bind(c.graph, &c.scratch.diag, bad[i]), "%s", bad[i]);
    expect_said(
        &c, "error: '1g' is not a seed: a whole number below 2^64, decimal or after 0x\nhint: --weights random:1\n");
    cr_expect_eq(c.scratch.diag.errors, COUNT_OF(bad));
    cr_expect_not(weights_bind(c.graph, &c.scratch.diag, NULL));
    expect_said(&c, "error: the model has weights to load, but names no file\n"
                    "hint: --weights FILE.safetensors, or --weights random:1\n");
    for (size_t i = 0; i < COUNT_OF(good); i++)
        cr_expect(weights_bind(c.graph, &c.scratch.diag, good[i]), "%s", good[i]);
    cr_expect(weights_bind(c.graph, &c.scratch.diag, NULL), "what has its numbers needs no file");
    cr_expect_not(weights_bind(c.graph, &c.scratch.diag, path_join(c.scratch.arena, c.scratch.folder, "none")));
    expect_said(&c, "none\": No such file or directory\n");
    case_end(&c);
}
