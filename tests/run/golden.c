/* golden.c - the texts of every stage for small nets, to the byte; and what every emitted file has to keep.
 *
 * Beside tests/golden/NAME.fov may stand NAME.ir, the Graph as elaborated, NAME.dot, its drawing, and for a target T
 * (c, avx2, avx512, auto, opencl) NAME.T.opt.ir, the Graph after the passes, NAME.T.plan, NAME.T.steps and NAME.T.svg,
 * what `show` makes of that by --plan and --memory, NAME.T.h, NAME.T.c and NAME.T.cl, the emitted files. Those that are
 * there are compared; an empty one is filled by UPDATE=1. All nets are emitted for all targets and checked, with or
 * without such files.
 */
#include <criterion/criterion.h>

#include <ctype.h>
#include <unistd.h>

#include "emit/emit.h"
#include "ir/text.h"
#include "pass/pass.h"
#include "report/drawing.h"
#include "report/show.h"
#include "tests/support/files.h"
#include "tests/support/model.h"
#include "tests/support/process.h"

enum { SECONDS_A_NET = 120 };

static const char FOLDER[] = "tests/golden";
static const char *const targets[] = {"c", "avx2", "avx512", "auto", "opencl"};

/* A net at all its stages for one target. */
typedef struct Stages {
    Diag diag;
    Graph *graph, *optimised;
    Plan *plan;
} Stages;

static bool stages_make(Arena *arena, const char *name, const char *target, Stages *stages)
{
    stages->graph = model_read(arena, &stages->diag, arena_printf(arena, "%s/%s.fov", FOLDER, name), NULL, "random:1");
    if (!stages->graph)
        return false;
    stages->optimised = stages->graph;
    passes_run(&stages->optimised, &(PassOptions){.target = target_find(target)});
    stages->plan = plan_make(stages->optimised, target_find(target));
    return true;
}

static bool emit_to(Arena *arena, Stages *stages, const char *name, const char *folder)
{
    EmitOptions options = {
        .prefix = name, .model_path = arena_printf(arena, "%s/%s.fov", FOLDER, name), .embed = EMBED_NONE};
    bool good = emit_model(&stages->diag, stages->plan, &options, folder);
    diag_finish(&stages->diag);
    return good;
}

/* Compares `text` with NAME.suffix where that file is. */
static bool compare(Arena *arena, const char *name, const char *suffix, const char *text)
{
    const char *path = arena_printf(arena, "%s/%s.%s", FOLDER, name, suffix);
    if (!text_read(arena, path, NULL))
        return true;
    Buf report = {0};
    bool good = text_expect(arena, &report, path, text);
    fputs(buf_text(&report), stderr);
    buf_free(&report);
    return good;
}

static bool compare_graph(Arena *arena, const char *name, const char *suffix, const Graph *graph)
{
    Buf text = {0};
    graph_print(&text, graph);
    bool good = compare(arena, name, suffix, buf_text(&text));
    buf_free(&text);
    return good;
}

static bool compare_drawing(Arena *arena, const char *name, const Graph *graph)
{
    Buf text = {0};
    drawing_print(&text, graph, false);
    bool good = compare(arena, name, "dot", buf_text(&text));
    buf_free(&text);
    return good;
}

static bool compare_plan(Arena *arena, const char *name, const char *target, const Plan *plan)
{
    const char *model = arena_printf(arena, "%s.fov", name);
    Buf text = {0};
    plan_print(&text, plan);
    bool good = compare(arena, name, arena_printf(arena, "%s.plan", target), buf_text(&text));
    buf_clear(&text);
    show_plan(&text, plan, model);
    good = compare(arena, name, arena_printf(arena, "%s.steps", target), buf_text(&text)) && good;
    buf_clear(&text);
    show_memory(&text, plan, model);
    good = compare(arena, name, arena_printf(arena, "%s.svg", target), buf_text(&text)) && good;
    buf_free(&text);
    return good;
}

static bool compare_emitted(Arena *arena, const char *name, const char *target, const char *folder)
{
    bool good = true;
    for (const char *const *end = (const char *const[]){"h", "c", "cl", NULL}; *end; end++) {
        if (strcmp(*end, "cl") == 0 && !target_find(target)->opencl)
            continue;
        const char *path = arena_printf(arena, "%s/%s.%s", folder, name, *end);
        const char *text = text_read(arena, path, NULL);
        if (!text) {
            fprintf(stderr, "%s for %s: there is no %s.%s\n", name, target, name, *end);
            good = false;
        } else {
            good = compare(arena, name, arena_printf(arena, "%s.%s", target, *end), text) && good;
        }
    }
    return good;
}

static bool check_texts(void *context)
{
    const char *name = context;
    Arena *arena = arena_new();
    bool good = true;
    for (size_t t = 0; t < COUNT_OF(targets); t++) {
        Stages stages;
        if (!stages_make(arena, name, targets[t], &stages))
            return false;
        char *folder = folder_temporary(arena);
        if (t == 0)
            good = compare_graph(arena, name, "ir", stages.graph) && compare_drawing(arena, name, stages.graph);
        const char *target = targets[t];
        good = compare_graph(arena, name, arena_printf(arena, "%s.opt.ir", target), stages.optimised) && good;
        good = compare_plan(arena, name, target, stages.plan) && good;
        good = emit_to(arena, &stages, name, folder) && compare_emitted(arena, name, target, folder) && good;
        folder_remove(folder);
    }
    arena_free(arena);
    return good;
}

/* "-DLENET5_GPU": what a model's kernels for GPUs are compiled with. */
static const char *gpu_of(Arena *arena, const char *name)
{
    char *option = arena_printf(arena, "-D%s_GPU", name);
    for (char *at = option + 2; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return option;
}

/* Target auto has its kernels: gcc reads them there. */
static bool is_within_auto(const char *target)
{
    return strcmp(target, "avx2") == 0 || strcmp(target, "avx512") == 0;
}

/* Clean with both compilers under warnings that we do not use ourselves; a header for C++ too; a bounded stack. Kernels
 * in OpenCL C are read by a compiler that has no device, for the machine's own CPU, for SPIR, and those for GPUs. */
static bool check_compiles(void *context)
{
    static const char flags[] = "-std=c99 -O1 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wvla "
                                "-Wframe-larger-than=8192 -Werror -Iruntime -c";
    const char *name = context;
    Arena *arena = arena_new();
    Buf report = {0};
    bool good = true;
    for (size_t t = 0; t < COUNT_OF(targets); t++) {
        Stages stages;
        char *folder = folder_temporary(arena);
        if (!stages_make(arena, name, targets[t], &stages) || !emit_to(arena, &stages, name, folder))
            return false;
        if (!is_within_auto(targets[t]))
            good = command_run(&report, "gcc %s -o %s/out.o %s/%s.c", flags, folder, folder, name) && good;
        good = command_run(&report, "clang %s -o %s/out.o %s/%s.c", flags, folder, folder, name) && good;
        good = command_run(&report,
                           "printf '#include \"%s.h\"\\n#include \"%s.h\"\\n' | g++ -x c++ -std=c++11 -Wall -Wextra "
                           "-Wpedantic -Werror -fsyntax-only -Iruntime -I%s -",
                           name, name, folder) &&
               good;
        const char *const readers[] = {"", "-target spir64", gpu_of(arena, name)};
        for (size_t r = 0; target_find(targets[t])->opencl && r < COUNT_OF(readers); r++)
            good = command_run(&report,
                               "clang -x cl -cl-std=CL1.2 %s -Wall -Wextra -Wpedantic -Wshadow -Werror -fsyntax-only "
                               "%s/%s.cl",
                               readers[r], folder, name) &&
                   good;
        folder_remove(folder);
    }
    fputs(buf_text(&report), stderr);
    buf_free(&report);
    arena_free(arena);
    return good;
}

/* The same bytes from another working directory, into another folder, after another compilation in the process. */
static bool check_same_bytes(void *context)
{
    const char *name = context;
    Arena *arena = arena_new();
    Buf report = {0};
    bool good = true;
    for (size_t t = 0; t < COUNT_OF(targets); t++) {
        Stages first, second;
        char *one = folder_temporary(arena), *two = folder_temporary(arena);
        if (!stages_make(arena, name, targets[t], &first) || !emit_to(arena, &first, name, one) ||
            !stages_make(arena, name, targets[t], &second))
            return false;
        char *home = getcwd(NULL, 0);
        good = home && chdir(two) == 0 && emit_to(arena, &second, name, ".") && chdir(home) == 0 && good;
        good = command_run(&report, "diff -r %s %s", one, two) && good;
        free(home);
        folder_remove(one);
        folder_remove(two);
    }
    fputs(buf_text(&report), stderr);
    buf_free(&report);
    arena_free(arena);
    return good;
}

/* The Graph's text is read back to the same text, before and after the passes. */
static bool check_text_returns(void *context)
{
    const char *name = context;
    Arena *arena = arena_new();
    bool good = true;
    for (size_t t = 0; t < COUNT_OF(targets); t++) {
        Stages stages;
        if (!stages_make(arena, name, targets[t], &stages))
            return false;
        const Graph *const graphs[] = {stages.graph, stages.optimised};
        for (size_t g = 0; g < COUNT_OF(graphs); g++) {
            Buf once = {0}, twice = {0};
            Diag diag;
            diag_init(&diag, arena);
            graph_print(&once, graphs[g]);
            Graph *again = graph_parse(arena, &diag, diag_add_source(&diag, name, buf_text(&once), once.length));
            if (again)
                graph_print(&twice, again);
            bool same = again && strcmp(buf_text(&once), buf_text(&twice)) == 0;
            if (!same)
                fprintf(stderr, "%s for %s does not come back:\n%s", name, targets[t],
                        text_difference(arena, buf_text(&once), buf_text(&twice)));
            good = good && same;
            buf_free(&once);
            buf_free(&twice);
        }
    }
    arena_free(arena);
    return good;
}

static void check_all(bool (*check)(void *context))
{
    Arena *arena = arena_new();
    Paths models = files_in(arena, FOLDER, ".fov");
    Isolated *nets = NEW_ARRAY(arena, Isolated, models.count);
    for (uint32_t i = 0; i < models.count; i++) {
        char *name = arena_strndup(arena, models.at[i], strlen(models.at[i]) - strlen(".fov"));
        nets[i] = (Isolated){name, name};
    }
    uint32_t failed = isolated_each(nets, models.count, SECONDS_A_NET, check);
    cr_expect_eq(failed, 0, "%u of %u nets fail", failed, models.count);
    cr_expect_geq(models.count, 4, "only %u nets are in %s", models.count, FOLDER);
    arena_free(arena);
}

Test(golden, texts)
{
    check_all(check_texts);
}

Test(golden, emitted_files_compile)
{
    check_all(check_compiles);
}

Test(golden, same_bytes_from_anywhere)
{
    check_all(check_same_bytes);
}

Test(golden, graph_text_returns)
{
    check_all(check_text_returns);
}

/* Every expected file belongs to a model: a net that was renamed leaves nothing behind. */
Test(golden, no_orphans)
{
    Arena *arena = arena_new();
    Paths files = files_in(arena, FOLDER, "");
    for (uint32_t i = 0; i < files.count; i++) {
        size_t length = strcspn(files.at[i], ".");
        const char *model = arena_printf(arena, "%s/%.*s.fov", FOLDER, (int)length, files.at[i]);
        cr_expect(access(model, F_OK) == 0, "%s/%s belongs to no model", FOLDER, files.at[i]);
    }
    arena_free(arena);
}
