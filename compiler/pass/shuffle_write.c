/* shuffle_write.c - the graph in which channels are read from where they are stored (see shuffle.h).
 *
 *   front   ....AAAA            one value, to whose end channels are copied that are stored elsewhere; what reads
 *   copied          BBCC   ->   AAAABBCC reads a slice of it
 *
 * In a batch of 1 what a concat joins is written straight into it, once; so of several runs the first may be the end of
 * a value that stands there as a whole, and the last one a beginning.
 */
#include "ops/concat.h"
#include "ops/conv.h"
#include "ops/op.h"
#include "ops/shuffle.h"
#include "ops/slice.h"
#include "pass/known.h"
#include "pass/shuffle.h"

/* ---- what is moved ---- */

/* Whether the kernel of a value can write it into a concat, in which it stands from now on. */
static bool claim(const Shuffling *shuffling, uint32_t value, bool *claimed)
{
    const Node *node = &shuffling->graph->nodes.at[value];
    if (claimed[value] || shuffling->known[value] || shuffling->output[value] || !op_has_kernel(node->op) ||
        node->op == OP_slice)
        return false;
    return claimed[value] = true;
}

static int64_t copied_bytes(const Node *node, int64_t channels)
{
    return 2 * type_bytes(&node->type) / node->type.shape.dim[1] * channels;
}

/* Whether the kernel of a grouped convolution stores its maps in that order, so that nobody has to move them. */
static bool is_stored_shuffled(const Shuffling *shuffling, const Node *shuffle)
{
    enum { MOST_BETWEEN = 8 };
    const Graph *graph = shuffling->graph;
    NodeId x = graph_input(graph, shuffle, 0);
    for (int i = 0; i < MOST_BETWEEN && op_row(graph_node(graph, x)->op)->family == FAMILY_MAP; i++)
        x = graph_input(graph, graph_node(graph, x), 0);
    const Node *conv = graph_node(graph, x);
    return conv->op == OP_conv && shuffling->uses[x.index] == 1 && ((const ConvAttrs *)conv->attrs)->groups > 1 &&
           !why_not_stored_shuffled(shuffling->context->target, graph, conv, shuffle, true);
}

int64_t original_moves(const Shuffling *shuffling, NodeId id, bool *claimed)
{
    const Graph *graph = shuffling->graph;
    const Node *node = graph_node(graph, id), *x = graph_input_node(graph, node, 0);
    int64_t bytes = 2 * type_bytes(&node->type), copied = 0;
    bool one = node->type.shape.dim[0] == 1, any = false;
    if (op_row(node->op)->family == FAMILY_MAP) /* computed in the kernel before it, but not behind a concat */
        return x->op == OP_concat || (one && x->op == OP_slice) ? bytes : 0;
    if (node->op == OP_channel_shuffle)
        return is_stored_shuffled(shuffling, node) ? 0 : bytes;
    if (node->op == OP_slice)
        return one && ((const SliceAttrs *)node->attrs)->step[1] == 1 ? 0 : bytes;
    for (uint32_t i = 0; node->op == OP_concat && one && i < node->input_count; i++) {
        uint32_t input = graph_input(graph, node, i).index;
        bool written = claim(shuffling, input, claimed);
        any |= written;
        copied += written ? 0 : 2 * type_bytes(&graph->nodes.at[input].type);
    }
    return any ? copied : bytes;
}

static void count_moved(Shuffling *shuffling, uint32_t id, int64_t bytes)
{
    shuffling->moved[shuffling->region[id]] += bytes;
    shuffling->gathered[id] += bytes;
}

/* ---- gathering ---- */

static NodeId stored(const Shuffling *shuffling, uint32_t value)
{
    const Followed *followed = &shuffling->values[value];
    return followed->kind == FOLLOW_NOT ? shuffling->rewrite.map[value] : followed->any;
}

static NodeId add_slice(Shuffling *shuffling, NodeId x, int64_t first, int64_t count, const Node *like)
{
    SliceAttrs attrs = slice_whole(&graph_node(shuffling->rewrite.to, x)->type.shape);
    if (first == 0 && count == attrs.size[1])
        return x;
    attrs.begin[1] = first;
    attrs.size[1] = count;
    return known_add(&shuffling->rewrite, OP_slice, &x, 1, &attrs, like);
}

static NodeId add_concat(Shuffling *shuffling, const NodeId *parts, uint32_t count, const Node *like)
{
    return count == 1 ? parts[0]
                      : known_add(&shuffling->rewrite, OP_concat, parts, count, &(ConcatAttrs){.axis = 1}, like);
}

/* What a value is gathered from, as the operands of a concat: `skip` channels of it come before those wanted. */
typedef struct Gathering {
    NodeId *parts, *copies;
    uint32_t part_count, copy_count;
    int64_t skip, copied; /* copied: channels */
} Gathering;

/* Puts what is copied together, by one kernel, behind the parts so far. */
static void put_copies(Shuffling *shuffling, Gathering *gathering, const Node *like)
{
    if (gathering->copy_count)
        gathering->parts[gathering->part_count++] =
            add_concat(shuffling, gathering->copies, gathering->copy_count, like);
    gathering->copy_count = 0;
}

static void gather_run(Shuffling *shuffling, Gathering *gathering, const Followed *followed, uint32_t i)
{
    const Run *run = &followed->runs[i];
    const Node *like = graph_node(shuffling->graph, (NodeId){run->value});
    NodeId x = stored(shuffling, run->value);
    bool front = followed->front && i == 0, back = followed->back && i + 1 == followed->run_count;
    if (like->type.shape.dim[0] == 1 && (run->whole || front || back) &&
        claim(shuffling, run->value, shuffling->claimed)) {
        put_copies(shuffling, gathering, like);
        gathering->parts[gathering->part_count++] = x;
        gathering->skip += front ? run->first : 0;
    } else {
        gathering->copies[gathering->copy_count++] = add_slice(shuffling, x, run->first, run->count, like);
        gathering->copied += run->count;
    }
}

static NodeId gather(Shuffling *shuffling, uint32_t id)
{
    const Followed *followed = &shuffling->values[id];
    const Node *node = &shuffling->graph->nodes.at[id];
    int64_t channels = node->type.shape.dim[1];
    if (followed->run_count == 1) {
        if (node->type.shape.dim[0] > 1 && !followed->runs->whole)
            count_moved(shuffling, id, copied_bytes(node, channels));
        return add_slice(shuffling, stored(shuffling, followed->runs->value), followed->runs->first, channels, node);
    }
    Gathering gathering = {.parts = NEW_ARRAY(shuffling->graph->arena, NodeId, followed->run_count),
                           .copies = NEW_ARRAY(shuffling->graph->arena, NodeId, followed->run_count)};
    for (uint32_t i = 0; i < followed->run_count; i++)
        gather_run(shuffling, &gathering, followed, i);
    put_copies(shuffling, &gathering, node);
    count_moved(shuffling, id, copied_bytes(node, gathering.copied));
    if (node->type.shape.dim[0] > 1) /* slices are copied first */
        for (uint32_t i = 0; i < followed->run_count; i++)
            count_moved(shuffling, id, followed->runs[i].whole ? 0 : copied_bytes(node, followed->runs[i].count));
    NodeId whole = add_concat(shuffling, gathering.parts, gathering.part_count, node);
    return add_slice(shuffling, whole, gathering.skip, channels, node);
}

/* ---- what passes an order on ---- */

/* The axis of input i that runs along the channels of an element-wise node; -1: it has none. */
static int channel_axis(const Graph *graph, const Node *node, uint32_t i)
{
    const Shape *shape = &graph_input_node(graph, node, i)->type.shape;
    int axis = op_row(node->op)->channelwise ? 0 : 1 - (node->type.shape.rank - shape->rank);
    return axis < 0 || axis >= shape->rank || shape->dim[axis] == 1 ? -1 : axis;
}

/* Whether what is element-wise behind a followed value can be computed in the kernel that makes the value. */
static bool fuses_behind(const Shuffling *shuffling, const Followed *x)
{
    if (x->run_count != 1 || !x->runs->whole || shuffling->uses[x->runs->value] != 1)
        return false;
    OpId op = shuffling->graph->nodes.at[x->runs->value].op;
    Family family = op_row(op)->family;
    return is_convolution(op) || family == FAMILY_MATVEC || family == FAMILY_MAP || family == FAMILY_COPY;
}

static NodeId pass_on(Shuffling *shuffling, uint32_t id)
{
    const Graph *graph = shuffling->graph;
    Rewrite *rewrite = &shuffling->rewrite;
    const Followed *followed = &shuffling->values[id];
    const Node *node = &graph->nodes.at[id];
    uint32_t x = graph_input(graph, node, followed->x).index;
    const int32_t *order = shuffling->values[x].order;
    if (is_convolution(node->op) && order)
        return layer_ordered(rewrite, node, stored(shuffling, x), order, followed->order);
    NodeId *inputs = NEW_ARRAY(graph->arena, NodeId, node->input_count);
    for (uint32_t i = 0; i < node->input_count; i++) {
        inputs[i] = i == followed->x ? stored(shuffling, x) : rewrite->map[graph_input(graph, node, i).index];
        int axis = i == followed->x || op_row(node->op)->family != FAMILY_MAP ? -1 : channel_axis(graph, node, i);
        if (axis >= 0)
            inputs[i] = known_ordered(rewrite, inputs[i], axis, order, node);
    }
    if (op_row(node->op)->family == FAMILY_MAP && shuffling->values[x].kind == FOLLOW_MOVE)
        count_moved(shuffling, id, fuses_behind(shuffling, &shuffling->values[x]) ? 0 : 2 * type_bytes(&node->type));
    return rewrite_copy_with(rewrite, (NodeId){id}, inputs);
}

/* ---- nodes ---- */

static NodeId make_exact(Shuffling *shuffling, uint32_t id)
{
    Rewrite *rewrite = &shuffling->rewrite;
    Followed *followed = &shuffling->values[id];
    const Node *node = &shuffling->graph->nodes.at[id];
    if (followed->exactly == EXACT_IS_ANY)
        return followed->any;
    if (followed->exactly == EXACT_BY_ORIGINAL) {
        count_moved(shuffling, id, original_moves(shuffling, (NodeId){id}, shuffling->claimed));
        return rewrite_copy(rewrite, (NodeId){id});
    }
    ChannelShuffleAttrs attrs;
    int64_t channels = node->type.shape.dim[1];
    if (!order_is_shuffle(order_inverse(rewrite->to->arena, followed->order, channels), channels, &attrs.groups))
        BUG("what was one shuffle is none");
    count_moved(shuffling, id, 2 * type_bytes(&node->type));
    NodeId x = followed->kind == FOLLOW_MOVE ? stored(shuffling, followed->runs->value) : followed->any;
    return rewrite_add(rewrite, OP_channel_shuffle, &x, 1, &attrs, node);
}

static void write_followed(Shuffling *shuffling, uint32_t id)
{
    Followed *followed = &shuffling->values[id];
    if (followed->wants_any)
        followed->any = followed->kind == FOLLOW_MOVE ? gather(shuffling, id) : pass_on(shuffling, id);
    shuffling->rewrite.map[id] = NODE_NONE;
    if (followed->wants_exact)
        followed->exact = make_exact(shuffling, id);
    shuffling->rewrite.map[id] = followed->exact;
}

static void write_node(Shuffling *shuffling, uint32_t id)
{
    const Graph *graph = shuffling->graph;
    const Node *node = &graph->nodes.at[id];
    Rewrite *rewrite = &shuffling->rewrite;
    Followed *followed = &shuffling->values[id];
    if (followed->kind == FOLLOW_MOVE || followed->kind == FOLLOW_THROUGH) {
        write_followed(shuffling, id);
        return;
    }
    uint32_t x = node->input_count ? graph_input(graph, node, 0).index : id;
    const Followed *from = &shuffling->values[x];
    bool reads_any = x != id && from->kind != FOLLOW_NOT && from->wants_any && !why_not_reads(shuffling, (NodeId){id});
    if (reads_any || followed->kind == FOLLOW_TURNED)
        rewrite->map[id] = layer_ordered(rewrite, node, reads_any ? from->any : rewrite->map[x],
                                         reads_any ? from->order : NULL, followed->order);
    else
        rewrite_copy(rewrite, (NodeId){id});
    followed->any = rewrite->map[id];
}

Graph *write_shuffled(Shuffling *shuffling)
{
    shuffling->rewrite = rewrite_begin(shuffling->graph);
    for (uint32_t i = 0; i < shuffling->graph->nodes.count; i++)
        write_node(shuffling, i);
    return rewrite_end(&shuffling->rewrite);
}
