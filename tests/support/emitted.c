/* emitted.c - emits graphs, compiles them together into one shared object, and runs them (see emitted.h).
 *
 * What a model's header promises is given one form by a shim (shim.h), compiled with it.
 */
#include "tests/support/emitted.h"

#include <dlfcn.h>
#include <unistd.h>

#include "emit/emit.h"
#include "fovea.h"
#include "pass/pass.h"
#include "tests/support/files.h"
#include "tests/support/guard.h"
#include "tests/support/guarded_cl.h"
#include "tests/support/opencl.h"
#include "tests/support/process.h"
#include "tests/support/sample.h"
#include "tests/support/shim.h"

/* A program takes PoCL a second or two to build; kernels of target auto are those of other targets in other words. */
enum { ONE_IN_OPENCL = 24, ONE_IN_AUTO = 6 };

typedef struct Model {
    const Graph *graph;
    const char *name;
    const Shim *shim; /* NULL: it did not compile */
} Model;

struct EmittedSession {
    const Shim *shim;
    void *state;
    Guard weights, workspace;
    GuardSide side;
    VEC(Guard) buffers; /* target opencl: all but the weights */
    Arena *arena;
    bool open;
};

struct Emitted {
    Arena *arena;
    Target target;
    TileSizes tiles;
    int64_t cache_bytes;
    bool every_count;
    char *folder;
    VEC(Model) models;
    VEC(EmittedSession *) sessions;
    void *library;
};

static bool can_run(const Target *target)
{
    if (target->opencl)
        return opencl_has_device();
    const char *cpu = target->sets[target->set_count - 1]->cpu;
    if (strcmp(target->name, AUTO_AVX2) == 0)
        return fovea_cpu_has(FOVEA_CPU_AVX2);
    if (!cpu)
        return true;
    if (strcmp(cpu, "FOVEA_CPU_AVX2") == 0)
        return fovea_cpu_has(FOVEA_CPU_AVX2);
    if (strcmp(cpu, "FOVEA_CPU_AVX512") == 0)
        return fovea_cpu_has(FOVEA_CPU_AVX512);
    return false;
}

bool target_tested(const char *name, Target *target)
{
    static const char *const forced[] = {AUTO_PORTABLE, AUTO_AVX2};
    const char *real = name;
    for (size_t i = 0; i < COUNT_OF(forced); i++)
        if (strcmp(name, forced[i]) == 0)
            real = "auto";
    const Target *found = strcmp(name, OPENCL_GPU) == 0   ? &target_opencl_gpu
                          : strcmp(name, OPENCL_CPU) == 0 ? &target_opencl_cpu
                                                          : target_find(real);
    if (!found)
        return false;
    *target = *found;
    target->name = name;
    return true;
}

static bool is_opencl(const char *name)
{
    Target target;
    return target_tested(name, &target) && target.opencl;
}

const char *target_missing(const char *name)
{
    return is_opencl(name) ? "there is no OpenCL device to run" : "this CPU cannot run";
}

static bool is_plain(const char *name)
{
    return strcmp(name, "c") == 0;
}

bool target_takes(const char *name, uint32_t index, const char *text)
{
    Target target;
    if (!target_tested(name, &target))
        return false;
    return target.opencl          ? sample_takes(ONE_IN_OPENCL, name, index, text)
           : target.set_count > 1 ? sample_takes(ONE_IN_AUTO, name, index, text)
                                  : sample_is_whole() || sample_takes(2, "halves", index, text) == is_plain(name);
}

/* What the C compiler is told for it. */
static const char *flag_of(const Target *target)
{
    if (strcmp(target->name, AUTO_PORTABLE) == 0)
        return "-DFOVEA_CPU_MOST=0";
    return strcmp(target->name, AUTO_AVX2) == 0 ? "-DFOVEA_CPU_MOST=1" : "";
}

Emitted *emitted_new(const char *target_name)
{
    Target target;
    return target_tested(target_name, &target) ? emitted_for(&target) : NULL;
}

Emitted *emitted_for(const Target *target)
{
    if (!can_run(target))
        return NULL;
    Arena *arena = arena_new();
    Emitted *emitted = NEW(arena, Emitted);
    emitted->arena = arena;
    emitted->target = *target;
    emitted->tiles = *target->tiles;
    emitted->tiles.worth_sharing = emitted->tiles.worth_threads = 0; /* threads share what they can */
    emitted->target.tiles = &emitted->tiles;
    emitted->folder = folder_temporary(arena);
    if (target->opencl)
        opencl_prepare();
    return emitted;
}

static void session_close(EmittedSession *session)
{
    if (session->open)
        session->shim->close(session->state);
    session->open = false;
    guard_free(&session->weights);
    guard_free(&session->workspace);
    for (uint32_t i = 0; i < session->buffers.count; i++)
        guard_free(&session->buffers.at[i]);
    session->buffers.count = 0;
}

void emitted_free(Emitted *emitted)
{
    for (uint32_t i = 0; i < emitted->sessions.count; i++)
        session_close(emitted->sessions.at[i]);
    if (emitted->library)
        dlclose(emitted->library);
    folder_remove(emitted->folder);
    arena_free(emitted->arena);
}

/* "in[0], in[1]" for a struct of pointers in the order of the ports. */
static void print_pointers(Buf *buf, const char *array, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        buf_printf(buf, "%s%s[%u]", i ? ", " : "", array, i);
}

/* What is compiled for a model: its emitted source and the shim. */
static bool write_unit(Emitted *emitted, const Graph *graph, const char *name)
{
    Buf unit = {0};
    buf_printf(&unit, "#include \"%s.c\"\n#include \"tests/support/shim.h\"\n", name);
    buf_printf(&unit, "SHIM(%s, %s, (", name, macro_text(emitted->arena, name));
    print_pointers(&unit, "in", graph->inputs.count);
    buf_puts(&unit, "), (");
    print_pointers(&unit, "out", graph->outputs.count);
    buf_puts(&unit, "))\n");
    bool good = text_write(arena_printf(emitted->arena, "%s/%s_unit.c", emitted->folder, name), unit.text, unit.length);
    buf_free(&unit);
    return good;
}

void emitted_cache(Emitted *emitted, int64_t bytes)
{
    emitted->cache_bytes = bytes;
}

void emitted_every_count(Emitted *emitted)
{
    emitted->every_count = true;
}

static Graph *optimised_for(const Emitted *emitted, const Graph *graph)
{
    Graph *optimised = (Graph *)graph;
    passes_run(&optimised, &(PassOptions){.target = &emitted->target, .cache_bytes = emitted->cache_bytes});
    return optimised;
}

/* Emits it, and what is compiled with it if it is to be run. */
static int add_model(Emitted *emitted, Diag *diag, const Graph *graph, const Graph *optimised, bool runs)
{
    int index = (int)emitted->models.count;
    const char *name = arena_printf(emitted->arena, "m%d", index);
    Plan *plan = plan_make(optimised, &emitted->target);
    const char *broken = plan_verify(plan);
    if (broken) {
        fprintf(stderr, "the plan of %s for %s: %s\n", graph->name, emitted->target.name, broken);
        return -1;
    }
    if (!emit_model(diag, plan, &(EmitOptions){.prefix = name, .embed = EMBED_NONE}, emitted->folder))
        return -1;
    if (runs && !write_unit(emitted, graph, name))
        return -1;
    Model model = {.graph = graph, .name = name};
    VEC_PUSH(emitted->arena, &emitted->models, model);
    return index;
}

int emitted_add_optimised(Emitted *emitted, Diag *diag, const Graph *graph, const Graph *optimised)
{
    return add_model(emitted, diag, graph, optimised, true);
}

int emitted_add(Emitted *emitted, Diag *diag, const Graph *graph)
{
    return add_model(emitted, diag, graph, optimised_for(emitted, graph), true);
}

int emitted_add_text(Emitted *emitted, Diag *diag, const Graph *graph)
{
    return add_model(emitted, diag, graph, optimised_for(emitted, graph), false);
}

/* Kernels in OpenCL C are read by a compiler that has no device; it leaves its messages in NAME.cl.log, and
 * NAME.cl.good when it has none. */
static bool check_sources(const Emitted *emitted, Buf *report)
{
    return command_run(
        report,
        "cd %s && ls *.cl | xargs -P 2 -n 1 sh -c 'read=\"clang -x cl -cl-std=CL1.2 -fsyntax-only -Wall -Wextra "
        "-Wpedantic -Werror\"; { $read \"$0\" && for gpu in $(sed -n \"s/^#ifndef \\(.*_GPU\\)$/\\1/p\" \"$0\"); do "
        "$read -D$gpu \"$0\" || exit; done; } 2>\"$0.log\" && : >\"$0.good\" || :'",
        emitted->folder);
}

/* The header of intrinsics, compiled once: reading it takes as long as compiling most models. The options that take
 * it. */
static const char *header_compiled(const Emitted *emitted, Buf *report, const char *command)
{
    static const char text[] = "#include <immintrin.h>\n";
    const char *header = arena_printf(emitted->arena, "%s/before.h", emitted->folder);
    bool good = emitted->target.sets[0]->cpu && text_write(header, text, sizeof text - 1) &&
                command_run(report, "%s -x c-header -o %s.gch %s", command, header, header);
    return good ? arena_printf(emitted->arena, " -include %s", header) : "";
}

bool emitted_compile(Emitted *emitted)
{
    const char *compiler = getenv("CC"), *sanitizers = getenv("SAN"), *extra = "";
    if (!compiler || !*compiler)
        compiler = "clang";
    /* A whole net inlined into one function takes clang minutes when every operation in it has a branch out. */
    if (sanitizers && *sanitizers)
        extra =
            arena_printf(emitted->arena, "-fsanitize=%s -fno-sanitize-recover=all -fno-inline-functions", sanitizers);
    const char *command = arena_printf(emitted->arena, "%s -std=c99 -fopenmp -O1 %s %s -fPIC -Iruntime -I. -I%s",
                                       compiler, extra, flag_of(&emitted->target), emitted->folder);
    Buf report = {0};
    const char *before = header_compiled(emitted, &report, command);
    const char *libraries = "-lm", *sources = "";
    if (emitted->target.opencl) {
        sources = "runtime/opencl/*.c tests/support/with_models/guarded_cl.c";
        libraries = "-Wl,--wrap=clCreateBuffer,--wrap=clGetDeviceInfo,--wrap=clCreateSubDevices -lOpenCL -lm";
    }
    /* One that does not compile leaves its messages in NAME.log and no object; the others go on. */
    bool good = command_run(&report,
                            "ls %s/*_unit.c | xargs -P 2 -n 1 sh -c '%s%s -Wall -Wextra -Wpedantic -Werror -c "
                            "-o \"${0%%_unit.c}.o\" \"$0\" 2>\"${0%%_unit.c}.log\" || :'",
                            emitted->folder, command, before) &&
                command_run(&report, "%s -shared -Wl,-Bsymbolic -o %s/models.so %s/*.o runtime/fovea.c %s %s", command,
                            emitted->folder, emitted->folder, sources, libraries);
    good = good && (!emitted->target.opencl || check_sources(emitted, &report));
    fputs(buf_text(&report), stderr);
    buf_free(&report);
    if (!good)
        return false;
    setenv("OMP_WAIT_POLICY", "passive", 0); /* there may be more threads than cores */
    emitted->library =
        dlopen(arena_printf(emitted->arena, "%s/models.so", emitted->folder), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!emitted->library) {
        fprintf(stderr, "%s\n", dlerror());
        return false;
    }
    for (uint32_t i = 0; i < emitted->models.count; i++)
        emitted->models.at[i].shim =
            dlsym(emitted->library, arena_printf(emitted->arena, "%s_shim", emitted->models.at[i].name));
    return true;
}

/* Says why a compiler refused it, with its first lines. */
static bool refused(const Emitted *emitted, const Model *model, const char *suffix)
{
    const char *log = arena_printf(emitted->arena, "%s/%s%s.log", emitted->folder, model->name, suffix);
    const char *text = text_read(emitted->arena, log, NULL);
    fprintf(stderr, "%s is not compiled: %.600s\n", model->graph->name, text ? text : "");
    return false;
}

bool emitted_text_good(Emitted *emitted, int index)
{
    const Model *model = &emitted->models.at[index];
    const char *good = arena_printf(emitted->arena, "%s/%s.cl.good", emitted->folder, model->name);
    return !emitted->target.opencl || access(good, F_OK) == 0 || refused(emitted, model, ".cl");
}

static bool is_compiled(const Emitted *emitted, const Model *model)
{
    return model->shim || refused(emitted, model, "");
}

/* What a device said, "" for other targets. */
static const char *device_error(const Emitted *emitted)
{
    const char *(*error)(void) = (const char *(*)(void))(uintptr_t)dlsym(emitted->library, "fovea_cl_error");
    return error ? error() : "";
}

static bool status_good(const Emitted *emitted, const Model *model, const char *what, int status)
{
    if (status != FOVEA_OK)
        fprintf(stderr, "%s: %s: %s %s\n", model->graph->name, what, fovea_status_text((fovea_status)status),
                device_error(emitted));
    return status == FOVEA_OK;
}

/* What stands in memory that nobody has written to yet: NaN in one kind of session, a small number in the other. */
static unsigned char fill_of(GuardSide side)
{
    return side == GUARD_BEHIND ? 0xFF : 0x4E;
}

static void *allocate_buffer(void *context, size_t bytes)
{
    EmittedSession *session = context;
    Guard guard = guard_new(bytes, FOVEA_ALIGNMENT, session->side);
    memset(guard.at, fill_of(session->side), bytes);
    VEC_PUSH(session->arena, &session->buffers, guard);
    return guard.at;
}

/* From now on, buffers that models make are the session's (target opencl). */
static void guard_buffers(const Emitted *emitted, EmittedSession *session)
{
    GuardedCl *guarded = dlsym(emitted->library, "guarded_cl");
    if (guarded)
        *guarded = (GuardedCl){allocate_buffer, session, fill_of(session->side)};
}

/* Weights and workspace in guarded memory, and an open session on them. */
static bool session_open(Emitted *emitted, const Model *model, EmittedSession *session, GuardSide side, int threads)
{
    size_t bytes = 0;
    const char *path = arena_printf(emitted->arena, "%s/%s.weights", emitted->folder, model->name);
    const char *blob = text_read(emitted->arena, path, &bytes);
    if (!blob || bytes < model->shim->weights_bytes) {
        fprintf(stderr, "%s: the blob has %zu bytes, the header says %zu\n", model->graph->name, bytes,
                model->shim->weights_bytes);
        return false;
    }
    *session = (EmittedSession){.shim = model->shim, .side = side, .arena = emitted->arena};
    session->state = arena_alloc(emitted->arena, model->shim->state_bytes);
    Guard weights = guard_new(bytes, FOVEA_ALIGNMENT, side);
    size_t room = model->shim->workspace_bytes + (size_t)(threads - 1) * model->shim->thread_bytes;
    Guard workspace = guard_new(room, FOVEA_ALIGNMENT, side);
    memcpy(weights.at, blob, bytes);
    memset(workspace.at, fill_of(side), workspace.bytes);
    guard_protect(&weights);
    session->weights = weights;
    session->workspace = workspace;
    guard_buffers(emitted, session);
    int status = model->shim->open(session->state, weights.at, bytes, workspace.at, workspace.bytes, threads);
    session->open = status == FOVEA_OK;
    return status_good(emitted, model, "opening", status);
}

/* A float of an input is exact in a Tensor; bytes are stored as the input's layout says. */
static Guard input_buffer(const Type *type, const Tensor *tensor, GuardSide side)
{
    Guard guard = guard_new((size_t)type_bytes(type), (size_t)dtype_bytes(type->dtype), side);
    int64_t count = shape_count(&type->shape), index[MAX_RANK] = {0};
    for (int64_t e = 0; e < count; e++) {
        int64_t rest = e;
        for (int axis = type->shape.rank - 1; axis >= 0; axis--) {
            index[axis] = rest % type->shape.dim[axis];
            rest /= type->shape.dim[axis];
        }
        int64_t place = layout_offset(&type->layout, &type->shape, index);
        if (type->dtype == DT_U8)
            guard.at[place] = (unsigned char)tensor->at[e];
        else
            memcpy(guard.at + 4 * place, &(float){(float)tensor->at[e]}, 4);
    }
    return guard;
}

typedef struct Run {
    Guard *inputs, *outputs;
    const void **in;
    void **out;
} Run;

static Run run_buffers(Arena *arena, const Graph *graph, const Tensor *inputs, GuardSide side)
{
    uint32_t in = graph->inputs.count, out = graph->outputs.count;
    Run run = {NEW_ARRAY(arena, Guard, in), NEW_ARRAY(arena, Guard, out), NEW_ARRAY(arena, const void *, in),
               NEW_ARRAY(arena, void *, out)};
    for (uint32_t i = 0; i < in; i++) {
        run.inputs[i] = input_buffer(&graph_node(graph, graph->inputs.at[i].node)->type, &inputs[i], side);
        guard_protect(&run.inputs[i]);
        run.in[i] = run.inputs[i].at;
    }
    for (uint32_t i = 0; i < out; i++) {
        const Type *type = &graph_node(graph, graph->outputs.at[i].node)->type;
        run.outputs[i] = guard_new((size_t)type_bytes(type), (size_t)dtype_bytes(type->dtype), side);
        memset(run.outputs[i].at, 0xFF, run.outputs[i].bytes);
        run.out[i] = run.outputs[i].at;
    }
    return run;
}

static void run_free(const Graph *graph, Run *run)
{
    for (uint32_t i = 0; i < graph->inputs.count; i++)
        guard_free(&run->inputs[i]);
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        guard_free(&run->outputs[i]);
}

static bool run_intact(const Graph *graph, const Run *run, const EmittedSession *session)
{
    bool good = guard_intact(&session->workspace);
    for (uint32_t i = 0; i < session->buffers.count; i++)
        good = good && guard_intact(&session->buffers.at[i]);
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        good = good && guard_intact(&run->outputs[i]);
    if (!good)
        fprintf(stderr, "%s: writes beside its workspace or an output\n", graph->name);
    return good;
}

/* Two runs in one session: same answer, nothing touched that should not be. */
static bool run_twice(Emitted *emitted, const Model *model, const Tensor *inputs, GuardSide side, int threads, Run *run)
{
    const Graph *graph = model->graph;
    EmittedSession session = {0};
    bool good = session_open(emitted, model, &session, side, threads);
    *run = run_buffers(emitted->arena, graph, inputs, side);
    good = good && status_good(emitted, model, "run", model->shim->run(session.state, run->in, run->out));
    Run again = run_buffers(emitted->arena, graph, inputs, side);
    good = good && status_good(emitted, model, "second run", model->shim->run(session.state, again.in, again.out)) &&
           run_intact(graph, run, &session) && run_intact(graph, &again, &session);
    for (uint32_t i = 0; good && i < graph->outputs.count; i++) {
        good = memcmp(run->out[i], again.out[i], run->outputs[i].bytes) == 0;
        if (!good)
            fprintf(stderr, "%s: a second run gives another %s\n", graph->name, graph->outputs.at[i].name);
    }
    run_free(graph, &again);
    session_close(&session);
    return good;
}

/* The same in another session with so many threads: same answer, however memory stands and whatever is in it. */
static bool runs_alike(Emitted *emitted, const Model *model, const Tensor *inputs, int threads, const Run *first)
{
    const Graph *graph = model->graph;
    Run run;
    bool good = run_twice(emitted, model, inputs, threads % 2 ? GUARD_BEHIND : GUARD_BEFORE, threads, &run);
    for (uint32_t i = 0; good && i < graph->outputs.count; i++) {
        good = memcmp(first->out[i], run.out[i], run.outputs[i].bytes) == 0;
        if (!good)
            fprintf(
                stderr,
                "%s: %s depends on where memory stands, on what was in the workspace, or on there being %d threads\n",
                graph->name, graph->outputs.at[i].name, threads);
    }
    run_free(graph, &run);
    return good;
}

bool emitted_run(Emitted *emitted, int index, const Tensor *inputs, Tensor *outputs)
{
    static const int threads[] = {2, 3, 5};
    const Model *model = &emitted->models.at[index];
    const Graph *graph = model->graph;
    if (!is_compiled(emitted, model) || !emitted_text_good(emitted, index))
        return false;
    Run first;
    bool good = run_twice(emitted, model, inputs, GUARD_BEHIND, 1, &first);
    for (size_t i = 0; good && i < COUNT_OF(threads); i++)
        if (emitted->every_count || (size_t)index % COUNT_OF(threads) == i)
            good = runs_alike(emitted, model, inputs, threads[i], &first);
    for (uint32_t i = 0; good && i < graph->outputs.count; i++) {
        outputs[i] = tensor_new(&graph_node(graph, graph->outputs.at[i].node)->type.shape);
        int64_t count = shape_count(&outputs[i].shape);
        for (int64_t e = 0; e < count; e++) {
            float value;
            memcpy(&value, first.outputs[i].at + 4 * e, 4);
            outputs[i].at[e] = (double)value;
        }
    }
    run_free(graph, &first);
    return good;
}

EmittedSession *emitted_session(Emitted *emitted, int model, int threads)
{
    if (!is_compiled(emitted, &emitted->models.at[model]))
        return NULL;
    EmittedSession *session = NEW(emitted->arena, EmittedSession);
    VEC_PUSH(emitted->arena, &emitted->sessions, session);
    return session_open(emitted, &emitted->models.at[model], session, GUARD_BEHIND, threads) ? session : NULL;
}

void emitted_session_spoil(EmittedSession *session)
{
    memset(session->workspace.at, 0xFF, session->workspace.bytes);
    for (uint32_t i = 0; i < session->buffers.count; i++)
        memset(session->buffers.at[i].at, 0xFF, session->buffers.at[i].bytes);
}

int emitted_session_run(EmittedSession *session, const void *const *inputs, void *const *outputs)
{
    return session->shim->run(session->state, inputs, outputs);
}
