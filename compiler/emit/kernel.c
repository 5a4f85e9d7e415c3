/* kernel.c - the frame of every kernel's text: comment, parameters, borders, literals, and lines that are not too long
 * (see kernel.h). */
#include "emit/kernel.h"
#include "support/file.h"

const InstructionSet *text_set(const KernelText *text)
{
    return text->plan->target->sets[text->kernel->set];
}

const Type *text_input(const KernelText *text, uint32_t i)
{
    return &graph_input_node(text->graph, text->leader, i)->type;
}

const Type *text_output(const KernelText *text)
{
    return &text->result->type;
}

static Type stored(const Type *type, int64_t held)
{
    return held ? held_type(type, held) : *type;
}

Type text_stored_input(const KernelText *text)
{
    return stored(text_input(text, 0), text->kernel->rows.x_held);
}

Type text_stored_output(const KernelText *text)
{
    return stored(text_output(text), text->kernel->rows.y_held);
}

bool text_has_pieces(const KernelText *text)
{
    return text->kernel->written_count > 1;
}

const Type *text_written(const KernelText *text, uint32_t i)
{
    return &graph_node(text->graph, text->kernel->written[i])->type;
}

bool text_shares(const KernelText *text, unsigned axes)
{
    const Loop *shared = tiling_shared(&text->kernel->tiling);
    return shared && shared->axes == axes;
}

/* Whether the kernel is called for a part of what it goes over, from .. to - 1. */
static bool takes_part(const KernelText *text)
{
    return text->kernel->rows.some || tiling_shared(&text->kernel->tiling);
}

static const char *loop_head(const KernelText *text, const char *name, bool part, int64_t length, int64_t step)
{
    const char *begin = part ? "from" : "0", *end = part ? "to" : arena_printf(text->arena, "%lld", (long long)length);
    const char *next = step == 1 ? "++" : arena_printf(text->arena, " += %lld", (long long)step);
    return arena_printf(text->arena, "for (int %s = %s; %s < %s; %s%s)", name, begin, name, end, name, next);
}

const char *text_loop(const KernelText *text, unsigned axes, const char *name, int64_t length, int64_t step)
{
    return loop_head(text, name, text_shares(text, axes), length, step);
}

bool text_has_turns(const KernelText *text, unsigned axes, int64_t length, int64_t step)
{
    return length >= (text_shares(text, axes) ? step : 2 * step);
}

void text_turns_open(KernelText *text, unsigned axes, const char *name, int64_t length, int64_t step)
{
    if (text_shares(text, axes) && length % step) /* the last share ends with what is left over */
        buf_open(text->out, "for (int %s = from; %s <= to - %lld; %s += %lld)", name, name, (long long)step, name,
                 (long long)step);
    else
        buf_open(text->out, "%s", text_loop(text, axes, name, length / step * step, step));
}

void text_rest_open(KernelText *text, unsigned axes, int64_t whole)
{
    if (text_shares(text, axes))
        buf_open(text->out, "if (from <= %lld && to > %lld)", (long long)whole, (long long)whole);
}

void text_rest_close(KernelText *text, unsigned axes)
{
    if (text_shares(text, axes))
        buf_close(text->out);
}

void text_maps_open(KernelText *text, int64_t maps, int64_t x_step, int64_t y_step)
{
    bool part = text_shares(text, AXIS_MAPS) || text_shares(text, AXIS_PICTURES | AXIS_MAPS);
    if (part) {
        buf_line(text->out, "x += from * %lld;", (long long)x_step);
        buf_line(text->out, "y += from * %lld;", (long long)y_step);
    }
    buf_open(text->out, "for (int i = %s; i < %s; i++, x += %lld, y += %lld)", part ? "from" : "0",
             part ? "to" : arena_printf(text->arena, "%lld", (long long)maps), (long long)x_step, (long long)y_step);
}

void text_rows_open(KernelText *text, int64_t rows, bool block)
{
    bool part = text->kernel->rows.some || text_shares(text, AXIS_ROWS);
    buf_line(text->out, "%s%s", loop_head(text, "r", part, rows, 1), block ? " {" : "");
    text->out->indent++;
}

const char *text_row_in(const KernelText *text)
{
    return text->kernel->rows.x_held ? "(r - from)" : "r";
}

const char *text_row_out(const KernelText *text)
{
    return text->kernel->rows.y_held ? "(r - from)" : "r";
}

bool text_number(const KernelText *text, const Node *node, uint32_t i, double *value)
{
    const Node *input = graph_input_node(text->graph, node, i);
    if (input->op != OP_const || input->type.shape.rank != 0)
        return false;
    *value = (double)graph_constant(text->graph, input)->data[0];
    return true;
}

/* ---- parameters ---- */

/* The name of input i of a node, as the first words of its row say, or x, x2, ... */
static const char *operand_name(const KernelText *text, const Node *node, uint32_t i)
{
    const Op *row = op_row(node->op);
    const char *names = row->operand_names ? row->operand_names : "";
    for (uint32_t skip = i; skip && *names; skip--) {
        names += strcspn(names, " ");
        names += strspn(names, " ");
    }
    if (*names)
        return arena_strndup(text->arena, names, strcspn(names, " "));
    return i == 0 ? "x" : arena_printf(text->arena, "x%u", i + 1);
}

void text_begin(KernelText *text)
{
    Parameters list = kernel_parameters(text->graph, text->kernel);
    text->parameters = list.at;
    text->parameter_count = list.count;
}

uint32_t text_parameter_count(const KernelText *text)
{
    return text->parameter_count;
}

uint32_t text_leader_parameters(const KernelText *text)
{
    uint32_t count = 0;
    while (count < text->parameter_count && !text->parameters[count].epilogue)
        count++;
    return count;
}

const Type *text_parameter_type(const KernelText *text, uint32_t i)
{
    return parameter_type(text->graph, &text->parameters[i]);
}

bool text_parameter_runs(const KernelText *text, uint32_t i)
{
    return parameter_runs(text->graph, &text->parameters[i]);
}

int64_t text_tile(const KernelText *text, unsigned axes)
{
    return tiling_tile(&text->kernel->tiling, axes);
}

bool text_in_place(const KernelText *text, uint32_t i)
{
    return text->kernel->in_place == i;
}

const char *text_operand(const KernelText *text, uint32_t i)
{
    const Parameter *parameter = &text->parameters[i];
    const char *name = operand_name(text, parameter->node, parameter->input);
    if (!parameter->epilogue)
        return name;
    if (parameter->node->input_count == 2 && !op_row(parameter->node->op)->operand_names)
        name = "x"; /* the other input is the running value */
    name = arena_printf(text->arena, "%s_%s", op_name(parameter->node->op), name);
    return parameter->place ? arena_printf(text->arena, "%s%u", name, parameter->place + 1) : name;
}

const char *text_parameter(const KernelText *text, uint32_t i)
{
    return text_in_place(text, i) ? "y" : text_operand(text, i);
}

const char *text_reads(const KernelText *text)
{
    return arena_printf(text->arena, "%sconst float *", text_set(text)->memory);
}

const char *text_writes(const KernelText *text)
{
    return arena_printf(text->arena, "%sfloat *", text_set(text)->memory);
}

const char *element_text(DType dtype)
{
    return dtype == DT_U8 ? "unsigned char" : dtype_is_short(dtype) ? "uint16_t" : "float";
}

static const char *parameter_list(const KernelText *text)
{
    Buf line = {0};
    for (uint32_t i = 0; i < text->parameter_count; i++)
        if (!text_in_place(text, i))
            buf_printf(&line, "%sconst %s *restrict %s, ", text_set(text)->memory,
                       element_text(text_parameter_type(text, i)->dtype), text_parameter(text, i));
    buf_printf(&line, "%s%s *restrict y", text_set(text)->memory, element_text(text_output(text)->dtype));
    const char *result = arena_strdup(text->arena, buf_text(&line));
    buf_free(&line);
    return result;
}

void text_open_part(KernelText *text, const char *attribute, const char *part, const char *extra)
{
    line_wrapped(text->out, arena_printf(text->arena, "%sstatic void %s%s(%s%s)", attribute, text->name, part,
                                         parameter_list(text), extra));
    buf_line(text->out, "{");
    text->out->indent++;
}

void text_open(KernelText *text)
{
    text_open_as(text, text_set(text)->kernel);
}

void text_open_as(KernelText *text, const char *attribute)
{
    const char *part = takes_part(text) ? ", int from, int to" : "";
    const char *y = text_writes(text);
    const char *second = text_has_pieces(text) ? arena_printf(text->arena, ", %srestrict y2", y) : "";
    const char *scratch = text->kernel->scratch ? arena_printf(text->arena, ", %srestrict scratch", y) : "";
    text_open_part(text, attribute, "", arena_printf(text->arena, "%s%s%s", second, scratch, part));
}

void text_close(KernelText *text)
{
    buf_close(text->out);
    buf_line(text->out, "");
}

/* ---- lines of bounded length ---- */

enum { LINE_WIDTH = 119 };

static int depth_change(char c)
{
    return (strchr("([{", c) != NULL) - (strchr(")]}", c) != NULL);
}

/* The length of the next item of a list with its comma, or of the rest. */
static size_t item_length(const char *list)
{
    int depth = 0;
    for (size_t i = 0; list[i]; i++) {
        depth += depth_change(list[i]);
        if (list[i] == ',' && depth == 0)
            return i + 1;
    }
    return strlen(list);
}

static size_t longest_item(const char *list)
{
    size_t longest = 0;
    for (const char *at = list; *at; at += *at == ' ') {
        size_t length = item_length(at);
        longest = MAX(longest, length);
        at += length;
    }
    return longest;
}

/* Writes a list from `column` on. Further lines begin with `mark` and blanks up to `indent`. */
static void write_items(Buf *out, const char *list, size_t column, const char *mark, size_t indent)
{
    for (const char *at = list; *at; at += *at == ' ') {
        size_t length = item_length(at), gap = at > list;
        if (column > indent && column + gap + length > LINE_WIDTH) {
            buf_printf(out, "\n%s%*s", mark, (int)(indent - strlen(mark)), "");
            column = indent;
            gap = 0;
        }
        buf_printf(out, "%s%.*s", gap ? " " : "", (int)length, at);
        column += gap + length;
        at += length;
    }
    buf_puts(out, "\n");
}

/* How much of a line stands before its first list: "y[i] = f(" of "y[i] = f(a, b);"; 0: it has no list. */
static size_t head_length(const char *line)
{
    for (const char *at = line; (at = strpbrk(at, "({")); at++) {
        int depth = 0;
        for (const char *c = at; *c && (c == at || depth > 0); c++) {
            depth += depth_change(*c);
            if (*c == ',' && depth == 1)
                return (size_t)(at + 1 - line);
        }
    }
    return 0;
}

void line_wrapped(Buf *out, const char *line)
{
    enum { FURTHER = 8 };
    size_t start = 4 * (size_t)out->indent, head = head_length(line);
    if (start + strlen(line) <= LINE_WIDTH || !head) {
        buf_line(out, "%s", line);
        return;
    }
    for (size_t inner; start + FURTHER + longest_item(line + head) > LINE_WIDTH && (inner = head_length(line + head));)
        head += inner; /* the list inside of an item that is too long */
    buf_printf(out, "%*s%.*s", (int)start, "", (int)head, line);
    if (start + head + longest_item(line + head) <= LINE_WIDTH)
        write_items(out, line + head, start + head, "", start + head);
    else
        write_items(out, line + head, LINE_WIDTH, "", start + FURTHER);
}

void comment_wrapped(Buf *out, const char *begin, const char *text)
{
    buf_puts(out, begin);
    write_items(out, text, strlen(begin), " *", 5);
}

/* ---- the comment ---- */

const char *storage_text(Arena *arena, const Type *type)
{
    const Shape *s = &type->shape;
    const Layout *l = &type->layout;
    Buf text = {0};
    int64_t dim[MAX_RANK + 2] = {0};
    int rank = s->rank;
    bool panels = l->kind == LAYOUT_PANELS || l->kind == LAYOUT_TURNED;
    for (int i = 0; i < rank; i++)
        dim[i] = s->dim[i];
    if (l->kind == LAYOUT_INTERLEAVED && rank == 4) {
        dim[1] = s->dim[2];
        dim[2] = s->dim[3];
        dim[3] = s->dim[1];
    } else if (l->kind == LAYOUT_TURNED) {
        dim[0] = s->dim[1];
        dim[1] = s->dim[0];
    } else if (rank >= 2 && !panels) {
        dim[rank - 2] += l->halo[HALO_TOP] + l->halo[HALO_BOTTOM];
        dim[rank - 1] += l->halo[HALO_LEFT] + l->halo[HALO_RIGHT];
    }
    if (l->inputs > 1 && dim[1] > l->inputs) {
        dim[1] = quotient_up(dim[1], l->inputs);
        dim[rank++] = l->inputs;
    } else if (l->inputs > 1) {
        dim[1] = s->dim[2];
        dim[2] = s->dim[3];
        dim[3] = s->dim[1];
    }
    if (l->kind == LAYOUT_BLOCKED || panels) {
        int cut = panels ? 0 : 1;
        dim[cut] = quotient_up(dim[cut], l->block);
        dim[rank++] = l->block;
    }
    bool batch = !panels && rank > 1 && dim[0] == 1;
    for (int i = batch ? 1 : 0; i < rank; i++)
        buf_printf(&text, "[%lld]", (long long)dim[i]);
    const char *result = arena_strdup(arena, rank ? buf_text(&text) : "number");
    buf_free(&text);
    return result;
}

/* Labels of the layers that share the kernel, the first few of them. */
static void write_layers(const KernelText *text, Buf *line)
{
    enum { NAMED = 4 };
    uint32_t found = 0;
    for (uint32_t i = 0; i < text->plan->steps.count; i++) {
        const Step *step = &text->plan->steps.at[i];
        if (text->plan->kernels.at[step->kernel].name != text->kernel->name)
            continue;
        const Node *node = graph_node(text->graph, step->leader);
        if (found < NAMED)
            buf_printf(line, "%s%s", found ? ", " : "", node->path);
        found++;
    }
    if (found > NAMED)
        buf_printf(line, " and %u more", found - NAMED);
}

const char *text_count(const KernelText *text, int64_t count, const char *noun)
{
    return arena_printf(text->arena, "%lld %s%s", (long long)count, noun, plural(count));
}

void text_comment(KernelText *text, const char *how)
{
    Buf line = {0};
    const Type x = text_stored_input(text), y = text_stored_output(text);
    if (text->leader->path[0]) {
        write_layers(text, &line);
        buf_puts(&line, ": ");
    }
    buf_puts(&line, op_name(text->leader->op));
    for (uint32_t i = 0; i < text->kernel->epilogue_count; i++)
        buf_printf(&line, ", %s", op_name(graph_node(text->graph, text->kernel->epilogue[i])->op));
    const Source *source = text->leader->span.file ? diag_source(text->diag, text->leader->span.file) : NULL;
    if (source) {
        int row, column;
        span_position(text->diag, text->leader->span, &row, &column);
        buf_printf(&line, " (%s:%d)", path_base(source->path), row);
    }
    comment_wrapped(text->out, "/* ", buf_text(&line));
    buf_clear(&line);
    for (uint32_t i = 0; i < text->parameter_count; i++)
        buf_printf(&line, "%s%s%s", i ? ", " : "", text_operand(text, i),
                   storage_text(text->arena, i ? text_parameter_type(text, i) : &x));
    buf_printf(&line, " -> y%s", storage_text(text->arena, text_has_pieces(text) ? text_written(text, 0) : &y));
    if (text_has_pieces(text))
        buf_printf(&line, ", y2%s", storage_text(text->arena, text_written(text, 1)));
    const Loop *shared = tiling_shared(&text->kernel->tiling);
    if (takes_part(text)) {
        buf_puts(&line, ", the ");
        tiling_print_axes(&line, text->graph, text->kernel, shared ? shared->axes : AXIS_ROWS);
        buf_puts(&line, " from .. to - 1");
    }
    if (text->kernel->in_place != NOT_IN_PLACE)
        buf_printf(&line, " in the place of %s", text_operand(text, text->kernel->in_place));
    comment_wrapped(text->out, " * ", buf_text(&line));
    buf_line(text->out, " * %s */", how);
    buf_free(&line);
}

/* ---- small texts ---- */

const char *float_text(Arena *arena, double value)
{
    float f = (float)value;
    if (f != f)
        return "NAN";
    if (f > 3.4028234663852886e38f || f < -3.4028234663852886e38f)
        return f > 0 ? "INFINITY" : "-INFINITY";
    const char *digits = "";
    for (int precision = 1; precision <= 9; precision++) {
        digits = arena_printf(arena, "%.*g", precision, (double)f);
        if (strtof(digits, NULL) == f)
            break;
    }
    bool whole = !strpbrk(digits, ".e");
    return arena_printf(arena, "%s%sf", digits, whole ? ".0" : "");
}

static void write_border(KernelText *text, const Type *type, const char *y, int64_t pictures)
{
    const int32_t *halo = type->layout.halo;
    const Shape *s = &type->shape;
    int64_t block = type->layout.kind == LAYOUT_BLOCKED ? type->layout.block : 1;
    int64_t maps = pictures * quotient_up(s->dim[1], block);
    text->needs->border = text->needs->string = true;
    if (takes_part(text)) {
        buf_line(text->out, "if (from == 0)");
        text->out->indent++;
    }
    buf_line(text->out, "%s_zero_border(%s, %lld, %lld, %lld, %lld, %lld, %lld, %lld);", text->prefix, y,
             (long long)maps, (long long)s->dim[2], (long long)(s->dim[3] * block), (long long)halo[HALO_TOP],
             (long long)(halo[HALO_LEFT] * block), (long long)halo[HALO_BOTTOM], (long long)(halo[HALO_RIGHT] * block));
    if (takes_part(text))
        text->out->indent--;
}

void text_border_of(KernelText *text, int64_t pictures)
{
    if (text->kernel->in_place != NOT_IN_PLACE || text->kernel->rows.y_held)
        return; /* in place: it stands there already; of held rows: who holds them cares for it */
    for (uint32_t i = 0; i < text->kernel->written_count; i++)
        if (layout_has_halo(&text_written(text, i)->layout))
            write_border(text, text_written(text, i), i ? "y2" : "y", pictures);
}

void text_border(KernelText *text)
{
    text_border_of(text, text_output(text)->shape.dim[0]);
}
