/* header.c - PREFIX.h: everything that a program needs to know of a model. */
#include "emit/emit.h"
#include "emit/kernel.h"
#include "support/file.h"

static const Type *port_type(const Emission *emission, const Port *port)
{
    return &graph_node(emission->graph, port->node)->type;
}

void emit_banner(const Emission *emission, Buf *out, const char *what)
{
    const EmitOptions *options = emission->options;
    Buf line = {0};
    buf_printf(&line, "Net '%s'%s%s", emission->graph->name, options->model_path ? " of " : "",
               options->model_path ? path_base(options->model_path) : "");
    if (options->parameters && options->parameters[0])
        buf_printf(&line, " with %s", options->parameters);
    buf_printf(&line, ", compiled by Fovea for target %s: %s.", emission->plan->target->name,
               emission->plan->target->synopsis);
    buf_printf(out, "/* %s\n *\n", what);
    comment_wrapped(out, " * ", buf_text(&line));
    buf_free(&line);
    buf_puts(out, " * This text is yours under the 0BSD licence: use it for anything, no notice is owed.\n */\n");
}

/* How to name the best of the first output, when it has labels. */
static void write_usage_of_labels(const Emission *emission, Buf *out)
{
    const Port *output = &emission->graph->outputs.at[0];
    const char *labels = port_labels(emission, output), *size = port_macro(emission, output);
    if (!labels)
        return;
    if (graph_batch(emission->graph) > 1)
        size = arena_printf(emission->arena, "%s / %s_BATCH", size, emission->macro);
    buf_puts(out, " *\n *   fovea_score best[3];\n");
    buf_printf(out, " *   const int found = fovea_top(%s, %s, 3, best);\n", port_field(emission, output), size);
    buf_puts(out, " *   for (int i = 0; i < found; i++)\n");
    buf_printf(out, " *       printf(\"%%s %%g\\n\", %s[best[i].index], best[i].value);\n", labels);
}

/* " *   const lenet5_outputs outputs = {logits, features};": every one of them, because none may be NULL. */
static void write_usage_of_ports(const Emission *emission, Buf *out, const char *what, const Port *ports,
                                 uint32_t count)
{
    static const char start[] = " *   ";
    Buf line = {0};
    buf_printf(&line, "%sconst %s_%s %s = {", start, emission->prefix, what, what);
    for (uint32_t i = 0; i < count; i++) {
        const char *field = port_field(emission, &ports[i]);
        if (i && line.length + strlen(field) > 110) {
            buf_printf(out, "%s\n", buf_text(&line));
            buf_clear(&line);
            buf_printf(&line, "%s    ", start);
        }
        buf_printf(&line, "%s%s", field, i + 1 < count ? ", " : "};");
    }
    if (!count)
        buf_puts(&line, "NULL};");
    buf_printf(out, "%s\n", buf_text(&line));
    buf_free(&line);
}

static void write_usage(const Emission *emission, Buf *out)
{
    const char *p = emission->prefix, *m = emission->macro;
    const Graph *graph = emission->graph;
    bool opencl = emission->plan->target->opencl;
    buf_printf(out, "/* In short:\n *\n");
    if (!opencl)
        buf_printf(out, " *   static FOVEA_ALIGNED(64) unsigned char workspace[%s_WORKSPACE_BYTES];\n", m);
    buf_printf(out, " *   %s_model model;     // one for all threads, read-only once it is open\n", p);
    buf_printf(out, " *   %s_session session; // one a thread, each with %s\n", p,
               opencl ? "memory on the device" : "a workspace");
    if (emission->options->embed == EMBED_NONE)
        buf_printf(
            out,
            " *   fovea_status status = %s_open(&model, weights, weights_bytes); // %s.weights, mapped or in flash\n",
            p, p);
    else
        buf_printf(out, " *   fovea_status status = %s_open(&model, %s_weights, sizeof %s_weights);\n", p, p, p);
    buf_printf(out, " *   if (status == FOVEA_OK)\n");
    buf_printf(out, " *       status = %s_session_open(&session, &model, %s, 1);\n", p,
               opencl ? "NULL, 0" : "workspace, sizeof workspace");
    buf_printf(out, " *   if (status != FOVEA_OK)\n *       puts(%s\n",
               opencl ? "fovea_cl_error()); // opencl/fovea_opencl.h" : "fovea_status_text(status));");
    write_usage_of_ports(emission, out, "inputs", graph->inputs.at, graph->inputs.count);
    write_usage_of_ports(emission, out, "outputs", graph->outputs.at, graph->outputs.count);
    buf_printf(
        out, " *   %s_run(&session, &inputs, &outputs); // as often as you like; no pointer in them may be NULL\n", p);
    write_usage_of_labels(emission, out);
    buf_puts(out, " */\n\n");
}

int64_t workspace_size(const Plan *plan)
{
    int64_t bytes = MAX(plan->target->opencl ? 0 : plan->workspace_bytes, 1); /* a device has its own memory */
    return (bytes + PLAN_ALIGNMENT - 1) / PLAN_ALIGNMENT * PLAN_ALIGNMENT;
}

static void write_sizes(const Emission *emission, Buf *out)
{
    const Graph *graph = emission->graph;
    const char *m = emission->macro;
    buf_printf(out, "/* The weights (%s.weights, self-test included), and the memory that a session works in. */\n",
               emission->prefix);
    buf_printf(out, "#define %s_WEIGHTS_BYTES   %lld\n", m, (long long)emission->blob_bytes);
    buf_printf(out, "#define %s_WORKSPACE_BYTES %lld\n", m, (long long)workspace_size(emission->plan));
    buf_printf(out, "#define %s_WORKSPACE_BYTES_FOR(threads) (%s_WORKSPACE_BYTES + %lld * ((threads) - 1))\n\n", m, m,
               (long long)(emission->plan->target->opencl ? 0 : plan_scratch_of_thread(emission->plan)));
    buf_puts(
        out,
        "/* Elements of each tensor, batch included. Pictures are channels x height x width; bytes (unsigned char)\n"
        " * are height x width x channels, as decoders give them. */\n");
    buf_printf(out, "#define %s_BATCH %lld\n", m, (long long)graph_batch(graph));
    for (uint32_t i = 0; i < graph->inputs.count + graph->outputs.count; i++) {
        bool in = i < graph->inputs.count;
        const Port *port = in ? &graph->inputs.at[i] : &graph->outputs.at[i - graph->inputs.count];
        const Type *type = port_type(emission, port);
        buf_printf(out, "#define %s %lld /* %s */\n", port_macro(emission, port), (long long)shape_count(&type->shape),
                   storage_text(emission->arena, type));
    }
    buf_puts(out, "\n");
}

/* The kernel that makes floats of an input of bytes, NULL when there is none. */
static const Kernel *pixels_kernel(const Emission *emission, uint32_t input)
{
    const Plan *plan = emission->plan;
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        const Step *step = &plan->steps.at[i];
        const Buffer *read = step->read_count ? &plan->buffers.at[step->reads[0].buffer] : NULL;
        if (read && read->place == BUFFER_INPUT && read->port == input &&
            graph_node(emission->graph, step->leader)->op == OP_pixels)
            return &plan->kernels.at[step->kernel];
    }
    return NULL;
}

static const char *pixel_text(const Emission *emission, const Port *port)
{
    int64_t channels = port_type(emission, port)->shape.dim[1];
    if (channels == 3)
        return port->picture.bgr ? "blue, green and red of a pixel beside each other"
                                 : "red, green and blue of a pixel beside each other";
    return channels == 1
               ? "a byte a pixel"
               : arena_printf(emission->arena, "the %lld bytes of a pixel beside each other", (long long)channels);
}

/* What a picture's bytes are, and what happens to them: nothing is left to do for the caller. */
static void write_pictures(const Emission *emission, Buf *out)
{
    const Graph *graph = emission->graph;
    for (uint32_t i = 0; i < graph->inputs.count; i++) {
        const Port *port = &graph->inputs.at[i];
        const Type *type = port_type(emission, port);
        const Kernel *kernel = type->dtype == DT_U8 && type->shape.rank == 4 ? pixels_kernel(emission, i) : NULL;
        if (!kernel)
            continue;
        buf_printf(out,
                   "/* %s: a picture as a camera or decoder gives it, rows from the top without padding,\n * %s.\n",
                   port_field(emission, port), pixel_text(emission, port));
        buf_puts(out, " * The first kernel makes floats of it in one pass: value / 255");
        for (uint32_t k = 0; k < kernel->epilogue_count; k++)
            buf_printf(out, ", %s", op_name(graph_node(graph, kernel->epilogue[k])->op));
        buf_puts(out, ". */\n");
    }
}

static void write_ports(const Emission *emission, Buf *out, bool in)
{
    const char *p = emission->prefix, *which = in ? "inputs" : "outputs";
    uint32_t count = in ? emission->graph->inputs.count : emission->graph->outputs.count;
    if (in)
        write_pictures(emission, out);
    buf_printf(out, "typedef struct %s_%s {\n", p, which);
    for (uint32_t i = 0; i < count; i++) {
        const Port *port = in ? &emission->graph->inputs.at[i] : &emission->graph->outputs.at[i];
        buf_printf(out, "    %s%s *%s; /* %s */\n", in ? "const " : "", port_element(emission, port),
                   port_field(emission, port), storage_text(emission->arena, port_type(emission, port)));
    }
    if (!count)
        buf_puts(out, "    const void *none; /* NULL: C has no empty struct */\n");
    buf_printf(out, "} %s_%s;\n\n", p, which);
}

const char *open_text(const Emission *emission)
{
    const char *p = emission->prefix;
    return arena_printf(emission->arena, "fovea_status %s_open(%s_model *model, const void *weights, size_t bytes)", p,
                        p);
}

const char *session_open_text(const Emission *emission)
{
    const char *p = emission->prefix;
    return arena_printf(emission->arena,
                        "fovea_status %s_session_open(%s_session *session, const %s_model *model, void *workspace, "
                        "size_t bytes, int threads)",
                        p, p, p);
}

const char *run_text(const Emission *emission)
{
    const char *p = emission->prefix;
    return arena_printf(emission->arena,
                        "fovea_status %s_run(%s_session *session, const %s_inputs *inputs, const %s_outputs *outputs)",
                        p, p, p, p);
}

const char *selftest_text(const Emission *emission)
{
    const char *p = emission->prefix;
    return arena_printf(emission->arena, "fovea_status %s_selftest(const %s_model *model, void *scratch, size_t bytes)",
                        p, p);
}

const char *use_text(const Emission *emission)
{
    const char *p = emission->prefix;
    return arena_printf(emission->arena, "fovea_status %s_use(%s_model *model, fovea_cpu_feature instructions)", p, p);
}

static void write_declaration(const Emission *emission, Buf *out, const char *head)
{
    line_wrapped(out, arena_printf(emission->arena, "%s;", head));
    buf_puts(out, "\n");
}

static void write_functions(const Emission *emission, Buf *out)
{
    const char *p = emission->prefix, *m = emission->macro;
    buf_printf(out,
               "/* Opens the model on its weights, which must stay where they are, at a multiple of 64. Checks the "
               "header, not\n"
               " * the numbers (%s_verify does): FOVEA_BAD_WEIGHTS, FOVEA_WRONG_MODEL, FOVEA_MISALIGNED, %s... */\n",
               p, emission->plan->target->opencl ? "FOVEA_NO_DEVICE" : "FOVEA_WRONG_CPU");
    write_declaration(emission, out, open_text(emission));
    if (has_sets(emission)) {
        buf_printf(out,
                   "/* From now on, runs use these instructions and no others: FOVEA_CPU_ANY for plain C, or "
                   "FOVEA_WRONG_CPU where the\n"
                   " * CPU has no such. %s_open takes the best that it has. Results differ in their last bits from one "
                   "kind to another,\n"
                   " * but not from CPU to CPU. Not while a session of the model runs. */\n",
                   p);
        write_declaration(emission, out, use_text(emission));
    }
    if (emission->plan->target->opencl)
        buf_puts(out,
                 "/* A session for one caller at a time. It has its memory on the device: the workspace may be NULL. "
                 "Of a device of\n"
                 " * CPU kind, a run uses so many compute units at most; any number of them gives the same bits. "
                 "*/\n");
    else
        buf_printf(
            out,
            "/* A session for one caller at a time. The workspace is the caller's, at a multiple of 64, "
            "uninitialised, at least\n"
            " * %s_WORKSPACE_BYTES_FOR(threads) bytes: else FOVEA_SMALL_WORKSPACE or FOVEA_MISALIGNED.\n"
            " * A run uses so many threads at most, the caller's among them, when this is compiled with OpenMP "
            "(-fopenmp); else, and\n"
            " * where a net is too small for it, the caller's alone. Any number of them gives the same bits. */\n",
            m);
    write_declaration(emission, out, session_open_text(emission));
    buf_printf(out,
               "/* Computes the outputs. Inputs and outputs are the caller's and do not overlap. %s\n"
               " * Subnormal numbers count as zeros%s. */\n",
               emission->plan->target->opencl ? "It fails where a call of OpenCL does." : "Always FOVEA_OK on a CPU.",
               emission->plan->target->opencl ? "" : " (FOVEA_FLUSH)");
    write_declaration(emission, out, run_text(emission));
    buf_printf(out, "void %s_session_close(%s_session *session);\nvoid %s_close(%s_model *model);\n\n", p, p, p, p);
    buf_printf(out, "/* Reads all weights and compares their checksum: FOVEA_OK or FOVEA_DAMAGED. */\n");
    buf_printf(out, "fovea_status %s_verify(const %s_model *model);\n\n", p, p);
    buf_printf(out,
               "/* Runs the input that is stored with the weights and compares with the stored output, to 1e-4 of the "
               "largest:\n"
               " * FOVEA_OK, FOVEA_FAILED_SELFTEST, or FOVEA_NO_SELFTEST. Scratch: %s_SELFTEST_BYTES, at a multiple of "
               "64. */\n",
               m);
    int64_t outputs = 0;
    for (uint32_t i = 0; i < emission->graph->outputs.count; i++)
        outputs += (port_bytes(emission, &emission->graph->outputs.at[i]) + 63) / 64 * 64;
    buf_printf(out, "#define %s_SELFTEST_BYTES (%s_WORKSPACE_BYTES + %lld)\n", m, m, (long long)outputs);
    write_declaration(emission, out, selftest_text(emission));
}

void emit_header_text(const Emission *emission, Buf *out)
{
    const char *p = emission->prefix, *m = emission->macro;
    emit_banner(emission, out, arena_printf(emission->arena, "%s.h - the interface of a compiled net", p));
    buf_printf(out, "#ifndef %s_H\n#define %s_H\n\n#include \"fovea.h\"\n\n", m, m);
    write_usage(emission, out);
    write_sizes(emission, out);
    buf_puts(out, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    if (emission->options->embed != EMBED_NONE)
        buf_printf(out,
                   "/* The weights, when %s_weights.%s is linked in. */\nextern const uint32_t "
                   "%s_weights[%s_WEIGHTS_BYTES / 4];\n\n",
                   p, emission->options->embed == EMBED_INCBIN ? "S" : "c", p, m);
    write_ports(emission, out, true);
    write_ports(emission, out, false);
    bool opencl = emission->plan->target->opencl;
    const char *more = opencl               ? "    struct fovea_cl_model *device;\n"
                       : has_sets(emission) ? "    fovea_cpu_feature instructions;\n"
                                            : "";
    buf_printf(out,
               "/* The fields are the model's own. */\ntypedef struct %s_model {\n    const float *weights;\n    "
               "size_t bytes;\n%s} %s_model;\n\n",
               p, more, p);
    buf_printf(out, "typedef struct %s_session {\n    const %s_model *model;\n%s} %s_session;\n\n", p, p,
               opencl ? "    struct fovea_cl_session *device;\n" : "    float *workspace;\n    int threads;\n", p);
    write_functions(emission, out);
    emit_labels_interface(emission, out);
    buf_printf(out, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}
