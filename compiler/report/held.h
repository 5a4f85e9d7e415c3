/* held.h - which values of a plan are in the workspace at which step, and which layers they are of. */
#ifndef FOVEA_REPORT_HELD_H
#define FOVEA_REPORT_HELD_H

#include "plan/plan.h"

/* The step at which values take the most bytes of the workspace; the first of several. */
uint32_t fullest_step(const Plan *plan);

typedef VEC(uint32_t) BufferList;
/* The buffers of the workspace that hold a value at that step, the largest first. */
BufferList buffers_held(Arena *arena, const Plan *plan, uint32_t step);
/* The buffers of the weights, the largest first. */
BufferList buffers_of_weights(Arena *arena, const Plan *plan);

/* Where the model says the layer whose value a buffer holds, or whose weights it stores. */
Span buffer_span(const Plan *plan, uint32_t buffer);

#endif
