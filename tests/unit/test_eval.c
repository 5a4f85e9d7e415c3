/* test_eval.c - evaluating whole graphs: several outputs, shared values, views, and memory given back in time. */
#include <criterion/criterion.h>

#include "ops/concat.h"
#include "ops/view.h"
#include "tests/unit/graphs.h"

typedef struct Seen {
    uint32_t count;
    NodeId last;
} Seen;

static void see(void *context, NodeId node, const Tensor *value)
{
    Seen *seen = context;
    cr_expect_not_null(value->at);
    cr_expect(!seen->count || node.index > seen->last.index, "nodes come in order");
    *seen = (Seen){seen->count + 1, node};
}

Test(eval, several_outputs_of_shared_values)
{
    Case c = case_new();
    NodeId x = case_input(&c, SHAPE(2, 2, 1, 2)), k = case_literal(&c, SHAPE(1, 2, 1, 1), (double[]){10, 20});
    NodeId sum = case_binary(&c, OP_add, x, k),
           both = case_add(&c, OP_concat, (NodeId[]){x, sum, x}, 3, &(ConcatAttrs){1});
    NodeId flat = case_unary(&c, OP_flatten, both, NULL);
    ReshapeAttrs shape = {.rank = 3, .dims = {2, 4, 3}};
    NodeId again = case_unary(&c, OP_reshape, flat, &shape), dead = case_unary(&c, OP_relu, x, NULL);
    (void)dead;
    graph_add_output(c.graph, "sum", sum, NOWHERE);
    graph_add_output(c.graph, "again", again, NOWHERE);
    graph_add_output(c.graph, "sum_too", sum, NOWHERE);
    graph_add_output(c.graph, "k", k, NOWHERE);
    graph_add_output(c.graph, "x", x, NOWHERE);
    Tensor in = tensor_of(SHAPE(2, 2, 1, 2), (double[]){1, 2, 3, 4, 5, 6, 7, 8}), out[5];
    Seen seen = {0};
    eval_graph(c.graph, &in, out, see, &seen);
    cr_expect_eq(seen.count, 6, "input and five operations, without the constant");
    static const double sums[] = {11, 12, 23, 24, 15, 16, 27, 28};
    static const double joined[] = {1, 2, 3, 4, 11, 12, 23, 24, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 27, 28, 5, 6, 7, 8};
    for (int i = 0; i < 8; i++)
        cr_expect(out[0].at[i] == sums[i] && out[2].at[i] == sums[i] && out[4].at[i] == in.at[i]);
    for (int i = 0; i < 24; i++)
        cr_expect_eq(out[1].at[i], joined[i]);
    cr_expect(shape_equal(&out[1].shape, SHAPE_AT(2, 4, 3)));
    cr_expect(out[3].at[0] == 10 && out[3].at[1] == 20);
    for (int i = 0; i < 5; i++)
        tensor_free(&out[i]);
    tensor_free(&in);
    case_free(&c);
}

Test(eval, labels_follow_their_value)
{
    Case c = case_new();
    NodeId x = case_input(&c, SHAPE(1, 2));
    static const char *const names[] = {"cat", "dog"};
    graph_set_labels(c.graph, x, names, 2);
    graph_add_output(c.graph, "y", x, NOWHERE);
    cr_expect_eq(c.graph->outputs.at[0].label_count, 2);
    cr_expect_str_eq(c.graph->outputs.at[0].labels[1], "dog");
    case_free(&c);
}

Test(eval, uses_count_every_reader)
{
    Case c = case_new();
    NodeId x = case_input(&c, SHAPE(1, 2)), y = case_binary(&c, OP_mul, x, x), z = case_binary(&c, OP_add, x, y);
    graph_add_output(c.graph, "z", z, NOWHERE);
    uint32_t *uses = graph_uses(c.arena, c.graph);
    cr_expect(uses[x.index] == 3 && uses[y.index] == 1 && uses[z.index] == 1);
    case_free(&c);
}
