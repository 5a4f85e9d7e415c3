/* c_reduce.c - reductions over axes (their loops: reduction.c) and the place of a maximum in plain C. */
#include "emit/kernel.h"
#include "ops/reduce.h"

enum { RESULT = 0, SOURCE = 1 };

/* x's axes that stay, with y as operand RESULT, then those that are reduced. */
static Nest reduction_nest(const KernelText *text)
{
    const ReduceAttrs *attrs = text->leader->attrs;
    const Type *in = text_input(text, 0), *out = text_output(text);
    Access x = access_of(in), y = access_of(out);
    Nest nest = {.operands = 2};
    nest.access[RESULT].base = y.base;
    nest.access[SOURCE].base = x.base;
    for (int pass = 0; pass < 2; pass++) {
        int to = 0;
        for (int axis = 0; axis < in->shape.rank; axis++) {
            bool reduced = reduces_axis(attrs, axis);
            if (reduced == (pass == 1)) {
                nest.dim[nest.rank] = in->shape.dim[axis];
                nest.access[RESULT].stride[nest.rank] = reduced ? 0 : y.stride[to];
                nest.access[SOURCE].stride[nest.rank++] = x.stride[axis];
            }
            to += !reduced || attrs->keep;
        }
    }
    return nest;
}

/* The first of the largest; the first NaN when there is one. */
static void write_argmax(KernelText *text)
{
    Nest nest = reduction_nest(text); /* the last axis is the reduced one */
    int last = nest.rank - 1;
    long long length = nest.dim[last], step = nest.access[SOURCE].stride[last];
    nest.rank--;
    nest_collapse(&nest);
    text_comment(text, "the first of the largest, NaN being larger than any number");
    text_open(text);
    text_border(text);
    for (int axis = 0; axis < nest.rank; axis++)
        nest_block_open(text, &nest, axis);
    const char *element = step == 1 ? "s[a]" : arena_printf(text->arena, "s[a * %lld]", step);
    nest_begin(text, &nest, SOURCE, "const float *s = x");
    buf_line(text->out, "float largest = s[0];");
    buf_line(text->out, "int place = 0;");
    buf_open(text->out, "for (int a = 1; a < %lld; a++)", length);
    buf_open(text->out, "if (largest == largest && !(%s <= largest))", element);
    buf_line(text->out, "largest = %s;", element);
    buf_line(text->out, "place = a;");
    buf_close(text->out);
    buf_close(text->out);
    buf_line(text->out, "y[%s] = (float)place;", nest_index(text, &nest, RESULT));
    for (int axis = 0; axis < nest.rank; axis++)
        buf_close(text->out);
    text_close(text);
}

void c_reduce_text(KernelText *text)
{
    switch (text->leader->op) {
    case OP_argmax:
        write_argmax(text);
        break;
    case OP_reduce_mean:
        text_reduction(text, reduction_nest(text), FOLD_MEAN);
        break;
    case OP_reduce_sum:
        text_reduction(text, reduction_nest(text), FOLD_SUM);
        break;
    case OP_reduce_max:
        text_reduction(text, reduction_nest(text), FOLD_MAX);
        break;
    case OP_reduce_min:
        text_reduction(text, reduction_nest(text), FOLD_MIN);
        break;
    default:
        BUG("%s does not reduce", op_name(text->leader->op));
    }
}
