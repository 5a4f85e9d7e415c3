/* tiling.c - tilings read and printed (see tiling.h). */
#include "plan/tiling.h"
#include "plan/plan.h"

const Loop *tiling_find(const Tiling *tiling, LoopKind kind)
{
    for (int i = 0; i < tiling->count; i++)
        if (tiling->at[i].kind == kind)
            return &tiling->at[i];
    return NULL;
}

const Loop *tiling_shared(const Tiling *tiling)
{
    for (int i = 0; i < tiling->count; i++)
        if (tiling->at[i].together)
            return &tiling->at[i];
    return NULL;
}

int64_t loop_turns(const Loop *loop)
{
    return quotient_up(loop->length, loop->step);
}

void tiling_add(Tiling *tiling, Loop loop)
{
    bool is_loop = loop.kind != LOOP_COPIED && loop.kind != LOOP_KEPT;
    if (loop.length % loop.step == 0)
        loop.last = LAST_WHOLE;
    if (is_loop && loop.length == loop.step)
        return;
    if (tiling->count == TILING_LOOPS)
        BUG("more loops than a Tiling has");
    tiling->at[tiling->count++] = loop;
}

bool tiling_is_spread(const Tiling *tiling)
{
    for (int i = 0; i < tiling->count; i++)
        if (tiling->at[i].spread)
            return true;
    return false;
}

static bool in_registers(const Loop *loop)
{
    return loop->kind == LOOP_UNROLLED || loop->kind == LOOP_LANES;
}

int64_t tiling_tile(const Tiling *tiling, unsigned axes)
{
    for (int i = 0; i < tiling->count; i++)
        if (tiling->at[i].axes == axes && in_registers(&tiling->at[i]))
            return loop_turns(&tiling->at[i]);
    return 1;
}

/* ---- as text ---- */

/* The name of one axis of a kernel's result, or of its input where it reduces that. */
static const char *axis_name(Arena *arena, const Graph *graph, const Kernel *kernel, int axis)
{
    static const char *const picture[] = {"pictures", "maps", "rows", "columns"};
    static const char *const other[] = {"inputs", "taps", "parts", "tiles", "points"};
    const Node *leader = graph_node(graph, kernel->leader);
    bool over_input = kernel->family == FAMILY_REDUCE;
    const Type *type =
        over_input ? &graph_input_node(graph, leader, 0)->type : &graph_node(graph, kernel->result)->type;
    bool weights = type->layout.kind == LAYOUT_PANELS || type->layout.kind == LAYOUT_TURNED;
    if (axis >= MAX_RANK)
        return other[axis - MAX_RANK];
    if (kernel->family == FAMILY_MATVEC)
        return axis ? "outputs" : picture[axis];
    if (type->shape.rank == 4 && !weights)
        return picture[axis];
    return arena_printf(arena, "axis %d", axis);
}

void tiling_print_axes(Buf *buf, const Graph *graph, const Kernel *kernel, unsigned axes)
{
    bool more = false;
    for (int axis = 0; axes >> axis; axis++) {
        if (!(axes >> axis & 1))
            continue;
        buf_printf(buf, "%s%s", more ? "*" : "", axis_name(graph->arena, graph, kernel, axis));
        more = true;
    }
}

static void print_last(Buf *buf, const Loop *loop)
{
    long long rest = loop->length % loop->step;
    switch (loop->last) {
    case LAST_WHOLE:
        break;
    case LAST_SHORTER:
        buf_printf(buf, " and %lld", rest);
        break;
    case LAST_CUT:
        buf_printf(buf, loop->length > loop->step ? " (%lld of the last)" : " (%lld of them)", rest);
        break;
    case LAST_MOVED:
        buf_puts(buf, " (the last moved back)");
        break;
    }
}

static void print_spread(Buf *buf, const Loop *loop)
{
    static const char *const over[] = {
        [SPREAD_NOT] = "", [SPREAD_ITEMS] = " over items", [SPREAD_GROUPS] = " over groups"};
    buf_puts(buf, over[loop->spread]);
}

/* A loop that stands in C, or memcpy. */
static void print_loop(Buf *buf, const Graph *graph, const Kernel *kernel, const Loop *loop)
{
    if (loop->kind == LOOP_PHASES)
        buf_printf(buf, "%lld phases of ", (long long)loop_turns(loop));
    if (loop->kind == LOOP_PARTS)
        buf_printf(buf, "%lld parts of ", (long long)loop_turns(loop));
    if (loop->kind == LOOP_STRIP)
        buf_printf(buf, "strips of %lld ", (long long)loop_turns(loop));
    tiling_print_axes(buf, graph, kernel, loop->axes);
    if (loop->kind == LOOP_PLAIN && loop->step > 1)
        buf_printf(buf, " by %lld", (long long)loop->step);
    print_last(buf, loop);
    print_spread(buf, loop);
    if (loop->kind == LOOP_COPIED)
        buf_puts(buf, " copied");
}

/* "32 maps x 4 pixels" */
static void print_registers(Buf *buf, const Graph *graph, const Kernel *kernel)
{
    const Tiling *tiling = &kernel->tiling;
    const char *before = "; ";
    for (int i = tiling->count - 1; i >= 0; i--) {
        const Loop *loop = &tiling->at[i];
        if (!in_registers(loop))
            continue;
        buf_printf(buf, "%s%lld ", before, (long long)loop_turns(loop));
        if (is_convolution(graph_node(graph, kernel->leader)->op) && loop->axes & AXIS_COLUMNS)
            buf_puts(buf, "pixels");
        else
            tiling_print_axes(buf, graph, kernel, loop->axes);
        before = " x ";
    }
    buf_puts(buf, before[1] == 'x' ? " in registers" : "");
}

void tiling_print(Buf *buf, const Graph *graph, const Kernel *kernel)
{
    const Tiling *tiling = &kernel->tiling;
    const char *before = "";
    for (int i = 0; i < tiling->count; i++) {
        const Loop *loop = &tiling->at[i];
        if (in_registers(loop) || loop->kind == LOOP_KEPT)
            continue;
        buf_puts(buf, before);
        print_loop(buf, graph, kernel, loop);
        before = ", ";
    }
    print_registers(buf, graph, kernel);
    if (tiling->turned)
        buf_puts(buf, ", turned to be stored");
    const Loop *kept = tiling_find(tiling, LOOP_KEPT);
    if (kept && kept->axes == AXIS_INPUTS)
        buf_printf(buf, "; %lld inputs kept", (long long)kept->length);
    else if (kept)
        buf_printf(buf, "; sums of %lld pixels kept", (long long)kept->length);
    if (tiling->ahead)
        buf_printf(buf, "; %d line%s fetched ahead", tiling->ahead, plural(tiling->ahead));
    const Loop *shared = tiling_shared(tiling);
    if (shared) {
        buf_puts(buf, "; ");
        tiling_print_axes(buf, graph, kernel, shared->axes);
        buf_puts(buf, " shared out");
    }
}
