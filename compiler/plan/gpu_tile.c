/* gpu_tile.c - tiles of products of matrices, and what they cost (see gpu_tile.h).
 *
 * The model is one of an H200: no figure here is measured. A unit does 128 multiply-adds in a cycle while items find
 * their operands, two float4 of local memory for 8 x 8 sums being half as many for each as for 4 x 4; it keeps as many
 * groups at a time as it has registers for; and each slice of a group takes as long as memory needs to answer.
 */
#include "plan/gpu_tile.h"
#include "plan/gpu.h"

enum {
    UNITS = 132,
    MULTIPLY_ADDS = 128, /* of a unit, in a cycle */
    REGISTERS = 65536,   /* of a unit */
    OTHERS = 56,         /* registers of an item beside its sums: operands, places, what is on its way */
    MOST_ITEMS = 2048,   /* of a unit */
    ANSWER = 700,        /* cycles from one slice to the next at least */
    LAUNCH = 4000,       /* cycles of another launch */
    MEMORY = 1500,       /* bytes in a cycle, of all units: of what was just written */
    LEAST_SLICES = 4,    /* of a part, so that it has more to do than to begin */
};

/* Large tiles fetch less for each product, small ones leave less over and make more groups. */
static const GpuTile tiles[] = {
    {128, 128, 8, 8, 8}, {64, 128, 8, 8, 8}, {128, 64, 8, 8, 8}, {64, 64, 8, 8, 8},  {64, 64, 8, 4, 16},
    {32, 128, 8, 8, 8},  {32, 64, 4, 8, 8},  {32, 32, 4, 4, 16}, {16, 64, 4, 4, 16},
};

int64_t gpu_tile_items(const GpuTile *tile)
{
    return tile->maps / tile->item_maps * (tile->pixels / tile->item_pixels);
}

int64_t gpu_tile_floats(const GpuTile *tile)
{
    return 2 * tile->slice * (tile->maps + tile->pixels);
}

static bool fits_item(int64_t group, int64_t item)
{
    return (item == 4 || item == 8) && group % item == 0;
}

bool gpu_tile_fits(const GpuTile *tile)
{
    enum { BANKS = 32 };
    if (!fits_item(tile->maps, tile->item_maps) || !fits_item(tile->pixels, tile->item_pixels) ||
        tile->pixels % BANKS || (tile->slice != 8 && tile->slice != 16))
        return false;
    int64_t items = gpu_tile_items(tile);
    return items <= GPU_MOST_ITEMS && items % (tile->maps / 4) == 0 && tile->slice * tile->maps / 4 % items == 0 &&
           tile->slice * tile->pixels / 4 % items == 0 && (items % tile->pixels == 0 || tile->pixels % items == 0) &&
           gpu_tile_floats(tile) <= GPU_MOST_LOCAL;
}

/* ---- costs ---- */

/* Percent of its multiply-adds that a unit does with such a tile of an item. */
static int64_t efficiency(const GpuTile *tile)
{
    int64_t sums = tile->item_maps * tile->item_pixels;
    return sums == 64 ? 85 : sums == 32 ? 70 : 50;
}

/* Groups that a unit has at a time. */
static int64_t at_a_time(const GpuTile *tile)
{
    int64_t items = gpu_tile_items(tile), registers = tile->item_maps * tile->item_pixels + OTHERS;
    return MIN(REGISTERS / (items * registers), MOST_ITEMS / items);
}

/* Cycles until all groups are done that take so many slices each, and what adds the sums of parts is, too. */
static int64_t cost(const GpuProduct *product, const GpuTile *tile, int64_t slices, int64_t parts)
{
    int64_t groups =
        product->count * quotient_up(product->maps, tile->maps) * quotient_up(product->pixels, tile->pixels) * parts;
    int64_t of_a_unit = quotient_up(groups, UNITS);
    int64_t slice = tile->slice * tile->maps * tile->pixels * 100 / (MULTIPLY_ADDS * efficiency(tile));
    int64_t busy = of_a_unit * slices * slice;
    int64_t waits = quotient_up(of_a_unit, at_a_time(tile)) * slices * ANSWER;
    int64_t sums = product->count * product->maps * product->pixels * (int64_t)sizeof(float);
    return MAX(busy, waits) + (parts > 1 ? LAUNCH + 2 * parts * sums / MEMORY : 0);
}

int64_t gpu_slices(const GpuProduct *product, int64_t slice)
{
    return quotient_up(product->products, slice) + product->runs * quotient_up(product->run, slice);
}

const GpuTile *gpu_tile_at(int32_t tile)
{
    return tile >= 1 && tile <= (int32_t)COUNT_OF(tiles) ? &tiles[tile - 1] : NULL;
}

GpuTiles gpu_tiles_choose(const GpuProduct *product, int64_t most, int32_t only)
{
    static const int64_t divisions[] = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32};
    GpuTiles best = {0};
    int64_t least = INT64_MAX;
    for (int32_t t = only ? only : 1; gpu_tile_at(t) && (!only || t == only); t++)
        for (size_t d = 0; d < COUNT_OF(divisions); d++) {
            int64_t all = gpu_slices(product, gpu_tile_at(t)->slice), some = quotient_up(all, divisions[d]);
            if (d && (divisions[d] > most || some < LEAST_SLICES))
                break;
            int64_t parts = quotient_up(all, some), cycles = cost(product, gpu_tile_at(t), some, parts);
            if (cycles >= least)
                continue;
            best = (GpuTiles){*gpu_tile_at(t), some, parts};
            least = cycles;
        }
    return best;
}
