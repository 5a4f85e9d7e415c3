/* constant.c - the constants of a graph: appending them, and finding a weight by its path.
 *
 * Layers that share weights ask for the same path; the table makes that one node. It is open addressing over the LOADED
 * constants, at most half full.
 */
#include "ir/graph.h"

#include <float.h>
#include <math.h>

#include "ops/source.h"

static uint32_t hash_path(const char *path)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *path; path++)
        hash = (hash ^ (unsigned char)*path) * 16777619u;
    return hash;
}

/* The slot that holds the path, or the empty one where it belongs. */
static NodeId *find_slot(const Graph *graph, const char *path)
{
    uint32_t mask = graph->weights.capacity - 1;
    for (uint32_t i = hash_path(path) & mask;; i = (i + 1) & mask) {
        NodeId *slot = &graph->weights.slots[i];
        if (node_is_none(*slot) || strcmp(graph_constant(graph, graph_node(graph, *slot))->path, path) == 0)
            return slot;
    }
}

static void grow_slots(Graph *graph)
{
    NodeId *old = graph->weights.slots;
    uint32_t old_capacity = graph->weights.capacity;
    uint32_t capacity = old_capacity ? old_capacity * 2 : 64;
    graph->weights.slots = NEW_ARRAY(graph->arena, NodeId, capacity);
    graph->weights.capacity = capacity;
    for (uint32_t i = 0; i < capacity; i++)
        graph->weights.slots[i] = NODE_NONE;
    for (uint32_t i = 0; i < old_capacity; i++)
        if (!node_is_none(old[i]))
            *find_slot(graph, graph_constant(graph, graph_node(graph, old[i]))->path) = old[i];
}

/* Makes the node findable by its path; the first of several stays. */
static void remember_weight(Graph *graph, NodeId id, const char *path)
{
    if (graph->weights.capacity < 2 * (graph->weights.count + 1))
        grow_slots(graph);
    NodeId *slot = find_slot(graph, path);
    if (!node_is_none(*slot))
        return;
    *slot = id;
    graph->weights.count++;
}

NodeId graph_add_constant(Graph *graph, const Constant *constant)
{
    if (!shape_fits(&constant->shape))
        BUG("constant '%s' has a shape that does not fit", constant->path ? constant->path : "");
    ConstAttrs *attrs = NEW(graph->arena, ConstAttrs);
    attrs->constant = graph->constants.count;
    Constant copy = *constant;
    if (!copy.path)
        copy.path = "";
    VEC_PUSH(graph->arena, &graph->constants, copy);
    Node node = {.op = OP_const,
                 .attrs = attrs,
                 .type = {.dtype = DT_F32, .shape = copy.shape},
                 .first_input = graph->edges.count,
                 .kernel = NODE_NONE,
                 .behind = NODE_NONE,
                 .path = copy.path,
                 .span = copy.span};
    VEC_PUSH(graph->arena, &graph->nodes, node);
    NodeId id = {graph->nodes.count - 1};
    if (copy.kind == CONSTANT_LOADED)
        remember_weight(graph, id, copy.path);
    return id;
}

bool number_fits(Diag *diag, double value, Span span)
{
    if (fabs(value) <= (double)FLT_MAX)
        return true;
    diag_error(diag, span, isfinite(value) ? "%g does not fit a float" : "%g is no finite number", value);
    return false;
}

NodeId graph_add_number(Graph *graph, Diag *diag, double value, Span span)
{
    if (!number_fits(diag, value, span))
        return NODE_NONE;
    float *data = NEW(graph->arena, float);
    *data = (float)value;
    Constant constant = {.kind = CONSTANT_LITERAL, .path = "", .data = data, .span = span};
    return graph_add_constant(graph, &constant);
}

NodeId graph_weight(Graph *graph, Diag *diag, const Constant *constant)
{
    if (constant->kind != CONSTANT_LOADED || !constant->path || !constant->path[0])
        BUG("graph_weight is for constants that are loaded by path");
    if (graph->weights.capacity) {
        NodeId found = *find_slot(graph, constant->path);
        if (!node_is_none(found)) {
            const Constant *first = graph_constant(graph, graph_node(graph, found));
            if (shape_equal(&first->shape, &constant->shape))
                return found;
            diag_error(diag, constant->span, "'%s' is %s here and %s where it was first used", constant->path,
                       shape_full_text(graph->arena, &constant->shape), shape_full_text(graph->arena, &first->shape));
            diag_note(diag, first->span, "first used here");
            return NODE_NONE;
        }
    }
    Constant copy = *constant;
    copy.path = arena_strdup(graph->arena, constant->path);
    return graph_add_constant(graph, &copy);
}
