#include "measure.h"

enum { SIZE = 12, POOLS = 4 };

typedef struct Pool {
    const char *name;
    int size, stride;
} Pool;

static const Pool pools[POOLS] = {
    {"max 2x2, stride 2", 6, 2}, {"max 3x3, stride 3", 4, 3}, {"max 4x4, stride 4", 3, 4}, {"max 3x3, stride 2", 5, 2}};

typedef float Results[POOLS][36];

static void pool_all(const float image[SIZE][SIZE], Results results)
{
    run(&(net_inputs){image[0]},
        &(net_outputs){.two = results[0], .three = results[1], .four = results[2], .overlapping = results[3]});
}

static void pool_pixel(int y, int x, Results results)
{
    float image[SIZE][SIZE] = {{0}};
    image[y][x] = 1;
    pool_all((const float(*)[SIZE])image, results);
}

static int moved_by_one(const Pool *pool, const float *before, const float *after) /* to the right, by one value */
{
    for (int y = 0; y < pool->size; y++)
        for (int x = 0; x < pool->size; x++)
            if (after[y * pool->size + x] != (x ? before[y * pool->size + x - 1] : 0))
                return 0;
    return 1;
}

static void draw_shape(void) /* as in the note's figure 4: a shape, and the same further right */
{
    static const char *const seven[] = {"######", "######", "....##", "...###", "..###.", "..##..", "..##..", "..##.."};
    for (int shift = 0; shift < 2; shift++) {
        float image[SIZE][SIZE] = {{0}};
        Results results;
        for (int y = 0; y < 8; y++)
            for (int x = 0; x < 6; x++)
                image[2 + y][2 + shift + x] = seven[y][x] == '#';
        pool_all((const float(*)[SIZE])image, results);
        map("plain", shift ? "One pixel further right" : "A shape", "A drawn 7 on 12 by 12 pixels", image[0], SIZE,
            SIZE);
        map("plain", "Pooled, 2×2", shift ? "A broader 7, on 6 by 6" : "A 7, on 6 by 6", results[0], 6, 6);
        next_row();
    }
}

int main(void)
{
    int places = 0, same[POOLS] = {0}, places_by_stride[POOLS] = {0}, moved[POOLS] = {0};
    char name[96];
    for (int y = 0; y < SIZE; y++)
        for (int x = 0; x + 1 < SIZE; x++, places++) {
            Results before, after;
            pool_pixel(y, x, before);
            pool_pixel(y, x + 1, after);
            for (int p = 0; p < POOLS; p++)
                same[p] += memcmp(before[p], after[p], sizeof(float) * (size_t)(pools[p].size * pools[p].size)) == 0;
            for (int p = 0; p < POOLS - 1; p++)
                if (x + pools[p].stride < SIZE) {
                    pool_pixel(y, x + pools[p].stride, after);
                    places_by_stride[p]++;
                    moved[p] += moved_by_one(&pools[p], before[p], after[p]);
                }
        }
    figure("places", "%d", places);
    for (int p = 0; p < POOLS; p++) {
        snprintf(name, sizeof name, "%s: unchanged", pools[p].name);
        figure(name, "%d", same[p]);
        snprintf(name, sizeof name, "%s: share", pools[p].name);
        figure(name, "%.1f %%", 100.0 * same[p] / places);
    }
    for (int p = 0; p < POOLS - 1; p++) {
        snprintf(name, sizeof name, "%s: moves along with its stride", pools[p].name);
        figure(name, "%.1f %%", 100.0 * moved[p] / places_by_stride[p]);
    }
    draw_shape();
    puts("@bars %\nShifts by one pixel that change nothing\nFour bars: 54.5, 72.7, 81.8 and 25.0 per cent");
    for (int p = 0; p < POOLS; p++)
        printf("%.1f %s\n", 100.0 * same[p] / places, pools[p].name);
    puts("@end");
    return 0;
}
