/* tuned.h - which way of computing convolutions was measured to be the fastest one (`fovea tune`), shape by shape.
 *
 *   fovea tune 1
 *   cpu AMD EPYC 9355
 *   avx512 input 64x56x56 maps 64 kernel 3x3 stride 1x1 pad 1x1x1x1 dilation 1x1 groups 1 batch 1 blocks: winograd 4
 *   avx512 input 64x56x56 maps 256 kernel 1x1 stride 1x1 pad 0x0x0x0 dilation 1x1 groups 1 batch 1 blocks: direct maps
 *       32 pixels 14 rows 2                                                      (all of it in one line)
 *
 * A shape is all that a convolution over channel blocks is told by before its layout is known; what is fused behind it
 * does not count. Choices travel with the Target (Target.tuned), as forms are asked for in many places: Winograd's
 * algorithm or not is up to pass/winograd.c, the panel of maps to target_conv_form, loops to tiling_choose. What does
 * not fit a kernel, such as tiles across the ends of rows where a halo came between, is left to the usual choice.
 */
#ifndef FOVEA_PLAN_TUNED_H
#define FOVEA_PLAN_TUNED_H

#include "plan/blocked.h"
#include "support/diag.h"

/* The numbers of a shape, in the order in which lines are sorted and written. */
enum {
    TUNED_INPUT, /* channels of all groups, height, width */
    TUNED_MAPS = TUNED_INPUT + 3,
    TUNED_KERNEL,
    TUNED_STRIDE = TUNED_KERNEL + 2,
    TUNED_PAD = TUNED_STRIDE + 2,
    TUNED_DILATION = TUNED_PAD + HALO_SIDES,
    TUNED_GROUPS = TUNED_DILATION + 2,
    TUNED_BATCH,
    TUNED_PLAIN, /* 1: few channels, which are read as they lie; 0: in blocks */
    TUNED_NUMBERS
};

/* No number is larger, so that products of some of them are numbers too. */
enum { TUNED_LARGEST = 1 << 20 };

/* A panel has so many vectors of maps at most: more would leave registers for few pixels only. */
enum { TUNED_VECTORS = 4 };

typedef struct TunedShape {
    const char *target; /* of a name in the table of targets */
    int64_t at[TUNED_NUMBERS];
} TunedShape;

typedef struct TunedChoice {
    int m;              /* by Winograd's algorithm, in tiles of m x m; 0: directly */
    int64_t tiles;      /* then: so many of them in a block; 0: the usual number */
    BlockedLoops loops; /* directly; of no pixels: with panels of so many maps, and the usual loops */
} TunedChoice;

typedef struct TunedLine {
    TunedShape shape;
    TunedChoice choice;
    const char *note; /* what stands behind '#'; NULL: nothing */
    Span span;
} TunedLine;

typedef struct Tuned {
    const char *cpu; /* on which was measured; NULL: the file does not say */
    Span cpu_span;
    VEC(TunedLine) lines; /* sorted by shape, each of them once */
} Tuned;

/* ---- shapes of convolutions ---- */

/* Of a conv that reads its input so, or of a conv_winograd. false: there is nothing to choose, as for depthwise ones.
 */
bool tuned_shape(TunedShape *shape, const Target *target, const Graph *graph, const Node *conv, LayoutKind reads);
int tuned_compare(const TunedShape *a, const TunedShape *b);
/* The output's height and width. */
void tuned_output(const TunedShape *shape, int64_t size[2]);
/* Why there is no such convolution; NULL: there is. */
const char *tuned_no_shape(const TunedShape *shape);
/* Why a convolution of that shape cannot be computed so, whatever its layout is; NULL: it can. */
const char *tuned_misfit(const TunedShape *shape, const TunedChoice *choice);
/* The pixels that are summed at a time at most where a panel has so many vectors of maps: as registers allow. */
int64_t tuned_pixels(const Target *target, int64_t vectors);

/* ---- what is worth a trial (tuned_ways.c) ---- */

typedef VEC(TunedChoice) TunedChoices;

/* Each of these adds choices that fit and are not there yet: by each of Winograd's tiles, and directly with each panel;
 * around another choice, tiles of other sizes, or blocks of them; other chunks of inputs or blocks of rows; other
 * distances at which weights are fetched. */
void tuned_add_kinds(Arena *arena, TunedChoices *choices, const TunedShape *shape);
void tuned_add_tiles(Arena *arena, TunedChoices *choices, const TunedShape *shape, const TunedChoice *around);
void tuned_add_blocks(Arena *arena, TunedChoices *choices, const TunedShape *shape, const TunedChoice *around);
void tuned_add_ahead(Arena *arena, TunedChoices *choices, const TunedShape *shape, const TunedChoice *around);
bool tuned_same(const TunedChoice *a, const TunedChoice *b);

/* ---- what was measured ---- */

/* NULL: nothing was. */
const TunedLine *tuned_find(const Tuned *tuned, const TunedShape *shape);
/* The same of a convolution, for a target that has choices. */
const TunedChoice *tuned_choice(const Target *target, const Graph *graph, const Node *conv, LayoutKind reads);
/* A form with the panel of maps, or the block of tiles, that was measured for it. */
ConvForm tuned_form(const Target *target, const Graph *graph, const Node *conv, ConvForm form);
/* Whether a kernel is what was measured. */
bool tuned_is_used(const Target *target, const Graph *graph, const struct Kernel *kernel);
/* The target, with these choices; NULL: without any. */
const Target *target_tuned(Arena *arena, const Target *target, const Tuned *tuned);

/* ---- as text (tuned_text.c) ---- */

/* NULL after diagnostics. */
Tuned *tuned_parse(Arena *arena, Diag *diag, uint32_t source);
void tuned_print(Buf *buf, const Tuned *tuned);
void tuned_print_shape(Buf *buf, const TunedShape *shape);
/* "direct maps 32 pixels 14 rows 2" */
void tuned_print_choice(Buf *buf, const TunedChoice *choice);

#endif
