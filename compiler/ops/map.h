/* map.h - attributes of the ops that compute element by element; their bodies name the fields. */
#ifndef FOVEA_OPS_MAP_H
#define FOVEA_OPS_MAP_H

typedef struct LeakyReluAttrs {
    double slope;
} LeakyReluAttrs;

typedef struct BatchnormAttrs {
    double eps;
} BatchnormAttrs;

/* batchnorm: x, then one value a channel each. */
enum { BATCHNORM_X, BATCHNORM_WEIGHT, BATCHNORM_BIAS, BATCHNORM_MEAN, BATCHNORM_VARIANCE };
/* normalize: the same. */
enum { NORMALIZE_X, NORMALIZE_MEAN, NORMALIZE_STD };

#endif
