/* gpu_winograd_product.c - products of matrices at the points of Winograd's algorithm: weights [maps x channels] times
 * V [channels x tiles].
 *
 *   for each slice of 16 channels
 *       weights and V of the group to local memory, V turned so that tiles lie beside each other
 *       the next slice to registers
 *       each item: 8 maps x 8 tiles, 4 loads of vectors for 64 multiply-adds
 *
 * An item's maps are two vectors, half of the group's maps apart, and so are its tiles, so that neighbouring items read
 * what lies together.
 */
#include "emit/gpu_winograd.h"

typedef struct Product {
    const GpuWinogradText *t;
    KernelText *text;
    const char *vector;
    int64_t weight_loads, v_loads; /* vectors of an item for a slice */
    int64_t weight_panel;          /* floats from one panel of weights to the next */
} Product;

enum { LANES = GPU_WINOGRAD_LANES, SLICE = GPU_WINOGRAD_SLICE };

/* Items that have a row of weights of a panel, and how many of such rows are loaded at once. */
static int64_t across_panel(const Product *p)
{
    return p->t->g.panel / LANES;
}

static int64_t rows_at_once(const Product *p)
{
    return p->t->g.multipliers / across_panel(p);
}

/* ---- slices ---- */

/* The row of weights that load l is of: panel and channel, beside what the item adds. */
static int64_t panel_of_load(const Product *p, int64_t l)
{
    return l * rows_at_once(p) / SLICE;
}

static int64_t channel_of_load(const Product *p, int64_t l)
{
    return l * rows_at_once(p) % SLICE;
}

/* Whether the channel that load l of the weights is of may be behind the last one: `slice`: not in the first slice. */
static bool channel_may_miss(const Product *p, bool slice, int64_t l)
{
    int64_t channels = p->t->g.sizes.channels, whole = (channels - 1) / SLICE * SLICE;
    return channel_of_load(p, l) + MIN(rows_at_once(p), SLICE) > channels - (slice ? whole : 0);
}

/* Whether the maps may be behind the last one. */
static bool panel_may_miss(const Product *p, int64_t l)
{
    const GpuWinograd *g = &p->t->g;
    int64_t whole = (g->sizes.maps - 1) / g->maps_tile * g->maps_tile;
    int64_t panels = quotient_up(rows_at_once(p), SLICE);
    return whole + (panel_of_load(p, l) + panels - 1) * g->panel >= g->sizes.maps;
}

/* The weights of load l, zeros behind the last map or channel; `slice`: where the slice begins, NULL for the first. */
static const char *load_text(const Product *p, const char *slice, int64_t l)
{
    KernelText *text = p->text;
    const GpuWinograd *g = &p->t->g;
    const Access one = {.stride = {1}};
    int64_t channel = channel_of_load(p, l), panel = panel_of_load(p, l) * g->panel;
    const char *place =
        arena_printf(text->arena, "%lld", (long long)(panel_of_load(p, l) * p->weight_panel + channel * g->panel));
    const char *load = arena_printf(text->arena, "v_read(%s)", pointer_text(text, "u", place));
    if (panel_may_miss(p, l)) {
        const Term terms[] = {{"o", 0, 1}, {"panel", 0, rows_at_once(p) > SLICE}, {NULL, 0, panel}};
        load = arena_printf(text->arena, "%s < %lld ? %s : v_zero()", place_text(text, &one, terms, COUNT_OF(terms)),
                            (long long)g->sizes.maps, load);
    }
    if (channel_may_miss(p, slice, l)) {
        const Term terms[] = {{slice, 0, slice != NULL}, {"k", 0, 1}, {NULL, 0, channel + (slice ? SLICE : 0)}};
        load = arena_printf(text->arena, "%s >= %lld ? v_zero() : %s", place_text(text, &one, terms, COUNT_OF(terms)),
                            (long long)g->sizes.channels, load);
    }
    return load;
}

/* Load l of V, zeros for what fills up the tiles: nobody wrote it. */
static const char *load_v_text(const Product *p, int64_t l)
{
    KernelText *text = p->text;
    const GpuWinograd *g = &p->t->g;
    const Access one = {.stride = {1}};
    int64_t at_once = g->multipliers * LANES / SLICE, tile = l * at_once, tiles = g->pictures * g->sizes.count;
    const char *place = arena_printf(text->arena, "%lld", (long long)(l * g->multipliers * LANES));
    const char *load = arena_printf(text->arena, "v_read(%s)", pointer_text(text, "v", place));
    if (g->tiles - g->tiles_tile + tile + at_once <= tiles)
        return load;
    const Term terms[] = {
        {"first", 0, 1}, {arena_printf(text->arena, "item / %d", SLICE / LANES), 0, 1}, {NULL, 0, tile}};
    return arena_printf(text->arena, "%s < %lld ? %s : v_zero()", place_text(text, &one, terms, COUNT_OF(terms)),
                        (long long)tiles, load);
}

/* "new_u0 = v_read(u);", ... of the slice behind the one at `slice`; NULL: of the first. */
static void write_loads(const Product *p, const char *slice)
{
    KernelText *text = p->text;
    for (int64_t l = 0; l < p->weight_loads; l++)
        buf_line(text->out, "new_u%lld = %s;", (long long)l, load_text(p, slice, l));
    for (int64_t l = 0; l < p->v_loads; l++)
        buf_line(text->out, "new_v%lld = %s;", (long long)l, load_v_text(p, l));
}

static void write_stores(const Product *p)
{
    KernelText *text = p->text;
    const GpuWinograd *g = &p->t->g;
    for (int64_t l = 0; l < p->weight_loads; l++) {
        int64_t place = channel_of_load(p, l) * g->maps_tile + panel_of_load(p, l) * g->panel;
        buf_line(text->out, "v_store_near(%s, new_u%lld);",
                 pointer_text(text, "my_u", arena_printf(text->arena, "%lld", (long long)place)), (long long)l);
    }
    for (int64_t l = 0; l < p->v_loads; l++)
        for (int64_t lane = 0; lane < LANES; lane++)
            buf_line(text->out, "my_v[%lld] = new_v%lld.s%lld;",
                     (long long)(lane * g->row + l * g->multipliers / LANES), (long long)l, (long long)lane);
}

/* ---- sums ---- */

static void write_channel(const Product *p)
{
    KernelText *text = p->text;
    Buf *out = text->out;
    const GpuWinograd *g = &p->t->g;
    for (int64_t h = 0; h < 2; h++)
        buf_line(out, "const %s w%lld = v_load_near(w + c * %lld%s);", p->vector, (long long)h, (long long)g->maps_tile,
                 h ? arena_printf(text->arena, " + %lld", (long long)g->maps_tile / 2) : "");
    for (int64_t h = 0; h < g->item_tiles / LANES; h++)
        buf_line(out, "const %s d%lld = v_load_near(d + c * %lld%s);", p->vector, (long long)h, (long long)g->row,
                 h ? arena_printf(text->arena, " + %lld", (long long)g->tiles_tile / 2) : "");
    for (int64_t t = 0; t < g->item_tiles; t++)
        for (int64_t h = 0; h < 2; h++)
            buf_line(out, "a%lld_%lld = v_fma(v_set(d%lld.s%lld), w%lld, a%lld_%lld);", (long long)t, (long long)h,
                     (long long)t / LANES, (long long)t % LANES, (long long)h, (long long)t, (long long)h);
}

/* "v4 a0_0 = v_zero(), a0_1 = v_zero();", or names without values. */
static void write_vectors(const Product *p, const char *names, const char *behind)
{
    line_wrapped(p->text->out, arena_printf(p->text->arena, "%s %s%s;", p->vector, names, behind));
}

static const char *names_of(const Product *p, const char *name, int64_t count)
{
    const char *text = "";
    for (int64_t i = 0; i < count; i++)
        text = arena_printf(p->text->arena, "%s%s%s%lld", text, i ? ", " : "", name, (long long)i);
    return text;
}

static void write_zeros(const Product *p)
{
    for (int64_t t = 0; t < p->t->g.item_tiles; t++)
        write_vectors(p, arena_printf(p->text->arena, "a%lld_0 = v_zero(), a%lld_1", (long long)t, (long long)t),
                      " = v_zero()");
}

/* To the sums: those of a block of maps are half the tiles' distance apart. */
static void write_sums(const Product *p)
{
    KernelText *text = p->text;
    const GpuWinograd *g = &p->t->g;
    const WinogradSizes *s = &g->sizes;
    for (int64_t h = 0; h < 2; h++) {
        int64_t map = h * g->maps_tile / 2, inside = map % s->lanes;
        bool cut = quotient_up(s->maps, s->lanes) * s->lanes % g->maps_tile;
        if (cut)
            buf_open(text->out, "if (o + m + %lld < %lld)", (long long)map,
                     (long long)(quotient_up(s->maps, s->lanes) * s->lanes));
        for (int64_t t = 0; t < g->item_tiles; t++) {
            int64_t tile = t % LANES + t / LANES * g->tiles_tile / 2;
            const char *place =
                arena_printf(text->arena, "%lld", (long long)((map - inside) * g->tiles + tile * s->lanes + inside));
            buf_line(text->out, "v_write(%s, a%lld_%lld);", pointer_text(text, "s", place), (long long)t, (long long)h);
        }
        if (cut)
            buf_close(text->out);
    }
}

/* ---- the launch ---- */

/* Which maps, tiles, point and group of channels a work-group has, and which of them its items load and multiply. */
static void write_places(const Product *p)
{
    KernelText *text = p->text;
    Buf *out = text->out;
    const GpuWinograd *g = &p->t->g;
    const WinogradSizes *s = &g->sizes;
    long long across = g->maps_tile / GPU_WINOGRAD_SIDE, panel = across_panel(p), rows = rows_at_once(p);
    buf_line(out, "const int item = get_local_id(0), m = item %% %lld * %d, t = item / %lld * %d;", across, LANES,
             across, LANES);
    const GroupAxis axes[] = {{"o", quotient_up(s->maps, g->maps_tile), g->maps_tile, false},
                              {"first", g->tiles / g->tiles_tile, g->tiles_tile, false},
                              {"p", s->points, 1, false},
                              {"g", s->groups, 1, true}};
    gpu_groups(text, axes, COUNT_OF(axes));
    buf_line(out, "const int lane = item %% %lld * %d, k = item / %lld%s;", panel, LANES, panel,
             rows > SLICE ? arena_printf(text->arena, " %% %d", SLICE) : "");
    const char *panels = arena_printf(text->arena, "item / %lld * %lld", panel * SLICE, (long long)g->panel);
    if (rows > SLICE)
        buf_line(out, "const int panel = %s;", panels);
    const Access weights = {.stride = {p->weight_panel / g->panel, s->channels * g->panel, g->panel,
                                       s->maps * (p->weight_panel / g->panel)}};
    const Term to_weights[] = {{rows > SLICE ? "(o + panel)" : "o", 0, 1},
                               {"g", 3, s->groups > 1},
                               {"p", 1, 1},
                               {"k", 2, 1},
                               {"lane", AXIS_IN_BLOCK, 1}};
    buf_line(out, "%su = %s;", text_reads(text),
             pointer_text(text, "weight", place_text(text, &weights, to_weights, COUNT_OF(to_weights))));
    const Access v = {.stride = {s->input_point, s->channels * g->tiles, s->lanes}};
    const Term to_v[] = {{"p", 0, 1}, {"g", 1, s->groups > 1}, {"first", 2, 1}, {"item", AXIS_IN_BLOCK, LANES}};
    buf_line(out, "%sv = %s;", text_reads(text),
             pointer_text(text, "scratch", place_text(text, &v, to_v, COUNT_OF(to_v))));
    long long own = SLICE * g->maps_tile;
    buf_line(out, "local float *my_u = tile + k * %lld + %slane, *my_v = tile + %lld + item %% %d * %lld + item / %d;",
             (long long)g->maps_tile, rows > SLICE ? "panel + " : "", own, SLICE / LANES, (long long)(LANES * g->row),
             SLICE / LANES);
    buf_line(out, "local const float *w = tile + m, *d = tile + %lld + t;", own);
}

void gpu_winograd_points(const GpuWinogradText *t)
{
    KernelText *text = t->w.text;
    Buf *out = text->out;
    const GpuWinograd *g = &t->g;
    const WinogradSizes *s = &g->sizes;
    const Product p = {.t = t,
                       .text = text,
                       .vector = t->w.vector,
                       .weight_loads = SLICE * g->maps_tile / LANES / g->multipliers,
                       .v_loads = SLICE * g->tiles_tile / LANES / g->multipliers,
                       .weight_panel = s->points * s->channels * g->panel};
    bool many = s->channels > SLICE;
    buf_line(out, "/* At each point, the sums over channels of V times weights: %s x %s. */",
             text_count(text, g->maps_tile, "map"), text_count(text, g->tiles_tile, "tile"));
    gpu_open(text, "_points", USES_WEIGHT | USES_SCRATCH | USES_TILE);
    write_places(&p);
    write_zeros(&p);
    write_vectors(&p, names_of(&p, "new_u", p.weight_loads), "");
    write_vectors(&p, names_of(&p, "new_v", p.v_loads), "");
    write_loads(&p, NULL);
    if (many) {
        buf_open(out, "for (int i = 0; i < %lld; i += %d)", (long long)s->channels, SLICE);
        buf_line(out, "barrier(CLK_LOCAL_MEM_FENCE);");
    }
    write_stores(&p);
    buf_line(out, "barrier(CLK_LOCAL_MEM_FENCE);");
    if (many) {
        buf_open(out, "if (i + %d < %lld)", SLICE, (long long)s->channels);
        buf_line(out, "u += %lld;", (long long)(SLICE * g->panel));
        buf_line(out, "v += %lld;", (long long)(g->tiles * s->lanes));
        write_loads(&p, "i");
        buf_close(out);
    }
    const char *count = arena_printf(text->arena, "%d", SLICE);
    if (s->channels % SLICE) {
        text->needs->least |= many;
        count = many ? arena_printf(text->arena, "%s_least(%d, %lld - i)", text->prefix, SLICE, (long long)s->channels)
                     : arena_printf(text->arena, "%lld", (long long)s->channels);
        buf_line(out, "const int count = %s;", count);
        count = "count";
    }
    buf_open(out, "for (int c = 0; c < %s; c++)", count);
    write_channel(&p);
    buf_close(out);
    if (many)
        buf_close(out);
    const Access sums = {.stride = {s->sum_point, g->tiles, s->lanes, s->maps * g->tiles}};
    const Term to_sums[] = {{NULL, AXIS_IN_BLOCK, s->sums},
                            {"p", 0, 1},
                            {"g", 3, s->groups > 1},
                            {"o", 1, 1},
                            {"(first + t)", 2, 1},
                            {arena_printf(text->arena, "m / %lld", (long long)s->lanes), 1, s->lanes},
                            {arena_printf(text->arena, "m %% %lld", (long long)s->lanes), AXIS_IN_BLOCK, 1}};
    buf_line(out, "%ss = %s;", text_writes(text),
             pointer_text(text, "scratch", place_text(text, &sums, to_sums, COUNT_OF(to_sums))));
    write_sums(&p);
    text_close(text);
}
