/* c_resize.c - pictures in another size in plain C: what each row and each column is taken from stands in tables.
 *
 *   nearest, whole factors    each pixel written several times, each row copied
 *   nearest                   rows[r] and columns[c] name the input's row and column
 *   bilinear, a row kept      two rows of the input become one, which then serves all columns
 *   bilinear, none kept       only the columns that are shown are mixed
 *   over items                each pixel by itself, by the same tables
 *
 * Places are found here in fractions, in the reference evaluator (ops/resize.c) in doubles.
 */
#include <math.h>

#include "emit/kernel.h"
#include "ops/resize.h"

/* Pixel `at`, and which part of the way to the next one. */
typedef struct Place {
    int64_t at;
    double part;
} Place;

typedef struct ResizeText {
    KernelText *text;
    const ResizeAttrs *attrs;
    Access in, out;
    const Shape *x;
} ResizeText;

/* numerator / denominator, which is positive, rounded down. */
static Place fraction_place(int64_t numerator, int64_t denominator)
{
    int64_t whole = numerator / denominator - (numerator % denominator < 0);
    return (Place){whole, (double)(numerator - whole * denominator) / (double)denominator};
}

static Place given_place(double place)
{
    return (Place){(int64_t)floor(place), place - floor(place)};
}

static Place place_of(const ResizeText *r, int axis, int64_t i)
{
    int64_t in = r->x->dim[2 + axis], out = r->attrs->size[axis];
    double scale = r->attrs->scale[axis];
    switch ((ResizeAlign)r->attrs->align) {
    case ALIGN_HALF_PIXEL:
        return scale > 0 ? given_place(((double)i + 0.5) / scale - 0.5)
                         : fraction_place((2 * i + 1) * in - out, 2 * out);
    case ALIGN_CORNERS:
        return fraction_place(i * (in - 1), MAX(out - 1, 1));
    case ALIGN_ASYMMETRIC:
        return scale > 0 ? given_place((double)i / scale) : fraction_place(i * in, out);
    }
    BUG("alignment %d", r->attrs->align);
}

static int64_t nearest_of(const ResizeText *r, int axis, int64_t i)
{
    Place place = place_of(r, axis, i);
    switch ((ResizeRound)r->attrs->round) {
    case ROUND_FLOOR:
        break;
    case ROUND_CEIL:
        place.at += place.part > 0;
        break;
    case ROUND_HALF_UP:
        place.at += place.part >= 0.5;
        break;
    case ROUND_HALF_DOWN:
        place.at += place.part > 0.5;
        break;
    }
    return MIN(MAX(place.at, 0), r->x->dim[2 + axis] - 1);
}

/* ---- tables ---- */

/* Of a table that stands before the kernel: "net_up_rows". */
static const char *table_name(const ResizeText *r, int axis)
{
    return arena_printf(r->text->arena, "%s_%s", r->text->name, axis == 0 ? "rows" : "columns");
}

static void write_nearest_table(const ResizeText *r, int axis)
{
    Arena *arena = r->text->arena;
    int64_t count = r->attrs->size[axis];
    const char **entries = NEW_ARRAY(arena, const char *, count);
    for (int64_t i = 0; i < count; i++)
        entries[i] = arena_printf(arena, "%lld", (long long)nearest_of(r, axis, i));
    const char *head = arena_printf(arena, "static %sint %s[%lld]", text_set(r->text)->constant, table_name(r, axis),
                                    (long long)count);
    text_table(r->text->out, head, entries, count);
}

static void write_mix_table(const ResizeText *r, int axis)
{
    Arena *arena = r->text->arena;
    int64_t count = r->attrs->size[axis], last = r->x->dim[2 + axis] - 1;
    const char **entries = NEW_ARRAY(arena, const char *, count);
    for (int64_t i = 0; i < count; i++) {
        Place place = place_of(r, axis, i);
        if (place.at < 0 || place.at >= last)
            place = (Place){place.at < 0 ? 0 : last, 0};
        entries[i] = arena_printf(arena, "{%lld, %lld, %s}", (long long)place.at, (long long)MIN(place.at + 1, last),
                                  float_text(arena, place.part));
    }
    buf_line(r->text->out, "static %sstruct {", text_set(r->text)->constant);
    buf_line(r->text->out, "    int %s;", axis == 0 ? "above, below" : "left, right");
    buf_line(r->text->out, "    float part; /* of the second one */");
    const char *head = arena_printf(arena, "} %s[%lld]", table_name(r, axis), (long long)count);
    text_table(r->text->out, head, entries, count);
}

/* ---- loops ---- */

static void skip_halos(const ResizeText *r)
{
    Buf *out = r->text->out;
    text_border(r->text);
    if (r->in.base)
        buf_line(out, "x += %lld; /* past the halo */", (long long)r->in.base);
    if (r->out.base)
        buf_line(out, "y += %lld; /* past the halo */", (long long)r->out.base);
}

/* Over the pixels r, c of all maps i. */
static void open_items(const ResizeText *r)
{
    const Shape *y = &text_output(r->text)->shape;
    const ItemAxis axes[] = {{"i", y->dim[0] * y->dim[1]}, {"r", y->dim[2]}, {"c", y->dim[3]}};
    skip_halos(r);
    items_open(r->text, axes, COUNT_OF(axes));
}

/* "i * 784 + r * 28 + c" */
static const char *item_place(const ResizeText *r, const Access *access, const char *row, const char *column)
{
    const Term terms[] = {{"i", 1, 1}, {row, 2, row != NULL}, {column, 3, column != NULL}};
    return place_text(r->text, access, terms, COUNT_OF(terms));
}

static void open_maps(const ResizeText *r)
{
    const Shape *y = &text_output(r->text)->shape;
    skip_halos(r);
    if (y->dim[0] * y->dim[1] > 1)
        text_maps_open(r->text, y->dim[0] * y->dim[1], r->in.stride[1], r->out.stride[1]);
}

static void close_maps(const ResizeText *r)
{
    const Shape *y = &text_output(r->text)->shape;
    if (y->dim[0] * y->dim[1] > 1)
        buf_close(r->text->out);
}

/* How often each pixel is repeated along an axis; 0 when they are not all repeated as often, in order. */
static int64_t repetitions(const ResizeText *r, int axis)
{
    int64_t in = r->x->dim[2 + axis], out = r->attrs->size[axis];
    if (out % in)
        return 0;
    for (int64_t i = 0; i < out; i++)
        if (nearest_of(r, axis, i) != i / (out / in))
            return 0;
    return out / in;
}

/* "r / 2", or "net_up_rows[r]". */
static const char *nearest_text(const ResizeText *r, int axis, int64_t repeated)
{
    const char *place = axis == 0 ? "r" : "c";
    if (repeated <= 1)
        return repeated ? place : arena_printf(r->text->arena, "%s[%s]", table_name(r, axis), place);
    return arena_printf(r->text->arena, "(%s / %lld)", place, (long long)repeated);
}

static void write_nearest_items(const ResizeText *r)
{
    int64_t down = repetitions(r, 0), across = repetitions(r, 1);
    text_comment(r->text, "each pixel the nearest one");
    if (!down)
        write_nearest_table(r, 0);
    if (!across)
        write_nearest_table(r, 1);
    text_open(r->text);
    open_items(r);
    const char *from = item_place(r, &r->in, nearest_text(r, 0, down), nearest_text(r, 1, across));
    line_wrapped(r->text->out, arena_printf(r->text->arena, "y[%s] = x[%s];", item_place(r, &r->out, "r", "c"), from));
    buf_close(r->text->out);
    text_close(r->text);
}

static void write_repetition(const ResizeText *r, int64_t down, int64_t across)
{
    Buf *out = r->text->out;
    long long height = r->x->dim[2], width = r->x->dim[3], row = r->out.stride[2];
    text_comment(r->text, "each pixel repeated");
    text_open(r->text);
    open_maps(r);
    buf_open(out, "for (int r = 0; r < %lld; r++)", height);
    buf_line(out, "%ss = x + r * %lld;", text_reads(r->text), (long long)r->in.stride[2]);
    buf_line(out, "%sd = y + r * %lld;", text_writes(r->text), (long long)down * row);
    buf_line(out, "for (int c = 0; c < %lld; c++)", width);
    if (across > 1) {
        buf_line(out, "    for (int k = 0; k < %lld; k++)", (long long)across);
        buf_line(out, "        d[c * %lld + k] = s[c];", (long long)across);
    } else {
        buf_line(out, "    d[c] = s[c];");
    }
    r->text->needs->string |= down > 1;
    if (down > 2)
        buf_line(out, "for (int k = 1; k < %lld; k++)", (long long)down);
    if (down > 1)
        buf_line(out, "%smemcpy(d + %s%lld, d, %lld * sizeof *d);", down > 2 ? "    " : "", down > 2 ? "k * " : "", row,
                 (long long)across * width);
    buf_close(out);
    close_maps(r);
    text_close(r->text);
}

static void write_nearest(const ResizeText *r)
{
    Buf *out = r->text->out;
    if (text_is_spread(r->text)) {
        write_nearest_items(r);
        return;
    }
    int64_t down = repetitions(r, 0), across = repetitions(r, 1);
    if (down && across) {
        write_repetition(r, down, across);
        return;
    }
    text_comment(r->text, "rows and columns picked from tables");
    write_nearest_table(r, 0);
    write_nearest_table(r, 1);
    text_open(r->text);
    open_maps(r);
    buf_open(out, "for (int r = 0; r < %lld; r++)", (long long)r->attrs->size[0]);
    buf_line(out, "%ss = x + %s[r] * %lld;", text_reads(r->text), table_name(r, 0), (long long)r->in.stride[2]);
    buf_line(out, "for (int c = 0; c < %lld; c++)", (long long)r->attrs->size[1]);
    buf_line(out, "    y[r * %lld + c] = s[%s[c]];", (long long)r->out.stride[2], table_name(r, 1));
    buf_close(out);
    close_maps(r);
    text_close(r->text);
}

/* The two rows of the input as one, then each column of that. */
static void write_whole_row(const ResizeText *r)
{
    Buf *out = r->text->out;
    buf_line(out, "for (int c = 0; c < %lld; c++)", (long long)r->x->dim[3]);
    buf_line(out, "    row[c] = above[c] + part * (below[c] - above[c]);");
    buf_open(out, "for (int c = 0; c < %lld; c++)", (long long)r->attrs->size[1]);
    const char *columns = table_name(r, 1);
    buf_line(out, "const float left = row[%s[c].left], right = row[%s[c].right];", columns, columns);
    buf_line(out, "y[r * %lld + c] = left + %s[c].part * (right - left);", (long long)r->out.stride[2], columns);
    buf_close(out);
}

/* Column c of the row whose place is `y`. */
static void write_mixed(const ResizeText *r, const char *y)
{
    Buf *out = r->text->out;
    const char *columns = table_name(r, 1);
    buf_line(out, "const int left = %s[c].left, right = %s[c].right;", columns, columns);
    buf_line(out, "const float of_right = %s[c].part;", columns);
    buf_line(out, "const float top = above[left] + of_right * (above[right] - above[left]);");
    buf_line(out, "const float bottom = below[left] + of_right * (below[right] - below[left]);");
    buf_line(out, "y[%s] = top + part * (bottom - top);", y);
}

static void write_shown_columns(const ResizeText *r)
{
    buf_open(r->text->out, "for (int c = 0; c < %lld; c++)", (long long)r->attrs->size[1]);
    write_mixed(r, arena_printf(r->text->arena, "r * %lld + c", (long long)r->out.stride[2]));
    buf_close(r->text->out);
}

/* The two rows of the input that row r is mixed of, from `x` on. */
static void write_mixed_rows(const ResizeText *r, const char *x)
{
    Buf *out = r->text->out;
    const char *rows = table_name(r, 0);
    long long step = r->in.stride[2];
    buf_line(out, "%sabove = %s + %s[r].above * %lld;", text_reads(r->text), x, rows, step);
    buf_line(out, "%sbelow = %s + %s[r].below * %lld;", text_reads(r->text), x, rows, step);
    buf_line(out, "const float part = %s[r].part; /* of the row below */", rows);
}

static void write_bilinear(const ResizeText *r)
{
    Buf *out = r->text->out;
    long long width = r->x->dim[3];
    bool whole = tiling_find(&r->text->kernel->tiling, LOOP_KEPT) != NULL;
    text_comment(r->text, whole ? "two rows mixed to one, then its columns" : "mixed from four neighbours");
    write_mix_table(r, 0);
    write_mix_table(r, 1);
    text_open(r->text);
    if (whole)
        buf_line(out, "float row[%lld];", width);
    if (text_is_spread(r->text)) {
        open_items(r);
        write_mixed_rows(r, pointer_text(r->text, "x", item_place(r, &r->in, NULL, NULL)));
        write_mixed(r, item_place(r, &r->out, "r", "c"));
        buf_close(out);
        text_close(r->text);
        return;
    }
    open_maps(r);
    buf_open(out, "for (int r = 0; r < %lld; r++)", (long long)r->attrs->size[0]);
    write_mixed_rows(r, "x");
    if (whole)
        write_whole_row(r);
    else
        write_shown_columns(r);
    buf_close(out);
    close_maps(r);
    text_close(r->text);
}

void c_resize_text(KernelText *text)
{
    ResizeText r = {.text = text,
                    .attrs = text->leader->attrs,
                    .in = access_of(text_input(text, 0)),
                    .out = access_of(text_output(text)),
                    .x = &text_input(text, 0)->shape};
    if (r.attrs->mode == RESIZE_NEAREST)
        write_nearest(&r);
    else
        write_bilinear(&r);
}
