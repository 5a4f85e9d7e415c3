/* trial.c - trying out which pixels change a place (see trial.h). */
#include "report/trial.h"
#include "report/thin.h"

/* What is spent, in numbers read: about two seconds. */
static const int64_t AFFORDABLE = INT64_C(4000) * 1000 * 1000;

/* The pixels of one input. */
typedef struct Screen {
    const Area *area;
    int64_t rows, columns;
    double *at; /* NULL: no path leads from here */
} Screen;

typedef struct Trying {
    Thin *thin;
    Screen *screens;
    uint32_t count;
    Trial trial;
} Trying;

static bool is_inside(const Screen *screen, int64_t y, int64_t x)
{
    const Area *area = screen->area;
    int64_t row = y - area->first[0], column = x - area->first[1];
    return screen->at && row >= 0 && row < area->size[0] && column >= 0 && column < area->size[1] &&
           area->paths[row * area->size[1] + column] > 0;
}

static bool is_rim(const Screen *screen, int64_t y, int64_t x)
{
    return !is_inside(screen, y - 1, x) || !is_inside(screen, y + 1, x) || !is_inside(screen, y, x - 1) ||
           !is_inside(screen, y, x + 1);
}

/* Sets all pixels inside, or all outside. */
static void set_pixels(const Trying *trying, double inside, double outside)
{
    for (uint32_t i = 0; i < trying->count; i++) {
        const Screen *screen = &trying->screens[i];
        for (int64_t p = 0; screen->at && p < screen->rows * screen->columns; p++)
            screen->at[p] = is_inside(screen, p / screen->columns, p % screen->columns) ? inside : outside;
    }
}

/* Counts the pixels inside that are at the rim, or are not; tries every step-th of them, none when step is 0. */
static int64_t go_through(Trying *trying, bool rim, int64_t step)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < trying->count; i++) {
        const Screen *screen = &trying->screens[i];
        for (int64_t p = 0; p < screen->rows * screen->columns; p++) {
            int64_t y = p / screen->columns, x = p % screen->columns;
            if (!is_inside(screen, y, x) || is_rim(screen, y, x) != rim || count++ % MAX(step, 1) || !step)
                continue;
            screen->at[p] = 1;
            trying->trial.tried++;
            trying->trial.silent += !thin_reaches(trying->thin);
            screen->at[p] = 0;
        }
    }
    return count;
}

/* So many of `count` at most: every how manieth? */
static int64_t step_for(int64_t count, int64_t most)
{
    return count > most ? (count - 1) / MAX(most, 1) + 1 : 1;
}

static void try_inside(Trying *trying, bool every_pixel)
{
    int64_t rim = go_through(trying, true, 0), rest = go_through(trying, false, 0);
    int64_t most = MAX(AFFORDABLE / MAX(thin_cost(trying->thin), 1), 4);
    if (every_pixel || rim + rest <= most)
        most = rim + rest;
    set_pixels(trying, 0, 0);
    go_through(trying, true, rim + rest <= most ? 1 : step_for(rim, most - most / 4));
    go_through(trying, false, step_for(rest, most - trying->trial.tried));
}

Trial trial_run(const Graph *net, const Field *fields, const Area *areas, NodeId unit, const int64_t place[2],
                bool every_pixel)
{
    Arena *arena = arena_new();
    Trying trying = {.thin = thin_new(net, fields, areas, unit, place),
                     .screens = NEW_ARRAY(arena, Screen, net->inputs.count)};
    trying.trial.possible = trying.thin != NULL;
    for (uint32_t i = 0; trying.thin && i < net->inputs.count; i++) {
        NodeId input = net->inputs.at[i].node;
        const Shape *shape = &graph_node(net, input)->type.shape;
        if (!fields[input.index].known)
            continue;
        trying.screens[trying.count++] =
            (Screen){&areas[input.index], shape->dim[2], shape->dim[3], thin_pixels(trying.thin, input)};
        trying.trial.pixels += shape->dim[2] * shape->dim[3];
    }
    if (trying.thin) {
        trying.trial.inside = go_through(&trying, true, 0) + go_through(&trying, false, 0);
        set_pixels(&trying, 0, 1);
        trying.trial.outside_is_silent = !thin_reaches(trying.thin);
        try_inside(&trying, every_pixel);
        thin_free(trying.thin);
    }
    arena_free(arena);
    return trying.trial;
}
