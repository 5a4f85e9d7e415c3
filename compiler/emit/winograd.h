/* winograd.h - the text of conv_winograd in the words of a target with vectors (internal to emit/). */
#ifndef FOVEA_EMIT_WINOGRAD_H
#define FOVEA_EMIT_WINOGRAD_H

#include "emit/kernel.h"
#include "plan/winograd.h"

/* The tiles of a target, as Target.winograd has them: those that take the least time of which the errors to be expected
 * are small enough. */
int winograd_by_cost(const WinogradShape *shape, double *left);

/* The whole kernel. */
void winograd_text(KernelText *text);

/* Its parts, and what they share. */
typedef struct WinogradText {
    KernelText *text;
    WinogradSizes sizes;
    const char *vector;
    const Shape *y; /* of the convolution */
    Access in, out;
    bool has_bias;
    bool pooled; /* what is stored are the largest of each 2 x 2 outputs */
} WinogradText;

/* B^T d B of one tile of a block of channels (winograd_transform.c): NAME_forward(x, v). */
void winograd_forward(const WinogradText *w);
/* A^T s A of the sums of one tile of a block of maps, with bias and epilogue, of which `rows` x `columns` are computed
 * and stored, or pooled: NAME_PART(sums, bias, ..., y). */
void winograd_inverse(const WinogradText *w, const char *part, int64_t rows, int64_t columns);
/* What those are made of: the line that stores value i, and the text that loads value k. */
typedef const char *WinogradLine(const WinogradText *w, int i, const char *value);
typedef const char *WinogradLoad(const WinogradText *w, int k);
/* "const v16 x0 = v_load(x), x1 = v_load(x + 16), ...;", some in a line. */
void winograd_load_lines(const WinogradText *w, const char *name, int count, WinogradLoad *load);
/* Lines that make a values of the vectors x0, x1, ...: one row or column of B^T d. */
void winograd_forward_lines(const WinogradText *w, WinogradLine *store);
/* Lines that make values 0 .. count - 1 of the vectors t0, t1, ...: of one row or column of A^T s. `start`: what is
 * added to each; NULL: nothing. */
void winograd_inverse_lines(const WinogradText *w, int64_t count, const char *start, WinogradLine *store);
/* The matrices, in exact fractions, as lines of a comment. */
void winograd_matrices(const WinogradText *w);

#endif
