/* test_bands.c - bands of rows: which rows are computed and held, held against sets of rows; and the rules of graphs
 * and of plans about them, each broken once.
 */
#include <criterion/criterion.h>

#include "ir/verify.h"
#include "pass/pass.h"
#include "plan/plan.h"
#include "tests/support/dice.h"
#include "tests/support/model.h"

/* ---- rows ---- */

enum { MOST_KERNELS = 4, MOST_ROWS = 64 };

/* Windows that fit one behind the other; false: the rows ran out. */
static bool random_chain(Dice *dice, RowChain *chain)
{
    int64_t rows = 1 + throw_dice(dice, MOST_ROWS);
    chain->count = 1 + throw_dice(dice, MOST_KERNELS);
    for (uint32_t k = 0; k < chain->count; k++) {
        RowWindow *w = &chain->windows[k];
        w->extent = 1 + throw_dice(dice, 5);
        w->stride = 1 + throw_dice(dice, (uint32_t)w->extent);
        w->begin = -(int64_t)throw_dice(dice, (uint32_t)w->extent);
        int64_t behind = throw_dice(dice, 3); /* padding at the end */
        w->inputs = rows;
        if (rows - w->begin + behind < w->extent)
            return false;
        rows = w->outputs = (rows - w->begin + behind - w->extent) / w->stride + 1;
        if (!row_window_follows(w))
            return false;
    }
    chain->by = 1 + throw_dice(dice, (uint32_t)rows + 1);
    return true;
}

/* What the bands of a chain turn out to need. */
typedef struct Seen {
    int64_t held[MOST_KERNELS];
    bool idle[MOST_KERNELS], overwritten[MOST_KERNELS];
} Seen;

/* The rows that kernel k computes in a band, and where they find what they read; `band`: how many came before. */
static void go_through(const RowChain *chain, uint32_t k, int64_t band, Seen *seen)
{
    const RowWindow *w = &chain->windows[k], *last = &chain->windows[chain->count - 1];
    int64_t from = rows_made(chain, k, band), to = rows_made(chain, k, band + 1);
    int64_t begins = from * w->stride + w->begin; /* the row that is held first */
    cr_assert(from <= to && to <= w->outputs);
    for (int64_t r = from; k > 0 && r < to; r++) {
        int64_t first = r * w->stride + w->begin, end = first + w->extent;
        for (int64_t row = MAX(first, 0); row < MIN(end, w->inputs); row++)
            cr_assert(row < rows_made(chain, k - 1, band + 1), "row %lld of kernel %u is read before it is there",
                      (long long)row, k - 1);
        seen->held[k - 1] = MAX(seen->held[k - 1], end - begins);
    }
    if (k > 0 && from < to) { /* what comes new is held behind what was read before */
        cr_assert(rows_made(chain, k - 1, band) >= begins);
        cr_assert(rows_made(chain, k - 1, band + 1) - begins <= rows_held(chain, k - 1));
    }
    if (k > 0 && to < w->outputs) /* rows that the next window reads again */
        cr_assert(rows_made(chain, k - 1, band + 1) >= to * w->stride + w->begin);
    seen->idle[k] |= from == to;
    int64_t written = rows_made(chain, chain->count - 1, band + 1);
    if (written < last->outputs && to < rows_made(chain, k, row_bands(chain)))
        seen->overwritten[k] |= to * w->stride + w->begin < written;
}

/* Whether some kernel has a band without rows. */
static bool check_chain(const RowChain *chain)
{
    uint32_t last = chain->count - 1;
    Seen seen = {.idle = {false}};
    bool idle = false;
    for (int64_t band = 0; band < row_bands(chain); band++) {
        int64_t before = rows_made(chain, last, band), after = rows_made(chain, last, band + 1);
        cr_assert(after > before && after <= before + chain->by);
        for (uint32_t k = 0; k < chain->count; k++)
            go_through(chain, k, band, &seen);
    }
    cr_assert_eq(rows_made(chain, last, row_bands(chain)), chain->windows[last].outputs);
    for (uint32_t k = 0; k < chain->count; k++) {
        cr_assert_eq(rows_may_idle(chain, k), seen.idle[k]);
        cr_assert(k == last || rows_held(chain, k) == seen.held[k], "%lld rows of kernel %u are held, %lld are needed",
                  (long long)(k == last ? 0 : rows_held(chain, k)), k, (long long)seen.held[k]);
        cr_assert(!seen.overwritten[k] || !rows_may_overwrite(chain, k, false), "kernel %u reads what is overwritten",
                  k);
        idle |= seen.idle[k];
    }
    return idle;
}

Test(bands, rows)
{
    RowWindow windows[MOST_KERNELS];
    RowChain chain = {.windows = windows};
    Dice dice = {.seed = 3};
    uint32_t checked = 0, idle = 0;
    for (int i = 0; i < 4000; i++) {
        if (!random_chain(&dice, &chain))
            continue;
        idle += check_chain(&chain);
        checked++;
    }
    cr_expect_gt(checked, 1000);
    cr_expect_gt(idle, 10);
}

Test(bands, a_residual_stays_in_place)
{
    RowWindow windows[] = {{1, 0, 1, 20, 20}, {1, -1, 3, 20, 20}, {1, 0, 1, 20, 20}};
    RowChain chain = {.count = 3, .windows = windows, .by = 4};
    cr_expect(rows_may_overwrite(&chain, 0, false), "the 1x1 reads ahead of the sum");
    windows[0] = (RowWindow){1, -1, 3, 20, 20};
    windows[1] = (RowWindow){1, 0, 1, 20, 20};
    cr_expect(!rows_may_overwrite(&chain, 0, false), "the 3x3 reads the row above");
}

/* As long as may be: nothing goes through all bands to find out what they need. */
Test(bands, many_rows, .timeout = 5)
{
    enum { ROWS = INT32_MAX };
    RowWindow windows[] = {{1, 0, 1, ROWS, ROWS}, {1, -1, 3, ROWS, ROWS}};
    RowChain chain = {.count = 2, .windows = windows, .by = 1};
    cr_expect_eq(row_bands(&chain), ROWS);
    cr_expect_eq(rows_held(&chain, 0), 3);
    cr_expect(!rows_may_idle(&chain, 0) || rows_made(&chain, 0, ROWS - 1) == ROWS);
    cr_expect(rows_may_overwrite(&chain, 0, false));
}

/* ---- graphs ---- */

static Graph *net_with_bands(Arena *arena, Diag *diag, const char *text)
{
    Graph *graph = model_read(arena, diag, "net.fov", text, NULL);
    cr_assert_not_null(graph);
    passes_run(&graph, &(PassOptions){.target = target_find("c"), .cache_bytes = 8192});
    return graph;
}

static const char chain_text[] = "net chain(x: f32[4, 40, 30]) { return y = x -> a: conv(8, 3, pad=1) -> relu "
                                 "-> maxpool(2) -> lrn(3); }";

static uint32_t node_of(const Graph *graph, OpId op)
{
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (graph->nodes.at[i].op == op)
            return i;
    cr_assert_fail("there is no %s", op_name(op));
    return 0;
}

static void break_no_kernel(Graph *g)
{
    g->nodes.at[node_of(g, OP_relu)].behind = (NodeId){0};
}
static void break_before(Graph *g)
{
    g->nodes.at[node_of(g, OP_lrn)].behind = (NodeId){node_of(g, OP_conv)};
}
static void break_rows(Graph *g)
{
    g->nodes.at[node_of(g, OP_conv)].type.layout.kind = LAYOUT_PLAIN;
    g->nodes.at[node_of(g, OP_relu)].type.layout = (Layout){.kind = LAYOUT_BLOCKED, .block = 8};
}
static void break_readers(Graph *g)
{
    Port port = g->outputs.at[0];
    port.name = "other";
    port.node = (NodeId){node_of(g, OP_relu)};
    VEC_PUSH(g->arena, &g->outputs, port);
}
static void break_number(Graph *g)
{
    g->nodes.at[node_of(g, OP_lrn)].by = 0;
}
static void break_two_numbers(Graph *g)
{
    g->nodes.at[node_of(g, OP_maxpool)].by = 2;
}

Test(bands, each_rule_of_graphs_is_seen)
{
    static const struct {
        void (*change)(Graph *);
        const char *text;
    } rows[] = {
        {break_no_kernel, "(relu) has no kernel of its own"},
        {break_before, "(lrn) is not behind the kernel that comes before its own"},
        {break_rows, "(maxpool) has no rows to go through, or what it is behind has none"},
        {break_readers, "(maxpool) does not alone read the result of what it is behind"},
        {break_number, "(lrn) does not say how many rows a band has"},
        {break_two_numbers, "(maxpool) says how many rows a band has"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Arena *arena = arena_new();
        Diag diag;
        Graph *graph = net_with_bands(arena, &diag, chain_text);
        cr_assert_null(graph_verify(graph));
        cr_assert(!node_is_none(graph->nodes.at[node_of(graph, OP_lrn)].behind));
        rows[i].change(graph);
        const char *text = graph_verify(graph);
        cr_assert_not_null(text, "nothing was said, wanted %s", rows[i].text);
        cr_expect(strncmp(text, "G13: ", 5) == 0 && strstr(text, rows[i].text), "%s, wanted %s", text, rows[i].text);
        arena_free(arena);
    }
}

/* ---- plans ---- */

static void break_held(Plan *p)
{
    p->buffers.at[p->steps.at[p->bands.at[0].first].writes[0].buffer].held = 0;
}
static void break_few_rows(Plan *p)
{
    const Step *step = &p->steps.at[p->bands.at[0].first];
    uint32_t next = p->steps.at[p->bands.at[0].first + 1].kernel;
    p->buffers.at[step->writes[0].buffer].held--;
    p->kernels.at[step->kernel].rows.y_held--;
    p->kernels.at[next].rows.x_held--;
}
static void break_kernel(Plan *p)
{
    p->kernels.at[p->steps.at[p->bands.at[0].first].kernel].rows.some = false;
}
static void break_reader(Plan *p)
{
    p->steps.at[p->bands.at[0].first + 2].reads[0].buffer = p->steps.at[p->bands.at[0].first].writes[0].buffer;
}
static void break_last(Plan *p)
{
    const Step *end = &p->steps.at[p->bands.at[0].first + 2];
    p->buffers.at[end->writes[0].buffer].held = 3;
}

Test(bands, each_rule_of_plans_is_seen)
{
    static const struct {
        void (*change)(Plan *);
        const char *text;
    } rows[] = {
        {break_held, "writes all of"},
        {break_few_rows, "needs more rows than are held"},
        {break_kernel, "does not go through rows as its kernel does"},
        {break_reader, "does not read what the one before writes"},
        {break_last, "writes some rows of"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Arena *arena = arena_new();
        Diag diag;
        Plan *plan = plan_make(net_with_bands(arena, &diag, chain_text), target_find("c"));
        cr_assert_eq(plan->bands.count, 1u);
        cr_assert_null(plan_verify(plan));
        rows[i].change(plan);
        const char *text = plan_verify(plan);
        cr_assert_not_null(text, "nothing was said, wanted %s", rows[i].text);
        cr_expect(strncmp(text, "P13: ", 5) == 0 && strstr(text, rows[i].text), "%s, wanted %s", text, rows[i].text);
        arena_free(arena);
    }
}

/* A band's sum is written over what it adds to only while nobody reads rows there later. */
Test(bands, in_place)
{
    static const char text[] = "net residual(x: f32[8, 64, 30]) { v = x -> a: conv(8, 3) -> relu; "
                               "return y = v + (v -> b: conv(6, %s) -> relu -> c: conv(8, %s)) -> relu -> mean: "
                               "avgpool(global); }";
    static const struct {
        const char *first, *second;
        bool in_place;
    } rows[] = {{"1", "3, pad=1", true}, {"3, pad=1", "1", false}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Arena *arena = arena_new();
        Diag diag;
        const char *net = arena_printf(arena, text, rows[i].first, rows[i].second);
        Plan *plan = plan_make(net_with_bands(arena, &diag, net), target_find("c"));
        bool found = false;
        for (uint32_t b = 0; b < plan->bands.count; b++) {
            const Band *band = &plan->bands.at[b];
            const Step *end = &plan->steps.at[band->first + band->chain.count - 1];
            if (graph_node(plan->graph, end->result)->op != OP_relu)
                continue;
            found = true;
            cr_expect_eq(plan->kernels.at[end->kernel].in_place != NOT_IN_PLACE, rows[i].in_place);
        }
        cr_expect(found, "no band ends with the sum of %s", net);
        arena_free(arena);
    }
}
