/* run.c - `fovea run` (see run.h). */
#include "driver/run.h"
#include "driver/cache.h"
#include "driver/process.h"

/* Whether the program is told to use more than one. */
static bool wants_threads(const Options *options)
{
    static const char option[] = "--threads=";
    bool wants = false;
    for (uint32_t i = 0; i < options->passed.count; i++)
        if (strncmp(options->passed.at[i], option, sizeof option - 1) == 0)
            wants = strcmp(options->passed.at[i] + sizeof option - 1, "1") != 0;
    return wants;
}

const char *run_build(Diag *diag, const Plan *plan, const EmitOptions *emit, const Options *options)
{
    const char *directory = temporary_directory(plan->arena, diag);
    if (!directory)
        return NULL;
    const BuildOptions build = {.native = true,
                                .no_libraries = options->build.no_libraries,
                                .threads = plan->threaded && wants_threads(options),
                                .opencl = plan->target->opencl};
    const char *program = build_emit(diag, plan, emit, directory) ? cache_program(diag, plan, directory, &build) : NULL;
    directory_remove(directory);
    return program;
}

bool run_program(Diag *diag, const Plan *plan, const EmitOptions *emit, const Options *options)
{
    Arena *arena = plan->arena;
    const char *program = run_build(diag, plan, emit, options);
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
