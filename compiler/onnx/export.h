/* export.h - a net as an ONNX file, layer by layer as the model says it.
 *
 * Written from the graph before any pass, with its weights bound: one node a layer under the layer's label, shapes of
 * all values, weights under their paths. What ONNX has under another form becomes a few nodes (rows.h). Messages are
 * protobuf-c's, made from the schema that libonnx-dev installs.
 */
#ifndef FOVEA_ONNX_EXPORT_H
#define FOVEA_ONNX_EXPORT_H

#include "ir/graph.h"

/* The operators' versions that are written, and the file format that came with them (ONNX 1.8): any later reader takes
 * both. */
enum { ONNX_OPSET = 13, ONNX_IR_VERSION = 7 };

typedef struct OnnxOptions {
    const char *model_path; /* is named in the file, without its folder */
    const char *parameters; /* "depth=50"; NULL: none */
    const char *version;    /* Fovea's own */
} OnnxOptions;

/* Whether a file can hold the weights, which need not be bound yet; else a diagnostic. */
bool onnx_fits(Diag *diag, const Graph *net);
/* Writes the file, whole or not at all. false after a diagnostic. */
bool onnx_export(Diag *diag, const Graph *net, const OnnxOptions *options, const char *path);

#endif
