/* model.c - models of both kinds (see model.h). */
#include "driver/model.h"
#include "import/tensor.h"

bool model_import_options(Arena *arena, Diag *diag, const Options *options, ImportOptions *import)
{
    VEC(ImportGiven) given = {0};
    for (uint32_t i = 0; i < options->constants.count; i++) {
        const Define *constant = &options->constants.at[i];
        const Value *value = tensor_read(arena, diag, constant->value);
        if (!value)
            return false;
        VEC_PUSH(arena, &given, ((ImportGiven){.name = constant->name, .value = value, .is_constant = true}));
    }
    *import = (ImportOptions){.dims = options->dims.at,
                              .dim_count = options->dims.count,
                              .batch = options->elaborate.batch,
                              .given = given.at,
                              .given_count = given.count};
    return true;
}

/* The options that are of no use for a text; NULL: none was given. */
static const char *onnx_option(const Options *options)
{
    return options->dims.count ? "--dim" : options->constants.count ? "--const" : NULL;
}

Graph *model_read(Arena *arena, Diag *diag, const Options *options, ImportPorts *ports)
{
    ImportOptions import;
    if (is_onnx_path(options->model))
        return model_import_options(arena, diag, options, &import)
                   ? import_file(arena, diag, options->model, &import, ports)
                   : NULL;
    if (!onnx_option(options))
        return elaborate_file(arena, diag, options->model, &options->elaborate);
    diag_error(diag, NOWHERE, "%s is for ONNX files, and %s is none", onnx_option(options), options->model);
    return NULL;
}
