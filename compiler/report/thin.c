/* thin.c - a net reduced to which place reads which, built and evaluated (see thin.h). */
#include "report/thin.h"
#include "ops/reach.h"
#include "report/thin_layer.h"

/* Of one value: they are all kept. */
#define MOST_PLACES ((int64_t)1 << 27)

static int64_t cost_of(const Thin *thin, const Node *node)
{
    const Op *row = op_row(node->op);
    int64_t cost = shape_count(&node->type.shape) + (row->macs ? row->macs(thin->graph, node) : 0);
    if (row->family == FAMILY_POOL)
        for (int axis = 2; axis < 4; axis++) {
            Reach reach = op_reach(thin->graph, node, 0, axis);
            cost *= reach.everything ? graph_input_node(thin->graph, node, 0)->type.shape.dim[axis] : reach.size;
        }
    return cost;
}

static bool build(Thin *thin, const Area *areas, NodeId unit)
{
    for (uint32_t i = 0; i <= unit.index; i++)
        thin->of[i] = NODE_NONE;
    for (uint32_t i = 0; i <= unit.index; i++) {
        if (!areas[i].reached)
            continue;
        thin->of[i] = thin_node(thin, i);
        if (node_is_none(thin->of[i]) || shape_count(&graph_node(thin->graph, thin->of[i])->type.shape) > MOST_PLACES)
            return false;
    }
    thin->unit = thin->of[unit.index];
    Shape shape = thin_shape(thin, unit.index);
    return shape_equal(&graph_node(thin->graph, thin->unit)->type.shape, &shape);
}

Thin *thin_new(const Graph *net, const Field *fields, const Area *areas, NodeId unit, const int64_t place[2])
{
    Arena *arena = arena_new();
    Thin *thin = NEW(arena, Thin);
    Buf *ignored = NEW(arena, Buf);
    *thin = (Thin){.arena = arena, .net = net, .fields = fields, .graph = graph_new(arena, "thin")};
    diag_init(&thin->diag, arena);
    thin->diag.capture = ignored;
    thin->of = NEW_ARRAY(arena, NodeId, net->nodes.count);
    bool good = build(thin, areas, unit);
    buf_free(ignored);
    if (!good) {
        arena_free(arena);
        return NULL;
    }
    const Shape *shape = &graph_node(thin->graph, thin->unit)->type.shape;
    for (int d = 0; d < shape->rank; d++) {
        thin->at *= shape->dim[d];
        for (int s = 0; s < 2; s++)
            if (d && d == fields[unit.index].side[s].axis)
                thin->at += place[s];
    }
    thin->values = NEW_ARRAY(arena, Tensor, thin->graph->nodes.count);
    thin->inputs = NEW_ARRAY(arena, const Tensor *, thin->graph->edges.count);
    for (uint32_t i = 0; i < thin->graph->nodes.count; i++) {
        const Node *node = &thin->graph->nodes.at[i];
        thin->values[i] = tensor_new(&node->type.shape);
        if (node->op == OP_const)
            op_const.reference(thin->graph, node, NULL, &thin->values[i]);
        else if (node->op != OP_input)
            thin->cost += cost_of(thin, node);
    }
    return thin;
}

void thin_free(Thin *thin)
{
    for (uint32_t i = 0; i < thin->graph->nodes.count; i++)
        tensor_free(&thin->values[i]);
    arena_free(thin->arena);
}

int64_t thin_cost(const Thin *thin)
{
    return thin->cost;
}

double *thin_pixels(Thin *thin, NodeId input)
{
    NodeId id = thin->of[input.index];
    return node_is_none(id) ? NULL : thin->values[id.index].at;
}

bool thin_reaches(Thin *thin)
{
    for (uint32_t i = 0; i < thin->graph->nodes.count; i++) {
        const Node *node = &thin->graph->nodes.at[i];
        Tensor *value = &thin->values[i];
        if (op_row(node->op)->family == FAMILY_SOURCE)
            continue;
        for (uint32_t k = 0; k < node->input_count; k++)
            thin->inputs[k] = &thin->values[graph_input(thin->graph, node, k).index];
        int64_t count = shape_count(&value->shape);
        memset(value->at, 0, (size_t)count * sizeof(double));
        eval_node(thin->graph, node, thin->inputs, value);
        for (int64_t e = 0; e < count; e++)
            value->at[e] = value->at[e] > 0;
    }
    return thin->values[thin->unit.index].at[thin->at] > 0;
}
