/* fuse.c - element-wise operations move into the kernel that produces one of their inputs.
 *
 *   %3 = conv(...)             %3 = conv(...)
 *   %4 = add(%1, %3)     ->    %4 = add(%1, %3) in %3
 *   %5 = relu(%4)              %5 = relu(%4) in %3
 *
 * The tile is still in registers there, so that nothing is stored and loaded again. A MAP is taken when one of its
 * inputs is the running result of a convolution, fully connected layer, copy or another MAP kernel, nobody else reads
 * that result, and the kernel can read the other inputs beside it: numbers, vectors along the channels (batch norm's
 * four), and tensors that are there when the kernel begins. Of two results that it could follow it takes the later.
 *
 * A channel_shuffle moves into the kernel of a plain convolution, which stores its maps in that order, when each panel
 * of maps stays within one group: then the maps of a panel are equally far apart. What follows in that kernel reads
 * nothing but numbers.
 */
#include "emit/kernel.h"
#include "ops/op.h"
#include "ops/shuffle.h"
#include "pass/pass.h"

enum { MOST_TENSORS = 4 }; /* that a kernel reads beside its running value: each is a stream through memory */

typedef struct Fusion {
    Graph *graph;
    const Target *target;
    const bool *known, *stored_known;
    const uint32_t *uses;
    bool *other_words; /* one a leader: something behind it has no vector words */
    uint32_t *tensors; /* one a leader: that are read beside the running value */
    bool *shuffled;    /* one a leader: it stores its maps in the order of a shuffle */
} Fusion;

static bool can_lead(const Fusion *fusion, NodeId id)
{
    Family family = op_row(graph_node(fusion->graph, id)->op)->family;
    return (is_convolution(graph_node(fusion->graph, id)->op) || family == FAMILY_MATVEC || family == FAMILY_MAP ||
            family == FAMILY_COPY) &&
           !fusion->known[id.index];
}

/* Whether the kernel reads input i beside its running value, element by element. */
static bool reads_tensor(const Fusion *fusion, const Node *node, uint32_t i, NodeId running)
{
    return !node_same(graph_input(fusion->graph, node, i), running) && !op_row(node->op)->channelwise &&
           graph_input_node(fusion->graph, node, i)->type.shape.rank > 0;
}

static uint32_t tensors_read(const Fusion *fusion, const Node *node, NodeId running)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < node->input_count; i++)
        count += reads_tensor(fusion, node, i, running);
    return count;
}

static bool is_blocked(const Fusion *fusion, NodeId leader)
{
    const Node *node = graph_node(fusion->graph, leader);
    if (!is_convolution(node->op))
        return false;
    ConvForm form = target_conv_form(fusion->target, fusion->graph, node, !fusion->other_words[leader.index]);
    return form.activations == LAYOUT_BLOCKED;
}

/* Whether a kernel over blocks of channels can read beside its running value what the node reads: what is computed and
 * has an element for each of the result's can stand in blocks as well. */
static bool fits_blocks(const Fusion *fusion, const Node *node, NodeId running, NodeId leader)
{
    bool fits = graph_node(fusion->graph, leader)->op == OP_conv;
    for (uint32_t i = 0; i < node->input_count; i++)
        if (reads_tensor(fusion, node, i, running))
            fits &= shape_equal(&graph_input_node(fusion->graph, node, i)->type.shape, &node->type.shape) &&
                    !fusion->stored_known[graph_input(fusion->graph, node, i).index];
    return fits;
}

/* Why the kernel cannot read what the node reads besides the running value; NULL: it can. */
static const char *why_unread(const Fusion *fusion, const Node *node, NodeId running, NodeId leader)
{
    for (uint32_t i = 0; i < node->input_count; i++) {
        NodeId input = graph_input(fusion->graph, node, i);
        if (fusion->shuffled[leader.index] && !node_same(input, running) &&
            graph_node(fusion->graph, input)->type.shape.rank > 0)
            return "the kernel that makes its input stores it in another order than it computes it";
        if (node_same(input, running) || fusion->stored_known[input.index])
            continue;
        if (!reads_tensor(fusion, node, i, running))
            return "what it reads for each channel is computed too";
        if (input.index > leader.index)
            return arena_printf(fusion->graph->arena, "its other input, of %s, is computed later",
                                op_name(graph_node(fusion->graph, input)->op));
    }
    uint32_t tensors = tensors_read(fusion, node, running);
    if (tensors && is_blocked(fusion, leader) && !fits_blocks(fusion, node, running, leader))
        return "it reads a second tensor, which cannot stand in blocks of channels as the convolution computes them";
    return tensors + fusion->tensors[leader.index] > MOST_TENSORS ? "its kernel reads enough other tensors" : NULL;
}

/* Why a MAP cannot be computed behind what makes its input i; NULL: it can. */
static const char *why_apart(const Fusion *fusion, const Node *node, uint32_t i)
{
    const Graph *graph = fusion->graph;
    NodeId source = graph_input(graph, node, i), leader = graph_leader(graph, source);
    const Type *type = &graph_node(graph, source)->type;
    if (graph_node(graph, source)->op == OP_input)
        return "it begins a kernel: what it reads is an input of the net";
    if (!shape_equal(&type->shape, &node->type.shape) || type->dtype != node->type.dtype)
        return "its input has another shape or element type";
    if (!can_lead(fusion, leader))
        return arena_printf(graph->arena, "what makes its input, %s, computes nothing behind it",
                            op_name(graph_node(graph, leader)->op));
    uint32_t own_uses = 0;
    for (uint32_t j = 0; j < node->input_count; j++)
        own_uses += node_same(graph_input(graph, node, j), source);
    return fusion->uses[source.index] == own_uses ? why_unread(fusion, node, source, leader)
                                                  : "others read its input too";
}

/* The input whose kernel the node joins, of several the one that is made last; NODE_NONE: `apart` says why none. */
static NodeId find_running(const Fusion *fusion, const Node *node, const char **apart)
{
    NodeId running = NODE_NONE;
    int64_t joined = -1, refused = -1; /* the leaders */
    for (uint32_t i = 0; i < node->input_count; i++) {
        NodeId input = graph_input(fusion->graph, node, i);
        if (fusion->known[input.index] || (i > 0 && op_row(node->op)->channelwise))
            continue;
        const char *why = why_apart(fusion, node, i);
        NodeId leader = graph_leader(fusion->graph, input);
        int64_t weight = can_lead(fusion, leader) ? (int64_t)leader.index : -1;
        if (!why && weight > joined) {
            joined = weight;
            running = input;
        } else if (why && weight >= refused) {
            refused = weight;
            *apart = why;
        }
    }
    return running;
}

static void join(Fusion *fusion, Node *node, NodeId running, Explain *explain)
{
    NodeId leader = node->kernel = graph_leader(fusion->graph, running);
    uint32_t tensors = tensors_read(fusion, node, running);
    fusion->tensors[leader.index] += tensors;
    fusion->other_words[leader.index] |= !body_is_vector(fusion->graph->arena, node);
    explain_done(explain, node, (Saving){.bytes = 2 * type_bytes(&node->type)},
                 tensors ? "computed in the kernel that makes one of its inputs, which reads the other one"
                         : "computed in the kernel that makes its input");
}

const char *why_not_stored_shuffled(const Target *target, const Graph *graph, const Node *conv, const Node *shuffle,
                                    bool vector_epilogue)
{
    int64_t groups = ((const ChannelShuffleAttrs *)shuffle->attrs)->groups;
    int64_t members = shuffle->type.shape.dim[1] / groups;
    ConvForm form = target_conv_form(target, graph, conv, vector_epilogue);
    if (form.activations == LAYOUT_BLOCKED)
        return "the convolution before it stores blocks of channels";
    if (groups > 1 && members % form.maps == 0)
        return NULL;
    return arena_printf(graph->arena, "the convolution before it computes %d maps at a time, of groups of %lld",
                        form.maps, (long long)members);
}

/* Why the kernel that makes what is shuffled cannot store it in that order; NULL: it can. */
static const char *why_not_shuffled(const Fusion *fusion, const Node *node)
{
    const Graph *graph = fusion->graph;
    NodeId source = graph_input(graph, node, 0), leader = graph_leader(graph, source);
    const Node *conv = graph_node(graph, leader);
    if (conv->op != OP_conv || fusion->known[leader.index])
        return arena_printf(graph->arena, "what makes its input, %s, stores it in its own order", op_name(conv->op));
    if (fusion->uses[source.index] != 1)
        return "others read its input too";
    if (fusion->shuffled[leader.index])
        return "what makes its input stores it in another order already";
    return why_not_stored_shuffled(fusion->target, graph, conv, node, !fusion->other_words[leader.index]);
}

static void join_shuffle(Fusion *fusion, Node *node, Explain *explain)
{
    const char *why = why_not_shuffled(fusion, node);
    int64_t bytes = 2 * type_bytes(&node->type);
    if (why) {
        explain_moved(explain, node, bytes, "it is copied: %s", why);
        return;
    }
    NodeId leader = node->kernel = graph_leader(fusion->graph, graph_input(fusion->graph, node, 0));
    fusion->shuffled[leader.index] = fusion->other_words[leader.index] = true;
    explain_done(explain, node, (Saving){.bytes = bytes}, "the convolution before it stores its maps in that order");
}

Graph *pass_fuse(const Graph *graph, const PassContext *context)
{
    Rewrite rewrite = rewrite_begin(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        rewrite_copy(&rewrite, (NodeId){i});
    Graph *fused = rewrite_end(&rewrite);
    Fusion fusion = {.graph = fused,
                     .target = context->target,
                     .known = graph_known(fused->arena, fused),
                     .stored_known = graph_stored_known(fused->arena, fused),
                     .uses = graph_uses(fused->arena, fused),
                     .other_words = NEW_ARRAY(fused->arena, bool, fused->nodes.count),
                     .tensors = NEW_ARRAY(fused->arena, uint32_t, fused->nodes.count),
                     .shuffled = NEW_ARRAY(fused->arena, bool, fused->nodes.count)};
    for (uint32_t i = 0; i < fused->nodes.count; i++) {
        Node *node = &fused->nodes.at[i];
        const char *apart = "its input is known with the weights";
        if (node->op == OP_channel_shuffle && !fusion.known[i])
            join_shuffle(&fusion, node, context->explain);
        if (op_row(node->op)->family != FAMILY_MAP || fusion.known[i])
            continue;
        NodeId running = find_running(&fusion, node, &apart);
        if (node_is_none(running))
            explain_left(context->explain, node, "%s", apart);
        else
            join(&fusion, node, running, context->explain);
    }
    return fused;
}
