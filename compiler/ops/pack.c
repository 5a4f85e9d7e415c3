/* pack.c - the same values stored in another layout, which the node's own type names. Values and shape stay; only
 * weights that are stored in 16 bits are rounded to them. */
#include "ops/rules.h"

static bool pack_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    (void)diag;
    const Type *x = &graph_input_node(graph, node, 0)->type;
    bool rounds = x->dtype == DT_F32 && dtype_is_short(node->type.dtype);
    *result = (Type){.dtype = rounds ? node->type.dtype : x->dtype, .shape = x->shape};
    return true;
}

static void pack_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    int64_t count = shape_count(&result->shape);
    for (int64_t i = 0; i < count; i++)
        result->at[i] = dtype_rounded(node->type.dtype, inputs[0]->at[i]);
}

const Op op_pack = {
    .family = FAMILY_PACK,
    .least_inputs = 1,
    .most_inputs = 1,
    .type = pack_type,
    .reference = pack_reference,
    .tolerance = 0,
    .source = "layouts of ir/type.h",
};
