/* lrn.h - attributes of lrn. */
#ifndef FOVEA_OPS_LRN_H
#define FOVEA_OPS_LRN_H

#include <stdbool.h>
#include <stdint.h>

/* y[c] = x[c] / (k + alpha * sum of x[j]^2)^beta, j from c - lrn_before to c + lrn_after where there are channels. */
typedef struct LrnAttrs {
    int64_t size;
    double alpha; /* as it multiplies the sum: the caffe form's is already divided by the size */
    double beta, k;
} LrnAttrs;

/* Odd sizes have the same reach on both sides; an even size has one more channel behind (as ONNX has it). */
static inline int64_t lrn_before(const LrnAttrs *attrs)
{
    return (attrs->size - 1) / 2;
}
static inline int64_t lrn_after(const LrnAttrs *attrs)
{
    return attrs->size / 2;
}

/* Whether its kernels keep the squares of a place's channels on the stack, and may write where they read. */
enum { LRN_MOST_KEPT = 64 };
static inline bool lrn_keeps(const LrnAttrs *attrs)
{
    return attrs->size <= LRN_MOST_KEPT;
}

/* Whether the power is one of roots, which need no powf: (k + ...)^0.75 is the product of a root and a root's root. */
static inline bool lrn_has_roots(const LrnAttrs *attrs)
{
    return attrs->beta == 0.5 || attrs->beta == 0.75 || attrs->beta == 1.0;
}

#endif
