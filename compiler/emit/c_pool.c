/* c_pool.c - spatial pooling: in plain C, and over blocks of channels in the words of a target. */
#include "emit/kernel.h"
#include "ops/pool.h"

/* ---- spatial pooling ---- */

typedef struct PoolText {
    KernelText *text;
    const PoolAttrs *attrs;
    Access in, out;
    const Shape *x, *y;
    int64_t block; /* channels of one; 1: plain */
    int64_t lanes; /* of those at a time */
    int64_t maps;  /* or blocks of them, of all pictures */
    bool mean;
} PoolText;

/* Whether a block's channels are several vectors, `h` being the first channel of one. */
static bool is_cut(const PoolText *p)
{
    return p->block > 1 && p->lanes < p->block;
}

/* Whether every window along an axis lies inside the input. */
static bool always_inside(const PoolText *p, int axis)
{
    int64_t extent = p->attrs->dilation[axis] * (p->attrs->size[axis] - 1) + 1;
    int64_t last = (p->y->dim[2 + axis] - 1) * p->attrs->stride[axis] - p->attrs->pad[axis];
    return p->attrs->pad[axis] == 0 && last + extent <= p->x->dim[2 + axis];
}

/* "r * 2 - 1", without what changes nothing. */
static const char *window_start(Arena *arena, const char *place, long long stride, long long pad)
{
    const char *start = stride == 1 ? place : arena_printf(arena, "%s * %lld", place, stride);
    return pad ? arena_printf(arena, "%s - %lld", start, pad) : start;
}

/* The taps of the window at output `place` that are inside: from NAME0 to NAME1; up to NAME2 with the padding. */
static void write_range(const PoolText *p, int axis, const char *place, const char *name)
{
    Buf *out = p->text->out;
    long long size = p->attrs->size[axis], stride = p->attrs->stride[axis], step = p->attrs->dilation[axis];
    long long pad = p->attrs->pad[axis], length = p->x->dim[2 + axis], padded = length + p->attrs->pad[2 + axis];
    buf_line(out, "const int %s = %s;", name, window_start(p->text->arena, place, stride, pad));
    if (step == 1) {
        buf_line(out, "const int %s0 = %s < 0 ? -%s : 0;", name, name, name);
        buf_line(out, "const int %s1 = %s > %lld ? %lld - %s : %lld;", name, name, length - size, length, name, size);
    } else {
        buf_line(out, "const int %s0 = %s < 0 ? (%lld - %s) / %lld : 0;", name, name, step - 1, name, step);
        buf_line(out, "const int %s1 = %s > %lld ? (%lld - %s) / %lld : %lld;", name, name,
                 length - 1 - (size - 1) * step, length - 1 + step, name, step, size);
    }
    if (p->mean && p->attrs->count_pad && step == 1)
        buf_line(out, "const int %s2 = %s > %lld ? %lld - %s : %lld;", name, name, padded - size, padded, name, size);
    else if (p->mean && p->attrs->count_pad)
        buf_line(out, "const int %s2 = %s > %lld ? (%lld - %s) / %lld : %lld;", name, name,
                 padded - 1 - (size - 1) * step, padded - 1 + step, name, step, size);
}

/* What is computed at a time: an element, or a vector of the channels of a block. */
typedef struct Words {
    const char *type, *least, *zero;
    const char *load;   /* of a place */
    const char *join;   /* v and another */
    const char *divide; /* v by a number */
    const char *store;  /* at a place, a value */
} Words;

static Words words_of(const PoolText *p)
{
    Arena *arena = p->text->arena;
    if (p->block > 1)
        return (Words){.type = text_set(p->text)->vector,
                       .least = "v_set(-INFINITY)",
                       .zero = "v_zero()",
                       .load = p->text->plan->target->gpu ? "v_read(x + %s)" : "v_load(x + %s)",
                       .join = p->mean ? "v = v_add(v, %s);" : "v = v_max(%s, v);",
                       .divide = "v_div(v, v_set(%s))",
                       .store = p->text->plan->target->gpu ? "v_write(y + %s, %s);" : "v_store(y + %s, %s);"};
    const char *larger = arena_printf(arena, "v = %s_larger(%%s, v);", p->text->prefix);
    p->text->needs->larger |= !p->mean;
    return (Words){.type = "float",
                   .least = "-INFINITY",
                   .zero = "0.0f",
                   .load = "x[%s]",
                   .join = p->mean ? "v += %s;" : larger,
                   .divide = "v / %s",
                   .store = "y[%s] = %s;"};
}

/* A word of a place or value. */
static const char *word(const PoolText *p, const char *format, const char *of)
{
    const char *hole = strstr(format, "%s");
    return arena_printf(p->text->arena, "%.*s%s%s", (int)(hole - format), format, of, hole + 2);
}

/* How many elements a mean is of. */
static const char *count_text(const PoolText *p, bool inside_y, bool inside_x)
{
    const PoolAttrs *a = p->attrs;
    Arena *arena = p->text->arena;
    if (inside_y && inside_x)
        return arena_printf(arena, "%lld.0f", (long long)(a->size[0] * a->size[1]));
    const char *rows = inside_y       ? arena_printf(arena, "%lld", (long long)a->size[0])
                       : a->count_pad ? "top2"
                                      : "(top1 - top0)";
    const char *columns = inside_x       ? arena_printf(arena, "%lld", (long long)a->size[1])
                          : a->count_pad ? "left2"
                                         : "(left1 - left0)";
    return arena_printf(arena, "(float)(%s * %s)", rows, columns);
}

static void write_window(const PoolText *p, bool inside_y, bool inside_x)
{
    KernelText *text = p->text;
    Buf *out = text->out;
    const PoolAttrs *a = p->attrs;
    const Words words = words_of(p);
    const char *y0 = inside_y ? "0" : "top0", *x0 = inside_x ? "0" : "left0";
    const char *y1 = inside_y ? arena_printf(text->arena, "%lld", (long long)a->size[0]) : "top1";
    const char *x1 = inside_x ? arena_printf(text->arena, "%lld", (long long)a->size[1]) : "left1";
    bool counted = inside_y || text->kernel->rows.x_held; /* not from where the window is cut */
    const char *row =
        counted ? arena_printf(text->arena, "%s * %lld", text_row_in(text), (long long)(a->stride[0] * p->in.stride[2]))
                : arena_printf(text->arena, "top * %lld", (long long)p->in.stride[2]);
    const char *column =
        window_start(text->arena, inside_x ? "c" : "left", (inside_x ? a->stride[1] : 1) * p->in.stride[3], 0);
    const Access taps = {.stride = {p->in.stride[2] * a->dilation[0], p->in.stride[3] * a->dilation[1]}};
    const Access places = {.stride = {p->out.stride[2], p->out.stride[3], p->out.stride[1] * p->block}};
    if (text_is_spread(text)) /* x stays where it begins */
        row = arena_printf(text->arena, "i * %lld + %s", (long long)(p->in.stride[1] * p->block), row);
    const char *from = place_text(text, &taps, (Term[]){{"ky", 0, 1}, {"kx", 1, 1}}, 2);
    const char *to = place_text(
        text, &places,
        (Term[]){
            {"i", 2, text_is_spread(text)}, {text_row_out(text), 0, 1}, {"c", 1, 1}, {"h", AXIS_IN_BLOCK, is_cut(p)}},
        4);
    text->needs->math |= !p->mean;
    buf_line(out, "const int s = %s + %s%s;", row, column, is_cut(p) ? " + h" : "");
    buf_line(out, "%s v = %s;", words.type, p->mean ? words.zero : words.least);
    buf_line(out, "for (int ky = %s; ky < %s; ky++)", y0, y1);
    buf_line(out, "    for (int kx = %s; kx < %s; kx++)", x0, x1);
    const char *tap = word(p, words.load, arena_printf(text->arena, "s + %s", from));
    buf_line(out, "        %s", word(p, words.join, tap));
    const char *value = p->mean ? word(p, words.divide, count_text(p, inside_y, inside_x)) : "v";
    buf_line(out, "%s", word(p, word(p, words.store, to), value));
}

/* Loops over places of y, each with the taps of its window that are inside; how many braces are open. */
static int open_places(const PoolText *p, bool inside_y, bool inside_x)
{
    KernelText *text = p->text;
    Buf *out = text->out;
    int64_t rows = p->y->dim[2], columns = p->y->dim[3];
    int open = 2;
    if (text_is_spread(text)) {
        const ItemAxis axes[] = {
            {"i", p->maps}, {"r", rows}, {"c", columns}, {"part", is_cut(p) ? p->block / p->lanes : 1}};
        items_open(text, axes, is_cut(p) ? 4 : 3);
        if (is_cut(p))
            buf_line(out, "const int h = part * %lld;", (long long)p->lanes);
        if (!inside_y)
            write_range(p, 0, "r", "top");
        if (!inside_x)
            write_range(p, 1, "c", "left");
        return 1;
    }
    if (p->maps > 1) {
        text_maps_open(text, p->maps, p->in.stride[1] * p->block, p->out.stride[1] * p->block);
        open++;
    }
    text_rows_open(text, rows, true);
    if (!inside_y)
        write_range(p, 0, "r", "top");
    buf_open(out, "for (int c = 0; c < %lld; c++)", (long long)columns);
    if (!inside_x)
        write_range(p, 1, "c", "left");
    if (is_cut(p)) {
        buf_open(out, "for (int h = 0; h < %lld; h += %lld)", (long long)p->block, (long long)p->lanes);
        open++;
    }
    return open;
}

void c_pool_text(KernelText *text)
{
    const Type stored_x = text_stored_input(text), stored_y = text_stored_output(text);
    PoolText p = {.text = text,
                  .attrs = text->leader->attrs,
                  .in = access_of(&stored_x),
                  .out = access_of(&stored_y),
                  .x = &text_input(text, 0)->shape,
                  .y = &text_output(text)->shape,
                  .block = stored_x.layout.kind == LAYOUT_BLOCKED ? stored_x.layout.block : 1,
                  .lanes = text_set(text)->lanes,
                  .mean = text->leader->op == OP_avgpool};
    if (pool_is_global(text->graph, text->leader)) {
        text_reduction(text, p.mean ? FOLD_MEAN : FOLD_LARGER);
        return;
    }
    Buf *out = text->out;
    bool inside_y = always_inside(&p, 0), inside_x = always_inside(&p, 1);
    const char *how = inside_y && inside_x ? "window by window" : "window by window, cut at the edges";
    text_comment(text,
                 p.block > 1 ? arena_printf(text->arena, "%s, %lld channels at a time", how, (long long)p.lanes) : how);
    text_open(text);
    text_border(text);
    if (p.in.base)
        buf_line(out, "x += %lld; /* past the halo */", (long long)p.in.base);
    if (p.out.base)
        buf_line(out, "y += %lld; /* past the halo */", (long long)p.out.base);
    p.maps = p.y->dim[0] * quotient_up(p.y->dim[1], p.block);
    int open = open_places(&p, inside_y, inside_x);
    write_window(&p, inside_y, inside_x);
    for (; open > 0; open--)
        buf_close(out);
    text_close(text);
}
