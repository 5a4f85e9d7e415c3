/* shuffle_follow.c - where the channels of values are stored, when nobody moves them (see shuffle.h).
 *
 * A value that only moves channels is a list of places: channel c is channel p of that value. Such a list is made of
 * runs, channels that are stored beside each other, and whoever reads them in any order reads these one after another.
 */
#include "ops/concat.h"
#include "ops/conv.h"
#include "ops/op.h"
#include "ops/pad.h"
#include "ops/reduce.h"
#include "ops/resample.h"
#include "ops/shuffle.h"
#include "ops/slice.h"
#include "pass/shuffle.h"

enum { MOST_CHANNELS = 1 << 16, MOST_RUNS = 32 };

/* ---- what can be followed ---- */

static const Shape *shape_of(const Graph *graph, uint32_t value)
{
    return &graph->nodes.at[value].type.shape;
}

static bool has_channels(const Type *type)
{
    return type->dtype == DT_F32 && type->shape.rank >= 2 && type->shape.dim[1] <= MOST_CHANNELS;
}

static bool slices_only(const Graph *graph, const Node *node, bool channels)
{
    const SliceAttrs *attrs = node->attrs;
    const Shape *x = &graph_input_node(graph, node, 0)->type.shape;
    for (int axis = 1; axis < x->rank; axis++)
        if ((axis == 1) != channels &&
            (attrs->begin[axis] || attrs->size[axis] != x->dim[axis] || attrs->step[axis] != 1))
            return false;
    return true;
}

/* The one input that is not known, when the node works element by element on it. */
static bool follows_element_wise(const Shuffling *shuffling, const Node *node, uint32_t *x)
{
    const Graph *graph = shuffling->graph;
    uint32_t unknown = 0;
    for (uint32_t i = 0; i < node->input_count; i++)
        if (!shuffling->known[graph_input(graph, node, i).index]) {
            *x = i;
            unknown++;
        }
    return unknown == 1 && (*x == 0 || !op_row(node->op)->channelwise) &&
           shape_equal(&graph_input_node(graph, node, *x)->type.shape, &node->type.shape);
}

static bool passes_channels(const Shuffling *shuffling, NodeId id, uint32_t *x)
{
    const Graph *graph = shuffling->graph;
    const Node *node = graph_node(graph, id);
    const Shape *y = &node->type.shape, *from = &graph_input_node(graph, node, 0)->type.shape;
    *x = 0;
    switch (op_row(node->op)->family) {
    case FAMILY_MAP:
        return follows_element_wise(shuffling, node, x);
    case FAMILY_POOL:
    case FAMILY_RESIZE:
        return true;
    case FAMILY_RESAMPLE:
        return ((const ResampleAttrs *)node->attrs)->axis > 1;
    case FAMILY_PAD: {
        PadAxis channels = pad_axis(node->attrs, y->rank, 1);
        return channels.before + channels.behind == 0;
    }
    case FAMILY_COPY:
        return node->op == OP_slice && slices_only(graph, node, false);
    case FAMILY_REDUCE:
        return !reduces_axis(node->attrs, 1);
    case FAMILY_VIEW:
        return node->op != OP_part && y->dim[0] == from->dim[0] && from->rank >= 2 &&
               (y->rank == 2 || y->dim[1] == from->dim[1]);
    case FAMILY_CONV:
    case FAMILY_CONV_TRANSPOSE:
        return ((const ConvAttrs *)node->attrs)->groups > 1 &&
               !why_weights_stay(graph, shuffling->known, shuffling->uses, node);
    default:
        return false;
    }
}

Following may_follow(const Shuffling *shuffling, NodeId id, uint32_t *x)
{
    const Graph *graph = shuffling->graph;
    const Node *node = graph_node(graph, id);
    *x = 0;
    if (shuffling->known[id.index] || node->input_count == 0 || !has_channels(&node->type))
        return FOLLOW_NOT;
    bool moves = node->op == OP_channel_shuffle || (node->op == OP_slice && slices_only(graph, node, true)) ||
                 (node->op == OP_concat && ((const ConcatAttrs *)node->attrs)->axis == 1);
    if (moves && (node->op != OP_slice || !slices_only(graph, node, false)))
        return FOLLOW_MOVE;
    return passes_channels(shuffling, id, x) && has_channels(&graph_input_node(graph, node, *x)->type) ? FOLLOW_THROUGH
                                                                                                       : FOLLOW_NOT;
}

/* ---- layers that others are stored like ---- */

static bool can_turn(const Shuffling *shuffling, uint32_t value)
{
    const Graph *graph = shuffling->graph;
    const Node *node = &graph->nodes.at[value];
    if (shuffling->fixed[value] || shuffling->known[value] || shuffling->output[value] ||
        why_weights_stay(graph, shuffling->known, shuffling->uses, node))
        return false;
    return node->op == OP_fc || ((const ConvAttrs *)node->attrs)->groups == 1;
}

static uint32_t root_of(const Shuffling *shuffling, uint32_t value)
{
    const Followed *followed = &shuffling->values[value];
    if (followed->kind == FOLLOW_MOVE || followed->kind == FOLLOW_THROUGH)
        return followed->root;
    return can_turn(shuffling, value) ? value : UINT32_MAX;
}

/* ---- lists of places ---- */

static Channel channel_at(const Shuffling *shuffling, NodeId value, int64_t c)
{
    const Followed *followed = &shuffling->values[value.index];
    return followed->at ? followed->at[c] : (Channel){value.index, (int32_t)c};
}

/* The places of a value that is stored in such an order. */
static const Channel *stored_channels(const Shuffling *shuffling, uint32_t value, const int32_t *order)
{
    int64_t count = shape_of(shuffling->graph, value)->dim[1];
    Channel *at = NEW_ARRAY(shuffling->graph->arena, Channel, (size_t)count);
    for (int64_t i = 0; i < count; i++)
        at[order ? order[i] : i] = (Channel){value, (int32_t)i};
    return at;
}

static const Channel *moved_channels(const Shuffling *shuffling, const Node *node)
{
    const Graph *graph = shuffling->graph;
    int64_t count = node->type.shape.dim[1], next = 0;
    Channel *at = NEW_ARRAY(graph->arena, Channel, (size_t)count);
    if (node->op == OP_concat) {
        for (uint32_t i = 0; i < node->input_count; i++) {
            NodeId input = graph_input(graph, node, i);
            for (int64_t c = 0; c < shape_of(graph, input.index)->dim[1]; c++)
                at[next++] = channel_at(shuffling, input, c);
        }
        return at;
    }
    NodeId x = graph_input(graph, node, 0);
    const SliceAttrs *slice = node->attrs;
    int64_t groups = node->op == OP_slice ? 1 : ((const ChannelShuffleAttrs *)node->attrs)->groups;
    for (int64_t c = 0; c < count; c++)
        at[c] = channel_at(shuffling, x,
                           node->op == OP_slice ? slice->begin[1] + c * slice->step[1]
                                                : c % groups * (count / groups) + c / groups);
    return at;
}

/* ---- runs ---- */

typedef struct Placed {
    Channel at;
    int32_t channel;
} Placed;

static int compare_places(const void *left, const void *right)
{
    const Placed *a = left, *b = right;
    if (a->at.value != b->at.value)
        return a->at.value < b->at.value ? -1 : 1;
    return (a->at.place > b->at.place) - (a->at.place < b->at.place);
}

typedef struct Piece {
    Run run;
    const Placed *from; /* its channels */
    int32_t rank;       /* pieces are gathered in this order; at first, the least of these */
} Piece;

static int compare_pieces(const void *left, const void *right)
{
    const Piece *a = left, *b = right;
    return (a->rank > b->rank) - (a->rank < b->rank);
}

/* The pieces of sorted places; 0: more than MOST_RUNS, or a channel that is there twice. */
static uint32_t find_pieces(const Shuffling *shuffling, const Placed *placed, int64_t count, Piece *pieces)
{
    uint32_t found = 0;
    for (int64_t i = 0; i < count; i++) {
        const Channel *at = &placed[i].at, *before = i ? &placed[i - 1].at : NULL;
        if (before && before->value == at->value && before->place == at->place)
            return 0;
        if (!before || before->value != at->value || before->place + 1 != at->place) {
            if (found == MOST_RUNS)
                return 0;
            pieces[found++] = (Piece){{at->value, at->place, 0, false}, &placed[i], placed[i].channel};
        }
        Piece *piece = &pieces[found - 1];
        piece->run.count++;
        piece->run.whole = piece->run.count == shape_of(shuffling->graph, at->value)->dim[1];
        piece->rank = MIN(piece->rank, placed[i].channel);
    }
    return found;
}

static bool ends_its_value(const Shuffling *shuffling, const Run *run)
{
    return !run->whole && run->first + run->count == shape_of(shuffling->graph, run->value)->dim[1];
}

static bool begins_its_value(const Run *run)
{
    return !run->whole && run->first == 0;
}

/* Brings the longest piece that ends where its value ends to the front, and the longest that begins where its value
 * begins to the back: such values can be written beside what is copied between them. Whole values stand before what is
 * copied, so that this is copied together. */
static void choose_order(const Shuffling *shuffling, Piece *pieces, uint32_t count, bool ends)
{
    int front = -1, back = -1;
    for (uint32_t i = 0; ends && i < count; i++)
        if (ends_its_value(shuffling, &pieces[i].run) && (front < 0 || pieces[i].run.count > pieces[front].run.count))
            front = (int)i;
    for (uint32_t i = 0; ends && i < count; i++)
        if (begins_its_value(&pieces[i].run) && (front < 0 || pieces[i].run.value != pieces[front].run.value) &&
            (back < 0 || pieces[i].run.count > pieces[back].run.count))
            back = (int)i;
    for (uint32_t i = 0; i < count; i++)
        pieces[i].rank += pieces[i].run.whole ? 0 : MOST_CHANNELS;
    if (front >= 0)
        pieces[front].rank = -1;
    if (back >= 0)
        pieces[back].rank = INT32_MAX;
    qsort(pieces, count, sizeof *pieces, compare_pieces);
}

static int32_t *order_of_pieces(Arena *arena, const Piece *pieces, uint32_t count, int64_t channels)
{
    int32_t *order = NEW_ARRAY(arena, int32_t, (size_t)channels);
    int64_t next = 0;
    for (uint32_t i = 0; i < count; i++)
        for (int32_t k = 0; k < pieces[i].run.count; k++)
            order[next++] = pieces[i].from[k].channel;
    return order;
}

/* What a value is gathered from, and the order that gives its channels; no runs: it cannot be gathered. */
static void plan_gathering(const Shuffling *shuffling, Followed *followed, const Shape *shape)
{
    Arena *arena = shuffling->graph->arena;
    int64_t count = shape->dim[1];
    Placed *placed = NEW_ARRAY(arena, Placed, (size_t)count);
    Piece pieces[MOST_RUNS];
    for (int64_t c = 0; c < count; c++)
        placed[c] = (Placed){followed->at[c], (int32_t)c};
    qsort(placed, (size_t)count, sizeof *placed, compare_places);
    uint32_t found = find_pieces(shuffling, placed, count, pieces);
    if (!found)
        return;
    qsort(pieces, found, sizeof *pieces, compare_pieces);
    int32_t *order = order_of_pieces(arena, pieces, found, count);
    if (found > 1 && !order_is_same(order, count)) {
        choose_order(shuffling, pieces, found, shape->dim[0] == 1);
        order = order_of_pieces(arena, pieces, found, count);
    }
    if (!order_is_simple(arena, order, count))
        return;
    followed->runs = NEW_ARRAY(arena, Run, found);
    followed->run_count = found;
    for (uint32_t i = 0; i < found; i++)
        followed->runs[i] = pieces[i].run;
    followed->front = found > 1 && ends_its_value(shuffling, &pieces[0].run);
    followed->back = found > 1 && begins_its_value(&pieces[found - 1].run);
    followed->order = order_is_same(order, count) ? NULL : order;
    followed->root = found == 1 && pieces->run.whole ? root_of(shuffling, pieces->run.value) : UINT32_MAX;
}

/* ---- through ---- */

/* The order of the outputs of a grouped convolution whose input is stored in `order`; NULL: there is none. */
static int32_t *grouped_order(const Shuffling *shuffling, const Node *conv, const int32_t *order)
{
    Arena *arena = shuffling->graph->arena;
    int64_t groups = ((const ConvAttrs *)conv->attrs)->groups, outputs = conv->type.shape.dim[1] / groups;
    int64_t inputs = graph_input_node(shuffling->graph, conv, CONV_X)->type.shape.dim[1];
    int32_t *inside, *of_groups = order_of_groups(arena, order, inputs, inputs / groups, &inside);
    return of_groups ? order_expanded(arena, of_groups, groups, outputs) : NULL;
}

static bool follow_through(const Shuffling *shuffling, uint32_t id, Followed *followed)
{
    const Graph *graph = shuffling->graph;
    const Node *node = &graph->nodes.at[id];
    uint32_t x = graph_input(graph, node, followed->x).index;
    const Followed *from = &shuffling->values[x];
    int64_t channels = shape_of(graph, x)->dim[1], own = node->type.shape.dim[1];
    bool grouped = is_convolution(node->op);
    if (from->kind == FOLLOW_MOVE && !from->run_count)
        return false;
    if (from->order && grouped)
        followed->order = grouped_order(shuffling, node, from->order);
    else if (from->order && own > channels)
        followed->order = order_expanded(graph->arena, from->order, channels, own / channels);
    else
        followed->order = from->order;
    if ((from->order && !followed->order) || !order_is_simple(graph->arena, followed->order, own))
        return false;
    if (order_is_same(followed->order, own))
        followed->order = NULL;
    bool each = own == channels && (!grouped || ((const ConvAttrs *)node->attrs)->groups == channels);
    followed->root = each ? root_of(shuffling, x) : UINT32_MAX;
    followed->at = stored_channels(shuffling, id, followed->order);
    return true;
}

static void follow(const Shuffling *shuffling, uint32_t id, Followed *followed)
{
    const Graph *graph = shuffling->graph;
    *followed = (Followed){.root = UINT32_MAX, .any = NODE_NONE, .exact = NODE_NONE};
    if (shuffling->turned[id]) {
        followed->kind = FOLLOW_TURNED;
        followed->order = shuffling->turned[id];
        followed->at = stored_channels(shuffling, id, followed->order);
        return;
    }
    if (shuffling->region[id] == UINT32_MAX || shuffling->apart[shuffling->region[id]])
        return;
    followed->kind = may_follow(shuffling, (NodeId){id}, &followed->x);
    if (followed->kind == FOLLOW_MOVE) {
        followed->at = moved_channels(shuffling, &graph->nodes.at[id]);
        plan_gathering(shuffling, followed, shape_of(graph, id));
    } else if (!follow_through(shuffling, id, followed)) {
        followed->kind = FOLLOW_NOT;
    }
}

void follow_channels(Shuffling *shuffling)
{
    for (uint32_t i = 0; i < shuffling->graph->nodes.count; i++)
        follow(shuffling, i, &shuffling->values[i]);
}
