/* import.h - an ONNX model as a Graph: the same that elaboration makes of a .fov file.
 *
 *   file  --protobuf-c-->  ModelProto  --shapes, numbers known by now-->  values  --rows-->  Graph
 *
 * Each value of the model has its ONNX type and shape. One whose numbers follow from the file alone (weights, and shape
 * arithmetic) is known; the others are nodes of the Graph, whose shapes may have an axis of 1 in front: axis 0 of a
 * Graph is the batch, which many ops leave alone, and ONNX knows no batch.
 *
 * Whatever is not supported is refused: all such nodes are named, with the operator, its opset and why.
 */
#ifndef FOVEA_IMPORT_IMPORT_H
#define FOVEA_IMPORT_IMPORT_H

#include "ir/graph.h"

/* A dimension that the model leaves open, by the name that it has there, or "INPUT.AXIS" where it has none. */
typedef struct ImportDim {
    const char *name;
    int64_t value;
} ImportDim;

/* What an input will be: it closes dimensions, and where the numbers of integers and booleans have to be known, or are
 * wider than f32 holds, they are bound as constants. */
typedef struct ImportGiven {
    const char *name; /* of the input, in the model or as a port; NULL: the next that none is named for */
    const struct Value *value;
    bool is_constant; /* --const: bound whatever it is for */
} ImportGiven;

typedef VEC(ImportGiven) ImportGivens;

/* How a picture becomes an input of the model: (byte * scale - mean) / std, for each channel in the model's order. */
typedef struct ImportPicture {
    bool is_said; /* else the rest is what says nothing, and inputs of bytes alone are pictures */
    double scale, mean[3], std[3];
    int means, stds; /* that were given: one for all channels, or three */
    bool is_nhwc, is_bgr;
    int64_t resize; /* as Picture's */
    int64_t crop;   /* height and width that the model leaves open; 0: they are not said */
} ImportPicture;

typedef struct ImportOptions {
    const ImportDim *dims; /* --dim NAME=VALUE */
    uint32_t dim_count;
    int64_t batch; /* of a first axis that nothing else closes; 0: 1 */
    const ImportGiven *given;
    uint32_t given_count;
    const ImportPicture *picture; /* inputs that are pictures take bytes; NULL: all take numbers */
} ImportOptions;

/* An input or output as ONNX has it: that of the Graph is f32, and may have axes of 1 in front. */
typedef struct ImportPort {
    const struct Value *value; /* its name, type and shape */
    const struct Value *given; /* inputs: what was given for it; NULL: nothing */
} ImportPort;

/* In the order of the Graph's. Inputs that were bound as constants are not among them. */
typedef struct ImportPorts {
    VEC(ImportPort) inputs, outputs;
} ImportPorts;

/* Whether a model is read by the importer: its name ends in ".onnx". */
bool is_onnx_path(const char *path);

/* The net with its weights. NULL after diagnostics. `ports` may be NULL. */
Graph *import_file(Arena *arena, Diag *diag, const char *path, const ImportOptions *options, ImportPorts *ports);
/* The same of bytes in memory; `path` is for messages, and external data are beside it. */
Graph *import_bytes(Arena *arena, Diag *diag, const char *path, const void *bytes, size_t count,
                    const ImportOptions *options, ImportPorts *ports);

#endif
