/* blocked.c - the loops of convolutions over channel blocks: chosen, made and read back (see blocked.h).
 *
 * The form (emit/blocked_form.c) says how many maps, and how many pixels at most, are summed in registers. What is
 * chosen here keeps what these sums read in the first cache:
 *
 *   tiles    as few as possible, of rows cut evenly (55 = 14 + 14 + 14 + 13). They run on from row to row where the
 *            end of a row is no gap, and take some whole rows where these are short (7 x 7 = 14 + 14 + 14 + 7)
 *   inputs   small maps with large panels: all pixels meet some inputs' weights while these are in the first cache,
 *            and their sums are kept from one such chunk to the next
 *   rows     large maps: some rows go through all panels while they are in the second cache
 *   ahead    small maps use each weight a few times only, so that the next panel has to be on its way
 *
 * Figures behind the constants: bench/direct.sh.
 */
#include "plan/blocked.h"
#include "ops/conv.h"
#include "plan/parameters.h"
#include "plan/plan.h"

enum {
    SMALL_MAP = 256,         /* pixels */
    CHUNK_BYTES = 16 << 10,  /* of weights: what the first cache holds beside inputs and sums */
    KEPT_BYTES = 7 << 10,    /* of sums on the stack, of which emitted code takes 8 KiB a function at most */
    LARGE_INPUT = 1 << 20,   /* bytes: as much as the second cache */
    BLOCK_BYTES = 200 << 10, /* of the inputs of a block of rows */
    LARGE_ROWS = 56,
    MOST_TILES_AHEAD = 64,
    LEAST_AHEAD = 64 << 10, /* bytes of weights */
    LINE = 64,
};

typedef struct Layer {
    const Shape *x, *y;
    const ConvAttrs *attrs;
    const ConvForm *form;
    const Layout *weights;
    int64_t inputs, taps; /* of a group */
    int64_t deep;         /* inputs that stand together */
} Layer;

static Layer layer_of(const Graph *graph, const Kernel *kernel)
{
    const Node *leader = graph_node(graph, kernel->leader);
    const Type *weight = &graph_input_node(graph, leader, CONV_WEIGHT)->type;
    Layer layer = {.x = &graph_input_node(graph, leader, CONV_X)->type.shape,
                   .y = &leader->type.shape,
                   .attrs = leader->attrs,
                   .form = &kernel->form,
                   .weights = &weight->layout,
                   .inputs = weight->shape.dim[1],
                   .taps = weight->shape.dim[2] * weight->shape.dim[3]};
    layer.deep = MIN(MAX(weight->layout.inputs, 1), layer.inputs);
    return layer;
}

/* ---- facts ---- */

bool blocked_is_direct(const Graph *graph, const Kernel *kernel)
{
    const Node *leader = graph_node(graph, kernel->leader);
    return kernel->family == FAMILY_CONV && kernel->form.activations == LAYOUT_BLOCKED &&
           !conv_is_depthwise(leader->attrs, leader->type.shape.dim[1], &graph_input_node(graph, leader, CONV_X)->type);
}

static bool is_linear(const Access *access, int64_t width, int64_t down, int64_t right)
{
    return access->stride[2] * down == access->stride[3] * right * width;
}

bool blocked_is_even(const Graph *graph, const Kernel *kernel)
{
    const Node *leader = graph_node(graph, kernel->leader);
    const ConvAttrs *attrs = leader->attrs;
    const Type *result = &graph_node(graph, kernel->result)->type;
    int64_t width = result->shape.dim[3];
    Access x = access_of(&graph_input_node(graph, leader, CONV_X)->type), y = access_of(result);
    bool even = is_linear(&x, width, attrs->stride[0], attrs->stride[1]) && is_linear(&y, width, 1, 1);
    Parameters parameters = kernel_parameters(graph, kernel);
    for (uint32_t i = 0; even && i < parameters.count; i++) {
        if (!parameter_is_parallel(graph, &parameters.at[i]))
            continue;
        Access beside = access_broadcast(parameter_type(graph, &parameters.at[i]), &result->shape);
        even = is_linear(&beside, width, 1, 1);
    }
    return even;
}

int64_t blocked_tiles(const BlockedLoops *loops, const Shape *y)
{
    return loops->across ? quotient_up(y->dim[2] * y->dim[3], loops->pixels)
                         : y->dim[2] * quotient_up(y->dim[3], loops->pixels);
}

int64_t blocked_pixels(int64_t height, int64_t width, int64_t most, bool *across)
{
    *across = most >= 2 * width && height > 1;
    return *across ? quotient_up(height, quotient_up(height, most / width)) * width
                   : quotient_up(width, quotient_up(width, most));
}

/* ---- chosen ---- */

static void choose_pixels(const Layer *layer, bool even, BlockedLoops *loops)
{
    int64_t height = layer->y->dim[2], width = layer->y->dim[3], most = layer->form->pixels;
    loops->pixels = blocked_pixels(height, width, most, &loops->across);
    if (even && quotient_up(height * width, most) < blocked_tiles(loops, layer->y)) {
        loops->across = true;
        loops->pixels = quotient_up(height * width, quotient_up(height * width, most));
    }
}

/* The most inputs whose weights, of a panel, are not larger than that; they divide all inputs. */
static int64_t inputs_within(const Layer *layer, int64_t maps, int64_t bytes)
{
    int64_t blocks = layer->inputs / layer->deep, chosen = 1;
    for (int64_t some = 1; some <= blocks; some++)
        if (blocks % some == 0 && some * layer->deep * layer->taps * maps * (int64_t)sizeof(float) <= bytes)
            chosen = some;
    return chosen * layer->deep;
}

static void choose_inputs(const Layer *layer, BlockedLoops *loops)
{
    int64_t pixels = layer->y->dim[2] * layer->y->dim[3];
    if (pixels > SMALL_MAP || pixels <= loops->pixels || layer->inputs % layer->deep ||
        pixels * loops->maps * (int64_t)sizeof(float) > KEPT_BYTES)
        return;
    int64_t inputs = inputs_within(layer, loops->maps, CHUNK_BYTES);
    if (inputs < layer->inputs)
        loops->inputs = inputs;
}

static void choose_rows(const Layer *layer, BlockedLoops *loops)
{
    int64_t height = layer->y->dim[2], row = layer->inputs * layer->x->dim[3] * (int64_t)sizeof(float);
    if (loops->across || loops->inputs || height < LARGE_ROWS || row * layer->x->dim[2] <= LARGE_INPUT ||
        layer->y->dim[1] / layer->attrs->groups <= loops->maps)
        return;
    loops->rows = 1;
    for (int64_t rows = 2; rows < height; rows++)
        if (height % rows == 0 && rows * layer->attrs->stride[0] * row <= BLOCK_BYTES)
            loops->rows = rows;
}

static void choose_ahead(const Layer *layer, BlockedLoops *loops)
{
    int64_t tiles = blocked_tiles(loops, layer->y) * (loops->maps / loops->part);
    int64_t lines = quotient_up(layer->deep * loops->maps * (int64_t)sizeof(float), LINE); /* of a step's weights */
    int64_t bytes = layer->inputs * layer->taps * layer->y->dim[1] * (int64_t)sizeof(float);
    if (tiles <= MOST_TILES_AHEAD && bytes >= LEAST_AHEAD)
        loops->ahead = (int)quotient_up(lines, tiles);
}

BlockedLoops blocked_choose(const Graph *graph, const Kernel *kernel)
{
    Layer layer = layer_of(graph, kernel);
    BlockedLoops loops = {.maps = layer.form->maps, .part = layer.form->part ? layer.form->part : layer.form->maps};
    choose_pixels(&layer, blocked_is_even(graph, kernel), &loops);
    choose_inputs(&layer, &loops);
    choose_rows(&layer, &loops);
    choose_ahead(&layer, &loops);
    return loops;
}

const char *blocked_layer_misfit(const BlockedLayer *layer, const BlockedLoops *loops, bool even)
{
    int64_t pixels = layer->height * layer->width;
    if (loops->pixels > TILING_PIXELS || loops->pixels > (loops->across ? pixels : layer->width))
        return "sum more pixels than there are";
    if (loops->across && loops->pixels % layer->width && !even)
        return "go across the ends of rows";
    if (loops->inputs && (loops->rows || loops->inputs % layer->deep || layer->inputs % loops->inputs ||
                          layer->inputs % layer->deep || pixels * loops->maps * (int64_t)sizeof(float) > KEPT_BYTES))
        return "keep sums that cannot be kept";
    if (loops->rows && (loops->across || layer->height % loops->rows || layer->maps <= loops->maps))
        return "cut rows where they cannot be cut";
    return loops->ahead < 0 || loops->ahead > layer->deep * loops->maps ? "fetch what nobody needs" : NULL;
}

const char *blocked_misfit(const Graph *graph, const Kernel *kernel, const BlockedLoops *loops)
{
    Layer layer = layer_of(graph, kernel);
    if (loops->maps != layer.weights->block)
        return "sum other maps than a panel of weights has";
    if (loops->part < 1 || loops->maps % loops->part || loops->part % layer.form->channel_block)
        return "sum parts of panels that are no blocks";
    return blocked_layer_misfit(
        &(BlockedLayer){layer.y->dim[2], layer.y->dim[3], layer.y->dim[1], layer.inputs, layer.deep}, loops,
        blocked_is_even(graph, kernel));
}

/* ---- as a Tiling ---- */

/* Loops of a single turn are left out. */
static void add(Tiling *tiling, LoopKind kind, unsigned axes, int64_t length, int64_t step, LastTurn last)
{
    bool joins = axes == AXIS_INPUTS || axes == AXIS_TAPS;
    if (length % step == 0)
        last = LAST_WHOLE;
    if (kind == LOOP_KEPT || length != step)
        tiling->at[tiling->count++] =
            (Loop){.axes = axes, .length = length, .step = step, .kind = kind, .last = last, .joins = joins};
}

Tiling blocked_tiling(const Graph *graph, const Kernel *kernel, const BlockedLoops *loops)
{
    Layer layer = layer_of(graph, kernel);
    const Shape *y = layer.y;
    Tiling tiling = {.ahead = loops->ahead};
    int64_t rows = loops->rows ? loops->rows : y->dim[2], inputs = loops->inputs ? loops->inputs : layer.inputs;
    unsigned axes = loops->across ? AXIS_ROWS | AXIS_COLUMNS : AXIS_COLUMNS;
    add(&tiling, LOOP_PLAIN, AXIS_PICTURES, y->dim[0], 1, LAST_WHOLE);
    if (loops->rows)
        add(&tiling, LOOP_PLAIN, AXIS_ROWS, y->dim[2], rows, LAST_WHOLE);
    add(&tiling, LOOP_PLAIN, AXIS_MAPS, y->dim[1], loops->maps, LAST_CUT);
    if (loops->inputs)
        add(&tiling, LOOP_PLAIN, AXIS_INPUTS, layer.inputs, inputs, LAST_WHOLE);
    add(&tiling, LOOP_PARTS, AXIS_MAPS, loops->maps, loops->part, LAST_WHOLE);
    if (!loops->across)
        add(&tiling, LOOP_PLAIN, AXIS_ROWS, rows, 1, LAST_WHOLE);
    add(&tiling, LOOP_PLAIN, axes, loops->across ? y->dim[2] * y->dim[3] : y->dim[3], loops->pixels, LAST_SHORTER);
    add(&tiling, LOOP_PLAIN, AXIS_INPUTS, inputs, layer.deep, LAST_SHORTER);
    add(&tiling, LOOP_PLAIN, AXIS_TAPS, layer.taps, 1, LAST_WHOLE);
    add(&tiling, LOOP_PLAIN, AXIS_INPUTS, layer.deep, 1, LAST_WHOLE);
    add(&tiling, LOOP_UNROLLED, axes, loops->pixels, 1, LAST_WHOLE);
    add(&tiling, LOOP_LANES, AXIS_MAPS, loops->part, 1, LAST_WHOLE);
    if (loops->inputs)
        add(&tiling, LOOP_KEPT, AXIS_ROWS | AXIS_COLUMNS, y->dim[2] * y->dim[3], 1, LAST_WHOLE);
    return tiling;
}

BlockedLoops blocked_loops(const Tiling *tiling)
{
    BlockedLoops loops = {.part = tiling_tile(tiling, AXIS_MAPS), .pixels = 1, .ahead = tiling->ahead};
    const Loop *parts = tiling_find(tiling, LOOP_PARTS);
    loops.maps = parts ? parts->length : loops.part;
    bool kept = tiling_find(tiling, LOOP_KEPT) != NULL;
    int maps = -1; /* the loop over panels, if there are some */
    for (int i = 0; i < tiling->count; i++)
        if (tiling->at[i].axes == AXIS_MAPS && tiling->at[i].kind == LOOP_PLAIN)
            maps = i;
    for (int i = 0; i < tiling->count; i++) {
        const Loop *loop = &tiling->at[i];
        if (loop->kind == LOOP_UNROLLED) {
            loops.pixels = loop->length;
            loops.across = loop->axes != AXIS_COLUMNS;
        } else if (loop->axes == AXIS_ROWS && i < maps) {
            loops.rows = loop->step;
        } else if (loop->axes == AXIS_INPUTS && kept && !loops.inputs) {
            loops.inputs = loop->step;
        }
    }
    return loops;
}
