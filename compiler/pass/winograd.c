/* winograd.c - convolutions of stride 1 are computed with fewer multiplications, where that is faster.
 *
 *   %3 = conv(%1, %2)                %2' = winograd_weights(%2) m=4
 *   %4 = relu(%3) in %3       ->     %3 = conv_winograd(%1, %2') m=4
 *                                    %4 = relu(%3) in %3
 *
 * Tiles of 2 x 2, 4 x 4 or 6 x 6 outputs, by cost (emit/winograd_cost.c): larger ones save more multiplications, but
 * have larger weights, which weighs where maps are small. They round more, too: the error to be expected follows from
 * the matrices (winograd_error), and is kept below a bound.
 *
 * A 2 x 2 maximum behind it is computed in the kernel too: each window lies inside of a tile.
 */
#include "ops/winograd.h"
#include "ops/conv.h"
#include "ops/pool.h"
#include "pass/known.h"
#include "plan/room.h"
#include "plan/tuned.h"

typedef struct Choosing {
    Rewrite rewrite;
    const PassContext *context;
    const bool *known;
    const ConvForm *forms;
    const NodeId *results;
    const uint32_t *uses;
    bool *apart; /* one a leader: its value is written in pieces */
    bool *reads; /* one a leader: it reads other tensors beside its running value */
    double held; /* as in WinogradShape */
} Choosing;

/* Kernels of 3 x 3 and 5 x 5 on targets that can: others are not asked about. */
static bool is_candidate(const Choosing *c, NodeId id)
{
    const Graph *graph = c->rewrite.from;
    const Node *conv = graph_node(graph, id);
    if (conv->op != OP_conv || c->known[id.index] || !c->context->target->winograd)
        return false;
    const Shape *weight = &graph_input_node(graph, conv, CONV_WEIGHT)->type.shape;
    return weight->dim[2] == weight->dim[3] && (weight->dim[2] == 3 || weight->dim[2] == 5);
}

static WinogradShape shape_of(const Choosing *c, const Node *conv)
{
    const Graph *graph = c->rewrite.from;
    const Shape *weight = &graph_input_node(graph, conv, CONV_WEIGHT)->type.shape, *y = &conv->type.shape;
    int64_t groups = ((const ConvAttrs *)conv->attrs)->groups;
    return (WinogradShape){.pictures = y->dim[0],
                           .groups = groups,
                           .channels = weight->dim[1],
                           .maps = weight->dim[0] / groups,
                           .height = y->dim[2],
                           .width = y->dim[3],
                           .r = weight->dim[2],
                           .lanes = c->context->target->lanes,
                           .held = c->held};
}

/* Why it cannot be computed so; NULL: it can. */
static const char *why_not(const Choosing *c, NodeId id, const WinogradShape *shape)
{
    const Graph *graph = c->rewrite.from;
    const Node *conv = graph_node(graph, id);
    const ConvAttrs *attrs = conv->attrs;
    const ConvForm *form = &c->forms[id.index];
    if (c->context->strict)
        return "rounding as the model says was asked for";
    if (attrs->stride[0] != 1 || attrs->stride[1] != 1)
        return "its stride is not 1";
    if (attrs->dilation[0] != 1 || attrs->dilation[1] != 1)
        return "its kernel is dilated";
    if (!c->known[graph_input(graph, conv, CONV_WEIGHT).index])
        return "its weights are computed";
    if (c->apart[id.index])
        return "it is written in two pieces";
    if (shape->channels < shape->lanes || shape->maps < shape->lanes)
        return "its channels do not fill a vector";
    if (form->activations != LAYOUT_BLOCKED || form->reads != LAYOUT_BLOCKED)
        return "it is not computed in blocks of channels";
    return NULL;
}

/* NULL and the matrices of the tiles that are fastest, or why there are none. */
static const char *choose(const Choosing *c, const WinogradShape *shape, const TunedChoice *measured, Winograd *chosen)
{
    double left = 0;
    int m = measured ? measured->m : c->context->target->winograd(shape, &left);
    if (m && winograd_make(m, shape->r, chosen))
        return NULL;
    if (measured)
        return "it was measured to be faster directly";
    return arena_printf(c->rewrite.from->arena, "with Winograd's algorithm it would take about %.2f times as long",
                        left);
}

/* ---- room for weights ---- */

static double bytes_of_weights(const Graph *graph)
{
    double bytes = 0;
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (graph->nodes.at[i].op == OP_const)
            bytes += (double)type_bytes(&graph->nodes.at[i].type);
    return bytes;
}

static const TunedChoice *measured_choice(const Choosing *c, NodeId id)
{
    return tuned_choice(c->context->target, c->rewrite.from, graph_node(c->rewrite.from, id), c->forms[id.index].reads);
}

/* Of all convolutions whose algorithm is up to the model of costs. */
static double bytes_more(void *context, double held)
{
    Choosing *c = context;
    double bytes = 0;
    c->held = held;
    for (uint32_t i = 0; i < c->rewrite.from->nodes.count; i++) {
        NodeId id = {i};
        if (!is_candidate(c, id))
            continue;
        WinogradShape shape = shape_of(c, graph_node(c->rewrite.from, id));
        Winograd chosen = {0};
        if (!measured_choice(c, id) && !why_not(c, id, &shape) && !choose(c, &shape, NULL, &chosen))
            bytes += 4.0 * (double)(shape.groups * shape.maps * shape.channels) *
                     (chosen.a * chosen.a - chosen.r * chosen.r);
    }
    return bytes;
}

/* ---- what becomes of convolutions ---- */

static const char *name_of(Arena *arena, const Winograd *w)
{
    return arena_printf(arena, "F(%dx%d, %dx%d)", w->m, w->m, w->r, w->r);
}

static void replace(Choosing *c, NodeId id, const WinogradShape *shape, const Winograd *w, bool measured)
{
    Rewrite *rewrite = &c->rewrite;
    const Graph *graph = rewrite->from;
    const Node *conv = graph_node(graph, id);
    NodeId inputs[CONV_BIAS + 1];
    for (uint32_t i = 0; i < conv->input_count; i++)
        inputs[i] = rewrite->map[graph_input(graph, conv, i).index];
    WinogradAttrs attrs = {.m = w->m, .groups = shape->groups};
    memcpy(attrs.pad, ((const ConvAttrs *)conv->attrs)->pad, sizeof attrs.pad);
    NodeId weights = known_add(rewrite, OP_winograd_weights, &inputs[CONV_WEIGHT], 1, &attrs.m, conv);
    inputs[CONV_WEIGHT] = known_named(rewrite, weights, layer_weight_name(graph, conv));
    rewrite->map[id.index] = rewrite_add(rewrite, OP_conv_winograd, inputs, conv->input_count, &attrs, conv);
    int64_t count = shape_count(&graph_node(rewrite->to, weights)->type.shape);
    WinogradTiles tiles = winograd_tiles(graph_node(rewrite->to, rewrite->map[id.index]));
    Saving saving = {.macs = op_row(OP_conv)->macs(graph, conv) - shape->pictures * tiles.down * tiles.across * count,
                     .weights = shape_count(&graph_input_node(graph, conv, CONV_WEIGHT)->type.shape) - count};
    explain_done(c->context->explain, conv, saving, "computed by Winograd's %s%s, errors to be expected up to %.0e",
                 name_of(graph->arena, w), measured ? ", as measured" : "", winograd_error(w));
}

static void find_followers(Choosing *c)
{
    const Graph *graph = c->rewrite.from;
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        if (node_is_none(node->kernel))
            continue;
        c->apart[node->kernel.index] |= node_is_piece(node);
        for (uint32_t k = 0; k < node->input_count; k++)
            c->reads[node->kernel.index] |= !graph_is_running(graph, node, k) && !op_row(node->op)->channelwise &&
                                            graph_input_node(graph, node, k)->type.shape.rank > 0;
    }
}

/* Whether a node is the maximum of windows of 2 x 2, side by side, of what a kernel by Winograd's algorithm makes, and
 * nobody else reads that. */
static bool is_pool_behind(const Choosing *c, const Node *node)
{
    const Graph *graph = c->rewrite.from;
    const PoolAttrs *attrs = node->attrs;
    if (node->op != OP_maxpool)
        return false;
    for (int i = 0; i < 2; i++)
        if (attrs->size[i] != 2 || attrs->stride[i] != 2 || attrs->dilation[i] != 1 || attrs->pad[i] ||
            attrs->pad[2 + i])
            return false;
    NodeId source = graph_input(graph, node, 0), leader = graph_leader(graph, source);
    const Shape *x = &graph_node(graph, source)->type.shape;
    NodeId made = c->rewrite.map[leader.index];
    return graph_node(c->rewrite.to, made)->op == OP_conv_winograd && node_same(c->results[leader.index], source) &&
           c->uses[source.index] == 1 && !c->reads[leader.index] && x->dim[2] % 2 == 0 && x->dim[3] % 2 == 0;
}

static void copy(Choosing *c, NodeId id)
{
    const Graph *graph = c->rewrite.from;
    const Node *node = graph_node(graph, id);
    bool pools = is_pool_behind(c, node);
    NodeId copied = rewrite_copy(&c->rewrite, id);
    if (!pools)
        return;
    NodeId source = graph_input(graph, node, 0);
    graph_node(c->rewrite.to, copied)->kernel = c->rewrite.map[graph_leader(graph, source).index];
    explain_done(c->context->explain, node, (Saving){.bytes = 2 * type_bytes(&graph_node(graph, source)->type)},
                 "computed in the kernel of Winograd's algorithm that makes its input");
}

Graph *pass_winograd(const Graph *graph, const PassContext *context)
{
    uint32_t count = graph->nodes.count;
    Choosing c = {.rewrite = rewrite_begin(graph),
                  .context = context,
                  .known = graph_stored_known(graph->arena, graph),
                  .forms = target_conv_forms(context->target, graph),
                  .results = kernel_results(graph),
                  .uses = graph_uses(graph->arena, graph),
                  .apart = NEW_ARRAY(graph->arena, bool, count),
                  .reads = NEW_ARRAY(graph->arena, bool, count)};
    find_followers(&c);
    c.held = room_price(room_for_weights(bytes_of_weights(graph)), bytes_more, &c);
    for (uint32_t i = 0; i < count; i++) {
        NodeId id = {i};
        Winograd chosen = {0};
        if (!is_candidate(&c, id)) {
            copy(&c, id);
            continue;
        }
        WinogradShape shape = shape_of(&c, graph_node(graph, id));
        const TunedChoice *measured = measured_choice(&c, id);
        const char *why = why_not(&c, id, &shape);
        why = why ? why : choose(&c, &shape, measured, &chosen);
        if (why) {
            explain_left(context->explain, graph_node(graph, id), "%s", why);
            rewrite_copy(&c.rewrite, id);
        } else {
            replace(&c, id, &shape, &chosen, measured != NULL);
        }
    }
    return rewrite_end(&c.rewrite);
}
