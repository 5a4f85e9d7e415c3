/* safetensors.h - reading and writing .safetensors files (format: huggingface/safetensors README): eight bytes of
 * header length, a JSON header, raw little-endian data. */
#ifndef FOVEA_WEIGHTS_SAFETENSORS_H
#define FOVEA_WEIGHTS_SAFETENSORS_H

#include "ir/type.h"
#include "support/diag.h"

typedef enum SafetensorsType { ST_F32, ST_F16, ST_BF16, ST_F64, ST_OTHER } SafetensorsType;

typedef struct SafeTensor {
    const char *name;
    SafetensorsType type;
    const char *type_name; /* as written: "F32" */
    Shape shape;           /* rank over MAX_RANK: refused when the file is opened */
    const unsigned char *data;
    size_t bytes;
} SafeTensor;

typedef struct SafetensorsFile {
    const char *path;
    VEC(SafeTensor) tensors; /* sorted by name */
    void *mapping;
    size_t mapping_bytes;
} SafetensorsFile;

/* Maps and checks the file: every length, offset, shape and overlap, so that whoever reads a tensor is safe.
 * false after a diagnostic at `span`. */
bool safetensors_open(SafetensorsFile *file, Arena *arena, Diag *diag, const char *path, Span span);
void safetensors_close(SafetensorsFile *file);
const SafeTensor *safetensors_find(const SafetensorsFile *file, const char *name);
/* Converts to float; false when the type is not a float type. `out` has shape_count elements. */
bool safetensors_read(const SafeTensor *tensor, float *out);
/* Writes tensors of floats (name, shape, data, bytes), sorted by name, beside the target and renamed over it. */
bool safetensors_write(Diag *diag, const char *path, const SafeTensor *tensors, uint32_t count);

#endif
