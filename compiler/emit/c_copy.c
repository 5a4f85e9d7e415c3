/* c_copy.c - operations that move elements, in plain C: loops over a nest whose strides say where each comes from.
 *
 * What lies together on both sides is copied by memcpy. Everything else is written as it lies; but where two long
 * loops disagree on which elements lie together (transpose), strips of the loop in which x lies together are taken: a
 * strip is read in one go, and written to as many rows of y, each of them from left to right.
 */
#include "emit/kernel.h"

enum {
    RUN = 4,   /* from so many elements on, memcpy */
    LONG = 32, /* loops from which on strips are worth it */
    STRIP = 8, /* with 16, rows of 4 KiB push each other out of an 8-way cache: 20 times slower at 1024 x 1024 */
};

enum { Y, X, CHANNEL, PARALLEL };

static void add_parallel(Nest *nest, const CopyLoops *loops, Access parallel)
{
    Access *access = &nest->access[nest->operands++];
    access->base = parallel.base;
    for (int i = 0; i < loops->count; i++)
        access->stride[i] = loops->at[i].step * parallel.stride[loops->at[i].axis];
}

/* Loops over the result; with an epilogue, operand CHANNEL is the channel of the result, and behind it come the
 * tensors that are read element by element. */
static Nest copy_nest(const KernelText *text)
{
    CopyLoops loops = op_row(text->leader->op)->copy(text->graph, text->leader);
    Access y = access_of(text_output(text)), x = access_of(text_input(text, 0));
    Nest nest = {.rank = loops.count, .operands = 2};
    nest.access[Y].base = y.base;
    nest.access[X].base = x.base;
    for (int axis = 0; axis < text_input(text, 0)->shape.rank; axis++)
        nest.access[X].base += loops.begin[axis] * x.stride[axis];
    for (int i = 0; i < loops.count; i++) {
        const CopyLoop *loop = &loops.at[i];
        nest.dim[i] = loop->count;
        nest.access[Y].stride[i] = loop->step * y.stride[loop->axis];
        nest.access[X].stride[i] = loop->stride * x.stride[loop->from];
        nest.access[CHANNEL].stride[i] = loop->axis == 1 ? loop->step : 0;
    }
    if (text_parameter_count(text) > 1)
        nest.operands = PARALLEL;
    for (uint32_t p = 1; p < text_parameter_count(text); p++)
        if (text_is_parallel(text, p))
            add_parallel(&nest, &loops, text_parallel(text, p));
    nest_collapse(&nest);
    return nest;
}

/* The loop whose turns read neighbours of x. */
static int reading_loop(const Nest *nest)
{
    int loop = nest->rank - 1;
    for (int i = nest->rank - 1; i >= 0; i--)
        if (llabs(nest->access[X].stride[i]) < llabs(nest->access[X].stride[loop]))
            loop = i;
    return loop;
}

static void choose_strips(Nest *nest)
{
    int last = nest->rank - 1, reading = nest->rank ? reading_loop(nest) : last;
    if (reading == last || nest->dim[last] < LONG || nest->dim[reading] < LONG)
        return;
    nest->strip = STRIP;
    nest->strip_axis = reading;
}

/* Whether the innermost loop copies neighbours to neighbours. */
static bool copies_runs(const KernelText *text, const Nest *nest)
{
    int last = nest->rank - 1;
    return !text->kernel->epilogue_count && last >= 0 && nest->dim[last] >= RUN && nest->access[Y].stride[last] == 1 &&
           nest->access[X].stride[last] == 1;
}

static void write_runs(KernelText *text, Nest nest)
{
    const char *place[2];
    nest.rank--;
    for (int o = Y; o <= X; o++) {
        const char *index = nest_index(text, &nest, o), *name = o == Y ? "y" : "x";
        place[o] = strcmp(index, "0") ? arena_printf(text->arena, "%s + %s", name, index) : name;
    }
    text->needs->string = true;
    nest_open(text, &nest);
    line_wrapped(text->out, arena_printf(text->arena, "memcpy(%s, %s, %lld * sizeof *y);", place[Y], place[X],
                                         (long long)nest.dim[nest.rank]));
    nest_close(text, &nest);
}

/* Where the tensors are that are read element by element, one a parameter. */
static const char *const *parallel_places(const KernelText *text, const Nest *nest)
{
    const char **at = NEW_ARRAY(text->arena, const char *, text_parameter_count(text));
    int operand = PARALLEL;
    for (uint32_t p = 1; p < text_parameter_count(text); p++)
        if (text_is_parallel(text, p))
            at[p] = nest_index(text, nest, operand++);
    return at;
}

static void write_elements(KernelText *text, const Nest *nest)
{
    const char *value = arena_printf(text->arena, "x[%s]", nest_index(text, nest, X));
    const char *channel = nest->operands > CHANNEL ? nest_index(text, nest, CHANNEL) : "0";
    nest_open(text, nest);
    value = text_finished(text, value, channel, parallel_places(text, nest), false);
    line_wrapped(text->out, arena_printf(text->arena, "y[%s] = %s;", nest_index(text, nest, Y), value));
    nest_close(text, nest);
}

void c_copy_text(KernelText *text)
{
    Nest nest = copy_nest(text);
    bool runs = copies_runs(text, &nest);
    choose_strips(&nest);
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
