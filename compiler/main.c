/* main.c - the compiler in one function: every step from a model's text to what a command is about.
 *
 *   MODEL --elaborate--> Graph --bind--> numbers in it --passes--> Graph --plan--> Plan --emit--> C
 *
 * Results go to standard output, diagnostics to standard error; the exit status is 0, or 1 after a diagnostic.
 */
#include "driver/bench.h"
#include "driver/budget.h"
#include "driver/build.h"
#include "driver/cases.h"
#include "driver/check.h"
#include "driver/choices.h"
#include "driver/depfile.h"
#include "driver/devices.h"
#include "driver/draw.h"
#include "driver/format.h"
#include "driver/model.h"
#include "driver/opt.h"
#include "driver/options.h"
#include "driver/outputs.h"
#include "driver/print.h"
#include "driver/process.h"
#include "driver/run.h"
#include "driver/tensor_run.h"
#include "driver/tune.h"
#include "driver/weights.h"
#include "onnx/export.h"
#include "source/source.h"
#include "support/file.h"
#include "weights/weights.h"

#include <errno.h>
#include <unistd.h>

/* What was read for the result: its sources, of which PREFIX.c stands for all, or a program. */
static bool write_depfile(Diag *diag, const Options *options, const EmitOptions *emit, const Graph *net)
{
    if (!options->depfile)
        return true;
    const char *result = options->output;
    if (options->command == COMMAND_COMPILE)
        result = path_join(net->arena, result, arena_printf(net->arena, "%s.c", emit->prefix));
    return depfile_write(diag, options->depfile, result, weights_file(net, options->weights));
}

static bool export_net(Diag *diag, const Graph *net, const Options *options)
{
    OnnxOptions onnx = {.model_path = options->model, .parameters = options->parameters, .version = FOVEA_VERSION};
    return onnx_export(diag, net, &onnx, options->output);
}

static bool work(const Options *options, Arena *arena, Diag *diag)
{
    if (options->command == COMMAND_FMT)
        return format_models(arena, diag, options);
    if (options->command == COMMAND_DEVICES)
        return devices_list(arena, diag);
    if (options->command == COMMAND_OPT)
        return optimise_text(arena, diag, options);
    if (options->command == COMMAND_WEIGHTS && names_weights_file(options->model))
        return describe_weights(diag, options);

    if (options->command == COMMAND_CHECK && is_case_folder(options->model))
        return check_cases(diag, options->model, options);

    ImportPorts ports = {0};
    Graph *net = model_read(arena, diag, options, &ports);
    if (!net)
        return false;
    if (options->command == COMMAND_WEIGHTS)
        return swap_weights(diag, net, options);
    if (!outputs_are_apart(diag, options, weights_file(net, options->weights)))
        return false;
    if (options->command == COMMAND_IMPORT)
        return source_write(diag, net, options->model, options->output);
    if (options->command == COMMAND_RF)
        return print_field(diag, options, net);
    if (options->command == COMMAND_GRAPH)
        return draw_net(diag, net, options);
    if (options->command == COMMAND_TUNE)
        return tune_net(diag, net, options);
    if (options->command == COMMAND_EXPORT && !onnx_fits(diag, net))
        return false;
    bool needs_weights = options->command != COMMAND_SHOW || options->weights;
    if (needs_weights && !weights_bind(net, diag, options->weights))
        return false;
    if (options->save_weights && !weights_save(net, diag, options->save_weights))
        return false;
    if (options->command == COMMAND_EXPORT)
        return export_net(diag, net, options);
    if (options->command == COMMAND_CHECK)
        return check_targets(diag, net, options);

    const Graph *graph = optimise(diag, options, net, options->target);
    Plan *plan = plan_make(graph, target_tuned(arena, options->target, options->tuned));
    print_stages(options, net, graph, plan);
    if (!budget_kept(diag, options, plan))
        return false;

    EmitOptions emit = {.prefix = options->prefix ? options->prefix : net->name,
                        .model_path = options->model,
                        .embed = options->embed,
                        .program = options->main,
                        .parameters = options->parameters};
    switch (options->command) {
    case COMMAND_COMPILE:
        return emit_directory(diag, plan, &emit, options->output) && write_depfile(diag, options, &emit, net);
    case COMMAND_BUILD:
        return build_program(diag, plan, &emit, options->output, &options->build) &&
               write_depfile(diag, options, &emit, net);
    case COMMAND_RUN:
        return tensor_run_wanted(options) ? tensor_run(diag, plan, &emit, options, &ports)
                                          : run_program(diag, plan, &emit, options);
    case COMMAND_BENCH:
        return bench_net(diag, plan, &emit, options);
    default:
        return print_layers(diag, options, net, plan);
    }
}

int main(int argc, char **argv)
{
    process_prepare();
    Arena *arena = arena_new();
    Diag diag;
    Options options;
    diag_init(&diag, arena);
    OptionsResult result = options_parse(&options, arena, &diag, argc, argv);
    bool fine = result == OPTIONS_DONE ||
                (result == OPTIONS_RUN && choices_read(&options, arena, &diag) && work(&options, arena, &diag));
    diag_finish(&diag);
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (!errno && write(STDOUT_FILENO, "\n", 1) == 1) /* an earlier write failed: once more, to be told why */
            errno = 0;
        diag_error(&diag, NOWHERE, "cannot write to standard output%s%s", errno ? ": " : "",
                   errno ? strerror(errno) : "");
        fine = false;
    }
    arena_free(arena);
    return fine ? 0 : 1;
}
