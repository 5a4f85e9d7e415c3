/* carried.c - the runtime's sources as bytes of the compiler (see carried.h).
 *
 * The assembler takes the files in when this one is compiled, which happens in the repository's root. Each is followed
 * by a zero byte, so that it is a string.
 */
#include "driver/carried.h"
#include "support/file.h"

typedef struct CarriedFile {
    const char *name; /* below runtime/: "fovea.h", "program/npy.c" */
    const char *text; /* NUL-terminated */
} CarriedFile;

#define CARRIED(X)                                                                                                     \
    X(fovea_h, "fovea.h")                                                                                              \
    X(fovea_c, "fovea.c")                                                                                              \
    X(bench_h, "bench/fovea_bench.h")                                                                                  \
    X(bench_c, "bench/fovea_bench.c")                                                                                  \
    X(probe_c, "bench/fovea_probe.c")                                                                                  \
    X(accuracy_h, "program/accuracy.h")                                                                                \
    X(accuracy_c, "program/accuracy.c")                                                                                \
    X(answer_h, "program/answer.h")                                                                                    \
    X(answer_c, "program/answer.c")                                                                                    \
    X(common_h, "program/common.h")                                                                                    \
    X(common_c, "program/common.c")                                                                                    \
    X(engine_h, "program/engine.h")                                                                                    \
    X(engine_c, "program/engine.c")                                                                                    \
    X(feed_h, "program/feed.h")                                                                                        \
    X(feed_c, "program/feed.c")                                                                                        \
    X(idx_h, "program/idx.h")                                                                                          \
    X(idx_c, "program/idx.c")                                                                                          \
    X(input_h, "program/input.h")                                                                                      \
    X(input_c, "program/input.c")                                                                                      \
    X(jpeg_c, "program/jpeg.c")                                                                                        \
    X(maps_c, "program/maps.c")                                                                                        \
    X(npy_h, "program/npy.h")                                                                                          \
    X(npy_c, "program/npy.c")                                                                                          \
    X(options_h, "program/options.h")                                                                                  \
    X(options_c, "program/options.c")                                                                                  \
    X(picture_h, "program/picture.h")                                                                                  \
    X(picture_c, "program/picture.c")                                                                                  \
    X(png_c, "program/png.c")                                                                                          \
    X(pnm_c, "program/pnm.c")                                                                                          \
    X(cl_h, "opencl/fovea_opencl.h")                                                                                   \
    X(cl_internal_h, "opencl/fovea_cl_internal.h")                                                                     \
    X(cl_binaries_c, "opencl/fovea_cl_binaries.c")                                                                     \
    X(cl_build_c, "opencl/fovea_cl_build.c")                                                                           \
    X(cl_cache_c, "opencl/fovea_cl_cache.c")                                                                           \
    X(cl_choice_c, "opencl/fovea_cl_choice.c")                                                                         \
    X(cl_devices_c, "opencl/fovea_cl_devices.c")                                                                       \
    X(cl_error_c, "opencl/fovea_cl_error.c")                                                                           \
    X(cl_group_c, "opencl/fovea_cl_group.c")                                                                           \
    X(cl_model_c, "opencl/fovea_cl_model.c")                                                                           \
    X(cl_run_c, "opencl/fovea_cl_run.c")                                                                               \
    X(cl_schedule_c, "opencl/fovea_cl_schedule.c")                                                                     \
    X(cl_session_c, "opencl/fovea_cl_session.c")                                                                       \
    X(devices_c, "devices/fovea_devices.c")                                                                            \
    X(trials_h, "tune/fovea_trials.h")                                                                                 \
    X(trials_c, "tune/fovea_trials.c")                                                                                 \
    X(program_h, "program/program.h")                                                                                  \
    X(program_c, "program/program.c")                                                                                  \
    X(results_h, "program/results.h")                                                                                  \
    X(results_c, "program/results.c")

#define DECLARE(symbol, path) extern const char carried_##symbol[] __attribute__((visibility("hidden")));
CARRIED(DECLARE)
#undef DECLARE

#define INCLUDE(symbol, path)                                                                                          \
    __asm__(".pushsection .rodata,\"a\"\n"                                                                             \
            ".globl carried_" #symbol "\n"                                                                             \
            ".hidden carried_" #symbol "\n"                                                                            \
            "carried_" #symbol ":\n"                                                                                   \
            ".incbin \"runtime/" path "\"\n"                                                                           \
            ".byte 0\n"                                                                                                \
            ".popsection\n");
CARRIED(INCLUDE)
#undef INCLUDE

#define ROW(symbol, path) {path, carried_##symbol},
static const CarriedFile files[] = {CARRIED(ROW)};
#undef ROW

/* The bit of the folder that it is in. */
static unsigned set_of(const CarriedFile *file)
{
    static const struct {
        const char *folder;
        CarriedSet set;
    } folders[] = {{"program/", CARRIED_PROGRAM},
                   {"bench/", CARRIED_BENCH},
                   {"tune/", CARRIED_TRIALS},
                   {"opencl/", CARRIED_OPENCL},
                   {"devices/", CARRIED_DEVICES}};
    for (size_t i = 0; i < COUNT_OF(folders); i++)
        if (strncmp(file->name, folders[i].folder, strlen(folders[i].folder)) == 0)
            return folders[i].set;
    return CARRIED_RUNTIME;
}

bool carried_write(Diag *diag, const char *directory, unsigned sets)
{
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        if (set_of(&files[i]) & ~sets)
            continue;
        const char *path = path_join(diag->arena, directory, files[i].name);
        if (!directory_make(diag, path_directory(diag->arena, path)) ||
            !file_write_atomic(diag, path, files[i].text, strlen(files[i].text)))
            return false;
    }
    return true;
}
