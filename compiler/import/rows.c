/* rows.c - every ONNX operator that goes into a Graph, by the opsets in which it has a form. What is computed while the
 * model is imported is in fold.c. */
#include "import/rows.h"

static const ImportRow rows[] = {
    {"Abs", 1, 0, import_unary},
    {"Add", 1, 6, import_binary_old},
    {"Add", 7, 0, import_binary},
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
    {"Div", 1, 6, import_binary_old},
    {"Div", 7, 0, import_binary},
    {"Dropout", 1, 0, import_dropout},
    {"Elu", 1, 0, import_parameterised},
    {"Exp", 1, 0, import_unary},
    {"Expand", 8, 0, import_expand},
    {"Flatten", 1, 0, import_flatten},
    {"Gather", 1, 0, import_gather},
    {"Gelu", 20, 0, import_parameterised},
    {"Gemm", 1, 0, import_gemm},
    {"GlobalAveragePool", 1, 0, import_global_avgpool},
    {"GlobalMaxPool", 1, 0, import_global_maxpool},
    {"GroupNormalization", 18, 0, import_group_norm},
    {"HardSigmoid", 1, 0, import_parameterised},
    {"HardSwish", 14, 0, import_parameterised},
    {"Identity", 1, 0, import_same},
    {"InstanceNormalization", 1, 0, import_group_norm},
    {"LRN", 1, 0, import_lrn},
    {"LayerNormalization", 17, 0, import_layer_norm},
    {"LeakyRelu", 1, 0, import_parameterised},
    {"Log", 1, 0, import_unary},
    {"LogSoftmax", 1, 12, import_softmax_old},
    {"LogSoftmax", 13, 0, import_softmax},
    {"LpNormalization", 1, 0, import_lp_norm},
    {"MatMul", 1, 0, import_matmul},
    {"Max", 1, 0, import_variadic},
    {"MaxPool", 1, 0, import_maxpool},
    {"Mean", 1, 0, import_variadic},
    {"Min", 1, 0, import_variadic},
    {"Mish", 18, 0, import_few},
    {"Mul", 1, 6, import_binary_old},
    {"Mul", 7, 0, import_binary},
    {"Neg", 1, 0, import_few},
    {"PRelu", 1, 0, import_prelu},
    {"Pad", 1, 0, import_pad},
    {"Reciprocal", 1, 0, import_few},
    {"ReduceL1", 1, 0, import_reduce},
    {"ReduceL2", 1, 0, import_reduce},
    {"ReduceLogSum", 1, 0, import_reduce},
    {"ReduceMax", 1, 0, import_reduce},
    {"ReduceMean", 1, 0, import_reduce},
    {"ReduceMin", 1, 0, import_reduce},
    {"ReduceSum", 1, 0, import_reduce},
    {"ReduceSumSquare", 1, 0, import_reduce},
    {"Relu", 1, 0, import_unary},
    {"Reshape", 1, 0, import_reshape},
    {"Resize", 10, 0, import_resize},
    {"Selu", 1, 0, import_few},
    {"Sigmoid", 1, 0, import_unary},
    {"Slice", 1, 0, import_slice},
    {"Softmax", 1, 12, import_softmax_old},
    {"Softmax", 13, 0, import_softmax},
    {"Softplus", 1, 0, import_unary},
    {"Softsign", 1, 0, import_few},
    {"SpaceToDepth", 1, 0, import_space_to_depth},
    {"Split", 1, 0, import_split},
    {"Sqrt", 1, 0, import_unary},
    {"Squeeze", 1, 0, import_squeeze},
    {"Sub", 1, 6, import_binary_old},
    {"Sub", 7, 0, import_binary},
    {"Sum", 1, 0, import_variadic},
    {"Swish", 24, 0, import_parameterised},
    {"Tanh", 1, 0, import_unary},
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
