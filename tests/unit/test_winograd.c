/* test_winograd.c - the matrices of Winograd's algorithm: that they compute what they should, in exact fractions, that
 * they are those of Lavin and Gray (2015), and what errors are expected of them.
 */
#include <criterion/criterion.h>

#include "ops/winograd.h"

static const int known[][2] = {{2, 3}, {4, 3}, {6, 3}, {2, 5}, {4, 5}};

/* All numbers times `scale` are whole: sums of products are exact. */
static int64_t scaled(Fraction a, int64_t scale)
{
    cr_assert_eq(a.over * scale % a.under, 0, "%s is no multiple of 1/%lld", "a number", (long long)scale);
    return a.over * scale / a.under;
}

/* y_k = sum over j of g_j d_(k + j): sum over i of A_ki G_ij B_il is 1 where l = k + j, and 0 elsewhere. */
Test(winograd, is_a_convolution)
{
    for (size_t f = 0; f < COUNT_OF(known); f++) {
        enum { OUTPUTS = 32, KERNELS = 90 * 8, INPUTS = 4 };
        Winograd w;
        cr_assert(winograd_make(known[f][0], known[f][1], &w));
        for (int k = 0; k < w.m; k++)
            for (int j = 0; j < w.r; j++)
                for (int l = 0; l < w.a; l++) {
                    int64_t sum = 0;
                    for (int i = 0; i < w.a; i++)
                        sum += scaled(w.outputs[k][i], OUTPUTS) * scaled(w.kernels[i][j], KERNELS) *
                               scaled(w.inputs[i][l], INPUTS);
                    int64_t one = (int64_t)OUTPUTS * KERNELS * INPUTS;
                    cr_expect_eq(sum, l == k + j ? one : 0, "F(%d, %d): output %d, tap %d, input %d", w.m, w.r, k, j,
                                 l);
                }
    }
}

/* Each row of B^T against a published one, up to its sign, which G or A^T takes over. */
static void expect_inputs(int m, int r, const double *rows)
{
    Winograd w;
    cr_assert(winograd_make(m, r, &w));
    for (int i = 0; i < w.a; i++) {
        bool same = true, negative = true;
        for (int j = 0; j < w.a; j++) {
            double number = fraction_value(w.inputs[i][j]);
            same &= number == rows[i * w.a + j];
            negative &= number == -rows[i * w.a + j];
        }
        cr_expect(same || negative, "F(%d, %d): row %d of B^T is another one", m, r, i);
    }
}

Test(winograd, has_known_matrices)
{
    static const double two[] = {1, 0, -1, 0, 0, 1, 1, 0, 0, -1, 1, 0, 0, 1, 0, -1};
    static const double four[] = {4, 0,  -5, 0, 1, 0, 0, -4, -4, 1,  1, 0, 0, 4, -4, -1, 1, 0,
                                  0, -2, -1, 2, 1, 0, 0, 2,  -1, -2, 1, 0, 0, 4, 0,  -5, 0, 1};
    expect_inputs(2, 3, two);
    expect_inputs(4, 3, four);
    expect_inputs(2, 5, four);
    Winograd w;
    cr_assert(winograd_make(4, 3, &w));
    static const double kernels[] = {1.0 / 4,  0,         0,        -1.0 / 6, -1.0 / 6, -1.0 / 6,
                                     -1.0 / 6, 1.0 / 6,   -1.0 / 6, 1.0 / 24, 1.0 / 12, 1.0 / 6,
                                     1.0 / 24, -1.0 / 12, 1.0 / 6,  0,        0,        1};
    for (int i = 0; i < w.a; i++)
        for (int j = 0; j < w.r; j++)
            cr_expect_eq(fraction_value(w.kernels[i][j]), kernels[i * w.r + j], "G[%d][%d]", i, j);
}

Test(winograd, is_refused)
{
    Winograd w;
    static const int64_t none[][2] = {{0, 3}, {1, 3}, {3, 3}, {8, 3}, {6, 5}, {2, 1}, {2, 4}, {2, 7}, {-2, 3}};
    for (size_t i = 0; i < COUNT_OF(none); i++)
        cr_expect_not(winograd_make(none[i][0], none[i][1], &w), "F(%lld, %lld)", (long long)none[i][0],
                      (long long)none[i][1]);
}

/* Measured on layers of 64 to 512 channels in single precision: the largest error over the largest output. */
Test(winograd, expects_measured_errors)
{
    static const struct {
        int m, r;
        double least, most;
    } measured[] = {{2, 3, 2.6e-7, 7.9e-7},
                    {4, 3, 4.4e-6, 1.3e-5},
                    {6, 3, 8e-6, 1.4e-5},
                    {2, 5, 1.7e-6, 2.5e-6},
                    {4, 5, 3.5e-6, 7.6e-6}};
    for (size_t i = 0; i < COUNT_OF(measured); i++) {
        Winograd w;
        cr_assert(winograd_make(measured[i].m, measured[i].r, &w));
        double error = winograd_error(&w);
        cr_expect_geq(error, 0.9 * measured[i].most, "F(%d, %d): %g is too hopeful", w.m, w.r, error);
        cr_expect_leq(error, 4 * measured[i].most, "F(%d, %d): %g is too careful", w.m, w.r, error);
    }
}
