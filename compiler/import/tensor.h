/* tensor.h - tensors in files of their own: .pb, as test data of ONNX are stored, and .npy, told apart by content.
 *
 * All element types that values have are read, but bf16 from .npy, as NumPy does not have it.
 */
#ifndef FOVEA_IMPORT_TENSOR_H
#define FOVEA_IMPORT_TENSOR_H

#include "import/model.h"

/* A known value; NULL after a diagnostic. */
const Value *tensor_read(Arena *arena, Diag *diag, const char *path);
/* Writes a known value as .npy, of its type and shape; floats where it is of integers are rounded, and bf16 becomes
 * f32. false after a diagnostic. */
bool tensor_write(Diag *diag, const char *path, const Value *value);

#endif
