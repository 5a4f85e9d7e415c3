/* run.c - PREFIX_run: the steps of the plan as calls of their kernels, or of the functions that call those of a band
 * (bands.c).
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

/* ---- calls ---- */

void write_step(const Emission *emission, Buf *out, const Step *step, const char *x, const char *y, const char *rows)
{
    Buf line = {0};
    buf_printf(&line, "%s_%s(", emission->prefix, emission->plan->kernels.at[step->kernel].name);
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
        buf_printf(&line, ", %s", buffer_text(emission, step->scratch));
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

void emit_run_text(const Emission *emission, Buf *out)
{
    const Plan *plan = emission->plan;
    for (uint32_t i = 0; i < plan->bands.count; i++)
        write_band(emission, out, &plan->bands.at[i]);
    Pointers pointers = pointers_of(plan, 0, plan->steps.count);
    line_wrapped(out, run_text(emission));
    buf_puts(out, "{\n");
    out->indent++;
    if (pointers.weights)
        buf_line(out, "const float *const weights = session->model->weights;");
    if (pointers.memory)
        buf_line(out, "float *const memory = session->workspace;");
    if (!pointers.weights && !pointers.memory)
        buf_line(out, "(void)session;");
    if (!pointers.inputs)
        buf_line(out, "(void)inputs;");
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        const Step *step = &plan->steps.at[i];
        if (step->band == BAND_NONE) {
            write_step(emission, out, step, NULL, NULL, "");
            write_mark(emission, out, step);
        } else if (plan->bands.at[step->band].first == i) {
            write_band_call(emission, out, &plan->bands.at[step->band]);
        }
    }
    buf_line(out, "return FOVEA_OK;");
    buf_close(out);
    buf_line(out, "");
}
