/* test_ops_build.c - from calls in the language to nodes: where weights come from, what padding words and ranks mean,
 * and what is said when a call does not fit. */
#include <criterion/criterion.h>

#include "elaborate/elaborate.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "tests/support/files.h"
#include "tests/unit/graphs.h"

/* The graph of a net with this body, and its text in `printed`. */
static Graph *build(Case *c, const char *inputs, const char *body, Buf *printed)
{
    const char *text = arena_printf(c->arena, "net case(%s) { %s }", inputs, body);
    ElaborateOptions options = {.batch = 1};
    uint32_t source = diag_add_source(c->diag, "case.fov", text, strlen(text));
    Graph *graph = elaborate_source(c->arena, c->diag, source, &options);
    if (graph) {
        const char *broken = graph_verify(graph);
        cr_expect_null(broken, "%s: %s", body, broken);
        graph_print(printed, graph);
    }
    return graph;
}

#define RGB   "x: f32[3, 9, 10]"
#define GRAY  "x: f32[1, 9, 10]"
#define PLAIN " pad=[0, 0, 0, 0] dilation=[1, 1] groups=1"

static const struct {
    const char *inputs, *body, *line;
} nodes[] = {
    {RGB, "return x -> a: conv(6, 5x5);", "const \"a.weight\" role=kernel fan_in=75 trainable : f32[6, 3, 5, 5]\n"},
    {RGB, "return x -> a: conv(6, 5x5);", "const \"a.bias\" role=bias trainable : f32[6]\n"},
    {RGB, "return x -> a: conv(6, 5x5);", "conv(%0, %1, %2) stride=[1, 1]" PLAIN " at \"a\" : f32[1, 6, 5, 6]\n"},
    {RGB, "return x -> a: conv(6, 5x5, bias=false);", "conv(%0, %1) stride=[1, 1]"},
    {RGB, "return x -> a: conv(2, 1, bias=[3, 4]);", "const literal [3, 4] : f32[2]\n"},
    {RGB, "return x -> a: conv(2, 1, bias=0.5);", "const fill 0.5 : f32[2]\n"},
    {RGB, "return x -> a: conv(2, 1, frozen=true);", "const \"a.weight\" role=kernel fan_in=3 : f32[2, 3, 1, 1]\n"},
    {RGB, "return x -> conv(2, 3x3, weight=0);", "const fill 0 : f32[2, 3, 3, 3]\n"},
    {RGB, "return x -> conv(2, 3x3, weight=0);", "conv(%0, %1) stride=[1, 1]"},
    {RGB, "return x -> a: conv(2, 3x3, weight=0, bias=true);", "const \"a.bias\" role=bias trainable : f32[2]\n"},
    {GRAY, "return x -> conv(weight=[[1, -1]]);", "const literal [1, -1] : f32[1, 1, 1, 2]\n"},
    {GRAY, "return x -> conv(weight=[[[1, -1]], [[2, 3]]]);", "const literal [1, -1, 2, 3] : f32[2, 1, 1, 2]\n"},
    {RGB, "return x -> conv(weight=[[1, -1]], groups=channels(x));",
     "const literal [1, -1, 1, -1, 1, -1] : f32[3, 1, 1, 2]\n"},
    {RGB, "return x -> conv(weight=[[1, -1]], groups=3);", "dilation=[1, 1] groups=3 : f32[1, 3, 9, 9]\n"},
    {GRAY, "k = constant([[1, 2], [3, 4]]); return x -> conv(weight=k);", "reshape(%1) dims=[1, 1, 2, 2]"},
    {RGB, "return x -> a: conv(1, 3x3, pad=same);",
     "pad=[1, 1, 1, 1] dilation=[1, 1] groups=1 at \"a\" : f32[1, 1, 9, 10]"},
    {RGB, "return x -> a: conv(1, 2x4, pad=same);",
     "pad=[0, 1, 1, 2] dilation=[1, 1] groups=1 at \"a\" : f32[1, 1, 9, 10]"},
    {RGB, "return x -> a: conv(1, 3, stride=2, pad=same);",
     "pad=[1, 0, 1, 1] dilation=[1, 1] groups=1 at \"a\" : f32[1, 1, 5, 5]"},
    {RGB, "return x -> a: conv(1, 3, dilation=2, pad=same);",
     "pad=[2, 2, 2, 2] dilation=[2, 2] groups=1 at \"a\" : f32[1, 1, 9, 10]"},
    {RGB, "return x -> a: conv(1, 1, stride=3, pad=same);", "stride=[3, 3]" PLAIN " at \"a\" : f32[1, 1, 3, 4]"},
    {RGB, "return x -> a: conv(1, 3, pad=valid);", "stride=[1, 1]" PLAIN " at \"a\" : f32[1, 1, 7, 8]"},
    {RGB, "return x -> a: conv(1, 3, pad=[1, 2]);", "pad=[1, 2, 1, 2]"},
    {RGB, "return x -> a: conv(1, 3, pad=[1, 2, 3, 4]);", "pad=[1, 2, 3, 4]"},
    {RGB, "return x -> a: conv(size=3, connect=[[0, 2], [1]]);",
     "const \"a.weight\" role=kernel fan_in=13 trainable : f32[3, 3, 3]\n"},
    {RGB, "return x -> a: conv(size=3, connect=[[0, 2], [1]]);", "const \"a.bias\" role=bias trainable : f32[2]\n"},
    {RGB, "return x -> a: conv(2, 3, pad=same, connect=[[0, 2], [1]]);",
     "stride=[1, 1] pad=[1, 1, 1, 1] dilation=[1, 1] connect=[[0, 2], [1]] at \"a\" : f32[1, 2, 9, 10]\n"},
    {RGB, "return x -> conv(connect=[[0, 2], [1]], weight=[[[1]], [[2]], [[3]]]);",
     "const literal [1, 2, 3] : f32[3, 1, 1]\n"},
    {RGB, "return x -> a: conv_transpose(6, 4x4, stride=2);",
     "const \"a.weight\" role=kernel fan_in=12 trainable : f32[3, 6, 4, 4]\n"},
    {RGB, "return x -> a: conv_transpose(6, 4x4, stride=2);",
     "stride=[2, 2] pad=[0, 0, 0, 0] output_pad=[0, 0] dilation=[1, 1] groups=1 at \"a\" : f32[1, 6, 20, 22]\n"},
    {RGB, "return x -> a: conv_transpose(6, 3, stride=2x3, pad=[1, 0], output_pad=[1, 2], groups=3);",
     "stride=[2, 3] pad=[1, 0, 1, 0] output_pad=[1, 2] dilation=[1, 1] groups=3 at \"a\" : f32[1, 6, 18, 32]\n"},
    {RGB, "return x -> a: conv_transpose(6, 3, groups=3);", "trainable : f32[3, 2, 3, 3]\n"},
    {RGB, "return x -> conv_transpose(weight=[[1, 2]], groups=channels(x));",
     "const literal [1, 2, 1, 2, 1, 2] : f32[3, 1, 1, 2]\n"},
    {GRAY, "return x -> conv_transpose(weight=[[[1, 2]], [[3, 4]]]);",
     "const literal [1, 2, 3, 4] : f32[1, 2, 1, 2]\n"},
    {"x: f32[4]", "return x -> a: fc(3);", "fc(%0, %1, %2) at \"a\" : f32[1, 3]\n"},
    {"x: f32[2]", "return x -> fc(weight=[[1, 2], [3, 4]]);", "const literal [1, 2, 3, 4] : f32[2, 2]\n"},
    {"x: f32[4]", "return x -> a: rbf(3);", "const \"a.weight\" trainable : f32[3, 4]\n"},
    {"x: f32[4]", "return x -> a: rbf(3);", "rbf(%0, %1) at \"a\" : f32[1, 3]\n"},
    {"x: f32[4]", "return x -> fc(weight=[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]);",
     "const literal [1, 2, 3, 4, 5, 6, 7, 8] : f32[2, 4]\n"},
    {"x: f32[2]", "return x -> rbf(weight=[[1, -1], [-1, 1], [1, 1]]);",
     "const literal [1, -1, -1, 1, 1, 1] : f32[3, 2]\n"},
    {RGB, "return x -> maxpool(2x2);",
     "size=[2, 2] stride=[2, 2] pad=[0, 0, 0, 0] dilation=[1, 1] ceil=false : f32[1, 3, 4, 5]"},
    {RGB, "return x -> maxpool(2x2, ceil=true);", "ceil=true : f32[1, 3, 5, 5]"},
    {RGB, "return x -> maxpool(3, stride=2, pad=same);",
     "pad=[1, 0, 1, 1] dilation=[1, 1] ceil=false : f32[1, 3, 5, 5]"},
    {RGB, "return x -> avgpool(global);",
     "avgpool(%0) size=[9, 10] stride=[1, 1] pad=[0, 0, 0, 0] dilation=[1, 1] ceil=false count_pad=true : f32[1, "
     "3, 1, 1]"},
    {RGB, "return x -> avgpool(3, count_pad=false);", "count_pad=false"},
    {RGB, "return x -> channel_max;", "channel_max(%0) group=3 : f32[1, 1, 9, 10]"},
    {RGB, "return x -> leaky_relu(0.2);", "leaky_relu(%0) slope=0.2"},
    {RGB, "return x -> softmax;", "softmax(%0) axis=1"},
    {RGB, "return x -> lrn(5);", "lrn(%0) size=5 alpha=0.0001 beta=0.75 k=2"},
    {RGB, "return x -> lrn(5, form=caffe);", "lrn(%0) size=5 alpha=2e-05 beta=0.75 k=1"},
    {RGB, "return x -> lrn(5, form=caffe, k=3);", "alpha=2e-05 beta=0.75 k=3"},
    {RGB, "return x -> b: batchnorm(0.001);", "batchnorm(%0, %1, %2, %3, %4) eps=0.001 at \"b\""},
    {RGB, "return x -> b: batchnorm;", "const \"b.weight\" role=bn_weight trainable : f32[3]\n"},
    {RGB, "return x -> b: batchnorm;", "const \"b.running_var\" role=bn_variance : f32[3]\n"},
    {RGB, "return x -> batchnorm(weight=1, bias=0, running_mean=[1, 2, 3], running_var=1);",
     "const literal [1, 2, 3] : f32[3]\n"},
    {RGB, "return x -> normalize(mean=[1, 2, 3], std=0.5);", "const fill 0.5 : f32[3]\n"},
    {RGB, "return concat(x, x);", "concat(%0, %0) axis=1 : f32[1, 6, 9, 10]"},
    {RGB, "return concat(x, x, x, axis=2);", "axis=3 : f32[1, 3, 9, 30]"},
    {RGB, "return x -> reduce_mean;", "reduce_mean(%0) axes=[2, 3] keep=true : f32[1, 3, 1, 1]"},
    {RGB, "return x -> reduce_sum([-1, 0], keep=false);", "reduce_sum(%0) axes=[1, 3] keep=false : f32[1, 9]"},
    {RGB, "return x -> reduce_max(1);", "reduce_max(%0) axes=[2] keep=true : f32[1, 3, 1, 10]"},
    {RGB, "return x -> reduce_min([2, 1, 0], keep=false);", "reduce_min(%0) axes=[1, 2, 3] keep=false : f32[1]"},
    {RGB, "return x -> argmax;", "argmax(%0) axes=[1] keep=false : f32[1, 9, 10]"},
    {RGB, "return x -> argmax(axis=-1, keep=true);", "argmax(%0) axes=[3] keep=true : f32[1, 3, 9, 1]"},
    {RGB, "return x -> resize(scale=2);",
     "resize(%0) size=[18, 20] scale=[0, 0] mode=nearest align=half_pixel round=half_up : f32[1, 3, 18, 20]"},
    {RGB, "return x -> resize(4x5, align=corners);",
     "size=[4, 5] scale=[0, 0] mode=nearest align=corners round=half_up"},
    {RGB, "return x -> resize(4, align=asymmetric);",
     "size=[4, 4] scale=[0, 0] mode=nearest align=asymmetric round=floor"},
    {RGB, "return x -> resize(scale=[0.5, 1.25], round=ceil);", "size=[4, 12] scale=[0.5, 1.25] mode=nearest"},
    {RGB, "return x -> resize(scale=[0.5, 1.25], round=half_down);", "align=half_pixel round=half_down"},
    {RGB, "return x -> resize(scale=0.3, mode=bilinear);", "size=[2, 3] scale=[0.3, 0] mode=bilinear"},
    {RGB, "return x * 2;", "mul(%0, %1) : f32[1, 3, 9, 10]"},
    {RGB ", y: f32[9, 1]", "return add(x, y);", "reshape(%1) dims=[1, 1, 9, 1] : f32[1, 1, 9, 1]"},
    {RGB ", y: f32[9, 1]", "return add(x, y);", "add(%0, %2) : f32[1, 3, 9, 10]"},
    {RGB, "return max(x, 0);", "max(%0, %1)"},
    {RGB, "return x -> slice(1, 3);", "slice(%0) begin=[0, 1, 0, 0] size=[1, 2, 9, 10] step=[1, 1, 1, 1]"},
    {RGB, "return x -> slice(-1, -10, step=-2, axis=2);", "begin=[0, 0, 0, 9] size=[1, 3, 9, 5] step=[1, 1, 1, -2]"},
    {RGB, "return x -> slice([0, 8], [2, 0], step=[1, -3]);", "begin=[0, 0, 8, 0] size=[1, 2, 3, 10]"},
    {RGB, "return x -> slice([0, 0], [8, 2], axis=[1, 2], step=3);", "size=[1, 3, 3, 1] step=[1, 1, 3, 1]"},
    {RGB, "a, b = split(x, 2, axis=2); return a * b;", "%2 = slice(%0) begin=[0, 0, 0, 5] size=[1, 3, 9, 5]"},
    {RGB, "a, b, c = x -> s: split([1, 1, 1]); return a * b + c;", "step=[1, 1, 1, 1] at \"s.1\" : f32[1, 1, 9, 10]"},
    {RGB, "p = x -> s: split([1, 2]); q = -x -> @s; return concat(p + q);", "at \"s.1\""},
    {RGB, "return split(x, 1)[0];", "slice(%0) begin=[0, 0, 0, 0] size=[1, 3, 9, 10]"},
    {RGB, "return x -> pad([1, 2], value=0.1);", "amount=[1, 2, 1, 2] channels=[0, 0] mode=constant value=0.1"},
    {RGB, "return x -> pad(1, reflect, channels=[1, 2]);", "amount=[1, 1, 1, 1] channels=[1, 2] mode=reflect"},
    {"x: f32[4]", "return x -> pad(channels=[0, 3]);", "f32[1, 7]"},
    {RGB, "return x -> transpose([2, 0, 1]);", "transpose(%0) order=[0, 3, 1, 2] : f32[1, 10, 3, 9]"},
    {"x: f32[1, 3, 1]", "return x -> squeeze;", "squeeze(%0) axes=[1, 3] : f32[1, 3]"},
    {"x: f32[1, 3, 1]", "return x -> squeeze(2);", "squeeze(%0) axes=[3] : f32[1, 1, 3]"},
    {RGB, "return x -> squeeze;", "squeeze(%0) axes=[] : f32[1, 3, 9, 10]"},
    {RGB, "return x -> unsqueeze([3, 0]);", "unsqueeze(%0) axes=[1, 4] : f32[1, 1, 3, 9, 1, 10]"},
    {"x: f32[8, 2, 4]", "return x -> depth_to_space(2, order=crd);", "block=2 order=crd : f32[1, 2, 4, 8]"},
    {"x: f32[8, 2, 4]", "return x -> space_to_depth(2);", "block=2 order=dcr : f32[1, 32, 1, 2]"},
    {RGB, "return x -> channel_shuffle(3);", "channel_shuffle(%0) groups=3 : f32[1, 3, 9, 10]"},
    {RGB, "return x -> reshape([27, -1]);", "dims=[1, 27, 10]"},
    {RGB, "return x -> reshape(270);", "dims=[1, 270]"},
    {RGB, "return x -> dropout(0.4) -> flatten;", "flatten(%1) : f32[1, 270]"},
    {RGB, "return x -> expect(3x9x10) -> relu;", "relu(%0)"},
    {"x: f32[3]", "return x + constant([1, 2, 3]);", "const literal [1, 2, 3] : f32[1, 3]\n"},
};

Test(build, calls_become_nodes)
{
    for (size_t i = 0; i < COUNT_OF(nodes); i++) {
        Case c = case_new();
        Buf printed = {0};
        Graph *graph = build(&c, nodes[i].inputs, nodes[i].body, &printed);
        cr_expect_not_null(graph, "%s: %s", nodes[i].body, buf_text(c.messages));
        cr_expect(strstr(buf_text(&printed), nodes[i].line), "%s\nwanted: %s\ngot:\n%s", nodes[i].body, nodes[i].line,
                  buf_text(&printed));
        buf_free(&printed);
        case_free(&c);
    }
}

Test(build, calls_that_do_not_fit)
{
    static const struct {
        const char *inputs, *body, *message;
    } rows[] = {
        {RGB, "return x -> conv(6, 5x5);", "conv has weights but no label"},
        {RGB, "return x -> conv(6, 5x5);", "hint: -> conv1: conv(...)"},
        {RGB, "return x -> batchnorm;", "hint: -> bn1: batchnorm"},
        {RGB, "return x -> conv(6, 5x5, weight=0, bias=true);", "conv has weights but no label"},
        {RGB, "return x -> a: conv(6);", "conv needs 'size'"},
        {RGB, "return x -> a: conv(size=3);", "conv needs 'out'"},
        {RGB, "return x -> a: conv(6, 3, groups=2);", "groups=2 does not divide 3 input channels"},
        {RGB, "return x -> a: conv(4, 3, groups=3);", "groups=3 does not divide 4 output channels"},
        {RGB, "return x -> a: conv(4, 11);", "window 11x11 is larger than its input 9x10"},
        {RGB, "return x -> a: conv(4, 12, pad=1);", "window 12x12 is larger than its padded input 11x12"},
        {RGB, "return x -> conv(weight=[[1, -1]]);", "kernel is for 1 channel, the input has 3"},
        {RGB, "return x -> conv(weight=[[1, -1]]);", "hint: groups=channels(x) uses a kernel for each channel alone"},
        {GRAY, "return x -> conv(weight=[[[[1]], [[1]], [[1]]]]);", "kernel is for 3 channels, the input has 1"},
        {GRAY, "return x -> conv(weight=[1, -1]);", "a kernel has 2, 3 or 4 axes, this is 2"},
        {GRAY, "return x -> conv(2, weight=[[1, -1]]);", "'out' is 2, the kernel has 1 maps"},
        {GRAY, "return x -> conv(size=3, weight=[[1, -1]]);", "'size' is 3x3, the kernel is 1x2"},
        {RGB, "return x -> a: conv(2, 1, bias=[1, 2, 3]);", "conv's 'bias' has 3 values for 2 channels"},
        {RGB, "return x -> a: conv(2000000000, 1000000, pad=1000000);", "which cannot be"},
        {RGB, "return x -> a: conv(2, 1, weight=1e39);", "1e+39 does not fit a float"},
        {RGB, "return x -> a: conv(2, 3, connect=[[0], [3]]);", "connect names map 3, the input has 3 (0..2)"},
        {RGB, "return x -> a: conv(2, 3, connect=[[0], [-1]]);", "connect must be at least 0, this is -1"},
        {RGB, "return x -> a: conv(2, 3, connect=[[0]]);", "connect has 1 list for 2 output maps"},
        {RGB, "return x -> a: conv(2, 3, connect=[[0], []]);", "connect gives output map 1 an empty list"},
        {RGB, "return x -> a: conv(size=3, connect=[]);", "connect is an empty list"},
        {RGB, "return x -> a: conv(2, 3, connect=[[0], [2, 1, 2]]);", "connect names map 2 twice for output map 1"},
        {RGB, "return x -> a: conv(3, 3, groups=3, connect=[[0], [1], [2]]);",
         "connect and groups=3 exclude each other"},
        {RGB, "return x -> a: conv(2, 3, connect=[0, 1]);",
         "conv's 'connect' is made of lists, this has an integer in it"},
        {RGB, "return x -> a: conv(2, 3, connect=[[0.5]]);",
         "'connect' is made of integers, this list has a float in it"},
        {RGB, "return x -> a: conv(2, 3, connect=1);", "conv's 'connect' must be a list of lists of integers"},
        {RGB, "return x -> a: conv(connect=[[0]]);", "conv needs 'size'"},
        {RGB, "return x -> conv(connect=[[0, 1]], weight=[[1]]);",
         "a kernel for 2 connections is [2, h, w], this is 1x1"},
        {RGB, "return x -> conv(size=2, connect=[[0]], weight=[[[1]]]);", "'size' is 2x2, the kernel is 1x1"},
        {RGB, "return x -> a: conv(size=11, connect=[[0]]);", "window 11x11 is larger than its input 9x10"},
        {RGB, "return x -> a: conv(size=100000, connect=[0..3, 0..3]);", "window 100000x100000 is larger"},
        {"x: f32[4]", "return x -> a: conv(size=1, connect=[[0]]);", "conv takes channels x height x width, this is 4"},
        {RGB, "return x -> a: conv_transpose(4, 3, stride=2, output_pad=2);",
         "output_pad must be less than stride (2) or dilation (1), this is 2"},
        {RGB, "return x -> a: conv_transpose(4, 3, pad=6);", "pad leaves nothing of the output: it would be -1x0"},
        {RGB, "return x -> a: conv_transpose(6);", "conv_transpose needs 'size'"},
        {RGB, "return x -> a: conv_transpose(4, 3, groups=3);", "groups=3 does not divide 4 output channels"},
        {RGB, "return x -> a: conv_transpose(4, 3, dilation=1000000);", "reaches too far, at most 1048576"},
        {RGB, "return x -> conv_transpose(weight=[[[[1]]]]);", "kernel is for 1 channel, the input has 3"},
        {RGB, "return x -> conv_transpose(weight=[[1, 2]]);",
         "hint: groups=channels(x) uses a kernel for each channel"},
        {RGB, "return x -> conv_transpose(3, 2, weight=0, bias=[1]);",
         "conv_transpose's 'bias' has 1 values for 3 channels"},
        {RGB, "return x -> fc(10);", "fc takes a vector, this is 3x9x10"},
        {RGB, "return x -> fc(10);", "hint: -> flatten"},
        {"x: f32[4]", "return x -> a: fc;", "fc needs 'out'"},
        {"x: f32[4]", "return x -> fc(weight=[[1, 2]]);", "fc: weight 1x2 does not fit 4 inputs"},
        {RGB, "return x -> a: rbf(10);", "rbf takes a vector, this is 3x9x10"},
        {"x: f32[4]", "return x -> a: rbf;", "rbf needs 'out'"},
        {"x: f32[4]", "return x -> rbf(3);", "hint: -> rbf1: rbf(...)"},
        {"x: f32[4]", "return x -> rbf(weight=[[1, 2]]);", "rbf: weight 1x2 does not fit 4 inputs"},
        {"x: f32[4]", "return x -> rbf(weight=[[[1, 2], [3, 4], [5, 6]]]);", "rbf: weight 1x3x2 does not fit 4 inputs"},
        {"x: f32[4]", "return x -> conv(1, 1, weight=0);", "conv takes channels x height x width, this is 4"},
        {"x: f32[4]", "return x -> maxpool(2);", "maxpool takes channels x height x width, this is 4"},
        {RGB, "return x -> maxpool(11);", "window 11x11 is larger than its input 9x10"},
        {RGB, "return x -> maxpool(2, pad=2);", "a window of maxpool lies wholly in the padding"},
        {RGB, "return x -> channel_max(2);", "group=2 does not divide 3 channels"},
        {RGB, "return x -> softmax(axis=3);", "softmax along axis 3, but 3x9x10 has axes 0 to 2"},
        {RGB, "return x -> reduce_mean(axes=[1, 3]);", "reduce_mean along axis 3, but 3x9x10 has axes 0 to 2"},
        {RGB, "return x -> reduce_mean(axes=[-4]);", "reduce_mean along axis -4, but 3x9x10 has axes 0 to 2"},
        {RGB, "return x -> reduce_max(axes=[1, -2]);", "reduce_max: axis 1 is named twice"},
        {RGB, "return x -> reduce_max(axes=[]);", "reduce_max's 'axes' is an empty list"},
        {"x: f32[4]", "return x -> reduce_mean;", "reduce_mean along axis 1, but 4 has axis 0 alone\n"},
        {"x: f32[4]", "return x -> reduce_mean;", "hint: axes=[0]"},
        {RGB, "return x -> argmax(axis=3);", "argmax along axis 3, but 3x9x10 has axes 0 to 2"},
        {"x: f32[4]", "return x -> argmax(axis=1);", "hint: axis=0"},
        {RGB, "return x -> resize;", "resize needs 'size' or 'scale'"},
        {RGB, "return x -> resize(2x2, scale=2);", "resize takes 'size' or 'scale', not both"},
        {RGB, "return x -> resize(scale=0.1);", "resize: a height of 0 cannot be, it is 1 to 65536"},
        {RGB, "return x -> resize(scale=0);", "resize: 9 times 0 is no size"},
        {RGB, "return x -> resize(scale=1e30);", "resize: 9 times 1e+30 is no size"},
        {RGB, "return x -> resize(scale=[1, 2, 3]);", "'scale' is a number or [h, w]; this has 3 elements"},
        {RGB, "return x -> resize(70000x2);", "resize: a height of 70000 cannot be, it is 1 to 65536"},
        {RGB, "return x -> resize(2x2, mode=bilinear, round=floor);", "'round' is for mode=nearest"},
        {"x: f32[4]", "return x -> resize(2x2);", "resize takes channels x height x width, this is 4"},
        {RGB, "return x -> normalize(mean=0, std=0);", "a 'std' of 0 divides by zero"},
        {RGB, "return x -> normalize(mean=[1, 2], std=1);", "normalize's 'mean' has 2 values for 3 channels"},
        {RGB, "return x -> dropout(2);", "dropout's 'p' is a probability, 0 to 1, this is 2"},
        {RGB, "return x -> reshape([7, -1]);", "reshape: 270 values into"},
        {RGB, "return x -> reshape([-1, -1]);", "reshape: only one dimension can be -1"},
        {RGB, "return x -> reshape([0, 2]);", "reshape: a dimension of 0 cannot be"},
        {RGB, "return x -> slice(1);", "slice needs 'end'"},
        {RGB, "return x -> slice(3, 3);", "slice: 'begin' is outside of axis 0, which has 3"},
        {RGB, "return x -> slice(-4, 3);", "hint: 'begin' is -3..2 here"},
        {RGB, "return x -> slice(0, 4);", "slice: 'end' is outside of axis 0, which has 3"},
        {RGB, "return x -> slice(0, 11, axis=2);", "hint: 'end' is -10..10 here"},
        {RGB, "return x -> slice(2, -5, step=-1);", "hint: 'end' is -4..2 here"},
        {RGB, "return x -> slice(2, 1);", "slice: nothing lies between begin 2 and end 1 of axis 0"},
        {RGB, "return x -> slice(2, 1);", "hint: step=-1 walks backwards"},
        {RGB, "return x -> slice(0, 2, step=-1);", "hint: a negative step walks down"},
        {RGB, "return x -> slice(1, 1);", "nothing lies between begin 1 and end 1"},
        {RGB, "return x -> slice(0, 1, step=0);", "slice: a step of 0 leads nowhere"},
        {RGB, "return x -> slice(0, 1, axis=3);", "slice along axis 3, but 3x9x10 has axes 0 to 2"},
        {RGB, "return x -> slice([0, 0], [1, 1], axis=[1, 1]);", "slice: axis 1 is named twice"},
        {RGB, "return x -> slice([0, 0, 0, 0], [1, 1, 1, 1]);", "slice along axis 3, but 3x9x10 has axes 0 to 2"},
        {RGB, "return x -> slice([0, 0], 1);", "slice: 'begin' has 2 numbers, 'end' has 1"},
        {RGB, "return x -> slice(0, 1, step=[1, 1]);", "slice: 'begin' has 1 number, 'step' has 2"},
        {RGB, "return x -> slice(0, 1, axis=-1);", "axis must be at least 0, this is -1"},
        {RGB, "return x -> slice(0, 9999999999);", "end must be at most 2147483647"},
        {RGB, "a, b = split(x, 2); return a + b;", "split: 2 parts do not divide axis 0, which has 3"},
        {RGB, "a, b = split(x, [1, 1]); return a + b;", "split: the parts have 2 together, axis 0 has 3"},
        {RGB, "a, b = split(x, [3, 0]); return a + b;", "parts must be at least 1, this is 0"},
        {RGB, "a, b = split(x, 3); return a + b;", "2 names, but the list has 3 elements"},
        {RGB, "return split(x, 3);", "this is a list"},
        {RGB, "return split(x, 3, axis=3)[0];", "split along axis 3, but 3x9x10 has axes 0 to 2"},
        {"x: f32[8192]", "return split(x, 8192)[0];", "split makes at most 4096 parts, these are 8192"},
        {RGB, "return x -> pad(9, mode=reflect);", "pad: 9 elements cannot be mirrored from height of 9"},
        {RGB, "return x -> pad(9, mode=reflect);", "hint: reflect adds fewer elements than there are"},
        {RGB, "return x -> pad(mode=reflect, channels=[3, 0]);", "3 elements cannot be mirrored from channels of 3"},
        {RGB, "return x -> pad(-1);", "amount must be at least 0, this is -1"},
        {RGB, "return x -> pad(2000000);", "pad: a border is 0 to 1048576 wide, this is 2000000"},
        {RGB, "return x -> pad(same);", "no value is called 'same'"},
        {RGB, "return x -> pad(1, mode=mirror);", "'mode' takes constant, reflect or edge"},
        {RGB, "return x -> pad(1, mode=edge, value=1);", "pad's 'value' belongs to mode=constant"},
        {RGB, "return x -> pad(channels=1);", "pad's 'channels' has two numbers"},
        {"x: f32[4]", "return x -> pad(1);", "pad takes channels x height x width, this is 4"},
        {"x: f32[4]", "return x -> pad(1);", "hint: channels=[before, behind] pads a vector"},
        {RGB, "return x -> transpose([0, 1]);", "transpose: 2 axes in order, but 3x9x10 has 3"},
        {RGB, "return x -> transpose([0, 1, 3]);", "transpose: 3x9x10 has no axis 3"},
        {RGB, "return x -> transpose([0, 1, 1]);", "transpose: axis 1 stands in the order twice"},
        {RGB, "return x -> squeeze(1);", "squeeze: axis 1 of 3x9x10 is not 1"},
        {RGB, "return x -> squeeze(3);", "squeeze: 3x9x10 has no axis 3"},
        {RGB, "return x -> unsqueeze(4);", "unsqueeze: a result of 4 axes has no axis 4"},
        {RGB, "return x -> unsqueeze([0, 0]);", "unsqueeze: axis 0 is named twice"},
        {RGB, "return x -> unsqueeze([0, 1, 2]);", "a tensor has at most 5"},
        {RGB, "return x -> unsqueeze(0..9);", "unsqueeze: a tensor has at most 5 axes, these are 9"},
        {RGB, "return x -> depth_to_space(2);", "depth_to_space: 3 channels do not make blocks of 2x2 pixels"},
        {RGB, "return x -> space_to_depth(2);", "space_to_depth: blocks of 2x2 do not fill 9x10 pixels"},
        {RGB, "return x -> space_to_depth(0);", "block must be at least 1, this is 0"},
        {RGB, "return x -> channel_shuffle(2);", "groups=2 does not divide 3 channels"},
        {RGB, "return x -> expect(3x9x9);", "expected 3x9x9, this is 3x9x10"},
        {RGB, "return x -> expect(270);", "expected 270, this is 3x9x10"},
        {RGB ", y: f32[2, 9, 10]", "return x + y;", "'+' needs equal shapes: 3x9x10 and 2x9x10"},
        {RGB ", y: f32[2, 9, 10]", "return x + y;", "note: this is 2x9x10"},
        {RGB ", y: f32[3, 8, 10]", "return concat(x, y);", "concat: height 9 and 8 differ"},
        {RGB, "return x -> labels(\"/nowhere/names.txt\");", "/nowhere/names.txt"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Case c = case_new();
        Buf printed = {0};
        Graph *graph = build(&c, rows[i].inputs, rows[i].body, &printed);
        cr_expect_null(graph, "%s", rows[i].body);
        cr_expect_eq(c.diag->errors, 1, "%s: %u errors\n%s", rows[i].body, c.diag->errors, buf_text(c.messages));
        cr_expect(strstr(buf_text(c.messages), rows[i].message), "%s\nwanted: %s\ngot: %s", rows[i].body,
                  rows[i].message, buf_text(c.messages));
        buf_free(&printed);
        case_free(&c);
    }
}

Test(build, labels_are_read_beside_the_model)
{
    static const char names[] = "\xef\xbb\xbf"
                                "a cat\r\ndog\n\n";
    Case c = case_new();
    const char *folder = folder_temporary(c.arena);
    cr_assert(text_write(arena_printf(c.arena, "%s/names.txt", folder), names, strlen(names)));
    static const char *const bodies[] = {"net a(x: f32[2]) { return x -> relu -> labels(\"names.txt\"); }",
                                         "net a(x: f32[3]) { return x -> relu -> labels(\"names.txt\"); }"};
    for (int i = 0; i < 2; i++) {
        const char *path = arena_printf(c.arena, "%s/a%d.fov", folder, i);
        uint32_t source = diag_add_source(c.diag, path, bodies[i], strlen(bodies[i]));
        ElaborateOptions options = {.batch = 1};
        Graph *graph = elaborate_source(c.arena, c.diag, source, &options);
        cr_expect_eq(graph == NULL, i == 1);
        if (!graph)
            continue;
        cr_assert_eq(graph->outputs.at[0].label_count, 2);
        cr_expect_str_eq(graph->outputs.at[0].labels[0], "a cat");
        cr_expect_str_eq(graph->outputs.at[0].labels[1], "dog");
    }
    cr_expect(strstr(buf_text(c.messages), "labels file has 2 lines for 3 outputs"), "%s", buf_text(c.messages));
    folder_remove(folder);
    case_free(&c);
}

/* A layer that is applied twice reads the same constants. */
Test(build, shared_layers_share_weights)
{
    Case c = case_new();
    Buf printed = {0};
    Graph *graph = build(&c, "x: f32[3, 8, 8]", "y = x -> a: conv(3, 3x3, pad=1) -> relu; return y -> @a;", &printed);
    cr_assert_not_null(graph, "%s", buf_text(c.messages));
    cr_expect_eq(graph->constants.count, 2);
    cr_expect(strstr(buf_text(&printed), "conv(%4, %1, %2)"), "%s", buf_text(&printed));
    buf_free(&printed);
    case_free(&c);
}
