/* tuned_text.c - what was measured, as text: read strictly, so that nothing is silently left out, and written so that
 * differences between two files are those of their choices (see tuned.h). */
#include "plan/tuned.h"

#include <ctype.h>

static const char first_line[] = "fovea tune 1", cpu_word[] = "cpu";

static const struct {
    const char *name;
    int at, count; /* count numbers of TunedShape.at: 64x56x56 */
} shape_words[] = {{"input", TUNED_INPUT, 3},   {"maps", TUNED_MAPS, 1},        {"kernel", TUNED_KERNEL, 2},
                   {"stride", TUNED_STRIDE, 2}, {"pad", TUNED_PAD, HALO_SIDES}, {"dilation", TUNED_DILATION, 2},
                   {"groups", TUNED_GROUPS, 1}, {"batch", TUNED_BATCH, 1}};
static const char *const reads_words[] = {"blocks", "plain"};

/* ---- reading ---- */

/* A line of the file: `at` is where is read, `end` is the end of what is no comment. */
typedef struct Line {
    Arena *arena;
    Diag *diag;
    uint32_t source;
    const char *text, *at, *end; /* text: of the whole file */
    Span word;                   /* that was read last */
} Line;

static const char blanks[] = " \t\r";

static bool is_blank(char byte)
{
    return byte && strchr(blanks, byte);
}

static void skip_blanks(Line *line)
{
    while (line->at < line->end && is_blank(*line->at))
        line->at++;
}

/* From `begin` to the last word of the line. */
static Span span_of_rest(const Line *line, const char *begin)
{
    const char *end = line->end;
    while (end > begin && is_blank(end[-1]))
        end--;
    return (Span){line->source, (uint32_t)(begin - line->text), (uint32_t)(end - line->text)};
}

/* Up to the next blank or ':'; ':' is a word of its own. "" at the end. */
static const char *next_word(Line *line)
{
    skip_blanks(line);
    const char *begin = line->at;
    if (line->at < line->end && *line->at == ':')
        line->at++;
    else
        while (line->at < line->end && *line->at != ':' && *line->at && !is_blank(*line->at))
            line->at++;
    if (line->at == begin && line->at < line->end)
        line->at++; /* a zero byte */
    line->word = (Span){line->source, (uint32_t)(begin - line->text), (uint32_t)(line->at - line->text)};
    return arena_strndup(line->arena, begin, (size_t)(line->at - begin));
}

/* What was found instead of what is expected. */
static bool expected(Line *line, const char *what, const char *found)
{
    if (found[0])
        diag_error(line->diag, line->word, "expected %s, not '%s'", what, found);
    else
        diag_error(line->diag, line->word, "expected %s", what);
    return false;
}

static bool read_exactly(Line *line, const char *word)
{
    const char *found = next_word(line);
    return strcmp(found, word) == 0 || expected(line, arena_printf(line->arena, "'%s'", word), found);
}

/* "64x56x56": so many whole numbers. */
static bool read_numbers(Line *line, int64_t *numbers, int count)
{
    static const char *const what[] = {NULL, "a number", "two numbers, as in 3x3", "three numbers, as in 64x56x56",
                                       "four numbers, as in 1x1x1x1"};
    const char *word = next_word(line), *at = word;
    for (int i = 0; i < count; i++) {
        if (!isdigit((unsigned char)*at))
            return expected(line, what[count], word);
        for (numbers[i] = 0; isdigit((unsigned char)*at) && numbers[i] <= TUNED_LARGEST; at++)
            numbers[i] = numbers[i] * 10 + (*at - '0');
        if (numbers[i] > TUNED_LARGEST) {
            diag_error(line->diag, line->word, "numbers go up to %d", TUNED_LARGEST);
            return false;
        }
        if (i + 1 < count && *at++ != 'x')
            return expected(line, what[count], word);
    }
    return !*at || expected(line, what[count], word);
}

static bool read_target(Line *line, const char **target)
{
    const char *word = next_word(line), *names[16];
    size_t count = 0;
    for (; target_at((int)count) && count < COUNT_OF(names); count++)
        names[count] = target_at((int)count)->name;
    const Target *found = target_find(word);
    if (found && !found->blob) {
        *target = found->name;
        return true;
    }
    if (found) {
        diag_error(line->diag, line->word, "target %s is computed as %s is", word, found->blob);
        diag_hint(line->diag, "lines of %s serve both", found->blob);
        return false;
    }
    expected(line, "a target", word);
    const char *nearest = nearest_word(word, names, count);
    if (nearest)
        diag_hint(line->diag, "did you mean '%s'?", nearest);
    return false;
}

static bool read_shape(Line *line, TunedShape *shape)
{
    if (!read_target(line, &shape->target))
        return false;
    Span first = line->word;
    for (size_t i = 0; i < COUNT_OF(shape_words); i++)
        if (!read_exactly(line, shape_words[i].name) ||
            !read_numbers(line, &shape->at[shape_words[i].at], shape_words[i].count))
            return false;
    const char *reads = next_word(line);
    shape->at[TUNED_PLAIN] = strcmp(reads, reads_words[1]) == 0;
    if (strcmp(reads, reads_words[shape->at[TUNED_PLAIN]]) != 0)
        return expected(line, "'blocks' or 'plain'", reads);
    const char *wrong = tuned_no_shape(shape);
    if (wrong)
        diag_error(line->diag, span_join(first, line->word), "there is no such convolution: %s", wrong);
    return !wrong;
}

/* "winograd 4 tiles 28" or "direct maps 32 pixels 14 across rows 2 inputs 64 ahead 8": behind the first numbers, those
 * that are not 0, in this order. */
static bool read_choice(Line *line, TunedChoice *choice)
{
    int64_t m = 0, ahead = 0;
    const char *word = next_word(line);
    bool direct = strcmp(word, "direct") == 0;
    if (!direct && strcmp(word, "winograd") != 0)
        return expected(line, "'winograd' or 'direct'", word);
    if (direct && (!read_exactly(line, "maps") || !read_numbers(line, &choice->loops.maps, 1) ||
                   !read_exactly(line, "pixels") || !read_numbers(line, &choice->loops.pixels, 1)))
        return false;
    if (!direct && !read_numbers(line, &m, 1))
        return false;
    const struct {
        const char *name;
        int64_t *number; /* NULL: it has none */
        bool direct;
    } more[] = {{"tiles", &choice->tiles, false},
                {"across", NULL, true},
                {"rows", &choice->loops.rows, true},
                {"inputs", &choice->loops.inputs, true},
                {"ahead", &ahead, true}};
    word = next_word(line);
    for (size_t i = 0; i < COUNT_OF(more); i++) {
        if (direct != more[i].direct || strcmp(word, more[i].name) != 0)
            continue;
        if (!more[i].number)
            choice->loops.across = true;
        else if (!read_numbers(line, more[i].number, 1))
            return false;
        if (more[i].number && !*more[i].number)
            return expected(line, "a number of at least 1", "0");
        word = next_word(line);
    }
    choice->m = (int)m;
    choice->loops.ahead = (int)ahead;
    if (!direct && !m)
        return expected(line, "tiles of at least 2", "0");
    return !word[0] || expected(line,
                                direct ? "'across', 'rows', 'inputs', 'ahead', in this order, or the end of the line"
                                       : "'tiles' or the end of the line",
                                word);
}

static bool read_line(Line *line, Tuned *tuned, const char *note)
{
    TunedLine read = {.note = note};
    if (!read_shape(line, &read.shape) || !read_exactly(line, ":"))
        return false;
    skip_blanks(line);
    read.span = span_of_rest(line, line->at);
    if (!read_choice(line, &read.choice))
        return false;
    const char *misfit = tuned_misfit(&read.shape, &read.choice);
    if (misfit)
        diag_error(line->diag, read.span, "this convolution cannot be computed so: %s", misfit);
    else
        VEC_PUSH(line->arena, &tuned->lines, read);
    return !misfit;
}

/* All words that are left, as one; NULL: there are none. */
static const char *rest_of(Line *line)
{
    skip_blanks(line);
    line->word = span_of_rest(line, line->at);
    uint32_t length = line->word.end - line->word.begin;
    return length ? arena_strndup(line->arena, line->at, length) : NULL;
}

static bool read_cpu(Line *line, Tuned *tuned)
{
    const char *cpu = rest_of(line);
    if (tuned->cpu || !cpu) {
        diag_error(line->diag, line->word, cpu ? "the file names two CPUs" : "expected the name of a CPU");
        return false;
    }
    tuned->cpu = cpu;
    tuned->cpu_span = line->word;
    return true;
}

static bool read_first(Line *line)
{
    const char *found = rest_of(line);
    if (found && strcmp(found, first_line) == 0)
        return true;
    diag_error(line->diag, line->word, "this is no file that 'fovea tune' wrote: it begins with '%s'", first_line);
    return false;
}

static bool read_other(Line *line, Tuned *tuned, const char *note)
{
    skip_blanks(line);
    const char *begin = line->at;
    if (begin == line->end)
        return true;
    if (strcmp(next_word(line), cpu_word) == 0)
        return read_cpu(line, tuned);
    line->at = begin;
    return read_line(line, tuned, note);
}

static int compare_lines(const void *left, const void *right)
{
    const TunedLine *a = left, *b = right;
    int order = tuned_compare(&a->shape, &b->shape);
    return order ? order : (a->span.begin > b->span.begin) - (a->span.begin < b->span.begin);
}

static bool sort_lines(Tuned *tuned, Diag *diag)
{
    if (tuned->lines.count)
        qsort(tuned->lines.at, tuned->lines.count, sizeof *tuned->lines.at, compare_lines);
    for (uint32_t i = 1; i < tuned->lines.count; i++) {
        const TunedLine *before = &tuned->lines.at[i - 1], *line = &tuned->lines.at[i];
        if (tuned_compare(&before->shape, &line->shape) != 0)
            continue;
        diag_error(diag, line->span, "a second choice for the same convolution");
        diag_note(diag, before->span, "the first one");
        return false;
    }
    return true;
}

Tuned *tuned_parse(Arena *arena, Diag *diag, uint32_t source)
{
    const Source *file = diag_source(diag, source);
    const char *all_end = file->text + file->length, *next = file->text;
    Tuned *tuned = NEW(arena, Tuned);
    Line line = {.arena = arena, .diag = diag, .source = source, .text = file->text};
    for (bool first = true; first || next < all_end; first = false) {
        line.at = next;
        const char *end = memchr(line.at, '\n', (size_t)(all_end - line.at));
        next = end ? end + 1 : all_end;
        end = end ? end : all_end;
        const char *note = memchr(line.at, '#', (size_t)(end - line.at));
        line.end = note ? note : end;
        note = note ? arena_strndup(arena, note + 1, (size_t)(end - note - 1)) : NULL;
        if (!(first ? read_first(&line) : read_other(&line, tuned, note)))
            return NULL;
    }
    return sort_lines(tuned, diag) ? tuned : NULL;
}

/* ---- writing ---- */

void tuned_print_shape(Buf *buf, const TunedShape *shape)
{
    buf_puts(buf, shape->target);
    for (size_t i = 0; i < COUNT_OF(shape_words); i++) {
        buf_printf(buf, " %s ", shape_words[i].name);
        for (int k = 0; k < shape_words[i].count; k++)
            buf_printf(buf, "%s%lld", k ? "x" : "", (long long)shape->at[shape_words[i].at + k]);
    }
    buf_printf(buf, " %s", reads_words[shape->at[TUNED_PLAIN]]);
}

static void print_more(Buf *buf, const char *name, int64_t number)
{
    if (number)
        buf_printf(buf, " %s %lld", name, (long long)number);
}

void tuned_print_choice(Buf *buf, const TunedChoice *choice)
{
    const BlockedLoops *loops = &choice->loops;
    if (choice->m) {
        buf_printf(buf, "winograd %d", choice->m);
        print_more(buf, "tiles", choice->tiles);
        return;
    }
    buf_printf(buf, "direct maps %lld pixels %lld%s", (long long)loops->maps, (long long)loops->pixels,
               loops->across ? " across" : "");
    print_more(buf, "rows", loops->rows);
    print_more(buf, "inputs", loops->inputs);
    print_more(buf, "ahead", loops->ahead);
}

void tuned_print(Buf *buf, const Tuned *tuned)
{
    buf_printf(buf, "%s\n", first_line);
    if (tuned->cpu)
        buf_printf(buf, "%s %s\n", cpu_word, tuned->cpu);
    for (uint32_t i = 0; i < tuned->lines.count; i++) {
        const TunedLine *line = &tuned->lines.at[i];
        tuned_print_shape(buf, &line->shape);
        buf_puts(buf, ": ");
        tuned_print_choice(buf, &line->choice);
        if (line->note)
            buf_printf(buf, " #%s", line->note);
        buf_puts(buf, "\n");
    }
}
