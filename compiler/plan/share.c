/* share.c - which loop of each kernel is shared out among threads, and which steps wait until all threads are there.
 *
 *   conv1   maps by 32, rows, columns by 14, ...; rows shared out       thread 0: rows 0 .. 27, thread 1: 28 .. 55
 *   wait
 *   conv2   maps by 32, rows, columns by 14, ...; maps shared out       thread 0: maps 0 .. 63, thread 1: 64 .. 127
 *
 * How many threads there are, only a run knows. A loop is chosen that two and four of them go through in equal parts;
 * what one of them computes does not depend on how many there are, so that the result does not either. What is not
 * shared out, thread 0 computes: kernels that take less time than it costs to bring their values to others, those that
 * go through rows in bands, and those whose text cannot do it. Nets that are done before other threads are awake are
 * left to one thread.
 *
 * Waits and scratch memory are those of the target's first instruction set; with the others no other kernels are
 * shared.
 */
#include "ops/pool.h"
#include "ops/softmax.h"
#include "ops/winograd.h"
#include "plan/plan.h"

/* Nanoseconds of a step on one core, roughly: in one of them a core with vectors multiplies and adds 40 times, and
 * moves 10 bytes. */
static int64_t step_cost(const Plan *plan, const Step *step)
{
    enum { MACS = 40, BYTES = 10 };
    const Kernel *kernel = &plan->kernels.at[step->kernel];
    const Node *leader = graph_node(plan->graph, step->leader);
    const Op *op = op_row(leader->op);
    int64_t macs = op->macs ? op->macs(plan->graph, leader) : 0, bytes = 0;
    for (uint32_t r = 0; r < step->read_count; r++)
        bytes += type_bytes(&graph_node(plan->graph, step->reads[r].value)->type);
    for (uint32_t w = 0; w < step->write_count; w++)
        bytes += type_bytes(&graph_node(plan->graph, kernel->written[w])->type);
    return macs / MACS + bytes / BYTES;
}

/* ---- the loop ---- */

/* Between plain and blocked, the last block of maps has loops of its own, and weights have none that are shared. */
static unsigned axes_of_pack(const Type *from, const Type *to)
{
    if (to->layout.kind == LAYOUT_PANELS || to->layout.kind == LAYOUT_TURNED)
        return 0;
    return (to->layout.kind == LAYOUT_BLOCKED) == (from->layout.kind == LAYOUT_BLOCKED)
               ? AXIS_PICTURES | AXIS_MAPS | AXIS_ROWS | AXIS_COLUMNS
               : AXIS_ROWS | AXIS_COLUMNS;
}

/* Over which axes a kernel's text can go from .. to; 0: over none. */
static unsigned axes_to_share(const Plan *plan, const Kernel *kernel)
{
    const unsigned all = ~(unsigned)(AXIS_INPUTS | AXIS_TAPS | AXIS_PARTS);
    const Node *leader = graph_node(plan->graph, kernel->leader);
    if (kernel->rows.some)
        return 0; /* it goes from .. to already */
    switch (kernel->family) {
    case FAMILY_CONV:
        return AXIS_MAPS | AXIS_ROWS;
    case FAMILY_WINOGRAD: /* of groups, the maps are in two loops */
        return AXIS_TILES | (((const WinogradAttrs *)leader->attrs)->groups > 1 ? 0 : AXIS_MAPS);
    case FAMILY_MATVEC:
    case FAMILY_CONV_TRANSPOSE:
    case FAMILY_CONV_CONNECT:
        return AXIS_MAPS;
    case FAMILY_POOL:
        if (leader->type.layout.kind == LAYOUT_BLOCKED && !pool_is_global(plan->graph, leader))
            return AXIS_ROWS;
        return pool_is_global(plan->graph, leader) ? all : AXIS_PICTURES | AXIS_MAPS | AXIS_ROWS;
    case FAMILY_RESIZE:
        return AXIS_PICTURES | AXIS_MAPS;
    case FAMILY_MAP:
    case FAMILY_COPY:
    case FAMILY_REDUCE:
    case FAMILY_CHANNEL_POOL:
    case FAMILY_RESAMPLE:
        return all;
    case FAMILY_SOFTMAX:
        return all & ~(1u << ((const SoftmaxAttrs *)leader->attrs)->axis);
    case FAMILY_LRN:
        return leader->type.layout.kind == LAYOUT_BLOCKED ? (unsigned)AXIS_ROWS : all & ~(unsigned)AXIS_MAPS;
    case FAMILY_PAD:
        return all;
    case FAMILY_PACK:
        return axes_of_pack(&graph_input_node(plan->graph, leader, 0)->type, &leader->type);
    default:
        return 0;
    }
}

/* Elements that are computed one by one stay together by so many: a multiple of any vector, so that no thread has a
 * rest that compilers might round in another way, and of a line of the cache. */
enum { ELEMENTS_TOGETHER = 64 };

/* How many elements of a loop stay together when it is shared out; 0: it cannot be. */
static int64_t elements_together(const Kernel *kernel, int i, unsigned axes)
{
    const Tiling *tiling = &kernel->tiling;
    const Loop *loop = &tiling->at[i];
    for (int outer = 0; outer < i; outer++)
        if ((kernel->family == FAMILY_CONV && tiling->at[outer].axes == loop->axes) ||
            (kernel->family == FAMILY_WINOGRAD && tiling->at[outer].joins))
            return 0; /* it goes through a step of that, or through the tiles of a point */
    bool panels = kernel->family >= FAMILY_CONV && kernel->family <= FAMILY_MATVEC;
    if (loop->kind != LOOP_PLAIN || loop->joins || loop->last == LAST_MOVED || loop->last == LAST_SHORTER ||
        (loop->axes & ~axes) || (!panels && loop->step > 1))
        return 0;
    bool innermost = !panels && (i + 1 == tiling->count || tiling->at[i + 1].kind == LOOP_UNROLLED);
    return innermost ? ELEMENTS_TOGETHER : loop->step;
}

/* How much longer the last of so many threads takes than in equal parts, in thousandths. */
static int64_t unevenness(int64_t turns, int64_t threads)
{
    return (quotient_up(turns, threads) * threads - turns) * 1000 / turns;
}

/* The lower, the better. */
static int64_t loop_badness(const Plan *plan, const Kernel *kernel, const Loop *loop, int64_t together)
{
    enum { EVENLY = 50, TALL = 28, TRANSFORMED_AGAIN = 100 };
    int64_t turns = quotient_up(loop->length, together);
    int64_t badness = unevenness(turns, 2) + unevenness(turns, 4) / 4;
    /* Through the rows of large maps each thread goes with all weights, through small ones with all pixels. */
    bool tall = graph_node(plan->graph, kernel->result)->type.shape.dim[2] >= TALL;
    if (kernel->family == FAMILY_CONV && loop->axes == (unsigned)(tall ? AXIS_MAPS : AXIS_ROWS))
        badness += EVENLY;
    if (kernel->family == FAMILY_WINOGRAD && loop->axes == AXIS_MAPS) /* each thread transforms all inputs */
        badness += TRANSFORMED_AGAIN;
    return badness;
}

static void share_kernel(const Plan *plan, Kernel *kernel)
{
    Tiling *tiling = &kernel->tiling;
    Loop *best = NULL;
    int64_t least = 0, granule = 0;
    unsigned axes = axes_to_share(plan, kernel);
    for (int i = 0; i < tiling->count; i++) {
        Loop *loop = &tiling->at[i];
        int64_t together = elements_together(kernel, i, axes);
        if (!together || loop->length <= together)
            continue;
        int64_t badness = loop_badness(plan, kernel, loop, together);
        if (!best || badness < least) {
            best = loop;
            least = badness;
            granule = together;
        }
    }
    if (best)
        best->together = granule;
}

/* With other instruction sets, loops may be cut otherwise, and others be shared; but nothing is that is not with the
 * first, for which steps wait. */
static void share_with_all_sets(const Plan *plan, Kernel *kernel)
{
    share_kernel(plan, kernel);
    for (int set = 1; tiling_shared(&kernel->tiling) && set < plan->target->set_count; set++) {
        Kernel one = kernel_with(kernel, set);
        share_kernel(plan, &one);
        kernel->others[set - 1].tiling = one.tiling;
    }
}

/* ---- waiting ---- */

typedef struct Bytes {
    const Buffer *of; /* an output; NULL: the workspace */
    int64_t begin, end;
} Bytes;

/* false: nobody writes there. */
static bool written_bytes(const Plan *plan, uint32_t index, Bytes *bytes)
{
    int64_t begin;
    const Buffer *whole = &plan->buffers.at[plan_whole(plan, index, &begin)];
    if (whole->place != BUFFER_WORKSPACE && whole->place != BUFFER_OUTPUT)
        return false;
    bool workspace = whole->place == BUFFER_WORKSPACE;
    bytes->of = workspace ? NULL : whole;
    bytes->begin = (workspace ? whole->offset : 0) + begin * dtype_bytes(whole->type.dtype);
    bytes->end = bytes->begin + plan->buffers.at[index].bytes;
    return true;
}

static bool buffers_meet(const Plan *plan, uint32_t a, uint32_t b)
{
    Bytes one, other;
    return written_bytes(plan, a, &one) && written_bytes(plan, b, &other) && one.of == other.of &&
           one.begin < other.end && other.begin < one.end;
}

/* Whether a step touches a buffer. */
static bool touches_buffer(const Plan *plan, const Step *step, uint32_t buffer)
{
    for (uint32_t r = 0; r < step->read_count; r++)
        if (buffers_meet(plan, step->reads[r].buffer, buffer))
            return true;
    for (uint32_t w = 0; w < step->write_count; w++)
        if (buffers_meet(plan, step->writes[w].buffer, buffer))
            return true;
    return step->scratch != BUFFER_NONE && buffers_meet(plan, step->scratch, buffer);
}

/* Whether a step touches what another one writes. */
static bool touches(const Plan *plan, const Step *step, const Step *writer)
{
    for (uint32_t w = 0; w < writer->write_count; w++)
        if (touches_buffer(plan, step, writer->writes[w].buffer))
            return true;
    return writer->scratch != BUFFER_NONE && touches_buffer(plan, step, writer->scratch);
}

/* Whether two steps need no wait between them: thread 0 computes both, or neither touches what the other writes. */
static bool steps_are_ordered(const Plan *plan, uint32_t first, uint32_t second)
{
    const Step *a = &plan->steps.at[first], *b = &plan->steps.at[second];
    if (!tiling_shared(&plan->kernels.at[a->kernel].tiling) && !tiling_shared(&plan->kernels.at[b->kernel].tiling))
        return true;
    return !touches(plan, a, b) && !touches(plan, b, a);
}

/* A step waits when it could meet one that no other waits for; those of a band wait together. */
static void plan_waits(Plan *plan)
{
    uint32_t begin = 0;
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        uint32_t first = step_first(plan, i);
        for (uint32_t before = begin; before < first && begin < first; before++)
            if (!steps_are_ordered(plan, before, i))
                begin = first;
        plan->steps.at[first].waits = begin == first && first > 0;
    }
}

int64_t plan_scratch_of_thread(const Plan *plan)
{
    int64_t floats = 0;
    for (uint32_t i = 0; i < plan->kernels.count; i++)
        if (tiling_shared(&plan->kernels.at[i].tiling))
            floats = MAX(floats, plan->kernels.at[i].scratch);
    int64_t bytes = floats * dtype_bytes(DT_F32);
    return (bytes + PLAN_ALIGNMENT - 1) / PLAN_ALIGNMENT * PLAN_ALIGNMENT;
}

void plan_share(Plan *plan)
{
    const TileSizes *sizes = plan->target->tiles;
    int64_t *costs = NEW_ARRAY(plan->arena, int64_t, plan->kernels.count), all = 0;
    for (uint32_t i = 0; i < plan->steps.count; i++) {
        const Step *step = &plan->steps.at[i];
        costs[step->kernel] = step_cost(plan, step);
        all += costs[step->kernel];
    }
    if (all < sizes->worth_threads)
        return;
    for (uint32_t i = 0; i < plan->kernels.count; i++)
        if (costs[i] >= sizes->worth_sharing)
            share_with_all_sets(plan, &plan->kernels.at[i]);
    plan->threaded = false;
    for (uint32_t i = 0; i < plan->kernels.count; i++)
        plan->threaded |= tiling_shared(&plan->kernels.at[i].tiling) != NULL;
    if (plan->threaded)
        plan_waits(plan);
}
