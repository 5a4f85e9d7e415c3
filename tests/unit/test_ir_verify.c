/* test_ir_verify.c - each rule of the verifier, broken once in a graph that was good. */
#include <criterion/criterion.h>
#include <math.h>

#include "ir/verify.h"
#include "ops/map.h"
#include "ops/source.h"
#include "ops/view.h"
#include "tests/unit/graphs.h"

/* Nodes of the good graph. */
enum { X, WEIGHT, CONV, RELU, FLAT, SHAPED, LEAKY, LITERAL, SUM, SIGMOID, TANH, BOTH };

static Case good_graph(void)
{
    Case c = case_new();
    ConvAttrs attrs = case_conv_attrs();
    NodeId x = case_input(&c, SHAPE(1, 2, 4, 4)), w = case_weight(&c, "conv.weight", SHAPE(3, 2, 3, 3));
    NodeId conv = case_add(&c, OP_conv, (NodeId[]){x, w}, 2, &attrs), relu = case_unary(&c, OP_relu, conv, NULL);
    ReshapeAttrs shape = {.rank = 3, .dims = {1, 3, 4}};
    NodeId shaped = case_unary(&c, OP_reshape, case_unary(&c, OP_flatten, relu, NULL), &shape);
    NodeId leaky = case_unary(&c, OP_leaky_relu, shaped, &(LeakyReluAttrs){0.5});
    NodeId literal = case_literal(&c, SHAPE(1, 1, 4), (double[]){1, 2, 3, 4});
    NodeId sum = case_binary(&c, OP_add, leaky, literal);
    NodeId sigmoid = case_unary(&c, OP_sigmoid, sum, NULL), tanh = case_unary(&c, OP_tanh, sum, NULL);
    case_binary(&c, OP_add, sigmoid, tanh);
    graph_add_output(c.graph, "y", sum, NOWHERE);
    graph_node(c.graph, relu)->kernel = conv;
    return c;
}

static void break_order(Graph *g)
{
    g->edges.at[g->nodes.at[RELU].first_input].index = RELU;
}
static void break_edge(Graph *g)
{
    g->edges.at[g->nodes.at[RELU].first_input].index = 1000;
}
static void break_edges(Graph *g)
{
    g->nodes.at[CONV].input_count = UINT32_MAX;
}
static void break_op(Graph *g)
{
    g->nodes.at[RELU].op = OP_expect;
}
static void break_op_number(Graph *g)
{
    g->nodes.at[RELU].op = (OpId)9999;
}
static void break_arity(Graph *g)
{
    g->nodes.at[CONV].input_count = 1;
}
static void break_attribute(Graph *g)
{
    ((LeakyReluAttrs *)(uintptr_t)g->nodes.at[LEAKY].attrs)->slope = (double)NAN;
}
static void break_length(Graph *g)
{
    ((ReshapeAttrs *)(uintptr_t)g->nodes.at[SHAPED].attrs)->rank = 7;
}
static void break_no_attributes(Graph *g)
{
    g->nodes.at[CONV].attrs = NULL;
}
static void break_constant_number(Graph *g)
{
    ((ConstAttrs *)(uintptr_t)g->nodes.at[WEIGHT].attrs)->constant = 5;
}
static void break_constant_shape(Graph *g)
{
    g->constants.at[0].shape.dim[0] = 4;
}
static void break_constant_data(Graph *g)
{
    g->constants.at[1].data = NULL;
}
static void break_type(Graph *g)
{
    g->nodes.at[RELU].type.shape.dim[1] = 4;
}
static void break_dtype(Graph *g)
{
    g->nodes.at[SUM].type.dtype = DT_U8;
}
static void break_rule(Graph *g)
{
    ((ConvAttrs *)(uintptr_t)g->nodes.at[CONV].attrs)->groups = 5;
}
static void break_block(Graph *g)
{
    g->nodes.at[CONV].type.layout = (Layout){.kind = LAYOUT_BLOCKED};
}
static void break_halo(Graph *g)
{
    g->nodes.at[FLAT].type.layout = (Layout){.kind = LAYOUT_INTERLEAVED, .halo = {1, 1, 1, 1}};
}
static void break_bytes(Graph *g)
{
    g->nodes.at[X].type.dtype = DT_U8;
    g->outputs.at[0].node.index = X;
    g->nodes.count = 1;
}
static void break_kernel_order(Graph *g)
{
    g->nodes.at[CONV].kernel = (NodeId){RELU};
}
static void break_kernel_view(Graph *g)
{
    g->nodes.at[LEAKY].kernel = (NodeId){FLAT};
}
static void break_kernel_chain(Graph *g)
{
    g->nodes.at[LEAKY].kernel = (NodeId){RELU};
}
static void break_input(Graph *g)
{
    g->inputs.at[0].node.index = RELU;
}
static void break_input_count(Graph *g)
{
    g->inputs.count = 0;
}
static void break_input_name(Graph *g)
{
    g->inputs.at[0].name = "";
}
static void break_output(Graph *g)
{
    g->outputs.at[0].node.index = 99;
}
static void break_labels(Graph *g)
{
    static const char *const one[] = {"one"};
    g->outputs.at[0].labels = one;
    g->outputs.at[0].label_count = 1;
}

static void break_inside(Graph *g)
{
    g->edges.at[g->nodes.at[FLAT].first_input].index = CONV;
}
static void break_inside_output(Graph *g)
{
    g->nodes.at[SIGMOID].kernel = (NodeId){SUM};
    g->edges.at[g->nodes.at[TANH].first_input].index = SIGMOID;
}
static void break_inside_order(Graph *g)
{
    g->nodes.at[SIGMOID].kernel = g->nodes.at[TANH].kernel = (NodeId){SUM};
}
static void break_inside_later(Graph *g)
{
    g->nodes.at[BOTH].kernel = (NodeId){SIGMOID};
}
static void break_inside_nothing(Graph *g)
{
    g->nodes.at[TANH].kernel = (NodeId){SIGMOID};
}

Test(verify, each_rule_is_seen)
{
    static const struct {
        void (*change)(Graph *);
        const char *text;
    } rows[] = {
        {break_order, "G1: node %3 (relu) reads %3, which does not come before it"},
        {break_edge, "G1: node %3 (relu) reads %1000, which is no node"},
        {break_edges, "G1: node %2 (conv) has inputs outside the graph's edges"},
        {break_op, "G2: node %3 (expect) is a call of the language"},
        {break_op_number, "G2: node %3 (no op) has op 9999"},
        {break_arity, "G3: node %2 (conv) has 1 inputs"},
        {break_attribute, "G4: node %6 (leaky_relu) has a 'slope' that is not finite"},
        {break_length, "G4: node %5 (reshape) has 7 of 'dims'"},
        {break_no_attributes, "G4: node %2 (conv) has no attributes"},
        {break_constant_number, "G5: node %1 (const) names constant 5"},
        {break_constant_shape, "G5: node %1 (const) has a constant of 4x2x3x3, its type is 3x2x3x3"},
        {break_constant_data, "G5: node %7 (const) has a constant without data"},
        {break_type, "G6: node %3 (relu) is 1x4x2x2, its rule says 1x3x2x2"},
        {break_dtype, "G6: node %8 (add) is u8, its rule says f32"},
        {break_rule, "G6: node %2 (conv) breaks its rule: groups=5 does not divide 2 input channels"},
        {break_block, "G7: node %2 (conv) has a layout that does not fit: a block is 1 to 4096 wide"},
        {break_halo, "G7: node %4 (flatten) has a layout that does not fit: interleaved needs at least 3 axes"},
        {break_bytes, "G8: node %0 (input) is no output of f32"},
        {break_kernel_order, "G9: node %2 (conv) is computed in %3, which does not come before it"},
        {break_kernel_view, "G9: node %6 (leaky_relu) is computed in %4, which has no kernel"},
        {break_kernel_chain, "G9: node %6 (leaky_relu) is computed in %3, which is computed in %2 itself"},
        {break_input, "G10: node %0 (input) is not input 0 of the net"},
        {break_input_count, "G10: node %0 (input) is not input 0 of the net"},
        {break_input_name, "G10: port 0 has no name"},
        {break_output, "G11: output 0 is %99, which is no node"},
        {break_labels, "G11: node %8 (add) is an output with 1 labels for 3x4"},
        {break_inside, "G12: node %4 (flatten) reads %2, which stays in the kernel of %2"},
        {break_inside_output, "G12: node %8 (add) is an output, but stays in the kernel of %8"},
        {break_inside_order, "G12: node %10 (tanh) reads %8, which is not the last value of its kernel yet"},
        {break_inside_later, "G12: node %11 (add) reads %10, which comes after its kernel"},
        {break_inside_nothing, "G12: node %10 (tanh) reads nothing of its kernel"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Case c = good_graph();
        const char *before = graph_verify(c.graph);
        cr_assert_null(before, "%s", before);
        rows[i].change(c.graph);
        const char *text = graph_verify(c.graph);
        cr_assert_not_null(text, "nothing was said, wanted %s", rows[i].text);
        cr_expect_str_eq(text, rows[i].text);
        case_free(&c);
    }
}

Test(verify, a_copy_is_as_good)
{
    Case c = good_graph();
    Graph *copy = graph_new_like(c.graph);
    for (uint32_t i = 0; i < c.graph->nodes.count; i++) {
        const Node *node = &c.graph->nodes.at[i];
        graph_copy_node(copy, c.graph, (NodeId){i}, c.graph->edges.at + node->first_input);
    }
    graph_add_output(copy, "y", (NodeId){SUM}, NOWHERE);
    cr_expect_null(graph_verify(copy));
    cr_expect_eq(copy->constants.count, c.graph->constants.count);
    cr_expect_eq(copy->inputs.count, 1);
    Layout blocked = {.kind = LAYOUT_BLOCKED, .block = 8};
    NodeId pack = graph_add_pack(copy, (NodeId){CONV}, blocked);
    cr_expect(layout_equal(&graph_node(copy, pack)->type.layout, &blocked));
    cr_expect_null(graph_verify(copy));
    case_free(&c);
}
