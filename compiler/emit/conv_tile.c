/* conv_tile.c - declarations, sums and stores of a tile (see conv_tile.h). */
#include "emit/conv_tile.h"
#include "ops/shuffle.h"

/* With a single map, lanes are pixels. */
static bool has_pixel_lanes(const ConvTile *tile, int64_t pixels)
{
    return tile->block == 1 && pixels > 1;
}

/* "for (int b = 0; b < 8; b++) {", or nothing to loop over with a single map. */
static void open_maps(const ConvTile *tile, const char *count)
{
    if (tile->block > 1) {
        buf_line(tile->text->out, "for (int b = 0; b < %s; b++) {", count);
        tile->text->out->indent++;
    }
}

static void close_maps(const ConvTile *tile)
{
    if (tile->block > 1)
        buf_close(tile->text->out);
}

/* Before a loop over lanes. */
static void write_lanes(const ConvTile *tile)
{
    tile->text->needs->lanes = true;
    buf_line(tile->text->out, "%s_LANES", tile->text->macro);
}

void tile_open(const ConvTile *tile, int64_t pixels, const char *extra)
{
    KernelText *text = tile->text;
    if (tile->partial)
        buf_line(text->out, "/* %s of a row, of the first `maps` of %d maps. */", text_count(text, pixels, "pixel"),
                 tile->block);
    else if (tile->block > 1)
        buf_line(text->out, "/* %s of a row, of %s. */", text_count(text, pixels, "pixel"),
                 text_count(text, MIN(tile->block, tile->maps), "map"));
    else
        buf_line(text->out, "/* %s of a row. */", text_count(text, pixels, "pixel"));
    text_open_part(text, text_set(text)->attribute, arena_printf(text->arena, "_row%lld", (long long)pixels),
                   arena_printf(text->arena, "%s%s%s", tile->partial ? ", int maps" : "",
                                tile->apart ? ", int plane" : "", extra));
}

const char *tile_last_argument(const ConvTile *tile)
{
    const char *plane = tile->apart ? ", plane" : "";
    if (!tile->partial)
        return plane;
    return arena_printf(tile->text->arena, ", %lld - o < %d ? %lld - o : %d%s", (long long)tile->maps, tile->block,
                        (long long)tile->maps, tile->block, plane);
}

/* A loop over the pixels of a single map, for a line. */
static void open_pixels(const ConvTile *tile, int64_t pixels, bool lanes)
{
    if (lanes)
        write_lanes(tile);
    buf_line(tile->text->out, "for (int p = 0; p < %lld; p++)", (long long)pixels);
    tile->text->out->indent++;
}

void tile_start(const ConvTile *tile, int64_t pixels)
{
    Buf *out = tile->text->out;
    const char *element = tile->block > 1 ? "[b]" : "";
    Buf line = {0};
    if (has_pixel_lanes(tile, pixels)) {
        buf_line(out, "float a[%lld];", (long long)pixels);
        open_pixels(tile, pixels, false);
        buf_line(out, "a[p] = %s;", tile->has_bias ? "*bias" : "0.0f");
        out->indent--;
        return;
    }
    for (int64_t p = 0; p < pixels; p++)
        tile->block > 1 ? buf_printf(&line, "%sa%lld[%d]", p ? ", " : "", (long long)p, tile->block)
                        : buf_printf(&line, "%sa%lld", p ? ", " : "", (long long)p);
    buf_line(out, "float %s;", buf_text(&line));
    buf_clear(&line);
    for (int64_t p = 0; p < pixels; p++)
        buf_printf(&line, "a%lld%s = ", (long long)p, element);
    if (tile->block > 1) {
        buf_line(out, "for (int b = 0; b < %d; b++)", tile->block);
        buf_line(out, "    %s%s;", buf_text(&line), tile->has_bias ? "bias[b]" : "0.0f");
    } else {
        buf_line(out, "%s%s;", buf_text(&line), tile->has_bias ? "*bias" : "0.0f");
    }
    buf_free(&line);
}

void tile_add(const ConvTile *tile, int64_t pixels, const char *weight)
{
    const char *element = tile->block > 1 ? "[b]" : "", *star = tile->block > 1 ? "" : "*";
    if (has_pixel_lanes(tile, pixels)) {
        open_pixels(tile, pixels, true);
        const char *at =
            tile->in_step == 1 ? "p" : arena_printf(tile->text->arena, "p * %lld", (long long)tile->in_step);
        buf_line(tile->text->out, "a[p] += s[%s] * *%s;", at, weight);
        tile->text->out->indent--;
        return;
    }
    if (tile->block > 1)
        write_lanes(tile);
    open_maps(tile, arena_printf(tile->text->arena, "%d", tile->block));
    for (int64_t p = 0; p < pixels; p++)
        buf_line(tile->text->out, "a%lld%s += s[%lld] * %s%s%s;", (long long)p, element, (long long)(p * tile->in_step),
                 star, weight, element);
    close_maps(tile);
}

/* The line that stores the sum `value` of map b, `finished` or not; `pixel` says where in the row. */
static void write_pixel(const ConvTile *tile, const char *value, Term pixel, bool finished)
{
    KernelText *text = tile->text;
    const char *map = tile->block > 1 ? "b" : NULL;
    const Term terms[] = {{map, 1, map != NULL}, pixel};
    const Term own_terms[] = {{tile->apart ? "b * plane" : map, 1, map != NULL}, pixel};
    const Access own = {.stride = {[1] = tile->apart ? 1 : tile->out_plane, [3] = 1}};
    if (!finished)
        value = text_finished(text, value, map ? "b" : "0", parallels_at(text, terms, COUNT_OF(terms)), false);
    line_wrapped(text->out, arena_printf(text->arena, "y[%s] = %s;",
                                         place_text(text, &own, own_terms, COUNT_OF(own_terms)), value));
}

static bool reads_parallels(const KernelText *text)
{
    for (uint32_t i = 0; i < text_parameter_count(text); i++)
        if (text_is_parallel(text, i))
            return true;
    return false;
}

/* Straight from the sums. */
static void store_sums(const ConvTile *tile, int64_t pixels, const char *maps, bool finished)
{
    KernelText *text = tile->text;
    if (tile->block > 1 && pixels > 1 && !tile->partial && reads_parallels(text)) {
        text->needs->unrolled = true;
        buf_line(text->out, "%s_UNROLLED", text->macro);
    }
    if (has_pixel_lanes(tile, pixels)) {
        open_pixels(tile, pixels, true);
        write_pixel(tile, "a[p]", (Term){"p", 3, tile->out_step}, finished);
        text->out->indent--;
        return;
    }
    open_maps(tile, maps);
    for (int64_t p = 0; p < pixels; p++) {
        const char *value = arena_printf(text->arena, tile->block > 1 ? "a%lld[b]" : "a%lld", (long long)p);
        write_pixel(tile, value, (Term){NULL, 3, p * tile->out_step}, finished);
    }
    close_maps(tile);
}

/* Turned in a small array first, so that the pixels of a map lie together as they do in y. */
static void store_turned(const ConvTile *tile, int64_t pixels, const char *maps, bool finished)
{
    KernelText *text = tile->text;
    buf_line(text->out, "float sums[%d][%lld];", tile->block, (long long)pixels);
    buf_open(text->out, "for (int b = 0; b < %d; b++)", tile->block);
    for (int64_t p = 0; p < pixels; p++)
        buf_line(text->out, "sums[b][%lld] = a%lld[b];", (long long)p, (long long)p);
    buf_close(text->out);
    text->needs->by_pixels = true;
    buf_line(text->out, "%s_BY_PIXELS", text->macro);
    buf_line(text->out, "for (int b = 0; b < %s; b++)", maps);
    buf_line(text->out, "    for (int p = 0; p < %lld; p++)", (long long)pixels);
    text->out->indent += 2;
    write_pixel(tile, "sums[b][p]", (Term){"p", 3, tile->out_step}, finished);
    text->out->indent -= 2;
}

/* A rest of few pixels: gcc would finish those of a map one by one. */
static bool finishes_first(const ConvTile *tile, int64_t pixels)
{
    const KernelText *text = tile->text;
    bool alone = text_parameter_count(text) == text_leader_parameters(text); /* the epilogue reads nothing else */
    return text_has_finish(text) && alone && tile->block > 1 && pixels < text_tile(text, AXIS_COLUMNS);
}

static void finish_sums(const ConvTile *tile, int64_t pixels)
{
    KernelText *text = tile->text;
    write_lanes(tile);
    open_maps(tile, arena_printf(text->arena, "%d", tile->block));
    for (int64_t p = 0; p < pixels; p++) {
        const char *sum = arena_printf(text->arena, "a%lld[b]", (long long)p);
        buf_line(text->out, "%s = %s;", sum, text_finished(text, sum, "b", NULL, false));
    }
    close_maps(tile);
}

void tile_store(const ConvTile *tile, int64_t pixels)
{
    const char *maps =
        tile->partial ? "maps" : arena_printf(tile->text->arena, "%lld", (long long)MIN(tile->block, tile->maps));
    bool finished = finishes_first(tile, pixels);
    if (finished)
        finish_sums(tile, pixels);
    if (pixels > 1 && tile->text->kernel->tiling.turned)
        store_turned(tile, pixels, maps, finished);
    else
        store_sums(tile, pixels, maps, finished);
}

void tile_shuffle(ConvTile *tile)
{
    const Kernel *kernel = tile->text->kernel;
    for (uint32_t e = 0; e < kernel->epilogue_count; e++) {
        const Node *node = graph_node(tile->text->graph, kernel->epilogue[e]);
        if (node->op == OP_channel_shuffle) {
            tile->shuffled = ((const ChannelShuffleAttrs *)node->attrs)->groups;
            tile->out_plane *= tile->shuffled;
        }
    }
}

const char *tile_panel(const ConvTile *tile)
{
    long long plane = tile->out_plane, groups = tile->shuffled;
    if (!groups)
        return arena_printf(tile->text->arena, "o * %lld", plane);
    return arena_printf(tile->text->arena, "(o %% %lld * %lld + o / %lld) * %lld", tile->maps / groups, groups,
                        tile->maps / groups, plane / groups);
}
