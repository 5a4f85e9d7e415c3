/* c_pad.c - padding in plain C, row by row of the result.
 *
 *   for each row r:  which row of x it shows (none: filled), then what stands left of it, the row itself by memcpy, and
 *                    what stands right of it
 *
 * No element of the inside is tested. Axes without padding whose elements lie together are one.
 */
#include "emit/kernel.h"
#include "ops/pad.h"

/* An axis of the result, or several in one. */
typedef struct PaddedAxis {
    PadAxis pad;
    int64_t length;   /* of the input */
    int64_t from, to; /* strides of x and y */
    const char *name; /* of the loop */
} PaddedAxis;

typedef struct PadText {
    KernelText *text;
    int mode;
    const char *value; /* CONSTANT */
    int count;         /* axes; the last one is the row */
    PaddedAxis axis[MAX_RANK];
} PadText;

static bool is_padded(const PaddedAxis *axis)
{
    return axis->pad.before || axis->pad.behind;
}

static int64_t padded_length(const PaddedAxis *axis)
{
    return axis->pad.before + axis->length + axis->pad.behind;
}

/* ---- axes ---- */

static bool can_join(const PaddedAxis *outer, const PaddedAxis *inner)
{
    return !is_padded(outer) && !is_padded(inner) && outer->from == inner->from * inner->length &&
           outer->to == inner->to * inner->length;
}

static void add_axis(PadText *p, PaddedAxis axis)
{
    PaddedAxis *outer = p->count ? &p->axis[p->count - 1] : NULL;
    bool single = padded_length(&axis) == 1;
    if (outer && single && outer->from == 1 && outer->to == 1)
        return;
    if (outer && padded_length(outer) == 1) {
        *outer = axis;
    } else if (outer && can_join(outer, &axis)) {
        axis.length *= outer->length;
        *outer = axis;
    } else {
        p->axis[p->count++] = axis;
    }
}

static PadText pad_text(KernelText *text)
{
    static const char *const picture[] = {"n", "c", "r", "i"}, *const other[] = {"n", "c", "i", "j", "k", "l"};
    const PadAttrs *attrs = text->leader->attrs;
    const Shape *x = &text_input(text, 0)->shape;
    Access from = access_of(text_input(text, 0)), to = access_of(text_output(text));
    PadText p = {.text = text, .mode = attrs->mode, .value = float_text(text->arena, attrs->value)};
    for (int axis = 0; axis < x->rank; axis++)
        add_axis(&p, (PaddedAxis){.pad = pad_axis(attrs, x->rank, axis),
                                  .length = x->dim[axis],
                                  .from = from.stride[axis],
                                  .to = to.stride[axis],
                                  .name = x->rank == 4 ? picture[axis] : other[axis]});
    return p;
}

/* ---- places ---- */

static const char *less(const PadText *p, const char *name, int64_t by)
{
    return by ? arena_printf(p->text->arena, "%s - %lld", name, (long long)by) : name;
}

/* "r < 2 ? 2 - r : r < 7 ? r - 2 : 10 - r": what an outer axis shows at a place, mirrored or repeated. */
static const char *source_text(const PadText *p, const PaddedAxis *axis)
{
    Arena *arena = p->text->arena;
    long long before = axis->pad.before, length = axis->length;
    bool mirror = p->mode == PAD_REFLECT;
    const char *text = less(p, axis->name, before);
    if (axis->pad.behind) {
        const char *behind = arena_printf(arena, "%lld", length - 1);
        if (mirror)
            behind = arena_printf(arena, "%lld - %s", 2 * (length - 1) + before, axis->name);
        text = arena_printf(arena, "%s < %lld ? %s : %s", axis->name, before + length, text, behind);
    }
    if (before) {
        const char *front = mirror ? arena_printf(arena, "%lld - %s", before, axis->name) : "0";
        text = arena_printf(arena, "%s < %lld ? %s : %s", axis->name, before, front, text);
    }
    return text;
}

/* "y + c * 99 + r * 11", or with the places in x. */
static const char *row_text(const PadText *p, bool of_x)
{
    Arena *arena = p->text->arena;
    int64_t base = access_of(of_x ? text_input(p->text, 0) : text_output(p->text)).base;
    const char *text = of_x ? "x" : "y";
    if (base)
        text = arena_printf(arena, "%s + %lld", text, (long long)base);
    for (int i = 0; i + 1 < p->count; i++) {
        const PaddedAxis *axis = &p->axis[i];
        const char *place = axis->name;
        if (of_x && is_padded(axis) && p->mode != PAD_CONSTANT)
            place = arena_printf(arena, "from_%s", axis->name);
        else if (of_x && axis->pad.before)
            place = arena_printf(arena, "(%s)", less(p, place, axis->pad.before));
        text = arena_printf(arena, "%s + %s * %lld", text, place, (long long)(of_x ? axis->from : axis->to));
    }
    return text;
}

/* "r < 2 || r >= 7": where a row shows nothing of x; NULL when each shows something. */
static const char *outside_text(const PadText *p)
{
    const char *text = NULL;
    for (int i = 0; i + 1 < p->count; i++) {
        const PaddedAxis *axis = &p->axis[i];
        long long sides[] = {axis->pad.before, axis->pad.before + axis->length};
        for (int side = 0; side < 2; side++) {
            if (!(side ? axis->pad.behind : axis->pad.before))
                continue;
            text = arena_printf(p->text->arena, "%s%s%s %s %lld", text ? text : "", text ? " || " : "", axis->name,
                                side ? ">=" : "<", sides[side]);
        }
    }
    return text;
}

/* ---- a row ---- */

/* `count` elements from `at`, "d[9]", on; a single one is assigned. */
static void write_fill(const PadText *p, int64_t at, int64_t count, const char *value)
{
    const char *place = at ? arena_printf(p->text->arena, "d + %lld", (long long)at) : "d";
    if (count == 1) {
        buf_line(p->text->out, "d[%lld] = %s;", (long long)at, value);
        return;
    }
    p->text->needs->fill = true;
    buf_line(p->text->out, "%s_fill(%s, %lld, %s);", p->text->prefix, place, (long long)count, value);
}

/* The mirror image: s[first], s[first - 1], ... */
static void write_mirror(const PadText *p, int64_t at, int64_t count, int64_t first)
{
    if (count == 1) {
        buf_line(p->text->out, "d[%lld] = s[%lld];", (long long)at, (long long)first);
        return;
    }
    const char *place = at ? arena_printf(p->text->arena, "%lld + i", (long long)at) : "i";
    buf_line(p->text->out, "for (int i = 0; i < %lld; i++)", (long long)count);
    buf_line(p->text->out, "    d[%s] = s[%lld - i];", place, (long long)first);
}

/* What stands left or right of the elements that a row shows. */
static void write_side(const PadText *p, bool right)
{
    const PaddedAxis *row = &p->axis[p->count - 1];
    int64_t at = right ? row->pad.before + row->length : 0, count = right ? row->pad.behind : row->pad.before;
    const char *edge = arena_printf(p->text->arena, "s[%lld]", right ? (long long)row->length - 1 : 0);
    if (!count)
        return;
    if (p->mode == PAD_REFLECT)
        write_mirror(p, at, count, right ? row->length - 2 : count);
    else
        write_fill(p, at, count, p->mode == PAD_EDGE ? edge : p->value);
}

static void write_row(const PadText *p)
{
    Buf *out = p->text->out;
    const PaddedAxis *row = &p->axis[p->count - 1];
    long long before = row->pad.before, length = row->length;
    buf_line(out, "float *d = %s;", row_text(p, false));
    const char *outside = p->mode == PAD_CONSTANT ? outside_text(p) : NULL;
    if (outside) {
        buf_open(out, "if (%s)", outside);
        write_fill(p, 0, padded_length(row), p->value);
        buf_line(out, "continue;");
        buf_close(out);
    }
    buf_line(out, "const float *s = %s;", row_text(p, true));
    write_side(p, false);
    buf_line(out, "memcpy(d%s, s, %lld * sizeof *d);", before ? arena_printf(p->text->arena, " + %lld", before) : "",
             length);
    write_side(p, true);
}

void c_pad_text(KernelText *text)
{
    PadText p = pad_text(text);
    static const char *const how[] = {"row by row, filled where it shows nothing of x",
                                      "row by row, mirrored at the borders", "row by row, the borders repeated"};
    text->needs->string = true;
    text_comment(text, how[p.mode]);
    text_open(text);
    text_border(text);
    for (int i = 0; i + 1 < p.count; i++) {
        const PaddedAxis *axis = &p.axis[i];
        buf_open(text->out, "for (int %s = 0; %s < %lld; %s++)", axis->name, axis->name, (long long)padded_length(axis),
                 axis->name);
        if (is_padded(axis) && p.mode != PAD_CONSTANT)
            buf_line(text->out, "const int from_%s = %s;", axis->name, source_text(&p, axis));
    }
    write_row(&p);
    for (int i = 0; i + 1 < p.count; i++)
        buf_close(text->out);
    text_close(text);
}
