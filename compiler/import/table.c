/* table.c - the operators that are read, as a table (see table.h): names and opsets from the rows, and beside them what
 * of an operator is refused. */
#include "import/table.h"

#include "import/model.h"

#define SPATIAL   "inputs of one to three spatial axes"
#define TRAINED   "not in training"
#define FIVE_AXES "at most five axes"

static const struct {
    const char *type, *limits;
} limits[] = {
    {"AveragePool", SPATIAL},
    {"BatchNormalization", TRAINED ", `spatial` 1"},
    {"Clip", "limits of one element"},
    {"Concat", FIVE_AXES " where axis 0 is joined"},
    {"Conv", SPATIAL},
    {"ConvInteger", "inputs of one or two spatial axes; sums below 2^24"},
    {"ConvTranspose", SPATIAL},
    {"Dropout", TRAINED},
    {"Expand", "a known shape"},
    {"Gather", "known places, in at most 64 runs of equal steps; " FIVE_AXES},
    {"Gemm", "of two computed matrices, small ones"},
    {"LRN", "pictures"},
    {"LpPool", SPATIAL},
    {"LpNormalization", "`p` 1 or 2"},
    {"MatMul", "of two computed matrices, small ones"},
    {"MatMulInteger", "sums below 2^24"},
    {"MaxPool", SPATIAL "; places of the largest: of windows of up to 256 places over one or two axes"},
    {"Pad", "known pads of at least 0 along the last three axes"},
    {"QLinearConv", "inputs of one or two spatial axes; exact where sums stay below 2^24"},
    {"QLinearMatMul", "exact where sums stay below 2^24"},
    {"QuantizeLinear", "to integers of 8 and 16 bits"},
    {"Resize", "known sizes; computed scales and regions of interest where the result is small, and its size declared"},
    {"Slice", "known places; something is left; " FIVE_AXES},
    {"Split", "known sizes, none of them 0; " FIVE_AXES},
    {"Tile", "known repeats"},
    {"Transpose", FIVE_AXES " where axis 0 moves"},
    {"Upsample", "computed scales where the result is small, and its size declared"},
};

static const char *limits_of(const char *type)
{
    for (size_t i = 0; i < COUNT_OF(limits); i++)
        if (strcmp(limits[i].type, type) == 0)
            return limits[i].limits;
    return "";
}

/* "1 to 6, 7 to 27": each span has a form of its own. */
static void print_opsets(Buf *text, uint32_t first, uint32_t behind)
{
    for (uint32_t i = first; i < behind; i++) {
        const ImportRow *row = import_row_at(i);
        const int until = row->until ? row->until : NEWEST_OPSET;
        buf_puts(text, i > first ? ", " : "");
        if (until > row->since)
            buf_printf(text, "%d to %d", row->since, until);
        else
            buf_printf(text, "%d", row->since);
    }
}

void import_table(Buf *text)
{
    for (size_t i = 0; i < COUNT_OF(limits); i++)
        if (!import_knows(limits[i].type))
            BUG("limits of %s, which is no operator", limits[i].type);
    buf_puts(text, "| operator | opsets | limits |\n|---|---|---|\n");
    for (uint32_t i = 0, behind; import_row_at(i); i = behind) {
        const char *type = import_row_at(i)->type;
        behind = i + 1;
        while (import_row_at(behind) && strcmp(import_row_at(behind)->type, type) == 0)
            behind++;
        buf_printf(text, "| %s | ", type);
        print_opsets(text, i, behind);
        buf_printf(text, " | %s |\n", limits_of(type));
    }
    buf_puts(text, "\nOf known numbers, whatever the opset:");
    for (uint32_t i = 0; import_fold_type(i); i++)
        buf_printf(text, "%s %s", i ? "," : "", import_fold_type(i));
    buf_puts(text, ".\n");
}
