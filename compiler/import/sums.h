/* sums.h - products of matrices, for operators that are made of them. */
#ifndef FOVEA_IMPORT_SUMS_H
#define FOVEA_IMPORT_SUMS_H

#include "import/model.h"

/* A B as ONNX's MatMul has it, and its shape; NODE_NONE after a refusal. */
NodeId matrix_product(ImportNode *node, Value *a, Value *b, Shape *shape);

#endif
