/* cases.c - test cases of ONNX (see cases.h).
 *
 * Each data set is imported by itself, as its inputs may close dimensions, and compiled into a small program, which
 * reads inputs and writes outputs as raw bytes. As many cases are tried at a time as the machine has cores, each in a
 * process of its own, which says its line through a pipe.
 */
#include "driver/cases.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver/build.h"
#include "driver/carried.h"
#include "driver/here.h"
#include "driver/process.h"
#include "import/model.h"
#include "pass/pass.h"
#include "plan/plan.h"
#include "support/file.h"

bool is_case_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* ---- the cases ---- */

typedef VEC(const char *) Paths;

static void add_cases(Arena *arena, Paths *cases, const char *folder)
{
    struct dirent **entries;
    if (path_exists(path_join(arena, folder, "model.onnx"))) {
        VEC_PUSH(arena, cases, folder);
        return;
    }
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *path = path_join(arena, folder, arena_strdup(arena, entries[i]->d_name));
        if (entries[i]->d_name[0] != '.' && is_case_folder(path))
            add_cases(arena, cases, path);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

typedef struct DataSet {
    VEC(Value) inputs, outputs;
} DataSet;

/* false: there is no such set, or after a diagnostic. */
static bool read_set(Arena *arena, Diag *diag, const char *folder, int set, DataSet *data)
{
    *data = (DataSet){0};
    for (int of_outputs = 0; of_outputs < 2; of_outputs++)
        for (int i = 0;; i++) {
            const char *path =
                arena_printf(arena, "%s/test_data_set_%d/%s_%d.pb", folder, set, of_outputs ? "output" : "input", i);
            if (!path_exists(path))
                break;
            const Value *value = import_tensor_file(arena, diag, path);
            if (!value)
                return false;
            if (of_outputs)
                VEC_PUSH(arena, &data->outputs, *value);
            else
                VEC_PUSH(arena, &data->inputs, *value);
        }
    return data->outputs.count > 0;
}

/* ---- one run ---- */

enum { PASS = 'p', REFUSED = 'r', WRONG = 'w' };

/* What became of a case, on its way to a line. */
typedef struct Verdict {
    char kind;
    const char *text;
} Verdict;

typedef struct Case {
    Arena *arena;
    Diag diag;
    Buf said;           /* diagnostics */
    const char *folder; /* of the case */
    const char *place;  /* for what is compiled */
    const Options *options;
} Case;

/* The first diagnostic, without what stands before each, and without the model's path. */
static Verdict refusal(Case *one)
{
    const char *said = buf_text(&one->said), *begin = strstr(said, "error: ");
    begin = begin ? begin + strlen("error: ") : said;
    const char *line = arena_strndup(one->arena, begin, strcspn(begin, "\n")), *path = "model.onnx: ";
    const char *behind = strstr(line, path);
    return (Verdict){REFUSED, behind ? behind + strlen(path) : line};
}

static void print_main(Buf *buf, const Graph *graph)
{
    buf_puts(buf, "#include \"net.c\"\n#include \"fovea.c\"\n#include <stdio.h>\n#include <stdlib.h>\n\n"
                  "static void *room(size_t bytes)\n{\n    return aligned_alloc(64, (bytes + 64) / 64 * 64);\n}\n\n"
                  "static void *take(const char *path, size_t bytes)\n{\n    void *at = room(bytes);\n"
                  "    FILE *file = fopen(path, \"rb\");\n"
                  "    if (!at || !file || fread(at, 1, bytes, file) != bytes)\n        exit(2);\n"
                  "    fclose(file);\n    return at;\n}\n\n"
                  "static void put(const char *path, const void *at, size_t bytes)\n{\n"
                  "    FILE *file = fopen(path, \"wb\");\n"
                  "    if (!file || fwrite(at, 1, bytes, file) != bytes || fclose(file))\n        exit(2);\n}\n\n"
                  "int main(void)\n{\n    static net_model model;\n    static net_session session;\n"
                  "    void *weights = NET_WEIGHTS_BYTES ? take(\"net.weights\", NET_WEIGHTS_BYTES) : NULL;\n"
                  "    void *workspace = room(NET_WORKSPACE_BYTES);\n");
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        buf_printf(buf, "    void *out%u = room(%lld);\n", i,
                   (long long)type_bytes(&graph_node(graph, graph->outputs.at[i].node)->type));
    buf_puts(buf, "    const net_inputs inputs = {");
    for (uint32_t i = 0; i < graph->inputs.count; i++)
        buf_printf(buf, "%stake(\"in%u\", %lld)", i ? ", " : "", i,
                   (long long)type_bytes(&graph_node(graph, graph->inputs.at[i].node)->type));
    buf_puts(buf, graph->inputs.count ? "};\n" : "NULL};\n");
    buf_puts(buf, "    const net_outputs outputs = {");
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        buf_printf(buf, "%sout%u", i ? ", " : "", i);
    buf_puts(buf, "};\n    if (net_open(&model, weights, NET_WEIGHTS_BYTES) ||\n"
                  "        net_session_open(&session, &model, workspace, NET_WORKSPACE_BYTES, 1) ||\n"
                  "        net_run(&session, &inputs, &outputs))\n        return 3;\n");
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        buf_printf(buf, "    put(\"out%u\", out%u, %lld);\n", i, i,
                   (long long)type_bytes(&graph_node(graph, graph->outputs.at[i].node)->type));
    buf_puts(buf, "    return 0;\n}\n");
}

static bool write_main(Case *one, const Graph *graph)
{
    Buf text = {0};
    print_main(&text, graph);
    bool fine =
        file_write_atomic(&one->diag, path_join(one->arena, one->place, "case.c"), buf_text(&text), text.length);
    buf_free(&text);
    return fine;
}

/* As f32, those that the net has. */
static bool write_inputs(Case *one, const ImportPorts *ports)
{
    for (uint32_t i = 0; i < ports->inputs.count; i++) {
        const Value *value = ports->inputs.at[i].given;
        const char *path = path_join(one->arena, one->place, arena_printf(one->arena, "in%u", i));
        const size_t count = (size_t)value_count(&value->shape);
        if (!file_write_atomic(&one->diag, path, value_floats(one->arena, value), count * sizeof(float)))
            return false;
    }
    return true;
}

/* What is wrong with one output; NULL: nothing. */
static const char *output_fault(Case *one, uint32_t i, const Value *made, const Value *wanted)
{
    Arena *arena = one->arena;
    size_t bytes = 0;
    const int64_t count = value_count(&wanted->shape);
    if (made->type != wanted->type)
        return arena_printf(arena, "is %s, not %s", onnx_type_name(arena, made->type),
                            onnx_type_name(arena, wanted->type));
    if (!shape_equal(&made->shape, &wanted->shape))
        return arena_printf(arena, "has the shape %s, not %s", shape_full_text(arena, &made->shape),
                            shape_full_text(arena, &wanted->shape));
    const char *path = path_join(arena, one->place, arena_printf(arena, "out%u", i));
    const char *read = file_read(arena, &one->diag, path, NOWHERE, SIZE_MAX / 2, &bytes);
    if (!read || bytes != (size_t)count * sizeof(float))
        return "has another size";
    double worst = 0;
    for (int64_t k = 0; k < count; k++) {
        float got;
        memcpy(&got, read + (size_t)k * sizeof got, sizeof got);
        double a = (double)got, b = wanted->floats ? (double)wanted->floats[k] : (double)wanted->integers[k];
        if ((isnan(a) && isnan(b)) || a == b)
            continue;
        double off = isfinite(a) && isfinite(b) ? fabs(a - b) : INFINITY;
        if (!wanted->floats || !(off <= 1e-5 + 1e-3 * fabs(b)))
            worst = fmax(worst, off);
    }
    return worst > 0 ? arena_printf(arena, "is up to %.3g off", worst) : NULL;
}

static Verdict run_target(Case *one, const Target *target, const Graph *net, const ImportPorts *ports,
                          const DataSet *data)
{
    Graph *graph = (Graph *)(uintptr_t)net;
    passes_run(&graph, &(PassOptions){.target = target});
    Plan *plan = plan_make(graph, target);
    const EmitOptions emit = {.prefix = "net", .model_path = "model.onnx", .embed = EMBED_NONE};
    if (!emit_model(&one->diag, plan, &emit, one->place) || !carried_write(&one->diag, one->place, 0) ||
        !write_main(one, graph) || !write_inputs(one, ports))
        return refusal(one);
    const char *program = build_source(one->arena, &one->diag, one->place, "case.c");
    if (!program)
        return (Verdict){WRONG, arena_printf(one->arena, "it does not compile for %s", target->name)};
    Argv argv = {0};
    VEC_PUSH(one->arena, &argv, program);
    Process process;
    Buf said = {0};
    if (!process_start(&process, one->arena, &one->diag, one->place, &argv))
        return refusal(one);
    int status = process_wait(&process, &said);
    buf_free(&said);
    if (status)
        return (Verdict){WRONG, arena_printf(one->arena, "its program for %s ends with %d", target->name, status)};
    for (uint32_t i = 0; i < ports->outputs.count; i++) {
        const Value *made = ports->outputs.at[i].value;
        const char *fault = output_fault(one, i, made, &data->outputs.at[i]);
        if (fault)
            return (Verdict){WRONG, arena_printf(one->arena, "output '%s' %s, on %s", made->name, fault, target->name)};
    }
    if (ports->inputs.count && !plan->steps.count)
        return (Verdict){WRONG, "no kernel reads its inputs"};
    return (Verdict){PASS, arena_printf(one->arena, "%u kernel%s", plan->steps.count, plural(plan->steps.count))};
}

static Verdict run_set(Case *one, const DataSet *data)
{
    const Options *options = one->options;
    ImportPorts ports = {0};
    ImportGiven *given = NEW_ARRAY(one->arena, ImportGiven, data->inputs.count);
    for (uint32_t i = 0; i < data->inputs.count; i++)
        given[i].value = &data->inputs.at[i];
    const ImportOptions as_given = {.given = given, .given_count = data->inputs.count};
    const char *path = path_join(one->arena, one->folder, "model.onnx");
    Graph *net = import_file(one->arena, &one->diag, path, &as_given, &ports);
    if (!net)
        return refusal(one);
    if (ports.outputs.count != data->outputs.count)
        return (Verdict){WRONG, "it has not as many outputs as there should be"};
    Verdict verdict = {PASS, ""};
    for (uint32_t i = 0; verdict.kind == PASS && i < MAX(options->targets.count, 1); i++)
        verdict = run_target(one, options->targets.count ? options->targets.at[i] : options->target, net, &ports, data);
    return verdict;
}

static Verdict run_case(Case *one)
{
    Verdict verdict = {REFUSED, "it has no test_data_set_0"};
    DataSet data;
    for (int set = 0; read_set(one->arena, &one->diag, one->folder, set, &data); set++)
        if ((verdict = run_set(one, &data)).kind != PASS)
            return verdict;
    return one->diag.errors ? refusal(one) : verdict;
}

/* ---- many ---- */

typedef struct Child {
    pid_t process;
    int pipe; /* from which its verdict is read */
} Child;

static Child start_case(const char *folder, const char *place, const Options *options)
{
    int ends[2];
    fflush(NULL);
    if (pipe(ends) != 0)
        fatal("cannot make a pipe: %s", strerror(errno));
    pid_t process = fork();
    if (process < 0)
        fatal("cannot start a process: %s", strerror(errno));
    if (process > 0) {
        close(ends[1]);
        return (Child){process, ends[0]};
    }
    close(ends[0]);
    Case one = {.arena = arena_new(), .folder = folder, .place = place, .options = options};
    diag_init(&one.diag, one.arena);
    one.diag.capture = &one.said;
    if (!directory_make(&one.diag, place))
        _exit(1);
    const Verdict verdict = run_case(&one);
    const char *line = arena_printf(one.arena, "%c%s", verdict.kind, verdict.text);
    bool fine = write(ends[1], line, strlen(line)) == (ssize_t)strlen(line);
    directory_remove(place);
    _exit(fine ? 0 : 1);
}

static Verdict end_case(Arena *arena, const Child *child)
{
    Buf said = {0};
    char part[1024];
    for (ssize_t count; (count = read(child->pipe, part, sizeof part)) > 0 || (count < 0 && errno == EINTR);)
        buf_bytes(&said, part, (size_t)MAX(count, 0));
    close(child->pipe);
    int status = 0;
    while (waitpid(child->process, &status, 0) < 0 && errno == EINTR)
        ;
    const char *text = arena_strdup(arena, buf_text(&said));
    buf_free(&said);
    if (status == 0 && text[0])
        return (Verdict){text[0], text + 1};
    return (Verdict){WRONG, WIFSIGNALED(status) ? arena_printf(arena, "Fovea ended by %s", strsignal(WTERMSIG(status)))
                                                : "Fovea ended before its time"};
}

/* Counts the verdict, and says it. */
static void report(const char *name, Verdict verdict, uint32_t counts[3])
{
    counts[verdict.kind == PASS ? 0 : verdict.kind == REFUSED ? 1 : 2]++;
    if (verdict.kind == PASS)
        printf("%s: pass (%s)\n", name, verdict.text);
    else
        printf("%s: %s: %s\n", name, verdict.kind == REFUSED ? "refused" : "WRONG", verdict.text);
    fflush(stdout);
}

bool check_cases(Diag *diag, const char *folder, const Options *options)
{
    Arena *arena = diag->arena;
    Paths cases = {0};
    add_cases(arena, &cases, folder);
    const char *place = temporary_directory(arena, diag);
    for (uint32_t i = 0; i < options->targets.count; i++)
        if (!target_runs_here(options->targets.at[i]) || options->targets.at[i]->opencl) {
            diag_error(diag, NOWHERE, "cases cannot run on target %s here", options->targets.at[i]->name);
            return false;
        }
    if (!cases.count)
        diag_error(diag, NOWHERE, "there is no model.onnx in %s, nor in a folder below it", folder);
    if (!place || !cases.count)
        return false;
    const uint32_t at_a_time = (uint32_t)MAX(sysconf(_SC_NPROCESSORS_ONLN), 1);
    Child *children = NEW_ARRAY(arena, Child, cases.count);
    uint32_t counts[3] = {0}, started = 0;
    for (uint32_t ended = 0; ended < cases.count; ended++) {
        for (; started < cases.count && started < ended + at_a_time; started++)
            children[started] = start_case(cases.at[started], arena_printf(arena, "%s/%u", place, started), options);
        const char *name = path_base(cases.at[ended]);
        report(name, end_case(arena, &children[ended]), counts);
    }
    directory_remove(place);
    printf("%u pass, %u refused, %u wrong\n", counts[0], counts[1], counts[2]);
    return counts[2] == 0;
}
