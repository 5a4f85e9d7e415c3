/* items.c - loops whose turns are work-items of a device: one loop in place of them all, in which each item takes every
 * get_global_size(0)-th turn, so that any number of items computes the same.
 *
 *   for (int item = get_global_id(0); item < 4704; item += get_global_size(0)) {
 *       const int i = item / 784, j = item / 28 % 28, k = item % 28;
 */
#include "emit/kernel.h"

bool text_is_spread(const KernelText *text)
{
    return tiling_is_spread(&text->kernel->tiling);
}

/* "item / 28 % 28": the place along an axis, inside of which are `inside` turns; `outermost`: nothing is around it. */
static const char *place_of(const KernelText *text, const char *place, int64_t count, int64_t inside, bool outermost)
{
    if (count == 1)
        return "0";
    if (inside > 1)
        place = arena_printf(text->arena, "%s / %lld", place, (long long)inside);
    return outermost ? place : arena_printf(text->arena, "%s %% %lld", place, (long long)count);
}

static int64_t count_of(const ItemAxis *axes, int count)
{
    int64_t items = 1;
    for (int axis = 0; axis < count; axis++)
        items *= axes[axis].count;
    return items;
}

void item_places(KernelText *text, const char *item, const ItemAxis *axes, int count)
{
    Buf line = {0};
    int64_t inside = count_of(axes, count), outside = 1;
    for (int axis = 0; axis < count; axis++) {
        inside /= axes[axis].count;
        buf_printf(&line, "%s%s = %s", line.length ? ", " : "const int ", axes[axis].name,
                   place_of(text, item, axes[axis].count, inside, outside == 1));
        outside *= axes[axis].count;
    }
    if (count)
        line_wrapped(text->out, arena_printf(text->arena, "%s;", buf_text(&line)));
    buf_free(&line);
}

void items_open(KernelText *text, const ItemAxis *axes, int count)
{
    const int64_t items = count_of(axes, count);
    const char *type = items > INT32_MAX / 2 ? "uint" : "int"; /* the last turn goes as far again */
    buf_open(text->out, "for (%s item = get_global_id(0); item < %lld; item += get_global_size(0))", type,
             (long long)items);
    item_places(text, "item", axes, count);
}
