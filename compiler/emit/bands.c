/* bands.c - the function that lets the kernels of a band go through their rows together:
 *
 *   for (int made1 = 0, made2 = 0; made2 < 112;) {
 *       const int end2 = vgg_least(made2 + 8, 112);
 *       const int end1 = end2 * 2;
 *       vgg_features_2(..., held1, made1, end1);
 *       vgg_features_4(held1, ..., made2, end2);
 *       made1 = end1;
 *       made2 = end2;
 *   }
 *
 * made1: so many rows of the first kernel's result are computed. held1 begins with the row that the second kernel's
 * next window begins with; rows that the next band reads again are moved there.
 */
#include "emit/run.h"

/* Steps that go through rows together, while their function is written; steps count from 0, names from 1. */
typedef struct BandText {
    const Emission *emission;
    Buf *out;
    const Band *band;
    const RowChain *chain;
} BandText;

static const Buffer *held_buffer(const BandText *b, uint32_t k)
{
    return &b->emission->plan->buffers.at[b->emission->plan->steps.at[b->band->first + k].writes[0].buffer];
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

/* What the next kernel needs of value k by the end of the band, more than there is where it ends in padding. */
static const char *needed(const BandText *b, uint32_t k)
{
    const RowWindow *reader = &b->chain->windows[k + 1];
    return linear(b, "end", k + 2, reader->stride, rows_more(reader));
}

/* Whether that comes to more rows than there are. */
static bool needs_more(const BandText *b, uint32_t k)
{
    const RowWindow *reader = &b->chain->windows[k + 1];
    return reader->outputs * reader->stride + rows_more(reader) > reader->inputs;
}

/* Whether the reader of held value k reads zeros around it. */
static bool has_padding(const BandText *b, uint32_t k)
{
    const Plan *plan = b->emission->plan;
    const Step *reader = &plan->steps.at[b->band->first + k + 1];
    return plan->kernels.at[reader->kernel].family == FAMILY_CONV &&
           (b->chain->windows[k + 1].begin < 0 || needs_more(b, k) || layout_has_halo(&held_buffer(b, k)->type.layout));
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

/* A call of keep_rows or zero_rows for held value k: `count` rows from row `from` on. */
static void write_rows_call(const BandText *b, const char *helper, uint32_t k, const char *from, const char *count)
{
    const Buffer *held = held_buffer(b, k);
    line_wrapped(b->out, arena_printf(b->emission->arena, "%s_%s(held%u, %lld, %lld, (%s) * %lld, (%s) * %lld);",
                                      b->emission->prefix, helper, k + 1,
                                      (long long)(held->type.shape.dim[0] * held->type.shape.dim[1]),
                                      (long long)access_of(&held->type).stride[1], from, row_floats(held), count,
                                      row_floats(held)));
}

/* Behind the last row of value k its reader sees zeros, in bands in which it computes something. */
static void write_padding_below(const BandText *b, uint32_t k)
{
    Arena *arena = b->emission->arena;
    const char *reads = rows_may_idle(b->chain, k + 1) ? arena_printf(arena, " && made%u < end%u", k + 2, k + 2) : "";
    buf_line(b->out, "if (end%u == %lld%s)", k + 1, (long long)b->chain->windows[k].outputs, reads);
    b->out->indent++;
    write_rows_call(b, "zero_rows", k, place_held(b, k, arena_printf(arena, "end%u", k + 1), "made"),
                    arena_printf(arena, "%s - end%u", needed(b, k), k + 1));
    b->out->indent--;
}

static void write_band_step(const BandText *b, uint32_t k)
{
    Arena *arena = b->emission->arena;
    const Step *step = &b->emission->plan->steps.at[b->band->first + k];
    const char *x = k > 0 ? arena_printf(arena, "held%u", k) : NULL, *y = NULL;
    bool last = k + 1 == b->chain->count;
    if (!last) {
        y = arena_printf(arena, "held%u", k + 1);
        if (keeps_rows(b, k) || b->chain->windows[k + 1].begin < 0)
            y = arena_printf(arena, "%s + (%s) * %lld", y,
                             place_held(b, k, arena_printf(arena, "made%u", k + 1), "made"),
                             row_floats(held_buffer(b, k)));
    }
    bool idles = rows_may_idle(b->chain, k);
    if (idles) {
        buf_line(b->out, "if (made%u < end%u)", k + 1, k + 1);
        b->out->indent++;
    }
    write_step(b->emission, b->out, step, x, y, arena_printf(arena, ", made%u, end%u", k + 1, k + 1));
    b->out->indent -= idles;
    write_mark(b->emission, b->out, step);
    if (!last && has_padding(b, k) && needs_more(b, k))
        write_padding_below(b, k);
}

/* Rows that the reader of value k reads again in the next band, if it has one, go to the front. */
static void write_keep(const BandText *b, uint32_t k)
{
    Arena *arena = b->emission->arena;
    const RowWindow *reader = &b->chain->windows[k + 1];
    const char *step = reader->stride == 1 ? "" : arena_printf(arena, " * %lld", (long long)reader->stride);
    buf_line(b->out, "if (end%u < %lld)", k + 2, (long long)reader->outputs);
    b->out->indent++;
    write_rows_call(b, "keep_rows", k,
                    arena_printf(arena, step[0] ? "(end%u - made%u)%s" : "end%u - made%u%s", k + 2, k + 2, step),
                    place_held(b, k, arena_printf(arena, "end%u", k + 1), "end"));
    b->out->indent--;
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
    for (uint32_t k = 0; k < last; k++)
        write_band_step(b, k);
    for (uint32_t k = 0; k + 1 < last; k++)
        if (keeps_rows(b, k))
            write_keep(b, k);
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
    buf_printf(&text, "%s to %s in bands of %lld row%s; held between them:",
               plan->kernels.at[plan->steps.at[b->band->first].kernel].name,
               plan->kernels.at[plan->steps.at[b->band->first + b->chain->count - 1].kernel].name,
               (long long)b->chain->by, plural(b->chain->by));
    for (uint32_t k = 0; k + 1 < b->chain->count; k++) {
        int64_t rows = b->chain->windows[k].outputs;
        buf_printf(&text, "%s %lld of %lld row%s", k ? "," : "", (long long)held_buffer(b, k)->held, (long long)rows,
                   plural(rows));
    }
    buf_puts(&text, ". */");
    const char *result = arena_strdup(b->emission->arena, buf_text(&text));
    buf_free(&text);
    return result;
}

void write_band(const Emission *emission, Buf *out, const Band *band)
{
    const BandText b = {emission, out, band, &band->chain};
    Pointers pointers = pointers_of(emission->plan, band->first, band->chain.count);
    const char *p = emission->prefix;
    comment_wrapped(out, "/* ", band_comment(&b));
    line_wrapped(out,
                 arena_printf(emission->arena, "static void %s_%s%s(%sfloat *memory%s%s)", p, band->name,
                              set_suffix(emission), pointers.weights ? "const float *weights, " : "",
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

void write_band_call(const Emission *emission, Buf *out, const Band *band)
{
    Pointers pointers = pointers_of(emission->plan, band->first, band->chain.count);
    line_wrapped(out, arena_printf(emission->arena, "%s_%s%s(%smemory%s%s);", emission->prefix, band->name,
                                   set_suffix(emission), pointers.weights ? "weights, " : "",
                                   pointers.inputs ? ", inputs" : "", pointers.outputs ? ", outputs" : ""));
}

void emit_band_needs(const Emission *emission, Needs *needs)
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
