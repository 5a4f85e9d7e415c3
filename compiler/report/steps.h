/* steps.h - what the steps of a plan move and compute, as `fovea show --plan` prints it. */
#ifndef FOVEA_REPORT_STEPS_H
#define FOVEA_REPORT_STEPS_H

#include "plan/plan.h"

/* Bytes as they are stored, halos and filled up panels included, each operand once: what a kernel has to move, however
 * often its loops come back to it. Rows that are held between kernels of a band stay in the cache, and count apart. */
typedef struct StepCost {
    int64_t read;    /* of activations and inputs of the net */
    int64_t weights; /* read */
    int64_t written;
    int64_t held; /* read and written, of values of which only some rows are held: all rows of them */
    int64_t macs;
} StepCost;

typedef struct StepCosts {
    StepCost *at; /* one a step */
    StepCost total;
} StepCosts;

StepCosts step_costs(Arena *arena, const Plan *plan);
/* Activations that are read and written. */
int64_t bytes_moved(const StepCost *cost);

/* Values that a run computes: the operations of the graph, without inputs, constants and what follows from those. */
uint32_t plan_nodes(const Plan *plan);

/* The label of what a step begins with, or else its operation. */
const char *step_label(const Plan *plan, uint32_t step);
typedef VEC(const char *) LayerNames;
/* The labels, or else operations, that a step computes, in their order. */
LayerNames step_layer_names(Arena *arena, const Plan *plan, const Step *step);
/* "conv1 + relu": the labels, or else operations, that a step computes. */
const char *step_layers(Arena *arena, const Plan *plan, const Step *step);

#endif
