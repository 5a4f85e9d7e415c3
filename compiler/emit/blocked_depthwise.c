/* blocked_depthwise.c - convolutions of each channel by itself, over channel blocks as wide as a vector.
 *
 *     const v16 w = v_load(weight);
 *     a0 = v_fma(v_load(s), w, a0);
 *     a1 = v_fma(v_load(s + 16), w, a1);
 *
 * A vector is a pixel's channels of a block, and so is a weight: nothing is broadcast. Some pixels beside each other
 * are summed at a time, so that each weight is loaded once for all of them.
 */
#include "emit/blocked.h"
#include "emit/blocked_tile.h"
#include "ops/conv.h"

typedef struct Depthwise {
    KernelText *text;
    const ConvAttrs *attrs;
    const Shape *weight, *y;
    Access in, out;
    int block, lanes; /* channels of a block; of a vector */
    bool has_bias;
} Depthwise;

static BlockedTile make_tile(const Depthwise *d, int64_t pixels)
{
    BlockedTile tile = {.text = d->text,
                        .block = d->block,
                        .lanes = d->lanes,
                        .vectors = d->block / d->lanes,
                        .has_bias = d->has_bias,
                        .pixels = (int)pixels};
    for (int p = 0; p < pixels; p++)
        tile.at[p] = (TilePixel){.read = p * d->attrs->stride[1] * d->in.stride[3], .column = p};
    return tile;
}

/* "w", or of a block of several vectors "w0", "w1". */
static const char *weight_name(const BlockedTile *tile, int v)
{
    return tile->vectors > 1 ? arena_printf(tile->text->arena, "w%d", v) : "w";
}

static void write_taps(const Depthwise *d, const BlockedTile *tile)
{
    KernelText *text = d->text;
    Buf *out = text->out;
    const Access taps = {.stride = {d->in.stride[2] * d->attrs->dilation[0], d->in.stride[3] * d->attrs->dilation[1]}};
    const Term terms[] = {{"ky", 0, d->weight->dim[2] > 1}, {"kx", 1, d->weight->dim[3] > 1}};
    buf_line(out, "for (int ky = 0; ky < %lld; ky++)", (long long)d->weight->dim[2]);
    out->indent++;
    buf_open(out, "for (int kx = 0; kx < %lld; kx++, weight += %d)", (long long)d->weight->dim[3], d->block);
    buf_line(out, "%ss = %s;", text_reads(text),
             pointer_text(text, "x", place_text(text, &taps, terms, COUNT_OF(terms))));
    for (int v = 0; v < tile->vectors; v++)
        buf_line(out, "const %s %s = v_load(%s);", text_set(text)->vector, weight_name(tile, v),
                 pointer_text(text, "weight", arena_printf(text->arena, "%d", v * d->lanes)));
    for (int p = 0; p < tile->pixels; p++)
        for (int v = 0; v < tile->vectors; v++) {
            const char *from = arena_printf(text->arena, "%lld", (long long)tile->at[p].read + v * d->lanes);
            buf_line(out, "a%d_%d = v_fma(v_load(%s), %s, a%d_%d);", p, v, pointer_text(text, "s", from),
                     weight_name(tile, v), p, v);
        }
    buf_close(out);
    out->indent--;
}

static void write_tile(const Depthwise *d, int64_t pixels)
{
    KernelText *text = d->text;
    const BlockedTile tile = make_tile(d, pixels);
    buf_line(text->out, "/* %s of a row, of %d channels. */", text_count(text, pixels, "pixel"), d->block);
    text_open_part(text, text_set(text)->tile, arena_printf(text->arena, "_row%lld", (long long)pixels), "");
    sums_begin(&tile, NULL);
    write_taps(d, &tile);
    sums_store(&tile);
    text_close(text);
}

static void write_call(const Depthwise *d, int64_t pixels, const char *column, int64_t first)
{
    KernelText *text = d->text;
    bool blocks = d->y->dim[1] > d->block;
    const Access x = {.stride = {[1] = d->in.stride[1],
                                 [2] = d->in.stride[2] * d->attrs->stride[0],
                                 [3] = d->in.stride[3] * d->attrs->stride[1]}};
    const Access weight = {.stride = {[1] = d->weight->dim[2] * d->weight->dim[3]}};
    const Term terms[] = {{"o", 1, blocks}, {"r", 2, 1}, {column, 3, column ? 1 : first}};
    Buf line = {0};
    buf_printf(&line, "%s_row%lld(%s, %s", text->name, (long long)pixels,
               pointer_text(text, "x", place_text(text, &x, terms, COUNT_OF(terms))),
               pointer_text(text, "weight", place_text(text, &weight, terms, 1)));
    if (d->has_bias)
        buf_puts(&line, blocks ? ", bias + o" : ", bias");
    add_epilogue_arguments(&line, text, blocks ? " + o" : "", terms, COUNT_OF(terms));
    buf_printf(&line, ", %s);", pointer_text(text, "y", place_text(text, &d->out, terms, COUNT_OF(terms))));
    line_wrapped(text->out, buf_text(&line));
    buf_free(&line);
}

static void write_rows(const Depthwise *d)
{
    Buf *out = d->text->out;
    bool blocks = d->y->dim[1] > d->block;
    int64_t width = d->y->dim[3], pixels = text_tile(d->text, AXIS_COLUMNS), full = width / pixels * pixels;
    if (blocks)
        buf_open(out, "%s", text_loop(d->text, AXIS_MAPS, "o", d->y->dim[1], d->block));
    buf_open(out, "%s", text_loop(d->text, AXIS_ROWS, "r", d->y->dim[2], 1));
    if (full > pixels)
        buf_line(out, "for (int c = 0; c < %lld; c += %lld)", (long long)full, (long long)pixels);
    out->indent += full > pixels;
    write_call(d, pixels, full > pixels ? "c" : NULL, 0);
    out->indent -= full > pixels;
    if (width > full)
        write_call(d, width - full, NULL, full);
    buf_close(out);
    if (blocks)
        buf_close(out);
}

void blocked_depthwise_text(KernelText *text)
{
    const Type *x = text_input(text, CONV_X), *y = text_output(text);
    const Depthwise d = {.text = text,
                         .attrs = text->leader->attrs,
                         .weight = &text_input(text, CONV_WEIGHT)->shape,
                         .y = &y->shape,
                         .in = access_of(x),
                         .out = access_of(y),
                         .block = text->kernel->form.channel_block,
                         .lanes = text_set(text)->lanes,
                         .has_bias = text->leader->input_count > CONV_BIAS};
    int64_t pixels = text_tile(text, AXIS_COLUMNS), rest = y->shape.dim[3] % pixels;
    text_comment(text, arena_printf(text->arena, "each channel by itself, %s x %d channels in registers",
                                    text_count(text, pixels, "pixel"), d.block));
    text_finish(text, true);
    write_tile(&d, pixels);
    if (rest)
        write_tile(&d, rest);
    text_open_as(text, ""); /* as in blocked_conv.c */
    blocked_begin(text);
    if (y->shape.dim[0] > 1) {
        buf_open(text->out, "for (int n = 0; n < %lld; n++, x += %lld%s, y += %lld)", (long long)y->shape.dim[0],
                 (long long)d.in.stride[0], parallels_next(text), (long long)d.out.stride[0]);
        write_rows(&d);
        buf_close(text->out);
    } else {
        write_rows(&d);
    }
    text_close(text);
}
