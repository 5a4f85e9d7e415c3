/* transfer.c - the same values on another device, or sent from or to the caller. No model says it; pass/transfer.c
 * finds where it is needed. */
#include "ops/rules.h"

static bool transfer_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    (void)diag;
    const Type *x = &graph_input_node(graph, node, 0)->type;
    *result = (Type){.dtype = x->dtype, .shape = x->shape};
    return true;
}

static void transfer_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    (void)node;
    memcpy(result->at, inputs[0]->at, (size_t)shape_count(&result->shape) * sizeof(double));
}

const Op op_transfer = {
    .family = FAMILY_TRANSFER,
    .least_inputs = 1,
    .most_inputs = 1,
    .type = transfer_type,
    .reference = transfer_reference,
    .tolerance = 0,
    .source = "clEnqueueCopyBuffer",
};
