/* verify.c - the rules of a finished Plan, checked without trusting how it was made.
 *
 *   P1  every workspace buffer is aligned and inside the workspace
 *   P2  two workspace buffers that live at the same step share no byte
 *   P6  weights are aligned, inside the blob, behind its header, and do not overlap
 *   P11 a part lies inside its whole, which is a workspace or output buffer, and has its layout; with a halo, it is
 *       some of its maps. What is joined stands one behind the other in the join
 *
 * verify_steps.c, verify_bands.c and verify_devices.c have those of steps, verify_tiling.c those of kernels.
 */
#include "plan/verify.h"

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

/* Whether a part of a value with a halo, or in blocks of channels, is some of its maps: those have their halos with
 * them, and begin with a block. */
static bool is_of_maps(const Buffer *part, const Buffer *whole)
{
    const Shape *inner = &part->type.shape, *outer = &whole->type.shape;
    if (inner->rank != 4 || outer->rank != 4 || inner->dim[2] != outer->dim[2] || inner->dim[3] != outer->dim[3])
        return false;
    const Shape one = SHAPE(1, 1, inner->dim[2], inner->dim[3]); /* map, or block of maps */
    return part->begin % layout_count(&part->type.layout, &one) == 0;
}

static const char *check_parts(const Plan *plan)
{
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        const Buffer *part = &plan->buffers.at[i];
        if (part->place != BUFFER_PART)
            continue;
        if (part->whole >= plan->buffers.count)
            return arena_printf(plan->arena, "P11: %s is a part of nothing", part->name);
        const Buffer *whole = &plan->buffers.at[part->whole];
        int64_t rest = (whole->bytes - part->bytes) / dtype_bytes(whole->type.dtype);
        bool inside = part->bytes <= whole->bytes && part->begin >= 0 && part->begin <= rest;
        bool same = part->type.dtype == whole->type.dtype && layout_equal(&part->type.layout, &whole->type.layout) &&
                    (whole->type.layout.kind == LAYOUT_PLAIN || whole->type.layout.kind == LAYOUT_BLOCKED) &&
                    ((whole->type.layout.kind == LAYOUT_PLAIN && !layout_has_halo(&whole->type.layout)) ||
                     is_of_maps(part, whole));
        if ((whole->place != BUFFER_WORKSPACE && whole->place != BUFFER_OUTPUT) || !inside || !same)
            return arena_printf(plan->arena, "P11: %s is no part of %s", part->name, whole->name);
    }
    return NULL;
}

/* Where a value begins: the buffer, none that is a part, and the element in it. */
static uint32_t place_of(const Plan *plan, NodeId value, int64_t *begin)
{
    uint32_t buffer = plan->buffer_of[value.index];
    if (buffer == BUFFER_NONE)
        return buffer;
    uint32_t whole = plan_whole(plan, buffer, begin);
    *begin += plan->first_of[value.index];
    return whole;
}

static const char *check_joins(const Plan *plan)
{
    const Graph *graph = plan->graph;
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        int64_t begin = 0, at = 0;
        uint32_t whole = place_of(plan, (NodeId){i}, &begin);
        if (node->op != OP_join || whole == BUFFER_NONE || plan->buffers.at[whole].place == BUFFER_WEIGHTS)
            continue;
        for (uint32_t k = 0; k < node->input_count; k++) {
            const Type *type = &graph_input_node(graph, node, k)->type;
            if (place_of(plan, graph_input(graph, node, k), &at) != whole || at != begin)
                return arena_printf(plan->arena, "P11: %%%u does not stand in its place in %s",
                                    graph_input(graph, node, k).index, plan->buffers.at[whole].name);
            begin += layout_count(&type->layout, &type->shape);
        }
    }
    return NULL;
}

const char *plan_verify(const Plan *plan)
{
    const char *broken = check_offsets(plan);
    if (!broken)
        broken = check_weights_apart(plan);
    if (!broken)
        broken = check_live_apart(plan);
    if (!broken)
        broken = check_parts(plan);
    if (!broken)
        broken = check_joins(plan);
    if (!broken)
        broken = verify_plan_bands(plan);
    if (!broken)
        broken = verify_plan_devices(plan);
    if (!broken)
        broken = verify_tilings(plan);
    if (!broken)
        broken = verify_shares(plan);
    if (!broken)
        broken = verify_launches(plan);
    return broken ? broken : verify_steps(plan);
}
