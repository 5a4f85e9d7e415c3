/* zoo.c - the nets of examples/zoo: they have the figures that are known of them, and emitted code computes what the
 * reference evaluator does.
 *
 * zoo.list, the table zoo_figures and the files belong together: a net that is in one and not in another fails.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#include <cjson/cJSON.h>

#include "pass/pass.h"
#include "report/layers.h"
#include "report/show.h"
#include "tests/nets/zoo_figures.h"
#include "tests/support/emitted.h"
#include "tests/support/model.h"
#include "tests/support/opencl.h"
#include "tests/support/sample.h"
#include "tests/support/zoo.h"
#include "weights/weights.h"

static Zoo read_zoo(Arena *arena)
{
    Zoo zoo = {0};
    Buf report = {0};
    bool good = zoo_read(arena, &zoo, &report);
    cr_assert(good, "%s", buf_text(&report));
    buf_free(&report);
    return zoo;
}

Test(zoo, list_and_table_name_the_same_nets)
{
    Arena *arena = arena_new();
    Zoo zoo = read_zoo(arena);
    for (int i = 0; i < zoo_figures_count; i++)
        cr_expect(zoo_find(&zoo, zoo_figures[i].name), "zoo.list has no %s", zoo_figures[i].name);
    for (uint32_t i = 0; i < zoo.nets.count; i++) {
        int rows = 0;
        for (int f = 0; f < zoo_figures_count; f++)
            rows += strcmp(zoo_figures[f].name, zoo.nets.at[i].name) == 0;
        cr_expect_eq(rows, 1, "zoo_figures has %d rows for %s", rows, zoo.nets.at[i].name);
    }
    arena_free(arena);
}

/* ---- figures ---- */

/* What `fovea show --json` prints. */
static cJSON *shown(Arena *arena, const ZooNet *net)
{
    Diag diag;
    Graph *graph = zoo_graph(arena, &diag, net, NULL), *optimised = graph;
    cr_expect(graph && diag.warnings == 0, "%s is not read, or with warnings", net->name);
    if (!graph)
        return NULL;
    const Target *target = target_find("c");
    passes_run(&optimised, &(PassOptions){.target = target});
    Buf text = {0};
    show_json(&text, graph, plan_make(optimised, target), net->file);
    cJSON *object = cJSON_Parse(buf_text(&text));
    buf_free(&text);
    return object;
}

static void check_number(const char *net, const cJSON *object, const char *key, int64_t expected)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    cr_expect(cJSON_IsNumber(item), "%s: no number %s", net, key);
    if (cJSON_IsNumber(item))
        cr_expect(item->valuedouble == (double)expected, "%s: %s is %.0f, not %lld", net, key, item->valuedouble,
                  (long long)expected);
}

Test(zoo, figures)
{
    Arena *list = arena_new();
    Zoo zoo = read_zoo(list);
    for (int i = 0; i < zoo_figures_count; i++) {
        const ZooFigures *figures = &zoo_figures[i];
        const ZooNet *net = zoo_find(&zoo, figures->name);
        Arena *arena = arena_new();
        cJSON *object = net ? shown(arena, net) : NULL;
        cr_expect(object, "%s is not shown", figures->name);
        if (object) {
            check_number(figures->name, object, "parameters", figures->parameters);
            check_number(figures->name, object, "macs", figures->macs);
            check_number(figures->name, object, "receptive_field", figures->field);
            check_number(figures->name, object, "weighted_depth", figures->depth);
        }
        cJSON_Delete(object);
        arena_free(arena);
    }
    arena_free(list);
}

static bool is_meant(const char *layer, const char *path)
{
    size_t length = strlen(layer);
    return layer[length - 1] == '*' ? strncmp(path, layer, length - 1) == 0 : strcmp(path, layer) == 0;
}

static void check_layer(const Graph *graph, const Layers *layers, const ZooLayer *expected)
{
    ZooLayer sum = {.field = -1, .jump = -1};
    uint32_t count = 0;
    for (uint32_t i = 0; i < layers->rows.count; i++) {
        const Layer *layer = &layers->rows.at[i];
        if (!is_meant(expected->layer, graph_node(graph, layer->node)->path))
            continue;
        count++;
        sum.parameters += layer->parameters;
        sum.macs += layer->macs;
        sum.field = MAX(sum.field, field_size(layer->field, 0));
        sum.jump = MAX(sum.jump, (int64_t)field_jump(layer->field, 0));
    }
    bool same = count && (expected->parameters < 0 || sum.parameters == expected->parameters) &&
                (expected->macs < 0 || sum.macs == expected->macs) &&
                (expected->field < 0 || sum.field == expected->field) &&
                (expected->jump < 0 || sum.jump == expected->jump);
    cr_expect(same,
              "%s: %s (%u layers): %lld parameters, %lld multiply-adds, field %lld/%lld; not %lld, %lld, %lld/%lld",
              expected->net, expected->layer, count, (long long)sum.parameters, (long long)sum.macs,
              (long long)sum.field, (long long)sum.jump, (long long)expected->parameters, (long long)expected->macs,
              (long long)expected->field, (long long)expected->jump);
}

Test(zoo, figures_of_layers)
{
    Arena *list = arena_new();
    Zoo zoo = read_zoo(list);
    for (int i = 0; i < zoo_layers_count; i++) {
        const ZooNet *net = zoo_find(&zoo, zoo_layers[i].net);
        Arena *arena = arena_new();
        Diag diag;
        Graph *graph = net ? zoo_graph(arena, &diag, net, NULL) : NULL;
        cr_expect(graph, "%s is not read", zoo_layers[i].net);
        if (graph) {
            Layers layers = layers_of(arena, graph);
            check_layer(graph, &layers, &zoo_layers[i]);
        }
        arena_free(arena);
    }
    arena_free(list);
}

/* ---- runs ---- */

enum { AUTO_EVERY = 5, ONE_ON_OPENCL = 40 };

static void check_target(const char *name, Diag *diag, const Graph *graph, const char *target, const Tensor *inputs,
                         const Tensor *expected)
{
    Emitted *emitted = emitted_new(target);
    if (!emitted)
        return;
    emitted_every_count(emitted);
    Tensor *actual = NEW_ARRAY(graph->arena, Tensor, graph->outputs.count);
    int model = emitted_add(emitted, diag, graph);
    bool good = model >= 0 && emitted_compile(emitted) && emitted_run(emitted, model, inputs, actual);
    cr_expect(good, "%s does not run on target %s", name, target);
    if (good) {
        char where[128];
        double error = outputs_error(graph, expected, actual, where);
        cr_expect(error <= 1e-4, "%s on target %s is off by %.3g of the largest output: %s", name, target, error,
                  where);
        tensors_free(actual, graph->outputs.count);
    }
    emitted_free(emitted);
}

/* "resnet" of "resnet50-v1". */
static size_t family_length(const char *name)
{
    return strcspn(name, strncmp(name, "cifar-", 6) == 0 ? "0123456789" : "-0123456789");
}

/* The first of its family in the table: the others repeat its layers more often, or add a few. */
static bool is_first_of_family(int row)
{
    const char *name = zoo_figures[row].name;
    for (int i = 0; i < row; i++) {
        size_t length = family_length(zoo_figures[i].name);
        if (length == family_length(name) && strncmp(zoo_figures[i].name, name, length) == 0)
            return false;
    }
    return true;
}

/* Target auto has the kernels of another target here, and that one's weights. Of a family, the first net is tried on
 * all others, each third one of the rest on target c, and each third one on those with vectors. */
static bool is_tried(int row, const Target *target, bool opencl)
{
    const int turn = strcmp(target->name, "c") == 0 ? 0 : 1;
    if (target->opencl != opencl)
        return false;
    if (opencl || sample_is_whole())
        return true;
    return target->blob ? row % AUTO_EVERY == 0 : is_first_of_family(row) || row % 3 == turn;
}

/* A net with random weights, on all targets of one kind that this machine runs. */
static void run_net(int row, bool opencl)
{
    const ZooFigures *figures = &zoo_figures[row];
    Arena *arena = arena_new();
    Zoo zoo = read_zoo(arena);
    const ZooNet *net = zoo_find(&zoo, figures->name);
    cr_assert(net, "zoo.list has no %s", figures->name);
    Diag diag;
    Graph *graph = zoo_graph(arena, &diag, net, figures->small);
    cr_assert(graph && weights_bind(graph, &diag, "random:1"), "%s is not read with '%s'", figures->name,
              figures->small);
    Tensor *inputs = inputs_random(graph, NUMBERS_USUAL, 1);
    Tensor *expected = NEW_ARRAY(arena, Tensor, graph->outputs.count);
    eval_graph(graph, inputs, expected, NULL, NULL);
    for (int t = 0; target_at(t); t++)
        if (is_tried(row, target_at(t), opencl))
            check_target(figures->name, &diag, graph, target_at(t)->name, inputs, expected);
    if (opencl) /* the same device, which takes the kernels for CPUs of both */
        check_target(figures->name, &diag, graph, OPENCL_GPU, inputs, expected);
    tensors_free(expected, graph->outputs.count);
    tensors_free(inputs, graph->inputs.count);
    free(inputs);
    arena_free(arena);
}

ParameterizedTestParameters(zoo, runs_as_the_reference)
{
    static int rows[64];
    for (int i = 0; i < zoo_figures_count; i++)
        rows[i] = i;
    return cr_make_param_array(int, rows, (size_t)zoo_figures_count);
}

/* One net a test; some of them on target auto, too. */
ParameterizedTest(const int *row, zoo, runs_as_the_reference)
{
    run_net(*row, false);
}

ParameterizedTestParameters(zoo, runs_on_opencl)
{
    static int rows[64];
    size_t count = 0;
    for (int i = 0; i < zoo_figures_count; i++)
        if (sample_takes(ONE_ON_OPENCL, "zoo", (uint32_t)i, zoo_figures[i].name))
            rows[count++] = i;
    return cr_make_param_array(int, rows, count);
}

ParameterizedTest(const int *row, zoo, runs_on_opencl)
{
    if (!opencl_has_device())
        cr_skip_test("%s target opencl", target_missing("opencl"));
    run_net(*row, true);
}
