/* blocks.c - which values are stored in blocks of channels, from the first to the last (see blocks.h). */
#include "pass/blocks.h"
#include "ops/concat.h"
#include "ops/lrn.h"
#include "ops/part.h"
#include "plan/nest.h"

static bool fills_blocks(const Shape *shape, int32_t block)
{
    return shape->dim[1] % block == 0;
}

static int32_t block_of(const Blocks *blocks, const Node *node, uint32_t k)
{
    return blocks->stored[graph_input(blocks->graph, node, k).index];
}

/* ---- element by element ---- */

/* Whether a node of an element-wise kernel reads input k element for element of its result. */
static bool reads_all(const Graph *graph, const Node *node, uint32_t k)
{
    const Shape *x = &graph_input_node(graph, node, k)->type.shape;
    return !graph_is_running(graph, node, k) && (k == 0 || !op_row(node->op)->channelwise) &&
           shape_equal(x, &node->type.shape);
}

/* Whether its text can go through blocks: what is read for each channel must not end within one, and what is read
 * element by element must be there to be copied. */
static bool map_fits(const Blocks *blocks, const Node *node, int32_t block)
{
    const Graph *graph = blocks->graph;
    if (op_row(node->op)->family != FAMILY_MAP || node->type.shape.rank != 4)
        return false;
    for (uint32_t k = 0; k < node->input_count; k++) {
        NodeId input = graph_input(graph, node, k);
        const Type *x = &graph_node(graph, input)->type;
        if (reads_all(graph, node, k) && (x->dtype != DT_F32 || blocks->written[input.index]))
            return false;
        if (!graph_is_running(graph, node, k) && !reads_all(graph, node, k) && shape_count(&x->shape) > 1 &&
            !fills_blocks(&node->type.shape, block))
            return false;
    }
    return true;
}

/* Whether each kernel's nodes are such, one a leader. */
static bool *find_fitting(const Blocks *blocks, int32_t block)
{
    const Graph *graph = blocks->graph;
    bool *fits = NEW_ARRAY(graph->arena, bool, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        bool fit = map_fits(blocks, node, block);
        uint32_t leader = graph_leader(graph, (NodeId){i}).index;
        fits[leader] = fit && (leader == i || fits[leader]);
    }
    return fits;
}

static bool reads_some(const Blocks *blocks, const Node *node)
{
    bool some = false;
    for (uint32_t k = 0; k < node->input_count; k++)
        some |= reads_all(blocks->graph, node, k) && block_of(blocks, node, k);
    return some;
}

/* ---- others ---- */

/* Neighbours come from one vector on each side, whichever instruction set a program takes. */
static int32_t lrn_block(const Blocks *blocks, const Node *node)
{
    enum { NARROWEST_VECTOR = 4 };
    const LrnAttrs *attrs = node->attrs;
    bool near = MAX(lrn_before(attrs), lrn_after(attrs)) <= NARROWEST_VECTOR;
    return lrn_has_roots(attrs) && near ? block_of(blocks, node, 0) : 0;
}

/* Sent as they are stored, but for what fills up blocks; the caller has values plainly. */
static int32_t transfer_block(const Blocks *blocks, const Node *node)
{
    int32_t block = block_of(blocks, node, 0);
    return block && node->device != DEVICE_HOST && fills_blocks(&node->type.shape, block) ? block : 0;
}

/* The blocks of most of what is joined, where parts begin with a block. */
static int32_t join_block(const Blocks *blocks, const Node *node)
{
    int64_t plain = 0, blocked = 0;
    int32_t block = 0;
    for (uint32_t k = 0; k < node->input_count; k++) {
        int32_t own = block_of(blocks, node, k);
        int64_t *side = own ? &blocked : &plain;
        *side += type_bytes(&graph_input_node(blocks->graph, node, k)->type);
        block = MAX(block, own);
    }
    if (!block || node->type.shape.rank != 4 || ((const ConcatAttrs *)node->attrs)->axis != 1 || blocked <= plain)
        return 0;
    for (uint32_t k = 0; k + 1 < node->input_count; k++)
        if (!fills_blocks(&graph_input_node(blocks->graph, node, k)->type.shape, block))
            return 0;
    return block;
}

static int32_t part_block(const Blocks *blocks, const Node *node)
{
    int32_t block = block_of(blocks, node, 0);
    const Shape *shape = &node->type.shape;
    if (!block || !part_is_channels(blocks->graph, node))
        return 0;
    int64_t first = ((const PartAttrs *)node->attrs)->first / (shape->dim[2] * shape->dim[3]);
    return first % block ? 0 : block;
}

/* Whether a kernel that goes through blocks stores its result so: one place a channel is a plain vector already, where
 * channels fill the blocks. What is no kernel stores as it reads, and so do convolutions. */
static bool stores_blocks(const Node *leader, const Node *result, int32_t block)
{
    Family family = op_row(leader->op)->family;
    const Shape *shape = &result->type.shape;
    return (family != FAMILY_MAP && family != FAMILY_POOL) || shape->dim[2] * shape->dim[3] > 1 ||
           !fills_blocks(shape, block);
}

/* What was copied into a join is copied as that is stored. */
static void copy_into(Blocks *blocks, const Node *join, int32_t block)
{
    for (uint32_t k = 0; k < join->input_count; k++)
        if (graph_input_node(blocks->graph, join, k)->op == OP_pack)
            blocks->stored[graph_input(blocks->graph, join, k).index] = block;
}

/* ---- all of them ---- */

static int32_t inside_of(const Blocks *blocks, NodeId id, const bool *fits, int32_t lanes)
{
    const Node *node = graph_node(blocks->graph, id);
    if (is_convolution(node->op))
        return blocks->forms[id.index].activations == LAYOUT_BLOCKED ? blocks->forms[id.index].channel_block : 0;
    switch (op_row(node->op)->family) {
    case FAMILY_MAP:
        return fits[id.index] && reads_some(blocks, node) ? lanes : 0;
    case FAMILY_POOL:
    case FAMILY_PACK:
        return block_of(blocks, node, 0);
    case FAMILY_TRANSFER:
        return transfer_block(blocks, node);
    case FAMILY_LRN:
        return lrn_block(blocks, node);
    case FAMILY_JOIN:
        return join_block(blocks, node);
    case FAMILY_VIEW:
        return part_block(blocks, node);
    default:
        return 0;
    }
}

Blocks blocks_choose(const Graph *graph, const Target *target)
{
    uint32_t count = graph->nodes.count;
    Blocks blocks = {.graph = graph,
                     .forms = target_conv_forms(target, graph),
                     .written = graph_stored_known(graph->arena, graph),
                     .stored = NEW_ARRAY(graph->arena, int32_t, count),
                     .inside = NEW_ARRAY(graph->arena, int32_t, count)};
    if (target->lanes <= 1)
        return blocks;
    const bool *fits = find_fitting(&blocks, target->lanes);
    const NodeId *results = kernel_results(graph);
    for (uint32_t i = 0; i < count; i++) {
        NodeId id = {i}, leader = graph_leader(graph, id);
        if (blocks.written[i])
            continue;
        if (node_same(leader, id))
            blocks.inside[i] = inside_of(&blocks, id, fits, target->lanes);
        int32_t block = blocks.inside[leader.index];
        if (block && node_same(results[leader.index], id) &&
            stores_blocks(graph_node(graph, leader), &graph->nodes.at[i], block))
            blocks.stored[i] = block;
        if (graph->nodes.at[i].op == OP_join)
            copy_into(&blocks, &graph->nodes.at[i], blocks.stored[i]);
    }
    return blocks;
}

int32_t blocks_read(const Blocks *blocks, NodeId id, uint32_t k)
{
    const Node *node = graph_node(blocks->graph, id);
    NodeId leader = graph_leader(blocks->graph, id);
    int32_t block = blocks->inside[leader.index];
    if (node->op == OP_pack)
        return block_of(blocks, node, k);
    if (!block || graph_is_running(blocks->graph, node, k))
        return 0;
    if (node_same(leader, id) && is_convolution(node->op))
        return k == 0 && blocks->forms[id.index].reads == LAYOUT_BLOCKED ? block : 0;
    if (op_row(node->op)->family == FAMILY_MAP)
        return reads_all(blocks->graph, node, k) ? block : 0;
    return block;
}
