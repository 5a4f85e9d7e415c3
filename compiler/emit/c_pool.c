/* c_pool.c - spatial and cross-channel pooling, softmax and local response normalisation in plain C. */
#include "emit/kernel.h"
#include "ops/lrn.h"
#include "ops/pool.h"
#include "ops/softmax.h"

/* ---- spatial pooling ---- */

typedef struct PoolText {
    KernelText *text;
    const PoolAttrs *attrs;
    Access in, out;
    const Shape *x, *y;
    bool mean;
} PoolText;

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

static void write_window(const PoolText *p, bool inside_y, bool inside_x)
{
    Buf *out = p->text->out;
    const PoolAttrs *a = p->attrs;
    const char *y0 = inside_y ? "0" : "top0", *x0 = inside_x ? "0" : "left0";
    const char *y1 = inside_y ? arena_printf(p->text->arena, "%lld", (long long)a->size[0]) : "top1";
    const char *x1 = inside_x ? arena_printf(p->text->arena, "%lld", (long long)a->size[1]) : "left1";
    bool counted = inside_y || p->text->kernel->rows.x_held; /* not from where the window is cut */
    const char *row = counted ? arena_printf(p->text->arena, "%s * %lld", text_row_in(p->text),
                                             (long long)(a->stride[0] * p->in.stride[2]))
                              : arena_printf(p->text->arena, "top * %lld", (long long)p->in.stride[2]);
    const char *column = inside_x ? window_start(p->text->arena, "c", a->stride[1], 0) : "left";
    long long step = p->in.stride[2] * a->dilation[0];
    buf_line(out, "const int s = %s + %s;", row, column);
    buf_line(out, "float v = %s;", p->mean ? "0.0f" : "-INFINITY");
    buf_line(out, "for (int ky = %s; ky < %s; ky++)", y0, y1);
    buf_line(out, "    for (int kx = %s; kx < %s; kx++)", x0, x1);
    const char *at = a->dilation[1] == 1 ? arena_printf(p->text->arena, "x[s + ky * %lld + kx]", step)
                                         : arena_printf(p->text->arena, "x[s + ky * %lld + kx * %lld]", step,
                                                        (long long)a->dilation[1]);
    if (!p->mean) {
        p->text->needs->larger = p->text->needs->math = true;
        buf_line(out, "        v = %s_larger(%s, v);", p->text->prefix, at);
        buf_line(out, "y[%s * %lld + c] = v;", text_row_out(p->text), (long long)p->out.stride[2]);
        return;
    }
    buf_line(out, "        v += %s;", at);
    const char *rows = inside_y ? y1 : a->count_pad ? "top2" : "(top1 - top0)";
    const char *columns = inside_x ? x1 : a->count_pad ? "left2" : "(left1 - left0)";
    if (inside_y && inside_x)
        buf_line(out, "y[%s * %lld + c] = v / %lld.0f;", text_row_out(p->text), (long long)p->out.stride[2],
                 (long long)(a->size[0] * a->size[1]));
    else
        buf_line(out, "y[%s * %lld + c] = v / (float)(%s * %s);", text_row_out(p->text), (long long)p->out.stride[2],
                 rows, columns);
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
                  .mean = text->leader->op == OP_avgpool};
    if (pool_is_global(text->graph, text->leader)) {
        text_reduction(text, p.mean ? FOLD_MEAN : FOLD_LARGER);
        return;
    }
    Buf *out = text->out;
    bool inside_y = always_inside(&p, 0), inside_x = always_inside(&p, 1);
    text_comment(text, inside_y && inside_x ? "window by window" : "window by window, cut at the edges");
    text_open(text);
    text_border(text);
    if (p.in.base)
        buf_line(out, "x += %lld; /* past the halo */", (long long)p.in.base);
    if (p.out.base)
        buf_line(out, "y += %lld; /* past the halo */", (long long)p.out.base);
    buf_open(out, "for (int i = 0; i < %lld; i++, x += %lld, y += %lld)", (long long)(p.y->dim[0] * p.y->dim[1]),
             (long long)p.in.stride[1], (long long)p.out.stride[1]);
    text_rows_open(text, p.y->dim[2], true);
    if (!inside_y)
        write_range(&p, 0, "r", "top");
    buf_open(out, "for (int c = 0; c < %lld; c++)", (long long)p.y->dim[3]);
    if (!inside_x)
        write_range(&p, 1, "c", "left");
    write_window(&p, inside_y, inside_x);
    buf_close(out);
    buf_close(out);
    buf_close(out);
    text_close(text);
}

/* ---- across channels ---- */

static void open_block(KernelText *text, const Nest *nest)
{
    for (int axis = 0; axis < nest->rank; axis++)
        nest_block_open(text, nest, axis);
}

static void close_block(KernelText *text, const Nest *nest)
{
    for (int axis = 0; axis < nest->rank; axis++)
        buf_close(text->out);
}

void c_channel_pool_text(KernelText *text)
{
    text_reduction(text, text->leader->op == OP_channel_avg ? FOLD_MEAN : FOLD_LARGER);
}

void c_softmax_text(KernelText *text)
{
    const SoftmaxAttrs *attrs = text->leader->attrs;
    int axis = (int)attrs->axis;
    long long count = text_output(text)->shape.dim[axis];
    Nest nest = kernel_nest(text->graph, text->kernel);
    long long step_x = access_of(text_input(text, 0)).stride[axis], step_y = access_of(text_output(text)).stride[axis];
    text_comment(text, "the largest is subtracted first, so that nothing overflows");
    text->needs->larger = text->needs->math = true;
    text_open(text);
    text_border(text);
    open_block(text, &nest);
    nest_begin(text, &nest, 1, arena_printf(text->arena, "const float *s = %s", text_parameter(text, 0)));
    nest_begin(text, &nest, 0, "float *d = y");
    buf_line(text->out, "float largest = -INFINITY, sum = 0.0f;");
    buf_line(text->out, "for (int a = 0; a < %lld; a++)", count);
    buf_line(text->out, "    largest = %s_larger(s[a * %lld], largest);", text->prefix, step_x);
    buf_open(text->out, "for (int a = 0; a < %lld; a++)", count);
    buf_line(text->out, "d[a * %lld] = expf(s[a * %lld] - largest);", step_y, step_x);
    buf_line(text->out, "sum += d[a * %lld];", step_y);
    buf_close(text->out);
    buf_line(text->out, "for (int a = 0; a < %lld; a++)", count);
    buf_line(text->out, "    d[a * %lld] /= sum;", step_y);
    close_block(text, &nest);
    text_close(text);
}

/* The squares of the channels around c are summed anew for each, so that a NaN goes no further than it should. */
static void write_lrn_sum(KernelText *text, const LrnAttrs *attrs, long long channels, long long step)
{
    long long before = lrn_before(attrs), after = lrn_after(attrs);
    buf_line(text->out, "const int first = c > %lld ? c - %lld : 0;", before, before);
    buf_line(text->out, "const int last = c < %lld ? c + %lld : %lld;", channels - 1 - after, after, channels - 1);
    buf_line(text->out, "float sum = 0.0f;");
    buf_line(text->out, "for (int a = first; a <= last; a++)");
    buf_line(text->out, "    sum += s[a * %lld] * s[a * %lld];", step, step);
}

/* The same of squares that are kept, so that y may be x: that of channel a at a modulo their number. */
static void write_lrn_kept_sum(KernelText *text, const LrnAttrs *attrs, long long channels, long long step)
{
    long long after = lrn_after(attrs), size = lrn_before(attrs) + after + 1;
    buf_line(text->out, "kept[(c + %lld) %% %lld] =", after, size);
    buf_line(text->out, "    c < %lld ? s[(c + %lld) * %lld] * s[(c + %lld) * %lld] : 0.0f;", channels - after, after,
             step, after, step);
    buf_line(text->out, "float sum = 0.0f;");
    buf_line(text->out, "for (int a = 0; a < %lld; a++)", size);
    buf_line(text->out, "    sum += kept[a];");
}

static void begin_lrn_kept(KernelText *text, const LrnAttrs *attrs, long long channels, long long step)
{
    long long after = lrn_after(attrs);
    buf_line(text->out, "float kept[%lld] = {0.0f};", (long long)lrn_before(attrs) + after + 1);
    if (after == 0)
        return;
    buf_line(text->out, "for (int a = 0; a < %lld; a++)", MIN(after, channels));
    buf_line(text->out, "    kept[a] = s[a * %lld] * s[a * %lld];", step, step);
}

/* "x + r * 55": a row of it. */
static const char *row_of(const KernelText *text, const char *name, const char *row, int64_t stride)
{
    return arena_printf(text->arena, "%s + %s * %lld", name, row, (long long)stride);
}

void c_lrn_text(KernelText *text)
{
    const LrnAttrs *attrs = text->leader->attrs;
    long long channels = text_output(text)->shape.dim[1];
    bool kept = tiling_find(&text->kernel->tiling, LOOP_KEPT) != NULL;
    const Type stored_x = text_stored_input(text), stored_y = text_stored_output(text);
    const Access in = access_of(&stored_x), out = access_of(&stored_y);
    Nest nest = kernel_nest(text->graph, text->kernel);
    long long step_x = in.stride[1], step_y = out.stride[1];
    const char *x = text_parameter(text, 0), *y = "y";
    bool rows = text->kernel->rows.some;
    if (rows) {
        x = row_of(text, x, text_row_in(text), in.stride[2]);
        y = row_of(text, y, text_row_out(text), out.stride[2]);
    }
    text_comment(text, "squares of the neighbouring channels, place by place");
    text->needs->math = true;
    text_open(text);
    text_border(text);
    if (rows)
        text_rows_open(text, 0, true);
    open_block(text, &nest);
    nest_begin(text, &nest, 1, arena_printf(text->arena, "const float *s = %s", x));
    nest_begin(text, &nest, 0, arena_printf(text->arena, "float *d = %s", y));
    if (kept)
        begin_lrn_kept(text, attrs, channels, step_x);
    buf_open(text->out, "for (int c = 0; c < %lld; c++)", channels);
    (kept ? write_lrn_kept_sum : write_lrn_sum)(text, attrs, channels, step_x);
    buf_line(text->out, "d[c * %lld] = s[c * %lld] / powf(%s + %s * sum, %s);", step_y, step_x,
             float_text(text->arena, attrs->k), float_text(text->arena, attrs->alpha),
             float_text(text->arena, attrs->beta));
    buf_close(text->out);
    close_block(text, &nest);
    if (rows)
        buf_close(text->out);
    text_close(text);
}
