/* test_memory.c - places in memory by lifetime: nothing overlaps, no more is taken than what ought to be, and that in
 * time, for chains, random lifetimes, and many that live together. */
#include <criterion/criterion.h>

#include <time.h>

#include "plan/memory.h"
#include "tests/support/dice.h"

typedef struct Items {
    MemoryItem *at;
    int64_t *offsets;
    uint32_t count;
} Items;

/* Item i begins at step i and lives so many steps: 1 + a throw of `long_life` for one in four, 1 for the others. */
static Items random_items(Arena *arena, uint32_t seed, uint32_t count, uint32_t long_life)
{
    Dice dice = {.seed = seed};
    Items items = {NEW_ARRAY(arena, MemoryItem, count), NEW_ARRAY(arena, int64_t, count), count};
    for (uint32_t i = 0; i < count; i++) {
        uint32_t life = long_life && throw_dice(&dice, 4) == 0 ? 1 + throw_dice(&dice, long_life) : 1;
        items.at[i] = (MemoryItem){4 * (1 + throw_dice(&dice, 2000)), i, MIN(i + life, count - 1)};
    }
    return items;
}

static bool overlap(const Items *items, uint32_t a, uint32_t b)
{
    const MemoryItem *left = &items->at[a], *right = &items->at[b];
    int64_t from = items->offsets[a], to = items->offsets[b];
    return left->first <= right->last && right->first <= left->last && from < to + right->bytes &&
           to < from + left->bytes;
}

static bool are_placed(const Items *items, int64_t bytes)
{
    for (uint32_t i = 0; i < items->count; i++) {
        if (items->offsets[i] < 0 || items->offsets[i] % PLAN_ALIGNMENT ||
            items->offsets[i] + items->at[i].bytes > bytes)
            return false;
        for (uint32_t j = 0; j < i; j++)
            if (overlap(items, i, j))
                return false;
    }
    return true;
}

/* The most that is alive at a step, each but one rounded up: counted step by step. */
static int64_t counted_bound(const Items *items)
{
    int64_t most = 0;
    for (uint32_t step = 0; step < items->count; step++) {
        int64_t live = 0, padding = 0;
        for (uint32_t i = 0; i < items->count; i++)
            if (items->at[i].first <= step && step <= items->at[i].last) {
                int64_t whole = memory_aligned(items->at[i].bytes);
                live += whole;
                padding = MAX(padding, whole - items->at[i].bytes);
            }
        most = MAX(most, live - padding);
    }
    return most;
}

Test(memory, random_lifetimes)
{
    double sum = 0;
    enum { SETS = 300 };
    for (uint32_t seed = 1; seed <= SETS; seed++) {
        Arena *arena = arena_new();
        static const uint32_t lives[] = {0, 3, 20};
        uint32_t long_life = lives[seed % 3];
        Items items = random_items(arena, seed, 2 + seed % 61, long_life);
        int64_t bound = memory_bound(arena, items.at, items.count);
        int64_t bytes = memory_place(arena, items.at, items.count, items.offsets);
        cr_expect_eq(bound, counted_bound(&items), "seed %u", seed);
        cr_expect(are_placed(&items, bytes) && bytes >= bound, "seed %u", seed);
        cr_expect(long_life || bytes - bound < PLAN_ALIGNMENT, "the chain of seed %u takes %lld bytes, at least %lld",
                  seed, (long long)bytes, (long long)bound);
        sum += (double)bytes / (double)bound;
        bytes = memory_place_crowded(arena, items.at, items.count, items.offsets);
        cr_expect(are_placed(&items, bytes), "seed %u, crowded", seed);
        arena_free(arena);
    }
    cr_expect_leq(sum / SETS, 1.005, "%.4f of the bound on average", sum / SETS);
}

/* Largest first, 4, 3, 3 and 4 would take 10: from one end to the other they take 7. */
Test(memory, chains_from_end_to_end)
{
    Arena *arena = arena_new();
    MemoryItem items[] = {{4096, 0, 1}, {3072, 1, 2}, {3072, 2, 3}, {4096, 3, 4}};
    int64_t offsets[COUNT_OF(items)];
    cr_expect_eq(memory_place(arena, items, COUNT_OF(items), offsets), 7168);
    cr_expect_eq(memory_place(arena, items, 0, offsets), 0);
    arena_free(arena);
}

/* Whatever a net is like: chains, all values alive to the end, and everything in between. */
Test(memory, two_hundred_thousand_in_time)
{
    enum { MANY = 200 * 1000 };
    static const uint32_t lives[] = {0, 30, MANY};
    for (size_t i = 0; i < COUNT_OF(lives); i++) {
        Arena *arena = arena_new();
        Items items = random_items(arena, 1, MANY, lives[i]);
        clock_t begin = clock();
        int64_t bytes = memory_place(arena, items.at, MANY, items.offsets);
        double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
        cr_expect_lt(seconds, 20, "%.1f s for lives of up to %u steps", seconds, lives[i]);
        int64_t bound = memory_bound(arena, items.at, MANY);
        cr_expect(lives[i] ? (double)bytes <= 1.5 * (double)bound : bytes - bound < PLAN_ALIGNMENT,
                  "%lld bytes, at least %lld, for lives of up to %u steps", (long long)bytes, (long long)bound,
                  lives[i]);
        arena_free(arena);
    }
}
