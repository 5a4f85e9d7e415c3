/* memory.h - places in one piece of memory for what is needed at different times (internal to plan/). */
#ifndef FOVEA_PLAN_MEMORY_H
#define FOVEA_PLAN_MEMORY_H

#include "plan/plan.h"

typedef struct MemoryItem {
    int64_t bytes;        /* at least 1 */
    uint32_t first, last; /* the steps from which to which it needs its bytes for itself */
} MemoryItem;

static inline int64_t memory_aligned(int64_t bytes)
{
    return (bytes + PLAN_ALIGNMENT - 1) / PLAN_ALIGNMENT * PLAN_ALIGNMENT;
}

/* For all three, items are in the order of their first steps. */

/* No placement takes fewer bytes than this. */
int64_t memory_bound(Arena *arena, const MemoryItem *items, uint32_t count);
/* Gives each item an aligned offset; returns the bytes that they take together. */
int64_t memory_place(Arena *arena, const MemoryItem *items, uint32_t count, int64_t *offsets);
/* The same for so many that live together that pairs of them cannot be looked at. */
int64_t memory_place_crowded(Arena *arena, const MemoryItem *items, uint32_t count, int64_t *offsets);

#endif
