/* layers.c - layers with weights, windows and sums (see rows.h). */
#include "onnx/export.h"
#include "onnx/rows.h"
#include "ops/channel_pool.h"
#include "ops/conv.h"
#include "ops/lrn.h"
#include "ops/pool.h"
#include "ops/reduce.h"
#include "ops/softmax.h"

static const Shape *shape_of_input(const OnnxLayer *layer, uint32_t input)
{
    return &graph_input_node(layer->model->net, layer->node, input)->type.shape;
}

/* ---- convolutions ---- */

static void set_window(OnnxLayer *layer, Onnx__NodeProto *node, const int64_t *size, const ConvAttrs *attrs)
{
    attr_ints(layer, node, "kernel_shape", size, 2);
    attr_ints(layer, node, "strides", attrs->stride, 2);
    attr_ints(layer, node, "pads", attrs->pad, HALO_SIDES); /* top, left, bottom, right there too */
    attr_ints(layer, node, "dilations", attrs->dilation, 2);
}

/* x, weight and, if there is one, bias. */
static Onnx__NodeProto *write_weighted(OnnxLayer *layer, const char *type, const char *weight)
{
    const char *inputs[] = {layer_input(layer, CONV_X), weight,
                            layer->node->input_count > CONV_BIAS ? layer_input(layer, CONV_BIAS) : NULL};
    return onnx_node(layer, type, inputs, inputs[CONV_BIAS] ? 3 : 2);
}

bool onnx_conv(OnnxLayer *layer)
{
    const ConvAttrs *attrs = layer->node->attrs;
    Onnx__NodeProto *node = write_weighted(layer, "Conv", layer_input(layer, CONV_WEIGHT));
    set_window(layer, node, &shape_of_input(layer, CONV_WEIGHT)->dim[2], attrs);
    attr_int(layer, node, "group", attrs->groups);
    return true;
}

bool onnx_conv_transpose(OnnxLayer *layer)
{
    const ConvTransposeAttrs *attrs = layer->node->attrs;
    Onnx__NodeProto *node = write_weighted(layer, "ConvTranspose", layer_input(layer, CONV_WEIGHT));
    set_window(layer, node, &shape_of_input(layer, CONV_WEIGHT)->dim[2], &attrs->conv);
    attr_int(layer, node, "group", attrs->conv.groups);
    attr_ints(layer, node, "output_padding", attrs->output_pad, 2);
    return true;
}

/* A convolution of all maps, with zeros where the table has no connection. */
bool onnx_conv_connect(OnnxLayer *layer)
{
    const ConvConnectAttrs *attrs = layer->node->attrs;
    const Node *weight = graph_input_node(layer->model->net, layer->node, CONV_WEIGHT);
    if (weight->op != OP_const) {
        diag_error(layer->model->diag, layer->node->span,
                   "ONNX has no convolution with a table, and the weight of this one is computed");
        diag_hint(layer->model->diag, "with a weight that is loaded, or written as a list, it becomes one of all maps");
        return false;
    }
    const Shape *kernels = &weight->type.shape, *x = shape_of_input(layer, CONV_X);
    Shape shape = SHAPE(attrs->connect.count, x->dim[1], kernels->dim[1], kernels->dim[2]);
    const float *from = graph_constant(layer->model->net, weight)->data;
    int64_t kernel = kernels->dim[1] * kernels->dim[2], at = 0;
    float *dense = NEW_ARRAY(layer->model->arena, float, shape_count(&shape));
    for (int64_t map = 0; map < attrs->connect.count; map++)
        for (; at < attrs->connect.ends[map]; at++)
            memcpy(dense + (map * x->dim[1] + attrs->connect.at[at]) * kernel, from + at * kernel,
                   (size_t)kernel * sizeof *dense);
    Onnx__NodeProto *node = write_weighted(layer, "Conv", layer_floats(layer, "weight", dense, &shape));
    set_window(layer, node, &kernels->dim[1], &attrs->conv);
    attr_int(layer, node, "group", 1);
    return true;
}

/* ---- fully connected ---- */

bool onnx_fc(OnnxLayer *layer)
{
    attr_int(layer, write_weighted(layer, "Gemm", layer_input(layer, 1)), "transB", 1);
    return true;
}

/* Each row of the weight less the input, squared and summed. */
bool onnx_rbf(OnnxLayer *layer)
{
    const char *x = layer_input(layer, 0), *axes = layer_ints(layer, "axes", (const int64_t[]){1}, 1);
    const char *column = STEP(layer, "column", "Unsqueeze", x, axes);
    const char *difference = STEP(layer, "difference", "Sub", column, layer_input(layer, 1));
    Onnx__NodeProto *node = NODE(layer, "ReduceSumSquare", difference);
    attr_ints(layer, node, "axes", (const int64_t[]){2}, 1);
    attr_int(layer, node, "keepdims", 0);
    return true;
}

/* ---- windows ---- */

static WindowAxis pool_window(const PoolAttrs *attrs, int axis)
{
    return window_axis(attrs->size, attrs->stride, attrs->pad, attrs->dilation, axis);
}

/* One window over all there is. */
static bool is_global(const PoolAttrs *attrs, const Shape *x, const Shape *y)
{
    bool global = y->dim[2] == 1 && y->dim[3] == 1;
    for (int i = 0; i < 2; i++)
        global &= attrs->size[i] == x->dim[2 + i] && !attrs->pad[i] && !attrs->pad[2 + i] && attrs->dilation[i] == 1;
    return global;
}

static void set_pool(OnnxLayer *layer, Onnx__NodeProto *node, const PoolAttrs *attrs, const int64_t *pads, bool ceil)
{
    attr_ints(layer, node, "kernel_shape", attrs->size, 2);
    attr_ints(layer, node, "strides", attrs->stride, 2);
    attr_ints(layer, node, "pads", pads, HALO_SIDES);
    attr_int(layer, node, "ceil_mode", ceil);
    if (layer->node->op == OP_maxpool)
        attr_ints(layer, node, "dilations", attrs->dilation, 2);
}

/* The mean with padding counted but not what lies behind it: readers of ONNX differ there, unless the padding is a
 * layer of its own. */
static void write_padded_mean(OnnxLayer *layer, const PoolAttrs *attrs, bool ceil)
{
    const int64_t *pad = attrs->pad, none[HALO_SIDES] = {0};
    const int64_t amount[] = {0, 0, pad[HALO_TOP], pad[HALO_LEFT], 0, 0, pad[HALO_BOTTOM], pad[HALO_RIGHT]};
    const char *x = layer_input(layer, 0), *pads = layer_ints(layer, "pads", amount, COUNT_OF(amount));
    Onnx__NodeProto *node = NODE(layer, "AveragePool", STEP(layer, "padded", "Pad", x, pads));
    set_pool(layer, node, attrs, none, ceil);
    attr_int(layer, node, "count_include_pad", 0);
}

/* Sizes are rounded up only where that adds a window: ONNX would also add one that starts behind the input, which no
 * framework has. */
bool onnx_pool(OnnxLayer *layer)
{
    const PoolAttrs *attrs = layer->node->attrs;
    const Shape *x = shape_of_input(layer, 0), *y = &layer->node->type.shape;
    bool mean = layer->node->op == OP_avgpool, ceil = false, padded = false;
    for (int i = 0; i < 2; i++) {
        WindowAxis axis = pool_window(attrs, i);
        ceil |= attrs->ceil && y->dim[2 + i] != window_count(&axis, x->dim[2 + i], false);
        padded |= axis.before || axis.after;
    }
    if (mean && (attrs->dilation[0] != 1 || attrs->dilation[1] != 1)) {
        diag_error(layer->model->diag, layer->node->span, "ONNX has no dilation in average pools (opset %d)",
                   ONNX_OPSET);
        diag_hint(layer->model->diag, "a conv with groups=channels and weights 1 / (height * width) computes the same");
        return false;
    }
    if (is_global(attrs, x, y)) {
        NODE(layer, mean ? "GlobalAveragePool" : "GlobalMaxPool", layer_input(layer, 0));
        return true;
    }
    if (mean && ceil && padded && attrs->count_pad) {
        write_padded_mean(layer, attrs, ceil);
        return true;
    }
    Onnx__NodeProto *node = NODE(layer, mean ? "AveragePool" : "MaxPool", layer_input(layer, 0));
    set_pool(layer, node, attrs, attrs->pad, ceil);
    if (mean)
        attr_int(layer, node, "count_include_pad", attrs->count_pad && padded);
    return true;
}

/* ---- over axes ---- */

static void write_reduction(OnnxLayer *layer, const char *type, const char *x, const int64_t *axes, int count,
                            bool keep)
{
    Onnx__NodeProto *node = NODE(layer, type, x);
    attr_ints(layer, node, "axes", axes, count);
    attr_int(layer, node, "keepdims", keep);
}

/* Runs of channels as an axis of their own. */
bool onnx_channel_pool(OnnxLayer *layer)
{
    const ChannelPoolAttrs *attrs = layer->node->attrs;
    const Shape *x = shape_of_input(layer, 0);
    int64_t dims[MAX_RANK + 1] = {0, x->dim[1] / attrs->group, attrs->group};
    for (int axis = 2; axis < x->rank; axis++)
        dims[axis + 1] = x->dim[axis];
    const char *shape = layer_ints(layer, "axes", dims, x->rank + 1);
    const char *runs = STEP(layer, "runs", "Reshape", layer_input(layer, 0), shape);
    write_reduction(layer, layer->node->op == OP_channel_max ? "ReduceMax" : "ReduceMean", runs, (const int64_t[]){2},
                    1, false);
    return true;
}

bool onnx_reduce(OnnxLayer *layer)
{
    const ReduceAttrs *attrs = layer->node->attrs;
    const char *x = layer_input(layer, 0);
    OpId op = layer->node->op;
    if (op == OP_reduce_sum) { /* its axes are an input already, those of the others from opset 18 on */
        Onnx__NodeProto *node = NODE(layer, "ReduceSum", x, layer_ints(layer, "axes", attrs->axes, (int)attrs->count));
        attr_int(layer, node, "keepdims", attrs->keep);
        return true;
    }
    write_reduction(layer,
                    op == OP_reduce_mean  ? "ReduceMean"
                    : op == OP_reduce_max ? "ReduceMax"
                                          : "ReduceMin",
                    x, attrs->axes, (int)attrs->count, attrs->keep);
    return true;
}

bool onnx_argmax(OnnxLayer *layer)
{
    const ReduceAttrs *attrs = layer->node->attrs;
    Onnx__NodeProto *place = onnx_part(layer, "place", "ArgMax", NAMES(layer_input(layer, 0)));
    attr_int(layer, place, "axis", attrs->axes[0]);
    attr_int(layer, place, "keepdims", attrs->keep);
    attr_int(layer, NODE(layer, "Cast", place->output[0]), "to", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    return true;
}

bool onnx_softmax(OnnxLayer *layer)
{
    const SoftmaxAttrs *attrs = layer->node->attrs;
    attr_int(layer, NODE(layer, "Softmax", layer_input(layer, 0)), "axis", attrs->axis);
    return true;
}

static void set_lrn(OnnxLayer *layer, Onnx__NodeProto *node)
{
    const LrnAttrs *attrs = layer->node->attrs;
    attr_int(layer, node, "size", attrs->size);
    attr_float(layer, node, "alpha", attrs->alpha * (double)attrs->size); /* there it is divided by the size */
    attr_float(layer, node, "beta", attrs->beta);
    attr_float(layer, node, "bias", attrs->k);
}

/* The operator is for pictures; other values become some on the way. */
bool onnx_lrn(OnnxLayer *layer)
{
    const Shape *y = &layer->node->type.shape;
    const char *x = layer_input(layer, 0);
    if (y->rank == 4) {
        set_lrn(layer, NODE(layer, "LRN", x));
        return true;
    }
    const char *apart = layer_ints(layer, "axes", (const int64_t[]){0, y->dim[1], -1, 1}, 4);
    Onnx__NodeProto *normal = onnx_part(layer, "normal", "LRN", NAMES(STEP(layer, "picture", "Reshape", x, apart)));
    set_lrn(layer, normal);
    NODE(layer, "Reshape", normal->output[0], layer_ints(layer, "shape", y->dim, y->rank));
    return true;
}
