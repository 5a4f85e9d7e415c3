/* functions.c - functions that a model brings along: each call becomes the nodes of the function's body.
 *
 * Names inside get the number of the call in front, but for inputs and outputs, which are the caller's.
 */
#include "import/model.h"

enum { MOST_DEPTH = 32, MOST_NODES = 200000 };

typedef VEC(Onnx__NodeProto *) Nodes;

typedef struct Inlining {
    Import *import;
    Nodes nodes;
    uint32_t calls;
} Inlining;

static const char *text_of(const char *text)
{
    return text ? text : "";
}

static const char *domain_of(const char *domain)
{
    return !domain || strcmp(domain, "ai.onnx") == 0 ? "" : domain;
}

static const Onnx__FunctionProto *find_function(const Onnx__ModelProto *model, const Onnx__NodeProto *node)
{
    for (size_t i = 0; i < model->n_functions; i++)
        if (strcmp(text_of(model->functions[i]->name), text_of(node->op_type)) == 0 &&
            strcmp(domain_of(model->functions[i]->domain), domain_of(node->domain)) == 0)
            return model->functions[i];
    return NULL;
}

/* ---- attributes ---- */

/* Attributes with defaults are newer than the schema of some systems: they are among its unknown fields then. */
static Onnx__AttributeProto *default_of(Import *import, const Onnx__FunctionProto *function, const char *name)
{
    enum { ATTRIBUTE_PROTO = 11 };
    const ProtobufCMessage *message = &function->base;
    for (unsigned i = 0; i < message->n_unknown_fields; i++) {
        const ProtobufCMessageUnknownField *field = &message->unknown_fields[i];
        size_t start = 0;
        while (start < field->len && field->data[start] & 0x80)
            start++;
        if (field->tag != ATTRIBUTE_PROTO || start >= field->len)
            continue;
        ProtobufCAllocator allocator = import_allocator(import->arena);
        Onnx__AttributeProto *attribute =
            onnx__attribute_proto__unpack(&allocator, field->len - start - 1, field->data + start + 1);
        if (attribute && strcmp(text_of(attribute->name), name) == 0)
            return attribute;
    }
    return NULL;
}

/* What the attribute of a node in the body is, in this call; NULL: it is left out. */
static Onnx__AttributeProto *attribute_in(Import *import, const Onnx__FunctionProto *function,
                                          const Onnx__NodeProto *call, Onnx__AttributeProto *attribute)
{
    const char *wanted = text_of(attribute->ref_attr_name);
    if (!wanted[0])
        return attribute;
    const Onnx__AttributeProto *given = NULL;
    for (size_t i = 0; i < call->n_attribute && !given; i++)
        if (strcmp(text_of(call->attribute[i]->name), wanted) == 0)
            given = call->attribute[i];
    given = given ? given : default_of(import, function, wanted);
    if (!given)
        return NULL;
    Onnx__AttributeProto *renamed = NEW(import->arena, Onnx__AttributeProto);
    *renamed = *given;
    renamed->name = attribute->name;
    return renamed;
}

/* ---- names ---- */

/* A value of the body, as it is called outside; "" for an input or output that the call leaves out. */
static char *name_in(Import *import, const Onnx__FunctionProto *function, const Onnx__NodeProto *call, uint32_t number,
                     const char *name)
{
    if (!name[0])
        return (char *)(uintptr_t)name;
    for (size_t i = 0; i < function->n_input; i++)
        if (strcmp(function->input[i], name) == 0)
            return i < call->n_input ? call->input[i] : (char *)(uintptr_t) "";
    for (size_t i = 0; i < function->n_output; i++)
        if (strcmp(function->output[i], name) == 0 && i < call->n_output && call->output[i][0])
            return call->output[i];
    return arena_printf(import->arena, "%s#%u/%s", text_of(function->name), number, name);
}

/* What a node is called, or is. */
static const char *label_of(const Onnx__NodeProto *node)
{
    return text_of(node->name)[0] ? node->name : text_of(node->op_type);
}

static Onnx__NodeProto *node_in(Import *import, const Onnx__FunctionProto *function, const Onnx__NodeProto *call,
                                uint32_t number, const Onnx__NodeProto *body)
{
    Onnx__NodeProto *node = NEW(import->arena, Onnx__NodeProto);
    *node = *body;
    node->name = arena_printf(import->arena, "%s/%s", label_of(call), label_of(body));
    node->input = NEW_ARRAY(import->arena, char *, node->n_input + 1);
    node->output = NEW_ARRAY(import->arena, char *, node->n_output + 1);
    node->attribute = NEW_ARRAY(import->arena, Onnx__AttributeProto *, node->n_attribute + 1);
    for (size_t i = 0; i < body->n_input; i++)
        node->input[i] = name_in(import, function, call, number, body->input[i]);
    for (size_t i = 0; i < body->n_output; i++)
        node->output[i] = name_in(import, function, call, number, body->output[i]);
    node->n_attribute = 0;
    for (size_t i = 0; i < body->n_attribute; i++) {
        Onnx__AttributeProto *attribute = attribute_in(import, function, call, body->attribute[i]);
        if (attribute)
            node->attribute[node->n_attribute++] = attribute;
    }
    return node;
}

/* ---- calls ---- */

static bool opset_fits(Import *import, const Onnx__FunctionProto *function)
{
    for (size_t i = 0; i < function->n_opset_import; i++) {
        const Onnx__OperatorSetIdProto *opset = function->opset_import[i];
        if (!domain_of(opset->domain)[0] && opset->version != import->opset)
            return import_wrong(import, "function '%s' is of opset %lld, the model of %lld", text_of(function->name),
                                (long long)opset->version, (long long)import->opset);
    }
    return true;
}

static bool add_inlined(Inlining *inlining, Onnx__NodeProto *node, int depth)
{
    Import *import = inlining->import;
    const Onnx__FunctionProto *function = find_function(import->model, node);
    if (!function) {
        VEC_PUSH(import->arena, &inlining->nodes, node);
        return inlining->nodes.count <= MOST_NODES || import_wrong(import, "its functions make too many nodes");
    }
    const uint32_t number = ++inlining->calls;
    if (depth == MOST_DEPTH || number > MOST_NODES)
        return import_wrong(import, "function '%s' calls itself, or calls are nested too deeply",
                            text_of(function->name));
    if (!opset_fits(import, function))
        return false;
    for (size_t i = 0; i < function->n_node; i++)
        if (!add_inlined(inlining, node_in(import, function, node, number, function->node[i]), depth + 1))
            return false;
    return true;
}

bool import_functions(Import *import)
{
    Onnx__GraphProto *graph = import->model->graph;
    Inlining inlining = {.import = import};
    if (!import->model->n_functions)
        return true;
    for (size_t i = 0; i < graph->n_node; i++)
        if (!add_inlined(&inlining, graph->node[i], 0))
            return false;
    graph->node = inlining.nodes.at;
    graph->n_node = inlining.nodes.count;
    return true;
}
