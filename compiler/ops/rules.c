/* rules.c - checks and steps that several ops share (see rules.h). */
#include "ops/rules.h"

const OpArg *op_arg(const OpCall *call, const char *name)
{
    const Op *row = op_row(call->op);
    for (int i = 0; i < row->param_count; i++)
        if (strcmp(row->params[i].name, name) == 0)
            return &call->args[i];
    BUG("%s has no parameter '%s'", op_name(call->op), name);
}

NodeId build_with(const OpCall *call, const void *attrs)
{
    return graph_add(call->graph, call->diag, call->op, call->inputs, call->input_count, attrs, call->path, call->span);
}

NodeId build_plain(const OpCall *call)
{
    return build_with(call, NULL);
}

NodeId build_numbers(const OpCall *call)
{
    double attrs[4];
    const Op *row = op_row(call->op);
    if (row->attr_bytes > sizeof attrs)
        BUG("%s has more than %zu numbers", op_name(call->op), COUNT_OF(attrs));
    for (int i = 0; i < row->attr_count; i++)
        attrs[row->attrs[i].offset / sizeof *attrs] = op_arg(call, row->attrs[i].name)->number;
    return build_with(call, attrs);
}

bool check_f32(const Graph *graph, const Node *node, Diag *diag)
{
    for (uint32_t i = 0; i < node->input_count; i++) {
        DType dtype = graph_input_node(graph, node, i)->type.dtype;
        bool is_weight = i == 1 && op_row(node->op)->family == FAMILY_MATVEC;
        if (dtype != DT_F32 && !(is_weight && dtype_is_short(dtype))) {
            diag_error(diag, node->span, "%s takes f32 values, this is %s", op_name(node->op), dtype_name(dtype));
            return false;
        }
    }
    return true;
}

bool check_picture(const Graph *graph, const Node *node, Diag *diag)
{
    if (graph_input_node(graph, node, 0)->type.shape.rank == 4)
        return true;
    diag_error(diag, node->span, "%s takes channels x height x width, this is %s", op_name(node->op),
               input_text(graph, node, 0));
    return false;
}

const char *input_text(const Graph *graph, const Node *node, uint32_t i)
{
    return shape_text(graph->arena, &graph_input_node(graph, node, i)->type.shape);
}

const char *axis_name(const Graph *graph, int rank, int axis)
{
    static const char *const names[] = {"batch", "channels", "height", "width"};
    if (axis == 0 || (rank == 4 && axis < rank))
        return names[axis];
    return arena_printf(graph->arena, "axis %d", axis - 1);
}

const char *axes_text(const Graph *graph, const Shape *shape)
{
    int last = shape->rank - 2;
    return last < 0 ? "none" : last == 0 ? "axis 0 alone" : arena_printf(graph->arena, "axes 0 to %d", last);
}

void note_input(const Graph *graph, const Node *node, Diag *diag, uint32_t i)
{
    const Node *producer = graph_input_node(graph, node, i);
    if (producer->span.file && producer->span.file < diag->sources.count)
        diag_note(diag, producer->span, "this is %s", input_text(graph, node, i));
}

bool type_same(const Graph *graph, const Node *node, Diag *diag, Type *result)
{
    if (!check_f32(graph, node, diag))
        return false;
    *result = (Type){.dtype = DT_F32, .shape = graph_input_node(graph, node, 0)->type.shape};
    return true;
}

AxisRun axis_run(const Shape *shape, int axis)
{
    AxisRun run = {1, shape->dim[axis], 1};
    for (int i = 0; i < axis; i++)
        run.outer *= shape->dim[i];
    for (int i = axis + 1; i < shape->rank; i++)
        run.inner *= shape->dim[i];
    return run;
}
