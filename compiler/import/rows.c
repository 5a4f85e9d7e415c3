/* rows.c - every ONNX operator that goes into a Graph, by the opsets in which it has a form. What is computed while the
 * model is imported is in fold.c. */
#include "import/rows.h"

static const ImportRow rows[] = {
    {"Abs", 1, 0, import_unary, OP_abs},
    {"Add", 1, 6, import_binary_old, OP_add},
    {"Add", 7, 0, import_binary, OP_add},
    {"ArgMax", 1, 0, import_argmax},
    {"ArgMin", 1, 0, import_argmax},
    {"AveragePool", 1, 0, import_avgpool},
    {"BatchNormalization", 1, 0, import_batchnorm},
    {"Clip", 1, 10, import_clip_attributes},
    {"Clip", 11, 0, import_clip},
    {"Concat", 1, 0, import_concat},
    {"Conv", 1, 0, import_conv},
    {"ConvTranspose", 1, 0, import_conv_transpose},
    {"DepthToSpace", 1, 0, import_depth_to_space},
    {"Div", 1, 6, import_binary_old, OP_div},
    {"Div", 7, 0, import_binary, OP_div},
    {"Dropout", 1, 0, import_dropout},
    {"Elu", 1, 0, import_unary, OP_elu, {{"alpha", 1}}},
    {"Exp", 1, 0, import_unary, OP_exp},
    {"Expand", 8, 0, import_expand},
    {"Flatten", 1, 0, import_flatten},
    {"Gather", 1, 0, import_gather},
    {"Gelu", 20, 0, import_gelu},
    {"Gemm", 1, 0, import_gemm},
    {"GlobalAveragePool", 1, 0, import_global_avgpool},
    {"GlobalMaxPool", 1, 0, import_global_maxpool},
    {"GroupNormalization", 18, 0, import_group_norm},
    {"HardSigmoid", 1, 0, import_unary, OP_hard_sigmoid, {{"alpha", 0.2}, {"beta", 0.5}}},
    {"HardSwish", 14, 0, import_unary, OP_hard_swish, {{"", 1.0 / 6}, {"", 0.5}}},
    {"Identity", 1, 0, import_same},
    {"InstanceNormalization", 1, 0, import_group_norm},
    {"LRN", 1, 0, import_lrn},
    {"LayerNormalization", 17, 0, import_layer_norm},
    {"LeakyRelu", 1, 0, import_unary, OP_leaky_relu, {{"alpha", 0.01}}},
    {"Log", 1, 0, import_unary, OP_log},
    {"LogSoftmax", 1, 12, import_softmax_old},
    {"LogSoftmax", 13, 0, import_softmax},
    {"LpNormalization", 1, 0, import_lp_norm},
    {"MatMul", 1, 0, import_matmul},
    {"Max", 1, 0, import_variadic, OP_max},
    {"MaxPool", 1, 0, import_maxpool},
    {"Mean", 1, 0, import_variadic, OP_add},
    {"Min", 1, 0, import_variadic, OP_min},
    {"Mish", 18, 0, import_mish},
    {"Mul", 1, 6, import_binary_old, OP_mul},
    {"Mul", 7, 0, import_binary, OP_mul},
    {"Neg", 1, 0, import_negation},
    {"PRelu", 1, 0, import_prelu},
    {"Pad", 1, 0, import_pad},
    {"Reciprocal", 1, 0, import_reciprocal},
    {"ReduceL1", 1, 0, import_reduce, OP_reduce_sum},
    {"ReduceL2", 1, 0, import_reduce, OP_reduce_sum},
    {"ReduceLogSum", 1, 0, import_reduce, OP_reduce_sum},
    {"ReduceMax", 1, 0, import_reduce, OP_reduce_max},
    {"ReduceMean", 1, 0, import_reduce, OP_reduce_mean},
    {"ReduceMin", 1, 0, import_reduce, OP_reduce_min},
    {"ReduceSum", 1, 0, import_reduce, OP_reduce_sum},
    {"ReduceSumSquare", 1, 0, import_reduce, OP_reduce_sum},
    {"Relu", 1, 0, import_unary, OP_relu},
    {"Reshape", 1, 0, import_reshape},
    {"Resize", 10, 0, import_resize},
    {"Selu", 1, 0, import_selu},
    {"Sigmoid", 1, 0, import_unary, OP_sigmoid},
    {"Slice", 1, 0, import_slice},
    {"Softmax", 1, 12, import_softmax_old},
    {"Softmax", 13, 0, import_softmax},
    {"Softplus", 1, 0, import_unary, OP_softplus},
    {"Softsign", 1, 0, import_softsign},
    {"SpaceToDepth", 1, 0, import_space_to_depth},
    {"Split", 1, 0, import_split},
    {"Sqrt", 1, 0, import_unary, OP_sqrt},
    {"Squeeze", 1, 0, import_squeeze},
    {"Sub", 1, 6, import_binary_old, OP_sub},
    {"Sub", 7, 0, import_binary, OP_sub},
    {"Sum", 1, 0, import_variadic, OP_add},
    {"Swish", 24, 0, import_unary, OP_swish, {{"alpha", 1}}},
    {"Tanh", 1, 0, import_unary, OP_tanh},
    {"Transpose", 1, 0, import_transpose},
    {"Unsqueeze", 1, 0, import_unsqueeze},
    {"Upsample", 9, 9, import_resize}, /* deprecated since */
};

const ImportRow *import_row(const char *type, int64_t opset)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (strcmp(rows[i].type, type) == 0 && opset >= rows[i].since && (!rows[i].until || opset <= rows[i].until))
            return &rows[i];
    return NULL;
}

bool import_knows(const char *type)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (strcmp(rows[i].type, type) == 0)
            return true;
    return false;
}
