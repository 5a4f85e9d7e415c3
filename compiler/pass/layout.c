/* layout.c - where and how each value is stored.
 *
 *   weights of conv and fc    packed into panels, in the order in which the kernels read them
 *   input of a padded conv    stored with a halo of zeros, so that no kernel tests a border
 *   blocked convolutions      their inputs packed into channel blocks, their results unpacked
 *
 * A halo is owed by the value's producer when a kernel of ours writes the value and every reader steps over halos.
 * Otherwise (inputs of the net, outputs, what is viewed or serves as a weight) the convolution gets a copy of its own:
 * a pack. Parts that are whole channels of one picture lie in the buffer of that with the same halo, the largest that
 * any of them is asked for.
 * Fusion is known here: of a fused kernel only the last value is stored, so only that one has a layout.
 */
#include "ops/op.h"
#include "ops/part.h"
#include "pass/pass.h"

enum { LARGE_PANEL = 32, MIDDLE_PANEL = 16, SMALL_PANEL = 8, PAGE = 4096 };

/* What is computed when the weights are written, by no kernel: what is known, and no output of the net. */
static bool *find_written(const Graph *graph)
{
    bool *written = graph_known(graph->arena, graph);
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        written[graph->outputs.at[i].node.index] = false;
    return written;
}

static Layout conv_input_layout(const Graph *graph, const Node *conv, const ConvForm *form)
{
    Layout layout = {.kind = form->activations, .block = form->activations == LAYOUT_BLOCKED ? form->channel_block : 0};
    op_row(conv->op)->halo(graph, conv, layout.halo);
    return layout;
}

/* The value of which a node is a part that lies in it with its halo; NODE_NONE: it is none. */
static NodeId whole_of(const Graph *graph, const Node *node)
{
    return part_is_channels(graph, node) ? graph_input(graph, node, 0) : NODE_NONE;
}

/* A part may have a halo when its value may, which all parts have to allow. */
static void allow_parts(const Graph *graph, bool *allowed)
{
    for (uint32_t i = graph->nodes.count; i-- > 0;) {
        NodeId whole = whole_of(graph, &graph->nodes.at[i]);
        if (!node_is_none(whole))
            allowed[whole.index] &= allowed[i];
    }
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        NodeId whole = whole_of(graph, &graph->nodes.at[i]);
        if (!node_is_none(whole))
            allowed[i] = allowed[whole.index];
    }
}

/* Whether the producer of a value can write a halo around it: a kernel of ours, not an output, no view of it but of
 * whole channels, and no weights, which are packed as they lie. */
static bool *halo_allowed(const Graph *graph)
{
    bool *allowed = NEW_ARRAY(graph->arena, bool, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        Family family = op_row(node->op)->family;
        bool channels = part_is_channels(graph, node), view = family == FAMILY_VIEW && !channels;
        allowed[i] = family != FAMILY_SOURCE && !view && node->type.shape.rank == 4;
        uint32_t first = view ? 0 : is_convolution(node->op) ? 1 : node->input_count;
        for (uint32_t j = first; j < node->input_count; j++)
            allowed[graph_input(graph, node, j).index] = false;
    }
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        allowed[graph->outputs.at[i].node.index] = false;
    allow_parts(graph, allowed);
    return allowed;
}

static void widen_halo(Layout *layout, const Layout *other)
{
    for (int side = 0; side < HALO_SIDES; side++)
        layout->halo[side] = MAX(layout->halo[side], other->halo[side]);
}

static void want_for_parts(const Graph *graph, Layout *wanted)
{
    for (uint32_t i = graph->nodes.count; i-- > 0;) {
        NodeId whole = whole_of(graph, &graph->nodes.at[i]);
        if (!node_is_none(whole))
            widen_halo(&wanted[whole.index], &wanted[i]);
    }
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        NodeId whole = whole_of(graph, &graph->nodes.at[i]);
        if (!node_is_none(whole))
            wanted[i] = wanted[whole.index];
    }
}

/* Channels that lie whole pages apart fall into the same few sets of the first cache, where they push each other out:
 * 28 x 28 with a halo of 2 is 4096 bytes. One more row below keeps them apart. */
static void keep_off_pages(const Graph *graph, Layout *wanted)
{
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        if (!layout_has_halo(&wanted[i]))
            continue;
        const Type *type = &graph->nodes.at[i].type;
        const Shape channel = SHAPE(1, 1, type->shape.dim[2], type->shape.dim[3]);
        if (layout_count(&wanted[i], &channel) * dtype_bytes(type->dtype) % PAGE == 0)
            wanted[i].halo[HALO_BOTTOM]++;
    }
}

/* The largest halo that the plain convolutions reading a value ask for, where its producer may write it. */
static Layout *wanted_layouts(const Graph *graph, const ConvForm *forms, const bool *written, const bool *allowed)
{
    Layout *wanted = NEW_ARRAY(graph->arena, Layout, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        if (!is_convolution(node->op) || written[i])
            continue;
        uint32_t input = graph_input(graph, node, 0).index;
        if (forms[i].activations != LAYOUT_PLAIN || !allowed[input])
            continue;
        Layout layout = conv_input_layout(graph, node, &forms[i]);
        widen_halo(&wanted[input], &layout);
    }
    want_for_parts(graph, wanted);
    keep_off_pages(graph, wanted);
    return wanted;
}

static int32_t matvec_panel(int64_t outputs)
{
    return outputs >= LARGE_PANEL ? LARGE_PANEL : outputs > SMALL_PANEL ? MIDDLE_PANEL : SMALL_PANEL;
}

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

static void copy_conv(Rewrite *rewrite, NodeId id, const ConvForm *form, Explain *explain)
{
    const Node *conv = graph_node(rewrite->from, id);
    NodeId *inputs = packed_inputs(rewrite, conv, form->weights, form->maps);
    Layout wanted = conv_input_layout(rewrite->from, conv, form);
    if (!covers(&graph_node(rewrite->to, inputs[0])->type.layout, &wanted)) {
        inputs[0] = rewrite_pack(rewrite, inputs[0], wanted, conv->span);
        explain_done(explain, conv, (Saving){.bytes = -2 * type_bytes(&graph_node(rewrite->to, inputs[0])->type)},
                     "its input is copied: %s",
                     wanted.kind == LAYOUT_BLOCKED ? "into blocks of channels" : "what makes it cannot give it a halo");
    }
    rewrite_copy_with(rewrite, id, inputs);
}

Graph *pass_layout(const Graph *graph, const PassContext *context)
{
    Rewrite rewrite = rewrite_begin(graph);
    const ConvForm *forms = target_conv_forms(context->target, graph);
    const bool *written = find_written(graph);
    const Layout *wanted = wanted_layouts(graph, forms, written, halo_allowed(graph));
    const NodeId *results = kernel_results(graph);
    const ConvForm plain = {.activations = LAYOUT_PLAIN};
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        NodeId id = {i};
        const Node *node = graph_node(graph, id);
        uint32_t leader = node_is_none(node->kernel) ? i : node->kernel.index;
        const ConvForm *form = written[leader] ? &plain : &forms[leader]; /* plain, when no convolution leads */
        if (is_convolution(node->op) && !written[i])
            copy_conv(&rewrite, id, form, context->explain);
        else if (op_row(node->op)->family == FAMILY_MATVEC && !written[i])
            rewrite_copy_with(&rewrite, id,
                              packed_inputs(&rewrite, node, LAYOUT_PANELS, matvec_panel(node->type.shape.dim[1])));
        else
            rewrite_copy(&rewrite, id);
        Type *type = &graph_node(rewrite.to, rewrite.map[i])->type;
        if (form->activations != LAYOUT_BLOCKED) {
            if (layout_has_halo(&wanted[i]))
                type->layout = wanted[i];
        } else if (node_same(results[leader], id)) {
            type->layout = (Layout){.kind = LAYOUT_BLOCKED, .block = form->channel_block};
            rewrite.map[i] = rewrite_pack(&rewrite, rewrite.map[i], wanted[i], node->span);
        }
    }
    return rewrite_end(&rewrite);
}
