/* blocked_tile.c - a variable for each sum, and a line for each pixel (see blocked_tile.h). */
#include "emit/blocked_tile.h"

/* "bias + 16" */
static const char *behind(const BlockedTile *tile, const char *name, int64_t floats)
{
    return pointer_text(tile->text, name, arena_printf(tile->text->arena, "%lld", (long long)floats));
}

void sums_begin(const BlockedTile *tile, const char *kept)
{
    KernelText *text = tile->text;
    const char *vector = text_set(text)->vector;
    for (int p = 0; p < tile->pixels; p++) {
        Buf line = {0};
        for (int v = 0; v < tile->vectors; v++) {
            const char *start = "v_zero()";
            if (tile->has_bias)
                start = arena_printf(text->arena, "v_load(%s)", behind(tile, "bias", v * tile->lanes));
            buf_printf(&line, "%s a%d_%d = ", v ? "," : vector, p, v);
            if (kept)
                buf_printf(&line, "%s ? v_load(%s) : ", kept,
                           behind(tile, "sums", (p * tile->vectors + v) * tile->lanes));
            buf_puts(&line, start);
        }
        buf_line(text->out, "%s;", buf_text(&line));
        buf_free(&line);
    }
}

void sums_add(const BlockedTile *tile, const char *weight)
{
    Buf *out = tile->text->out, line = {0};
    const char *vector = text_set(tile->text)->vector;
    for (int v = 0; v < tile->vectors; v++)
        buf_printf(&line, "%s w%d = v_load(%s)", v ? "," : vector, v, behind(tile, weight, v * tile->lanes));
    buf_line(out, "const %s;", buf_text(&line));
    buf_line(out, "%s v;", vector);
    for (int p = 0; p < tile->pixels; p++) {
        buf_clear(&line);
        buf_printf(&line, "v = v_broadcast(%s)", behind(tile, "s", tile->at[p].read));
        for (int v = 0; v < tile->vectors; v++)
            buf_printf(&line, ", a%d_%d = v_fma(v, w%d, a%d_%d)", p, v, v, p, v);
        buf_line(out, "%s;", buf_text(&line));
    }
    buf_free(&line);
}

void sums_store(const BlockedTile *tile)
{
    KernelText *text = tile->text;
    const Access out = access_of(text_output(text));
    for (int v = 0; v < tile->vectors + tile->zeros; v++)
        for (int p = 0; p < tile->pixels; p++) {
            const TilePixel *pixel = &tile->at[p];
            const char *sum = arena_printf(text->arena, "a%d_%d", p, v);
            const char *channel = arena_printf(text->arena, "%d", v * tile->lanes);
            int inside = v * tile->lanes % tile->block;
            const Term terms[] = {{NULL, 1, v * tile->lanes - inside},
                                  {NULL, 2, pixel->row},
                                  {NULL, 3, pixel->column},
                                  {NULL, AXIS_IN_BLOCK, inside}};
            const char *at = pointer_text(text, "y", place_text(text, &out, terms, COUNT_OF(terms)));
            const char *value = "v_zero()";
            if (v < tile->vectors)
                value = text_finished(text, sum, channel, parallels_at(text, terms, COUNT_OF(terms)), true);
            line_wrapped(text->out, arena_printf(text->arena, "v_store(%s, %s);", at, value));
        }
}

void sums_keep(const BlockedTile *tile)
{
    for (int p = 0; p < tile->pixels; p++) {
        Buf line = {0};
        for (int v = 0; v < tile->vectors; v++)
            buf_printf(&line, "%sv_store(%s, a%d_%d);", v ? " " : "",
                       behind(tile, "sums", (p * tile->vectors + v) * tile->lanes), p, v);
        buf_line(tile->text->out, "%s", buf_text(&line));
        buf_free(&line);
    }
}
