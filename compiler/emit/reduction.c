/* reduction.c - the loops of sums, means, maxima and minima in plain C: reductions over axes, pools over everything.
 *
 * Three forms, of which the kernel's Tiling has one: runs in lanes, partial results side by side, folded in halves at
 * the end; rows, a whole row of results at a time, some rows of x joined to it at once; and one result after the other.
 * On GPUs, items of a group have partial results, where there are few.
 */
#include "emit/gpu.h"
#include "plan/gpu_fold.h"

typedef struct Reduction {
    KernelText *text;
    Nest nest; /* kept axes first */
    int kept;
    long long lanes, rows; /* at a time; at most one of them is more than 1 */
    Fold fold;
    int64_t count; /* elements of x for each of y */
} Reduction;

static int64_t reduced_count(const Nest *nest)
{
    int64_t count = 1;
    for (int axis = 0; axis < nest->rank; axis++)
        count *= nest->access[NEST_RESULT].stride[axis] ? 1 : nest->dim[axis];
    return count;
}

static int kept_axes(const Nest *nest)
{
    int kept = 0;
    while (kept < nest->rank && nest->access[NEST_RESULT].stride[kept])
        kept++;
    return kept;
}

/* ---- one join ---- */

static const char *start_text(const Reduction *r)
{
    switch (r->fold) {
    case FOLD_SUM:
    case FOLD_MEAN:
        return "0.0f";
    case FOLD_LARGER:
    case FOLD_MAX:
        return "-INFINITY";
    case FOLD_MIN:
        return "INFINITY";
    }
    BUG("fold %d", (int)r->fold);
}

/* "a[b] += s[k];" or "a[b] = net_larger(s[k], a[b]);" */
static const char *join_text(const Reduction *r, const char *to, const char *value)
{
    Arena *arena = r->text->arena;
    if (r->fold == FOLD_SUM || r->fold == FOLD_MEAN)
        return arena_printf(arena, "%s += %s;", to, value);
    if (r->fold == FOLD_LARGER)
        return arena_printf(arena, "%s = %s_larger(%s, %s);", to, r->text->prefix, value, to);
    return arena_printf(arena, "%s = %s_of(%s, %s);", to, r->text->name, value, to);
}

/* The helpers that joins call; max and min of two keep NaN. */
static void write_join_function(const Reduction *r)
{
    KernelText *text = r->text;
    bool extreme = r->fold == FOLD_MAX || r->fold == FOLD_MIN;
    text->needs->larger |= r->fold == FOLD_LARGER || r->fold == FOLD_MAX;
    text->needs->smaller |= r->fold == FOLD_MIN;
    text->needs->math |= extreme || r->fold == FOLD_LARGER;
    if (!extreme)
        return;
    buf_line(text->out, "static inline float %s_of(float a, float b)", text->name);
    buf_line(text->out, "{");
    buf_line(text->out, "    return a != a ? a : %s_%s(a, b);", text->prefix,
             r->fold == FOLD_MAX ? "larger" : "smaller");
    buf_line(text->out, "}");
    buf_line(text->out, "");
}

static const char *finished_text(const Reduction *r, const char *value)
{
    return r->fold == FOLD_MEAN
               ? arena_printf(r->text->arena, "%s / %s", value, float_text(r->text->arena, (double)r->count))
               : value;
}

/* ---- runs: the innermost axis is reduced ---- */

/* One running result: for runs too short for lanes. */
static void write_single(const Reduction *r)
{
    Buf *out = r->text->out;
    buf_line(out, "float v = %s;", start_text(r));
    nest_lines_open(r->text, &r->nest, r->kept, r->nest.rank);
    const char *element = arena_printf(r->text->arena, "x[%s]", nest_index(r->text, &r->nest, NEST_SOURCE));
    buf_line(out, "%s", join_text(r, "v", element));
    out->indent -= r->nest.rank - r->kept;
    buf_line(out, "y[%s] = %s;", nest_index(r->text, &r->nest, NEST_RESULT), finished_text(r, "v"));
}

/* The run: whole lanes, then what is left over. */
static void write_lane_run(const Reduction *r)
{
    Buf *out = r->text->out;
    long long length = r->nest.dim[r->nest.rank - 1], whole = length / r->lanes * r->lanes;
    if (whole == r->lanes) {
        buf_line(out, "for (int b = 0; b < %lld; b++)", r->lanes);
        buf_line(out, "    %s", join_text(r, "a[b]", "s[b]"));
    } else {
        buf_line(out, "for (int e = 0; e < %lld; e += %lld)", whole, r->lanes);
        buf_line(out, "    for (int b = 0; b < %lld; b++)", r->lanes);
        buf_line(out, "        %s", join_text(r, "a[b]", "s[e + b]"));
    }
    if (length == whole + 1)
        buf_line(out, "%s", join_text(r, "a[0]", arena_printf(r->text->arena, "s[%lld]", whole)));
    if (length <= whole + 1)
        return;
    buf_line(out, "for (int b = 0; b < %lld; b++)", length - whole);
    buf_line(out, "    %s", join_text(r, "a[b]", arena_printf(r->text->arena, "s[%lld + b]", whole)));
}

static void write_lanes(const Reduction *r)
{
    KernelText *text = r->text;
    Nest outer = r->nest; /* all but the run */
    outer.rank--;
    int loops = outer.rank - r->kept;
    buf_line(text->out, "float a[%lld];", r->lanes);
    buf_line(text->out, "for (int b = 0; b < %lld; b++)", r->lanes);
    buf_line(text->out, "    a[b] = %s;", start_text(r));
    for (int axis = r->kept; axis < outer.rank; axis++)
        nest_block_open(text, &outer, axis);
    nest_begin(text, &outer, NEST_SOURCE, arena_printf(text->arena, "%ss = x", text_reads(text)));
    write_lane_run(r);
    for (int i = 0; i < loops; i++)
        buf_close(text->out);
    buf_line(text->out, "for (int pairs = %lld; pairs > 0; pairs /= 2)", r->lanes / 2);
    buf_line(text->out, "    for (int b = 0; b < pairs; b++)");
    buf_line(text->out, "        %s", join_text(r, "a[b]", "a[b + pairs]"));
    buf_line(text->out, "y[%s] = %s;", nest_index(text, &r->nest, NEST_RESULT), finished_text(r, "a[0]"));
}

static void write_runs(const Reduction *r)
{
    nest_kept_open(r->text, &r->nest, r->kept);
    if (r->lanes > 1)
        write_lanes(r);
    else
        write_single(r);
    nest_kept_close(r->text, r->kept);
}

/* ---- rows: the innermost axis is kept ---- */

/* One loop over the row, for a statement. */
static void open_row(const Reduction *r)
{
    nest_lines_open(r->text, &r->nest, r->kept - 1, r->kept);
}

/* "(s[i] + s[35 + i]) + (s[70 + i] + s[105 + i])": pair by pair, so that no addition waits for many others. */
static const char *sum_text(Arena *arena, const char *const *element, int64_t count)
{
    if (count == 1)
        return element[0];
    const char *half[2] = {sum_text(arena, element, count / 2),
                           sum_text(arena, element + count / 2, count - count / 2)};
    return arena_printf(arena, count > 3 ? "(%s) + (%s)" : count == 3 ? "%s + (%s)" : "%s + %s", half[0], half[1]);
}

/* Some elements of x, one below the other, joined to one of y: "y[i] += (s[i] + s[35 + i]) + (s[70 + i] + ...);" */
static void write_joined_column(const Reduction *r, const char *to)
{
    KernelText *text = r->text;
    Nest row = {.rank = r->kept, .operands = 1};
    row.access[0].stride[r->kept - 1] = r->nest.access[NEST_SOURCE].stride[r->kept - 1];
    const char **element = NEW_ARRAY(text->arena, const char *, r->rows);
    for (long long k = 0; k < r->rows; k++) {
        row.access[0].base = k * r->nest.access[NEST_SOURCE].stride[r->nest.rank - 1];
        element[k] = arena_printf(text->arena, "s[%s]", nest_index(text, &row, 0));
    }
    if (r->fold == FOLD_SUM || r->fold == FOLD_MEAN) {
        open_row(r);
        buf_line(text->out, "%s += %s;", to, sum_text(text->arena, element, r->rows));
        text->out->indent--;
        return;
    }
    nest_block_open(text, &r->nest, r->kept - 1);
    buf_line(text->out, "float v = %s;", to);
    for (long long k = 0; k < r->rows; k++)
        buf_line(text->out, "%s", join_text(r, "v", element[k]));
    buf_line(text->out, "%s = v;", to);
    buf_close(text->out);
}

/* All rows of x along the innermost reduced axis: several at a time, so that y is read and written less often. */
static void write_joined_rows(const Reduction *r, const char *to)
{
    KernelText *text = r->text;
    Nest bundle = r->nest; /* without the row */
    int last = r->nest.rank - 1;
    bundle.access[NEST_SOURCE].stride[r->kept - 1] = 0;
    int64_t length = r->nest.dim[last], whole = length / r->rows * r->rows;
    const char *name = nest_name(last);
    buf_open(text->out, "for (int %s = 0; %s < %lld; %s += %lld)", name, name, (long long)whole, name, r->rows);
    nest_begin(text, &bundle, NEST_SOURCE, arena_printf(text->arena, "%ss = x", text_reads(text)));
    write_joined_column(r, to);
    buf_close(text->out);
    Nest rest = r->nest;
    if (length == whole)
        return;
    if (length == whole + 1) {
        rest.access[NEST_SOURCE].base += whole * rest.access[NEST_SOURCE].stride[last];
        rest.access[NEST_SOURCE].stride[last] = 0;
    } else {
        buf_line(text->out, "for (int %s = %lld; %s < %lld; %s++)", name, (long long)whole, name, (long long)length,
                 name);
        text->out->indent++;
    }
    open_row(r);
    line_wrapped(text->out, join_text(r, to, arena_printf(text->arena, "x[%s]", nest_index(text, &rest, NEST_SOURCE))));
    text->out->indent -= length == whole + 1 ? 1 : 2;
}

static void write_rows(const Reduction *r)
{
    KernelText *text = r->text;
    Buf *out = text->out;
    int row = r->kept - 1, last = r->nest.rank - 1;
    const char *to = arena_printf(text->arena, "y[%s]", nest_index(text, &r->nest, NEST_RESULT));
    for (int axis = 0; axis < row; axis++)
        nest_block_open(text, &r->nest, axis);
    open_row(r);
    buf_line(out, "%s = %s;", to, start_text(r));
    out->indent--;
    for (int axis = r->kept; axis < last; axis++)
        nest_block_open(text, &r->nest, axis);
    write_joined_rows(r, to);
    for (int axis = r->kept; axis < last; axis++)
        buf_close(out);
    if (r->fold == FOLD_MEAN) {
        open_row(r);
        buf_line(out, "%s /= %s;", to, float_text(text->arena, (double)r->count));
        out->indent--;
    }
    for (int axis = 0; axis < row; axis++)
        buf_close(out);
}

/* ---- groups ---- */

/* Loops `from` .. `to` - 1 of the nest, for item_places; how many. */
static int nest_axes(const Nest *nest, int from, int to, ItemAxis axes[NEST_AXES])
{
    for (int axis = from; axis < to; axis++)
        axes[axis - from] = (ItemAxis){nest_name(axis), nest->dim[axis]};
    return to - from;
}

/* Which result an item has a part of; those that fill the last group do what the last one does. */
static void write_result_of_item(const Reduction *r, const GpuFold *fold)
{
    KernelText *text = r->text;
    ItemAxis axes[NEST_AXES];
    const char *result = "result";
    if (fold->lanes > 1)
        buf_line(text->out, "const int item = get_local_id(0), lane = item %% %lld, part = item / %lld;",
                 (long long)fold->lanes, (long long)fold->lanes);
    else
        buf_line(text->out, "const int item = get_local_id(0), part = item;");
    if (!r->kept)
        return;
    buf_line(text->out, "const int result = get_group_id(0)%s;",
             fold->lanes > 1 ? arena_printf(text->arena, " * %lld + lane", (long long)fold->lanes) : "");
    if (fold->results % fold->lanes) {
        text->needs->least = true;
        result = "inside";
        buf_line(text->out, "const int inside = %s_least(result, %lld);", text->prefix, (long long)fold->results - 1);
    }
    const int count = nest_axes(&r->nest, 0, r->kept, axes);
    item_places(text, result, axes, count);
}

static void write_group(const Reduction *r)
{
    KernelText *text = r->text;
    Buf *out = text->out;
    const GpuFold fold = gpu_fold_sizes(text->graph, text->kernel);
    ItemAxis axes[NEST_AXES];
    write_result_of_item(r, &fold);
    buf_line(out, "float v = %s;", start_text(r));
    buf_open(out, "for (int e = part; e < %lld; e += %lld)", (long long)fold.run, (long long)fold.parts);
    const int count = nest_axes(&r->nest, r->kept, r->nest.rank, axes);
    item_places(text, "e", axes, count);
    const char *element = arena_printf(text->arena, "x[%s]", nest_index(text, &r->nest, NEST_SOURCE));
    line_wrapped(out, join_text(r, "v", element));
    buf_close(out);
    buf_line(out, "tile[item] = v;");
    const char *other = fold.lanes > 1 ? arena_printf(text->arena, "tile[item + pairs * %lld]", (long long)fold.lanes)
                                       : "tile[item + pairs]";
    gpu_join(text, fold.parts, join_text(r, "tile[item]", other));
    buf_line(out, "if (part == 0%s)",
             fold.results % fold.lanes ? arena_printf(text->arena, " && result < %lld", (long long)fold.results) : "");
    buf_line(out, "    y[%s] = %s;", nest_index(text, &r->nest, NEST_RESULT), finished_text(r, "tile[item]"));
}

/* ---- the kernel ---- */

void text_reduction(KernelText *text, Fold fold)
{
    Nest nest = kernel_nest(text->graph, text->kernel);
    const Loop *lanes = tiling_find(&text->kernel->tiling, LOOP_LANES);
    const Loop *rows = tiling_find(&text->kernel->tiling, LOOP_UNROLLED);
    Reduction r = {.text = text,
                   .nest = nest,
                   .kept = kept_axes(&nest),
                   .lanes = lanes ? loop_turns(lanes) : 1,
                   .rows = rows ? loop_turns(rows) : 1,
                   .fold = fold,
                   .count = reduced_count(&nest)};
    bool groups = text->plan->target->gpu && gpu_folds(text->graph, text->kernel);
    text_comment(text, groups  ? "partial results of items side by side"
                       : rows  ? "rows of results"
                       : lanes ? arena_printf(text->arena, "%lld partial results side by side", r.lanes)
                               : "one result after the other");
    write_join_function(&r);
    if (groups)
        gpu_open(text, "", USES_X | USES_Y | USES_TILE);
    else
        text_open(text);
    text_border(text);
    if (groups)
        write_group(&r);
    else if (rows)
        write_rows(&r);
    else
        write_runs(&r);
    text_close(text);
}
