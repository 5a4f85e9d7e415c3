/* winograd.c - the matrices of F(m, r) in exact fractions, and what rounding makes of them (see winograd.h). */
#include "ops/winograd.h"

#include <math.h>

/* ---- fractions: of small numbers, so that nothing overflows ---- */

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

static Fraction fraction(int64_t over, int64_t under)
{
    int64_t divisor = common_divisor(over, under) * (under < 0 ? -1 : 1);
    return (Fraction){over / divisor, under / divisor};
}

static Fraction product(Fraction a, Fraction b)
{
    return fraction(a.over * b.over, a.under * b.under);
}

static Fraction difference(Fraction a, Fraction b)
{
    return fraction(a.over * b.under - b.over * a.under, a.under * b.under);
}

static Fraction quotient(Fraction a, Fraction b)
{
    return fraction(a.over * b.under, a.under * b.over);
}

double fraction_value(Fraction fraction)
{
    return (double)fraction.over / (double)fraction.under;
}

const char *fraction_text(Arena *arena, Fraction fraction)
{
    if (fraction.under == 1)
        return arena_printf(arena, "%lld", (long long)fraction.over);
    return arena_printf(arena, "%lld/%lld", (long long)fraction.over, (long long)fraction.under);
}

/* ---- matrices ---- */

/* In the order of how little they enlarge what is computed. */
static const Fraction table[WINOGRAD_MOST - 1] = {{0, 1}, {1, 1}, {-1, 1}, {2, 1}, {-2, 1}, {1, 2}, {-1, 2}};

/* row: the polynomial times (x - point), its lowest power first. */
static void times_root(Fraction *row, Fraction point)
{
    for (int i = WINOGRAD_MOST - 1; i >= 0; i--)
        row[i] = difference(i ? row[i - 1] : (Fraction){0, 1}, product(row[i], point));
}

/* A row of B^T: the polynomial with roots at all finite points but one, whose value there is divided out of G. */
static Fraction input_row(Winograd *w, int without)
{
    Fraction *row = w->inputs[without], value = {1, 1};
    row[0] = (Fraction){1, 1};
    for (int j = 0; j < w->a - 1; j++) {
        if (j == without)
            continue;
        times_root(row, w->points[j]);
        if (without < w->a - 1)
            value = product(value, difference(w->points[without], w->points[j]));
    }
    return value;
}

bool winograd_make(int64_t m, int64_t r, Winograd *w)
{
    if ((m != 2 && m != 4 && m != 6) || (r != 3 && r != 5) || m + r - 1 > WINOGRAD_MOST)
        return false;
    *w = (Winograd){.m = (int)m, .r = (int)r, .a = (int)(m + r - 1)};
    int infinity = w->a - 1;
    for (int i = 0; i < WINOGRAD_MOST; i++)
        for (int j = 0; j < WINOGRAD_MOST; j++)
            w->outputs[i][j] = w->kernels[i][j] = w->inputs[i][j] = (Fraction){0, 1};
    memcpy(w->points, table, (size_t)infinity * sizeof *table);
    for (int i = 0; i < infinity; i++) {
        Fraction value = input_row(w, i), power = {1, 1};
        for (int k = 0; k < w->m || k < w->r; k++, power = product(power, w->points[i])) {
            if (k < w->m)
                w->outputs[k][i] = power;
            if (k < w->r)
                w->kernels[i][k] = quotient(power, value);
        }
    }
    input_row(w, infinity);
    w->outputs[w->m - 1][infinity] = w->kernels[infinity][w->r - 1] = (Fraction){1, 1};
    return true;
}

/* ---- error ---- */

static double sum_of_squares(const Fraction *row)
{
    double sum = 0;
    for (int i = 0; i < WINOGRAD_MOST; i++)
        sum += fraction_value(row[i]) * fraction_value(row[i]);
    return sum;
}

/* Of inputs and taps of variance 1, the products at point i have the variance |B_i|^2 |G_i|^2, and go into output k
 * times A_ki; the output itself has the variance r. Each is rounded relative to its own size, so that the deviation of
 * all of them over that of the output is what errors are enlarged by: 1.7 for F(2, 3), 31 for F(4, 3). The factor is
 * the largest error of some thousand outputs over that, measured on layers of 64 to 512 channels; it hardly depends on
 * these. */
double winograd_error(const Winograd *w)
{
    static const double error_over_deviation = 4.5e-7;
    double most = 0;
    for (int k = 0; k < w->m; k++) {
        double variance = 0;
        for (int i = 0; i < w->a; i++) {
            double weight = fraction_value(w->outputs[k][i]);
            variance += weight * weight * sum_of_squares(w->inputs[i]) * sum_of_squares(w->kernels[i]);
        }
        most = MAX(most, variance);
    }
    return error_over_deviation * most / w->r; /* in two dimensions: the square of the deviation in one */
}

/* Half of what outputs of a net may differ by. */
bool winograd_is_near(const Winograd *winograd)
{
    static const double most_error = 5e-5;
    return winograd_error(winograd) <= most_error;
}
