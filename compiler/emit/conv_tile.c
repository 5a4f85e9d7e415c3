/* conv_tile.c - declarations, sums and stores of a tile (see conv_tile.h). */
#include "emit/conv_tile.h"

/* "for (int b = 0; b < 8; b++)", or nothing to loop over with a single map. */
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

void tile_open(const ConvTile *tile, int64_t pixels, const char *extra)
{
    KernelText *text = tile->text;
    if (tile->partial)
        buf_line(text->out, "/* %lld pixels of a row, of the first `maps` of %d maps. */", (long long)pixels,
                 tile->block);
    else if (tile->block > 1)
        buf_line(text->out, "/* %lld pixels of a row, of %lld maps. */", (long long)pixels,
                 (long long)MIN(tile->block, tile->maps));
    else
        buf_line(text->out, "/* %lld pixels of a row. */", (long long)pixels);
    text_open_part(text, text->plan->target->attribute, arena_printf(text->arena, "_row%lld", (long long)pixels),
                   arena_printf(text->arena, "%s%s", tile->partial ? ", int maps" : "", extra));
}

const char *tile_last_argument(const ConvTile *tile)
{
    if (!tile->partial)
        return "";
    return arena_printf(tile->text->arena, ", %lld - o < %d ? %lld - o : %d", (long long)tile->maps, tile->block,
                        (long long)tile->maps, tile->block);
}

void tile_start(const ConvTile *tile, int64_t pixels)
{
    Buf *out = tile->text->out;
    const char *element = tile->block > 1 ? "[b]" : "";
    Buf line = {0};
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
    open_maps(tile, arena_printf(tile->text->arena, "%d", tile->block));
    for (int64_t p = 0; p < pixels; p++)
        buf_line(tile->text->out, "a%lld%s += s[%lld] * %s%s%s;", (long long)p, element, (long long)(p * tile->in_step),
                 star, weight, element);
    close_maps(tile);
}

void tile_store(const ConvTile *tile, int64_t pixels)
{
    KernelText *text = tile->text;
    const char *element = tile->block > 1 ? "[b]" : "";
    open_maps(tile,
              tile->partial ? "maps" : arena_printf(text->arena, "%lld", (long long)MIN(tile->block, tile->maps)));
    for (int64_t p = 0; p < pixels; p++) {
        const char *value = arena_printf(text->arena, "a%lld%s", (long long)p, element);
        long long place = p * tile->out_step;
        const char *at = arena_printf(text->arena, "%lld", place);
        if (tile->block > 1)
            at = arena_printf(text->arena, place ? "b * %lld + %lld" : "b * %lld", (long long)tile->out_plane, place);
        const Term terms[] = {{tile->block > 1 ? "b" : NULL, 1, tile->block > 1}, {NULL, 3, place}};
        const char *const *parallels = parallels_at(text, terms, COUNT_OF(terms));
        value = text_finished(text, value, tile->block > 1 ? "b" : "0", parallels, false);
        line_wrapped(text->out, arena_printf(text->arena, "y[%s] = %s;", at, value));
    }
    close_maps(tile);
}
