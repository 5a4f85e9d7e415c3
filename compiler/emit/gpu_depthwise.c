/* gpu_depthwise.c - convolutions of each channel by itself over blocks: an item has four channels of some pixels of a
 * row, whose inputs it loads once a row of the kernel.
 *
 *     const v4 x0 = v_read(s), x1 = v_read(s + 16), x2 = v_read(s + 32), x3 = v_read(s + 48);
 *     w = v_read(weight_at), sum0 = v_fma(x0, w, sum0), sum1 = v_fma(x1, w, sum1);
 *     w = v_read(weight_at + 16), sum0 = v_fma(x1, w, sum0), sum1 = v_fma(x2, w, sum1);
 */
#include "emit/gpu_conv.h"

enum { VECTOR = 4 };

typedef struct Depthwise {
    KernelText *text;
    const ConvAttrs *attrs;
    const Shape *weight, *y;
    Access in;
    int64_t block, pixels;
} Depthwise;

/* Column i of the inputs under the first pixel's window and those beside it: whether a tap of pixel p falls on it,
 * which *tap is then. */
static bool meets(const Depthwise *d, int64_t i, int64_t p, int64_t *tap)
{
    int64_t from = i - p * d->attrs->stride[1];
    *tap = from / d->attrs->dilation[1];
    return from >= 0 && from % d->attrs->dilation[1] == 0 && *tap < d->weight->dim[3];
}

static bool is_met(const Depthwise *d, int64_t i)
{
    int64_t tap;
    for (int64_t p = 0; p < d->pixels; p++)
        if (meets(d, i, p, &tap))
            return true;
    return false;
}

static void write_row(const Depthwise *d)
{
    KernelText *text = d->text;
    Buf *out = text->out, line = {0};
    int64_t columns = (d->pixels - 1) * d->attrs->stride[1] + (d->weight->dim[3] - 1) * d->attrs->dilation[1] + 1, tap;
    for (int64_t i = 0; i < columns; i++)
        if (is_met(d, i)) {
            const char *place = arena_printf(text->arena, "%lld", (long long)(i * d->in.stride[3]));
            buf_line(out, "const v4 x%lld = v_read(%s);", (long long)i, pointer_text(text, "s", place));
        }
    for (int64_t k = 0; k < d->weight->dim[3]; k++) {
        const char *place = arena_printf(text->arena, "%lld", (long long)(k * d->block));
        buf_clear(&line);
        buf_printf(&line, "w = v_read(%s)", pointer_text(text, "w_at", place));
        for (int64_t p = 0; p < d->pixels; p++)
            for (int64_t i = 0; i < columns; i++)
                if (meets(d, i, p, &tap) && tap == k)
                    buf_printf(&line, ", sum%lld = v_fma(x%lld, w, sum%lld)", (long long)p, (long long)i, (long long)p);
        buf_line(out, "%s;", buf_text(&line));
    }
    buf_free(&line);
}

static void write_sums(const Depthwise *d)
{
    KernelText *text = d->text;
    Buf *out = text->out, line = {0};
    const int64_t taps = d->weight->dim[2] * d->weight->dim[3];
    for (int64_t p = 0; p < d->pixels; p++)
        buf_printf(&line, "%ssum%lld = v_set(-0.0f)", p ? ", " : "v4 w, ", (long long)p);
    buf_line(out, "%s;", buf_text(&line));
    buf_free(&line);
    const Term maps[] = {{"b", 1, d->block}, {"v", AXIS_IN_BLOCK, VECTOR}};
    const char *pixel = gpu_pixel_place(text, &d->in, d->attrs->stride);
    const char *map = place_text(text, &d->in, maps, COUNT_OF(maps));
    buf_line(out, "%ss = x + %s%s;", text_reads(text), map,
             strcmp(pixel, "0") == 0 ? "" : arena_printf(text->arena, " + %s", pixel));
    buf_line(out, "%sw_at = weight + b * %lld + v * %d;", text_reads(text), (long long)(taps * d->block), VECTOR);
    if (d->weight->dim[2] > 1)
        buf_open(out, "for (int ky = 0; ky < %lld; ky++, s += %lld, w_at += %lld)", (long long)d->weight->dim[2],
                 (long long)(d->in.stride[2] * d->attrs->dilation[0]), (long long)(d->weight->dim[3] * d->block));
    write_row(d);
    if (d->weight->dim[2] > 1)
        buf_close(out);
}

/* Pixel p of the item: column c moves on from one to the next. */
static void write_stores(const Depthwise *d)
{
    KernelText *text = d->text;
    const char *map = arena_printf(text->arena, "b * %lld + v * %d", (long long)d->block, VECTOR);
    for (int64_t p = 0; p < d->pixels; p++) {
        buf_line(text->out, "{");
        text->out->indent++;
        gpu_store(text, &(GpuStore){map, arena_printf(text->arena, "sum%lld", (long long)p), VECTOR, true, NULL});
        buf_close(text->out);
        if (p + 1 < d->pixels)
            buf_line(text->out, "c++;");
    }
}

void gpu_depthwise_text(KernelText *text)
{
    const Depthwise d = {.text = text,
                         .attrs = text->leader->attrs,
                         .weight = &text_input(text, CONV_WEIGHT)->shape,
                         .y = &text_output(text)->shape,
                         .in = access_of(text_input(text, CONV_X)),
                         .block = text->kernel->form.channel_block,
                         .pixels = text_tile(text, AXIS_COLUMNS)};
    const int64_t skip = d.in.base - d.attrs->pad[HALO_TOP] * d.in.stride[2] - d.attrs->pad[HALO_LEFT] * d.in.stride[3];
    text_comment(text, arena_printf(text->arena, "each channel by itself, %s x 4 channels of an item",
                                    text_count(text, d.pixels, "pixel")));
    text_finish(text, true);
    gpu_open(text, "", USES_TENSORS);
    gpu_results_begin(text);
    if (skip)
        buf_line(text->out, "x += %lld; /* to the first window */", (long long)skip);
    gpu_items_open(text, VECTOR, d.pixels);
    if (d.pixels > 1)
        buf_line(text->out, "int c = tile * %lld;", (long long)d.pixels);
    write_sums(&d);
    write_stores(&d);
    buf_close(text->out);
    text_close(text);
}
