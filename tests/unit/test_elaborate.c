/* test_elaborate.c - from a model's text to its graph: totals of known nets, labels, parameters, imports, sharing. */
#include <criterion/criterion.h>

#include <math.h>
#include <time.h>

#include "elaborate/elaborate.h"
#include "ir/eval.h"
#include "ir/verify.h"
#include "ops/op.h"
#include "tests/support/models.h"

enum { MOST_DEFINES = 4 };

typedef struct Model {
    Arena *arena;
    Diag diag;
    Buf messages;
    Graph *graph; /* NULL after an error */
} Model;

/* `defines` is "name=value name=value"; imports are relative to tests/errors. */
static void model_open(Model *model, const char *text, const char *defines)
{
    *model = (Model){.arena = arena_new()};
    diag_init(&model->diag, model->arena);
    model->diag.capture = &model->messages;
    uint32_t source = diag_add_source(&model->diag, "tests/errors/model.fov", text, strlen(text));
    Define list[MOST_DEFINES];
    ElaborateOptions options = {.defines = list};
    for (char *word = strtok(arena_strdup(model->arena, defines), " "); word; word = strtok(NULL, " ")) {
        char *equals = strchr(word, '=');
        *equals = '\0';
        list[options.define_count++] = (Define){word, equals + 1};
    }
    model->graph = elaborate_source(model->arena, &model->diag, source, &options);
    if (model->graph)
        cr_expect(graph_verify(model->graph) == NULL, "%s", graph_verify(model->graph));
}

static void model_close(Model *model)
{
    buf_free(&model->messages);
    arena_free(model->arena);
}

/* The model must be good, and nothing be said about it. */
static void open_good(Model *model, const char *text, const char *defines)
{
    model_open(model, text, defines);
    cr_assert(model->graph != NULL, "%s", buf_text(&model->messages));
    cr_expect_str_empty(buf_text(&model->messages));
}

static int64_t parameters(const Graph *graph)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < graph->constants.count; i++) {
        const Constant *constant = &graph->constants.at[i];
        if (constant->kind == CONSTANT_LOADED && constant->trainable)
            count += shape_count(&constant->shape);
    }
    return count;
}

static int64_t macs(const Graph *graph)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        const Op *row = op_row(node->op);
        count += row->macs ? row->macs(graph, node) : 0;
    }
    return count;
}

static const Constant *find_constant(const Graph *graph, const char *path)
{
    for (uint32_t i = 0; i < graph->constants.count; i++)
        if (strcmp(graph->constants.at[i].path, path) == 0)
            return &graph->constants.at[i];
    return NULL;
}

static uint32_t count_ops(const Graph *graph, OpId op)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        count += graph->nodes.at[i].op == op;
    return count;
}

/* ---- known nets ---- */

Test(elaborate, totals)
{
    static const struct {
        const char *text, *defines;
        int64_t parameters, macs;
    } cases[] = {
        {lenet5, "", 61706, 416520},
        {alexnet, "", 60965224, 724406816},
        {alexnet, "groups=1", 62378344, 1135256096},
        {vgg, "depth=11", 132863336, 7609090048},
        {vgg, "depth=11 norm=true", 132868840, 7609090048},
        {vgg, "depth=13", 133047848, 11308466176},
        {vgg, "", 138357544, 15470264320},
        {vgg, "depth=19 norm=true", 143678248, 19632062464},
        {googlenet, "", 6998552, 1582671872},
        {resnet, "", 25557032, 4089184256},
        {resnet, "depths=[3,4,23,3]", 44549160, 7801405440},
        {resnet, "depths=[3,8,36,3]", 60192808, 11513626624},
        {resnet, "wide=false depths=[2,2,2,2]", 11689512, 1814073344},
        {resnet, "wide=false", 21797672, 3663761408},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Model model;
        open_good(&model, cases[i].text, cases[i].defines);
        cr_expect_eq(parameters(model.graph), cases[i].parameters, "%s %s: %lld parameters", model.graph->name,
                     cases[i].defines, (long long)parameters(model.graph));
        cr_expect_eq(macs(model.graph), cases[i].macs, "%s %s: %lld multiply-adds", model.graph->name, cases[i].defines,
                     (long long)macs(model.graph));
        model_close(&model);
    }
}

Test(elaborate, extra_outputs)
{
    Model model;
    open_good(&model, googlenet, "heads=true");
    const Graph *graph = model.graph;
    cr_expect_eq(parameters(graph), 13378280);
    cr_assert_eq(graph->outputs.count, 3);
    cr_expect_str_eq(graph->outputs.at[0].name, "logits");
    cr_expect_str_eq(graph->outputs.at[1].name, "head1");
    cr_expect_str_eq(graph->outputs.at[2].name, "head2");
    cr_expect(find_constant(graph, "aux1.fc1.weight") && find_constant(graph, "inception4e.reduce5.bias"));
    model_close(&model);
}

Test(elaborate, labels_of_resnet)
{
    static const char *const paths[] = {"conv1.weight",
                                        "bn1.running_var",
                                        "layer1.0.downsample.0.weight",
                                        "layer1.0.downsample.1.running_mean",
                                        "layer3.5.conv3.weight",
                                        "layer4.2.bn3.bias",
                                        "fc.bias"};
    Model model;
    open_good(&model, resnet, "");
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        cr_expect(find_constant(model.graph, paths[i]), "no %s", paths[i]);
    cr_expect(!find_constant(model.graph, "layer1.1.downsample.0.weight"));
    cr_expect(!find_constant(model.graph, "conv1.bias"));
    model_close(&model);
}

/* ---- inputs and outputs ---- */

Test(elaborate, inputs)
{
    Model model;
    open_good(&model, googlenet, "");
    const Port *port = &model.graph->inputs.at[0];
    const Node *input = graph_node(model.graph, port->node);
    cr_expect_eq(input->type.dtype, DT_U8);
    cr_expect_eq(input->type.layout.kind, LAYOUT_INTERLEAVED);
    cr_expect_eq(port->picture.resize, 256);
    cr_expect(port->picture.bgr);
    cr_expect_eq(count_ops(model.graph, OP_pixels), 1);
    model_close(&model);

    open_good(&model, "net pair(a: f32[4], b: f32[size], size = 2 * 2) { return a + b; }", "");
    const Shape *shape = &graph_node(model.graph, model.graph->inputs.at[1].node)->type.shape;
    cr_expect(shape->rank == 2 && shape->dim[0] == 1 && shape->dim[1] == 4);
    cr_expect_str_eq(model.graph->outputs.at[0].name, "output");
    model_close(&model);
}

Test(elaborate, batch)
{
    Model model = {.arena = arena_new()};
    diag_init(&model.diag, model.arena);
    uint32_t source = diag_add_source(&model.diag, "lenet5.fov", lenet5, strlen(lenet5));
    ElaborateOptions options = {.batch = 7};
    const Graph *graph = elaborate_source(model.arena, &model.diag, source, &options);
    cr_assert(graph != NULL);
    const Shape *shape = &graph_node(graph, graph->outputs.at[0].node)->type.shape;
    cr_expect(shape->rank == 2 && shape->dim[0] == 7 && shape->dim[1] == 10);
    model_close(&model);
}

/* What needs no input has a batch of 1, and joins each picture of a larger one. */
Test(elaborate, constants_beside_a_batch)
{
    static const char text[] = "net n(x: f32[1, 1, 2]) {\n"
                               "    k = constant([[[1, 2]], [[3, 4]]]);\n"
                               "    return concat(k, x, k -> relu, x) + constant([[[10, 20]]]);\n"
                               "}\n";
    static const double expected[] = {11, 22, 13, 24, 15, 26, 11, 22, 13, 24, 15, 26,
                                      11, 22, 13, 24, 17, 28, 11, 22, 13, 24, 17, 28};
    Model model = {.arena = arena_new()};
    diag_init(&model.diag, model.arena);
    uint32_t source = diag_add_source(&model.diag, "n.fov", text, strlen(text));
    const Graph *graph = elaborate_source(model.arena, &model.diag, source, &(ElaborateOptions){.batch = 2});
    cr_assert(graph != NULL && graph_verify(graph) == NULL);
    Tensor x = {.shape = SHAPE(2, 1, 1, 2), .at = (double[]){5, 6, 7, 8}}, result;
    eval_graph(graph, &x, &result, NULL, NULL);
    cr_assert_eq(shape_count(&result.shape), COUNT_OF(expected));
    cr_expect_arr_eq(result.at, expected, sizeof expected);
    tensor_free(&result);
    model_close(&model);
}

Test(elaborate, weights_beside_the_model)
{
    Model model;
    open_good(&model, "weights \"parts/sound.safetensors\"; net n(a: f32[4]) { return a -> fc: fc(3); }", "");
    cr_expect_str_eq(model.graph->weights_path, "tests/errors/parts/sound.safetensors");
    cr_expect_gt(model.graph->weights_span.file, 0);
    model_close(&model);
}

Test(elaborate, choice_of_net)
{
    static const char text[] = "net a(x: f32[4]) { return x; } net model(x: f32[4]) { return x; }";
    Model model;
    open_good(&model, text, "");
    cr_expect_str_eq(model.graph->name, "model");
    ElaborateOptions options = {.net = "a"};
    uint32_t source = diag_add_source(&model.diag, "other.fov", text, strlen(text));
    const Graph *graph = elaborate_source(model.arena, &model.diag, source, &options);
    cr_assert(graph != NULL);
    cr_expect_str_eq(graph->name, "a");
    model_close(&model);
}

/* ---- imports, sharing, nets in nets ---- */

Test(elaborate, imports)
{
    Model model;
    open_good(&model,
              "import \"parts/blocks.fov\"; import \"parts/chain.fov\"; import \"parts/../parts/blocks.fov\";\n"
              "net n(x: f32[1, 8, 8]) { return x -> a: unit(classes) -> b: outer; }",
              "");
    cr_expect_eq(parameters(model.graph), 10 * 9 + 10 + 10 * 10 * 9 + 10);
    cr_expect(find_constant(model.graph, "b.u.c.weight"));
    model_close(&model);
}

Test(elaborate, sharing)
{
    Model model;
    open_good(&model,
              "block tower(x, width = 8) { return x -> c: conv(width, 3x3, pad=1) -> relu -> bn: batchnorm; }\n"
              "net n(a: f32[3, 8, 8], b: f32[3, 8, 8], c: f32[3, 8, 8]) {\n"
              "    u = a -> trunk: tower(width=4);\n"
              "    v = b -> @trunk;\n"
              "    w = c -> @trunk.c -> head: conv(2, 1x1);\n"
              "    return concat([u, v, w]);\n"
              "}",
              "");
    cr_expect_eq(parameters(model.graph), 4 * 27 + 4 + 8 + 2 * 4 + 2);
    cr_expect_eq(count_ops(model.graph, OP_conv), 4);
    cr_expect_eq(count_ops(model.graph, OP_batchnorm), 2);
    cr_expect_eq(model.graph->constants.count, 2 + 4 + 2);
    model_close(&model);
}

/* The extra outputs of a net used as a block are dropped, with the layers that only they need. */
Test(elaborate, net_in_net)
{
    Model model;
    open_good(&model,
              "net part(image: u8[3, 4, 4], width = 2) {\n"
              "    output tap = image -> t: conv(9, 1x1);\n"
              "    return image -> c: conv(width, 1x1);\n"
              "}\n"
              "net model(x: f32[3, 4, 4]) { return x -> p: part(5) -> relu; }",
              "");
    cr_expect_eq(model.graph->outputs.count, 1);
    cr_expect_eq(parameters(model.graph), 5 * 3 + 5);
    cr_expect(!find_constant(model.graph, "p.t.weight"));
    model_close(&model);
}

Test(elaborate, devices_change_nothing)
{
    Model model;
    open_good(&model, "net n(x: f32[4]) { on device(1) y = x -> relu; on device(0) { y = -y; } return y + x; }", "");
    cr_expect_eq(count_ops(model.graph, OP_relu), 1);
    cr_expect_eq(count_ops(model.graph, OP_mul), 1);
    model_close(&model);
}

/* ---- compile-time values ---- */

/* Each of these is true. */
Test(elaborate, values)
{
    static const char *const truths[] = {
        "7 % 3 == 1 && -7 % 3 == 2 && div(-7, 2) == -4 && 8 / 2 == 4",
        "7.0 / 2 == 3.5 && floor(3.5) == 3 && ceil(3.5) == 4 && floor(-0.5) == -1",
        "1 << 3 == 8 && -9 >> 1 == -5 && -1 << 63 == -9223372036854775807 - 1",
        "5x5 == [5, 5] && [1, 2] + [3] == [1, 2, 3] && 0..3 == [0, 1, 2] && len(3..1) == 0",
        "reverse([1, 2]) == [2, 1] && sum([1, 2.5]) == 3.5 && max(1, 2) == 2 && min(1, 2.0) == 1",
        "[\"a\": 1, 2: 3][\"a\"] == 1 && [\"a\": 1, 2: 3][2] == 3 && [[1, 2], [3]][1][0] == 3",
        "1 == 1.0 && \"a\" != \"b\" && [1, [2]] != [1, [3]] && !(2 < 1) && 1 <= 1",
        "false && 1 / 0 == 1 || true",
        "(1 > 0 ? 1 : 1 / 0) == 1",
        "channels(x) == 3 && height(x) == 4 && width(x) == 5 && shape(x) == 3x4x5 && shape(x -> flatten) == [60]",
        "rotate([[1, 2, 3], [4, 5, 6]], 90) == [[3, 6], [2, 5], [1, 4]]",
        "rotate([[1, 2, 3], [4, 5, 6]], -90) == [[4, 1], [5, 2], [6, 3]]",
        "rotate([[1, 2], [3, 4]], 540) == [[4, 3], [2, 1]] && rotate([[1, -1]], 0) == [[1, -1]]",
        "rotate([[[1, 2]], [[3, 4]]], 90) == [[[2], [1]], [[4], [3]]]",
        "rotate([[5]], 30) == [[5.0]] && rotate([[0, 0], [0, 0]], 45) == [[0, 0], [0, 0]]",
    };
    for (size_t i = 0; i < COUNT_OF(truths); i++) {
        Buf text = {0};
        buf_printf(&text, "net n(x: f32[3, 4, 5]) { if (%s) output good = -x; return x; }", truths[i]);
        Model model;
        open_good(&model, text.text, "");
        cr_expect_eq(model.graph->outputs.count, 2, "%s", truths[i]);
        model_close(&model);
        buf_free(&text);
    }
}

/* A line through the middle, turned by 45 degrees: the corners of that diagonal get what is between. */
Test(elaborate, rotate_between)
{
    Model model;
    open_good(&model,
              "net n(x: f32[1, 8, 8]) {\n"
              "    return x -> conv(weight=rotate([[0, 0, 0], [1, 1, 1], [0, 0, 0]], 45));\n"
              "}",
              "");
    const Constant *kernel = &model.graph->constants.at[0];
    double corner = 2 - sqrt(2), edge = 1 - sqrt(0.5);
    cr_assert_eq(shape_count(&kernel->shape), 9);
    cr_expect_float_eq(kernel->data[4], 1, 1e-6);
    cr_expect_float_eq(kernel->data[2], corner, 1e-6); /* up and to the right */
    cr_expect_float_eq(kernel->data[6], corner, 1e-6);
    cr_expect_float_eq(kernel->data[0], 0, 1e-6);
    cr_expect_float_eq(kernel->data[1], edge, 1e-6);
    model_close(&model);
}

Test(elaborate, tables_keep_their_order)
{
    Model model;
    open_good(&model,
              "const widths = [\"b\": 3, \"a\": 2];\n"
              "net n(x: f32[1, 4, 4]) {\n"
              "    for (name in widths) x = x -> first{name}: conv(widths[name], 1x1);\n"
              "    for (name, width in widths) x = x -> second.{name}: conv(width, 1x1);\n"
              "    for (i, width in reverse([5, 6])) x = x -> {i}third: conv(width, 1x1);\n"
              "    return x -> expect(5x4x4);\n"
              "}",
              "");
    static const char *const paths[] = {"firstb", "firsta", "second.b", "second.a", "0third", "1third"};
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        cr_expect_str_eq(model.graph->constants.at[2 * i].path, arena_printf(model.arena, "%s.weight", paths[i]));
    model_close(&model);
}

Test(elaborate, command_line)
{
    static const char text[] = "const large = [8, 9];\n"
                               "net n(x: f32[4], rows = [1], form = \"paper\", slope = 0.5, count) {\n"
                               "    if (rows == [8, 9] && form == \"caffe\" && slope == 2.0 && count == 3)\n"
                               "        output good = -x;\n"
                               "    return x;\n"
                               "}";
    Model model;
    open_good(&model, text, "rows=large form=caffe slope=2 count=1+2");
    cr_expect_eq(model.graph->outputs.count, 2);
    model_close(&model);
    open_good(&model, text, "rows=[8,9] form=\"caffe\" count=3 slope=2.0");
    cr_expect_eq(model.graph->outputs.count, 2);
    model_close(&model);
}

/* Bare words are the parameter's; in brackets the name is a value. */
Test(elaborate, words)
{
    Model model;
    open_good(&model,
              "net n(x: f32[1, 8, 8], same = 2) {\n"
              "    a = x -> a: conv(1, 3x3, pad=same) -> expect(1x8x8);\n"
              "    b = x -> b: conv(1, 3x3, pad=(same)) -> expect(1x10x10);\n"
              "    return (a -> avgpool(global)) + (b -> avgpool(global));\n"
              "}",
              "");
    model_close(&model);
}

Test(elaborate, scopes)
{
    Model model;
    open_good(&model,
              "block f(x, n) {\n"
              "    if (n == 0) return x;\n"
              "    else if (n == 1) return -x;\n"
              "    m = 1;\n"
              "    { m = 2; k = 3; m = m + k; }\n"
              "    for (i in 0..2) { m = m + i; }\n"
              "    return x * m;\n"
              "}\n"
              "net n(x: f32[4]) { return (x -> f(0)) + f(x, n=1) + f(n=2, x=x); }",
              "");
    const Graph *graph = model.graph;
    cr_expect_eq(count_ops(graph, OP_mul), 2);
    cr_expect_float_eq(graph->constants.at[graph->constants.count - 1].data[0], 6, 1e-9);
    model_close(&model);
}

/* ---- size ---- */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Node.block: the labelled blocks around a layer, also when it is applied again, and blocks without label add none. */
Test(elaborate, blocks_around_layers)
{
    static const char text[] = "block inner(x) { return x -> relu -> conv: conv(3, 1x1); }\n"
                               "block plain(x) { return x + x -> in.{2}: inner; }\n"
                               "net n(image: f32[3, 4, 4]) {\n"
                               "    x = image -> a.1: inner -> plain -> b: plain;\n"
                               "    return x -> @b -> @a.1;\n"
                               "}\n";
    static const char *const blocks[] = {
        "a.1:inner",          "a.1:inner",          "",        "in.2:inner",         "in.2:inner",         "b:plain",
        "b:plain/in.2:inner", "b:plain/in.2:inner", "b:plain", "b:plain/in.2:inner", "b:plain/in.2:inner", "a.1:inner",
        "a.1:inner"};
    Model model;
    open_good(&model, text, "");
    uint32_t found = 0;
    for (uint32_t i = 0; i < model.graph->nodes.count; i++) {
        const Node *node = &model.graph->nodes.at[i];
        if (op_row(node->op)->family == FAMILY_SOURCE)
            continue;
        cr_assert(found < COUNT_OF(blocks));
        cr_expect_str_eq(node->block, blocks[found], "layer %u", found);
        found++;
    }
    cr_expect_eq(found, COUNT_OF(blocks));
    model_close(&model);
}

Test(elaborate, ten_thousand_layers)
{
    Buf text = {0};
    buf_puts(&text, "net deep(x: f32[4, 8, 8]) { return x");
    for (int i = 0; i < 10000; i++)
        buf_printf(&text, " -> c%d: conv(4, 3x3, pad=1)", i);
    buf_puts(&text, "; }");
    double start = seconds();
    Model model;
    open_good(&model, text.text, "");
    cr_expect_eq(count_ops(model.graph, OP_conv), 10000);
    cr_expect_lt(seconds() - start, 5);
    model_close(&model);
    buf_free(&text);
}

Test(elaborate, long_sum)
{
    Buf text = {0};
    buf_puts(&text, "net sums(x: f32[4]) { n = 0");
    for (int i = 0; i < 300000; i++)
        buf_puts(&text, " + 1");
    buf_puts(&text, "; return x * n; }");
    Model model;
    open_good(&model, text.text, "");
    cr_expect_float_eq(model.graph->constants.at[0].data[0], 300000, 1e-9);
    model_close(&model);
    buf_free(&text);
}
