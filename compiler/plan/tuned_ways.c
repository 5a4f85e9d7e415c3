/* tuned_ways.c - which ways of computing a convolution are worth a trial (see tuned.h).
 *
 * Not all that fit: sizes that cut lengths evenly, and a few of each kind. What a step changes is independent of what
 * others do, nearly; so they are tried one after the other, each around the best so far.
 */
#include "ops/winograd.h"
#include "plan/plan.h"
#include "plan/tuned.h"

enum { MOST_OF_A_KIND = 4 };

bool tuned_same(const TunedChoice *a, const TunedChoice *b)
{
    const BlockedLoops *x = &a->loops, *y = &b->loops;
    if (a->m || b->m)
        return a->m == b->m && a->tiles == b->tiles;
    return x->maps == y->maps && x->pixels == y->pixels && x->across == y->across && x->rows == y->rows &&
           x->inputs == y->inputs && x->ahead == y->ahead;
}

static void add(Arena *arena, TunedChoices *choices, const TunedShape *shape, const TunedChoice *choice)
{
    TunedChoice checked = *choice;
    if (!checked.m && !checked.loops.pixels)
        checked.loops.pixels = 1; /* the usual ones fit */
    if (tuned_misfit(shape, &checked))
        return;
    for (uint32_t i = 0; i < choices->count; i++)
        if (tuned_same(&choices->at[i], choice))
            return;
    VEC_PUSH(arena, choices, *choice);
}

void tuned_add_kinds(Arena *arena, TunedChoices *choices, const TunedShape *shape)
{
    const Target *target = target_find(shape->target);
    for (int m = 2; m < WINOGRAD_MOST; m += 2)
        add(arena, choices, shape, &(TunedChoice){.m = m});
    for (int vectors = 1; vectors <= TUNED_VECTORS; vectors++)
        add(arena, choices, shape, &(TunedChoice){.loops.maps = (int64_t)vectors * target->lanes});
}

/* ---- tiles ---- */

static void add_winograd_blocks(Arena *arena, TunedChoices *choices, const TunedShape *shape, const TunedChoice *around)
{
    static const int64_t wanted[] = {14, 20, 28, 42, 56, 84, 112};
    int64_t size[2];
    tuned_output(shape, size);
    int64_t tiles = quotient_up(size[0], around->m) * quotient_up(size[1], around->m);
    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        add(arena, choices, shape,
            &(TunedChoice){.m = around->m, .tiles = quotient_up(tiles, quotient_up(tiles, wanted[i]))});
}

/* As few tiles as registers allow, all alike, and a few more. */
static void add_pixels(Arena *arena, TunedChoices *choices, const TunedShape *shape, const TunedChoice *around,
                       int64_t length, int64_t most, bool across)
{
    TunedChoice choice = *around;
    choice.loops.across = across;
    if (across && choice.loops.rows)
        return;
    for (int64_t tiles = quotient_up(length, most), more = 0; more < 3; more++) {
        choice.loops.pixels = quotient_up(length, tiles + more);
        add(arena, choices, shape, &choice);
    }
    choice.loops.pixels = MIN(most, length);
    add(arena, choices, shape, &choice);
}

void tuned_add_tiles(Arena *arena, TunedChoices *choices, const TunedShape *shape, const TunedChoice *around)
{
    if (around->m) {
        add_winograd_blocks(arena, choices, shape, around);
        return;
    }
    const Target *target = target_find(shape->target);
    int64_t size[2], most = tuned_pixels(target, around->loops.maps / target->lanes);
    tuned_output(shape, size);
    add_pixels(arena, choices, shape, around, size[1], most, false);
    if (size[0] == 1)
        return;
    add_pixels(arena, choices, shape, around, size[0] * size[1], most, true);
    TunedChoice rows = *around; /* whole ones: no pixel needs to be as far from the next one */
    rows.loops.across = true;
    for (int64_t count = most / size[1]; count > 0 && !rows.loops.rows; count--) {
        rows.loops.pixels = count * size[1];
        add(arena, choices, shape, &rows);
    }
}

/* ---- chunks of inputs, blocks of rows ---- */

void tuned_add_blocks(Arena *arena, TunedChoices *choices, const TunedShape *shape, const TunedChoice *around)
{
    if (around->m)
        return;
    const Target *target = target_find(shape->target);
    int64_t inputs = shape->at[TUNED_INPUT] / shape->at[TUNED_GROUPS], deep = MIN(inputs, target->lanes), size[2];
    TunedChoice choice = *around;
    tuned_output(shape, size);
    choice.loops.rows = choice.loops.inputs = 0;
    add(arena, choices, shape, &choice);
    for (int64_t parts = 2, found = 0; parts <= inputs / deep && found < 2 * MOST_OF_A_KIND; parts++) {
        choice.loops.inputs = inputs / parts;
        if (inputs % parts || choice.loops.inputs % deep)
            continue;
        add(arena, choices, shape, &choice);
        found++;
    }
    choice = *around;
    choice.loops.inputs = 0;
    for (int64_t rows = 1, found = 0; rows <= size[0] / 2 && found < 2 * MOST_OF_A_KIND; rows++) {
        if (size[0] % rows)
            continue;
        choice.loops.rows = rows;
        add(arena, choices, shape, &choice);
        found++;
    }
}

void tuned_add_ahead(Arena *arena, TunedChoices *choices, const TunedShape *shape, const TunedChoice *around)
{
    TunedChoice choice = *around;
    if (around->m)
        return;
    for (choice.loops.ahead = 0; choice.loops.ahead <= 16;
         choice.loops.ahead = choice.loops.ahead ? 2 * choice.loops.ahead : 1)
        add(arena, choices, shape, &choice);
}
