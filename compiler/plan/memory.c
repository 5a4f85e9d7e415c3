/* memory.c - buffers of the workspace by lifetime to offsets.
 *
 * Two buffers may share bytes when no step needs both. Buffers are placed one by one, each beside those placed already
 * that live with it; what comes out depends on the order and on which free place is taken, and no way is the best for
 * all nets (Pisarchyk and Lee 2020 compare many). So all combinations of four orders and three ways are tried, until
 * one needs no more than the lower bound: what the buffers that live at one step take, at the fullest step.
 *
 * Time is bounded for any net. Pairs that live together are found once; where there are too many of them, as where
 * thousands of values are joined, one pass in the order of time does (crowded.c). verify.c checks the result by itself.
 */
#include "plan/memory.h"

#include <stdlib.h>

/* Pairs that live together, and how often they are looked at over all tries. */
enum { MOST_PAIRS = 4 * 1000 * 1000, MOST_LOOKS = 4 * 1000 * 1000, ROUNDS = 64 };

typedef enum Order { ORDER_SIZE, ORDER_TIME, ORDER_AREA, ORDER_CONFLICTS, ORDER_COUNT } Order;
typedef enum Fit {
    FIT_LOWEST,   /* the lowest place */
    FIT_TIGHTEST, /* the smallest one that is large enough */
    FIT_ENDS,     /* the bottom, or the highest below the bound, or the lowest: on chains, from one end to the other */
    FIT_COUNT
} Fit;

typedef struct Interval {
    int64_t begin, end;
} Interval;

typedef struct Placing {
    const MemoryItem *items;
    uint32_t count;
    uint32_t *others, *first_other; /* of item i: others[first_other[i]] .. others[first_other[i + 1] - 1] */
    int64_t bound;
    int64_t *offset;
    bool *placed;
    Interval *taken; /* room for the neighbours of one item */
} Placing;

/* ---- who lives with whom ---- */

/* Calls of pair(context, a, b) for all that live at one step, items being in the order of their first steps. false, and
 * not all calls, when there are more than MOST_PAIRS. */
static bool each_pair(Arena *arena, const MemoryItem *items, uint32_t count,
                      void (*pair)(Placing *placing, uint32_t a, uint32_t b), Placing *placing)
{
    uint32_t *live = NEW_ARRAY(arena, uint32_t, count), live_count = 0;
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t kept = 0;
        for (uint32_t j = 0; j < live_count; j++)
            if (items[live[j]].last >= items[i].first)
                live[kept++] = live[j];
        pairs += live_count;
        if (pairs > MOST_PAIRS)
            return false;
        live_count = kept;
        for (uint32_t j = 0; j < live_count; j++)
            pair(placing, live[j], i);
        live[live_count++] = i;
    }
    return true;
}

static void count_pair(Placing *placing, uint32_t a, uint32_t b)
{
    placing->first_other[a + 1]++;
    placing->first_other[b + 1]++;
}

static void note_pair(Placing *placing, uint32_t a, uint32_t b)
{
    placing->others[placing->first_other[a]++] = b;
    placing->others[placing->first_other[b]++] = a;
}

static bool find_others(Arena *arena, Placing *placing)
{
    uint32_t count = placing->count;
    placing->first_other = NEW_ARRAY(arena, uint32_t, count + 1);
    if (!each_pair(arena, placing->items, count, count_pair, placing))
        return false;
    for (uint32_t i = 0; i < count; i++)
        placing->first_other[i + 1] += placing->first_other[i];
    placing->others = NEW_ARRAY(arena, uint32_t, placing->first_other[count] + 1);
    each_pair(arena, placing->items, count, note_pair, placing);
    memmove(placing->first_other + 1, placing->first_other, count * sizeof *placing->first_other);
    placing->first_other[0] = 0;
    return true;
}

/* ---- the lower bound ---- */

static uint32_t padding_class(const MemoryItem *item)
{
    return (uint32_t)(memory_aligned(item->bytes) - item->bytes);
}

static int compare_last(const void *left, const void *right)
{
    const MemoryItem *a = *(const MemoryItem *const *)left, *b = *(const MemoryItem *const *)right;
    return (a->last > b->last) - (a->last < b->last);
}

/* Of what lives at one step, all but the topmost take whole multiples of the alignment. */
int64_t memory_bound(Arena *arena, const MemoryItem *items, uint32_t count)
{
    const MemoryItem **ends = NEW_ARRAY(arena, const MemoryItem *, count + 1);
    uint32_t paddings[PLAN_ALIGNMENT] = {0}, ended = 0;
    int64_t live = 0, most = 0;
    for (uint32_t i = 0; i < count; i++)
        ends[i] = &items[i];
    qsort(ends, count, sizeof *ends, compare_last);
    for (uint32_t i = 0; i < count; i++) {
        for (; ends[ended]->last < items[i].first; ended++) {
            live -= memory_aligned(ends[ended]->bytes);
            paddings[padding_class(ends[ended])]--;
        }
        live += memory_aligned(items[i].bytes);
        paddings[padding_class(&items[i])]++;
        int64_t padding = PLAN_ALIGNMENT - 1;
        while (!paddings[padding])
            padding--;
        most = MAX(most, live - padding);
    }
    return most;
}

/* ---- places ---- */

static int compare_begin(const void *left, const void *right)
{
    const Interval *a = left, *b = right;
    return (a->begin > b->begin) - (a->begin < b->begin);
}

static void find_taken(Placing *placing, uint32_t item, uint32_t *count)
{
    *count = 0;
    for (uint32_t i = placing->first_other[item]; i < placing->first_other[item + 1]; i++) {
        uint32_t other = placing->others[i];
        int64_t begin = placing->offset[other];
        if (placing->placed[other])
            placing->taken[(*count)++] = (Interval){begin, begin + memory_aligned(placing->items[other].bytes)};
    }
    qsort(placing->taken, *count, sizeof *placing->taken, compare_begin);
}

static int64_t choose_offset(Placing *placing, uint32_t item, Fit fit)
{
    int64_t bytes = memory_aligned(placing->items[item].bytes), end = memory_aligned(placing->bound);
    int64_t lowest = -1, tightest = -1, highest = -1, tightest_gap = INT64_MAX, free = 0;
    uint32_t count;
    find_taken(placing, item, &count);
    for (uint32_t i = 0; i <= count; i++) { /* the gaps before each, and the one behind all */
        int64_t gap = (i < count ? placing->taken[i].begin : MAX(end, free + bytes)) - free;
        if (gap >= bytes) {
            lowest = lowest < 0 ? free : lowest;
            if (free + gap <= end)
                highest = free + gap - bytes;
            if (gap < tightest_gap) {
                tightest = free;
                tightest_gap = gap;
            }
        }
        free = i < count ? MAX(free, placing->taken[i].end) : free;
    }
    if (fit == FIT_TIGHTEST)
        return tightest;
    return fit == FIT_LOWEST || lowest == 0 || highest < 0 ? lowest : highest;
}

/* ---- orders ---- */

typedef struct Ranked {
    double rank; /* the largest first */
    uint32_t item;
} Ranked;

static int compare_rank(const void *left, const void *right)
{
    const Ranked *a = left, *b = right;
    if (a->rank < b->rank || a->rank > b->rank)
        return a->rank > b->rank ? -1 : 1;
    return (a->item > b->item) - (a->item < b->item);
}

static double rank_of(const Placing *placing, uint32_t i, Order order)
{
    const MemoryItem *item = &placing->items[i];
    double bytes = (double)item->bytes;
    switch (order) {
    case ORDER_TIME:
        return -(double)item->first;
    case ORDER_AREA:
        return bytes * (double)(item->last - item->first + 1);
    case ORDER_CONFLICTS:
        for (uint32_t j = placing->first_other[i]; j < placing->first_other[i + 1]; j++)
            bytes += (double)placing->items[placing->others[j]].bytes;
        return bytes;
    default:
        return bytes;
    }
}

static int64_t place_all(Placing *placing, const Ranked *order, Fit fit)
{
    int64_t bytes = 0;
    memset(placing->placed, 0, placing->count * sizeof *placing->placed);
    for (uint32_t i = 0; i < placing->count; i++) {
        uint32_t item = order[i].item;
        placing->offset[item] = choose_offset(placing, item, fit);
        placing->placed[item] = true;
        bytes = MAX(bytes, placing->offset[item] + placing->items[item].bytes);
    }
    return bytes;
}

/* The best so far. */
typedef struct Best {
    int64_t bytes, looks; /* looks: spent so far on all tries */
    int64_t *offsets;
    Ranked *order;
    Fit fit;
} Best;

/* Places all in that order, and keeps what comes out when it is better. false: there is no need, or time, for more. */
static bool try_order(Placing *placing, const Ranked *order, Fit fit, Best *best)
{
    uint32_t count = placing->count;
    int64_t bytes = place_all(placing, order, fit);
    best->looks += placing->first_other[count] + count;
    if (bytes < best->bytes) {
        memcpy(best->offsets, placing->offset, count * sizeof *best->offsets);
        memcpy(best->order, order, count * sizeof *best->order);
        best->bytes = bytes;
        best->fit = fit;
    }
    return best->bytes > placing->bound && best->looks <= MOST_LOOKS;
}

/* What came to stand on top goes first in the next round. */
static void try_rounds(Placing *placing, Ranked *order, Best *best)
{
    memcpy(order, best->order, placing->count * sizeof *order);
    memcpy(placing->offset, best->offsets, placing->count * sizeof *placing->offset);
    int64_t bytes = best->bytes;
    Fit fit = best->fit;
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t top = 0;
        for (uint32_t i = 0; i < placing->count; i++) {
            uint32_t item = order[i].item;
            if (placing->offset[item] + placing->items[item].bytes == bytes)
                top = i;
        }
        Ranked first = order[top];
        memmove(order + 1, order, top * sizeof *order);
        order[0] = first;
        if (!try_order(placing, order, fit, best))
            return;
        bytes = 0;
        for (uint32_t i = 0; i < placing->count; i++)
            bytes = MAX(bytes, placing->offset[i] + placing->items[i].bytes);
    }
}

int64_t memory_place(Arena *arena, const MemoryItem *items, uint32_t count, int64_t *offsets)
{
    Placing placing = {.items = items, .count = count, .bound = memory_bound(arena, items, count)};
    if (count == 0)
        return 0;
    if (!find_others(arena, &placing))
        return memory_place_crowded(arena, items, count, offsets);
    placing.offset = NEW_ARRAY(arena, int64_t, count);
    placing.placed = NEW_ARRAY(arena, bool, count);
    placing.taken = NEW_ARRAY(arena, Interval, count);
    Ranked *order = NEW_ARRAY(arena, Ranked, count);
    Best best = {.bytes = INT64_MAX, .offsets = offsets, .order = NEW_ARRAY(arena, Ranked, count)};
    bool more = true;
    for (int o = 0; o < ORDER_COUNT && more; o++) {
        for (uint32_t i = 0; i < count; i++)
            order[i] = (Ranked){rank_of(&placing, i, (Order)o), i};
        qsort(order, count, sizeof *order, compare_rank);
        for (int fit = 0; fit < FIT_COUNT && more; fit++)
            more = try_order(&placing, order, (Fit)fit, &best);
    }
    if (more)
        try_rounds(&placing, order, &best);
    return best.bytes;
}

/* ---- the plan ---- */

typedef struct Held {
    Buffer *buffer;
    uint32_t index;
} Held;

static int compare_first(const void *left, const void *right)
{
    const Held *a = left, *b = right;
    if (a->buffer->first != b->buffer->first)
        return a->buffer->first < b->buffer->first ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

void plan_memory(Plan *plan)
{
    uint32_t count = 0;
    Held *held = NEW_ARRAY(plan->arena, Held, plan->buffers.count + 1);
    for (uint32_t i = 0; i < plan->buffers.count; i++)
        if (plan->buffers.at[i].place == BUFFER_WORKSPACE)
            held[count++] = (Held){&plan->buffers.at[i], i};
    qsort(held, count, sizeof *held, compare_first);
    MemoryItem *items = NEW_ARRAY(plan->arena, MemoryItem, count + 1);
    int64_t *offsets = NEW_ARRAY(plan->arena, int64_t, count + 1);
    for (uint32_t i = 0; i < count; i++)
        items[i] = (MemoryItem){held[i].buffer->bytes, held[i].buffer->first, held[i].buffer->last};
    plan->workspace_bytes = memory_place(plan->arena, items, count, offsets);
    plan->workspace_least = memory_bound(plan->arena, items, count);
    for (uint32_t i = 0; i < count; i++)
        held[i].buffer->offset = offsets[i];
}
