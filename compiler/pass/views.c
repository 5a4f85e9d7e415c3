/* views.c - operations that would copy elements to where they lie already become views.
 *
 *   %1 = slice(%0) begin=[0, 8, 0, 0] size=[1, 8, 5, 7] ...   ->   %1 = part(%0) first=280 dims=[1, 8, 5, 7]
 *   %2 = transpose(%1) of axes of one element                 ->   %2 = reshape(%1) dims=[...]
 *
 * A copy is one when walking over the result in order is walking over neighbours of the input. Halves of the channels
 * of one picture are; of a batch they are not. Outputs of the net stay copies: their kernel writes the caller's memory.
 */
#include "ops/op.h"
#include "ops/part.h"
#include "ops/view.h"
#include "pass/pass.h"

static void plain_strides(const Shape *shape, int64_t stride[MAX_RANK])
{
    int64_t size = 1;
    for (int axis = shape->rank - 1; axis >= 0; axis--) {
        stride[axis] = size;
        size *= shape->dim[axis];
    }
}

/* Whether the result is a run of the input's elements, and then where it begins. */
static bool is_run(const Graph *graph, const Node *node, int64_t *first)
{
    const Op *row = op_row(node->op);
    const Shape *x = &graph_input_node(graph, node, 0)->type.shape, *y = &node->type.shape;
    *first = 0;
    if (row->family == FAMILY_PAD)
        return shape_equal(x, y);
    if (row->family != FAMILY_COPY)
        return false;
    CopyLoops loops = row->copy(graph, node);
    int64_t of_x[MAX_RANK], of_y[MAX_RANK];
    plain_strides(x, of_x);
    plain_strides(y, of_y);
    for (int i = 0; i < loops.count; i++) {
        const CopyLoop *loop = &loops.at[i];
        if (loop->count > 1 && loop->stride * of_x[loop->from] != loop->step * of_y[loop->axis])
            return false;
    }
    for (int axis = 0; axis < x->rank; axis++)
        *first += loops.begin[axis] * of_x[axis];
    return true;
}

static void make_view(Graph *graph, Node *node, int64_t first)
{
    const Shape *shape = &node->type.shape;
    ReshapeAttrs dims = reshape_attrs(shape);
    if (shape_count(&graph_input_node(graph, node, 0)->type.shape) == shape_count(shape)) {
        ReshapeAttrs *attrs = NEW(graph->arena, ReshapeAttrs);
        *attrs = dims;
        node->op = OP_reshape;
        node->attrs = attrs;
        return;
    }
    PartAttrs *attrs = NEW(graph->arena, PartAttrs);
    attrs->first = first;
    attrs->rank = dims.rank;
    memcpy(attrs->dims, dims.dims, sizeof attrs->dims);
    node->op = OP_part;
    node->attrs = attrs;
}

Graph *pass_views(const Graph *graph, const PassContext *context)
{
    Rewrite rewrite = rewrite_begin(graph);
    bool *output = NEW_ARRAY(graph->arena, bool, graph->nodes.count);
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        output[graph->outputs.at[i].node.index] = true;
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        NodeId copy = rewrite_copy(&rewrite, (NodeId){i});
        int64_t first;
        if (!output[i] && graph->nodes.at[i].input_count == 1 && is_run(graph, &graph->nodes.at[i], &first)) {
            make_view(rewrite.to, graph_node(rewrite.to, copy), first);
            explain_done(context->explain, &graph->nodes.at[i],
                         (Saving){.bytes = 2 * type_bytes(&graph->nodes.at[i].type)}, "views what it would copy");
        }
    }
    return rewrite_end(&rewrite);
}
