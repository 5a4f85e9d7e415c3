/* run.c - PREFIX_run: the steps of the plan as calls of their kernels, or of the functions that call those of a band
 * (bands.c).
 *
 * Where threads share kernels, each of them goes through all steps, and does its share of each:
 *
 *   vgg_conv1(..., memory + at_conv1, VGG_SHARE(224, 1));     rows 0 .. 111 in thread 0, 112 .. 223 in thread 1
 *   vgg_wait(all);
 *   vgg_conv2(memory + at_conv1, ...);
 */
#include "emit/run.h"

/* ---- buffers ---- */

static const char *buffer_text(const Emission *emission, uint32_t index)
{
    const Buffer *buffer = &emission->plan->buffers.at[index];
    const Graph *graph = emission->graph;
    const char *output;
    switch (buffer->place) {
    case BUFFER_INPUT:
        return arena_printf(emission->arena, "inputs->%s", port_field(emission, &graph->inputs.at[buffer->port]));
    case BUFFER_OUTPUT:
        return arena_printf(emission->arena, "outputs->%s", port_field(emission, &graph->outputs.at[buffer->port]));
    case BUFFER_WEIGHTS:
        if (dtype_is_short(buffer->type.dtype))
            return arena_printf(emission->arena, "(const uint16_t *)(weights + w_%s)", buffer->name);
        return arena_printf(emission->arena, "weights + w_%s", buffer->name);
    case BUFFER_PART:
        if (emission->plan->buffers.at[buffer->whole].place == BUFFER_WORKSPACE)
            break;
        output = buffer_text(emission, buffer->whole);
        return buffer->begin ? arena_printf(emission->arena, "%s + %lld", output, (long long)buffer->begin) : output;
    case BUFFER_WORKSPACE:
        break;
    }
    return arena_printf(emission->arena, "memory + at_%s", buffer->name);
}

static void note_pointer(const Plan *plan, uint32_t buffer, Pointers *pointers)
{
    int64_t begin;
    switch (plan->buffers.at[plan_whole(plan, buffer, &begin)].place) {
    case BUFFER_WEIGHTS:
        pointers->weights = true;
        break;
    case BUFFER_INPUT:
        pointers->inputs = true;
        break;
    case BUFFER_OUTPUT:
        pointers->outputs = true;
        break;
    case BUFFER_WORKSPACE:
    case BUFFER_PART:
        pointers->memory = true;
        break;
    }
}

Pointers pointers_of(const Plan *plan, uint32_t first, uint32_t count)
{
    Pointers pointers = {0};
    for (uint32_t i = first; i < first + count; i++) {
        for (uint32_t w = 0; w < plan->steps.at[i].write_count; w++)
            note_pointer(plan, plan->steps.at[i].writes[w].buffer, &pointers);
        if (plan->steps.at[i].scratch != BUFFER_NONE)
            note_pointer(plan, plan->steps.at[i].scratch, &pointers);
        for (uint32_t r = 0; r < plan->steps.at[i].read_count; r++)
            note_pointer(plan, plan->steps.at[i].reads[r].buffer, &pointers);
    }
    return pointers;
}

/* The loop of a step's kernel that threads share, with the instruction set that is written for. */
static const Loop *step_shared(const Emission *emission, const Step *step)
{
    const Kernel *kernel = &emission->plan->kernels.at[step->kernel];
    return tiling_shared(emission->set ? &kernel->others[emission->set - 1].tiling : &kernel->tiling);
}

/* Of what threads share, each has scratch memory of its own: thread 0 where the plan has it, others behind the plan. */
static const char *scratch_text(const Emission *emission, const Step *step)
{
    if (!step_shared(emission, step))
        return buffer_text(emission, step->scratch);
    return arena_printf(emission->arena, "%s_SCRATCH(at_%s)", emission->macro,
                        emission->plan->buffers.at[step->scratch].name);
}

/* ---- calls ---- */

void write_step(const Emission *emission, Buf *out, const Step *step, const char *x, const char *y, const char *rows)
{
    Buf line = {0};
    buf_printf(&line, "%s_%s%s(", emission->prefix, emission->plan->kernels.at[step->kernel].name,
               set_suffix(emission));
    for (uint32_t i = 0; i < step->read_count; i++) {
        const Read *read = &step->reads[i];
        if (i == emission->plan->kernels.at[step->kernel].in_place)
            continue;
        buf_puts(&line, i == 0 && x ? x : buffer_text(emission, read->buffer));
        if (read->first)
            buf_printf(&line, " + %lld", (long long)read->first);
        buf_puts(&line, ", ");
    }
    buf_puts(&line, y ? y : buffer_text(emission, step->writes[0].buffer));
    for (uint32_t w = 1; w < step->write_count; w++)
        buf_printf(&line, ", %s", buffer_text(emission, step->writes[w].buffer));
    if (step->scratch != BUFFER_NONE)
        buf_printf(&line, ", %s", scratch_text(emission, step));
    buf_printf(&line, "%s);", rows);
    line_wrapped(out, buf_text(&line));
    buf_free(&line);
}

void write_mark(const Emission *emission, Buf *out, const Step *step)
{
    if (emission->options->bench)
        buf_line(out, "fovea_bench_mark(%td);", step - emission->plan->steps.at);
}

/* ---- the run ---- */

static void write_pointers(const Emission *emission, Buf *out)
{
    Pointers pointers = pointers_of(emission->plan, 0, emission->plan->steps.count);
    if (pointers.weights)
        buf_line(out, "const float *const weights = session->model->weights;");
    if (pointers.memory)
        buf_line(out, "float *const memory = session->workspace;");
    if (!pointers.weights && !pointers.memory)
        buf_line(out, "(void)session;");
    if (!pointers.inputs)
        buf_line(out, "(void)inputs;");
}

/* A step, or a whole band at its first one. */
static void write_steps_at(const Emission *emission, Buf *out, uint32_t i)
{
    const Plan *plan = emission->plan;
    const Step *step = &plan->steps.at[i];
    const Loop *shared = step_shared(emission, step);
    const char *part = "";
    if (shared)
        part = arena_printf(emission->arena, ", %s_SHARE(%lld, %lld)", emission->macro, (long long)shared->length,
                            (long long)shared->together);
    if (step->band == BAND_NONE) {
        write_step(emission, out, step, NULL, NULL, part);
        if (shared && emission->options->bench)
            buf_line(out, "if (me == 0)");
        write_mark(emission, out, step);
    } else if (plan->bands.at[step->band].first == i) {
        write_band_call(emission, out, &plan->bands.at[step->band]);
    }
}

static bool is_alone(const Emission *emission, uint32_t step)
{
    return !step_shared(emission, &emission->plan->steps.at[step]);
}

/* Steps that thread 0 computes stand in one block. */
static void write_shared_steps(const Emission *emission, Buf *out)
{
    const Plan *plan = emission->plan;
    for (uint32_t i = 0; i < plan->steps.count;) {
        bool alone = is_alone(emission, i);
        uint32_t end = i + 1;
        while (alone && end < plan->steps.count && is_alone(emission, end) && !plan->steps.at[end].waits)
            end++;
        if (plan->steps.at[i].waits)
            buf_line(out, "%s_wait(all);", emission->prefix);
        bool block = alone && (end > i + 1 || emission->options->bench);
        if (alone) {
            buf_line(out, "if (me == 0)%s", block ? " {" : "");
            out->indent++;
        }
        for (; i < end; i++)
            write_steps_at(emission, out, i);
        out->indent -= alone;
        if (block)
            buf_line(out, "}");
    }
}

/* The head of a function that does what is to be done in a run, or what one thread does of it. */
static void write_steps_head(const Emission *emission, Buf *out, const char *suffix)
{
    const char *p = emission->prefix;
    line_wrapped(out,
                 arena_printf(emission->arena,
                              "static void %s_steps%s(const %s_session *session, const %s_inputs *inputs, const "
                              "%s_outputs *outputs%s)",
                              p, suffix, p, p, p, emission->plan->threaded ? ", unsigned mode, int me, int all" : ""));
    buf_puts(out, "{\n");
}

/* What one thread does, in a function of its own. */
static void write_thread(const Emission *emission, Buf *out)
{
    buf_puts(out, "/* What thread `me` of `all` does in a run: its share of the loops of each kernel. What is not "
                  "worth sharing, thread "
                  "0\n * computes alone. `mode`: how the caller of the run computes. */\n");
    write_steps_head(emission, out, set_suffix(emission));
    out->indent++;
    write_pointers(emission, out);
    buf_line(out, "const unsigned before = fovea_float_mode();");
    buf_line(out, "fovea_float_mode_set(mode | FOVEA_FLUSH);");
    write_shared_steps(emission, out);
    buf_line(out, "fovea_float_mode_set(before);");
    buf_close(out);
    buf_line(out, "");
}

/* The run of a net of which some kernels are shared out. */
static void write_threads(const Emission *emission, Buf *out)
{
    const char *p = emission->prefix;
    if (has_sets(emission)) {
        buf_puts(out, "/* The same with the instructions that the model uses. */\n");
        write_steps_head(emission, out, "");
        emit_call_of_set(emission, out, "steps", "session, inputs, outputs, mode, me, all");
        buf_puts(out, "}\n\n");
    }
    line_wrapped(out, run_text(emission));
    buf_printf(out,
               "{\n"
               "    const unsigned mode = fovea_float_mode();\n"
               "#ifdef _OPENMP\n"
               "    if (session->threads > 1) {\n"
               "#pragma omp parallel num_threads(session->threads)\n"
               "        %s_steps(session, inputs, outputs, mode, omp_get_thread_num(), omp_get_num_threads());\n"
               "        return FOVEA_OK;\n"
               "    }\n"
               "#endif\n"
               "    %s_steps(session, inputs, outputs, mode, 0, 1);\n"
               "    return FOVEA_OK;\n}\n\n",
               p, p);
}

static void write_all_steps(const Emission *emission, Buf *out)
{
    for (uint32_t i = 0; i < emission->plan->steps.count; i++)
        write_steps_at(emission, out, i);
}

void emit_steps_text(const Emission *emission, Buf *out)
{
    const Plan *plan = emission->plan;
    for (uint32_t i = 0; i < plan->bands.count; i++)
        write_band(emission, out, &plan->bands.at[i]);
    if (plan->threaded) {
        write_thread(emission, out);
    } else if (has_sets(emission)) {
        buf_puts(out, "/* What a run does. */\n");
        write_steps_head(emission, out, set_suffix(emission));
        out->indent++;
        write_pointers(emission, out);
        write_all_steps(emission, out);
        buf_close(out);
        buf_line(out, "");
    }
}

void emit_run_text(const Emission *emission, Buf *out)
{
    if (emission->plan->threaded) {
        write_threads(emission, out);
        return;
    }
    line_wrapped(out, run_text(emission));
    buf_puts(out, "{\n");
    out->indent++;
    if (!has_sets(emission))
        write_pointers(emission, out);
    buf_line(out, "const unsigned mode = fovea_float_mode();");
    buf_line(out, "fovea_float_mode_set(mode | FOVEA_FLUSH); /* subnormals take long: here they are zeros */");
    if (has_sets(emission))
        emit_call_of_set(emission, out, "steps", "session, inputs, outputs");
    else
        write_all_steps(emission, out);
    buf_line(out, "fovea_float_mode_set(mode);");
    buf_line(out, "return FOVEA_OK;");
    buf_close(out);
    buf_line(out, "");
}
