/* ports.c - inputs and outputs of the model, in the Graph (see import.h).
 *
 * All that a run is given is f32: numbers of narrow types and booleans, which f32 holds exactly, and floats of other
 * sizes. What has to be known when the model is imported (known.c), and integers that f32 would not hold, are
 * bound as constants from what will be given.
 */
#include <ctype.h>

#include "import/model.h"

/* A dimension that the model leaves open. */
static bool open_dimension(Import *import, const char *input, int axis, const char *name, int64_t *size)
{
    for (uint32_t i = 0; name && i < import->options->dim_count; i++)
        if (strcmp(import->options->dims[i].name, name) == 0) {
            *size = import->options->dims[i].value;
            return true;
        }
    if (axis == 0) {
        *size = MAX(import->options->batch, 1);
        return true;
    }
    return import_wrong(import, "input '%s': the model leaves its axis %d open%s", input, axis,
                        name ? arena_printf(import->arena, ", as '%s'", name) : "");
}

/* The sizes that the model says, or what will be given. */
static bool input_shape(Import *import, const Onnx__ValueInfoProto *input, const Value *given, Shape *shape)
{
    const Onnx__TensorShapeProto *dims = input->type->tensor_type->shape;
    if (dims->n_dim > MAX_RANK)
        return import_wrong(import, "input '%s' has more than 6 axes", input->name);
    if (given && given->shape.rank != (int)dims->n_dim)
        return import_wrong(import, "input '%s' has %zu axes, what is given has %d", input->name, dims->n_dim,
                            given->shape.rank);
    *shape = (Shape){.rank = (int)dims->n_dim};
    for (int i = 0; i < shape->rank; i++) {
        const Onnx__TensorShapeProto__Dimension *dim = dims->dim[i];
        bool is_number = dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE && dim->dim_value > 0;
        const char *name =
            dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM ? dim->dim_param : NULL;
        if (is_number)
            shape->dim[i] = dim->dim_value;
        else if (given)
            shape->dim[i] = given->shape.dim[i];
        else if (!open_dimension(import, input->name, i, name && name[0] ? name : NULL, &shape->dim[i]))
            return false;
    }
    if (given && !shape_equal(&given->shape, shape))
        return import_wrong(import, "input '%s' is %s, what is given for it is %s", input->name,
                            shape_full_text(import->arena, shape), shape_full_text(import->arena, &given->shape));
    int64_t count = 1;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->dim[i] > LIMIT_DIMENSION || (shape->dim[i] > 0 && count > LIMIT_ELEMENTS / shape->dim[i]))
            return import_wrong(import, "input '%s' is too large", input->name);
        count *= shape->dim[i];
    }
    return true;
}

/* A name as .fov has them, letters, digits and "_", that no other port has. */
static const char *port_name(Import *import, const char *kind, const char *name)
{
    Buf text = {0};
    if (!isalpha((unsigned char)name[0]))
        buf_printf(&text, "%s_", kind);
    for (const char *at = name; *at; at++)
        buf_printf(&text, "%c", isalnum((unsigned char)*at) ? *at : '_');
    const char *safe = arena_strdup(import->arena, buf_text(&text));
    buf_free(&text);
    return name_free(&import->port_names, safe);
}

/* What is given for the input of that name and place; NULL: nothing. */
static const ImportGiven *find_given(const Import *import, const char *name, uint32_t place)
{
    const ImportOptions *options = import->options;
    for (uint32_t i = 0; i < options->given_count; i++)
        if (options->given[i].name ? strcmp(options->given[i].name, name) == 0 : i == place)
            return &options->given[i];
    return NULL;
}

static bool is_tensor(const Onnx__ValueInfoProto *input)
{
    const Onnx__TypeProto *type = input->type;
    return type && type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE && type->tensor_type->shape;
}

/* An input whose numbers a run gets. */
static void add_port(Import *import, Value *value, uint32_t place)
{
    Type type = {.dtype = DT_F32, .shape = shape_usual(&value->shape)};
    const char *name = port_name(import, "input", value->name);
    value->node = graph_add_input(import->graph, name, type, (Picture){0}, NOWHERE);
    VEC_PUSH(import->arena, &import->ports->inputs, ((ImportPort){value, place}));
}

static bool add_input(Import *import, const Onnx__ValueInfoProto *input, uint32_t place)
{
    static const float no_numbers[1];
    Value *value = NEW(import->arena, Value);
    const ImportGiven *given = find_given(import, input->name, place);
    if (!is_tensor(input))
        return import_wrong(import, "input '%s' is no tensor of a known number of axes", input->name);
    *value = (Value){.name = input->name, .type = (OnnxType)input->type->tensor_type->elem_type, .node = NODE_NONE};
    const char *type = onnx_type_name(import->arena, value->type);
    if (!input_shape(import, input, given ? given->value : NULL, &value->shape))
        return false;
    if (given && given->value->type != value->type)
        return import_wrong(import, "input '%s' is %s, what is given for it is %s", value->name, type,
                            onnx_type_name(import->arena, given->value->type));
    const bool is_integer = onnx_type_is_integer(value->type),
               is_known = is_integer && import_has_to_know(import, value);
    if (!is_integer && !onnx_type_is_float(value->type))
        return import_wrong(import, "input '%s' is of %s, which is not supported", value->name, type);
    import_define(import, value);
    if (is_integer && given && (given->is_constant || is_known || !value_is_exact(given->value)))
        value->integers = given->value->integers;
    else if (is_integer && is_known)
        return import_wrong(
            import, "the numbers of input '%s' decide a shape, an axis or the like, and have to be known", value->name);
    else if (!value_count(&value->shape) && onnx_type_is_float(value->type))
        value->floats = no_numbers;
    else if (!shape_fits(&value->shape))
        return import_wrong(import, "input '%s' has no elements", value->name);
    else
        add_port(import, value, place);
    return true;
}

bool import_inputs(Import *import)
{
    const Onnx__GraphProto *graph = import->model->graph;
    uint32_t place = 0;
    for (size_t i = 0; i < graph->n_input; i++) {
        const Onnx__ValueInfoProto *input = graph->input[i];
        if (!input->name || !input->name[0])
            return import_wrong(import, "an input has no name");
        /* Old files list weights among the inputs. */
        if (!import_find(import, input->name) && !add_input(import, input, place++))
            return false;
    }
    return true;
}

/* A run that looks at no number of what it is given computes nothing. */
static bool inputs_are_read(Import *import)
{
    const Graph *graph = import->graph;
    const uint32_t *uses = graph_uses(import->arena, graph);
    for (uint32_t i = 0; i < graph->inputs.count; i++)
        if (!uses[graph->inputs.at[i].node.index])
            return import_wrong(import, "no number of input '%s' is read, at most its shape",
                                import->ports->inputs.at[i].value->name);
    return graph->inputs.count > 0 || import_wrong(import, "it has no inputs that a run could give");
}

bool import_outputs(Import *import)
{
    const Onnx__GraphProto *graph = import->model->graph;
    Onnx__NodeProto nobody = ONNX__NODE_PROTO__INIT;
    nobody.op_type = (char *)(uintptr_t) "output";
    ImportNode node = {.import = import, .proto = &nobody};
    for (size_t i = 0; i < graph->n_output; i++) {
        const char *name = graph->output[i]->name ? graph->output[i]->name : "";
        Value *value = import_find(import, name);
        if (!value)
            return import_wrong(import, "nothing makes the output '%s'", name);
        nobody.name = (char *)(uintptr_t)name;
        Shape shape = shape_usual(&value->shape);
        NodeId id = node_value_as(&node, value, &shape);
        if (node_is_none(id))
            return false;
        graph_add_output(import->graph, port_name(import, "output", name), id, NOWHERE);
        VEC_PUSH(import->arena, &import->ports->outputs, ((ImportPort){value, (uint32_t)i}));
    }
    return (graph->n_output > 0 || import_wrong(import, "it has no outputs")) && inputs_are_read(import);
}
