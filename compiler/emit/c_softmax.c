/* c_softmax.c - pooling across channels and softmax in plain C. */
#include "emit/kernel.h"
#include "ops/softmax.h"

void c_channel_pool_text(KernelText *text)
{
    text_reduction(text, text->leader->op == OP_channel_avg ? FOLD_MEAN : FOLD_LARGER);
}

void c_softmax_text(KernelText *text)
{
    const SoftmaxAttrs *attrs = text->leader->attrs;
    int axis = (int)attrs->axis;
    long long count = text_output(text)->shape.dim[axis];
    Nest nest = kernel_nest(text->graph, text->kernel);
    long long step_x = access_of(text_input(text, 0)).stride[axis], step_y = access_of(text_output(text)).stride[axis];
    text_comment(text, "the largest is subtracted first, so that nothing overflows");
    text->needs->larger = text->needs->math = true;
    text_open(text);
    text_border(text);
    nest_blocks_open(text, &nest);
    nest_begin(text, &nest, 1, arena_printf(text->arena, "%ss = %s", text_reads(text), text_parameter(text, 0)));
    nest_begin(text, &nest, 0, arena_printf(text->arena, "%sd = y", text_writes(text)));
    buf_line(text->out, "float largest = -INFINITY, sum = 0.0f;");
    buf_line(text->out, "for (int a = 0; a < %lld; a++)", count);
    buf_line(text->out, "    largest = %s_larger(s[a * %lld], largest);", text->prefix, step_x);
    buf_open(text->out, "for (int a = 0; a < %lld; a++)", count);
    buf_line(text->out, "d[a * %lld] = expf(s[a * %lld] - largest);", step_y, step_x);
    buf_line(text->out, "sum += d[a * %lld];", step_y);
    buf_close(text->out);
    buf_line(text->out, "for (int a = 0; a < %lld; a++)", count);
    buf_line(text->out, "    d[a * %lld] /= sum;", step_y);
    nest_blocks_close(text, &nest);
    text_close(text);
}
