/* c_conv.c - convolution in plain C: any kernel, stride, dilation and groups, over rows with a halo.
 *
 * Some output maps times some pixels of a row are summed in small arrays that compilers keep in registers: for each
 * input channel and tap, one run of weights (beside each other in a panel) times one input value for each pixel.
 * The shape of that loop decides everything. One inner loop over the maps, with an array a pixel, is fast with both
 * clang 14 and gcc 12 at 32 maps x 4 pixels (180-205 and 96-183 GFLOP/s with AVX-512) and fair at 8 x 8 (28-99 and
 * 29-107); two-dimensional arrays, or other counts, fall to 7-15 with one of the two. bench/tiles.py measures it.
 */
#include "emit/kernel.h"
#include "ops/conv.h"

enum { WIDE_MAPS = 32, WIDE_PIXELS = 4, NARROW_MAPS = 8, NARROW_PIXELS = 8, WORTH_WIDE = 16 };

ConvForm c_conv_form(const Graph *graph, const Node *conv, bool vector_epilogue)
{
    const ConvAttrs *attrs = conv->attrs;
    (void)graph, (void)vector_epilogue;
    int64_t maps = conv->type.shape.dim[1] / attrs->groups;
    ConvForm form = {.activations = LAYOUT_PLAIN, .maps = NARROW_MAPS, .pixels = NARROW_PIXELS};
    if (maps % WIDE_MAPS == 0 || (attrs->groups == 1 && maps > WORTH_WIDE)) {
        form.maps = WIDE_MAPS;
        form.pixels = WIDE_PIXELS;
    } else if (attrs->groups > 1) {
        while (maps % form.maps)
            form.maps /= 2;
    }
    form.pixels = (int32_t)MIN(form.pixels, conv->type.shape.dim[3]);
    return form;
}

/* The numbers that the text is made of. */
typedef struct ConvText {
    KernelText *text;
    const ConvAttrs *attrs;
    int64_t batch, inputs, maps, kernel[2]; /* inputs, maps: of one group and of all */
    int64_t row, plane;                     /* of the stored input */
    int64_t out_row, out_plane, height, width;
    int block; /* maps in registers */
    bool has_bias;
    bool many, partial; /* more panels than one; then whether the last has fewer maps */
} ConvText;

static ConvText conv_numbers(KernelText *text)
{
    const Type *x = text_input(text, CONV_X), *y = text_output(text);
    const Shape *weight = &text_input(text, CONV_WEIGHT)->shape;
    Access in = access_of(x), out = access_of(y);
    ConvText c = {.text = text,
                  .attrs = text->leader->attrs,
                  .batch = y->shape.dim[0],
                  .inputs = weight->dim[1],
                  .maps = y->shape.dim[1],
                  .kernel = {weight->dim[2], weight->dim[3]},
                  .row = in.stride[2],
                  .plane = in.stride[1],
                  .out_row = out.stride[2],
                  .out_plane = out.stride[1],
                  .height = y->shape.dim[2],
                  .width = y->shape.dim[3],
                  .block = text->kernel->form.maps};
    c.has_bias = text->leader->input_count > CONV_BIAS;
    c.many = c.maps > c.block;
    c.partial = c.many && c.maps % c.block != 0;
    return c;
}

/* "for (int b = 0; b < 8; b++)", or nothing to loop over with a single map. */
static void open_maps(const ConvText *c, const char *count)
{
    if (c->block > 1) {
        buf_line(c->text->out, "for (int b = 0; b < %s; b++) {", count);
        c->text->out->indent++;
    }
}

static void close_maps(const ConvText *c)
{
    if (c->block > 1)
        buf_close(c->text->out);
}

static void write_start(const ConvText *c, int64_t pixels)
{
    Buf *out = c->text->out;
    const char *element = c->block > 1 ? "[b]" : "";
    Buf line = {0};
    for (int64_t p = 0; p < pixels; p++)
        c->block > 1 ? buf_printf(&line, "%sa%lld[%d]", p ? ", " : "", (long long)p, c->block)
                     : buf_printf(&line, "%sa%lld", p ? ", " : "", (long long)p);
    buf_line(out, "float %s;", buf_text(&line));
    buf_clear(&line);
    for (int64_t p = 0; p < pixels; p++)
        buf_printf(&line, "a%lld%s = ", (long long)p, element);
    if (c->block > 1) {
        buf_line(out, "for (int b = 0; b < %d; b++)", c->block);
        buf_line(out, "    %s%s;", buf_text(&line), c->has_bias ? "bias[b]" : "0.0f");
    } else {
        buf_line(out, "%s%s;", buf_text(&line), c->has_bias ? "*bias" : "0.0f");
    }
    buf_free(&line);
}

static void write_sum(const ConvText *c, int64_t pixels)
{
    Buf *out = c->text->out;
    const char *element = c->block > 1 ? "[b]" : "";
    const char *weight = c->block > 1 ? "weight[b]" : "*weight";
    int loops = 0;
    if (c->inputs > 1 && ++loops)
        buf_open(out, "for (int i = 0; i < %lld; i++)", (long long)c->inputs);
    if (c->kernel[0] > 1 && ++loops)
        buf_open(out, "for (int ky = 0; ky < %lld; ky++)", (long long)c->kernel[0]);
    if (c->kernel[1] > 1 && ++loops)
        buf_open(out, "for (int kx = 0; kx < %lld; kx++)", (long long)c->kernel[1]);
    Buf at = {0};
    buf_puts(&at, "x");
    if (c->inputs > 1)
        buf_printf(&at, " + i * %lld", (long long)c->plane);
    if (c->kernel[0] > 1)
        buf_printf(&at, " + ky * %lld", (long long)(c->row * c->attrs->dilation[0]));
    if (c->kernel[1] > 1 && c->attrs->dilation[1] > 1)
        buf_printf(&at, " + kx * %lld", (long long)c->attrs->dilation[1]);
    else if (c->kernel[1] > 1)
        buf_puts(&at, " + kx");
    buf_line(out, "const float *s = %s;", buf_text(&at));
    buf_free(&at);
    open_maps(c, arena_printf(c->text->arena, "%d", c->block));
    for (int64_t p = 0; p < pixels; p++)
        buf_line(out, "a%lld%s += s[%lld] * %s;", (long long)p, element, (long long)(p * c->attrs->stride[1]), weight);
    close_maps(c);
    if (loops)
        buf_line(out, "weight += %d;", c->block);
    while (loops--)
        buf_close(out);
}

static void write_store(const ConvText *c, int64_t pixels)
{
    KernelText *text = c->text;
    const char *element = c->block > 1 ? "[b]" : "";
    open_maps(c, c->partial ? "maps" : arena_printf(text->arena, "%lld", (long long)MIN(c->block, c->maps)));
    for (int64_t p = 0; p < pixels; p++) {
        const char *value = arena_printf(text->arena, "a%lld%s", (long long)p, element);
        const char *at = arena_printf(text->arena, "%lld", (long long)p);
        if (c->block > 1)
            at = arena_printf(text->arena, p ? "b * %lld + %lld" : "b * %lld", (long long)c->out_plane, (long long)p);
        buf_line(text->out, "y[%s] = %s;", at, text_finished(text, value, c->block > 1 ? "b" : "0", false));
    }
    close_maps(c);
}

/* The function that computes `pixels` pixels of one row for one panel of maps. */
static void write_tile(const ConvText *c, int64_t pixels)
{
    KernelText *text = c->text;
    if (c->partial)
        buf_line(text->out, "/* %lld pixels of a row, of the first `maps` of %d maps. */", (long long)pixels, c->block);
    else if (c->block > 1)
        buf_line(text->out, "/* %lld pixels of a row, of %lld maps. */", (long long)pixels,
                 (long long)MIN(c->block, c->maps));
    else
        buf_line(text->out, "/* %lld pixels of a row. */", (long long)pixels);
    text_open_part(text, text->plan->target->attribute, arena_printf(text->arena, "_row%lld", (long long)pixels),
                   c->partial ? ", int maps" : "");
    write_start(c, pixels);
    write_sum(c, pixels);
    write_store(c, pixels);
    buf_close(text->out);
    buf_line(text->out, "");
}

/* The call of a tile for row r at column `column` ("c", or a number). */
static void write_call(const ConvText *c, int64_t pixels, const char *column)
{
    KernelText *text = c->text;
    bool first = strcmp(column, "0") == 0;
    int64_t stride = c->attrs->stride[1];
    Buf line = {0};
    buf_printf(&line, "%s_row%lld(x", text->name, (long long)pixels);
    if (c->attrs->groups > 1)
        buf_puts(&line, " + group");
    buf_printf(&line, " + r * %lld", (long long)(c->row * c->attrs->stride[0]));
    if (!first)
        stride == 1 ? buf_printf(&line, " + %s", column) : buf_printf(&line, " + %s * %lld", column, (long long)stride);
    const char *panel = c->many ? " + o" : "";
    buf_puts(&line, ", weight");
    if (c->many)
        buf_printf(&line, " + o * %lld", (long long)(c->inputs * c->kernel[0] * c->kernel[1]));
    for (uint32_t i = CONV_BIAS; i < text_parameter_count(text); i++)
        buf_printf(&line, ", %s%s", text_parameter(text, i), text_parameter_runs(text, i) ? panel : "");
    buf_puts(&line, ", y");
    if (c->many)
        buf_printf(&line, " + o * %lld", (long long)c->out_plane);
    buf_printf(&line, " + r * %lld", (long long)c->out_row);
    if (!first)
        buf_printf(&line, " + %s", column);
    if (c->partial)
        buf_printf(&line, ", %lld - o < %d ? %lld - o : %d", (long long)c->maps, c->block, (long long)c->maps,
                   c->block);
    buf_puts(&line, ");");
    line_wrapped(text->out, buf_text(&line));
    buf_free(&line);
}

static void write_rows(const ConvText *c)
{
    KernelText *text = c->text;
    int64_t pixels = text->kernel->form.pixels, full = c->width / pixels * pixels, rest = c->width - full;
    if (c->many)
        buf_open(text->out, "for (int o = 0; o < %lld; o += %d)", (long long)c->maps, c->block);
    if (c->attrs->groups > 1)
        buf_line(text->out, "const int group = o / %lld * %lld;", (long long)(c->maps / c->attrs->groups),
                 (long long)(c->inputs * c->plane));
    buf_line(text->out, "for (int r = 0; r < %lld; r++)%s", (long long)c->height, rest ? " {" : "");
    text->out->indent++;
    if (full > pixels) {
        buf_line(text->out, "for (int c = 0; c < %lld; c += %lld)", (long long)full, (long long)pixels);
        text->out->indent++;
        write_call(c, pixels, "c");
        text->out->indent--;
    } else {
        write_call(c, pixels, "0");
    }
    if (rest)
        write_call(c, rest, arena_printf(text->arena, "%lld", (long long)full));
    text->out->indent--;
    if (rest)
        buf_line(text->out, "}");
    if (c->many)
        buf_close(text->out);
}

void c_conv_text(KernelText *text)
{
    ConvText c = conv_numbers(text);
    const Type *x = text_input(text, CONV_X), *y = text_output(text);
    Access in = access_of(x), out = access_of(y);
    int64_t pixels = text->kernel->form.pixels;
    text_comment(text, arena_printf(text->arena, "direct, %d maps x %lld pixels summed in registers", c.block,
                                    (long long)pixels));
    text_finish(text, false);
    write_tile(&c, pixels);
    if (c.width % pixels)
        write_tile(&c, c.width % pixels);
    text_open(text);
    text_border(text);
    int64_t skip_x = in.base - c.attrs->pad[HALO_TOP] * c.row - c.attrs->pad[HALO_LEFT];
    if (skip_x)
        buf_line(text->out, "x += %lld; /* to the first window */", (long long)skip_x);
    if (out.base)
        buf_line(text->out, "y += %lld; /* past the halo */", (long long)out.base);
    if (c.batch > 1) {
        buf_open(text->out, "for (int n = 0; n < %lld; n++)", (long long)c.batch);
        write_rows(&c);
        buf_line(text->out, "x += %lld;", (long long)in.stride[0]);
        buf_line(text->out, "y += %lld;", (long long)out.stride[0]);
        buf_close(text->out);
    } else {
        write_rows(&c);
    }
    text_close(text);
}
