/* drawing_parts.h - what the files of a drawing share (drawing.c, drawing_box.c). */
#ifndef FOVEA_REPORT_DRAWING_PARTS_H
#define FOVEA_REPORT_DRAWING_PARTS_H

#include "report/box_text.h"
#include "report/boxes.h"

#define DRAWING_SOFT "#57606a" /* the colour of small print and edges */
#define DRAWING_DARK "#37474f" /* of what is to be seen first */

enum { LONGEST_NAME = 40, LONGEST_LABEL = 28 }; /* in characters */

typedef struct Drawing {
    Buf *buf;
    Arena *arena;
    const Graph *graph;
    Blocks blocks;
    Layers layers;
    Boxes boxes;
} Drawing;

/* Opens a table inside a label, and its first row. */
void put_table(const Drawing *d, int spacing);
/* Words of small print in a cell of a table. */
void put_cell(const Drawing *d, const char *colour, const char *text);
/* The name of a box in quotes: used once, and to be understood by a reader of the text. */
void put_box_name(const Drawing *d, uint32_t box);
/* A line for the box: at least `width` points wide. */
void put_box(const Drawing *d, uint32_t box, size_t width);

#endif
