/* affine.c - batch norms, scales and shifts move into the weights of convolutions and fully connected layers.
 *
 *   %3 = conv(%0, %1, %2)                     %5 = mul(%1, ...)   weights: computed once, when they are written
 *   %4 = batchnorm(%3, ...)              ->   %6 = add(%2, ...)
 *                                             %7 = conv(%0, %5, %6)
 *
 * What stands behind a layer goes into it, also through a concat of such layers, a pad that repeats its input, and an
 * average: they give scaled and shifted results for scaled and shifted inputs. What stands before a layer goes into all
 * that read it, or stays. Nothing moves into a layer whose result others read as it is.
 */
#include "pass/affine.h"
#include "ops/concat.h"
#include "ops/op.h"
#include "ops/pad.h"
#include "ops/pool.h"

typedef struct Folding {
    Rewrite rewrite;
    const PassContext *context;
    const bool *known;
    const uint32_t *uses; /* of old nodes */
    Affine *before;       /* of old nodes that are affine and were not folded behind a layer; uses `waits` */
    bool *waits;
} Folding;

static const Node *new_node(const Folding *folding, NodeId old)
{
    return graph_node(folding->rewrite.to, folding->rewrite.map[old.index]);
}

/* ---- behind ---- */

/* Whether the average of scaled and shifted numbers is the scaled and shifted average: no zeros are counted in. */
static bool averages_plainly(const Node *node)
{
    if (node->op != OP_avgpool)
        return false;
    const PoolAttrs *attrs = node->attrs;
    int64_t pads = attrs->pad[HALO_TOP] + attrs->pad[HALO_LEFT] + attrs->pad[HALO_BOTTOM] + attrs->pad[HALO_RIGHT];
    return pads == 0 || !attrs->count_pad;
}

static bool repeats_input(const Node *node)
{
    const PadAttrs *attrs = node->attrs;
    return node->op == OP_pad && attrs->mode != PAD_CONSTANT && attrs->channels[0] + attrs->channels[1] == 0;
}

static bool joins_channels(const Node *node)
{
    return node->op == OP_concat && ((const ConcatAttrs *)node->attrs)->axis == 1;
}

/* Why the value of an old node cannot take over a scale and a shift; NULL: it can. */
static const char *why_not_into(const Folding *folding, NodeId old)
{
    const Graph *from = folding->rewrite.from;
    const Node *node = graph_node(from, old), *made = new_node(folding, old);
    if (folding->uses[old.index] > 1)
        return "others read what it scales";
    if (folding->known[old.index] || node->op == OP_input)
        return "nothing with weights stands before it";
    if (made->op == node->op && (averages_plainly(node) || repeats_input(node)))
        return why_not_into(folding, graph_input(from, node, 0));
    if (made->op == node->op && joins_channels(node)) {
        const char *why = NULL;
        for (uint32_t i = 0; i < node->input_count && !why; i++)
            why = why_not_into(folding, graph_input(from, node, i));
        return why;
    }
    return why_not_behind(made);
}

/* The old node's value, scaled and shifted. */
static NodeId fold_into(Folding *folding, NodeId old, Affine affine)
{
    Rewrite *rewrite = &folding->rewrite;
    const Node *node = graph_node(rewrite->from, old);
    if (!averages_plainly(node) && !repeats_input(node) && !joins_channels(node))
        return affine_behind(rewrite, rewrite->map[old.index], affine);
    NodeId *inputs = NEW_ARRAY(rewrite->to->arena, NodeId, node->input_count);
    int64_t channel = 0;
    for (uint32_t i = 0; i < node->input_count; i++) {
        NodeId input = graph_input(rewrite->from, node, i);
        int64_t channels = graph_node(rewrite->from, input)->type.shape.dim[1];
        Affine part = joins_channels(node) ? affine_slice(rewrite, affine, channel, channels, node) : affine;
        inputs[i] = fold_into(folding, input, part);
        channel += channels;
    }
    return rewrite_add(rewrite, node->op, inputs, node->input_count, node->attrs, node);
}

/* ---- before ---- */

/* Why not all that read an old affine node can take it over; NULL: they can. */
static const char *why_not_by_readers(const Folding *folding, NodeId old, bool shifts)
{
    const Graph *from = folding->rewrite.from;
    const char *why = folding->uses[old.index] ? NULL : "nobody reads it";
    for (uint32_t i = 0; i < from->outputs.count && !why; i++)
        if (node_same(from->outputs.at[i].node, old))
            why = "its result is an output of the net";
    uint32_t found = 0;
    for (uint32_t i = old.index + 1; found < folding->uses[old.index] && !why; i++) {
        const Node *reader = &from->nodes.at[i];
        for (uint32_t k = 0; k < reader->input_count && !why; k++)
            if (node_same(graph_input(from, reader, k), old)) {
                why = k ? "what reads it has no weights to fold it into" : why_not_before(reader, shifts);
                found++;
            }
    }
    return why;
}

static int64_t operations(const Node *node, const Affine *affine)
{
    return shape_count(&node->type.shape) * (!node_is_none(affine->scale) + !node_is_none(affine->shift));
}

static bool fold_affine(Folding *folding, NodeId id)
{
    Rewrite *rewrite = &folding->rewrite;
    const Node *node = graph_node(rewrite->from, id);
    Affine affine;
    if (folding->known[id.index] || !affine_of(rewrite, folding->known, node, &affine))
        return false;
    NodeId x = graph_input(rewrite->from, node, affine.x);
    const char *behind = why_not_into(folding, x);
    Saving saving = {.operations = operations(node, &affine)};
    if (!behind) {
        rewrite->map[id.index] = fold_into(folding, x, affine);
        explain_done(folding->context->explain, node, saving, "folded into the weights of what makes its input");
        return true;
    }
    const char *before = why_not_by_readers(folding, id, !node_is_none(affine.shift));
    if (before) {
        explain_left(folding->context->explain, node, "not behind: %s; not before: %s", behind, before);
        return false;
    }
    folding->waits[id.index] = true;
    folding->before[id.index] = affine;
    explain_done(folding->context->explain, node, saving, "folded into the weights of all that reads it");
    return false; /* it is copied, and nobody will read the copy */
}

/* A layer behind something affine that waits for it. */
static void take_over(Folding *folding, NodeId id)
{
    Rewrite *rewrite = &folding->rewrite;
    const Node *node = graph_node(rewrite->from, id);
    NodeId input = node->input_count ? graph_input(rewrite->from, node, 0) : NODE_NONE;
    if (node_is_none(input) || !folding->waits[input.index])
        return;
    const Affine *affine = &folding->before[input.index];
    NodeId x = rewrite->map[graph_input(rewrite->from, graph_node(rewrite->from, input), affine->x).index];
    rewrite->map[id.index] = affine_before(rewrite, rewrite->map[id.index], x, *affine);
}

Graph *pass_affine(const Graph *graph, const PassContext *context)
{
    Folding folding = {.rewrite = rewrite_begin(graph),
                       .context = context,
                       .known = graph_known(graph->arena, graph),
                       .uses = graph_uses(graph->arena, graph),
                       .before = NEW_ARRAY(graph->arena, Affine, graph->nodes.count),
                       .waits = NEW_ARRAY(graph->arena, bool, graph->nodes.count)};
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        NodeId id = {i};
        if (fold_affine(&folding, id))
            continue;
        rewrite_copy(&folding.rewrite, id);
        take_over(&folding, id);
    }
    return graph_without_dead(rewrite_end(&folding.rewrite));
}
