/* resize.h - attributes of resize. Input: x [N, C, H, W]. */
#ifndef FOVEA_OPS_RESIZE_H
#define FOVEA_OPS_RESIZE_H

#include "ops/op.h"

/* The place in the input that pixel i of the output shows, for n pixels in and m out, factor = scale or m / n:
 *   half_pixel   (i + 0.5) / factor - 0.5     the picture's area is kept
 *   corners      i * (n - 1) / (m - 1)        the centres of the corner pixels are kept; 0 when m is 1
 *   asymmetric   i / factor
 */
typedef enum ResizeAlign { ALIGN_HALF_PIXEL, ALIGN_CORNERS, ALIGN_ASYMMETRIC } ResizeAlign;
typedef enum ResizeMode { RESIZE_NEAREST, RESIZE_BILINEAR } ResizeMode;
/* Which pixel is nearest to a place: below it, above it, or the nearer one, halves going up or down. */
typedef enum ResizeRound { ROUND_FLOOR, ROUND_CEIL, ROUND_HALF_UP, ROUND_HALF_DOWN } ResizeRound;

typedef struct ResizeAttrs {
    int64_t size[2]; /* of the output: height, width */
    double scale[2]; /* as it was given, where size is not exactly input * scale; else 0 */
    int mode;        /* ResizeMode */
    int align;       /* ResizeAlign */
    int round;       /* ResizeRound; RESIZE_NEAREST */
} ResizeAttrs;

/* Words of the language for ResizeRound, and what is said by none. */
#define RESIZE_ROUNDS "floor ceil half_up half_down"
static inline int resize_default_round(bool is_asymmetric)
{
    return is_asymmetric ? ROUND_FLOOR : ROUND_HALF_UP;
}

#endif
