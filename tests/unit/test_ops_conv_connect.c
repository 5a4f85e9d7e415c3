/* test_ops_conv_connect.c - connection tables: C3 of LeNet-5 (LeCun et al. 1998, table I), and that a table is a
 * convolution whose other weights are zero. */
#include <criterion/criterion.h>

#include <math.h>

#include "elaborate/elaborate.h"
#include "report/layers.h"
#include "tests/unit/graphs.h"

enum { MAPS = 16, INPUTS = 6, CONNECTIONS = 60, SIDE = 5, TAPS = SIDE * SIDE };

/* As the paper prints it: a row for each map of S2, an X where a map of C3 sees it. */
static const char table_1[INPUTS][MAPS + 1] = {
    "X...XXX..XXXX.XX", "XX...XXX..XXXX.X", "XXX...XXX..X.XXX",
    ".XXX..XXXX..X.XX", "..XXX..XXXX.XX.X", "...XXX..XXXX.XXX",
};

static IntLists c3_table(Arena *arena)
{
    int64_t *ends = NEW_ARRAY(arena, int64_t, MAPS), *at = NEW_ARRAY(arena, int64_t, CONNECTIONS), count = 0;
    for (int o = 0; o < MAPS; o++) {
        for (int i = 0; i < INPUTS; i++)
            if (table_1[i][o] == 'X')
                at[count++] = i;
        ends[o] = count;
    }
    cr_assert_eq(count, CONNECTIONS, "%lld connections", (long long)count);
    return (IntLists){.count = MAPS, .ends = ends, .at = at};
}

/* ---- counts ---- */

static const char lenet5_1998[] =
    "const table = [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 0], [5, 0, 1],\n"
    "               [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 0], [4, 5, 0, 1], [5, 0, 1, 2],\n"
    "               [0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5], 0..6];\n"
    "net lenet5(image: f32[1, 32, 32]) {\n"
    "    x = image -> c1: conv(6, 5x5) -> tanh -> avgpool(2x2) -> c3: conv(16, 5x5, connect=table) -> tanh\n"
    "              -> avgpool(2x2) -> c5: conv(120, 5x5) -> tanh -> flatten -> f6: fc(84) -> tanh;\n"
    "    return answer = x;\n"
    "}\n";

Test(connect, lenet5_of_1998)
{
    static const struct {
        const char *layer;
        int64_t parameters, macs;
    } rows[] = {{"c1", 156, 117600}, {"c3", 1516, 150000}, {"c5", 48120, 48000}, {"f6", 10164, 10080}};
    Case c = case_new();
    ElaborateOptions options = {.batch = 1};
    uint32_t source = diag_add_source(c.diag, "lenet5.fov", lenet5_1998, strlen(lenet5_1998));
    Graph *graph = elaborate_source(c.arena, c.diag, source, &options);
    cr_assert_not_null(graph, "%s", buf_text(c.messages));
    Layers layers = layers_of(c.arena, graph);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool found = false;
        for (uint32_t k = 0; k < layers.rows.count; k++) {
            const Layer *layer = &layers.rows.at[k];
            if (strcmp(graph_node(graph, layer->node)->path, rows[i].layer) != 0)
                continue;
            found = true;
            cr_expect_eq(layer->parameters, rows[i].parameters, "%s: %lld parameters", rows[i].layer,
                         (long long)layer->parameters);
            cr_expect_eq(layer->macs, rows[i].macs, "%s: %lld multiply-adds", rows[i].layer, (long long)layer->macs);
        }
        cr_expect(found, "there is no %s", rows[i].layer);
    }
    /* The paper counts a connection for each weight and bias of each output: 151,600 of C3. */
    cr_expect_eq(layers.rows.at[3].macs + MAPS * 10 * 10, 151600);
    case_free(&c);
}

/* ---- a table is a convolution with zeros ---- */

static Tensor run_table(const Tensor *x, const Tensor *weight, const double *bias, const IntLists *table)
{
    Case c = case_new();
    ConvConnectAttrs attrs = {.conv = case_conv_attrs(), .connect = *table};
    NodeId inputs[] = {case_input(&c, x->shape), case_literal(&c, weight->shape, weight->at),
                       case_literal(&c, SHAPE(MAPS), bias)};
    Tensor y = case_eval(&c, case_add(&c, OP_conv_connect, inputs, 3, &attrs), x);
    case_free(&c);
    return y;
}

static Tensor run_dense(const Tensor *x, const Tensor *weight, const double *bias, const IntLists *table)
{
    double *dense = calloc(MAPS * INPUTS * TAPS, sizeof *dense);
    int64_t connection = 0;
    for (int64_t o = 0; o < MAPS; o++)
        for (; connection < table->ends[o]; connection++)
            memcpy(dense + (o * INPUTS + table->at[connection]) * TAPS, weight->at + connection * TAPS,
                   TAPS * sizeof *dense);
    Case c = case_new();
    ConvAttrs attrs = case_conv_attrs();
    NodeId inputs[] = {case_input(&c, x->shape), case_literal(&c, SHAPE(MAPS, INPUTS, SIDE, SIDE), dense),
                       case_literal(&c, SHAPE(MAPS), bias)};
    Tensor y = case_eval(&c, case_add(&c, OP_conv, inputs, 3, &attrs), x);
    case_free(&c);
    free(dense);
    return y;
}

Test(connect, equals_conv_with_zeros)
{
    Arena *arena = arena_new();
    IntLists table = c3_table(arena);
    double bias[MAPS];
    for (int o = 0; o < MAPS; o++)
        bias[o] = o - 7;
    Tensor x = tensor_integers(SHAPE(2, INPUTS, 14, 14), 3), w = tensor_integers(SHAPE(CONNECTIONS, SIDE, SIDE), 4);
    Tensor y = run_table(&x, &w, bias, &table), dense = run_dense(&x, &w, bias, &table);
    cr_assert(shape_equal(&y.shape, SHAPE_AT(2, MAPS, 10, 10)));
    for (int64_t i = 0; i < shape_count(&y.shape); i++)
        cr_assert_float_eq(y.at[i], dense.at[i], 0, "element %lld is %g, not %g", (long long)i, y.at[i], dense.at[i]);
    x.at[0] = (double)NAN; /* in map 0 of S2, which maps 1, 2, 3, 7, 8 and 13 of C3 do not see */
    Tensor seen = run_table(&x, &w, bias, &table);
    for (int o = 0; o < MAPS; o++)
        cr_expect_eq(isnan(seen.at[o * 100]) != 0, table_1[0][o] == 'X', "map %d", o);
    tensor_free(&x);
    tensor_free(&w);
    tensor_free(&y);
    tensor_free(&dense);
    tensor_free(&seen);
    arena_free(arena);
}

/* ---- graphs that cannot be ---- */

Test(connect, errors)
{
    const struct {
        IntLists table;
        Shape weight;
        const char *message;
    } rows[] = {
        {{2, (const int64_t[]){1, 2}, (const int64_t[]){0, 3}}, {3, {2, 1, 1}}, "connect names map 3, the input has 3"},
        {{1, (const int64_t[]){1}, (const int64_t[]){-1}},
         {3, {1, 1, 1}},
         "connect names map -1, the input has 3 (0..2)"},
        {{1, (const int64_t[]){3}, (const int64_t[]){1, 0, 1}},
         {3, {3, 1, 1}},
         "connect names map 1 twice for output map 0"},
        {{2, (const int64_t[]){1, 1}, (const int64_t[]){0}},
         {3, {1, 1, 1}},
         "connect gives output map 1 an empty list"},
        {{0, NULL, NULL}, {3, {1, 1, 1}}, "connect is an empty list"},
        {{1, (const int64_t[]){1}, (const int64_t[]){0}},
         {3, {2, 1, 1}},
         "a kernel for 1 connections is [1, h, w], this is 2x1x1"},
        {{1, (const int64_t[]){1}, (const int64_t[]){0}}, {4, {1, 1, 1, 1}}, "a kernel for 1 connections is [1, h, w]"},
        {{1, (const int64_t[]){1}, (const int64_t[]){0}}, {3, {1, 5, 1}}, "window 5x1 is larger than its input 4x4"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Case c = case_new();
        ConvConnectAttrs attrs = {.conv = case_conv_attrs(), .connect = rows[i].table};
        NodeId inputs[] = {case_input(&c, SHAPE(1, 3, 4, 4)), case_weight(&c, "w", rows[i].weight)};
        NodeId id = graph_add(c.graph, c.diag, OP_conv_connect, inputs, 2, &attrs, "", NOWHERE);
        cr_expect(node_is_none(id), "no error: %s", rows[i].message);
        cr_expect(strstr(buf_text(c.messages), rows[i].message), "wanted: %s\ngot: %s", rows[i].message,
                  buf_text(c.messages));
        case_free(&c);
    }
}
