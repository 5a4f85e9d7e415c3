/* rf_text.c - what is known of a place, for people (see rf_report.h). */
#include "report/number.h"
#include "report/rf_report.h"
#include "report/table.h"
#include "support/file.h"

static bool has_gaps(const Seen *seen)
{
    return seen->area->reached && seen->pixels < seen->area->size[0] * seen->area->size[1];
}

static const char *paths_text(Arena *arena, uint64_t paths)
{
    if (paths == UINT64_MAX)
        return "2^64 - 1 or more";
    return paths <= INT64_MAX ? number_grouped(arena, (int64_t)paths)
                              : arena_printf(arena, "%llu", (unsigned long long)paths);
}

static void print_map(Buf *buf, const Seen *seen)
{
    const Area *area = seen->area;
    int width = snprintf(NULL, 0, "%llu", (unsigned long long)seen->most);
    int label = snprintf(NULL, 0, "%lld", (long long)(area->first[0] + area->size[0] - 1));
    width = MAX(width, snprintf(NULL, 0, "%lld", (long long)(area->first[1] + area->size[1] - 1)));
    if (label + 3 + area->size[1] * (width + 1) > TABLE_WIDTH)
        return;
    buf_printf(buf, "\n%*s  ", label, "");
    for (int64_t x = 0; x < area->size[1]; x++)
        buf_printf(buf, " %*lld", width, (long long)(area->first[1] + x));
    buf_puts(buf, "\n");
    for (int64_t y = 0; y < area->size[0]; y++) {
        buf_printf(buf, "%*lld |", label, (long long)(area->first[0] + y));
        for (int64_t x = 0; x < area->size[1]; x++) {
            uint64_t paths = area->paths[y * area->size[1] + x];
            if (paths)
                buf_printf(buf, " %*llu", width, (unsigned long long)paths);
            else
                buf_printf(buf, " %*s", width, ".");
        }
        buf_puts(buf, "\n");
    }
}

static void print_seen(Buf *buf, const Rf *rf, const Seen *seen)
{
    Arena *arena = rf->arena;
    const Area *area = seen->area;
    buf_printf(buf, "\ninput %s, %lldx%lld pixels\n", seen->port->name, (long long)seen->rows,
               (long long)seen->columns);
    if (!area->reached) {
        buf_puts(buf, "  sees    nothing of it\n");
        return;
    }
    buf_printf(buf, "  sees    rows %lld..%lld, columns %lld..%lld\n", (long long)area->first[0],
               (long long)(area->first[0] + area->size[0] - 1), (long long)area->first[1],
               (long long)(area->first[1] + area->size[1] - 1));
    buf_printf(buf, "  pixels  %s of %s%s\n", number_grouped(arena, seen->pixels),
               number_grouped(arena, seen->rows * seen->columns),
               has_gaps(seen)
                   ? arena_printf(arena, ", with gaps: %lldx%lld are %s", (long long)area->size[0],
                                  (long long)area->size[1], number_grouped(arena, area->size[0] * area->size[1]))
                   : "");
    buf_printf(buf, "  paths   %s, at most %s from one pixel\n", paths_text(arena, seen->sum),
               paths_text(arena, seen->most));
    if (area->size[0] <= RF_WIDEST_MAP && area->size[1] <= RF_WIDEST_MAP)
        print_map(buf, seen);
}

static void print_field(Buf *buf, const Rf *rf)
{
    const Field *field = &rf->fields[rf->unit.index];
    Arena *arena = rf->arena;
    if (field_sees_all(field)) {
        buf_puts(buf, "field     all of the input\n");
        return;
    }
    int64_t size[2];
    for (int s = 0; s < 2; s++) {
        Pixels pixels = field_pixels(&field->side[s], rf->place[s]);
        size[s] = MAX(pixels.last - pixels.first + 1, 0);
    }
    buf_printf(buf, "field     %lldx%lld pixels, padding included", (long long)size[0], (long long)size[1]);
    if (size[0] < field_size(field, 0) || size[1] < field_size(field, 1))
        buf_printf(buf, "; of other places up to %lldx%lld", (long long)field_size(field, 0),
                   (long long)field_size(field, 1));
    buf_puts(buf, "\n");
    if (!field->side[0].axis || !field->side[1].axis)
        return;
    const char *jump = pair_text(arena, field_jump(field, 0), field_jump(field, 1));
    buf_printf(buf, "jump      %s pixel%s from place to place\n", jump, strcmp(jump, "1") ? "s" : "");
    buf_printf(buf, "from      row %lld, column %lld for place 0,0; row %lld, column %lld for this one\n",
               (long long)field_offset(field, 0), (long long)field_offset(field, 1),
               (long long)field_pixels(&field->side[0], rf->place[0]).first,
               (long long)field_pixels(&field->side[1], rf->place[1]).first);
}

static void print_trial(Buf *buf, const Rf *rf)
{
    const Trial *trial = &rf->trial;
    Arena *arena = rf->arena;
    int64_t outside = trial->pixels - trial->inside;
    if (!trial->possible) {
        buf_puts(buf, "\nnot verified: the net has too many places, or cannot be reduced to them\n");
        return;
    }
    if (trial->tried == trial->inside) {
        buf_printf(buf, "\nverified: %s of %s pixels change it, the %s predicted\n",
                   number_grouped(arena, trial->inside), number_grouped(arena, trial->pixels),
                   number_grouped(arena, trial->inside));
        return;
    }
    if (outside)
        buf_printf(buf, "\nverified: the %s pixels outside do not change it; ", number_grouped(arena, outside));
    else
        buf_puts(buf, "\nverified: no pixel is outside; ");
    buf_printf(
        buf,
        "of the %s inside, %s were\ntried one by one, the rim first, and each changes it (--every-pixel tries all)\n",
        number_grouped(arena, trial->inside), number_grouped(arena, trial->tried));
}

void rf_print_text(Buf *buf, const Rf *rf, const char *model)
{
    const Node *node = graph_node(rf->net, rf->unit);
    buf_printf(buf, "%s (%s), %s: %s, %s\n", rf->net->name, path_base(model), rf->name, op_name(node->op),
               shape_text(rf->arena, &node->type.shape));
    if (rf->places[0] * rf->places[1] > 1)
        buf_printf(buf, "place     %lld,%lld of %lldx%lld (row, column)\n", (long long)rf->place[0],
                   (long long)rf->place[1], (long long)rf->places[0], (long long)rf->places[1]);
    print_field(buf, rf);
    for (uint32_t i = 0; i < rf->net->inputs.count; i++) {
        const Port *port = &rf->net->inputs.at[i];
        if (!rf->fields[port->node.index].known)
            continue;
        Seen seen = rf_look_at(rf, port);
        print_seen(buf, rf, &seen);
    }
    print_trial(buf, rf);
}
