/* moves.c - nodes that give elements another shape or another place. */
#include "import/rows.h"
#include "ops/concat.h"
#include "ops/pad.h"
#include "ops/shuffle.h"
#include "ops/slice.h"
#include "ops/transpose.h"

#include <math.h>

/* ---- other shapes ---- */

/* Output 0 is the input under another shape, known or not. */
static bool viewed(ImportNode *node, Value *x, const Shape *shape)
{
    if (value_is_known(x))
        return node_known(node, 0, x->type, shape, x->integers, x->floats);
    return node_result(node, 0, node_value(node, x), x->type, shape);
}

bool import_same(ImportNode *node)
{
    Value *x = node_input(node, 0);
    return x ? viewed(node, x, &x->shape) : node_refuse(node, "it has no input");
}

/* The mask says of each element that it is kept: booleans since opset 10. */
static bool dropout_mask(ImportNode *node, const Shape *shape)
{
    enum { MOST = 1 << 24 };
    const int64_t count = value_count(shape);
    if (node->proto->n_output < 2 || !node->proto->output[1][0])
        return true;
    if (count > MOST)
        return node_refuse(node, "its mask has %lld elements", (long long)count);
    Arena *arena = node->import->arena;
    int64_t *kept = node->import->opset >= 10 ? NEW_ARRAY(arena, int64_t, count) : NULL;
    float *ones = kept ? NULL : NEW_ARRAY(arena, float, count);
    for (int64_t i = 0; i < count; i++) {
        if (kept)
            kept[i] = 1;
        else
            ones[i] = 1;
    }
    return node_known(node, 1, kept ? ONNX_BOOL : ONNX_F32, shape, kept, ones);
}

bool import_dropout(ImportNode *node)
{
    const Value *training = node_input(node, 2);
    if (training && (!training->integers || value_count(&training->shape) != 1 || training->integers[0]))
        return node_refuse(node, "nets in training are not supported");
    return import_same(node) && dropout_mask(node, &node_input(node, 0)->shape);
}

bool import_reshape(ImportNode *node)
{
    Value *x = node_input(node, 0);
    int64_t dims[MAX_RANK], count;
    if (!x || (count = node_list(node, "shape", 1, dims, MAX_RANK)) == -2)
        return false;
    if (count < 0 || count > MAX_RANK)
        return node_refuse(node, "its shape has %lld axes", (long long)count);
    Shape shape = {.rank = (int)count};
    const int64_t all = value_count(&x->shape);
    int64_t rest = 1;
    int open = -1;
    for (int i = 0; i < shape.rank; i++) {
        int64_t dim = dims[i];
        if (dim == 0 && !node_int(node, "allowzero", 0)) {
            if (i >= x->shape.rank)
                return node_refuse(node, "axis %d of its shape is to stay, and there is none", i);
            dim = x->shape.dim[i];
        }
        if (dim < -1 || (dim == -1 && open >= 0) || (dim > 0 && rest > LIMIT_ELEMENTS / dim))
            return node_refuse(node, "its shape has the size %lld", (long long)dim);
        if (dim == -1)
            open = i;
        else
            rest *= dim;
        shape.dim[i] = dim;
    }
    if (open >= 0 && (rest == 0 || all % rest))
        return node_refuse(node, "%lld elements do not fill a shape of %lld times any number", (long long)all,
                           (long long)rest);
    if (open >= 0)
        shape.dim[open] = all / rest;
    if (value_count(&shape) != all)
        return node_refuse(node, "%lld elements into a shape of %lld", (long long)all, (long long)value_count(&shape));
    return viewed(node, x, &shape);
}

bool import_flatten(ImportNode *node)
{
    Value *x = node_input(node, 0);
    int64_t axis = node_int(node, "axis", 1), outer = 1, inner = 1;
    if (!x)
        return node_refuse(node, "it has no input");
    if (axis < -x->shape.rank || axis > x->shape.rank)
        return node_refuse(node, "axis %lld of a value that has %d", (long long)axis, x->shape.rank);
    axis += axis < 0 ? x->shape.rank : 0;
    for (int i = 0; i < x->shape.rank; i++)
        *(i < axis ? &outer : &inner) *= x->shape.dim[i];
    Shape shape = SHAPE(outer, inner);
    return viewed(node, x, &shape);
}

bool import_squeeze(ImportNode *node)
{
    Value *x = node_input(node, 0);
    int64_t axes[MAX_RANK], count;
    bool is_gone[MAX_RANK] = {false};
    if (!x || (count = node_list(node, "axes", 1, axes, MAX_RANK)) == -2)
        return false;
    for (int i = 0; i < x->shape.rank; i++)
        is_gone[i] = count < 0 && x->shape.dim[i] == 1;
    for (int64_t i = 0; i < MIN(count, MAX_RANK); i++) {
        int axis;
        if (!node_axis(node, axes[i], x->shape.rank, &axis))
            return false;
        if (x->shape.dim[axis] != 1)
            return node_refuse(node, "axis %d has %lld elements", axis, (long long)x->shape.dim[axis]);
        is_gone[axis] = true;
    }
    Shape shape = {0};
    for (int i = 0; i < x->shape.rank; i++)
        if (!is_gone[i])
            shape.dim[shape.rank++] = x->shape.dim[i];
    return viewed(node, x, &shape);
}

bool import_unsqueeze(ImportNode *node)
{
    Value *x = node_input(node, 0);
    int64_t axes[MAX_RANK], count;
    bool is_new[MAX_RANK] = {false};
    if (!x || (count = node_list(node, "axes", 1, axes, MAX_RANK)) == -2)
        return false;
    if (count < 0 || x->shape.rank + count > MAX_RANK)
        return node_refuse(node, "it has too many axes, or none are given");
    Shape shape = {.rank = x->shape.rank + (int)count};
    for (int64_t i = 0; i < count; i++) {
        int axis;
        if (!node_axis(node, axes[i], shape.rank, &axis))
            return false;
        if (is_new[axis])
            return node_refuse(node, "axis %d is there twice", axis);
        is_new[axis] = true;
    }
    for (int i = 0, from = 0; i < shape.rank; i++)
        shape.dim[i] = is_new[i] ? 1 : x->shape.dim[from++];
    return viewed(node, x, &shape);
}

/* ---- other places ---- */

/* Whether the value in its own shape, with an axis of 1 in front, is one of the Graph. */
static bool fits_lifted(ImportNode *node, const Value *x)
{
    return x->shape.rank < MAX_RANK || node_refuse(node, "its input has %d axes", x->shape.rank);
}

/* The lifted result without its axis in front, where a Graph needs none. */
static bool lifted_result(ImportNode *node, size_t i, NodeId id, const Shape *shape)
{
    Shape usual = shape_usual(shape);
    return !node_is_none(id) && node_result(node, i, node_reshaped(node, id, &usual), node_type(node), shape);
}

bool import_transpose(ImportNode *node)
{
    Value *x = node_input(node, 0);
    int64_t order[MAX_RANK];
    if (!x)
        return node_refuse(node, "it has no input");
    const int rank = x->shape.rank;
    int64_t count = node_ints(node, "perm", order, MAX_RANK);
    for (int i = 0; i < rank && count < 0; i++)
        order[i] = rank - 1 - i;
    if (count >= 0 && count != rank)
        return node_refuse(node, "perm has %lld axes, its input %d", (long long)count, rank);
    bool seen[MAX_RANK] = {false}, is_same = true;
    Shape shape = {.rank = rank};
    for (int i = 0; i < rank; i++) {
        if (order[i] < 0 || order[i] >= rank || seen[order[i]])
            return node_refuse(node, "perm is no order of its %d axes", rank);
        seen[order[i]] = true;
        is_same &= order[i] == i;
        shape.dim[i] = x->shape.dim[order[i]];
    }
    if (is_same)
        return viewed(node, x, &x->shape);
    TransposeAttrs attrs = {.rank = rank};
    for (int i = 0; i < rank; i++)
        attrs.order[i] = order[i];
    if (order[0] == 0) {
        NodeId id = node_value_as(node, x, &x->shape);
        return node_result(node, 0, node_add(node, OP_transpose, &id, 1, &attrs), node_type(node), &shape);
    }
    if (!fits_lifted(node, x))
        return false;
    attrs = (TransposeAttrs){.rank = rank + 1};
    for (int i = 0; i < rank; i++)
        attrs.order[i + 1] = order[i] + 1;
    Shape lifted = shape_lifted(&x->shape);
    NodeId id = node_value_as(node, x, &lifted);
    return lifted_result(node, 0, node_add(node, OP_transpose, &id, 1, &attrs), &shape);
}

bool import_concat(ImportNode *node)
{
    const size_t count = node_input_count(node);
    Value *first = node_input(node, 0);
    int axis;
    if (!first || first->shape.rank == 0)
        return node_refuse(node, "it has nothing to join");
    if (!node_axis(node, node_int(node, "axis", 1), first->shape.rank, &axis))
        return false;
    if (count == 1)
        return viewed(node, first, &first->shape);
    const bool is_lifted = axis == 0;
    if (is_lifted && !fits_lifted(node, first))
        return false;
    NodeId *inputs = NEW_ARRAY(node->import->arena, NodeId, count);
    Shape shape = first->shape;
    shape.dim[axis] = 0;
    for (size_t i = 0; i < count; i++) {
        Value *x = node_input(node, i);
        if (!x || x->shape.rank != shape.rank)
            return node_refuse(node, "input %zu is left out, or has other axes", i);
        for (int k = 0; k < shape.rank; k++)
            if (k != axis && x->shape.dim[k] != shape.dim[k])
                return node_refuse(node, "input %zu has other sizes", i);
        Shape own = is_lifted ? shape_lifted(&x->shape) : x->shape;
        shape.dim[axis] += x->shape.dim[axis];
        inputs[i] = node_value_as(node, x, &own);
    }
    NodeId id = node_add(node, OP_concat, inputs, (uint32_t)count, &(ConcatAttrs){.axis = axis + is_lifted});
    return lifted_result(node, 0, id, &shape);
}

/* Output i: for each axis so many elements from one on, in steps. */
static bool sliced(ImportNode *node, size_t i, Value *x, const int64_t *begin, const int64_t *step, const Shape *shape)
{
    if (!shape_fits(shape))
        return node_refuse(node, "nothing is left of its input");
    if (!fits_lifted(node, x))
        return false;
    SliceAttrs attrs = {.begins = x->shape.rank + 1, .sizes = x->shape.rank + 1, .steps = x->shape.rank + 1};
    attrs.size[0] = attrs.step[0] = 1;
    for (int axis = 0; axis < x->shape.rank; axis++) {
        attrs.begin[axis + 1] = begin[axis];
        attrs.size[axis + 1] = shape->dim[axis];
        attrs.step[axis + 1] = step[axis];
    }
    Shape lifted = shape_lifted(&x->shape);
    NodeId id = node_value_as(node, x, &lifted);
    return lifted_result(node, i, node_add(node, OP_slice, &id, 1, &attrs), shape);
}

bool import_slice(ImportNode *node)
{
    Value *x = node_input(node, 0);
    int64_t starts[MAX_RANK], ends[MAX_RANK], axes[MAX_RANK], steps[MAX_RANK];
    int64_t begin[MAX_RANK], step[MAX_RANK];
    if (!x)
        return node_refuse(node, "it has no input");
    const bool is_old = node->import->opset < 10;
    int64_t count = node_list(node, "starts", is_old ? 99 : 1, starts, MAX_RANK);
    int64_t other = count == -2 ? -2 : node_list(node, "ends", is_old ? 99 : 2, ends, MAX_RANK);
    int64_t named = other == -2 ? -2 : node_list(node, "axes", is_old ? 99 : 3, axes, MAX_RANK);
    int64_t stepped = named == -2 ? -2 : node_list(node, "steps", is_old ? 99 : 4, steps, MAX_RANK);
    if (stepped == -2)
        return false;
    if (count < 0 || count > MAX_RANK || other != count || (named >= 0 && named != count) ||
        (stepped >= 0 && stepped != count))
        return node_refuse(node, "its starts, ends, axes and steps are not as many");
    Shape shape = x->shape;
    for (int i = 0; i < shape.rank; i++)
        begin[i] = 0, step[i] = 1;
    for (int64_t i = 0; i < count; i++) {
        int axis;
        if (!node_axis(node, named >= 0 ? axes[i] : i, shape.rank, &axis))
            return false;
        int64_t size = x->shape.dim[axis], by = stepped >= 0 ? steps[i] : 1, from = starts[i], to = ends[i];
        if (by == 0 || by < -LIMIT_DIMENSION || by > LIMIT_DIMENSION)
            return node_refuse(node, "a step is %lld", (long long)by);
        from += from < 0 && from > -LIMIT_DIMENSION ? size : 0;
        to += to < 0 && to > -LIMIT_DIMENSION ? size : 0;
        from = by > 0 ? MIN(MAX(from, 0), size) : MIN(MAX(from, 0), size - 1);
        to = by > 0 ? MIN(MAX(to, 0), size) : MIN(MAX(to, -1), size - 1);
        begin[axis] = from;
        step[axis] = by;
        shape.dim[axis] = by > 0 ? quotient_up(MAX(to - from, 0), by) : quotient_up(MAX(from - to, 0), -by);
    }
    return sliced(node, 0, x, begin, step, &shape);
}

bool import_split(ImportNode *node)
{
    enum { MOST_PARTS = 1024 };
    Value *x = node_input(node, 0);
    int64_t sizes[MOST_PARTS], begin[MAX_RANK] = {0}, step[MAX_RANK] = {1, 1, 1, 1, 1, 1};
    const int64_t parts = (int64_t)node->proto->n_output;
    int axis;
    if (!x || parts < 1 || parts > MOST_PARTS)
        return node_refuse(node, "it has %lld outputs", (long long)parts);
    if (!node_axis(node, node_int(node, "axis", 0), x->shape.rank, &axis))
        return false;
    int64_t count = node_list(node, "split", 1, sizes, MOST_PARTS);
    if (count == -2)
        return false;
    if (count >= 0 && count != parts)
        return node_refuse(node, "%lld sizes for %lld outputs", (long long)count, (long long)parts);
    const int64_t each = quotient_up(x->shape.dim[axis], parts);
    for (int64_t i = 0, place = 0; i < parts; i++) {
        Shape shape = x->shape;
        shape.dim[axis] = count >= 0 ? sizes[i] : MIN(each, x->shape.dim[axis] - place);
        if (shape.dim[axis] < 0 || shape.dim[axis] > x->shape.dim[axis] - place)
            return node_refuse(node, "its parts are larger than the whole");
        begin[axis] = place;
        place += shape.dim[axis];
        if (i + 1 == parts && place != x->shape.dim[axis])
            return node_refuse(node, "its parts are less than the whole");
        if (node->proto->output[i][0] && !sliced(node, (size_t)i, x, begin, step, &shape))
            return false;
    }
    return true;
}

/* Known places along an axis: runs of them that ascend by the same step are slices, which are joined. */
bool import_gather(ImportNode *node)
{
    enum { MOST_RUNS = 64 };
    Value *x = node_input(node, 0), *places = node_input(node, 1);
    NodeId runs[MOST_RUNS];
    uint32_t run_count = 0;
    int axis;
    if (!x || !places)
        return node_refuse(node, "it has no places");
    if (!node_axis(node, node_int(node, "axis", 0), x->shape.rank, &axis))
        return false;
    if (!places->integers)
        return node_refuse(node, "its places, '%s', are computed by the net", places->name);
    const int64_t count = value_count(&places->shape), size = x->shape.dim[axis];
    if (x->shape.rank - 1 + places->shape.rank > MAX_RANK || count < 1 || !fits_lifted(node, x))
        return node_refuse(node, "its result has too many axes, or no elements");
    int64_t *at = NEW_ARRAY(node->import->arena, int64_t, count);
    for (int64_t i = 0; i < count; i++) {
        at[i] = places->integers[i] + (places->integers[i] < 0 ? size : 0);
        if (at[i] < 0 || at[i] >= size)
            return node_refuse(node, "place %lld of %lld", (long long)places->integers[i], (long long)size);
    }
    Shape lifted = shape_lifted(&x->shape);
    NodeId input = node_value_as(node, x, &lifted);
    for (int64_t i = 0; i < count;) {
        int64_t length = 1, by = i + 1 < count ? at[i + 1] - at[i] : 1;
        while (by && i + length < count && at[i + length] - at[i + length - 1] == by)
            length++;
        if (run_count == MOST_RUNS)
            return node_refuse(node, "its places are more than %d runs", MOST_RUNS);
        SliceAttrs attrs = {.begins = lifted.rank, .sizes = lifted.rank, .steps = lifted.rank};
        for (int k = 0; k < lifted.rank; k++) {
            attrs.begin[k] = k == axis + 1 ? at[i] : 0;
            attrs.size[k] = k == axis + 1 ? length : lifted.dim[k];
            attrs.step[k] = k == axis + 1 && length > 1 ? by : 1;
        }
        runs[run_count++] = node_add(node, OP_slice, &input, 1, &attrs);
        i += length;
    }
    NodeId id = run_count == 1 ? runs[0] : node_add(node, OP_concat, runs, run_count, &(ConcatAttrs){.axis = axis + 1});
    Shape shape = {0};
    for (int i = 0; i < axis; i++)
        shape.dim[shape.rank++] = x->shape.dim[i];
    for (int i = 0; i < places->shape.rank; i++)
        shape.dim[shape.rank++] = places->shape.dim[i];
    for (int i = axis + 1; i < x->shape.rank; i++)
        shape.dim[shape.rank++] = x->shape.dim[i];
    return lifted_result(node, 0, id, &shape);
}

/* ---- borders and sizes ---- */

/* The number at the border: an attribute, or input 2. */
/* The number around it; *computed: the net makes it. */
static bool pad_value(ImportNode *node, double *value, Value **computed)
{
    Value *given = node->import->opset < 11 ? NULL : node_input(node, 2);
    *value = node_number(node, "value", 0);
    if (!given)
        return true;
    if (value_count(&given->shape) != 1)
        return node_refuse(node, "its number '%s' has %lld elements", given->name,
                           (long long)value_count(&given->shape));
    if (!value_is_known(given))
        *computed = given;
    else
        *value = given->floats ? (double)given->floats[0] : (double)given->integers[0];
    return true;
}

/* A computed number where `padded`, a picture, has its border. */
static NodeId bordered(ImportNode *node, NodeId padded, const PadAttrs *attrs, Value *number)
{
    enum { MOST = 1 << 24 };
    if (node_is_none(padded))
        return padded;
    Shape shape = graph_node(node->import->graph, padded)->type.shape;
    shape.dim[0] = 1;
    const int64_t count = shape_count(&shape);
    if (count > MOST) {
        node_refuse(node, "its number '%s' has to be known, as it has %lld elements", number->name, (long long)count);
        return NODE_NONE;
    }
    const Shape one = SHAPE(1, 1, 1, 1);
    float *border = NEW_ARRAY(node->import->arena, float, count);
    for (int64_t i = 0; i < count; i++) {
        int64_t rest = i;
        bool inside = true;
        for (int axis = 3; axis > 0; axis--) {
            const PadAxis pad = pad_axis(attrs, 4, axis);
            const int64_t place = rest % shape.dim[axis];
            inside &= place >= pad.before && place < shape.dim[axis] - pad.behind;
            rest /= shape.dim[axis];
        }
        border[i] = inside ? 0 : 1;
    }
    const NodeId inputs[] = {node_constant(node, &shape, border), node_value_as(node, number, &one), padded};
    return node_add(node, OP_where, inputs, 3, NULL);
}

bool import_pad(ImportNode *node)
{
    Value *x = node_input(node, 0);
    int64_t given[2 * MAX_RANK], axes[MAX_RANK], amount[2 * MAX_RANK] = {0};
    static const char *const modes[] = {"constant", "reflect", "edge"};
    static const int kinds[] = {PAD_CONSTANT, PAD_REFLECT, PAD_EDGE};
    const char *mode = node_text(node, "mode", "constant");
    size_t kind = 0;
    if (!x)
        return node_refuse(node, "it has no input");
    while (kind < COUNT_OF(modes) && strcmp(modes[kind], mode) != 0)
        kind++;
    if (kind == COUNT_OF(modes))
        return node_refuse(node, "mode is '%s'", mode);
    const int rank = x->shape.rank;
    int64_t count = node_list(node, node->import->opset < 2 ? "paddings" : "pads", node->import->opset < 11 ? 99 : 1,
                              given, 2 * MAX_RANK);
    int64_t named = count == -2 ? -2 : node_list(node, "axes", 3, axes, MAX_RANK);
    PadAttrs attrs = {.mode = kinds[kind]};
    Value *computed = NULL;
    if (named == -2 || !pad_value(node, &attrs.value, &computed))
        return false;
    const int64_t some = named >= 0 ? named : rank;
    if (count != 2 * some)
        return node_refuse(node, "%lld pads for %lld axes", (long long)count, (long long)some);
    Shape shape = x->shape;
    for (int64_t i = 0; i < some; i++) {
        int axis = (int)i;
        if (named >= 0 && !node_axis(node, axes[i], rank, &axis))
            return false;
        amount[axis] = given[i];
        amount[MAX_RANK + axis] = given[some + i];
        shape.dim[axis] += given[i] + given[some + i];
        if (given[i] < 0 || given[some + i] < 0)
            return node_refuse(node, "a pad is below 0");
    }
    /* Four axes, of which the last three can grow. */
    for (int i = 0; i < rank - 3; i++)
        if (amount[i] || amount[MAX_RANK + i])
            return node_refuse(node, "axis %d grows: the last three axes can", i);
    Shape picture = {.rank = 4, .dim = {1, 1, 1, 1}};
    for (int i = 0; i < rank; i++)
        picture.dim[MAX(i - rank + 4, 0)] *= x->shape.dim[i];
    for (int i = MAX(rank - 3, 0); i < rank; i++) {
        const int at = i - rank + 4;
        int64_t *before = at == 1 ? &attrs.channels[0] : at == 2 ? &attrs.amount[HALO_TOP] : &attrs.amount[HALO_LEFT];
        int64_t *behind = at == 1   ? &attrs.channels[1]
                          : at == 2 ? &attrs.amount[HALO_BOTTOM]
                                    : &attrs.amount[HALO_RIGHT];
        *before = amount[i];
        *behind = amount[MAX_RANK + i];
    }
    NodeId id = node_value_as(node, x, &picture);
    id = node_add(node, OP_pad, &id, 1, &attrs);
    if (computed && attrs.mode == PAD_CONSTANT)
        id = bordered(node, id, &attrs, computed);
    return lifted_result(node, 0, id, &shape);
}

static bool blocks(ImportNode *node, OpId op)
{
    Value *x = node_input(node, 0);
    const char *mode = node_text(node, "mode", "DCR");
    if (!x || x->shape.rank != 4)
        return node_refuse(node, "its input is no picture");
    BlockAttrs attrs = {.block = node_int(node, "blocksize", 0),
                        .order = op == OP_depth_to_space && strcmp(mode, "CRD") == 0 ? ORDER_CRD : ORDER_DCR};
    NodeId id = node_value_as(node, x, &x->shape);
    id = node_add(node, op, &id, 1, &attrs);
    return !node_is_none(id) &&
           node_result(node, 0, id, node_type(node), &graph_node(node->import->graph, id)->type.shape);
}

bool import_depth_to_space(ImportNode *node)
{
    return blocks(node, OP_depth_to_space);
}

bool import_space_to_depth(ImportNode *node)
{
    return blocks(node, OP_space_to_depth);
}
