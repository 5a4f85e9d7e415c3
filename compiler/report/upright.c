/* upright.c - which edges of a drawing are straight (see upright.h). */
#include "report/upright.h"

typedef struct Ways {
    uint32_t *above, *below; /* of each box: boxes on the longest way to it, and from it on */
    uint32_t *in, *out;      /* how many of its edges are on such a way */
} Ways;

static bool is_longest_in(const Ways *ways, const BoxEdge *edge)
{
    return ways->above[edge->to] == ways->above[edge->from] + 1;
}

static bool is_longest_out(const Ways *ways, const BoxEdge *edge)
{
    return ways->below[edge->from] == ways->below[edge->to] + 1;
}

static Ways ways_of(Arena *arena, const Boxes *boxes)
{
    uint32_t count = boxes->at.count, edges = boxes->edges.count;
    Ways ways = {NEW_ARRAY(arena, uint32_t, count), NEW_ARRAY(arena, uint32_t, count),
                 NEW_ARRAY(arena, uint32_t, count), NEW_ARRAY(arena, uint32_t, count)};
    for (uint32_t i = 0; i < edges; i++) {
        const BoxEdge *edge = &boxes->edges.at[i];
        ways.above[edge->to] = MAX(ways.above[edge->to], ways.above[edge->from] + 1);
    }
    for (uint32_t i = edges; i-- > 0;) {
        const BoxEdge *edge = &boxes->edges.at[i];
        ways.below[edge->from] = MAX(ways.below[edge->from], ways.below[edge->to] + 1);
    }
    for (uint32_t i = 0; i < edges; i++) {
        const BoxEdge *edge = &boxes->edges.at[i];
        ways.in[edge->to] += is_longest_in(&ways, edge);
        ways.out[edge->from] += is_longest_out(&ways, edge);
    }
    return ways;
}

bool *straight_edges(Arena *arena, const Boxes *boxes)
{
    Ways ways = ways_of(arena, boxes);
    uint32_t *in = NEW_ARRAY(arena, uint32_t, boxes->at.count), *out = NEW_ARRAY(arena, uint32_t, boxes->at.count);
    bool *straight = NEW_ARRAY(arena, bool, boxes->edges.count);
    for (uint32_t i = 0; i < boxes->edges.count; i++) {
        const BoxEdge *edge = &boxes->edges.at[i];
        bool chosen_in = is_longest_in(&ways, edge) && in[edge->to]++ == (ways.in[edge->to] - 1) / 2;
        bool chosen_out = is_longest_out(&ways, edge) && out[edge->from]++ == (ways.out[edge->from] - 1) / 2;
        straight[i] = chosen_in && chosen_out;
    }
    return straight;
}
