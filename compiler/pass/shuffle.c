/* shuffle.c - channel shuffles, and the concats and slices around them, move into weights.
 *
 *   %3 = concat(%1, %2) axis=1            %3 = concat(%1, %2) axis=1
 *   %4 = channel_shuffle(%3) groups=2     %7 = channel_shuffle(%5)      weights: shuffled once, when they are written
 *   %6 = conv(%4, %5)                ->   %8 = conv(%3, %7)
 *
 * Channels are followed from where they are made, through all that moves them, to those that compute with them
 * (shuffle_follow.c). A layer that sees all of its channels reads them in the order in which they are stored; a layer
 * that makes them makes them in the order in which they are wanted; what treats channels alike stands between. Half of
 * the channels of a ShuffleNet pass a unit untouched: they stay where they are until a layer needs them beside others.
 *
 * What hangs together is followed as a whole, or left as it is when that moves no fewer bytes.
 */
#include "pass/shuffle.h"
#include "ops/op.h"

enum {
    MOST_FOLLOWED = 1 << 22, /* channels of all values that are followed */
    MOST_ROUNDS = 8,         /* of layers that give their outputs another order */
    MOST_TRIALS = 8,         /* of regions: what one leaves may make another worse */
};

/* ---- regions ---- */

static uint32_t region_of(uint32_t *region, uint32_t i)
{
    while (region[i] != i)
        i = region[i] = region[region[i]];
    return i;
}

/* Joins what can be followed with what it reads; only regions with a shuffle are followed. */
static void find_regions(Shuffling *shuffling)
{
    const Graph *graph = shuffling->graph;
    uint32_t count = graph->nodes.count, *region = shuffling->region;
    bool *shuffles = NEW_ARRAY(graph->arena, bool, count);
    int64_t *channels = NEW_ARRAY(graph->arena, int64_t, count), all = 0;
    for (uint32_t i = 0; i < count; i++) {
        const Node *node = &graph->nodes.at[i];
        uint32_t x;
        Following kind = may_follow(shuffling, (NodeId){i}, &x);
        region[i] = kind == FOLLOW_NOT ? UINT32_MAX : i;
        for (uint32_t k = 0; kind != FOLLOW_NOT && k < node->input_count; k++) {
            uint32_t input = graph_input(graph, node, k).index;
            if (region[input] != UINT32_MAX && (kind == FOLLOW_MOVE || k == x))
                region[region_of(region, input)] = i;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        if (region[i] == UINT32_MAX)
            continue;
        region[i] = region_of(region, i);
        shuffles[region[i]] |= graph->nodes.at[i].op == OP_channel_shuffle;
        channels[region[i]] += graph->nodes.at[i].type.shape.dim[1];
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!shuffles[i]) {
            shuffling->apart[i] = "it shuffles nothing";
        } else if ((all += channels[i]) > MOST_FOLLOWED) {
            shuffling->apart[i] = "there are too many channels to follow";
            all -= channels[i];
        }
    }
}

/* ---- choosing ---- */

static void follow_all(Shuffling *shuffling)
{
    uint32_t count = shuffling->graph->nodes.count;
    memset(shuffling->fixed, 0, count * sizeof *shuffling->fixed);
    memset(shuffling->turned, 0, count * sizeof *shuffling->turned);
    for (int round = 0;; round++) {
        follow_channels(shuffling);
        find_wants(shuffling);
        if (round == MOST_ROUNDS) {
            memset(shuffling->fixed, true, count * sizeof *shuffling->fixed);
            memset(shuffling->turned, 0, count * sizeof *shuffling->turned);
        } else if (!turn_layers(shuffling, round == 0) || round > MOST_ROUNDS) {
            return;
        }
    }
}

static Graph *try_regions(Shuffling *shuffling)
{
    uint32_t count = shuffling->graph->nodes.count;
    memset(shuffling->claimed, 0, count * sizeof *shuffling->claimed);
    memset(shuffling->moved, 0, count * sizeof *shuffling->moved);
    memset(shuffling->gathered, 0, count * sizeof *shuffling->gathered);
    follow_all(shuffling);
    return write_shuffled(shuffling);
}

static void count_once(Shuffling *shuffling)
{
    bool *claimed = NEW_ARRAY(shuffling->graph->arena, bool, shuffling->graph->nodes.count);
    for (uint32_t i = 0; i < shuffling->graph->nodes.count; i++) {
        uint32_t x;
        NodeId id = {i};
        if (shuffling->region[i] == UINT32_MAX || shuffling->apart[shuffling->region[i]])
            continue;
        bool moves = may_follow(shuffling, id, &x) == FOLLOW_MOVE;
        if (moves || op_row(graph_node(shuffling->graph, id)->op)->family == FAMILY_MAP)
            shuffling->once[shuffling->region[i]] += original_moves(shuffling, id, claimed);
    }
}

static bool is_shuffle(const Shuffling *shuffling, uint32_t id)
{
    return shuffling->graph->nodes.at[id].op == OP_channel_shuffle && !shuffling->known[id];
}

/* Leaves those as they are that would not move fewer bytes, or all of them; false: there is none. */
static bool leave_regions(Shuffling *shuffling, bool all)
{
    bool left = false;
    for (uint32_t i = 0; i < shuffling->graph->nodes.count; i++) {
        uint32_t region = shuffling->region[i];
        if (!is_shuffle(shuffling, i) || region == UINT32_MAX || shuffling->apart[region] ||
            (shuffling->moved[region] < shuffling->once[region] && !all))
            continue;
        const char *why = shuffling->values[i].why;
        shuffling->apart[region] = why ? why : "to bring its channels together for what reads them moves as much";
        left = true;
    }
    return left;
}

/* ---- the pass ---- */

static void explain_shuffles(const Shuffling *shuffling)
{
    Explain *explain = shuffling->context->explain;
    for (uint32_t i = 0; i < shuffling->graph->nodes.count; i++) {
        const Node *node = &shuffling->graph->nodes.at[i];
        const Followed *followed = &shuffling->values[i];
        bool made = followed->wants_exact && followed->exactly != EXACT_IS_ANY;
        const char *apart = shuffling->region[i] == UINT32_MAX ? "it has too many channels to follow"
                                                               : shuffling->apart[shuffling->region[i]];
        if (is_shuffle(shuffling, i) && (made || followed->kind == FOLLOW_NOT))
            explain_left(explain, node, "not by weights: %s", followed->kind == FOLLOW_NOT ? apart : followed->why);
        else if (is_shuffle(shuffling, i))
            explain_done(explain, node, (Saving){.bytes = 2 * type_bytes(&node->type)},
                         "not copied: its channels are read where they are made, by weights in that order");
        else if (made && followed->exactly == EXACT_BY_SHUFFLE)
            explain_left(explain, node, "shuffled afterwards: %s", followed->why);
        if (followed->kind == FOLLOW_MOVE && !made && shuffling->gathered[i])
            explain_moved(explain, node, shuffling->gathered[i], "channels are copied beside those that are read too");
    }
}

Graph *pass_shuffle(const Graph *graph, const PassContext *context)
{
    Arena *arena = graph->arena;
    uint32_t count = graph->nodes.count;
    bool *output = NEW_ARRAY(arena, bool, count), any = false;
    Shuffling shuffling = {.context = context,
                           .graph = graph,
                           .known = graph_known(arena, graph),
                           .output = output,
                           .uses = graph_uses(arena, graph),
                           .region = NEW_ARRAY(arena, uint32_t, count),
                           .apart = NEW_ARRAY(arena, const char *, count),
                           .fixed = NEW_ARRAY(arena, bool, count),
                           .turned = NEW_ARRAY(arena, int32_t *, count),
                           .values = NEW_ARRAY(arena, Followed, count),
                           .claimed = NEW_ARRAY(arena, bool, count),
                           .moved = NEW_ARRAY(arena, int64_t, count),
                           .once = NEW_ARRAY(arena, int64_t, count),
                           .gathered = NEW_ARRAY(arena, int64_t, count)};
    for (uint32_t i = 0; i < count; i++)
        any |= is_shuffle(&shuffling, i);
    for (uint32_t i = 0; i < graph->outputs.count; i++)
        output[graph->outputs.at[i].node.index] = true;
    if (!any) {
        Rewrite rewrite = rewrite_begin(graph);
        for (uint32_t i = 0; i < count; i++)
            rewrite_copy(&rewrite, (NodeId){i});
        return rewrite_end(&rewrite);
    }
    find_regions(&shuffling);
    count_once(&shuffling);
    Graph *written = try_regions(&shuffling);
    for (int trial = 1; leave_regions(&shuffling, trial == MOST_TRIALS); trial++)
        written = try_regions(&shuffling);
    explain_shuffles(&shuffling);
    return graph_without_dead(written);
}
