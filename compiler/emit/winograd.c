/* winograd.c - convolutions by Winograd's algorithm over channel blocks, in the words of a target (ops/winograd.h has
 * the algebra, plan/winograd.h what stands where).
 *
 *   for each block of tiles
 *       V = B^T d B of each tile and channel
 *       for each panel of maps
 *           at each point: sums of V over the channels, times weights: a product of matrices
 *           y = A^T s A of each tile, with bias and epilogue
 *
 * Weights are read strictly in order; while a panel is multiplied, the next one is fetched. The tiles at the right and
 * at the bottom may hang over the edge: they read zeros, and store what is inside.
 */
#include "emit/winograd.h"

/* ---- products ---- */

/* Products of a block at a point: steps of tiles, and what is left. */
static int64_t rest_of(const WinogradSizes *s)
{
    return s->block % s->narrow;
}

static int64_t calls_of(const WinogradSizes *s)
{
    return quotient_up(s->block, s->narrow);
}

/* Maps of a panel, and how many times some of them are multiplied. */
static int64_t panel_of(const WinogradSizes *s)
{
    return s->vectors * s->lanes;
}

static int64_t parts_of(const WinogradSizes *s)
{
    return panel_of(s) / s->part;
}

/* How many of the weights of the next point are fetched for each channel of this one: each call takes a share. */
static int64_t fetched(const WinogradSizes *s)
{
    int64_t calls = calls_of(s) * parts_of(s);
    return quotient_up(panel_of(s), calls);
}

static void write_prefetch(const WinogradText *w)
{
    enum { LINE_FLOATS = 16 };
    int64_t floats = fetched(&w->sizes);
    for (int64_t i = 0; i < floats; i += LINE_FLOATS)
        buf_line(w->text->out, "v_prefetch(%s);",
                 pointer_text(w->text, "next", arena_printf(w->text->arena, "%lld", (long long)i)));
    buf_line(w->text->out, "next += %lld;", (long long)floats);
}

static void write_product(const WinogradText *w, int64_t tiles)
{
    KernelText *text = w->text;
    Buf *out = text->out;
    const WinogradSizes *s = &w->sizes;
    long long panel = panel_of(s);
    const int lanes = text_set(text)->lanes;
    const int64_t vectors = s->part / lanes;
    buf_line(out, "/* At one point, %s, of %lld maps: the sum over channels of v times weights. */",
             text_count(text, tiles, "tile"), (long long)s->part);
    line_wrapped(out, arena_printf(text->arena,
                                   "%sstatic void %s_tiles%lld(%srestrict v, %srestrict weight, %srestrict next, "
                                   "%srestrict sums)",
                                   text_set(text)->tile, text->name, (long long)tiles, text_reads(text),
                                   text_reads(text), text_reads(text), text_writes(text)));
    buf_line(out, "{");
    out->indent++;
    for (int64_t t = 0; t < tiles; t++)
        for (int64_t m = 0; m < vectors; m++)
            buf_line(out, "%s a%lld_%lld = v_zero();", w->vector, (long long)t, (long long)m);
    buf_open(out, "for (int i = 0; i < %lld; i++, weight += %lld)", (long long)s->channels, panel);
    if (s->channels > s->lanes)
        buf_line(out, "%ss = v + i / %lld * %lld + i %% %lld;", text_reads(text), (long long)s->lanes,
                 (long long)(s->block * s->lanes), (long long)s->lanes);
    else
        buf_line(out, "%ss = v + i;", text_reads(text));
    write_prefetch(w);
    for (int64_t m = 0; m < vectors; m++)
        buf_line(out, "const %s w%lld = v_load(%s);", w->vector, (long long)m,
                 pointer_text(text, "weight", arena_printf(text->arena, "%lld", (long long)(m * lanes))));
    for (int64_t t = 0; t < tiles; t++) {
        const char *place = arena_printf(text->arena, "%lld", (long long)(t * s->lanes));
        buf_line(out, "const %s s%lld = v_broadcast(%s);", w->vector, (long long)t, pointer_text(text, "s", place));
        for (long long m = 0; m < vectors; m++)
            buf_line(out, "a%lld_%lld = v_fma(s%lld, w%lld, a%lld_%lld);", (long long)t, m, (long long)t, m,
                     (long long)t, m);
    }
    buf_close(out);
    for (int64_t m = 0; m < vectors; m++)
        for (int64_t t = 0; t < tiles; t++) {
            int64_t inside = m * lanes % s->lanes, block = m * lanes - inside;
            const char *place =
                arena_printf(text->arena, "%lld", (long long)(block * s->block + t * s->lanes + inside));
            buf_line(out, "v_store(%s, a%lld_%lld);", pointer_text(text, "sums", place), (long long)t, (long long)m);
        }
    text_close(text);
}

/* ---- loops ---- */

/* How many outputs of the last tile are inside, along an axis: all, when it ends there. */
static int64_t last_outputs(const WinogradText *w, int64_t outputs)
{
    return (outputs - 1) % w->sizes.matrices.m + 1;
}

/* Sizes of the tiles: whole ones, those at the right, at the bottom and in the corner, where they are cut. */
typedef struct Variant {
    const char *part, *when; /* when: NULL, the last of them, for all others */
    int64_t rows, columns;
    bool used;
} Variant;

enum { VARIANTS = 4 };

static void find_variants(const WinogradText *w, Variant variants[VARIANTS])
{
    int64_t m = w->sizes.matrices.m, height = w->y->dim[2], width = w->y->dim[3];
    int64_t rows = last_outputs(w, height), columns = last_outputs(w, width);
    const char *down = arena_printf(w->text->arena, "r < %lld", (long long)(height - rows));
    const char *across = arena_printf(w->text->arena, "c < %lld", (long long)(width - columns));
    const char *both = arena_printf(w->text->arena, "%s && %s", down, across);
    bool cut_rows = rows < m, cut_columns = columns < m, some_down = height >= m, some_across = width >= m;
    variants[0] = (Variant){"_inverse",
                            cut_rows && cut_columns ? both
                            : cut_rows              ? down
                                                    : across,
                            m, m, some_down && some_across};
    variants[1] = (Variant){"_right", down, m, columns, cut_columns && some_down};
    variants[2] = (Variant){"_bottom", across, rows, m, cut_rows && some_across};
    variants[3] = (Variant){"_corner", NULL, rows, columns, cut_rows && cut_columns};
}

/* "c = t % 14 * 4" for tile t of the picture. */
static void write_place(const WinogradText *w)
{
    long long across = w->sizes.tiles.across, m = w->sizes.matrices.m;
    const char *tile = w->sizes.block < w->sizes.count ? "(first + t)" : "t";
    buf_line(w->text->out, "const int r = %s / %lld * %lld, c = %s %% %lld * %lld;", tile, across, m, tile, across, m);
}

static const char *tiles_end(const WinogradText *w)
{
    const WinogradSizes *s = &w->sizes;
    return s->count % s->block ? "count" : arena_printf(w->text->arena, "%lld", (long long)s->block);
}

/* "g * 48" of a loop over groups, with what stands before it. */
static const char *group_offset(const WinogradText *w, int64_t step)
{
    return w->sizes.groups > 1 ? arena_printf(w->text->arena, " + g * %lld", (long long)step) : "";
}

/* Whether vectors are narrower than blocks: then those of a block are transformed one after the other. */
static bool is_cut(const WinogradText *w)
{
    return text_set(w->text)->lanes < w->sizes.lanes;
}

static void vectors_open(const WinogradText *w)
{
    if (is_cut(w))
        buf_open(w->text->out, "for (int h = 0; h < %lld; h += %d)", (long long)w->sizes.lanes,
                 text_set(w->text)->lanes);
}

static void vectors_close(const WinogradText *w)
{
    if (is_cut(w))
        buf_close(w->text->out);
}

static void write_inputs(const WinogradText *w)
{
    Buf *out = w->text->out;
    const WinogradSizes *s = &w->sizes;
    int64_t blocks = quotient_up(s->channels, s->lanes), plane = w->in.stride[1] * s->lanes;
    if (blocks > 1)
        buf_open(out, "for (int i = 0; i < %lld; i++)", (long long)blocks);
    buf_open(out, "for (int t = 0; t < %s; t++)", tiles_end(w));
    write_place(w);
    vectors_open(w);
    const char *block = blocks > 1 ? arena_printf(w->text->arena, " + i * %lld", (long long)plane) : "";
    const char *to = blocks > 1 ? arena_printf(w->text->arena, " + i * %lld", (long long)(s->block * s->lanes)) : "";
    const char *vector = is_cut(w) ? " + h" : "";
    line_wrapped(out, arena_printf(w->text->arena, "%s_forward(x%s%s + r * %lld + c * %lld%s, scratch%s + t * %lld%s);",
                                   w->text->name, group_offset(w, s->channels * w->in.stride[1]), block,
                                   (long long)w->in.stride[2], (long long)w->in.stride[3], vector, to,
                                   (long long)s->lanes, vector));
    vectors_close(w);
    buf_close(out);
    if (blocks > 1)
        buf_close(out);
}

static void write_products(const WinogradText *w)
{
    Buf *out = w->text->out;
    const WinogradSizes *s = &w->sizes;
    const char *name = w->text->name;
    long long lanes = s->lanes, whole = s->block - rest_of(s), narrow = s->narrow;
    buf_open(out, "for (int p = 0; p < %lld; p++)", (long long)s->points);
    buf_line(out, "%sv = scratch + p * %lld;", text_reads(w->text), (long long)s->input_point);
    buf_line(out, "%sat = sums + p * %lld;", text_writes(w->text), (long long)s->sum_point);
    buf_line(out, "%snext = u + %lld;", text_reads(w->text), (long long)(s->channels * s->vectors * s->lanes));
    long long share = fetched(s) * s->channels;
    bool parts = parts_of(s) > 1;
    const char *weights = "u";
    if (parts) {
        buf_open(out, "for (int q = 0; q < %lld; q += %lld, at += %lld, next += %lld)", (long long)panel_of(s),
                 (long long)s->part, (long long)(s->part * s->block), share * (long long)calls_of(s));
        weights = "u + q";
    }
    if (whole > narrow) {
        buf_line(out, "for (int t = 0; t < %lld; t += %lld)", whole, narrow);
        out->indent++;
        line_wrapped(out, arena_printf(w->text->arena,
                                       "%s_tiles%lld(v + t * %lld, %s, next + t / %lld * %lld, at + t * %lld);", name,
                                       narrow, lanes, weights, narrow, share, lanes));
        out->indent--;
    } else {
        buf_line(out, "%s_tiles%lld(v, %s, next, at);", name, narrow, weights);
    }
    if (rest_of(s))
        buf_line(out, "%s_tiles%lld(v + %lld, %s, next + %lld, at + %lld);", name, (long long)rest_of(s), whole * lanes,
                 weights, whole / narrow * share, whole * lanes);
    if (parts) {
        buf_close(out);
        buf_line(out, "u += %lld;", (long long)(s->channels * panel_of(s)));
    } else {
        buf_line(out, "u = next;");
    }
    buf_close(out);
}

/* The call of one variant, for tile t and maps o + m. */
static const char *inverse_call(const WinogradText *w, const Variant *variant)
{
    KernelText *text = w->text;
    const WinogradSizes *s = &w->sizes;
    const Term terms[] = {{"o", 1, 1},
                          {"m", 1, s->vectors > 1},
                          {w->pooled ? "r / 2" : "r", 2, 1},
                          {w->pooled ? "c / 2" : "c", 3, 1},
                          {"h", AXIS_IN_BLOCK, is_cut(w)}};
    const char *vector = is_cut(w) ? " + h" : "";
    const char *panel = arena_printf(text->arena, "%s%s", s->vectors > 1 ? " + o + m" : " + o", vector);
    Buf line = {0};
    buf_printf(&line, "%s%s(sums + %st * %lld%s", text->name, variant->part,
               s->vectors > 1 ? arena_printf(text->arena, "m * %lld + ", (long long)s->block) : "", (long long)s->lanes,
               vector);
    if (w->has_bias)
        buf_printf(&line, ", bias%s", panel);
    add_epilogue_arguments(&line, text, panel, terms, COUNT_OF(terms));
    buf_printf(&line, ", %s);", pointer_text(text, "y", place_text(text, &w->out, terms, COUNT_OF(terms))));
    const char *call = arena_strdup(text->arena, buf_text(&line));
    buf_free(&line);
    return call;
}

static void write_outputs(const WinogradText *w)
{
    Buf *out = w->text->out;
    const WinogradSizes *s = &w->sizes;
    Variant variants[VARIANTS];
    find_variants(w, variants);
    int last = VARIANTS - 1;
    while (!variants[last].used)
        last--;
    buf_open(out, "for (int t = 0; t < %s; t++)", tiles_end(w));
    write_place(w);
    if (s->vectors > 1)
        buf_open(out, "for (int m = 0; m < %lld; m += %lld)", (long long)(s->vectors * s->lanes), (long long)s->lanes);
    vectors_open(w);
    bool others = false;
    for (int i = 0; i <= last; i++) {
        if (!variants[i].used)
            continue;
        if (i < last)
            buf_line(out, "%sif (%s)", others ? "else " : "", variants[i].when);
        else if (others)
            buf_line(out, "else");
        bool inside = i < last || others;
        out->indent += inside;
        line_wrapped(out, inverse_call(w, &variants[i]));
        out->indent -= inside;
        others = true;
    }
    vectors_close(w);
    if (s->vectors > 1)
        buf_close(out);
    buf_close(out);
}

/* All maps of a block of tiles. */
static void write_block(const WinogradText *w)
{
    Buf *out = w->text->out;
    const WinogradSizes *s = &w->sizes;
    if (s->count % s->block)
        buf_line(out, "const int count = %s_least(%lld, %lld - first);", w->text->prefix, (long long)s->block,
                 (long long)s->count);
    const Access weight = {.stride = {[1] = s->points * s->channels}};
    const Term from[] = {{"from", 1, text_shares(w->text, AXIS_MAPS)}};
    buf_line(out, "%su = %s;", text_reads(w->text),
             pointer_text(w->text, "weight", place_text(w->text, &weight, from, 1)));
    if (s->groups > 1)
        buf_open(out, "for (int g = 0; g < %lld; g++)", (long long)s->groups);
    write_inputs(w);
    if (s->groups > 1)
        buf_open(out, "for (int o = g * %lld; o < (g + 1) * %lld; o += %lld)", (long long)s->maps, (long long)s->maps,
                 (long long)(s->vectors * s->lanes));
    else
        buf_open(out, "%s", text_loop(w->text, AXIS_MAPS, "o", s->maps, s->vectors * s->lanes));
    write_products(w);
    write_outputs(w);
    buf_close(out);
    if (s->groups > 1)
        buf_close(out);
}

static void write_picture(const WinogradText *w)
{
    const WinogradSizes *s = &w->sizes;
    bool many = s->block < s->count;
    w->text->needs->least |= s->count % s->block != 0;
    if (many)
        buf_open(w->text->out, "%s", text_loop(w->text, AXIS_TILES, "first", s->count, s->block));
    write_block(w);
    if (many)
        buf_close(w->text->out);
}

static void write_body(const WinogradText *w)
{
    KernelText *text = w->text;
    const int64_t *pad = ((const WinogradAttrs *)text->leader->attrs)->pad;
    text_open_as(text, "");
    text_border(text);
    int64_t skip = w->in.base - pad[HALO_TOP] * w->in.stride[2] - pad[HALO_LEFT] * w->in.stride[3];
    if (skip)
        buf_line(text->out, "x += %lld; /* to the first tile */", (long long)skip);
    if (w->out.base)
        buf_line(text->out, "y += %lld; /* past the halo */", (long long)w->out.base);
    parallels_begin(text);
    buf_line(text->out, "%ssums = scratch + %lld;", text_writes(text), (long long)w->sizes.sums);
    if (w->y->dim[0] > 1) {
        buf_open(text->out, "for (int n = 0; n < %lld; n++, x += %lld%s, y += %lld)", (long long)w->y->dim[0],
                 (long long)w->in.stride[0], parallels_next(text), (long long)w->out.stride[0]);
        write_picture(w);
        buf_close(text->out);
    } else {
        write_picture(w);
    }
    text_close(text);
}

static void write_comment(const WinogradText *w)
{
    KernelText *text = w->text;
    const WinogradSizes *s = &w->sizes;
    const Winograd *m = &s->matrices;
    text_comment(text, arena_printf(text->arena,
                                    "by Winograd's F(%dx%d, %dx%d), %s at a time; %lld maps x %s "
                                    "summed in registers, channels in blocks of %lld",
                                    m->m, m->m, m->r, m->r, text_count(text, s->block, "tile"), (long long)s->part,
                                    text_count(text, s->narrow, "tile"), (long long)s->lanes));
    buf_line(text->out,
             "/* y = A^T [(G g G^T) . (B^T d B)] A of tiles d and kernels g, whose G g G^T are the weights:");
    winograd_matrices(w);
    buf_line(text->out, " */");
}

void winograd_text(KernelText *text)
{
    const Type *y = text_output(text);
    const Shape *conv = &text->leader->type.shape;
    WinogradText w = {.text = text,
                      .sizes = winograd_sizes(text->graph, text->kernel),
                      .vector = text_set(text)->vector,
                      .y = conv,
                      .in = access_of(text_input(text, CONV_X)),
                      .out = access_of(y),
                      .has_bias = text->leader->input_count > CONV_BIAS,
                      .pooled = text->result->op == OP_maxpool};
    Variant variants[VARIANTS];
    write_comment(&w);
    text_finish(text, true);
    winograd_forward(&w);
    write_product(&w, w.sizes.narrow);
    if (rest_of(&w.sizes))
        write_product(&w, rest_of(&w.sizes));
    find_variants(&w, variants);
    for (int i = 0; i < VARIANTS; i++)
        if (variants[i].used)
            winograd_inverse(&w, variants[i].part, variants[i].rows, variants[i].columns);
    write_body(&w);
}
