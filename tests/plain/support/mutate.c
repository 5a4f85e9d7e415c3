/* mutate.c - damages an ONNX file in one of several ways, the same for the same seed: mutate KIND SEED IN OUT.
 *
 *   cut       bytes are missing at the end       flip      bits are others
 *   sizes     a dimension is another             values    names of nodes' inputs and outputs are exchanged: cycles
 *   missing   an input that nothing makes        twice     two values of one name
 *   weights   an initialiser is gone             types     an attribute is of another type
 *   external  numbers are said to be elsewhere   opset     another one
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onnx.pb-c.h"

static uint64_t state;

/* splitmix64 (Steele et al. 2014) */
static uint64_t thrown(uint64_t sides)
{
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return sides ? (z ^ (z >> 31)) % sides : 0;
}

static void *checked(void *pointer)
{
    if (!pointer)
        exit(2);
    return pointer;
}

/* ---- what the file says ---- */

static const int64_t sizes[] = {
    -1, 0, 1, 2, 3, 65536, INT32_MAX, (int64_t)INT32_MAX + 1, INT64_C(1) << 40, INT64_C(1) << 62, INT64_MAX, INT64_MIN};

static int64_t odd_size(void)
{
    return sizes[thrown(sizeof sizes / sizeof *sizes)];
}

static void change_sizes(Onnx__GraphProto *graph)
{
    if (graph->n_initializer && thrown(2)) {
        Onnx__TensorProto *tensor = graph->initializer[thrown(graph->n_initializer)];
        if (tensor->n_dims)
            tensor->dims[thrown(tensor->n_dims)] = odd_size();
        return;
    }
    Onnx__TypeProto *type = graph->n_input ? graph->input[thrown(graph->n_input)]->type : NULL;
    if (!type || type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE || !type->tensor_type->shape)
        return;
    Onnx__TensorShapeProto *shape = type->tensor_type->shape;
    if (!shape->n_dim)
        return;
    Onnx__TensorShapeProto__Dimension *dim = shape->dim[thrown(shape->n_dim)];
    dim->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
    dim->dim_value = odd_size();
}

/* The place of some input or output of a node. */
static char **some_name(Onnx__NodeProto *node, int output)
{
    const size_t count = output ? node->n_output : node->n_input;
    return count ? &(output ? node->output : node->input)[thrown(count)] : NULL;
}

static void exchange(char **a, char **b)
{
    if (!a || !b)
        return;
    char *kept = *a;
    *a = *b;
    *b = kept;
}

static Onnx__NodeProto *some_node(Onnx__GraphProto *graph)
{
    return graph->node[thrown(graph->n_node)];
}

static void change_types(Onnx__GraphProto *graph)
{
    static const int types[] = {
        ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT,    ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS,
        ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT,  ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS,
        ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR,
        ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__GRAPH};
    for (int tries = 0; tries < 20; tries++) {
        Onnx__NodeProto *node = some_node(graph);
        if (!node->n_attribute)
            continue;
        Onnx__AttributeProto *attribute = node->attribute[thrown(node->n_attribute)];
        attribute->has_type = 1;
        attribute->type = types[thrown(sizeof types / sizeof *types)];
        return;
    }
}

static void move_weights(Onnx__GraphProto *graph)
{
    static const char *const places[] = {"../../../etc/passwd", "/etc/passwd", "none.bin", "."};
    static char location[] = "location", offset[] = "offset", far[] = "9223372036854775807";
    static Onnx__StringStringEntryProto entries[2], *both[2] = {&entries[0], &entries[1]};
    if (!graph->n_initializer)
        return;
    Onnx__TensorProto *tensor = graph->initializer[thrown(graph->n_initializer)];
    onnx__string_string_entry_proto__init(&entries[0]);
    onnx__string_string_entry_proto__init(&entries[1]);
    entries[0].key = location;
    entries[0].value = checked(strdup(places[thrown(sizeof places / sizeof *places)]));
    entries[1].key = offset;
    entries[1].value = far;
    tensor->has_data_location = 1;
    tensor->data_location = ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
    tensor->has_raw_data = 0;
    tensor->external_data = both;
    tensor->n_external_data = 1 + thrown(2);
}

static void change(Onnx__ModelProto *model, const char *kind)
{
    static char nobody[] = "nobody makes this";
    Onnx__GraphProto *graph = model->graph;
    if (strcmp(kind, "sizes") == 0)
        change_sizes(graph);
    else if (strcmp(kind, "values") == 0)
        exchange(some_name(some_node(graph), 0), some_name(some_node(graph), 1));
    else if (strcmp(kind, "missing") == 0) {
        char **name = some_name(some_node(graph), (int)thrown(2));
        if (name)
            *name = nobody;
    } else if (strcmp(kind, "twice") == 0) {
        char **name = some_name(some_node(graph), 1), **other = some_name(some_node(graph), 1);
        if (name && other)
            *name = *other;
    } else if (strcmp(kind, "weights") == 0 && graph->n_initializer)
        graph->initializer[thrown(graph->n_initializer)] = graph->initializer[--graph->n_initializer];
    else if (strcmp(kind, "types") == 0)
        change_types(graph);
    else if (strcmp(kind, "external") == 0)
        move_weights(graph);
    else if (strcmp(kind, "opset") == 0 && model->n_opset_import)
        model->opset_import[0]->version = thrown(2) ? (int64_t)thrown(30) : odd_size();
}

/* ---- files ---- */

static uint8_t *read_all(const char *path, size_t *count)
{
    FILE *file = checked(fopen(path, "rb"));
    fseek(file, 0, SEEK_END);
    *count = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = checked(malloc(*count + 1));
    if (fread(bytes, 1, *count, file) != *count)
        exit(2);
    fclose(file);
    return bytes;
}

static void damage(const char *kind, uint8_t *bytes, size_t *count)
{
    if (strcmp(kind, "cut") == 0)
        *count = thrown(*count);
    for (int i = 0; strcmp(kind, "flip") == 0 && i < 8; i++)
        bytes[thrown(*count)] ^= (uint8_t)(1 << thrown(8));
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    size_t count;
    state = strtoull(argv[2], NULL, 10);
    uint8_t *bytes = read_all(argv[3], &count);
    Onnx__ModelProto *model = onnx__model_proto__unpack(NULL, count, bytes);
    if (!model || !model->graph || !model->graph->n_node)
        return 2;
    if (strcmp(argv[1], "cut") == 0 || strcmp(argv[1], "flip") == 0) {
        damage(argv[1], bytes, &count);
    } else {
        change(model, argv[1]);
        count = onnx__model_proto__get_packed_size(model);
        bytes = checked(malloc(count + 1));
        onnx__model_proto__pack(model, bytes);
    }
    FILE *file = checked(fopen(argv[4], "wb"));
    return fwrite(bytes, 1, count, file) == count && fclose(file) == 0 ? 0 : 1;
}
