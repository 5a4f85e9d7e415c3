/* tensor_run.c - one run on tensors of the model's own types (see tensor_run.h).
 *
 * The program is that of any run, which takes and writes .npy files of floats: tensors become such files on their way
 * in, and take the model's types on their way out.
 */
#include "driver/tensor_run.h"
#include "driver/arrays.h"
#include "driver/process.h"
#include "driver/run.h"
#include "import/tensor.h"
#include "support/file.h"

#include <ctype.h>

static const char *const named = "--input=", *const folder = "--output=", *const labels = "--labels=",
                         *const threads = "--threads=";

/* What an option has behind its "="; NULL: it is another one. */
static const char *value_of(const char *option, const char *start)
{
    return strncmp(option, start, strlen(start)) == 0 ? option + strlen(start) : NULL;
}

static bool is_tensor_file(const char *path)
{
    return strcmp(path_extension(path), ".npy") == 0 || strcmp(path_extension(path), ".pb") == 0;
}

bool tensor_run_wanted(const Options *options)
{
    bool wanted = false, has_folder = false;
    if (options->command != COMMAND_RUN || !is_onnx_path(options->model))
        return false;
    for (uint32_t i = 0; i < options->passed.count; i++) {
        const char *pair = value_of(options->passed.at[i], named);
        if (pair && !is_tensor_file(pair))
            return false;
        wanted |= pair != NULL;
        has_folder |= value_of(options->passed.at[i], folder) != NULL;
    }
    for (uint32_t i = 0; i < options->files.count; i++) {
        if (!is_tensor_file(options->files.at[i]))
            return false;
        wanted |= strcmp(path_extension(options->files.at[i]), ".pb") == 0;
    }
    return wanted || (has_folder && !options->files.count);
}

bool tensor_run_given(Arena *arena, Diag *diag, const Options *options, ImportGivens *given)
{
    for (uint32_t i = 0; i < options->passed.count + options->files.count; i++) {
        const bool is_option = i < options->passed.count;
        const char *pair = is_option ? value_of(options->passed.at[i], named) : NULL, *name = NULL,
                   *path = is_option ? NULL : options->files.at[i - options->passed.count];
        if (pair) {
            const char *equals = strchr(pair, '=');
            if (!equals || equals == pair) {
                diag_error(diag, NOWHERE, "--input takes NAME=FILE, not '%s'", pair);
                return false;
            }
            name = arena_strndup(arena, pair, (size_t)(equals - pair));
            path = equals + 1;
        }
        if (!path)
            continue;
        const Value *value = tensor_read(arena, diag, path);
        if (!value)
            return false;
        VEC_PUSH(arena, given, ((ImportGiven){.name = name, .value = value}));
    }
    return true;
}

/* ---- the way in ---- */

static bool write_input(Arena *arena, Diag *diag, const char *path, const Shape *shape, const Value *value)
{
    Tensor tensor = tensor_new(shape);
    const float *numbers = value_floats(arena, value);
    for (int64_t i = 0; i < shape_count(shape); i++)
        tensor.at[i] = (double)numbers[i];
    const bool fine = array_write(diag, path, &tensor);
    tensor_free(&tensor);
    return fine;
}

static bool add_inputs(Diag *diag, const Graph *graph, const ImportPorts *ports, const char *place, Argv *argv)
{
    Arena *arena = graph->arena;
    for (uint32_t i = 0; i < graph->inputs.count; i++) {
        const ImportPort *port = &ports->inputs.at[i];
        const char *file = arena_printf(arena, "%s.npy", graph->inputs.at[i].name);
        if (!port->given) {
            diag_error(diag, NOWHERE, "input '%s' is missing: --input %s=FILE", port->value->name, port->value->name);
            return false;
        }
        if (!write_input(arena, diag, path_join(arena, place, file),
                         &graph_node(graph, graph->inputs.at[i].node)->type.shape, port->given))
            return false;
        VEC_PUSH(arena, argv, "--input");
        VEC_PUSH(arena, argv, arena_printf(arena, "%s=%s", graph->inputs.at[i].name, file));
    }
    return true;
}

/* The options that the program, which works in a folder of its own, is given besides, and the folder that outputs go to
 * (NULL: it is not given). */
static bool add_options(Arena *arena, Diag *diag, const Options *options, Argv *argv, const char **output)
{
    for (uint32_t i = 0; i < options->passed.count; i++)
        if (value_of(options->passed.at[i], folder))
            *output = value_of(options->passed.at[i], folder);
    for (uint32_t i = 0; i < options->passed.count; i++) {
        const char *option = options->passed.at[i];
        const bool is_done = value_of(option, named) || value_of(option, folder) || strcmp(option, "--npy") == 0;
        if (*output && !is_done && !value_of(option, threads)) {
            diag_error(diag, NOWHERE, "%.*s goes with printed answers: leave out --output", (int)strcspn(option, "="),
                       option);
            return false;
        }
        if (value_of(option, labels))
            VEC_PUSH(arena, argv, arena_printf(arena, "%s%s", labels, path_absolute(arena, value_of(option, labels))));
        else if (!is_done)
            VEC_PUSH(arena, argv, option);
    }
    return true;
}

/* ---- the way out ---- */

/* The model's name, less what a file name cannot have. */
static const char *file_name(Arena *arena, NameSet *names, const char *name)
{
    char *safe = arena_strdup(arena, name[0] ? name : "output");
    for (char *at = safe; *at; at++)
        if (*at == '/' || iscntrl((unsigned char)*at) || (*at == '.' && at == safe))
            *at = '_';
    return arena_printf(arena, "%s.npy", name_free(names, safe));
}

static bool write_outputs(Diag *diag, const Graph *graph, const ImportPorts *ports, const char *place,
                          const char *output)
{
    Arena *arena = graph->arena;
    NameSet names = {.arena = arena};
    if (!directory_make(diag, output))
        return false;
    for (uint32_t i = 0; i < graph->outputs.count; i++) {
        const Port *port = &graph->outputs.at[i];
        Value value = *ports->outputs.at[i].value;
        const char *path = path_join(arena, output, file_name(arena, &names, value.name));
        if (!value_is_known(&value) &&
            array_read(arena, diag, path_join(arena, place, arena_printf(arena, "out/%s.npy", port->name)),
                       shape_count(&graph_node(graph, port->node)->type.shape), &value.floats) != 1)
            return false;
        if (!tensor_write(diag, path, &value))
            return false;
        printf("wrote %s\n", path);
    }
    return true;
}

static bool run_in(Diag *diag, const Graph *graph, const Options *options, const ImportPorts *ports,
                   const char *program, const char *place)
{
    Arena *arena = graph->arena;
    const char *output = NULL;
    Argv argv = {0};
    Process process;
    Buf said = {0};
    VEC_PUSH(arena, &argv, path_absolute(arena, program));
    if (!add_options(arena, diag, options, &argv, &output) || !add_inputs(diag, graph, ports, place, &argv))
        return false;
    if (output) {
        VEC_PUSH(arena, &argv, "--npy");
        VEC_PUSH(arena, &argv, "--output=out");
    }
    if (!process_start(&process, arena, diag, place, &argv))
        return false;
    const int status = process_wait(&process, &said);
    if (status)
        process_report(diag, graph->name, status, &said);
    else if (!output)
        fwrite(buf_text(&said), 1, said.length, stdout);
    buf_free(&said);
    return !status && (!output || write_outputs(diag, graph, ports, place, output));
}

bool tensor_run(Diag *diag, const Plan *plan, const EmitOptions *emit, const Options *options, const ImportPorts *ports)
{
    const char *program = run_build(diag, plan, emit, options);
    const char *place = program ? temporary_directory(plan->arena, diag) : NULL;
    if (!place)
        return false;
    const bool fine = run_in(diag, plan->graph, options, ports, program, place);
    directory_remove(place);
    return fine;
}
