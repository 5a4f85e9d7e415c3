/* gpu_conv.c - convolutions as products of matrices: weights times what each pixel sees, tile by tile (gpu_tile.h).
 *
 * Over blocks of channels, products go block by block, tap by tap, input by input, as weights do: 8 or 16 of them are a
 * part of a block at a tap, which is fetched as four inputs of a pixel by each item, and four maps' weights of an
 * input.
 *
 *     w0 = v_read(w_at + s * 256), v0 = v_read(x_at0 + s / 18 * 3120 + s / 6 % 3 * 208 + s / 2 % 3 * 16 + s % 2 * 8);
 *
 * Of a block that is not full, the inputs that there are make slices of their own at each tap, filled up with zeros.
 * Where the input is plain, each item fetches floats, pixel by pixel beside each other, of products whose place it
 * computes. Nothing is tested in the loop but what fills up a slice: pixels and maps behind the last one are those of
 * the last.
 */
#include "emit/gpu_conv.h"
#include "emit/gpu_tile.h"
#include "ops/conv.h"
#include "plan/gpu_conv.h"

typedef struct TiledConv {
    GpuTileText tile;
    GpuTiles tiles;
    GpuProduct product;
    const ConvAttrs *attrs;
    Access in;
    Panels panels;
    int64_t items; /* of a group */
    int64_t map_tiles, pixel_tiles;
    int64_t stored; /* maps of the weights, filled up */
    int64_t kernel_width;
    int64_t all, full; /* slices; those of whole blocks, or of anything where inputs are plain */
    bool plain;        /* the input is not in blocks */
    bool blocked;      /* the output is */
} TiledConv;

static TiledConv tiled_numbers(KernelText *text)
{
    const Graph *graph = text->graph;
    const Kernel *kernel = text->kernel;
    const Type *x = text_input(text, CONV_X), *weight = text_input(text, CONV_WEIGHT);
    TiledConv c = {.tiles = gpu_conv_tiles(graph, kernel),
                   .product = gpu_conv_product(graph, kernel),
                   .attrs = text->leader->attrs,
                   .in = access_of(x),
                   .panels = panels_of(&weight->layout, &weight->shape),
                   .kernel_width = weight->shape.dim[3],
                   .plain = x->layout.kind != LAYOUT_BLOCKED,
                   .blocked = kernel->form.activations == LAYOUT_BLOCKED};
    const GpuTile *tile = &c.tiles.tile;
    c.tile = (GpuTileText){text, *tile, !c.blocked};
    c.items = gpu_tile_items(tile);
    c.map_tiles = quotient_up(c.product.maps, tile->maps);
    c.pixel_tiles = quotient_up(c.product.pixels, tile->pixels);
    c.stored = quotient_up(c.panels.maps, c.panels.lanes) * c.panels.lanes;
    c.all = gpu_slices(&c.product, tile->slice);
    c.full = quotient_up(c.product.products, tile->slice);
    return c;
}

static const char *number(const TiledConv *c, int64_t value)
{
    return arena_printf(c->tile.text->arena, "%lld", (long long)value);
}

/* ---- which tile ---- */

/* The group's tile, and its slices. */
static void write_job(const TiledConv *c)
{
    KernelText *text = c->tile.text;
    Buf *out = text->out;
    const GpuTile *tile = &c->tiles.tile;
    const int64_t groups = c->product.count, parts = c->tiles.parts;
    const GroupAxis axes[] = {{"first_pixel", c->pixel_tiles, tile->pixels, false},
                              {groups > 1 ? "map_of_group" : "first_map", c->map_tiles, tile->maps, false},
                              {"group", groups, 1, true},
                              {"part", parts, 1, true}};
    buf_line(out, "const int me = get_local_id(0);");
    gpu_groups(text, axes, COUNT_OF(axes));
    if (groups > 1)
        buf_line(out, "const int first_map = map_of_group + group * %lld;", (long long)c->product.maps);
    if (parts == 1) {
        buf_line(out, "const int from = 0, to = %lld;", (long long)c->all);
        return;
    }
    const char *to = arena_printf(text->arena, "from + %lld", (long long)c->tiles.slices);
    if (parts * c->tiles.slices > c->all)
        to = arena_printf(text->arena, "min(%s, %lld)", to, (long long)c->all);
    buf_line(out, "const int from = part * %lld, to = %s;", (long long)c->tiles.slices, to);
}

/* ---- what an item fetches ---- */

/* Vectors of weights of a slice, products between one and the next, and pixels or floats of x. */
static int64_t weight_fetches(const TiledConv *c)
{
    return c->tiles.tile.slice * c->tiles.tile.maps / 4 / c->items;
}

static int64_t products_between(const TiledConv *c)
{
    return c->items / (c->tiles.tile.maps / 4);
}

/* Vectors that make the four inputs of a pixel's part of a slice; pixels that an item has, and how far they are apart.
 */
static int64_t quads(const TiledConv *c)
{
    return c->tiles.tile.slice / 4;
}

static int64_t pixel_fetches(const TiledConv *c)
{
    return c->plain ? MAX(c->tiles.tile.pixels / c->items, 1) : quads(c) * c->tiles.tile.pixels / c->items;
}

static int64_t pixels_between(const TiledConv *c)
{
    return c->plain ? c->items : c->items / quads(c);
}

/* Floats of a slice that an item fetches of each of its pixels, where x is plain. */
static int64_t plain_fetches(const TiledConv *c)
{
    return c->tiles.tile.slice * c->tiles.tile.pixels / c->items / pixel_fetches(c);
}

/* Whether the last panel is narrower than others. */
static bool has_widths(const TiledConv *c)
{
    return c->stored > c->panels.block && c->stored % c->panels.block;
}

/* Maps of a panel, as a factor; of the only one. */
static const char *width_text(const TiledConv *c)
{
    return has_widths(c) ? "width" : number(c, MIN(c->panels.block, c->stored));
}

/* The item's pixel i of a slice inside of the group's tile, without a `first_pixel`. */
static const char *pixel_of_fetch(const TiledConv *c, int64_t i)
{
    Arena *arena = c->tile.text->arena;
    const GpuTile *tile = &c->tiles.tile;
    const char *pixel = "me";
    if (c->plain && c->items > tile->pixels)
        pixel = arena_printf(arena, "me %% %lld", (long long)tile->pixels);
    else if (!c->plain)
        pixel = arena_printf(arena, "me / %lld", (long long)quads(c));
    return i ? arena_printf(arena, "%s + %lld", pixel, (long long)(i * pixels_between(c))) : pixel;
}

/* Where the item's pixel i is read. */
static void write_pixel_fetched(const TiledConv *c, int64_t i)
{
    KernelText *text = c->tile.text;
    Buf *out = text->out;
    const char *pixel = arena_printf(text->arena, "first_pixel + %s", pixel_of_fetch(c, i)), *x = "x";
    if (c->pixel_tiles * c->tiles.tile.pixels > c->product.pixels)
        pixel = arena_printf(text->arena, "min(%s, %lld)", pixel, (long long)c->product.pixels - 1);
    if (c->product.count > 1)
        x = arena_printf(text->arena, "x + group * %lld", (long long)(c->panels.inputs * c->in.stride[1]));
    if (!c->plain)
        x = arena_printf(text->arena, "%s + me %% %lld * 4", x, (long long)quads(c));
    if (c->product.pixels == 1) {
        buf_line(out, "%sx_at%lld = %s;", text_reads(text), (long long)i, x);
        return;
    }
    buf_line(out, "%sx_at%lld;", text_reads(text), (long long)i);
    buf_line(out, "{");
    out->indent++;
    buf_line(out, "const int p = %s;", pixel);
    gpu_pixel_names(text, "p");
    buf_line(out, "x_at%lld = %s;", (long long)i,
             pointer_text(text, x, gpu_pixel_place(text, &c->in, c->attrs->stride)));
    buf_close(out);
}

static void write_fetched(const TiledConv *c)
{
    KernelText *text = c->tile.text;
    Buf *out = text->out;
    const GpuTile *tile = &c->tiles.tile;
    long long in_row = tile->maps / 4, block = c->panels.block, panel = block * c->panels.inputs * c->panels.taps;
    const char *map = arena_printf(text->arena, "first_map + me %% %lld * 4", in_row);
    bool cut = c->product.count * c->product.maps < c->stored || c->map_tiles * tile->maps > c->product.maps;
    if (cut)
        map = arena_printf(text->arena, "min(%s, %lld)", map, (long long)c->stored - 4);
    buf_line(out, "/* What it fetches of each slice: weights of four maps, and what they meet. */");
    buf_line(out, "const int map = %s;", map);
    if (has_widths(c))
        buf_line(out, "const int width = map < %lld ? %lld : %lld;", (long long)(c->stored / block * block), block,
                 (long long)(c->stored % block));
    const char *at =
        c->stored > block ? arena_printf(text->arena, "map / %lld * %lld + map %% %lld", block, panel, block) : "map";
    buf_line(out, "%sw_at = weight + %s + me / %lld * %s;", text_reads(text), at, in_row, width_text(c));
    for (int64_t i = 0; i < pixel_fetches(c); i++)
        write_pixel_fetched(c, i);
}

/* ---- slices over blocks ---- */

/* " + tap / 3 * 208 + tap % 3 * 16" of a tap, an expression of products and quotients. */
static const char *tap_place(const TiledConv *c, const char *tap)
{
    Arena *arena = c->tile.text->arena;
    long long width = c->kernel_width, taps = c->panels.taps;
    long long row = c->in.stride[2] * c->attrs->dilation[0], column = c->in.stride[3] * c->attrs->dilation[1];
    if (taps == 1)
        return "";
    if (width == 1)
        return arena_printf(arena, " + %s * %lld", tap, row);
    const char *across = column == 1 ? "" : arena_printf(arena, " * %lld", column);
    if (width == taps)
        return arena_printf(arena, " + %s%s", tap, across);
    return arena_printf(arena, " + %s / %lld * %lld + %s %% %lld%s", tap, width, row, tap, width, across);
}

/* Names where the slice's weights and inputs are: products before it, floats from the pixel, and how many inputs it has
 * where it may not be full. */
static void write_slice_place(const TiledConv *c)
{
    KernelText *text = c->tile.text;
    Buf *out = text->out;
    Arena *arena = text->arena;
    const GpuTile *tile = &c->tiles.tile;
    long long slice = tile->slice, taps = c->panels.taps, run = c->product.run;
    long long channels = text->kernel->form.channel_block, parts = channels / slice, block = c->in.stride[1] * channels;
    const char *part = parts > 1 ? arena_printf(arena, " + s %% %lld * %lld", parts, slice) : "";
    long long steps = parts * taps;
    const char *blocks =
        steps > 1 ? arena_printf(arena, "s / %lld * %lld", steps, block) : arena_printf(arena, "s * %lld", block);
    const char *tap =
        parts > 1 ? arena_printf(arena, "s / %lld %% %lld", parts, taps) : arena_printf(arena, "s %% %lld", taps);
    const char *place = arena_printf(arena, "%s%s%s", blocks, taps > 1 ? tap_place(c, "tap") : "", part);
    const char *of_block = taps > 1 ? arena_printf(arena, "const int tap = %s;", tap) : "";
    if (!run) {
        if (taps > 1)
            buf_line(out, "%s", of_block);
        buf_line(out, "const int product = s * %lld, place = %s;", slice, place);
        return;
    }
    long long in_run = quotient_up(run, slice), whole = c->panels.inputs / channels;
    const char *last = c->full ? arena_printf(arena, "(s - %lld)", (long long)c->full) : "s";
    buf_line(out, "int product = s * %lld, place, left = %lld;", slice, slice);
    if (c->full) {
        buf_open(out, "if (s < %lld)", (long long)c->full);
        if (taps > 1)
            buf_line(out, "%s", of_block);
        buf_line(out, "place = %s;", place);
        out->indent--;
        buf_line(out, "} else {");
        out->indent++;
    } else {
        buf_line(out, "{");
        out->indent++;
    }
    buf_line(out, "const int tap = %s;", in_run > 1 ? arena_printf(arena, "%s / %lld", last, in_run) : last);
    const char *input = "";
    if (in_run > 1) {
        buf_line(out, "const int input = %s %% %lld * %lld;", last, in_run, slice);
        input = " + input";
    }
    buf_line(out, "product = %lld + tap * %lld%s;", (long long)c->product.products, run, input);
    buf_line(out, "place = %lld%s%s;", whole * block, input, tap_place(c, "tap"));
    buf_line(out, in_run > 1 ? "left = %lld - input;" : "left = %lld;", run);
    buf_close(out);
}

/* `left`: as a condition, of products that there are; NULL: all are. */
static void fetch_weights(const TiledConv *c, const char *product, const char *left)
{
    KernelText *text = c->tile.text;
    const char *mine = arena_printf(text->arena, "me / %lld", (long long)c->tiles.tile.maps / 4);
    for (int64_t i = 0; i < weight_fetches(c); i++) {
        const char *behind = i ? arena_printf(text->arena, " + %lld", (long long)(i * products_between(c))) : "";
        const char *at = i ? arena_printf(text->arena, "(%s%s)", product, behind) : product;
        const char *load = arena_printf(text->arena, "v_read(w_at + %s * %s)", at, width_text(c));
        if (left)
            load = arena_printf(text->arena, "%s%s < %s ? %s : v_zero()", mine, behind, left, load);
        buf_line(text->out, "w%lld = %s;", (long long)i, load);
    }
}

/* Behind the last product -0 is multiplied by 0: no sum changes by that, not even one that is -0. */
static void fetch_blocked(const TiledConv *c)
{
    KernelText *text = c->tile.text;
    write_slice_place(c);
    fetch_weights(c, "product", c->product.run ? "left" : NULL);
    for (int64_t i = 0; i < pixel_fetches(c); i++) {
        const char *load = arena_printf(text->arena, "v_read(x_at%lld + place)", (long long)i);
        long long q = quads(c);
        if (c->product.run % 4)
            load = arena_printf(text->arena, "v_select((int4)(0, 1, 2, 3) < left - me %% %lld * 4, %s, v_set(-0.0f))",
                                q, load);
        else if (c->product.run)
            load = arena_printf(text->arena, "me %% %lld * 4 < left ? %s : v_set(-0.0f)", q, load);
        buf_line(text->out, "v%lld = %s;", (long long)i, load);
    }
}

static void keep_blocked(const TiledConv *c)
{
    const GpuTile *tile = &c->tiles.tile;
    long long turn = gpu_tile_turn(&c->tiles.tile), q = quads(c);
    for (int64_t i = 0; i < pixel_fetches(c); i++) {
        buf_line(c->tile.text->out, "{");
        c->tile.text->out->indent++;
        buf_line(c->tile.text->out, "local float *at = next + %lld + me %% %lld * %lld + ((%s) ^ me %% %lld * %lld);",
                 (long long)(tile->slice * tile->maps), q, (long long)tile->pixels * 4, pixel_of_fetch(c, i), q, turn);
        for (int lane = 0; lane < 4; lane++)
            buf_line(c->tile.text->out, "at[%lld] = v%lld.%c;", (long long)(lane * tile->pixels), (long long)i,
                     "xyzw"[lane]);
        buf_close(c->tile.text->out);
    }
}

/* ---- slices of plain inputs ---- */

/* Product i of those that an item fetches, inside of its slice: "me / 64 + i * 4". */
static const char *plain_product(const TiledConv *c)
{
    Arena *arena = c->tile.text->arena;
    long long between = MAX(c->items / c->tiles.tile.pixels, 1);
    if (between == 1)
        return "i";
    return arena_printf(arena, "me / %lld + i * %lld", (long long)c->tiles.tile.pixels, between);
}

/* Where the input of product `k` is beside that of the first. */
static const char *plain_place(const TiledConv *c)
{
    Arena *arena = c->tile.text->arena;
    long long inputs = c->panels.inputs, taps = c->panels.taps, plane = c->in.stride[1];
    bool together = c->panels.deep == inputs; /* inputs are next to each other, else taps */
    const char *tap =
        together ? arena_printf(arena, inputs > 1 ? "k / %lld" : "k", inputs) : arena_printf(arena, "k %% %lld", taps);
    const char *input = together   ? arena_printf(arena, "k %% %lld", inputs)
                        : taps > 1 ? arena_printf(arena, "k / %lld", taps)
                                   : "k";
    const char *at = inputs > 1 ? arena_printf(arena, "%s * %lld", input, plane) : "0";
    return arena_printf(arena, "%s%s", at, taps > 1 ? tap_place(c, arena_printf(arena, "(%s)", tap)) : "");
}

static void fetch_plain(const TiledConv *c)
{
    KernelText *text = c->tile.text;
    Buf *out = text->out;
    const GpuTile *tile = &c->tiles.tile;
    bool cut = c->product.products % tile->slice != 0;
    buf_line(out, "const int product = s * %lld;", (long long)tile->slice);
    fetch_weights(c, "product",
                  cut ? arena_printf(text->arena, "%lld - product", (long long)c->product.products) : NULL);
    gpu_unrolled_open(text, "i", plain_fetches(c));
    buf_line(out, "const int k = product + %s;", plain_product(c));
    for (int64_t i = 0; i < pixel_fetches(c); i++) {
        const char *load = arena_printf(text->arena, "x_at%lld[%s]", (long long)i, plain_place(c));
        if (cut)
            load = arena_printf(text->arena, "k < %lld ? %s : -0.0f", (long long)c->product.products, load);
        buf_line(out, "v%lld[i] = %s;", (long long)i, load);
    }
    buf_close(out);
}

static void keep_plain(const TiledConv *c)
{
    KernelText *text = c->tile.text;
    const GpuTile *tile = &c->tiles.tile;
    gpu_unrolled_open(text, "i", plain_fetches(c));
    buf_line(text->out, "const int k = %s;", plain_product(c));
    for (int64_t i = 0; i < pixel_fetches(c); i++)
        buf_line(text->out, "next[%lld + k * %lld + ((%s) ^ k / 4 * %lld)] = v%lld[i];",
                 (long long)(tile->slice * tile->maps), (long long)tile->pixels, pixel_of_fetch(c, i),
                 (long long)gpu_tile_turn(tile), (long long)i);
    buf_close(text->out);
}

/* ---- the product ---- */

/* "v4 w0, w1, v0;", or "v4 w0; float v0[4];" */
static const char *declarations(const TiledConv *c)
{
    Buf line = {0};
    for (int64_t i = 0; i < weight_fetches(c); i++)
        buf_printf(&line, "%sw%lld", i ? ", " : "v4 ", (long long)i);
    for (int64_t i = 0; i < pixel_fetches(c); i++)
        if (c->plain)
            buf_printf(&line, "%sv%lld[%lld]", i ? ", " : "; float ", (long long)i, (long long)plain_fetches(c));
        else
            buf_printf(&line, ", v%lld", (long long)i);
    const char *text = arena_printf(c->tile.text->arena, "%s;", buf_text(&line));
    buf_free(&line);
    return text;
}

static void write_product(const TiledConv *c)
{
    Buf *out = c->tile.text->out;
    gpu_slices_open(&c->tile, declarations(c));
    if (c->plain)
        fetch_plain(c);
    else
        fetch_blocked(c);
    gpu_slices_fetched(&c->tile);
    for (int64_t i = 0; i < weight_fetches(c); i++) {
        const char *behind = i ? arena_printf(c->tile.text->arena, " + %lld", (long long)(i * c->items * 4)) : "";
        buf_line(out, "v_store_near(next + me * 4%s, w%lld);", behind, (long long)i);
    }
    if (c->plain)
        keep_plain(c);
    else
        keep_blocked(c);
    gpu_slices_close(&c->tile);
}

/* ---- results ---- */

/* Maps that are stored, of all groups: over blocks, what fills up the last one too. */
static int64_t stored_maps(const TiledConv *c)
{
    return c->blocked ? c->stored : c->panels.maps;
}

/* The first map that the tiles of a group hang over; NULL: none is. */
static const char *maps_end(const TiledConv *c)
{
    int64_t maps = c->product.count > 1 ? c->product.maps : stored_maps(c);
    if (c->map_tiles * c->tiles.tile.maps <= maps)
        return NULL;
    if (c->product.count == 1)
        return number(c, maps);
    return arena_printf(c->tile.text->arena, "(group + 1) * %lld", (long long)maps);
}

/* Sums of a part stand in scratch memory as in blocks, or, of plain results, four maps of a pixel next to those of the
 * next pixel; in vectors of maps. */
static int64_t vectors_of_maps(const TiledConv *c)
{
    return quotient_up(stored_maps(c), 4);
}

static const char *scratch_place(const TiledConv *c, const char *part, const char *pixel, const char *vector)
{
    const Access scratch = {.stride = {c->product.pixels * vectors_of_maps(c) * 4,
                                       c->blocked ? vectors_of_maps(c) * 4 : 4,
                                       c->blocked ? 4 : c->product.pixels * 4}};
    const Term terms[] = {{part, 0, part != NULL}, {pixel, 1, 1}, {vector, 2, 1}};
    return pointer_text(c->tile.text, "scratch", place_text(c->tile.text, &scratch, terms, COUNT_OF(terms)));
}

/* Names the item's pixel j, where there is one. */
static void open_pixel(const TiledConv *c)
{
    KernelText *text = c->tile.text;
    buf_line(text->out, "const int p = %s;", gpu_tile_pixel(&c->tile));
    if (c->pixel_tiles * c->tiles.tile.pixels > c->product.pixels)
        buf_open(text->out, "if (p < %lld)", (long long)c->product.pixels);
    if (c->tiles.parts == 1)
        gpu_pixel_names(text, "p");
}

static void close_pixel(const TiledConv *c)
{
    if (c->pixel_tiles * c->tiles.tile.pixels > c->product.pixels)
        buf_close(c->tile.text->out);
}

/* Plain results are finished one by one, by a loop that is not written out: of those it reads an array, which therefore
 * is in no registers, and is another one than the sums. */
static void write_plain_sums(const TiledConv *c)
{
    KernelText *text = c->tile.text;
    Buf *out = text->out;
    const GpuTile *tile = &c->tiles.tile;
    buf_line(out, "float of[%lld][%lld];", (long long)tile->item_pixels, (long long)tile->item_maps);
    gpu_unrolled_open(text, "j", tile->item_pixels);
    for (int64_t m = 0; m < tile->item_maps; m++)
        buf_line(out, "of[j][%lld] = sums[j][%lld].%c;", (long long)m, (long long)m / 4, "xyzw"[m % 4]);
    buf_close(out);
    buf_open(out, "for (int j = 0; j < %lld; j++)", (long long)tile->item_pixels);
    open_pixel(c);
    buf_open(out, "for (int m = 0; m < %lld; m++)", (long long)tile->item_maps);
    const char *map = tile->item_maps == 4 ? "first_map + row + m"
                                           : arena_printf(text->arena, "first_map + row + m / 4 * %lld + m %% 4",
                                                          (long long)tile->maps / 2);
    gpu_store(text, &(GpuStore){map, "of[j][m]", 1, false, maps_end(c)});
    buf_close(out);
    close_pixel(c);
    buf_close(out);
}

/* Vectors of maps: finished, or as they are where there are other parts. */
static void write_sums(const TiledConv *c)
{
    KernelText *text = c->tile.text;
    Buf *out = text->out;
    const GpuTile *tile = &c->tiles.tile;
    if (!c->blocked && c->tiles.parts == 1) {
        write_plain_sums(c);
        return;
    }
    gpu_unrolled_open(text, "j", tile->item_pixels);
    open_pixel(c);
    bool several = gpu_tile_vectors(tile) > 1;
    if (several)
        gpu_unrolled_open(text, "u", gpu_tile_vectors(tile));
    const char *value = several ? "sums[j][u]" : "sums[j][0]", *end = maps_end(c);
    if (c->tiles.parts > 1) {
        if (end)
            buf_line(out, "if (%s < %s)", gpu_tile_map(&c->tile), end);
        const char *vector = arena_printf(text->arena, "((%s) / 4)", gpu_tile_map(&c->tile));
        out->indent += end != NULL;
        buf_line(out, "v_write(%s, %s);", scratch_place(c, "part", "p", vector), value);
        out->indent -= end != NULL;
    } else {
        gpu_store(text, &(GpuStore){gpu_tile_map(&c->tile), value, 4, true, end});
    }
    if (several)
        buf_close(out);
    close_pixel(c);
    buf_close(out);
}

/* What adds the sums of parts. */
static void write_output(const TiledConv *c)
{
    KernelText *text = c->tile.text;
    Buf *out = text->out;
    int64_t vectors = vectors_of_maps(c);
    buf_line(out, "/* Adds the sums of %lld parts. */", (long long)c->tiles.parts);
    gpu_open(text, "_output", USES_BIAS | USES_EPILOGUE | USES_Y | USES_SCRATCH);
    gpu_results_begin(text);
    const ItemAxis pixels = {"p", c->product.pixels}, maps = {"q", vectors};
    items_open(text, c->blocked ? (ItemAxis[]){pixels, maps} : (ItemAxis[]){maps, pixels}, 2);
    gpu_pixel_names(text, "p");
    buf_line(out, "v4 sum = v_read(%s);", scratch_place(c, NULL, "p", "q"));
    buf_line(out, "for (int part = 1; part < %lld; part++)", (long long)c->tiles.parts);
    buf_line(out, "    sum = v_add(sum, v_read(%s));", scratch_place(c, "part", "p", "q"));
    gpu_store(text, &(GpuStore){"q * 4", "sum", 4, true, stored_maps(c) % 4 ? number(c, stored_maps(c)) : NULL});
    buf_close(out);
    text_close(text);
}

static void write_comment(const TiledConv *c)
{
    KernelText *text = c->tile.text;
    const GpuTile *tile = &c->tiles.tile;
    Buf how = {0};
    buf_printf(&how, "%lld maps x %s of a work-group, %lld x %lld of an item, by %lld products", (long long)tile->maps,
               text_count(text, tile->pixels, "pixel"), (long long)tile->item_maps, (long long)tile->item_pixels,
               (long long)tile->slice);
    if (c->tiles.parts > 1)
        buf_printf(&how, ", in %s", text_count(text, c->tiles.parts, "part"));
    text_comment(text, buf_text(&how));
    buf_free(&how);
}

void gpu_tiled_text(KernelText *text)
{
    const TiledConv c = tiled_numbers(text);
    const int64_t skip = c.in.base - c.attrs->pad[HALO_TOP] * c.in.stride[2] - c.attrs->pad[HALO_LEFT] * c.in.stride[3];
    write_comment(&c);
    text_finish(text, c.blocked);
    const bool whole = c.tiles.parts == 1;
    gpu_open(text, "", USES_TILE | (whole ? USES_TENSORS : USES_X | USES_WEIGHT | USES_SCRATCH));
    if (whole)
        gpu_results_begin(text);
    if (skip)
        buf_line(text->out, "x += %lld; /* to the first window */", (long long)skip);
    write_job(&c);
    write_fetched(&c);
    gpu_tile_begin(&c.tile);
    write_product(&c);
    write_sums(&c);
    text_close(text);
    if (!whole)
        write_output(&c);
}
