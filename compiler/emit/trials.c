/* trials.c - kernels of a plan in a table for the program that times them (see trials.h).
 *
 * Each is called by a function that knows nothing of its neighbours: what it reads and writes comes as pointers, in the
 * order of its parameters.
 */
#include "emit/trials.h"
#include "emit/emit.h"
#include "emit/run.h"
#include "tune/fovea_trials.h"

bool trial_is_possible(const Plan *plan, const Step *step)
{
    bool floats = true;
    for (uint32_t i = 0; i < step->read_count; i++)
        floats &= graph_node(plan->graph, step->reads[i].value)->type.dtype == DT_F32;
    return floats && step->band == BAND_NONE && step->read_count <= FOVEA_TRIAL_READS &&
           step->write_count + 1 <= FOVEA_TRIAL_WRITES;
}

static void write_call(const Emission *emission, Buf *out, const Trial *trial, uint32_t number)
{
    const Plan *plan = emission->plan;
    const Step *step = trial->step;
    const Kernel *kernel = &plan->kernels.at[step->kernel];
    const Loop *shared = tiling_shared(&kernel->tiling);
    Buf line = {0};
    buf_printf(&line, "%s_%s(", emission->prefix, kernel->name);
    for (uint32_t i = 0; i < step->read_count; i++)
        if (i != kernel->in_place)
            buf_printf(&line, "from[%u], ", i);
    uint32_t writes = step->write_count + (step->scratch != BUFFER_NONE);
    for (uint32_t i = 0; i < writes; i++)
        buf_printf(&line, "%sto[%u]", i ? ", " : "", i);
    if (shared)
        buf_printf(&line, ", 0, %lld", (long long)shared->length);
    buf_puts(&line, ");");
    buf_printf(out, "static void %s_call%u(const float *const *from, float *const *to)\n{\n", emission->prefix, number);
    out->indent++;
    line_wrapped(out, buf_text(&line));
    buf_close(out);
    buf_line(out, "");
    buf_free(&line);
}

static void write_row(const Emission *emission, Buf *out, const Trial *trial, uint32_t number)
{
    const Plan *plan = emission->plan;
    const Step *step = trial->step;
    uint32_t writes = step->write_count + (step->scratch != BUFFER_NONE);
    buf_printf(out, "    {%d, %d, %s_call%u, %u, %u, {", trial->shape, trial->way, emission->prefix, number,
               step->read_count, writes);
    for (uint32_t i = 0; i < step->read_count; i++) {
        const Buffer *buffer = &plan->buffers.at[step->reads[i].buffer];
        long long floats = buffer->place == BUFFER_WEIGHTS ? -(long long)(buffer->bytes / dtype_bytes(DT_F32))
                                                           : (long long)step->reads[i].count;
        buf_printf(out, "%s%lld", i ? ", " : "", floats);
    }
    buf_puts(out, "}, {");
    for (uint32_t i = 0; i < step->write_count; i++) {
        const Type *type = &graph_node(plan->graph, step->writes[i].value)->type;
        buf_printf(out, "%s%lld", i ? ", " : "", (long long)layout_count(&type->layout, &type->shape));
    }
    if (step->scratch != BUFFER_NONE)
        buf_printf(out, ", %lld", (long long)plan->kernels.at[step->kernel].scratch);
    buf_puts(out, "}},\n");
}

void emit_trials(Buf *out, const Diag *diag, const Plan *plan, const char *prefix, const Trial *trials, uint32_t count)
{
    Arena *arena = arena_new();
    EmitOptions options = {.prefix = prefix};
    Emission emission = {.arena = arena,
                         .beside = "",
                         .diag = diag,
                         .plan = plan,
                         .graph = plan->graph,
                         .options = &options,
                         .prefix = prefix,
                         .macro = macro_text(arena, prefix)};
    Needs needs = {0};
    Buf kernels = {0};
    for (uint32_t i = 0; i < count; i++)
        emit_kernel(&emission, &kernels, &plan->kernels.at[trials[i].step->kernel], &needs);
    buf_puts(out, "#include \"bench/fovea_bench.h\"\n#include \"tune/fovea_trials.h\"\n\n");
    buf_puts(out, "#include <math.h>\n#include <string.h>\n\n");
    buf_printf(out, "%s\n", plan->target->sets[0]->words);
    emit_helpers(&emission, out, &needs);
    buf_bytes(out, buf_text(&kernels), kernels.length);
    for (uint32_t i = 0; i < count; i++)
        write_call(&emission, out, &trials[i], i);
    buf_printf(out, "const fovea_trial %s_trials[] = {\n", prefix);
    for (uint32_t i = 0; i < count; i++)
        write_row(&emission, out, &trials[i], i);
    buf_puts(out, "};\n");
    buf_free(&kernels);
    arena_free(arena);
}

void emit_trials_main(Buf *out, const Target *target, const uint32_t *counts, uint32_t tables)
{
    buf_puts(out, "#include \"tune/fovea_trials.h\"\n\n");
    for (uint32_t i = 0; i < tables; i++)
        buf_printf(out, "extern const fovea_trial t%u_trials[];\n", i);
    buf_puts(out, "\nint main(int argc, char **argv)\n{\n    const fovea_trial_table tables[] = {\n");
    for (uint32_t i = 0; i < tables; i++)
        buf_printf(out, "        {t%u_trials, %u},\n", i, counts[i]);
    buf_printf(out, "    };\n    return fovea_trials_main(argc, argv, \"%s\", tables, %u);\n}\n", target->name, tables);
}
