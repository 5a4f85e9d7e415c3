/* program.c - PREFIX_main.c: the description of a net for the stand-alone program in runtime/program. */
#include "emit/emit.h"
#include "emit/kernel.h"
#include "support/file.h"

/* Without their axis 0 where it is the batch. */
static void write_ports(const Emission *emission, Buf *out, bool in)
{
    const int64_t batch = graph_batch(emission->graph);
    uint32_t count = in ? emission->graph->inputs.count : emission->graph->outputs.count;
    if (!count)
        return;
    buf_printf(out, "static const fovea_port %s[] = {\n", in ? "inputs" : "outputs");
    for (uint32_t i = 0; i < count; i++) {
        const Port *port = in ? &emission->graph->inputs.at[i] : &emission->graph->outputs.at[i];
        const Type *type = &graph_node(emission->graph, port->node)->type;
        const int first = type->shape.dim[0] == batch, rank = type->shape.rank - first;
        buf_printf(out, "    {.name = \"%s\", .rank = %d, .dims = {", port->name, rank);
        for (int axis = first; axis < type->shape.rank; axis++)
            buf_printf(out, "%s%lld", axis > first ? ", " : "", (long long)type->shape.dim[axis]);
        buf_puts(out, rank ? "}" : "0}");
        if (type->dtype == DT_U8)
            buf_puts(out, ", .is_u8 = 1");
        if (port->picture.resize)
            buf_printf(out, ", .resize = %lld", (long long)port->picture.resize);
        if (port->picture.none)
            buf_puts(out, ", .is_no_picture = 1");
        if (port->picture.bgr)
            buf_puts(out, ", .bgr = 1");
        if (port->label_count)
            buf_printf(out, ",\n#ifndef FOVEA_NO_LABELS\n     .labels = %s, .label_count = %u\n#endif\n    ",
                       port_labels(emission, port), port->label_count);
        buf_puts(out, "},\n");
    }
    buf_puts(out, "};\n\n");
}

/* "const NAME_inputs tensors_in = {in[0], in[1]};" */
static void write_struct(const Emission *emission, Buf *out, const char *which, uint32_t count)
{
    Buf line = {0};
    buf_printf(&line, "const %s_%sputs tensors_%s = {", emission->prefix, which, which);
    for (uint32_t i = 0; i < count; i++)
        buf_printf(&line, "%s%s[%u]", i ? ", " : "", which, i);
    if (!count)
        buf_printf(&line, "%s[0]", which);
    buf_puts(&line, "};");
    out->indent++;
    line_wrapped(out, buf_text(&line));
    out->indent--;
    buf_free(&line);
}

static void write_calls(const Emission *emission, Buf *out)
{
    const char *p = emission->prefix;
    buf_printf(out,
               "static fovea_status open_model(void *model, const void *weights, size_t bytes)\n{\n"
               "    return %s_open(model, weights, bytes);\n}\n\n",
               p);
    buf_printf(out,
               "static fovea_status open_session(void *session, const void *model, void *workspace, size_t bytes, int "
               "threads)\n{\n"
               "    return %s_session_open(session, model, workspace, bytes, threads);\n}\n\n",
               p);
    buf_puts(out, "static fovea_status run(void *session, const void *const *in, void *const *out)\n{\n");
    write_struct(emission, out, "in", emission->graph->inputs.count);
    write_struct(emission, out, "out", emission->graph->outputs.count);
    buf_printf(out, "    return %s_run(session, &tensors_in, &tensors_out);\n}\n\n", p);
    buf_printf(out, "static void close_session(void *session)\n{\n    %s_session_close(session);\n}\n\n", p);
    buf_printf(out, "static void close_model(void *model)\n{\n    %s_close(model);\n}\n\n", p);
    buf_printf(
        out, "static size_t workspace_for(int threads)\n{\n    return %s_WORKSPACE_BYTES_FOR((size_t)threads);\n}\n\n",
        emission->macro);
    buf_printf(out, "static fovea_status verify(const void *model)\n{\n    return %s_verify(model);\n}\n\n", p);
    buf_printf(out,
               "static fovea_status selftest(const void *model, void *scratch, size_t bytes)\n{\n"
               "    return %s_selftest(model, scratch, bytes);\n}\n\n",
               p);
}

void emit_main_text(const Emission *emission, Buf *out)
{
    const char *p = emission->prefix, *m = emission->macro;
    emit_banner(emission, out, arena_printf(emission->arena, "%s_main.c - the stand-alone program of a net", p));
    bool opencl = emission->plan->target->opencl;
    buf_printf(out, "#include \"%s.h\"\n#include \"%s\"\n%s\n", p,
               emission->options->bench ? "bench/fovea_bench.h" : "program/program.h",
               opencl ? "#include \"opencl/fovea_opencl.h\"\n" : "");
    write_ports(emission, out, true);
    write_ports(emission, out, false);
    write_calls(emission, out);
    buf_puts(out, "static const fovea_program program = {\n    .name = ");
    emit_string(out, emission->graph->name);
    buf_puts(out, ",\n    .model = ");
    emit_string(out, emission->options->model_path ? path_base(emission->options->model_path) : p);
    buf_printf(out, ",\n    .target = \"%s\",\n", emission->plan->target->name);
    buf_printf(out, "    .inputs = %s,\n    .input_count = %u,\n    .outputs = outputs,\n    .output_count = %u,\n",
               emission->graph->inputs.count ? "inputs" : "NULL", emission->graph->inputs.count,
               emission->graph->outputs.count);
    buf_printf(out, "    .batch = %s_BATCH,\n    .workspace_bytes = %s_WORKSPACE_BYTES,\n", m, m);
    buf_printf(out, "    .model_bytes = sizeof(%s_model),\n    .session_bytes = sizeof(%s_session),\n", p, p);
    if (emission->options->embed != EMBED_NONE)
        buf_printf(out, "    .weights = %s_weights,\n    .weights_bytes = %s_WEIGHTS_BYTES,\n", p, m);
    buf_printf(out,
               "    .open = open_model,\n    .session_open = open_session,\n    .run = run,\n"
               "    .session_close = close_session,\n    .close = close_model,\n    .workspace_for = workspace_for,\n"
               "    .verify = verify,\n    .selftest = selftest,\n    .selftest_bytes = %s_SELFTEST_BYTES,\n",
               m);
    buf_printf(out, "%s};\n\n", opencl ? "    .error = fovea_cl_error,\n" : "");
    buf_puts(out, "int main(int argc, char **argv)\n{\n");
    if (emission->options->bench)
        buf_printf(out, "    return fovea_bench_main(argc, argv, &program, %u);\n}\n", emission->plan->steps.count);
    else
        buf_puts(out, "    return fovea_program_main(argc, argv, &program);\n}\n");
}
