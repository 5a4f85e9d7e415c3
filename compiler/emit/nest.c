/* nest.c - loops over a shape for several operands, as few as their strides allow.
 *
 *   x [6][28][28] and y [6][32][32] with a halo:   for (int i = 0; i < 6; i++)
 *                                                      for (int j = 0; j < 28; j++)
 *                                                          for (int k = 0; k < 28; k++)
 *                                                              y[66 + i * 1024 + j * 32 + k] = x[i * 784 + j * 28 + k];
 */
#include "emit/kernel.h"

static const char loop_names[NEST_AXES][2] = {"i", "j", "k", "l", "m", "n", "o"};

Access access_of(const Type *type)
{
    const Shape *s = &type->shape;
    const Layout *l = &type->layout;
    Access access = {0};
    if (l->kind == LAYOUT_INTERLEAVED && s->rank == 4) {
        access.stride[3] = s->dim[1];
        access.stride[2] = s->dim[3] * s->dim[1];
        access.stride[1] = 1;
        access.stride[0] = s->dim[1] * s->dim[2] * s->dim[3];
        return access;
    }
    int64_t stride = 1;
    for (int axis = s->rank - 1; axis >= 0; axis--) {
        access.stride[axis] = stride;
        int64_t extent = s->dim[axis];
        if (axis == s->rank - 1)
            extent += l->halo[HALO_LEFT] + l->halo[HALO_RIGHT];
        else if (axis == s->rank - 2)
            extent += l->halo[HALO_TOP] + l->halo[HALO_BOTTOM];
        stride *= extent;
    }
    if (s->rank >= 2)
        access.base = l->halo[HALO_TOP] * access.stride[s->rank - 2] + l->halo[HALO_LEFT];
    return access;
}

Access access_broadcast(const Type *type, const Shape *shape)
{
    Access own = access_of(type), access = {.base = own.base};
    for (int axis = 0; axis < type->shape.rank; axis++)
        if (type->shape.dim[axis] > 1)
            access.stride[shape->rank - type->shape.rank + axis] = own.stride[axis];
    return access;
}

static bool can_merge(const Nest *nest, int axis)
{
    for (int o = 0; o < nest->operands; o++)
        if (nest->access[o].stride[axis] != nest->access[o].stride[axis + 1] * nest->dim[axis + 1])
            return false;
    return true;
}

static void remove_axis(Nest *nest, int axis)
{
    for (int a = axis; a + 1 < nest->rank; a++) {
        nest->dim[a] = nest->dim[a + 1];
        for (int o = 0; o < nest->operands; o++)
            nest->access[o].stride[a] = nest->access[o].stride[a + 1];
    }
    nest->rank--;
}

void nest_collapse(Nest *nest)
{
    for (int axis = nest->rank - 1; axis >= 0; axis--)
        if (nest->dim[axis] == 1)
            remove_axis(nest, axis);
    for (int axis = nest->rank - 2; axis >= 0; axis--)
        if (can_merge(nest, axis)) {
            nest->dim[axis + 1] *= nest->dim[axis];
            remove_axis(nest, axis);
        }
}

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

void nest_lines_open(KernelText *text, const Nest *nest, int from, int to)
{
    for (int axis = from; axis < to; axis++) {
        const char *name = loop_names[axis];
        buf_line(text->out, "for (int %s = 0; %s < %lld; %s++)", name, name, (long long)nest->dim[axis], name);
        text->out->indent++;
    }
}

void nest_block_open(KernelText *text, const Nest *nest, int axis)
{
    const char *name = loop_names[axis];
    buf_open(text->out, "for (int %s = 0; %s < %lld; %s++)", name, name, (long long)nest->dim[axis], name);
}

void nest_open(KernelText *text, const Nest *nest)
{
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
