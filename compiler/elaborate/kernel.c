/* kernel.c - lists of numbers as kernels and tensors: their shape, their elements, and turning them.
 *
 *   rotate([[1, -1]], 90)   [[-1], [1]]
 */
#include "elaborate/internal.h"

#include <math.h>

/* Follows the first elements down to learn the shape that all others must have. */
static bool literal_shape(Elaborator *e, const List *list, Span span, const char *what, Shape *shape)
{
    *shape = (Shape){0};
    for (;;) {
        if (shape->rank == MAX_RANK) {
            diag_error(e->diag, span, "%s has at most %d axes", what, MAX_RANK);
            return false;
        }
        if (list->count == 0) {
            diag_error(e->diag, span, "%s needs elements, this list is empty", what);
            return false;
        }
        shape->dim[shape->rank++] = list->count;
        Value first = list_at(list, 0);
        if (first.kind != VALUE_LIST)
            return true;
        list = first.as.list;
    }
}

static bool report_element(Elaborator *e, Value value, Span span, const char *what, bool number_wanted)
{
    if (number_wanted && value.kind != VALUE_LIST)
        diag_error(e->diag, span, "%s is made of numbers, this has %s in it", what, value_kind_text(value));
    else
        diag_error(e->diag, span, "%s has numbers and lists side by side", what);
    return false;
}

static bool fill_literal(Elaborator *e, const List *list, Span span, const char *what, const Shape *shape, int axis,
                         double **next)
{
    if (list->count != shape->dim[axis]) {
        diag_error(e->diag, span, "rows of %s differ in length: %lld and %lld", what, (long long)shape->dim[axis],
                   (long long)list->count);
        return false;
    }
    bool last = axis == shape->rank - 1;
    for (int64_t i = 0; i < list->count; i++) {
        Value item = list_at(list, i);
        if (last && value_is_number(item))
            *(*next)++ = value_number(item);
        else if (last || item.kind != VALUE_LIST)
            return report_element(e, item, span, what, last || !value_is_number(item));
        else if (!fill_literal(e, item.as.list, span, what, shape, axis + 1, next))
            return false;
    }
    return true;
}

bool literal_from_value(Elaborator *e, Value value, Span span, const char *what, Literal *literal)
{
    if (value_is_number(value)) {
        literal->shape = (Shape){0};
        literal->at = NEW(e->arena, double);
        literal->at[0] = value_number(value);
        return true;
    }
    if (!literal_shape(e, value.as.list, span, what, &literal->shape))
        return false;
    int64_t count = 1;
    for (int i = 0; i < literal->shape.rank; i++) {
        if (literal->shape.dim[i] > LIMIT_LIST_ITEMS / count) {
            diag_error(e->diag, span, "%s of more than 4,194,304 numbers", what);
            return false;
        }
        count *= literal->shape.dim[i];
    }
    if (!elaborate_step(e, span, count))
        return false;
    literal->at = NEW_ARRAY(e->arena, double, count);
    double *next = literal->at;
    return fill_literal(e, value.as.list, span, what, &literal->shape, 0, &next);
}

/* ---- rotate ---- */

/* The elements of a matrix of values; rows are lists. */
static Value cell(const List *rows, int64_t row, int64_t column)
{
    return list_at(list_at(rows, row).as.list, column);
}

static Value quarter_turn(Elaborator *e, Value matrix)
{
    const List *rows = matrix.as.list;
    int64_t height = rows->count, width = list_at(rows, 0).as.list->count;
    Value *turned = NEW_ARRAY(e->arena, Value, width), *row = NEW_ARRAY(e->arena, Value, height);
    for (int64_t i = 0; i < width; i++) {
        for (int64_t j = 0; j < height; j++)
            row[j] = cell(rows, j, width - 1 - i);
        turned[i] = value_list(e->arena, row, height);
    }
    return value_list(e->arena, turned, width);
}

/* The value between the four nearest elements; outside there are zeros. */
static double between(const List *rows, int64_t height, int64_t width, double y, double x)
{
    double top = floor(y), left = floor(x), result = 0;
    for (int dy = 0; dy < 2; dy++)
        for (int dx = 0; dx < 2; dx++) {
            double row = top + dy, column = left + dx;
            double share = (dy ? y - top : 1 - (y - top)) * (dx ? x - left : 1 - (x - left));
            if (share > 0 && row >= 0 && row < (double)height && column >= 0 && column < (double)width)
                result += share * value_number(cell(rows, (int64_t)row, (int64_t)column));
        }
    return result;
}

static Value free_turn(Elaborator *e, Value matrix, double degrees)
{
    const List *rows = matrix.as.list;
    int64_t height = rows->count, width = list_at(rows, 0).as.list->count;
    double turn = degrees * (3.14159265358979323846 / 180), c = cos(turn), s = sin(turn);
    double middle_y = (double)(height - 1) / 2, middle_x = (double)(width - 1) / 2;
    Value *turned = NEW_ARRAY(e->arena, Value, height), *row = NEW_ARRAY(e->arena, Value, width);
    for (int64_t i = 0; i < height; i++) {
        for (int64_t j = 0; j < width; j++) {
            /* From the place in the result back to where it came from; y grows upwards here. */
            double x = (double)j - middle_x, y = middle_y - (double)i;
            row[j] = value_float(between(rows, height, width, middle_y + x * s - y * c, middle_x + x * c + y * s));
        }
        turned[i] = value_list(e->arena, row, width);
    }
    return value_list(e->arena, turned, height);
}

static Value turn_matrix(Elaborator *e, Value matrix, double degrees)
{
    double quarters = degrees / 90;
    if (quarters != floor(quarters))
        return free_turn(e, matrix, degrees);
    int turns = (int)(fmod(fmod(quarters, 4) + 4, 4));
    for (int i = 0; i < turns; i++)
        matrix = quarter_turn(e, matrix);
    return matrix;
}

static Value turn_slices(Elaborator *e, Value kernel, int rank, double degrees)
{
    if (rank == 2)
        return turn_matrix(e, kernel, degrees);
    const List *list = kernel.as.list;
    Value *turned = NEW_ARRAY(e->arena, Value, list->count);
    for (int64_t i = 0; i < list->count; i++)
        turned[i] = turn_slices(e, list_at(list, i), rank - 1, degrees);
    return value_list(e->arena, turned, list->count);
}

Value kernel_rotate(Elaborator *e, Value kernel, double degrees, Span span)
{
    Literal literal;
    if (kernel.kind != VALUE_LIST) {
        diag_error(e->diag, span, "rotate takes a kernel, this is %s", value_kind_text(kernel));
        return POISON;
    }
    if (!literal_from_value(e, kernel, span, "a kernel", &literal))
        return POISON;
    int rank = literal.shape.rank;
    if (rank < 2 || rank > 4) {
        diag_error(e->diag, span, "rotate takes a kernel of 2, 3 or 4 axes, this has %d", rank);
        if (rank == 1)
            diag_hint(e->diag, "one row is written [[1, -1]]");
        return POISON;
    }
    if (!isfinite(degrees)) {
        diag_error(e->diag, span, "rotate takes a finite number of degrees");
        return POISON;
    }
    return turn_slices(e, kernel, rank, degrees);
}
