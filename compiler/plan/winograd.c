/* winograd.c - sizes of kernels of Winograd's algorithm (see winograd.h). */
#include "plan/winograd.h"

WinogradSizes winograd_sizes(const Graph *graph, const Kernel *kernel)
{
    const Node *conv = graph_node(graph, kernel->leader);
    const Shape *weight = &graph_input_node(graph, conv, CONV_WEIGHT)->type.shape;
    const ConvForm *form = &kernel->form;
    WinogradSizes s = {.matrices = winograd_of(graph, conv), .tiles = winograd_tiles(conv)};
    s.count = s.tiles.down * s.tiles.across;
    s.block = form->rows;
    s.narrow = form->pixels;
    s.points = (int64_t)s.matrices.a * s.matrices.a;
    s.lanes = form->channel_block;
    s.vectors = form->maps / form->channel_block;
    s.part = form->part ? form->part : form->maps;
    s.groups = ((const WinogradAttrs *)conv->attrs)->groups;
    s.channels = weight->dim[3];
    s.maps = weight->dim[0] / s.groups;
    s.input_point = (quotient_up(s.channels, s.lanes) * s.block + 1) * s.lanes;
    s.sum_point = (s.vectors * s.block + 1) * s.lanes;
    s.sums = s.points * s.input_point;
    s.floats = s.sums + s.points * s.sum_point;
    return s;
}

/* Of about as many tiles as the weights ask for (winograd.h), so many that few are computed for nothing in the last
 * block, which is computed whole. */
static int32_t tiles_in_block(int64_t count, int64_t weight_bytes)
{
    enum { TRIES = 3 };
    int64_t wanted = weight_bytes <= WINOGRAD_HELD_BYTES ? WINOGRAD_FEW_TILES : WINOGRAD_MANY_TILES;
    int64_t blocks = quotient_up(count, wanted), best = count <= wanted ? 1 : blocks;
    for (int64_t tried = blocks; best > 1 && tried < blocks + TRIES; tried++)
        if (tried * quotient_up(count, tried) < best * quotient_up(count, best))
            best = tried;
    return (int32_t)quotient_up(count, best);
}

ConvForm winograd_form(const Graph *graph, const Node *conv, int32_t lanes, int32_t sums)
{
    const Type *weight = &graph_input_node(graph, conv, CONV_WEIGHT)->type;
    WinogradTiles tiles = winograd_tiles(conv);
    int64_t maps = conv->type.shape.dim[1] / ((const WinogradAttrs *)conv->attrs)->groups;
    int32_t vectors = quotient_up(maps, lanes) % 2 == 0 ? 2 : 1;
    int32_t block = tiles_in_block(tiles.down * tiles.across, shape_count(&weight->shape) * dtype_bytes(weight->dtype));
    int64_t turns = quotient_up(block, sums / vectors);
    return (ConvForm){.activations = LAYOUT_BLOCKED,
                      .reads = LAYOUT_BLOCKED,
                      .channel_block = lanes,
                      .weights = LAYOUT_PANELS,
                      .maps = vectors * lanes,
                      .pixels = (int32_t)quotient_up(block, turns),
                      .rows = block};
}
