/* explained.c - prints what passes said of their work (see explained.h). */
#include "report/explained.h"
#include "report/number.h"
#include "support/file.h"

enum { MOST_NAMES = 8, INDENT = 10, LINE_WIDTH = 100 };

/* Notes of one pass that say the same, as a run of sorted ones. */
typedef struct Group {
    const ExplainNote **notes;
    uint32_t count;
} Group;

/* Layers of the same name in one block or several. */
typedef struct Named {
    const ExplainNote *first, *last;
    uint32_t count, blocks;
} Named;

static int compare_places(const ExplainNote *a, const ExplainNote *b)
{
    return (a > b) - (a < b); /* of one array */
}

/* What was done before what was left; then by text. */
static int compare_texts(const void *left, const void *right)
{
    const ExplainNote *a = *(const ExplainNote *const *)left, *b = *(const ExplainNote *const *)right;
    int texts = a->done != b->done ? b->done - a->done : strcmp(a->text, b->text);
    return texts ? texts : compare_places(a, b);
}

static int compare_groups(const void *left, const void *right)
{
    const ExplainNote *a = *((const Group *)left)->notes, *b = *((const Group *)right)->notes;
    return a->done != b->done ? b->done - a->done : compare_places(a, b);
}

static int compare_names(const void *left, const void *right)
{
    const ExplainNote *a = *(const ExplainNote *const *)left, *b = *(const ExplainNote *const *)right;
    int names = strcmp(a->layer, b->layer), in_block = (a->block[0] != '\0') - (b->block[0] != '\0');
    return names ? names : in_block ? in_block : compare_places(a, b);
}

static int compare_named(const void *left, const void *right)
{
    return compare_places(((const Named *)left)->first, ((const Named *)right)->first);
}

/* ---- what it saves ---- */

static void add_saving(Saving *sum, const Saving *saving)
{
    sum->bytes += saving->bytes;
    sum->operations += saving->operations;
    sum->macs += saving->macs;
    sum->weights += saving->weights;
}

/* Behind `begin`: ": 2 MACs less, 8 bytes moved less"; nothing when it saves nothing. */
static void print_saving(Buf *buf, Arena *arena, const char *begin, const Saving *saving)
{
    const struct {
        int64_t number;
        const char *unit;
    } parts[] = {{saving->macs, "MACs"},
                 {saving->operations, "operations"},
                 {saving->weights, "weights"},
                 {saving->bytes, "bytes moved"}};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (parts[i].number) {
            buf_printf(buf, "%s%s %s %s", begin, number_grouped(arena, llabs(parts[i].number)), parts[i].unit,
                       parts[i].number > 0 ? "less" : "more");
            begin = ", ";
        }
    }
}

/* "18 layers changed, 9 left: 3,725,568 bytes moved less" */
static void print_sum(Buf *buf, Arena *arena, uint32_t changed, uint32_t left, const Saving *saving)
{
    const char *s = plural(changed ? changed : left);
    if (changed && left)
        buf_printf(buf, "%s layer%s changed, %s left", number_grouped(arena, changed), s, number_grouped(arena, left));
    else
        buf_printf(buf, "%s layer%s %s", number_grouped(arena, changed + left), s, changed ? "changed" : "left");
    print_saving(buf, arena, ": ", saving);
    buf_puts(buf, "\n");
}

/* ---- which layers ---- */

/* The layers of a group by name, in the order in which names come up. */
static Named *find_named(Arena *arena, const Group *group, uint32_t *count)
{
    const ExplainNote **notes = NEW_ARRAY(arena, const ExplainNote *, group->count);
    Named *named = NEW_ARRAY(arena, Named, group->count);
    memcpy(notes, group->notes, group->count * sizeof *notes);
    qsort(notes, group->count, sizeof *notes, compare_names);
    *count = 0;
    for (uint32_t i = 0; i < group->count; i++) {
        const ExplainNote *note = notes[i], *before = i ? notes[i - 1] : NULL;
        if (!before || strcmp(before->layer, note->layer) != 0 || !before->block[0] != !note->block[0])
            named[(*count)++] = (Named){.first = note, .last = note, .blocks = 1};
        Named *last = &named[*count - 1];
        last->blocks += strcmp(last->last->block, note->block) != 0;
        last->last = note;
        last->count++;
    }
    qsort(named, *count, sizeof *named, compare_named);
    return named;
}

static bool in_same_blocks(const Named *a, const Named *b)
{
    return a->blocks == b->blocks && strcmp(a->first->block, b->first->block) == 0 &&
           strcmp(a->last->block, b->last->block) == 0;
}

/* " of inception3a .. inception5b (9 blocks)" behind the names. */
static void print_blocks(Buf *buf, const Named *named)
{
    if (!named->first->block[0])
        return;
    buf_printf(buf, " of %s", named->first->block);
    if (named->blocks > 1)
        buf_printf(buf, "%s%s", named->blocks == 2 ? " and " : " .. ", named->last->block);
    if (named->blocks > 2)
        buf_printf(buf, " (%u blocks)", named->blocks);
}

/* "conv1, 3 relu; bn1, bn2 of layer1.0 .. layer4.2 (16 blocks)" */
static void print_layers(Buf *buf, Arena *arena, const Group *group)
{
    uint32_t count, shown = 0, layers = 0;
    const Named *named = find_named(arena, group, &count);
    buf_printf(buf, "%*s", INDENT, "");
    for (; shown < count && shown < MOST_NAMES; shown++) {
        const Named *here = &named[shown];
        bool last = shown + 1 == MIN(count, (uint32_t)MOST_NAMES), same = !last && in_same_blocks(here, here + 1);
        bool alone = here->count == 1 && !same && (!shown || !in_same_blocks(here - 1, here));
        if (here->count != here->blocks)
            buf_printf(buf, "%u ", here->count);
        if (alone && here->first->block[0])
            buf_printf(buf, "%s.", here->first->block);
        buf_puts(buf, here->first->layer);
        if (!same && !alone)
            print_blocks(buf, here);
        buf_puts(buf, same ? ", " : last ? "" : "; ");
        layers += here->count;
    }
    if (group->count > layers)
        buf_printf(buf, " and %u more", group->count - layers);
    buf_puts(buf, "\n");
}

/* "resnet.fov:24: -> bn1: batchnorm -> relu" */
static void print_line(Buf *buf, const Diag *diag, Span span)
{
    int line, column;
    if (!span.file)
        return;
    const Source *source = diag_source(diag, span.file);
    span_position(diag, span, &line, &column);
    uint32_t begin = span.begin, end = span.begin;
    while (begin > 0 && source->text[begin - 1] != '\n')
        begin--;
    while (end < source->length && source->text[end] != '\n' && source->text[end] != '\r')
        end++;
    begin += (uint32_t)strspn(source->text + begin, " \t");
    int length = (int)MIN(end - begin, (uint32_t)LINE_WIDTH);
    buf_printf(buf, "%*s%s:%d: %.*s\n", INDENT, "", path_base(source->path), line, length, source->text + begin);
}

/* ---- the report ---- */

/* The notes of a pass that say the same, together; in `groups`, which has room for as many as there are notes. */
static uint32_t find_groups(const ExplainNote **notes, uint32_t count, Group *groups)
{
    uint32_t found = 0;
    qsort(notes, count, sizeof *notes, compare_texts);
    for (uint32_t i = 0; i < count; i++) {
        if (!i || notes[i]->done != notes[i - 1]->done || strcmp(notes[i]->text, notes[i - 1]->text) != 0)
            groups[found++] = (Group){.notes = &notes[i]};
        groups[found - 1].count++;
    }
    qsort(groups, found, sizeof *groups, compare_groups);
    return found;
}

/* What a pass has to say, which is something. */
static void print_pass(Buf *buf, Arena *arena, const Diag *diag, const ExplainNote **notes, uint32_t count)
{
    Group *groups = NEW_ARRAY(arena, Group, count);
    uint32_t found = find_groups(notes, count, groups), changed = 0;
    Saving all = {0};
    for (uint32_t i = 0; i < found; i++) {
        const Group *group = &groups[i];
        const ExplainNote *first = group->notes[0];
        Saving saving = {0};
        for (uint32_t k = 0; k < group->count; k++)
            add_saving(&saving, &group->notes[k]->saving);
        buf_printf(buf, "  %-*s%s: %u layer%s", INDENT - 2, first->done ? "did" : "left", first->text, group->count,
                   plural(group->count));
        if (first->done)
            print_saving(buf, arena, ", ", &saving);
        else if (saving.bytes)
            buf_printf(buf, ", still %s bytes moved", number_grouped(arena, saving.bytes));
        buf_puts(buf, "\n");
        print_layers(buf, arena, group);
        print_line(buf, diag, first->span);
        if (first->done)
            add_saving(&all, &saving);
        changed += first->done ? group->count : 0;
    }
    if (found > 1) {
        buf_printf(buf, "  %-*s", INDENT - 2, "sum");
        print_sum(buf, arena, changed, count - changed, &all);
    }
    buf_puts(buf, "\n");
}

void explained_print(Buf *buf, const Explain *explain, const Diag *diag)
{
    Arena *arena = explain->arena;
    const ExplainNote **notes = NEW_ARRAY(arena, const ExplainNote *, explain->notes.count);
    uint32_t changed = 0, passes = 0;
    Saving all = {0};
    for (int pass = 0; pass < pass_count; pass++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < explain->notes.count; i++) {
            const ExplainNote *note = &explain->notes.at[i];
            if (strcmp(note->pass, pass_rows[pass].name) != 0)
                continue;
            notes[count++] = note;
            changed += note->done;
            if (note->done)
                add_saving(&all, &note->saving);
        }
        if (count == 0)
            continue;
        buf_printf(buf, "%s: %s\n", pass_rows[pass].name, pass_rows[pass].what);
        print_pass(buf, arena, diag, notes, count);
        passes++;
    }
    if (passes > 1) {
        buf_puts(buf, "all passes: ");
        print_sum(buf, arena, changed, explain->notes.count - changed, &all);
        buf_puts(buf, "\n");
    }
}
