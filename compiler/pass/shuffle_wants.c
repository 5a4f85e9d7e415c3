/* shuffle_wants.c - who reads followed values, in which order (see shuffle.h).
 *
 * A convolution or fully connected layer that sees all channels takes any order over into its weights. All others read
 * channels in their own order. Where that is wanted of what one layer makes, that layer's weights may give it.
 */
#include "ops/conv.h"
#include "ops/op.h"
#include "pass/shuffle.h"

/* ---- readers ---- */

const char *why_not_reads(const Shuffling *shuffling, NodeId layer)
{
    const Graph *graph = shuffling->graph;
    const Node *node = graph_node(graph, layer);
    if (node->op != OP_conv && node->op != OP_conv_transpose && node->op != OP_fc)
        return arena_printf(graph->arena, "%s needs its channels in their order", op_name(node->op));
    const char *why = why_weights_stay(graph, shuffling->known, shuffling->uses, node);
    if (why)
        return arena_printf(graph->arena, "%s reads it, and %s", op_name(node->op), why);
    if (node->op != OP_fc && ((const ConvAttrs *)node->attrs)->groups > 1)
        return "a convolution reads it whose groups it would mix";
    return NULL;
}

static void want_any(Shuffling *shuffling, NodeId value)
{
    shuffling->values[value.index].wants_any = true;
}

static void want_exact(Shuffling *shuffling, NodeId value, const char *why)
{
    Followed *followed = &shuffling->values[value.index];
    if (!followed->wants_exact)
        followed->why = why;
    followed->wants_exact = true;
}

/* Whether one shuffle of a single stored value gives a followed one. */
static bool is_one_shuffle(const Shuffling *shuffling, NodeId id, int64_t *groups)
{
    const Followed *followed = &shuffling->values[id.index];
    int64_t count = graph_node(shuffling->graph, id)->type.shape.dim[1];
    if (followed->kind == FOLLOW_MOVE && (followed->run_count != 1 || !followed->runs->whole))
        return false;
    const int32_t *places = order_inverse(shuffling->graph->arena, followed->order, count);
    return order_is_shuffle(places, count, groups);
}

/* How a value that is wanted in its own order gets it, and what that wants of its inputs. */
static void want_exactly(Shuffling *shuffling, NodeId id)
{
    const Graph *graph = shuffling->graph;
    const Node *node = graph_node(graph, id);
    Followed *followed = &shuffling->values[id.index];
    bool through = followed->kind == FOLLOW_THROUGH, stored = through || followed->run_count;
    int64_t groups;
    followed->exactly = EXACT_BY_ORIGINAL;
    if (stored && !followed->order)
        followed->exactly = EXACT_IS_ANY;
    else if (stored && is_one_shuffle(shuffling, id, &groups) &&
             (!through || followed->wants_any ||
              type_bytes(&node->type) < type_bytes(&graph_input_node(graph, node, followed->x)->type)))
        followed->exactly = EXACT_BY_SHUFFLE;
    if (followed->exactly != EXACT_BY_ORIGINAL) {
        want_any(shuffling, id);
        return;
    }
    for (uint32_t i = 0; i < node->input_count; i++)
        want_exact(shuffling, graph_input(graph, node, i), followed->why);
}

/* What a node wants of its inputs; all that read it come behind it. */
static void find_wants_of(Shuffling *shuffling, NodeId id)
{
    const Graph *graph = shuffling->graph;
    const Node *node = graph_node(graph, id);
    Followed *followed = &shuffling->values[id.index];
    bool follows = followed->kind == FOLLOW_MOVE || followed->kind == FOLLOW_THROUGH;
    if (follows && followed->wants_exact)
        want_exactly(shuffling, id);
    if (followed->kind == FOLLOW_MOVE && followed->wants_any)
        for (uint32_t i = 0; i < followed->run_count; i++)
            want_any(shuffling, (NodeId){followed->runs[i].value});
    if (followed->kind == FOLLOW_THROUGH && followed->wants_any)
        want_any(shuffling, graph_input(graph, node, followed->x));
    for (uint32_t i = 0; !follows && i < node->input_count; i++) {
        NodeId input = graph_input(graph, node, i);
        const Followed *x = &shuffling->values[input.index];
        if (x->kind == FOLLOW_NOT)
            continue;
        const char *why = i ? "it serves as weights" : why_not_reads(shuffling, id);
        if (!why && x->kind == FOLLOW_MOVE && !x->run_count)
            why = "its channels lie in too many places to be read from there";
        if (why)
            want_exact(shuffling, input, why);
        else
            want_any(shuffling, input);
    }
}

void find_wants(Shuffling *shuffling)
{
    const Graph *graph = shuffling->graph;
    for (uint32_t i = graph->nodes.count; i-- > 0;) {
        if (shuffling->output[i])
            want_exact(shuffling, (NodeId){i}, "its result is an output of the net");
        find_wants_of(shuffling, (NodeId){i});
    }
}

/* ---- layers that give the order ---- */

/* The order in which the layer at the root of a value would give it its own, when that is wanted. */
static bool turn_for(Shuffling *shuffling, uint32_t id)
{
    const Followed *followed = &shuffling->values[id];
    int64_t count = shuffling->graph->nodes.at[id].type.shape.dim[1];
    if (followed->kind != FOLLOW_MOVE || !followed->wants_exact || !followed->order || followed->root == UINT32_MAX ||
        shuffling->turned[followed->root])
        return false;
    int32_t *order = order_inverse(shuffling->graph->arena, followed->order, count);
    if (!order_is_simple(shuffling->graph->arena, order, count))
        return false;
    shuffling->turned[followed->root] = order;
    return true;
}

bool turn_layers(Shuffling *shuffling, bool more)
{
    bool changed = false;
    for (uint32_t i = 0; i < shuffling->graph->nodes.count; i++) {
        if (shuffling->turned[i] && shuffling->values[i].wants_exact) {
            shuffling->turned[i] = NULL;
            shuffling->fixed[i] = changed = true;
        }
    }
    for (uint32_t i = 0; more && !changed && i < shuffling->graph->nodes.count; i++)
        changed |= turn_for(shuffling, i);
    return changed;
}
