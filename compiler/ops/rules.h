/* rules.h - what several ops share: checks that type rules make, and steps that build rules take. */
#ifndef FOVEA_OPS_RULES_H
#define FOVEA_OPS_RULES_H

#include "ops/op.h"

/* Row of a MAP op of one tensor: its first words. */
#define UNARY .family = FAMILY_MAP, .least_inputs = 1, .most_inputs = 1, .type = type_same
/* Parameters and attributes of a row, from static arrays NAME_params and NAME_attrs. */
#define ARGUMENTS(name, struct_type)                                                                                   \
    .params = name##_params, .param_count = COUNT_OF(name##_params), .attrs = name##_attrs,                            \
    .attr_count = COUNT_OF(name##_attrs), .attr_bytes = sizeof(struct_type)

/* The value of a call's parameter, by the parameter's name. */
const OpArg *op_arg(const OpCall *call, const char *name);

/* A node of the call's op without attributes, from its inputs alone. */
NodeId build_plain(const OpCall *call);
/* The same with attributes. */
NodeId build_with(const OpCall *call, const void *attrs);
/* The same when each attribute is a number that a parameter of its name gives. */
NodeId build_numbers(const OpCall *call);

/* Every input is f32: else "conv takes f32 values, this is u8". */
bool check_f32(const Graph *graph, const Node *node, Diag *diag);
/* Input 0 is a batch of pictures (rank 4): else "conv takes channels x height x width, this is 120". */
bool check_picture(const Graph *graph, const Node *node, Diag *diag);
/* The shape of input i, as people write it. */
const char *input_text(const Graph *graph, const Node *node, uint32_t i);

/* What people call an axis of the whole shape: "height", "channels"; "axis 2" where the shape is no picture. */
const char *axis_name(const Graph *graph, int rank, int axis);
/* The axes that the language counts: "axes 0 to 2", "axis 0 alone", "none". */
const char *axes_text(const Graph *graph, const Shape *shape);
/* Notes where input i came from: "this is 64x56x56". */
void note_input(const Graph *graph, const Node *node, Diag *diag, uint32_t i);

/* Type rule: f32, and the type of input 0, stored plain. */
bool type_same(const Graph *graph, const Node *node, Diag *diag, Type *result);

/* The elements of a row-major shape before, on and behind an axis. */
typedef struct AxisRun {
    int64_t outer, length, inner;
} AxisRun;
AxisRun axis_run(const Shape *shape, int axis);

#endif
