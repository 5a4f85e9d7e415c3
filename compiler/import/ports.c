/* ports.c - inputs and outputs of the model, in the Graph (see import.h).
 *
 * All that a run is given is f32: numbers of narrow types and booleans, which f32 holds exactly, and floats of other
 * sizes. What has to be known when the model is imported (known.c), and integers that f32 would not hold, are
 * bound as constants from what will be given.
 */
#include <ctype.h>

#include "import/given.h"
#include "import/model.h"
#include "import/picture.h"

const char *import_safe_name(Arena *arena, const char *kind, const char *name)
{
    Buf text = {0};
    if (!isalpha((unsigned char)name[0]))
        buf_printf(&text, "%s_", kind);
    for (const char *at = name; *at; at++)
        buf_printf(&text, "%c", isalnum((unsigned char)*at) ? *at : '_');
    const char *safe = arena_strdup(arena, buf_text(&text));
    buf_free(&text);
    return safe;
}

/* A safe name that no other port has. */
static const char *port_name(Import *import, const char *kind, const char *name)
{
    return name_free(&import->port_names, import_safe_name(import->arena, kind, name));
}

/* An input whose numbers a run gets. */
static bool add_port(Import *import, Value *value, const ImportGiven *given)
{
    Type type = {.dtype = DT_F32, .shape = shape_usual(&value->shape)};
    const char *name = port_name(import, "input", value->name);
    if (!picture_fits(import->options->picture, value))
        value->node = graph_add_input(import->graph, name, type, (Picture){.none = true}, NOWHERE);
    else if (!picture_input(import, import->options->picture, value, name))
        return false;
    VEC_PUSH(import->arena, &import->ports->inputs, ((ImportPort){value, given ? given->value : NULL}));
    return true;
}

static bool has_to_be_known(Import *import, const Value *value)
{
    import_wrong(import, "the numbers of input '%s' decide a shape, an axis or the like, and have to be known",
                 value->name);
    diag_hint(import->diag, "--const %s=FILE", value->name);
    return false;
}

static bool add_input(Import *import, size_t i)
{
    static const float no_numbers[1];
    Value *value = NEW(import->arena, Value);
    const ImportGiven *given = given_for(import, i);
    *value = (Value){.name = import->model->graph->input[i]->name, .node = NODE_NONE};
    if (!given_shape(import, i, &value->shape, &value->type))
        return false;
    const bool is_integer = onnx_type_is_integer(value->type),
               is_known = is_integer && import_has_to_know(import, value);
    if (!is_integer && !onnx_type_is_float(value->type))
        return import_wrong(import, "input '%s' is of %s, which is not supported", value->name,
                            onnx_type_name(import->arena, value->type));
    import_define(import, value);
    if (is_integer && given && (given->is_constant || is_known || !value_is_exact(given->value)))
        value->integers = given->value->integers;
    else if (is_integer && is_known)
        return has_to_be_known(import, value);
    else if (!value_count(&value->shape) && !is_integer)
        value->floats = no_numbers;
    else if (!shape_fits(&value->shape))
        return import_wrong(import, "input '%s' has no elements", value->name);
    else
        return add_port(import, value, given);
    return true;
}

/* What is said of pictures is meant for one. */
static bool pictures_are_there(Import *import)
{
    if (!import->options->picture || !import->options->picture->is_said)
        return true;
    for (uint32_t i = 0; i < import->ports->inputs.count; i++)
        if (picture_fits(import->options->picture, import->ports->inputs.at[i].value))
            return true;
    return import_wrong(import, "no input is a picture of one or three channels, in the layout that is said");
}

bool import_inputs(Import *import)
{
    const Onnx__GraphProto *graph = import->model->graph;
    if (!given_prepare(import))
        return false;
    for (size_t i = 0; i < graph->n_input; i++) {
        const Onnx__ValueInfoProto *input = graph->input[i];
        if (!input->name || !input->name[0])
            return import_wrong(import, "an input has no name");
        if (given_is_input(import, input) && !add_input(import, i))
            return false;
    }
    return pictures_are_there(import);
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
    return true;
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
        VEC_PUSH(import->arena, &import->ports->outputs, ((ImportPort){.value = value}));
    }
    return (graph->n_output > 0 || import_wrong(import, "it has no outputs")) && inputs_are_read(import);
}
