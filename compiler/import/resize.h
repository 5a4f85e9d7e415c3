/* resize.h - what a Resize or Upsample says, for those whose scales are known and for those whose are not. */
#ifndef FOVEA_IMPORT_RESIZE_H
#define FOVEA_IMPORT_RESIZE_H

#include "import/model.h"
#include "ops/resample.h"

/* What the node says, and of each axis: its size, and the scale as it was given (0: the size says all). */
typedef struct Resizing {
    ImportNode *node;
    Value *x;
    bool is_old; /* before opset 11 */
    bool is_linear, is_cubic;
    bool antialias, exclude_outside;
    ResampleAlign align;
    bool is_pytorch; /* half_pixel, but of a single place the first */
    ResizeRound round;
    double coefficient, outside;
    int axes[MAX_RANK], count; /* that are resized */
    int64_t size[MAX_RANK];
    double scale[MAX_RANK];
    double crop[MAX_RANK][2];
} Resizing;

/* Before opset 11 what becomes smaller takes the place above, what becomes larger the one below. */
ResizeRound resize_round(const Resizing *resizing, int axis);

/* resize_computed.c: output 0, where scales [axes] or roi [2 * axes] are computed by the net; the other is NULL. false
 * after a refusal. */
bool resize_computed(Resizing *resizing, Value *scales, Value *roi);

#endif
