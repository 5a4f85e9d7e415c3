/* choose.c - the loops of each kernel: how they are ordered, cut, unrolled and kept, and why.
 *
 * One function a family. How large tiles are, the target says: those of convolutions in their forms, because formats
 * depend on them, all others as TileSizes. Here they become loops.
 */
#include "ops/conv.h"
#include "ops/lrn.h"
#include "ops/pool.h"
#include "ops/resize.h"
#include "ops/softmax.h"
#include "plan/blocked.h"
#include "plan/gpu.h"
#include "plan/plan.h"
#include "plan/tuned.h"
#include "plan/winograd.h"

/* What a Tiling is made of. */
typedef struct Choice {
    Tiling tiling;
    const Graph *graph;
    const Kernel *kernel;
    const Target *target;
    const InstructionSet *set;
    const TileSizes *sizes;
    const Node *leader;
    const Shape *y;
} Choice;

static void add(Choice *c, Loop loop)
{
    tiling_add(&c->tiling, loop);
}

static void add_loop(Choice *c, unsigned axes, int64_t length)
{
    add(c, (Loop){.axes = axes, .length = length, .step = 1});
}

static void add_joined(Choice *c, unsigned axes, int64_t length)
{
    add(c, (Loop){.axes = axes, .length = length, .step = 1, .joins = true});
}

static void add_cut(Choice *c, unsigned axes, int64_t length, int64_t step, LastTurn last)
{
    add(c, (Loop){.axes = axes, .length = length, .step = step, .last = last});
}

static void add_kind(Choice *c, LoopKind kind, unsigned axes, int64_t length)
{
    add(c, (Loop){.axes = axes, .length = length, .step = 1, .kind = kind});
}

/* Where a panel of weights is for wider vectors than these, it is read part by part. */
static void add_parts(Choice *c)
{
    const ConvForm *form = &c->kernel->form;
    add(c,
        (Loop){
            .axes = AXIS_MAPS, .length = form->maps, .step = form->part ? form->part : form->maps, .kind = LOOP_PARTS});
}

static int64_t maps_in_registers(const Choice *c)
{
    return c->kernel->form.part ? c->kernel->form.part : c->kernel->form.maps;
}

static const Shape *input_shape(const Choice *c, uint32_t i)
{
    return &graph_input_node(c->graph, c->leader, i)->type.shape;
}

/* Of the channels in which the leader's input is stored; 1: plainly. */
static int64_t block_of(const Choice *c)
{
    const Layout *layout = &graph_input_node(c->graph, c->leader, 0)->type.layout;
    return layout->kind == LAYOUT_BLOCKED ? layout->block : 1;
}

/* All maps, a block at a time; what fills the last one is computed, too. */
static void add_blocks(Choice *c, int64_t block)
{
    add_loop(c, AXIS_PICTURES, c->y->dim[0]);
    add_cut(c, AXIS_MAPS, c->y->dim[1], block, LAST_CUT);
}

/* ---- convolutions ---- */

/* So that pixels of a map are written beside each other, which do not lie so where vectors are of maps. */
static bool turns_sums(const Choice *c, const ConvForm *form)
{
    int64_t maps = c->y->dim[1], block = form->maps;
    bool unknown = maps > block && maps % block && block > 1;
    return form->activations == LAYOUT_PLAIN && form->pixels > 1 && (block > c->sizes->few_maps || unknown);
}

/* The loops that were measured to be the fastest ones, where they fit. */
static bool measured_loops(const Choice *c, BlockedLoops *loops)
{
    const TunedChoice *choice = tuned_choice(c->target, c->graph, c->leader, c->kernel->form.reads);
    if (!choice || choice->m || !choice->loops.pixels)
        return false;
    *loops = choice->loops;
    loops->part = loops->maps;
    return !blocked_misfit(c->graph, c->kernel, loops);
}

/* A panel of maps at a time, whose weights stay in the first cache while they meet all pixels. */
static void choose_conv(Choice *c)
{
    const Shape *y = c->y, *weight = input_shape(c, CONV_WEIGHT);
    const ConvForm *form = &c->kernel->form;
    if (blocked_is_direct(c->graph, c->kernel)) {
        BlockedLoops loops = blocked_choose(c->graph, c->kernel), measured;
        if (c->set == c->target->sets[0] && measured_loops(c, &measured))
            loops = measured;
        c->tiling = blocked_tiling(c->graph, c->kernel, &loops);
        return;
    }
    add_loop(c, AXIS_PICTURES, y->dim[0]);
    add_cut(c, AXIS_MAPS, y->dim[1], form->maps, LAST_CUT);
    add_loop(c, AXIS_ROWS, y->dim[2]);
    add_cut(c, AXIS_COLUMNS, y->dim[3], form->pixels, LAST_SHORTER);
    add_joined(c, AXIS_INPUTS, weight->dim[1]);
    add_joined(c, AXIS_TAPS, weight->dim[2] * weight->dim[3]);
    add_kind(c, form->maps > 1 ? LOOP_UNROLLED : LOOP_LANES, AXIS_COLUMNS, form->pixels);
    add_kind(c, LOOP_LANES, AXIS_MAPS, form->maps);
    c->tiling.turned = turns_sums(c, form);
}

/* Rows and columns by phases of the stride (emit/transposed.h), so that each meets the same taps all along. One tile
 * serves rows of any length: the last one is moved back. */
static void choose_conv_transpose(Choice *c)
{
    const ConvAttrs *attrs = c->leader->attrs;
    const Shape *x = input_shape(c, CONV_X), *y = c->y;
    const Shape *weight = input_shape(c, CONV_WEIGHT);
    const ConvForm *form = &c->kernel->form;
    int64_t down = MIN(attrs->stride[0], y->dim[2]), across = MIN(attrs->stride[1], y->dim[3]);
    int64_t tile = across * form->pixels;
    add_loop(c, AXIS_PICTURES, y->dim[0]);
    add_cut(c, AXIS_MAPS, y->dim[1], form->maps, LAST_CUT);
    add_parts(c);
    add_kind(c, LOOP_PHASES, AXIS_ROWS, down);
    add_kind(c, LOOP_PHASES, AXIS_COLUMNS, across);
    add_cut(c, AXIS_ROWS, y->dim[2], down, LAST_CUT);
    add_cut(c, AXIS_COLUMNS, y->dim[3], tile, LAST_MOVED);
    add_joined(c, AXIS_INPUTS, x->dim[1] / attrs->groups);
    add_joined(c, AXIS_TAPS, weight->dim[2] * weight->dim[3]);
    add(c,
        (Loop){
            .axes = AXIS_COLUMNS, .length = tile, .step = across, .kind = form->maps > 1 ? LOOP_UNROLLED : LOOP_LANES});
    add_kind(c, LOOP_LANES, AXIS_MAPS, maps_in_registers(c));
    c->tiling.turned = turns_sums(c, form);
}

/* Maps one by one, for no two see the same inputs; vectors run over pixels. */
static void choose_conv_connect(Choice *c)
{
    const ConvConnectAttrs *attrs = c->leader->attrs;
    const Shape *y = c->y, *weight = input_shape(c, CONV_WEIGHT);
    const ConvForm *form = &c->kernel->form;
    add_loop(c, AXIS_PICTURES, y->dim[0]);
    add_loop(c, AXIS_MAPS, y->dim[1]);
    add_cut(c, AXIS_ROWS, y->dim[2], form->rows, LAST_MOVED);
    add_cut(c, AXIS_COLUMNS, y->dim[3], form->pixels, LAST_MOVED);
    add_joined(c, AXIS_INPUTS, conv_connect_most(attrs));
    add_joined(c, AXIS_TAPS, weight->dim[1] * weight->dim[2]);
    add_kind(c, LOOP_UNROLLED, AXIS_ROWS, form->rows);
    add_kind(c, LOOP_LANES, AXIS_COLUMNS, form->pixels);
}

/* A block of tiles at a time, so that what is made of them stays in the cache while it meets the weights of all maps.
 */
static void choose_winograd(Choice *c)
{
    const WinogradSizes s = winograd_sizes(c->graph, c->kernel);
    add_loop(c, AXIS_PICTURES, c->y->dim[0]);
    add_cut(c, AXIS_TILES, s.count, s.block, LAST_CUT);
    add_cut(c, AXIS_MAPS, c->y->dim[1], c->kernel->form.maps, LAST_CUT);
    add_joined(c, AXIS_POINTS, s.points);
    add_parts(c);
    add_cut(c, AXIS_TILES, s.block, s.narrow, LAST_SHORTER);
    add_joined(c, AXIS_INPUTS, s.channels);
    add_kind(c, LOOP_UNROLLED, AXIS_TILES, s.narrow);
    add_kind(c, LOOP_LANES, AXIS_MAPS, maps_in_registers(c));
}

/* ---- fully connected ---- */

/* Panels of two vectors make longer runs, but more filling; single ones are taken where that would show. */
static int32_t vector_panel(int64_t outputs, int32_t lanes)
{
    enum { SHOWS = 32 }; /* one of so many */
    int64_t wide = quotient_up(outputs, 2 * lanes) * 2 * lanes, narrow = quotient_up(outputs, lanes) * lanes;
    return wide - narrow > outputs / SHOWS ? lanes : 2 * lanes;
}

int32_t tiling_outputs(const Target *target, int64_t outputs)
{
    const int32_t *panels = target->tiles->outputs;
    if (target->sets[0]->matvec)
        return vector_panel(outputs, target->lanes);
    return outputs >= panels[2] ? panels[2] : outputs > panels[0] ? panels[1] : panels[0];
}

/* So many examples of a batch at a time, whose sums of a panel fit into registers together with its weights. */
static int64_t examples_at_a_time(const InstructionSet *set, int64_t batch, int64_t panel)
{
    int64_t examples = set->matvec->examples, vectors = panel / set->lanes;
    while (examples > 1 && (examples + 1) * vectors + 1 > set->matvec->registers)
        examples--;
    return quotient_up(batch, quotient_up(batch, examples));
}

/* How many vectors of outputs are summed at a time, of so many examples. Of several, weights are kept in registers too:
 * a power of two, for which sums, weights and the input fit into these. */
static int64_t vectors_at_a_time(const MatvecSizes *sizes, int64_t examples)
{
    int64_t vectors = sizes->vectors;
    while (examples > 1 && vectors > 2 && (examples + 1) * vectors + 1 > sizes->registers)
        vectors /= 2;
    return vectors;
}

/* Panels of weights side by side, which memory delivers faster than one after the other; all examples of a batch meet
 * them while they are near. Where outputs are few, each has several sums, of every so manieth input. */
static void choose_vector_matvec(Choice *c)
{
    const MatvecSizes *sizes = c->set->matvec;
    int64_t batch = c->y->dim[0], outputs = c->y->dim[1], inputs = shape_count(input_shape(c, 1)) / outputs;
    int64_t panel = tiling_outputs(c->target, outputs), panels = quotient_up(outputs, panel);
    int64_t examples = examples_at_a_time(c->set, batch, panel);
    int64_t most = MAX(vectors_at_a_time(sizes, examples) * c->set->lanes / panel, 1);
    int64_t groups = quotient_up(panels, most), together = panel * quotient_up(panels, groups);
    int64_t parts = examples > 1 ? 1 : MIN(sizes->vectors * c->set->lanes / together, inputs);
    add_cut(c, AXIS_MAPS, outputs, together, LAST_CUT);
    add_cut(c, AXIS_PICTURES, batch, examples, LAST_SHORTER);
    add(c, (Loop){.axes = AXIS_INPUTS, .length = inputs, .step = parts, .last = LAST_SHORTER, .joins = true});
    if (parts > 1)
        add(c, (Loop){.axes = AXIS_INPUTS, .length = parts, .step = 1, .kind = LOOP_UNROLLED, .joins = true});
    add_kind(c, LOOP_UNROLLED, AXIS_PICTURES, examples);
    add_kind(c, LOOP_LANES, AXIS_MAPS, together);
}

static void choose_matvec(Choice *c)
{
    const Shape *y = c->y;
    int64_t panel = tiling_outputs(c->target, y->dim[1]);
    if (c->set->matvec) {
        choose_vector_matvec(c);
        return;
    }
    add_loop(c, AXIS_PICTURES, y->dim[0]);
    add_cut(c, AXIS_MAPS, y->dim[1], panel, LAST_CUT);
    add_joined(c, AXIS_INPUTS, input_shape(c, 1)->dim[1]);
    add_kind(c, LOOP_LANES, AXIS_MAPS, panel);
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

static void add_nest(Choice *c, const Nest *nest, int from, int to)
{
    for (int axis = from; axis < to; axis++)
        add(c, nest_loop(nest, axis, 1));
}

static void choose_map(Choice *c)
{
    Nest nest = kernel_nest(c->graph, c->kernel);
    add_nest(c, &nest, 0, nest.rank);
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
static void choose_copy(Choice *c)
{
    Nest nest = kernel_nest(c->graph, c->kernel);
    int last = nest.rank - 1, reading = nest.rank ? reading_loop(&nest) : last;
    int64_t strip = c->sizes->strip, worth = strip * c->sizes->fewest_strips;
    bool together =
        last >= 0 && nest.access[NEST_RESULT].stride[last] == 1 && nest.access[NEST_SOURCE].stride[last] == 1;
    if (together && !c->kernel->epilogue_count && nest.dim[last] >= c->sizes->run) {
        add_nest(c, &nest, 0, last);
        add(c, nest_inside(&nest, last, nest.dim[last], LOOP_COPIED));
    } else if (reading == last || nest.dim[last] < worth || nest.dim[reading] < worth || nest.dim[reading] <= strip) {
        add_nest(c, &nest, 0, nest.rank);
    } else {
        for (int axis = 0; axis < nest.rank; axis++)
            add(c, nest_loop(&nest, axis, axis == reading ? strip : 1));
        add(c, nest_inside(&nest, reading, strip, LOOP_STRIP));
    }
}

/* Of the axes that are left after collapsing, the one whose elements stand beside each other decides. Reduced, it makes
 * runs: partial results side by side, which compilers keep in vectors, folded in halves at the end. They may not
 * reorder additions, so that one running sum would be one addition after the other; and partial sums are nearer to the
 * exact one. Kept, it makes rows: a whole row of results at a time, some rows of x joined to it at once, so that it is
 * read and written less often. What is too short for either is computed one result after the other. */
static void choose_reduction(Choice *c)
{
    Nest nest = kernel_nest(c->graph, c->kernel);
    const int64_t *step = nest.access[NEST_SOURCE].stride;
    int last = nest.rank - 1, kept = 0;
    while (kept < nest.rank && nest.access[NEST_RESULT].stride[kept])
        kept++;
    bool reduced = kept < nest.rank;
    bool row_wise = reduced && kept > 0 && step[kept - 1] < step[last];
    if (row_wise && nest.dim[last] >= c->sizes->fewest_rows) {
        add_nest(c, &nest, 0, kept - 1);
        add_nest(c, &nest, kept, last);
        add(c, nest_loop(&nest, last, c->sizes->rows));
        add(c, nest_loop(&nest, kept - 1, 1));
        add(c, nest_inside(&nest, last, c->sizes->rows, LOOP_UNROLLED));
    } else if (!row_wise && reduced && step[last] == 1 && nest.dim[last] >= c->sizes->lanes) {
        add_nest(c, &nest, 0, last);
        add(c, nest_loop(&nest, last, c->sizes->lanes));
        add(c, nest_inside(&nest, last, c->sizes->lanes, LOOP_LANES));
    } else {
        add_nest(c, &nest, 0, nest.rank);
    }
}

static void choose_reduce(Choice *c)
{
    const Node *leader = c->leader;
    if (leader->op != OP_argmax) {
        choose_reduction(c);
        return;
    }
    choose_map(c);
    const Shape *x = input_shape(c, 0);
    int64_t results = shape_count(c->y);
    add_joined(c, AXIS_INPUTS, shape_count(x) / MAX(results, 1));
}

static void choose_softmax(Choice *c)
{
    const SoftmaxAttrs *attrs = c->leader->attrs;
    choose_map(c);
    add_loop(c, 1u << attrs->axis, c->y->dim[attrs->axis]);
}

/* The squares around a channel are summed anew for each, so that a NaN goes no further than it should; they are kept
 * where few are needed, so that the result may stand where they were read. */
static void choose_lrn(Choice *c)
{
    const LrnAttrs *attrs = c->leader->attrs;
    int64_t block = block_of(c);
    if (block > 1) {
        add_loop(c, AXIS_PICTURES, c->y->dim[0]);
        add_loop(c, AXIS_ROWS, c->y->dim[2]);
        add_loop(c, AXIS_COLUMNS, c->y->dim[3]);
        add_cut(c, AXIS_MAPS, c->y->dim[1], block, LAST_CUT);
        add_kind(c, LOOP_LANES, AXIS_MAPS, block);
        return;
    }
    if (c->kernel->rows.some)
        add_loop(c, AXIS_ROWS, c->y->dim[2]);
    choose_map(c);
    add_loop(c, AXIS_MAPS, c->y->dim[1]);
    if (lrn_keeps(attrs))
        add_kind(c, LOOP_KEPT, AXIS_INPUTS, attrs->size);
}

/* ---- windows, borders, sizes ---- */

static void add_all_maps(Choice *c, const Shape *y)
{
    add_loop(c, y->dim[0] > 1 ? AXIS_PICTURES | AXIS_MAPS : AXIS_MAPS, y->dim[0] * y->dim[1]);
}

static void choose_pool(Choice *c)
{
    const Node *leader = c->leader;
    const PoolAttrs *attrs = leader->attrs;
    const Shape *y = c->y;
    if (pool_is_global(c->graph, leader)) {
        choose_reduction(c);
        return;
    }
    int64_t block = block_of(c);
    if (block > 1)
        add_blocks(c, block);
    else
        add_all_maps(c, y);
    add_loop(c, AXIS_ROWS, y->dim[2]);
    add_loop(c, AXIS_COLUMNS, y->dim[3]);
    add_joined(c, AXIS_TAPS, attrs->size[0] * attrs->size[1]);
    if (block > 1)
        add_kind(c, LOOP_LANES, AXIS_MAPS, block);
}

/* Row by row of the result: no element of the inside is tested. On GPUs each is, by an item of its own. */
static void choose_pad(Choice *c)
{
    PaddedAxis axes[MAX_RANK];
    int count = padded_axes(c->graph, c->leader, axes);
    for (int i = 0; i < count; i++)
        add_kind(c, i + 1 < count || c->target->gpu ? LOOP_PLAIN : LOOP_COPIED, axes[i].axes,
                 axes[i].before + axes[i].length + axes[i].behind);
}

/* Where rows do not become narrower, two of the input are mixed to one first, which then serves all columns. */
static void choose_resize(Choice *c)
{
    const ResizeAttrs *attrs = c->leader->attrs;
    const Shape *y = c->y;
    int64_t width = input_shape(c, 0)->dim[3];
    add_all_maps(c, y);
    add_loop(c, AXIS_ROWS, y->dim[2]);
    add_loop(c, AXIS_COLUMNS, y->dim[3]);
    if (attrs->mode == RESIZE_BILINEAR && width <= attrs->size[1] && width <= c->sizes->longest_row_kept)
        add(c, (Loop){.axes = AXIS_INPUTS, .length = width, .step = 1, .kind = LOOP_KEPT});
}

/* ---- moves ---- */

/* Part by part, each as it lies. */
static void choose_concat(Choice *c)
{
    const Shape *y = c->y;
    add_loop(c, AXIS_PARTS, c->leader->input_count);
    add_loop(c, (1u << y->rank) - 1, shape_count(y));
}

static void choose_pack(Choice *c)
{
    const Node *leader = c->leader;
    const Type *from = &graph_input_node(c->graph, leader, 0)->type, *to = &leader->type;
    const Shape *shape = &to->shape;
    int64_t count = shape_count(shape);
    if (to->layout.kind == LAYOUT_TURNED) {
        add_loop(c, 1u << 1, shape->dim[1]);
        add_loop(c, 1u << 0, shape->dim[0]);
        add_loop(c, (1u << shape->rank) - (1u << 2), count / shape->dim[0] / shape->dim[1]);
    } else if (to->layout.kind == LAYOUT_PANELS) {
        add_loop(c, 1u << 0, shape->dim[0]);
        add_loop(c, (1u << shape->rank) - (1u << 1), count / shape->dim[0]);
    } else {
        Nest nest = pack_nest(from, to);
        int64_t block = nest.step[1];
        bool cut = from->layout.kind != to->layout.kind && block > 1 && shape->dim[1] % block;
        if (cut) /* the block that is not full is a turn too */
            nest.dim[1] = MAX(2, nest.dim[1] + 1);
        nest_collapse(&nest);
        for (int axis = 0; axis < nest.rank; axis++) {
            Loop loop = nest_loop(&nest, axis, 1);
            if (cut && nest.axes[axis] == AXIS_MAPS && loop.length > block)
                loop.length = shape->dim[1];
            loop.last = LAST_CUT;
            add(c, loop);
        }
    }
}

/* ---- all of them ---- */

/* A transfer is a copy of bytes, which the runtime makes. */
static void choose_nothing(Choice *c)
{
    c->tiling = (Tiling){0};
}

typedef void Choose(Choice *c);

static Choose *const choices[FAMILY_COUNT] = {
    [FAMILY_MAP] = choose_map,
    [FAMILY_CONV] = choose_conv,
    [FAMILY_CONV_TRANSPOSE] = choose_conv_transpose,
    [FAMILY_CONV_CONNECT] = choose_conv_connect,
    [FAMILY_WINOGRAD] = choose_winograd,
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
    [FAMILY_RESAMPLE] = choose_map,
    [FAMILY_TRANSFER] = choose_nothing,
};

Tiling tiling_choose(const Graph *graph, const Kernel *kernel, const Target *target)
{
    Choice c = {.graph = graph,
                .kernel = kernel,
                .target = target,
                .set = target->sets[kernel->set],
                .sizes = target->tiles,
                .leader = graph_node(graph, kernel->leader),
                .y = &graph_node(graph, kernel->result)->type.shape};
    if (!choices[kernel->family])
        BUG("kernels of family %d have no loops", (int)kernel->family);
    if (target->gpu && gpu_tiling(graph, kernel, &c.tiling))
        return c.tiling;
    choices[kernel->family](&c);
    if (target->gpu)
        gpu_spread(graph, kernel, &c.tiling);
    return c.tiling;
}
