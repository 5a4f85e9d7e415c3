/* verify_steps.c - the rules of a Plan's steps, taken in their order.
 *
 *   P3  a step reads only what earlier steps wrote, all of it, or what the caller or the weights hold; all of each
 *       output is written
 *   P4  a workspace buffer is used only in its lifetime, which is that of whole bands
 *   P5  no step writes weights or inputs, nor reads what it writes, unless it takes that place
 *   P7  blocked values are read and written only by kernels that go through blocks; an element-wise one has all values
 *       of its shape in blocks, or none
 *   P8  what a step reads lies inside its buffer
 *   P9  a step that takes the place of what it reads reads nothing else there, and in the form in which it writes
 *   P10 what a step reads is what its buffer holds
 *   P19 scratch memory lives in one step, is as large as its kernel needs, and is neither read nor written as a value
 *   P12 no element is written twice, unless the second value takes the place of the first
 */
#include "plan/verify.h"

/* What a step writes: elements of a buffer that is no part. Steps that take the place of what they read have one. */
typedef struct Run {
    uint32_t buffer, step, write; /* step: one of those that write it, with its write `write` */
    int64_t begin, end;
    bool written; /* by now */
    uint32_t on;  /* a run up to which all is written from this one on: itself, or one behind it */
} Run;

typedef uint32_t RunsOfStep[MOST_WRITES]; /* one a write */

/* Everything that steps write, in the order of buffers and of elements in them. */
typedef struct Runs {
    const Plan *plan;
    Run *at;
    uint32_t count;
    RunsOfStep *of_step;
    NodeId *held; /* one a buffer: the value it holds */
    const NodeId *viewed, *results;
} Runs;

static int compare_runs(const void *left, const void *right)
{
    const Run *a = left, *b = right;
    if (a->buffer != b->buffer)
        return a->buffer < b->buffer ? -1 : 1;
    return (a->begin > b->begin) - (a->begin < b->begin);
}

static bool same_run(const Run *a, const Run *b)
{
    return a->buffer == b->buffer && a->begin == b->begin && a->end == b->end;
}

static Runs find_runs(const Plan *plan)
{
    uint32_t count = 0;
    Runs runs = {.plan = plan,
                 .at = NEW_ARRAY(plan->arena, Run, MOST_WRITES * (size_t)plan->steps.count),
                 .of_step = NEW_ARRAY(plan->arena, RunsOfStep, plan->steps.count),
                 .held = NEW_ARRAY(plan->arena, NodeId, plan->buffers.count),
                 .viewed = viewed_values(plan->graph),
                 .results = kernel_results(plan->graph)};
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        for (uint32_t w = 0; w < plan->steps.at[i].write_count; w++) {
            const Buffer *target = &plan->buffers.at[plan->steps.at[i].writes[w].buffer];
            Run run = {.step = i, .write = w};
            run.buffer = plan_whole(plan, plan->steps.at[i].writes[w].buffer, &run.begin);
            run.end = run.begin + target->bytes / dtype_bytes(target->type.dtype);
            runs.at[count++] = run;
        }
    }
    if (count)
        qsort(runs.at, count, sizeof *runs.at, compare_runs);
    for (uint32_t i = 0; i < count; i++) {
        Run run = runs.at[i];
        if (!runs.count || !same_run(&run, &runs.at[runs.count - 1]))
            runs.at[runs.count++] = run;
        runs.of_step[run.step][run.write] = runs.count - 1;
        runs.at[runs.count - 1].on = runs.count - 1;
    }
    return runs;
}

static const char *check_runs_apart(const Runs *runs)
{
    for (uint32_t i = 1; i < runs->count; i++) {
        const Run *a = &runs->at[i - 1], *b = &runs->at[i];
        if (a->buffer == b->buffer && b->begin < a->end)
            return arena_printf(runs->plan->arena, "P12: steps %u and %u write the same elements of %s", a->step,
                                b->step, runs->plan->buffers.at[a->buffer].name);
    }
    return NULL;
}

/* Notes that run i is written; chains run together where one ends at which the next begins. */
static void set_written(Runs *runs, uint32_t i)
{
    Run *run = &runs->at[i];
    run->written = true;
    if (i > 0 && run[-1].written && run[-1].buffer == run->buffer && run[-1].end == run->begin)
        run[-1].on = i;
    if (i + 1 < runs->count && run[1].written && run[1].buffer == run->buffer && run[1].begin == run->end)
        run->on = i + 1;
}

/* The last run up to which all is written from run i on. */
static uint32_t last_on(Runs *runs, uint32_t i)
{
    uint32_t last = i;
    while (runs->at[last].on != last)
        last = runs->at[last].on;
    while (runs->at[i].on != last) {
        uint32_t next = runs->at[i].on;
        runs->at[i].on = last;
        i = next;
    }
    return last;
}

/* Whether the elements begin .. end - 1 of a buffer are all written by now. */
static bool is_written(Runs *runs, uint32_t buffer, int64_t begin, int64_t end)
{
    uint32_t low = 0, high = runs->count; /* the runs before `low` begin at or before `begin` */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const Run *run = &runs->at[middle];
        if (run->buffer < buffer || (run->buffer == buffer && run->begin <= begin))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || runs->at[low - 1].buffer != buffer || !runs->at[low - 1].written)
        return false;
    return runs->at[low - 1].end > begin && runs->at[last_on(runs, low - 1)].end >= end;
}

/* A step that reads where it writes. */
static const char *check_in_place(const Plan *plan, uint32_t index, uint32_t r)
{
    const Step *step = &plan->steps.at[index];
    const Buffer *target = &plan->buffers.at[step->writes[0].buffer];
    if (r != plan->kernels.at[step->kernel].in_place || target->place != BUFFER_WORKSPACE)
        return arena_printf(plan->arena, "P5: step %u reads what it writes, %s", index, target->name);
    const Type *value = &graph_node(plan->graph, step->reads[r].value)->type;
    const Type *result = &graph_node(plan->graph, step->result)->type;
    if (step->reads[r].first || !shape_equal(&value->shape, &result->shape) || value->dtype != result->dtype ||
        !layout_equal(&value->layout, &result->layout) || type_bytes(result) != target->bytes)
        return arena_printf(plan->arena, "P9: step %u changes the form of %s", index, target->name);
    return NULL;
}

static const char *check_read(Runs *runs, uint32_t index, uint32_t r)
{
    const Plan *plan = runs->plan;
    const Read *read = &plan->steps.at[index].reads[r];
    const Buffer *part = &plan->buffers.at[read->buffer];
    if (read->first < 0 || read->count > part->bytes / dtype_bytes(part->type.dtype) - read->first)
        return arena_printf(plan->arena, "P8: step %u reads beyond %s", index, part->name);
    int64_t begin;
    uint32_t whole = plan_whole(plan, read->buffer, &begin);
    const Buffer *source = &plan->buffers.at[whole];
    begin += read->first;
    for (uint32_t w = 0; w < plan->steps.at[index].write_count; w++) {
        const Run *target = &runs->at[runs->of_step[index][w]];
        bool meet = whole == target->buffer && begin < target->end && target->begin < begin + read->count;
        const char *broken = meet ? check_in_place(plan, index, r) : NULL;
        if (broken)
            return broken;
    }
    bool kept = source->place == BUFFER_WEIGHTS || source->place == BUFFER_INPUT;
    if (!kept && !is_written(runs, whole, begin, begin + read->count))
        return arena_printf(plan->arena, "P3: step %u reads %s before it is written", index, part->name);
    if (source->place == BUFFER_WORKSPACE && (index < source->first || index > source->last))
        return arena_printf(plan->arena, "P4: step %u reads %s after its end", index, part->name);
    NodeId value = runs->viewed[read->value.index]; /* a join is what it joins, where P11 says */
    if (!kept && graph_node(plan->graph, value)->op != OP_join && !node_same(runs->held[read->buffer], value))
        return arena_printf(plan->arena, "P10: step %u reads %%%u where %s holds %%%u", index, read->value.index,
                            part->name, runs->held[read->buffer].index);
    return NULL;
}

static const char *check_write(Runs *runs, uint32_t index, uint32_t w)
{
    const Plan *plan = runs->plan;
    const Step *step = &plan->steps.at[index];
    const Write *write = &step->writes[w];
    const Run *run = &runs->at[runs->of_step[index][w]];
    const Buffer *target = &plan->buffers.at[write->buffer], *whole = &plan->buffers.at[run->buffer];
    bool in_place = plan->kernels.at[step->kernel].in_place != NOT_IN_PLACE;
    if (whole->place == BUFFER_WEIGHTS || whole->place == BUFFER_INPUT)
        return arena_printf(plan->arena, "P5: step %u writes %s", index, target->name);
    bool begins = whole != target || in_place || step_first(plan, index) == whole->first;
    if (whole->place == BUFFER_WORKSPACE && (!begins || index < whole->first || index > whole->last))
        return arena_printf(plan->arena, "P4: step %u writes %s outside its life", index, target->name);
    if (run->written && !in_place)
        return arena_printf(plan->arena, "P12: step %u writes %s again", index, target->name);
    if (!graph_is_written(plan->graph, runs->results, write->value) ||
        !node_same(graph_leader(plan->graph, write->value), step->leader))
        return arena_printf(plan->arena, "P10: step %u writes what its kernel does not make", index);
    if (plan->buffer_of[write->value.index] != write->buffer)
        return arena_printf(plan->arena, "P10: step %u does not write where its result is read", index);
    set_written(runs, runs->of_step[index][w]);
    runs->held[write->buffer] = write->value;
    return NULL;
}

/* Whether a fully connected layer reads its input in the order of its weights: what is in blocks, of which nothing
 * else may be stored, with weights whose inputs are in the same blocks. */
static bool weights_follow(const Plan *plan, const Step *step)
{
    const Type *x = &plan->buffers.at[step->reads[0].buffer].type;
    const Type *weight = &plan->buffers.at[step->reads[1].buffer].type;
    if (x->layout.kind != LAYOUT_BLOCKED)
        return weight->layout.inputs == 0;
    return weight->layout.inputs == x->layout.block && !layout_has_halo(&x->layout) &&
           x->shape.dim[1] % x->layout.block == 0;
}

static bool goes_through_blocks(const Kernel *kernel)
{
    switch (kernel->family) {
    case FAMILY_MAP:
    case FAMILY_POOL:
    case FAMILY_LRN:
    case FAMILY_PACK:
    case FAMILY_TRANSFER:
        return true;
    default:
        return kernel->form.activations == LAYOUT_BLOCKED;
    }
}

/* Whether an element-wise kernel reads a value of its result's shape otherwise than it writes that. One place a channel
 * is a plain vector, too. */
static bool mixes_blocks(const Plan *plan, const Step *step)
{
    const Type *result = &graph_node(plan->graph, step->result)->type;
    bool single = result->shape.rank == 4 && result->shape.dim[2] * result->shape.dim[3] == 1;
    for (uint32_t i = 0; i < step->read_count && !single; i++) {
        const Type *type = &graph_node(plan->graph, step->reads[i].value)->type;
        if (shape_equal(&type->shape, &result->shape) &&
            (type->layout.kind == LAYOUT_BLOCKED) != (result->layout.kind == LAYOUT_BLOCKED))
            return true;
    }
    return false;
}

static const char *check_scratch(const Plan *plan, uint32_t index)
{
    const Step *step = &plan->steps.at[index];
    int64_t floats = plan->kernels.at[step->kernel].scratch;
    if (step->scratch == BUFFER_NONE)
        return floats ? arena_printf(plan->arena, "P19: step %u has no scratch memory", index) : NULL;
    const Buffer *scratch = &plan->buffers.at[step->scratch];
    bool used = scratch->has_parts;
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        const Step *other = &plan->steps.at[i];
        used |= i != index && other->scratch == step->scratch;
        for (uint32_t r = 0; r < other->read_count; r++)
            used |= other->reads[r].buffer == step->scratch;
        for (uint32_t w = 0; w < other->write_count; w++)
            used |= other->writes[w].buffer == step->scratch;
    }
    if (used || scratch->place != BUFFER_WORKSPACE || scratch->first > index || scratch->last < index ||
        scratch->bytes < floats * dtype_bytes(DT_F32))
        return arena_printf(plan->arena, "P19: step %u cannot have %s for itself", index, scratch->name);
    return NULL;
}

static const char *check_step(Runs *runs, uint32_t index)
{
    const Plan *plan = runs->plan;
    const Step *step = &plan->steps.at[index];
    const Kernel *kernel = &plan->kernels.at[step->kernel];
    if (kernel->in_place != NOT_IN_PLACE &&
        (kernel->in_place >= step->read_count || step->reads[kernel->in_place].buffer != step->writes[0].buffer))
        return arena_printf(plan->arena, "P9: step %u does not take the place that its kernel does", index);
    const char *wrong = check_scratch(plan, index);
    if (wrong)
        return wrong;
    bool may_block = goes_through_blocks(kernel), matvec = kernel->family == FAMILY_MATVEC;
    if (matvec && !weights_follow(plan, step))
        return arena_printf(plan->arena, "P7: step %u reads its input in another order than its weights", index);
    if (kernel->family == FAMILY_MAP && mixes_blocks(plan, step))
        return arena_printf(plan->arena, "P7: step %u reads some values in blocks, and others not", index);
    for (uint32_t i = 0; i < step->read_count; i++) {
        const char *broken = check_read(runs, index, i);
        if (broken)
            return broken;
        const Buffer *source = &plan->buffers.at[step->reads[i].buffer];
        if (source->type.layout.kind == LAYOUT_BLOCKED && !may_block && !(matvec && i == 0))
            return arena_printf(plan->arena, "P7: step %u reads the blocked %s", index, source->name);
    }
    for (uint32_t w = 0; w < step->write_count; w++) {
        const Buffer *target = &plan->buffers.at[step->writes[w].buffer];
        if (target->type.layout.kind == LAYOUT_BLOCKED && !may_block)
            return arena_printf(plan->arena, "P7: step %u writes the blocked %s", index, target->name);
        const char *broken = check_write(runs, index, w);
        if (broken)
            return broken;
    }
    return NULL;
}

const char *verify_steps(const Plan *plan)
{
    Runs runs = find_runs(plan);
    const char *broken = check_runs_apart(&runs);
    for (uint32_t i = 0; !broken && i < plan->steps.count; i++)
        broken = check_step(&runs, i);
    bool *written = NEW_ARRAY(plan->arena, bool, plan->graph->outputs.count);
    for (uint32_t i = 0; i < plan->buffers.count; i++) {
        const Buffer *buffer = &plan->buffers.at[i];
        if (buffer->place == BUFFER_OUTPUT)
            written[buffer->port] = is_written(&runs, i, 0, buffer->bytes / dtype_bytes(buffer->type.dtype));
    }
    for (uint32_t i = 0; !broken && i < plan->graph->outputs.count; i++)
        if (!written[i])
            broken =
                arena_printf(plan->arena, "P3: not all of the output %s is written", plan->graph->outputs.at[i].name);
    return broken;
}
