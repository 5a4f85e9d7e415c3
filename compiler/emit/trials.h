/* trials.h - kernels that compute the same in several ways, as a program that times them (runtime/tune). */
#ifndef FOVEA_EMIT_TRIALS_H
#define FOVEA_EMIT_TRIALS_H

#include "plan/plan.h"

/* A step of a plan, for the calls of its kernel: way `way` of computing shape `shape`. */
typedef struct Trial {
    const Step *step;
    int shape, way;
} Trial;

/* Whether the kernel of a step can be called by itself, for all it computes. */
bool trial_is_possible(const Plan *plan, const Step *step);
/* Kernels of one plan, and the table PREFIX_trials of them. */
void emit_trials(Buf *out, const Diag *diag, const Plan *plan, const char *prefix, const Trial *trials, uint32_t count);
/* main, with the tables of the prefixes t0, t1, ... */
void emit_trials_main(Buf *out, const Target *target, const uint32_t *counts, uint32_t tables);

#endif
