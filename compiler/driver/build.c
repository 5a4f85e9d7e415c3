/* build.c - from a Plan to a stand-alone program (see build.h).
 *
 * The model and the program around it are compiled at the same time, the model with all optimisation, then linked. The
 * C compiler is $CC, which may hold options too, else the first of clang, gcc and cc that PATH has.
 */
#include "driver/build.h"
#include "driver/carried.h"
#include "driver/process.h"
#include "support/file.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static void add_words(Arena *arena, Argv *argv, const char *text)
{
    while (*(text += strspn(text, " \t"))) {
        size_t length = strcspn(text, " \t");
        VEC_PUSH(arena, argv, arena_strndup(arena, text, length));
        text += length;
    }
}

static bool find_compiler(Arena *arena, Diag *diag, Argv *argv)
{
    static const char *const usual[] = {"clang", "gcc", "cc"};
    const char *chosen = getenv("CC");
    if (chosen)
        add_words(arena, argv, chosen);
    if (argv->count) {
        char *whole = strchr(argv->at[0], '/') ? realpath(argv->at[0], NULL) : NULL;
        if (whole) /* it is started in other folders */
            argv->at[0] = arena_strdup(arena, whole);
        free(whole);
        if (process_found(arena, argv->at[0]))
            return true;
        diag_error(diag, NOWHERE, "the C compiler '%s' (from CC) is not there", argv->at[0]);
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(usual); i++)
        if (process_found(arena, usual[i])) {
            VEC_PUSH(arena, argv, usual[i]);
            return true;
        }
    diag_error(diag, NOWHERE, "there is no C compiler: clang, gcc or cc");
    diag_hint(diag, "install one, or name one with CC=...");
    return false;
}

const char *build_command(Arena *arena, Diag *diag, const BuildOptions *build)
{
    Argv argv = {0};
    if (!find_compiler(arena, diag, &argv))
        return NULL;
    const char *text =
        arena_printf(arena, "%s %s %s", build->native ? "native" : "portable",
                     build->no_libraries ? "alone" : "with libraries", build->threads ? "threads" : "one thread");
    for (uint32_t i = 0; i < argv.count; i++)
        text = arena_printf(arena, "%s %s", text, argv.at[i]);
    return text;
}

static bool is_source(const char *name)
{
    const char *ending = path_extension(name);
    return strcmp(ending, ".c") == 0 || strcmp(ending, ".S") == 0;
}

static bool is_object(const char *name)
{
    return strcmp(path_extension(name), ".o") == 0;
}

/* Adds the files of a directory that are wanted, sorted; with a folder in front of them when one is given. */
static bool add_files(Arena *arena, Diag *diag, Argv *argv, const char *directory, const char *folder,
                      bool (*wanted)(const char *name))
{
    struct dirent **entries;
    int count = scandir(path_join(arena, directory, folder), &entries, NULL, alphasort);
    if (count < 0) {
        diag_error(diag, NOWHERE, "cannot list %s: %s", directory, strerror(errno));
        return false;
    }
    for (int i = 0; i < count; i++) {
        if (wanted(entries[i]->d_name))
            VEC_PUSH(arena, argv, path_join(arena, folder, arena_strdup(arena, entries[i]->d_name)));
        free(entries[i]);
    }
    free(entries);
    return true;
}

#define OPENCL_HINT    "programs for target opencl need its headers and libOpenCL (Debian: ocl-icd-opencl-dev)"
#define LIBRARIES_HINT "programs need libpng, libjpeg and zlib with their headers; --no-libraries does without"

/* A failure of the C compiler is Fovea's or the machine's: everything it said is shown. */
static bool report_failure(Diag *diag, const Argv *argv, int status, const Buf *said)
{
    static const struct {
        const char *sign, *hint;
    } known[] = {{"CL/cl.h", OPENCL_HINT},      {"-lOpenCL", OPENCL_HINT},  {"png.h", LIBRARIES_HINT},
                 {"jpeglib.h", LIBRARIES_HINT}, {"zlib.h", LIBRARIES_HINT}, {"-lpng", LIBRARIES_HINT},
                 {"-ljpeg", LIBRARIES_HINT},    {"-lz", LIBRARIES_HINT}};
    process_report(diag, argv->at[0], status, said);
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (strstr(buf_text(said), known[i].sign)) {
            diag_hint(diag, "%s", known[i].hint);
            break;
        }
    return false;
}

/* `first_failure`: this one is reported; after another failed already, nothing is added to it. */
static bool wait_for(Diag *diag, Process *process, const Argv *argv, bool first_failure)
{
    Buf said = {0};
    int status = process_wait(process, &said);
    bool fine = status == 0;
    if (!fine && first_failure)
        report_failure(diag, argv, status, &said);
    buf_free(&said);
    return fine;
}

/* Whether a program can be compiled with OpenMP: clang needs a package of its own for it. */
static bool has_openmp(Arena *arena, Diag *diag, const Argv *compiler, const char *directory)
{
    static const char text[] = "#include <omp.h>\nint main(void)\n{\n    return omp_get_max_threads() < 1;\n}\n";
    const char *folder = path_join(arena, directory, "openmp");
    Argv argv = {0};
    for (uint32_t i = 0; i < compiler->count; i++)
        VEC_PUSH(arena, &argv, compiler->at[i]);
    add_words(arena, &argv, "-fopenmp -o probe.out probe.c");
    Process process;
    Buf said = {0};
    bool has = directory_make(diag, folder) &&
               file_write_atomic(diag, path_join(arena, folder, "probe.c"), text, sizeof text - 1) &&
               process_start(&process, arena, diag, folder, &argv) && process_wait(&process, &said) == 0;
    buf_free(&said);
    return has;
}

/* Objects of the model beside its sources, with those of bench/, and those of the program in program/. */
static bool compile_objects(Arena *arena, Diag *diag, const Argv *compiler, const char *directory,
                            const BuildOptions *build)
{
    Argv model = {0}, program = {0};
    for (uint32_t i = 0; i < compiler->count; i++) {
        VEC_PUSH(arena, &model, compiler->at[i]);
        VEC_PUSH(arena, &program, compiler->at[i]);
    }
    add_words(arena, &model, build->native ? "-c -I. -O3 -march=native" : "-c -I. -O3");
    if (build->threads)
        add_words(arena, &model, "-fopenmp");
    add_words(arena, &program, "-c -I.. -O2");
    if (build->no_libraries)
        add_words(arena, &program, "-DFOVEA_NO_PNG -DFOVEA_NO_JPEG -DFOVEA_NO_ZLIB");
    const char *inner = path_join(arena, directory, "program");
    if (!add_files(arena, diag, &model, directory, "", is_source) ||
        (build->bench && !add_files(arena, diag, &model, directory, "bench", is_source)) ||
        (build->opencl && !add_files(arena, diag, &model, directory, "opencl", is_source)) ||
        !add_files(arena, diag, &program, inner, "", is_source))
        return false;
    Process first, second;
    if (!process_start(&first, arena, diag, directory, &model))
        return false;
    bool started = process_start(&second, arena, diag, inner, &program);
    bool fine = wait_for(diag, &first, &model, true) && started;
    if (started)
        fine &= wait_for(diag, &second, &program, fine);
    return fine;
}

static bool link_objects(Arena *arena, Diag *diag, const Argv *compiler, const char *directory,
                         const BuildOptions *build)
{
    Argv argv = {0};
    for (uint32_t i = 0; i < compiler->count; i++)
        VEC_PUSH(arena, &argv, compiler->at[i]);
    add_words(arena, &argv, "-o program.out");
    if (!add_files(arena, diag, &argv, directory, "", is_object) ||
        !add_files(arena, diag, &argv, directory, "program", is_object))
        return false;
    add_words(arena, &argv, build->no_libraries ? "-lm" : "-lpng -ljpeg -lz -lm");
    if (build->opencl)
        add_words(arena, &argv, "-lOpenCL");
    if (build->threads)
        add_words(arena, &argv, "-fopenmp");
    Process process;
    return process_start(&process, arena, diag, directory, &argv) && wait_for(diag, &process, &argv, true);
}

/* The runtime's own files and names start with "fovea". */
static bool check_prefix(Diag *diag, const Plan *plan, const EmitOptions *options)
{
    const char *prefix = options->prefix ? options->prefix : plan->graph->name;
    if (strncmp(prefix, "fovea", 5) != 0 || (prefix[5] && prefix[5] != '_'))
        return true;
    diag_error(diag, NOWHERE, "the prefix '%s' is the runtime's own", prefix);
    diag_hint(diag, "give another with --name");
    return false;
}

/* The folders of the runtime that what is emitted needs. */
static unsigned sets_for(const Plan *plan, const EmitOptions *options)
{
    unsigned sets = options->program ? CARRIED_PROGRAM : CARRIED_RUNTIME;
    if (options->bench)
        sets |= CARRIED_BENCH;
    if (plan->target->opencl)
        sets |= CARRIED_OPENCL;
    return sets;
}

bool emit_directory(Diag *diag, const Plan *plan, const EmitOptions *options, const char *directory)
{
    if (!check_prefix(diag, plan, options) || !emit_fits(diag, plan))
        return false;
    const char *prefix = options->prefix ? options->prefix : plan->graph->name;
    const char *staging = staging_directory(plan->arena, diag, directory, prefix);
    if (!staging)
        return false;
    bool fine = emit_model(diag, plan, options, staging) && carried_write(diag, staging, sets_for(plan, options)) &&
                files_move(diag, staging, directory);
    directory_remove(staging);
    return fine;
}

bool build_emit(Diag *diag, const Plan *plan, const EmitOptions *options, const char *directory)
{
    EmitOptions program = *options;
    program.program = true;
    return check_prefix(diag, plan, options) && carried_write(diag, directory, sets_for(plan, &program)) &&
           emit_model(diag, plan, &program, directory);
}

const char *build_compile(Arena *arena, Diag *diag, const char *directory, const BuildOptions *build)
{
    Argv compiler = {0};
    BuildOptions able = *build;
    if (!find_compiler(arena, diag, &compiler))
        return NULL;
    bool wants_openmp = build->threads && !build->opencl; /* there, devices share kernels */
    able.threads = wants_openmp && has_openmp(arena, diag, &compiler, directory);
    if (wants_openmp && !able.threads)
        fprintf(stderr, "%s has no OpenMP: the program will compute with one thread (clang needs libomp-dev)\n",
                compiler.at[0]);
    if (!compile_objects(arena, diag, &compiler, directory, &able) ||
        !link_objects(arena, diag, &compiler, directory, &able))
        return NULL;
    const char *program = path_join(arena, directory, "program.out");
    if (path_exists(program))
        return program;
    diag_error(diag, NOWHERE, "the C compiler '%s' made no program", compiler.at[0]);
    return NULL;
}

const char *build_trials(Arena *arena, Diag *diag, const char *directory)
{
    enum { AT_ONCE = 2 };
    Argv compiler = {0}, sources = {0}, part[AT_ONCE] = {0};
    Process process[AT_ONCE];
    if (!find_compiler(arena, diag, &compiler) || !add_files(arena, diag, &sources, directory, "", is_source) ||
        !add_files(arena, diag, &sources, directory, "tune", is_source))
        return NULL;
    VEC_PUSH(arena, &sources, "bench/fovea_probe.c");
    bool fine = true;
    int started = 0;
    for (int i = 0; i < AT_ONCE && fine; i++) {
        for (uint32_t k = 0; k < compiler.count; k++)
            VEC_PUSH(arena, &part[i], compiler.at[k]);
        add_words(arena, &part[i], "-c -I. -O3");
        for (uint32_t k = (uint32_t)i; k < sources.count; k += AT_ONCE)
            VEC_PUSH(arena, &part[i], sources.at[k]);
        fine = process_start(&process[i], arena, diag, directory, &part[i]);
        started += fine;
    }
    for (int i = 0; i < started; i++)
        fine &= wait_for(diag, &process[i], &part[i], fine);
    Argv link = {0};
    for (uint32_t k = 0; k < compiler.count; k++)
        VEC_PUSH(arena, &link, compiler.at[k]);
    add_words(arena, &link, "-o program.out");
    Process linker;
    fine = fine && add_files(arena, diag, &link, directory, "", is_object);
    add_words(arena, &link, "-lm");
    fine = fine && process_start(&linker, arena, diag, directory, &link) && wait_for(diag, &linker, &link, true);
    return fine ? path_join(arena, directory, "program.out") : NULL;
}

const char *build_devices(Arena *arena, Diag *diag, const char *directory)
{
    Argv argv = {0};
    if (!find_compiler(arena, diag, &argv))
        return NULL;
    add_words(arena, &argv, "-I. -O1 -o program.out");
    if (!add_files(arena, diag, &argv, directory, "", is_source) ||
        !add_files(arena, diag, &argv, directory, "opencl", is_source) ||
        !add_files(arena, diag, &argv, directory, "devices", is_source))
        return NULL;
    add_words(arena, &argv, "-lOpenCL");
    Process process;
    bool fine = process_start(&process, arena, diag, directory, &argv) && wait_for(diag, &process, &argv, true);
    return fine ? path_join(arena, directory, "program.out") : NULL;
}

const char *build_source(Arena *arena, Diag *diag, const char *directory, const char *source)
{
    Argv argv = {0};
    if (!find_compiler(arena, diag, &argv))
        return NULL;
    add_words(arena, &argv, "-I. -O1 -o program.out");
    VEC_PUSH(arena, &argv, source);
    VEC_PUSH(arena, &argv, "-lm");
    Process process;
    bool fine = process_start(&process, arena, diag, directory, &argv) && wait_for(diag, &process, &argv, true);
    return fine ? path_join(arena, directory, "program.out") : NULL;
}

/* The program, and the weights as a file beside it when it has none inside: both or neither. */
static bool place_program(Diag *diag, const Plan *plan, const EmitOptions *options, const char *directory,
                          const char *built, const char *program)
{
    if (options->embed != EMBED_NONE)
        return file_copy(diag, built, program);
    Arena *arena = plan->arena;
    const char *prefix = options->prefix ? options->prefix : plan->graph->name;
    const char *name = arena_printf(arena, "%s.weights", prefix);
    const char *kept = path_join(arena, path_directory(arena, program), name);
    FileWriter weights, code;
    sigset_t signals;
    signals_hold(&signals);
    bool fine = file_create_copy(&weights, diag, path_join(arena, directory, name), kept);
    if (fine && !file_create_copy(&code, diag, built, program)) {
        file_abandon(&weights);
        fine = false;
    }
    if (fine && !file_commit(&weights)) {
        file_abandon(&code);
        fine = false;
    }
    fine = fine && file_commit(&code);
    signals_release(&signals);
    if (fine)
        fprintf(stderr, "the weights are in %s: run the program with --weights\n", kept);
    return fine;
}

/* Found out before the C compiler works for nothing. */
static bool check_place(Arena *arena, Diag *diag, const char *program)
{
    const char *directory = path_directory(arena, program);
    struct stat status;
    if (stat(program, &status) == 0 && S_ISDIR(status.st_mode))
        diag_error(diag, NOWHERE, "cannot write %s: it is a folder", program);
    else if (access(directory, W_OK) != 0)
        diag_error(diag, NOWHERE, "cannot write %s: %s", program, strerror(errno));
    else
        return true;
    return false;
}

bool build_program(Diag *diag, const Plan *plan, const EmitOptions *options, const char *program,
                   const BuildOptions *build)
{
    if (!check_place(plan->arena, diag, program))
        return false;
    const char *directory = temporary_directory(plan->arena, diag);
    BuildOptions threaded = *build;
    threaded.threads = plan->threaded && !build->no_libraries;
    threaded.opencl = plan->target->opencl;
    if (!directory)
        return false;
    const char *built =
        build_emit(diag, plan, options, directory) ? build_compile(plan->arena, diag, directory, &threaded) : NULL;
    bool fine = built && place_program(diag, plan, options, directory, built, program);
    directory_remove(directory);
    return fine;
}
