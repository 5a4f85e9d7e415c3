/* drawing.c - boxes, frames around them and edges as DOT (see drawing.h).
 *
 * A frame is a cluster of DOT: around a block, or around what repeats; around both at once where one block is all of a
 * turn.
 */
#include "report/drawing.h"
#include "report/drawing_parts.h"
#include "report/number.h"
#include "report/upright.h"

#define FONT "Helvetica,Arial,sans-serif"

/* A frame around boxes: of a block, of a repeat, or of a block that is all of a repeat's turn. */
typedef struct Frame {
    uint32_t block, repeat; /* the block, or 0; the repeat, or REPEAT_NONE */
} Frame;

typedef VEC(Frame) Frames;

/* Those around a box, innermost first. */
static void list_frames(const Drawing *d, const Box *box, Frames *frames)
{
    uint32_t repeat = box->repeat;
    frames->count = 0;
    for (uint32_t block = box->block;; block = d->blocks.at.at[block].parent) {
        const Repeat *r = repeat == REPEAT_NONE ? NULL : &d->blocks.repeats.at[repeat];
        if (r && r->block == block) {
            const Block *inner = frames->count ? &d->blocks.at.at[frames->at[frames->count - 1].block] : NULL;
            if (inner && inner->parent == block && inner->end - inner->first == r->length)
                frames->at[frames->count - 1].repeat = repeat;
            else
                VEC_PUSH(d->arena, frames, (Frame){0, repeat});
            repeat = r->around;
        }
        if (!block)
            return;
        VEC_PUSH(d->arena, frames, (Frame){block, REPEAT_NONE});
    }
}

/* The first block in a turn of a repeat; 0: never, as a turn has one. */
static uint32_t block_in_turn(const Drawing *d, const Repeat *repeat, uint32_t turn)
{
    uint32_t first = repeat->first + turn * repeat->length, found = 0;
    for (uint32_t layer = first; !found && layer < first + repeat->length; layer++)
        for (uint32_t b = d->blocks.block_of[layer]; b && b != repeat->block; b = d->blocks.at.at[b].parent)
            found = b;
    return found;
}

/* "layer3.1" to "layer3.35" is "layer3.1 ... 3.35": words that both begin with stand there once. */
static const char *labels_text(Arena *arena, const char *first, const char *last)
{
    size_t same = 0;
    while (first[same] && first[same] == last[same])
        same++;
    while (same && (first[same - 1] == '.' || (first[same - 1] >= '0' && first[same - 1] <= '9')))
        same--;
    same += last[same] == '.';
    return last[same] ? arena_printf(arena, "%s \xe2\x80\xa6 %s", first, last + same) : first;
}

static const char *frame_label(const Drawing *d, const Frame *frame)
{
    if (frame->repeat == REPEAT_NONE)
        return d->blocks.at.at[frame->block].label;
    const Repeat *repeat = &d->blocks.repeats.at[frame->repeat];
    return labels_text(d->arena, d->blocks.at.at[block_in_turn(d, repeat, 0)].label,
                       d->blocks.at.at[block_in_turn(d, repeat, repeat->count - 1)].label);
}

/* The label above what was called, and how often. */
static void put_frame_label(const Drawing *d, const Frame *frame)
{
    buf_puts(d->buf, "label=<");
    put_table(d, 0);
    buf_puts(d->buf, "<TD ALIGN=\"LEFT\" COLSPAN=\"2\"><B>");
    put_html(d->buf, frame_label(d, frame), LONGEST_LABEL);
    buf_puts(d->buf, "</B></TD></TR><TR>");
    if (frame->repeat != REPEAT_NONE)
        buf_printf(d->buf,
                   "<TD CELLPADDING=\"3\" STYLE=\"ROUNDED\" BGCOLOR=\"" DRAWING_DARK
                   "\"><FONT COLOR=\"white\"><B>\xc3\x97 %u</B>"
                   "</FONT></TD>",
                   d->blocks.repeats.at[frame->repeat].count);
    put_cell(d, DRAWING_SOFT, frame->block ? d->blocks.at.at[frame->block].name : " ");
    buf_puts(d->buf, "</TR></TABLE>>");
}

static void open_frame(const Drawing *d, const Frame *frame, uint32_t depth)
{
    static const char *const fills[] = {"#f6f8fa", "#ffffff"};
    bool repeats = frame->repeat != REPEAT_NONE;
    if (frame->block)
        buf_printf(d->buf, "subgraph \"cluster block %u\" {\n", frame->block);
    else
        buf_printf(d->buf, "subgraph \"cluster repeat %u\" {\n", frame->repeat);
    put_frame_label(d, frame);
    buf_printf(d->buf, " style=\"rounded,filled%s\" fillcolor=\"%s\" color=\"%s\" penwidth=%s\n",
               frame->block ? "" : ",dashed", fills[depth % 2], repeats ? DRAWING_DARK : "#c4ccd4",
               repeats ? "1.4" : "1");
}

/* How many of the outermost frames are the same; both lists begin with the innermost. */
static uint32_t common_frames(const Frames *a, const Frames *b)
{
    uint32_t count = 0;
    while (count < a->count && count < b->count &&
           memcmp(&a->at[a->count - 1 - count], &b->at[b->count - 1 - count], sizeof(Frame)) == 0)
        count++;
    return count;
}

/* A straight edge into a frame leads to the middle of a box, which is made so wide that the label to the left of that
 * is not crossed. The widths of boxes, in points; six a letter are about right. */
static size_t *box_widths(const Drawing *d, const bool *straight)
{
    size_t *widths = NEW_ARRAY(d->arena, size_t, d->boxes.at.count);
    Frames from = {0}, to = {0};
    for (uint32_t i = 0; i < d->boxes.edges.count; i++) {
        const BoxEdge *edge = &d->boxes.edges.at[i];
        if (!straight[i])
            continue;
        list_frames(d, &d->boxes.at.at[edge->from], &from);
        list_frames(d, &d->boxes.at.at[edge->to], &to);
        for (uint32_t k = 0; k < to.count - common_frames(&from, &to); k++) {
            size_t letters = MIN(strlen(frame_label(d, &to.at[k])), LONGEST_LABEL);
            widths[edge->to] = MAX(widths[edge->to], 2 * 6 * letters);
        }
    }
    return widths;
}

static void put_clusters(const Drawing *d, const size_t *widths)
{
    Frames open = {0}, around = {0}; /* innermost first */
    for (uint32_t at = 0; at < d->boxes.at.count; at++) {
        list_frames(d, &d->boxes.at.at[at], &around);
        uint32_t common = common_frames(&open, &around);
        for (uint32_t i = open.count - common; i > 0; i--)
            buf_puts(d->buf, "}\n");
        for (uint32_t i = around.count - common; i-- > 0;)
            open_frame(d, &around.at[i], around.count - 1 - i);
        put_box(d, at, widths[at]);
        Frames closed = open;
        open = around;
        around = closed;
    }
    for (uint32_t i = 0; i < open.count; i++)
        buf_puts(d->buf, "}\n");
}

/* ---- the whole ---- */

static void put_edges(const Drawing *d, const bool *straight)
{
    for (uint32_t i = 0; i < d->boxes.edges.count; i++) {
        put_box_name(d, d->boxes.edges.at[i].from);
        buf_puts(d->buf, " -> ");
        put_box_name(d, d->boxes.edges.at[i].to);
        buf_puts(d->buf, straight[i] ? " [weight=1000]\n" : "\n"); /* more than the 128 that keep clusters narrow */
    }
}

static void put_head(const Drawing *d)
{
    buf_puts(d->buf, "digraph \"");
    put_quoted(d->buf, d->graph->name, LONGEST_NAME);
    buf_puts(d->buf, "\" {\n"
                     "graph [bgcolor=\"white\" fontname=\"" FONT "\" fontsize=10 labelloc=t labeljust=l nodesep=0.25 "
                     "ordering=in ranksep=0.16 pad=0.2 nslimit=4]\n"
                     "node [shape=box style=\"rounded,filled\" fontname=\"" FONT "\" fontsize=10 margin=\"0.07,0.03\" "
                     "height=0.2 width=0.4]\n"
                     "edge [color=\"" DRAWING_SOFT "\" arrowsize=0.6]\n"
                     "label=<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLPADDING=\"2\"><TR><TD ALIGN=\"LEFT\">"
                     "<FONT POINT-SIZE=\"16\"><B>");
    put_html(d->buf, d->graph->name, LONGEST_NAME);
    buf_printf(d->buf,
               "</B></FONT></TD></TR><TR><TD ALIGN=\"LEFT\"><FONT COLOR=\"" DRAWING_SOFT
               "\">%s parameters, %s multiply-adds</FONT></TD></TR></TABLE>>\n",
               number_grouped(d->arena, d->layers.parameters), number_grouped(d->arena, d->layers.macs));
}

uint32_t drawing_print(Buf *buf, const Graph *graph, bool unfold)
{
    Arena *arena = arena_new();
    Drawing d = {.buf = buf, .arena = arena, .graph = graph, .blocks = blocks_find(arena, graph, !unfold)};
    d.layers = layers_of(arena, graph);
    d.boxes = boxes_of(arena, graph, &d.blocks, &d.layers);
    bool *straight = straight_edges(arena, &d.boxes);
    put_head(&d);
    put_clusters(&d, box_widths(&d, straight));
    put_edges(&d, straight);
    buf_puts(buf, "}\n");
    uint32_t count = d.boxes.at.count;
    arena_free(arena);
    return count;
}
