/* nests.c - the loops of families whose kernels are loops over strides (see nest.h). */
#include "ops/channel_pool.h"
#include "ops/lrn.h"
#include "ops/pad.h"
#include "ops/pool.h"
#include "ops/reduce.h"
#include "ops/resample.h"
#include "ops/softmax.h"
#include "plan/nest.h"
#include "plan/parameters.h"
#include "plan/plan.h"

static const Type *input_type(const Graph *graph, const Kernel *kernel, uint32_t i)
{
    return &graph_input_node(graph, graph_node(graph, kernel->leader), i)->type;
}

static const Type *result_type(const Graph *graph, const Kernel *kernel)
{
    return &graph_node(graph, kernel->result)->type;
}

/* ---- element by element ---- */

/* Strides of a parameter of the leader along the result's axes: 0 where it is broadcast. */
static Access map_access(const Graph *graph, const Parameter *parameter, const Shape *result)
{
    const Type *type = parameter_type(graph, parameter);
    if (parameter->input == 0 || !op_row(parameter->node->op)->channelwise)
        return access_broadcast(type, result);
    return (Access){.stride = {[1] = type->shape.dim[0] > 1}};
}

static bool is_blocked(const Type *type)
{
    return type->layout.kind == LAYOUT_BLOCKED;
}

/* The block in which the kernel goes through channels, and in bits which of its operands stand so; 1: in none. */
static int64_t find_blocks(const Type *const *types, int count, unsigned *blocked)
{
    int64_t block = 1;
    *blocked = 0;
    for (int o = 0; o < count; o++)
        if (types[o] && is_blocked(types[o])) {
            block = types[o]->layout.block;
            *blocked |= 1u << o;
        }
    return block;
}

static Nest map_nest(const Graph *graph, const Kernel *kernel)
{
    const Type *result = result_type(graph, kernel);
    Parameters parameters = kernel_parameters(graph, kernel);
    Nest nest = nest_over(&result->shape);
    const Type *types[NEST_OPERANDS] = {result};
    bool channels = false;
    nest.access[nest.operands++] = access_of(result);
    for (uint32_t i = 0; i < parameters.count; i++) {
        const Parameter *parameter = &parameters.at[i];
        types[nest.operands] = parameter_type(graph, parameter);
        if (!parameter->epilogue)
            nest.access[nest.operands++] = map_access(graph, parameter, &result->shape);
        else if (parameter_is_parallel(graph, parameter))
            nest.access[nest.operands++] = access_broadcast(parameter_type(graph, parameter), &result->shape);
        else
            channels |= parameter_runs(graph, parameter);
    }
    if (channels) {
        nest.channel = nest.operands++;
        nest.access[nest.channel] = (Access){.stride = {[1] = 1}};
        types[nest.channel] = NULL;
    }
    unsigned blocked;
    int64_t block = find_blocks(types, nest.operands, &blocked);
    if (block > 1)
        nest_cut_blocks(&nest, block, blocked);
    return nest;
}

/* ---- copies ---- */

static void add_parallel(Nest *nest, const CopyLoops *loops, Access parallel)
{
    Access *access = &nest->access[nest->operands++];
    access->base = parallel.base;
    for (int i = 0; i < loops->count; i++)
        access->stride[i] = loops->at[i].step * parallel.stride[loops->at[i].axis];
}

/* Loops over the result; behind the channel come the tensors that an epilogue reads element by element. */
static Nest copy_nest(const Graph *graph, const Kernel *kernel)
{
    const Node *leader = graph_node(graph, kernel->leader);
    const Type *to = result_type(graph, kernel), *from = input_type(graph, kernel, 0);
    Parameters parameters = kernel_parameters(graph, kernel);
    CopyLoops loops = op_row(leader->op)->copy(graph, leader);
    Access y = access_of(to), x = access_of(from);
    Nest nest = {.rank = loops.count, .operands = 2};
    nest.access[NEST_RESULT].base = y.base;
    nest.access[NEST_SOURCE].base = x.base;
    for (int axis = 0; axis < from->shape.rank; axis++)
        nest.access[NEST_SOURCE].base += loops.begin[axis] * x.stride[axis];
    if (parameters.count > 1)
        nest.channel = nest.operands++;
    for (int i = 0; i < loops.count; i++) {
        const CopyLoop *loop = &loops.at[i];
        nest.dim[i] = loop->count;
        nest.axes[i] = 1u << loop->axis;
        nest.step[i] = loop->step;
        nest.access[NEST_RESULT].stride[i] = loop->step * y.stride[loop->axis];
        nest.access[NEST_SOURCE].stride[i] = loop->stride * x.stride[loop->from];
        if (nest.channel)
            nest.access[nest.channel].stride[i] = loop->axis == 1 ? loop->step : 0;
    }
    for (uint32_t p = 1; p < parameters.count; p++)
        if (parameter_is_parallel(graph, &parameters.at[p]))
            add_parallel(&nest, &loops, access_broadcast(parameter_type(graph, &parameters.at[p]), &to->shape));
    return nest;
}

Nest pack_nest(const Type *from, const Type *to)
{
    const Type *sides[] = {[NEST_RESULT] = to, [NEST_SOURCE] = from};
    bool blocked[] = {to->layout.kind == LAYOUT_BLOCKED, from->layout.kind == LAYOUT_BLOCKED};
    int64_t block = blocked[NEST_RESULT] ? to->layout.block : from->layout.block;
    Nest nest = nest_over(&to->shape);
    nest.operands = 2;
    for (int side = 0; side < 2; side++)
        nest.access[side] = access_of(sides[side]);
    if (!blocked[NEST_RESULT] && !blocked[NEST_SOURCE])
        return nest;
    bool both = blocked[NEST_RESULT] && blocked[NEST_SOURCE];
    if (!both) /* whole blocks: the rest is another nest */
        nest.dim[1] = to->shape.dim[1] / block * block;
    nest_cut_blocks(&nest, block, blocked[NEST_RESULT] | (unsigned)blocked[NEST_SOURCE] << 1);
    return nest;
}

/* ---- over axes ---- */

/* x's axes that stay, then those that are reduced. */
static Nest reduction_nest(const Graph *graph, const Kernel *kernel)
{
    const ReduceAttrs *attrs = graph_node(graph, kernel->leader)->attrs;
    const Type *in = input_type(graph, kernel, 0);
    Access x = access_of(in), y = access_of(result_type(graph, kernel));
    Nest nest = {.operands = 2};
    nest.access[NEST_RESULT].base = y.base;
    nest.access[NEST_SOURCE].base = x.base;
    for (int pass = 0; pass < 2; pass++) {
        int to = 0;
        for (int axis = 0; axis < in->shape.rank; axis++) {
            bool reduced = reduces_axis(attrs, axis);
            if (reduced == (pass == 1)) {
                nest.dim[nest.rank] = in->shape.dim[axis];
                nest.axes[nest.rank] = 1u << axis;
                nest.step[nest.rank] = 1;
                nest.access[NEST_RESULT].stride[nest.rank] = reduced ? 0 : y.stride[to];
                nest.access[NEST_SOURCE].stride[nest.rank++] = x.stride[axis];
            }
            to += !reduced || attrs->keep;
        }
    }
    if (graph_node(graph, kernel->leader)->op == OP_argmax)
        nest.rank--; /* the last axis is the reduced one */
    return nest;
}

static Access access_held(const Type *type, int64_t held)
{
    const Type rows = held ? held_type(type, held) : *type;
    return access_of(&rows);
}

/* All axes of the result but one, for y and x; some rows are gone through outside. */
static Nest nest_without(const Graph *graph, const Kernel *kernel, int axis)
{
    const Type *y = result_type(graph, kernel);
    Nest nest = nest_over(&y->shape);
    nest.operands = 2;
    nest.access[NEST_RESULT] = access_held(y, kernel->rows.y_held);
    nest.access[NEST_SOURCE] = access_held(input_type(graph, kernel, 0), kernel->rows.x_held);
    if (axis >= 0)
        nest.dim[axis] = 1;
    if (kernel->rows.some)
        nest.dim[2] = 1;
    return nest;
}

/* Along the axis that is resampled, x stands still: which places are read says a table. */
static Nest resample_nest(const Graph *graph, const Kernel *kernel)
{
    const ResampleAttrs *attrs = graph_node(graph, kernel->leader)->attrs;
    Nest nest = nest_without(graph, kernel, -1);
    nest.access[NEST_SOURCE].stride[attrs->axis] = 0;
    return nest;
}

/* A reduction whose last axis is the run: its elements are a channel apart. */
static Nest channel_pool_nest(const Graph *graph, const Kernel *kernel)
{
    const ChannelPoolAttrs *attrs = graph_node(graph, kernel->leader)->attrs;
    Nest nest = nest_without(graph, kernel, -1);
    int64_t channel = nest.access[NEST_SOURCE].stride[1];
    nest.access[NEST_SOURCE].stride[1] *= attrs->group;
    nest.dim[nest.rank] = attrs->group;
    nest.axes[nest.rank] = AXIS_INPUTS;
    nest.step[nest.rank] = 1;
    nest.access[NEST_SOURCE].stride[nest.rank++] = channel;
    return nest;
}

/* The channels of a block stay, too. */
static void nest_move_axis(Nest *nest, int from, int to)
{
    Nest before = *nest;
    for (int axis = to; axis <= from; axis++) {
        int source = axis == to ? from : axis - 1;
        nest->dim[axis] = before.dim[source];
        nest->axes[axis] = before.axes[source];
        nest->step[axis] = before.step[source];
        for (int o = 0; o < nest->operands; o++)
            nest->access[o].stride[axis] = before.access[o].stride[source];
    }
}

static Nest global_pool_nest(const Graph *graph, const Kernel *kernel)
{
    const Type *x = input_type(graph, kernel, 0);
    Nest nest = nest_over(&x->shape);
    nest.operands = 2;
    nest.access[NEST_RESULT] = access_of(result_type(graph, kernel));
    nest.access[NEST_SOURCE] = access_of(x);
    for (int axis = 2; axis < nest.rank; axis++)
        nest.access[NEST_RESULT].stride[axis] = 0;
    if (is_blocked(x)) {
        unsigned blocked = 1u << NEST_SOURCE | (unsigned)is_blocked(result_type(graph, kernel)) << NEST_RESULT;
        nest_cut_blocks(&nest, x->layout.block, blocked);
        nest_move_axis(&nest, 4, 2);
    }
    return nest;
}

bool pool_is_global(const Graph *graph, const Node *node)
{
    const PoolAttrs *attrs = node->attrs;
    const Shape *x = &graph_input_node(graph, node, 0)->type.shape;
    for (int side = 0; side < HALO_SIDES; side++)
        if (attrs->pad[side] > 0)
            return false;
    for (int axis = 0; axis < 2; axis++)
        if (attrs->size[axis] != x->dim[2 + axis] || attrs->dilation[axis] != 1)
            return false;
    return true;
}

/* ---- all of them ---- */

static Nest whole_nest(const Graph *graph, const Kernel *kernel)
{
    switch (kernel->family) {
    case FAMILY_MAP:
        return map_nest(graph, kernel);
    case FAMILY_COPY:
        return copy_nest(graph, kernel);
    case FAMILY_REDUCE:
        return reduction_nest(graph, kernel);
    case FAMILY_CHANNEL_POOL:
        return channel_pool_nest(graph, kernel);
    case FAMILY_POOL:
        return global_pool_nest(graph, kernel);
    case FAMILY_SOFTMAX:
        return nest_without(graph, kernel, (int)((const SoftmaxAttrs *)graph_node(graph, kernel->leader)->attrs)->axis);
    case FAMILY_RESAMPLE:
        return resample_nest(graph, kernel);
    case FAMILY_LRN:
        return nest_without(graph, kernel, 1);
    default:
        BUG("kernels of family %d are no nest", (int)kernel->family);
    }
}

Nest kernel_nest(const Graph *graph, const Kernel *kernel)
{
    Nest nest = whole_nest(graph, kernel);
    nest_collapse(&nest);
    nest_share(&nest, tiling_shared(&kernel->tiling));
    return nest;
}

/* ---- padding ---- */

static bool is_padded(const PaddedAxis *axis)
{
    return axis->before || axis->behind;
}

static bool can_join(const PaddedAxis *outer, const PaddedAxis *inner)
{
    return !is_padded(outer) && !is_padded(inner) && outer->from == inner->from * inner->length &&
           outer->to == inner->to * inner->length;
}

static int add_padded(PaddedAxis *axes, int count, PaddedAxis axis)
{
    PaddedAxis *outer = count ? &axes[count - 1] : NULL;
    bool single = axis.before + axis.length + axis.behind == 1;
    if (outer && single && outer->from == 1 && outer->to == 1)
        return count;
    if (outer && outer->before + outer->length + outer->behind == 1) {
        *outer = axis;
    } else if (outer && can_join(outer, &axis)) {
        axis.length *= outer->length;
        axis.axes |= outer->axes;
        *outer = axis;
    } else {
        axes[count++] = axis;
    }
    return count;
}

int padded_axes(const Graph *graph, const Node *node, PaddedAxis axes[MAX_RANK])
{
    const Type *x = &graph_input_node(graph, node, 0)->type;
    Access from = access_of(x), to = access_of(&node->type);
    int count = 0;
    for (int axis = 0; axis < x->shape.rank; axis++) {
        PadAxis pad = pad_axis(node->attrs, x->shape.rank, axis);
        count = add_padded(axes, count,
                           (PaddedAxis){.before = pad.before,
                                        .behind = pad.behind,
                                        .length = x->shape.dim[axis],
                                        .from = from.stride[axis],
                                        .to = to.stride[axis],
                                        .axes = 1u << axis,
                                        .axis = axis});
    }
    return count;
}
