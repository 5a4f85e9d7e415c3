/* vector_matvec.c - fully connected layers and distances (rbf) in the words of a target with vectors.
 *
 * Some panels of weights are read side by side, each in order, so that memory delivers several streams at once; an
 * input value is joined with a vector of each. Of a batch, several examples meet the same weights. Weights of 16 bits
 * become floats as they are loaded. Sums stay in registers until all inputs are in, and are finished one by one as they
 * are stored: that costs nothing beside the weights.
 */
#include "emit/kernel.h"

enum { MATVEC_X, MATVEC_WEIGHT, MATVEC_BIAS };

/* Bytes of weights that are likely to be near when they are asked for. */
enum { FITS_CACHE = 1 << 18 };

typedef struct VectorMatvec {
    KernelText *text;
    const char *vector; /* "v16" */
    int lanes;
    int panel;               /* outputs of one */
    int64_t inputs, outputs; /* of an example */
    int64_t batch, examples; /* all; at a time */
    int64_t together, parts; /* outputs at a time; sums of each */
    DType dtype;             /* of the weights */
    bool prefetched;
} VectorMatvec;

/* ---- sums in registers ---- */

/* The sum of example e, vector v, part p: "a3", "a1_3", "a3b". */
static const char *sum_name(const VectorMatvec *m, int64_t examples, int64_t e, int64_t v, int64_t p)
{
    Arena *arena = m->text->arena;
    const char *part = p ? arena_printf(arena, "_%c", (char)('a' + p)) : "";
    if (examples > 1)
        return arena_printf(arena, "a%lld_%lld%s", (long long)e, (long long)v, part);
    return arena_printf(arena, "a%lld%s", (long long)v, part);
}

/* "pointer + 3 * 16" as a sum, or the pointer alone. */
static const char *vector_at(const VectorMatvec *m, const char *pointer, int64_t place)
{
    return pointer_text(m->text, pointer, arena_printf(m->text->arena, "%lld", (long long)place));
}

/* Where vector v of the outputs stands in the weights, for the input that the pointer is at. */
static int64_t weight_place(const VectorMatvec *m, int64_t v)
{
    int64_t output = v * m->lanes;
    return output / m->panel * m->panel * m->inputs + output % m->panel;
}

/* "v_load(w + 16)", as floats. */
static const char *weight_text(const VectorMatvec *m, int64_t place)
{
    const char *word =
        dtype_is_short(m->dtype) ? arena_printf(m->text->arena, "v_load_%s", dtype_name(m->dtype)) : "v_load";
    return arena_printf(m->text->arena, "%s(%s)", word, vector_at(m, "w", place));
}

/* Processors fetch floats ahead of being asked by themselves, but not two of them in the time of one: of each stream,
 * the line that is this far ahead. */
static void write_prefetch(const VectorMatvec *m, int64_t vectors)
{
    enum { AHEAD = 512 }; /* weights: a KiB */
    for (int64_t output = 0; m->prefetched && output < vectors * m->lanes; output += m->panel)
        buf_line(m->text->out, "v_prefetch_near(%s);", vector_at(m, "w", output * m->inputs + AHEAD));
}

/* The sums begin with the bias, further parts and distances with zero. */
static void write_start(const VectorMatvec *m, int64_t examples, int64_t vectors)
{
    bool has_bias = m->text->leader->input_count > MATVEC_BIAS;
    for (int64_t v = 0; v < vectors; v++)
        for (int64_t e = 0; e < examples; e++)
            for (int64_t p = 0; p < m->parts; p++) {
                const char *bias = arena_printf(m->text->arena, "v_load(%s)", vector_at(m, "bias", v * m->lanes));
                buf_line(m->text->out, "%s %s = %s;", m->vector, sum_name(m, examples, e, v, p),
                         has_bias && p == 0 ? bias : "v_zero()");
            }
}

static void write_join(const VectorMatvec *m, const char *sum, const char *input, const char *weight)
{
    if (m->text->leader->op == OP_rbf) {
        buf_line(m->text->out, "const %s d%s = v_sub(%s, %s);", m->vector, sum + 1, input, weight);
        buf_line(m->text->out, "%s = v_fma(d%s, d%s, %s);", sum, sum + 1, sum + 1, sum);
    } else {
        buf_line(m->text->out, "%s = v_fma(%s, %s, %s);", sum, input, weight, sum);
    }
}

/* One example: each weight is met once, so that it needs no register. `parts` inputs at once, from x[i] on. */
static void write_inputs(const VectorMatvec *m, int64_t vectors, int64_t parts)
{
    Arena *arena = m->text->arena;
    for (int64_t p = 0; p < parts; p++) {
        const char *input = p ? arena_printf(arena, "s_%c", (char)('a' + p)) : "s";
        const char *place = p ? arena_printf(arena, "x + i + %lld", (long long)p) : "x + i";
        buf_line(m->text->out, "const %s %s = v_broadcast(%s);", m->vector, input, place);
        for (int64_t v = 0; v < vectors; v++)
            write_join(m, sum_name(m, 1, 0, v, p), input, weight_text(m, weight_place(m, v) + p * m->panel));
    }
}

/* Several: the weights of an input stay in registers for all of them. */
static void write_examples(const VectorMatvec *m, int64_t vectors, int64_t examples)
{
    Arena *arena = m->text->arena;
    for (int64_t v = 0; v < vectors; v++)
        buf_line(m->text->out, "const %s w%lld = %s;", m->vector, (long long)v, weight_text(m, weight_place(m, v)));
    for (int64_t e = 0; e < examples; e++) {
        const char *input = arena_printf(arena, "s%lld", (long long)e);
        buf_line(m->text->out, "const %s %s = v_broadcast(%s);", m->vector, input,
                 e ? arena_printf(arena, "x + i + %lld", (long long)(e * m->inputs)) : "x + i");
        for (int64_t v = 0; v < vectors; v++)
            write_join(m, sum_name(m, examples, e, v, 0), input, arena_printf(arena, "w%lld", (long long)v));
    }
}

static void write_loop(const VectorMatvec *m, int64_t vectors, int64_t examples)
{
    Buf *out = m->text->out;
    int64_t whole = m->inputs / m->parts * m->parts, step = m->parts * m->panel;
    buf_line(out, "%sconst %s *w = weight;", text_set(m->text)->memory, element_text(m->dtype));
    if (m->parts == 1)
        buf_open(out, "for (int i = 0; i < %lld; i++, w += %lld)", (long long)m->inputs, (long long)step);
    else
        buf_open(out, "for (int i = 0; i < %lld; i += %lld, w += %lld)", (long long)whole, (long long)m->parts,
                 (long long)step);
    write_prefetch(m, vectors);
    if (examples > 1)
        write_examples(m, vectors, examples);
    else
        write_inputs(m, vectors, m->parts);
    buf_close(out);
    if (whole == m->inputs)
        return;
    buf_open(out, "for (int i = %lld; i < %lld; i++, w += %d)", (long long)whole, (long long)m->inputs, m->panel);
    write_inputs(m, vectors, 1);
    buf_close(out);
}

/* Parts of a sum are added in pairs. */
static const char *sum_of_parts(const VectorMatvec *m, int64_t v, int64_t from, int64_t count)
{
    if (count == 1)
        return sum_name(m, 1, 0, v, from);
    return arena_printf(m->text->arena, "v_add(%s, %s)", sum_of_parts(m, v, from, count / 2),
                        sum_of_parts(m, v, from + count / 2, count - count / 2));
}

static int64_t whole_panels(const VectorMatvec *m, int64_t outputs)
{
    return quotient_up(outputs, m->panel) * m->panel;
}

/* "fc1_sums", and for fewer outputs or examples, which come last, "fc1_sums_last", "fc1_sums_rest". */
static const char *sums_name(const VectorMatvec *m, int64_t outputs, int64_t examples)
{
    return arena_printf(m->text->arena, "%s_sums%s%s", m->text->name,
                        outputs < whole_panels(m, m->together) ? "_last" : "", examples < m->examples ? "_rest" : "");
}

/* The function that leaves the sums of some panels in an array, those of one example behind the other. */
static void write_sums(const VectorMatvec *m, int64_t outputs, int64_t examples)
{
    KernelText *text = m->text;
    int64_t vectors = outputs / m->lanes;
    const char *of = examples > 1 ? arena_printf(text->arena, ", of %lld examples", (long long)examples) : "";
    buf_line(text->out, "/* %s%s. */", text_count(text, outputs, "output"), of);
    line_wrapped(text->out,
                 arena_printf(text->arena,
                              "%sstatic void %s(%srestrict x, %sconst %s *restrict weight, %sfloat *restrict sums)",
                              text_set(text)->tile, sums_name(m, outputs, examples), text_reads(text),
                              text_set(text)->memory, element_text(m->dtype),
                              text->leader->input_count > MATVEC_BIAS
                                  ? arena_printf(text->arena, "%srestrict bias, ", text_reads(text))
                                  : ""));
    buf_line(text->out, "{");
    text->out->indent++;
    write_start(m, examples, vectors);
    write_loop(m, vectors, examples);
    for (int64_t e = 0; e < examples; e++)
        for (int64_t v = 0; v < vectors; v++)
            line_wrapped(text->out,
                         arena_printf(text->arena, "v_store(%s, %s);", vector_at(m, "sums", e * outputs + v * m->lanes),
                                      examples > 1 ? sum_name(m, examples, e, v, 0) : sum_of_parts(m, v, 0, m->parts)));
    text_close(text);
}

/* ---- the kernel ---- */

/* Where a part begins: at a variable, or at a number. */
typedef struct Place {
    const char *name;
    int64_t number;
} Place;

static const char *place_times(const VectorMatvec *m, Place at, int64_t times)
{
    if (!at.name)
        return arena_printf(m->text->arena, "%lld", (long long)(at.number * times));
    return times == 1 ? at.name : arena_printf(m->text->arena, "%s * %lld", at.name, (long long)times);
}

/* The sums of `count` outputs from o on, of some examples from n on, finished and stored. */
static void write_part(const VectorMatvec *m, Place o, Place n, int64_t count, int64_t examples)
{
    KernelText *text = m->text;
    Arena *arena = text->arena;
    int64_t outputs = whole_panels(m, count);
    Buf line = {0};
    buf_printf(&line, "%s(%s, %s", sums_name(m, outputs, examples),
               pointer_text(text, "x", place_times(m, n, m->inputs)),
               pointer_text(text, "weight", place_times(m, o, m->inputs)));
    if (text->leader->input_count > MATVEC_BIAS)
        buf_printf(&line, ", %s", pointer_text(text, "bias", place_times(m, o, 1)));
    buf_puts(&line, ", sums);");
    line_wrapped(text->out, buf_text(&line));
    buf_free(&line);
    bool many = examples > 1;
    if (many)
        buf_line(text->out, "for (int e = 0; e < %lld; e++)", (long long)examples);
    text->out->indent += many;
    buf_line(text->out, "for (int b = 0; b < %lld; b++)", (long long)count);
    const char *sum = many ? arena_printf(arena, "sums[e * %lld + b]", (long long)outputs) : "sums[b]";
    const Term terms[] = {
        {n.name, 0, n.name ? 1 : n.number}, {"e", 0, many}, {o.name, 1, o.name ? 1 : o.number}, {"b", 1, 1}};
    const Access one = {.stride = {[1] = 1}}, own = access_of(text_output(text));
    const char *channel = place_text(text, &one, terms, COUNT_OF(terms));
    line_wrapped(text->out,
                 arena_printf(arena, "    y[%s] = %s;", place_text(text, &own, terms, COUNT_OF(terms)),
                              text_finished(text, sum, channel, parallels_at(text, terms, COUNT_OF(terms)), false)));
    text->out->indent -= many;
}

/* So many outputs for all examples. */
static void write_batch(const VectorMatvec *m, Place o, int64_t count)
{
    Buf *out = m->text->out;
    int64_t whole = m->batch / m->examples * m->examples;
    if (whole == m->examples) {
        write_part(m, o, (Place){0}, count, m->examples);
    } else {
        buf_open(out, "for (int n = 0; n < %lld; n += %lld)", (long long)whole, (long long)m->examples);
        write_part(m, o, (Place){.name = "n"}, count, m->examples);
        buf_close(out);
    }
    if (m->batch > whole)
        write_part(m, o, (Place){.number = whole}, count, m->batch - whole);
}

/* The functions that the kernel calls, each once. */
static void write_all_sums(const VectorMatvec *m)
{
    int64_t rest = whole_panels(m, m->outputs % m->together);
    int64_t widths[] = {m->outputs < m->together ? 0 : m->together, rest == m->together ? 0 : rest};
    if (m->outputs < m->together)
        widths[1] = rest;
    int64_t examples[] = {m->examples, m->batch % m->examples};
    for (size_t w = 0; w < COUNT_OF(widths); w++)
        for (size_t e = 0; e < COUNT_OF(examples); e++)
            if (widths[w] && examples[e])
                write_sums(m, widths[w], examples[e]);
}

/* All outputs, or those that a thread has of them: whole turns, and what is left over at the end. */
static void write_outputs(const VectorMatvec *m)
{
    int64_t whole = m->outputs / m->together * m->together, rest = m->outputs - whole;
    if (text_has_turns(m->text, AXIS_MAPS, m->outputs, m->together)) {
        text_turns_open(m->text, AXIS_MAPS, "o", m->outputs, m->together);
        write_batch(m, (Place){.name = "o"}, m->together);
        buf_close(m->text->out);
    } else if (whole) {
        write_batch(m, (Place){0}, whole);
    }
    if (!rest)
        return;
    text_rest_open(m->text, AXIS_MAPS, whole);
    write_batch(m, (Place){.number = whole}, rest);
    text_rest_close(m->text, AXIS_MAPS);
}

void vector_matvec_text(KernelText *text)
{
    const Type *weight = text_input(text, MATVEC_WEIGHT);
    const Shape *y = &text_output(text)->shape;
    VectorMatvec m = {.text = text,
                      .vector = text_set(text)->vector,
                      .lanes = text_set(text)->lanes,
                      .panel = weight->layout.block,
                      .inputs = shape_count(&weight->shape) / y->dim[1],
                      .outputs = y->dim[1],
                      .batch = y->dim[0],
                      .examples = text_tile(text, AXIS_PICTURES),
                      .together = text_tile(text, AXIS_MAPS),
                      .parts = text_tile(text, AXIS_INPUTS),
                      .dtype = weight->dtype};
    m.prefetched = dtype_is_short(m.dtype) && type_bytes(weight) > FITS_CACHE;
    text_comment(text,
                 arena_printf(text->arena, "%s summed in registers, panels of %d read side by side%s%s",
                              text_count(text, MIN(m.together, whole_panels(&m, m.outputs)), "output"), m.panel,
                              m.dtype == DT_F32 ? "" : ", weights in ", m.dtype == DT_F32 ? "" : dtype_name(m.dtype)));
    text_finish(text, false);
    write_all_sums(&m);
    text_open(text);
    buf_line(text->out, "float sums[%lld];", (long long)(m.together * m.examples));
    write_outputs(&m);
    text_close(text);
}
