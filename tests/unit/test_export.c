/* test_export.c - what layers become in ONNX, attribute by attribute, and that each operation's row says something. */
#include <criterion/criterion.h>

#include "onnx/export.h"
#include "onnx/rows.h"
#include "ops/op.h"
#include "tests/support/files.h"
#include "tests/support/model.h"
#include "tests/support/scratch.h"

/* ---- the table ---- */

Test(export, each_operation_has_a_row)
{
    for (int op = 0; op < OP_COUNT; op++) {
        const OnnxRow *row = onnx_row((OpId)op);
        const Op *ours = op_row((OpId)op);
        int said = (row->type != NULL) + (row->write != NULL) + (row->reason != NULL);
        cr_expect_eq(said, 1, "%s: %d of operator, nodes and reason", op_name((OpId)op), said);
        bool never = ours->family == FAMILY_SOURCE || ours->family == FAMILY_LANGUAGE ||
                     !(ours->build || op == OP_conv_connect || op == OP_pixels);
        cr_expect_eq(never, row->reason != NULL, "%s: nets that are exported %s it", op_name((OpId)op),
                     never ? "never have" : "may have");
    }
}

/* ---- layers ---- */

/* The file of a net, as text: a line a node, "Conv(x, a.weight) group=2 pads=[0, 1, 0, 1] -> y"; integer initializers
 * and numbers stand in place of their names. NULL: refused, with the message in scratch->said. */
static const Onnx__TensorProto *find_small(const Onnx__GraphProto *graph, const char *name)
{
    for (size_t i = 0; i < graph->n_initializer; i++) {
        const Onnx__TensorProto *tensor = graph->initializer[i];
        bool integers = tensor->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__INT64;
        if (strcmp(tensor->name, name) == 0)
            return integers || tensor->n_dims == 0 || strstr(name, ".scales") ? tensor : NULL;
    }
    return NULL;
}

static void put_input(Buf *out, const Onnx__GraphProto *graph, const char *name)
{
    const Onnx__TensorProto *tensor = find_small(graph, name);
    if (!tensor) {
        buf_puts(out, name);
        return;
    }
    bool integers = tensor->data_type == ONNX__TENSOR_PROTO__DATA_TYPE__INT64;
    size_t count = tensor->raw_data.len / (integers ? 8 : 4);
    for (size_t i = 0; i < count; i++) {
        int64_t integer;
        float number;
        if (integers)
            memcpy(&integer, tensor->raw_data.data + 8 * i, 8);
        else
            memcpy(&number, tensor->raw_data.data + 4 * i, 4);
        buf_printf(out, i ? " " : "");
        if (integers)
            buf_printf(out, "%lld", (long long)integer);
        else
            buf_printf(out, "%g", (double)number);
    }
}

static void put_attribute(Buf *out, const Onnx__AttributeProto *attribute)
{
    buf_printf(out, " %s=", attribute->name);
    if (attribute->type == ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT)
        buf_printf(out, "%lld", (long long)attribute->i);
    else if (attribute->type == ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT)
        buf_printf(out, "%g", (double)attribute->f);
    else if (attribute->type == ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING)
        buf_printf(out, "%.*s", (int)attribute->s.len, (const char *)attribute->s.data);
    for (size_t i = 0; i < attribute->n_ints; i++)
        buf_printf(out, i ? " %lld" : "%lld", (long long)attribute->ints[i]);
}

static const char *exported(Scratch *scratch, const char *inputs, const char *body)
{
    Diag diag;
    const char *text = arena_printf(scratch->arena, "net n(%s) { %s }\n", inputs, body);
    Graph *net = model_read(scratch->arena, &diag, "n.fov", text, "random:1");
    cr_assert(net, "%s", text);
    diag.capture = &scratch->said;
    OnnxOptions options = {.model_path = "n.fov", .parameters = "a=1", .version = "1"};
    if (!onnx_export(&diag, net, &options, scratch->path))
        return NULL;
    size_t length;
    const char *bytes = text_read(scratch->arena, scratch->path, &length);
    Onnx__ModelProto *model = onnx__model_proto__unpack(NULL, length, (const uint8_t *)bytes);
    cr_assert(model);
    cr_expect_str_eq(model->doc_string, "n.fov with a=1");
    Buf out = {0};
    for (size_t i = 0; i < model->graph->n_node; i++) {
        const Onnx__NodeProto *node = model->graph->node[i];
        buf_printf(&out, "%s(", node->op_type);
        for (size_t k = 0; k < node->n_input; k++) {
            buf_puts(&out, k ? ", " : "");
            put_input(&out, model->graph, node->input[k]);
        }
        buf_puts(&out, ")");
        for (size_t k = 0; k < node->n_attribute; k++)
            put_attribute(&out, node->attribute[k]);
        buf_printf(&out, " -> %s\n", node->output[0]);
    }
    for (size_t i = 0; i < model->n_metadata_props; i++)
        buf_printf(&out, "%s: %s\n", model->metadata_props[i]->key, model->metadata_props[i]->value);
    const char *result = arena_strdup(scratch->arena, buf_text(&out));
    buf_free(&out);
    onnx__model_proto__free_unpacked(model, NULL);
    return result;
}

static const struct LayerCase {
    const char *inputs, *body, *wanted;
} layer_cases[] = {
    {"x: f32[4, 9, 9]", "return y = x -> a: conv(6, 3x5, stride=2x1, pad=[1, 2, 3, 4], dilation=1x2, groups=2);",
     "Conv(x, a.weight, a.bias) kernel_shape=3 5 strides=2 1 pads=1 2 3 4 dilations=1 2 group=2 -> y\n"},
    {"x: f32[4, 5, 5]",
     "return y = x -> a: conv_transpose(6, 3x3, stride=2, pad=1, output_pad=1, groups=2, bias=false);",
     "ConvTranspose(x, a.weight) kernel_shape=3 3 strides=2 2 pads=1 1 1 1 dilations=1 1 group=2 output_padding=1 1 -> "
     "y\n"},
    {"x: f32[3, 8, 8]", "return y = x -> a: lrn(5, alpha=0.001, beta=0.5, k=3);",
     "LRN(x) size=5 alpha=0.005 beta=0.5 bias=3 -> y\n"},
    {"x: f32[3, 8, 8]", "return y = x -> lrn(5, form=caffe);", "LRN(x) size=5 alpha=0.0001 beta=0.75 bias=1 -> y\n"},
    {"x: f32[3, 8, 8]", "return y = x -> maxpool(3x3, stride=2, ceil=true);",
     "MaxPool(x) kernel_shape=3 3 strides=2 2 pads=0 0 0 0 ceil_mode=1 dilations=1 1 -> y\n"},
    /* rounding up adds nothing here, or a window that no framework has */
    {"x: f32[3, 9, 9]", "return y = x -> maxpool(3x3, stride=2, ceil=true);",
     "MaxPool(x) kernel_shape=3 3 strides=2 2 pads=0 0 0 0 ceil_mode=0 dilations=1 1 -> y\n"},
    {"x: f32[3, 4, 4]", "return y = x -> maxpool(2x2, stride=3, pad=1, ceil=true);",
     "MaxPool(x) kernel_shape=2 2 strides=3 3 pads=1 1 1 1 ceil_mode=0 dilations=1 1 -> y\n"},
    {"x: f32[3, 8, 8]", "return y = x -> avgpool(3x3, stride=1, pad=1);",
     "AveragePool(x) kernel_shape=3 3 strides=1 1 pads=1 1 1 1 ceil_mode=0 count_include_pad=1 -> y\n"},
    {"x: f32[3, 8, 8]", "return y = x -> avgpool(3x3, stride=1, pad=1, count_pad=false);",
     "AveragePool(x) kernel_shape=3 3 strides=1 1 pads=1 1 1 1 ceil_mode=0 count_include_pad=0 -> y\n"},
    {"x: f32[3, 8, 8]", "return y = x -> p: avgpool(3x3, stride=2, pad=1, ceil=true);",
     "Pad(x, 0 0 1 1 0 0 1 1) -> p.padded\n"
     "AveragePool(p.padded) kernel_shape=3 3 strides=2 2 pads=0 0 0 0 ceil_mode=1 count_include_pad=0 -> y\n"},
    {"x: f32[3, 8, 7]", "return y = x -> avgpool(global);", "GlobalAveragePool(x) -> y\n"},
    {"x: f32[3, 8, 7]", "return y = x -> maxpool(global);", "GlobalMaxPool(x) -> y\n"},
    {"x: f32[12]", "return y = x -> a: fc(5);", "Gemm(x, a.weight, a.bias) transB=1 -> y\n"},
    {"x: f32[3, 4, 4]", "return y = x -> a: batchnorm(eps=0.25);",
     "BatchNormalization(x, a.weight, a.bias, a.running_mean, a.running_var) epsilon=0.25 -> y\n"},
    {"x: f32[3, 4, 4]", "return y = x -> a: prelu -> a_2: relu -> b: leaky_relu(slope=0.5);",
     "PRelu(x, a.weight) -> a\nRelu(a) -> a_2\nLeakyRelu(a_2) alpha=0.5 -> y\n"},
    {"x: f32[3, 4, 4]", "return y = x -> softmax -> softmax(axis=2);",
     "Softmax(x) axis=1 -> softmax\nSoftmax(softmax) axis=3 -> y\n"},
    {"x: f32[3, 4, 4]", "return y = x -> hard_sigmoid -> relu6 -> clamp(-1, 2);",
     "HardSigmoid(x) alpha=0.166667 beta=0.5 -> hard_sigmoid\nClip(hard_sigmoid, 0, 6) -> relu6\nClip(relu6, -1, 2) -> "
     "y\n"},
    {"x: f32[3, 4, 4]", "return y = x -> resize(8x12);",
     "Resize(x, , 1 1 2 3) coordinate_transformation_mode=half_pixel mode=nearest nearest_mode=round_prefer_ceil -> "
     "y\n"},
    {"x: f32[3, 4, 4]", "return y = x -> resize(5x6, mode=nearest, align=asymmetric);",
     "Resize(x, , , 1 3 5 6) coordinate_transformation_mode=asymmetric mode=nearest nearest_mode=floor -> y\n"},
    {"x: f32[3, 4, 4]", "return y = x -> resample(1, size=6, mode=cubic, exclude_outside=true);",
     "Resize(x, , , 1 3 6 4) coordinate_transformation_mode=half_pixel mode=cubic cubic_coeff_a=-0.75 "
     "exclude_outside=1 "
     "-> y\n"},
    {"x: f32[3, 4, 4]", "return y = x -> resample(2, scale=0.6, mode=nearest, align=corners);",
     "Resize(x, , 1 1 1 0.6) coordinate_transformation_mode=align_corners mode=nearest nearest_mode=round_prefer_ceil "
     "-> y\n"},
    {"x: f32[4, 4]", "return y = x -> resample(0, size=3, align=crop, crop=[0.5, 1.5], outside=2);",
     "Resize(x, resample.roi, , 1 3 4) coordinate_transformation_mode=tf_crop_and_resize mode=linear "
     "extrapolation_value=2 -> y\n"},
    {"x: f32[3, 4, 5]", "return y = x -> slice([1, 3], [3, 1], step=[1, -1], axis=[0, 2]);",
     "Slice(x, 1 3, 3 1, 1 3, 1 -1) -> y\n"},
    {"x: f32[3, 4, 5]", "return y = x -> slice(3, -5, step=-3, axis=1);", "Slice(x, 3, -5, 2, -3) -> y\n"},
    {"x: f32[4, 4, 5]", "return y = concat(split(x, [1, 3])) -> flatten;",
     "Slice(x, 0, 1, 1, 1) -> slice\nSlice(x, 1, 4, 1, 1) -> slice_2\nConcat(slice, slice_2) axis=1 -> concat\n"
     "Flatten(concat) axis=1 -> y\n"},
    {"x: u8[3, 4, 4]", "return y = x -> normalize(mean=0.5, std=0.25);",
     "Cast(x) to=1 -> pixels.cast\nDiv(pixels.cast, 255) -> pixels\nSub(pixels, constant) -> normalize.difference\n"
     "Div(normalize.difference, constant_2) -> y\n"},
    /* names: outputs that no layer makes, one value that goes out twice, labels of elements */
    {"x: f32[3]", "output one = x; z = x -> relu; output two = z; return y = z;",
     "Relu(x) -> y\nIdentity(x) -> one\nIdentity(y) -> two\n"},
};

Test(export, layers_become_operators)
{
    for (size_t i = 0; i < COUNT_OF(layer_cases); i++) {
        const struct LayerCase *c = &layer_cases[i];
        Scratch scratch;
        scratch_begin(&scratch, "n.onnx");
        const char *text = exported(&scratch, c->inputs, c->body);
        cr_assert(text, "%s: %s", c->body, buf_text(&scratch.said));
        cr_expect_str_eq(text, c->wanted, "%s", text_difference(scratch.arena, c->wanted, text));
        scratch_end(&scratch);
    }
}

Test(export, what_onnx_lacks_is_refused)
{
    Scratch scratch;
    scratch_begin(&scratch, "n.onnx");
    const char *body = "return y = x -> avgpool(2x2, stride=1, dilation=2);";
    cr_assert_null(exported(&scratch, "x: f32[3, 8, 8]", body));
    cr_expect_str_eq(buf_text(&scratch.said),
                     "n.fov:1:42: error: ONNX has no dilation in average pools (opset 13)\n"
                     "    1 | net n(x: f32[3, 8, 8]) { return y = x -> avgpool(2x2, stride=1, dilation=2); }\n"
                     "      |                                          ^~~~~~~\n"
                     "hint: a conv with groups=channels and weights 1 / (height * width) computes the same\n");
    Arena *arena = scratch.arena;
    cr_expect_null(text_read(arena, scratch.path, NULL), "a file is left");
    scratch_end(&scratch);
}

Test(export, labels_go_with_the_file)
{
    Scratch scratch;
    Diag diag;
    scratch_begin(&scratch, "n.onnx");
    Graph *net = model_read(scratch.arena, &diag, "examples/lenet5/lenet5.fov", NULL, "random:1");
    cr_assert(net && net->outputs.at[0].label_count == 10);
    OnnxOptions options = {.model_path = "examples/lenet5/lenet5.fov", .version = "1"};
    cr_assert(onnx_export(&diag, net, &options, scratch.path));
    size_t length;
    const char *bytes = text_read(scratch.arena, scratch.path, &length);
    Onnx__ModelProto *model = onnx__model_proto__unpack(NULL, length, (const uint8_t *)bytes);
    cr_assert(model && model->n_metadata_props == 1);
    const char *key = arena_printf(scratch.arena, "labels.%s", net->outputs.at[0].name);
    cr_expect_str_eq(model->metadata_props[0]->key, key);
    const char *first = net->outputs.at[0].labels[0], *text = model->metadata_props[0]->value;
    cr_expect(strncmp(text, first, strlen(first)) == 0 && text[strlen(first)] == '\n', "%s", text);
    onnx__model_proto__free_unpacked(model, NULL);
    scratch_end(&scratch);
}
