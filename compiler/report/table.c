/* table.c - text in columns (see table.h). */
#include "report/table.h"
#include "report/number.h"

static const char GAP[] = "  ", CUT[] = "..";
enum { NARROWEST = 8 };

const char *number_text(Arena *arena, int64_t number)
{
    if (number == INT64_MAX) /* count_sum: at least */
        return "> 9.2e+18";
    return number < INT64_C(1000000000000) ? number_grouped(arena, number)
                                           : arena_printf(arena, "%.2e", (double)number);
}

const char *number_or_nothing(Arena *arena, int64_t number)
{
    return number ? number_text(arena, number) : "";
}

const char *pair_text(Arena *arena, double height, double width)
{
    if (height >= width && height <= width)
        return arena_printf(arena, "%.14g", height);
    return arena_printf(arena, "%.14gx%.14g", height, width);
}

static const char *cell_text(const TableRow *row, int c)
{
    return row->cell[c] ? row->cell[c] : "";
}

/* Characters, which in UTF-8 may be several bytes. */
static int text_width(const char *text)
{
    int width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static void find_widths(const Table *table, int widths[TABLE_COLUMNS])
{
    int total = (table->count - 1) * (int)(sizeof GAP - 1);
    for (int c = 0; c < table->count; c++) {
        widths[c] = (int)strlen(table->column[c].title);
        for (uint32_t i = 0; i < table->rows.count; i++)
            widths[c] = MAX(widths[c], text_width(cell_text(&table->rows.at[i], c)));
        total += widths[c];
    }
    for (; total > TABLE_WIDTH; total--) {
        int widest = -1;
        for (int c = 0; c < table->count; c++)
            if (table->column[c].shrinks && widths[c] > NARROWEST && (widest < 0 || widths[c] > widths[widest]))
                widest = c;
        if (widest < 0)
            return;
        widths[widest]--;
    }
}

/* The end of a long path says more than its beginning. */
static const char *shortened(Arena *arena, const char *text, int width)
{
    int more = text_width(text) - width;
    return more <= 0 ? text : arena_printf(arena, "%s%s", CUT, text + more + (int)sizeof CUT - 1);
}

static void print_row(Buf *buf, Arena *arena, const Table *table, const TableRow *row, const int *widths)
{
    size_t start = buf->length;
    for (int c = 0; c < table->count; c++) {
        const char *text = shortened(arena, cell_text(row, c), widths[c]);
        int blanks = MAX(widths[c] - text_width(text), 0);
        if (table->column[c].right)
            buf_printf(buf, "%s%*s%s", c ? GAP : "", blanks, "", text);
        else
            buf_printf(buf, "%s%s%*s", c ? GAP : "", text, blanks, "");
    }
    while (buf->length > start && buf->text[buf->length - 1] == ' ')
        buf->text[--buf->length] = '\0';
    buf_puts(buf, "\n");
}

void table_print(Buf *buf, Arena *arena, const Table *table)
{
    int widths[TABLE_COLUMNS];
    TableRow titles = {{0}};
    find_widths(table, widths);
    for (int c = 0; c < table->count; c++)
        titles.cell[c] = table->column[c].title;
    print_row(buf, arena, table, &titles, widths);
    for (uint32_t i = 0; i < table->rows.count; i++)
        print_row(buf, arena, table, &table->rows.at[i], widths);
}
