/* gpu_conv_items.c - convolutions an item a pixel of some maps: of few maps or inputs, transposed ones, and through
 * tables.
 *
 *     const float input = s[ky * 28 + kx];
 *     sum[0] = v_fma(v_set(input), v_read(w), sum[0]);
 *     sum[1] = v_fma(v_set(input), v_read(w + 4), sum[1]);
 *     w += 8;
 *
 * Of plain results, neighbouring items read neighbouring pixels, and all of them the same weights. A transposed one
 * tries each tap for each pixel, and leaves out those between whose inputs its stride leads.
 */
#include "emit/connect.h"
#include "emit/gpu_conv.h"
#include "emit/gpu_tile.h"
#include "plan/gpu_conv.h"

enum { VECTOR = 4, ROWS = 0, COLUMNS = 1 };

typedef struct ItemConv {
    KernelText *text;
    const ConvAttrs *attrs;
    const Shape *weight, *y;
    Access in;
    int64_t block; /* of the weights' panels */
    int64_t maps;  /* of an item */
    int64_t group_inputs, group_maps;
    int64_t taps[2];
    bool blocked, transposed;
} ItemConv;

/* Sums are vectors of maps, where these are fours. */
static bool has_vectors(const ItemConv *c)
{
    return c->maps % VECTOR == 0;
}

static const char *times(const ItemConv *c, const char *name, int64_t factor)
{
    return factor == 1 ? name : arena_printf(c->text->arena, "%s * %lld", name, (long long)factor);
}

/* The first of the item's maps. */
static const char *first_map(const ItemConv *c)
{
    if (c->blocked)
        return arena_printf(c->text->arena, "b * %d + v * %d", c->text->kernel->form.channel_block, VECTOR);
    return times(c, "m", c->maps);
}

/* From -0 on, to which adding changes nothing: a bias of -0 stays. */
static void write_start(const ItemConv *c)
{
    Buf *out = c->text->out;
    if (has_vectors(c)) {
        gpu_unrolled_open(c->text, "u", c->maps / VECTOR);
        buf_line(out, "sum[u] = v_set(-0.0f);");
    } else {
        gpu_unrolled_open(c->text, "u", c->maps);
        buf_line(out, "sum[u] = -0.0f;");
    }
    buf_close(out);
}

static void write_sums(const ItemConv *c)
{
    if (has_vectors(c))
        buf_line(c->text->out, "v4 sum[%lld];", (long long)(c->maps / VECTOR));
    else
        buf_line(c->text->out, "float sum[%lld];", (long long)c->maps);
    write_start(c);
}

/* Adds the input `value` times the weights at `weight`. */
static void write_add(const ItemConv *c, const char *value, const char *weight)
{
    Buf *out = c->text->out;
    buf_line(out, "const float input = %s;", value);
    if (has_vectors(c))
        for (int64_t u = 0; u < c->maps / VECTOR; u++) {
            const char *place = arena_printf(c->text->arena, "%lld", (long long)u * VECTOR);
            buf_line(out, "sum[%lld] = v_fma(v_set(input), v_read(%s), sum[%lld]);", (long long)u,
                     pointer_text(c->text, weight, place), (long long)u);
        }
    else
        for (int64_t u = 0; u < c->maps; u++)
            buf_line(out, "sum[%lld] = fma(input, %s[%lld], sum[%lld]);", (long long)u, weight, (long long)u,
                     (long long)u);
}

static void write_stores(const ItemConv *c)
{
    KernelText *text = c->text;
    const char *map = first_map(c);
    bool cut = !c->blocked && c->y->dim[1] % c->maps;
    const char *end = cut ? arena_printf(text->arena, "%lld", (long long)c->y->dim[1]) : NULL;
    if (!has_vectors(c)) {
        gpu_store(text, &(GpuStore){map, c->maps > 1 ? "sum" : "sum[0]", c->maps, false, end});
        return;
    }
    for (int64_t u = 0; u < c->maps / VECTOR; u++) {
        buf_line(text->out, "{");
        text->out->indent++;
        const char *first = u ? arena_printf(text->arena, "%s + %lld", map, (long long)u * VECTOR) : map;
        gpu_store(text, &(GpuStore){first, arena_printf(text->arena, "sum[%lld]", (long long)u), VECTOR, true, end});
        buf_close(text->out);
    }
}

/* ---- loops over what is summed ---- */

static int open_loop(const ItemConv *c, const char *name, int64_t count)
{
    if (count == 1)
        return 0;
    buf_open(c->text->out, "for (int %s = 0; %s < %lld; %s++)", name, name, (long long)count, name);
    return 1;
}

static void close_loops(const ItemConv *c, int count)
{
    while (count--)
        buf_close(c->text->out);
}

/* " + ky * 28 + kx", of the taps that there are. */
static const char *tap_place(const ItemConv *c)
{
    const Access taps = {
        .stride = {c->in.stride[2] * c->attrs->dilation[ROWS], c->in.stride[3] * c->attrs->dilation[COLUMNS]}};
    const Term terms[] = {{"ky", 0, c->taps[ROWS] > 1}, {"kx", 1, c->taps[COLUMNS] > 1}};
    return place_text(c->text, &taps, terms, COUNT_OF(terms));
}

/* The group of the item's maps and, in it, the first of these. */
static void write_group(const ItemConv *c)
{
    const char *map = first_map(c);
    buf_line(c->text->out, "const int map = %s;", map);
    if (c->attrs->groups > 1)
        buf_line(c->text->out, "const int group = map / %lld;", (long long)c->group_maps);
}

static const char *group_inputs(const ItemConv *c)
{
    if (c->attrs->groups == 1)
        return "x";
    return arena_printf(c->text->arena, "x + group * %lld", (long long)(c->group_inputs * c->in.stride[1]));
}

/* " + map / 8 * 200 + map % 8": of panels whose maps are that far apart. */
static const char *panel_place(const ItemConv *c, const char *map, int64_t panel)
{
    if (c->block == c->maps)
        return arena_printf(c->text->arena, "%s * %lld", map, (long long)(panel / c->block));
    return arena_printf(c->text->arena, "%s / %lld * %lld + %s %% %lld", map, (long long)c->block, (long long)panel,
                        map, (long long)c->block);
}

static void write_direct(const ItemConv *c)
{
    KernelText *text = c->text;
    Buf *out = text->out;
    int64_t sum = c->group_inputs * c->taps[ROWS] * c->taps[COLUMNS];
    write_group(c);
    buf_line(out, "%ss = %s;", text_reads(text),
             pointer_text(text, group_inputs(c), gpu_pixel_place(text, &c->in, c->attrs->stride)));
    buf_line(out, "%sw = weight + %s;", text_reads(text), panel_place(c, "map", sum * c->block));
    int loops = open_loop(c, "i", c->group_inputs);
    loops += open_loop(c, "ky", c->taps[ROWS]);
    loops += open_loop(c, "kx", c->taps[COLUMNS]);
    const char *place = tap_place(c);
    if (c->group_inputs > 1)
        place = arena_printf(text->arena, "%s%s%s", times(c, "i", c->in.stride[1]),
                             strcmp(place, "0") == 0 ? "" : " + ", strcmp(place, "0") == 0 ? "" : place);
    write_add(c, arena_printf(text->arena, "s[%s]", place), "w");
    if (loops)
        buf_line(out, "w += %lld;", (long long)c->block);
    close_loops(c, loops);
}

/* Names `up` or `left`: how far the input of a tap is from the first pixel, in strides; goes on to the next tap where
 * that is no whole number. */
static void write_tap(const ItemConv *c, int axis)
{
    Buf *out = c->text->out;
    static const char *const names[2] = {"ky", "kx"}, *const places[2] = {"r", "c"}, *const from[2] = {"down", "right"};
    const long long pad = c->attrs->pad[axis], stride = c->attrs->stride[axis], dilation = c->attrs->dilation[axis];
    Buf line = {0};
    buf_printf(&line, "const int %s = %s", from[axis], c->y->dim[2 + axis] > 1 ? places[axis] : "0");
    if (pad)
        buf_printf(&line, " + %lld", pad);
    if (c->taps[axis] > 1)
        buf_printf(&line, " - %s", times(c, names[axis], dilation));
    buf_line(out, "%s;", buf_text(&line));
    buf_free(&line);
    if (stride > 1) {
        buf_open(out, "if (%s %% %lld == 0)", from[axis], stride);
    }
}

static void write_transposed(const ItemConv *c)
{
    KernelText *text = c->text;
    Buf *out = text->out;
    const int64_t taps = c->taps[ROWS] * c->taps[COLUMNS], block = text->kernel->form.channel_block;
    const int64_t panel = c->group_inputs * c->attrs->groups * taps * c->block;
    const Access strides = {.stride = {c->in.stride[0]}};
    const Term picture[] = {{"n", 0, c->y->dim[0] > 1}};
    write_group(c);
    if (c->attrs->groups > 1)
        buf_line(out, "const int of_group = map %% %lld;", (long long)c->group_maps);
    int loops = open_loop(c, "ky", c->taps[ROWS]);
    write_tap(c, ROWS);
    loops += c->attrs->stride[ROWS] > 1;
    loops += open_loop(c, "kx", c->taps[COLUMNS]);
    write_tap(c, COLUMNS);
    loops += c->attrs->stride[COLUMNS] > 1;
    const Access pixel = {.stride = {c->in.stride[2], c->in.stride[3]}};
    const Term at[] = {
        {c->attrs->stride[ROWS] > 1 ? arena_printf(text->arena, "down / %lld", (long long)c->attrs->stride[ROWS])
                                    : "down",
         0, 1},
        {c->attrs->stride[COLUMNS] > 1 ? arena_printf(text->arena, "right / %lld", (long long)c->attrs->stride[COLUMNS])
                                       : "right",
         1, 1}};
    buf_line(out, "%ss = %s + %s;", text_reads(text),
             pointer_text(text, group_inputs(c), place_text(text, &strides, picture, 1)),
             place_text(text, &pixel, at, COUNT_OF(at)));
    const Access weights = {.stride = {c->taps[COLUMNS] * c->block, c->block, c->group_inputs * taps * c->block}};
    const Term terms[] = {
        {"ky", 0, c->taps[ROWS] > 1}, {"kx", 1, c->taps[COLUMNS] > 1}, {"group", 2, c->attrs->groups > 1}};
    const char *w = place_text(text, &weights, terms, COUNT_OF(terms));
    buf_line(out, "%sw = weight + %s%s%s;", text_reads(text),
             panel_place(c, c->attrs->groups > 1 ? "of_group" : "map", panel), strcmp(w, "0") == 0 ? "" : " + ",
             strcmp(w, "0") == 0 ? "" : w);
    loops += open_loop(c, "i", c->group_inputs);
    const char *value = "s[0]";
    if (c->group_inputs > 1 && c->blocked)
        value = arena_printf(text->arena, "s[i / %lld * %lld + i %% %lld]", (long long)block,
                             (long long)(c->in.stride[1] * block), (long long)block);
    else if (c->group_inputs > 1)
        value = arena_printf(text->arena, "s[%s]", times(c, "i", c->in.stride[1]));
    write_add(c, value, "w");
    if (c->group_inputs > 1)
        buf_line(out, "w += %lld;", (long long)(taps * c->block));
    close_loops(c, loops);
}

static void write_connected(const ItemConv *c)
{
    KernelText *text = c->text;
    Buf *out = text->out;
    buf_line(out, "const int first = %s_first[m], end = %s_first[m + 1];", text->name, text->name);
    buf_line(out, "%sw = weight + %s;", text_reads(text), times(c, "first", c->taps[ROWS] * c->taps[COLUMNS]));
    buf_open(out, "for (int i = first; i < end; i++)");
    const char *x = arena_printf(text->arena, "x + %s_sees[i] * %lld", text->name, (long long)c->in.stride[1]);
    buf_line(out, "%ss = %s;", text_reads(text),
             pointer_text(text, x, gpu_pixel_place(text, &c->in, c->attrs->stride)));
    int loops = 1 + open_loop(c, "ky", c->taps[ROWS]);
    loops += open_loop(c, "kx", c->taps[COLUMNS]);
    write_add(c, arena_printf(text->arena, "s[%s]", tap_place(c)), "w");
    buf_line(out, "w++;");
    close_loops(c, loops);
}

/* ---- the kernel ---- */

static ItemConv item_numbers(KernelText *text)
{
    const Type *x = text_input(text, CONV_X), *weight = text_input(text, CONV_WEIGHT);
    const ConvAttrs *attrs = text->leader->attrs;
    const bool connect = text->kernel->family == FAMILY_CONV_CONNECT;
    const int64_t *kernel = weight->shape.dim + (connect ? 1 : 2);
    return (ItemConv){.text = text,
                      .attrs = attrs,
                      .weight = &weight->shape,
                      .y = &text_output(text)->shape,
                      .in = access_of(x),
                      .block = weight->layout.block,
                      .maps = text_tile(text, AXIS_MAPS),
                      .group_inputs = x->shape.dim[1] / attrs->groups,
                      .group_maps = text_output(text)->shape.dim[1] / attrs->groups,
                      .taps = {kernel[0], kernel[1]},
                      .blocked = text->kernel->form.activations == LAYOUT_BLOCKED,
                      .transposed = text->kernel->family == FAMILY_CONV_TRANSPOSE};
}

void gpu_conv_items_text(KernelText *text)
{
    const ItemConv c = item_numbers(text);
    const bool connect = text->kernel->family == FAMILY_CONV_CONNECT;
    int64_t skip = c.in.base;
    if (!c.transposed)
        skip -= c.attrs->pad[HALO_TOP] * c.in.stride[2] + c.attrs->pad[HALO_LEFT] * c.in.stride[3];
    text_comment(text, arena_printf(text->arena, "%s of a pixel of an item", text_count(text, c.maps, "map")));
    if (connect)
        connect_tables(text);
    text_finish(text, c.blocked);
    gpu_open(text, "", USES_TENSORS);
    gpu_results_begin(text);
    if (skip)
        buf_line(text->out, c.transposed ? "x += %lld; /* past the halo */" : "x += %lld; /* to the first window */",
                 (long long)skip);
    gpu_items_open(text, c.maps, 1);
    write_sums(&c);
    if (connect)
        write_connected(&c);
    else if (c.transposed)
        write_transposed(&c);
    else
        write_direct(&c);
    write_stores(&c);
    buf_close(text->out);
    text_close(text);
}

void gpu_conv_text(KernelText *text)
{
    if (gpu_conv_is_tiled(text->graph, text->kernel))
        gpu_tiled_text(text);
    else if (text->kernel->family == FAMILY_CONV && text->kernel->form.activations == LAYOUT_BLOCKED)
        gpu_depthwise_text(text);
    else
        gpu_conv_items_text(text);
}
