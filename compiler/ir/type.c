/* type.c - shapes, and where each layout puts the elements of a shape.
 *
 * A layout is a permutation of the logical axes with two extras: a halo widens the last two axes, and one axis may be
 * cut into blocks, whose inside then is the innermost axis. `stored_axes` writes that down once, as a list of stored
 * axes with their extents; sizes and offsets follow from the list.
 */
#include "ir/type.h"

#include "support/half.h"

/* ---- shapes ---- */

Shape shape_make(int rank, const int64_t *dims)
{
    if (rank < 0 || rank > MAX_RANK)
        BUG("a shape of rank %d", rank);
    Shape shape = {.rank = rank};
    for (int i = 0; i < rank; i++)
        shape.dim[i] = dims[i];
    return shape;
}

bool shape_equal(const Shape *a, const Shape *b)
{
    if (a->rank != b->rank)
        return false;
    for (int i = 0; i < a->rank; i++)
        if (a->dim[i] != b->dim[i])
            return false;
    return true;
}

int64_t shape_count(const Shape *shape)
{
    int64_t count = 1;
    for (int i = 0; i < shape->rank; i++)
        count *= shape->dim[i];
    return count;
}

bool shape_fits(const Shape *shape)
{
    if (shape->rank < 0 || shape->rank > MAX_RANK)
        return false;
    int64_t count = 1;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->dim[i] < 1 || shape->dim[i] > LIMIT_DIMENSION || count > LIMIT_ELEMENTS / shape->dim[i])
            return false;
        count *= shape->dim[i];
    }
    return true;
}

static const char *dims_text(Arena *arena, const Shape *shape, int first)
{
    if (shape->rank <= first)
        return "a number";
    Buf buf = {0};
    for (int i = first; i < shape->rank; i++)
        buf_printf(&buf, "%s%lld", i > first ? "x" : "", (long long)shape->dim[i]);
    const char *text = arena_strdup(arena, buf_text(&buf));
    buf_free(&buf);
    return text;
}

const char *shape_text(Arena *arena, const Shape *shape)
{
    return dims_text(arena, shape, 1);
}

const char *shape_full_text(Arena *arena, const Shape *shape)
{
    return dims_text(arena, shape, 0);
}

bool shape_broadcast(const Shape *a, const Shape *b, Shape *result)
{
    *result = (Shape){.rank = MAX(a->rank, b->rank)};
    for (int i = 1; i <= result->rank; i++) {
        int64_t from_a = i <= a->rank ? a->dim[a->rank - i] : 1;
        int64_t from_b = i <= b->rank ? b->dim[b->rank - i] : 1;
        if (from_a != from_b && from_a != 1 && from_b != 1)
            return false;
        result->dim[result->rank - i] = from_a == 1 ? from_b : from_a;
    }
    return true;
}

/* ---- layouts ---- */

bool layout_equal(const Layout *a, const Layout *b)
{
    return a->kind == b->kind && a->block == b->block && memcmp(a->halo, b->halo, sizeof a->halo) == 0 &&
           a->inputs == b->inputs && a->lanes == b->lanes;
}

bool layout_has_halo(const Layout *layout)
{
    return layout->halo[HALO_TOP] || layout->halo[HALO_LEFT] || layout->halo[HALO_BOTTOM] || layout->halo[HALO_RIGHT];
}

const char *layout_misfit(const Layout *layout, const Shape *shape)
{
    bool panels = layout->kind == LAYOUT_PANELS || layout->kind == LAYOUT_TURNED;
    bool blocks = layout->kind == LAYOUT_BLOCKED || panels;
    if (layout->kind < 0 || layout->kind >= LAYOUT_COUNT)
        return "there is no such layout";
    if (blocks ? layout->block < 1 || layout->block > 4096 : layout->block != 0)
        return blocks ? "a block is 1 to 4096 wide" : "only blocked, panels and turned have a block";
    if (layout->kind == LAYOUT_INTERLEAVED && shape->rank < 3)
        return "interleaved needs at least 3 axes";
    if (layout->kind == LAYOUT_BLOCKED && shape->rank < 2)
        return "blocked needs an axis 1";
    if (layout->kind == LAYOUT_TURNED && shape->rank < 2)
        return "turned needs an axis 1";
    if (layout->kind == LAYOUT_PANELS && shape->rank < 1)
        return "panels need an axis 0";
    if ((layout->inputs || layout->lanes) && layout->kind != LAYOUT_PANELS)
        return "only panels have inputs and lanes";
    if (layout->inputs < 0 || layout->inputs > 4096 || (layout->inputs && shape->rank != 4))
        return "1 to 4096 inputs of a kernel stand together";
    if (layout->lanes < 0 || layout->lanes > layout->block || (layout->lanes && layout->block % layout->lanes))
        return "lanes divide a panel";
    for (int i = 0; i < HALO_SIDES; i++)
        if (layout->halo[i] < 0 || layout->halo[i] > 1 << 20)
            return "a halo is 0 to 1048576 wide";
    if (!layout_has_halo(layout))
        return NULL;
    if (layout->kind == LAYOUT_INTERLEAVED || panels)
        return "only plain and blocked have a halo";
    if (shape->rank < (layout->kind == LAYOUT_BLOCKED ? 4 : 2))
        return "a halo needs two axes to stand around";
    return NULL;
}

/* One axis as it is stored: which logical axis, how the index on it is taken, and its extent in memory. */
typedef struct StoredAxis {
    int axis;
    int64_t extent, before; /* with halo; elements in front of index 0 */
    int64_t divide;         /* the block's number is stored: index / divide */
    int64_t modulo;         /* the place inside the block is stored: index % modulo; 0: neither */
} StoredAxis;

static StoredAxis whole_axis(const Layout *layout, const Shape *shape, int axis)
{
    StoredAxis stored = {.axis = axis, .extent = shape->dim[axis], .divide = 1};
    int first = axis == shape->rank - 2 ? HALO_TOP : axis == shape->rank - 1 ? HALO_LEFT : -1;
    if (first >= 0) {
        int last = first == HALO_TOP ? HALO_BOTTOM : HALO_RIGHT;
        stored.before = layout->halo[first];
        stored.extent += (int64_t)layout->halo[first] + layout->halo[last];
    }
    return stored;
}

/* Outermost first; at most MAX_RANK + 1 of them. Panels have numbers of their own. */
static int stored_axes(const Layout *layout, const Shape *shape, StoredAxis *axes)
{
    const char *misfit = layout_misfit(layout, shape);
    if (misfit)
        BUG("layout of a shape of rank %d: %s", shape->rank, misfit);
    int count = 0;
    int last = layout->kind == LAYOUT_INTERLEAVED ? 1 : -1; /* moved behind the others */
    int cut = layout->kind == LAYOUT_BLOCKED || layout->kind == LAYOUT_TURNED ? 1 : -1;
    for (int i = 0; i < shape->rank; i++) {
        int axis = layout->kind == LAYOUT_TURNED && i < 2 ? 1 - i : i; /* axis 1 goes before axis 0 */
        if (axis == last)
            continue;
        StoredAxis stored = whole_axis(layout, shape, axis);
        if (axis == cut) {
            stored.divide = layout->block;
            stored.extent = quotient_up(shape->dim[axis], layout->block);
        }
        axes[count++] = stored;
    }
    if (last >= 0)
        axes[count++] = whole_axis(layout, shape, last);
    if (cut >= 0)
        axes[count++] = (StoredAxis){.axis = cut, .extent = layout->block, .divide = 1, .modulo = layout->block};
    return count;
}

/* ---- panels ---- */

static int64_t filled_up(int64_t count, int64_t to)
{
    return quotient_up(count, to) * to;
}

Panels panels_of(const Layout *layout, const Shape *shape)
{
    Panels panels = {.maps = shape->dim[0],
                     .inputs = shape->rank > 1 ? shape->dim[1] : 1,
                     .taps = 1,
                     .block = layout->block,
                     .deep = MAX(layout->inputs, 1),
                     .lanes = layout->lanes ? layout->lanes : layout->block};
    for (int i = 2; i < shape->rank; i++)
        panels.taps *= shape->dim[i];
    return panels;
}

int64_t panels_width(const Panels *panels, int64_t map)
{
    int64_t first = map / panels->block * panels->block;
    return MIN(panels->block, filled_up(panels->maps - first, panels->lanes));
}

int64_t panels_offset(const Panels *panels, int64_t map, int64_t input, int64_t tap)
{
    int64_t width = panels_width(panels, map), panel = map / panels->block, in_panel = map % panels->block;
    int64_t before = input / panels->deep * panels->deep; /* inputs that stand before those around this one */
    int64_t deep = MIN(panels->deep, panels->inputs - before);
    int64_t place = before * panels->taps + tap * deep + input - before;
    return panel * panels->block * panels->inputs * panels->taps + place * width + in_panel;
}

int64_t panels_count(const Panels *panels)
{
    return filled_up(panels->maps, panels->lanes) * panels->inputs * panels->taps;
}

int64_t layout_count(const Layout *layout, const Shape *shape)
{
    if (layout->kind == LAYOUT_PANELS && !layout_misfit(layout, shape)) {
        Panels panels = panels_of(layout, shape);
        return panels_count(&panels);
    }
    StoredAxis axes[MAX_RANK + 1];
    int count = stored_axes(layout, shape, axes);
    int64_t elements = 1;
    for (int i = 0; i < count; i++)
        elements *= axes[i].extent;
    return elements;
}

int64_t layout_offset(const Layout *layout, const Shape *shape, const int64_t *index)
{
    StoredAxis axes[MAX_RANK + 1];
    int count = stored_axes(layout, shape, axes);
    int64_t offset = 0;
    if (layout->kind == LAYOUT_PANELS) {
        Panels panels = panels_of(layout, shape);
        for (int i = 2; i < shape->rank; i++)
            offset = offset * shape->dim[i] + index[i];
        return panels_offset(&panels, index[0], shape->rank > 1 ? index[1] : 0, offset);
    }
    for (int i = 0; i < count; i++) {
        int64_t at = index[axes[i].axis];
        at = axes[i].modulo ? at % axes[i].modulo : at / axes[i].divide;
        offset = offset * axes[i].extent + at + axes[i].before;
    }
    return offset;
}

/* ---- types ---- */

int64_t dtype_bytes(DType dtype)
{
    static const int64_t bytes[DT_COUNT] = {[DT_F32] = 4, [DT_U8] = 1, [DT_F16] = 2, [DT_BF16] = 2};
    return bytes[dtype];
}

bool dtype_is_short(DType dtype)
{
    return dtype == DT_F16 || dtype == DT_BF16;
}

double dtype_rounded(DType dtype, double value)
{
    if (dtype == DT_F16)
        return (double)float_of_f16(f16_of_float((float)value));
    if (dtype == DT_BF16)
        return (double)float_of_bf16(bf16_of_float((float)value));
    return value;
}

const char *dtype_name(DType dtype)
{
    static const char *const names[DT_COUNT] = {[DT_F32] = "f32", [DT_U8] = "u8", [DT_F16] = "f16", [DT_BF16] = "bf16"};
    return names[dtype];
}

DType dtype_find(const char *name)
{
    DType dtype = DT_F32;
    while (dtype < DT_COUNT && strcmp(dtype_name(dtype), name) != 0)
        dtype++;
    return dtype;
}

const char *layout_kind_name(LayoutKind kind)
{
    static const char *const names[LAYOUT_COUNT] = {"plain", "interleaved", "blocked", "panels", "turned"};
    return names[kind];
}

void type_print(Buf *buf, const Type *type)
{
    buf_printf(buf, "%s[", dtype_name(type->dtype));
    for (int i = 0; i < type->shape.rank; i++)
        buf_printf(buf, "%s%lld", i ? ", " : "", (long long)type->shape.dim[i]);
    buf_puts(buf, "]");
    const Layout *layout = &type->layout;
    if (layout->kind == LAYOUT_PLAIN && !layout_has_halo(layout))
        return;
    buf_printf(buf, "@%s", layout_kind_name(layout->kind));
    if (layout->block)
        buf_printf(buf, "%d", (int)layout->block);
    if (layout->inputs)
        buf_printf(buf, "+inputs(%d)", (int)layout->inputs);
    if (layout->lanes)
        buf_printf(buf, "+lanes(%d)", (int)layout->lanes);
    if (layout_has_halo(layout))
        buf_printf(buf, "+halo(%d, %d, %d, %d)", (int)layout->halo[HALO_TOP], (int)layout->halo[HALO_LEFT],
                   (int)layout->halo[HALO_BOTTOM], (int)layout->halo[HALO_RIGHT]);
}

int64_t type_bytes(const Type *type)
{
    return layout_count(&type->layout, &type->shape) * dtype_bytes(type->dtype);
}
