/* concat.c - what a concat joins is written straight into its buffer: it becomes a join, which has no kernel.
 *
 *   %3 = relu(%2) in %1                   %3 = relu(%2) in %1
 *   %4 = concat(%3, %0) axis=1      ->    %4 = pack(%0)
 *                                         %5 = join(%3, %4) axis=1
 *
 * That needs each operand to be a run of the whole's elements: channels of one picture are, of a batch they are not. An
 * operand that no kernel can write there is copied there: an input of the net, a constant, a part of another value, an
 * output, what stands in another buffer already. A join may be an operand itself, so that x = concat(x, more), again
 * and again, grows in one buffer; a concat of the same operands as an earlier one and further ones begins with that.
 *
 * What stands in one buffer has one halo. Where an operand's readers want one that the whole cannot have, or the other
 * way round, the operand is copied as well.
 */
#include "ops/concat.h"
#include "ops/op.h"
#include "pass/halo.h"

/* What becomes of one concat. */
typedef struct Choice {
    bool join;
    NodeId head;         /* an earlier join that is the first operands; NODE_NONE: none is */
    uint32_t head_count; /* of them */
} Choice;

typedef struct Joining {
    const Graph *graph;
    const PassContext *context;
    Choice *choices; /* one a node */
    bool *copied;    /* one an edge: the operand is copied into the join */
    NodeId *inside;  /* one a node: the join it stands in; NODE_NONE: it has a buffer of its own */
    NodeId *viewed;  /* one a node: the value whose kernel writes it, for views have the buffer of what they view */
    bool *known, *output;
    NodeId *results;
    bool *allowed;    /* one a node: a halo around it, and around all that stands in its buffer */
    Layout *wanted;   /* likewise */
    Layout *expected; /* what a concat's readers want, and those of concats that it may stand in */
} Joining;

/* Why no kernel can write the operand `id` into a join, whatever that is; NULL: it can. */
static const char *why_apart(const Joining *joining, NodeId id)
{
    NodeId base = joining->viewed[id.index];
    const Node *node = graph_node(joining->graph, base);
    if (node->op == OP_input)
        return "it is an input of the net";
    if (joining->known[base.index])
        return "it is a constant";
    if (node->op == OP_transfer && node->type.shape.rank == 4)
        return "it comes from another device, without a halo";
    if (node->op == OP_part && !node_is_piece(node))
        return "it is a part of another value";
    if (joining->output[base.index])
        return "it is an output of the net";
    if (!node_is_none(joining->inside[base.index]))
        return "it stands in another place already";
    if (node->op == OP_join || !graph_is_written(joining->graph, joining->results, base))
        return "no kernel writes it";
    return NULL;
}

/* Why the halos of an operand and of what is joined so far do not go together; NULL: they do. */
static const char *why_halos_differ(const Joining *joining, NodeId whole, NodeId operand)
{
    NodeId base = joining->viewed[operand.index];
    const Layout *own = &joining->wanted[base.index], *others = &joining->wanted[whole.index];
    if (layout_has_halo(own) && !joining->allowed[whole.index])
        return "its readers want a halo, which the whole cannot have";
    if (layout_has_halo(others) && !joining->allowed[base.index])
        return "the whole's readers want a halo, which it cannot have";
    const Shape *shape = &graph_node(joining->graph, whole)->type.shape;
    Layout all = *others;
    halo_widen(&all, &joining->expected[whole.index]);
    Layout wide = all;
    halo_widen(&wide, own);
    int64_t wider = layout_count(&wide, shape) - layout_count(&all, shape);
    if (wider > 2 * shape_count(&graph_node(joining->graph, operand)->type.shape))
        return "the halo that its readers want would widen the whole";
    return NULL;
}

/* ---- a concat that begins with all of an earlier one ---- */

static uint32_t rest_of(const Choice *choice)
{
    return node_is_none(choice->head) ? 1 : choice->head_count;
}

static NodeId first_of(const Joining *joining, NodeId join)
{
    const Choice *choice = &joining->choices[join.index];
    return node_is_none(choice->head) ? graph_input(joining->graph, graph_node(joining->graph, join), 0) : choice->head;
}

/* How many operands of `node` the join `inner` is, when its first one is their first `count`; 0: it is not. */
static uint32_t joined_so_far(const Joining *joining, const Node *node, NodeId inner, uint32_t count)
{
    const Graph *graph = joining->graph;
    const Node *join = graph_node(graph, inner);
    if (((const ConcatAttrs *)join->attrs)->axis != ((const ConcatAttrs *)node->attrs)->axis)
        return 0;
    for (uint32_t i = rest_of(&joining->choices[inner.index]); i < join->input_count; i++, count++)
        if (count + 1 >= node->input_count || !node_same(graph_input(graph, join, i), graph_input(graph, node, count)))
            return 0;
    return count;
}

/* The largest earlier join that is the first operands of a concat; each level has more of them than the one inside. */
static void find_head(const Joining *joining, const Node *node, Choice *choice)
{
    NodeId at = graph_input(joining->graph, node, 0);
    uint32_t count = 1;
    *choice = (Choice){.head = NODE_NONE};
    for (;;) {
        NodeId inner = joining->inside[at.index];
        if (node_is_none(inner) || !joining->choices[inner.index].join || !node_same(first_of(joining, inner), at))
            break;
        count = joined_so_far(joining, node, inner, count);
        if (!count)
            break;
        at = inner;
        *choice = (Choice){.head = at, .head_count = count};
    }
    if (!node_is_none(choice->head) && why_apart(joining, choice->head))
        choice->head = NODE_NONE;
}

/* ---- one concat ---- */

static int64_t moved(const Joining *joining, NodeId value)
{
    return 2 * shape_count(&graph_node(joining->graph, value)->type.shape) * dtype_bytes(DT_F32);
}

/* Puts an operand into the join `whole`, or says why not. */
static const char *put(Joining *joining, NodeId whole, NodeId operand)
{
    const char *why = why_apart(joining, operand);
    if (!why)
        why = why_halos_differ(joining, whole, operand);
    if (why)
        return why;
    NodeId base = joining->viewed[operand.index];
    joining->inside[base.index] = whole;
    joining->allowed[whole.index] &= joining->allowed[base.index];
    halo_widen(&joining->wanted[whole.index], &joining->wanted[base.index]);
    return NULL;
}

static void join(Joining *joining, NodeId whole)
{
    const Graph *graph = joining->graph;
    const Node *node = graph_node(graph, whole);
    Explain *explain = joining->context->explain;
    if (((const ConcatAttrs *)node->attrs)->axis > 1)
        joining->allowed[whole.index] = false; /* a halo would stand between its parts */
    Choice choice;
    find_head(joining, node, &choice);
    const char *why = node_is_none(choice.head) ? NULL : put(joining, whole, choice.head);
    if (why)
        choice.head = NODE_NONE;
    choice.join = !node_is_none(choice.head);
    const char **reasons = NEW_ARRAY(graph->arena, const char *, node->input_count);
    int64_t copies = 0;
    for (uint32_t i = choice.join ? choice.head_count : 0; i < node->input_count; i++) {
        NodeId operand = graph_input(graph, node, i);
        reasons[i] = put(joining, whole, operand);
        joining->copied[node->first_input + i] = reasons[i] != NULL;
        copies += reasons[i] ? moved(joining, operand) : 0;
        choice.join |= !reasons[i];
    }
    joining->choices[whole.index] = choice;
    if (!choice.join) {
        explain_moved(explain, node, copies, "it is copied: nothing can be written into it, the first part since %s",
                      reasons[0]);
        return;
    }
    explain_done(explain, node, (Saving){.bytes = moved(joining, whole) - copies},
                 "what it joins is written straight into its buffer");
    for (uint32_t i = 0; i < node->input_count; i++)
        if (reasons[i])
            explain_moved(explain, node, moved(joining, graph_input(graph, node, i)), "a part is copied into it: %s",
                          reasons[i]);
}

/* Why a concat cannot be a join, whatever it joins; NULL: it can. */
static const char *why_no_join(const Joining *joining, NodeId id)
{
    const Node *node = graph_node(joining->graph, id);
    int64_t axis = ((const ConcatAttrs *)node->attrs)->axis;
    if (!concat_is_run(&node->type.shape, axis))
        return "it is copied: its parts are not each in one piece, behind an axis longer than 1";
    if (axis > 1 && layout_has_halo(&joining->wanted[id.index]))
        return "it is copied: its readers want a halo, which would stand between its parts";
    return NULL;
}

static void copy_joined(Rewrite *rewrite, const Joining *joining, NodeId id)
{
    const Graph *graph = joining->graph;
    const Node *node = graph_node(graph, id);
    const Choice *choice = &joining->choices[id.index];
    NodeId *inputs = NEW_ARRAY(graph->arena, NodeId, node->input_count);
    uint32_t count = 0, first = 0;
    if (!node_is_none(choice->head)) {
        inputs[count++] = rewrite->map[choice->head.index];
        first = choice->head_count;
    }
    for (uint32_t i = first; i < node->input_count; i++) {
        NodeId operand = rewrite->map[graph_input(graph, node, i).index];
        if (joining->copied[node->first_input + i]) {
            operand = rewrite_pack(rewrite, operand, (Layout){0}, node->span);
            graph_node(rewrite->to, operand)->device = node->device; /* not a constant's, which are everywhere */
        }
        inputs[count++] = operand;
    }
    rewrite->map[id.index] = rewrite_add(rewrite, OP_join, inputs, count, node->attrs, node);
}

static Layout *expected_halos(const Graph *graph, const Layout *wanted)
{
    Layout *expected = NEW_ARRAY(graph->arena, Layout, graph->nodes.count);
    for (uint32_t i = graph->nodes.count; i-- > 0;) {
        const Node *node = &graph->nodes.at[i];
        halo_widen(&expected[i], &wanted[i]);
        for (uint32_t k = 0; node->op == OP_concat && k < node->input_count; k++)
            halo_widen(&expected[graph_input(graph, node, k).index], &expected[i]);
    }
    return expected;
}

static Joining joining_of(const Graph *graph, const PassContext *context)
{
    Arena *arena = graph->arena;
    Joining joining = {.graph = graph,
                       .context = context,
                       .choices = NEW_ARRAY(arena, Choice, graph->nodes.count),
                       .copied = NEW_ARRAY(arena, bool, graph->edges.count),
                       .inside = NEW_ARRAY(arena, NodeId, graph->nodes.count),
                       .viewed = NEW_ARRAY(arena, NodeId, graph->nodes.count),
                       .known = graph_known(arena, graph),
                       .output = NEW_ARRAY(arena, bool, graph->nodes.count),
                       .results = kernel_results(graph),
                       .allowed = halo_allowed(graph)};
    joining.wanted = halo_wanted(graph, target_conv_forms(context->target, graph), joining.allowed, NULL);
    joining.expected = expected_halos(graph, joining.wanted);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        bool views = op_row(node->op)->family == FAMILY_VIEW && node->op != OP_part;
        joining.viewed[i] = views ? joining.viewed[graph_input(graph, node, 0).index] : (NodeId){i};
        joining.inside[i] = NODE_NONE;
        for (uint32_t k = 0; node->op == OP_join && k < node->input_count; k++)
            joining.inside[joining.viewed[graph_input(graph, node, k).index].index] = (NodeId){i};
    }
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        joining.output[graph->outputs.at[i].node.index] = true;
    return joining;
}

Graph *pass_concat(const Graph *graph, const PassContext *context)
{
    Joining joining = joining_of(graph, context);
    Rewrite rewrite = rewrite_begin(graph);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        NodeId id = {i};
        const Node *node = graph_node(graph, id);
        if (node->op == OP_concat && !joining.known[i]) {
            const char *why = why_no_join(&joining, id);
            if (why)
                explain_moved(context->explain, node, moved(&joining, id), "%s", why);
            else
                join(&joining, id);
        }
        if (joining.choices[i].join)
            copy_joined(&rewrite, &joining, id);
        else
            rewrite_copy(&rewrite, id);
    }
    return rewrite_end(&rewrite);
}
