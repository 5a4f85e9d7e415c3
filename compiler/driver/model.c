/* model.c - models of both kinds (see model.h). */
#include "driver/model.h"
#include "driver/preprocess.h"
#include "driver/tensor_run.h"
#include "import/tensor.h"

/* What it is read with: --dim, --batch, --const, and tensors to run on. */
static bool import_options(Arena *arena, Diag *diag, const Options *options, ImportOptions *import)
{
    ImportPicture *picture = NEW(arena, ImportPicture);
    if (!preprocess_read(arena, diag, options, picture))
        return false;
    ImportGivens given = {0};
    for (uint32_t i = 0; i < options->constants.count; i++) {
        const Define *constant = &options->constants.at[i];
        const Value *value = tensor_read(arena, diag, constant->value);
        if (!value)
            return false;
        VEC_PUSH(arena, &given, ((ImportGiven){.name = constant->name, .value = value, .is_constant = true}));
    }
    if (tensor_run_wanted(options) && !tensor_run_given(arena, diag, options, &given))
        return false;
    *import = (ImportOptions){.dims = options->dims.at,
                              .dim_count = options->dims.count,
                              .batch = options->elaborate.batch,
                              .given = given.at,
                              .given_count = given.count,
                              .picture = tensor_run_wanted(options) ? NULL : picture};
    return true;
}

/* The options that are of no use for a text; NULL: none was given. */
static const char *onnx_option(Arena *arena, const Options *options)
{
    return options->dims.count         ? "--dim"
           : options->constants.count  ? "--const"
           : options->preprocess.count ? arena_printf(arena, "--%s", options->preprocess.at[0].name)
                                       : NULL;
}

/* A run says one line of a model that is refused: its first node, and how many more there are. */
static Graph *import_tersely(Arena *arena, Diag *diag, const char *path, const ImportOptions *options,
                             ImportPorts *ports)
{
    Buf said = {0};
    diag->capture = &said;
    const uint32_t before = diag->errors;
    Graph *net = import_file(arena, diag, path, options, ports);
    const uint32_t count = diag->errors - before;
    diag->capture = NULL;
    const char *text = buf_text(&said);
    if (count > 1)
        fprintf(stderr, "%.*s (and %u more, which 'fovea show' says)\n", (int)strcspn(text, "\n"), text, count - 1);
    else
        fputs(text, stderr);
    buf_free(&said);
    return net;
}

Graph *model_read(Arena *arena, Diag *diag, const Options *options, ImportPorts *ports)
{
    ImportOptions import;
    if (is_onnx_path(options->model))
        return import_options(arena, diag, options, &import)
                   ? (options->command == COMMAND_RUN ? import_tersely : import_file)(arena, diag, options->model,
                                                                                      &import, ports)
                   : NULL;
    if (options->command == COMMAND_IMPORT) {
        diag_error(diag, NOWHERE, "%s is no ONNX file: its name does not end in .onnx", options->model);
        return NULL;
    }
    if (!onnx_option(arena, options))
        return elaborate_file(arena, diag, options->model, &options->elaborate);
    diag_error(diag, NOWHERE, "%s is for ONNX files, and %s is none", onnx_option(arena, options), options->model);
    return NULL;
}
