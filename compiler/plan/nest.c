/* nest.c - strides of stored tensors, and as few loops over them as they allow (see nest.h). */
#include "plan/tiling.h"

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
    int64_t block = l->kind == LAYOUT_BLOCKED ? l->block : 1, stride = block;
    for (int axis = s->rank - 1; axis >= 0; axis--) {
        bool channels = axis == 1 && l->kind == LAYOUT_BLOCKED;
        access.stride[axis] = channels ? stride / block : stride;
        int64_t extent = channels ? quotient_up(s->dim[axis], block) : s->dim[axis];
        if (axis == s->rank - 1)
            extent += l->halo[HALO_LEFT] + l->halo[HALO_RIGHT];
        else if (axis == s->rank - 2)
            extent += l->halo[HALO_TOP] + l->halo[HALO_BOTTOM];
        stride *= extent;
    }
    if (s->rank >= 2)
        access.base = l->halo[HALO_TOP] * access.stride[s->rank - 2] + l->halo[HALO_LEFT] * block;
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

Nest nest_over(const Shape *shape)
{
    Nest nest = {.rank = shape->rank};
    for (int axis = 0; axis < shape->rank; axis++) {
        nest.dim[axis] = shape->dim[axis];
        nest.axes[axis] = 1u << axis;
        nest.step[axis] = 1;
    }
    return nest;
}

void nest_cut_blocks(Nest *nest, int64_t block, unsigned blocked)
{
    if (nest->rank != 4)
        BUG("blocks in a nest of rank %d", nest->rank);
    nest->rank = 5;
    nest->dim[1] = quotient_up(nest->dim[1], block);
    nest->dim[4] = block;
    nest->step[1] = block;
    nest->step[4] = 1;
    nest->axes[4] = nest->axes[1];
    for (int o = 0; o < nest->operands; o++) {
        Access *access = &nest->access[o];
        access->stride[4] = blocked >> o & 1 ? 1 : access->stride[1];
        access->stride[1] *= block;
    }
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
        nest->axes[a] = nest->axes[a + 1];
        nest->step[a] = nest->step[a + 1];
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
            nest->axes[axis + 1] |= nest->axes[axis];
            remove_axis(nest, axis);
        }
}

void nest_share(Nest *nest, const Loop *shared)
{
    for (int axis = 0; shared && axis < nest->rank; axis++)
        if (nest->axes[axis] == shared->axes && nest->step[axis] == shared->step)
            nest->shared = axis + 1;
}
