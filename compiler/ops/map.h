/* map.h - attributes of the ops that compute element by element; their bodies name the fields. */
#ifndef FOVEA_OPS_MAP_H
#define FOVEA_OPS_MAP_H

typedef struct LeakyReluAttrs {
    double slope;
} LeakyReluAttrs;

typedef struct EluAttrs {
    double alpha;
} EluAttrs;

/* hard_sigmoid and hard_swish: the line alpha * x + beta, cut at 0 and 1 */
typedef struct HardAttrs {
    double alpha, beta;
} HardAttrs;

/* a * tanh(s * x) */
typedef struct ScaledTanhAttrs {
    double a, s;
} ScaledTanhAttrs;

typedef struct SwishAttrs {
    double beta;
} SwishAttrs;

typedef struct GeluAttrs {
    int form;
} GeluAttrs;

/* Words of gelu's 'form'. */
enum { GELU_ERF, GELU_TANH };

typedef struct CeluAttrs {
    double alpha;
} CeluAttrs;

typedef struct ThresholdedReluAttrs {
    double alpha;
} ThresholdedReluAttrs;

typedef struct ShrinkAttrs {
    double bias, lambda;
} ShrinkAttrs;

typedef struct ClampAttrs {
    double min, max;
} ClampAttrs;

typedef struct BatchnormAttrs {
    double eps;
} BatchnormAttrs;

/* batchnorm: x, then one value a channel each. */
enum { BATCHNORM_X, BATCHNORM_WEIGHT, BATCHNORM_BIAS, BATCHNORM_MEAN, BATCHNORM_VARIANCE };
/* normalize: the same. */
enum { NORMALIZE_X, NORMALIZE_MEAN, NORMALIZE_STD };

#endif
