/* run.c - PREFIX_run: the steps of the plan as calls of their kernels. Steps that go through rows together are called
 * band by band, by a function of their own:
 *
 *   for (int made1 = 0, made2 = 0; made2 < 112;) {
 *       const int end2 = vgg_least(made2 + 8, 112);
 *       const int end1 = end2 * 2;
 *       vgg_features_2(..., held1, made1, end1);
 *       vgg_features_4(held1, ..., made2, end2);
 *       made1 = end1, made2 = end2;
 *   }
 *
 * made1: so many rows of the first kernel's result are computed. held1 begins with the first row that the second one
 * reads next.
 */
#include "emit/emit.h"
#include "emit/kernel.h"

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

/* Which of the pointers that buffers are written with occur in some steps. */
typedef struct Pointers {
    bool weights, memory, inputs, outputs;
} Pointers;

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

static Pointers pointers_of(const Plan *plan, uint32_t first, uint32_t count)
{
    Pointers pointers = {0};
    for (uint32_t i = first; i < first + count; i++) {
        note_pointer(plan, plan->steps.at[i].writes, &pointers);
        for (uint32_t r = 0; r < plan->steps.at[i].read_count; r++)
            note_pointer(plan, plan->steps.at[i].reads[r].buffer, &pointers);
    }
    return pointers;
}

/* ---- calls ---- */

/* `x`, `y`: texts for its first read and for what it writes, NULL where its buffers say it; `rows`: further arguments.
 */
static void write_call(const Emission *emission, Buf *out, const Step *step, const char *x, const char *y,
                       const char *rows)
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
    buf_printf(&line, "%s%s);", y ? y : buffer_text(emission, step->writes), rows);
    line_wrapped(out, buf_text(&line));
    buf_free(&line);
}

/* ---- bands ---- */

/* Steps that go through rows together, while their function is written; steps count from 0, names from 1. */
typedef struct BandText {
    const Emission *emission;
    Buf *out;
    const Band *band;
    const RowChain *chain;
} BandText;

static const Buffer *held_buffer(const BandText *b, uint32_t k)
{
    return &b->emission->plan->buffers.at[b->emission->plan->steps.at[b->band->first + k].writes];
}

/* Floats in a row of it. */
static long long row_floats(const Buffer *held)
{
    return (long long)access_of(&held->type).stride[2];
}

/* "end2 * 2 + 1", without what changes nothing. */
static const char *linear(const BandText *b, const char *name, uint32_t number, int64_t factor, int64_t more)
{
    const char *text =
        arena_printf(b->emission->arena, factor == 1 ? "%s%u" : "%s%u * %lld", name, number, (long long)factor);
    if (!more)
        return text;
    return arena_printf(b->emission->arena, "%s %c %lld", text, more < 0 ? '-' : '+', llabs((long long)more));
}

/* Whether rows of held value k stay for the next band. */
static bool keeps_rows(const BandText *b, uint32_t k)
{
    return b->chain->windows[k + 1].extent > b->chain->windows[k + 1].stride;
}

/* Whether the reader of held value k reads zeros around it. */
static bool has_padding(const BandText *b, uint32_t k)
{
    const Plan *plan = b->emission->plan;
    const Step *reader = &plan->steps.at[b->band->first + k + 1];
    const RowWindow *window = &b->chain->windows[k + 1];
    bool below = (window->outputs - 1) * window->stride + window->begin + window->extent > window->inputs;
    return plan->kernels.at[reader->kernel].family == FAMILY_CONV &&
           (window->begin < 0 || below || layout_has_halo(&held_buffer(b, k)->type.layout));
}

/* What the next kernel needs of value k by the end of the band, more than there is where it ends in padding. */
static const char *needed(const BandText *b, uint32_t k)
{
    const RowWindow *reader = &b->chain->windows[k + 1];
    return linear(b, "end", k + 2, reader->stride, reader->begin + reader->extent - reader->stride);
}

static bool needs_more(const BandText *b, uint32_t k)
{
    const RowWindow *reader = &b->chain->windows[k + 1];
    return reader->outputs * reader->stride + reader->begin + reader->extent - reader->stride > reader->inputs;
}

/* "made1 - made2 * 2 + 1": where row `row` ("made1") is in held value k, which begins with the reader's next window. */
static const char *place_held(const BandText *b, uint32_t k, const char *row, const char *reader_row)
{
    const RowWindow *reader = &b->chain->windows[k + 1];
    return arena_printf(b->emission->arena, "%s - %s", row,
                        linear(b, reader_row, k + 2, reader->stride, -reader->begin));
}

static void write_ends(const BandText *b)
{
    Arena *arena = b->emission->arena;
    const char *p = b->emission->prefix;
    uint32_t last = b->chain->count;
    long long rows = b->chain->windows[last - 1].outputs, by = b->chain->by;
    if (rows % by)
        buf_line(b->out, "const int end%u = %s_least(made%u + %lld, %lld);", last, p, last, by, rows);
    else
        buf_line(b->out, "const int end%u = made%u + %lld;", last, last, by);
    for (uint32_t k = last - 1; k-- > 0;) {
        const char *end = needed(b, k);
        if (needs_more(b, k))
            end = arena_printf(arena, "%s_least(%s, %lld)", p, end, (long long)b->chain->windows[k].outputs);
        buf_line(b->out, "const int end%u = %s;", k + 1, end);
    }
}

static void write_band_step(const BandText *b, uint32_t k)
{
    Arena *arena = b->emission->arena;
    const Step *step = &b->emission->plan->steps.at[b->band->first + k];
    const char *x = k > 0 ? arena_printf(arena, "held%u", k) : NULL, *y = NULL;
    if (k + 1 < b->chain->count) {
        const RowWindow *reader = &b->chain->windows[k + 1];
        y = arena_printf(arena, "held%u", k + 1);
        if (keeps_rows(b, k) || reader->begin < 0)
            y = arena_printf(arena, "%s + (%s) * %lld", y,
                             place_held(b, k, arena_printf(arena, "made%u", k + 1), "made"),
                             row_floats(held_buffer(b, k)));
    }
    write_call(b->emission, b->out, step, x, y, arena_printf(arena, ", made%u, end%u", k + 1, k + 1));
    if (!y || !has_padding(b, k) || !needs_more(b, k))
        return;
    const Buffer *held = held_buffer(b, k);
    buf_line(b->out, "if (end%u == %lld)", k + 1, (long long)b->chain->windows[k].outputs);
    b->out->indent++;
    line_wrapped(b->out, arena_printf(arena, "%s_zero_rows(held%u, %lld, %lld, (%s) * %lld, (%s - end%u) * %lld);",
                                      b->emission->prefix, k + 1,
                                      (long long)(held->type.shape.dim[0] * held->type.shape.dim[1]),
                                      (long long)access_of(&held->type).stride[1],
                                      place_held(b, k, arena_printf(arena, "end%u", k + 1), "made"), row_floats(held),
                                      needed(b, k), k + 1, row_floats(held)));
    b->out->indent--;
}

/* Rows that the next band reads again go to the front. */
static void write_keep(const BandText *b, uint32_t k)
{
    Arena *arena = b->emission->arena;
    const Buffer *held = held_buffer(b, k);
    const RowWindow *reader = &b->chain->windows[k + 1];
    line_wrapped(b->out, arena_printf(arena, "%s_keep_rows(held%u, %lld, %lld, (end%u - made%u) * %lld, (%s) * %lld);",
                                      b->emission->prefix, k + 1,
                                      (long long)(held->type.shape.dim[0] * held->type.shape.dim[1]),
                                      (long long)access_of(&held->type).stride[1], k + 2, k + 2,
                                      (long long)reader->stride * row_floats(held),
                                      place_held(b, k, arena_printf(arena, "end%u", k + 1), "end"), row_floats(held)));
}

static void write_loop(const BandText *b)
{
    Buf line = {0};
    uint32_t last = b->chain->count;
    for (uint32_t k = 1; k <= last; k++)
        buf_printf(&line, "%smade%u = 0", k > 1 ? ", " : "", k);
    buf_open(b->out, "for (int %s; made%u < %lld;)", buf_text(&line), last,
             (long long)b->chain->windows[last - 1].outputs);
    write_ends(b);
    bool keeps = false;
    for (uint32_t k = 0; k < last; k++) {
        write_band_step(b, k);
        keeps |= k + 1 < last && keeps_rows(b, k);
    }
    if (keeps)
        buf_open(b->out, "if (end%u < %lld)", last, (long long)b->chain->windows[last - 1].outputs);
    for (uint32_t k = 0; k + 1 < last; k++)
        if (keeps_rows(b, k))
            write_keep(b, k);
    if (keeps)
        buf_close(b->out);
    for (uint32_t k = 1; k <= last; k++)
        buf_line(b->out, "made%u = end%u;", k, k);
    buf_close(b->out);
    buf_free(&line);
}

/* "features.0 to features.4 in bands of 8 rows; held between them: 18 of 224 rows, 16 of 224 rows" */
static const char *band_comment(const BandText *b)
{
    const Plan *plan = b->emission->plan;
    Buf text = {0};
    buf_printf(&text, "%s to %s in bands of %lld rows; held between them:",
               plan->kernels.at[plan->steps.at[b->band->first].kernel].name,
               plan->kernels.at[plan->steps.at[b->band->first + b->chain->count - 1].kernel].name,
               (long long)b->chain->by);
    for (uint32_t k = 0; k + 1 < b->chain->count; k++)
        buf_printf(&text, "%s %lld of %lld rows", k ? "," : "", (long long)held_buffer(b, k)->held,
                   (long long)b->chain->windows[k].outputs);
    buf_puts(&text, ". */");
    const char *result = arena_strdup(b->emission->arena, buf_text(&text));
    buf_free(&text);
    return result;
}

static void write_band(const Emission *emission, Buf *out, const Band *band)
{
    const BandText b = {emission, out, band, &band->chain};
    Pointers pointers = pointers_of(emission->plan, band->first, band->chain.count);
    const char *p = emission->prefix;
    comment_wrapped(out, "/* ", band_comment(&b));
    line_wrapped(out,
                 arena_printf(emission->arena, "static void %s_%s(%sfloat *memory%s%s)", p, band->name,
                              pointers.weights ? "const float *weights, " : "",
                              pointers.inputs ? arena_printf(emission->arena, ", const %s_inputs *inputs", p) : "",
                              pointers.outputs ? arena_printf(emission->arena, ", const %s_outputs *outputs", p) : ""));
    buf_puts(out, "{\n");
    out->indent++;
    for (uint32_t k = 0; k + 1 < band->chain.count; k++)
        buf_line(out, "float *const held%u = memory + at_%s;", k + 1, held_buffer(&b, k)->name);
    for (uint32_t k = 0; k + 1 < band->chain.count; k++)
        if (has_padding(&b, k))
            buf_line(out, "memset(held%u, 0, %lld * sizeof *held%u); /* padding */", k + 1,
                     (long long)held_buffer(&b, k)->bytes / 4, k + 1);
    write_loop(&b);
    buf_close(out);
    buf_line(out, "");
}

static void write_band_call(const Emission *emission, Buf *out, const Band *band)
{
    Pointers pointers = pointers_of(emission->plan, band->first, band->chain.count);
    line_wrapped(out, arena_printf(emission->arena, "%s_%s(%smemory%s%s);", emission->prefix, band->name,
                                   pointers.weights ? "weights, " : "", pointers.inputs ? ", inputs" : "",
                                   pointers.outputs ? ", outputs" : ""));
}

/* Asks for the helpers that the bands of a plan call. */
void emit_band_needs(const Emission *emission, struct Needs *needs)
{
    const Plan *plan = emission->plan;
    for (uint32_t i = 0; i < plan->bands.count; i++) {
        const BandText b = {emission, NULL, &plan->bands.at[i], &plan->bands.at[i].chain};
        uint32_t last = b.chain->count - 1;
        needs->least |= b.chain->windows[last].outputs % b.chain->by != 0;
        for (uint32_t k = 0; k < last; k++) {
            needs->least |= needs_more(&b, k);
            needs->keep_rows |= keeps_rows(&b, k);
            needs->zero_rows |= has_padding(&b, k) && needs_more(&b, k);
            needs->string |= has_padding(&b, k) || keeps_rows(&b, k);
        }
    }
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
        if (step->band == BAND_NONE)
            write_call(emission, out, step, NULL, NULL, "");
        else if (plan->bands.at[step->band].first == i)
            write_band_call(emission, out, &plan->bands.at[step->band]);
    }
    buf_line(out, "return FOVEA_OK;");
    buf_close(out);
    buf_line(out, "");
}
