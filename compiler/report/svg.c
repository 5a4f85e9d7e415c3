/* svg.c - pictures in SVG (see svg.h). */
#include "report/svg.h"

static const double WIDEST_LETTER = 0.62; /* of the sans-serif fonts that viewers take, for text of mixed letters */

static void put_escaped(Buf *buf, const char *text)
{
    for (const char *c = text; *c; c++) {
        switch (*c) {
        case '<':
            buf_puts(buf, "&lt;");
            break;
        case '&':
            buf_puts(buf, "&amp;");
            break;
        default:
            buf_bytes(buf, c, 1);
        }
    }
}

void svg_begin(Buf *buf, double width, double height, const char *title)
{
    buf_printf(buf,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
               "font-family=\"Helvetica, Arial, sans-serif\">\n<title>",
               width, height, width, height);
    put_escaped(buf, title);
    buf_puts(buf, "</title>\n");
    svg_rectangle(buf, 0, 0, width, height, "#ffffff", NULL, NULL);
}

void svg_end(Buf *buf)
{
    buf_puts(buf, "</svg>\n");
}

void svg_rectangle(Buf *buf, double x, double y, double width, double height, const char *fill, const char *stroke,
                   const char *tip)
{
    buf_printf(buf, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\"", x, y, width, height,
               fill);
    if (stroke)
        buf_printf(buf, " stroke=\"%s\" stroke-width=\"0.7\"", stroke);
    if (!tip) {
        buf_puts(buf, "/>\n");
        return;
    }
    buf_puts(buf, "><title>");
    put_escaped(buf, tip);
    buf_puts(buf, "</title></rect>\n");
}

void svg_line(Buf *buf, double x, double y, double to_x, double to_y, const char *colour, bool dashed)
{
    buf_printf(buf, "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" stroke=\"%s\"%s/>\n", x, y, to_x, to_y,
               colour, dashed ? " stroke-dasharray=\"5 4\"" : "");
}

void svg_text(Buf *buf, double x, double y, double size, SvgAlign align, double turn, const char *colour,
              const char *text)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    buf_printf(buf, "<text x=\"%.2f\" y=\"%.2f\" font-size=\"%.4g\" fill=\"%s\" text-anchor=\"%s\"", x, y, size, colour,
               anchors[align]);
    if (turn < 0 || turn > 0)
        buf_printf(buf, " transform=\"rotate(%.4g %.2f %.2f)\"", turn, x, y);
    buf_puts(buf, ">");
    put_escaped(buf, text);
    buf_puts(buf, "</text>\n");
}

double svg_text_width(const char *text, double size)
{
    return WIDEST_LETTER * size * (double)strlen(text);
}
