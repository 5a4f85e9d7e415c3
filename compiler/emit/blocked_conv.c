/* blocked_conv.c - convolutions over channel blocks as wide as a vector, in the words of a target.
 *
 * A block's channels are one vector: an input value is broadcast and multiplied into the vectors of one or two blocks
 * of output maps, for some pixels beside each other; the target says how many (blocked.h). Every tap of every pixel is
 * in the buffer (a halo of zeros), so that nothing tests a border.
 */
#include "emit/blocked.h"
#include "emit/transposed.h"
#include "ops/conv.h"

/* ---- sums in registers ---- */

typedef struct BlockedTile {
    KernelText *text;
    int lanes;   /* of a vector: channels of a block */
    int vectors; /* of maps */
    bool has_bias;
    int64_t in_step; /* floats from one pixel to the next, where it is read */
    int64_t apart;   /* columns from one pixel to the next, where it is stored */
} BlockedTile;

static void open_tile(const BlockedTile *tile, int64_t pixels, const char *extra)
{
    KernelText *text = tile->text;
    buf_line(text->out, "/* %lld pixels of a row, of %d maps. */", (long long)pixels, tile->vectors * tile->lanes);
    text_open_part(text, text->plan->target->attribute, arena_printf(text->arena, "_row%lld", (long long)pixels),
                   extra);
}

static void write_start(const BlockedTile *tile, int64_t pixels)
{
    for (int64_t p = 0; p < pixels; p++)
        for (int v = 0; v < tile->vectors; v++) {
            const char *at = pointer_text(tile->text, "bias", arena_printf(tile->text->arena, "%d", v * tile->lanes));
            const char *start = tile->has_bias ? arena_printf(tile->text->arena, "v_load(%s)", at) : "v_zero()";
            buf_line(tile->text->out, "%s a%lld_%d = %s;", tile->text->plan->target->vector, (long long)p, v, start);
        }
}

/* Adds the pixels at `s` times the weights at `weight`, a name. */
static void write_add(const BlockedTile *tile, int64_t pixels, const char *weight)
{
    Buf *out = tile->text->out;
    const char *vector = tile->text->plan->target->vector;
    if (tile->vectors == 2)
        buf_line(out, "const %s w0 = v_load(%s), w1 = v_load(%s + %d);", vector, weight, weight, tile->lanes);
    else
        buf_line(out, "const %s w0 = v_load(%s);", vector, weight);
    for (int64_t p = 0; p < pixels; p++) {
        const char *place = arena_printf(tile->text->arena, "%lld", (long long)(p * tile->in_step));
        buf_line(out, "const %s s%lld = v_broadcast(%s);", vector, (long long)p, pointer_text(tile->text, "s", place));
        for (int v = 0; v < tile->vectors; v++)
            buf_line(out, "a%lld_%d = v_fma(s%lld, w%d, a%lld_%d);", (long long)p, v, (long long)p, v, (long long)p, v);
    }
}

static void write_store(const BlockedTile *tile, int64_t pixels)
{
    KernelText *text = tile->text;
    const Access out = access_of(text_output(text));
    for (int v = 0; v < tile->vectors; v++)
        for (int64_t p = 0; p < pixels; p++) {
            const char *sum = arena_printf(text->arena, "a%lld_%d", (long long)p, v);
            const char *channel = arena_printf(text->arena, "%d", v * tile->lanes);
            const Term terms[] = {{NULL, 1, v * tile->lanes}, {NULL, 3, p * tile->apart}};
            const char *at = pointer_text(text, "y", place_text(text, &out, terms, COUNT_OF(terms)));
            const char *value = text_finished(text, sum, channel, parallels_at(text, terms, COUNT_OF(terms)), true);
            line_wrapped(text->out, arena_printf(text->arena, "v_store(%s, %s);", at, value));
        }
}

/* ---- convolution ---- */

typedef struct BlockedConv {
    KernelText *text;
    const ConvAttrs *attrs;
    BlockedTile tile;
    const Shape *weight, *y;
    Access in, out;
    bool many; /* more than one panel of maps */
} BlockedConv;

static void write_sum(const BlockedConv *c, int64_t pixels)
{
    Buf *out = c->text->out;
    long long inputs = c->weight->dim[1];
    buf_open(out, "for (int i = 0; i < %lld; i++)", inputs);
    if (c->text->kernel->form.reads == LAYOUT_PLAIN)
        buf_line(out, "const float *channel = x + i * %lld;", (long long)c->in.stride[1]);
    else if (inputs > c->tile.lanes)
        buf_line(out, "const float *channel = x + i / %d * %lld + i %% %d;", c->tile.lanes,
                 (long long)(c->in.stride[1] * c->tile.lanes), c->tile.lanes);
    else
        buf_line(out, "const float *channel = x + i;");
    buf_open(out, "for (int ky = 0; ky < %lld; ky++)", (long long)c->weight->dim[2]);
    buf_open(out, "for (int kx = 0; kx < %lld; kx++)", (long long)c->weight->dim[3]);
    buf_line(out, "const float *s = channel + ky * %lld + kx * %lld;",
             (long long)(c->in.stride[2] * c->attrs->dilation[0]),
             (long long)(c->in.stride[3] * c->attrs->dilation[1]));
    write_add(&c->tile, pixels, "weight");
    buf_line(out, "weight += %d;", c->tile.vectors * c->tile.lanes);
    buf_close(out);
    buf_close(out);
    buf_close(out);
}

static void write_tile(const BlockedConv *c, int64_t pixels)
{
    open_tile(&c->tile, pixels, "");
    write_start(&c->tile, pixels);
    write_sum(c, pixels);
    write_store(&c->tile, pixels);
    text_close(c->text);
}

static void write_call(const BlockedConv *c, int64_t pixels, const char *column)
{
    KernelText *text = c->text;
    Buf line = {0};
    const char *panel = c->many ? " + o" : "";
    const Term terms[] = {{"o", 1, c->many}, {"r", 2, 1}, {column, 3, 1}};
    buf_printf(&line, "%s_row%lld(x + r * %lld + %s * %lld, weight", text->name, (long long)pixels,
               (long long)(c->in.stride[2] * c->attrs->stride[0]), column, (long long)c->tile.in_step);
    if (c->many)
        buf_printf(&line, " + o * %lld", (long long)(c->weight->dim[1] * c->weight->dim[2] * c->weight->dim[3]));
    if (c->tile.has_bias)
        buf_printf(&line, ", bias%s", panel);
    add_epilogue_arguments(&line, text, panel, terms, COUNT_OF(terms));
    buf_printf(&line, ", %s);", pointer_text(text, "y", place_text(text, &c->out, terms, COUNT_OF(terms))));
    line_wrapped(text->out, buf_text(&line));
    buf_free(&line);
}

static void write_rows(const BlockedConv *c)
{
    Buf *out = c->text->out;
    int64_t pixels = text_tile(c->text, AXIS_COLUMNS), width = c->y->dim[3], full = width / pixels * pixels;
    bool rest = width > full;
    if (c->many)
        buf_open(out, "for (int o = 0; o < %lld; o += %d)", (long long)c->y->dim[1], c->tile.vectors * c->tile.lanes);
    buf_line(out, "for (int r = 0; r < %lld; r++)%s", (long long)c->y->dim[2], rest ? " {" : "");
    out->indent++;
    buf_line(out, "for (int c = 0; c < %lld; c += %lld)", (long long)full, (long long)pixels);
    out->indent++;
    write_call(c, pixels, "c");
    out->indent--;
    if (rest)
        write_call(c, width - full, arena_printf(c->text->arena, "%lld", (long long)full));
    out->indent--;
    if (rest)
        buf_line(out, "}");
    if (c->many)
        buf_close(out);
}

static void conv_text(KernelText *text)
{
    const int lanes = text->plan->target->lanes;
    const Type *x = text_input(text, CONV_X), *y = text_output(text);
    BlockedConv c = {.text = text,
                     .attrs = text->leader->attrs,
                     .weight = &text_input(text, CONV_WEIGHT)->shape,
                     .y = &y->shape,
                     .in = access_of(x),
                     .out = access_of(y),
                     .tile = {.text = text,
                              .lanes = lanes,
                              .vectors = (int)text_tile(text, AXIS_MAPS) / lanes,
                              .has_bias = text->leader->input_count > CONV_BIAS,
                              .apart = 1}};
    c.tile.in_step = c.attrs->stride[1] * c.in.stride[3];
    c.many = y->shape.dim[1] > c.tile.vectors * lanes;
    int64_t pixels = text_tile(text, AXIS_COLUMNS), rest = y->shape.dim[3] % pixels;
    text_comment(text, arena_printf(text->arena,
                                    "direct, %d maps x %lld pixels summed in registers, channels in blocks of %d",
                                    c.tile.vectors * lanes, (long long)pixels, lanes));
    text_finish(text, true);
    write_tile(&c, pixels);
    if (rest)
        write_tile(&c, rest);
    /* Without the attribute, so that no tile is inlined: its sums would share registers with the loops around it. */
    text_open_part(text, "", "", "");
    text_border(text);
    int64_t skip = c.in.base - c.attrs->pad[HALO_TOP] * c.in.stride[2] - c.attrs->pad[HALO_LEFT] * c.in.stride[3];
    if (skip)
        buf_line(text->out, "x += %lld; /* to the first window */", (long long)skip);
    if (c.out.base)
        buf_line(text->out, "y += %lld; /* past the halo */", (long long)c.out.base);
    parallels_begin(text);
    if (y->shape.dim[0] > 1) {
        buf_open(text->out, "for (int n = 0; n < %lld; n++, x += %lld%s, y += %lld)", (long long)y->shape.dim[0],
                 (long long)c.in.stride[0], parallels_next(text), (long long)c.out.stride[0]);
        write_rows(&c);
        buf_close(text->out);
    } else {
        write_rows(&c);
    }
    text_close(text);
}

/* ---- transposed convolution ---- */

static void conv_transpose_text(KernelText *text)
{
    const int lanes = text->plan->target->lanes;
    Transposed t = transposed_numbers(text);
    BlockedTile tile = {.text = text,
                        .lanes = lanes,
                        .vectors = t.block / lanes,
                        .has_bias = text->leader->input_count > CONV_BIAS,
                        .in_step = lanes,
                        .apart = t.attrs->stride[1]};
    text_comment(text, arena_printf(text->arena,
                                    "by phases of the stride, %d maps x %lld pixels summed in registers, channels in "
                                    "blocks of %d",
                                    t.block, (long long)t.pixels, lanes));
    text_finish(text, true);
    open_tile(&tile, t.pixels, transposed_parameters(&t));
    write_start(&tile, t.pixels);
    int loops = transposed_open_taps(&t);
    write_add(&tile, t.pixels, "w");
    transposed_close_taps(&t, loops);
    write_store(&tile, t.pixels);
    text_close(text);
    text_open_part(text, "", "", ""); /* as above */
    text_border(text);
    transposed_body(&t);
    text_close(text);
}

void blocked_text(KernelText *text)
{
    if (text->kernel->family == FAMILY_CONV_TRANSPOSE)
        conv_transpose_text(text);
    else
        conv_text(text);
}

/* ---- forms ---- */

ConvForm blocked_form(const Graph *graph, const Node *conv, bool vector_epilogue, int32_t lanes, int32_t sums)
{
    const ConvAttrs *attrs = conv->attrs;
    bool transposed = conv->op == OP_conv_transpose;
    int64_t inputs = graph_input_node(graph, conv, CONV_X)->type.shape.dim[1], maps = conv->type.shape.dim[1];
    int64_t width = transposed ? transposed_columns(conv) : conv->type.shape.dim[3];
    if (conv->op == OP_conv_connect || attrs->groups > 1 || maps < lanes || !vector_epilogue ||
        (transposed && 2 * inputs < lanes))
        return c_conv_form(graph, conv, vector_epilogue);
    int32_t vectors = (maps + lanes - 1) / lanes % 2 == 0 ? 2 : 1;
    int64_t most = sums / vectors, tiles = (width + most - 1) / most;
    return (ConvForm){.activations = LAYOUT_BLOCKED,
                      .reads = inputs < lanes && !transposed ? LAYOUT_PLAIN : LAYOUT_BLOCKED,
                      .channel_block = lanes,
                      .weights = transposed ? LAYOUT_TURNED : LAYOUT_PANELS,
                      .maps = vectors * lanes,
                      .pixels = (int32_t)((width + tiles - 1) / tiles),
                      .rows = 1};
}
