/* gpu_tile.c - sums, slices and the multiplication of a tile (see gpu_tile.h). */
#include "emit/gpu_tile.h"

int64_t gpu_tile_vectors(const GpuTile *tile)
{
    return tile->item_maps / 4;
}

int64_t gpu_tile_turn(const GpuTile *tile)
{
    enum { BANKS = 32 };
    return BANKS / (tile->slice / 4);
}

void gpu_unrolled_open(KernelText *text, const char *name, int64_t count)
{
    if (count > 1)
        buf_line(text->out, "#pragma unroll");
    buf_open(text->out, "for (int %s = 0; %s < %lld; %s++)", name, name, (long long)count, name);
}

void gpu_tile_begin(const GpuTileText *t)
{
    KernelText *text = t->text;
    Buf *out = text->out;
    const GpuTile *tile = &t->tile;
    long long rows = tile->maps / tile->item_maps, columns = tile->pixels / tile->item_pixels;
    if (t->by_pixels)
        buf_line(out, "const int row = me / %lld * 4, column = me %% %lld * 4;", columns, columns);
    else
        buf_line(out, "const int row = me %% %lld * 4, column = me / %lld * 4;", rows, rows);
    buf_line(out, "v4 sums[%lld][%lld];", (long long)tile->item_pixels, (long long)gpu_tile_vectors(tile));
    gpu_unrolled_open(text, "j", tile->item_pixels);
    for (int64_t u = 0; u < gpu_tile_vectors(tile); u++)
        buf_line(out, "sums[j][%lld] = v_set(-0.0f);", (long long)u);
    buf_close(out);
}

const char *gpu_tile_pixel(const GpuTileText *t)
{
    if (t->tile.item_pixels == 4)
        return "first_pixel + column + j";
    return arena_printf(t->text->arena, "first_pixel + column + j / 4 * %lld + j %% 4", (long long)t->tile.pixels / 2);
}

const char *gpu_tile_map(const GpuTileText *t)
{
    if (t->tile.item_maps == 4)
        return "first_map + row";
    return arena_printf(t->text->arena, "first_map + row + u * %lld", (long long)t->tile.maps / 2);
}

/* ---- slices ---- */

void gpu_slices_open(const GpuTileText *t, const char *declarations)
{
    Buf *out = t->text->out;
    buf_open(out, "for (int s = from; s <= to; s++)");
    buf_line(out, "%s", declarations);
    buf_open(out, "if (s < to)");
}

/* Declares vectors `name`0 and, for 8 of an item, `name`1: of product k, behind `at`. */
static void load_near(const GpuTileText *t, const char *name, const char *at, int64_t width, int64_t item,
                      const char *place)
{
    for (int64_t v = 0; v < item / 4; v++) {
        const char *behind = v ? arena_printf(t->text->arena, "%lld + ", (long long)width / 2) : "";
        buf_line(t->text->out, "const v4 %s%lld = v_load_near(%s + k * %lld + %s%s);", name, (long long)v, at,
                 (long long)width, behind, place);
    }
}

static void multiply(const GpuTileText *t)
{
    KernelText *text = t->text;
    Buf *out = text->out, line = {0};
    const GpuTile *tile = &t->tile;
    buf_line(out, "local const float *w = tile + ((s - 1) & 1) * %lld, *v = w + %lld;",
             (long long)gpu_tile_floats(tile) / 2, (long long)(tile->slice * tile->maps));
    gpu_unrolled_open(text, "k", tile->slice);
    load_near(t, "a", "w", tile->maps, tile->item_maps, "row");
    load_near(t, "b", "v", tile->pixels, tile->item_pixels,
              arena_printf(text->arena, "(column ^ k / 4 * %lld)", (long long)gpu_tile_turn(tile)));
    for (int64_t j = 0; j < tile->item_pixels; j++)
        buf_printf(&line, "%sb%lld.%c", j ? ", " : "", (long long)j / 4, "xyzw"[j % 4]);
    buf_line(out, "const float p[%lld] = {%s};", (long long)tile->item_pixels, buf_text(&line));
    gpu_unrolled_open(text, "j", tile->item_pixels);
    for (int64_t u = 0; u < gpu_tile_vectors(tile); u++)
        buf_line(out, "sums[j][%lld] = v_fma(v_set(p[j]), a%lld, sums[j][%lld]);", (long long)u, (long long)u,
                 (long long)u);
    buf_close(out);
    buf_close(out);
    buf_free(&line);
}

void gpu_slices_fetched(const GpuTileText *t)
{
    Buf *out = t->text->out;
    buf_close(out);
    buf_open(out, "if (s > from)");
    multiply(t);
    buf_close(out);
    buf_open(out, "if (s < to)");
    buf_line(out, "local float *next = tile + (s & 1) * %lld;", (long long)gpu_tile_floats(&t->tile) / 2);
}

void gpu_slices_close(const GpuTileText *t)
{
    Buf *out = t->text->out;
    buf_close(out);
    buf_line(out, "barrier(CLK_LOCAL_MEM_FENCE);");
    buf_close(out);
}
