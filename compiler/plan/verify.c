/* verify.c - the rules of a finished Plan, checked without trusting how it was made.
 *
 *   P1  every workspace buffer is aligned and inside the workspace
 *   P2  two workspace buffers that live at the same step share no byte
 *   P3  a step reads only what an earlier step wrote, or what the caller or the weights hold
 *   P4  a workspace buffer is used only in its lifetime
 *   P5  no step writes weights or inputs, nor reads what it writes, unless it takes that place
 *   P6  weights are aligned, inside the blob, behind its header, and do not overlap
 *   P7  blocked values are read and written only by blocked convolutions and packs
 *   P8  what a step reads lies inside its buffer
 *   P9  a step that takes the place of what it reads reads nothing else there, and in the form in which it writes
 *   P10 what a step reads is what its buffer holds
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

/* A set of numbers below `count`: bits, and for each word of a level a bit in the next. */
enum { SET_LEVELS = 6, WORD_BITS = 64 };
typedef struct NumberSet {
    uint64_t *level[SET_LEVELS];
} NumberSet;

static NumberSet set_new(Arena *arena, uint32_t count)
{
    NumberSet set;
    for (int i = 0; i < SET_LEVELS; i++) {
        count = count / WORD_BITS + 1;
        set.level[i] = NEW_ARRAY(arena, uint64_t, count);
    }
    return set;
}

static void set_put(NumberSet *set, uint32_t number)
{
    for (int i = 0; i < SET_LEVELS; i++, number /= WORD_BITS)
        set->level[i][number / WORD_BITS] |= UINT64_C(1) << number % WORD_BITS;
}

static void set_take(NumberSet *set, uint32_t number)
{
    for (int i = 0; i < SET_LEVELS; i++, number /= WORD_BITS) {
        uint64_t *word = &set->level[i][number / WORD_BITS];
        *word &= ~(UINT64_C(1) << number % WORD_BITS);
        if (*word)
            return;
    }
}

/* The number in the set nearest to one that is not, on either side; UINT32_MAX: there is none. */
static uint32_t set_nearest(const NumberSet *set, uint32_t number, bool above)
{
    for (int i = 0; i < SET_LEVELS; i++, number /= WORD_BITS) {
        uint64_t below = (UINT64_C(1) << number % WORD_BITS) - 1;
        uint64_t word = set->level[i][number / WORD_BITS] & (above ? ~below << 1 : below);
        if (!word)
            continue;
        for (number /= WORD_BITS;; word = set->level[--i][number]) {
            int bit = above ? __builtin_ctzll(word) : WORD_BITS - 1 - __builtin_clzll(word);
            number = number * WORD_BITS + (uint32_t)bit;
            if (i == 0)
                return number;
        }
    }
    return UINT32_MAX;
}

typedef struct Life {
    const Buffer *buffer;
    uint32_t rank; /* by offset */
} Life;

static int compare_begins(const void *left, const void *right)
{
    return compare_first(&((const Life *)left)->buffer, &((const Life *)right)->buffer);
}

static int compare_ends(const void *left, const void *right)
{
    const Buffer *a = ((const Life *)left)->buffer, *b = ((const Life *)right)->buffer;
    return (a->last > b->last) - (a->last < b->last);
}

/* Buffers in the order in which their lives begin. Those that live share no byte with each other, so that a new one can
 * meet only the two that stand beside its place. */
static const char *check_live_apart(const Plan *plan)
{
    uint32_t count, ended = 0;
    const Buffer **buffers = buffers_at(plan, BUFFER_WORKSPACE, &count);
    Life *begins = NEW_ARRAY(plan->arena, Life, count), *ends = NEW_ARRAY(plan->arena, Life, count);
    NumberSet live = set_new(plan->arena, count);
    qsort(buffers, count, sizeof *buffers, compare_offset);
    for (uint32_t i = 0; i < count; i++)
        begins[i] = ends[i] = (Life){buffers[i], i};
    qsort(begins, count, sizeof *begins, compare_begins);
    qsort(ends, count, sizeof *ends, compare_ends);
    for (uint32_t i = 0; i < count; i++) {
        const Buffer *buffer = begins[i].buffer;
        for (; ends[ended].buffer->last < buffer->first; ended++)
            set_take(&live, ends[ended].rank);
        for (int above = 0; above < 2; above++) {
            uint32_t beside = set_nearest(&live, begins[i].rank, above);
            if (beside != UINT32_MAX && share_bytes(buffers[beside], buffer))
                return arena_printf(plan->arena, "P2: %s and %s overlap", buffers[beside]->name, buffer->name);
        }
        set_put(&live, begins[i].rank);
    }
    return NULL;
}

/* A step that reads where it writes. */
static const char *check_in_place(const Plan *plan, uint32_t index, uint32_t r)
{
    const Step *step = &plan->steps.at[index];
    const Buffer *target = &plan->buffers.at[step->writes];
    if (r != plan->kernels.at[step->kernel].in_place || target->place != BUFFER_WORKSPACE)
        return arena_printf(plan->arena, "P5: step %u reads what it writes, %s", index, target->name);
    const Type *value = &graph_node(plan->graph, step->reads[r].value)->type;
    const Type *result = &graph_node(plan->graph, step->result)->type;
    if (step->reads[r].first || !shape_equal(&value->shape, &result->shape) || value->dtype != result->dtype ||
        !layout_equal(&value->layout, &result->layout) || type_bytes(result) != target->bytes)
        return arena_printf(plan->arena, "P9: step %u changes the form of %s", index, target->name);
    return NULL;
}

/* What the check of steps knows of each buffer: whether it was written, and the value it holds. */
typedef struct Held {
    bool *written;
    NodeId *value;
    const NodeId *viewed;
} Held;

static const char *check_step(const Plan *plan, uint32_t index, Held *held)
{
    const Step *step = &plan->steps.at[index];
    const Buffer *target = &plan->buffers.at[step->writes];
    const Kernel *kernel = &plan->kernels.at[step->kernel];
    bool *written = held->written;
    if (kernel->in_place != NOT_IN_PLACE &&
        (kernel->in_place >= step->read_count || step->reads[kernel->in_place].buffer != step->writes))
        return arena_printf(plan->arena, "P9: step %u does not take the place that its kernel does", index);
    bool may_block = kernel->form.activations == LAYOUT_BLOCKED || kernel->family == FAMILY_PACK;
    for (uint32_t i = 0; i < step->read_count; i++) {
        const Read *read = &step->reads[i];
        const Buffer *source = &plan->buffers.at[read->buffer];
        bool kept = source->place == BUFFER_WEIGHTS || source->place == BUFFER_INPUT;
        if (!kept && !written[read->buffer])
            return arena_printf(plan->arena, "P3: step %u reads %s before it is written", index, source->name);
        if (source->place == BUFFER_WORKSPACE && (index < source->first || index > source->last))
            return arena_printf(plan->arena, "P4: step %u reads %s after its end", index, source->name);
        if (!kept && !node_same(held->value[read->buffer], held->viewed[read->value.index]))
            return arena_printf(plan->arena, "P10: step %u reads %%%u where %s holds %%%u", index, read->value.index,
                                source->name, held->value[read->buffer].index);
        const char *broken = source == target ? check_in_place(plan, index, i) : NULL;
        if (broken)
            return broken;
        if (source->type.layout.kind == LAYOUT_BLOCKED && !may_block)
            return arena_printf(plan->arena, "P7: step %u reads the blocked %s", index, source->name);
        if (read->first < 0 || read->count > source->bytes / dtype_bytes(source->type.dtype) - read->first)
            return arena_printf(plan->arena, "P8: step %u reads beyond %s", index, source->name);
    }
    if (target->place == BUFFER_WEIGHTS || target->place == BUFFER_INPUT)
        return arena_printf(plan->arena, "P5: step %u writes %s", index, target->name);
    if (target->place == BUFFER_WORKSPACE && index != target->first &&
        (kernel->in_place == NOT_IN_PLACE || index < target->first || index > target->last))
        return arena_printf(plan->arena, "P4: step %u writes %s outside its life", index, target->name);
    if (target->type.layout.kind == LAYOUT_BLOCKED && !may_block)
        return arena_printf(plan->arena, "P7: step %u writes the blocked %s", index, target->name);
    written[step->writes] = true;
    held->value[step->writes] = step->result;
    return NULL;
}

const char *plan_verify(const Plan *plan)
{
    const char *broken = check_offsets(plan);
    if (!broken)
        broken = check_weights_apart(plan);
    if (!broken)
        broken = check_live_apart(plan);
    Held held = {.written = NEW_ARRAY(plan->arena, bool, plan->buffers.count),
                 .value = NEW_ARRAY(plan->arena, NodeId, plan->buffers.count),
                 .viewed = viewed_values(plan->graph)};
    for (uint32_t i = 0; !broken && i < plan->steps.count; i++)
        broken = check_step(plan, i, &held);
    for (uint32_t i = 0; !broken && i < plan->buffers.count; i++)
        if (plan->buffers.at[i].place == BUFFER_OUTPUT && !held.written[i])
            broken = arena_printf(plan->arena, "P3: nothing writes the output %s", plan->buffers.at[i].name);
    return broken;
}
