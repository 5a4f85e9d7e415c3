/* gpu_winograd.c - convolutions by Winograd's algorithm on GPUs, over channel blocks (ops/winograd.h has the algebra,
 * plan/gpu_winograd.h the launches).
 *
 * Transforms go over the rows of a tile and then over its columns. An item has one of each, of four channels; what it
 * made of the row meets that of the others in local memory:
 *
 *   there, item i:  row i of d -> row i of d B | barrier | column i of d B -> column i of B^T d B, to V
 *   back, item i:   column i of s -> column i of A^T s | barrier | row i of A^T s -> row i of y, with bias and epilogue
 *
 * Four items have a block of 16 channels of a tile, and those beside them the next tile, so that items read and write
 * what lies together. The tiles at the right and at the bottom may hang over the edge: they read zeros, and store what
 * is inside.
 */
#include "emit/gpu_winograd.h"

static const GpuWinogradText *of(const WinogradText *w)
{
    return (const GpuWinogradText *)w;
}

static int64_t tiles_of(const GpuWinogradText *t)
{
    return t->g.pictures * t->g.sizes.count;
}

/* Whether the last group has fewer tiles. */
static bool is_cut(const GpuWinogradText *t)
{
    return tiles_of(t) % t->g.together;
}

/* Which block of channels of `blocks` a group has, in steps of one or of its channels, which tile and row an item, and
 * where that tile is. */
static void write_places(const GpuWinogradText *t, const char *block, int64_t blocks, int64_t step)
{
    KernelText *text = t->w.text;
    Buf *out = text->out;
    const WinogradSizes *s = &t->g.sizes;
    long long quads = s->lanes / GPU_WINOGRAD_LANES, together = t->g.together, count = s->count;
    long long across = s->tiles.across, m = s->matrices.m;
    const char *last = t->g.pictures > 1 ? arena_printf(text->arena, "at %% %lld", count) : "at";
    buf_line(out, "const int item = get_local_id(0), q = item %% %lld * %d, t = item / %lld %% %lld, i = item / %lld;",
             quads, GPU_WINOGRAD_LANES, quads, together, quads * together);
    const GroupAxis axes[] = {{block, blocks, step, false},
                              {"first", quotient_up(tiles_of(t), together), together, false}};
    gpu_groups(text, axes, COUNT_OF(axes));
    if (is_cut(t)) {
        text->needs->least = true;
        buf_line(out, "const int at = %s_least(first + t, %lld);", text->prefix, (long long)tiles_of(t) - 1);
    } else {
        buf_line(out, "const int at = first + t;");
    }
    if (t->g.pictures > 1)
        buf_line(out, "const int n = at / %lld;", count);
    buf_line(out, "const int r = %s / %lld * %lld, c = at %% %lld * %lld;", last, across, m, across, m);
}

/* Where the item's row and column begin in the group's memory, [row][column][tile][channel]. */
static int64_t next_in_row(const GpuWinogradText *t)
{
    return t->g.together * t->g.sizes.lanes;
}

static int64_t next_in_column(const GpuWinogradText *t)
{
    return t->g.sizes.matrices.a * next_in_row(t);
}

static void write_tile(const GpuWinogradText *t, int64_t rows)
{
    long long lanes = t->g.sizes.lanes;
    buf_line(t->w.text->out,
             "local float *row = tile + i * %lld + t * %lld + q, *column = tile + i * %lld + t * %lld + q;",
             (long long)(rows * next_in_column(t)), lanes, (long long)next_in_row(t), lanes);
}

static const char *steps_from(const WinogradText *w, const char *pointer, int64_t steps)
{
    return pointer_text(w->text, pointer, arena_printf(w->text->arena, "%lld", (long long)steps));
}

static const char *near_row(const WinogradText *w, int k)
{
    return arena_printf(w->text->arena, "v_load_near(%s)", steps_from(w, "row", k * next_in_row(of(w))));
}

static const char *near_column(const WinogradText *w, int k)
{
    return arena_printf(w->text->arena, "v_load_near(%s)", steps_from(w, "column", k * next_in_column(of(w))));
}

static const char *kept_in_row(const WinogradText *w, int k, const char *value)
{
    return arena_printf(w->text->arena, "v_store_near(%s, %s);", steps_from(w, "row", k * next_in_row(of(w))), value);
}

static const char *kept_in_column(const WinogradText *w, int k, const char *value)
{
    return arena_printf(w->text->arena, "v_store_near(%s, %s);", steps_from(w, "column", k * next_in_column(of(w))),
                        value);
}

static void scope_open(Buf *out)
{
    buf_line(out, "{");
    out->indent++;
}

/* "const float *v = scratch + i * 4096 + b * 1024 + (first + t) * 16 + q;": where points of the item's column begin. */
static void write_scratch(const GpuWinogradText *t, const char *declared, const char *block, const Access *access)
{
    KernelText *text = t->w.text;
    const Term terms[] = {{"i", 0, 1}, {block, 1, 1}, {"(first + t)", 2, 1}, {"q", 3, 1}, {NULL, 3, access->base}};
    buf_line(text->out, "%s = %s;", declared,
             pointer_text(text, "scratch", place_text(text, access, terms, COUNT_OF(terms))));
}

/* ---- there ---- */

static const char *load_pixel(const WinogradText *w, int k)
{
    return arena_printf(w->text->arena, "v_read(%s)", steps_from(w, "x", k * w->in.stride[3]));
}

static const char *stored_point(const WinogradText *w, int k, const char *value)
{
    return arena_printf(w->text->arena, "v_write(%s, %s);",
                        steps_from(w, "v", k * w->sizes.matrices.a * w->sizes.input_point), value);
}

static void write_there(const GpuWinogradText *t)
{
    const WinogradText *w = &t->w;
    KernelText *text = w->text;
    Buf *out = text->out;
    const WinogradSizes *s = &w->sizes;
    const int64_t *pad = ((const WinogradAttrs *)text->leader->attrs)->pad;
    int64_t skip = w->in.base - pad[HALO_TOP] * w->in.stride[2] - pad[HALO_LEFT] * w->in.stride[3];
    const Access in = {.stride = {w->in.stride[0], w->in.stride[1] * s->lanes, w->in.stride[2], w->in.stride[3]}};
    const Term terms[] = {{"n", 0, t->g.pictures > 1}, {"b", 1, 1},
                          {"(r + i)", 2, 1},           {"c", 3, 1},
                          {"q", AXIS_IN_BLOCK, 1},     {NULL, AXIS_IN_BLOCK, skip}};
    buf_line(out, "/* B^T d B of %s of a block of channels, to V. */", text_count(text, t->g.together, "tile"));
    gpu_open(text, "_forward", USES_X | USES_SCRATCH | USES_TILE);
    write_places(t, "b", t->g.blocks, 1);
    write_tile(t, 1);
    buf_line(out, "x += %s;", place_text(text, &in, terms, COUNT_OF(terms)));
    scope_open(out);
    winograd_load_lines(w, "x", s->matrices.a, load_pixel);
    winograd_forward_lines(w, kept_in_row);
    buf_close(out);
    buf_line(out, "barrier(CLK_LOCAL_MEM_FENCE);");
    const Access to = {.stride = {s->input_point, t->g.tiles * s->lanes, s->lanes, 1}};
    write_scratch(t, arena_printf(text->arena, "%sv", text_writes(text)), "b", &to);
    winograd_load_lines(w, "x", s->matrices.a, near_column);
    winograd_forward_lines(w, stored_point);
    text_close(text);
}

/* ---- back ---- */

static const char *load_sum(const WinogradText *w, int k)
{
    return arena_printf(w->text->arena, "v_read(%s)", steps_from(w, "s", k * w->sizes.matrices.a * w->sizes.sum_point));
}

/* "if (c + 3 < 14) ": where value k of the last tile, of so many outputs each, is behind the right edge; else "". */
static const char *when_inside(const WinogradText *w, const char *c, int64_t outputs, int64_t each, int k)
{
    return (w->sizes.tiles.across - 1) * each + k < outputs
               ? ""
               : arena_printf(w->text->arena, "if (%s + %d < %lld) ", c, k, (long long)outputs);
}

static const char *finished_output(const WinogradText *w, int k, const char *value, bool parallels)
{
    KernelText *text = w->text;
    const Term terms[] = {{"n", 0, of(w)->g.pictures > 1}, {"o", 1, 1}, {"(r + i)", 2, 1}, {"c", 3, 1}, {NULL, 3, k},
                          {"q", AXIS_IN_BLOCK, 1}};
    return text_finished(text, value, "o + q", parallels ? parallels_at(text, terms, COUNT_OF(terms)) : NULL, true);
}

static const char *stored_output(const WinogradText *w, int k, const char *value)
{
    KernelText *text = w->text;
    return arena_printf(text->arena, "%sv_write(%s, %s);", when_inside(w, "c", w->y->dim[3], w->sizes.matrices.m, k),
                        steps_from(w, "to", k * w->out.stride[3]), finished_output(w, k, value, true));
}

static const char *kept_upper(const WinogradText *w, int k, const char *value)
{
    return arena_printf(w->text->arena, "upper[%d] = %s;", k, finished_output(w, k, value, false));
}

static const char *kept_lower(const WinogradText *w, int k, const char *value)
{
    return arena_printf(w->text->arena, "lower[%d] = %s;", k, finished_output(w, k, value, false));
}

static const char *near_lower(const WinogradText *w, int k)
{
    int64_t steps = next_in_column(of(w)) + k * next_in_row(of(w));
    return arena_printf(w->text->arena, "v_load_near(%s)", steps_from(w, "row", steps));
}

/* Two rows, and the largest of each two pixels of both: from minus infinity on, so that NaN is passed over. */
static void write_pooled(const GpuWinogradText *t, const char *start)
{
    const WinogradText *w = &t->w;
    KernelText *text = w->text;
    Buf *out = text->out;
    int m = w->sizes.matrices.m, a = w->sizes.matrices.a;
    buf_line(out, "%s upper[%d], lower[%d];", w->vector, m, m);
    scope_open(out);
    winograd_load_lines(w, "t", a, near_row);
    winograd_inverse_lines(w, m, start, kept_upper);
    buf_close(out);
    scope_open(out);
    winograd_load_lines(w, "t", a, near_lower);
    winograd_inverse_lines(w, m, start, kept_lower);
    buf_close(out);
    for (int k = 0; k < m / 2; k++) {
        const char *value = "v_set(-INFINITY)";
        for (int p = 0; p < 4; p++)
            value = arena_printf(text->arena, "v_max(%s[%d], %s)", p / 2 ? "lower" : "upper", 2 * k + p % 2, value);
        line_wrapped(out, arena_printf(text->arena, "%sv_write(%s, %s);",
                                       when_inside(w, "c / 2", w->y->dim[3] / 2, m / 2, k),
                                       steps_from(w, "to", k * w->out.stride[3]), value));
    }
    text->needs->math = true;
}

/* Which items have a row of the output: "i < 4 && r + i < 14 && first + t < 49". */
static const char *row_is_inside(const GpuWinogradText *t)
{
    Arena *arena = t->w.text->arena;
    int64_t m = t->g.sizes.matrices.m, rows = t->w.y->dim[2];
    const char *r = "r";
    if (t->w.pooled) {
        m /= 2;
        rows /= 2;
        r = "r / 2";
    }
    const char *text = arena_printf(arena, "i < %lld", (long long)m);
    if (t->g.sizes.tiles.down * m > rows)
        text = arena_printf(arena, "%s && %s + i < %lld", text, r, (long long)rows);
    return is_cut(t) ? arena_printf(arena, "%s && first + t < %lld", text, (long long)tiles_of(t)) : text;
}

static void write_back(const GpuWinogradText *t)
{
    const WinogradText *w = &t->w;
    KernelText *text = w->text;
    Buf *out = text->out;
    const WinogradSizes *s = &w->sizes;
    buf_line(out, "/* A^T s A of the sums of %s of a block of maps%s. */", text_count(text, t->g.together, "tile"),
             w->pooled ? ", the largest of each 2 x 2" : "");
    gpu_open(text, "", USES_BIAS | USES_EPILOGUE | USES_Y | USES_SCRATCH | USES_TILE);
    text_border_of(text, t->g.pictures);
    parallels_begin(text);
    if (w->out.base) /* also of what stands in its place */
        buf_line(out, "y += %lld; /* past the halo */", (long long)w->out.base);
    write_places(t, "o", t->g.map_blocks, s->lanes);
    write_tile(t, w->pooled ? 2 : 1);
    scope_open(out);
    const Access from = {.base = s->sums, .stride = {s->sum_point, t->g.tiles, s->lanes, 1}};
    write_scratch(t, arena_printf(text->arena, "%ss", text_reads(text)), "o", &from);
    winograd_load_lines(w, "t", s->matrices.a, load_sum);
    winograd_inverse_lines(w, s->matrices.m, NULL, kept_in_column);
    buf_close(out);
    buf_line(out, "barrier(CLK_LOCAL_MEM_FENCE);");
    buf_open(out, "if (%s)", row_is_inside(t));
    const Term terms[] = {{"n", 0, t->g.pictures > 1},
                          {"o", 1, 1},
                          {w->pooled ? "(r / 2 + i)" : "(r + i)", 2, 1},
                          {w->pooled ? "c / 2" : "c", 3, 1},
                          {"q", AXIS_IN_BLOCK, 1}};
    buf_line(out, "%sto = %s;", text_writes(text),
             pointer_text(text, "y", place_text(text, &w->out, terms, COUNT_OF(terms))));
    if (w->has_bias)
        buf_line(out, "const %s b = v_read(bias + o + q);", w->vector);
    const char *start = w->has_bias ? "b" : NULL;
    if (w->pooled) {
        write_pooled(t, start);
    } else {
        winograd_load_lines(w, "t", s->matrices.a, near_row);
        winograd_inverse_lines(w, s->matrices.m, start, stored_output);
    }
    buf_close(out);
    text_close(text);
}

/* ---- the kernel ---- */

static void write_comment(const GpuWinogradText *t)
{
    KernelText *text = t->w.text;
    const Winograd *m = &t->g.sizes.matrices;
    text_comment(text, arena_printf(text->arena,
                                    "by Winograd's F(%dx%d, %dx%d), in three launches; %lld maps x %s "
                                    "multiplied by a group, %d maps x %s by an item",
                                    m->m, m->m, m->r, m->r, (long long)t->g.maps_tile,
                                    text_count(text, t->g.tiles_tile, "tile"), GPU_WINOGRAD_SIDE,
                                    text_count(text, t->g.item_tiles, "tile")));
    buf_line(text->out,
             "/* y = A^T [(G g G^T) . (B^T d B)] A of tiles d and kernels g, whose G g G^T are the weights:");
    winograd_matrices(&t->w);
    buf_line(text->out, " */");
}

void gpu_winograd_text(KernelText *text)
{
    GpuWinogradText t = {.g = gpu_winograd_sizes(text->graph, text->kernel)};
    t.w = (WinogradText){.text = text,
                         .sizes = t.g.sizes,
                         .vector = text_set(text)->vector,
                         .y = &text->leader->type.shape,
                         .in = access_of(text_input(text, CONV_X)),
                         .out = access_of(text_output(text)),
                         .has_bias = text->leader->input_count > CONV_BIAS,
                         .pooled = text->result->op == OP_maxpool};
    write_comment(&t);
    text_finish(text, true);
    write_there(&t);
    gpu_winograd_points(&t);
    write_back(&t);
}
