/* nest.h - where the elements of a kernel's tensors stand, as loops over strides.
 *
 *   x [6][28][28] and y [6][32][32] with a halo:   for 6, for 28, for 28:   y[66 + i * 1024 + j * 32 + k],
 *                                                                           x[i * 784 + j * 28 + k]
 *
 * Families whose kernels are such loops, from element-wise ones to reductions, get theirs here; the emitters write them
 * (emit/nest.c), and how they are cut and ordered stands in the kernel's Tiling (tiling.h).
 */
#ifndef FOVEA_PLAN_NEST_H
#define FOVEA_PLAN_NEST_H

#include "ir/graph.h"
#include "ops/op.h"

struct Kernel;

enum { NEST_AXES = MAX_RANK + 1, NEST_OPERANDS = 16 };

/* What the loops of a kernel go over, in bits: the axes of its result, or of its input where it reduces that over some
 * of them; and what these do not have. */
enum {
    AXIS_PICTURES = 1 << 0, /* of pictures [N, C, H, W]; else axis 0, and so on */
    AXIS_MAPS = 1 << 1,
    AXIS_ROWS = 1 << 2,
    AXIS_COLUMNS = 1 << 3,
    AXIS_INPUTS = 1 << MAX_RANK,      /* what is summed over, or kept */
    AXIS_TAPS = 1 << (MAX_RANK + 1),  /* places of a kernel or window */
    AXIS_PARTS = 1 << (MAX_RANK + 2), /* of a concat */
    AXIS_TILES = 1 << (MAX_RANK + 3), /* of rows and columns, by Winograd's algorithm, and their points */
    AXIS_POINTS = 1 << (MAX_RANK + 4),
};

/* Strides of a stored tensor along its logical axes, in elements. Of one in blocks of channels, that along the channels
 * holds for whole blocks: channel c * block begins at c * block * stride. */
typedef struct Access {
    int64_t base;
    int64_t stride[NEST_AXES];
} Access;
Access access_of(const Type *type);
/* The same along the axes of another shape, from the right: stride 0 where the tensor is broadcast to it. */
Access access_broadcast(const Type *type, const Shape *shape);

/* The first two operands. */
enum { NEST_RESULT, NEST_SOURCE };

/* Loops over a logical shape for several operands at once, with as few loops as their strides allow. */
typedef struct Nest {
    int rank;
    int64_t dim[NEST_AXES];
    unsigned axes[NEST_AXES]; /* what each loop goes over, several when it goes through them as if they were one */
    int64_t step[NEST_AXES];  /* how far along it a turn goes */
    int operands;
    Access access[NEST_OPERANDS];
    int channel;   /* the operand that is the channel of the result, for what is fused; 0: nobody asks */
    int shared;    /* the loop that threads share, counted from 1; 0: there is none */
    int64_t strip; /* not 0: loop `strip_axis` goes in strips that long, and through a strip innermost of all */
    int strip_axis;
} Nest;

/* A nest over a shape, without operands. */
Nest nest_over(const Shape *shape);
/* Over a result in blocks of channels: cuts axis 1 of a nest over pictures, so that channels of a block are a fifth
 * axis, innermost. `blocked`: in bits, the operands that stand in blocks; others may be read channel by channel. */
void nest_cut_blocks(Nest *nest, int64_t block, unsigned blocked);
/* Drops loops of a single turn, and joins those that all operands go through as if they were one. */
void nest_collapse(Nest *nest);
/* Looks for the loop that threads share among those of a collapsed nest; NULL: they share none. */
struct Loop;
void nest_share(Nest *nest, const struct Loop *shared);

/* The loops of a kernel, collapsed; operands are y, x, or, of element-wise kernels, y and what parameters are read
 * element by element. Reductions have the axes that stay first, and along the others y has stride 0. Of argmax, softmax
 * and lrn, the axis that they run along is left out. BUG for other families. */
Nest kernel_nest(const Graph *graph, const struct Kernel *kernel);
/* Whether a pool is one window that covers its input: a reduction. */
bool pool_is_global(const Graph *graph, const Node *node);

/* Between two stored tensors, one of them perhaps in blocks of channels: pictures, maps by blocks (whole ones), rows,
 * columns, and maps of a block. Not collapsed. */
Nest pack_nest(const Type *from, const Type *to);

/* An axis of a padded result, or several in one. */
typedef struct PaddedAxis {
    int64_t before, behind; /* elements that are added */
    int64_t length;         /* of the input */
    int64_t from, to;       /* strides of x and y */
    unsigned axes;
    int axis; /* the last of those */
} PaddedAxis;
/* Of a pad, outermost first; the last one is the row. Axes without padding whose elements lie together are one. */
int padded_axes(const Graph *graph, const Node *node, PaddedAxis axes[MAX_RANK]);

#endif
