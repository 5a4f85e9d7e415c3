/* verify_tiling.c - the rules of a kernel's loops, whoever chose them.
 *
 *   P14 loops have a length and a step. One that goes in steps over its axes leaves what is inside a step to another
 *       over the same axes, or goes over blocks. What becomes of a rest is said exactly where there is one
 *   P15 the loops reach each element of the result once, and those that join reach once all that it is made of
 *   P16 the family's text can write them: loops over strides are those of the kernel's nest in their order, memcpy is
 *       of what lies together, lanes are of neighbours and can be folded in halves, panels of weights are as wide as
 *       what is summed of them, those over channel blocks are made of few numbers (blocked.h), and what no choice is
 *       left for is as tiling_choose has it
 */
#include "ops/conv.h"
#include "ops/pool.h"
#include "plan/blocked.h"
#include "plan/gpu.h"
#include "plan/gpu_conv.h"
#include "plan/verify.h"
#include "plan/winograd.h"

static bool in_registers(const Loop *loop)
{
    return loop->kind == LOOP_UNROLLED || loop->kind == LOOP_LANES;
}

/* ---- P14 ---- */

static const char *check_loop(const Loop *loop)
{
    if (loop->length < 1 || loop->step < 1 || !loop->axes)
        return "goes nowhere";
    if ((loop->length % loop->step == 0) != (loop->last == LAST_WHOLE))
        return "does not say what becomes of its rest";
    if (loop->length < loop->step && loop->last != LAST_CUT)
        return "is shorter than its step";
    if (loop->last != LAST_WHOLE && loop->kind != LOOP_PLAIN)
        return "has a rest, but no code for it";
    return NULL;
}

/* The loop over the same axes that goes through a step of loop i; NULL: there is none. */
static const Loop *inside_of(const Tiling *tiling, int i)
{
    const Loop *outer = &tiling->at[i];
    for (int k = 1; k < tiling->count; k++) { /* behind it before those around it */
        const Loop *loop = &tiling->at[(i + k) % tiling->count];
        if (outer->step > 1 && loop->axes == outer->axes && loop->length == outer->step)
            return loop;
    }
    return NULL;
}

static bool is_inside(const Tiling *tiling, int i)
{
    for (int j = 0; j < tiling->count; j++)
        if (inside_of(tiling, j) == &tiling->at[i])
            return true;
    return false;
}

static const char *check_loops(const Tiling *tiling)
{
    if (tiling->count < 0 || tiling->count > TILING_LOOPS)
        return "there are too many";
    for (int i = 0; i < tiling->count; i++) {
        const Loop *loop = &tiling->at[i];
        const char *broken = check_loop(loop);
        if (broken)
            return broken;
        if (loop->last != LAST_WHOLE && !inside_of(tiling, i))
            return "leaves the inside of a step to nobody";
    }
    return NULL;
}

/* ---- P15 ---- */

/* How many turns a loop and those inside of its steps have together. */
static int64_t turns_together(const Tiling *tiling, int i)
{
    const Loop *innermost = &tiling->at[i];
    for (int depth = 0; depth < tiling->count; depth++) {
        const Loop *inside = inside_of(tiling, (int)(innermost - tiling->at));
        innermost = inside ? inside : innermost;
    }
    return loop_turns(&(Loop){.length = tiling->at[i].length, .step = innermost->step});
}

/* How many elements the loops reach that join, or that do not. */
static int64_t elements_reached(const Tiling *tiling, bool joins)
{
    int64_t count = 1;
    for (int i = 0; i < tiling->count; i++) {
        const Loop *loop = &tiling->at[i];
        if (loop->joins != joins || loop->kind == LOOP_KEPT || loop->axes == AXIS_PARTS || is_inside(tiling, i))
            continue;
        if (__builtin_mul_overflow(count, turns_together(tiling, i), &count))
            return -1;
    }
    return count;
}

/* All elements that a kernel writes, or tiles of them; where loops go over blocks of channels, what fills the last one
 * too. */
static int64_t elements_written(const Graph *graph, const Kernel *kernel)
{
    const Type *to = &graph_node(graph, kernel->result)->type;
    Shape shape = to->shape;
    const Node *leader = graph_node(graph, kernel->leader);
    const Type *from = &graph_input_node(graph, leader, 0)->type;
    if (kernel->family == FAMILY_WINOGRAD)
        return shape.dim[0] * shape.dim[1] * winograd_sizes(graph, kernel).count;
    bool nest = kernel->family == FAMILY_MAP || (kernel->family == FAMILY_POOL && pool_is_global(graph, leader)) ||
                (kernel->family == FAMILY_PACK && from->layout.kind == LAYOUT_BLOCKED);
    if (nest && to->layout.kind == LAYOUT_BLOCKED)
        shape.dim[1] = quotient_up(shape.dim[1], to->layout.block) * to->layout.block;
    return shape_count(&shape);
}

/* What an element of the result is made of; 0 where that is not the same for all of them. */
static int64_t elements_joined(const Graph *graph, const Kernel *kernel)
{
    const Node *leader = graph_node(graph, kernel->leader);
    const Shape *x = &graph_input_node(graph, leader, 0)->type.shape;
    const Shape *y = &graph_node(graph, kernel->result)->type.shape;
    const Shape *weight = leader->input_count > 1 ? &graph_input_node(graph, leader, 1)->type.shape : NULL;
    switch (kernel->family) {
    case FAMILY_CONV:
        return weight->dim[1] * weight->dim[2] * weight->dim[3];
    case FAMILY_CONV_TRANSPOSE:
        return x->dim[1] / ((const ConvAttrs *)leader->attrs)->groups * weight->dim[2] * weight->dim[3];
    case FAMILY_CONV_CONNECT:
        return 0;
    case FAMILY_WINOGRAD: /* at each point */
        return weight->dim[1] * weight->dim[2] * weight->dim[3];
    case FAMILY_MATVEC:
        return shape_count(weight) / weight->dim[0];
    case FAMILY_POOL:
        return ((const PoolAttrs *)leader->attrs)->size[0] * ((const PoolAttrs *)leader->attrs)->size[1];
    case FAMILY_REDUCE:
    case FAMILY_CHANNEL_POOL:
        return shape_count(x) / shape_count(y);
    default:
        return 1;
    }
}

/* ---- P16 ---- */

static bool same_loop(const Loop *a, const Loop *b)
{
    return a->axes == b->axes && a->length == b->length && a->step == b->step && a->kind == b->kind &&
           a->last == b->last && a->joins == b->joins && a->spread == b->spread;
}

static bool same_tiling(const Tiling *a, const Tiling *b)
{
    bool same = a->count == b->count && a->turned == b->turned && a->ahead == b->ahead;
    for (int i = 0; same && i < a->count; i++)
        same = same_loop(&a->at[i], &b->at[i]);
    return same;
}

static const char *check_chosen(const Plan *plan, const Kernel *kernel)
{
    const Tiling chosen = tiling_choose(plan->graph, kernel, plan->target);
    return same_tiling(&kernel->tiling, &chosen) ? NULL : "are not those of the family";
}

static const char *check_blocked(const Plan *plan, const Kernel *kernel)
{
    const BlockedLoops loops = blocked_loops(&kernel->tiling);
    const char *misfit = blocked_misfit(plan->graph, kernel, &loops);
    const Tiling made = blocked_tiling(plan->graph, kernel, &loops);
    return misfit ? misfit : same_tiling(&kernel->tiling, &made) ? NULL : "are in no order that can be written";
}

/* Loops in C over the axes of convolutions and fully connected layers come in one order: pictures first, or behind the
 * maps. */
static const char *check_order(const Tiling *tiling, bool maps_first)
{
    unsigned before = 0;
    bool registers = false;
    for (int i = 0; i < tiling->count; i++) {
        const Loop *loop = &tiling->at[i];
        if (loop->kind != LOOP_PLAIN) {
            registers |= in_registers(loop);
            continue;
        }
        unsigned place = loop->axes;
        if (maps_first && place <= AXIS_MAPS)
            place = place == AXIS_MAPS ? AXIS_PICTURES : AXIS_MAPS;
        if (place <= before || registers)
            return "are in no order that can be written";
        before = place;
    }
    return NULL;
}

static const char *check_conv(const Plan *plan, const Kernel *kernel)
{
    const Tiling *tiling = &kernel->tiling;
    const Layout *weights = &graph_input_node(plan->graph, graph_node(plan->graph, kernel->leader), 1)->type.layout;
    const Loop *parts = tiling_find(tiling, LOOP_PARTS);
    int64_t maps = parts ? parts->length : tiling_tile(tiling, AXIS_MAPS), pixels = tiling_tile(tiling, AXIS_COLUMNS);
    bool panels = weights->kind == LAYOUT_PANELS || weights->kind == LAYOUT_TURNED;
    if (blocked_is_direct(plan->graph, kernel))
        return check_blocked(plan, kernel);
    if (maps != (panels ? weights->block : 1))
        return "sum other maps than a panel of weights has";
    if (kernel->family != FAMILY_CONV_CONNECT && pixels > TILING_PIXELS)
        return "sum more pixels than there are names";
    if (tiling->turned && (maps == 1 || pixels == 1 || kernel->form.activations == LAYOUT_BLOCKED))
        return "turn what is no table";
    return check_order(tiling, false);
}

/* Over the items of a GPU: products of matrices may have any tile that can be written. */
static const char *check_gpu_conv(const Plan *plan, const Kernel *kernel)
{
    Tiling made = tiling_choose(plan->graph, kernel, plan->target);
    if (gpu_conv_is_tiled(plan->graph, kernel)) {
        const GpuTiles tiles = gpu_conv_tiles(plan->graph, kernel);
        const char *misfit = gpu_conv_misfit(plan->graph, kernel, &tiles);
        if (misfit)
            return misfit;
        made = gpu_conv_tiled(plan->graph, kernel, &tiles);
    }
    return same_tiling(&kernel->tiling, &made) ? NULL : "are in no order that can be written";
}

/* In vectors: whole panels side by side, and nothing else than sums in registers. */
static const char *check_vector_matvec(const Plan *plan, const Kernel *kernel)
{
    const Layout *weights = &graph_input_node(plan->graph, graph_node(plan->graph, kernel->leader), 1)->type.layout;
    int64_t outputs = tiling_tile(&kernel->tiling, AXIS_MAPS);
    if (weights->kind != LAYOUT_PANELS || weights->block % plan->target->sets[kernel->set]->lanes ||
        outputs % weights->block)
        return "sum other maps than panels of weights have";
    for (int i = 0; i < kernel->tiling.count; i++)
        if (kernel->tiling.at[i].joins && kernel->tiling.at[i].kind == LOOP_LANES)
            return "join lanes";
    return check_order(&kernel->tiling, true);
}

/* Which loop of a nest this is, or -1 when it goes through a step of one. */
static int nest_axis(const Nest *nest, const Tiling *tiling, int i)
{
    const Loop *loop = &tiling->at[i];
    bool part = loop->kind == LOOP_STRIP || (in_registers(loop) && is_inside(tiling, i));
    for (int axis = 0; axis < nest->rank && !part; axis++)
        if (nest->axes[axis] == loop->axes && nest->dim[axis] * nest->step[axis] == loop->length)
            return axis;
    return -1;
}

/* Whether a loop that is not in C, or goes through strips, can be written. */
static bool can_be_written(const Nest *nest, const Kernel *kernel, const Tiling *tiling, int i)
{
    const Loop *loop = &tiling->at[i];
    int last = nest->rank - 1;
    bool innermost = last >= 0 && nest->axes[last] == loop->axes && nest->step[last] == loop->step, strips = false;
    bool reduces = innermost && !nest->access[NEST_RESULT].stride[last];
    int64_t turns = loop_turns(loop), read = innermost ? nest->access[NEST_SOURCE].stride[last] : 0;
    switch (loop->kind) {
    case LOOP_STRIP:
        for (int axis = 0; axis < nest->rank; axis++)
            strips |= nest->axes[axis] == loop->axes && nest->step[axis] == loop->step;
        return kernel->family == FAMILY_COPY && strips && is_inside(tiling, i);
    case LOOP_COPIED:
        return kernel->family == FAMILY_COPY && innermost && !kernel->epilogue_count && read == 1 &&
               nest->access[NEST_RESULT].stride[last] == 1 && loop->length == nest->dim[last] * loop->step;
    case LOOP_LANES:
        return reduces && read == 1 && !(turns & (turns - 1));
    case LOOP_UNROLLED:
        return reduces && nest->access[NEST_RESULT].stride[0];
    default:
        return false;
    }
}

/* Whether loops that lead to these axes of a nest lead to all of them in their order; where rows are joined, the last
 * one that is kept comes behind those that are not. */
static bool in_order(const Nest *nest, const int *axes, int count, bool rows)
{
    int row = 0, at = 0;
    while (row + 1 < nest->rank && nest->access[NEST_RESULT].stride[row + 1])
        row++;
    for (int axis = 0; axis < nest->rank; axis++)
        if (!rows || axis != row)
            if (at == count || axes[at++] != axis)
                return false;
    return count == nest->rank && (!rows || axes[at] == row);
}

static const char *check_nest(const Plan *plan, const Kernel *kernel)
{
    const Tiling *tiling = &kernel->tiling;
    Nest nest = kernel_nest(plan->graph, kernel);
    const Loop *other = NULL;
    int axes[TILING_LOOPS], count = 0;
    for (int i = 0; i < tiling->count; i++) {
        const Loop *loop = &tiling->at[i];
        int axis = nest_axis(&nest, tiling, i);
        if (loop->kind == LOOP_PLAIN && (axis < 0 || other))
            return axis < 0 ? "are not those of the nest" : "are in no order that can be written";
        if (loop->kind == LOOP_PLAIN && loop->step != nest.step[axis] && !inside_of(tiling, i))
            return "leave the inside of a step to nobody";
        if (loop->kind != LOOP_PLAIN && (other || !can_be_written(&nest, kernel, tiling, i)))
            return "cannot be written";
        if (loop->kind != LOOP_PLAIN)
            other = loop;
        if (axis >= 0)
            axes[count++] = axis;
    }
    bool rows = other && other->kind == LOOP_UNROLLED;
    if (rows && count > 1 && nest_axis(&nest, tiling, tiling->count - 1) >= 0) { /* all that is joined, at once */
        axes[count - 1] = axes[count - 2];
        axes[count - 2] = nest.rank - 1;
    }
    return in_order(&nest, axes, count, rows) ? NULL : "are in no order that can be written";
}

static const char *check_family(const Plan *plan, const Kernel *kernel)
{
    const Node *leader = graph_node(plan->graph, kernel->leader);
    if (plan->target->gpu && gpu_conv_is(kernel))
        return check_gpu_conv(plan, kernel);
    Tiling chosen;
    if (plan->target->gpu && gpu_tiling(plan->graph, kernel, &chosen))
        return check_chosen(plan, kernel);
    switch (kernel->family) {
    case FAMILY_CONV:
    case FAMILY_CONV_TRANSPOSE:
    case FAMILY_CONV_CONNECT:
        return check_conv(plan, kernel);
    case FAMILY_MATVEC:
        return plan->target->sets[kernel->set]->matvec ? check_vector_matvec(plan, kernel) : check_conv(plan, kernel);
    case FAMILY_COPY:
    case FAMILY_CHANNEL_POOL:
        return check_nest(plan, kernel);
    case FAMILY_REDUCE:
        return leader->op == OP_argmax ? check_chosen(plan, kernel) : check_nest(plan, kernel);
    case FAMILY_POOL:
        return pool_is_global(plan->graph, leader) ? check_nest(plan, kernel) : check_chosen(plan, kernel);
    default:
        return check_chosen(plan, kernel);
    }
}

/* ---- all of them ---- */

static const char *verify_tiling(const Plan *plan, const Kernel *kernel)
{
    const Tiling *tiling = &kernel->tiling;
    const char *with = "";
    if (kernel->family == FAMILY_TRANSFER)
        return tiling->count ? arena_printf(plan->arena, "P14: the transfer %s has loops", kernel->name) : NULL;
    if (plan->target->set_count > 1)
        with = arena_printf(plan->arena, " with %s", plan->target->sets[kernel->set]->name);
    const char *broken = check_loops(tiling);
    if (broken)
        return arena_printf(plan->arena, "P14: loops of %s%s: one %s", kernel->name, with, broken);
    int64_t joined = elements_joined(plan->graph, kernel);
    if (elements_reached(tiling, false) != elements_written(plan->graph, kernel))
        return arena_printf(plan->arena, "P15: the loops of %s%s do not reach each element once", kernel->name, with);
    if (joined && elements_reached(tiling, true) != joined)
        return arena_printf(plan->arena, "P15: the loops of %s%s do not join all that they should", kernel->name, with);
    broken = check_family(plan, kernel);
    return broken ? arena_printf(plan->arena, "P16: the loops of %s%s %s", kernel->name, with, broken) : NULL;
}

const char *verify_tilings(const Plan *plan)
{
    for (uint32_t i = 0; i < plan->kernels.count; i++)
        for (int set = 0; set < plan->target->set_count; set++) {
            const Kernel kernel = kernel_with(&plan->kernels.at[i], set);
            const char *broken = verify_tiling(plan, &kernel);
            if (broken)
                return broken;
        }
    return NULL;
}
