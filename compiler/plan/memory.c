/* memory.c - buffers of the workspace by lifetime to offsets.
 *
 * Two buffers may share bytes when no step needs both. The largest buffers are placed first, each at the lowest
 * offset where it meets no buffer that lives at the same time (greedy by size; Pisarchyk and Lee 2020 found it best
 * or near best on convolutional nets). verify.c checks the result by itself.
 */
#include "plan/plan.h"

static bool live_together(const Buffer *a, const Buffer *b)
{
    return a->first <= b->last && b->first <= a->last;
}

static int compare_size(const void *left, const void *right)
{
    const Buffer *a = *(Buffer *const *)left, *b = *(Buffer *const *)right;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

static int compare_offset(const void *left, const void *right)
{
    const Buffer *a = *(Buffer *const *)left, *b = *(Buffer *const *)right;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

static int64_t aligned(int64_t bytes)
{
    return (bytes + PLAN_ALIGNMENT - 1) / PLAN_ALIGNMENT * PLAN_ALIGNMENT;
}

/* The lowest offset for `buffer` beside those placed already that live with it; `neighbours` is room for them. */
static int64_t lowest_offset(const Buffer *buffer, Buffer **placed, uint32_t count, Buffer **neighbours)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < count; i++)
        if (live_together(buffer, placed[i]))
            neighbours[found++] = placed[i];
    qsort(neighbours, found, sizeof *neighbours, compare_offset);
    int64_t offset = 0;
    for (uint32_t i = 0; i < found; i++) {
        if (neighbours[i]->offset >= offset + aligned(buffer->bytes))
            break;
        offset = MAX(offset, neighbours[i]->offset + aligned(neighbours[i]->bytes));
    }
    return offset;
}

void plan_memory(Plan *plan)
{
    uint32_t count = 0;
    Buffer **order = NEW_ARRAY(plan->arena, Buffer *, plan->buffers.count);
    Buffer **neighbours = NEW_ARRAY(plan->arena, Buffer *, plan->buffers.count);
    for (uint32_t i = 0; i < plan->buffers.count; i++)
        if (plan->buffers.at[i].place == BUFFER_WORKSPACE)
            order[count++] = &plan->buffers.at[i];
    qsort(order, count, sizeof *order, compare_size);
    plan->workspace_bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        order[i]->offset = lowest_offset(order[i], order, i, neighbours);
        plan->workspace_bytes = MAX(plan->workspace_bytes, order[i]->offset + order[i]->bytes);
    }
}
