/* type.h - what a value is: element type, shape, and how it is stored.
 *
 * A Shape is logical: N, C, H, W for pictures, N, C for vectors, O, I, KH, KW for kernels, rank 0 for a number.
 * A Layout says where the elements of that shape stand in memory. What a layout means is known to type.c, to
 * plan/weights.c and to the kernel texts; the reference evaluator sees logical values only, so that `pack` is the
 * identity there.
 */
#ifndef FOVEA_IR_TYPE_H
#define FOVEA_IR_TYPE_H

#include "support/buf.h"

enum { MAX_RANK = 6 };

/* What any shape in a graph keeps: a dimension fits an int32_t, a tensor has at most 2^40 elements. */
#define LIMIT_DIMENSION ((int64_t)INT32_MAX)
#define LIMIT_ELEMENTS  ((int64_t)1 << 40)

/* f16 and bf16 are for stored weights alone; kernels compute with floats. */
typedef enum DType { DT_F32, DT_U8, DT_F16, DT_BF16, DT_COUNT } DType;

typedef struct Shape {
    int rank;
    int64_t dim[MAX_RANK];
} Shape;

typedef enum LayoutKind {
    LAYOUT_PLAIN,       /* row major; the last two axes may carry a halo */
    LAYOUT_INTERLEAVED, /* N H W C: the bytes of a decoded picture */
    LAYOUT_BLOCKED,     /* N C/b H W b: channels in blocks of b, the last one filled up with anything; halo allowed */
    LAYOUT_PANELS,      /* O/b I KH KW b (or O/b I b): weights in the order in which kernels read them. `inputs` and
                           `lanes` say it more closely for vectors: O/b I/i KH KW i b, the last panel not filled up */
    LAYOUT_TURNED,      /* O/b I KH KW b of a weight [I, O, KH, KW]: panels of axis 1 */
    LAYOUT_COUNT
} LayoutKind;

enum { HALO_TOP, HALO_LEFT, HALO_BOTTOM, HALO_RIGHT, HALO_SIDES };

typedef struct Layout {
    LayoutKind kind;
    int32_t block;            /* BLOCKED, PANELS, TURNED: b */
    int32_t halo[HALO_SIDES]; /* zeros around H and W, written by the producer */
    int32_t inputs;           /* PANELS of a kernel: i input channels stand together behind its taps; 0: each alone */
    int32_t lanes;            /* PANELS: the last one is as wide as it has maps, in whole lanes; 0: as wide as others */
} Layout;

typedef struct Type {
    DType dtype;
    Shape shape;
    Layout layout;
} Type;

Shape shape_make(int rank, const int64_t *dims);
#define SHAPE(...) shape_make((int)COUNT_OF(((int64_t[]){__VA_ARGS__})), (int64_t[]){__VA_ARGS__})
bool shape_equal(const Shape *a, const Shape *b);
int64_t shape_count(const Shape *shape); /* elements; 1 for rank 0 */
/* Every dimension is 1..LIMIT_DIMENSION and the elements are at most LIMIT_ELEMENTS: then no count below overflows. */
bool shape_fits(const Shape *shape);
/* All dimensions, 6x1x5x5: kernels, and shapes that have no batch axis. */
const char *shape_full_text(Arena *arena, const Shape *shape);
/* The shape without its batch axis, as people write it: 16x5x5, or 10. "a number" for none. */
const char *shape_text(Arena *arena, const Shape *shape);
/* Broadcast from the right: dimensions equal, or one of them 1. false when they do not fit. */
bool shape_broadcast(const Shape *a, const Shape *b, Shape *result);

bool layout_equal(const Layout *a, const Layout *b);
bool layout_has_halo(const Layout *layout);
/* How many elements storage in this layout takes, with halo and filling. */
int64_t layout_count(const Layout *layout, const Shape *shape);
/* Where the element at a logical index stands, counted in elements. */
int64_t layout_offset(const Layout *layout, const Shape *shape, const int64_t *index);

/* The panels of a kernel [O, I, KH, KW], or of [O, I] or [O], in numbers. */
typedef struct Panels {
    int64_t maps, inputs, taps;
    int64_t block, deep, lanes; /* of the layout: maps of a panel; inputs that stand together; what rests fill up to */
} Panels;
Panels panels_of(const Layout *layout, const Shape *shape);
int64_t panels_width(const Panels *panels, int64_t map); /* of the panel of a map */
int64_t panels_offset(const Panels *panels, int64_t map, int64_t input, int64_t tap);
int64_t panels_count(const Panels *panels);

/* NULL when the layout can hold that shape, else why not: "blocked needs an axis 1". */
const char *layout_misfit(const Layout *layout, const Shape *shape);

int64_t dtype_bytes(DType dtype);
bool dtype_is_short(DType dtype); /* f16 or bf16 */
/* What is left of a number that is stored so. */
double dtype_rounded(DType dtype, double value);
DType dtype_find(const char *name); /* DT_COUNT: there is none of that name */
const char *dtype_name(DType dtype);
const char *layout_kind_name(LayoutKind kind);
/* "f32[1, 6, 28, 28]", "f32[1, 16, 10, 10]@blocked8", "f32[1, 6, 14, 14]@plain+halo(2, 2, 2, 2)"; parse_type in parse.h
 * reads it. */
void type_print(Buf *buf, const Type *type);
int64_t type_bytes(const Type *type);

#endif
