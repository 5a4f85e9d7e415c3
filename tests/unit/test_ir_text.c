/* test_ir_text.c - printing a graph and reading it back gives the same text; wrong texts give one message. */
#include <criterion/criterion.h>
#include <math.h>

#include "ir/text.h"
#include "ir/verify.h"
#include "tests/unit/graphs.h"

static Graph *parse(Case *c, const char *text)
{
    return graph_parse(c->arena, c->diag, diag_add_source(c->diag, "test.ir", text, strlen(text)));
}

static const char *const texts[] = {
    "graph empty\n",

    "graph lenet\n"
    "weights \"dir/lenet.safetensors\"\n"
    "%0 = input \"image\" : f32[1, 1, 28, 28]\n"
    "%1 = const \"conv1.weight\" role=kernel fan_in=25 trainable : f32[6, 1, 5, 5]\n"
    "%2 = const \"conv1.bias\" role=bias trainable : f32[6]\n"
    "%3 = conv(%0, %1, %2) stride=[1, 1] pad=[2, 2, 2, 2] dilation=[1, 1] groups=1 at \"conv1\" : "
    "f32[1, 6, 28, 28]@plain+halo(1, 2, 3, 4)\n"
    "%4 = relu(%3) in %3 : f32[1, 6, 28, 28]\n"
    "%5 = pack(%4) : f32[1, 6, 28, 28]@blocked8+halo(1, 1, 1, 1)\n"
    "%6 = maxpool(%5) size=[2, 2] stride=[2, 2] pad=[0, 0, 0, 0] dilation=[1, 1] ceil=false : f32[1, 6, 14, "
    "14]@blocked8\n"
    "%7 = avgpool(%6) size=[14, 14] stride=[1, 1] pad=[0, 0, 0, 0] dilation=[1, 1] ceil=true count_pad=false : "
    "f32[1, 6, 1, 1]\n"
    "%8 = flatten(%7) : f32[1, 6]\n"
    "%9 = const \"fc.weight\" role=kernel fan_in=6 trainable : f32[2, 6]\n"
    "%10 = pack(%9) : f32[2, 6]@panels4\n"
    "%11 = fc(%8, %10) at \"fc\" : f32[1, 2]\n"
    "%12 = softmax(%11) axis=1 : f32[1, 2]\n"
    "output \"answer\" = %12 labels [\"cat\", \"the \\\"dog\\\"\\n\\x01\\\\\"]\n"
    "output \"logits\" = %11\n",

    "graph \"a name\"\n"
    "%0 = input \"photo\" resize=256 order=bgr : u8[2, 3, 4, 4]@interleaved\n"
    "%1 = pixels(%0) : f32[2, 3, 4, 4]\n"
    "%2 = const literal [0.10000001, -1.5e-30, 3.4028235e+38] : f32[3]\n"
    "%3 = const fill 1.4013e-45 : f32[3]\n"
    "%4 = normalize(%1, %2, %3) : f32[2, 3, 4, 4]\n"
    "%5 = const literal [inf] : f32[]\n"
    "%6 = const literal [-inf, nan, -0] : f32[1, 1, 3]\n"
    "%7 = leaky_relu(%4) slope=0.01 : f32[2, 3, 4, 4]\n"
    "%8 = lrn(%7) size=5 alpha=0.0001 beta=0.75 k=0.1234567890123 : f32[2, 3, 4, 4]\n"
    "%9 = mul(%8, %5) : f32[2, 3, 4, 4]\n"
    "%10 = reshape(%9) dims=[2, 48] : f32[2, 48]\n"
    "%11 = concat(%10, %10, %10) axis=1 : f32[2, 144]\n"
    "output \"y\" = %11\n",

    "graph activations\n"
    "%0 = input \"x\" : f32[1, 4]\n"
    "%1 = elu(%0) alpha=0.3 : f32[1, 4]\n"
    "%2 = hard_sigmoid(%1) alpha=0.16666666666666666 beta=0.5 : f32[1, 4]\n"
    "%3 = hard_swish(%2) alpha=0.2 beta=-0 : f32[1, 4]\n"
    "%4 = scaled_tanh(%3) a=1.7159 s=0.6666666666666666 : f32[1, 4]\n"
    "%5 = swish(%4) beta=1.702 at \"act\" inside \"trunk:net/a.1:block\" : f32[1, 4]\n"
    "%6 = gelu(%5) form=erf : f32[1, 4]\n"
    "%7 = gelu(%6) form=tanh in %6 inside \"a:b\" : f32[1, 4]\n"
    "%8 = clamp(%7) min=-1 max=1e+30 : f32[1, 4]\n"
    "%9 = const \"p.weight\" role=slope trainable : f32[1]\n"
    "%10 = prelu(%8, %9) at \"p\" : f32[1, 4]\n"
    "%11 = const fill 2 : f32[4]\n"
    "%12 = scale(%10, %11) : f32[1, 4]\n"
    "%13 = scale(%12, %11, %11) in %12 : f32[1, 4]\n"
    "output \"y\" = %13\n",
    "graph moves\n"
    "%0 = input \"x\" : f32[2, 8, 4, 6]\n"
    "%1 = slice(%0) begin=[0, 7, 0, 1] size=[2, 4, 4, 2] step=[1, -2, 1, 3] at \"parts.1\" : f32[2, 4, 4, 2]\n"
    "%2 = pad(%1) amount=[1, 0, 2, 1] channels=[1, 3] mode=reflect value=0 : f32[2, 8, 7, 3]\n"
    "%3 = pad(%2) amount=[0, 0, 0, 0] channels=[0, 0] mode=constant value=-0.1 : f32[2, 8, 7, 3]\n"
    "%4 = transpose(%3) order=[0, 2, 3, 1] : f32[2, 7, 3, 8]\n"
    "%5 = unsqueeze(%4) axes=[1, 4] : f32[2, 1, 7, 3, 1, 8]\n"
    "%6 = squeeze(%5) axes=[4] : f32[2, 1, 7, 3, 8]\n"
    "%7 = depth_to_space(%0) block=2 order=crd : f32[2, 2, 8, 12]\n"
    "%8 = space_to_depth(%7) block=4 order=dcr : f32[2, 32, 2, 3]\n"
    "%9 = channel_shuffle(%8) groups=4 : f32[2, 32, 2, 3]\n"
    "%10 = squeeze(%9) axes=[] : f32[2, 32, 2, 3]\n"
    "%11 = part(%10) first=96 dims=[1, 7, 6] : f32[1, 7, 6]\n"
    "%12 = join(%11, %11, %11) axis=1 inside \"a:b\" : f32[1, 21, 6]\n"
    "output \"y\" = %10\n"
    "output \"z\" = %6\n"
    "output \"p\" = %12\n",
    "graph connected\n"
    "%0 = input \"x\" : f32[1, 4, 3, 3]\n"
    "%1 = const \"a.weight\" role=kernel fan_in=6 trainable : f32[4, 2, 2]\n"
    "%2 = conv_connect(%0, %1) stride=[1, 2] pad=[0, 0, 0, 0] dilation=[1, 1] connect=[[3, 0], [1], [2]] at \"a\" : "
    "f32[1, 3, 2, 1]\n"
    "output \"y\" = %2\n",

    "graph devices\n"
    "%0 = input \"x\" : f32[1, 4]\n"
    "%1 = transfer(%0) : f32[1, 4]\n"
    "%2 = relu(%1) : f32[1, 4]\n"
    "%3 = transfer(%2) on device 15 : f32[1, 4]\n"
    "%4 = tanh(%3) on device 15 at \"t\" inside \"a:b\" : f32[1, 4]\n"
    "%5 = abs(%4) in %4 on device 15 : f32[1, 4]\n"
    "%6 = transfer(%2) on host : f32[1, 4]\n"
    "%7 = transfer(%5) on host : f32[1, 4]\n"
    "%8 = join(%6, %7) axis=1 on host : f32[1, 8]\n"
    "output \"y\" = %8\n",

    "graph up\n"
    "%0 = input \"x\" : f32[1, 4, 3, 3]\n"
    "%1 = const \"up.weight\" role=kernel fan_in=4 trainable : f32[4, 2, 2, 2]\n"
    "%2 = pack(%1) : f32[4, 2, 2, 2]@turned8\n"
    "%3 = conv_transpose(%0, %2) stride=[2, 2] pad=[0, 1, 0, 1] output_pad=[1, 0] dilation=[1, 1] groups=2 at \"up\" : "
    "f32[1, 4, 7, 4]\n"
    "output \"y\" = %3\n",

    "graph reductions\n"
    "%0 = input \"x\" : f32[2, 3, 4, 6]\n"
    "%1 = resize(%0) size=[8, 4] scale=[0, 0.7] mode=bilinear align=asymmetric round=floor : f32[2, 3, 8, 4]\n"
    "%2 = reduce_mean(%1) axes=[2, 3] keep=true : f32[2, 3, 1, 1]\n"
    "%3 = reduce_sum(%2) axes=[2, 3] keep=false : f32[2, 3]\n"
    "%4 = const literal [1, -1, 1, -1, 1, 1] : f32[2, 3]\n"
    "%5 = rbf(%3, %4) : f32[2, 2]\n"
    "%6 = argmax(%5) axes=[1] keep=false : f32[2]\n"
    "output \"y\" = %6\n",
};

Test(text, parses_back_to_itself)
{
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        Case c = case_new();
        Graph *graph = parse(&c, texts[i]);
        cr_assert_not_null(graph, "%s", buf_text(c.messages));
        Buf printed = {0};
        graph_print(&printed, graph);
        cr_expect_str_eq(buf_text(&printed), texts[i]);
        buf_free(&printed);
        case_free(&c);
    }
}

Test(text, keeps_what_it_says)
{
    Case c = case_new();
    const Graph *graph = parse(&c, texts[2]);
    cr_assert_not_null(graph);
    cr_expect(graph->inputs.at[0].picture.resize == 256 && graph->inputs.at[0].picture.bgr);
    cr_expect_str_eq(graph->name, "a name");
    const float *odd = graph->constants.at[3].data;
    cr_expect(isinf(odd[0]) && odd[0] < 0 && isnan(odd[1]) && signbit(odd[2]));
    cr_expect_eq(graph->constants.at[1].data[2], 1.4013e-45f);
    graph = parse(&c, texts[1]);
    cr_assert_not_null(graph);
    cr_expect_str_eq(graph->outputs.at[0].labels[1], "the \"dog\"\n\x01\\");
    cr_expect_eq(graph->nodes.at[4].kernel.index, 3);
    case_free(&c);
}

Test(text, comments_and_line_ends_are_free)
{
    Case c = case_new();
    cr_expect_not_null(
        parse(&c, "# a graph\ngraph g %0 =\n input \"x\" # its input\n : f32 [ 1 , 2 ] output \"y\" = %0"));
    cr_expect_str_empty(buf_text(c.messages));
    case_free(&c);
}

#define HEAD "graph g\n%0 = input \"x\" : f32[1, 4, 8, 8]\n"

static const struct {
    const char *text, *message;
} wrong_texts[] = {
    {"", "a graph begins with 'graph'"},
    {"graph", "the graph's name is missing"},
    {"graph g %1 = input \"x\" : f32[1]", "the next node is %0"},
    {"graph g %0 input", "'=' is missing"},
    {"graph g %99999999999 = relu(%0)", "'%' stands before the number of a node"},
    {"graph g nodes", "a node or an output is expected"},
    {"graph g %0 = input : f32[1]", "the input's name is missing"},
    {"graph g %0 = input \"x : f32[1]\n", "string runs to the end of the line"},
    {"graph g %0 = input \"\\q\" : f32[1]", "an escape is"},
    {"graph g %0 = input \"\\x00\" : f32[1]", "an escape is"},
    {"graph g %0 = input \"x\" : f64[1]", "a type is missing"},
    {"graph g %0 = input \"x\" : f32[0]", "a dimension is 1 to 2147483647, this is 0"},
    {"graph g %0 = input \"x\" : f32[1, 2.5]", "a dimension is an integer"},
    {"graph g %0 = input \"x\" : f32[1, 99999999999999999999]", "a dimension is an integer"},
    {"graph g %0 = input \"x\" : f32[2147483647, 2147483647]", "a shape has at most 1099511627776 elements"},
    {"graph g %0 = input \"x\" : f32[1,1,1,1,1,1,1]", "a shape has at most 6 axes"},
    {"graph g %0 = input \"x\" : f32[]", "G6: node %0 (input) breaks its rule: an input has a batch axis"},
    {"graph g %0 = input \"x\" : f32[1]@blocked8", "the layout does not fit: blocked needs an axis 1"},
    {"graph g %0 = input \"x\" : f32[1, 1]@tiles", "a layout is plain"},
    {"graph g %0 = input \"x\" : f32[1, 1]@blocked99999999999", "a layout is plain"},
    {"graph g %0 = input \"x\" : f32[1, 1]@blocked", "the layout does not fit: a block is"},
    {"graph g %0 = const : f32[1]", "a constant has a path, a literal or a fill"},
    {"graph g %0 = const literal [1, 2] : f32[3]", "a literal of 2 numbers for 3 elements"},
    {"graph g %0 = const literal [1, x] : f32[2]", "an element is a number"},
    {"graph g %0 = const fill 0 : f32[1048576, 1048576]", "a fill has at most"},
    {"graph g %0 = const \"w\" role=king : f32[1]", "there is no such role"},
    {"graph g %0 = const \"w\" : u8[1]", "a constant is f32 and plain"},
    {HEAD "%1 = relux(%0) : f32[1, 4, 8, 8]", "no op of a graph is called 'relux'"},
    {HEAD "%1 = labels(%0) : f32[1, 4, 8, 8]", "no op of a graph is called 'labels'"},
    {HEAD "%1 = relu(%1) : f32[1, 4, 8, 8]", "%1 does not stand before this"},
    {HEAD "%1 = relu() : f32[1, 4, 8, 8]", "relu does not take 0 inputs"},
    {HEAD "%1 = relu(%0, %0) : f32[1, 4, 8, 8]", "relu does not take 2 inputs"},
    {HEAD "%1 = relu(%0) : f32[1, 4, 8, 9]", "the op, which gives f32[1, 4, 8, 8]"},
    {HEAD "%1 = relu(%0) slope=1 : f32[1, 4, 8, 8]", "relu has no attribute 'slope'"},
    {HEAD "%1 = leaky_relu(%0) : f32[1, 4, 8, 8]", "leaky_relu needs 'slope'"},
    {HEAD "%1 = leaky_relu(%0) slope=1 slope=1 : f32[1, 4, 8, 8]", "leaky_relu: 'slope' is given twice"},
    {HEAD "%1 = leaky_relu(%0) slope=inf : f32[1, 4, 8, 8]", "'slope' must be finite"},
    {HEAD "%1 = leaky_relu(%0) slope=1e : f32[1, 4, 8, 8]", "'1e' is no number"},
    {HEAD "%1 = reshape(%0) dims=[1,1,1,1,1,1,256] : f32[256]", "'dims' has at most 6 values"},
    {HEAD "%1 = reshape(%0) dims=[-1, 2] : f32[1, 256]", "reshape: 256 values into"},
    {HEAD "%1 = channel_max(%0) group=9223372036854775807 : f32[1, 1, 8, 8]", "does not divide 4 channels"},
    {HEAD "%1 = maxpool(%0) size=[2, 2] stride=[2] pad=[0] dilation=[1, 1] ceil=false : f32[1]",
     "'stride' has 2 values"},
    {HEAD "%1 = slice(%0) begin=[0, 4] size=[1, 4] step=[1, 1] : f32[1]", "one number for each of 4 axes"},
    {HEAD "%1 = slice(%0) begin=[0,0,0,0] size=[1,4,8] step=[1,1,1,1] : f32[1]", "one number for each of 4 axes"},
    {HEAD "%1 = slice(%0) begin=[0,0,0,0] size=[1,5,8,8] step=[1,1,1,1] : f32[1]", "5 elements from 0 on with step 1"},
    {HEAD "%1 = part(%0) first=250 dims=[1, 7] : f32[1, 7]", "1x7 from element 250 on is not in 256 elements"},
    {HEAD "%1 = part(%0) first=-1 dims=[1, 7] : f32[1, 7]", "part: 1x7 from element -1 on"},
    {HEAD "%1 = part(%0) first=9223372036854775807 dims=[7] : f32[7]", "is not in 256 elements"},
    {HEAD "%1 = part(%0) first=0 dims=[0, 7] : f32[7]", "part: 0x7 from element 0 on"},
    {HEAD "%1 = join(%0, %0) axis=2 : f32[1, 4, 16, 8]", "join: 4x8x8 does not lie in one piece in 1x4x16x8"},
    {HEAD "%1 = join(%0, %0) axis=4 : f32[1, 4, 16, 8]", "join along axis 3, but 4x8x8 has axes 0 to 2"},
    {HEAD "%1 = join(%0) axis=1 : f32[1, 4, 8, 8]", "join"},
    {HEAD "%1 = join(%0, %0) axis=1 : f32[1, 8, 8, 8] %2 = relu(%1) in %1 : f32[1, 8, 8, 8]",
     "%2 (relu) is computed in %1, which has no kernel"},
    {HEAD "%1 = split(%0) : f32[1, 4, 8, 8]", "no op of a graph is called 'split'"},
    {HEAD "%1 = pad(%0) amount=[1] channels=[0, 0] mode=edge value=0 : f32[1]", "'amount' has 4 values"},
    {HEAD "%1 = pad(%0) amount=[0,0,0,0] channels=[0,0] mode=same value=0 : f32[1]", "'mode' is one of: constant"},
    {HEAD "%1 = pad(%0) amount=[0,0,0,0] channels=[0,0] mode=edge value=inf : f32[1]", "'value' must be finite"},
    {HEAD "%1 = transpose(%0) order=[0, 1, 2] : f32[1]", "2 axes in order, but 4x8x8 has 3"},
    {HEAD "%1 = relu(%0) in %0 : f32[1, 4, 8, 8]", "G9: node %1 (relu) is computed in %0, which has no kernel"},
    {HEAD "output \"y\" = %1", "%1 does not stand before this"},
    {HEAD "output \"y\" = %0 output \"y\" = %0", "G11: two ports are named 'y'"},
    {HEAD "output \"\" = %0", "G11: port 0 has no name"},
    {HEAD "output \"y\" = %0 labels [\"a\"]", "1 labels for an output of 4x8x8"},
    {HEAD "&", "stray character '&'"},
    {HEAD "\x80", "stray byte 128"},
};

Test(text, wrong_texts_get_one_message)
{
    for (size_t i = 0; i < COUNT_OF(wrong_texts); i++) {
        Case c = case_new();
        Graph *graph = parse(&c, wrong_texts[i].text);
        cr_expect_null(graph, "%s", wrong_texts[i].text);
        cr_expect_eq(c.diag->errors, 1, "%u errors for %s", c.diag->errors, wrong_texts[i].text);
        cr_expect(strstr(buf_text(c.messages), wrong_texts[i].message), "%s\nwanted: %s\ngot: %s", wrong_texts[i].text,
                  wrong_texts[i].message, buf_text(c.messages));
        case_free(&c);
    }
}

/* Every prefix of a good text, and every text with one byte changed, is read without harm. */
Test(text, damaged_texts_are_harmless)
{
    char text[2048];
    for (size_t i = 1; i < COUNT_OF(texts); i++) {
        size_t length = strlen(texts[i]);
        cr_assert_lt(length, sizeof text);
        for (size_t at = 0; at < length; at += 3) {
            Case c = case_new();
            uint32_t source = diag_add_source(c.diag, "cut.ir", texts[i], at);
            Graph *cut = graph_parse(c.arena, c.diag, source);
            cr_assert_leq(c.diag->errors, 1);
            memcpy(text, texts[i], length + 1);
            text[at] = "9]%\"( "[at % 6];
            Graph *changed = parse(&c, text);
            cr_assert(!cut || !graph_verify(cut));
            cr_assert(!changed || !graph_verify(changed));
            case_free(&c);
        }
    }
}
