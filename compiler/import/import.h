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

typedef struct ImportDim {
    const char *name;
    int64_t value;
} ImportDim;

typedef struct ImportOptions {
    const ImportDim *dims; /* --dim NAME=VALUE */
    uint32_t dim_count;
    int64_t batch; /* of an input's axis 0 that the model leaves open and no dim names; 0: 1 */
    /* What inputs will be given, in the order of the model's: they close dimensions, and of integers and booleans,
     * which are bound as constants, the numbers count too. */
    const struct Value *given;
    uint32_t given_count;
} ImportOptions;

/* Inputs and outputs as ONNX has them: those of the Graph are f32, and may have axes of 1 in front. Inputs that were
 * bound as constants are no inputs any more. */
typedef struct ImportPorts {
    VEC(const struct Value *) inputs, outputs;
} ImportPorts;

/* Whether a model is read by the importer: its name ends in ".onnx". */
bool is_onnx_path(const char *path);

/* The net with its weights. NULL after diagnostics. `ports` may be NULL. */
Graph *import_file(Arena *arena, Diag *diag, const char *path, const ImportOptions *options, ImportPorts *ports);
/* The same of bytes in memory; `path` is for messages, and external data are beside it. */
Graph *import_bytes(Arena *arena, Diag *diag, const char *path, const void *bytes, size_t count,
                    const ImportOptions *options, ImportPorts *ports);

#endif
