/* pieces.c - what a concat takes of a convolution is written there, the rest of it elsewhere.
 *
 *   %3 = conv(...)            176 maps        %3 = conv(...)
 *   %4 = relu(%3) in %3                       %4 = relu(%3) in %3
 *   %5 = part(%4) of 64 maps            ->    %5 = part(%4) of 64 maps in %3
 *   %6 = part(%4) of 112 maps                 %6 = part(%4) of 112 maps in %3
 *   %9 = concat(%5, ...)                      %9 = concat(%5, ...)
 *
 * A part is a view, unless a kernel writes it: then it is a piece, with a place and a halo of its own. So the 1x1
 * branch of an Inception module is computed in one product with the reductions beside it (siblings.c), and no copy
 * brings it into the concat. The kernel chooses where to write for a panel of maps at a time.
 */
#include "ops/op.h"
#include "ops/part.h"
#include "pass/pass.h"

typedef struct Cutting {
    Graph *graph;
    const bool *known;
    const uint32_t *uses;
    const NodeId *results;
    const ConvForm *forms;
    bool *shuffled;       /* one a leader: it stores its maps in another order */
    bool *joined;         /* one a node: a concat reads it */
    NodeId *first, *rest; /* one a node: the parts that read it, in order; NODE_NONE: none */
} Cutting;

const char *why_not_in_pieces(Arena *arena, const ConvForm *form, int64_t maps)
{
    if (form->activations == LAYOUT_BLOCKED)
        return "the convolution stores blocks of channels";
    if (form->maps == 1)
        return "maps are computed one by one";
    if (maps % form->maps == 0)
        return NULL;
    return arena_printf(arena, "%d maps are computed at a time, of which some would go there and some elsewhere",
                        form->maps);
}

/* Whether two parts are the first channels of a value, and all the others. */
static bool cover(const Graph *graph, NodeId first, NodeId rest)
{
    const Node *a = graph_node(graph, first), *b = graph_node(graph, rest);
    const PartAttrs *before = a->attrs, *behind = b->attrs;
    return part_is_channels(graph, a) && part_is_channels(graph, b) && before->first == 0 &&
           behind->first == shape_count(&a->type.shape) &&
           behind->first + shape_count(&b->type.shape) == shape_count(&graph_input_node(graph, a, 0)->type.shape);
}

/* Whether the value is read as two parts that are all of it, one of which a concat takes. */
static bool is_taken_apart(const Cutting *cutting, NodeId value)
{
    NodeId first = cutting->first[value.index], rest = cutting->rest[value.index];
    return cutting->uses[value.index] == 2 && !node_is_none(rest) && cover(cutting->graph, first, rest) &&
           (cutting->joined[first.index] || cutting->joined[rest.index]);
}

static void cut(const Cutting *cutting, NodeId leader, Explain *explain)
{
    Graph *graph = cutting->graph;
    NodeId value = cutting->results[leader.index];
    Node *conv = graph_node(graph, leader);
    if (conv->op != OP_conv || cutting->known[leader.index] || cutting->shuffled[leader.index] ||
        !is_taken_apart(cutting, value))
        return;
    Node *first = graph_node(graph, cutting->first[value.index]), *rest = graph_node(graph, cutting->rest[value.index]);
    const char *why = why_not_in_pieces(graph->arena, &cutting->forms[leader.index], first->type.shape.dim[1]);
    if (why) {
        explain_left(explain, conv, "%s", why);
        return;
    }
    first->kernel = rest->kernel = leader;
    explain_done(explain, conv, (Saving){.bytes = 0}, "what a concat takes is written there, the rest elsewhere");
}

static void find_readers(Cutting *cutting)
{
    Graph *graph = cutting->graph;
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        cutting->first[i] = cutting->rest[i] = NODE_NONE;
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        if (!node_is_none(node->kernel))
            cutting->shuffled[node->kernel.index] |= node->op == OP_channel_shuffle;
        for (uint32_t k = 0; node->op == OP_concat && k < node->input_count; k++)
            cutting->joined[graph_input(graph, node, k).index] = true;
        if (node->op == OP_part) {
            uint32_t value = graph_input(graph, node, 0).index;
            NodeId *place = node_is_none(cutting->first[value]) ? cutting->first : cutting->rest;
            place[value] = (NodeId){i};
        }
    }
}

Graph *pass_pieces(const Graph *graph, const PassContext *context)
{
    Rewrite rewrite = rewrite_begin(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        rewrite_copy(&rewrite, (NodeId){i});
    Graph *to = rewrite_end(&rewrite);
    uint32_t count = to->nodes.count;
    Cutting cutting = {.graph = to,
                       .known = graph_known(to->arena, to),
                       .uses = graph_uses(to->arena, to),
                       .results = kernel_results(to),
                       .forms = target_conv_forms(context->target, to),
                       .shuffled = NEW_ARRAY(to->arena, bool, count),
                       .joined = NEW_ARRAY(to->arena, bool, count),
                       .first = NEW_ARRAY(to->arena, NodeId, count),
                       .rest = NEW_ARRAY(to->arena, NodeId, count)};
    find_readers(&cutting);
    for (uint32_t i = 0; i < count; i++)
        if (node_is_none(to->nodes.at[i].kernel))
            cut(&cutting, (NodeId){i}, context->explain);
    return to;
}
