/* c_map.c - element-wise operations, concatenation and changes of layout in plain C: loops over a nest. */
#include "emit/kernel.h"
#include "ops/concat.h"

/* "static inline float NAME_of(float x, ...)": a body that names an operand more than once gets simple operands. */
static void write_body_function(KernelText *text)
{
    const Node *node = text->leader;
    const char *operands[NEST_OPERANDS];
    Buf head = {0};
    for (uint32_t i = 0; i < node->input_count; i++) {
        operands[i] = arena_printf(text->arena, "%c", 'a' + (char)i);
        buf_printf(&head, "%sfloat %s", i ? ", " : "", operands[i]);
    }
    buf_line(text->out, "static inline float %s_of(%s)", text->name, buf_text(&head));
    buf_free(&head);
    buf_line(text->out, "{");
    text->out->indent++;
    const char *value = body_text(text, node, operands, false);
    line_wrapped(text->out, arena_printf(text->arena, "return %s;", value));
    buf_close(text->out);
    buf_line(text->out, "");
}

/* One element of the leader from its operands' elements. */
static const char *map_value(const KernelText *text, const char *const *operands)
{
    if (!body_repeats(text->arena, text->leader))
        return body_text(text, text->leader, operands, false);
    const char *call = arena_printf(text->arena, "%s_of(", text->name);
    for (uint32_t i = 0; i < text->leader->input_count; i++)
        call = arena_printf(text->arena, "%s%s%s", call, i ? ", " : "", operands[i]);
    return arena_printf(text->arena, "%s)", call);
}

/* Where the parameters stand that are read element by element, one a parameter. */
static const char *const *parameter_places(const KernelText *text, const Nest *nest)
{
    const char **at = NEW_ARRAY(text->arena, const char *, text_parameter_count(text));
    int operand = 1;
    for (uint32_t i = 0; i < text_parameter_count(text); i++)
        if (i < text_leader_parameters(text) || text_is_parallel(text, i))
            at[i] = nest_index(text, nest, operand++);
    return at;
}

/* One element of each input of the leader. */
static const char *const *leader_operands(const KernelText *text, const char *const *at)
{
    const char **operands = NEW_ARRAY(text->arena, const char *, text->leader->input_count);
    uint32_t parameter = 0;
    double number;
    for (uint32_t i = 0; i < text->leader->input_count; i++) {
        if (text_number(text, text->leader, i, &number)) {
            operands[i] = float_text(text->arena, number);
        } else {
            operands[i] = arena_printf(text->arena, "%s[%s]", text_parameter(text, parameter), at[parameter]);
            parameter++;
        }
        if (graph_input_node(text->graph, text->leader, i)->type.dtype == DT_U8)
            operands[i] = arena_printf(text->arena, "(float)%s", operands[i]);
    }
    return operands;
}

void c_map_text(KernelText *text)
{
    Nest nest = kernel_nest(text->graph, text->kernel);
    const char *const *at = parameter_places(text, &nest);
    text_comment(text, "element by element");
    if (body_repeats(text->arena, text->leader))
        write_body_function(text);
    text_finish(text, false);
    text_open(text);
    text_border(text);
    nest_open(text, &nest);
    const char *value = map_value(text, leader_operands(text, at));
    value = text_finished(text, value, nest.channel ? nest_index(text, &nest, nest.channel) : "0", at, false);
    line_wrapped(text->out, arena_printf(text->arena, "y[%s] = %s;", nest_index(text, &nest, 0), value));
    nest_close(text, &nest);
    text_close(text);
}

void c_concat_text(KernelText *text)
{
    const ConcatAttrs *attrs = text->leader->attrs;
    const Type *type = text_output(text);
    text_comment(text, "each part copied to its place");
    text_open(text);
    text_border(text);
    Access whole = access_of(type);
    for (uint32_t i = 0; i < text->leader->input_count; i++) {
        const Type *part = text_input(text, i);
        Nest nest = {.rank = part->shape.rank, .operands = 2, .access = {whole, access_of(part)}};
        for (int axis = 0; axis < nest.rank; axis++)
            nest.dim[axis] = part->shape.dim[axis];
        nest_collapse(&nest);
        nest_open(text, &nest);
        buf_line(text->out, "y[%s] = %s[%s];", nest_index(text, &nest, 0), text_parameter(text, i),
                 nest_index(text, &nest, 1));
        nest_close(text, &nest);
        whole.base += part->shape.dim[attrs->axis] * whole.stride[attrs->axis];
    }
    text_close(text);
}

/* ---- pack ---- */

/* Where threads share the kernel, and this has no such loop, the first of them does it. */
static void write_copy(KernelText *text, Nest nest, const char *value)
{
    const Loop *shared = tiling_shared(&text->kernel->tiling);
    nest_collapse(&nest);
    nest_share(&nest, shared);
    bool first = shared && !nest.shared;
    if (first) {
        buf_line(text->out, "if (from == 0)");
        text->out->indent++;
    }
    nest_open(text, &nest);
    if (value)
        buf_line(text->out, "y[%s] = %s;", nest_index(text, &nest, 0), value);
    else
        buf_line(text->out, "y[%s] = x[%s];", nest_index(text, &nest, 0), nest_index(text, &nest, 1));
    nest_close(text, &nest);
    text->out->indent -= first;
}

/* Between plain and blocked: whole blocks, then the channels of the last one, then zeros to fill it. */
static void write_blocks(KernelText *text, const Type *from, const Type *to)
{
    bool packing = to->layout.kind == LAYOUT_BLOCKED;
    int64_t block = packing ? to->layout.block : from->layout.block;
    const Shape *s = &to->shape;
    int64_t whole = s->dim[1] / block, rest = s->dim[1] % block;
    Nest nest = pack_nest(from, to);
    if (whole)
        write_copy(text, nest, NULL);
    if (!rest)
        return;
    for (int o = 0; o < 2; o++)
        nest.access[o].base += whole * nest.access[o].stride[1];
    nest.dim[1] = 1;
    nest.dim[4] = rest;
    write_copy(text, nest, NULL);
    if (packing) {
        nest.access[0].base += rest * nest.access[0].stride[4];
        nest.dim[4] = block - rest;
        write_copy(text, nest, "0.0f");
    }
}

/* Where input `i` and tap `tap` stand among what a map has, in maps of the panel: "i * 9 + tap". */
static const char *place_in_panel(KernelText *text, const Panels *panels)
{
    long long taps = panels->taps, deep = panels->deep, rest = panels->inputs % deep;
    if (taps == 1)
        return "i";
    if (deep == 1)
        return arena_printf(text->arena, "(i * %lld + tap)", taps);
    if (panels->inputs <= deep)
        return arena_printf(text->arena, "(tap * %lld + i)", (long long)panels->inputs);
    const char *wide = arena_printf(text->arena, "%lld", deep);
    if (rest)
        wide = arena_printf(text->arena, "(i < %lld ? %lld : %lld)", (long long)panels->inputs - rest, deep, rest);
    return arena_printf(text->arena, "(i / %lld * %lld + tap * %s + i %% %lld)", deep, deep * taps, wide, deep);
}

/* Rows into panels: the weights of a model whose weights are values. */
static void write_panels(KernelText *text, const Type *from, const Type *to)
{
    const Panels panels = panels_of(&to->layout, &from->shape);
    long long rest = panels.inputs * panels.taps, block = panels.block, taps = panels.taps;
    int64_t filled = panels_count(&panels) / rest, last = filled % block;
    const char *value =
        taps == 1 ? arena_printf(text->arena, "x[o * %lld + i]", rest)
                  : arena_printf(text->arena, "x[(o * %lld + i) * %lld + tap]", (long long)panels.inputs, taps);
    if (filled > panels.maps)
        value = arena_printf(text->arena, "o < %lld ? %s : 0.0f", (long long)panels.maps, value);
    const char *width = arena_printf(text->arena, "%lld", last ? filled < block ? last : block : block);
    if (last && filled > block)
        width =
            arena_printf(text->arena, "(o < %lld ? %lld : %lld)", (long long)(filled - last), block, (long long)last);
    buf_line(text->out, "for (int o = 0; o < %lld; o++)", (long long)filled);
    buf_line(text->out, "    for (int i = 0; i < %lld; i++)", (long long)panels.inputs);
    text->out->indent += 2;
    if (taps > 1)
        buf_line(text->out, "for (int tap = 0; tap < %lld; tap++)", taps);
    buf_line(text->out, "%sy[o / %lld * %lld + %s * %s + o %% %lld] = %s;", taps > 1 ? "    " : "", block, block * rest,
             place_in_panel(text, &panels), width, block, value);
    text->out->indent -= 2;
}

/* The same for a weight [I, O, ...] whose panels are of axis 1. */
static void write_turned(KernelText *text, const Type *from, const Type *to)
{
    int64_t inputs = from->shape.dim[0], maps = from->shape.dim[1], block = to->layout.block;
    int64_t taps = shape_count(&from->shape) / inputs / maps;
    buf_line(text->out, "for (int o = 0; o < %lld; o++)", (long long)(quotient_up(maps, block) * block));
    buf_line(text->out, "    for (int i = 0; i < %lld; i++)", (long long)inputs);
    buf_line(text->out, "        for (int tap = 0; tap < %lld; tap++)", (long long)taps);
    const char *value = arena_printf(text->arena, "x[(i * %lld + o) * %lld + tap]", (long long)maps, (long long)taps);
    if (maps % block)
        value = arena_printf(text->arena, "o < %lld ? %s : 0.0f", (long long)maps, value);
    buf_line(text->out, "            y[((o / %lld * %lld + i) * %lld + tap) * %lld + o %% %lld] = %s;",
             (long long)block, (long long)inputs, (long long)taps, (long long)block, (long long)block, value);
}

void c_pack_text(KernelText *text)
{
    const Type *from = text_input(text, 0), *to = text_output(text);
    text_comment(text, "the same values in another layout");
    text_open(text);
    text_border(text);
    if (to->layout.kind == LAYOUT_PANELS) {
        write_panels(text, from, to);
    } else if (to->layout.kind == LAYOUT_TURNED) {
        write_turned(text, from, to);
    } else if ((to->layout.kind == LAYOUT_BLOCKED) != (from->layout.kind == LAYOUT_BLOCKED)) {
        write_blocks(text, from, to);
    } else {
        write_copy(text, pack_nest(from, to), NULL);
    }
    text_close(text);
}
