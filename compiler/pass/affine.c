/* affine.c - batch norms, scales and shifts move into the weights of convolutions and fully connected layers.
 *
 *   %3 = conv(%0, %1, %2)                     %5 = mul(%1, ...)   weights: computed once, when they are written
 *   %4 = batchnorm(%3, ...)              ->   %6 = add(%2, ...)
 *                                             %7 = conv(%0, %5, %6)
 *
 * What stands behind a layer goes into it, also through a concat of such layers and through what gives scaled and
 * shifted results for scaled and shifted inputs (affine_through.c). What stands before a layer goes into all that read
 * it, through the same but concats, or stays. Nothing moves into a layer whose result others read as it is.
 */
#include "pass/affine.h"
#include "ops/concat.h"
#include "ops/op.h"

enum { FARTHEST = 1000 }; /* layers between what is folded and what takes it over */

typedef struct Folding {
    Rewrite rewrite;
    const PassContext *context;
    const bool *known;
    const uint32_t *uses; /* of old nodes */
    uint32_t *readers;    /* edges: for each old node those that read it, from first_reader on */
    uint32_t *first_reader;
    bool *output;
    /* Old nodes whose scale and shift wait for what reads them: the new node is the value as it is without. */
    bool *waits;
    Affine *before;
} Folding;

static const Node *new_node(const Folding *folding, NodeId old)
{
    return graph_node(folding->rewrite.to, folding->rewrite.map[old.index]);
}

/* ---- behind ---- */

static bool joins_channels(const Node *node)
{
    return node->op == OP_concat && ((const ConcatAttrs *)node->attrs)->axis == 1;
}

/* Why the value of an old node cannot take over a scale and a shift; NULL: it can. */
static const char *why_not_into(const Folding *folding, NodeId old, bool shifts, int far)
{
    const Graph *from = folding->rewrite.from;
    const Node *node = graph_node(from, old), *made = new_node(folding, old);
    if (folding->uses[old.index] > 1)
        return "others read what it scales";
    if (folding->known[old.index] || node->op == OP_input)
        return "nothing with weights stands before it";
    if (far > FARTHEST)
        return "too many layers stand between";
    const char *why = NULL;
    if (made->op == node->op && is_affine_path(from, node)) {
        why = why_not_through(from, node, shifts, false);
        return why ? why : why_not_into(folding, graph_input(from, node, 0), shifts, far + 1);
    }
    if (made->op == node->op && joins_channels(node)) {
        for (uint32_t i = 0; i < node->input_count && !why; i++)
            why = why_not_into(folding, graph_input(from, node, i), shifts, far + 1);
        return why;
    }
    return why_not_behind(made);
}

/* The old node's value, scaled and shifted. */
static NodeId fold_into(Folding *folding, NodeId old, Affine affine)
{
    Rewrite *rewrite = &folding->rewrite;
    const Node *node = graph_node(rewrite->from, old);
    bool path = is_affine_path(rewrite->from, node);
    if (!path && !joins_channels(node))
        return affine_behind(rewrite, rewrite->map[old.index], affine);
    NodeId *inputs = NEW_ARRAY(rewrite->to->arena, NodeId, node->input_count);
    int64_t channel = 0;
    for (uint32_t i = 0; i < node->input_count; i++) {
        NodeId input = graph_input(rewrite->from, node, i);
        int64_t channels = path ? 0 : graph_node(rewrite->from, input)->type.shape.dim[1];
        Affine part =
            path ? affine_backward(rewrite, node, affine) : affine_slice(rewrite, affine, channel, channels, node);
        inputs[i] = fold_into(folding, input, part);
        channel += channels;
    }
    return rewrite_add(rewrite, node->op, inputs, node->input_count, node->attrs, node);
}

/* ---- before ---- */

/* Why not all that read an old node can take over a scale and a shift of it; NULL: they can. */
static const char *why_not_by_readers(const Folding *folding, NodeId old, bool shifts, int far)
{
    const Graph *from = folding->rewrite.from;
    const char *why = folding->output[old.index] ? "its result is an output of the net" : NULL;
    if (folding->uses[old.index] == 0)
        why = "nobody reads it";
    if (far > FARTHEST)
        why = "too many layers stand between";
    for (uint32_t i = folding->first_reader[old.index]; !why && i < folding->first_reader[old.index + 1]; i++) {
        NodeId id = {folding->readers[i]};
        const Node *reader = graph_node(from, id);
        bool path = reader->input_count == 1 && is_affine_path(from, reader);
        for (uint32_t k = 1; k < reader->input_count && !why; k++)
            if (node_same(graph_input(from, reader, k), old))
                why = "what reads it has no weights to fold it into";
        if (!why)
            why = path ? why_not_through(from, reader, shifts, true) : why_not_before(reader, shifts);
        if (!why && path)
            why = why_not_by_readers(folding, id, shifts, far + 1);
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
    bool shifts = !node_is_none(affine.shift);
    const char *behind = why_not_into(folding, x, shifts, 0);
    Saving saving = {.operations = operations(node, &affine)};
    if (!behind) {
        rewrite->map[id.index] = fold_into(folding, x, affine);
        explain_done(folding->context->explain, node, saving, "folded into the weights of what makes its input");
        return true;
    }
    const char *before = why_not_by_readers(folding, id, shifts, 0);
    if (before) {
        explain_left(folding->context->explain, node, "not behind: %s; not before: %s", behind, before);
        return false;
    }
    folding->waits[id.index] = true;
    folding->before[id.index] = affine;
    rewrite->map[id.index] = rewrite->map[x.index];
    explain_done(folding->context->explain, node, saving, "folded into the weights of all that reads it");
    return true;
}

/* What reads something that waits: a layer takes it over, another one hands it on. */
static void take_over(Folding *folding, NodeId id)
{
    Rewrite *rewrite = &folding->rewrite;
    const Node *node = graph_node(rewrite->from, id);
    NodeId input = node->input_count ? graph_input(rewrite->from, node, 0) : NODE_NONE;
    if (node_is_none(input) || !folding->waits[input.index])
        return;
    if (node->input_count == 1 && is_affine_path(rewrite->from, node)) {
        folding->waits[id.index] = true;
        folding->before[id.index] = affine_forward(rewrite, node, folding->before[input.index]);
        return;
    }
    NodeId x = rewrite->map[input.index];
    rewrite->map[id.index] = affine_before(rewrite, rewrite->map[id.index], x, folding->before[input.index]);
}

/* For each node those that read it, once an input. */
static void find_readers(Folding *folding, const Graph *graph)
{
    uint32_t *first = folding->first_reader, *next = NEW_ARRAY(graph->arena, uint32_t, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        for (uint32_t k = 0; k < graph->nodes.at[i].input_count; k++)
            first[graph_input(graph, &graph->nodes.at[i], k).index + 1]++;
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        first[i + 1] += first[i];
        next[i] = first[i];
    }
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        for (uint32_t k = 0; k < graph->nodes.at[i].input_count; k++)
            folding->readers[next[graph_input(graph, &graph->nodes.at[i], k).index]++] = i;
}

Graph *pass_affine(const Graph *graph, const PassContext *context)
{
    Folding folding = {.rewrite = rewrite_begin(graph),
                       .context = context,
                       .known = graph_known(graph->arena, graph),
                       .uses = graph_uses(graph->arena, graph),
                       .readers = NEW_ARRAY(graph->arena, uint32_t, graph->edges.count),
                       .first_reader = NEW_ARRAY(graph->arena, uint32_t, graph->nodes.count + 1),
                       .output = NEW_ARRAY(graph->arena, bool, graph->nodes.count),
                       .waits = NEW_ARRAY(graph->arena, bool, graph->nodes.count),
                       .before = NEW_ARRAY(graph->arena, Affine, graph->nodes.count)};
    find_readers(&folding, graph);
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        folding.output[graph->outputs.at[i].node.index] = true;
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        NodeId id = {i};
        if (fold_affine(&folding, id))
            continue;
        rewrite_copy(&folding.rewrite, id);
        take_over(&folding, id);
    }
    return graph_without_dead(rewrite_end(&folding.rewrite));
}
