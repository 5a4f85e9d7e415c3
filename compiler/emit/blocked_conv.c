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
    int64_t in_step, out_step; /* floats from one pixel to the next, where it is read and where it is stored */
    int64_t out_plane;         /* floats from one channel block of the output to the next */
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
            const char *at = v ? arena_printf(tile->text->arena, "bias + %d", tile->lanes) : "bias";
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
        long long place = p * tile->in_step;
        const char *at = place ? arena_printf(tile->text->arena, "s + %lld", place) : "s";
        buf_line(out, "const %s s%lld = v_broadcast(%s);", vector, (long long)p, at);
        for (int v = 0; v < tile->vectors; v++)
            buf_line(out, "a%lld_%d = v_fma(s%lld, w%d, a%lld_%d);", (long long)p, v, (long long)p, v, (long long)p, v);
    }
}

/* Floats from one row, and from one channel block, to the next. */
static void blocked_steps(const Type *type, int64_t *row, int64_t *plane)
{
    const int32_t *halo = type->layout.halo;
    *row = (type->shape.dim[3] + halo[HALO_LEFT] + halo[HALO_RIGHT]) * type->layout.block;
    *plane = (type->shape.dim[2] + halo[HALO_TOP] + halo[HALO_BOTTOM]) * *row;
}

/* Where vector v of pixel p stands in each tensor that is read beside the sums. */
static const char *const *places_beside(const BlockedTile *tile, int v, int64_t p)
{
    KernelText *text = tile->text;
    const char **at = NEW_ARRAY(text->arena, const char *, text_parameter_count(text));
    for (uint32_t i = 0; i < text_parameter_count(text); i++) {
        int64_t row, plane;
        if (!text_is_parallel(text, i))
            continue;
        blocked_steps(text_parameter_type(text, i), &row, &plane);
        at[i] = arena_printf(text->arena, "%lld", (long long)(v * plane + p * tile->lanes));
    }
    return at;
}

static void write_store(const BlockedTile *tile, int64_t pixels)
{
    KernelText *text = tile->text;
    for (int v = 0; v < tile->vectors; v++)
        for (int64_t p = 0; p < pixels; p++) {
            const char *sum = arena_printf(text->arena, "a%lld_%d", (long long)p, v);
            long long place = v * tile->out_plane + p * tile->out_step;
            const char *at = place ? arena_printf(text->arena, "y + %lld", place) : "y";
            const char *value = text_finished(text, sum, v ? arena_printf(text->arena, "%d", tile->lanes) : "0",
                                              places_beside(tile, v, p), true);
            line_wrapped(text->out, arena_printf(text->arena, "v_store(%s, %s);", at, value));
        }
}

/* ---- convolution ---- */

typedef struct BlockedConv {
    KernelText *text;
    const ConvAttrs *attrs;
    BlockedTile tile;
    const Shape *weight, *y;
    int64_t pixel, row, plane, out_row; /* in floats; plane: of a channel, or of a block of them */
    bool many;                          /* more than one panel of maps */
} BlockedConv;

static void write_sum(const BlockedConv *c, int64_t pixels)
{
    Buf *out = c->text->out;
    long long inputs = c->weight->dim[1];
    buf_open(out, "for (int i = 0; i < %lld; i++)", inputs);
    if (c->text->kernel->form.reads == LAYOUT_PLAIN)
        buf_line(out, "const float *channel = x + i * %lld;", (long long)c->plane);
    else if (inputs > c->tile.lanes)
        buf_line(out, "const float *channel = x + i / %d * %lld + i %% %d;", c->tile.lanes, (long long)c->plane,
                 c->tile.lanes);
    else
        buf_line(out, "const float *channel = x + i;");
    buf_open(out, "for (int ky = 0; ky < %lld; ky++)", (long long)c->weight->dim[2]);
    buf_open(out, "for (int kx = 0; kx < %lld; kx++)", (long long)c->weight->dim[3]);
    buf_line(out, "const float *s = channel + ky * %lld + kx * %lld;", (long long)(c->row * c->attrs->dilation[0]),
             (long long)(c->pixel * c->attrs->dilation[1]));
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

/* " + o / 8 * 3136 + r * 448 + c * 8" */
static void add_place_beside(Buf *line, const BlockedConv *c, uint32_t parameter, const char *column)
{
    int64_t row, plane;
    blocked_steps(text_parameter_type(c->text, parameter), &row, &plane);
    if (c->many)
        buf_printf(line, " + o / %d * %lld", c->tile.lanes, (long long)plane);
    buf_printf(line, " + r * %lld + %s * %d", (long long)row, column, c->tile.lanes);
}

static void write_call(const BlockedConv *c, int64_t pixels, const char *column)
{
    KernelText *text = c->text;
    Buf line = {0};
    buf_printf(&line, "%s_row%lld(x + r * %lld + %s * %lld, weight", text->name, (long long)pixels,
               (long long)(c->row * c->attrs->stride[0]), column, (long long)(c->pixel * c->attrs->stride[1]));
    if (c->many)
        buf_printf(&line, " + o * %lld", (long long)(c->weight->dim[1] * c->weight->dim[2] * c->weight->dim[3]));
    for (uint32_t i = CONV_BIAS; i < text_parameter_count(text); i++) {
        if (text_in_place(text, i))
            continue;
        buf_printf(&line, ", %s", text_parameter(text, i));
        if (text_is_parallel(text, i))
            add_place_beside(&line, c, i, column);
        else if (c->many && text_parameter_runs(text, i))
            buf_puts(&line, " + o");
    }
    buf_puts(&line, ", y");
    if (c->many)
        buf_printf(&line, " + o / %d * %lld", c->tile.lanes, (long long)c->tile.out_plane);
    buf_printf(&line, " + r * %lld + %s * %d);", (long long)c->out_row, column, c->tile.lanes);
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

/* Blocks of channels. */
static int64_t blocks_of(const Type *type)
{
    return (type->shape.dim[1] + type->layout.block - 1) / type->layout.block;
}

/* Lines that step over the halos of what is read beside the sums. */
static void begin_beside(const BlockedConv *c)
{
    KernelText *text = c->text;
    for (uint32_t i = 0; i < text_parameter_count(text); i++) {
        int64_t row, plane;
        if (!text_is_parallel(text, i) || text_in_place(text, i))
            continue;
        const Type *type = text_parameter_type(text, i);
        blocked_steps(type, &row, &plane);
        int64_t skip = type->layout.halo[HALO_TOP] * row + type->layout.halo[HALO_LEFT] * c->tile.lanes;
        if (skip)
            buf_line(text->out, "%s += %lld; /* past its halo */", text_parameter(text, i), (long long)skip);
    }
}

/* What a loop over the batch does with them: ", add_x += 784". */
static const char *next_beside(const BlockedConv *c)
{
    KernelText *text = c->text;
    const char *steps = "";
    for (uint32_t i = 0; i < text_parameter_count(text); i++) {
        int64_t row, plane;
        if (!text_is_parallel(text, i) || text_in_place(text, i))
            continue;
        blocked_steps(text_parameter_type(text, i), &row, &plane);
        steps = arena_printf(text->arena, "%s, %s += %lld", steps, text_parameter(text, i),
                             (long long)(blocks_of(text_parameter_type(text, i)) * plane));
    }
    return steps;
}

static void conv_text(KernelText *text)
{
    const int lanes = text->plan->target->lanes;
    const Type *x = text_input(text, CONV_X), *y = text_output(text);
    BlockedConv c = {.text = text,
                     .attrs = text->leader->attrs,
                     .weight = &text_input(text, CONV_WEIGHT)->shape,
                     .y = &y->shape,
                     .tile = {.text = text,
                              .lanes = lanes,
                              .vectors = (int)text_tile(text, AXIS_MAPS) / lanes,
                              .has_bias = text->leader->input_count > CONV_BIAS}};
    c.pixel = lanes, c.tile.out_step = lanes;
    c.many = y->shape.dim[1] > c.tile.vectors * c.tile.lanes;
    Access plain = access_of(x);
    bool reads_plain = text->kernel->form.reads == LAYOUT_PLAIN;
    if (reads_plain)
        c.pixel = 1, c.row = plain.stride[2], c.plane = plain.stride[1];
    else
        blocked_steps(x, &c.row, &c.plane);
    blocked_steps(y, &c.out_row, &c.tile.out_plane);
    c.tile.in_step = c.attrs->stride[1] * c.pixel;
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
    int64_t skip = (x->layout.halo[HALO_TOP] - c.attrs->pad[HALO_TOP]) * c.row +
                   (x->layout.halo[HALO_LEFT] - c.attrs->pad[HALO_LEFT]) * c.pixel;
    int64_t skip_y = y->layout.halo[HALO_TOP] * c.out_row + y->layout.halo[HALO_LEFT] * lanes;
    if (skip)
        buf_line(text->out, "x += %lld; /* to the first window */", (long long)skip);
    if (skip_y)
        buf_line(text->out, "y += %lld; /* past the halo */", (long long)skip_y);
    begin_beside(&c);
    if (y->shape.dim[0] > 1) {
        buf_open(text->out, "for (int n = 0; n < %lld; n++, x += %lld%s, y += %lld)", (long long)y->shape.dim[0],
                 (long long)((reads_plain ? x->shape.dim[1] : blocks_of(x)) * c.plane), next_beside(&c),
                 (long long)(blocks_of(y) * c.tile.out_plane));
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
    const Type *x = text_input(text, CONV_X), *y = text_output(text);
    Transposed t = transposed_numbers(text);
    blocked_steps(x, &t.row, &t.plane);
    blocked_steps(y, &t.out_row, &t.out_plane);
    t.vector = lanes;
    t.x_base = x->layout.halo[HALO_TOP] * t.row + x->layout.halo[HALO_LEFT] * lanes;
    t.y_base = y->layout.halo[HALO_TOP] * t.out_row + y->layout.halo[HALO_LEFT] * lanes;
    t.x_picture = blocks_of(x) * t.plane;
    t.y_picture = blocks_of(y) * t.out_plane;
    BlockedTile tile = {.text = text,
                        .lanes = lanes,
                        .vectors = t.block / lanes,
                        .has_bias = text->leader->input_count > CONV_BIAS,
                        .in_step = lanes,
                        .out_step = t.attrs->stride[1] * lanes,
                        .out_plane = t.out_plane};
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

ConvForm blocked_form(const Graph *graph, const Node *conv, bool vector_epilogue, const BlockedSizes *sizes)
{
    const ConvAttrs *attrs = conv->attrs;
    bool transposed = conv->op == OP_conv_transpose;
    int64_t inputs = graph_input_node(graph, conv, CONV_X)->type.shape.dim[1], maps = conv->type.shape.dim[1];
    int64_t width = transposed ? transposed_columns(conv) : conv->type.shape.dim[3];
    if (conv->op == OP_conv_connect || attrs->groups > 1 || maps < sizes->lanes || !vector_epilogue ||
        (transposed && 2 * inputs < sizes->lanes))
        return c_conv_form(graph, conv, vector_epilogue);
    bool two = (maps + sizes->lanes - 1) / sizes->lanes % 2 == 0;
    int64_t most = two ? sizes->pixels_of_two : sizes->pixels_of_one, tiles = (width + most - 1) / most;
    return (ConvForm){.activations = LAYOUT_BLOCKED,
                      .reads = inputs < sizes->lanes && !transposed ? LAYOUT_PLAIN : LAYOUT_BLOCKED,
                      .channel_block = sizes->lanes,
                      .weights = transposed ? LAYOUT_TURNED : LAYOUT_PANELS,
                      .maps = two ? 2 * sizes->lanes : sizes->lanes,
                      .pixels = (int32_t)((width + tiles - 1) / tiles),
                      .rows = 1};
}
