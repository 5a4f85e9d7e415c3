/* check.c - `fovea check` (see check.h).
 *
 * A trial is one run of a program on some examples. The program writes down what went into the net and what came out;
 * the reference evaluator computes the same from what went in. When an output differs too much, the net is built once
 * more with the result of every kernel as an output, and the first that differs is the layer at fault.
 */
#include "driver/check.h"
#include "driver/arrays.h"
#include "driver/build.h"
#include "driver/here.h"
#include "driver/print.h"
#include "driver/process.h"
#include "ir/eval.h"
#include "pass/pass.h"
#include "support/file.h"
#include "weights/weights.h"

#include <math.h>

/* Allowed difference, relative to the largest value of the output in question; with Winograd's algorithm. */
static const double TOLERANCE = 1e-5, TOLERANCE_WINOGRAD = 1e-4;

static double tolerance_of(const Graph *graph)
{
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (graph->nodes.at[i].op == OP_conv_winograd)
            return TOLERANCE_WINOGRAD;
    return TOLERANCE;
}

enum { RANDOM_SEED = 1 };

typedef struct Trial {
    const char *name;   /* of its folder: "random", "files" */
    const Words *files; /* NULL: random inputs */
} Trial;

/* The largest difference found, and where. */
typedef struct Difference {
    double size;
    uint32_t port;
} Difference;

typedef struct Check {
    Diag *diag;
    Arena *arena;
    const Options *options;
    const Target *target;
    const char *directory; /* of this target */
    bool no_program;       /* the C compiler failed: it would for the other targets too */
} Check;

/* ---- one run of a program ---- */

/* The same inputs for every target: uniform in -1..1, bytes in 0..255, exact as floats. */
static bool write_random(const Check *check, const Graph *graph, const char *directory, Argv *argv)
{
    for (uint32_t i = 0; i < graph->inputs.count; i++) {
        const Port *port = &graph->inputs.at[i];
        const Type *type = &graph_node(graph, port->node)->type;
        Tensor tensor = tensor_new(&type->shape);
        for (int64_t k = 0; k < shape_count(&type->shape); k++) {
            uint32_t counter[4] = {(uint32_t)k, (uint32_t)(k >> 32), i, 0}, key[2] = {RANDOM_SEED, 0}, random[4];
            philox4x32(counter, key, random);
            tensor.at[k] = type->dtype == DT_U8 ? (double)(random[0] >> 24) : (double)(random[0] >> 8) / 8388608.0 - 1;
        }
        const char *path = path_join(check->arena, directory, arena_printf(check->arena, "%s.random.npy", port->name));
        bool fine = array_write(check->diag, path, &tensor);
        tensor_free(&tensor);
        if (!fine)
            return false;
        VEC_PUSH(check->arena, argv, "--input");
        VEC_PUSH(check->arena, argv, arena_printf(check->arena, "%s=%s", port->name, path));
    }
    return true;
}

static bool run_trial(const Check *check, const Graph *graph, const char *program, const Trial *trial,
                      const char *results)
{
    Arena *arena = check->arena;
    Argv argv = {0};
    const char *const first[] = {program, "--npy", "--keep-input", "--output", results};
    for (size_t i = 0; i < COUNT_OF(first); i++)
        VEC_PUSH(arena, &argv, first[i]);
    if (!directory_make(check->diag, results))
        return false;
    if (!trial->files && !write_random(check, graph, results, &argv))
        return false;
    for (uint32_t i = 0; trial->files && i < trial->files->count; i++)
        VEC_PUSH(arena, &argv, path_absolute(arena, trial->files->at[i]));
    Process process;
    if (!process_start(&process, arena, check->diag, check->directory, &argv))
        return false;
    Buf said = {0};
    int status = process_wait(&process, &said);
    if (status) {
        const char *how = status > 128 ? strsignal(status - 128) : arena_printf(arena, "exit status %d", status);
        diag_error(check->diag, NOWHERE, "the program for target %s ended with: %s", check->target->name, how);
        fputs(buf_text(&said), stderr);
    }
    buf_free(&said);
    return status == 0;
}

/* ---- comparison ---- */

/* Copies a run's examples out of all, `places` from number `first` on; those beyond the last are zero. */
static Tensor take_batch(const Shape *shape, const float *values, int64_t examples, int64_t first, int64_t places)
{
    Tensor tensor = tensor_new(shape);
    int64_t each = shape_count(shape) / places, count = MIN(places, examples - first);
    for (int64_t i = 0; i < count * each; i++)
        tensor.at[i] = (double)values[first * each + i];
    return tensor;
}

/* Compares `count` values; not-a-number equals itself alone. */
static double largest_difference(const double *expected, const float *actual, int64_t count)
{
    double largest = 0, difference = 0;
    for (int64_t i = 0; i < count; i++) {
        double got = (double)actual[i], want = (double)(float)expected[i];
        if (isfinite(want))
            largest = fmax(largest, fabs(want));
        if (isnan(got) && isnan(want))
            continue;
        if (got != want)
            difference = isfinite(got) && isfinite(want) ? fmax(difference, fabs(got - want)) : INFINITY;
    }
    return difference == 0 ? 0 : difference / fmax(largest, 1e-30);
}

typedef struct Recorded {
    const float **inputs, **outputs; /* one a port */
    int64_t examples;
} Recorded;

static int64_t port_elements(const Graph *graph, const Port *port)
{
    const Shape *shape = &graph_node(graph, port->node)->type.shape;
    return shape_count(shape) / graph_batch(graph);
}

static bool read_recorded(const Check *check, const Graph *graph, const char *results, Recorded *recorded)
{
    Arena *arena = check->arena;
    *recorded = (Recorded){.inputs = NEW_ARRAY(arena, const float *, graph->inputs.count),
                           .outputs = NEW_ARRAY(arena, const float *, graph->outputs.count)};
    for (uint32_t i = 0; i < graph->inputs.count + graph->outputs.count; i++) {
        bool is_input = i < graph->inputs.count;
        uint32_t at = is_input ? i : i - graph->inputs.count;
        const Port *port = is_input ? &graph->inputs.at[at] : &graph->outputs.at[at];
        const char *name = arena_printf(arena, "%s%s.npy", is_input ? "input." : "", port->name);
        recorded->examples = array_read(arena, check->diag, path_join(arena, results, name), port_elements(graph, port),
                                        is_input ? &recorded->inputs[at] : &recorded->outputs[at]);
        if (recorded->examples < 0)
            return false;
    }
    return true;
}

/* Compares one run, whose examples begin at number `first`, with the reference; `differences` has one entry an output,
 * of which the largest is kept. */
static void compare_batch(const Graph *graph, const Recorded *recorded, int64_t first, double *differences)
{
    const int64_t places = graph_batch(graph);
    Tensor *inputs = calloc(graph->inputs.count + 1, sizeof *inputs);
    Tensor *outputs = calloc(graph->outputs.count + 1, sizeof *outputs);
    if (!inputs || !outputs)
        fatal("out of memory");
    for (uint32_t i = 0; i < graph->inputs.count; i++)
        inputs[i] = take_batch(&graph_node(graph, graph->inputs.at[i].node)->type.shape, recorded->inputs[i],
                               recorded->examples, first, places);
    eval_graph(graph, inputs, outputs, NULL, NULL);
    for (uint32_t i = 0; i < graph->outputs.count; i++) {
        int64_t each = shape_count(&outputs[i].shape) / places, count = MIN(places, recorded->examples - first);
        double difference = largest_difference(outputs[i].at, recorded->outputs[i] + first * each, count * each);
        differences[i] = fmax(differences[i], difference);
        tensor_free(&outputs[i]);
    }
    for (uint32_t i = 0; i < graph->inputs.count; i++)
        tensor_free(&inputs[i]);
    free(inputs);
    free(outputs);
}

/* Builds the graph, runs the trials, and gives the largest difference of each output from the reference's, a graph of
 * the same ports. false after a diagnostic. */
static bool measure(Check *check, const Graph *graph, const Graph *reference, const char *name, const Trial *trials,
                    int trial_count, double *differences)
{
    Arena *arena = check->arena;
    const char *sources = path_join(arena, check->directory, name);
    EmitOptions emit = {
        .model_path = check->options->model, .embed = EMBED_INCBIN, .parameters = check->options->parameters};
    const Plan *plan = plan_make(graph, check->target);
    if (!directory_make(check->diag, sources) || !build_emit(check->diag, plan, &emit, sources))
        return false;
    const char *program = build_compile(arena, check->diag, sources, &(BuildOptions){.opencl = plan->target->opencl});
    check->no_program = !program;
    if (!program)
        return false;
    for (int t = 0; t < trial_count; t++) {
        const char *results = path_join(arena, sources, trials[t].name);
        Recorded recorded;
        if (!run_trial(check, graph, program, &trials[t], results) || !read_recorded(check, graph, results, &recorded))
            return false;
        for (int64_t first = 0; first < recorded.examples; first += graph_batch(graph))
            compare_batch(reference, &recorded, first, differences);
    }
    return true;
}

/* ---- the layer at fault ---- */

/* The optimised graph with what every kernel writes as an output besides. */
static Graph *expose_results(Arena *arena, const Graph *graph)
{
    Rewrite rewrite = rewrite_begin(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        rewrite_copy(&rewrite, (NodeId){i});
    Graph *exposed = rewrite_end(&rewrite);
    for (uint32_t i = 0; i < exposed->nodes.count; i++) { /* what others read is whole */
        exposed->nodes.at[i].behind = NODE_NONE;
        exposed->nodes.at[i].by = 0;
    }
    NodeId *results = kernel_results(exposed);
    const bool *known = graph_known(arena, exposed);
    uint32_t count = exposed->nodes.count;
    bool *in_pieces = NEW_ARRAY(arena, bool, count);
    for (uint32_t i = 0; i < count; i++)
        if (node_is_piece(&exposed->nodes.at[i]))
            in_pieces[graph_input(exposed, &exposed->nodes.at[i], 0).index] = true;
    for (uint32_t i = 0; i < count; i++) {
        NodeId id = {i};
        bool made = graph_leads(exposed, known, graph_leader(exposed, id)) && graph_is_written(exposed, results, id);
        if (!made || in_pieces[i])
            continue;
        Span span = graph_node(exposed, id)->span;
        NodeId copy = rewrite_pack(&rewrite, id, (Layout){0}, span);
        Port port = {.name = arena_printf(arena, "kernel_%u", i), .node = copy, .span = span};
        VEC_PUSH(exposed->arena, &exposed->outputs, port);
    }
    return exposed;
}

static void report_layer(const Check *check, const Graph *exposed, const Port *port, double difference)
{
    NodeId result = graph_input(exposed, graph_node(exposed, port->node), 0);
    const Node *node = graph_node(exposed, graph_leader(exposed, result));
    const char *name = node->path[0] ? node->path : op_name(node->op);
    diag_error(check->diag, node->span, "target %s computes '%s' wrongly: it differs by %.2g of its largest value",
               check->target->name, name, difference);
}

static void find_fault(Check *check, const Graph *graph, const Trial *trials, int trial_count)
{
    Graph *exposed = expose_results(check->arena, graph);
    double *differences = NEW_ARRAY(check->arena, double, exposed->outputs.count);
    if (!measure(check, exposed, exposed, "layers", trials, trial_count, differences))
        return;
    for (uint32_t i = graph->outputs.count; i < exposed->outputs.count; i++)
        if (!(differences[i] <= tolerance_of(graph))) {
            report_layer(check, exposed, &exposed->outputs.at[i], differences[i]);
            return;
        }
    diag_error(check->diag, NOWHERE,
               "target %s is wrong, but every layer is right when its result is kept: the fault is in a pass or in the "
               "memory plan",
               check->target->name);
}

/* ---- targets ---- */

static bool check_target(Check *check, Graph *net)
{
    const Words *files = &check->options->files;
    const Trial trials[] = {{"random", NULL}, {"files", files}};
    int trial_count = files->count ? 2 : 1;
    const Graph *graph = optimise(check->diag, check->options, net, check->target);
    double *differences = NEW_ARRAY(check->arena, double, graph->outputs.count);
    /* Rounded weights are meant, so that the reference is the graph that has them. */
    const Graph *reference = check->options->weights_as == DT_F32 ? net : graph;
    if (!measure(check, graph, reference, "net", trials, trial_count, differences))
        return false;
    uint32_t worst = 0;
    for (uint32_t i = 1; i < graph->outputs.count; i++)
        worst = differences[i] > differences[worst] ? i : worst;
    double tolerance = tolerance_of(graph);
    bool fine = differences[worst] <= tolerance;
    const char *output = "output";
    if (graph->outputs.count > 1)
        output = arena_printf(check->arena, "value of '%s'", graph->outputs.at[worst].name);
    printf("%s: max difference %.2g of the largest %s, %s (tolerance %.0e)\n", check->target->name, differences[worst],
           output, fine ? "ok" : "WRONG", tolerance);
    fflush(stdout);
    if (!fine)
        find_fault(check, graph, trials, trial_count);
    return fine;
}

/* Whether it was asked for, or is checked when none is: one that needs a device is not. Says so if it is left out. */
static bool is_wanted(const Target *target, bool asked)
{
    const bool here = target_runs_here(target);
    if (asked || (here && !target->opencl))
        return true;
    if (here)
        printf("%s: not checked, ask for it with --target %s\n", target->name, target->name);
    else
        printf("%s: not checked, this machine cannot run it\n", target->name);
    return false;
}

static bool check_each(Check *check, Graph *net, const char *directory)
{
    const Options *options = check->options;
    bool fine = true;
    int count = (int)options->targets.count;
    for (int i = 0; !check->no_program && (count ? i < count : target_at(i) != NULL); i++) {
        check->target = target_tuned(check->arena, count ? options->targets.at[i] : target_at(i), options->tuned);
        check->directory = path_join(check->arena, directory, check->target->name);
        if (!is_wanted(check->target, count > 0))
            continue;
        if (target_runs_here(check->target)) {
            fine &= check_target(check, net);
        } else {
            diag_error(check->diag, NOWHERE, "this machine cannot run target %s", check->target->name);
            fine = false;
        }
    }
    return fine;
}

bool check_targets(Diag *diag, Graph *net, const Options *options)
{
    Check check = {.diag = diag, .arena = net->arena, .options = options};
    if (options->output)
        return directory_make(diag, options->output) &&
               check_each(&check, net, path_absolute(net->arena, options->output));
    const char *directory = temporary_directory(net->arena, diag);
    if (!directory)
        return false;
    bool fine = check_each(&check, net, directory);
    directory_remove(directory);
    return fine;
}
