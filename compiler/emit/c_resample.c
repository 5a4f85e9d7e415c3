/* c_resample.c - one axis in another size, in plain C: where the places of the input begin that a place of the result
 * is a sum of, and what each of them counts, stands in two tables.
 *
 *   for each place of the result:  the elements behind that axis side by side, summed from a few rows of x
 *
 * Where nothing is behind it, or items of a device have an element each, the sums are of single elements.
 */
#include "emit/kernel.h"
#include "ops/resample.h"

enum { FEW_TAPS = 8 }; /* that are written out */

typedef struct ResampleText {
    KernelText *text;
    const ResampleAttrs *attrs;
    ResampleTable table;
    bool picks;       /* one place of weight 1 each */
    bool has_outside; /* of a crop */
    int64_t step;     /* of x along the axis */
    Nest nest;
    int kept;          /* its loops with braces: up to that over the axis, or all of them */
    const char *place; /* of the result, along the axis */
} ResampleText;

/* ---- tables ---- */

/* "net_up_places[j]" */
static const char *begin_of(const ResampleText *r)
{
    return arena_printf(r->text->arena, "%s_places[%s]", r->text->name, r->place);
}

/* "net_up_weights[j * 4 + 2]" */
static const char *weight_of(const ResampleText *r, const char *tap)
{
    Arena *arena = r->text->arena;
    const bool is_first = strcmp(tap, "0") == 0;
    const char *at = arena_printf(arena, "%s * %lld", r->place, (long long)r->table.taps);
    if (strcmp(r->place, "0") == 0)
        at = tap;
    else if (!is_first)
        at = arena_printf(arena, "%s + %s", at, tap);
    return arena_printf(arena, "%s_weights[%s]", r->text->name, at);
}

static void write_tables(const ResampleText *r)
{
    const KernelText *text = r->text;
    const int64_t count = r->table.count, weights = count * r->table.taps;
    const char **entries = NEW_ARRAY(text->arena, const char *, weights);
    const char *constant = text_set(text)->constant;
    for (int64_t i = 0; i < count; i++)
        entries[i] = arena_printf(text->arena, "%lld", (long long)r->table.begin[i]);
    text_table(text->out,
               arena_printf(text->arena, "static %sint %s_places[%lld]", constant, text->name, (long long)count),
               entries, count);
    if (r->picks)
        return;
    for (int64_t i = 0; i < weights; i++)
        entries[i] = float_text(text->arena, r->table.weight[i]);
    text_table(text->out,
               arena_printf(text->arena, "static %sfloat %s_weights[%lld]", constant, text->name, (long long)weights),
               entries, weights);
}

/* ---- sums ---- */

/* What the loops behind the axis add to a pointer: "k", "j * 32 + k"; "0" without any. */
static const char *inner_index(const ResampleText *r, int operand)
{
    Nest inner = r->nest;
    inner.access[operand].base = 0;
    for (int axis = 0; axis < r->kept; axis++)
        inner.access[operand].stride[axis] = 0;
    return nest_index(r->text, &inner, operand);
}

static void write_inner(const ResampleText *r, const char *statement)
{
    nest_lines_open(r->text, &r->nest, r->kept, r->nest.rank);
    line_wrapped(r->text->out, statement);
    r->text->out->indent -= r->nest.rank - r->kept;
}

/* "t * 35", or what that is for a number. */
static const char *tap_place(const ResampleText *r, const char *tap)
{
    const long long step = r->step;
    if (tap[0] >= '0' && tap[0] <= '9')
        return arena_printf(r->text->arena, "%lld", strtoll(tap, NULL, 10) * step);
    return step == 1 ? tap : arena_printf(r->text->arena, "%s * %lld", tap, step);
}

/* "s[k + 35]": what tap `tap` reads. */
static const char *tap_text(const ResampleText *r, const char *tap)
{
    const char *index = inner_index(r, NEST_SOURCE), *at = tap_place(r, tap);
    if (strcmp(at, "0") == 0)
        return arena_printf(r->text->arena, "s[%s]", index);
    return strcmp(index, "0") == 0 ? arena_printf(r->text->arena, "s[%s]", at)
                                   : arena_printf(r->text->arena, "s[%s + %s]", index, at);
}

/* "w0 * s[k] + w1 * s[k + 35]" */
static const char *sum_text(const ResampleText *r)
{
    Arena *arena = r->text->arena;
    const char *sum = "";
    for (int t = 0; t < (int)r->table.taps; t++) {
        const char *tap = tap_text(r, arena_printf(arena, "%d", t));
        sum = r->picks ? tap : arena_printf(arena, "%s%sw%d * %s", sum, t ? " + " : "", t, tap);
    }
    return sum;
}

/* "const float w0 = net_up_weights[j * 2];", a line each. */
static void write_weights(const ResampleText *r)
{
    for (int t = 0; t < (int)r->table.taps; t++)
        buf_line(r->text->out, "const float w%d = %s;", t, weight_of(r, arena_printf(r->text->arena, "%d", t)));
}

static void write_sums(const ResampleText *r)
{
    Buf *out = r->text->out;
    Arena *arena = r->text->arena;
    const char *to = arena_printf(arena, "d[%s]", inner_index(r, NEST_RESULT));
    const long long taps = r->table.taps;
    buf_line(out, "s += %s;", tap_place(r, begin_of(r)));
    if (taps <= FEW_TAPS) {
        if (!r->picks)
            write_weights(r);
        write_inner(r, arena_printf(arena, "%s = %s;", to, sum_text(r)));
        return;
    }
    if (r->kept == r->nest.rank) {
        buf_line(out, "float sum = 0.0f;");
        buf_line(out, "for (int t = 0; t < %lld; t++)", taps);
        buf_line(out, "    sum += %s * %s;", weight_of(r, "t"), tap_text(r, "t"));
        buf_line(out, "%s = sum;", to);
        return;
    }
    write_inner(r, arena_printf(arena, "%s = %s * %s;", to, weight_of(r, "0"), tap_text(r, "0")));
    buf_open(out, "for (int t = 1; t < %lld; t++)", taps);
    buf_line(out, "const float weight = %s;", weight_of(r, "t"));
    write_inner(r, arena_printf(arena, "%s += weight * %s;", to, tap_text(r, "t")));
    buf_close(out);
}

/* One place of the result: what it is a sum of, or what stands for places outside. */
static void write_place(const ResampleText *r)
{
    Buf *out = r->text->out;
    Arena *arena = r->text->arena;
    Nest outer = r->nest;
    outer.rank = r->kept;
    nest_begin(r->text, &outer, NEST_SOURCE,
               arena_printf(arena, "%ss = %s", text_reads(r->text), text_parameter(r->text, 0)));
    nest_begin(r->text, &outer, NEST_RESULT, arena_printf(arena, "%sd = y", text_writes(r->text)));
    if (r->has_outside) {
        const char *to = inner_index(r, NEST_RESULT);
        buf_open(out, "if (%s < 0)", begin_of(r));
        write_inner(r, arena_printf(arena, "d[%s] = %s;", to, float_text(arena, r->attrs->outside)));
        out->indent--;
        buf_line(out, "} else {");
        out->indent++;
    }
    write_sums(r);
    if (r->has_outside)
        buf_close(out);
}

static ResampleText resample_text(KernelText *text)
{
    const ResampleAttrs *attrs = text->leader->attrs;
    ResampleText r = {.text = text, .attrs = attrs, .place = "0"};
    r.table = resample_table(text->arena, attrs, text_input(text, 0)->shape.dim[attrs->axis]);
    r.picks = resample_picks(&r.table);
    for (int64_t i = 0; i < r.table.count; i++)
        r.has_outside |= r.table.begin[i] < 0;
    r.step = access_of(text_input(text, 0)).stride[attrs->axis];
    r.nest = kernel_nest(text->graph, text->kernel);
    const unsigned axis = 1u << attrs->axis;
    while (r.kept < r.nest.rank && r.nest.axes[r.kept] < axis)
        r.kept++;
    if (r.kept < r.nest.rank && r.nest.axes[r.kept] == axis)
        r.place = nest_name(r.kept++);
    if (text_is_spread(text))
        r.kept = r.nest.rank;
    return r;
}

void c_resample_text(KernelText *text)
{
    const ResampleText r = resample_text(text);
    text_comment(
        text, r.picks ? "places picked by a table"
                      : arena_printf(text->arena, "each place a sum of %s", text_count(text, r.table.taps, "place")));
    write_tables(&r);
    text_open(text);
    text_border(text);
    nest_kept_open(text, &r.nest, r.kept);
    write_place(&r);
    nest_kept_close(text, r.kept);
    text_close(text);
}
