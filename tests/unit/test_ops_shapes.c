/* test_ops_shapes.c - shapes of whole nets, and what is said about shapes that do not fit. */
#include <criterion/criterion.h>

#include "ops/concat.h"
#include "ops/lrn.h"
#include "ops/pool.h"
#include "ops/softmax.h"
#include "ops/view.h"
#include "tests/unit/graphs.h"

static NodeId conv(Case *c, NodeId x, int64_t out, int64_t size, int64_t stride, int64_t pad, int64_t groups)
{
    int64_t channels = case_node(c, x)->type.shape.dim[1];
    ConvAttrs attrs = {{stride, stride}, {pad, pad, pad, pad}, {1, 1}, groups};
    char path[32];
    snprintf(path, sizeof path, "w%u", c->graph->nodes.count);
    NodeId w = case_weight(c, path, SHAPE(out, channels / groups, size, size));
    return case_add(c, OP_conv, (NodeId[]){x, w}, 2, &attrs);
}

static NodeId maxpool(Case *c, NodeId x, int64_t size, int64_t stride, bool ceil)
{
    PoolAttrs attrs = {.size = {size, size}, .stride = {stride, stride}, .dilation = {1, 1}, .ceil = ceil};
    return case_unary(c, OP_maxpool, x, &attrs);
}

static void expect_shape(const Case *c, NodeId node, const char *text)
{
    cr_expect_str_eq(shape_text(c->arena, &case_node(c, node)->type.shape), text);
}

static NodeId alexnet(Case *c, int64_t input, const char *const *chain)
{
    NodeId x = conv(c, case_input(c, SHAPE(1, 3, input, input)), 96, 11, 4, 0, 1);
    expect_shape(c, x, chain[0]);
    x = conv(c, maxpool(c, x, 3, 2, false), 256, 5, 1, 2, 2);
    expect_shape(c, x, chain[1]);
    x = conv(c, maxpool(c, x, 3, 2, false), 384, 3, 1, 1, 1);
    expect_shape(c, x, chain[2]);
    x = maxpool(c, conv(c, conv(c, x, 384, 3, 1, 1, 2), 256, 3, 1, 1, 2), 3, 2, false);
    expect_shape(c, x, chain[3]);
    x = case_unary(c, OP_flatten, x, NULL);
    expect_shape(c, x, chain[4]);
    return x;
}

Test(shapes, alexnet_needs_227)
{
    static const char *const good[] = {"96x55x55", "256x27x27", "384x13x13", "256x6x6", "9216"};
    static const char *const small[] = {"96x54x54", "256x26x26", "384x12x12", "256x5x5", "6400"};
    Case c = case_new();
    NodeId features = alexnet(&c, 227, good);
    NodeId fc6 = case_add(&c, OP_fc, (NodeId[]){features, case_weight(&c, "fc6.weight", SHAPE(4096, 9216))}, 2, NULL);
    cr_expect_eq(op_fc.macs(c.graph, case_node(&c, fc6)), 37748736);
    int64_t macs = 0;
    for (uint32_t i = 0; i < c.graph->nodes.count; i++) {
        const Node *node = &c.graph->nodes.at[i];
        macs += op_row(node->op)->macs ? op_row(node->op)->macs(c.graph, node) : 0;
    }
    cr_expect_eq(macs, 105415200 + 223948800 + 149520384 + 112140288 + 74760192 + 37748736);
    case_free(&c);
    c = case_new();
    alexnet(&c, 224, small);
    case_free(&c);
}

Test(shapes, googlenet_pools_round_up)
{
    static const int64_t up[] = {56, 28, 14, 7}, down[] = {55, 27, 13, 6};
    for (int ceil = 0; ceil < 2; ceil++) {
        Case c = case_new();
        NodeId x = case_input(&c, SHAPE(1, 1, 112, 112));
        for (int i = 0; i < 4; i++) {
            x = maxpool(&c, x, 3, 2, ceil);
            cr_expect_eq(case_node(&c, x)->type.shape.dim[3], ceil ? up[i] : down[i]);
        }
        case_free(&c);
    }
}

/* ---- what is said ---- */

static void expect_error(Case *c, OpId op, const NodeId *inputs, uint32_t count, const void *attrs, const char *message)
{
    buf_clear(c->messages);
    uint32_t nodes = c->graph->nodes.count, edges = c->graph->edges.count;
    NodeId id = graph_add(c->graph, c->diag, op, inputs, count, attrs, "", NOWHERE);
    cr_expect(node_is_none(id), "no error: %s", message);
    cr_expect(c->graph->nodes.count == nodes && c->graph->edges.count == edges, "%s: a trace is left", message);
    cr_expect(strstr(buf_text(c->messages), message), "wanted \"%s\", got \"%s\"", message, buf_text(c->messages));
    c->diag->errors = 0;
}

Test(shapes, windows_and_vectors)
{
    Case c = case_new();
    NodeId x = case_input(&c, SHAPE(1, 16, 5, 5)), v = case_input(&c, SHAPE(1, 120));
    NodeId w = case_weight(&c, "w", SHAPE(10, 400)), k = case_weight(&c, "k", SHAPE(8, 3, 3, 3));
    NodeId wide = case_weight(&c, "wide", SHAPE(8, 16, 7, 7)), seven = case_weight(&c, "seven", SHAPE(7));
    expect_error(&c, OP_fc, (NodeId[]){x, w}, 2, NULL, "fc takes a vector, this is 16x5x5\nhint: -> flatten");
    expect_error(&c, OP_fc, (NodeId[]){v, w}, 2, NULL, "fc: weight 10x400 does not fit 120 inputs");
    ConvAttrs a = case_conv_attrs();
    expect_error(&c, OP_conv, (NodeId[]){v, k}, 2, &a, "conv takes channels x height x width, this is 120");
    expect_error(&c, OP_conv, (NodeId[]){x, k}, 2, &a, "kernel is for 3 channels, the input has 16");
    expect_error(&c, OP_conv, (NodeId[]){x, wide}, 2, &a, "window 7x7 is larger than its input 5x5");
    expect_error(&c, OP_conv, (NodeId[]){x, wide, seven}, 3, &a, "bias is 7 for 8 output channels");
    a.pad[HALO_LEFT] = 1;
    expect_error(&c, OP_conv, (NodeId[]){x, wide}, 2, &a, "window 7x7 is larger than its padded input 5x6");
    a.dilation[0] = 2;
    expect_error(&c, OP_conv, (NodeId[]){x, wide}, 2, &a, "window 7x7 (13x7 with its dilation) is larger");
    a = case_conv_attrs();
    a.groups = 3;
    expect_error(&c, OP_conv, (NodeId[]){x, wide}, 2, &a, "groups=3 does not divide 16 input channels");
    a.groups = 0;
    expect_error(&c, OP_conv, (NodeId[]){x, wide}, 2, &a, "groups must be at least 1, this is 0");
    a.groups = 1;
    a.stride[0] = 0;
    expect_error(&c, OP_conv, (NodeId[]){x, wide}, 2, &a, "stride must be at least 1, this is 0");
    a.stride[0] = 1;
    a.pad[0] = INT64_MAX;
    expect_error(&c, OP_conv, (NodeId[]){x, wide}, 2, &a, "pad may be at most 1048576");
    PoolAttrs p = {.size = {2, 2}, .stride = {2, 2}, .pad = {2, 0, 0, 0}, .dilation = {1, 1}};
    expect_error(&c, OP_maxpool, &x, 1, &p, "a window of maxpool lies wholly in the padding");
    expect_error(&c, OP_channel_max, &x, 1, &(int64_t){3}, "group=3 does not divide 16 channels");
    expect_error(&c, OP_softmax, &v, 1, &(SoftmaxAttrs){.axis = 2}, "softmax along axis 1, but 120 has axis 0 alone");
    expect_error(&c, OP_lrn, &x, 1, &(LrnAttrs){.size = 0}, "lrn's size must be 1");
    ReshapeAttrs shape = {.rank = 2, .dims = {1, 401}};
    expect_error(&c, OP_reshape, &x, 1, &shape, "reshape: 400 values into 1x401");
    case_free(&c);
}

Test(shapes, tensors_with_tensors)
{
    Case c = case_new();
    NodeId a = case_input(&c, SHAPE(1, 64, 56, 56)), b = case_input(&c, SHAPE(1, 256, 56, 56));
    NodeId v = case_input(&c, SHAPE(1, 56)), bytes;
    expect_error(&c, OP_add, (NodeId[]){a, b}, 2, NULL, "'+' needs equal shapes: 64x56x56 and 256x56x56");
    expect_error(&c, OP_max, (NodeId[]){a, v}, 2, NULL, "'max' needs equal shapes: 64x56x56 and 56");
    Type type = {.dtype = DT_U8, .shape = SHAPE(1, 64, 56, 56)};
    bytes = graph_add_input(c.graph, "bytes", type, (Picture){0}, NOWHERE);
    expect_error(&c, OP_relu, &bytes, 1, NULL, "relu takes f32 values, this is u8");
    expect_error(&c, OP_pixels, &a, 1, NULL, "pixels takes u8 values, this is f32");
    NodeId up = maxpool(&c, case_input(&c, SHAPE(1, 8, 55, 55)), 2, 2, true),
           down = maxpool(&c, graph_input(c.graph, case_node(&c, up), 0), 2, 2, false);
    ConcatAttrs channels = {.axis = 1};
    expect_error(&c, OP_concat, (NodeId[]){up, down}, 2, &channels,
                 "concat: height 28 and 27 differ; a pool rounds down there\nhint: ceil=true");
    expect_error(&c, OP_concat, (NodeId[]){a, up}, 2, &channels, "concat: height 56 and 28 differ\n");
    expect_error(&c, OP_concat, (NodeId[]){a, v}, 2, &channels, "concat: 64x56x56 and 56 have not as many axes");
    channels.axis = 4;
    expect_error(&c, OP_concat, (NodeId[]){a, b}, 2, &channels, "concat along axis 3, but 64x56x56 has axes 0 to 2");
    NodeId huge = case_input(&c, SHAPE(1, 1 << 20, 1)), tall = case_input(&c, SHAPE(1, 1, 1 << 21));
    expect_error(&c, OP_mul, (NodeId[]){huge, tall}, 2, NULL, "more than Fovea handles");
    case_free(&c);
}

Test(shapes, weights_are_shared_by_path)
{
    Case c = case_new();
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 1000; i++) {
            char path[32];
            snprintf(path, sizeof path, "layer%u.weight", i);
            cr_assert_eq(case_weight(&c, path, SHAPE(3, 2)).index, i);
        }
    Constant other = {.kind = CONSTANT_LOADED, .path = "layer7.weight", .shape = SHAPE(2, 3)};
    cr_expect(node_is_none(graph_weight(c.graph, c.diag, &other)));
    cr_expect(strstr(buf_text(c.messages), "'layer7.weight' is 2x3 here and 3x2 where it was first used"));
    case_free(&c);
}
