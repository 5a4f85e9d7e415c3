/* rows.c - the table of rows.h, in the order of ops.def. */
#include "onnx/rows.h"
#include "ops/body.h"

static const char call_alone[] = "it is a word of the language: once the model is read, it is gone";
static const char pass_alone[] = "only passes make it, and a net is exported before them";

static const OnnxRow rows[OP_COUNT] = {
    [OP_input] = {.reason = "it is an input of the file, not a node"},
    [OP_const] = {.reason = "it is an initializer of the file, not a node"},
    [OP_pixels] = {.write = onnx_pixels},
    [OP_conv] = {.write = onnx_conv},
    [OP_conv_connect] = {.write = onnx_conv_connect},
    [OP_conv_transpose] = {.write = onnx_conv_transpose},
    [OP_fc] = {.write = onnx_fc},
    [OP_rbf] = {.write = onnx_rbf},
    [OP_maxpool] = {.write = onnx_pool},
    [OP_avgpool] = {.write = onnx_pool},
    [OP_channel_max] = {.write = onnx_channel_pool},
    [OP_channel_avg] = {.write = onnx_channel_pool},
    [OP_relu] = {.type = "Relu"},
    [OP_relu6] = {.write = onnx_relu6},
    [OP_leaky_relu] = {.type = "LeakyRelu", .numbers = {{"alpha", "slope"}}},
    [OP_prelu] = {.write = onnx_prelu},
    [OP_elu] = {.type = "Elu", .numbers = {{"alpha", "alpha"}}},
    [OP_selu] = {.write = onnx_selu},
    [OP_sigmoid] = {.type = "Sigmoid"},
    [OP_hard_sigmoid] = {.type = "HardSigmoid", .numbers = {{"alpha", "alpha"}, {"beta", "beta"}}},
    [OP_tanh] = {.type = "Tanh"},
    [OP_scaled_tanh] = {.write = onnx_scaled_tanh},
    [OP_swish] = {.write = onnx_swish},
    [OP_hard_swish] = {.write = onnx_hard_swish},
    [OP_gelu] = {.write = onnx_gelu},
    [OP_softplus] = {.type = "Softplus"},
    [OP_celu] = {.type = "Celu", .numbers = {{"alpha", "alpha"}}},
    [OP_thresholded_relu] = {.type = "ThresholdedRelu", .numbers = {{"alpha", "alpha"}}},
    [OP_shrink] = {.type = "Shrink", .numbers = {{"bias", "bias"}, {"lambd", "lambda"}}},
    [OP_abs] = {.type = "Abs"},
    [OP_sqrt] = {.type = "Sqrt"},
    [OP_exp] = {.type = "Exp"},
    [OP_log] = {.type = "Log"},
    [OP_erf] = {.type = "Erf"},
    [OP_sin] = {.type = "Sin"},
    [OP_cos] = {.type = "Cos"},
    [OP_tan] = {.type = "Tan"},
    [OP_asin] = {.type = "Asin"},
    [OP_acos] = {.type = "Acos"},
    [OP_atan] = {.type = "Atan"},
    [OP_sinh] = {.type = "Sinh"},
    [OP_cosh] = {.type = "Cosh"},
    [OP_asinh] = {.type = "Asinh"},
    [OP_acosh] = {.type = "Acosh"},
    [OP_atanh] = {.type = "Atanh"},
    [OP_sign] = {.type = "Sign"},
    [OP_floor] = {.type = "Floor"},
    [OP_ceil] = {.type = "Ceil"},
    [OP_round] = {.type = "Round"},
    [OP_trunc] = {.write = onnx_trunc},
    [OP_clamp] = {.write = onnx_clamp},
    [OP_softmax] = {.write = onnx_softmax},
    [OP_batchnorm] = {.write = onnx_batchnorm},
    [OP_scale] = {.write = onnx_scale},
    [OP_lrn] = {.write = onnx_lrn},
    [OP_dropout] = {.type = "Dropout"},
    [OP_normalize] = {.write = onnx_normalize},
    [OP_add] = {.type = "Add"},
    [OP_sub] = {.type = "Sub"},
    [OP_mul] = {.type = "Mul"},
    [OP_div] = {.type = "Div"},
    [OP_max] = {.type = "Max"},
    [OP_min] = {.type = "Min"},
    [OP_pow] = {.type = "Pow"},
    [OP_mod] = {.write = onnx_mod},
    [OP_equal] = {.write = onnx_comparison},
    [OP_less] = {.write = onnx_comparison},
    [OP_less_equal] = {.write = onnx_comparison},
    [OP_where] = {.write = onnx_where},
    [OP_reduce_mean] = {.write = onnx_reduce},
    [OP_reduce_sum] = {.write = onnx_reduce},
    [OP_reduce_max] = {.write = onnx_reduce},
    [OP_reduce_min] = {.write = onnx_reduce},
    [OP_argmax] = {.write = onnx_argmax},
    [OP_concat] = {.write = onnx_concat},
    [OP_split] = {.reason = call_alone},
    [OP_slice] = {.write = onnx_slice},
    [OP_pad] = {.write = onnx_pad},
    [OP_flatten] = {.write = onnx_flatten},
    [OP_reshape] = {.write = onnx_reshape},
    [OP_transpose] = {.write = onnx_transpose},
    [OP_squeeze] = {.write = onnx_squeeze},
    [OP_unsqueeze] = {.write = onnx_squeeze},
    [OP_depth_to_space] = {.write = onnx_depth_to_space},
    [OP_space_to_depth] = {.write = onnx_space_to_depth},
    [OP_channel_shuffle] = {.write = onnx_channel_shuffle},
    [OP_resize] = {.write = onnx_resize},
    [OP_resample] = {.write = onnx_resample},
    [OP_expect] = {.reason = call_alone},
    [OP_labels] = {.reason = call_alone},
    [OP_constant] = {.reason = call_alone},
    [OP_parameter] = {.reason = call_alone},
    [OP_part] = {.reason = pass_alone},
    [OP_join] = {.reason = pass_alone},
    [OP_pack] = {.reason = pass_alone},
    [OP_transfer] = {.reason = pass_alone},
    [OP_conv_winograd] = {.reason = pass_alone},
    [OP_winograd_weights] = {.reason = pass_alone},
};

const OnnxRow *onnx_row(OpId op)
{
    return &rows[op];
}

bool onnx_write_layer(OnnxLayer *layer)
{
    const OnnxRow *row = onnx_row(layer->node->op);
    if (row->write)
        return row->write(layer);
    if (!row->type) {
        diag_error(layer->model->diag, layer->node->span, "'%s' is nothing in ONNX: %s", op_name(layer->node->op),
                   row->reason ? row->reason : "it has no operator for it");
        return false;
    }
    const char **inputs = NEW_ARRAY(layer->model->arena, const char *, layer->node->input_count);
    for (uint32_t i = 0; i < layer->node->input_count; i++)
        inputs[i] = layer_input(layer, i);
    Onnx__NodeProto *node = onnx_node(layer, row->type, inputs, layer->node->input_count);
    for (size_t i = 0; i < COUNT_OF(row->numbers) && row->numbers[i].name; i++)
        attr_float(layer, node, row->numbers[i].name,
                   body_attribute(op_row(layer->node->op), layer->node->attrs, row->numbers[i].ours));
    return true;
}
