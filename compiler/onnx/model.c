/* model.c - an ONNX model while it is made (see model.h). */
#include "onnx/model.h"

/* protobuf-c's fields have no const; what is packed is only read. */
#define TEXT(text) ((char *)(uintptr_t)(text))

/* ---- nodes ---- */

static Onnx__NodeProto *add_node(OnnxLayer *layer, const char *type, const char *name, const char *result,
                                 const char *const *inputs, size_t input_count)
{
    OnnxModel *model = layer->model;
    Onnx__NodeProto *node = NEW(model->arena, Onnx__NodeProto);
    onnx__node_proto__init(node);
    node->op_type = TEXT(type);
    node->name = TEXT(name);
    node->n_input = input_count;
    node->input = NEW_ARRAY(model->arena, char *, input_count);
    for (size_t i = 0; i < input_count; i++)
        node->input[i] = TEXT(inputs[i]);
    node->n_output = 1;
    node->output = NEW_ARRAY(model->arena, char *, 1);
    node->output[0] = TEXT(result);
    VEC_PUSH(model->arena, &model->nodes, node);
    return node;
}

Onnx__NodeProto *onnx_node(OnnxLayer *layer, const char *type, const char *const *inputs, size_t input_count)
{
    return add_node(layer, type, layer->name, layer->result, inputs, input_count);
}

static const char *part_name(OnnxLayer *layer, const char *part)
{
    OnnxModel *model = layer->model;
    return name_free(&model->value_names, arena_printf(model->arena, "%s.%s", layer->name, part));
}

Onnx__NodeProto *onnx_part(OnnxLayer *layer, const char *part, const char *type, const char *const *inputs,
                           size_t input_count)
{
    const char *result = part_name(layer, part);
    return add_node(layer, type, name_free(&layer->model->node_names, result), result, inputs, input_count);
}

/* ---- attributes ---- */

static Onnx__AttributeProto *add_attribute(OnnxLayer *layer, Onnx__NodeProto *node, const char *name,
                                           Onnx__AttributeProto__AttributeType type)
{
    Arena *arena = layer->model->arena;
    Onnx__AttributeProto *attribute = NEW(arena, Onnx__AttributeProto);
    onnx__attribute_proto__init(attribute);
    attribute->name = TEXT(name);
    attribute->has_type = true;
    attribute->type = type;
    Onnx__AttributeProto **all = NEW_ARRAY(arena, Onnx__AttributeProto *, node->n_attribute + 1);
    for (size_t i = 0; i < node->n_attribute; i++)
        all[i] = node->attribute[i];
    all[node->n_attribute++] = attribute;
    node->attribute = all;
    return attribute;
}

void attr_int(OnnxLayer *layer, Onnx__NodeProto *node, const char *name, int64_t value)
{
    Onnx__AttributeProto *attribute = add_attribute(layer, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);
    attribute->has_i = true;
    attribute->i = value;
}

void attr_ints(OnnxLayer *layer, Onnx__NodeProto *node, const char *name, const int64_t *values, int count)
{
    Onnx__AttributeProto *attribute = add_attribute(layer, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);
    attribute->n_ints = (size_t)count;
    attribute->ints = NEW_ARRAY(layer->model->arena, int64_t, count);
    memcpy(attribute->ints, values, (size_t)count * sizeof *values);
}

void attr_float(OnnxLayer *layer, Onnx__NodeProto *node, const char *name, double value)
{
    Onnx__AttributeProto *attribute = add_attribute(layer, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);
    attribute->has_f = true;
    attribute->f = (float)value;
}

void attr_text(OnnxLayer *layer, Onnx__NodeProto *node, const char *name, const char *value)
{
    Onnx__AttributeProto *attribute = add_attribute(layer, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING);
    attribute->has_s = true;
    attribute->s = (ProtobufCBinaryData){.len = strlen(value), .data = (uint8_t *)TEXT(value)};
}

/* ---- weights ---- */

/* Files are little-endian: where this machine is not, the numbers are turned in a copy. */
static uint8_t *little_endian(Arena *arena, const void *values, size_t count, size_t bytes)
{
    static const uint16_t probe = 1;
    if (*(const uint8_t *)&probe == 1)
        return (uint8_t *)(uintptr_t)values;
    uint8_t *turned = NEW_ARRAY(arena, uint8_t, count * bytes);
    for (size_t i = 0; i < count * bytes; i++)
        turned[i] = ((const uint8_t *)values)[i - i % bytes + bytes - 1 - i % bytes];
    return turned;
}

/* A tensor that stays where it is; `name` is taken already. */
static void add_tensor(OnnxModel *model, const char *name, Onnx__TensorProto__DataType type, const void *values,
                       size_t bytes, const Shape *shape)
{
    Onnx__TensorProto *tensor = NEW(model->arena, Onnx__TensorProto);
    onnx__tensor_proto__init(tensor);
    size_t count = (size_t)shape_count(shape);
    tensor->name = TEXT(name);
    tensor->n_dims = (size_t)shape->rank;
    tensor->dims = NEW_ARRAY(model->arena, int64_t, shape->rank);
    memcpy(tensor->dims, shape->dim, (size_t)shape->rank * sizeof *shape->dim);
    tensor->has_data_type = true;
    tensor->data_type = (int32_t)type;
    tensor->has_raw_data = true;
    tensor->raw_data =
        (ProtobufCBinaryData){.len = count * bytes, .data = little_endian(model->arena, values, count, bytes)};
    VEC_PUSH(model->arena, &model->weights, tensor);
}

const char *layer_ints(OnnxLayer *layer, const char *part, const int64_t *values, int count)
{
    OnnxModel *model = layer->model;
    int64_t *kept = NEW_ARRAY(model->arena, int64_t, count);
    memcpy(kept, values, (size_t)count * sizeof *values);
    const char *name = part_name(layer, part);
    add_tensor(model, name, ONNX__TENSOR_PROTO__DATA_TYPE__INT64, kept, sizeof *kept,
               &(Shape){.rank = 1, .dim = {count}});
    return name;
}

const char *layer_floats(OnnxLayer *layer, const char *part, const float *values, const Shape *shape)
{
    const char *name = part_name(layer, part);
    add_tensor(layer->model, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, values, sizeof *values, shape);
    return name;
}

const char *layer_number(OnnxLayer *layer, const char *part, double value)
{
    float *kept = NEW(layer->model->arena, float);
    *kept = (float)value;
    return layer_floats(layer, part, kept, &(Shape){.rank = 0});
}

/* ---- what a layer reads ---- */

static const char *write_constant(OnnxModel *model, const Constant *constant, const Shape *shape)
{
    const char *name = name_free(&model->value_names, constant->path[0] ? constant->path : "constant");
    add_tensor(model, name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, constant->data, sizeof *constant->data, shape);
    return name;
}

const char *value_name(OnnxModel *model, NodeId id)
{
    const Node *node = graph_node(model->net, id);
    const char **name = &model->named[id.index][FORM_OWN];
    if (!*name && node->op == OP_const)
        *name = write_constant(model, graph_constant(model->net, node), &node->type.shape);
    if (!*name)
        BUG("value %u has no name yet", id.index);
    return *name;
}

const char *layer_input(OnnxLayer *layer, uint32_t input)
{
    return value_name(layer->model, graph_input(layer->model->net, layer->node, input));
}

const char *layer_channels(OnnxLayer *layer, uint32_t operand)
{
    OnnxModel *model = layer->model;
    NodeId id = graph_input(model->net, layer->node, operand);
    const Node *node = graph_node(model->net, id);
    int rank = layer->node->type.shape.rank;
    Shape shape = {.rank = rank - 1, .dim = {node->type.shape.dim[0], 1, 1, 1, 1}};
    if (shape.rank == 1)
        return layer_input(layer, operand);
    if (node->op != OP_const) {
        const char *dims = layer_ints(layer, "shape", shape.dim, shape.rank);
        return STEP(layer, "channels", "Reshape", layer_input(layer, operand), dims);
    }
    const char **name = &model->named[id.index][rank];
    if (!*name)
        *name = write_constant(model, graph_constant(model->net, node), &shape);
    return *name;
}

/* ---- types ---- */

Onnx__ValueInfoProto *value_info(Arena *arena, const char *name, const Type *type)
{
    Onnx__TensorShapeProto *shape = NEW(arena, Onnx__TensorShapeProto);
    onnx__tensor_shape_proto__init(shape);
    shape->n_dim = (size_t)type->shape.rank;
    shape->dim = NEW_ARRAY(arena, Onnx__TensorShapeProto__Dimension *, type->shape.rank);
    for (int i = 0; i < type->shape.rank; i++) {
        shape->dim[i] = NEW(arena, Onnx__TensorShapeProto__Dimension);
        onnx__tensor_shape_proto__dimension__init(shape->dim[i]);
        shape->dim[i]->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        shape->dim[i]->dim_value = type->shape.dim[i];
    }
    Onnx__TypeProto__Tensor *tensor = NEW(arena, Onnx__TypeProto__Tensor);
    onnx__type_proto__tensor__init(tensor);
    tensor->has_elem_type = true;
    tensor->elem_type = type->dtype == DT_U8 ? (int32_t)ONNX__TENSOR_PROTO__DATA_TYPE__UINT8
                                             : (int32_t)ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    tensor->shape = shape;
    Onnx__ValueInfoProto *info = NEW(arena, Onnx__ValueInfoProto);
    onnx__value_info_proto__init(info);
    info->name = TEXT(name);
    info->type = NEW(arena, Onnx__TypeProto);
    onnx__type_proto__init(info->type);
    info->type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    info->type->tensor_type = tensor;
    return info;
}
