/* slice.c - a part of a tensor: every step-th element from `begin` to before `end` along some axes; and split, which is
 * a list of slices that lie one behind the other.
 *
 * The language counts negative places from the end. In the graph places are plain, and the shape stands there: begin,
 * size and step of each axis.
 */
#include "ops/slice.h"

#include "ops/reach.h"
#include "ops/rules.h"

SliceAttrs slice_whole(const Shape *shape)
{
    SliceAttrs attrs = {.begins = shape->rank, .sizes = shape->rank, .steps = shape->rank};
    for (int i = 0; i < shape->rank; i++) {
        attrs.size[i] = shape->dim[i];
        attrs.step[i] = 1;
    }
    return attrs;
}

/* ---- slice in the graph ---- */

/* Whether begin, size and step stay inside an axis of `length`. */
static bool stays_inside(int64_t begin, int64_t size, int64_t step, int64_t length)
{
    if (begin < 0 || begin >= length || size < 1 || size > length || step == 0)
        return false;
    int64_t room = step > 0 ? length - 1 - begin : begin; /* what is left to walk in that direction */
    return size == 1 || (step >= -room && step <= room && (size - 1) <= room / (step > 0 ? step : -step));
}

static bool slice_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    const SliceAttrs *attrs = node->attrs;
    if (!type_same(graph, node, diag, result))
        return false;
    Shape *shape = &result->shape;
    if (attrs->begins != shape->rank || attrs->sizes != shape->rank || attrs->steps != shape->rank) {
        diag_error(diag, node->span, "slice: begin, size and step have one number for each of %d axes", shape->rank);
        return false;
    }
    for (int i = 0; i < shape->rank; i++) {
        bool whole = attrs->begin[i] == 0 && attrs->size[i] == shape->dim[i] && attrs->step[i] == 1;
        if (i == 0 ? !whole : !stays_inside(attrs->begin[i], attrs->size[i], attrs->step[i], shape->dim[i])) {
            diag_error(diag, node->span, "slice: %lld elements from %lld on with step %lld are not in a %s of %lld",
                       (long long)attrs->size[i], (long long)attrs->begin[i], (long long)attrs->step[i],
                       i ? "dimension" : "batch", (long long)shape->dim[i]);
            return false;
        }
        shape->dim[i] = attrs->size[i];
    }
    return true;
}

/* Copies what the slice takes along `axis` and those behind it; `count` elements of x stand behind each index. */
static double *take_axis(const SliceAttrs *attrs, const Shape *x, int axis, const double *from, int64_t count,
                         double *to)
{
    if (axis == x->rank) {
        *to = *from;
        return to + 1;
    }
    count /= x->dim[axis];
    for (int64_t i = 0; i < attrs->size[axis]; i++)
        to = take_axis(attrs, x, axis + 1, from + (attrs->begin[axis] + i * attrs->step[axis]) * count, count, to);
    return to;
}

static void slice_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    take_axis(node->attrs, &inputs[0]->shape, 0, inputs[0]->at, shape_count(&inputs[0]->shape), result->at);
}

static CopyLoops slice_copy(const Graph *graph, const Node *node)
{
    (void)graph;
    const SliceAttrs *attrs = node->attrs;
    CopyLoops loops = {.count = node->type.shape.rank};
    for (int i = 0; i < loops.count; i++) {
        loops.at[i] = (CopyLoop){attrs->size[i], .axis = i, .step = 1, .from = i, .stride = attrs->step[i]};
        loops.begin[i] = attrs->begin[i];
    }
    return loops;
}

static Reach slice_reach(const Graph *graph, const Node *node, uint32_t input, int axis)
{
    (void)graph;
    (void)input;
    const SliceAttrs *attrs = node->attrs;
    Reach reach = reach_own(axis);
    reach.scale = attrs->step[axis];
    reach.shift = attrs->begin[axis];
    return reach;
}

/* ---- slice in the language ---- */

/* What a call says of one axis. */
typedef struct Taken {
    int64_t axis, begin, end, step; /* axis of the whole shape; begin and end as written */
} Taken;

/* Number i of an argument; a single number stands for all. */
static int64_t number_at(const OpArg *arg, int64_t i)
{
    return (int64_t)arg->literal.at[arg->literal.shape.rank ? i : 0];
}

static bool counts_agree(const OpCall *call, int64_t count)
{
    static const char *const names[] = {"end", "step", "axis"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const OpArg *arg = op_arg(call, names[i]);
        int64_t numbers = shape_count(&arg->literal.shape);
        bool any = !arg->given || (i == 1 && arg->literal.shape.rank == 0);
        if (any || numbers == count)
            continue;
        diag_error(call->diag, arg->span, "slice: 'begin' has %lld number%s, '%s' has %lld", (long long)count,
                   plural(count), names[i], (long long)numbers);
        diag_note(call->diag, op_arg(call, "begin")->span, "'begin' is here");
        return false;
    }
    return true;
}

/* The place that a written number means, or an error when it is not between `least` and `most`. */
static bool resolve_place(const OpCall *call, const char *name, const Taken *taken, int64_t length, int64_t least,
                          int64_t most, int64_t *place)
{
    *place += *place < 0 ? length : 0;
    if (*place >= least && *place <= most)
        return true;
    diag_error(call->diag, op_arg(call, name)->span, "slice: '%s' is outside of axis %lld, which has %lld", name,
               (long long)taken->axis - 1, (long long)length);
    diag_hint(call->diag, "'%s' is %lld..%lld here; negative numbers count from the end", name,
              (long long)(least - length), (long long)most);
    return false;
}

static bool take(const OpCall *call, Taken taken, int64_t length, SliceAttrs *attrs)
{
    int64_t begin = taken.begin, end = taken.end, step = taken.step;
    if (step == 0) {
        diag_error(call->diag, op_arg(call, "step")->span, "slice: a step of 0 leads nowhere");
        return false;
    }
    bool back = step < 0;
    if (!resolve_place(call, "begin", &taken, length, 0, length - 1, &begin) ||
        !resolve_place(call, "end", &taken, length, back ? -1 : 0, back ? length - 1 : length, &end))
        return false;
    int64_t way = back ? begin - end : end - begin, pace = back ? -step : step;
    if (way <= 0) {
        diag_error(call->diag, call->span, "slice: nothing lies between begin %lld and end %lld of axis %lld",
                   (long long)taken.begin, (long long)taken.end, (long long)taken.axis - 1);
        if (way < 0)
            diag_hint(call->diag, back ? "a negative step walks down" : "step=-1 walks backwards");
        return false;
    }
    attrs->begin[taken.axis] = begin;
    attrs->size[taken.axis] = (way + pace - 1) / pace;
    attrs->step[taken.axis] = attrs->size[taken.axis] == 1 ? 1 : step;
    return true;
}

static bool has_axis(const OpCall *call, const Shape *x, int64_t axis, Span span)
{
    if (axis + 1 < x->rank)
        return true;
    diag_error(call->diag, span, "%s along axis %lld, but %s has %s", op_name(call->op), (long long)axis,
               shape_text(call->graph->arena, x), axes_text(call->graph, x));
    return false;
}

static NodeId slice_build(const OpCall *call)
{
    const OpArg *begin = op_arg(call, "begin"), *axis = op_arg(call, "axis");
    const Shape *x = &graph_node(call->graph, call->inputs[0])->type.shape;
    SliceAttrs attrs = slice_whole(x);
    bool named[MAX_RANK] = {false};
    int64_t count = shape_count(&begin->literal.shape);
    if (!counts_agree(call, count))
        return NODE_NONE;
    for (int64_t i = 0; i < count; i++) {
        int64_t at = axis->given ? number_at(axis, i) : i;
        Span span = axis->given ? axis->span : begin->span;
        if (!has_axis(call, x, at, span))
            return NODE_NONE;
        if (named[at]) {
            diag_error(call->diag, span, "slice: axis %lld is named twice", (long long)at);
            return NODE_NONE;
        }
        named[at] = true;
        Taken taken = {at + 1, number_at(begin, i), number_at(op_arg(call, "end"), i),
                       number_at(op_arg(call, "step"), i)};
        if (!take(call, taken, x->dim[at + 1], &attrs))
            return NODE_NONE;
    }
    return build_with(call, &attrs);
}

static const OpParam slice_params[] = {
    {.name = "begin", .kind = PARAM_INTS, .required = true},
    {.name = "end", .kind = PARAM_INTS, .required = true},
    {.name = "step", .kind = PARAM_INTS, .fallback = "1"},
    {.name = "axis", .kind = PARAM_INTS, .fallback = "0", .bounded = true},
};

static const OpAttr attrs_of_slice[] = {
    {"begin", ATTR_INT, offsetof(SliceAttrs, begin), 0, offsetof(SliceAttrs, begins), NULL},
    {"size", ATTR_INT, offsetof(SliceAttrs, size), 0, offsetof(SliceAttrs, sizes), NULL},
    {"step", ATTR_INT, offsetof(SliceAttrs, step), 0, offsetof(SliceAttrs, steps), NULL},
};

const Op op_slice = {
    .family = FAMILY_COPY,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = slice_params,
    .param_count = COUNT_OF(slice_params),
    .build = slice_build,
    .attrs = attrs_of_slice,
    .attr_count = COUNT_OF(attrs_of_slice),
    .attr_bytes = sizeof(SliceAttrs),
    .type = slice_type,
    .reference = slice_reference,
    .reach = slice_reach,
    .copy = slice_copy,
    .tolerance = 0,
    .source = "ONNX Slice",
};

/* ---- split ---- */

enum { LIMIT_PARTS = 4096 };

static bool split_evenly(const OpCall *call, const OpArg *parts, int64_t length, int64_t axis, int64_t *sizes)
{
    int64_t count = number_at(parts, 0);
    if (length % count) {
        diag_error(call->diag, parts->span, "split: %lld parts do not divide axis %lld, which has %lld",
                   (long long)count, (long long)axis, (long long)length);
        return false;
    }
    for (int64_t i = 0; i < count; i++)
        sizes[i] = length / count;
    return true;
}

static bool split_by_sizes(const OpCall *call, const OpArg *parts, int64_t length, int64_t axis, int64_t *sizes)
{
    int64_t count = shape_count(&parts->literal.shape), sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += sizes[i] = number_at(parts, i);
    if (sum == length)
        return true;
    diag_error(call->diag, parts->span, "split: the parts have %lld together, axis %lld has %lld", (long long)sum,
               (long long)axis, (long long)length);
    return false;
}

/* Part i of several; the label of the call, and behind it the number of the part. */
static NodeId split_part(const OpCall *call, int64_t axis, int64_t begin, int64_t size, int64_t i)
{
    SliceAttrs attrs = slice_whole(&graph_node(call->graph, call->inputs[0])->type.shape);
    attrs.begin[axis] = begin;
    attrs.size[axis] = size;
    const char *path = call->path[0] ? arena_printf(call->graph->arena, "%s.%lld", call->path, (long long)i) : "";
    return graph_add(call->graph, call->diag, OP_slice, call->inputs, 1, &attrs, path, call->span);
}

static uint32_t split_build(const OpCall *call, NodeId **values)
{
    const OpArg *parts = op_arg(call, "parts");
    const Shape *x = &graph_node(call->graph, call->inputs[0])->type.shape;
    bool list = parts->literal.shape.rank > 0;
    int64_t axis = op_arg(call, "axis")->ints[0], begin = 0;
    int64_t count = list ? shape_count(&parts->literal.shape) : number_at(parts, 0);
    if (!has_axis(call, x, axis, op_arg(call, "axis")->span))
        return 0;
    if (count > LIMIT_PARTS) {
        diag_error(call->diag, parts->span, "split makes at most %d parts, these are %lld", LIMIT_PARTS,
                   (long long)count);
        return 0;
    }
    int64_t *sizes = NEW_ARRAY(call->graph->arena, int64_t, count), length = x->dim[axis + 1];
    if (!(list ? split_by_sizes : split_evenly)(call, parts, length, axis, sizes))
        return 0;
    *values = NEW_ARRAY(call->graph->arena, NodeId, count);
    for (int64_t i = 0; i < count; begin += sizes[i++]) {
        (*values)[i] = split_part(call, axis + 1, begin, sizes[i], i);
        if (node_is_none((*values)[i]))
            return 0;
    }
    return (uint32_t)count;
}

static const OpParam split_params[] = {
    {.name = "parts", .kind = PARAM_INTS, .required = true, .bounded = true, .least = 1},
    {.name = "axis", .kind = PARAM_INT, .fallback = "0", .bounded = true},
};

const Op op_split = {
    .family = FAMILY_LANGUAGE,
    .least_inputs = 1,
    .most_inputs = 1,
    .params = split_params,
    .param_count = COUNT_OF(split_params),
    .build_list = split_build,
    .source = "ONNX Split",
};
