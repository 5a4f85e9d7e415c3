/* arrays.h - tensors exchanged with an emitted program as .npy files of floats. */
#ifndef FOVEA_DRIVER_ARRAYS_H
#define FOVEA_DRIVER_ARRAYS_H

#include "ir/eval.h"

bool array_write(Diag *diag, const char *path, const Tensor *tensor);
/* Reads what a program wrote: any number of examples of `each` elements. The examples' count, or -1 after a diagnostic;
 * `values` lie in the arena. */
int64_t array_read(Arena *arena, Diag *diag, const char *path, int64_t each, const float **values);

#endif
