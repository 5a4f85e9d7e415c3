/* file.c - an ONNX file: unpacked, its inputs, weights and outputs named, its nodes imported one after the other.
 *
 * The model is unpacked into the arena, where weights stay as they stand; the mapping of the file is dropped before
 * anything is made of it.
 */
#include <ctype.h>
#include <stdarg.h>

#include "import/model.h"
#include "support/file.h"
#include "support/names.h"

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

ProtobufCAllocator import_allocator(Arena *arena)
{
    return (ProtobufCAllocator){unpack_alloc, unpack_free, arena};
}

bool import_wrong(Import *import, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    diag_error(import->diag, NOWHERE, "%s: %s", import->path, arena_vprintf(import->arena, format, arguments));
    va_end(arguments);
    return false;
}

static bool find_opset(Import *import)
{
    const Onnx__ModelProto *model = import->model;
    if (!model->graph)
        return import_wrong(import, "the model has no graph");
    import->opset = 1;
    for (size_t i = 0; i < model->n_opset_import; i++) {
        const char *domain = model->opset_import[i]->domain;
        if (!domain || !domain[0] || strcmp(domain, "ai.onnx") == 0)
            import->opset = model->opset_import[i]->version;
    }
    if (import->opset >= 1 && import->opset <= NEWEST_OPSET)
        return true;
    return import_wrong(import, "opset %lld is not one of 1 to %d", (long long)import->opset, NEWEST_OPSET);
}

/* ---- weights ---- */

static bool add_weights(Import *import)
{
    const Onnx__GraphProto *graph = import->model->graph;
    for (size_t i = 0; i < graph->n_initializer; i++) {
        Value *value = NEW(import->arena, Value);
        if (!import_tensor(import, graph->initializer[i], value))
            return false;
        if (!import_define(import, value))
            return import_wrong(import, "there are two weights '%s'", value->name);
    }
    if (graph->n_sparse_initializer)
        return import_wrong(import, "it has sparse weights");
    return true;
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
    else if (!node_input(&node, 0))
        node_refuse(&node, "it has no input");
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
    if (!find_opset(import) || !import_functions(import) || !add_weights(import) || !import_inputs(import))
        return NULL;
    const Onnx__GraphProto *graph = import->model->graph;
    for (size_t i = 0; i < graph->n_node; i++)
        add_node(import, graph->node[i]);
    return !import->refused && !import->diag->errors && import_outputs(import) ? import->graph : NULL;
}

static Graph *import_unpacked(Import *import)
{
    if (!import->ports)
        import->ports = NEW(import->arena, ImportPorts);
    import->port_names.arena = import->arena;
    if (import->model)
        return import_model(import);
    import_wrong(import, "this is no ONNX model, or it is damaged");
    return NULL;
}

Graph *import_bytes(Arena *arena, Diag *diag, const char *path, const void *bytes, size_t count,
                    const ImportOptions *options, ImportPorts *ports)
{
    ProtobufCAllocator allocator = import_allocator(arena);
    Import import = {.arena = arena, .diag = diag, .path = path, .options = options, .ports = ports};
    import.model = onnx__model_proto__unpack(&allocator, count, bytes);
    return import_unpacked(&import);
}

Graph *import_file(Arena *arena, Diag *diag, const char *path, const ImportOptions *options, ImportPorts *ports)
{
    FileMapping mapping;
    ProtobufCAllocator allocator = import_allocator(arena);
    Import import = {.arena = arena, .diag = diag, .path = path, .options = options, .ports = ports};
    if (!file_map(&mapping, diag, path, NOWHERE))
        return NULL;
    diag_note_file(diag, path);
    import.model = onnx__model_proto__unpack(&allocator, mapping.count, mapping.bytes);
    file_unmap(&mapping);
    return import_unpacked(&import);
}

const Value *import_tensor_file(Arena *arena, Diag *diag, const char *path)
{
    FileMapping mapping;
    ProtobufCAllocator allocator = import_allocator(arena);
    Import import = {.arena = arena, .diag = diag, .path = path};
    if (!file_map(&mapping, diag, path, NOWHERE))
        return NULL;
    const Onnx__TensorProto *tensor = onnx__tensor_proto__unpack(&allocator, mapping.count, mapping.bytes);
    file_unmap(&mapping);
    Value *value = NEW(arena, Value);
    if (tensor && import_tensor(&import, tensor, value))
        return value;
    if (!tensor)
        import_wrong(&import, "this is no tensor, or it is damaged");
    return NULL;
}
