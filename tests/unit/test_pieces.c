/* test_pieces.c - convolutions that write what they compute to two places: the rule of their graphs, broken each way,
 * and what their plans say.
 */
#include <criterion/criterion.h>

#include "ir/verify.h"
#include "ops/part.h"
#include "pass/pass.h"
#include "plan/plan.h"
#include "tests/support/model.h"

static const char module_text[] =
    "net module(x: f32[4, 6, 5]) { "
    "y = concat(x -> one: conv(8, 1) -> relu, x -> two: conv(5, 1) -> relu -> three: conv(3, 3, pad=1), "
    "x -> maxpool(3, stride=1, pad=1) -> four: conv(2, 1)); return z = y -> five: conv(2, 1); }";

static Graph *module(Arena *arena)
{
    Diag diag;
    Graph *graph = model_read(arena, &diag, "net.fov", module_text, NULL);
    cr_assert_not_null(graph);
    passes_run(&graph, &(PassOptions){.target = target_find("c")});
    return graph;
}

/* The pieces of the only kernel that writes any. */
static void find_pieces(Graph *graph, Node *pieces[2])
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < graph->nodes.count; i++)
        if (node_is_piece(&graph->nodes.at[i]) && count < 2)
            pieces[count++] = &graph->nodes.at[i];
    cr_assert_eq(count, 2);
}

static void change_part(Graph *graph, Node *piece, int64_t first, int64_t maps)
{
    PartAttrs attrs = *(const PartAttrs *)piece->attrs;
    attrs.first = first;
    attrs.dims[1] = piece->type.shape.dim[1] = maps;
    PartAttrs *kept = NEW(graph->arena, PartAttrs);
    *kept = attrs;
    piece->attrs = kept;
}

static void break_single(Graph *g, Node **pieces)
{
    (void)g;
    pieces[1]->kernel = NODE_NONE;
}
static void break_order(Graph *g, Node **pieces)
{
    change_part(g, pieces[0], 30, 8);
}
static void break_gap(Graph *g, Node **pieces)
{
    change_part(g, pieces[1], 9 * 30, 4);
}
static void break_rest(Graph *g, Node **pieces)
{
    change_part(g, pieces[1], 8 * 30, 4);
}
static void break_channels(Graph *g, Node **pieces)
{
    change_part(g, pieces[1], 8 * 30 + 1, 4);
}
static void break_readers(Graph *g, Node **pieces)
{
    Port port = g->outputs.at[0];
    port.name = "other";
    port.node = graph_input(g, pieces[0], 0);
    VEC_PUSH(g->arena, &g->outputs, port);
}
static void break_rows(Graph *g, Node **pieces)
{
    graph_node(g, pieces[0]->kernel)->by = 2;
}
static void break_output(Graph *g, Node **pieces)
{
    g->outputs.at[0].node = graph_input(g, pieces[0], 0);
}

Test(pieces, each_rule_is_seen)
{
    static const struct {
        void (*change)(Graph *, Node **);
        const char *text;
    } rows[] = {
        {break_single, "(conv) has a kernel that writes a single piece"},
        {break_order, "(part) is not what comes behind the piece before it"},
        {break_gap, "(part) is not what comes behind the piece before it"},
        {break_rest, "(part) is not all of its kernel's value that is left"},
        {break_channels, "(part) is no channels of its kernel's value"},
        {break_readers, "(part) is a piece of what is read otherwise, too"},
        {break_output, "(part) is a piece of what is read otherwise, too"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Arena *arena = arena_new();
        Graph *graph = module(arena);
        Node *pieces[2];
        find_pieces(graph, pieces);
        cr_assert_null(graph_verify(graph));
        rows[i].change(graph, pieces);
        const char *text = verify_pieces(graph);
        cr_assert_not_null(text, "nothing was said, wanted %s", rows[i].text);
        cr_expect(strncmp(text, "G14: ", 5) == 0 && strstr(text, rows[i].text), "%s, wanted %s", text, rows[i].text);
        arena_free(arena);
    }
}

Test(pieces, no_rows)
{
    Arena *arena = arena_new();
    Graph *graph = module(arena);
    Node *pieces[2];
    find_pieces(graph, pieces);
    break_rows(graph, pieces);
    cr_expect_str_eq(verify_pieces(graph) + strcspn(verify_pieces(graph), "("),
                     "(part) is written by a kernel that goes through rows");
    arena_free(arena);
}

/* One goes into the join, the other has a buffer of its own, with the halo that its reader wants. */
Test(pieces, have_places)
{
    Arena *arena = arena_new();
    Plan *plan = plan_make(module(arena), target_find("c"));
    const Step *step = &plan->steps.at[0];
    cr_assert_eq(step->write_count, 2);
    const Buffer *first = &plan->buffers.at[step->writes[0].buffer], *rest = &plan->buffers.at[step->writes[1].buffer];
    cr_expect_eq(first->place, BUFFER_PART);
    cr_expect_eq(first->bytes, 8 * 30 * 4);
    cr_expect_eq(rest->place, BUFFER_WORKSPACE);
    cr_expect_eq(rest->bytes, type_bytes(&rest->type));
    cr_expect(layout_has_halo(&rest->type.layout) && !layout_has_halo(&first->type.layout));
    cr_assert_null(plan_verify(plan));
    Step *changed = &plan->steps.at[0];
    changed->writes[1] = changed->writes[0];
    cr_expect(strncmp(plan_verify(plan), "P12: ", 5) == 0, "%s", plan_verify(plan));
    changed->writes[1] = (Write){step->result, (uint32_t)(rest - plan->buffers.at)};
    cr_expect(strncmp(plan_verify(plan), "P10: ", 5) == 0, "%s", plan_verify(plan));
    arena_free(arena);
}
