/* c_reduce.c - reductions over axes (their loops: reduction.c) and the place of a maximum in plain C. */
#include "emit/kernel.h"
#include "ops/reduce.h"

/* The first of the largest; the first NaN when there is one. */
static void write_argmax(KernelText *text)
{
    const ReduceAttrs *attrs = text->leader->attrs;
    const Type *x = text_input(text, 0);
    Nest nest = kernel_nest(text->graph, text->kernel);
    long long length = x->shape.dim[attrs->axes[0]], step = access_of(x).stride[attrs->axes[0]];
    text_comment(text, "the first of the largest, NaN being larger than any number");
    text_open(text);
    text_border(text);
    nest_blocks_open(text, &nest);
    const char *element = step == 1 ? "s[a]" : arena_printf(text->arena, "s[a * %lld]", step);
    nest_begin(text, &nest, NEST_SOURCE, arena_printf(text->arena, "%ss = x", text_reads(text)));
    buf_line(text->out, "float largest = s[0];");
    buf_line(text->out, "int place = 0;");
    buf_open(text->out, "for (int a = 1; a < %lld; a++)", length);
    buf_open(text->out, "if (largest == largest && !(%s <= largest))", element);
    buf_line(text->out, "largest = %s;", element);
    buf_line(text->out, "place = a;");
    buf_close(text->out);
    buf_close(text->out);
    buf_line(text->out, "y[%s] = (float)place;", nest_index(text, &nest, NEST_RESULT));
    nest_blocks_close(text, &nest);
    text_close(text);
}

void c_reduce_text(KernelText *text)
{
    switch (text->leader->op) {
    case OP_argmax:
        write_argmax(text);
        break;
    case OP_reduce_mean:
        text_reduction(text, FOLD_MEAN);
        break;
    case OP_reduce_sum:
        text_reduction(text, FOLD_SUM);
        break;
    case OP_reduce_max:
        text_reduction(text, FOLD_MAX);
        break;
    case OP_reduce_min:
        text_reduction(text, FOLD_MIN);
        break;
    default:
        BUG("%s does not reduce", op_name(text->leader->op));
    }
}
