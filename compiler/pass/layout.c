/* layout.c - where and how each value is stored.
 *
 *   weights of conv and fc    packed into panels, in the order in which the kernels read them; of fc also in 16 bits
 *   input of a padded conv    stored with a halo of zeros, so that no kernel tests a border
 *   values between kernels that work in blocks of channels stay so (blocks.h); who reads otherwise gets a copy, but
 *                             fully connected layers get their weights in the order of the blocks (flat.h)
 *
 * A halo is owed by the value's producer, where it can write one (halo.h). Otherwise the convolution gets a copy of its
 * own: a pack.
 * Fusion is known here: of a fused kernel only the last value is stored, so only that one has a layout.
 */
#include "ops/op.h"
#include "pass/blocks.h"
#include "pass/flat.h"
#include "pass/halo.h"
#include "pass/known.h"
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

typedef VEC(NodeId) NodeIds;

/* Of a value: whether some read it otherwise than it is stored, and what they read. */
typedef struct Copy {
    bool asked;
    bool bare; /* without a halo: parts of it have none */
    Layout layout;
    NodeId node; /* in the new graph; NODE_NONE: not yet */
} Copy;

typedef struct Storing {
    Rewrite rewrite;
    Explain *explain;
    Blocks blocks;
    const bool *allowed;  /* halos of values that are stored plainly */
    const Layout *stored; /* one an old value */
    const NodeId *flat;   /* likewise: what fully connected layers read instead (flat.h) */
    Copy *copies;         /* likewise */
    NodeIds *beside;      /* one a leader: what its kernel reads of copies in blocks beside its running value */
} Storing;

/* ---- who reads what ---- */

static void ask(Storing *storing, NodeId value, Layout layout)
{
    Copy *copy = &storing->copies[value.index];
    halo_widen(&layout, &copy->layout);
    copy->layout = layout;
    copy->asked = true;
}

/* What node `id` wants as input k, when that is stored otherwise. */
static void find_copy(Storing *storing, NodeId id, uint32_t k)
{
    const Graph *graph = storing->rewrite.from;
    const Node *node = graph_node(graph, id);
    NodeId input = graph_input(graph, node, k);
    int32_t block = blocks_read(&storing->blocks, id, k);
    if (block == storing->blocks.stored[input.index] || graph_is_running(graph, node, k) ||
        storing->blocks.written[input.index] || node->op == OP_join || !node_is_none(storing->flat[id.index]))
        return;
    Layout layout = {.kind = block ? LAYOUT_BLOCKED : LAYOUT_PLAIN, .block = block};
    if (is_convolution(node->op) && k == 0 && (block || storing->allowed[input.index]))
        layout = halo_of_conv(graph, node, &storing->blocks.forms[id.index]);
    ask(storing, input, layout);
    storing->copies[input.index].bare |= node->op == OP_part;
    if (block && !node_is_none(node->kernel))
        VEC_PUSH(graph->arena, &storing->beside[node->kernel.index], input);
}

static void find_copies(Storing *storing)
{
    const Graph *graph = storing->rewrite.from;
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        storing->copies[i].node = NODE_NONE;
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        for (uint32_t k = 0; k < graph->nodes.at[i].input_count; k++)
            find_copy(storing, (NodeId){i}, k);
    for (uint32_t i = 0; i < graph->outputs.count; i++) {
        NodeId output = graph->outputs.at[i].node;
        if (storing->blocks.stored[output.index])
            ask(storing, output, (Layout){.kind = LAYOUT_PLAIN});
    }
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        Copy *copy = &storing->copies[i];
        if (copy->bare)
            copy->layout = (Layout){.kind = copy->layout.kind, .block = copy->layout.block};
    }
}

/* ---- what they get ---- */

static void explain_copy(const Storing *storing, const Node *reader, NodeId copy, const char *why)
{
    explain_done(storing->explain, reader,
                 (Saving){.bytes = -2 * type_bytes(&graph_node(storing->rewrite.to, copy)->type)},
                 "its input is copied: %s", why);
}

/* A value as it is stored in blocks, or plainly, in the new graph: itself, or the copy that all share who read it so.
 */
static NodeId in_kind(Storing *storing, const Node *reader, NodeId value, int32_t block)
{
    Rewrite *rewrite = &storing->rewrite;
    Copy *copy = &storing->copies[value.index];
    if (storing->blocks.stored[value.index] == block || storing->blocks.written[value.index])
        return rewrite->map[value.index];
    if (node_is_none(copy->node)) {
        copy->node = rewrite_pack(rewrite, rewrite->map[value.index], copy->layout, reader->span);
        explain_copy(storing, reader, copy->node, "into blocks of channels");
    }
    return copy->node;
}

/* Input k of a node in the new graph. */
static NodeId read_as(Storing *storing, NodeId id, uint32_t k)
{
    const Graph *graph = storing->rewrite.from;
    const Node *node = graph_node(graph, id);
    NodeId value = graph_input(graph, node, k);
    int32_t block = blocks_read(&storing->blocks, id, k), own = storing->blocks.stored[value.index];
    if (graph_is_running(graph, node, k))
        return storing->rewrite.map[value.index];
    if (node->op == OP_join && block != own) /* it stands there, and nowhere else */
        return rewrite_pack(&storing->rewrite, storing->rewrite.map[value.index], storing->stored[id.index],
                            node->span);
    return in_kind(storing, node, value, block);
}

static NodeId *read_all(Storing *storing, NodeId id)
{
    const Node *node = graph_node(storing->rewrite.from, id);
    NodeId *inputs = NEW_ARRAY(storing->rewrite.to->arena, NodeId, node->input_count);
    for (uint32_t k = 0; k < node->input_count; k++)
        inputs[k] = read_as(storing, id, k);
    return inputs;
}

/* Weights (input 1) of a convolution or fully connected layer as its form wants them, and its bias in panels as wide.
 * Vectors are filled up to whole panels too, so that kernels read them without a test. */
static void pack_weights(Storing *storing, const Node *node, NodeId *inputs, const Layout *weights)
{
    const Layout vector = {.kind = LAYOUT_PANELS, .block = weights->block, .lanes = weights->lanes};
    for (uint32_t k = 1; k < node->input_count && weights->kind != LAYOUT_PLAIN; k++)
        inputs[k] = rewrite_pack(&storing->rewrite, inputs[k], k == 1 ? *weights : vector, node->span);
}

static Layout weights_of_form(const ConvForm *form)
{
    bool lanes = form->activations == LAYOUT_BLOCKED && form->weights == LAYOUT_PANELS;
    return (Layout){
        .kind = form->weights, .block = form->maps, .inputs = form->inputs, .lanes = lanes ? form->channel_block : 0};
}

static void copy_conv(Storing *storing, NodeId id, NodeId *inputs)
{
    Rewrite *rewrite = &storing->rewrite;
    const Graph *graph = storing->rewrite.from;
    const Node *conv = graph_node(graph, id);
    const ConvForm *form = &storing->blocks.forms[id.index];
    const Layout wanted = halo_of_conv(graph, conv, form), weights = weights_of_form(form);
    pack_weights(storing, conv, inputs, &weights);
    if (!covers(&graph_node(rewrite->to, inputs[0])->type.layout, &wanted)) {
        inputs[0] = rewrite_pack(rewrite, inputs[0], wanted, conv->span);
        explain_copy(storing, conv, inputs[0], "what makes it cannot give it a halo");
    }
}

/* Weights of flattened pictures as those of pictures: panels then have the order of their blocks. */
static NodeId as_kernels(Rewrite *rewrite, const Node *node, NodeId weight, const Type *x)
{
    Shape shape = x->shape;
    shape.dim[0] = node->type.shape.dim[1];
    const char *name = layer_weight_name(rewrite->from, node);
    return known_named(rewrite, known_reshape(rewrite, weight, shape, node), name);
}

/* A fully connected layer waits for its weights, so that they may be stored in fewer bits; those that a run computes
 * stay what they are. */
static void copy_matvec(Storing *storing, const Node *node, NodeId *inputs, const PassContext *context)
{
    const Graph *graph = storing->rewrite.from;
    Layout weights = {.kind = LAYOUT_PANELS, .block = tiling_outputs(context->target, node->type.shape.dim[1])};
    const Type *x = &graph_node(storing->rewrite.to, inputs[0])->type;
    if (x->layout.kind == LAYOUT_BLOCKED) {
        weights.inputs = x->layout.block;
        inputs[1] = as_kernels(&storing->rewrite, node, inputs[1], x);
    }
    pack_weights(storing, node, inputs, &weights);
    if (storing->blocks.written[graph_input(graph, node, 1).index])
        graph_node(storing->rewrite.to, inputs[1])->type.dtype = context->weights_as;
}

/* What is sent has no halo, so that no more is sent than there is. */
static void copy_transfer(Storing *storing, const Node *node, NodeId *inputs)
{
    const Graph *to = storing->rewrite.to;
    Layout layout = graph_node(to, inputs[0])->type.layout;
    if (!layout_has_halo(&layout))
        return;
    layout = (Layout){.kind = layout.kind, .block = layout.block};
    inputs[0] = rewrite_pack(&storing->rewrite, inputs[0], layout, node->span);
    explain_copy(storing, node, inputs[0], "it has a halo, which is not sent");
}

static void copy_node(Storing *storing, NodeId id, const PassContext *context)
{
    const Node *node = graph_node(storing->rewrite.from, id);
    if (!node_is_none(storing->flat[id.index])) {
        storing->rewrite.map[id.index] = storing->rewrite.map[storing->flat[id.index].index];
        return;
    }
    NodeId *inputs = read_all(storing, id);
    for (uint32_t i = 0; i < storing->beside[id.index].count; i++) /* before the kernel begins */
        in_kind(storing, node, storing->beside[id.index].at[i], storing->blocks.inside[id.index]);
    if (is_convolution(node->op) && !storing->blocks.written[id.index])
        copy_conv(storing, id, inputs);
    else if (op_row(node->op)->family == FAMILY_MATVEC && !storing->blocks.written[id.index])
        copy_matvec(storing, node, inputs, context);
    else if (node->op == OP_transfer)
        copy_transfer(storing, node, inputs);
    rewrite_copy_with(&storing->rewrite, id, inputs);
}

/* Its layout, and at once the copy for those that read it plainly. */
static void store(Storing *storing, NodeId id)
{
    Rewrite *rewrite = &storing->rewrite;
    const Layout *layout = &storing->stored[id.index];
    Copy *copy = &storing->copies[id.index];
    if (layout->kind == LAYOUT_BLOCKED || layout_has_halo(layout))
        graph_node(rewrite->to, rewrite->map[id.index])->type.layout = *layout;
    if (layout->kind == LAYOUT_BLOCKED && copy->asked)
        copy->node = rewrite_pack(rewrite, rewrite->map[id.index], copy->layout, graph_node(rewrite->from, id)->span);
}

Graph *pass_layout(const Graph *graph, const PassContext *context)
{
    Storing storing = {.rewrite = rewrite_begin(graph),
                       .explain = context->explain,
                       .blocks = blocks_choose(graph, context->target),
                       .allowed = halo_allowed(graph),
                       .copies = NEW_ARRAY(graph->arena, Copy, graph->nodes.count),
                       .beside = NEW_ARRAY(graph->arena, NodeIds, graph->nodes.count)};
    storing.stored = halo_wanted(graph, storing.blocks.forms, storing.allowed, storing.blocks.stored);
    storing.flat = flat_pictures(&storing.blocks, storing.stored);
    find_copies(&storing);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        copy_node(&storing, (NodeId){i}, context);
        store(&storing, (NodeId){i});
    }
    for (uint32_t i = 0; i < graph->outputs.count; i++) { /* outputs are stored plainly */
        uint32_t output = graph->outputs.at[i].node.index;
        if (storing.blocks.stored[output])
            storing.rewrite.map[output] = storing.copies[output].node;
    }
    return rewrite_end(&storing.rewrite);
}
