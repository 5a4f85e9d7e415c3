/* rows.h - which functions take which operators (rows.c has the table). Each is false after a refusal. */
#ifndef FOVEA_IMPORT_ROWS_H
#define FOVEA_IMPORT_ROWS_H

#include "import/model.h"

/* ---- convs.c ---- */
bool import_conv(ImportNode *node);
bool import_conv_transpose(ImportNode *node);

/* ---- pools.c ---- */
bool import_lp_pool(ImportNode *node);
bool import_global_lp_pool(ImportNode *node);
bool import_maxpool(ImportNode *node);
bool import_avgpool(ImportNode *node);
bool import_global_avgpool(ImportNode *node);
bool import_global_maxpool(ImportNode *node);

/* ---- maps.c ---- */
bool import_unary(ImportNode *node);
bool import_gelu(ImportNode *node);
bool import_clip_attributes(ImportNode *node);
bool import_clip(ImportNode *node);
bool import_negation(ImportNode *node);
bool import_reciprocal(ImportNode *node);
bool import_softsign(ImportNode *node);
bool import_mish(ImportNode *node);
bool import_selu(ImportNode *node);
bool import_expand(ImportNode *node);
bool import_tile(ImportNode *node);
bool import_binary(ImportNode *node);
bool import_binary_old(ImportNode *node);
bool import_variadic(ImportNode *node);
bool import_prelu(ImportNode *node);
bool import_batchnorm(ImportNode *node);

/* ---- words.c ---- */
bool import_test(ImportNode *node);
bool import_test_turned(ImportNode *node);
bool import_xor(ImportNode *node);
bool import_not(ImportNode *node);
bool import_isnan(ImportNode *node);
bool import_isinf(ImportNode *node);
bool import_where(ImportNode *node);
bool import_pow(ImportNode *node);
bool import_mod(ImportNode *node);
bool import_cast(ImportNode *node);
bool import_cast_like(ImportNode *node);

/* ---- sums.c ---- */
bool import_gemm(ImportNode *node);
bool import_matmul(ImportNode *node);
bool import_softmax(ImportNode *node);
bool import_softmax_old(ImportNode *node);
bool import_argmax(ImportNode *node);
bool import_hardmax(ImportNode *node);

/* ---- norms.c ---- */
bool import_lrn(ImportNode *node);
bool import_layer_norm(ImportNode *node);
bool import_group_norm(ImportNode *node);
bool import_lp_norm(ImportNode *node);
bool import_mean_variance_norm(ImportNode *node);
bool import_rms_norm(ImportNode *node);

/* ---- quantized.c ---- */
bool import_quantize(ImportNode *node);
bool import_dequantize(ImportNode *node);
bool import_dynamic_quantize(ImportNode *node);
bool import_conv_integer(ImportNode *node);
bool import_matmul_integer(ImportNode *node);
bool import_qlinear_conv(ImportNode *node);
bool import_qlinear_matmul(ImportNode *node);

/* ---- reductions.c ---- */
bool import_reduce(ImportNode *node);
bool import_log_sum_exp(ImportNode *node);
bool import_product(ImportNode *node);
/* The same of known numbers. */
bool fold_reduction(ImportNode *node);

/* ---- moves.c ---- */
bool import_same(ImportNode *node);
bool import_dropout(ImportNode *node);
bool import_reshape(ImportNode *node);
bool import_flatten(ImportNode *node);
bool import_squeeze(ImportNode *node);
bool import_unsqueeze(ImportNode *node);
bool import_transpose(ImportNode *node);
bool import_concat(ImportNode *node);
bool import_slice(ImportNode *node);
bool import_split(ImportNode *node);
bool import_gather(ImportNode *node);
bool import_pad(ImportNode *node);
bool import_depth_to_space(ImportNode *node);
bool import_space_to_depth(ImportNode *node);

/* ---- resize.c ---- */
bool import_resize(ImportNode *node);

#endif
