/* blocked_conv.c - direct convolutions over channel blocks as wide as a vector, in the words of a target.
 *
 * A block's channels are one vector: an input value is broadcast and multiplied into the vectors of some output maps,
 * for some pixels (blocked_tile.h). Every tap of every pixel is in the buffer (a halo of zeros), so that nothing tests
 * a border. The kernel's loops are numbers of plan/blocked.h; from the outside in, those in brackets where it has them:
 *
 *     [rows] panels of maps [chunks of inputs] tiles of pixels         the kernel, which calls
 *         blocks of inputs, taps, inputs of a block, in registers      a tile: one function for each list of pixels
 *
 * Weights are read strictly in order, panel by panel.
 */
#include "emit/blocked.h"
#include "emit/blocked_tile.h"
#include "ops/conv.h"
#include "plan/blocked.h"

enum {
    LINE = 64 / sizeof(float), /* of a cache, in floats */
    WRITTEN_OUT = 8,           /* gcc writes loops out that have no more turns */
};

typedef struct BlockedConv {
    KernelText *text;
    const ConvAttrs *attrs;
    BlockedLoops loops;
    const Shape *weight, *y;
    Access in, out;
    int block, lanes; /* channels of a block; of a vector */
    int64_t deep;     /* inputs that stand together */
    int64_t plane;    /* floats from one input to the next, or, of those in blocks, to the next block's / lanes */
    int64_t inputs, taps, maps;
    bool plain; /* the input is not in blocks */
    bool even;  /* tiles across rows are all alike */
    bool has_bias;
} BlockedConv;

/* What a call of a tile is for: maps from `map`, pixels from row `row` and column `column` on. A name, or a number. */
typedef struct Place {
    const char *name;
    int64_t number;
} Place;

static BlockedConv conv_numbers(KernelText *text)
{
    const Type *x = text_input(text, CONV_X), *y = text_output(text), *weight = text_input(text, CONV_WEIGHT);
    BlockedConv c = {.text = text,
                     .attrs = text->leader->attrs,
                     .loops = blocked_loops(&text->kernel->tiling),
                     .weight = &weight->shape,
                     .y = &y->shape,
                     .in = access_of(x),
                     .out = access_of(y),
                     .block = text->kernel->form.channel_block,
                     .lanes = text_set(text)->lanes,
                     .inputs = weight->shape.dim[1],
                     .taps = weight->shape.dim[2] * weight->shape.dim[3],
                     .maps = y->shape.dim[1],
                     .plain = x->layout.kind == LAYOUT_PLAIN,
                     .even = blocked_is_even(text->graph, text->kernel),
                     .has_bias = text->leader->input_count > CONV_BIAS};
    c.deep = MIN(MAX(weight->layout.inputs, 1), c.inputs);
    return c;
}

static void scope_open(const BlockedConv *c, bool some)
{
    if (some)
        buf_line(c->text->out, "{");
    c->text->out->indent += some;
}

static void scope_close(const BlockedConv *c, bool some)
{
    if (some)
        buf_close(c->text->out);
}

/* ---- tiles ---- */

/* How many maps of a panel are summed at a time. */
static int64_t part_of(const BlockedConv *c, int64_t panel)
{
    return MIN(c->loops.part, panel);
}

static bool has_parts(const BlockedConv *c, int64_t panel)
{
    return c->loops.part < panel;
}

/* The maps of whole panels, and those that are left. */
static int64_t whole_maps(const BlockedConv *c)
{
    return c->maps / c->loops.maps * c->loops.maps;
}

/* Vectors of sums in a tile of a panel: those that have maps. */
static int vectors_of(const BlockedConv *c, int64_t panel)
{
    bool last = panel < c->loops.maps || !whole_maps(c);
    int64_t maps = last && !has_parts(c, panel) ? c->maps - whole_maps(c) : part_of(c, panel);
    return (int)quotient_up(maps, c->lanes);
}

/* So many pixels from the beginning of a row on, or from anywhere where they are even. */
static BlockedTile make_tile(const BlockedConv *c, int64_t panel, int64_t pixels)
{
    BlockedTile tile = {.text = c->text,
                        .block = c->block,
                        .lanes = c->lanes,
                        .vectors = vectors_of(c, panel),
                        .zeros = (int)part_of(c, panel) / c->lanes - vectors_of(c, panel),
                        .has_bias = c->has_bias,
                        .pixels = (int)pixels};
    int64_t width = c->loops.across && !c->even ? c->y->dim[3] : pixels;
    for (int p = 0; p < pixels; p++) {
        TilePixel *at = &tile.at[p];
        at->row = p / width;
        at->column = p % width;
        at->read = at->row * c->attrs->stride[0] * c->in.stride[2] + at->column * c->attrs->stride[1] * c->in.stride[3];
    }
    return tile;
}

/* "_14x2": pixels and vectors; "_6x2of4" when a panel has more of these. */
static const char *tile_name(const BlockedConv *c, int64_t panel, int64_t pixels)
{
    const char *name = arena_printf(c->text->arena, "_%lldx%d", (long long)pixels, vectors_of(c, panel));
    return has_parts(c, panel) ? arena_printf(c->text->arena, "%sof%lld", name, (long long)panel / c->lanes) : name;
}

static int64_t chunk_of(const BlockedConv *c)
{
    return c->loops.inputs ? c->loops.inputs : c->inputs;
}

/* Adds `inputs` channels at each tap. */
static void write_taps(const BlockedConv *c, const BlockedTile *tile, int64_t panel, const char *from, int64_t inputs)
{
    Buf *out = c->text->out;
    long long row = c->in.stride[2] * c->attrs->dilation[0], column = c->in.stride[3] * c->attrs->dilation[1];
    long long height = c->weight->dim[2], width = c->weight->dim[3];
    const char *s = from;
    if (height > 1) {
        buf_open(out, "for (int ky = 0; ky < %lld; ky++)", height);
        s = arena_printf(c->text->arena, "%s + ky * %lld", s, row);
    }
    if (width > 1) {
        buf_open(out, "for (int kx = 0; kx < %lld; kx++)", width);
        s = arena_printf(c->text->arena, column == 1 ? "%s + kx" : "%s + kx * %lld", s, column);
    }
    buf_line(out, "%ss = %s;", text_reads(c->text), s);
    if (c->loops.ahead > 1)
        buf_line(out, "for (int line = 0; line < %d; line++, ahead += %d)", c->loops.ahead, LINE);
    if (c->loops.ahead)
        buf_line(out, c->loops.ahead > 1 ? "    v_prefetch(ahead);" : "v_prefetch(ahead), ahead += %d;", LINE);
    const char *next = c->plain ? arena_printf(c->text->arena, "s += %lld", (long long)c->in.stride[1]) : "s++";
    if (inputs > 1 && inputs <= WRITTEN_OUT) {
        c->text->needs->loop = true;
        buf_line(out, "%s_LOOP", c->text->macro);
    }
    buf_open(out, "for (int i = 0; i < %lld; i++, %s, weight += %lld)", (long long)inputs, next, (long long)panel);
    sums_add(tile, "weight");
    buf_close(out);
    if (width > 1)
        buf_close(out);
    if (height > 1)
        buf_close(out);
}

static void write_sum(const BlockedConv *c, const BlockedTile *tile, int64_t panel)
{
    Buf *out = c->text->out;
    int64_t blocks = chunk_of(c) / c->deep, rest = chunk_of(c) % c->deep;
    long long block = c->in.stride[1] * c->deep;
    if (blocks > 1) {
        buf_open(out, "for (int b = 0; b < %lld; b++)", (long long)blocks);
        write_taps(c, tile, panel, arena_printf(c->text->arena, "x + b * %lld", block), c->deep);
        buf_close(out);
    } else {
        scope_open(c, rest && c->taps == 1);
        write_taps(c, tile, panel, "x", c->deep);
        scope_close(c, rest && c->taps == 1);
    }
    if (rest)
        write_taps(c, tile, panel, arena_printf(c->text->arena, "x + %lld", (long long)blocks * block), rest);
}

/* The function of a tile. */
static void write_tile(const BlockedConv *c, int64_t panel, int64_t pixels)
{
    KernelText *text = c->text;
    BlockedTile tile = make_tile(c, panel, pixels);
    int64_t rows = tile.at[pixels - 1].row + 1;
    bool chunks = c->loops.inputs > 0;
    const char *of_rows = rows > 1 ? arena_printf(text->arena, " in %lld rows", (long long)rows) : "";
    const char *of_panel =
        has_parts(c, panel) ? arena_printf(text->arena, " of a panel of %lld", (long long)panel) : "";
    buf_line(text->out, "/* %s%s, of %lld maps%s%s. */", text_count(text, pixels, "pixel"), of_rows,
             (long long)vectors_of(c, panel) * c->lanes, of_panel,
             chunks ? arena_printf(text->arena, ": %s from input `from` on", text_count(text, c->loops.inputs, "input"))
                    : "");
    const char *sums = chunks ? ", int from, float *restrict sums" : "";
    const char *ahead = c->loops.ahead ? arena_printf(text->arena, ", %sahead", text_reads(text)) : "";
    text_open_part(text, text_set(text)->tile, tile_name(c, panel, pixels),
                   arena_printf(text->arena, "%s%s", sums, ahead));
    sums_begin(&tile, chunks ? "from" : NULL);
    write_sum(c, &tile, panel);
    if (chunks) {
        buf_open(text->out, "if (from < %lld)", (long long)(c->inputs - c->loops.inputs));
        sums_keep(&tile);
        buf_line(text->out, "return;");
        buf_close(text->out);
    }
    sums_store(&tile);
    text_close(text);
}

/* ---- calls ---- */

static Term term_of(Place place, int axis)
{
    return (Term){place.name, axis, place.name ? 1 : place.number};
}

/* "weight + o * 4608 + i * 288": of map `map` and the inputs from `i` on, or those of the chunk behind. */
static const char *weight_text(const BlockedConv *c, int64_t panel, Place map, bool behind)
{
    const Access weight = {.stride = {c->inputs * c->taps, c->taps * panel}};
    const Term terms[] = {term_of(map, 0),
                          {"i", 1, c->loops.inputs > 0},
                          {NULL, 1, behind ? chunk_of(c) : 0},
                          {"v", AXIS_IN_BLOCK, !behind && has_parts(c, panel)}};
    return pointer_text(c->text, "weight", place_text(c->text, &weight, terms, COUNT_OF(terms)));
}

/* Calls the tile of the pixels from `row` and `column` on. */
static void write_call(const BlockedConv *c, int64_t panel, Place map, Place row, Place column, int64_t pixels)
{
    KernelText *text = c->text;
    const int64_t *stride = c->attrs->stride, part = part_of(c, panel);
    const Access x = {
        .stride = {[1] = c->in.stride[1], [2] = c->in.stride[2] * stride[0], [3] = c->in.stride[3] * stride[1]}};
    const Access sums = {.stride = {[1] = c->y->dim[2] * c->y->dim[3], [2] = c->y->dim[3] * part, [3] = part}};
    const Access bias = {.stride = {[1] = 1}};
    const Term terms[] = {term_of(map, 1), {"v", 1, has_parts(c, panel)}, term_of(row, 2), term_of(column, 3)};
    const Term reads[] = {{"i", 1, c->loops.inputs > 0}, terms[2], terms[3]};
    const char *maps = place_text(text, &bias, terms, 2);
    maps = strcmp(maps, "0") == 0 ? "" : arena_printf(text->arena, " + %s", maps);
    Buf line = {0};
    buf_printf(
        &line, "%s%s(%s", text->name, tile_name(c, panel, pixels),
        pointer_text(text, c->attrs->groups > 1 ? "x + group" : "x", place_text(text, &x, reads, COUNT_OF(reads))));
    buf_printf(&line, ", %s", weight_text(c, panel, map, false));
    if (c->has_bias)
        buf_printf(&line, ", bias%s", maps);
    add_epilogue_arguments(&line, text, maps, terms, COUNT_OF(terms));
    buf_printf(&line, ", %s", pointer_text(text, "y", place_text(text, &c->out, terms, COUNT_OF(terms))));
    if (c->loops.inputs)
        buf_printf(&line, ", i, %s",
                   pointer_text(text, "sums", place_text(text, &sums, terms + 1, COUNT_OF(terms) - 1)));
    buf_puts(&line, c->loops.ahead ? ", ahead);" : ");");
    line_wrapped(text->out, buf_text(&line));
    if (c->loops.ahead)
        buf_line(text->out, "ahead += %lld;",
                 (long long)((int64_t)c->loops.ahead * LINE * quotient_up(chunk_of(c), c->deep) * c->taps));
    buf_free(&line);
}

/* ---- loops ---- */

/* A loop of calls of the same tile, from pixel 0 up to `full`. */
static void write_calls(const BlockedConv *c, int64_t panel, Place map, Place row, int64_t full)
{
    Buf *out = c->text->out;
    int64_t pixels = c->loops.pixels;
    if (full == pixels) {
        write_call(c, panel, map, row, (Place){0}, pixels);
        return;
    }
    buf_open(out, "for (int c = 0; c < %lld; c += %lld)", (long long)full, (long long)pixels);
    write_call(c, panel, map, row, (Place){"c", 0}, pixels);
    buf_close(out);
}

/* Tiles within rows; those of the block from row `b` on. */
static void write_rows(const BlockedConv *c, int64_t panel, Place map)
{
    Buf *out = c->text->out;
    int64_t width = c->y->dim[3], full = width / c->loops.pixels * c->loops.pixels;
    if (c->loops.rows)
        buf_open(out, "for (int r = b; r < b + %lld; r++)", (long long)c->loops.rows);
    else
        buf_open(out, "%s", text_loop(c->text, AXIS_ROWS, "r", c->y->dim[2], 1));
    write_calls(c, panel, map, (Place){"r", 0}, full);
    if (width > full)
        write_call(c, panel, map, (Place){"r", 0}, (Place){NULL, full}, width - full);
    buf_close(out);
}

/* Tiles of whole rows. */
static void write_whole_rows(const BlockedConv *c, int64_t panel, Place map)
{
    Buf *out = c->text->out;
    int64_t width = c->y->dim[3], rows = c->loops.pixels / width, height = c->y->dim[2], full = height / rows * rows;
    if (full > rows) {
        buf_open(out, "for (int r = 0; r < %lld; r += %lld)", (long long)full, (long long)rows);
        write_call(c, panel, map, (Place){"r", 0}, (Place){0}, c->loops.pixels);
        buf_close(out);
    } else {
        write_call(c, panel, map, (Place){0}, (Place){0}, c->loops.pixels);
    }
    if (height > full)
        write_call(c, panel, map, (Place){NULL, full}, (Place){0}, (height - full) * width);
}

/* Tiles that run on from row to row. */
static void write_across(const BlockedConv *c, int64_t panel, Place map)
{
    int64_t count = c->y->dim[2] * c->y->dim[3], full = count / c->loops.pixels * c->loops.pixels;
    write_calls(c, panel, map, (Place){0}, full);
    if (count > full)
        write_call(c, panel, map, (Place){0}, (Place){NULL, full}, count - full);
}

/* One panel of maps, or, in a loop over `o`, each of them. */
static void write_panel(const BlockedConv *c, int64_t panel, Place map)
{
    KernelText *text = c->text;
    const char *at = map.name ? map.name : arena_printf(text->arena, "%lld", (long long)map.number);
    if (c->attrs->groups > 1)
        buf_line(text->out, "const int group = %s / %lld * %lld;", at, (long long)(c->maps / c->attrs->groups),
                 (long long)(c->inputs * c->in.stride[1]));
    if (c->loops.inputs)
        buf_open(text->out, "for (int i = 0; i < %lld; i += %lld)", (long long)c->inputs, (long long)c->loops.inputs);
    if (c->loops.ahead)
        buf_line(text->out, "%sahead = %s;", text_reads(text), weight_text(c, panel, map, true));
    if (has_parts(c, panel))
        buf_open(text->out, "for (int v = 0; v < %lld; v += %lld)", (long long)panel, (long long)c->loops.part);
    if (c->loops.across && c->even)
        write_across(c, panel, map);
    else if (c->loops.across)
        write_whole_rows(c, panel, map);
    else
        write_rows(c, panel, map);
    if (has_parts(c, panel))
        buf_close(text->out);
    if (c->loops.inputs)
        buf_close(text->out);
}

/* The panel of those that are left, in whole blocks. */
static int64_t rest_panel(const BlockedConv *c)
{
    return quotient_up(c->maps - whole_maps(c), c->block) * c->block;
}

static void write_panels(const BlockedConv *c)
{
    KernelText *text = c->text;
    int64_t whole = whole_maps(c), rest = rest_panel(c), panel = c->loops.maps;
    bool turns = text_has_turns(text, AXIS_MAPS, c->maps, c->loops.maps);
    bool two = !turns && whole && rest && c->loops.ahead && !c->loops.inputs; /* each panel has its `ahead` */
    if (c->loops.rows)
        buf_open(text->out, "%s", text_loop(text, AXIS_ROWS, "b", c->y->dim[2], c->loops.rows));
    if (turns) {
        text_turns_open(text, AXIS_MAPS, "o", c->maps, c->loops.maps);
        write_panel(c, panel, (Place){"o", 0});
        buf_close(text->out);
    } else if (whole) {
        scope_open(c, two);
        write_panel(c, panel, (Place){0});
        scope_close(c, two);
    }
    if (rest) {
        text_rest_open(text, AXIS_MAPS, whole);
        scope_open(c, two);
        write_panel(c, rest, (Place){NULL, whole});
        scope_close(c, two);
        text_rest_close(text, AXIS_MAPS);
    }
    if (c->loops.rows)
        buf_close(text->out);
}

/* ---- the whole ---- */

/* The tiles of a panel of so many maps. */
static void write_tiles(const BlockedConv *c, int64_t panel)
{
    int64_t length = c->loops.across ? c->y->dim[2] * c->y->dim[3] : c->y->dim[3], rest = length % c->loops.pixels;
    write_tile(c, panel, c->loops.pixels);
    if (rest)
        write_tile(c, panel, rest);
}

static void write_comment(const BlockedConv *c)
{
    KernelText *text = c->text;
    const BlockedLoops *loops = &c->loops;
    Buf how = {0};
    buf_printf(&how, "direct, %lld maps x %s%s summed in registers, channels in blocks of %d", (long long)loops->part,
               text_count(text, loops->pixels, "pixel"), loops->across ? " across rows" : "", c->block);
    if (loops->inputs)
        buf_printf(&how, ", by %s at a time", text_count(text, loops->inputs, "input"));
    if (loops->rows)
        buf_printf(&how, ", by %s at a time", text_count(text, loops->rows, "row"));
    text_comment(text, buf_text(&how));
    buf_free(&how);
}

void blocked_begin(KernelText *text)
{
    const ConvAttrs *attrs = text->leader->attrs;
    const Access in = access_of(text_input(text, CONV_X)), out = access_of(text_output(text));
    int64_t skip = in.base - attrs->pad[HALO_TOP] * in.stride[2] - attrs->pad[HALO_LEFT] * in.stride[3];
    text_border(text);
    if (skip)
        buf_line(text->out, "x += %lld; /* to the first window */", (long long)skip);
    if (out.base)
        buf_line(text->out, "y += %lld; /* past the halo */", (long long)out.base);
    parallels_begin(text);
}

void blocked_conv_text(KernelText *text)
{
    BlockedConv c = conv_numbers(text);
    int64_t batch = c.y->dim[0];
    write_comment(&c);
    text_finish(text, true);
    if (whole_maps(&c))
        write_tiles(&c, c.loops.maps);
    if (rest_panel(&c) && (!whole_maps(&c) || rest_panel(&c) != c.loops.maps))
        write_tiles(&c, rest_panel(&c));
    /* Without the attribute, so that no tile is inlined: its sums would share registers with the loops around it. */
    text_open_as(text, "");
    if (c.loops.inputs)
        buf_line(text->out, "FOVEA_ALIGNED(64) float sums[%lld]; /* of a panel, from some inputs to the next */",
                 (long long)(c.y->dim[2] * c.y->dim[3] * c.loops.maps));
    blocked_begin(text);
    if (batch > 1)
        buf_open(text->out, "for (int n = 0; n < %lld; n++, x += %lld%s, y += %lld)", (long long)batch,
                 (long long)c.in.stride[0], parallels_next(text), (long long)c.out.stride[0]);
    write_panels(&c);
    if (batch > 1)
        buf_close(text->out);
    text_close(text);
}
