/* gpu_matvec.c - fully connected layers and distances (rbf) on GPUs; plan/gpu_matvec.h says how they are divided.
 *
 *   for each slice of the inputs, in local memory
 *       each item: 4 inputs times their weights for 4 outputs of a panel, then those that all rows of items are further
 *   the sums of all rows of items, by way of local memory, to one sum each; finished and stored
 *
 * Where inputs are divided between groups, these leave their sums in scratch memory, and a second launch adds them.
 */
#include "plan/gpu_matvec.h"
#include "emit/gpu.h"

enum { MATVEC_X, MATVEC_WEIGHT, MATVEC_BIAS };

typedef struct MatvecText {
    KernelText *text;
    GpuMatvec m;
    DType dtype; /* of the weights */
} MatvecText;

static bool has_bias(const MatvecText *t)
{
    return t->text->leader->input_count > MATVEC_BIAS;
}

static const char *number(const MatvecText *t, int64_t value)
{
    return arena_printf(t->text->arena, "%lld", (long long)value);
}

/* "(n + e) * 784": the place of an example, of which there may be one alone. */
static const char *example_times(const MatvecText *t, int64_t step)
{
    const Access access = {.stride = {step}};
    const Term terms[] = {{"n", 0, t->m.turns > 1}, {"e", 0, t->m.examples > 1}};
    return place_text(t->text, &access, terms, COUNT_OF(terms));
}

/* ---- sums of an item ---- */

/* "v4 a0 = v_set(-0.0f), a1 = v_set(-0.0f);": from -0 on, to which adding changes nothing. */
static void write_start(const MatvecText *t)
{
    Buf line = {0};
    for (long long e = 0; e < t->m.examples; e++)
        buf_printf(&line, "%sa%lld = v_set(-0.0f)", e ? ", " : "", e);
    line_wrapped(t->text->out, arena_printf(t->text->arena, "%s %s;", text_set(t->text)->vector, buf_text(&line)));
    buf_free(&line);
}

/* The weights of the k-th input from w on, with its values s0.s1, s1.s1, ...; "s0", "s1", ... without a `part`. */
static void write_joins(const MatvecText *t, int64_t k, const char *part)
{
    KernelText *text = t->text;
    Buf *out = text->out;
    const char *load =
        dtype_is_short(t->dtype) ? arena_printf(text->arena, "v_read_%s", dtype_name(t->dtype)) : "v_read";
    buf_line(out, "const %s w%lld = %s(%s);", text_set(text)->vector, (long long)k, load,
             pointer_text(text, "w", number(t, k * t->m.panel)));
    for (long long e = 0; e < t->m.examples; e++) {
        if (text->leader->op == OP_rbf) {
            buf_line(out, "const %s d%lld_%lld = v_sub(v_set(s%lld%s), w%lld);", text_set(text)->vector, e,
                     (long long)k, e, part, (long long)k);
            buf_line(out, "a%lld = v_fma(d%lld_%lld, d%lld_%lld, a%lld);", e, e, (long long)k, e, (long long)k, e);
        } else {
            buf_line(out, "a%lld = v_fma(v_set(s%lld%s), w%lld, a%lld);", e, e, part, (long long)k, e);
        }
    }
}

/* What is in local memory: 4 inputs at a time, and what is left over one by one. */
static void write_sums(const MatvecText *t)
{
    KernelText *text = t->text;
    Buf *out = text->out;
    const GpuMatvec *m = &t->m;
    int64_t at_once = m->rows * GPU_MATVEC_TOGETHER;
    bool rest = m->inputs % GPU_MATVEC_TOGETHER;
    static const char *const parts[GPU_MATVEC_TOGETHER] = {".s0", ".s1", ".s2", ".s3"};
    if (rest)
        buf_line(out, "int i = row;");
    buf_open(out, "for (%s; i < %s; i += %lld, w += %lld)", rest ? "" : "int i = row", rest ? "count / 4 * 4" : "count",
             (long long)at_once, (long long)(at_once * m->panel));
    for (long long e = 0; e < m->examples; e++)
        buf_line(out, "const %s s%lld = v_load_near(tile + %si);", text_set(text)->vector, e,
                 e ? arena_printf(text->arena, "%lld + ", e * (long long)m->slice) : "");
    for (int k = 0; k < GPU_MATVEC_TOGETHER; k++)
        write_joins(t, k, parts[k]);
    buf_close(out);
    if (!rest)
        return;
    buf_open(out, "for (; i < count; i++, w += %lld)", (long long)m->panel);
    for (long long e = 0; e < m->examples; e++)
        buf_line(out, "const float s%lld = tile[%si];", e,
                 e ? arena_printf(text->arena, "%lld + ", e * (long long)m->slice) : "");
    write_joins(t, 0, "");
    buf_close(out);
}

/* A slice of the inputs to local memory. */
static void write_inputs(const MatvecText *t)
{
    Buf *out = t->text->out;
    const GpuMatvec *m = &t->m;
    bool many = m->examples > 1, cut = m->batch % m->examples;
    if (many)
        buf_open(out, "for (int e = 0; e < %lld; e++)", (long long)m->examples);
    const char *example = example_times(t, m->inputs);
    if (cut) {
        t->text->needs->least = true;
        buf_line(out, "const int last = %s_least(n + e, %lld);", t->text->prefix, (long long)m->batch - 1);
        example = arena_printf(t->text->arena, "last * %lld", (long long)m->inputs);
    }
    buf_line(out, "for (int i = item; i < count; i += %lld)", (long long)m->items);
    buf_line(out, "    tile[%si] = x[%s%sfrom + i];",
             many ? arena_printf(t->text->arena, "e * %lld + ", (long long)m->slice) : "",
             strcmp(example, "0") == 0 ? "" : example, strcmp(example, "0") == 0 ? "" : " + ");
    if (many)
        buf_close(out);
}

/* All inputs of a portion, slice by slice: "from" is the first of a slice, and "count" how many it has. */
static void write_slices(const MatvecText *t)
{
    KernelText *text = t->text;
    Buf *out = text->out;
    const GpuMatvec *m = &t->m;
    bool parts = m->parts > 1, many = m->portion > m->slice;
    const char *begin = parts ? arena_printf(text->arena, "part * %lld", (long long)m->portion) : "0";
    const char *end = number(t, m->inputs);
    if (parts && many) {
        text->needs->least = true;
        buf_line(out, "const int end = %s_least(%s + %lld, %lld);", text->prefix, begin, (long long)m->portion,
                 (long long)m->inputs);
        end = "end";
    }
    if (many) {
        text->needs->least = true;
        buf_open(out, "for (int from = %s; from < %s; from += %lld)", begin, end, (long long)m->slice);
        buf_line(out, "const int count = %s_least(%lld, %s - from);", text->prefix, (long long)m->slice, end);
        buf_line(out, "barrier(CLK_LOCAL_MEM_FENCE);");
    } else if (parts) {
        text->needs->least = true;
        buf_line(out, "const int from = %s;", begin);
        buf_line(out, "const int count = %s_least(%lld, %lld - from);", text->prefix, (long long)m->portion,
                 (long long)m->inputs);
    } else {
        buf_line(out, "const int from = 0, count = %lld;", (long long)m->inputs);
    }
    write_inputs(t);
    buf_line(out, "barrier(CLK_LOCAL_MEM_FENCE);");
    buf_line(out, "%sconst %s *w = weight + o * %lld + (from + row) * %lld + lane;", text_set(text)->memory,
             element_text(t->dtype), (long long)m->inputs, (long long)m->panel);
    write_sums(t);
    if (many)
        buf_close(out);
}

/* ---- one sum an output ---- */

/* What is stored of the sum of an output. */
static void write_finished(const MatvecText *t, const Term *terms, int count)
{
    KernelText *text = t->text;
    const Access one = {.stride = {[1] = 1}}, own = access_of(text_output(text));
    const char *finished =
        text_finished(text, "sum", place_text(text, &one, terms, count), parallels_at(text, terms, count), false);
    line_wrapped(text->out, arena_printf(text->arena, "y[%s] = %s;", place_text(text, &own, terms, count), finished));
}

/* The sums of all rows of items to one: by example and output, an item each. */
static void write_fold(const MatvecText *t)
{
    KernelText *text = t->text;
    Buf *out = text->out;
    const GpuMatvec *m = &t->m;
    long long panel = m->panel, sums = m->rows * m->panel;
    buf_line(out, "barrier(CLK_LOCAL_MEM_FENCE);");
    for (long long e = 0; e < m->examples; e++)
        buf_line(out, "v_store_near(tile + %srow * %lld + lane, a%lld);",
                 e ? arena_printf(text->arena, "%lld + ", e * sums) : "", panel / GPU_MATVEC_TOGETHER, e);
    buf_line(out, "barrier(CLK_LOCAL_MEM_FENCE);");
    const char *sum = m->examples > 1 ? "sum_at" : "b";
    buf_open(out, "for (int %s = item; %s < %lld; %s += %lld)", sum, sum, panel * (long long)m->examples, sum,
             (long long)m->items);
    if (m->examples > 1)
        buf_line(out, "const int e = sum_at / %lld, b = sum_at %% %lld;", panel, panel);
    bool cut_outputs = m->outputs % m->panel && m->parts == 1, cut_batch = m->batch % m->examples;
    if (cut_outputs || cut_batch)
        buf_line(out, "if (%s%s%s)",
                 cut_outputs ? arena_printf(text->arena, "o + b >= %lld", (long long)m->outputs) : "",
                 cut_outputs && cut_batch ? " || " : "",
                 cut_batch ? arena_printf(text->arena, "n + e >= %lld", (long long)m->batch) : "");
    if (cut_outputs || cut_batch)
        buf_line(out, "    continue;");
    buf_line(out, "float sum = %s;", has_bias(t) && m->parts == 1 ? "bias[o + b]" : "0.0f");
    buf_line(out, "for (int k = 0; k < %lld; k++)", (long long)m->rows);
    buf_line(out, "    sum += tile[%s%sk * %lld];",
             m->examples > 1 ? arena_printf(text->arena, "e * %lld + ", sums) : "", "b + ", panel);
    if (m->parts > 1) {
        const char *example = example_times(t, m->panels * m->panel);
        buf_line(out, "scratch[part * %lld + %s%so + b] = sum;", (long long)(m->batch * m->panels * m->panel),
                 strcmp(example, "0") == 0 ? "" : example, strcmp(example, "0") == 0 ? "" : " + ");
    } else {
        const Term terms[] = {{"n", 0, m->turns > 1}, {"e", 0, m->examples > 1}, {"o", 1, 1}, {"b", 1, 1}};
        write_finished(t, terms, COUNT_OF(terms));
    }
    buf_close(out);
}

/* ---- the launches ---- */

static void write_group(const MatvecText *t)
{
    KernelText *text = t->text;
    Buf *out = text->out;
    const GpuMatvec *m = &t->m;
    long long across = m->panel / GPU_MATVEC_LANES;
    const unsigned sums = USES_X | USES_WEIGHT | USES_TILE;
    if (m->parts > 1)
        gpu_open(text, "_sums", sums | USES_SCRATCH);
    else
        gpu_open(text, "", sums | USES_BIAS | USES_EPILOGUE | USES_Y);
    buf_line(out, "const int item = get_local_id(0), lane = item %% %lld * %d, row = item / %lld * %d;", across,
             GPU_MATVEC_LANES, across, GPU_MATVEC_TOGETHER);
    const GroupAxis axes[] = {
        {"o", m->panels, m->panel, false}, {"n", m->turns, m->examples, true}, {"part", m->parts, 1, true}};
    gpu_groups(text, axes, COUNT_OF(axes));
    write_start(t);
    write_slices(t);
    write_fold(t);
    text_close(text);
}

/* The sums of all portions to one. */
static void write_second(const MatvecText *t)
{
    KernelText *text = t->text;
    const GpuMatvec *m = &t->m;
    long long padded = m->panels * m->panel;
    gpu_open(text, "", USES_SCRATCH | USES_BIAS | USES_EPILOGUE | USES_Y);
    const ItemAxis axes[] = {{"n", m->batch}, {"o", m->outputs}};
    items_open(text, axes, COUNT_OF(axes));
    buf_line(text->out, "float sum = %s;", has_bias(t) ? "bias[o]" : "0.0f");
    buf_line(text->out, "for (int part = 0; part < %lld; part++)", (long long)m->parts);
    buf_line(text->out, "    sum += scratch[(part * %lld + n) * %lld + o];", (long long)m->batch, padded);
    const Term terms[] = {{"n", 0, m->batch > 1}, {"o", 1, 1}};
    write_finished(t, terms, COUNT_OF(terms));
    buf_close(text->out);
    text_close(text);
}

void gpu_matvec_text(KernelText *text)
{
    MatvecText t = {.text = text, .m = gpu_matvec_sizes(text->graph, text->kernel)};
    t.dtype = text_input(text, MATVEC_WEIGHT)->dtype;
    const char *parts = t.m.parts > 1
                            ? arena_printf(text->arena, "; %lld inputs a group, whose sums a second launch adds",
                                           (long long)t.m.portion)
                            : "";
    const char *weights = t.dtype == DT_F32 ? "" : arena_printf(text->arena, ", weights in %s", dtype_name(t.dtype));
    text_comment(text, arena_printf(text->arena, "a panel of %lld outputs a group, %lld inputs at a time%s%s",
                                    (long long)t.m.panel, (long long)(t.m.rows * GPU_MATVEC_TOGETHER), weights, parts));
    text_finish(text, false);
    write_group(&t);
    if (t.m.parts > 1)
        write_second(&t);
}
