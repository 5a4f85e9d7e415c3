/* tuned.c - shapes of convolutions, which choices fit them, and what was chosen (see tuned.h). */
#include "plan/tuned.h"
#include "ops/conv.h"
#include "ops/winograd.h"
#include "plan/plan.h"

enum { MOST_TILES = 512 };

/* ---- shapes ---- */

static void set_window(TunedShape *shape, const int64_t kernel[2], const int64_t stride[2], const int64_t dilation[2],
                       const int64_t pad[HALO_SIDES])
{
    for (int i = 0; i < 2; i++) {
        shape->at[TUNED_KERNEL + i] = kernel[i];
        shape->at[TUNED_STRIDE + i] = stride[i];
        shape->at[TUNED_DILATION + i] = dilation[i];
    }
    for (int side = 0; side < HALO_SIDES; side++)
        shape->at[TUNED_PAD + side] = pad[side];
}

bool tuned_shape(TunedShape *shape, const Target *target, const Graph *graph, const Node *conv, LayoutKind reads)
{
    static const int64_t one[] = {1, 1};
    if (conv->op != OP_conv && conv->op != OP_conv_winograd)
        return false;
    const Type *x = &graph_input_node(graph, conv, CONV_X)->type;
    const int64_t *weight = graph_input_node(graph, conv, CONV_WEIGHT)->type.shape.dim;
    *shape = (TunedShape){.target = target->blob ? target->blob : target->name};
    for (int i = 0; i < 3; i++)
        shape->at[TUNED_INPUT + i] = x->shape.dim[1 + i];
    shape->at[TUNED_MAPS] = conv->type.shape.dim[1];
    shape->at[TUNED_BATCH] = conv->type.shape.dim[0];
    shape->at[TUNED_PLAIN] = reads == LAYOUT_PLAIN;
    if (conv->op == OP_conv_winograd) {
        const WinogradAttrs *attrs = conv->attrs;
        int64_t r = weight[1] - attrs->m + 1;
        set_window(shape, (int64_t[]){r, r}, one, one, attrs->pad);
        shape->at[TUNED_GROUPS] = attrs->groups;
    } else {
        const ConvAttrs *attrs = conv->attrs;
        if (conv_is_depthwise(attrs, shape->at[TUNED_MAPS], x))
            return false;
        set_window(shape, &weight[2], attrs->stride, attrs->dilation, attrs->pad);
        shape->at[TUNED_GROUPS] = attrs->groups;
    }
    for (int i = 0; i < TUNED_NUMBERS; i++)
        if (shape->at[i] > TUNED_LARGEST)
            return false;
    return true;
}

int tuned_compare(const TunedShape *a, const TunedShape *b)
{
    int order = strcmp(a->target, b->target);
    for (int i = 0; !order && i < TUNED_NUMBERS; i++)
        order = (a->at[i] > b->at[i]) - (a->at[i] < b->at[i]);
    return order;
}

void tuned_output(const TunedShape *shape, int64_t size[2])
{
    const int64_t *at = shape->at;
    for (int i = 0; i < 2; i++) {
        int64_t room = at[TUNED_INPUT + 1 + i] + at[TUNED_PAD + i] + at[TUNED_PAD + 2 + i];
        int64_t reach = (at[TUNED_KERNEL + i] - 1) * at[TUNED_DILATION + i] + 1;
        size[i] = room < reach ? 0 : (room - reach) / at[TUNED_STRIDE + i] + 1;
    }
}

const char *tuned_no_shape(const TunedShape *shape)
{
    const int64_t *at = shape->at;
    int64_t size[2];
    for (int i = 0; i < TUNED_PLAIN; i++)
        if (at[i] < 1 && (i < TUNED_PAD || i >= TUNED_DILATION))
            return "only padding can be 0";
    if (at[TUNED_INPUT] % at[TUNED_GROUPS] || at[TUNED_MAPS] % at[TUNED_GROUPS])
        return "groups do not divide channels and maps";
    tuned_output(shape, size);
    return size[0] < 1 || size[1] < 1 ? "the kernel is larger than what it reads" : NULL;
}

/* ---- what fits them ---- */

int64_t tuned_pixels(const Target *target, int64_t vectors)
{
    return MIN((target->sets[0]->matvec->registers - 1 - vectors) / vectors, TILING_PIXELS);
}

static const char *winograd_misfit(const TunedShape *shape, const TunedChoice *choice, const Target *target)
{
    const int64_t *at = shape->at, *kernel = &at[TUNED_KERNEL];
    Winograd winograd;
    int64_t size[2], groups = at[TUNED_GROUPS];
    if (kernel[0] != kernel[1] || !winograd_make(choice->m, kernel[0], &winograd))
        return "there are no such matrices for its kernel";
    if (!winograd_is_near(&winograd))
        return "its errors are too large";
    for (int i = 0; i < 2; i++)
        if (at[TUNED_STRIDE + i] != 1 || at[TUNED_DILATION + i] != 1)
            return "its windows do not lie side by side";
    if (at[TUNED_PLAIN] || at[TUNED_INPUT] / groups < target->lanes || at[TUNED_MAPS] / groups < target->lanes)
        return "its channels do not fill a vector";
    tuned_output(shape, size);
    int64_t tiles = quotient_up(size[0], choice->m) * quotient_up(size[1], choice->m);
    return choice->tiles > MIN(tiles, MOST_TILES) ? "it has no blocks of so many tiles" : NULL;
}

const char *tuned_misfit(const TunedShape *shape, const TunedChoice *choice)
{
    const Target *target = target_find(shape->target);
    const int64_t *at = shape->at;
    const BlockedLoops *loops = &choice->loops;
    if (!target->sets[0]->matvec)
        return "its target has no vectors";
    if (choice->m)
        return winograd_misfit(shape, choice, target);
    int64_t vectors = loops->maps / target->lanes, maps = at[TUNED_MAPS] / at[TUNED_GROUPS], size[2];
    int64_t inputs = at[TUNED_INPUT] / at[TUNED_GROUPS];
    if (loops->maps < 1 || loops->maps % target->lanes || vectors > TUNED_VECTORS)
        return "its maps are not one to four vectors";
    if (vectors > quotient_up(maps, target->lanes) || (at[TUNED_GROUPS] > 1 && maps % loops->maps))
        return "it has no panels of so many maps";
    if (loops->pixels < 1 || loops->pixels > tuned_pixels(target, vectors))
        return "the sums of so many pixels are more than the registers hold";
    tuned_output(shape, size);
    return blocked_layer_misfit(&(BlockedLayer){size[0], size[1], at[TUNED_MAPS], inputs, MIN(inputs, target->lanes)},
                                loops, true);
}

/* ---- what was chosen ---- */

const TunedLine *tuned_find(const Tuned *tuned, const TunedShape *shape)
{
    uint32_t from = 0, to = tuned->lines.count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        int order = tuned_compare(&tuned->lines.at[middle].shape, shape);
        if (!order)
            return &tuned->lines.at[middle];
        *(order < 0 ? &from : &to) = order < 0 ? middle + 1 : middle;
    }
    return NULL;
}

const TunedChoice *tuned_choice(const Target *target, const Graph *graph, const Node *conv, LayoutKind reads)
{
    TunedShape shape;
    if (!target->tuned || !tuned_shape(&shape, target, graph, conv, reads))
        return NULL;
    const TunedLine *line = tuned_find(target->tuned, &shape);
    return line ? &line->choice : NULL;
}

ConvForm tuned_form(const Target *target, const Graph *graph, const Node *conv, ConvForm form)
{
    const TunedChoice *choice =
        form.activations == LAYOUT_BLOCKED ? tuned_choice(target, graph, conv, form.reads) : NULL;
    if (!choice)
        return form;
    if (conv->op == OP_conv && !choice->m) {
        form.maps = (int32_t)choice->loops.maps;
        form.pixels = (int32_t)tuned_pixels(target, form.maps / target->lanes);
    } else if (conv->op == OP_conv_winograd && choice->tiles) {
        int64_t turns = quotient_up(choice->tiles, form.pixels);
        form.rows = (int32_t)choice->tiles;
        form.pixels = (int32_t)quotient_up(choice->tiles, turns);
    }
    return form;
}

bool tuned_is_used(const Target *target, const Graph *graph, const Kernel *kernel)
{
    const Node *conv = graph_node(graph, kernel->leader);
    bool direct = kernel->family == FAMILY_CONV && blocked_is_direct(graph, kernel);
    if (!direct && kernel->family != FAMILY_WINOGRAD)
        return false;
    const TunedChoice *choice = tuned_choice(target, graph, conv, kernel->form.reads);
    if (!choice || direct != !choice->m)
        return false;
    if (choice->m)
        return ((const WinogradAttrs *)conv->attrs)->m == choice->m;
    return tuned_same(&(TunedChoice){.loops = blocked_loops(&kernel->tiling)}, choice);
}

const Target *target_tuned(Arena *arena, const Target *target, const Tuned *tuned)
{
    if (!tuned)
        return target;
    Target *copy = NEW(arena, Target);
    *copy = *target;
    copy->tuned = tuned;
    return copy;
}
