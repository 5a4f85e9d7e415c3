/* gpu_winograd.c - sizes and loops of Winograd's algorithm on GPUs (see gpu_winograd.h). */
#include "plan/gpu_winograd.h"

/* Bytes of V and the sums. */
#define MOST_SCRATCH (INT64_C(256) << 20)

enum {
    LOCAL_FLOATS = 4608, /* of a group that transforms: little more than half of what devices have at least */
    FEW_TILES = 32,      /* for which products are of that many tiles */
    MANY_MAPS = 128,     /* from which on they are of twice as many maps, */
    ENOUGH_GROUPS = 264, /* where that leaves two groups for each unit of a large device */
};

/* Tiles of a group that transforms: a power of two. */
static int64_t tiles_together(const WinogradSizes *s)
{
    int64_t floats = s->points * s->lanes, items = s->lanes / GPU_WINOGRAD_LANES * s->matrices.a, tiles = 1;
    while (2 * tiles * floats <= LOCAL_FLOATS && 2 * tiles * items <= GPU_MOST_ITEMS)
        tiles *= 2;
    return tiles;
}

static void choose_product(GpuWinograd *g)
{
    const WinogradSizes *s = &g->sizes;
    int64_t tiles = g->pictures * s->count;
    g->maps_tile = s->maps <= 16 ? 16 : s->maps <= 32 ? 32 : 64;
    while (s->groups > 1 && s->maps % g->maps_tile) /* groups are of whole panels */
        g->maps_tile /= 2;
    g->tiles_tile = tiles <= FEW_TILES ? 32 : 64;
    g->item_tiles = g->tiles_tile / 8;
    int64_t groups = quotient_up(s->maps, MANY_MAPS) * quotient_up(tiles, g->tiles_tile) * s->points * s->groups;
    if (g->tiles_tile == 64 && s->maps % MANY_MAPS == 0 && groups >= ENOUGH_GROUPS)
        g->maps_tile = MANY_MAPS;
    g->multipliers = g->maps_tile / GPU_WINOGRAD_SIDE * (g->tiles_tile / g->item_tiles);
    g->row = g->tiles_tile + GPU_WINOGRAD_LANES;
}

/* As many as rounds of equal length may have. */
static int64_t pictures_of_round(const GpuWinograd *g)
{
    const WinogradSizes *s = &g->sizes;
    int64_t bytes = s->points * (g->blocks + g->map_blocks) * s->lanes * s->count * dtype_bytes(DT_F32);
    int64_t pictures = g->batch;
    while (pictures > 1 && (pictures * bytes > MOST_SCRATCH || g->batch % pictures))
        pictures--;
    return pictures;
}

GpuWinograd gpu_winograd_sizes(const Graph *graph, const Kernel *kernel)
{
    const Node *conv = graph_node(graph, kernel->leader);
    GpuWinograd g = {.sizes = winograd_sizes(graph, kernel), .batch = conv->type.shape.dim[0]};
    WinogradSizes *s = &g.sizes;
    g.panel = graph_input_node(graph, conv, CONV_WEIGHT)->type.layout.block;
    g.blocks = quotient_up(s->groups * s->channels, s->lanes);
    g.map_blocks = quotient_up(s->groups * s->maps, s->lanes);
    g.together = tiles_together(s);
    g.transformers = s->lanes / GPU_WINOGRAD_LANES * s->matrices.a * g.together;
    g.pictures = pictures_of_round(&g);
    choose_product(&g);
    g.tiles = quotient_up(g.pictures * s->count, g.tiles_tile) * g.tiles_tile;
    s->input_point = g.blocks * g.tiles * s->lanes;
    s->sum_point = g.map_blocks * g.tiles * s->lanes;
    s->sums = s->points * s->input_point;
    s->floats = s->sums + s->points * s->sum_point;
    return g;
}

Tiling gpu_winograd_tiling(const Graph *graph, const Kernel *kernel)
{
    const GpuWinograd g = gpu_winograd_sizes(graph, kernel);
    const WinogradSizes *s = &g.sizes;
    Loop tiles = {.axes = AXIS_PICTURES | AXIS_TILES, .last = LAST_CUT, .spread = SPREAD_GROUPS};
    Loop maps = {.axes = AXIS_MAPS, .last = LAST_CUT, .spread = SPREAD_GROUPS};
    Loop inputs = {.axes = AXIS_INPUTS, .joins = true, .last = LAST_CUT};
    Tiling t = {0};
    tiles.length = g.batch * s->count, tiles.step = g.tiles_tile;
    maps.length = s->groups * s->maps, maps.step = g.maps_tile;
    tiling_add(&t, tiles);
    tiling_add(&t, maps);
    tiling_add(&t, (Loop){.axes = AXIS_POINTS, .length = s->points, .step = 1, .joins = true, .spread = SPREAD_GROUPS});
    inputs.length = s->channels, inputs.step = GPU_WINOGRAD_SLICE;
    tiling_add(&t, inputs);
    inputs.length = GPU_WINOGRAD_SLICE, inputs.step = 1;
    tiling_add(&t, inputs);
    tiles.length = g.tiles_tile, tiles.step = g.item_tiles, tiles.spread = SPREAD_ITEMS;
    maps.length = g.maps_tile, maps.step = GPU_WINOGRAD_SIDE, maps.spread = SPREAD_ITEMS;
    tiling_add(&t, tiles);
    tiling_add(&t, maps);
    tiling_add(&t, (Loop){.axes = tiles.axes, .length = g.item_tiles, .step = 1, .kind = LOOP_UNROLLED});
    tiling_add(&t, (Loop){.axes = AXIS_MAPS, .length = GPU_WINOGRAD_SIDE, .step = 1, .kind = LOOP_LANES});
    return t;
}

int gpu_winograd_launches(const Graph *graph, const Kernel *kernel, GpuLaunch launches[MOST_LAUNCHES])
{
    const GpuWinograd g = gpu_winograd_sizes(graph, kernel);
    const WinogradSizes *s = &g.sizes;
    int64_t transformed = quotient_up(g.pictures * s->count, g.together), local = g.together * s->points * s->lanes;
    int64_t products = g.tiles / g.tiles_tile * quotient_up(s->maps, g.maps_tile) * s->points * s->groups;
    launches[0] = (GpuLaunch){"_forward", {transformed * g.blocks * g.transformers, 1}, {g.transformers, 1}, local};
    launches[1] = (GpuLaunch){
        "_points", {products * g.multipliers, 1}, {g.multipliers, 1}, GPU_WINOGRAD_SLICE * (g.maps_tile + g.row)};
    launches[2] = (GpuLaunch){"", {transformed * g.map_blocks * g.transformers, 1}, {g.transformers, 1}, local};
    return 3;
}
