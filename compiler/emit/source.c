/* source.c - PREFIX.c: kernels, and the functions of the interface. */
#include "emit/gpu.h"
#include "emit/gpu_conv.h"
#include "emit/run.h"

/* ---- kernels ---- */

typedef void FamilyText(KernelText *text);

static FamilyText *const family_texts[FAMILY_COUNT] = {
    [FAMILY_MAP] = c_map_text,
    [FAMILY_CONV] = c_conv_text,
    [FAMILY_CONV_TRANSPOSE] = c_conv_transpose_text,
    [FAMILY_CONV_CONNECT] = c_conv_connect_text,
    [FAMILY_MATVEC] = c_matvec_text,
    [FAMILY_POOL] = c_pool_text,
    [FAMILY_SOFTMAX] = c_softmax_text,
    [FAMILY_CHANNEL_POOL] = c_channel_pool_text,
    [FAMILY_LRN] = c_lrn_text,
    [FAMILY_CONCAT] = c_concat_text,
    [FAMILY_PACK] = c_pack_text,
    [FAMILY_COPY] = c_copy_text,
    [FAMILY_PAD] = c_pad_text,
    [FAMILY_REDUCE] = c_reduce_text,
    [FAMILY_RESIZE] = c_resize_text,
    [FAMILY_RESAMPLE] = c_resample_text,
};

/* Of GPUs, where they have texts of their own. */
static FamilyText *const gpu_texts[FAMILY_COUNT] = {
    [FAMILY_CONV] = gpu_conv_text,     [FAMILY_CONV_TRANSPOSE] = gpu_conv_text, [FAMILY_CONV_CONNECT] = gpu_conv_text,
    [FAMILY_MATVEC] = gpu_matvec_text, [FAMILY_WINOGRAD] = gpu_winograd_text,
};

KernelText kernel_text(const Emission *emission, Buf *out, const Kernel *kernel, Needs *needs)
{
    const Graph *graph = emission->graph;
    KernelText text = {
        .out = out,
        .arena = emission->arena,
        .diag = emission->diag,
        .plan = emission->plan,
        .graph = graph,
        .kernel = kernel,
        .leader = graph_node(graph, kernel->leader),
        .result = graph_node(graph, kernel->result),
        .prefix = emission->prefix,
        .macro = emission->macro,
        .name = arena_printf(emission->arena, "%s_%s%s", emission->prefix, kernel->name, set_suffix(emission)),
        .needs = needs};
    text_begin(&text);
    return text;
}

void emit_kernel(const Emission *emission, Buf *out, const Kernel *kernel, Needs *needs)
{
    KernelText text = kernel_text(emission, out, kernel, needs);
    bool blocked = kernel->form.activations == LAYOUT_BLOCKED;
    const Target *target = emission->plan->target;
    FamilyText *write = blocked ? target->conv_text : family_texts[kernel->family];
    if (kernel->family == FAMILY_MATVEC && text_set(&text)->matvec)
        write = vector_matvec_text;
    if (target->gpu && gpu_texts[kernel->family])
        write = gpu_texts[kernel->family];
    if (!write)
        BUG("no text for %s on target %s", op_name(text.leader->op), emission->plan->target->name);
    write(&text);
}

/* The functions for one instruction set: kernels, and what calls them. */
static void write_set(const Emission *emission, Buf *out, Needs *needs)
{
    for (uint32_t i = 0; i < emission->plan->kernels.count; i++) {
        const Kernel kernel = kernel_with(&emission->plan->kernels.at[i], emission->set);
        emit_kernel(emission, out, &kernel, needs);
    }
    emit_steps_text(emission, out);
}

/* ---- where tensors stand ---- */

/* "at_relu = 0, / * [6][28][28], steps 1 to 2 * /", and of a part "at_relu = at_concat + 96, / * [6][28][28] * /" */
static void write_place(const Emission *emission, Buf *out, const Buffer *buffer)
{
    const char *size = storage_text(emission->arena, &buffer->type), *beside = emission->beside;
    if (buffer->place == BUFFER_PART) {
        const char *whole = emission->plan->buffers.at[buffer->whole].name;
        buf_printf(out, "    %sat_%s = %sat_%s + %lld, /* %s */\n", beside, buffer->name, beside, whole,
                   (long long)buffer->begin, size);
        return;
    }
    buf_printf(out, "    %s%s_%s = %lld, /* %s", beside, buffer->place == BUFFER_WEIGHTS ? "w" : "at", buffer->name,
               (long long)(buffer->offset / 4), size);
    if (buffer->place == BUFFER_WORKSPACE && buffer->first == buffer->last)
        buf_printf(out, ", step %u", buffer->first + 1);
    else if (buffer->place == BUFFER_WORKSPACE)
        buf_printf(out, ", steps %u to %u", buffer->first + 1, buffer->last + 1);
    buf_puts(out, " */\n");
}

void emit_places(const Emission *emission, Buf *out, BufferPlace place, const char *title)
{
    const Plan *plan = emission->plan;
    bool any = false;
    int64_t begin;
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        if (plan->buffers.at[plan_whole(plan, i, &begin)].place != place)
            continue;
        if (!any)
            buf_printf(out, "/* %s, in floats. */\nenum {\n", title);
        any = true;
        write_place(emission, out, &plan->buffers.at[i]);
    }
    if (any)
        buf_puts(out, "};\n\n");
}

/* ---- the interface ---- */

static void write_open(const Emission *emission, Buf *out)
{
    const char *p = emission->prefix, *m = emission->macro;
    line_wrapped(out, open_text(emission));
    buf_puts(out, "{\n    if (!model)\n        return FOVEA_BAD_ARGUMENT;\n");
    const char *cpu = emission->plan->target->sets[emission->plan->target->set_count - 1]->cpu;
    if (cpu)
        buf_printf(out, "    if (!fovea_cpu_has(%s))\n        return FOVEA_WRONG_CPU;\n", cpu);
    buf_printf(out,
               "    /* The hash of all that is compiled in, and how much of the weights the kernels read. */\n"
               "    const fovea_status status = fovea_weights_check(weights, bytes, UINT64_C(0x%016llx), %lld);\n",
               (unsigned long long)emission->plan->architecture, (long long)emission->plan->weights_bytes);
    buf_puts(out, "    if (status != FOVEA_OK)\n        return status;\n");
    buf_puts(out, "    model->weights = (const float *)weights;\n    model->bytes = bytes;\n");
    emit_choice_of_set(emission, out);
    buf_puts(out, "    return FOVEA_OK;\n}\n\n");
    emit_use_text(emission, out);
    line_wrapped(out, session_open_text(emission));
    buf_puts(out, "{\n");
    buf_puts(out, "    if (!session || !model || !workspace || threads < 1)\n        return FOVEA_BAD_ARGUMENT;\n");
    buf_puts(out, "    if ((uintptr_t)workspace % FOVEA_ALIGNMENT)\n        return FOVEA_MISALIGNED;\n");
    buf_printf(
        out,
        "    if (bytes < (size_t)%s_WORKSPACE_BYTES_FOR((size_t)threads))\n        return FOVEA_SMALL_WORKSPACE;\n", m);
    buf_puts(
        out,
        "    session->model = model;\n    session->workspace = (float *)workspace;\n    session->threads = threads;\n"
        "    return FOVEA_OK;\n}\n\n");
    buf_printf(
        out,
        "void %s_session_close(%s_session *session)\n{\n    if (session)\n        session->workspace = NULL;\n}\n\n", p,
        p);
    buf_printf(out,
               "void %s_close(%s_model *model)\n{\n    if (!model)\n        return;\n    model->weights = NULL;\n    "
               "model->bytes = 0;\n}\n\n",
               p, p);
    emit_verify_text(emission, out);
}

void emit_verify_text(const Emission *emission, Buf *out)
{
    const char *p = emission->prefix;
    buf_printf(out,
               "fovea_status %s_verify(const %s_model *model)\n{\n"
               "    return fovea_weights_verify(model->weights, model->bytes);\n}\n\n",
               p, p);
}

void emit_source_text(const Emission *emission, Buf *out)
{
    const Plan *plan = emission->plan;
    Needs needs = {.math = emission->selftest};
    Buf kernels = {0};
    for (int set = 0; set < plan->target->set_count; set++) {
        Emission one = *emission;
        one.set = set;
        emit_set_begin(&one, &kernels);
        write_set(&one, &kernels, &needs);
        emit_set_end(&one, &kernels);
    }
    emit_band_needs(emission, &needs);
    emit_banner(emission, out, arena_printf(emission->arena, "%s.c - a compiled net", emission->prefix));
    buf_printf(out, "#include \"%s.h\"\n\n", emission->prefix);
    if (needs.math)
        buf_puts(out, "#include <math.h>\n");
    if (needs.string)
        buf_puts(out, "#include <string.h>\n");
    if (plan->threaded)
        buf_puts(out, "#ifdef _OPENMP\n#include <omp.h>\n#endif\n");
    buf_puts(out, needs.math || needs.string || plan->threaded ? "\n" : "");
    if (emission->options->bench)
        buf_puts(out, "#include \"bench/fovea_bench.h\"\n\n");
    buf_printf(out,
               "/* A negative size where floats or ints are not what this code needs. */\n"
               "typedef char %s_needs_4_byte_numbers[sizeof(float) == 4 && sizeof(int) >= 4 ? 1 : -1];\n\n",
               emission->prefix);
    if (plan->target->set_count == 1 && plan->target->sets[0]->words[0])
        buf_printf(out, "%s\n", plan->target->sets[0]->words);
    emit_places(emission, out, BUFFER_WEIGHTS,
                arena_printf(emission->arena, "Where each tensor stands in %s.weights", emission->prefix));
    emit_places(emission, out, BUFFER_WORKSPACE,
                "Where each value stands in the workspace, and from which step of a run to which");
    emit_helpers(emission, out, &needs);
    emit_sets_begin(emission, out);
    buf_bytes(out, buf_text(&kernels), kernels.length);
    buf_free(&kernels);
    emit_run_text(emission, out);
    write_open(emission, out);
    emit_selftest_text(emission, out);
    emit_labels_text(emission, out);
}
