/* graphs.c - small graphs for tests (see graphs.h). */
#include "tests/unit/graphs.h"

#include <criterion/criterion.h>

Case case_new(void)
{
    Arena *arena = arena_new();
    Case c = {.arena = arena, .graph = graph_new(arena, "case"), .diag = NEW(arena, Diag), .messages = NEW(arena, Buf)};
    diag_init(c.diag, arena);
    c.diag->capture = c.messages;
    return c;
}

void case_free(Case *c)
{
    buf_free(c->messages);
    arena_free(c->arena);
}

NodeId case_input(Case *c, Shape shape)
{
    char name[32];
    snprintf(name, sizeof name, "x%u", c->graph->inputs.count);
    Type type = {.dtype = DT_F32, .shape = shape};
    return graph_add_input(c->graph, name, type, (Picture){0}, NOWHERE);
}

NodeId case_literal(Case *c, Shape shape, const double *values)
{
    float *data = NEW_ARRAY(c->arena, float, shape_count(&shape));
    for (int64_t i = 0; i < shape_count(&shape); i++)
        data[i] = (float)values[i];
    Constant constant = {.kind = CONSTANT_LITERAL, .path = "", .shape = shape, .data = data};
    return graph_add_constant(c->graph, &constant);
}

NodeId case_weight(Case *c, const char *path, Shape shape)
{
    Constant constant = {.kind = CONSTANT_LOADED, .path = path, .shape = shape, .role = ROLE_KERNEL, .trainable = true};
    constant.fan_in = shape_count(&shape) / shape.dim[0];
    NodeId id = graph_weight(c->graph, c->diag, &constant);
    cr_assert(!node_is_none(id), "%s", buf_text(c->messages));
    return id;
}

NodeId case_add(Case *c, OpId op, const NodeId *inputs, uint32_t count, const void *attrs)
{
    NodeId id = graph_add(c->graph, c->diag, op, inputs, count, attrs, "", NOWHERE);
    cr_assert(!node_is_none(id), "%s", buf_text(c->messages));
    return id;
}

NodeId case_unary(Case *c, OpId op, NodeId x, const void *attrs)
{
    return case_add(c, op, &x, 1, attrs);
}

NodeId case_binary(Case *c, OpId op, NodeId a, NodeId b)
{
    return case_add(c, op, (NodeId[]){a, b}, 2, NULL);
}

ConvAttrs case_conv_attrs(void)
{
    return (ConvAttrs){.stride = {1, 1}, .dilation = {1, 1}, .groups = 1};
}

const Node *case_node(const Case *c, NodeId id)
{
    return graph_node(c->graph, id);
}

Tensor case_eval(Case *c, NodeId node, const Tensor *inputs)
{
    Tensor result;
    c->graph->outputs.count = 0;
    graph_add_output(c->graph, "y", node, NOWHERE);
    eval_graph(c->graph, inputs, &result, NULL, NULL);
    return result;
}

Tensor tensor_of(Shape shape, const double *values)
{
    Tensor tensor = tensor_new(&shape);
    memcpy(tensor.at, values, (size_t)shape_count(&shape) * sizeof(double));
    return tensor;
}

uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

Tensor tensor_integers(Shape shape, uint32_t seed)
{
    Tensor tensor = tensor_new(&shape);
    for (int64_t i = 0; i < shape_count(&shape); i++)
        tensor.at[i] = (double)(next_random(&seed) % 17) - 8;
    return tensor;
}
