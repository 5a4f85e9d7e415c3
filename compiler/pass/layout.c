/* layout.c - where and how each value is stored.
 *
 *   weights of conv and fc    packed into panels, in the order in which the kernels read them
 *   input of a padded conv    stored with a halo of zeros, so that no kernel tests a border
 *   blocked convolutions      their inputs packed into channel blocks, their results unpacked
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

static void copy_conv(Rewrite *rewrite, NodeId id, const ConvForm *form, Explain *explain)
{
    const Node *conv = graph_node(rewrite->from, id);
    NodeId *inputs = packed_inputs(rewrite, conv, form->weights, form->maps);
    Layout wanted = halo_of_conv(rewrite->from, conv, form);
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
    const bool *written = graph_stored_known(graph->arena, graph);
    const Layout *wanted = halo_wanted(graph, forms, halo_allowed(graph));
    const NodeId *results = kernel_results(graph);
    const ConvForm plain = {.activations = LAYOUT_PLAIN};
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        NodeId id = {i};
        const Node *node = graph_node(graph, id);
        uint32_t leader = graph_leader(graph, id).index;
        const ConvForm *form = written[leader] ? &plain : &forms[leader]; /* plain, when no convolution leads */
        if (is_convolution(node->op) && !written[i])
            copy_conv(&rewrite, id, form, context->explain);
        else if (op_row(node->op)->family == FAMILY_MATVEC && !written[i])
            rewrite_copy_with(&rewrite, id,
                              packed_inputs(&rewrite, node, LAYOUT_PANELS,
                                            tiling_outputs(context->target->tiles, node->type.shape.dim[1])));
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
