/* verify.c - the rules of a finished Plan, checked without trusting how it was made.
 *
 *   P1  every workspace buffer is aligned and inside the workspace
 *   P2  two workspace buffers that live at the same step share no byte
 *   P3  a step reads only what an earlier step wrote, or what the caller or the weights hold
 *   P4  a workspace buffer is used only in its lifetime
 *   P5  no step writes weights or inputs, nor reads what it writes
 *   P6  weights are aligned, inside the blob, behind its header, and do not overlap
 *   P7  blocked values are read and written only by blocked convolutions and packs
 *   P8  what a step reads lies inside its buffer
 */
#include "plan/plan.h"

static const char *check_offsets(const Plan *plan)
{
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        const Buffer *buffer = &plan->buffers.at[i];
        bool workspace = buffer->place == BUFFER_WORKSPACE;
        if (!workspace && buffer->place != BUFFER_WEIGHTS)
            continue;
        int64_t begin = workspace ? 0 : BLOB_HEADER_BYTES;
        int64_t end = workspace ? plan->workspace_bytes : plan->weights_bytes;
        if (buffer->offset % PLAN_ALIGNMENT || buffer->offset < begin || buffer->offset + buffer->bytes > end)
            return arena_printf(plan->arena, "%s: %s is misplaced at %lld", workspace ? "P1" : "P6", buffer->name,
                                (long long)buffer->offset);
    }
    return NULL;
}

static int compare_first(const void *left, const void *right)
{
    const Buffer *a = *(const Buffer *const *)left, *b = *(const Buffer *const *)right;
    return (a->first > b->first) - (a->first < b->first);
}

static int compare_offset(const void *left, const void *right)
{
    const Buffer *a = *(const Buffer *const *)left, *b = *(const Buffer *const *)right;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

static const Buffer **buffers_at(const Plan *plan, BufferPlace place, uint32_t *count)
{
    const Buffer **found = NEW_ARRAY(plan->arena, const Buffer *, plan->buffers.count);
    *count = 0;
    for (uint32_t i = 0; i < plan->buffers.count; i++)
        if (plan->buffers.at[i].place == place)
            found[(*count)++] = &plan->buffers.at[i];
    return found;
}

static bool share_bytes(const Buffer *a, const Buffer *b)
{
    return a->offset < b->offset + b->bytes && b->offset < a->offset + a->bytes;
}

static const char *check_weights_apart(const Plan *plan)
{
    uint32_t count;
    const Buffer **weights = buffers_at(plan, BUFFER_WEIGHTS, &count);
    qsort(weights, count, sizeof *weights, compare_offset);
    for (uint32_t i = 1; i < count; i++)
        if (share_bytes(weights[i - 1], weights[i]))
            return arena_printf(plan->arena, "P6: %s and %s overlap", weights[i - 1]->name, weights[i]->name);
    return NULL;
}

/* Buffers in the order in which their lives begin; each is held against those that still live. */
static const char *check_live_apart(const Plan *plan)
{
    uint32_t count, live_count = 0;
    const Buffer **buffers = buffers_at(plan, BUFFER_WORKSPACE, &count);
    const Buffer **live = NEW_ARRAY(plan->arena, const Buffer *, count);
    qsort(buffers, count, sizeof *buffers, compare_first);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t kept = 0;
        for (uint32_t j = 0; j < live_count; j++)
            if (live[j]->last >= buffers[i]->first)
                live[kept++] = live[j];
        live_count = kept;
        for (uint32_t j = 0; j < live_count; j++)
            if (share_bytes(live[j], buffers[i]))
                return arena_printf(plan->arena, "P2: %s and %s overlap", live[j]->name, buffers[i]->name);
        live[live_count++] = buffers[i];
    }
    return NULL;
}

static const char *check_step(const Plan *plan, uint32_t index, bool *written)
{
    const Step *step = &plan->steps.at[index];
    const Buffer *target = &plan->buffers.at[step->writes];
    const Kernel *kernel = &plan->kernels.at[step->kernel];
    bool may_block = kernel->form.activations == LAYOUT_BLOCKED || kernel->family == FAMILY_PACK;
    for (uint32_t i = 0; i < step->read_count; i++) {
        const Read *read = &step->reads[i];
        const Buffer *source = &plan->buffers.at[read->buffer];
        bool kept = source->place == BUFFER_WEIGHTS || source->place == BUFFER_INPUT;
        if (!kept && !written[read->buffer])
            return arena_printf(plan->arena, "P3: step %u reads %s before it is written", index, source->name);
        if (source->place == BUFFER_WORKSPACE && (index < source->first || index > source->last))
            return arena_printf(plan->arena, "P4: step %u reads %s after its end", index, source->name);
        if (source == target)
            return arena_printf(plan->arena, "P5: step %u reads what it writes, %s", index, source->name);
        if (source->type.layout.kind == LAYOUT_BLOCKED && !may_block)
            return arena_printf(plan->arena, "P7: step %u reads the blocked %s", index, source->name);
        if (read->first < 0 || read->count > source->bytes / dtype_bytes(source->type.dtype) - read->first)
            return arena_printf(plan->arena, "P8: step %u reads beyond %s", index, source->name);
    }
    if (target->place == BUFFER_WEIGHTS || target->place == BUFFER_INPUT)
        return arena_printf(plan->arena, "P5: step %u writes %s", index, target->name);
    if (target->place == BUFFER_WORKSPACE && index != target->first)
        return arena_printf(plan->arena, "P4: step %u writes %s outside its life", index, target->name);
    if (target->type.layout.kind == LAYOUT_BLOCKED && !may_block)
        return arena_printf(plan->arena, "P7: step %u writes the blocked %s", index, target->name);
    written[step->writes] = true;
    return NULL;
}

const char *plan_verify(const Plan *plan)
{
    const char *broken = check_offsets(plan);
    if (!broken)
        broken = check_weights_apart(plan);
    if (!broken)
        broken = check_live_apart(plan);
    bool *written = NEW_ARRAY(plan->arena, bool, plan->buffers.count);
    for (uint32_t i = 0; !broken && i < plan->steps.count; i++)
        broken = check_step(plan, i, written);
    for (uint32_t i = 0; !broken && i < plan->buffers.count; i++)
        if (plan->buffers.at[i].place == BUFFER_OUTPUT && !written[i])
            broken = arena_printf(plan->arena, "P3: nothing writes the output %s", plan->buffers.at[i].name);
    return broken;
}
