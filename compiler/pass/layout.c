/* layout.c - where and how each value is stored.
 *
 *   weights of conv and fc    packed into panels, in the order in which the kernels read them
 *   input of a padded conv    stored with a halo of zeros, so that no kernel tests a border
 *   blocked convolutions      values between them stay in channel blocks; what others make or read is packed or
 * unpacked
 *
 * A halo is owed by the value's producer, where it can write one (halo.h). Otherwise the convolution gets a copy of its
 * own: a pack.
 * Fusion is known here: of a fused kernel only the last value is stored, so only that one has a layout.
 */
#include "ops/op.h"
#include "pass/halo.h"
#include "plan/tiling.h"

static bool covers(const Layout *layout, const Layout *wanted)
{
    if (layout->kind != wanted->kind || layout->block != wanted->block)
        return false;
    for (int side = 0; side < HALO_SIDES; side++)
        if (layout->halo[side] < wanted->halo[side])
            return false;
    return true;
}

/* The inputs of a convolution or fully connected layer in the new graph, weights (input 1) and bias packed into panels.
 * Vectors are filled up to whole panels too, so that kernels read them without a test. */
static NodeId *packed_inputs(Rewrite *rewrite, const Node *node, LayoutKind weights, int32_t panel)
{
    NodeId *inputs = NEW_ARRAY(rewrite->to->arena, NodeId, node->input_count);
    for (uint32_t i = 0; i < node->input_count; i++) {
        inputs[i] = rewrite->map[graph_input(rewrite->from, node, i).index];
        Layout layout = {.kind = i == 1 ? weights : LAYOUT_PANELS, .block = panel};
        if (i > 0 && weights != LAYOUT_PLAIN)
            inputs[i] = rewrite_pack(rewrite, inputs[i], layout, node->span);
    }
    return inputs;
}

typedef VEC(NodeId) NodeIds;

typedef struct Storing {
    Rewrite rewrite;
    Explain *explain;
    const ConvForm *forms;
    const bool *written; /* with the weights */
    const NodeId *results;
    const Layout *wanted; /* of plain values: their halos */
    Layout *blocks;       /* one an old value: what blocked convolutions that read it want, in one; PLAIN: none does */
    bool *plainly;        /* one an old value: somebody else reads it, too */
    NodeId *in_blocks;    /* one an old value: it in blocks, in the new graph; NODE_NONE: not yet */
    NodeIds *beside;      /* one a leader: what its kernel reads in blocks beside its running value */
} Storing;

static bool is_blocked(const Storing *storing, NodeId leader)
{
    return !storing->written[leader.index] && storing->forms[leader.index].activations == LAYOUT_BLOCKED;
}

/* Whether a node reads input k beside the running value of a blocked convolution, element by element. */
static bool reads_beside(const Storing *storing, const Node *node, uint32_t k)
{
    const Graph *graph = storing->rewrite.from;
    return !node_is_none(node->kernel) && is_convolution(graph_node(graph, node->kernel)->op) &&
           is_blocked(storing, node->kernel) && !graph_is_running(graph, node, k) && !op_row(node->op)->channelwise &&
           graph_input_node(graph, node, k)->type.shape.rank > 0;
}

/* How each value is read. */
static void find_readers(Storing *storing)
{
    const Graph *graph = storing->rewrite.from;
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        bool blocked =
            is_convolution(node->op) && is_blocked(storing, (NodeId){i}) && storing->forms[i].reads == LAYOUT_BLOCKED;
        storing->in_blocks[i] = NODE_NONE;
        for (uint32_t k = 0; k < node->input_count; k++) {
            NodeId input = graph_input(graph, node, k);
            Layout layout = {.kind = LAYOUT_PLAIN};
            if (blocked && k == 0)
                layout = halo_of_conv(graph, node, &storing->forms[i]);
            else if (reads_beside(storing, node, k))
                layout = (Layout){.kind = LAYOUT_BLOCKED, .block = storing->forms[node->kernel.index].channel_block};
            if (layout.kind == LAYOUT_PLAIN) {
                storing->plainly[input.index] = true;
                continue;
            }
            if (k > 0 || !blocked)
                VEC_PUSH(graph->arena, &storing->beside[node->kernel.index], input);
            halo_widen(&layout, &storing->blocks[input.index]);
            storing->blocks[input.index] = layout;
        }
    }
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        storing->plainly[graph->outputs.at[i].node.index] = true;
}

/* A value in the new graph as it is wanted: as it is stored, or a copy. All that read it in blocks share one. */
static NodeId stored_as(Storing *storing, const Node *reader, NodeId value, const Layout *wanted)
{
    Rewrite *rewrite = &storing->rewrite;
    bool blocked = wanted->kind == LAYOUT_BLOCKED;
    NodeId *kept = &storing->in_blocks[value.index];
    NodeId stored = blocked && !node_is_none(*kept) ? *kept : rewrite->map[value.index];
    if (covers(&graph_node(rewrite->to, stored)->type.layout, wanted))
        return stored;
    NodeId copy = rewrite_pack(rewrite, stored, blocked ? storing->blocks[value.index] : *wanted, reader->span);
    if (blocked)
        *kept = copy;
    explain_done(storing->explain, reader, (Saving){.bytes = -2 * type_bytes(&graph_node(rewrite->to, copy)->type)},
                 "its input is copied: %s",
                 blocked ? "into blocks of channels" : "what makes it cannot give it a halo");
    return copy;
}

static void copy_conv(Storing *storing, NodeId id, const ConvForm *form)
{
    const Graph *graph = storing->rewrite.from;
    const Node *conv = graph_node(graph, id);
    NodeId *inputs = packed_inputs(&storing->rewrite, conv, form->weights, form->maps);
    Layout wanted = halo_of_conv(graph, conv, form), aligned = {.kind = LAYOUT_BLOCKED, .block = form->channel_block};
    inputs[0] = stored_as(storing, conv, graph_input(graph, conv, 0), &wanted);
    for (uint32_t i = 0; i < storing->beside[id.index].count; i++) /* before the kernel begins */
        stored_as(storing, conv, storing->beside[id.index].at[i], &aligned);
    rewrite_copy_with(&storing->rewrite, id, inputs);
}

/* A node that is computed in a blocked convolution's kernel. */
static void copy_inside(Storing *storing, NodeId id)
{
    const Graph *graph = storing->rewrite.from;
    const Node *node = graph_node(graph, id);
    NodeId *inputs = NEW_ARRAY(graph->arena, NodeId, node->input_count);
    for (uint32_t k = 0; k < node->input_count; k++) {
        NodeId input = graph_input(graph, node, k);
        inputs[k] =
            reads_beside(storing, node, k) ? storing->in_blocks[input.index] : storing->rewrite.map[input.index];
    }
    rewrite_copy_with(&storing->rewrite, id, inputs);
}

/* The last value of a blocked convolution's kernel stays in blocks for those that read it so; others get a copy. */
static void store_in_blocks(Storing *storing, NodeId id, int32_t block)
{
    Rewrite *rewrite = &storing->rewrite;
    Layout layout = {.kind = LAYOUT_BLOCKED, .block = block};
    halo_widen(&layout, &storing->blocks[id.index]);
    graph_node(rewrite->to, rewrite->map[id.index])->type.layout = layout;
    storing->in_blocks[id.index] = rewrite->map[id.index];
    if (storing->plainly[id.index])
        rewrite->map[id.index] = rewrite_pack(rewrite, rewrite->map[id.index], storing->wanted[id.index],
                                              graph_node(rewrite->from, id)->span);
}

Graph *pass_layout(const Graph *graph, const PassContext *context)
{
    Arena *arena = graph->arena;
    uint32_t count = graph->nodes.count;
    Storing storing = {.rewrite = rewrite_begin(graph),
                       .explain = context->explain,
                       .forms = target_conv_forms(context->target, graph),
                       .written = graph_stored_known(arena, graph),
                       .results = kernel_results(graph),
                       .blocks = NEW_ARRAY(arena, Layout, count),
                       .plainly = NEW_ARRAY(arena, bool, count),
                       .in_blocks = NEW_ARRAY(arena, NodeId, count),
                       .beside = NEW_ARRAY(arena, NodeIds, count)};
    storing.wanted = halo_wanted(graph, storing.forms, halo_allowed(graph));
    find_readers(&storing);
    Rewrite *rewrite = &storing.rewrite;
    const ConvForm plain = {.activations = LAYOUT_PLAIN};
    for (uint32_t i = 0; i < count; i++) {
        NodeId id = {i};
        const Node *node = graph_node(graph, id);
        NodeId leader = graph_leader(graph, id);
        /* plain, when no convolution leads */
        const ConvForm *form = storing.written[leader.index] ? &plain : &storing.forms[leader.index];
        if (is_convolution(node->op) && !storing.written[i])
            copy_conv(&storing, id, form);
        else if (op_row(node->op)->family == FAMILY_MATVEC && !storing.written[i])
            rewrite_copy_with(rewrite, id,
                              packed_inputs(rewrite, node, LAYOUT_PANELS,
                                            tiling_outputs(context->target->tiles, node->type.shape.dim[1])));
        else if (!node_is_none(node->kernel) && form->activations == LAYOUT_BLOCKED)
            copy_inside(&storing, id);
        else
            rewrite_copy(rewrite, id);
        if (form->activations == LAYOUT_BLOCKED && node_same(storing.results[leader.index], id))
            store_in_blocks(&storing, id, form->channel_block);
        else if (form->activations != LAYOUT_BLOCKED && layout_has_halo(&storing.wanted[i]))
            graph_node(rewrite->to, rewrite->map[i])->type.layout = storing.wanted[i];
    }
    return rewrite_end(rewrite);
}
