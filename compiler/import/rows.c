/* rows.c - every ONNX operator that goes into a Graph, by the opsets in which it has a form. What is computed while the
 * model is imported is in fold.c. */
#include "import/rows.h"

static const ImportRow rows[] = {
    {"Abs", 1, 0, import_unary, OP_abs},
    {"Acos", 7, 0, import_unary, OP_acos},
    {"Acosh", 9, 0, import_unary, OP_acosh},
    {"Add", 1, 6, import_binary_old, OP_add},
    {"Add", 7, 0, import_binary, OP_add},
    {"And", 7, 0, import_test, OP_min},
    {"ArgMax", 1, 0, import_argmax},
    {"ArgMin", 1, 0, import_argmax},
    {"Asin", 7, 0, import_unary, OP_asin},
    {"Asinh", 9, 0, import_unary, OP_asinh},
    {"Atan", 7, 0, import_unary, OP_atan},
    {"Atanh", 9, 0, import_unary, OP_atanh},
    {"AveragePool", 1, 0, import_avgpool},
    {"BatchNormalization", 1, 0, import_batchnorm},
    {"Cast", 6, 0, import_cast},
    {"CastLike", 15, 0, import_cast_like},
    {"Ceil", 1, 0, import_unary, OP_ceil},
    {"Celu", 12, 0, import_unary, OP_celu, {{"alpha", 1}}},
    {"Clip", 1, 10, import_clip_attributes},
    {"Clip", 11, 0, import_clip},
    {"Concat", 1, 0, import_concat},
    {"Conv", 1, 0, import_conv},
    {"ConvTranspose", 1, 0, import_conv_transpose},
    {"Cos", 7, 0, import_unary, OP_cos},
    {"Cosh", 9, 0, import_unary, OP_cosh},
    {"DepthToSpace", 1, 0, import_depth_to_space},
    {"Div", 1, 6, import_binary_old, OP_div},
    {"Div", 7, 0, import_binary, OP_div},
    {"Dropout", 1, 0, import_dropout},
    {"Elu", 1, 0, import_unary, OP_elu, {{"alpha", 1}}},
    {"Equal", 7, 0, import_test, OP_equal},
    {"Erf", 9, 0, import_unary, OP_erf},
    {"Exp", 1, 0, import_unary, OP_exp},
    {"Expand", 8, 0, import_expand},
    {"Flatten", 1, 0, import_flatten},
    {"Floor", 1, 0, import_unary, OP_floor},
    {"Gather", 1, 0, import_gather},
    {"Gelu", 20, 0, import_gelu},
    {"Gemm", 1, 0, import_gemm},
    {"GlobalAveragePool", 1, 0, import_global_avgpool},
    {"GlobalLpPool", 1, 0, import_global_lp_pool},
    {"GlobalMaxPool", 1, 0, import_global_maxpool},
    {"Greater", 7, 0, import_test_turned, OP_less},
    {"GreaterOrEqual", 12, 0, import_test_turned, OP_less_equal},
    {"GroupNormalization", 18, 0, import_group_norm},
    {"HardSigmoid", 1, 0, import_unary, OP_hard_sigmoid, {{"alpha", 0.2}, {"beta", 0.5}}},
    {"HardSwish", 14, 0, import_unary, OP_hard_swish, {{"", 1.0 / 6}, {"", 0.5}}},
    {"Identity", 1, 0, import_same},
    {"InstanceNormalization", 1, 0, import_group_norm},
    {"IsNaN", 9, 0, import_isnan},
    {"LRN", 1, 0, import_lrn},
    {"LayerNormalization", 17, 0, import_layer_norm},
    {"LeakyRelu", 1, 0, import_unary, OP_leaky_relu, {{"alpha", 0.01}}},
    {"Less", 7, 0, import_test, OP_less},
    {"LessOrEqual", 12, 0, import_test, OP_less_equal},
    {"Log", 1, 0, import_unary, OP_log},
    {"LogSoftmax", 1, 12, import_softmax_old},
    {"LogSoftmax", 13, 0, import_softmax},
    {"LpNormalization", 1, 0, import_lp_norm},
    {"LpPool", 1, 0, import_lp_pool},
    {"MatMul", 1, 0, import_matmul},
    {"Max", 1, 0, import_variadic, OP_max},
    {"MaxPool", 1, 0, import_maxpool},
    {"Mean", 1, 0, import_variadic, OP_add},
    {"Min", 1, 0, import_variadic, OP_min},
    {"Mish", 18, 0, import_mish},
    {"Mod", 10, 0, import_mod},
    {"Mul", 1, 6, import_binary_old, OP_mul},
    {"Mul", 7, 0, import_binary, OP_mul},
    {"Neg", 1, 0, import_negation},
    {"Not", 1, 0, import_not},
    {"Or", 7, 0, import_test, OP_max},
    {"PRelu", 1, 0, import_prelu},
    {"Pad", 1, 0, import_pad},
    {"Pow", 1, 0, import_pow, OP_pow},
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
    {"Round", 11, 0, import_unary, OP_round},
    {"Selu", 1, 0, import_selu},
    {"Shrink", 9, 0, import_unary, OP_shrink, {{"bias", 0}, {"lambd", 0.5}}},
    {"Sigmoid", 1, 0, import_unary, OP_sigmoid},
    {"Sign", 9, 0, import_unary, OP_sign},
    {"Sin", 7, 0, import_unary, OP_sin},
    {"Sinh", 9, 0, import_unary, OP_sinh},
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
    {"Tan", 7, 0, import_unary, OP_tan},
    {"Tanh", 1, 0, import_unary, OP_tanh},
    {"ThresholdedRelu", 10, 0, import_unary, OP_thresholded_relu, {{"alpha", 1}}},
    {"Transpose", 1, 0, import_transpose},
    {"Unsqueeze", 1, 0, import_unsqueeze},
    {"Tile", 6, 0, import_tile},
    {"Upsample", 1, 9, import_resize}, /* deprecated since */
    {"Where", 9, 0, import_where},
    {"Xor", 7, 0, import_xor},
};

const ImportRow *import_row(const char *type, int64_t opset)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (strcmp(rows[i].type, type) == 0 && opset >= rows[i].since && (!rows[i].until || opset <= rows[i].until))
            return &rows[i];
    return NULL;
}

const ImportRow *import_row_at(uint32_t i)
{
    return i < COUNT_OF(rows) ? &rows[i] : NULL;
}

bool import_knows(const char *type)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (strcmp(rows[i].type, type) == 0)
            return true;
    return false;
}
