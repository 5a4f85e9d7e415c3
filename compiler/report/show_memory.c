/* show_memory.c - `fovea show --memory`: the workspace over time as a picture.
 *
 * Steps go from left to right, bytes from the bottom up. A buffer is a rectangle, from the step that writes it to the
 * last that reads it, at its offset; a buffer that is written in place again and again is one. A line shows how far the
 * workspace reaches, another one what the fullest step needs.
 */
#include "report/held.h"
#include "report/number.h"
#include "report/show.h"
#include "report/steps.h"
#include "report/svg.h"
#include "support/file.h"

#include <math.h>

static const double LEFT = 88, RIGHT = 24, TOP = 74, PLOT_HEIGHT = 440, LEAST_WIDTH = 560, MOST_WIDTH = 1500;
static const double WIDEST_STEP = 74, SMALL = 10, USUAL = 12, TITLE = 16, LABEL_TURN = -55, LABEL_GAP = 13;
static const char DARK[] = "#24292f", SOFT[] = "#57606a", GRID[] = "#e4e7eb", RED[] = "#c62828";

typedef struct MemoryPicture {
    Buf *buf;
    Arena *arena;
    const Plan *plan;
    double step_width, width, labels; /* labels: the height of the names below */
} MemoryPicture;

static double x_of(const MemoryPicture *p, uint32_t step)
{
    return LEFT + p->step_width * (double)step;
}

static double y_of(const MemoryPicture *p, int64_t bytes)
{
    int64_t all = MAX(p->plan->workspace_bytes, 1);
    return TOP + PLOT_HEIGHT * (1 - (double)bytes / (double)all);
}

/* 1, 2 or 5 times a power of ten, so that there are four to ten of them. */
static int64_t tick_bytes(int64_t all)
{
    int64_t power = 1;
    while (power <= all / 50)
        power *= 10;
    for (int64_t factor = 1; factor <= 5; factor += factor == 1 ? 1 : 3)
        if (all / (power * factor) <= 8)
            return power * factor;
    return power * 10;
}

static void draw_grid(const MemoryPicture *p)
{
    int64_t all = p->plan->workspace_bytes, tick = tick_bytes(all);
    double right = x_of(p, p->plan->steps.count);
    for (int64_t bytes = 0; bytes <= all; bytes += tick) {
        svg_line(p->buf, LEFT, y_of(p, bytes), right, y_of(p, bytes), GRID, false);
        svg_text(p->buf, LEFT - 8, y_of(p, bytes) + SMALL / 3, SMALL, SVG_RIGHT, 0, SOFT,
                 number_grouped(p->arena, bytes));
    }
}

/* The name, and the bytes below it, where they fit; along the longer side. */
static void draw_name(const MemoryPicture *p, const Buffer *buffer, double x, double y, double width, double height)
{
    const char *bytes = number_grouped(p->arena, buffer->bytes);
    double size = MIN(USUAL, height - 2), name = svg_text_width(buffer->name, size);
    double middle_x = x + width / 2, middle_y = y + height / 2;
    if (size >= 7 && name <= width - 4) {
        bool two = height >= 2 * USUAL + 8 && svg_text_width(bytes, SMALL) <= width - 4;
        svg_text(p->buf, middle_x, middle_y + (two ? -2 : size / 3), size, SVG_MIDDLE, 0, DARK, buffer->name);
        if (two)
            svg_text(p->buf, middle_x, middle_y + USUAL, SMALL, SVG_MIDDLE, 0, SOFT, bytes);
        return;
    }
    size = MIN(SMALL, width - 2);
    if (size >= 7 && svg_text_width(buffer->name, size) <= height - 4)
        svg_text(p->buf, middle_x + size / 3, middle_y, size, SVG_MIDDLE, -90, DARK, buffer->name);
}

static void draw_buffer(const MemoryPicture *p, const Buffer *buffer, uint32_t index)
{
    static const char *const fills[] = {"#cfe3f7", "#d7efd2", "#fbdfc4", "#e6d9f2", "#f7d4d8", "#d0eeea", "#f5ecb8"};
    static const char *const strokes[] = {"#4a86bd", "#5a9a4d", "#c47f35", "#8a68b0", "#bd5a68", "#3f9a90", "#a89530"};
    double x = x_of(p, buffer->first), width = p->step_width * (double)(buffer->last - buffer->first + 1);
    double y = y_of(p, buffer->offset + buffer->bytes), height = y_of(p, buffer->offset) - y;
    Buf type = {0};
    type_print(&type, &buffer->type);
    const char *tip = arena_printf(p->arena, "%s: %s bytes from %s on, steps %u to %u, %s", buffer->name,
                                   number_grouped(p->arena, buffer->bytes), number_grouped(p->arena, buffer->offset),
                                   buffer->first, buffer->last, buf_text(&type));
    buf_free(&type);
    svg_rectangle(p->buf, x, y, width, height, fills[index % COUNT_OF(fills)], strokes[index % COUNT_OF(strokes)], tip);
    draw_name(p, buffer, x, y, width, height);
}

static void draw_label(const MemoryPicture *p, uint32_t step, const char *colour)
{
    double x = x_of(p, step) + p->step_width / 2, below = TOP + PLOT_HEIGHT;
    svg_line(p->buf, x, below, x, below + 4, SOFT, false);
    svg_text(p->buf, x + 3, below + 13, SMALL, SVG_RIGHT, LABEL_TURN, colour, step_label(p->plan, step));
}

/* As many labels of steps as have room beside each other, and that of the fullest. */
static void draw_labels(const MemoryPicture *p)
{
    uint32_t steps = p->plan->steps.count, every = (uint32_t)ceil(LABEL_GAP / p->step_width);
    uint32_t fullest = steps ? fullest_step(p->plan) : 0;
    for (uint32_t i = 0; i < steps; i += every)
        if (i + every <= fullest || i >= fullest + every)
            draw_label(p, i, SOFT);
    if (steps)
        draw_label(p, fullest, RED);
}

static void draw_lines(const MemoryPicture *p)
{
    const Plan *plan = p->plan;
    const char *text = arena_printf(p->arena, "workspace %s bytes", number_grouped(p->arena, plan->workspace_bytes));
    double right = x_of(p, plan->steps.count), top = y_of(p, plan->workspace_bytes);
    double least = y_of(p, plan->workspace_least);
    svg_line(p->buf, LEFT, TOP + PLOT_HEIGHT, right, TOP + PLOT_HEIGHT, DARK, false);
    svg_line(p->buf, LEFT, top, right, top, RED, false);
    if (plan->workspace_least < plan->workspace_bytes) {
        svg_line(p->buf, LEFT, least, right, least, RED, true);
        text = arena_printf(p->arena, "%s; the fullest step, %s, needs %s", text, step_label(plan, fullest_step(plan)),
                            number_grouped(p->arena, plan->workspace_least));
    } else if (plan->workspace_bytes) {
        text = arena_printf(p->arena, "%s, full at %s", text, step_label(plan, fullest_step(plan)));
    }
    svg_text(p->buf, LEFT, 50, USUAL, SVG_LEFT, 0, RED, text);
}

/* How far the turned names of the steps reach down. */
static double labels_height(const Plan *plan)
{
    double widest = 0, pi = acos(-1);
    for (uint32_t i = 0; i < plan->steps.count; i++)
        widest = fmax(widest, svg_text_width(step_label(plan, i), SMALL));
    return widest * -sin(LABEL_TURN * pi / 180) + 2 * USUAL;
}

void show_memory(Buf *buf, const Plan *plan, const char *model)
{
    Arena *arena = arena_new();
    double steps = fmax(1, (double)plan->steps.count);
    double plot = fmin(fmax(LEAST_WIDTH, steps * LABEL_GAP), MOST_WIDTH);
    MemoryPicture p = {.buf = buf, .arena = arena, .plan = plan, .labels = labels_height(plan)};
    p.step_width = fmin(plot / steps, WIDEST_STEP);
    p.width = LEFT + fmax(p.step_width * steps, LEAST_WIDTH) + RIGHT;
    const char *title = arena_printf(arena, "%s (%s, target %s): the workspace over time", plan->graph->name,
                                     path_base(model), plan->target->name);
    svg_begin(buf, p.width, TOP + PLOT_HEIGHT + p.labels, title);
    svg_text(buf, LEFT, 28, TITLE, SVG_LEFT, 0, DARK, title);
    draw_grid(&p);
    for (uint32_t i = 0, drawn = 0; i < plan->buffers.count; i++)
        if (plan->buffers.at[i].place == BUFFER_WORKSPACE)
            draw_buffer(&p, &plan->buffers.at[i], drawn++);
    draw_lines(&p);
    draw_labels(&p);
    svg_end(buf);
    arena_free(arena);
}
