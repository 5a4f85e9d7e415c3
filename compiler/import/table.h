/* table.h - the operators that are read, as a table for docs/onnx.md. */
#ifndef FOVEA_IMPORT_TABLE_H
#define FOVEA_IMPORT_TABLE_H

#include "support/buf.h"

/* Markdown: each operator of rows.c with its opsets and limits, then those of fold.c. */
void import_table(Buf *text);

#endif
