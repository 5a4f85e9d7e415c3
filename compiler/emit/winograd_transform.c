/* winograd_transform.c - the transforms of Winograd's algorithm, in vectors of channels: B^T d B of the pixels of a
 * tile, and A^T s A of its sums.
 *
 * Both are the same transform of each row and then of each column. Points come in pairs, p and -p: what they have in
 * common, even powers of p, is computed once (s), and so are odd powers (d):
 *
 *   y1 = s + p * d,  y2 = s - p * d       on the way there, where s sums the even x, and d the odd ones
 *   e = t1 + t2,     o = t1 - t2          on the way back, where outputs take powers of p of the one or the other
 *
 * All fractions are of powers of two, and so exact as floats.
 */
#include "emit/winograd.h"

/* ---- sums ---- */

typedef struct Sum {
    Arena *arena;
    const char *text; /* NULL: nothing yet */
} Sum;

static bool is(Fraction a, int64_t number)
{
    return a.under == 1 && a.over == number;
}

static const char *constant(Arena *arena, Fraction a)
{
    return arena_printf(arena, "v_set(%s)", float_text(arena, fraction_value(a)));
}

/* Adds a times the vector of that name. */
static void sum_add(Sum *sum, Fraction a, const char *name)
{
    if (a.over == 0)
        return;
    if (!sum->text)
        sum->text = is(a, 1) ? name : arena_printf(sum->arena, "v_mul(%s, %s)", constant(sum->arena, a), name);
    else if (is(a, 1))
        sum->text = arena_printf(sum->arena, "v_add(%s, %s)", sum->text, name);
    else if (is(a, -1))
        sum->text = arena_printf(sum->arena, "v_sub(%s, %s)", sum->text, name);
    else
        sum->text = arena_printf(sum->arena, "v_fma(%s, %s, %s)", constant(sum->arena, a), name, sum->text);
}

/* The sum of a[k] times NAMEk over k = from, from + step, ... below `count`: first one that is taken as it is. */
static const char *sum_of(Arena *arena, const Fraction *a, const char *name, int from, int step, int count)
{
    Sum sum = {.arena = arena};
    int first = count;
    for (int k = from; k < count && first == count; k += step)
        if (is(a[k], 1))
            first = k;
    if (first < count)
        sum_add(&sum, a[first], arena_printf(arena, "%s%d", name, first));
    for (int k = from; k < count; k += step)
        if (k != first)
            sum_add(&sum, a[k], arena_printf(arena, "%s%d", name, k));
    return sum.text;
}

static Fraction over(Fraction a, Fraction b)
{
    Fraction c = {a.over * b.under, a.under * b.over};
    for (int64_t divisor = 2; divisor <= 8; divisor *= 2) /* all are of powers of two */
        while (c.over % 2 == 0 && c.under % 2 == 0) {
            c.over /= 2;
            c.under /= 2;
        }
    return c;
}

/* ---- there ---- */

void winograd_forward_lines(const WinogradText *w, WinogradLine *store)
{
    KernelText *text = w->text;
    const Winograd *m = &w->sizes.matrices;
    int a = m->a;
    for (int i = 1; i + 1 < a; i += 2) {
        Fraction odd[WINOGRAD_MOST];
        for (int k = 0; k < a; k++)
            odd[k] = over(m->inputs[i][k], m->points[i]);
        line_wrapped(text->out, arena_printf(text->arena, "const %s s%d = %s, d%d = %s;", w->vector, i,
                                             sum_of(text->arena, m->inputs[i], "x", 0, 2, a), i,
                                             sum_of(text->arena, odd, "x", 1, 2, a)));
    }
    line_wrapped(text->out, store(w, 0, sum_of(text->arena, m->inputs[0], "x", 0, 1, a)));
    for (int i = 1; i + 1 < a; i++) {
        int pair = i - 1 + i % 2;
        Fraction p = m->points[i];
        Sum sum = {.arena = text->arena, .text = arena_printf(text->arena, "s%d", pair)};
        sum_add(&sum, p, arena_printf(text->arena, "d%d", pair));
        line_wrapped(text->out, store(w, i, sum.text));
    }
    line_wrapped(text->out, store(w, a - 1, sum_of(text->arena, m->inputs[a - 1], "x", 0, 1, a)));
}

static const char *kept_row(const WinogradText *w, int i, const char *value)
{
    return arena_printf(w->text->arena, "rows[i][%d] = %s;", i, value);
}

static const char *stored_point(const WinogradText *w, int i, const char *value)
{
    const char *place =
        arena_printf(w->text->arena, "%lld", (long long)(i * w->sizes.matrices.a * w->sizes.input_point));
    return arena_printf(w->text->arena, "v_store(%s, %s);", pointer_text(w->text, "v", place), value);
}

static const char *kept_column(const WinogradText *w, int i, const char *value)
{
    return arena_printf(w->text->arena, "columns[%d][j] = %s;", i, value);
}

void winograd_load_lines(const WinogradText *w, const char *name, int count, WinogradLoad *load)
{
    enum { IN_A_LINE = 4 };
    Buf line = {0};
    for (int k = 0; k < count; k++) {
        bool ends = k % IN_A_LINE == IN_A_LINE - 1 || k + 1 == count;
        buf_printf(&line, "%s %s%d = %s%s", k % IN_A_LINE ? "," : arena_printf(w->text->arena, "const %s", w->vector),
                   name, k, load(w, k), ends ? ";" : "");
        if (ends) {
            buf_line(w->text->out, "%s", buf_text(&line));
            buf_clear(&line);
        }
    }
    buf_free(&line);
}

static const char *load_pixel(const WinogradText *w, int k)
{
    const char *place = arena_printf(w->text->arena, "%lld", (long long)(k * w->in.stride[3]));
    return arena_printf(w->text->arena, "v_load(%s)", pointer_text(w->text, "x", place));
}

static const char *load_kept_row(const WinogradText *w, int k)
{
    return arena_printf(w->text->arena, "rows[%d][j]", k);
}

static const char *load_sum(const WinogradText *w, int k)
{
    const char *place = arena_printf(w->text->arena, "%lld", (long long)(k * w->sizes.matrices.a * w->sizes.sum_point));
    return arena_printf(w->text->arena, "v_load(%s)", pointer_text(w->text, "sums", place));
}

static const char *load_kept_column(const WinogradText *w, int k)
{
    return arena_printf(w->text->arena, "columns[i][%d]", k);
}

void winograd_forward(const WinogradText *w)
{
    KernelText *text = w->text;
    Buf *out = text->out;
    int a = w->sizes.matrices.a;
    buf_line(out, "/* B^T d B of the %d x %d pixels at x, for %lld channels: a point each, to v. */", a, a,
             (long long)text_set(text)->lanes);
    line_wrapped(out, arena_printf(text->arena, "%sstatic void %s_forward(%srestrict x, %srestrict v)",
                                   text_set(text)->tile, text->name, text_reads(text), text_writes(text)));
    buf_line(out, "{");
    out->indent++;
    buf_line(out, "%s rows[%d][%d];", w->vector, a, a);
    buf_open(out, "for (int i = 0; i < %d; i++, x += %lld)", a, (long long)w->in.stride[2]);
    winograd_load_lines(w, "x", a, load_pixel);
    winograd_forward_lines(w, kept_row);
    buf_close(out);
    buf_open(out, "for (int j = 0; j < %d; j++, v += %lld)", a, (long long)w->sizes.input_point);
    winograd_load_lines(w, "x", a, load_kept_row);
    winograd_forward_lines(w, stored_point);
    buf_close(out);
    text_close(text);
}

/* ---- back ---- */

void winograd_inverse_lines(const WinogradText *w, int64_t count, const char *start, WinogradLine *store)
{
    KernelText *text = w->text;
    const Winograd *m = &w->sizes.matrices;
    int a = m->a;
    for (int i = 1; i + 1 < a; i += 2)
        buf_line(text->out,
                 count > 1 ? "const %s e%d = v_add(t%d, t%d), o%d = v_sub(t%d, t%d);"
                           : "const %s e%d = v_add(t%d, t%d);",
                 w->vector, i, i, i + 1, i, i, i + 1);
    for (int k = 0; k < count; k++) {
        Sum sum = {.arena = text->arena, .text = start};
        if (k == 0)
            sum_add(&sum, m->outputs[0][0], "t0");
        for (int i = 1; i + 1 < a; i += 2)
            sum_add(&sum, m->outputs[k][i], arena_printf(text->arena, "%s%d", k % 2 ? "o" : "e", i));
        if (k == m->m - 1)
            sum_add(&sum, m->outputs[k][a - 1], arena_printf(text->arena, "t%d", a - 1));
        line_wrapped(text->out, store(w, k, sum.text));
    }
}

/* Infinity goes into the last output alone. */
static int points_for(const WinogradText *w, int64_t outputs)
{
    return w->sizes.matrices.a - (outputs < w->sizes.matrices.m);
}

static const char *stored_output(const WinogradText *w, int k, const char *value)
{
    KernelText *text = w->text;
    const Term terms[] = {{"i", 2, 1}, {NULL, 3, k}};
    const char *at = pointer_text(text, "y", place_text(text, &w->out, terms, COUNT_OF(terms)));
    const char *finished = text_finished(text, value, "0", parallels_at(text, terms, COUNT_OF(terms)), true);
    return arena_printf(text->arena, "v_store(%s, %s);", at, finished);
}

static const char *kept_output(const WinogradText *w, int k, const char *value)
{
    KernelText *text = w->text;
    return arena_printf(text->arena, "pixels[k][%d] = %s;", k, text_finished(text, value, "0", NULL, true));
}

/* Two rows at a time, and the largest of each two pixels of both: from minus infinity on, so that NaN is passed over.
 */
static void write_pooled(const WinogradText *w, int64_t rows, int64_t columns)
{
    KernelText *text = w->text;
    Buf *out = text->out;
    buf_open(out, "for (int p = 0; p < %lld; p++)", (long long)rows / 2);
    buf_line(out, "%s pixels[2][%lld];", w->vector, (long long)columns);
    buf_open(out, "for (int k = 0, i = 2 * p; k < 2; k++, i++)");
    winograd_load_lines(w, "t", points_for(w, columns), load_kept_column);
    winograd_inverse_lines(w, columns, w->has_bias ? "b" : NULL, kept_output);
    buf_close(out);
    for (int64_t c = 0; c < columns; c += 2) {
        const Term terms[] = {{"p", 2, 1}, {NULL, 3, c / 2}};
        const char *value = "v_set(-INFINITY)";
        for (int k = 0; k < 4; k++)
            value = arena_printf(text->arena, "v_max(pixels[%d][%lld], %s)", k / 2, (long long)c + k % 2, value);
        const char *at = pointer_text(text, "y", place_text(text, &w->out, terms, COUNT_OF(terms)));
        line_wrapped(out, arena_printf(text->arena, "v_store(%s, %s);", at, value));
    }
    buf_close(out);
    text->needs->math = true;
}

void winograd_inverse(const WinogradText *w, const char *part, int64_t rows, int64_t columns)
{
    KernelText *text = w->text;
    Buf *out = text->out, head = {0};
    int a = w->sizes.matrices.a;
    buf_line(out, "/* A^T s A of the %d x %d sums of a tile, for %lld maps: %lld x %lld of the output%s. */", a, a,
             (long long)text_set(text)->lanes, (long long)rows, (long long)columns,
             w->pooled ? ", the largest of each 2 x 2" : "");
    buf_printf(&head, "%sstatic void %s%s(%srestrict sums, ", text_set(text)->tile, text->name, part, text_reads(text));
    for (uint32_t i = CONV_BIAS; i < text_parameter_count(text); i++)
        if (!text_in_place(text, i))
            buf_printf(&head, "%srestrict %s, ", text_reads(text), text_parameter(text, i));
    buf_printf(&head, "%srestrict y)", text_writes(text));
    line_wrapped(out, buf_text(&head));
    buf_free(&head);
    buf_line(out, "{");
    out->indent++;
    if (w->has_bias)
        buf_line(out, "const %s b = v_load(bias);", w->vector);
    buf_line(out, "%s columns[%lld][%d];", w->vector, (long long)rows, a);
    buf_open(out, "for (int j = 0; j < %d; j++, sums += %lld)", a, (long long)w->sizes.sum_point);
    winograd_load_lines(w, "t", points_for(w, rows), load_sum);
    winograd_inverse_lines(w, rows, NULL, kept_column);
    buf_close(out);
    if (w->pooled) {
        write_pooled(w, rows, columns);
    } else {
        buf_open(out, "for (int i = 0; i < %lld; i++)", (long long)rows);
        winograd_load_lines(w, "t", points_for(w, columns), load_kept_column);
        winograd_inverse_lines(w, columns, w->has_bias ? "b" : NULL, stored_output);
        buf_close(out);
    }
    text_close(text);
}

/* ---- the matrices ---- */

static void matrix_lines(const WinogradText *w, const char *name, const Fraction at[WINOGRAD_MOST][WINOGRAD_MOST],
                         int rows, int columns)
{
    Buf line = {0};
    for (int i = 0; i < rows; i++) {
        buf_clear(&line);
        buf_printf(&line, " *   %-5s", i ? "" : name);
        for (int j = 0; j < columns; j++)
            buf_printf(&line, " %6s", fraction_text(w->text->arena, at[i][j]));
        buf_line(w->text->out, "%s", buf_text(&line));
    }
    buf_free(&line);
}

void winograd_matrices(const WinogradText *w)
{
    const Winograd *m = &w->sizes.matrices;
    matrix_lines(w, "B^T", m->inputs, m->a, m->a);
    matrix_lines(w, "G", m->kernels, m->a, m->r);
    matrix_lines(w, "A^T", m->outputs, m->m, m->a);
}
