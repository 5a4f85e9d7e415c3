/* choose.c - the loops of each kernel: how they are ordered, cut, unrolled and kept, and why.
 *
 * One function a family. The tiles of convolutions are asked for by the target (conv_form), because formats depend on
 * them: here they become loops. Figures are of the machine of bench/RESULTS.md.
 */
#include "ops/conv.h"
#include "ops/lrn.h"
#include "ops/pool.h"
#include "ops/resize.h"
#include "ops/softmax.h"
#include "plan/plan.h"

enum {
    /* Outputs of a fully connected layer at a time: four vectors of 8, so that additions need not wait for each other.
     * Weights are read strictly in order; few outputs take a narrower panel, which is not filled up as far. */
    LARGE_PANEL = 32,
    MIDDLE_PANEL = 16,
    SMALL_PANEL = 8,

    /* Sums of more maps than these are turned before they are stored; so are those of an unknown number of maps. */
    FEW_MAPS = 8,

    /* Partial results of a reduction side by side. Compilers may not reorder additions, so that one running sum would
     * be one addition after the other; and partial sums are nearer to the exact one. */
    LANES = 16,
    /* Rows of the input that are joined at once to a row of results, so that this is read and written less often; worth
     * it from so many rows on. */
    ROWS = 4,
    FEWEST_ROWS = 16,

    RUN = 4,   /* elements from which on they are copied by memcpy */
    LONG = 32, /* loops from which on strips are worth it */
    STRIP = 8, /* with 16, rows of 4 KiB push each other out of an 8-way cache: 20 times slower at 1024 x 1024 */

    LONGEST_ROW_KEPT = 4096, /* floats on the stack */
};

/* Loops of a single turn are left out; `last` is what is done with a rest. */
static void add(Tiling *tiling, Loop loop)
{
    bool is_loop = loop.kind != LOOP_COPIED && loop.kind != LOOP_KEPT;
    if (loop.length % loop.step == 0)
        loop.last = LAST_WHOLE;
    if (is_loop && loop.length == loop.step)
        return;
    if (tiling->count == TILING_LOOPS)
        BUG("more loops than a Tiling has");
    tiling->at[tiling->count++] = loop;
}

static void add_loop(Tiling *tiling, unsigned axes, int64_t length)
{
    add(tiling, (Loop){.axes = axes, .length = length, .step = 1});
}

static void add_joined(Tiling *tiling, unsigned axes, int64_t length)
{
    add(tiling, (Loop){.axes = axes, .length = length, .step = 1, .joins = true});
}

static void add_cut(Tiling *tiling, unsigned axes, int64_t length, int64_t step, LastTurn last)
{
    add(tiling, (Loop){.axes = axes, .length = length, .step = step, .last = last});
}

static void add_kind(Tiling *tiling, LoopKind kind, unsigned axes, int64_t length)
{
    add(tiling, (Loop){.axes = axes, .length = length, .step = 1, .kind = kind});
}

static const Shape *input_shape(const Graph *graph, const Kernel *kernel, uint32_t i)
{
    return &graph_input_node(graph, graph_node(graph, kernel->leader), i)->type.shape;
}

static const Shape *result_shape(const Graph *graph, const Kernel *kernel)
{
    return &graph_node(graph, kernel->result)->type.shape;
}

/* ---- convolutions ---- */

static bool turns_sums(const Kernel *kernel, int64_t maps)
{
    int64_t block = kernel->form.maps;
    bool unknown = maps > block && maps % block && block > 1;
    return kernel->form.activations == LAYOUT_PLAIN && kernel->form.pixels > 1 && (block > FEW_MAPS || unknown);
}

/* A panel of maps at a time, whose weights stay in the first cache while they meet all pixels. */
static void choose_conv(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    const Shape *y = result_shape(graph, kernel), *weight = input_shape(graph, kernel, CONV_WEIGHT);
    const ConvForm *form = &kernel->form;
    add_loop(tiling, AXIS_PICTURES, y->dim[0]);
    add_cut(tiling, AXIS_MAPS, y->dim[1], form->maps, LAST_CUT);
    add_loop(tiling, AXIS_ROWS, y->dim[2]);
    add_cut(tiling, AXIS_COLUMNS, y->dim[3], form->pixels, LAST_SHORTER);
    add_joined(tiling, AXIS_INPUTS, weight->dim[1]);
    add_joined(tiling, AXIS_TAPS, weight->dim[2] * weight->dim[3]);
    add_kind(tiling, LOOP_UNROLLED, AXIS_COLUMNS, form->pixels);
    add_kind(tiling, LOOP_LANES, AXIS_MAPS, form->maps);
    tiling->turned = turns_sums(kernel, y->dim[1]);
}

/* Rows and columns by phases of the stride (emit/transposed.h), so that each meets the same taps all along. One tile
 * serves rows of any length: the last one is moved back. */
static void choose_conv_transpose(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    const ConvAttrs *attrs = graph_node(graph, kernel->leader)->attrs;
    const Shape *x = input_shape(graph, kernel, CONV_X), *y = result_shape(graph, kernel);
    const Shape *weight = input_shape(graph, kernel, CONV_WEIGHT);
    const ConvForm *form = &kernel->form;
    int64_t down = MIN(attrs->stride[0], y->dim[2]), across = MIN(attrs->stride[1], y->dim[3]);
    int64_t tile = across * form->pixels;
    add_loop(tiling, AXIS_PICTURES, y->dim[0]);
    add_cut(tiling, AXIS_MAPS, y->dim[1], form->maps, LAST_CUT);
    add_kind(tiling, LOOP_PHASES, AXIS_ROWS, down);
    add_kind(tiling, LOOP_PHASES, AXIS_COLUMNS, across);
    add_cut(tiling, AXIS_ROWS, y->dim[2], down, LAST_CUT);
    add_cut(tiling, AXIS_COLUMNS, y->dim[3], tile, LAST_MOVED);
    add_joined(tiling, AXIS_INPUTS, x->dim[1] / attrs->groups);
    add_joined(tiling, AXIS_TAPS, weight->dim[2] * weight->dim[3]);
    add(tiling, (Loop){.axes = AXIS_COLUMNS, .length = tile, .step = across, .kind = LOOP_UNROLLED});
    add_kind(tiling, LOOP_LANES, AXIS_MAPS, form->maps);
    tiling->turned = turns_sums(kernel, y->dim[1]);
}

/* Maps one by one, for no two see the same inputs; vectors run over pixels. */
static void choose_conv_connect(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    const ConvConnectAttrs *attrs = graph_node(graph, kernel->leader)->attrs;
    const Shape *y = result_shape(graph, kernel), *weight = input_shape(graph, kernel, CONV_WEIGHT);
    const ConvForm *form = &kernel->form;
    int64_t most = 0, first = 0;
    for (int64_t map = 0; map < attrs->connect.count; first = attrs->connect.ends[map++])
        most = MAX(most, attrs->connect.ends[map] - first);
    add_loop(tiling, AXIS_PICTURES, y->dim[0]);
    add_loop(tiling, AXIS_MAPS, y->dim[1]);
    add_cut(tiling, AXIS_ROWS, y->dim[2], form->rows, LAST_MOVED);
    add_cut(tiling, AXIS_COLUMNS, y->dim[3], form->pixels, LAST_MOVED);
    add_joined(tiling, AXIS_INPUTS, most);
    add_joined(tiling, AXIS_TAPS, weight->dim[1] * weight->dim[2]);
    add_kind(tiling, LOOP_UNROLLED, AXIS_ROWS, form->rows);
    add_kind(tiling, LOOP_LANES, AXIS_COLUMNS, form->pixels);
}

/* ---- fully connected ---- */

int32_t tiling_outputs(int64_t outputs)
{
    return outputs >= LARGE_PANEL ? LARGE_PANEL : outputs > SMALL_PANEL ? MIDDLE_PANEL : SMALL_PANEL;
}

static void choose_matvec(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    const Shape *y = result_shape(graph, kernel);
    int64_t panel = tiling_outputs(y->dim[1]);
    add_loop(tiling, AXIS_PICTURES, y->dim[0]);
    add_cut(tiling, AXIS_MAPS, y->dim[1], panel, LAST_CUT);
    add_joined(tiling, AXIS_INPUTS, input_shape(graph, kernel, 1)->dim[1]);
    add_kind(tiling, LOOP_LANES, AXIS_MAPS, panel);
}

/* ---- loops over strides ---- */

/* Loop `axis` of a nest, `many` of its turns in one. */
static Loop nest_loop(const Nest *nest, int axis, int64_t many)
{
    return (Loop){.axes = nest->axes[axis],
                  .length = nest->dim[axis] * nest->step[axis],
                  .step = many * nest->step[axis],
                  .last = LAST_SHORTER,
                  .joins = !nest->access[NEST_RESULT].stride[axis]};
}

/* What is left of that inside. */
static Loop nest_inside(const Nest *nest, int axis, int64_t many, LoopKind kind)
{
    Loop loop = nest_loop(nest, axis, 1);
    loop.length = many * loop.step;
    loop.kind = kind;
    return loop;
}

static void add_nest(Tiling *tiling, const Nest *nest, int from, int to)
{
    for (int axis = from; axis < to; axis++)
        add(tiling, nest_loop(nest, axis, 1));
}

static void choose_map(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    Nest nest = kernel_nest(graph, kernel);
    add_nest(tiling, &nest, 0, nest.rank);
}

/* The loop whose turns read neighbours of x. */
static int reading_loop(const Nest *nest)
{
    int loop = nest->rank - 1;
    for (int i = nest->rank - 1; i >= 0; i--)
        if (llabs(nest->access[NEST_SOURCE].stride[i]) < llabs(nest->access[NEST_SOURCE].stride[loop]))
            loop = i;
    return loop;
}

/* What lies together on both sides is copied by memcpy. Everything else is written as it lies; but where two long loops
 * disagree on which elements lie together (transpose), strips of the loop in which x lies together are taken: a strip
 * is read in one go, and written to as many rows of y, each of them from left to right. */
static void choose_copy(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    Nest nest = kernel_nest(graph, kernel);
    int last = nest.rank - 1, reading = nest.rank ? reading_loop(&nest) : last;
    bool together =
        last >= 0 && nest.access[NEST_RESULT].stride[last] == 1 && nest.access[NEST_SOURCE].stride[last] == 1;
    if (together && !kernel->epilogue_count && nest.dim[last] >= RUN) {
        add_nest(tiling, &nest, 0, last);
        add(tiling, nest_inside(&nest, last, nest.dim[last], LOOP_COPIED));
    } else if (reading == last || nest.dim[last] < LONG || nest.dim[reading] < LONG) {
        add_nest(tiling, &nest, 0, nest.rank);
    } else {
        for (int axis = 0; axis < nest.rank; axis++)
            add(tiling, nest_loop(&nest, axis, axis == reading ? STRIP : 1));
        add(tiling, nest_inside(&nest, reading, STRIP, LOOP_STRIP));
    }
}

/* Of the axes that are left after collapsing, the one whose elements stand beside each other decides:
 *
 *   reduced   runs: partial results side by side, which compilers keep in vectors, folded in halves at the end
 *   kept      rows: a whole row of results at a time, some rows of x joined to it at once
 *
 * What is too short for either is computed one result after the other. */
static void choose_reduction(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    Nest nest = kernel_nest(graph, kernel);
    const int64_t *step = nest.access[NEST_SOURCE].stride;
    int last = nest.rank - 1, kept = 0;
    while (kept < nest.rank && nest.access[NEST_RESULT].stride[kept])
        kept++;
    bool reduced = kept<nest.rank, row_wise = kept> 0 && reduced && step[kept - 1] < step[last];
    if (row_wise && nest.dim[last] >= FEWEST_ROWS) {
        add_nest(tiling, &nest, 0, kept - 1);
        add_nest(tiling, &nest, kept, last);
        add(tiling, nest_loop(&nest, last, ROWS));
        add(tiling, nest_loop(&nest, kept - 1, 1));
        add(tiling, nest_inside(&nest, last, ROWS, LOOP_UNROLLED));
    } else if (!row_wise && reduced && step[last] == 1 && nest.dim[last] >= LANES) {
        add_nest(tiling, &nest, 0, last);
        add(tiling, nest_loop(&nest, last, LANES));
        add(tiling, nest_inside(&nest, last, LANES, LOOP_LANES));
    } else {
        add_nest(tiling, &nest, 0, nest.rank);
    }
}

static void choose_reduce(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    const Node *leader = graph_node(graph, kernel->leader);
    if (leader->op != OP_argmax) {
        choose_reduction(tiling, graph, kernel);
        return;
    }
    choose_map(tiling, graph, kernel);
    const Shape *x = input_shape(graph, kernel, 0);
    int64_t results = shape_count(result_shape(graph, kernel));
    add_joined(tiling, AXIS_INPUTS, shape_count(x) / MAX(results, 1));
}

static void choose_softmax(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    const SoftmaxAttrs *attrs = graph_node(graph, kernel->leader)->attrs;
    choose_map(tiling, graph, kernel);
    add_loop(tiling, 1u << attrs->axis, result_shape(graph, kernel)->dim[attrs->axis]);
}

/* The squares around a channel are summed anew for each, so that a NaN goes no further than it should; they are kept
 * where few are needed, so that the result may stand where they were read. */
static void choose_lrn(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    const LrnAttrs *attrs = graph_node(graph, kernel->leader)->attrs;
    if (kernel->rows.some)
        add_loop(tiling, AXIS_ROWS, result_shape(graph, kernel)->dim[2]);
    choose_map(tiling, graph, kernel);
    add_loop(tiling, AXIS_MAPS, result_shape(graph, kernel)->dim[1]);
    if (lrn_keeps(attrs))
        add_kind(tiling, LOOP_KEPT, AXIS_INPUTS, attrs->size);
}

/* ---- windows, borders, sizes ---- */

static void add_all_maps(Tiling *tiling, const Shape *y)
{
    add_loop(tiling, y->dim[0] > 1 ? AXIS_PICTURES | AXIS_MAPS : AXIS_MAPS, y->dim[0] * y->dim[1]);
}

static void choose_pool(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    const Node *leader = graph_node(graph, kernel->leader);
    const PoolAttrs *attrs = leader->attrs;
    const Shape *y = result_shape(graph, kernel);
    if (pool_is_global(graph, leader)) {
        choose_reduction(tiling, graph, kernel);
        return;
    }
    add_all_maps(tiling, y);
    add_loop(tiling, AXIS_ROWS, y->dim[2]);
    add_loop(tiling, AXIS_COLUMNS, y->dim[3]);
    add_joined(tiling, AXIS_TAPS, attrs->size[0] * attrs->size[1]);
}

/* Row by row of the result: no element of the inside is tested. */
static void choose_pad(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    PaddedAxis axes[MAX_RANK];
    int count = padded_axes(graph, graph_node(graph, kernel->leader), axes);
    for (int i = 0; i < count; i++)
        add_kind(tiling, i + 1 < count ? LOOP_PLAIN : LOOP_COPIED, axes[i].axes,
                 axes[i].before + axes[i].length + axes[i].behind);
}

/* Where rows do not become narrower, two of the input are mixed to one first, which then serves all columns. */
static void choose_resize(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    const ResizeAttrs *attrs = graph_node(graph, kernel->leader)->attrs;
    const Shape *y = result_shape(graph, kernel);
    int64_t width = input_shape(graph, kernel, 0)->dim[3];
    add_all_maps(tiling, y);
    add_loop(tiling, AXIS_ROWS, y->dim[2]);
    add_loop(tiling, AXIS_COLUMNS, y->dim[3]);
    if (attrs->mode == RESIZE_BILINEAR && width <= attrs->size[1] && width <= LONGEST_ROW_KEPT)
        add(tiling, (Loop){.axes = AXIS_INPUTS, .length = width, .step = 1, .kind = LOOP_KEPT});
}

/* ---- moves ---- */

/* Part by part, each as it lies. */
static void choose_concat(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    const Shape *y = result_shape(graph, kernel);
    add_loop(tiling, AXIS_PARTS, graph_node(graph, kernel->leader)->input_count);
    add_loop(tiling, (1u << y->rank) - 1, shape_count(y));
}

static void choose_pack(Tiling *tiling, const Graph *graph, const Kernel *kernel)
{
    const Node *leader = graph_node(graph, kernel->leader);
    const Type *from = &graph_input_node(graph, leader, 0)->type, *to = &leader->type;
    const Shape *shape = &to->shape;
    int64_t count = shape_count(shape);
    if (to->layout.kind == LAYOUT_TURNED) {
        add_loop(tiling, 1u << 1, shape->dim[1]);
        add_loop(tiling, 1u << 0, shape->dim[0]);
        add_loop(tiling, (1u << shape->rank) - (1u << 2), count / shape->dim[0] / shape->dim[1]);
    } else if (to->layout.kind == LAYOUT_PANELS) {
        add_loop(tiling, 1u << 0, shape->dim[0]);
        add_loop(tiling, (1u << shape->rank) - (1u << 1), count / shape->dim[0]);
    } else {
        Nest nest = pack_nest(from, to);
        if (nest.step[1] > 1 && shape->dim[1] % nest.step[1])
            nest.dim[1] = 1 + MAX(nest.dim[1], 1); /* the block that is not full stays a turn */
        nest_collapse(&nest);
        for (int axis = 0; axis < nest.rank; axis++) {
            Loop loop = nest_loop(&nest, axis, 1);
            if (nest.axes[axis] == AXIS_MAPS && nest.step[axis] > 1)
                loop.length = shape->dim[1];
            loop.last = LAST_CUT;
            add(tiling, loop);
        }
    }
}

/* ---- all of them ---- */

typedef void Choose(Tiling *tiling, const Graph *graph, const Kernel *kernel);

static Choose *const choices[FAMILY_COUNT] = {
    [FAMILY_MAP] = choose_map,
    [FAMILY_CONV] = choose_conv,
    [FAMILY_CONV_TRANSPOSE] = choose_conv_transpose,
    [FAMILY_CONV_CONNECT] = choose_conv_connect,
    [FAMILY_MATVEC] = choose_matvec,
    [FAMILY_POOL] = choose_pool,
    [FAMILY_SOFTMAX] = choose_softmax,
    [FAMILY_CHANNEL_POOL] = choose_reduction,
    [FAMILY_LRN] = choose_lrn,
    [FAMILY_CONCAT] = choose_concat,
    [FAMILY_PACK] = choose_pack,
    [FAMILY_COPY] = choose_copy,
    [FAMILY_PAD] = choose_pad,
    [FAMILY_REDUCE] = choose_reduce,
    [FAMILY_RESIZE] = choose_resize,
};

Tiling tiling_choose(const Graph *graph, const Kernel *kernel)
{
    Tiling tiling = {0};
    if (!choices[kernel->family])
        BUG("kernels of family %d have no loops", (int)kernel->family);
    choices[kernel->family](&tiling, graph, kernel);
    return tiling;
}
