/* c_conv.c - convolution in plain C: any kernel, stride, dilation and groups, over rows with a halo.
 *
 * Some output maps times some pixels of a row are summed in small arrays that compilers keep in registers: for each
 * input channel and tap, one run of weights (beside each other in a panel) times one input value for each pixel.
 * How many says the kernel's Tiling (c_tiles.c).
 */
#include "emit/conv_tile.h"
#include "ops/conv.h"

/* The numbers that the text is made of. */
typedef struct ConvText {
    KernelText *text;
    const ConvAttrs *attrs;
    ConvTile tile;
    int64_t batch, inputs, kernel[2]; /* inputs: of one group */
    int64_t row, plane;               /* of the stored input */
    int64_t out_row, height, width;
    bool many; /* more panels than one */
} ConvText;

static ConvText conv_numbers(KernelText *text)
{
    const Type *y = text_output(text), stored_x = text_stored_input(text), stored_y = text_stored_output(text);
    const Shape *weight = &text_input(text, CONV_WEIGHT)->shape;
    Access in = access_of(&stored_x), out = access_of(&stored_y);
    ConvText c = {.text = text,
                  .attrs = text->leader->attrs,
                  .batch = y->shape.dim[0],
                  .inputs = weight->dim[1],
                  .kernel = {weight->dim[2], weight->dim[3]},
                  .row = in.stride[2],
                  .plane = in.stride[1],
                  .out_row = out.stride[2],
                  .height = y->shape.dim[2],
                  .width = y->shape.dim[3]};
    c.tile = (ConvTile){.text = text,
                        .block = (int)text_tile(text, AXIS_MAPS),
                        .maps = y->shape.dim[1],
                        .in_step = c.attrs->stride[1],
                        .out_step = 1,
                        .out_plane = out.stride[1],
                        .has_bias = text->leader->input_count > CONV_BIAS};
    c.tile.apart = text_has_pieces(text);
    tile_shuffle(&c.tile);
    c.many = c.tile.maps > c.tile.block;
    c.tile.partial = c.many && c.tile.maps % c.tile.block != 0;
    return c;
}

static void write_sum(const ConvText *c, int64_t pixels)
{
    Buf *out = c->text->out;
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
    buf_line(out, "%ss = %s;", text_reads(c->tile.text), buf_text(&at));
    buf_free(&at);
    tile_add(&c->tile, pixels, "weight");
    if (loops)
        buf_line(out, "weight += %d;", c->tile.block);
    while (loops--)
        buf_close(out);
}

/* The function that computes `pixels` pixels of one row for one panel of maps. */
static void write_tile(const ConvText *c, int64_t pixels)
{
    tile_open(&c->tile, pixels, "");
    tile_start(&c->tile, pixels);
    write_sum(c, pixels);
    tile_store(&c->tile, pixels);
    text_close(c->text);
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
    buf_printf(&line, " + %s * %lld", text_row_in(text), (long long)(c->row * c->attrs->stride[0]));
    if (!first)
        stride == 1 ? buf_printf(&line, " + %s", column) : buf_printf(&line, " + %s * %lld", column, (long long)stride);
    const char *panel = c->many ? " + o" : "";
    buf_puts(&line, ", weight");
    if (c->many)
        buf_printf(&line, " + o * %lld", (long long)(c->inputs * c->kernel[0] * c->kernel[1]));
    if (c->tile.has_bias)
        buf_printf(&line, ", bias%s", text_parameter_runs(text, CONV_BIAS) ? panel : "");
    const Term terms[] = {{"o", 1, c->many}, {"r", 2, 1}, {column, 3, !first}};
    add_epilogue_arguments(&line, text, panel, terms, COUNT_OF(terms));
    if (c->tile.apart)
        buf_puts(&line, ", place + r * row");
    else if (c->many)
        buf_printf(&line, ", y + %s + %s * %lld", tile_panel(&c->tile), text_row_out(text), (long long)c->out_row);
    else
        buf_printf(&line, ", y + %s * %lld", text_row_out(text), (long long)c->out_row);
    if (!first)
        buf_printf(&line, " + %s", column);
    buf_puts(&line, tile_last_argument(&c->tile));
    buf_puts(&line, ");");
    line_wrapped(text->out, buf_text(&line));
    buf_free(&line);
}

/* "const int row = o < 64 ? 28 : 32;" */
static void write_choice(Buf *out, const char *name, long long maps, const long long values[2])
{
    if (values[0] == values[1])
        buf_line(out, "const int %s = %lld;", name, values[0]);
    else
        buf_line(out, "const int %s = o < %lld ? %lld : %lld;", name, maps, values[0], values[1]);
}

/* Where the panel of map o goes, and how far apart rows and maps are there. */
static void write_places(const ConvText *c)
{
    const KernelText *text = c->text;
    Access first = access_of(text_written(text, 0)), second = access_of(text_written(text, 1));
    const long long maps = text_written(text, 0)->shape.dim[1];
    const long long row[] = {first.stride[2], second.stride[2]}, plane[] = {first.stride[1], second.stride[1]};
    buf_line(text->out, "%sconst place = o < %lld ? y + o * %lld : y2 + (o - %lld) * %lld;", text_writes(text), maps,
             plane[0], maps, plane[1]);
    write_choice(text->out, "row", maps, row);
    write_choice(text->out, "plane", maps, plane);
}

static void write_rows(const ConvText *c)
{
    KernelText *text = c->text;
    int64_t pixels = text_tile(text, AXIS_COLUMNS), full = c->width / pixels * pixels, rest = c->width - full;
    if (c->many)
        buf_open(text->out, "%s", text_loop(text, AXIS_MAPS, "o", c->tile.maps, c->tile.block));
    if (c->attrs->groups > 1)
        buf_line(text->out, "const int group = o / %lld * %lld;", (long long)(c->tile.maps / c->attrs->groups),
                 (long long)(c->inputs * c->plane));
    if (c->tile.apart)
        write_places(c);
    text_rows_open(text, c->height, rest);
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

/* Between x and the first element that its first window reads. */
static int64_t skip_input(const ConvText *c, const Access *in)
{
    int64_t above = c->text->kernel->rows.x_held ? 0 : c->attrs->pad[HALO_TOP]; /* held rows begin with a window */
    return in->base - above * c->row - c->attrs->pad[HALO_LEFT];
}

void c_conv_text(KernelText *text)
{
    ConvText c = conv_numbers(text);
    const Type x = text_stored_input(text), y = text_stored_output(text);
    Access in = access_of(&x), out = access_of(&y);
    int64_t pixels = text_tile(text, AXIS_COLUMNS);
    text_comment(text, arena_printf(text->arena, "direct, %s x %s summed in registers",
                                    text_count(text, c.tile.block, "map"), text_count(text, pixels, "pixel")));
    text_finish(text, false);
    write_tile(&c, pixels);
    if (c.width % pixels)
        write_tile(&c, c.width % pixels);
    text_open(text);
    text_border(text);
    int64_t skip_x = skip_input(&c, &in);
    if (skip_x)
        buf_line(text->out, "x += %lld; /* to the first window */", (long long)skip_x);
    for (uint32_t i = 0; i < text->kernel->written_count; i++) {
        int64_t base = text_has_pieces(text) ? access_of(text_written(text, i)).base : out.base;
        if (base)
            buf_line(text->out, "y%s += %lld; /* past the halo */", i ? "2" : "", (long long)base);
    }
    parallels_begin(text);
    if (c.batch > 1) {
        buf_open(text->out, "for (int n = 0; n < %lld; n++, x += %lld%s, y += %lld)", (long long)c.batch,
                 (long long)in.stride[0], parallels_next(text), (long long)out.stride[0]);
        write_rows(&c);
        buf_close(text->out);
    } else {
        write_rows(&c);
    }
    text_close(text);
}
