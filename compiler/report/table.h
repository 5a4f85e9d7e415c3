/* table.h - text in columns, at most 100 characters wide. */
#ifndef FOVEA_REPORT_TABLE_H
#define FOVEA_REPORT_TABLE_H

#include "support/buf.h"

enum { TABLE_COLUMNS = 9, TABLE_WIDTH = 100 };

typedef struct Column {
    const char *title;
    bool right;   /* aligned there */
    bool shrinks; /* may lose the beginning of its texts, the widest column first, when the table is too wide */
} Column;

typedef struct TableRow {
    const char *cell[TABLE_COLUMNS]; /* NULL: nothing */
} TableRow;

typedef struct Table {
    int count;
    Column column[TABLE_COLUMNS];
    VEC(TableRow) rows;
} Table;

void table_print(Buf *buf, Arena *arena, const Table *table);

/* 61706 is "61,706"; from 10^12 on 1.23e+12; INT64_MAX is what is too large to be counted. */
const char *number_text(Arena *arena, int64_t number);
/* The same, but "" for 0. */
const char *number_or_nothing(Arena *arena, int64_t number);
/* "224", or "224x160" when they differ. */
const char *pair_text(Arena *arena, double height, double width);

#endif
