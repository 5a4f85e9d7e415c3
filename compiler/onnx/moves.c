/* moves.c - values in other places and other shapes (see rows.h). */
#include "onnx/rows.h"
#include "ops/concat.h"
#include "ops/pad.h"
#include "ops/resize.h"
#include "ops/shuffle.h"
#include "ops/slice.h"
#include "ops/squeeze.h"
#include "ops/transpose.h"
#include "ops/view.h"

#include <math.h>

static const Shape *input_shape(const OnnxLayer *layer)
{
    return &graph_input_node(layer->model->net, layer->node, 0)->type.shape;
}

/* A batch that stays is copied (0), so that the file still holds when someone gives it another one. */
static const char *target_shape(OnnxLayer *layer, const char *part, const Shape *from, const int64_t *dims, int rank)
{
    int64_t said[MAX_RANK + 2];
    for (int i = 0; i < rank; i++)
        said[i] = i == 0 && from->rank > 0 && from->dim[0] == dims[0] ? 0 : dims[i];
    return layer_ints(layer, part, said, rank);
}

/* ---- shapes ---- */

bool onnx_flatten(OnnxLayer *layer)
{
    if (input_shape(layer)->rank == 0)
        return onnx_reshape(layer);
    Onnx__NodeProto *node = NODE(layer, "Flatten", layer_input(layer, 0));
    attr_int(layer, node, "axis", 1);
    return true;
}

bool onnx_reshape(OnnxLayer *layer)
{
    const Shape *y = &layer->node->type.shape;
    const char *x = layer_input(layer, 0);
    NODE(layer, "Reshape", x, target_shape(layer, "shape", input_shape(layer), y->dim, y->rank));
    return true;
}

/* squeeze, unsqueeze */
bool onnx_squeeze(OnnxLayer *layer)
{
    const SqueezeAttrs *attrs = layer->node->attrs;
    const char *x = layer_input(layer, 0), *axes = layer_ints(layer, "axes", attrs->axes, (int)attrs->count);
    NODE(layer, layer->node->op == OP_squeeze ? "Squeeze" : "Unsqueeze", x, axes);
    return true;
}

bool onnx_transpose(OnnxLayer *layer)
{
    const TransposeAttrs *attrs = layer->node->attrs;
    attr_ints(layer, NODE(layer, "Transpose", layer_input(layer, 0)), "perm", attrs->order, (int)attrs->rank);
    return true;
}

/* ---- places ---- */

bool onnx_concat(OnnxLayer *layer)
{
    const ConcatAttrs *attrs = layer->node->attrs;
    const char **inputs = NEW_ARRAY(layer->model->arena, const char *, layer->node->input_count);
    for (uint32_t i = 0; i < layer->node->input_count; i++)
        inputs[i] = layer_input(layer, i);
    attr_int(layer, onnx_node(layer, "Concat", inputs, layer->node->input_count), "axis", attrs->axis);
    return true;
}

/* Only the axes of which something is left out are named. Backwards to the first element, the end is in front of all
 * of the axis: any number below its length, negative, says that. */
bool onnx_slice(OnnxLayer *layer)
{
    const SliceAttrs *attrs = layer->node->attrs;
    const Shape *x = input_shape(layer);
    int64_t starts[MAX_RANK], ends[MAX_RANK], axes[MAX_RANK], steps[MAX_RANK];
    int count = 0;
    for (int axis = 0; axis < x->rank; axis++) {
        if (attrs->begin[axis] == 0 && attrs->size[axis] == x->dim[axis] && attrs->step[axis] == 1)
            continue;
        int64_t step = attrs->step[axis], last = attrs->begin[axis] + (attrs->size[axis] - 1) * step;
        starts[count] = attrs->begin[axis];
        ends[count] = step > 0 ? last + 1 : last > 0 ? last - 1 : -x->dim[axis] - 1;
        axes[count] = axis;
        steps[count++] = step;
    }
    const char *whole = layer_input(layer, 0);
    if (!count) {
        NODE(layer, "Identity", whole);
        return true;
    }
    const char *start = layer_ints(layer, "starts", starts, count), *end = layer_ints(layer, "ends", ends, count);
    const char *along = layer_ints(layer, "axes", axes, count), *step = layer_ints(layer, "steps", steps, count);
    NODE(layer, "Slice", whole, start, end, along, step);
    return true;
}

bool onnx_pad(OnnxLayer *layer)
{
    static const char *const modes[] = {[PAD_CONSTANT] = "constant", [PAD_REFLECT] = "reflect", [PAD_EDGE] = "edge"};
    const PadAttrs *attrs = layer->node->attrs;
    int rank = layer->node->type.shape.rank;
    int64_t pads[2 * MAX_RANK];
    for (int axis = 0; axis < rank; axis++) {
        PadAxis pad = pad_axis(attrs, rank, axis);
        pads[axis] = pad.before;
        pads[rank + axis] = pad.behind;
    }
    const char *x = layer_input(layer, 0), *amount = layer_ints(layer, "pads", pads, 2 * rank);
    Onnx__NodeProto *node = attrs->mode == PAD_CONSTANT
                                ? NODE(layer, "Pad", x, amount, layer_number(layer, "value", attrs->value))
                                : NODE(layer, "Pad", x, amount);
    attr_text(layer, node, "mode", modes[attrs->mode]);
    return true;
}

/* ---- channels and pixels ---- */

/* The elements as `rank` axes, those in another order, and all in the shape of the layer's value. */
static bool write_turned(OnnxLayer *layer, const int64_t *dims, const int64_t *order, int rank)
{
    const Shape *y = &layer->node->type.shape;
    const char *x = layer_input(layer, 0);
    const char *apart = STEP(layer, "apart", "Reshape", x, target_shape(layer, "axes", input_shape(layer), dims, rank));
    Onnx__NodeProto *turned = onnx_part(layer, "turned", "Transpose", NAMES(apart));
    attr_ints(layer, turned, "perm", order, rank);
    NODE(layer, "Reshape", turned->output[0], target_shape(layer, "shape", input_shape(layer), y->dim, y->rank));
    return true;
}

bool onnx_depth_to_space(OnnxLayer *layer)
{
    const BlockAttrs *attrs = layer->node->attrs;
    Onnx__NodeProto *node = NODE(layer, "DepthToSpace", layer_input(layer, 0));
    attr_int(layer, node, "blocksize", attrs->block);
    attr_text(layer, node, "mode", attrs->order == ORDER_DCR ? "DCR" : "CRD");
    return true;
}

/* The operator has one order only. */
bool onnx_space_to_depth(OnnxLayer *layer)
{
    const BlockAttrs *attrs = layer->node->attrs;
    const Shape *x = input_shape(layer);
    int64_t b = attrs->block;
    if (attrs->order == ORDER_DCR) {
        attr_int(layer, NODE(layer, "SpaceToDepth", layer_input(layer, 0)), "blocksize", b);
        return true;
    }
    const int64_t dims[] = {x->dim[0], x->dim[1], x->dim[2] / b, b, x->dim[3] / b, b};
    return write_turned(layer, dims, (const int64_t[]){0, 1, 3, 5, 2, 4}, COUNT_OF(dims));
}

bool onnx_channel_shuffle(OnnxLayer *layer)
{
    const ChannelShuffleAttrs *attrs = layer->node->attrs;
    const Shape *x = input_shape(layer);
    int64_t dims[MAX_RANK + 1] = {x->dim[0], attrs->groups, x->dim[1] / attrs->groups};
    int64_t order[MAX_RANK + 1] = {0, 2, 1};
    for (int axis = 2; axis < x->rank; axis++) {
        dims[axis + 1] = x->dim[axis];
        order[axis + 1] = axis + 1;
    }
    return write_turned(layer, dims, order, x->rank + 1);
}

/* ---- resize ---- */

/* A factor whose float gives the same size again; 0: there is none. */
static float resize_factor(double given, int64_t from, int64_t to)
{
    float factor = given > 0 ? (float)given : (float)((double)to / (double)from);
    for (int tries = 0; tries < 2; tries++) {
        if (floor((double)from * (double)factor) == (double)to)
            return factor;
        factor = nextafterf(factor, INFINITY);
    }
    return 0;
}

/* By factors where the model gives them or they are whole, else by sizes. */
static bool write_size(OnnxLayer *layer, const ResizeAttrs *attrs, const char **scales, const char **sizes)
{
    const Shape *x = input_shape(layer), *y = &layer->node->type.shape;
    float *factors = NEW_ARRAY(layer->model->arena, float, 4);
    bool whole = true, given = false;
    factors[0] = factors[1] = 1;
    for (int i = 0; i < 2; i++) {
        factors[2 + i] = resize_factor(attrs->scale[i], x->dim[2 + i], y->dim[2 + i]);
        whole &= y->dim[2 + i] % x->dim[2 + i] == 0;
        given |= attrs->scale[i] > 0;
    }
    *scales = *sizes = "";
    if (given && !(factors[2] > 0 && factors[3] > 0)) {
        diag_error(layer->model->diag, layer->node->span,
                   "no factors that ONNX can hold, as floats, make %lldx%lld of %lldx%lld", (long long)y->dim[2],
                   (long long)y->dim[3], (long long)x->dim[2], (long long)x->dim[3]);
        diag_hint(layer->model->diag, "give resize the size instead");
        return false;
    }
    if (given || whole)
        *scales = layer_floats(layer, "scales", factors, &(Shape){.rank = 1, .dim = {4}});
    else
        *sizes = layer_ints(layer, "sizes", y->dim, y->rank);
    return true;
}

bool onnx_resize(OnnxLayer *layer)
{
    static const char *const aligns[] = {
        [ALIGN_HALF_PIXEL] = "half_pixel", [ALIGN_CORNERS] = "align_corners", [ALIGN_ASYMMETRIC] = "asymmetric"};
    static const char *const rounds[] = {[ROUND_FLOOR] = "floor",
                                         [ROUND_CEIL] = "ceil",
                                         [ROUND_HALF_UP] = "round_prefer_ceil",
                                         [ROUND_HALF_DOWN] = "round_prefer_floor"};
    const ResizeAttrs *attrs = layer->node->attrs;
    const char *x = layer_input(layer, 0), *scales, *sizes;
    if (!write_size(layer, attrs, &scales, &sizes))
        return false;
    Onnx__NodeProto *node = sizes[0] ? NODE(layer, "Resize", x, "", "", sizes) : NODE(layer, "Resize", x, "", scales);
    attr_text(layer, node, "coordinate_transformation_mode", aligns[attrs->align]);
    attr_text(layer, node, "mode", attrs->mode == RESIZE_NEAREST ? "nearest" : "linear");
    if (attrs->mode == RESIZE_NEAREST)
        attr_text(layer, node, "nearest_mode", rounds[attrs->round]);
    return true;
}
