/* c_pad.c - padding in plain C, row by row of the result.
 *
 *   for each row r:  which row of x it shows (none: filled), then what stands left of it, the row itself by memcpy, and
 *                    what stands right of it
 *
 * No element of the inside is tested. Axes without padding whose elements lie together are one. Where items of a device
 * have an element each, the row is gone through as the axes around it.
 */
#include "emit/kernel.h"
#include "ops/pad.h"

typedef struct PadText {
    KernelText *text;
    int mode;
    const char *value; /* CONSTANT */
    int count;         /* axes; the last one is the row */
    int outer;         /* axes whose places are looked for: all but the row, which is copied */
    PaddedAxis axis[MAX_RANK];
} PadText;

static bool is_padded(const PaddedAxis *axis)
{
    return axis->before || axis->behind;
}

static int64_t padded_length(const PaddedAxis *axis)
{
    return axis->before + axis->length + axis->behind;
}

/* ---- axes ---- */

/* Of its loop. */
static const char *name_of(const PadText *p, const PaddedAxis *axis)
{
    static const char *const picture[] = {"n", "c", "r", "i"}, *const other[] = {"n", "c", "i", "j", "k", "l"};
    return (text_output(p->text)->shape.rank == 4 ? picture : other)[axis->axis];
}

static PadText pad_text(KernelText *text)
{
    const PadAttrs *attrs = text->leader->attrs;
    PadText p = {.text = text, .mode = attrs->mode, .value = float_text(text->arena, attrs->value)};
    p.count = padded_axes(text->graph, text->leader, p.axis);
    p.outer = text_is_spread(text) ? p.count : p.count - 1;
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
    long long before = axis->before, length = axis->length;
    bool mirror = p->mode == PAD_REFLECT;
    const char *text = less(p, name_of(p, axis), before);
    if (axis->behind) {
        const char *behind = arena_printf(arena, "%lld", length - 1);
        if (mirror)
            behind = arena_printf(arena, "%lld - %s", 2 * (length - 1) + before, name_of(p, axis));
        text = arena_printf(arena, "%s < %lld ? %s : %s", name_of(p, axis), before + length, text, behind);
    }
    if (before) {
        const char *front = mirror ? arena_printf(arena, "%lld - %s", before, name_of(p, axis)) : "0";
        text = arena_printf(arena, "%s < %lld ? %s : %s", name_of(p, axis), before, front, text);
    }
    return text;
}

/* "y + c * 99 + r * 11", or with the places in x: where a row begins, or what an item has. */
static const char *row_text(const PadText *p, bool of_x)
{
    Arena *arena = p->text->arena;
    int64_t base = access_of(of_x ? text_input(p->text, 0) : text_output(p->text)).base;
    const char *text = of_x ? "x" : "y";
    if (base)
        text = arena_printf(arena, "%s + %lld", text, (long long)base);
    for (int i = 0; i < p->outer; i++) {
        const PaddedAxis *axis = &p->axis[i];
        const char *place = name_of(p, axis);
        if (of_x && is_padded(axis) && p->mode != PAD_CONSTANT)
            place = arena_printf(arena, "from_%s", name_of(p, axis));
        else if (of_x && axis->before)
            place = arena_printf(arena, "(%s)", less(p, place, axis->before));
        int64_t step = of_x ? axis->from : axis->to;
        text = step == 1 ? arena_printf(arena, "%s + %s", text, place)
                         : arena_printf(arena, "%s + %s * %lld", text, place, (long long)step);
    }
    return text;
}

/* "r < 2 || r >= 7": where a row, or an item's element, shows nothing of x; NULL when each shows something. */
static const char *outside_text(const PadText *p)
{
    const char *text = NULL;
    for (int i = 0; i < p->outer; i++) {
        const PaddedAxis *axis = &p->axis[i];
        long long sides[] = {axis->before, axis->before + axis->length};
        for (int side = 0; side < 2; side++) {
            if (!(side ? axis->behind : axis->before))
                continue;
            text = arena_printf(p->text->arena, "%s%s%s %s %lld", text ? text : "", text ? " || " : "",
                                name_of(p, axis), side ? ">=" : "<", sides[side]);
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
    int64_t at = right ? row->before + row->length : 0, count = right ? row->behind : row->before;
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
    long long before = row->before, length = row->length;
    buf_line(out, "%sd = %s;", text_writes(p->text), row_text(p, false));
    const char *outside = p->mode == PAD_CONSTANT ? outside_text(p) : NULL;
    if (outside) {
        buf_open(out, "if (%s)", outside);
        write_fill(p, 0, padded_length(row), p->value);
        buf_line(out, "continue;");
        buf_close(out);
    }
    buf_line(out, "%ss = %s;", text_reads(p->text), row_text(p, true));
    write_side(p, false);
    buf_line(out, "memcpy(d%s, s, %lld * sizeof *d);", before ? arena_printf(p->text->arena, " + %lld", before) : "",
             length);
    write_side(p, true);
}

/* Where the element of an item, or the row, shows places that are mirrored or repeated along an axis. */
static void write_source(const PadText *p, const PaddedAxis *axis)
{
    if (is_padded(axis) && p->mode != PAD_CONSTANT)
        buf_line(p->text->out, "const int from_%s = %s;", name_of(p, axis), source_text(p, axis));
}

static void write_items(const PadText *p)
{
    Buf *out = p->text->out;
    ItemAxis axes[MAX_RANK];
    static const char *const how[] = {"filled where it shows nothing of x", "mirrored at the borders",
                                      "the borders repeated"};
    text_comment(p->text, how[p->mode]);
    text_open(p->text);
    text_border(p->text);
    for (int i = 0; i < p->count; i++)
        axes[i] = (ItemAxis){name_of(p, &p->axis[i]), padded_length(&p->axis[i])};
    items_open(p->text, axes, p->count);
    for (int i = 0; i < p->count; i++)
        write_source(p, &p->axis[i]);
    buf_line(out, "%sd = %s;", text_writes(p->text), row_text(p, false));
    const char *outside = p->mode == PAD_CONSTANT ? outside_text(p) : NULL;
    const char *shown = arena_printf(p->text->arena, "*(%s)", row_text(p, true));
    if (outside)
        buf_line(out, "*d = %s ? %s : %s;", outside, p->value, shown);
    else
        buf_line(out, "*d = %s;", shown);
    buf_close(out);
    text_close(p->text);
}

void c_pad_text(KernelText *text)
{
    PadText p = pad_text(text);
    if (text_is_spread(text)) {
        write_items(&p);
        return;
    }
    static const char *const how[] = {"row by row, filled where it shows nothing of x",
                                      "row by row, mirrored at the borders", "row by row, the borders repeated"};
    text->needs->string = true;
    text_comment(text, how[p.mode]);
    text_open(text);
    text_border(text);
    for (int i = 0; i + 1 < p.count; i++) {
        const PaddedAxis *axis = &p.axis[i];
        const char *name = name_of(&p, axis);
        buf_open(text->out, "%s", text_loop(text, axis->axes, name, padded_length(axis), 1));
        write_source(&p, axis);
    }
    write_row(&p);
    for (int i = 0; i + 1 < p.count; i++)
        buf_close(text->out);
    text_close(text);
}
