/* export.c - every case as an ONNX file, which is decoded again: names that are there once, values made before they are
 * read, shapes and numbers as in the graph.
 *
 * With FOVEA_ONNX_CASES=FOLDER in the environment the files stay there, each with inputs and with what the evaluator
 * makes of them, for a reader of ONNX to be compared with (tests/plain/support/read_onnx.py).
 */
#include <criterion/criterion.h>

#include <math.h>

#include "onnx/export.h"
#include "onnx/rows.h"
#include "support/names.h"
#include "tests/ops/cases.h"
#include "tests/support/files.h"
#include "tests/support/scratch.h"

typedef struct Decoded {
    const Graph *net;
    const Onnx__GraphProto *graph;
    NameSet values;
    const char *name; /* of the case, for messages */
} Decoded;

/* ---- structure ---- */

static void check_new(Decoded *decoded, const char *name)
{
    cr_expect(name[0] && !name_is_taken(&decoded->values, name), "%s: '%s' is there twice", decoded->name, name);
    name_take(&decoded->values, name);
}

static void check_type(const Decoded *decoded, const Onnx__ValueInfoProto *info, const Type *type)
{
    const Onnx__TypeProto__Tensor *tensor = info->type->tensor_type;
    int wanted = type->dtype == DT_U8 ? ONNX__TENSOR_PROTO__DATA_TYPE__UINT8 : ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    cr_expect_eq(tensor->elem_type, wanted, "%s: type of '%s'", decoded->name, info->name);
    cr_assert_eq((int)tensor->shape->n_dim, type->shape.rank, "%s: rank of '%s'", decoded->name, info->name);
    for (int i = 0; i < type->shape.rank; i++)
        cr_expect_eq(tensor->shape->dim[i]->dim_value, type->shape.dim[i], "%s: axis %d of '%s'", decoded->name, i,
                     info->name);
}

static void check_initializer(Decoded *decoded, const Onnx__TensorProto *tensor)
{
    check_new(decoded, tensor->name);
    size_t count = 1, bytes = tensor->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__INT64 ? 8 : 4;
    for (size_t i = 0; i < tensor->n_dims; i++)
        count *= (size_t)tensor->dims[i];
    cr_expect_eq(tensor->raw_data.len, count * bytes, "%s: bytes of '%s'", decoded->name, tensor->name);
    for (uint32_t i = 0; i < decoded->net->constants.count; i++) {
        const Constant *constant = &decoded->net->constants.at[i];
        if (strcmp(constant->path, tensor->name) == 0 && (size_t)shape_count(&constant->shape) == count)
            cr_expect_eq(memcmp(constant->data, tensor->raw_data.data, count * bytes), 0, "%s: numbers of '%s'",
                         decoded->name, tensor->name);
    }
}

static void check_node(Decoded *decoded, const Onnx__NodeProto *node)
{
    for (size_t i = 0; i < node->n_input; i++)
        cr_expect(!node->input[i][0] || name_is_taken(&decoded->values, node->input[i]),
                  "%s: %s '%s' reads '%s' before it is there", decoded->name, node->op_type, node->name,
                  node->input[i]);
    for (size_t i = 0; i < node->n_output; i++)
        check_new(decoded, node->output[i]);
    cr_expect(node->doc_string && strncmp(node->doc_string, "case.fov:1:", 11) == 0, "%s: where '%s' stands is '%s'",
              decoded->name, node->name, node->doc_string ? node->doc_string : "");
}

static void check_graph(Decoded *decoded)
{
    const Onnx__GraphProto *graph = decoded->graph;
    const Graph *net = decoded->net;
    cr_assert_eq(graph->n_input, net->inputs.count);
    cr_assert_eq(graph->n_output, net->outputs.count);
    for (uint32_t i = 0; i < net->inputs.count; i++) {
        check_new(decoded, graph->input[i]->name);
        cr_expect_str_eq(graph->input[i]->name, net->inputs.at[i].name);
        check_type(decoded, graph->input[i], &graph_node(net, net->inputs.at[i].node)->type);
    }
    for (size_t i = 0; i < graph->n_initializer; i++)
        check_initializer(decoded, graph->initializer[i]);
    NameSet nodes = {.arena = net->arena};
    for (size_t i = 0; i < graph->n_node; i++) {
        check_node(decoded, graph->node[i]);
        cr_expect_not(name_is_taken(&nodes, graph->node[i]->name), "%s: two nodes '%s'", decoded->name,
                      graph->node[i]->name);
        name_take(&nodes, graph->node[i]->name);
    }
    for (uint32_t i = 0; i < net->outputs.count; i++) {
        cr_expect(name_is_taken(&decoded->values, graph->output[i]->name), "%s: nothing makes '%s'", decoded->name,
                  graph->output[i]->name);
        check_type(decoded, graph->output[i], &graph_node(net, net->outputs.at[i].node)->type);
    }
    for (size_t i = 0; i < graph->n_value_info; i++)
        cr_expect(name_is_taken(&decoded->values, graph->value_info[i]->name), "%s: the type of '%s', which is nowhere",
                  decoded->name, graph->value_info[i]->name);
}

/* ---- what others are compared with ---- */

static void put_bytes(Buf *buf, const Tensor *tensor, bool bytes)
{
    for (int64_t i = 0; i < shape_count(&tensor->shape); i++) {
        float value = (float)tensor->at[i];
        unsigned char byte = (unsigned char)tensor->at[i];
        buf_bytes(buf, bytes ? (const void *)&byte : (const void *)&value, bytes ? 1 : sizeof value);
    }
}

/* NaN in any layer: readers of ONNX may pass it on, or not. */
static void find_nan(void *context, NodeId node, const Tensor *value)
{
    (void)node;
    bool *found = context;
    for (int64_t i = 0; i < shape_count(&value->shape); i++)
        *found |= isnan(value->at[i]);
}

static void keep_case(const char *folder, const Graph *net, const char *onnx, size_t length, uint32_t number)
{
    Arena *arena = net->arena;
    Tensor *inputs = inputs_random(net, NUMBERS_USUAL, 7), *outputs = NEW_ARRAY(arena, Tensor, net->outputs.count);
    bool vague = false;
    eval_graph(net, inputs, outputs, find_nan, &vague);
    Buf given = {0}, expected = {0};
    for (uint32_t i = 0; i < net->inputs.count; i++)
        put_bytes(&given, &inputs[i], graph_node(net, net->inputs.at[i].node)->type.dtype == DT_U8);
    for (uint32_t i = 0; i < net->outputs.count; i++)
        put_bytes(&expected, &outputs[i], false);
    if (!vague) {
        cr_assert(text_write(arena_printf(arena, "%s/%u.onnx", folder, number), onnx, length));
        cr_assert(text_write(arena_printf(arena, "%s/%u.inputs", folder, number), given.text, given.length));
        cr_assert(text_write(arena_printf(arena, "%s/%u.expected", folder, number), expected.text, expected.length));
    }
    buf_free(&given);
    buf_free(&expected);
    tensors_free(inputs, net->inputs.count);
    free(inputs);
    tensors_free(outputs, net->outputs.count);
}

/* ---- cases ---- */

/* What ONNX has nothing for is refused, at the layer, with nothing written. */
static bool is_refused(const OpCase *op_case)
{
    bool dilated = strstr(op_case->body, "avgpool") && strstr(op_case->body, "dilation");
    bool resampled = strstr(op_case->body, "resample") &&
                     (strstr(op_case->body, "antialias=true") || strstr(op_case->body, "align=half_pixel_"));
    return dilated || resampled || strstr(op_case->body, "weight=w, connect");
}

static bool export_case(Scratch *scratch, uint32_t number, bool seen[OP_COUNT])
{
    const OpCase *op_case = &op_cases[number];
    Diag diag;
    Graph *net = op_case_graph(scratch->arena, &diag, op_case);
    cr_assert(net, "%s { %s }", op_case->inputs, op_case->body);
    diag.capture = &scratch->said;
    for (uint32_t i = 0; i < net->nodes.count; i++)
        seen[net->nodes.at[i].op] = true;
    OnnxOptions options = {.model_path = "some/case.fov", .version = "1.2.3"};
    if (!onnx_export(&diag, net, &options, scratch->path)) {
        cr_expect(is_refused(op_case), "%s { %s } is not exported: %s", op_case->inputs, op_case->body,
                  buf_text(&scratch->said));
        cr_expect(strstr(buf_text(&scratch->said), "case.fov:1:"), "no place in '%s'", buf_text(&scratch->said));
        buf_clear(&scratch->said);
        return false;
    }
    size_t length;
    const char *bytes = text_read(scratch->arena, scratch->path, &length);
    Onnx__ModelProto *model = onnx__model_proto__unpack(NULL, length, (const uint8_t *)bytes);
    cr_assert(model, "%s { %s }: the file is not decoded", op_case->inputs, op_case->body);
    cr_expect_eq(model->ir_version, ONNX_IR_VERSION);
    cr_assert_eq(model->n_opset_import, 1);
    cr_expect_eq(model->opset_import[0]->version, ONNX_OPSET);
    cr_expect_str_eq(model->producer_name, "fovea");
    cr_expect_str_eq(model->producer_version, "1.2.3");
    cr_expect_str_eq(model->doc_string, "case.fov");
    Decoded decoded = {.net = net, .graph = model->graph, .values = {.arena = scratch->arena}, .name = op_case->body};
    check_graph(&decoded);
    const char *folder = getenv("FOVEA_ONNX_CASES");
    if (folder)
        keep_case(folder, net, bytes, length, number);
    onnx__model_proto__free_unpacked(model, NULL);
    return true;
}

Test(export, every_case_is_decoded_again)
{
    bool seen[OP_COUNT] = {false};
    uint32_t refused = 0;
    for (uint32_t i = 0; i < op_case_count; i++) {
        Scratch scratch;
        scratch_begin(&scratch, "case.onnx");
        refused += !export_case(&scratch, i, seen);
        scratch_end(&scratch);
    }
    cr_expect_gt(refused, 0, "no case is refused");
    for (int op = 0; op < OP_COUNT; op++)
        cr_expect(seen[op] || onnx_row((OpId)op)->reason, "no case exports '%s'", op_name((OpId)op));
}
