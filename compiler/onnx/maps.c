/* maps.c - what is computed element by element (see rows.h). */
#include "onnx/rows.h"
#include "ops/map.h"

bool onnx_pixels(OnnxLayer *layer)
{
    Onnx__NodeProto *cast = onnx_part(layer, "cast", "Cast", NAMES(layer_input(layer, 0)));
    attr_int(layer, cast, "to", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    NODE(layer, "Div", cast->output[0], layer_number(layer, "range", 255));
    return true;
}

static bool write_clip(OnnxLayer *layer, double min, double max)
{
    const char *least = layer_number(layer, "min", min), *most = layer_number(layer, "max", max);
    NODE(layer, "Clip", layer_input(layer, 0), least, most);
    return true;
}

bool onnx_relu6(OnnxLayer *layer)
{
    return write_clip(layer, 0, 6);
}

bool onnx_clamp(OnnxLayer *layer)
{
    const ClampAttrs *attrs = layer->node->attrs;
    return write_clip(layer, attrs->min, attrs->max);
}

/* The two numbers are the operator's defaults; they are said because readers' defaults differ in the last digit. */
bool onnx_selu(OnnxLayer *layer)
{
    Onnx__NodeProto *node = NODE(layer, "Selu", layer_input(layer, 0));
    attr_float(layer, node, "alpha", 1.6732632423543772);
    attr_float(layer, node, "gamma", 1.0507009873554805);
    return true;
}

bool onnx_scaled_tanh(OnnxLayer *layer)
{
    const ScaledTanhAttrs *attrs = layer->node->attrs;
    const char *inner = STEP(layer, "inner", "Mul", layer_input(layer, 0), layer_number(layer, "s", attrs->s));
    NODE(layer, "Mul", STEP(layer, "tanh", "Tanh", inner), layer_number(layer, "a", attrs->a));
    return true;
}

bool onnx_swish(OnnxLayer *layer)
{
    const SwishAttrs *attrs = layer->node->attrs;
    const char *x = layer_input(layer, 0), *inner = x;
    if (attrs->beta != 1)
        inner = STEP(layer, "inner", "Mul", x, layer_number(layer, "beta", attrs->beta));
    NODE(layer, "Mul", x, STEP(layer, "sigmoid", "Sigmoid", inner));
    return true;
}

/* HardSwish is there from opset 14 on, with alpha = 1/6 alone. */
bool onnx_hard_swish(OnnxLayer *layer)
{
    const HardAttrs *attrs = layer->node->attrs;
    const char *x = layer_input(layer, 0);
    Onnx__NodeProto *part = onnx_part(layer, "hard_sigmoid", "HardSigmoid", NAMES(x));
    attr_float(layer, part, "alpha", attrs->alpha);
    attr_float(layer, part, "beta", attrs->beta);
    NODE(layer, "Mul", x, part->output[0]);
    return true;
}

/* x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))) / 2 */
static const char *tanh_of_gelu(OnnxLayer *layer, const char *x)
{
    const char *square = STEP(layer, "square", "Mul", x, x), *cube = STEP(layer, "cube", "Mul", square, x);
    const char *small = STEP(layer, "small", "Mul", cube, layer_number(layer, "factor", 0.044715));
    const char *sum = STEP(layer, "sum", "Add", x, small);
    const char *inner = STEP(layer, "inner", "Mul", sum, layer_number(layer, "scale", 0.79788456080286536));
    return STEP(layer, "tanh", "Tanh", inner);
}

/* Gelu is an operator from opset 20 on. */
bool onnx_gelu(OnnxLayer *layer)
{
    const GeluAttrs *attrs = layer->node->attrs;
    const char *x = layer_input(layer, 0), *share;
    if (attrs->form == GELU_TANH) {
        share = tanh_of_gelu(layer, x);
    } else {
        const char *inner = STEP(layer, "inner", "Mul", x, layer_number(layer, "scale", 0.70710678118654752));
        share = STEP(layer, "erf", "Erf", inner);
    }
    const char *more = STEP(layer, "more", "Add", share, layer_number(layer, "one", 1));
    NODE(layer, "Mul", STEP(layer, "half", "Mul", x, layer_number(layer, "a_half", 0.5)), more);
    return true;
}

/* sign(x) * floor(|x|) */
bool onnx_trunc(OnnxLayer *layer)
{
    const char *x = layer_input(layer, 0);
    const char *whole = STEP(layer, "whole", "Floor", STEP(layer, "size", "Abs", x));
    NODE(layer, "Mul", STEP(layer, "sign", "Sign", x), whole);
    return true;
}

bool onnx_mod(OnnxLayer *layer)
{
    Onnx__NodeProto *node = NODE(layer, "Mod", layer_input(layer, 0), layer_input(layer, 1));
    attr_int(layer, node, "fmod", 1);
    return true;
}

/* As a number again. */
bool onnx_comparison(OnnxLayer *layer)
{
    const char *type = layer->node->op == OP_equal ? "Equal" : layer->node->op == OP_less ? "Less" : "LessOrEqual";
    Onnx__NodeProto *node = NODE(layer, "Cast", STEP(layer, "is", type, layer_input(layer, 0), layer_input(layer, 1)));
    attr_int(layer, node, "to", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    return true;
}

bool onnx_where(OnnxLayer *layer)
{
    Onnx__NodeProto *is = onnx_part(layer, "is", "Cast", NAMES(layer_input(layer, 0)));
    attr_int(layer, is, "to", ONNX__TENSOR_PROTO__DATA_TYPE__BOOL);
    NODE(layer, "Where", is->output[0], layer_input(layer, 1), layer_input(layer, 2));
    return true;
}

bool onnx_prelu(OnnxLayer *layer)
{
    NODE(layer, "PRelu", layer_input(layer, 0), layer_channels(layer, 1));
    return true;
}

bool onnx_batchnorm(OnnxLayer *layer)
{
    const BatchnormAttrs *attrs = layer->node->attrs;
    const char *inputs[5];
    for (uint32_t i = 0; i < COUNT_OF(inputs); i++)
        inputs[i] = layer_input(layer, i);
    Onnx__NodeProto *node = onnx_node(layer, "BatchNormalization", inputs, COUNT_OF(inputs));
    attr_float(layer, node, "epsilon", attrs->eps);
    return true;
}

bool onnx_scale(OnnxLayer *layer)
{
    const char *x = layer_input(layer, 0), *weight = layer_channels(layer, 1);
    if (layer->node->input_count == 2)
        NODE(layer, "Mul", x, weight);
    else
        NODE(layer, "Add", STEP(layer, "product", "Mul", x, weight), layer_channels(layer, 2));
    return true;
}

bool onnx_normalize(OnnxLayer *layer)
{
    const char *mean = layer_channels(layer, NORMALIZE_MEAN), *std = layer_channels(layer, NORMALIZE_STD);
    NODE(layer, "Div", STEP(layer, "difference", "Sub", layer_input(layer, NORMALIZE_X), mean), std);
    return true;
}
