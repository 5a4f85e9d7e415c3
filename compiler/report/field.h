/* field.h - the receptive field of each value of a net: how much of the input one place of it sees.
 *
 * Along each side of the picture, the first place of a value sees the pixels offset .. offset + size - 1 of the input,
 * and each further place sees as many, `jump` pixels further on. Pixels count from 0; those in front of the picture or
 * behind its end are padding. Where branches meet, a place sees what it sees through any of them: from the first such
 * pixel to the last one.
 *
 * After an upscaling, places differ by where they stand in a pixel of the coarse picture: a field repeats itself after
 * `period` places. Its size is that of the largest.
 */
#ifndef FOVEA_REPORT_FIELD_H
#define FOVEA_REPORT_FIELD_H

#include "ops/op.h"

/* Pixels first .. last; none when first > last. */
typedef struct Pixels {
    int64_t first, last;
} Pixels;

typedef struct FieldSide {
    int axis;                /* of the value, along which places lie; 0: the value has one place, or is a list */
    bool all;                /* a place sees all there is: global pooling, fully connected */
    bool mixed;              /* a list of places: nobody knows which element is which */
    Pixels list;             /* mixed: what they see together */
    int64_t period, advance; /* so many places further, so many pixels further */
    Pixels *at;              /* [period] */
} FieldSide;

typedef struct Field {
    bool known; /* made from a picture */
    bool lost;  /* mixed places were told apart again: sizes are upper bounds */
    FieldSide side[2];
} Field;

int64_t field_size(const Field *field, int side);
double field_jump(const Field *field, int side); /* 0 where there are no places, or all see the same */
int64_t field_offset(const Field *field, int side);
bool field_sees_all(const Field *field);
/* What the place sees, padding included. */
Pixels field_pixels(const FieldSide *side, int64_t place);

/* Of every node of the graph. */
Field *fields_of(Arena *arena, const Graph *graph);
/* The widest of the last values with places on the way to the answer, outputs[0]: what flattening or global pooling
 * takes. false: there is none. */
bool field_of_answer(Arena *arena, const Graph *graph, const Field *fields, int64_t size[2]);

#endif
