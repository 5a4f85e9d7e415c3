/* pad.h - attributes of pad. */
#ifndef FOVEA_OPS_PAD_H
#define FOVEA_OPS_PAD_H

#include "ops/op.h"

typedef enum PadMode {
    PAD_CONSTANT, /* `value` */
    PAD_REFLECT,  /* mirrored at the outermost element, which is not repeated */
    PAD_EDGE,     /* the outermost element, repeated */
} PadMode;

typedef struct PadAttrs {
    int64_t amount[HALO_SIDES]; /* top, left, bottom, right */
    int64_t channels[2];        /* before and behind */
    int mode;                   /* PadMode */
    double value;               /* CONSTANT; as the nearest float */
} PadAttrs;

/* What is added before and behind an axis of the whole shape. */
typedef struct PadAxis {
    int64_t before, behind;
} PadAxis;
PadAxis pad_axis(const PadAttrs *attrs, int rank, int axis);

#endif
