/* box_text.h - the words in and around the boxes of a drawing, as people say them; not yet escaped. */
#ifndef FOVEA_REPORT_BOX_TEXT_H
#define FOVEA_REPORT_BOX_TEXT_H

#include "ops/op.h"

/* The operation with what its output's shape does not tell: "conv 3x3 /2", "maxpool global", "leaky_relu 0.1". The x is
 * a multiplication sign. */
const char *op_text(Arena *arena, const Graph *graph, const Node *node);
/* "64x56x56", or, when the channels of the last in a row of layers are others, "64-224x56x56". */
const char *shapes_text(Arena *arena, const Shape *first, const Shape *last);
/* All attributes and counts on one line, for what is shown when the pointer rests on a box. */
void put_details(Buf *buf, const Graph *graph, const Node *node);

/* The text as HTML, of at most `most` characters: of longer ones the beginning and the end. What is no UTF-8 or cannot
 * stand in XML becomes U+FFFD. */
void put_html(Buf *buf, const char *text, size_t most);
/* The same within a quoted string of DOT. */
void put_quoted(Buf *buf, const char *text, size_t most);

#endif
