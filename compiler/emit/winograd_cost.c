/* winograd_cost.c - about how long a convolution takes, directly and by Winograd's algorithm.
 *
 * A core begins two multiply-adds of a vector in each cycle while it transforms nothing, and weights arrive meanwhile:
 * what takes longer of computing and of fetching them counts, and a little of the other. Fitted to what `fovea tune
 * --ways` measured of 68 ways of layers of AlexNet, GoogLeNet, VGG-16 and ResNet-50 that take up to 2 ms (AMD EPYC, Zen
 * 5, 4.5 GHz, weights from memory): within 7 % of these in the mean. What decides: how often multiplications are saved,
 * that transformed weights are larger, and that tiles hang over the edges of small maps.
 *
 * A net may have room for less weights than are fastest: then they count for more than their fetching takes
 * (WinogradShape.held).
 */
#include "emit/winograd.h"
#include "plan/winograd.h"

#include <math.h>

/* Of the time of direct multiplication that may be left, and of that with smaller tiles: models are not exact, and
 * larger tiles round more. */
static const double WORTH = 0.95, WORTH_LARGER = 0.95;

/* Of the multiply-adds that a core could begin. */
static const double DIRECT_SHARE = 0.95, PRODUCT_SHARE = 0.96;

/* Weights come from memory at that many bytes a cycle, and again for each further block of tiles where the second cache
 * does not hold them: from the third one, in that share of the time. */
static const double BYTES_A_CYCLE = 8, AGAIN = 0.1;
/* Of the shorter one of computing and fetching, what is not hidden behind the longer one. */
static const double EXPOSED = 0.08;

/* To begin and to store the sums of a tile in a vector of maps, at one point. */
static const double SUM_CYCLES = 0.7;

/* Cycles to transform a tile of a block of channels, and back: by a / 2 - 2. */
static const double INPUT_CYCLES[] = {58, 150, 440}, OUTPUT_CYCLES[] = {28, 84, 190};
/* The same with 16 registers, where more goes through memory. */
static const double FEW_REGISTERS = 1.35;

/* Maps fill whole blocks; channels are read one by one. */
static double products_a_cycle(const WinogradShape *shape)
{
    return 2.0 * shape->lanes * (double)shape->maps / (double)(quotient_up(shape->maps, shape->lanes) * shape->lanes);
}

/* What weights count for beside the time of a core that has its memory for itself. */
static double held_cycles(const WinogradShape *shape, double bytes)
{
    return shape->held * (double)shape->groups * bytes / BYTES_A_CYCLE;
}

static double direct_cycles(const WinogradShape *shape)
{
    double products = (double)(shape->pictures * shape->groups * shape->channels * shape->maps) *
                      (double)(shape->height * shape->width * shape->r * shape->r);
    double bytes = 4.0 * (double)(shape->channels * shape->maps * shape->r * shape->r); /* of a group */
    double fetched = (double)shape->groups * bytes / BYTES_A_CYCLE;
    return fmax(products / products_a_cycle(shape) / DIRECT_SHARE, fetched) + held_cycles(shape, bytes);
}

static int64_t tiles_of(const WinogradShape *shape, const Winograd *winograd)
{
    return quotient_up(shape->height, winograd->m) * quotient_up(shape->width, winograd->m);
}

static double winograd_cycles(const WinogradShape *shape, const Winograd *winograd)
{
    double tiles = (double)tiles_of(shape, winograd), pictures = (double)(shape->pictures * shape->groups);
    double bytes = 4.0 * winograd->a * winograd->a * (double)(shape->channels * shape->maps); /* of a group */
    double passes = bytes <= WINOGRAD_HELD_BYTES ? 1 : (double)shape->pictures * ceil(tiles / WINOGRAD_MANY_TILES);
    double fetched = (double)shape->groups * bytes * (1 + AGAIN * (passes - 1)) / BYTES_A_CYCLE;
    double products = pictures * tiles * bytes / 4 / products_a_cycle(shape) / PRODUCT_SHARE;
    double in = (double)quotient_up(shape->channels, shape->lanes),
           out = (double)quotient_up(shape->maps, shape->lanes);
    double moves = in * INPUT_CYCLES[winograd->a / 2 - 2] + out * OUTPUT_CYCLES[winograd->a / 2 - 2];
    moves *= shape->lanes < 16 ? FEW_REGISTERS : 1;
    moves += out * winograd->a * winograd->a * SUM_CYCLES;
    double computed = products + pictures * tiles * moves;
    return fmax(computed, fetched) + EXPOSED * fmin(computed, fetched) + held_cycles(shape, bytes);
}

int winograd_by_cost(const WinogradShape *shape, double *left)
{
    double direct = direct_cycles(shape), best = direct * WORTH, least = 0;
    int chosen = 0;
    for (int m = 2; m < WINOGRAD_MOST; m += 2) {
        Winograd winograd;
        if (!winograd_make(m, shape->r, &winograd) || !winograd_is_near(&winograd))
            continue;
        double cycles = winograd_cycles(shape, &winograd);
        least = least > 0 ? MIN(least, cycles) : cycles;
        if (cycles > best)
            continue;
        best = cycles * WORTH_LARGER;
        chosen = m;
    }
    *left = least / direct;
    return chosen;
}
