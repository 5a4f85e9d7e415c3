/* fmt_space.c - blanks between the words of a line, and the columns of matrices and tables.
 *
 * A list over several lines whose elements are lists of one length, one a line, is a matrix:
 *     [[1, -1, 10],          ["3a": [64, 96],
 *      [0, 12,  3]]           "10": [128, 3]]
 * Numbers are flush right, everything else flush left.
 */
#include "fovea.tab.h"
#include "syntax/fmt_line.h"

enum { BEFORE_COMMENT = 2 };

static bool touches(const Word *before, const Word *word)
{
    bool opens = is_opener(before->kind), closes = is_closer(word->kind);
    if ((opens && before->role != ROLE_BODY) || (closes && word->role != ROLE_BODY) || (opens && closes))
        return true;
    switch (word->kind) {
    case TOKEN_COMMA:
    case TOKEN_SEMICOLON:
    case TOKEN_DOT:
    case TOKEN_DOTWORD:
    case TOKEN_RANGE:
        return true;
    case TOKEN_COLON:
        return word->role != ROLE_CHOICE;
    case TOKEN_NAME:
        return before->kind == TOKEN_RBRACE && before->role == ROLE_LABEL;
    default:
        break;
    }
    if (word->role == ROLE_CALL || word->role == ROLE_PARAMS)
        return true;
    if (word->role == ROLE_LABEL)
        return before->kind != TOKEN_ARROW;
    return false;
}

static bool holds_next(const Word *before)
{
    return before->kind == TOKEN_AT || before->kind == TOKEN_DOT || before->kind == TOKEN_RANGE ||
           before->role == ROLE_PREFIX;
}

void fmt_spaces(Words *words)
{
    for (uint32_t i = 1; i < words->count; i++) {
        const Word *before = &words->at[i - 1];
        Word *word = &words->at[i];
        if (word->breaks)
            continue;
        bool named = (word->role == ROLE_NAMED && !word->spaced) || (before->role == ROLE_NAMED && !before->spaced);
        if (!word->kind)
            word->blanks = BEFORE_COMMENT;
        else
            word->blanks = !named && !holds_next(before) && !touches(before, word);
    }
}

/* One line of a matrix: [key:] [cell, cell, ...] */
typedef struct Row {
    uint32_t first; /* word */
    uint32_t list;  /* the '[' */
    uint32_t cells;
} Row;

typedef VEC(Row) Rows;

/* Characters from word `begin` to before `end`, which stand on one line. */
static uint32_t width_of(const Words *words, uint32_t begin, uint32_t end)
{
    uint32_t width = 0;
    for (uint32_t i = begin; i < end; i++)
        width += words->at[i].width + (i > begin ? words->at[i].blanks : 0);
    return width;
}

/* Over a bracket to its end; any other word stays. */
static uint32_t skip_bracket(const Words *words, uint32_t i)
{
    return is_opener(words->at[i].kind) ? words->at[i].match : i;
}

/* The row that begins at word `first`; false when the element is none. `*next` is the ',' or ']' after it. */
static bool read_row(const Words *words, uint32_t first, Row *row, uint32_t *next)
{
    uint32_t i = first;
    *row = (Row){.first = first, .list = first};
    for (; words->at[i].kind != TOKEN_COMMA && !is_closer(words->at[i].kind); i = skip_bracket(words, i) + 1)
        if (words->at[i].kind == TOKEN_COLON && words->at[i].role != ROLE_CHOICE)
            row->list = i + 1;
    *next = i;
    const Word *list = &words->at[row->list];
    if (list->kind != TOKEN_LBRACKET || list->match + 1 != i)
        return false;
    for (uint32_t w = first + 1; w < i; w++) {
        if (words->at[w].breaks || !words->at[w].kind)
            return false;
        row->cells += words->at[w].begins_element && words->at[w].opener == row->list;
    }
    return true;
}

static bool read_matrix(const Words *words, uint32_t opener, Rows *rows)
{
    uint32_t end = words->at[opener].match;
    for (uint32_t i = opener + 1; i < end; i++) {
        if (!words->at[i].kind)
            continue;
        Row row;
        bool begins_line = words->at[i].breaks || rows->count == 0;
        if (!begins_line || !read_row(words, i, &row, &i))
            return false;
        const Row *top = rows->at;
        if (rows->count && (row.cells != top->cells || (row.first == row.list) != (top->first == top->list)))
            return false;
        VEC_PUSH(words->arena, rows, row);
    }
    return rows->count > 1 && rows->at[0].cells > 0;
}

/* The word after the cell that begins at `cell`: ',' or ']'. */
static uint32_t cell_end(const Words *words, uint32_t cell)
{
    while (words->at[cell].kind != TOKEN_COMMA && !is_closer(words->at[cell].kind))
        cell = skip_bracket(words, cell) + 1;
    return cell;
}

static bool is_number(const Words *words, uint32_t begin, uint32_t end)
{
    if (words->at[begin].role == ROLE_PREFIX)
        begin++;
    return begin + 1 == end && (words->at[begin].kind == TOKEN_INT || words->at[begin].kind == TOKEN_FLOAT);
}

/* `cells[r]` is the first word of row r's cell; moved to the next cell. */
static void align_cells(Words *words, uint32_t *cells, uint32_t rows)
{
    uint32_t widest = 0;
    bool numbers = true;
    for (uint32_t r = 0; r < rows; r++) {
        uint32_t end = cell_end(words, cells[r]);
        widest = MAX(widest, width_of(words, cells[r], end));
        numbers &= is_number(words, cells[r], end);
    }
    for (uint32_t r = 0; r < rows; r++) {
        uint32_t end = cell_end(words, cells[r]), missing = widest - width_of(words, cells[r], end);
        bool last = words->at[end].kind != TOKEN_COMMA || is_closer(words->at[end + 1].kind);
        if (numbers)
            words->at[cells[r]].pad += missing;
        else if (!last)
            words->at[end + 1].pad += missing;
        cells[r] = end + 1;
    }
}

static void align_rows(Words *words, const Rows *rows)
{
    uint32_t widest = 0;
    uint32_t *cells = NEW_ARRAY(words->arena, uint32_t, rows->count);
    for (uint32_t r = 0; r < rows->count; r++) {
        widest = MAX(widest, width_of(words, rows->at[r].first, rows->at[r].list));
        cells[r] = rows->at[r].list + 1;
    }
    for (uint32_t r = 0; r < rows->count; r++)
        words->at[rows->at[r].list].pad += widest - width_of(words, rows->at[r].first, rows->at[r].list);
    for (uint32_t c = 0; c < rows->at[0].cells; c++)
        align_cells(words, cells, rows->count);
}

void fmt_matrices(Words *words)
{
    for (uint32_t i = 0; i < words->count; i++) {
        Rows rows = {0};
        if (words->at[i].kind == TOKEN_LBRACKET && words->at[i].role == ROLE_GROUP && read_matrix(words, i, &rows))
            align_rows(words, &rows);
    }
}
