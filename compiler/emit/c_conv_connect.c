/* c_conv_connect.c - convolution with a connection table in plain C.
 *
 * No two output maps see the same input maps, so vectors run over pixels here: a tile of rows and pixels of one map is
 * summed in registers, a weight times a row of pixels at a time. Tables say which input maps come. Tiles that hang over
 * an edge are moved back, over the tile before; so the epilogue waits until the whole map is there.
 */
#include "emit/connect.h"
#include "ops/conv.h"

typedef struct ConnectText {
    KernelText *text;
    const ConvAttrs *attrs;
    const IntLists *table;
    const Shape *weight, *y;
    Access in, out;
    int64_t pixels, rows;
    const char *index_type; /* of input maps */
} ConnectText;

static bool has_bias(const ConnectText *c)
{
    return c->text->leader->input_count > CONV_BIAS;
}

/* ---- the tables ---- */

const char *connect_index(int64_t largest)
{
    return largest <= UINT8_MAX ? "unsigned char" : largest <= UINT16_MAX ? "unsigned short" : "int";
}

/* Integers, as many a line as fit; a line ends behind each of the places `ends`, when they are given. */
static void write_integers(Buf *out, const int64_t *integers, int64_t count, const int64_t *ends)
{
    enum { WIDTH = 116 };
    int64_t list = 0;
    Buf line = {0};
    for (int64_t i = 0; i < count; i++) {
        buf_printf(&line, "%s%lld,", line.length ? " " : "", (long long)integers[i]);
        bool list_ends = ends && i + 1 == ends[list];
        list += list_ends;
        if (list_ends || line.length > WIDTH - 24 || i + 1 == count) {
            buf_line(out, "    %s", buf_text(&line));
            buf_clear(&line);
        }
    }
    buf_free(&line);
}

void connect_tables(KernelText *text)
{
    const IntLists *table = &((const ConvConnectAttrs *)text->leader->attrs)->connect;
    const char *index = connect_index(text_input(text, CONV_X)->shape.dim[1] - 1);
    int64_t maps = table->count, connections = table->ends[maps - 1];
    buf_line(text->out, "/* The input maps that output maps 0, 1, ... see. */");
    buf_line(text->out, "static %s%s %s_sees[%lld] = {", text_set(text)->constant, index, text->name,
             (long long)connections);
    write_integers(text->out, table->at, connections, table->ends);
    buf_line(text->out, "};");
    buf_line(text->out, "/* Where the list of each output map begins, and where the last one ends. */");
    buf_line(text->out, "static %s%s %s_first[%lld] = {", text_set(text)->constant, connect_index(connections),
             text->name, (long long)(maps + 1));
    int64_t *first = NEW_ARRAY(text->arena, int64_t, maps + 1);
    memcpy(first + 1, table->ends, (size_t)maps * sizeof *first);
    write_integers(text->out, first, maps + 1, NULL);
    buf_line(text->out, "};");
    buf_line(text->out, "");
}

/* ---- the tile ---- */

static void write_start(const ConnectText *c)
{
    Buf names = {0}, values = {0};
    for (int64_t r = 0; r < c->rows; r++) {
        buf_printf(&names, "%sa%lld[%lld]", r ? ", " : "", (long long)r, (long long)c->pixels);
        buf_printf(&values, "a%lld[p] = ", (long long)r);
    }
    buf_line(c->text->out, "float %s;", buf_text(&names));
    buf_line(c->text->out, "for (int p = 0; p < %lld; p++)", (long long)c->pixels);
    buf_line(c->text->out, "    %s%s;", buf_text(&values), has_bias(c) ? "bias" : "0.0f");
    buf_free(&names);
    buf_free(&values);
}

/* " + ky * 28", or nothing for a single tap. */
static const char *tap_text(const ConnectText *c, int axis, const char *name, int64_t step)
{
    step *= c->attrs->dilation[axis];
    if (c->weight->dim[1 + axis] == 1)
        return "";
    return arena_printf(c->text->arena, step == 1 ? " + %s" : " + %s * %lld", name, (long long)step);
}

static void write_sum(const ConnectText *c)
{
    Buf *out = c->text->out;
    long long row = c->in.stride[2] * c->attrs->stride[0], pixel = c->attrs->stride[1];
    int loops = 1;
    buf_open(out, "for (int i = 0; i < count; i++)");
    if (c->weight->dim[1] > 1 && ++loops)
        buf_open(out, "for (int ky = 0; ky < %lld; ky++)", (long long)c->weight->dim[1]);
    if (c->weight->dim[2] > 1 && ++loops)
        buf_open(out, "for (int kx = 0; kx < %lld; kx++)", (long long)c->weight->dim[2]);
    buf_line(out, "%ss = x + sees[i] * %lld%s%s;", text_reads(c->text), (long long)c->in.stride[1],
             tap_text(c, 0, "ky", c->in.stride[2]), tap_text(c, 1, "kx", 1));
    buf_line(out, "const float w = *weight++;");
    const char *place = pixel == 1 ? "p" : arena_printf(c->text->arena, "p * %lld", pixel);
    buf_open(out, "for (int p = 0; p < %lld; p++)", (long long)c->pixels);
    for (long long r = 0; r < c->rows; r++) {
        const char *at = r ? arena_printf(c->text->arena, "%s + %lld", place, r * row) : place;
        buf_line(out, "a%lld[p] += s[%s] * w;", r, at);
    }
    buf_close(out);
    while (loops--)
        buf_close(out);
}

static void write_store(const ConnectText *c)
{
    KernelText *text = c->text;
    buf_open(text->out, "for (int p = 0; p < %lld; p++)", (long long)c->pixels);
    for (long long r = 0; r < c->rows; r++) {
        const char *at = r ? arena_printf(text->arena, "p + %lld", r * c->out.stride[2]) : "p";
        buf_line(text->out, "y[%s] = a%lld[p];", at, r);
    }
    buf_close(text->out);
}

static void write_tile(const ConnectText *c)
{
    KernelText *text = c->text;
    buf_line(text->out, "/* %s of %s of the map that sees the `count` maps `sees`. */",
             text_count(text, c->rows, "row"), text_count(text, c->pixels, "pixel"));
    line_wrapped(text->out, arena_printf(text->arena,
                                         "%sstatic void %s_tile(%srestrict x, %srestrict weight, %s%srestrict y, "
                                         "%s%s *restrict sees, int count)",
                                         text_set(text)->attribute, text->name, text_reads(text), text_reads(text),
                                         has_bias(c) ? "float bias, " : "", text_writes(text), text_set(text)->constant,
                                         c->index_type));
    buf_line(text->out, "{");
    text->out->indent++;
    write_start(c);
    write_sum(c);
    write_store(c);
    text_close(text);
}

/* ---- the kernel ---- */

/* Opens a loop over tiles, and names in `place` where the tile begins: "r", or "0" for a single tile. */
static bool open_tiles(const ConnectText *c, int64_t length, int64_t tile, const char *name, const char *moved,
                       const char **place)
{
    *place = "0";
    if (length == tile)
        return false;
    buf_open(c->text->out, "for (int %s = 0; %s < %lld; %s += %lld)", name, name, (long long)length, name,
             (long long)tile);
    *place = name;
    if (length % tile) {
        buf_line(c->text->out, "const int %s = %s < %lld ? %s : %lld; /* the last tile overlaps the one before it */",
                 moved, name, (long long)(length - tile), name, (long long)(length - tile));
        *place = moved;
    }
    return true;
}

static void add_place(Buf *line, const char *place, int64_t step)
{
    if (strcmp(place, "0") != 0)
        buf_printf(line, step == 1 ? " + %s" : " + %s * %lld", place, (long long)step);
}

static void write_call(const ConnectText *c, const char *row, const char *column)
{
    KernelText *text = c->text;
    Buf line = {0};
    buf_printf(&line, "%s_tile(x", text->name);
    add_place(&line, row, c->in.stride[2] * c->attrs->stride[0]);
    add_place(&line, column, c->attrs->stride[1]);
    buf_puts(&line, ", weight");
    add_place(&line, "first", c->weight->dim[1] * c->weight->dim[2]);
    buf_puts(&line, has_bias(c) ? ", bias[o], map" : ", map");
    add_place(&line, row, c->out.stride[2]);
    add_place(&line, column, 1);
    buf_printf(&line, ", %s_sees + first, %s_first[o + 1] - first);", text->name, text->name);
    line_wrapped(text->out, buf_text(&line));
    buf_free(&line);
}

/* Where parallel parameters are read, one a parameter: operands 1, ... of the nest, in map o. */
static const char *const *epilogue_places(const KernelText *text, const Nest *nest)
{
    const char **at = NEW_ARRAY(text->arena, const char *, text_parameter_count(text));
    int operand = 1;
    for (uint32_t i = 0; i < text_parameter_count(text); i++) {
        if (!text_is_parallel(text, i))
            continue;
        long long plane = text_parallel(text, i).stride[1];
        at[i] = nest_index(text, nest, operand++);
        if (plane)
            at[i] = arena_printf(text->arena, "o * %lld + %s", plane, at[i]);
    }
    return at;
}

/* What is fused behind the sums, over the map that was stored just now. */
static void write_epilogue(const ConnectText *c)
{
    KernelText *text = c->text;
    if (!text->kernel->epilogue_count)
        return;
    Nest nest = {.rank = 2, .dim = {c->y->dim[2], c->y->dim[3]}, .operands = 1};
    nest.access[0] = (Access){.stride = {c->out.stride[2], 1}};
    for (uint32_t i = 0; i < text_parameter_count(text); i++)
        if (text_is_parallel(text, i)) {
            Access access = text_parallel(text, i);
            nest.access[nest.operands++] = (Access){.stride = {access.stride[2], access.stride[3]}};
        }
    nest_collapse(&nest);
    nest_open(text, &nest);
    const char *value = arena_printf(text->arena, "map[%s]", nest_index(text, &nest, 0));
    value = arena_printf(text->arena, "%s = %s;", value,
                         text_finished(text, value, "o", epilogue_places(text, &nest), false));
    line_wrapped(text->out, value);
    nest_close(text, &nest);
}

static void write_maps(const ConnectText *c)
{
    Buf *out = c->text->out;
    const char *row, *column;
    buf_open(out, "%s", text_loop(c->text, AXIS_MAPS, "o", c->table->count, 1));
    buf_line(out, "const int first = %s_first[o];", c->text->name);
    buf_line(out, c->out.stride[1] == 1 ? "%smap = y + o;" : "%smap = y + o * %lld;", text_writes(c->text),
             (long long)c->out.stride[1]);
    bool rows = open_tiles(c, c->y->dim[2], c->rows, "r", "row", &row);
    bool columns = open_tiles(c, c->y->dim[3], c->pixels, "c", "column", &column);
    write_call(c, row, column);
    if (columns)
        buf_close(out);
    if (rows)
        buf_close(out);
    write_epilogue(c);
    buf_close(out);
}

void c_conv_connect_text(KernelText *text)
{
    const Type *x = text_input(text, CONV_X), *y = text_output(text);
    const ConvConnectAttrs *attrs = text->leader->attrs;
    ConnectText c = {.text = text,
                     .attrs = &attrs->conv,
                     .table = &attrs->connect,
                     .weight = &text_input(text, CONV_WEIGHT)->shape,
                     .y = &y->shape,
                     .in = access_of(x),
                     .out = access_of(y),
                     .pixels = text_tile(text, AXIS_COLUMNS),
                     .rows = text_tile(text, AXIS_ROWS),
                     .index_type = connect_index(x->shape.dim[1] - 1)};
    text_comment(text, arena_printf(text->arena, "direct, %s x %s of a map summed in registers",
                                    text_count(text, c.rows, "row"), text_count(text, c.pixels, "pixel")));
    connect_tables(text);
    text_finish(text, false);
    write_tile(&c);
    text_open(text);
    text_border(text);
    int64_t skip = c.in.base - c.attrs->pad[HALO_TOP] * c.in.stride[2] - c.attrs->pad[HALO_LEFT];
    if (skip)
        buf_line(text->out, "x += %lld; /* to the first window */", (long long)skip);
    if (c.out.base)
        buf_line(text->out, "y += %lld; /* past the halo */", (long long)c.out.base);
    parallels_begin(text);
    bool batch = y->shape.dim[0] > 1;
    if (batch)
        buf_open(text->out, "for (int n = 0; n < %lld; n++, x += %lld%s, y += %lld)", (long long)y->shape.dim[0],
                 (long long)c.in.stride[0], parallels_next(text), (long long)c.out.stride[0]);
    write_maps(&c);
    if (batch)
        buf_close(text->out);
    text_close(text);
}
