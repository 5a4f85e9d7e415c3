/* norms.c - nodes that bring numbers to a common scale: by neighbours, by mean and variance, by a norm. */
#include "import/reductions.h"
#include "import/rows.h"
#include "ops/lrn.h"

#include <float.h>

bool import_lrn(ImportNode *node)
{
    Value *x = node_input(node, 0);
    const int64_t size = node_int(node, "size", 0);
    if (!x || x->shape.rank < 3 || x->shape.rank > 4)
        return node_refuse(node, "its input is no picture");
    if (size < 1)
        return node_refuse(node, "size is %lld", (long long)size);
    Shape picture = x->shape.rank == 4 ? x->shape : SHAPE(x->shape.dim[0], x->shape.dim[1], 1, x->shape.dim[2]);
    LrnAttrs attrs = {size, node_number(node, "alpha", 1e-4) / (double)size, node_number(node, "beta", 0.75),
                      node_number(node, "bias", 1)};
    NodeId input = node_value_as(node, x, &picture);
    return node_result(node, 0, node_add(node, OP_lrn, &input, 1, &attrs), node_type(node), &x->shape);
}

/* (x - mean) / sqrt(variance + eps) over the last axes of a value [outer, length]; mean and 1 / sqrt(...) besides. */
static NodeId normalised(ImportNode *node, NodeId x, double eps, NodeId *mean, NodeId *scale)
{
    const ReduceAttrs along = {.count = 1, .axes = {1}, .keep = true};
    *mean = node_add(node, OP_reduce_mean, &x, 1, &along);
    NodeId centred = node_add(node, OP_sub, (NodeId[]){x, *mean}, 2, NULL);
    NodeId square = node_add(node, OP_mul, (NodeId[]){centred, centred}, 2, NULL);
    NodeId variance = node_add(node, OP_reduce_mean, &square, 1, &along);
    NodeId deviation = node_add(node, OP_add, (NodeId[]){variance, node_number_of(node, eps)}, 2, NULL);
    deviation = node_add(node, OP_sqrt, &deviation, 1, NULL);
    *scale = node_add(node, OP_div, (NodeId[]){node_number_of(node, 1), deviation}, 2, NULL);
    return node_add(node, OP_div, (NodeId[]){centred, deviation}, 2, NULL);
}

/* From `axis` on; scale and bias have the shape of what is normalised, or are broadcast to it. */
bool import_layer_norm(ImportNode *node)
{
    Value *x = node_input(node, 0), *scale = node_input(node, 1), *bias = node_input(node, 2);
    int axis;
    if (!x || !scale)
        return node_refuse(node, "it has no scale");
    if (!node_axis(node, node_int(node, "axis", -1), x->shape.rank, &axis))
        return false;
    int64_t outer = 1, length = 1;
    Shape few = x->shape;
    for (int i = 0; i < x->shape.rank; i++) {
        *(i < axis ? &outer : &length) *= x->shape.dim[i];
        few.dim[i] = i < axis ? x->shape.dim[i] : 1;
    }
    NodeId mean, deviation;
    Shape rows = SHAPE(outer, length), wide = SHAPE(1, length);
    if (value_count(&scale->shape) != length || (bias && value_count(&bias->shape) != length))
        return node_refuse(node, "its scale or bias is not as long as what is normalised");
    NodeId id = normalised(node, node_value_as(node, x, &rows), node_number(node, "epsilon", 1e-5), &mean, &deviation);
    id = node_add(node, OP_mul, (NodeId[]){id, node_value_as(node, scale, &wide)}, 2, NULL);
    if (bias)
        id = node_add(node, OP_add, (NodeId[]){id, node_value_as(node, bias, &wide)}, 2, NULL);
    return node_result(node, 0, id, node_type(node), &x->shape) && node_result(node, 1, mean, node_type(node), &few) &&
           node_result(node, 2, deviation, node_type(node), &few);
}

/* A number a channel, or a group of them, as [1, C, 1]. */
static NodeId channels(ImportNode *node, Value *value, int64_t count)
{
    Shape shape = SHAPE(1, count, 1);
    if (value && value_count(&value->shape) == count)
        return node_value_as(node, value, &shape);
    node_refuse(node, "it has not %lld scales and biases", (long long)count);
    return NODE_NONE;
}

/* Each group of channels of each example; a group a channel: instance normalisation. Scales and biases are those of
 * channels, before opset 21 of groups. */
bool import_group_norm(ImportNode *node)
{
    Value *x = node_input(node, 0);
    if (!x || x->shape.rank < 3)
        return node_refuse(node, "its input is no picture");
    const int64_t examples = x->shape.dim[0], count = x->shape.dim[1],
                  pixels = value_count(&x->shape) / examples / count;
    const bool is_group = strcmp(node->proto->op_type, "GroupNormalization") == 0;
    const int64_t groups = is_group ? node_int(node, "num_groups", 0) : count;
    if (groups < 1 || count % groups)
        return node_refuse(node, "%lld groups of %lld channels", (long long)groups, (long long)count);
    const int64_t scales = is_group && node->import->opset < 21 ? groups : count;
    NodeId mean, deviation;
    Shape rows = SHAPE(examples * groups, count / groups * pixels),
          maps = SHAPE(examples, scales, count / scales * pixels);
    NodeId id = normalised(node, node_value_as(node, x, &rows), node_number(node, "epsilon", 1e-5), &mean, &deviation);
    id = node_add(node, OP_mul, (NodeId[]){node_reshaped(node, id, &maps), channels(node, node_input(node, 1), scales)},
                  2, NULL);
    id = node_add(node, OP_add, (NodeId[]){id, channels(node, node_input(node, 2), scales)}, 2, NULL);
    return node_result(node, 0, id, node_type(node), &x->shape);
}

/* x / norm along an axis; 0 where all is 0. */
bool import_lp_norm(ImportNode *node)
{
    Value *x = node_input(node, 0);
    const int64_t p = node_int(node, "p", 2);
    int axis;
    if (!x || !node_axis(node, node_int(node, "axis", -1), x->shape.rank, &axis))
        return false;
    if (p != 1 && p != 2)
        return node_refuse(node, "p is %lld", (long long)p);
    bool is_reduced[MAX_RANK] = {false};
    is_reduced[axis] = true;
    ReduceAttrs attrs;
    Shape from = axes_merged(&x->shape, is_reduced, &attrs);
    attrs.keep = true;
    NodeId id = node_value_as(node, x, &from);
    NodeId norm = p == 1 ? node_add(node, OP_abs, &id, 1, NULL) : node_add(node, OP_mul, (NodeId[]){id, id}, 2, NULL);
    norm = node_add(node, OP_reduce_sum, &norm, 1, &attrs);
    norm = p == 1 ? norm : node_add(node, OP_sqrt, &norm, 1, NULL);
    norm = node_add(node, OP_max, (NodeId[]){norm, node_number_of(node, (double)FLT_MIN)}, 2, NULL);
    return node_result(node, 0, node_add(node, OP_div, (NodeId[]){id, norm}, 2, NULL), node_type(node), &x->shape);
}

/* (x - mean) / (deviation + 1e-9) over axes, as the function in ONNX has it. */
bool import_mean_variance_norm(ImportNode *node)
{
    Value *x = node_input(node, 0);
    int64_t axes[MAX_RANK] = {0, 2, 3};
    const int64_t said = node_ints(node, "axes", axes, MAX_RANK), count = said < 0 ? 3 : said;
    bool is_reduced[MAX_RANK] = {false};
    if (!x || count > MAX_RANK)
        return node_refuse(node, "it has no input, or too many axes");
    for (int64_t i = 0; i < count; i++) {
        int axis;
        if (!node_axis(node, axes[i], x->shape.rank, &axis))
            return false;
        is_reduced[axis] = true;
    }
    ReduceAttrs attrs;
    const Shape from = axes_merged(&x->shape, is_reduced, &attrs);
    attrs.keep = true;
    const NodeId value = node_value_as(node, x, &from);
    const NodeId mean = node_add(node, OP_reduce_mean, &value, 1, &attrs);
    const NodeId centred = node_add(node, OP_sub, (NodeId[]){value, mean}, 2, NULL);
    NodeId deviation = node_add(node, OP_mul, (NodeId[]){centred, centred}, 2, NULL);
    deviation = node_add(node, OP_reduce_mean, &deviation, 1, &attrs);
    deviation = node_add(node, OP_sqrt, &deviation, 1, NULL);
    deviation = node_add(node, OP_add, (NodeId[]){deviation, node_number_of(node, 1e-9)}, 2, NULL);
    return node_result(node, 0, node_add(node, OP_div, (NodeId[]){centred, deviation}, 2, NULL), node_type(node),
                       &x->shape);
}

/* x / sqrt(mean of x^2 + eps) * scale over the axes from `axis` on. */
bool import_rms_norm(ImportNode *node)
{
    Value *x = node_input(node, 0), *scale = node_input(node, 1);
    int axis;
    if (!x || !scale || !node_axis(node, node_int(node, "axis", -1), x->shape.rank, &axis))
        return x && scale ? false : node_refuse(node, "it has no scale");
    int64_t outer = 1, length = 1;
    for (int i = 0; i < x->shape.rank; i++)
        *(i < axis ? &outer : &length) *= x->shape.dim[i];
    if (value_count(&scale->shape) != length)
        return node_refuse(node, "its scale is not as long as what is normalised");
    const Shape rows = SHAPE(outer, length), wide = SHAPE(1, length);
    const ReduceAttrs along = {.count = 1, .axes = {1}, .keep = true};
    const NodeId value = node_value_as(node, x, &rows);
    NodeId root = node_add(node, OP_mul, (NodeId[]){value, value}, 2, NULL);
    root = node_add(node, OP_reduce_mean, &root, 1, &along);
    root = node_add(node, OP_add, (NodeId[]){root, node_number_of(node, node_number(node, "epsilon", 1e-5))}, 2, NULL);
    root = node_add(node, OP_sqrt, &root, 1, NULL);
    const NodeId id = node_add(node, OP_div, (NodeId[]){value, root}, 2, NULL);
    return node_result(node, 0, node_add(node, OP_mul, (NodeId[]){id, node_value_as(node, scale, &wide)}, 2, NULL),
                       node_type(node), &x->shape);
}
