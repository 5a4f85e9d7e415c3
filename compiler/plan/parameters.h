/* parameters.h - what a kernel reads: the tensors that its function is given, in their order. */
#ifndef FOVEA_PLAN_PARAMETERS_H
#define FOVEA_PLAN_PARAMETERS_H

#include "plan/plan.h"

/* An input of the leader, or what the epilogue reads beside the running value; numbers stand in the text. */
typedef struct Parameter {
    const Node *node;
    uint32_t input;
    bool epilogue;
    uint32_t place; /* of the node in the epilogue */
} Parameter;

typedef struct Parameters {
    Parameter *at; /* the leader's come first */
    uint32_t count;
} Parameters;

Parameters kernel_parameters(const Graph *graph, const Kernel *kernel);
const Type *parameter_type(const Graph *graph, const Parameter *parameter);
/* Whether it has a value a channel; false: one for all of them. */
bool parameter_runs(const Graph *graph, const Parameter *parameter);
/* Whether the epilogue reads it element by element, beside the running value. */
bool parameter_is_parallel(const Graph *graph, const Parameter *parameter);

#endif
