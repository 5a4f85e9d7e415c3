/* gpu.c - the frame of texts in which the items of a group work together (see gpu.h). */
#include "emit/gpu.h"

static unsigned use_of(const KernelText *text, uint32_t parameter)
{
    if (parameter >= text_leader_parameters(text))
        return USES_EPILOGUE;
    return parameter == 0 ? USES_X : parameter == 1 ? USES_WEIGHT : USES_BIAS;
}

/* "(void)weight, (void)bias;": compilers are told that what others use is not missing here. */
static void write_unused(KernelText *text, unsigned uses)
{
    Buf line = {0};
    for (uint32_t i = 0; i < text_parameter_count(text); i++)
        if (!text_in_place(text, i) && !(uses & use_of(text, i)))
            buf_printf(&line, "%s(void)%s", line.length ? ", " : "", text_parameter(text, i));
    if (!(uses & USES_Y))
        buf_printf(&line, "%s(void)y%s", line.length ? ", " : "", text_has_pieces(text) ? ", (void)y2" : "");
    if (!(uses & USES_SCRATCH) && text->kernel->scratch)
        buf_printf(&line, "%s(void)scratch", line.length ? ", " : "");
    if (line.length)
        buf_line(text->out, "%s; /* other launches' */", buf_text(&line));
    buf_free(&line);
}

void gpu_open(KernelText *text, const char *part, unsigned uses)
{
    const char *y = text_writes(text);
    const char *second = text_has_pieces(text) ? arena_printf(text->arena, ", %srestrict y2", y) : "";
    const char *scratch = text->kernel->scratch ? arena_printf(text->arena, ", %srestrict scratch", y) : "";
    const char *tile = uses & USES_TILE ? ", local float *restrict tile" : "";
    text_open_part(text, "", part, arena_printf(text->arena, "%s%s%s", second, scratch, tile));
    write_unused(text, uses);
}

void gpu_groups(KernelText *text, const GroupAxis *axes, int count)
{
    int64_t all = 1, inside = 1;
    for (int axis = 0; axis < count; axis++)
        all *= axes[axis].count;
    if (all > 1)
        buf_line(text->out, "const int job = get_group_id(0);");
    for (int axis = 0; axis < count; axis++) {
        const GroupAxis *a = &axes[axis];
        const char *place = "job";
        if (inside > 1)
            place = arena_printf(text->arena, "%s / %lld", place, (long long)inside);
        inside *= a->count;
        if (inside < all)
            place = arena_printf(text->arena, "%s %% %lld", place, (long long)a->count);
        if (a->step > 1)
            place = arena_printf(text->arena, "%s * %lld", place, (long long)a->step);
        if (a->count > 1 || !a->left_out)
            buf_line(text->out, "const int %s = %s;", a->name, a->count > 1 ? place : "0");
    }
}

void gpu_join(KernelText *text, int64_t parts, const char *join)
{
    Buf *out = text->out;
    buf_open(out, "for (int pairs = %lld; pairs > 0; pairs /= 2)", (long long)parts / 2);
    buf_line(out, "barrier(CLK_LOCAL_MEM_FENCE);");
    buf_line(out, "if (part < pairs)");
    buf_line(out, "    %s", join);
    buf_close(out);
}
