/* run.c - `fovea run` (see run.h). */
#include "driver/run.h"
#include "driver/cache.h"
#include "driver/process.h"

bool run_program(Diag *diag, const Plan *plan, const EmitOptions *emit, const Options *options)
{
    Arena *arena = plan->arena;
    const char *directory = temporary_directory(arena, diag);
    if (!directory)
        return false;
    const BuildOptions build = {.native = true, .no_libraries = options->build.no_libraries};
    const char *program = build_emit(diag, plan, emit, directory) ? cache_program(diag, plan, directory, &build) : NULL;
    directory_remove(directory);
    if (!program)
        return false;
    Argv argv = {0};
    VEC_PUSH(arena, &argv, plan->graph->name);
    for (uint32_t i = 0; i < options->passed.count; i++)
        VEC_PUSH(arena, &argv, options->passed.at[i]);
    VEC_PUSH(arena, &argv, "--");
    for (uint32_t i = 0; i < options->files.count; i++)
        VEC_PUSH(arena, &argv, options->files.at[i]);
    process_replace(arena, diag, program, &argv);
    return false;
}
