/* c_matvec.c - fully connected layers and distances (rbf) in plain C: a panel of outputs at a time, each input joined
 * with one run of weights.
 *
 * Weights are read strictly in order, once; the sums of a panel stay in registers.
 */
#include "emit/kernel.h"

enum { MATVEC_X, MATVEC_WEIGHT, MATVEC_BIAS };

/* Weight b of the panel as a float. */
static const char *weight_text(KernelText *text)
{
    DType dtype = text_input(text, MATVEC_WEIGHT)->dtype;
    if (!dtype_is_short(dtype))
        return "w[b]";
    text->needs->from_f16 |= dtype == DT_F16;
    text->needs->from_bf16 |= dtype == DT_BF16;
    return arena_printf(text->arena, "%s_from_%s(w[b])", text->prefix, dtype_name(dtype));
}

/* One panel of outputs, from output o on when there are several panels. */
static void write_panel(KernelText *text, int64_t inputs, int64_t outputs, int block)
{
    bool many = outputs > block, has_bias = text->leader->input_count > MATVEC_BIAS;
    const char *place = many ? "o + b" : "b";
    const char *element = element_text(text_input(text, MATVEC_WEIGHT)->dtype), *weight = weight_text(text);
    if (many)
        buf_line(text->out, "%sconst %s *w = weight + o * %lld;", text_set(text)->memory, element, (long long)inputs);
    else
        buf_line(text->out, "%sconst %s *w = weight;", text_set(text)->memory, element);
    buf_line(text->out, "float a[%d];", block);
    buf_line(text->out, "for (int b = 0; b < %d; b++)", block);
    if (has_bias)
        buf_line(text->out, "    a[b] = bias[%s];", place);
    else
        buf_line(text->out, "    a[b] = 0.0f;");
    buf_line(text->out, "for (int i = 0; i < %lld; i++, w += %d)", (long long)inputs, block);
    buf_line(text->out, "    for (int b = 0; b < %d; b++)", block);
    if (text->leader->op == OP_rbf)
        buf_line(text->out, "        a[b] += (x[i] - %s) * (x[i] - %s);", weight, weight);
    else
        buf_line(text->out, "        a[b] += x[i] * %s;", weight);
    if (many && outputs % block) {
        buf_line(text->out, "const int count = %lld - o < %d ? %lld - o : %d;", (long long)outputs, block,
                 (long long)outputs, block);
        buf_line(text->out, "for (int b = 0; b < count; b++)");
    } else {
        buf_line(text->out, "for (int b = 0; b < %lld; b++)", (long long)MIN(block, outputs));
    }
    const char *const *at = parallels_at(text, &(Term){place, 1, 1}, 1);
    line_wrapped(text->out,
                 arena_printf(text->arena, "    y[%s] = %s;", place, text_finished(text, "a[b]", place, at, false)));
}

void c_matvec_text(KernelText *text)
{
    const Type *weight = text_input(text, MATVEC_WEIGHT);
    const Shape *y = &text_output(text)->shape;
    int64_t outputs = y->dim[1], batch = y->dim[0], inputs = shape_count(&weight->shape) / outputs;
    int block = (int)text_tile(text, AXIS_MAPS);
    text_comment(text, arena_printf(text->arena, "%d outputs summed in registers, weights read once in order", block));
    text_finish(text, false);
    text_open(text);
    if (batch > 1)
        buf_open(text->out, "for (int n = 0; n < %lld; n++, x += %lld%s, y += %lld)", (long long)batch,
                 (long long)inputs, parallels_next(text), (long long)outputs);
    if (outputs > block)
        buf_open(text->out, "%s", text_loop(text, AXIS_MAPS, "o", outputs, block));
    write_panel(text, inputs, outputs, block);
    if (outputs > block)
        buf_close(text->out);
    if (batch > 1)
        buf_close(text->out);
    text_close(text);
}
