/* nest.c - loops over a shape for several operands, as text; which loops there are says plan/nest.h.
 *
 *   x [6][28][28] and y [6][32][32] with a halo:   for (int i = 0; i < 6; i++)
 *                                                      for (int j = 0; j < 28; j++)
 *                                                          for (int k = 0; k < 28; k++)
 *                                                              y[66 + i * 1024 + j * 32 + k] = x[i * 784 + j * 28 + k];
 */
#include "emit/kernel.h"

static const char loop_names[NEST_AXES][2] = {"i", "j", "k", "l", "m", "n", "o"};

/* Whether the last strip is shorter than the others, so that its end is computed. */
static bool strips_are_cut(const Nest *nest)
{
    return nest->strip && nest->dim[nest->strip_axis] % nest->strip;
}

static void open_strips(KernelText *text, const Nest *nest)
{
    const char *name = loop_names[nest->strip_axis];
    long long length = nest->dim[nest->strip_axis], strip = nest->strip;
    buf_line(text->out, "for (int %s0 = 0; %s0 < %lld; %s0 += %lld)%s", name, name, length, name, strip,
             strips_are_cut(nest) ? " {" : "");
    text->out->indent++;
    if (strips_are_cut(nest))
        buf_line(text->out, "const int %s1 = %s0 + %lld < %lld ? %s0 + %lld : %lld;", name, name, strip, length, name,
                 strip, length);
}

static void open_strip(KernelText *text, const Nest *nest)
{
    const char *name = loop_names[nest->strip_axis];
    const char *end = strips_are_cut(nest) ? arena_printf(text->arena, "%s1", name)
                                           : arena_printf(text->arena, "%s0 + %lld", name, (long long)nest->strip);
    buf_line(text->out, "for (int %s = %s0; %s < %s; %s++)", name, name, name, end, name);
    text->out->indent++;
}

const char *nest_name(int axis)
{
    return loop_names[axis];
}

static const char *loop_head(const KernelText *text, const Nest *nest, int axis)
{
    const char *name = loop_names[axis];
    if (axis + 1 == nest->shared)
        return arena_printf(text->arena, "for (int %s = from; %s < to; %s++)", name, name, name);
    return arena_printf(text->arena, "for (int %s = 0; %s < %lld; %s++)", name, name, (long long)nest->dim[axis], name);
}

void nest_lines_open(KernelText *text, const Nest *nest, int from, int to)
{
    for (int axis = from; axis < to; axis++) {
        buf_line(text->out, "%s", loop_head(text, nest, axis));
        text->out->indent++;
    }
}

void nest_block_open(KernelText *text, const Nest *nest, int axis)
{
    buf_open(text->out, "%s", loop_head(text, nest, axis));
}

static void open_items(KernelText *text, const Nest *nest, int count)
{
    ItemAxis axes[NEST_AXES];
    for (int axis = 0; axis < count; axis++)
        axes[axis] = (ItemAxis){loop_names[axis], nest->dim[axis]};
    items_open(text, axes, count);
}

void nest_kept_open(KernelText *text, const Nest *nest, int count)
{
    if (text_is_spread(text))
        open_items(text, nest, count);
    for (int axis = 0; axis < count && !text_is_spread(text); axis++)
        nest_block_open(text, nest, axis);
}

void nest_kept_close(KernelText *text, int count)
{
    if (text_is_spread(text))
        count = 1;
    for (int axis = 0; axis < count; axis++)
        buf_close(text->out);
}

void nest_blocks_open(KernelText *text, const Nest *nest)
{
    nest_kept_open(text, nest, nest->rank);
}

void nest_blocks_close(KernelText *text, const Nest *nest)
{
    nest_kept_close(text, nest->rank);
}

void nest_open(KernelText *text, const Nest *nest)
{
    if (text_is_spread(text)) {
        open_items(text, nest, nest->rank);
        return;
    }
    for (int axis = 0; axis < nest->rank; axis++) {
        if (nest->strip && axis == nest->strip_axis)
            open_strips(text, nest);
        else
            nest_lines_open(text, nest, axis, axis + 1);
    }
    if (nest->strip)
        open_strip(text, nest);
}

void nest_close(KernelText *text, const Nest *nest)
{
    if (text_is_spread(text)) {
        buf_close(text->out);
        return;
    }
    if (!strips_are_cut(nest)) {
        text->out->indent -= nest->rank + (nest->strip != 0);
        return;
    }
    text->out->indent -= nest->rank - nest->strip_axis;
    buf_close(text->out);
    text->out->indent -= nest->strip_axis;
}

const char *nest_index(const KernelText *text, const Nest *nest, int operand)
{
    const Access *access = &nest->access[operand];
    Buf index = {0};
    if (access->base)
        buf_printf(&index, "%lld", (long long)access->base);
    for (int axis = 0; axis < nest->rank; axis++) {
        int64_t stride = access->stride[axis], pace = stride < 0 ? -stride : stride;
        if (!stride)
            continue;
        buf_printf(&index, "%s%s", stride < 0 ? " - " : index.length ? " + " : "", loop_names[axis]);
        if (pace != 1)
            buf_printf(&index, " * %lld", (long long)pace);
    }
    const char *result = arena_strdup(text->arena, index.length ? index.text : "0");
    buf_free(&index);
    return result;
}

void nest_begin(KernelText *text, const Nest *nest, int operand, const char *start)
{
    const char *index = nest_index(text, nest, operand);
    if (strcmp(index, "0") == 0)
        buf_line(text->out, "%s;", start);
    else
        buf_line(text->out, "%s + %s;", start, index);
}
