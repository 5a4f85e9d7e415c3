/* part.c - elements that lie one after another as a tensor of their own: what a slice is when it cuts nothing but the
 * outermost axis. No model says it; pass/views.c finds it. */
#include "ops/part.h"

#include "ops/rules.h"
#include "ops/view.h"

static bool part_type(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    const PartAttrs *attrs = node->attrs;
    if (!check_f32(graph, node, diag))
        return false;
    *result = (Type){.dtype = DT_F32, .shape = shape_make((int)attrs->rank, attrs->dims)};
    int64_t have = shape_count(&graph_input_node(graph, node, 0)->type.shape);
    if (shape_fits(&result->shape) && attrs->first >= 0 && attrs->first < have &&
        shape_count(&result->shape) <= have - attrs->first)
        return true;
    diag_error(diag, node->span, "part: %s from element %lld on is not in %lld elements",
               shape_full_text(graph->arena, &result->shape), (long long)attrs->first, (long long)have);
    return false;
}

static void part_reference(const Graph *graph, const Node *node, const Tensor *const *inputs, Tensor *result)
{
    (void)graph;
    memcpy(result->at, inputs[0]->at + ((const PartAttrs *)node->attrs)->first,
           (size_t)shape_count(&result->shape) * sizeof(double));
}

bool part_is_channels(const Graph *graph, const Node *node)
{
    if (node->op != OP_part)
        return false;
    const Shape *x = &graph_input_node(graph, node, 0)->type.shape, *y = &node->type.shape;
    return x->rank == 4 && y->rank == 4 && x->dim[0] == 1 && y->dim[0] == 1 && x->dim[2] == y->dim[2] &&
           x->dim[3] == y->dim[3] && ((const PartAttrs *)node->attrs)->first % (x->dim[2] * x->dim[3]) == 0;
}

int64_t part_begin(const Graph *graph, const Node *part)
{
    const Type *whole = &graph_input_node(graph, part, 0)->type;
    int64_t first = ((const PartAttrs *)part->attrs)->first;
    bool blocked = whole->layout.kind == LAYOUT_BLOCKED;
    if (!blocked && !layout_has_halo(&whole->layout))
        return first;
    const Shape channel = SHAPE(1, 1, whole->shape.dim[2], whole->shape.dim[3]);
    int64_t block = blocked ? whole->layout.block : 1;
    return first / shape_count(&channel) / block * layout_count(&whole->layout, &channel);
}

static const OpAttr attrs_of_part[] = {
    {"first", ATTR_INT, offsetof(PartAttrs, first), 1, 0, NULL},
    {"dims", ATTR_INT, offsetof(PartAttrs, dims), 0, offsetof(PartAttrs, rank), NULL},
};

const Op op_part = {
    .family = FAMILY_VIEW,
    .least_inputs = 1,
    .most_inputs = 1,
    .attrs = attrs_of_part,
    .attr_count = COUNT_OF(attrs_of_part),
    .attr_bytes = sizeof(PartAttrs),
    .type = part_type,
    .reference = part_reference,
    .reach = view_reach,
    .source = "ONNX Slice of the outermost axis",
};
