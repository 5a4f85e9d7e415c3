/* crowded.c - offsets in the order of time, as an allocator gives them, in time that grows with the number of items.
 *
 * The memory is a list of blocks side by side. What ends gives its block back, which joins free neighbours; what begins
 * takes the first block that is large enough of those freed last, or goes on top.
 */
#include "plan/memory.h"

enum { TRIES = 64 };

typedef struct Block {
    int64_t offset, bytes;
    struct Block *below, *above;   /* beside it */
    struct Block *earlier, *later; /* in the list of free ones; `later` was freed later */
    bool free;
} Block;

typedef struct Heap {
    Arena *arena;
    Block *top;       /* NULL: there is none */
    Block *latest;    /* the free one that was freed last */
    Block **block_of; /* one an item */
} Heap;

static void leave_free_list(Heap *heap, Block *block)
{
    if (block->later)
        block->later->earlier = block->earlier;
    else
        heap->latest = block->earlier;
    if (block->earlier)
        block->earlier->later = block->later;
    block->earlier = block->later = NULL;
    block->free = false;
}

static void join_free_list(Heap *heap, Block *block)
{
    block->free = true;
    block->earlier = heap->latest;
    if (heap->latest)
        heap->latest->later = block;
    heap->latest = block;
}

/* Takes a block out of the memory, its bytes being those of `into`, which is beside it. */
static void merge(Heap *heap, Block *into, Block *block)
{
    leave_free_list(heap, block);
    into->offset = MIN(into->offset, block->offset);
    into->bytes += block->bytes;
    if (block->below && block->below != into)
        block->below->above = into;
    if (block->above && block->above != into)
        block->above->below = into;
    if (into->below == block)
        into->below = block->below;
    else
        into->above = block->above;
    if (heap->top == block)
        heap->top = into;
}

static void give_back(Heap *heap, Block *block)
{
    if (block->below && block->below->free)
        merge(heap, block, block->below);
    if (block->above && block->above->free)
        merge(heap, block, block->above);
    join_free_list(heap, block);
}

static Block *on_top(Heap *heap, int64_t bytes)
{
    if (heap->top && heap->top->free) { /* it grows */
        Block *top = heap->top;
        leave_free_list(heap, top);
        top->bytes = bytes;
        return top;
    }
    Block *block = NEW(heap->arena, Block);
    *block =
        (Block){.offset = heap->top ? heap->top->offset + heap->top->bytes : 0, .bytes = bytes, .below = heap->top};
    if (heap->top)
        heap->top->above = block;
    return heap->top = block;
}

static Block *take(Heap *heap, int64_t bytes)
{
    Block *block = heap->latest;
    for (int tries = 0; block && block->bytes < bytes; block = block->earlier)
        if (++tries == TRIES)
            return on_top(heap, bytes);
    if (!block)
        return on_top(heap, bytes);
    leave_free_list(heap, block);
    if (block->bytes > bytes) {
        Block *rest = NEW(heap->arena, Block);
        *rest = (Block){block->offset + bytes, block->bytes - bytes, .below = block, .above = block->above};
        if (rest->above)
            rest->above->below = rest;
        else
            heap->top = rest;
        block->above = rest;
        block->bytes = bytes;
        join_free_list(heap, rest);
    }
    return block;
}

typedef struct End {
    uint32_t last, item;
} End;

static int compare_ends(const void *left, const void *right)
{
    const End *a = left, *b = right;
    if (a->last != b->last)
        return a->last < b->last ? -1 : 1;
    return (a->item > b->item) - (a->item < b->item);
}

int64_t memory_place_crowded(Arena *arena, const MemoryItem *items, uint32_t count, int64_t *offsets)
{
    Heap heap = {.arena = arena, .block_of = NEW_ARRAY(arena, Block *, count)};
    End *ends = NEW_ARRAY(arena, End, count);
    uint32_t ended = 0;
    int64_t bytes = 0;
    for (uint32_t i = 0; i < count; i++)
        ends[i] = (End){items[i].last, i};
    qsort(ends, count, sizeof *ends, compare_ends);
    for (uint32_t i = 0; i < count; i++) {
        for (; ends[ended].last < items[i].first; ended++)
            give_back(&heap, heap.block_of[ends[ended].item]);
        heap.block_of[i] = take(&heap, memory_aligned(items[i].bytes));
        offsets[i] = heap.block_of[i]->offset;
        bytes = MAX(bytes, offsets[i] + items[i].bytes);
    }
    return bytes;
}
