/* svg.h - a writer of pictures in SVG: rectangles, lines and words. Places are in pixels, from the upper left corner.
 * The same calls give the same bytes. */
#ifndef FOVEA_REPORT_SVG_H
#define FOVEA_REPORT_SVG_H

#include "support/buf.h"

void svg_begin(Buf *buf, double width, double height, const char *title);
void svg_end(Buf *buf);

/* `tip` is what a pointer over it tells; NULL: nothing. `stroke` NULL: no edge. */
void svg_rectangle(Buf *buf, double x, double y, double width, double height, const char *fill, const char *stroke,
                   const char *tip);
void svg_line(Buf *buf, double x, double y, double to_x, double to_y, const char *colour, bool dashed);

typedef enum SvgAlign { SVG_LEFT, SVG_MIDDLE, SVG_RIGHT } SvgAlign;
/* Words on a base line through x, y, turned around that place by so many degrees clockwise. */
void svg_text(Buf *buf, double x, double y, double size, SvgAlign align, double turn, const char *colour,
              const char *text);
/* How wide they are, at most: fonts differ. */
double svg_text_width(const char *text, double size);

#endif
