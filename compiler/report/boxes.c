/* boxes.c - from layers to boxes and edges (see boxes.h). */
#include "report/boxes.h"
#include "ops/source.h"

typedef struct Boxer {
    Arena *arena;
    const Graph *graph;
    const Blocks *blocks;
    const Layers *layers;
    const uint32_t *uses; /* of each node */
    uint32_t *box_of;     /* of each node; UINT32_MAX: none */
    Boxes boxes;
} Boxer;

static BoxKind kind_of(const Node *node, uint32_t values)
{
    switch (op_row(node->op)->family) {
    case FAMILY_CONV:
    case FAMILY_CONV_TRANSPOSE:
    case FAMILY_CONV_CONNECT:
        return BOX_CONV;
    case FAMILY_MATVEC:
        return BOX_FULL;
    case FAMILY_POOL:
    case FAMILY_CHANNEL_POOL:
    case FAMILY_REDUCE:
        return BOX_POOL;
    case FAMILY_SOFTMAX:
    case FAMILY_LRN:
        return BOX_NORM;
    case FAMILY_CONCAT:
        return BOX_JOIN;
    case FAMILY_MAP:
        return values > 1 ? BOX_JOIN : BOX_ELEMENT;
    default:
        return BOX_MOVE;
    }
}

static bool is_constant(const Boxer *b, const Node *node, uint32_t i)
{
    return graph_input_node(b->graph, node, i)->op == OP_const;
}

/* How many values that are no constants a layer reads, and the last of them. */
static uint32_t count_values(const Boxer *b, const Node *node, NodeId *value)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < node->input_count; i++)
        if (!is_constant(b, node, i)) {
            count++;
            *value = graph_input(b->graph, node, i);
        }
    return count;
}

/* A block that is no more than one box has no frame: the box belongs to the block around it, unless the frame says how
 * often it is there. */
static void leave_small_blocks(const Boxer *b, Box *box)
{
    while (box->block && !box->port) {
        const Block *block = &b->blocks->at.at[box->block];
        if (block->end - block->first != box->nodes.count ||
            (box->repeat != REPEAT_NONE && b->blocks->repeats.at[box->repeat].block == block->parent))
            return;
        box->block = block->parent;
    }
}

/* The box that a layer is added to as a follower; UINT32_MAX: it has one of its own. */
static uint32_t followed_box(const Boxer *b, uint32_t layer, const Node *node)
{
    NodeId value = NODE_NONE;
    Family family = op_row(node->op)->family;
    if ((family != FAMILY_MAP && family != FAMILY_VIEW) || count_values(b, node, &value) != 1 ||
        b->uses[value.index] != 1)
        return UINT32_MAX;
    uint32_t at = b->box_of[value.index];
    Box *box = at == UINT32_MAX ? NULL : &b->boxes.at.at[at];
    if (box && box->block != b->blocks->block_of[layer])
        leave_small_blocks(b, box);
    if (!box || !node_same(box->nodes.at[box->nodes.count - 1], value) || box->block != b->blocks->block_of[layer] ||
        box->repeat != b->blocks->repeat_of[layer])
        return UINT32_MAX;
    if (box->port && b->layers->rows.at[layer].parameters)
        return UINT32_MAX;
    bool same = shape_equal(&node->type.shape, &graph_node(b->graph, value)->type.shape);
    return same || family == FAMILY_VIEW ? at : UINT32_MAX;
}

static void add_edges(Boxer *b, const Node *node, uint32_t to)
{
    for (uint32_t i = 0; i < node->input_count; i++) {
        NodeId value = graph_input(b->graph, node, i);
        uint32_t layer = b->blocks->layer_of[value.index];
        if (layer != UINT32_MAX)
            value = b->blocks->layers.at[b->blocks->stands_for[layer]];
        uint32_t from = b->box_of[value.index];
        if (!is_constant(b, node, i) && from != UINT32_MAX && from != to)
            VEC_PUSH(b->arena, &b->boxes.edges, (BoxEdge){from, to});
    }
}

static void add_layer(Boxer *b, uint32_t layer)
{
    NodeId id = b->blocks->layers.at[layer], value = NODE_NONE;
    const Node *node = graph_node(b->graph, id);
    uint32_t at = followed_box(b, layer, node);
    if (at == UINT32_MAX) {
        at = b->boxes.at.count;
        Box box = {.kind = kind_of(node, count_values(b, node, &value)),
                   .block = b->blocks->block_of[layer],
                   .repeat = b->blocks->repeat_of[layer]};
        VEC_PUSH(b->arena, &b->boxes.at, box);
    }
    Box *box = &b->boxes.at.at[at];
    VEC_PUSH(b->arena, &box->nodes, id);
    box->parameters += b->layers->rows.at[layer].parameters;
    box->macs += b->layers->rows.at[layer].macs;
    b->box_of[id.index] = at;
    add_edges(b, node, at);
}

static void add_port(Boxer *b, const Port *port, BoxKind kind)
{
    Box box = {.kind = kind, .port = port, .repeat = REPEAT_NONE};
    VEC_PUSH(b->arena, &box.nodes, port->node);
    if (kind == BOX_INPUT)
        b->box_of[port->node.index] = b->boxes.at.count;
    VEC_PUSH(b->arena, &b->boxes.at, box);
}

Boxes boxes_of(Arena *arena, const Graph *graph, const Blocks *blocks, const Layers *layers)
{
    Boxer b = {.arena = arena,
               .graph = graph,
               .blocks = blocks,
               .layers = layers,
               .uses = graph_uses(arena, graph),
               .box_of = NEW_ARRAY(arena, uint32_t, graph->nodes.count)};
    memset(b.box_of, 0xff, graph->nodes.count * sizeof *b.box_of);
    for (uint32_t i = 0; i < graph->inputs.count; i++)
        add_port(&b, &graph->inputs.at[i], BOX_INPUT);
    for (uint32_t layer = 0; layer < blocks->layers.count; layer++)
        if (blocks->stands_for[layer] == layer)
            add_layer(&b, layer);
    for (uint32_t i = 0; i < b.boxes.at.count; i++)
        leave_small_blocks(&b, &b.boxes.at.at[i]);
    for (uint32_t i = 0; i < graph->outputs.count; i++) {
        const Port *port = &graph->outputs.at[i];
        uint32_t layer = blocks->layer_of[port->node.index], to = b.boxes.at.count;
        NodeId shown = layer == UINT32_MAX ? port->node : blocks->layers.at[blocks->stands_for[layer]];
        add_port(&b, port, BOX_OUTPUT);
        if (b.box_of[shown.index] != UINT32_MAX)
            VEC_PUSH(arena, &b.boxes.edges, (BoxEdge){b.box_of[shown.index], to});
    }
    return b.boxes;
}
