/* node.c - a node while it is imported: what it says, what it reads, and what becomes of it in the Graph (see model.h).
 */
#include "import/model.h"
#include "ops/view.h"

/* ---- refusal ---- */

static const char *output_name(const ImportNode *node, size_t i)
{
    return i < node->proto->n_output ? node->proto->output[i] : "";
}

bool node_refuse(ImportNode *node, const char *format, ...)
{
    Import *import = node->import;
    va_list arguments;
    va_start(arguments, format);
    const char *why = arena_vprintf(import->arena, format, arguments);
    va_end(arguments);
    const char *name = node->proto->name && node->proto->name[0] ? node->proto->name : output_name(node, 0);
    diag_error(import->diag, NOWHERE, "%s: node '%s' (%s, opset %lld): %s", import->path, name, node->proto->op_type,
               (long long)import->opset, why);
    import->refused++;
    return false;
}

/* ---- what it says ---- */

size_t node_input_count(const ImportNode *node)
{
    size_t count = node->proto->n_input;
    while (count && !node->proto->input[count - 1][0])
        count--;
    return count;
}

Value *node_input(const ImportNode *node, size_t i)
{
    if (i >= node->proto->n_input || !node->proto->input[i][0])
        return NULL;
    return import_find(node->import, node->proto->input[i]);
}

const Onnx__AttributeProto *node_attribute(const ImportNode *node, const char *name)
{
    for (size_t i = 0; i < node->proto->n_attribute; i++)
        if (node->proto->attribute[i]->name && strcmp(node->proto->attribute[i]->name, name) == 0)
            return node->proto->attribute[i];
    return NULL;
}

int64_t node_int(const ImportNode *node, const char *name, int64_t fallback)
{
    const Onnx__AttributeProto *attribute = node_attribute(node, name);
    return attribute && attribute->has_i ? attribute->i : fallback;
}

double node_number(const ImportNode *node, const char *name, double fallback)
{
    const Onnx__AttributeProto *attribute = node_attribute(node, name);
    return attribute && attribute->has_f ? (double)attribute->f : fallback;
}

const char *node_text(const ImportNode *node, const char *name, const char *fallback)
{
    const Onnx__AttributeProto *attribute = node_attribute(node, name);
    if (!attribute || !attribute->has_s)
        return fallback;
    return arena_strndup(node->import->arena, (const char *)attribute->s.data, attribute->s.len);
}

int64_t node_ints(const ImportNode *node, const char *name, int64_t *values, int64_t room)
{
    const Onnx__AttributeProto *attribute = node_attribute(node, name);
    if (!attribute)
        return -1;
    for (int64_t i = 0; i < MIN((int64_t)attribute->n_ints, room); i++)
        values[i] = attribute->ints[i];
    return (int64_t)attribute->n_ints;
}

int64_t node_list(ImportNode *node, const char *attribute, size_t input, int64_t *values, int64_t room)
{
    const Value *value = node_input(node, input);
    if (!value)
        return node_ints(node, attribute, values, room);
    if (!value->integers) {
        node_refuse(node, "its %s, '%s', are computed by the net, and have to be known", attribute, value->name);
        return -2;
    }
    const int64_t count = value_count(&value->shape);
    for (int64_t i = 0; i < MIN(count, room); i++)
        values[i] = value->integers[i];
    return count;
}

bool node_axis(ImportNode *node, int64_t axis, int rank, int *result)
{
    if (axis < -rank || axis >= rank)
        return node_refuse(node, "axis %lld of a value that has %d", (long long)axis, rank);
    *result = (int)(axis < 0 ? axis + rank : axis);
    return true;
}

/* ---- what becomes of it ---- */

static bool define(ImportNode *node, size_t i, const Value *value)
{
    const char *name = output_name(node, i);
    if (!name[0])
        return true; /* nobody wants it */
    Value *copy = NEW(node->import->arena, Value);
    *copy = *value;
    copy->name = name;
    return import_define(node->import, copy) || node_refuse(node, "'%s' is made twice", name);
}

OnnxType node_type(const ImportNode *node)
{
    const Value *x = node_input(node, 0);
    return x ? x->type : ONNX_F32;
}

bool node_result(ImportNode *node, size_t i, NodeId id, OnnxType type, const Shape *shape)
{
    if (node_is_none(id))
        return false;
    return define(node, i, &(Value){.type = type, .shape = *shape, .node = id});
}

bool node_known(ImportNode *node, size_t i, OnnxType type, const Shape *shape, const int64_t *integers,
                const float *floats)
{
    return define(node, i,
                  &(Value){.type = type, .shape = *shape, .node = NODE_NONE, .integers = integers, .floats = floats});
}

Shape shape_raised(const Shape *shape, int rank)
{
    Shape result = *shape;
    while (result.rank < rank)
        result = shape_lifted(&result);
    return result;
}

Shape shape_usual(const Shape *shape)
{
    return shape_raised(shape, 2);
}

Shape shape_lifted(const Shape *shape)
{
    Shape lifted = {.rank = shape->rank + 1, .dim = {1}};
    for (int i = 0; i < shape->rank && i + 1 < MAX_RANK; i++)
        lifted.dim[i + 1] = shape->dim[i];
    return lifted;
}

bool shape_both(const Shape *a, const Shape *b, Shape *result)
{
    const int rank = MAX(a->rank, b->rank);
    *result = (Shape){.rank = rank};
    for (int i = 0; i < rank; i++) {
        int64_t of_a = i < rank - a->rank ? 1 : a->dim[i - rank + a->rank];
        int64_t of_b = i < rank - b->rank ? 1 : b->dim[i - rank + b->rank];
        if (of_a != of_b && of_a != 1 && of_b != 1)
            return false;
        result->dim[i] = of_a == 1 ? of_b : of_a;
    }
    return true;
}

/* A known tensor as a constant: weights by their name. */
static NodeId add_constant(ImportNode *node, const Value *value, const Shape *shape)
{
    const bool is_weight = value->name[0] && shape->rank > 0;
    Constant constant = {.kind = is_weight ? CONSTANT_LOADED : CONSTANT_LITERAL,
                         .path = is_weight ? value->name : "",
                         .shape = *shape,
                         .data = (float *)(uintptr_t)value->floats,
                         .trainable = is_weight,
                         .span = node->span};
    return graph_add_constant(node->import->graph, &constant);
}

NodeId node_constant(ImportNode *node, const Shape *shape, const float *numbers)
{
    return add_constant(node, &(Value){.name = "", .floats = numbers}, shape);
}

/* Known numbers as a constant of a shape that has as many elements: floats, which are weights, under their name. */
static NodeId constant_of(ImportNode *node, const Value *value, const Shape *shape)
{
    Value numbers = *value;
    if (!shape_fits(&value->shape)) {
        node_refuse(node, "'%s' has no elements", value->name);
        return NODE_NONE;
    }
    if (!value_is_exact(value)) {
        node_refuse(node, "'%s' has integers that f32 does not hold", value->name);
        return NODE_NONE;
    }
    if (value->integers) {
        numbers.name = "";
        numbers.floats = value_floats(node->import->arena, value);
    }
    return add_constant(node, &numbers, shape);
}

NodeId node_value(ImportNode *node, Value *value)
{
    if (node_is_none(value->node))
        value->node = constant_of(node, value, &value->shape);
    return value->node;
}

NodeId node_number_of(ImportNode *node, double number)
{
    return graph_add_number(node->import->graph, node->import->diag, number, node->span);
}

NodeId node_reshaped(ImportNode *node, NodeId id, const Shape *shape)
{
    if (node_is_none(id) || shape_equal(&graph_node(node->import->graph, id)->type.shape, shape))
        return id;
    if (shape->rank > MAX_RANK) {
        node_refuse(node, "it has too many axes");
        return NODE_NONE;
    }
    ReshapeAttrs attrs = reshape_attrs(shape);
    return node_add(node, OP_reshape, &id, 1, &attrs);
}

NodeId node_value_as(ImportNode *node, Value *value, const Shape *shape)
{
    /* A constant that nobody has read yet gets the shape at once. */
    if (node_is_none(value->node) && shape->rank <= MAX_RANK)
        value->node = constant_of(node, value, shape);
    return node_reshaped(node, node_value(node, value), shape);
}

/* "conv: groups 3 ..." of "fovea: error: conv: groups 3 ...\nhint: ...". */
static const char *first_line(Arena *arena, const char *said)
{
    const char *begin = strstr(said, "error: ");
    begin = begin ? begin + strlen("error: ") : said;
    return arena_strndup(arena, begin, strcspn(begin, "\n"));
}

NodeId node_add(ImportNode *node, OpId op, const NodeId *inputs, uint32_t count, const void *attrs)
{
    Import *import = node->import;
    for (uint32_t i = 0; i < count; i++)
        if (node_is_none(inputs[i]))
            return NODE_NONE;
    Buf said = {0};
    Diag quiet = *import->diag;
    quiet.capture = &said;
    quiet.errors = quiet.warnings = 0;
    const char *name = node->proto->name ? node->proto->name : "";
    NodeId id = graph_add(import->graph, &quiet, op, inputs, count, attrs, name, node->span);
    if (node_is_none(id))
        node_refuse(node, "%s", first_line(import->arena, buf_text(&said)));
    buf_free(&said);
    return id;
}

/* x - size * floor((x - least) / size) */
NodeId node_wrapped(ImportNode *node, NodeId id, OnnxType type)
{
    double least, most;
    if (!onnx_type_is_narrow(type) || type == ONNX_BOOL)
        return id;
    onnx_type_range(type, &least, &most);
    NodeId size = node_number_of(node, most - least + 1);
    NodeId turns = node_add(node, OP_sub, (NodeId[]){id, node_number_of(node, least)}, 2, NULL);
    turns = node_add(node, OP_div, (NodeId[]){turns, size}, 2, NULL);
    turns = node_add(node, OP_floor, &turns, 1, NULL);
    turns = node_add(node, OP_mul, (NodeId[]){turns, size}, 2, NULL);
    return node_add(node, OP_sub, (NodeId[]){id, turns}, 2, NULL);
}
