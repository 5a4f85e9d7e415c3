/* key.h - what makes two kernels the same. */
#ifndef FOVEA_PLAN_KEY_H
#define FOVEA_PLAN_KEY_H

#include "plan/plan.h"

/* Everything that the emitted function depends on, as text: operations, attributes, numbers, types, formats, loops. */
const char *kernel_key(Arena *arena, const Graph *graph, const Kernel *kernel);

#endif
