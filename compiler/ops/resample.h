/* resample.h - attributes of resample: one axis in another size, whatever the axis and the rank.
 *
 * Place i of the result shows a place of the input; of n places that become m, with f = scale or m / n:
 *   half_pixel             (i + 0.5) / f - 0.5
 *   corners                i * (n - 1) / (f * n - 1); 0 where that divides by 0
 *   asymmetric             i / f
 *   half_pixel_symmetric   half_pixel, moved so that the middles meet where m is not f * n
 *   half_pixel_for_nn      (i + 0.5) / f, as TensorFlow had it for nearest
 *   crop                   from crop[0] * (n - 1) to crop[1] * (n - 1) in m steps; the middle of both when m is 1
 * What is there is a weighted sum of the places around it. Those outside are the one at the edge, or take no part
 * (exclude_outside). What a crop shows outside of 0..n - 1 is `outside`.
 */
#ifndef FOVEA_OPS_RESAMPLE_H
#define FOVEA_OPS_RESAMPLE_H

#include "ops/resize.h"

/* The longest axis before and after: emitted code has a table with an entry for each place. */
#define LIMIT_RESAMPLE ((int64_t)1 << 16)

typedef enum ResampleMode { RESAMPLE_NEAREST, RESAMPLE_LINEAR, RESAMPLE_CUBIC } ResampleMode;
typedef enum ResampleAlign {
    RESAMPLE_HALF_PIXEL,
    RESAMPLE_CORNERS,
    RESAMPLE_ASYMMETRIC,
    RESAMPLE_SYMMETRIC,
    RESAMPLE_FOR_NN,
    RESAMPLE_CROP
} ResampleAlign;

typedef struct ResampleAttrs {
    int64_t axis;         /* of the whole shape, not the batch */
    int64_t size;         /* of the result along it */
    double scale;         /* as it was given, where size is not exactly input * scale; else 0 */
    int mode;             /* ResampleMode */
    int align;            /* ResampleAlign */
    int round;            /* ResizeRound; NEAREST */
    double crop[2];       /* CROP: first and last place, in parts of the axis */
    double outside;       /* CROP */
    double coefficient;   /* CUBIC: of Keys' kernel, -0.75 or -0.5 */
    bool exclude_outside; /* of the weights */
    bool antialias;       /* LINEAR, CUBIC: the kernel becomes wider as the axis becomes shorter */
} ResampleAttrs;

/* Attributes that say nothing special. */
#define RESAMPLE_PLAIN                                                                                                 \
    {                                                                                                                  \
        .crop = {0, 1}, .coefficient = -0.75                                                                           \
    }

/* What each place of the result is: sum over t of weight[i * taps + t] * x[begin[i] + t]. All of those places are
 * inside. The numbers belong to the arena. */
typedef struct ResampleTable {
    int64_t count;        /* places of the result */
    int64_t taps;         /* at least 1 */
    const int64_t *begin; /* -1: the place is outside of a crop */
    const double *weight;
} ResampleTable;

ResampleTable resample_table(Arena *arena, const ResampleAttrs *attrs, int64_t length);
/* Whether each place is the same place of an axis of that length. */
bool resample_is_identity(const ResampleAttrs *attrs, int64_t length);
/* Whether all weights of a table are 1: places are picked. */
bool resample_picks(const ResampleTable *table);

#endif
