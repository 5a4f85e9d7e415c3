/* held.c - what is in the workspace when (see held.h). */
#include "report/held.h"

#include <stdlib.h>

uint32_t fullest_step(const Plan *plan)
{
    int64_t *more = NEW_ARRAY(plan->arena, int64_t, plan->steps.count + 1), held = 0, most = -1;
    uint32_t fullest = 0;
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        const Buffer *buffer = &plan->buffers.at[i];
        if (buffer->place != BUFFER_WORKSPACE)
            continue;
        more[buffer->first] += buffer->bytes;
        more[buffer->last + 1] -= buffer->bytes;
    }
    for (uint32_t step = 0; step < plan->steps.count; step++) {
        held += more[step];
        if (held > most) {
            most = held;
            fullest = step;
        }
    }
    return fullest;
}

typedef struct Sized {
    int64_t bytes;
    uint32_t buffer;
} Sized;

static int compare_sizes(const void *left, const void *right)
{
    const Sized *a = left, *b = right;
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes ? -1 : 1;
    return (a->buffer > b->buffer) - (a->buffer < b->buffer);
}

static BufferList largest_first(Arena *arena, const Plan *plan, bool (*wanted)(const Buffer *, uint32_t), uint32_t step)
{
    VEC(Sized) found = {0};
    BufferList list = {0};
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        Sized sized = {plan->buffers.at[i].bytes, i};
        if (wanted(&plan->buffers.at[i], step))
            VEC_PUSH(arena, &found, sized);
    }
    if (found.count)
        qsort(found.at, found.count, sizeof *found.at, compare_sizes);
    for (uint32_t i = 0; i < found.count; i++)
        VEC_PUSH(arena, &list, found.at[i].buffer);
    return list;
}

static bool is_held(const Buffer *buffer, uint32_t step)
{
    return buffer->place == BUFFER_WORKSPACE && buffer->first <= step && step <= buffer->last;
}

static bool is_weights(const Buffer *buffer, uint32_t step)
{
    (void)step;
    return buffer->place == BUFFER_WEIGHTS;
}

BufferList buffers_held(Arena *arena, const Plan *plan, uint32_t step)
{
    return largest_first(arena, plan, is_held, step);
}

BufferList buffers_of_weights(Arena *arena, const Plan *plan)
{
    return largest_first(arena, plan, is_weights, 0);
}

Span buffer_span(const Plan *plan, uint32_t buffer)
{
    const Buffer *wanted = &plan->buffers.at[buffer];
    if (wanted->place == BUFFER_WEIGHTS)
        return graph_node(plan->graph, wanted->value)->span;
    for (uint32_t i = wanted->first; i < plan->steps.count; i++)
        for (uint32_t w = 0; w < plan->steps.at[i].write_count; w++)
            if (plan->steps.at[i].writes[w].buffer == buffer)
                return graph_node(plan->graph, plan->steps.at[i].leader)->span;
    return NOWHERE;
}
