/* explained.c - prints what passes said of their work (see explained.h). */
#include "report/explained.h"
#include "report/number.h"
#include "support/file.h"

enum { MOST_LAYERS = 5, INDENT = 10, LINE_WIDTH = 100 };

/* Notes that say the same. */
typedef struct Group {
    const ExplainNote *first;
    VEC(const char *) layers;
    Saving saving;
} Group;

typedef VEC(Group) Groups;

static Group *group_of(Arena *arena, Groups *groups, const ExplainNote *note)
{
    for (uint32_t i = 0; i < groups->count; i++) {
        const ExplainNote *first = groups->at[i].first;
        if (first->done == note->done && strcmp(first->text, note->text) == 0)
            return &groups->at[i];
    }
    VEC_PUSH(arena, groups, (Group){.first = note});
    return &groups->at[groups->count - 1];
}

static Groups groups_of_pass(Arena *arena, const Explain *explain, const char *pass)
{
    Groups groups = {0};
    for (uint32_t i = 0; i < explain->notes.count; i++) {
        const ExplainNote *note = &explain->notes.at[i];
        if (strcmp(note->pass, pass) != 0)
            continue;
        Group *group = group_of(arena, &groups, note);
        VEC_PUSH(arena, &group->layers, note->layer);
        group->saving.bytes += note->saving.bytes;
        group->saving.operations += note->saving.operations;
        group->saving.macs += note->saving.macs;
        group->saving.weights += note->saving.weights;
    }
    return groups;
}

static void print_saving(Buf *buf, Arena *arena, const Saving *saving)
{
    const struct {
        int64_t number;
        const char *unit;
    } parts[] = {{saving->macs, "MACs"},
                 {saving->operations, "operations"},
                 {saving->weights, "weights"},
                 {saving->bytes, "bytes moved"}};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (parts[i].number)
            buf_printf(buf, ", %s %s %s", number_grouped(arena, llabs(parts[i].number)), parts[i].unit,
                       parts[i].number > 0 ? "less" : "more");
}

static void print_layers(Buf *buf, const Group *group)
{
    uint32_t count = MIN(group->layers.count, (uint32_t)MOST_LAYERS);
    buf_printf(buf, "%*s", INDENT, "");
    for (uint32_t i = 0; i < count; i++)
        buf_printf(buf, "%s%s", i ? ", " : "", group->layers.at[i]);
    if (group->layers.count > count)
        buf_printf(buf, " and %u more", group->layers.count - count);
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

void explained_print(Buf *buf, const Explain *explain, const Diag *diag)
{
    Arena *arena = explain->arena;
    for (int pass = 0; pass < pass_count; pass++) {
        Groups groups = groups_of_pass(arena, explain, pass_rows[pass].name);
        if (groups.count == 0)
            continue;
        buf_printf(buf, "%s: %s\n", pass_rows[pass].name, pass_rows[pass].what);
        for (uint32_t i = 0; i < groups.count; i++) {
            const Group *group = &groups.at[i];
            buf_printf(buf, "  %-*s%s: %u layer%s", INDENT - 2, group->first->done ? "did" : "left", group->first->text,
                       group->layers.count, group->layers.count == 1 ? "" : "s");
            print_saving(buf, arena, &group->saving);
            buf_puts(buf, "\n");
            print_layers(buf, group);
            print_line(buf, diag, group->first->span);
        }
        buf_puts(buf, "\n");
    }
}
