/* transposed.c - phases, tap loops and calls of transposed convolutions (see transposed.h). */
#include "emit/transposed.h"

enum { ROWS, COLUMNS };

/* ---- numbers ---- */

static int64_t greatest_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static TransposedAxis axis_numbers(const ConvAttrs *attrs, int i, int64_t taps, int64_t outputs)
{
    int64_t stride = attrs->stride[i], dilation = attrs->dilation[i], common = greatest_divisor(stride, dilation);
    TransposedAxis axis = {.taps = taps,
                           .stride = stride,
                           .dilation = dilation,
                           .outputs = outputs,
                           .skip = attrs->pad[i] / stride,
                           .before = attrs->pad[i] % stride,
                           .step = stride / common,
                           .reach = dilation / common};
    axis.even = common == 1 && taps % axis.step == 0;
    return axis;
}

Transposed transposed_numbers(KernelText *text)
{
    const Type *stored_x = text_input(text, CONV_X), *stored_y = text_output(text);
    const Shape *x = &stored_x->shape, *y = &stored_y->shape, *weight = &text_input(text, CONV_WEIGHT)->shape;
    Access in = access_of(stored_x), out = access_of(stored_y);
    int vector = stored_y->layout.kind == LAYOUT_BLOCKED ? stored_y->layout.block : 1;
    const ConvAttrs *attrs = text->leader->attrs;
    const Loop *parts = tiling_find(&text->kernel->tiling, LOOP_PARTS);
    int part = (int)text_tile(text, AXIS_MAPS);
    Transposed t = {.text = text,
                    .attrs = attrs,
                    .inputs = x->dim[1] / attrs->groups,
                    .maps = y->dim[1],
                    .row = in.stride[2],
                    .plane = in.stride[1] * vector,
                    .out_row = out.stride[2],
                    .out_plane = out.stride[1] * vector,
                    .batch = y->dim[0],
                    .x_picture = in.stride[0],
                    .y_picture = out.stride[0],
                    .x_base = in.base,
                    .y_base = out.base,
                    .vector = vector,
                    .block = parts ? (int)parts->length : part,
                    .part = part,
                    .pixels = text_tile(text, AXIS_COLUMNS),
                    .last_argument = ""};
    for (int i = 0; i < 2; i++)
        t.axis[i] = axis_numbers(attrs, i, weight->dim[2 + i], y->dim[2 + i]);
    return t;
}

int64_t transposed_columns(const Node *node)
{
    const ConvAttrs *attrs = node->attrs;
    return MAX(node->type.shape.dim[3] / attrs->stride[1], 1);
}

/* ---- the tile ---- */

static const char *const tap_names[2] = {"ky", "kx"}, *const first_names[2] = {"first_y", "first_x"};

const char *transposed_parameters(const Transposed *t)
{
    return arena_printf(t->text->arena, "%s%s", t->axis[ROWS].even ? "" : ", int first_y",
                        t->axis[COLUMNS].even ? "" : ", int first_x");
}

/* "", or a product that drops factors of one: " + ky * 36". */
static void add_term(Buf *line, const char *sign, const char *name, int64_t factor)
{
    buf_printf(line, factor == 1 ? " %s %s" : " %s %s * %lld", sign, name, (long long)factor);
}

/* The tap's place in the input: back by `reach` pixels a tap of the phase, or by dilation / stride a tap. */
static void add_tap(const Transposed *t, int i, Buf *input, Buf *weight)
{
    const TransposedAxis *axis = &t->axis[i];
    int64_t pixel = i == ROWS ? t->row : t->vector, one = (i == ROWS ? t->axis[COLUMNS].taps : 1) * t->block;
    const char *name = tap_names[i];
    if (axis->even) {
        add_term(input, "-", name, axis->reach * pixel);
        add_term(weight, "+", name, axis->step * one);
        return;
    }
    if (axis->dilation > 1)
        buf_printf(input, " - %s * %lld / %lld", name, (long long)axis->dilation, (long long)axis->stride);
    else
        buf_printf(input, " - %s / %lld", name, (long long)axis->stride);
    if (pixel > 1)
        buf_printf(input, " * %lld", (long long)pixel);
    add_term(weight, "+", name, one);
}

static int open_tap_loop(const Transposed *t, int i)
{
    const TransposedAxis *axis = &t->axis[i];
    const char *name = tap_names[i];
    if (!axis->even)
        buf_open(t->text->out, "for (int %s = %s; %s < %lld; %s += %lld)", name, first_names[i], name,
                 (long long)axis->taps, name, (long long)axis->step);
    else if (axis->taps > axis->step)
        buf_open(t->text->out, "for (int %s = 0; %s < %lld; %s++)", name, name, (long long)(axis->taps / axis->step),
                 name);
    else
        return 0;
    return 1;
}

int transposed_open_taps(const Transposed *t)
{
    Buf *out = t->text->out, input = {0}, weight = {0};
    int loops = 0;
    if (t->inputs > 1) {
        buf_open(out, "for (int i = 0; i < %lld; i++)", (long long)t->inputs);
        loops++;
        if (t->vector == 1)
            add_term(&input, "+", "i", t->plane);
        else if (t->inputs > t->vector)
            buf_printf(&input, " + i / %d * %lld + i %% %d", t->vector, (long long)t->plane, t->vector);
        else
            buf_puts(&input, " + i");
        add_term(&weight, "+", "i", t->axis[ROWS].taps * t->axis[COLUMNS].taps * t->block);
    }
    for (int i = 0; i < 2; i++) {
        int opened = open_tap_loop(t, i);
        if (opened)
            add_tap(t, i, &input, &weight);
        loops += opened;
    }
    buf_line(out, "%ss = x%s;", text_reads(t->text), buf_text(&input));
    buf_line(out, "%sw = weight%s;", text_reads(t->text), buf_text(&weight));
    buf_free(&input);
    buf_free(&weight);
    return loops;
}

void transposed_close_taps(const Transposed *t, int loops)
{
    while (loops--)
        buf_close(t->text->out);
}

/* ---- phases ---- */

static const char *const phase_names[2] = {"py", "px"};

/* b with a * b % modulo == 1; a and modulo have no common divisor. */
static int64_t inverse(int64_t a, int64_t modulo)
{
    int64_t before = 0, now = 1, rest = modulo, value = a % modulo;
    while (value > 1) {
        int64_t quotient = rest / value, next = before - quotient * now, left = rest % value;
        before = now, now = next;
        rest = value, value = left;
    }
    return modulo == 1 ? 0 : (now % modulo + modulo) % modulo;
}

/* The phase counted with the padding: "py", or "(py + 1) % 2". */
static const char *padded_phase(const Transposed *t, int i)
{
    const TransposedAxis *axis = &t->axis[i];
    if (!axis->before)
        return phase_names[i];
    return arena_printf(t->text->arena, "(%s + %lld) %% %lld", phase_names[i], (long long)axis->before,
                        (long long)axis->stride);
}

/* The first tap of a phase: the least k with k * dilation % stride equal to the phase; `taps` when there is none. */
static const char *first_tap(const Transposed *t, int i)
{
    const TransposedAxis *axis = &t->axis[i];
    const char *phase = padded_phase(t, i);
    int64_t common = axis->stride / axis->step;
    long long turn = axis->step > 1 ? inverse(axis->dilation / common, axis->step) : 0;
    if (common > 1 && axis->step == 1)
        return arena_printf(t->text->arena, "%s %% %lld ? %lld : 0", phase, (long long)common, (long long)axis->taps);
    const char *tap = phase;
    if (common > 1)
        tap = arena_printf(t->text->arena, "%s %% %lld ? %lld : %s / %lld", phase, (long long)common,
                           (long long)axis->taps, phase, (long long)common);
    if (turn != 1)
        tap = arena_printf(t->text->arena, "%s * %lld %% %lld", tap, turn, (long long)axis->step);
    return tap;
}

/* Opens the loop over the phases of an axis, if it has several, and names the first tap. */
static bool open_phases(const Transposed *t, int i)
{
    const TransposedAxis *axis = &t->axis[i];
    const char *name = phase_names[i];
    if (axis->stride == 1)
        return false;
    buf_open(t->text->out, "for (int %s = 0; %s < %lld; %s++)", name, name, (long long)MIN(axis->stride, axis->outputs),
             name);
    buf_line(t->text->out, "const int %s = %s; /* the first tap that meets %s %s */", first_names[i], first_tap(t, i),
             i == ROWS ? "row" : "column", name);
    return true;
}

/* ---- the call of a tile ---- */

/* Where the input of a row or column begins; `place`: "r", or the tile's column counted inside its phase. */
static void add_input_place(const Transposed *t, int i, const char *place, Buf *line)
{
    const TransposedAxis *axis = &t->axis[i];
    long long stride = axis->stride, before = axis->before, pixel = i == ROWS ? t->row : t->vector;
    Buf sum = {0};
    int terms = 0;
    if (i == ROWS && stride > 1 && ++terms)
        before ? buf_printf(&sum, "(r + %lld) / %lld", before, stride) : buf_printf(&sum, "r / %lld", stride);
    else if (place[0] && ++terms)
        buf_puts(&sum, place);
    if (i == COLUMNS && before)
        buf_printf(&sum, "%s(px + %lld) / %lld", terms++ ? " + " : "", before, stride);
    if (axis->even && stride > 1 && axis->dilation > 1)
        buf_printf(&sum, "%s%s * %lld / %lld", terms++ ? " - " : "-", first_names[i], (long long)axis->dilation,
                   stride);
    if (terms && pixel == 1)
        buf_printf(line, " + %s", buf_text(&sum));
    else if (terms)
        buf_printf(line, terms > 1 ? " + (%s) * %lld" : " + %s * %lld", buf_text(&sum), pixel);
    buf_free(&sum);
}

static void add_weight_place(const Transposed *t, Buf *line)
{
    int64_t taps = t->axis[ROWS].taps * t->axis[COLUMNS].taps, channels = t->inputs * t->attrs->groups;
    buf_puts(line, ", weight");
    if (t->attrs->groups > 1) {
        int64_t maps = t->maps / t->attrs->groups;
        if (maps > t->block)
            buf_printf(line, " + o %% %lld * %lld", (long long)maps, (long long)(channels * taps));
        add_term(line, "+", "group", t->inputs * taps * t->block);
    } else if (t->maps > t->block) {
        add_term(line, "+", "o", channels * taps);
    }
    for (int i = 0; i < 2; i++)
        if (t->axis[i].even && t->axis[i].stride > 1)
            add_term(line, "+", first_names[i], (i == ROWS ? t->axis[COLUMNS].taps : 1) * t->block);
}

/* `column`: of the tile inside its phase, "" for 0. */
static void write_call(const Transposed *t, const char *column)
{
    KernelText *text = t->text;
    bool many = t->maps > t->block, parts = t->part < t->block;
    const TransposedAxis *columns = &t->axis[COLUMNS];
    Buf line = {0};
    buf_printf(&line, "%s_row%lld(x", text->name, (long long)t->pixels);
    if (t->attrs->groups > 1)
        add_term(&line, "+", "group", t->inputs * t->plane);
    add_input_place(t, ROWS, "r", &line);
    add_input_place(t, COLUMNS, column, &line);
    add_weight_place(t, &line);
    buf_puts(&line, parts ? " + v" : "");
    const char *panel = arena_printf(text->arena, "%s%s", many ? " + o" : "", parts ? " + v" : "");
    if (text->leader->input_count > CONV_BIAS)
        buf_printf(&line, ", bias%s", text_parameter_runs(text, CONV_BIAS) ? panel : "");
    const Term terms[] = {{"o", 1, many},
                          {"v", 1, parts},
                          {"r", 2, 1},
                          {"px", 3, columns->stride > 1},
                          {column, 3, column[0] ? columns->stride : 0}};
    add_epilogue_arguments(&line, text, panel, terms, COUNT_OF(terms));
    buf_puts(&line, ", y");
    if (many && t->vector > 1)
        buf_printf(&line, " + o / %d * %lld", t->vector, (long long)t->out_plane);
    else if (many)
        add_term(&line, "+", "o", t->out_plane);
    if (parts)
        buf_printf(&line, " + v / %d * %lld", t->vector, (long long)t->out_plane);
    add_term(&line, "+", "r", t->out_row);
    if (columns->stride > 1)
        add_term(&line, "+", "px", t->vector);
    if (column[0])
        add_term(&line, "+", column, columns->stride * t->vector);
    buf_puts(&line, t->last_argument);
    for (int i = 0; i < 2; i++)
        if (!t->axis[i].even)
            buf_printf(&line, ", %s", t->axis[i].stride > 1 ? first_names[i] : "0");
    buf_puts(&line, ");");
    line_wrapped(text->out, buf_text(&line));
    buf_free(&line);
}

/* The tiles of one row and one phase of columns. */
static void write_tiles(const Transposed *t)
{
    Buf *out = t->text->out;
    const TransposedAxis *axis = &t->axis[COLUMNS];
    bool varies = axis->outputs > axis->stride && axis->outputs % axis->stride;
    int64_t columns = MAX(axis->outputs / axis->stride, 1);
    const char *count = varies ? "columns" : arena_printf(t->text->arena, "%lld", (long long)columns);
    if (!varies && columns == t->pixels) {
        write_call(t, "");
        return;
    }
    buf_open(out, "for (int c = 0; c < %s; c += %lld)", count, (long long)t->pixels);
    if (t->pixels == 1 || (!varies && columns % t->pixels == 0)) {
        write_call(t, "c");
    } else {
        const char *last = varies ? arena_printf(t->text->arena, "columns - %lld", (long long)t->pixels)
                                  : arena_printf(t->text->arena, "%lld", (long long)(columns - t->pixels));
        buf_line(out, "const int at = c < %s ? c : %s; /* the last tile overlaps the one before it */", last, last);
        write_call(t, "at");
    }
    buf_close(out);
}

static void write_phases(const Transposed *t)
{
    Buf *out = t->text->out;
    const TransposedAxis *rows = &t->axis[ROWS], *columns = &t->axis[COLUMNS];
    bool row_phases = open_phases(t, ROWS), column_phases = open_phases(t, COLUMNS);
    if (columns->outputs > columns->stride && columns->outputs % columns->stride)
        buf_line(out, "const int columns = (%lld - px) / %lld;", (long long)(columns->outputs + columns->stride - 1),
                 (long long)columns->stride);
    if (row_phases)
        buf_open(out, "for (int r = py; r < %lld; r += %lld)", (long long)rows->outputs, (long long)rows->stride);
    else
        buf_open(out, "for (int r = 0; r < %lld; r++)", (long long)rows->outputs);
    write_tiles(t);
    buf_close(out);
    if (column_phases)
        buf_close(out);
    if (row_phases)
        buf_close(out);
}

void transposed_body(const Transposed *t)
{
    Buf *out = t->text->out;
    bool many = t->maps > t->block;
    int64_t skip = t->x_base + t->axis[ROWS].skip * t->row + t->axis[COLUMNS].skip * t->vector;
    if (skip)
        buf_line(out, "x += %lld; /* to the pixel under the first output */", (long long)skip);
    if (t->y_base)
        buf_line(out, "y += %lld; /* past the halo */", (long long)t->y_base);
    parallels_begin(t->text);
    if (t->batch > 1)
        buf_open(out, "for (int n = 0; n < %lld; n++, x += %lld%s, y += %lld)", (long long)t->batch,
                 (long long)t->x_picture, parallels_next(t->text), (long long)t->y_picture);
    if (many)
        buf_open(out, "%s", text_loop(t->text, AXIS_MAPS, "o", t->maps, t->block));
    if (t->attrs->groups > 1)
        buf_line(out, "const int group = o / %lld;", (long long)(t->maps / t->attrs->groups));
    if (t->part < t->block)
        buf_open(out, "for (int v = 0; v < %d; v += %d)", t->block, t->part);
    write_phases(t);
    if (t->part < t->block)
        buf_close(out);
    if (many)
        buf_close(out);
    if (t->batch > 1)
        buf_close(out);
}
