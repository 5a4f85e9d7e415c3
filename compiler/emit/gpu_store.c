/* gpu_store.c - how GPUs' convolutions begin and end: parameters, halos, and the results of a pixel (see gpu_conv.h).
 *
 *     const int n = p / 143, r = p % 143 / 11, c = p % 11;
 *     const int o = first_map + row, block = o / 16 * 16, lane = o % 16;
 *     v_write(y + block * 143 + lane + n * 11440 + r * 176 + c * 16, net_conv1_finish(v_add(sum, v_load(bias + o)),
 * ...));
 */
#include "emit/gpu_conv.h"
#include "emit/gpu_tile.h"
#include "ops/conv.h"
#include "ops/shuffle.h"

void gpu_results_begin(KernelText *text)
{
    text_border(text);
    for (uint32_t i = 0; i < text->kernel->written_count; i++) {
        int64_t base = access_of(text_written(text, i)).base;
        if (base)
            buf_line(text->out, "y%s += %lld; /* past the halo */", i ? "2" : "", (long long)base);
    }
    parallels_begin(text);
}

/* ---- pixels ---- */

static const Shape *result_shape(const KernelText *text)
{
    return &text_output(text)->shape;
}

/* Picture, row and column. */
enum { PIXEL_TERMS = 3 };

static void add_pixel(const KernelText *text, Term terms[PIXEL_TERMS])
{
    const Shape *y = result_shape(text);
    terms[0] = (Term){"n", 0, y->dim[0] > 1};
    terms[1] = (Term){"r", 2, y->dim[2] > 1};
    terms[2] = (Term){"c", 3, y->dim[3] > 1};
}

const char *gpu_pixel_place(const KernelText *text, const Access *access, const int64_t stride[2])
{
    const Access pixels = {
        .stride = {access->stride[0], 0, access->stride[2] * stride[0], access->stride[3] * stride[1]}};
    Term terms[PIXEL_TERMS];
    add_pixel(text, terms);
    return place_text(text, &pixels, terms, COUNT_OF(terms));
}

void gpu_pixel_names(const KernelText *text, const char *pixel)
{
    const Shape *y = result_shape(text);
    static const char *const names[] = {"n", "r", "c"};
    const int64_t counts[] = {y->dim[0], y->dim[2], y->dim[3]};
    int64_t inside = shape_count(y) / y->dim[1], outside = 1;
    Buf line = {0};
    for (int axis = 0; axis < 3; axis++) {
        inside /= counts[axis];
        if (counts[axis] == 1)
            continue;
        buf_printf(&line, "%s%s = %s", line.length ? ", " : "const int ", names[axis], pixel);
        if (inside > 1)
            buf_printf(&line, " / %lld", (long long)inside);
        if (outside > 1)
            buf_printf(&line, " %% %lld", (long long)counts[axis]);
        outside *= counts[axis];
    }
    if (line.length)
        buf_line(text->out, "%s;", buf_text(&line));
    buf_free(&line);
}

void gpu_items_open(KernelText *text, int64_t maps, int64_t pixels)
{
    const Shape *y = result_shape(text);
    const bool blocked = text->kernel->form.activations == LAYOUT_BLOCKED;
    const int64_t block = blocked ? text->kernel->form.channel_block : maps;
    const ItemAxis all[] = {{"n", y->dim[0]},
                            {blocked ? "b" : "m", quotient_up(y->dim[1], block)},
                            {"r", y->dim[2]},
                            {pixels > 1 ? "tile" : "c", y->dim[3] / pixels},
                            {"v", block / maps}};
    ItemAxis axes[COUNT_OF(all)];
    int count = 0;
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        bool pixel = i != 1 && i != 4;
        if (pixel ? all[i].count > 1 || (i == 3 && pixels > 1) : i == 1 || blocked)
            axes[count++] = all[i];
    }
    items_open(text, axes, count);
}

/* ---- results ---- */

static bool has_bias(const KernelText *text)
{
    return text->leader->input_count > CONV_BIAS;
}

static void store_blocked(KernelText *text, const GpuStore *store)
{
    Buf *out = text->out;
    const Access to = access_of(text_output(text));
    const int block = text->kernel->form.channel_block;
    Term terms[PIXEL_TERMS + 2] = {{"block", 1, 1}, {"lane", AXIS_IN_BLOCK, 1}};
    add_pixel(text, terms + 2);
    buf_line(out, "const int o = %s;", store->map);
    if (store->end)
        buf_open(out, "if (o < %s)", store->end);
    buf_line(out, "const int block = o / %d * %d, lane = o %% %d;", block, block, block);
    const char *value = store->value;
    if (has_bias(text))
        value = arena_printf(text->arena, "v_add(%s, v_read(bias + o))", value);
    value = text_finished(text, value, "o", parallels_at(text, terms, COUNT_OF(terms)), true);
    line_wrapped(out, arena_printf(text->arena, "v_write(%s, %s);",
                                   pointer_text(text, "y", place_text(text, &to, terms, COUNT_OF(terms))), value));
    if (store->end)
        buf_close(out);
}

/* Groups of a channel_shuffle in whose order maps are stored; 0: in their own. */
static int64_t shuffle_groups(const KernelText *text)
{
    for (uint32_t e = 0; e < text->kernel->epilogue_count; e++) {
        const Node *node = graph_node(text->graph, text->kernel->epilogue[e]);
        if (node->op == OP_channel_shuffle)
            return ((const ChannelShuffleAttrs *)node->attrs)->groups;
    }
    return 0;
}

/* Where map `map` of the pixel is in one of the places that the kernel writes. */
static const char *place_in(const KernelText *text, uint32_t piece, const char *map)
{
    const Access to = access_of(text_written(text, piece));
    Term terms[PIXEL_TERMS + 1] = {{map, 1, 1}};
    add_pixel(text, terms + 1);
    return pointer_text(text, piece ? "y2" : "y", place_text(text, &to, terms, COUNT_OF(terms)));
}

/* "y + o * 784 + r * 28 + c" */
static const char *plain_place(const KernelText *text)
{
    Arena *arena = text->arena;
    long long groups = shuffle_groups(text), maps = result_shape(text)->dim[1];
    if (groups)
        return place_in(text, 0,
                        arena_printf(arena, "(o %% %lld * %lld + o / %lld)", maps / groups, groups, maps / groups));
    if (!text_has_pieces(text))
        return place_in(text, 0, "o");
    long long first = text_written(text, 0)->shape.dim[1];
    return arena_printf(arena, "o < %lld ? %s : %s", first, place_in(text, 0, "o"),
                        place_in(text, 1, arena_printf(arena, "(o - %lld)", first)));
}

static void store_plain(KernelText *text, const GpuStore *store)
{
    Buf *out = text->out;
    Term terms[PIXEL_TERMS + 1] = {{"o", 1, 1}};
    const char *value = store->value, *map = store->map;
    add_pixel(text, terms + 1);
    if (store->vector) {
        buf_line(out, "const float of[4] = {%s.x, %s.y, %s.z, %s.w};", value, value, value, value);
        value = "of";
    }
    if (store->maps > 1) {
        gpu_unrolled_open(text, "e", store->maps);
        map = arena_printf(text->arena, "%s + e", map);
        value = arena_printf(text->arena, "%s[e]", value);
    }
    buf_line(out, "const int o = %s;", map);
    if (store->end)
        buf_open(out, "if (o < %s)", store->end);
    if (has_bias(text))
        value = arena_printf(text->arena, text_parameter_runs(text, CONV_BIAS) ? "%s + bias[o]" : "%s + *bias", value);
    value = text_finished(text, value, "o", parallels_at(text, terms, COUNT_OF(terms)), false);
    buf_line(out, "%splace = %s;", text_writes(text), plain_place(text));
    line_wrapped(out, arena_printf(text->arena, "*place = %s;", value));
    if (store->end)
        buf_close(out);
    if (store->maps > 1)
        buf_close(out);
}

void gpu_store(KernelText *text, const GpuStore *store)
{
    if (text->kernel->form.activations == LAYOUT_BLOCKED)
        store_blocked(text, store);
    else
        store_plain(text, store);
}
