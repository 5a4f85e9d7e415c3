/* export.c - a net as an ONNX file (see export.h): names, the model around the layers' nodes, and the file. */
#include "onnx/export.h"
#include "onnx/rows.h"
#include "ops/op.h"
#include "ops/source.h"
#include "support/file.h"

#define TEXT(text) ((char *)(uintptr_t)(text))

/* No reader of protocol buffers takes more. */
#define LIMIT_BYTES ((size_t)INT32_MAX)

/* ---- names ---- */

/* "encoder:unet/down1:stage" is "encoder.down1.". */
static const char *block_prefix(Arena *arena, const char *block)
{
    Buf text = {0};
    for (const char *at = block; *at;) {
        size_t part = strcspn(at, "/"), label = strcspn(at, ":/");
        buf_bytes(&text, at, label);
        buf_puts(&text, ".");
        at += part + (at[part] == '/');
    }
    const char *prefix = arena_strdup(arena, buf_text(&text));
    buf_free(&text);
    return prefix;
}

/* The label's path; a layer without one is called like its operation, in its block. */
static const char *layer_name(Arena *arena, const Node *node)
{
    return node->path[0] ? node->path
                         : arena_printf(arena, "%s%s", block_prefix(arena, node->block), op_name(node->op));
}

/* "lenet.fov:12:20" */
static const char *place_text(OnnxModel *model, Span span)
{
    if (!span.file)
        return NULL;
    int line, column;
    span_position(model->diag, span, &line, &column);
    return arena_printf(model->arena, "%s:%d:%d", path_base(diag_source(model->diag, span.file)->path), line, column);
}

/* ---- inputs and outputs ---- */

/* How a picture file becomes the input, for people. */
static const char *picture_text(Arena *arena, const Port *port, const Type *type)
{
    if (type->dtype != DT_U8 || type->shape.rank != 4)
        return NULL;
    const char *side = port->picture.resize ? arena_printf(arena, "the short side resized to %lld, then the middle; ",
                                                           (long long)port->picture.resize)
                                            : "";
    return arena_printf(arena, "bytes of a picture, plane after plane: %s%s", side,
                        type->shape.dim[1] != 3 ? "0 to 255"
                        : port->picture.bgr     ? "blue, green, red"
                                                : "red, green, blue");
}

static Onnx__ValueInfoProto **make_inputs(OnnxModel *model)
{
    const Graph *net = model->net;
    Onnx__ValueInfoProto **all = NEW_ARRAY(model->arena, Onnx__ValueInfoProto *, net->inputs.count);
    for (uint32_t i = 0; i < net->inputs.count; i++) {
        const Port *port = &net->inputs.at[i];
        const Node *node = graph_node(net, port->node);
        const char *name = name_free(&model->value_names, port->name);
        model->named[port->node.index][FORM_OWN] = name;
        all[i] = value_info(model->arena, name, &node->type);
        all[i]->doc_string = TEXT(picture_text(model->arena, port, &node->type));
    }
    return all;
}

/* Outputs get their names first: a layer whose value goes out makes it under that name. `results` has these names by
 * node; a value that goes out twice, or that no layer makes, has none more. */
static Onnx__ValueInfoProto **make_outputs(OnnxModel *model, const char **results)
{
    const Graph *net = model->net;
    Onnx__ValueInfoProto **all = NEW_ARRAY(model->arena, Onnx__ValueInfoProto *, net->outputs.count);
    for (uint32_t i = 0; i < net->outputs.count; i++) {
        const Port *port = &net->outputs.at[i];
        const Node *node = graph_node(net, port->node);
        const char *name = name_free(&model->value_names, port->name);
        all[i] = value_info(model->arena, name, &node->type);
        bool made = op_row(node->op)->family != FAMILY_SOURCE;
        if (made && !results[port->node.index])
            results[port->node.index] = name;
    }
    return all;
}

/* Outputs that no layer makes under their names are copies. */
static void copy_outputs(OnnxModel *model, Onnx__ValueInfoProto *const *outputs, const char *const *results)
{
    for (uint32_t i = 0; i < model->net->outputs.count; i++) {
        NodeId id = model->net->outputs.at[i].node;
        const char *name = outputs[i]->name;
        if (results[id.index] && strcmp(results[id.index], name) == 0)
            continue;
        OnnxLayer copy = {.model = model, .node = graph_node(model->net, id), .result = name};
        copy.name = name_free(&model->node_names, name);
        NODE(&copy, "Identity", value_name(model, id))->doc_string =
            TEXT(place_text(model, model->net->outputs.at[i].span));
    }
}

/* What the elements of outputs are called, one name a line. */
static void add_labels(OnnxModel *model, Onnx__ModelProto *file)
{
    const Graph *net = model->net;
    file->metadata_props = NEW_ARRAY(model->arena, Onnx__StringStringEntryProto *, net->outputs.count);
    for (uint32_t i = 0; i < net->outputs.count; i++) {
        const Port *port = &net->outputs.at[i];
        if (!port->label_count)
            continue;
        Buf text = {0};
        for (uint32_t k = 0; k < port->label_count; k++)
            buf_printf(&text, "%s%s", k ? "\n" : "", port->labels[k]);
        Onnx__StringStringEntryProto *entry = NEW(model->arena, Onnx__StringStringEntryProto);
        onnx__string_string_entry_proto__init(entry);
        entry->key = arena_printf(model->arena, "labels.%s", port->name);
        entry->value = arena_strdup(model->arena, buf_text(&text));
        file->metadata_props[file->n_metadata_props++] = entry;
        buf_free(&text);
    }
}

/* ---- the model ---- */

static bool write_layers(OnnxModel *model, const char *const *results)
{
    const Graph *net = model->net;
    for (uint32_t i = 0; i < net->nodes.count; i++) {
        const Node *node = &net->nodes.at[i];
        if (op_row(node->op)->family == FAMILY_SOURCE)
            continue;
        OnnxLayer layer = {.model = model, .node = node, .result = results[i]};
        layer.name = name_free(&model->node_names, layer_name(model->arena, node));
        if (!layer.result) {
            layer.result = name_free(&model->value_names, layer.name);
            VEC_PUSH(model->arena, &model->values, value_info(model->arena, layer.result, &node->type));
        }
        uint32_t first = model->nodes.count;
        if (!onnx_write_layer(&layer))
            return false;
        const char *place = place_text(model, node->span);
        for (uint32_t k = first; k < model->nodes.count; k++)
            model->nodes.at[k]->doc_string = TEXT(place);
        model->named[i][FORM_OWN] = layer.result;
    }
    return true;
}

static Onnx__GraphProto *make_graph(OnnxModel *model)
{
    Onnx__GraphProto *graph = NEW(model->arena, Onnx__GraphProto);
    onnx__graph_proto__init(graph);
    graph->name = TEXT(model->net->name);
    const char **results = NEW_ARRAY(model->arena, const char *, model->net->nodes.count);
    graph->n_input = model->net->inputs.count;
    graph->input = make_inputs(model);
    graph->n_output = model->net->outputs.count;
    graph->output = make_outputs(model, results);
    if (!write_layers(model, results))
        return NULL;
    copy_outputs(model, graph->output, results);
    graph->n_node = model->nodes.count;
    graph->node = model->nodes.at;
    graph->n_initializer = model->weights.count;
    graph->initializer = model->weights.at;
    graph->n_value_info = model->values.count;
    graph->value_info = model->values.at;
    return graph;
}

static const char *describe(Arena *arena, const OnnxOptions *options)
{
    return arena_printf(arena, "%s%s%s", path_base(options->model_path), options->parameters ? " with " : "",
                        options->parameters ? options->parameters : "");
}

static Onnx__ModelProto *make_model(OnnxModel *model, const OnnxOptions *options)
{
    Onnx__ModelProto *file = NEW(model->arena, Onnx__ModelProto);
    onnx__model_proto__init(file);
    file->has_ir_version = true;
    file->ir_version = ONNX_IR_VERSION;
    Onnx__OperatorSetIdProto *opset = NEW(model->arena, Onnx__OperatorSetIdProto);
    onnx__operator_set_id_proto__init(opset);
    opset->domain = TEXT("");
    opset->has_version = true;
    opset->version = ONNX_OPSET;
    file->n_opset_import = 1;
    file->opset_import = NEW_ARRAY(model->arena, Onnx__OperatorSetIdProto *, 1);
    file->opset_import[0] = opset;
    file->producer_name = TEXT("fovea");
    file->producer_version = TEXT(options->version);
    file->doc_string = TEXT(describe(model->arena, options));
    add_labels(model, file);
    file->graph = make_graph(model);
    return file->graph ? file : NULL;
}

/* ---- the file ---- */

typedef struct FileBuffer {
    ProtobufCBuffer base;
    FileWriter *file;
} FileBuffer;

static void append_to_file(ProtobufCBuffer *buffer, size_t count, const uint8_t *bytes)
{
    file_put(((FileBuffer *)buffer)->file, bytes, count);
}

static bool check_bytes(Diag *diag, size_t bytes)
{
    if (bytes <= LIMIT_BYTES)
        return true;
    diag_error(diag, NOWHERE, "the ONNX file would have %zu bytes, and no reader takes more than %zu", bytes,
               LIMIT_BYTES);
    return false;
}

/* Of all weights; the rest of a file is small beside them. */
bool onnx_fits(Diag *diag, const Graph *net)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < net->constants.count; i++)
        bytes += (size_t)shape_count(&net->constants.at[i].shape) * sizeof(float);
    return check_bytes(diag, bytes);
}

bool onnx_export(Diag *diag, const Graph *net, const OnnxOptions *options, const char *path)
{
    OnnxModel model = {.arena = net->arena, .diag = diag, .net = net};
    model.node_names.arena = model.value_names.arena = net->arena;
    model.named = arena_alloc(net->arena, net->nodes.count * sizeof *model.named);
    const Onnx__ModelProto *made = make_model(&model, options);
    if (!made)
        return false;
    if (!check_bytes(diag, onnx__model_proto__get_packed_size(made)))
        return false;
    FileWriter file;
    if (!file_create(&file, diag, path))
        return false;
    FileBuffer buffer = {.base = {.append = append_to_file}, .file = &file};
    onnx__model_proto__pack_to_buffer(made, &buffer.base);
    return file_commit(&file);
}
