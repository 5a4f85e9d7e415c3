/* winograd.h - convolutions of stride 1 with fewer multiplications (Winograd 1980, Lavin and Gray 2015), as algebra.
 *
 * F(m, r): m outputs beside each other of a kernel of r taps, from a = m + r - 1 inputs, with a multiplications:
 *
 *   y = A^T [(G g) . (B^T d)]        d: a inputs, g: r taps, y: m outputs
 *
 * In two dimensions F(m x m, r x r) takes a * a of them a tile for m * m outputs, each of which has r * r taps:
 *
 *   Y = A^T [(G g G^T) . (B^T d B)] A
 *
 * The matrices follow from a - 1 points and infinity, by exact fractions (Toom and Cook's products of polynomials,
 * transposed): 0, 1, -1, 2, -2, 1/2, -1/2, as many as needed. Point 2k - 1 is positive, and point 2k its negative.
 */
#ifndef FOVEA_OPS_WINOGRAD_H
#define FOVEA_OPS_WINOGRAD_H

#include "ops/conv.h"

enum { WINOGRAD_MOST = 8 /* a, at most */ };

typedef struct Fraction {
    int64_t over, under; /* in lowest terms, `under` positive */
} Fraction;

double fraction_value(Fraction fraction);
/* "-5/4", "3" */
const char *fraction_text(Arena *arena, Fraction fraction);

typedef struct Winograd {
    int m, r, a;
    Fraction points[WINOGRAD_MOST];                 /* a - 1 of them: the last one is infinity */
    Fraction outputs[WINOGRAD_MOST][WINOGRAD_MOST]; /* A^T: m x a */
    Fraction kernels[WINOGRAD_MOST][WINOGRAD_MOST]; /* G: a x r */
    Fraction inputs[WINOGRAD_MOST][WINOGRAD_MOST];  /* B^T: a x a */
} Winograd;

/* The matrices of F(m, r); false when there is no such row: m of 2, 4 and 6, r of 3 and 5, a at most 8. */
bool winograd_make(int64_t m, int64_t r, Winograd *winograd);

/* What single precision makes of it: the largest error to be expected, relative to the largest output. It follows from
 * how much larger than the output the terms are of which it is summed. */
double winograd_error(const Winograd *winograd);
/* Whether that is small enough for a layer to be computed so. */
bool winograd_is_near(const Winograd *winograd);

/* Attributes of conv_winograd, which is a convolution with transformed weights: inputs are x [N, C, H, W], the weight
 * [O, a, a, C / groups], and, if there is a bias, [O]. */
typedef struct WinogradAttrs {
    int64_t m;
    int64_t pad[HALO_SIDES];
    int64_t groups;
} WinogradAttrs;

/* The matrices of a conv_winograd or winograd_weights. */
Winograd winograd_of(const Graph *graph, const Node *node);

/* How its output is cut into tiles of m x m. */
typedef struct WinogradTiles {
    int64_t down, across;
} WinogradTiles;
WinogradTiles winograd_tiles(const Node *conv);

#endif
