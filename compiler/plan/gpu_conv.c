/* gpu_conv.c - loops, scratch memory and launches of convolutions on GPUs (see gpu_conv.h). */
#include "plan/gpu_conv.h"
#include "ops/conv.h"

enum {
    VECTOR = 4,         /* floats that an item loads at a time */
    ITEM_MAPS = 8,      /* that an item sums of a pixel, where it goes by itself */
    TILED_MAPS = 12,    /* from which on tiles are worth it */
    MANY_ITEMS = 32768, /* from which on an item takes several pixels */
    MOST_PARTS = 32,    /* of sums */
    PARTS_BYTES = 1 << 28,
};

typedef struct Layer {
    const Node *leader;
    const ConvAttrs *attrs;
    const Shape *x, *y, *weight;
    const Layout *weights;
    const ConvForm *form;
    int64_t groups, maps, inputs, taps; /* of a group */
    bool depthwise;
} Layer;

static Layer layer_of(const Graph *graph, const Kernel *kernel)
{
    const Node *leader = graph_node(graph, kernel->leader);
    const Type *x = &graph_input_node(graph, leader, CONV_X)->type;
    const Type *weight = &graph_input_node(graph, leader, CONV_WEIGHT)->type;
    Layer layer = {.leader = leader,
                   .attrs = leader->attrs,
                   .x = &x->shape,
                   .y = &leader->type.shape,
                   .weight = &weight->shape,
                   .weights = &weight->layout,
                   .form = &kernel->form};
    bool connect = kernel->family == FAMILY_CONV_CONNECT;
    layer.groups = layer.attrs->groups;
    layer.maps = layer.y->dim[1] / layer.groups;
    layer.inputs = layer.x->dim[1] / layer.groups;
    layer.taps = connect ? weight->shape.dim[1] * weight->shape.dim[2] : weight->shape.dim[2] * weight->shape.dim[3];
    layer.depthwise = conv_is_depthwise(layer.attrs, layer.y->dim[1], x);
    return layer;
}

bool gpu_conv_is(const Kernel *kernel)
{
    return kernel->family == FAMILY_CONV || kernel->family == FAMILY_CONV_TRANSPOSE ||
           kernel->family == FAMILY_CONV_CONNECT;
}

bool gpu_conv_is_tiled(const Graph *graph, const Kernel *kernel)
{
    if (kernel->family != FAMILY_CONV)
        return false;
    Layer layer = layer_of(graph, kernel);
    if (kernel->form.activations == LAYOUT_BLOCKED)
        return !layer.depthwise;
    return layer.maps >= TILED_MAPS && layer.weights->block % VECTOR == 0 &&
           (layer.groups == 1 || layer.maps % VECTOR == 0);
}

GpuProduct gpu_conv_product(const Graph *graph, const Kernel *kernel)
{
    Layer layer = layer_of(graph, kernel);
    int64_t block = kernel->form.channel_block;
    GpuProduct product = {.count = layer.groups,
                          .maps = layer.maps,
                          .pixels = layer.y->dim[0] * layer.y->dim[2] * layer.y->dim[3],
                          .products = layer.inputs * layer.taps};
    if (kernel->form.activations == LAYOUT_BLOCKED && kernel->form.reads == LAYOUT_BLOCKED) {
        product.run = layer.inputs % block;
        product.runs = product.run ? layer.taps : 0;
        product.products -= product.run * layer.taps;
    }
    return product;
}

/* ---- loops ---- */

static void add_spread(Tiling *tiling, Spread spread, unsigned axes, int64_t length, int64_t step)
{
    tiling_add(tiling, (Loop){.axes = axes, .length = length, .step = step, .last = LAST_CUT, .spread = spread});
}

static void add_joined(Tiling *tiling, Spread spread, unsigned axes, int64_t length, int64_t step)
{
    const LastTurn last = length < step ? LAST_CUT : LAST_SHORTER;
    tiling_add(tiling,
               (Loop){.axes = axes, .length = length, .step = step, .last = last, .joins = true, .spread = spread});
}

static void add_kind(Tiling *tiling, LoopKind kind, unsigned axes, int64_t length)
{
    tiling_add(tiling, (Loop){.axes = axes, .length = length, .step = 1, .kind = kind});
}

static unsigned pixel_axes(const Layer *layer)
{
    return (layer->y->dim[0] > 1 ? AXIS_PICTURES : 0) | AXIS_ROWS | AXIS_COLUMNS;
}

Tiling gpu_conv_tiled(const Graph *graph, const Kernel *kernel, const GpuTiles *tiles)
{
    Tiling tiling = {0};
    const Layer of = layer_of(graph, kernel), *layer = &of;
    const GpuProduct of_all = gpu_conv_product(graph, kernel), *product = &of_all;
    const GpuTile *tile = &tiles->tile;
    const unsigned pixels = pixel_axes(layer), products = AXIS_INPUTS | AXIS_TAPS;
    int64_t all = layer->inputs * layer->taps, some = tiles->parts > 1 ? tiles->slices * tile->slice : all;
    add_spread(&tiling, SPREAD_GROUPS, pixels, product->pixels, tile->pixels);
    add_spread(&tiling, SPREAD_GROUPS, AXIS_MAPS, layer->y->dim[1], layer->maps);
    add_spread(&tiling, SPREAD_GROUPS, AXIS_MAPS, layer->maps, tile->maps);
    add_joined(&tiling, SPREAD_GROUPS, products, all, some);
    add_joined(&tiling, SPREAD_NOT, products, some, tile->slice);
    add_joined(&tiling, SPREAD_NOT, products, tile->slice, 1);
    add_spread(&tiling, SPREAD_ITEMS, pixels, tile->pixels, tile->item_pixels);
    add_spread(&tiling, SPREAD_ITEMS, AXIS_MAPS, tile->maps, tile->item_maps);
    add_kind(&tiling, LOOP_UNROLLED, pixels, tile->item_pixels);
    add_kind(&tiling, LOOP_LANES, AXIS_MAPS, tile->item_maps);
    return tiling;
}

/* Over blocks, the vectors of one are next to each other; else pixels of a row are. */
static void add_items(Tiling *tiling, const Layer *layer, const Shape *y, int64_t maps, int64_t pixels)
{
    bool blocked = layer->form->activations == LAYOUT_BLOCKED;
    add_spread(tiling, SPREAD_ITEMS, AXIS_PICTURES, y->dim[0], 1);
    add_spread(tiling, SPREAD_ITEMS, AXIS_MAPS, y->dim[1], blocked ? layer->form->channel_block : maps);
    add_spread(tiling, SPREAD_ITEMS, AXIS_ROWS, y->dim[2], 1);
    add_spread(tiling, SPREAD_ITEMS, AXIS_COLUMNS, y->dim[3], pixels);
    if (blocked)
        add_spread(tiling, SPREAD_ITEMS, AXIS_MAPS, layer->form->channel_block, maps);
}

/* The most pixels beside each other that divide a row, where there are items enough without more. */
static int64_t pixels_of_an_item(const Shape *y)
{
    for (int64_t pixels = VECTOR; pixels > 1; pixels /= 2)
        if (y->dim[3] % pixels == 0 && shape_count(y) / VECTOR / pixels >= MANY_ITEMS)
            return pixels;
    return 1;
}

/* Each channel by itself: an item has a vector of a block. */
static Tiling depthwise(const Layer *layer)
{
    Tiling tiling = {0};
    int64_t pixels = pixels_of_an_item(layer->y);
    add_items(&tiling, layer, layer->y, VECTOR, pixels);
    add_joined(&tiling, SPREAD_NOT, AXIS_TAPS, layer->taps, 1);
    add_kind(&tiling, LOOP_UNROLLED, AXIS_COLUMNS, pixels);
    add_kind(&tiling, LOOP_LANES, AXIS_MAPS, VECTOR);
    return tiling;
}

/* Maps of a panel that an item sums of its pixel: some of those that see the same. */
static int64_t maps_of_an_item(const Layer *layer, const Kernel *kernel)
{
    int64_t block = layer->weights->block;
    if (kernel->family == FAMILY_CONV_CONNECT)
        return 1;
    if (kernel->form.activations == LAYOUT_BLOCKED)
        return VECTOR;
    return block > ITEM_MAPS && block % ITEM_MAPS == 0 ? ITEM_MAPS : block;
}

/* An item has a pixel of some maps. */
static Tiling by_items(const Graph *graph, const Layer *layer, const Kernel *kernel)
{
    Tiling tiling = {0};
    const Shape *y = &graph_node(graph, kernel->result)->type.shape;
    int64_t maps = maps_of_an_item(layer, kernel), inputs = layer->inputs;
    if (kernel->family == FAMILY_CONV_CONNECT)
        inputs = conv_connect_most(layer->leader->attrs);
    add_items(&tiling, layer, y, maps, 1);
    add_joined(&tiling, SPREAD_NOT, AXIS_INPUTS, inputs, 1);
    add_joined(&tiling, SPREAD_NOT, AXIS_TAPS, layer->taps, 1);
    add_kind(&tiling, LOOP_LANES, AXIS_MAPS, maps);
    return tiling;
}

/* Sums of one part, filled up to whole vectors or blocks. */
static int64_t sums_of_a_part(const Layer *layer, const GpuProduct *product)
{
    bool blocked = layer->form->activations == LAYOUT_BLOCKED;
    int64_t filled = blocked ? layer->form->channel_block : VECTOR;
    return product->pixels * quotient_up(layer->y->dim[1], filled) * filled;
}

Tiling gpu_conv_tiling(const Graph *graph, const Kernel *kernel)
{
    Layer layer = layer_of(graph, kernel);
    if (gpu_conv_is_tiled(graph, kernel)) {
        const GpuProduct product = gpu_conv_product(graph, kernel);
        int64_t most = PARTS_BYTES / ((int64_t)sizeof(float) * sums_of_a_part(&layer, &product));
        const GpuTiles tiles = gpu_tiles_choose(&product, MIN(most, MOST_PARTS), kernel->form.tile);
        return gpu_conv_tiled(graph, kernel, &tiles);
    }
    bool blocked = kernel->form.activations == LAYOUT_BLOCKED;
    return blocked && kernel->family == FAMILY_CONV ? depthwise(&layer) : by_items(graph, &layer, kernel);
}

/* The first such loop in C, over maps or over all else; NULL: there is none. */
static const Loop *loop_of(const Tiling *tiling, Spread spread, bool joins, bool maps)
{
    for (int i = 0; i < tiling->count; i++) {
        const Loop *loop = &tiling->at[i];
        if (loop->kind == LOOP_PLAIN && loop->spread == spread && loop->joins == joins &&
            (loop->axes == AXIS_MAPS) == maps)
            return loop;
    }
    return NULL;
}

GpuTiles gpu_conv_tiles(const Graph *graph, const Kernel *kernel)
{
    const Tiling *tiling = &kernel->tiling;
    const GpuProduct product = gpu_conv_product(graph, kernel);
    const Loop *maps = loop_of(tiling, SPREAD_ITEMS, false, true),
               *pixels = loop_of(tiling, SPREAD_ITEMS, false, false);
    const Loop *parts = loop_of(tiling, SPREAD_GROUPS, true, false), *slices = NULL;
    for (int i = 0; i < tiling->count; i++) /* the last one */
        if (tiling->at[i].joins && !tiling->at[i].spread)
            slices = &tiling->at[i];
    GpuTiles tiles = {0};
    if (!maps || !pixels || !slices)
        return tiles;
    tiles.tile = (GpuTile){maps->length, pixels->length, maps->step, pixels->step, slices->length};
    int64_t all = gpu_slices(&product, tiles.tile.slice);
    tiles.slices = parts ? parts->step / tiles.tile.slice : all;
    tiles.parts = tiles.slices ? quotient_up(all, tiles.slices) : 0;
    return tiles;
}

const char *gpu_conv_misfit(const Graph *graph, const Kernel *kernel, const GpuTiles *tiles)
{
    Layer layer = layer_of(graph, kernel);
    const GpuProduct product = gpu_conv_product(graph, kernel);
    if (tiles->slices < 1 || !gpu_tile_fits(&tiles->tile))
        return "are of no tile that can be written";
    int64_t bytes = tiles->parts > 1 ? tiles->parts * sums_of_a_part(&layer, &product) * (int64_t)sizeof(float) : 0;
    if (tiles->parts > MOST_PARTS || bytes > PARTS_BYTES)
        return "have more parts than there is room for";
    return NULL;
}

int64_t gpu_conv_scratch(const Graph *graph, const Kernel *kernel)
{
    if (!gpu_conv_is_tiled(graph, kernel))
        return 0;
    Layer layer = layer_of(graph, kernel);
    const GpuTiles tiles = gpu_conv_tiles(graph, kernel);
    const GpuProduct product = gpu_conv_product(graph, kernel);
    return tiles.parts > 1 ? tiles.parts * sums_of_a_part(&layer, &product) : 0;
}

/* ---- launches ---- */

int gpu_conv_launches(const Graph *graph, const Kernel *kernel, GpuLaunch launches[MOST_LAUNCHES])
{
    if (!gpu_conv_is_tiled(graph, kernel)) {
        int64_t items = 1;
        for (int i = 0; i < kernel->tiling.count; i++)
            items *= kernel->tiling.at[i].spread ? loop_turns(&kernel->tiling.at[i]) : 1;
        launches[0] = gpu_launch_items("", items);
        return 1;
    }
    Layer layer = layer_of(graph, kernel);
    const GpuProduct product = gpu_conv_product(graph, kernel);
    const GpuTiles tiles = gpu_conv_tiles(graph, kernel);
    if (tiles.tile.maps < 1 || tiles.tile.pixels < 1)
        BUG("%s has no tiles", kernel->name);
    int64_t groups = product.count * quotient_up(product.maps, tiles.tile.maps) *
                     quotient_up(product.pixels, tiles.tile.pixels) * tiles.parts;
    int64_t items = gpu_tile_items(&tiles.tile);
    launches[0] = (GpuLaunch){
        .part = "", .items = {groups * items, 1}, .group = {items, 1}, .local_floats = gpu_tile_floats(&tiles.tile)};
    if (tiles.parts == 1)
        return 1;
    launches[1] = gpu_launch_items("_output", sums_of_a_part(&layer, &product) / VECTOR);
    return 2;
}
