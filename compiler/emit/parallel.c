/* parallel.c - tensors that an epilogue reads element by element beside the running value: the x of a residual sum.
 *
 *   static void net_conv2(const float *restrict x, ..., const float *restrict add_x, float *restrict y)
 *   ...
 *       y[b * 784] = net_conv2_finish(a0[b], add_x[b * 784]);
 *
 * Such a tensor has its own halo, and so its own strides and its own first element; an axis along which it is
 * broadcast has stride 0.
 */
#include "emit/kernel.h"

bool text_is_parallel(const KernelText *text, uint32_t i)
{
    return parameter_is_parallel(text->graph, &text->parameters[i]);
}

Access text_parallel(const KernelText *text, uint32_t i)
{
    return access_broadcast(text_parameter_type(text, i), &text_output(text)->shape);
}

/* Whether it is a pointer of its own, which goes along with y. */
static bool goes_along(const KernelText *text, uint32_t i)
{
    return text_is_parallel(text, i) && !text_in_place(text, i);
}

void parallels_begin(KernelText *text)
{
    for (uint32_t i = 0; i < text_parameter_count(text); i++) {
        int64_t base = goes_along(text, i) ? text_parallel(text, i).base : 0;
        if (base)
            buf_line(text->out, "%s += %lld; /* past its halo */", text_parameter(text, i), (long long)base);
    }
}

const char *parallels_next(const KernelText *text)
{
    const char *steps = "";
    for (uint32_t i = 0; i < text_parameter_count(text); i++) {
        int64_t step = goes_along(text, i) ? text_parallel(text, i).stride[0] : 0;
        if (step)
            steps = arena_printf(text->arena, "%s, %s += %lld", steps, text_parameter(text, i), (long long)step);
    }
    return steps;
}

const char *place_text(const KernelText *text, const Access *access, const Term *terms, int count)
{
    Buf sum = {0};
    long long fixed = 0;
    for (int t = 0; t < count; t++) {
        long long step = terms[t].steps * (terms[t].axis == AXIS_IN_BLOCK ? 1 : access->stride[terms[t].axis]);
        if (!terms[t].name)
            fixed += step;
        else if (step)
            buf_printf(&sum, step == 1 ? "%s%s" : "%s%s * %lld", sum.length ? " + " : "", terms[t].name, step);
    }
    if (fixed)
        buf_printf(&sum, "%s%lld", sum.length ? " + " : "", fixed);
    const char *result = arena_strdup(text->arena, sum.length ? buf_text(&sum) : "0");
    buf_free(&sum);
    return result;
}

const char *pointer_text(const KernelText *text, const char *name, const char *place)
{
    return strcmp(place, "0") == 0 ? name : arena_printf(text->arena, "%s + %s", name, place);
}

const char *const *parallels_at(const KernelText *text, const Term *terms, int count)
{
    const char **at = NEW_ARRAY(text->arena, const char *, text_parameter_count(text));
    for (uint32_t i = 0; i < text_parameter_count(text); i++) {
        if (!text_is_parallel(text, i))
            continue;
        Access access = text_parallel(text, i);
        at[i] = place_text(text, &access, terms, count);
    }
    return at;
}

void add_epilogue_arguments(Buf *line, const KernelText *text, const char *panel, const Term *terms, int count)
{
    for (uint32_t i = text_leader_parameters(text); i < text_parameter_count(text); i++) {
        if (text_in_place(text, i))
            continue;
        const char *name = text_parameter(text, i);
        if (text_is_parallel(text, i)) {
            Access access = text_parallel(text, i);
            buf_printf(line, ", %s", pointer_text(text, name, place_text(text, &access, terms, count)));
        } else {
            buf_printf(line, ", %s%s", name, text_parameter_runs(text, i) ? panel : "");
        }
    }
}
