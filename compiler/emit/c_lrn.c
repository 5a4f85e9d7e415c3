/* c_lrn.c - local response normalisation: in plain C, and over blocks of channels in the words of a target. */
#include "emit/kernel.h"
#include "ops/lrn.h"

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

/* The scale to its power. */
static const char *power_text(KernelText *text, const LrnAttrs *attrs)
{
    if (attrs->beta == 0.5)
        return "sqrtf(scale)";
    if (attrs->beta == 0.75)
        return "(sqrtf(scale) * sqrtf(sqrtf(scale)))";
    if (attrs->beta == 1.0)
        return "scale";
    return arena_printf(text->arena, "powf(scale, %s)", float_text(text->arena, attrs->beta));
}

/* "x + r * 55": a row of it. */
static const char *row_of(const KernelText *text, const char *name, const char *row, int64_t stride)
{
    return arena_printf(text->arena, "%s + %s * %lld", name, row, (long long)stride);
}

/* ---- over blocks of channels ---- */

/* A vector of x over its scale. Squares of the channels before and behind come from the blocks beside it. */
static void write_blocked_function(KernelText *text, const LrnAttrs *attrs)
{
    const char *v = text_set(text)->vector;
    long long lanes = text_set(text)->lanes;
    line_wrapped(text->out,
                 arena_printf(text->arena, "%sstatic inline %s %s_of(%s value, %s before, %s square, %s behind)",
                              text_set(text)->attribute, v, text->name, v, v, v, v));
    buf_line(text->out, "{");
    text->out->indent++;
    buf_line(text->out, "%s sum = square;", v);
    for (long long i = lrn_before(attrs); i > 0; i--)
        buf_line(text->out, "sum = v_add(sum, v_slide(before, square, %lld));", lanes - i);
    for (long long i = 1; i <= lrn_after(attrs); i++)
        buf_line(text->out, "sum = v_add(sum, v_slide(square, behind, %lld));", i);
    buf_line(text->out, "const %s scale = v_fma(v_set(%s), sum, v_set(%s));", v, float_text(text->arena, attrs->alpha),
             float_text(text->arena, attrs->k));
    if (attrs->beta == 0.75)
        buf_line(text->out, "const %s root = v_sqrt(scale);", v);
    buf_line(text->out, "return v_div(value, %s);",
             attrs->beta == 0.5    ? "v_sqrt(scale)"
             : attrs->beta == 0.75 ? "v_mul(root, v_sqrt(root))"
                                   : "scale");
    buf_close(text->out);
    buf_line(text->out, "");
}

/* "v_mul(value, value)"; where channels end, zeros behind them. */
static const char *square_text(const KernelText *text, const char *value, long long channels)
{
    long long lanes = text_set(text)->lanes;
    const char *square = arena_printf(text->arena, "v_mul(%s, %s)", value, value);
    return channels >= lanes ? square
           : channels <= 0   ? "v_zero()"
                             : arena_printf(text->arena, "v_first(%s, %lld)", square, channels);
}

/* Where vector `name` of a place stands, or that before it: "s + b * 784", or in blocks of several of them "s + b / 2 *
 * 784 + b % 2 * 8". */
static const char *vector_place(const KernelText *text, const char *pointer, const char *name, int64_t stride)
{
    long long lanes = text_set(text)->lanes, block = text->plan->target->lanes, vectors = block / lanes;
    if (vectors == 1)
        return arena_printf(text->arena, "%s + %s * %lld", pointer, name, (long long)(stride * block));
    return arena_printf(text->arena, "%s + %s / %lld * %lld + %s %% %lld * %lld", pointer, name, vectors,
                        (long long)(stride * block), name, vectors, lanes);
}

/* The square of vector `b`, called next: of the last ones, those behind the channels are zeros. */
static void write_behind(KernelText *text, long long vectors)
{
    const char *v = text_set(text)->vector;
    long long lanes = text_set(text)->lanes, channels = text_output(text)->shape.dim[1], whole = channels / lanes;
    if (whole == vectors) {
        buf_line(text->out, "const %s behind = %s;", v, square_text(text, "next", lanes));
        return;
    }
    const char *rest = square_text(text, "next", channels % lanes);
    if (channels % lanes && whole + 1 < vectors)
        rest = arena_printf(text->arena, "b == %lld ? %s : v_zero()", whole, rest);
    buf_line(text->out, "const %s behind = b < %lld ? %s : %s;", v, whole, square_text(text, "next", lanes), rest);
}

/* All channels of a place, a vector at a time: its neighbours stay in registers, so that y may be x. */
static void write_blocked_place(KernelText *text, const Access *in, const Access *out)
{
    const char *v = text_set(text)->vector;
    const bool aligned = text->plan->target->gpu; /* as blocks are there */
    const char *load = aligned ? "v_read" : "v_load", *store = aligned ? "v_write" : "v_store";
    long long lanes = text_set(text)->lanes, block = text->plan->target->lanes;
    long long channels = text_output(text)->shape.dim[1], vectors = quotient_up(channels, block) * block / lanes;
    buf_line(text->out, "%s value = %s(s), square = %s, before = v_zero();", v, load,
             square_text(text, "value", channels));
    if (vectors > 1) {
        buf_open(text->out, "for (int b = 1; b < %lld; b++)", vectors);
        buf_line(text->out, "const %s next = %s(%s);", v, load, vector_place(text, "s", "b", in->stride[1]));
        write_behind(text, vectors);
        buf_line(text->out, "%s(%s, %s_of(value, before, square, behind));", store,
                 vector_place(text, "d", "(b - 1)", out->stride[1]), text->name);
        buf_line(text->out, "value = next;");
        buf_line(text->out, "before = square;");
        buf_line(text->out, "square = behind;");
        buf_close(text->out);
    }
    const long long inside = (vectors - 1) * lanes % block;
    const Term last[] = {{NULL, 1, (vectors - 1) * lanes - inside}, {NULL, AXIS_IN_BLOCK, inside}};
    buf_line(text->out, "%s(%s, %s_of(value, before, square, v_zero()));", store,
             pointer_text(text, "d", place_text(text, out, last, COUNT_OF(last))), text->name);
}

static void lrn_blocked_text(KernelText *text)
{
    const Access in = access_of(text_input(text, 0)), out = access_of(text_output(text));
    const Shape *y = &text_output(text)->shape;
    const Term terms[] = {{"n", 0, y->dim[0] > 1}, {"r", 2, 1}, {"c", 3, 1}};
    const char *x = text_parameter(text, 0);
    text_comment(text, "squares of the neighbouring channels, place by place, channels in blocks");
    write_blocked_function(text, text->leader->attrs);
    text_open(text);
    text_border(text);
    if (in.base)
        x = arena_printf(text->arena, "%s + %lld", x, (long long)in.base);
    const char *to = out.base ? arena_printf(text->arena, "y + %lld", (long long)out.base) : "y";
    const bool batch = y->dim[0] > 1, spread = text_is_spread(text);
    if (spread) {
        const ItemAxis axes[] = {{"n", y->dim[0]}, {"r", y->dim[2]}, {"c", y->dim[3]}};
        items_open(text, batch ? axes : axes + 1, batch ? 3 : 2);
    }
    if (batch && !spread)
        buf_open(text->out, "for (int n = 0; n < %lld; n++)", (long long)y->dim[0]);
    if (!spread) {
        buf_open(text->out, "%s", text_loop(text, AXIS_ROWS, "r", y->dim[2], 1));
        buf_open(text->out, "for (int c = 0; c < %lld; c++)", (long long)y->dim[3]);
    }
    buf_line(text->out, "%ss = %s;", text_reads(text),
             pointer_text(text, x, place_text(text, &in, terms, COUNT_OF(terms))));
    buf_line(text->out, "%sd = %s;", text_writes(text),
             pointer_text(text, to, place_text(text, &out, terms, COUNT_OF(terms))));
    write_blocked_place(text, &in, &out);
    for (int open = spread ? 1 : 2 + batch; open > 0; open--)
        buf_close(text->out);
    text_close(text);
}

/* ---- both ---- */

void c_lrn_text(KernelText *text)
{
    if (text_input(text, 0)->layout.kind == LAYOUT_BLOCKED) {
        lrn_blocked_text(text);
        return;
    }
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
    nest_blocks_open(text, &nest);
    nest_begin(text, &nest, 1, arena_printf(text->arena, "%ss = %s", text_reads(text), x));
    nest_begin(text, &nest, 0, arena_printf(text->arena, "%sd = %s", text_writes(text), y));
    if (kept)
        begin_lrn_kept(text, attrs, channels, step_x);
    buf_open(text->out, "for (int c = 0; c < %lld; c++)", channels);
    (kept ? write_lrn_kept_sum : write_lrn_sum)(text, attrs, channels, step_x);
    buf_line(text->out, "const float scale = %s + %s * sum;", float_text(text->arena, attrs->k),
             float_text(text->arena, attrs->alpha));
    buf_line(text->out, "d[c * %lld] = s[c * %lld] / %s;", step_y, step_x, power_text(text, attrs));
    buf_close(text->out);
    nest_blocks_close(text, &nest);
    if (rows)
        buf_close(text->out);
    text_close(text);
}
