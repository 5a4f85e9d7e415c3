/* build.h - from a Plan to a stand-alone program, through the machine's C compiler. */
#ifndef FOVEA_DRIVER_BUILD_H
#define FOVEA_DRIVER_BUILD_H

#include "emit/emit.h"

/* How a program is compiled. */
typedef struct BuildOptions {
    bool native;       /* for this machine's CPU alone */
    bool no_libraries; /* without libpng, libjpeg and zlib: it reads fewer kinds of files */
    bool bench;        /* one that times itself, emitted as such */
    bool threads;      /* with OpenMP, where the C compiler has it */
    bool opencl;       /* with the runtime's part for devices */
} BuildOptions;

/* Emits the model and the runtime that it links with into a folder, made when it is not there; for a program, all that
 * it takes to compile one. */
bool emit_directory(Diag *diag, const Plan *plan, const EmitOptions *options, const char *directory);

/* Emits the model as a program into `directory`, which exists: all it takes to compile it. */
bool build_emit(Diag *diag, const Plan *plan, const EmitOptions *options, const char *directory);
/* Compiles what is there. The program's path, which is in `directory`; NULL after a diagnostic. */
const char *build_compile(Arena *arena, Diag *diag, const char *directory, const BuildOptions *build);
/* Both, in a temporary folder. */
bool build_program(Diag *diag, const Plan *plan, const EmitOptions *options, const char *program,
                   const BuildOptions *build);

/* Compiles one file with little optimisation. The program's path, in `directory`; NULL after a diagnostic. */
const char *build_source(Arena *arena, Diag *diag, const char *directory, const char *source);

/* Compiles kernels that are timed beside each other, and what carried.h has for them, as they lie in a folder. The
 * program's path; NULL after a diagnostic. */
const char *build_trials(Arena *arena, Diag *diag, const char *directory);

/* Compiles the program that lists devices, from what carried.h has for it. The program's path, in `directory`; NULL
 * after a diagnostic. */
const char *build_devices(Arena *arena, Diag *diag, const char *directory);

/* The compiler that will be used and its options, as one text; NULL after a diagnostic when there is none. */
const char *build_command(Arena *arena, Diag *diag, const BuildOptions *build);

#endif
