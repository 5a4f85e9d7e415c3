/* c_copy.c - operations that move elements, in plain C: loops over a nest whose strides say where each comes from.
 *
 * What lies together on both sides is copied by memcpy, or strips are taken, as the kernel's Tiling says.
 */
#include "emit/kernel.h"

/* The strips of a Tiling, of the loop of the nest that goes as far in a turn as one through a strip. */
static void take_strips(Nest *nest, const Loop *strip)
{
    for (int axis = 0; axis < nest->rank; axis++)
        if (nest->axes[axis] == strip->axes && nest->step[axis] == strip->step) {
            nest->strip = loop_turns(strip);
            nest->strip_axis = axis;
        }
}

static void write_runs(KernelText *text, Nest nest)
{
    const char *place[2];
    nest.rank--;
    for (int o = NEST_RESULT; o <= NEST_SOURCE; o++) {
        const char *index = nest_index(text, &nest, o), *name = o == NEST_RESULT ? "y" : "x";
        place[o] = strcmp(index, "0") ? arena_printf(text->arena, "%s + %s", name, index) : name;
    }
    text->needs->string = true;
    nest_open(text, &nest);
    line_wrapped(text->out, arena_printf(text->arena, "memcpy(%s, %s, %lld * sizeof *y);", place[NEST_RESULT],
                                         place[NEST_SOURCE], (long long)nest.dim[nest.rank]));
    nest_close(text, &nest);
}

/* Where the tensors are that are read element by element, one a parameter. */
static const char *const *parallel_places(const KernelText *text, const Nest *nest)
{
    const char **at = NEW_ARRAY(text->arena, const char *, text_parameter_count(text));
    int operand = nest->channel + 1;
    for (uint32_t p = 1; p < text_parameter_count(text); p++)
        if (text_is_parallel(text, p))
            at[p] = nest_index(text, nest, operand++);
    return at;
}

static void write_elements(KernelText *text, const Nest *nest)
{
    const char *value = arena_printf(text->arena, "x[%s]", nest_index(text, nest, NEST_SOURCE));
    const char *channel = nest->channel ? nest_index(text, nest, nest->channel) : "0";
    nest_open(text, nest);
    value = text_finished(text, value, channel, parallel_places(text, nest), false);
    line_wrapped(text->out, arena_printf(text->arena, "y[%s] = %s;", nest_index(text, nest, NEST_RESULT), value));
    nest_close(text, nest);
}

void c_copy_text(KernelText *text)
{
    const Tiling *tiling = &text->kernel->tiling;
    const Loop *strip = tiling_find(tiling, LOOP_STRIP);
    bool runs = tiling_find(tiling, LOOP_COPIED) != NULL;
    Nest nest = kernel_nest(text->graph, text->kernel);
    if (strip)
        take_strips(&nest, strip);
    text_comment(text, runs         ? "copied run by run"
                       : nest.strip ? "in strips, so that both sides go through memory line by line"
                                    : "element by element");
    text_finish(text, false);
    text_open(text);
    text_border(text);
    if (runs)
        write_runs(text, nest);
    else
        write_elements(text, &nest);
    text_close(text);
}
