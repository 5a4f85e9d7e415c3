/* test_devices.c - nets on several devices: what the language places, what is sent, and the rules of graphs and plans.
 */
#include <criterion/criterion.h>

#include "ir/text.h"
#include "ir/verify.h"
#include "pass/pass.h"
#include "plan/plan.h"
#include "report/traffic.h"
#include "tests/support/model.h"
#include "tests/unit/graphs.h"

/* ---- the language ---- */

static int32_t device_of(const Graph *graph, const char *path)
{
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (strcmp(graph->nodes.at[i].path, path) == 0)
            return graph->nodes.at[i].device;
    cr_assert_fail("no node is called %s", path);
    return 0;
}

/* An `on` inside another one wins, in its statement alone; a block's layers are where it is called. */
Test(devices, statements_say_where)
{
    Arena *arena = arena_new();
    Diag diag;
    const Graph *graph = model_try(arena, &diag,
                                   "block two(x) { on device(2) y = x -> inner: fc(3); return y -> outer: fc(3); }\n"
                                   "net n(x: f32[4]) {\n"
                                   "    c = x;\n"
                                   "    on device(1) { a = x -> a: fc(3); b = a -> b: two; c = b -> c: fc(3); }\n"
                                   "    d = c -> d: fc(3);\n"
                                   "    for (k in 3..5) on device(k) d = d -> e{k}: fc(3);\n"
                                   "    on device(15) return d -> f: fc(3);\n"
                                   "}\n",
                                   1);
    cr_assert_not_null(graph);
    static const struct {
        const char *path;
        int32_t device;
    } rows[] = {{"a", 1}, {"b.inner", 2}, {"b.outer", 1}, {"c", 1}, {"d", 0}, {"e3", 3}, {"e4", 4}, {"f", 15}};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        cr_expect_eq(device_of(graph, rows[i].path), rows[i].device, "%s is on device %d", rows[i].path,
                     device_of(graph, rows[i].path));
    arena_free(arena);
}

/* ---- traffic ---- */

typedef struct Sent {
    int32_t from, to;
    int64_t transfers, numbers, bytes;
} Sent;

static void expect_traffic(const char *text, int64_t batch, const Sent *expected, uint32_t count)
{
    Arena *arena = arena_new();
    Diag diag;
    const Graph *graph = model_try(arena, &diag, text, batch);
    cr_assert_not_null(graph, "%s", text);
    TrafficRows traffic = traffic_of(arena, graph);
    cr_expect_eq(traffic.rows.count, count, "%u rows of traffic, not %u: %s", traffic.rows.count, count, text);
    for (uint32_t i = 0; i < MIN(count, traffic.rows.count); i++) {
        const Traffic *row = &traffic.rows.at[i];
        cr_expect(row->from == expected[i].from && row->to == expected[i].to &&
                      row->transfers == expected[i].transfers && row->numbers == expected[i].numbers &&
                      row->bytes == expected[i].bytes,
                  "%s\nrow %u: %d to %d, %lld transfers, %lld numbers, %lld bytes", text, i, row->from, row->to,
                  (long long)row->transfers, (long long)row->numbers, (long long)row->bytes);
    }
    arena_free(arena);
}

Test(devices, traffic)
{
    enum { H = DEVICE_HOST };
    expect_traffic("net n(x: f32[4]) { return x -> relu; }", 1, NULL, 0);
    expect_traffic("net n(x: f32[4]) { on device(1) y = x -> tanh; return x -> relu; }", 1, NULL, 0); /* y is unused */
    expect_traffic("net n(x: f32[4]) { on device(1) return x -> relu; }", 1, NULL,
                   0); /* one device, the second or not */
    /* once, however many read it; counted for one example */
    expect_traffic("net n(x: f32[4]) { a = x -> relu; on device(1) return (a -> tanh) + (a -> abs); }", 3,
                   (Sent[]){{H, 0, 1, 4, 16}, {0, 1, 1, 4, 16}, {1, H, 1, 4, 16}}, 3);
    /* bytes of a picture are sent as bytes, to each device that reads numbers of them; there and back */
    expect_traffic("net n(x: u8[3, 2, 2]) { on device(2) a = x -> relu; return a + x; }", 1,
                   (Sent[]){{H, 0, 1, 12, 12}, {H, 2, 1, 12, 12}, {0, H, 1, 12, 48}, {2, 0, 1, 12, 48}}, 4);
    /* an output is put together by the caller's side, when its parts are not apart in it */
    static const char joined[] =
        "net n(x: f32[4]) { a = x -> relu; on device(1) b = x -> tanh; return concat(a, b, b); }";
    expect_traffic(joined, 1, (Sent[]){{H, 0, 1, 4, 16}, {H, 1, 1, 4, 16}, {0, H, 1, 4, 16}, {1, H, 2, 8, 32}}, 4);
    expect_traffic(joined, 2, (Sent[]){{H, 0, 1, 4, 16}, {H, 1, 1, 4, 16}, {0, H, 1, 12, 48}, {1, 0, 1, 4, 16}}, 4);
    /* an input that is an output */
    expect_traffic("net n(x: f32[4]) { output o = x; a = x -> relu; on device(1) return a -> tanh; }", 1,
                   (Sent[]){{H, H, 1, 4, 16}, {H, 0, 1, 4, 16}, {0, 1, 1, 4, 16}, {1, H, 1, 4, 16}}, 4);
    /* but not when one of them is known with the weights, which nobody sends */
    expect_traffic(
        "net n(x: f32[4]) { a = x -> relu; on device(1) b = x -> tanh; return concat(constant([1]), a, b); }", 1,
        (Sent[]){{H, 0, 1, 4, 16}, {H, 1, 1, 4, 16}, {0, H, 1, 9, 36}, {1, 0, 1, 4, 16}}, 4);
    /* weights are everywhere, and what is computed of them */
    expect_traffic("net n(x: f32[4]) { w = constant([1, 2, 3, 4]) -> tanh; a = x * w; on device(1) return a * w; }", 1,
                   (Sent[]){{H, 0, 1, 4, 16}, {0, 1, 1, 4, 16}, {1, H, 1, 4, 16}}, 3);
}

/* ---- rules of graphs ---- */

#define HEAD "graph g\n%0 = input \"x\" : f32[1, 4]\n%1 = transfer(%0) : f32[1, 4]\n"

Test(devices, rules_of_graphs)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {HEAD "%2 = relu(%1) on host : f32[1, 4]", "G16: node %2 (relu) is computed on the host"},
        {HEAD "%2 = relu(%1) on device 16 : f32[1, 4]", "the device is 0 to 15, this is 16"},
        {HEAD "%2 = relu(%1) on chip 1 : f32[1, 4]", "a node is on host or on a device"},
        {HEAD "%2 = join(%0, %0) axis=1 on host : f32[1, 8]", "G16: node %2 (join) joins on the host what is no tran"},
        {HEAD "%2 = relu(%1) on device 1 : f32[1, 4]", "G17: node %2 (relu) reads what is on another device"},
        {HEAD "%2 = relu(%0) : f32[1, 4]", "G17: node %2 (relu) reads what is on another device"},
        {HEAD "%2 = transfer(%1) : f32[1, 4]", "G17: node %2 (transfer) sends a value to where it is"},
        {HEAD "%2 = transfer(%1) on host : f32[1, 4] output \"a\" = %2 output \"b\" = %2",
         "G17: node %2 (transfer) is on the host for more than one place"},
        {HEAD "output \"y\" = %1", "G17: node %1 (transfer) is an output that is not sent to the host"},
        {HEAD "output \"y\" = %0", "G17: node %0 (input) is an output that is not sent to the host"},
        {HEAD "%2 = relu(%1) in %1 : f32[1, 4]", "G18: node %2 (relu) is computed in or with a transfer"},
        {"graph g\n%0 = input \"x\" : f32[1, 4, 2, 2]\n%1 = transfer(%0) : f32[1, 4, 2, 2]@plain+halo(1, 1, 1, 1)",
         "G18: node %1 (transfer) changes how a value is stored"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Case c = case_new();
        const Graph *graph =
            graph_parse(c.arena, c.diag, diag_add_source(c.diag, "test.ir", rows[i].text, strlen(rows[i].text)));
        cr_expect_null(graph, "%s", rows[i].text);
        cr_expect(strstr(buf_text(c.messages), rows[i].message), "%s\nwanted: %s\ngot: %s", rows[i].text,
                  rows[i].message, buf_text(c.messages));
        case_free(&c);
    }
}

/* ---- rules of plans ---- */

static Plan *two_devices(Arena *arena)
{
    static Target target;
    Diag diag;
    Graph *graph = model_try(arena, &diag,
                             "net n(x: f32[4]) {\n"
                             "    a = x -> a: fc(3);\n"
                             "    on device(1) b = a -> b: fc(5);\n"
                             "    return b -> c: fc(2);\n"
                             "}\n",
                             1);
    cr_assert_not_null(graph);
    target = *target_find("c");
    target.several_devices = true;
    passes_run(&graph, &(PassOptions){.target = &target});
    return plan_make(graph, &target);
}

/* The step that writes the value of that label, and the one behind it, which sends it. */
static uint32_t step_of(const Plan *plan, const char *path)
{
    uint32_t i = 0;
    while (i + 1 < plan->steps.count && strcmp(graph_node(plan->graph, plan->steps.at[i].leader)->path, path) != 0)
        i++;
    return i;
}

static void expect_P21(const Plan *plan, const char *text)
{
    const char *broken = plan_verify(plan);
    cr_expect(broken && strstr(broken, text), "wanted: %s\ngot: %s", text, broken ? broken : "nothing");
}

Test(devices, rule_of_plans)
{
    Arena *arena = arena_new();
    Plan *plan = two_devices(arena);
    cr_assert_null(plan_verify(plan));
    cr_assert_eq(plan->steps.count, 7);
    uint32_t a = step_of(plan, "a"), b = step_of(plan, "b");
    Node *node = graph_node(plan->graph, plan->steps.at[a].leader);
    node->device = 1;
    expect_P21(plan, "P21: step 1 reads transfer_x, which is on another device");
    node->device = 0;
    node = graph_node(plan->graph, plan->steps.at[b - 1].leader);
    cr_assert_eq(node->op, OP_transfer);
    node->device = 0;
    expect_P21(plan, "reads a, which is on the same device");
    node->device = DEVICE_HOST;
    expect_P21(plan, "P21: step 2 writes transfer_a, which is on another device");
    node->device = 1;
    node = graph_node(plan->graph, plan->steps.at[plan->steps.count - 1].leader);
    node->device = 1;
    expect_P21(plan, "P21: step 6 writes output, which is on another device");
    node->device = DEVICE_HOST;
    cr_expect_null(plan_verify(plan));
    arena_free(arena);
}
