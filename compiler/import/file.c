/* file.c - an ONNX file: unpacked, its inputs, weights and outputs named, its nodes imported one after the other.
 *
 * The model is unpacked into the arena, where weights stay as they stand; the mapping of the file is dropped before
 * anything is made of it.
 */
#include <ctype.h>

#include "import/model.h"
#include "support/file.h"
#include "support/names.h"

enum { NEWEST_OPSET = 27 };

bool is_onnx_path(const char *path)
{
    return strcmp(path_extension(path), ".onnx") == 0;
}

/* ---- unpacking ---- */

static void *unpack_alloc(void *arena, size_t bytes)
{
    return arena_try(arena, bytes ? bytes : 1);
}

static void unpack_free(void *arena, void *pointer)
{
    (void)arena;
    (void)pointer;
}

static bool model_wrong(Import *import, const char *why)
{
    diag_error(import->diag, NOWHERE, "%s: %s", import->path, why);
    return false;
}

static bool find_opset(Import *import)
{
    const Onnx__ModelProto *model = import->model;
    if (!model->graph)
        return model_wrong(import, "the model has no graph");
    import->opset = 1;
    for (size_t i = 0; i < model->n_opset_import; i++) {
        const char *domain = model->opset_import[i]->domain;
        if (!domain || !domain[0] || strcmp(domain, "ai.onnx") == 0)
            import->opset = model->opset_import[i]->version;
    }
    if (import->opset >= 1 && import->opset <= NEWEST_OPSET)
        return true;
    return model_wrong(import, arena_printf(import->arena, "opset %lld is not one of 1 to %d", (long long)import->opset,
                                            NEWEST_OPSET));
}

/* ---- inputs, weights, outputs ---- */

static bool add_weights(Import *import)
{
    const Onnx__GraphProto *graph = import->model->graph;
    for (size_t i = 0; i < graph->n_initializer; i++) {
        Value *value = NEW(import->arena, Value);
        if (!import_tensor(import, graph->initializer[i], value))
            return false;
        if (!import_define(import, value))
            return model_wrong(import, arena_printf(import->arena, "there are two weights '%s'", value->name));
    }
    if (graph->n_sparse_initializer)
        return model_wrong(import, "it has sparse weights");
    return true;
}

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
    if (name)
        diag_error(import->diag, NOWHERE, "%s: input '%s': the model leaves its axis %d open, as '%s'", import->path,
                   input, axis, name);
    else
        diag_error(import->diag, NOWHERE, "%s: input '%s': the model leaves its axis %d open", import->path, input,
                   axis);
    if (name)
        diag_hint(import->diag, "--dim %s=N", name);
    return false;
}

/* `given`: what it will be, or NULL. */
static bool input_shape(Import *import, const Onnx__ValueInfoProto *input, const Value *given, Shape *shape,
                        OnnxType *type)
{
    const Onnx__TypeProto *proto = input->type;
    if (!proto || proto->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE || !proto->tensor_type->shape)
        return model_wrong(import, arena_printf(import->arena, "input '%s' is no tensor of a known number of axes",
                                                input->name ? input->name : ""));
    const Onnx__TensorShapeProto *dims = proto->tensor_type->shape;
    *type = (OnnxType)proto->tensor_type->elem_type;
    if (given && given->shape.rank != (int)dims->n_dim)
        return model_wrong(import, arena_printf(import->arena, "input '%s' has %zu axes, what is given has %d",
                                                input->name, dims->n_dim, given->shape.rank));
    if (dims->n_dim > MAX_RANK)
        return model_wrong(import, arena_printf(import->arena, "input '%s' has more than 6 axes", input->name));
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
    if (given && (given->type != *type || !shape_equal(&given->shape, shape)))
        return model_wrong(
            import, arena_printf(import->arena, "what is given for input '%s' is another type or shape", input->name));
    if (shape_fits(shape) || given)
        return true;
    return model_wrong(import, arena_printf(import->arena, "input '%s' is too large", input->name));
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

static bool add_inputs(Import *import)
{
    const Onnx__GraphProto *graph = import->model->graph;
    uint32_t place = 0;
    for (size_t i = 0; i < graph->n_input; i++) {
        const Onnx__ValueInfoProto *input = graph->input[i];
        Value *value = NEW(import->arena, Value);
        if (!input->name || !input->name[0])
            return model_wrong(import, "an input has no name");
        if (import_find(import, input->name))
            continue; /* old files list weights among the inputs */
        const Value *given = place < import->options->given_count ? &import->options->given[place] : NULL;
        place++;
        *value = (Value){.name = input->name, .node = NODE_NONE};
        if (!input_shape(import, input, given, &value->shape, &value->type))
            return false;
        import_define(import, value);
        if (given && given->integers) {
            value->integers = given->integers;
            continue;
        }
        if (value->type != ONNX_F32 || !shape_fits(&value->shape))
            return model_wrong(import, arena_printf(import->arena, "input '%s' is %s: inputs are taken as f32 alone",
                                                    input->name, onnx_type_name(import->arena, value->type)));
        Type type = {.dtype = DT_F32, .shape = shape_usual(&value->shape)};
        value->node =
            graph_add_input(import->graph, port_name(import, "input", input->name), type, (Picture){0}, NOWHERE);
        VEC_PUSH(import->arena, &import->ports->inputs, value);
    }
    return true;
}

/* A run that nothing is given to, or that looks at nothing of it, computes nothing. */
static bool inputs_are_read(Import *import)
{
    const Graph *graph = import->graph;
    const uint32_t *uses = graph_uses(import->arena, graph);
    for (uint32_t i = 0; i < graph->inputs.count; i++)
        if (!uses[graph->inputs.at[i].node.index])
            return model_wrong(import, arena_printf(import->arena, "no number of input '%s' is read, at most its shape",
                                                    import->ports->inputs.at[i]->name));
    return graph->inputs.count > 0 || model_wrong(import, "it has no inputs that a run could give");
}

static bool add_outputs(Import *import)
{
    const Onnx__GraphProto *graph = import->model->graph;
    Onnx__NodeProto nobody = ONNX__NODE_PROTO__INIT;
    nobody.op_type = (char *)(uintptr_t) "output";
    ImportNode node = {.import = import, .proto = &nobody, .is_output = true};
    for (size_t i = 0; i < graph->n_output; i++) {
        const char *name = graph->output[i]->name ? graph->output[i]->name : "";
        Value *value = import_find(import, name);
        if (!value)
            return model_wrong(import, arena_printf(import->arena, "nothing makes the output '%s'", name));
        nobody.name = (char *)(uintptr_t)name;
        Shape shape = shape_usual(&value->shape);
        NodeId id = node_value_as(&node, value, &shape);
        if (node_is_none(id))
            return false;
        graph_add_output(import->graph, port_name(import, "output", name), id, NOWHERE);
        VEC_PUSH(import->arena, &import->ports->outputs, value);
    }
    return graph->n_output > 0 || model_wrong(import, "it has no outputs");
}

/* ---- nodes ---- */

static bool inputs_are_there(ImportNode *node)
{
    for (size_t i = 0; i < node->proto->n_input; i++)
        if (node->proto->input[i][0] && !import_find(node->import, node->proto->input[i]))
            return node->import->refused
                       ? false
                       : node_refuse(node, "it reads '%s', which nothing before it makes", node->proto->input[i]);
    return true;
}

/* What a refused node would have made is not there: those that read it are passed over, others are looked at. */
static void add_node(Import *import, const Onnx__NodeProto *proto)
{
    ImportNode node = {.import = import, .proto = proto, .span = NOWHERE};
    const bool is_foreign = proto->domain && proto->domain[0] && strcmp(proto->domain, "ai.onnx") != 0;
    const char *type = proto->op_type ? proto->op_type : "";
    bool failed = false;
    if (is_foreign) {
        node_refuse(&node, "its operator is of domain '%s'", proto->domain);
        return;
    }
    node.row = import_row(type, import->opset);
    if (!inputs_are_there(&node) || import_fold(&node, &failed) || failed)
        return;
    if (!node.row && import_knows(type))
        node_refuse(&node, "this form of the operator is not supported");
    else if (!node.row)
        node_refuse(&node, "this operator is not supported");
    else if (!node.row->write(&node) && !import->refused && !import->diag->errors)
        BUG("%s was not imported and nothing said why", type);
}

/* A name for C: that of the model, or of its file. */
static const char *net_name(Import *import)
{
    const char *given = path_base(import->path);
    Buf name = {0};
    for (; *given && *given != '.'; given++)
        buf_printf(&name, "%c", isalnum((unsigned char)*given) ? *given : '_');
    const char *text = buf_text(&name);
    const char *result = arena_printf(import->arena, "%s%s", isalpha((unsigned char)text[0]) ? "" : "net_", text);
    buf_free(&name);
    return result;
}

static Graph *import_model(Import *import)
{
    import->graph = graph_new(import->arena, net_name(import));
    if (!find_opset(import) || !add_weights(import) || !add_inputs(import))
        return NULL;
    const Onnx__GraphProto *graph = import->model->graph;
    for (size_t i = 0; i < graph->n_node; i++)
        add_node(import, graph->node[i]);
    return !import->refused && !import->diag->errors && add_outputs(import) && inputs_are_read(import) ? import->graph
                                                                                                       : NULL;
}

static Graph *import_unpacked(Import *import)
{
    if (!import->ports)
        import->ports = NEW(import->arena, ImportPorts);
    import->port_names.arena = import->arena;
    if (import->model)
        return import_model(import);
    model_wrong(import, "this is no ONNX model, or it is damaged");
    return NULL;
}

Graph *import_bytes(Arena *arena, Diag *diag, const char *path, const void *bytes, size_t count,
                    const ImportOptions *options, ImportPorts *ports)
{
    ProtobufCAllocator allocator = {unpack_alloc, unpack_free, arena};
    Import import = {.arena = arena, .diag = diag, .path = path, .options = options, .ports = ports};
    import.model = onnx__model_proto__unpack(&allocator, count, bytes);
    return import_unpacked(&import);
}

Graph *import_file(Arena *arena, Diag *diag, const char *path, const ImportOptions *options, ImportPorts *ports)
{
    FileMapping mapping;
    ProtobufCAllocator allocator = {unpack_alloc, unpack_free, arena};
    Import import = {.arena = arena, .diag = diag, .path = path, .options = options, .ports = ports};
    if (!file_map(&mapping, diag, path, NOWHERE))
        return NULL;
    import.model = onnx__model_proto__unpack(&allocator, mapping.count, mapping.bytes);
    file_unmap(&mapping);
    return import_unpacked(&import);
}

const Value *import_tensor_file(Arena *arena, Diag *diag, const char *path)
{
    FileMapping mapping;
    ProtobufCAllocator allocator = {unpack_alloc, unpack_free, arena};
    Import import = {.arena = arena, .diag = diag, .path = path};
    if (!file_map(&mapping, diag, path, NOWHERE))
        return NULL;
    const Onnx__TensorProto *tensor = onnx__tensor_proto__unpack(&allocator, mapping.count, mapping.bytes);
    file_unmap(&mapping);
    Value *value = NEW(arena, Value);
    if (tensor && import_tensor(&import, tensor, value))
        return value;
    if (!tensor)
        model_wrong(&import, "this is no tensor, or it is damaged");
    return NULL;
}
