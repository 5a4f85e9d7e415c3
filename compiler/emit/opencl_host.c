/* opencl_host.c - PREFIX.c of target opencl: the source of the kernels as text, which of them are launched on what, and
 * the functions of the interface, which leave all else to the runtime (runtime/opencl).
 */
#include "emit/kernel.h"
#include "emit/opencl.h"
#include "emit/run.h"

int64_t opencl_scratch(const Plan *plan)
{
    int64_t floats = 0;
    for (uint32_t i = 0; i < plan->kernels.count; i++)
        floats = MAX(floats, plan->kernels.at[i].scratch);
    return quotient_up(floats * dtype_bytes(DT_F32), PLAN_ALIGNMENT) * PLAN_ALIGNMENT;
}

/* ---- the source ---- */

/* Lines of at most so many characters together, as ISO C promises that literals may be 4095 long. */
static void write_source(const Emission *emission, Buf *out)
{
    enum { MOST = 4000 };
    Buf source = {0};
    emit_opencl_text(emission, &source);
    buf_printf(out, "/* %s.cl. */\nstatic const char *const %s_source[] = {\n", emission->prefix, emission->prefix);
    size_t length = 0;
    for (const char *line = buf_text(&source), *end; *line; line = end) {
        end = line + strcspn(line, "\n");
        end += *end == '\n';
        const char *text = arena_strndup(emission->arena, line, (size_t)(end - line));
        if (length && length + strlen(text) > MOST) {
            buf_puts(out, ",\n");
            length = 0;
        }
        buf_puts(out, length ? "\n    " : "    ");
        emit_string(out, text);
        length += strlen(text);
    }
    buf_puts(out, ",\n};\n\n");
    buf_free(&source);
}

/* ---- launches ---- */

/* "{FOVEA_CL_MEMORY, 0, at_conv1}": a tensor, `first` elements behind its beginning. */
static void write_tensor(const Emission *emission, Buf *out, uint32_t index, int64_t first)
{
    int64_t begin = 0;
    const Buffer *part = &emission->plan->buffers.at[index];
    const Buffer *buffer = &emission->plan->buffers.at[plan_whole(emission->plan, index, &begin)];
    int64_t in_float = dtype_bytes(DT_F32) / dtype_bytes(buffer->type.dtype); /* places are counted in floats */
    const char *in_floats = in_float > 1 ? arena_printf(emission->arena, "%lld * ", (long long)in_float) : "";
    switch (buffer->place) {
    case BUFFER_INPUT:
    case BUFFER_OUTPUT:
        buf_printf(out, "{FOVEA_CL_%s, %u, %lld}", buffer->place == BUFFER_INPUT ? "INPUT" : "OUTPUT", buffer->port,
                   (long long)(begin + first));
        return;
    case BUFFER_WEIGHTS:
        buf_printf(out, "{FOVEA_CL_WEIGHTS, 0, %sw_%s", in_floats, part->name);
        break;
    case BUFFER_WORKSPACE:
    case BUFFER_PART:
        buf_printf(out, "{FOVEA_CL_MEMORY, 0, %s%sat_%s", in_floats, emission->beside, part->name);
        break;
    }
    if (first)
        buf_printf(out, " + %lld", (long long)first);
    buf_puts(out, "}");
}

/* From a picture to the next one in what a kernel's parameter i is; 0: it is the same for all pictures. */
static int64_t picture_of_parameter(const Plan *plan, const Kernel *kernel, uint32_t i)
{
    const Parameter *parameter = &kernel_parameters(plan->graph, kernel).at[i];
    const Type *type = parameter_type(plan->graph, parameter), *y = &graph_node(plan->graph, kernel->result)->type;
    if (i > 0 && !parameter_is_parallel(plan->graph, parameter))
        return 0;
    return i > 0 ? access_broadcast(type, &y->shape).stride[0] : access_of(type).stride[0];
}

/* How many times the launches of a step are repeated, for so many pictures each. */
static int64_t rounds_of(const Plan *plan, const Kernel *kernel, int64_t *pictures)
{
    *pictures = 0;
    return plan->target->gpu ? gpu_rounds(plan->graph, kernel, pictures) : 1;
}

/* "net_tensors3", or of one of several rounds "net_tensors3_1". */
static const char *tensors_name(const Emission *emission, uint32_t index, int64_t round, int64_t rounds)
{
    const char *name = arena_printf(emission->arena, "%s_%stensors%u", emission->prefix, emission->beside, index + 1);
    return rounds > 1 ? arena_printf(emission->arena, "%s_%lld", name, (long long)round + 1) : name;
}

/* In the order of the kernel's parameters, for so many pictures from `first` on; how many there are. */
static uint32_t write_tensors(const Emission *emission, Buf *out, uint32_t index, const char *name, int64_t first)
{
    const Plan *plan = emission->plan;
    const Step *step = &plan->steps.at[index];
    const Kernel *kernel = &plan->kernels.at[step->kernel];
    uint32_t count = 0;
    Buf line = {0};
    buf_printf(&line, "static const fovea_cl_tensor %s[] = {", name);
    for (uint32_t i = 0; i < step->read_count; i++) {
        if (i == kernel->in_place)
            continue;
        buf_puts(&line, count++ ? ", " : "");
        int64_t skipped = first ? first * picture_of_parameter(plan, kernel, i) : 0;
        write_tensor(emission, &line, step->reads[i].buffer, step->reads[i].first + skipped);
    }
    for (uint32_t i = 0; i < step->write_count; i++) {
        buf_puts(&line, count++ ? ", " : "");
        int64_t skipped =
            first ? first * access_of(&graph_node(plan->graph, step->writes[i].value)->type).stride[0] : 0;
        write_tensor(emission, &line, step->writes[i].buffer, skipped);
    }
    if (step->scratch != BUFFER_NONE) {
        buf_puts(&line, ", ");
        if (plan->target->gpu) /* one for all groups, where the plan has it */
            write_tensor(emission, &line, step->scratch, 0);
        else
            buf_puts(&line, "{FOVEA_CL_SCRATCH, 0, 0}");
        count++;
    }
    buf_puts(&line, "};");
    line_wrapped(out, buf_text(&line));
    buf_free(&line);
    return count;
}

static bool is_transfer(const Plan *plan, const Step *step)
{
    return plan->kernels.at[step->kernel].family == FAMILY_TRANSFER;
}

static const char *device_number(const Emission *emission, int32_t device)
{
    return device == DEVICE_HOST ? "FOVEA_CL_HOST" : arena_printf(emission->arena, "%d", device);
}

/* "{from, to, 0, 1, 4, 8192}": from where, to where, from and to which device, and bytes, of an element and of all. */
static void write_transfer(const Emission *emission, Buf *out, uint32_t index)
{
    const Step *step = &emission->plan->steps.at[index];
    const Read *read = &step->reads[0];
    const Node *sent = graph_node(emission->plan->graph, read->value);
    int64_t bytes = dtype_bytes(sent->type.dtype);
    Buf line = {0};
    buf_printf(&line, "static const fovea_cl_transfer %s_%stransfer%u = {", emission->prefix, emission->beside,
               index + 1);
    write_tensor(emission, &line, read->buffer, read->first);
    buf_puts(&line, ", ");
    write_tensor(emission, &line, step->writes[0].buffer, 0);
    buf_printf(&line, ", %s, %s, %lld, %lld};", device_number(emission, sent->device),
               device_number(emission, step_device(emission->plan, step)), (long long)bytes,
               (long long)(read->count * bytes));
    line_wrapped(out, buf_text(&line));
    buf_free(&line);
}

static void write_transfer_launch(const Emission *emission, Buf *out, uint32_t index)
{
    const Node *node = graph_node(emission->plan->graph, emission->plan->steps.at[index].leader);
    const char *to =
        node->device == DEVICE_HOST ? "the caller" : arena_printf(emission->arena, "device %d", node->device);
    buf_puts(out, "    {NULL, ");
    emit_string(out, arena_printf(emission->arena, "%s%sto %s", node->path, node->path[0] ? " " : "", to));
    buf_printf(out, ", %u, NULL, 0, 0, {0}, {0}, 0, &%s_%stransfer%u},\n", index, emission->prefix, emission->beside,
               index + 1);
}

/* "{16384, 1}, {256, 1}" */
static void write_sizes(Buf *out, const GpuLaunch *launch)
{
    buf_printf(out, "{%lld, %lld}, {%lld, %lld}", (long long)launch->items[0], (long long)launch->items[1],
               (long long)launch->group[0], (long long)launch->group[1]);
}

static void write_step_launches(const Emission *emission, Buf *out, uint32_t index, uint32_t tensors)
{
    const Plan *plan = emission->plan;
    const Step *step = &plan->steps.at[index];
    const Kernel *kernel = &plan->kernels.at[step->kernel];
    const Loop *shared = tiling_shared(&kernel->tiling);
    const char *p = emission->prefix;
    GpuLaunch launches[MOST_LAUNCHES];
    const int count = opencl_launches(plan, kernel, launches);
    int64_t pictures;
    const int64_t rounds = rounds_of(plan, kernel, &pictures);
    for (int64_t i = 0; i < rounds * count; i++) {
        const int l = (int)(i % count);
        buf_printf(out, "    {\"%s_%s%s_launch\", ", p, kernel->name, launches[l].part);
        emit_string(out, graph_node(plan->graph, step->leader)->path);
        buf_printf(out, ", %u, %s, %u, ", index, tensors_name(emission, index, i / count, rounds), tensors);
        if (plan->target->gpu) {
            buf_puts(out, "0, ");
            write_sizes(out, &launches[l]);
        } else {
            buf_printf(out, "%lld, {0}, {0}", (long long)(shared ? quotient_up(shared->length, shared->together) : 1));
        }
        buf_printf(out, ", %d, NULL},\n", step_device(plan, step));
    }
}

/* The tensors of a step, once for each round of its launches. How many they are. */
static uint32_t write_rounds(const Emission *emission, Buf *out, uint32_t index)
{
    const Plan *plan = emission->plan;
    int64_t pictures, rounds = rounds_of(plan, &plan->kernels.at[plan->steps.at[index].kernel], &pictures);
    uint32_t count = 0;
    for (int64_t round = 0; round < rounds; round++)
        count = write_tensors(emission, out, index, tensors_name(emission, index, round, rounds), round * pictures);
    return count;
}

static void write_launches(const Emission *emission, Buf *out)
{
    const Plan *plan = emission->plan;
    uint32_t *counts = NEW_ARRAY(emission->arena, uint32_t, plan->steps.count);
    for (uint32_t i = 0; i < plan->steps.count; i++)
        if (is_transfer(plan, &plan->steps.at[i]))
            write_transfer(emission, out, i);
        else
            counts[i] = write_rounds(emission, out, i);
    buf_printf(out,
               "\n/* Kernels, layers, steps, tensors, %s, and the device. */\nstatic const fovea_cl_launch "
               "%s_%slaunches[] = {\n",
               plan->target->gpu ? "how many work-items in all and in a group"
                                 : "among how many work-groups each can be shared at most",
               emission->prefix, emission->beside);
    for (uint32_t i = 0; i < plan->steps.count; i++)
        if (is_transfer(plan, &plan->steps.at[i]))
            write_transfer_launch(emission, out, i);
        else
            write_step_launches(emission, out, i, counts[i]);
    buf_puts(out, "};\n\n");
}

/* ---- the net ---- */

static void write_port_bytes(const Emission *emission, Buf *out, const char *which, const Port *ports, uint32_t count)
{
    Buf line = {0};
    buf_printf(&line, "static const size_t %s_%s_bytes[] = {", emission->prefix, which);
    for (uint32_t i = 0; i < count; i++)
        buf_printf(&line, "%s%lld", i ? ", " : "", (long long)port_bytes(emission, &ports[i]));
    buf_puts(&line, count ? "};" : "0};");
    line_wrapped(out, buf_text(&line));
    buf_free(&line);
}

/* How devices of a kind compute the net: ".cpu = {...}". Where there are two ways, a macro says which is compiled.
 * Drivers' compilers warn of what no user can change, such as vectors that are wider than the CPU's, and PoCL's counts
 * it aloud. */
static void write_plan_row(const Emission *emission, Buf *out)
{
    const Plan *plan = emission->plan;
    const char *p = emission->prefix, *kind = plan->target->gpu ? "gpu" : "cpu", *options = "";
    if (*emission->beside)
        options = arena_printf(emission->arena, " -D%s_GPU", emission->macro);
    buf_printf(out,
               "    .%s = {.options = \"-cl-std=CL1.2 -cl-denorms-are-zero -w%s\",\n"
               "            .launches = %s_%slaunches,\n"
               "            .launch_count = sizeof %s_%slaunches / sizeof *%s_%slaunches,\n"
               "            .memory_bytes = %lld,\n            .scratch_bytes = %lld},\n",
               kind, options, p, emission->beside, p, emission->beside, p, emission->beside,
               (long long)plan->workspace_bytes, (long long)(plan->target->gpu ? 0 : opencl_scratch(plan)));
}

static void write_net(const Emission *emission, Buf *out)
{
    const Plan *plan = emission->plan;
    const Graph *graph = emission->graph;
    const char *p = emission->prefix;
    write_port_bytes(emission, out, "input", graph->inputs.at, graph->inputs.count);
    write_port_bytes(emission, out, "output", graph->outputs.at, graph->outputs.count);
    buf_printf(out, "\nstatic const fovea_cl_net %s_net = {\n    .name = ", p);
    emit_string(out, graph->name);
    buf_printf(out,
               ",\n    .source = %s_source,\n    .source_count = sizeof %s_source / sizeof *%s_source,\n"
               "    .input_bytes = %s_input_bytes,\n    .output_bytes = %s_output_bytes,\n"
               "    .input_count = %u,\n    .output_count = %u,\n",
               p, p, p, p, p, graph->inputs.count, graph->outputs.count);
    buf_printf(out,
               "    /* The hash of all that is compiled in, and how much of the weights the kernels read. */\n"
               "    .architecture = UINT64_C(0x%016llx),\n    .weights_bytes = %lld,\n    .step_count = %u,\n",
               (unsigned long long)plan->architecture, (long long)plan->weights_bytes, plan->steps.count);
    write_plan_row(emission, out);
    if (plan->beside) {
        const Emission gpu = opencl_beside(emission);
        write_plan_row(&gpu, out);
    }
    if (graph_has_transfers(graph))
        buf_printf(out, "    .device_count = %d,\n", graph_devices(graph));
    buf_puts(out, "};\n\n");
}

/* ---- the interface ---- */

/* The device says how long each launch took. */
static void write_timed_run(const Emission *emission, Buf *out)
{
    buf_line(out, "uint64_t taken[%u];", emission->plan->steps.count);
    buf_line(out, "fovea_status status = fovea_cl_run(session->device, in, out);");
    buf_line(out, "if (status == FOVEA_OK && fovea_bench_marks)");
    buf_line(out, "    status = fovea_cl_profile(session->device, taken, NULL);");
    buf_line(out, "for (int i = 0; status == FOVEA_OK && fovea_bench_marks && i < %u; i++)",
             emission->plan->steps.count);
    buf_line(out, "    fovea_bench_marks->taken[i] += (int64_t)taken[i];");
    buf_line(out, "return status;");
}

static void write_interface(const Emission *emission, Buf *out)
{
    const char *p = emission->prefix;
    line_wrapped(out, open_text(emission));
    buf_printf(out,
               "{\n    if (!model)\n        return FOVEA_BAD_ARGUMENT;\n"
               "    model->weights = (const float *)weights;\n    model->bytes = bytes;\n"
               "    return fovea_cl_open(&model->device, &%s_net, NULL, weights, bytes);\n}\n\n",
               p);
    line_wrapped(out, session_open_text(emission));
    buf_puts(out, "{\n    (void)workspace;\n    (void)bytes;\n"
                  "    if (!session || !model)\n        return FOVEA_BAD_ARGUMENT;\n"
                  "    session->model = model;\n");
    buf_printf(out, "    return fovea_cl_session_open(&session->device, model->device, threads, %d);\n}\n\n",
               emission->options->bench);
    line_wrapped(out, run_text(emission));
    buf_puts(out, "{\n");
    out->indent++;
    const Graph *graph = emission->graph;
    Buf in = {0}, to = {0};
    for (uint32_t i = 0; i < graph->inputs.count; i++)
        buf_printf(&in, "%sinputs->%s", i ? ", " : "", port_field(emission, &graph->inputs.at[i]));
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        buf_printf(&to, "%soutputs->%s", i ? ", " : "", port_field(emission, &graph->outputs.at[i]));
    line_wrapped(out, arena_printf(emission->arena, "const void *const in[] = {%s};",
                                   graph->inputs.count ? buf_text(&in) : "inputs->none"));
    line_wrapped(out, arena_printf(emission->arena, "void *const out[] = {%s};", buf_text(&to)));
    buf_free(&in);
    buf_free(&to);
    if (emission->options->bench)
        write_timed_run(emission, out);
    else
        buf_line(out, "return fovea_cl_run(session->device, in, out);");
    buf_close(out);
    buf_printf(out,
               "\nvoid %s_session_close(%s_session *session)\n{\n    if (!session)\n        return;\n"
               "    fovea_cl_session_close(session->device);\n    session->device = NULL;\n}\n\n",
               p, p);
    buf_printf(out,
               "void %s_close(%s_model *model)\n{\n    if (!model)\n        return;\n"
               "    fovea_cl_close(model->device);\n    model->device = NULL;\n    model->weights = NULL;\n"
               "    model->bytes = 0;\n}\n\n",
               p, p);
    emit_verify_text(emission, out);
}

void emit_opencl_host(const Emission *emission, Buf *out)
{
    emit_banner(emission, out, arena_printf(emission->arena, "%s.c - a compiled net", emission->prefix));
    buf_printf(out, "#include \"%s.h\"\n\n#include \"opencl/fovea_opencl.h\"\n\n", emission->prefix);
    if (emission->selftest)
        buf_puts(out, "#include <math.h>\n\n");
    if (emission->options->bench)
        buf_puts(out, "#include \"bench/fovea_bench.h\"\n\n");
    emit_places(emission, out, BUFFER_WEIGHTS,
                arena_printf(emission->arena, "Where each tensor stands in %s.weights", emission->prefix));
    emit_places(emission, out, BUFFER_WORKSPACE,
                "Where each value stands in the workspace, and from which step of a run to which");
    if (emission->plan->beside) {
        const Emission gpu = opencl_beside(emission);
        emit_places(&gpu, out, BUFFER_WORKSPACE, "The same on GPUs");
    }
    write_source(emission, out);
    write_launches(emission, out);
    if (emission->plan->beside) {
        const Emission gpu = opencl_beside(emission);
        write_launches(&gpu, out);
    }
    write_net(emission, out);
    write_interface(emission, out);
    emit_selftest_text(emission, out);
    emit_labels_text(emission, out);
}
