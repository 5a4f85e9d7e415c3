/* rows.h - what each operation is in ONNX: an operator of the same meaning, a few of them, or nothing and why. */
#ifndef FOVEA_ONNX_ROWS_H
#define FOVEA_ONNX_ROWS_H

#include "onnx/model.h"

/* One of these says it: `type`, `write` or `reason`. */
typedef struct OnnxRow {
    const char *type; /* the operator, which reads the layer's inputs as they are */
    struct {
        const char *name, *ours; /* its numbers, by the names of the op's own attributes */
    } numbers[2];
    bool (*write)(OnnxLayer *layer); /* writes the nodes; false after a diagnostic */
    const char *reason;              /* why a net that is exported has no such layer */
} OnnxRow;

const OnnxRow *onnx_row(OpId op);
bool onnx_write_layer(OnnxLayer *layer);

/* ---- layers.c: weights and windows ---- */
bool onnx_conv(OnnxLayer *layer);
bool onnx_conv_connect(OnnxLayer *layer);
bool onnx_conv_transpose(OnnxLayer *layer);
bool onnx_fc(OnnxLayer *layer);
bool onnx_rbf(OnnxLayer *layer);
bool onnx_pool(OnnxLayer *layer);
bool onnx_channel_pool(OnnxLayer *layer);
bool onnx_reduce(OnnxLayer *layer);
bool onnx_argmax(OnnxLayer *layer);
bool onnx_lrn(OnnxLayer *layer);
bool onnx_softmax(OnnxLayer *layer);

/* ---- maps.c: element by element ---- */
bool onnx_pixels(OnnxLayer *layer);
bool onnx_relu6(OnnxLayer *layer);
bool onnx_clamp(OnnxLayer *layer);
bool onnx_selu(OnnxLayer *layer);
bool onnx_scaled_tanh(OnnxLayer *layer);
bool onnx_swish(OnnxLayer *layer);
bool onnx_hard_swish(OnnxLayer *layer);
bool onnx_gelu(OnnxLayer *layer);
bool onnx_trunc(OnnxLayer *layer);
bool onnx_mod(OnnxLayer *layer);
bool onnx_comparison(OnnxLayer *layer);
bool onnx_where(OnnxLayer *layer);
bool onnx_prelu(OnnxLayer *layer);
bool onnx_batchnorm(OnnxLayer *layer);
bool onnx_scale(OnnxLayer *layer);
bool onnx_normalize(OnnxLayer *layer);

/* ---- moves.c: other places, other shapes ---- */
bool onnx_concat(OnnxLayer *layer);
bool onnx_slice(OnnxLayer *layer);
bool onnx_pad(OnnxLayer *layer);
bool onnx_flatten(OnnxLayer *layer);
bool onnx_reshape(OnnxLayer *layer);
bool onnx_transpose(OnnxLayer *layer);
bool onnx_squeeze(OnnxLayer *layer);
bool onnx_depth_to_space(OnnxLayer *layer);
bool onnx_space_to_depth(OnnxLayer *layer);
bool onnx_channel_shuffle(OnnxLayer *layer);
bool onnx_resize(OnnxLayer *layer);
bool onnx_resample(OnnxLayer *layer); /* resample.c */

#endif
