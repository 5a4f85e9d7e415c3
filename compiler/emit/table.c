/* table.c - constant tables that stand before a kernel: on one line where they fit. */
#include "emit/kernel.h"

enum { WIDTH = 117 }; /* of lines */

/* As many entries on a line as fit. */
static void write_long_table(Buf *out, const char *head, const char *const *entries, int64_t count)
{
    Buf line = {0};
    buf_line(out, "%s = {", head);
    out->indent++;
    for (int64_t i = 0; i < count; i++) {
        if (line.length && 4 * (size_t)out->indent + line.length + strlen(entries[i]) > WIDTH) {
            buf_line(out, "%s", buf_text(&line));
            buf_clear(&line);
        }
        buf_printf(&line, "%s%s,", line.length ? " " : "", entries[i]);
    }
    buf_line(out, "%s", buf_text(&line));
    buf_free(&line);
    out->indent--;
    buf_line(out, "};");
}

void text_table(Buf *out, const char *head, const char *const *entries, int64_t count)
{
    Buf line = {0};
    buf_printf(&line, "%s = {%s", head, entries[0]);
    for (int64_t i = 1; i < count && line.length < WIDTH; i++)
        buf_printf(&line, ", %s", entries[i]);
    if (4 * (size_t)out->indent + line.length < WIDTH)
        buf_line(out, "%s};", buf_text(&line));
    else
        write_long_table(out, head, entries, count);
    buf_free(&line);
}
